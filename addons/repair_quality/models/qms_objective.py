from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import float_compare

from .qms_scoped import SCOPES

LIGHTS = [("green", "Reached"), ("amber", "Within tolerance"), ("red", "Missed"), ("none", "Nothing to count")]
HISTORY_MONTHS = 12
ACTIVITY_RED = "repair_quality.mail_activity_type_red"


class QmsObjective(models.Model):
    """A measurable objective whose actual value is read from the orders (handbook 10.1.1 (1))."""

    _name = "qms.objective"
    _description = "Quality Objective"
    _inherit = ["mail.thread", "mail.activity.mixin", "qms.scoped", "qms.mixin"]
    _order = "sequence, id"
    _flow_fields = frozenset({"red_since"})

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    policy_id = fields.Many2one(
        "qms.policy", index="btree_not_null", ondelete="set null", check_company=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    owner_id = fields.Many2one(
        "res.users", default=lambda self: self.env.user, domain="[('share', '=', False)]", tracking=True)
    figure = fields.Selection(required=True, tracking=True)
    target = fields.Float(
        required=True, tracking=True,
        help="In the unit of the figure: percent, hours, days or points. It holds where no target of a period says otherwise.")
    tolerance = fields.Float(tracking=True, help="How far beside the target is still amber, in the unit of the figure.")
    period_days = fields.Integer("Days looked at", default=30, required=True, help="Length of the running period of the actual value.")

    unit = fields.Selection(lambda self: self._get_units(), compute="_compute_definition")
    definition = fields.Text("How it is counted", compute="_compute_definition")
    higher_is_better = fields.Boolean("More is better", compute="_compute_definition")
    value = fields.Float("Actual", compute="_compute_value", digits=(16, 2))
    numerator = fields.Float(compute="_compute_value", digits=(16, 2), help="Records that count for the rate, or the sum of hours or days.")
    denominator = fields.Integer("Records counted", compute="_compute_value")
    period_start = fields.Date("From", compute="_compute_value")
    period_end = fields.Date("Until", compute="_compute_value", help="Records whose outcome is still open are not counted yet.")
    light = fields.Selection(LIGHTS, compute="_compute_value")
    red_since = fields.Date(readonly=True, copy=False, help="The day on which the light was seen to turn red; its owner was told.")
    live_target = fields.Float("Target now", compute="_compute_value", digits=(16, 2))
    target_ids = fields.One2many("qms.objective.target", "objective_id", string="Targets by period")
    value_ids = fields.One2many("qms.objective.value", "objective_id", string="History")

    _target_positive = models.Constraint(
        "CHECK (target BETWEEN 0 AND 10000 AND tolerance BETWEEN 0 AND 10000)", "Target and tolerance lie between 0 and 10000.")
    _period_positive = models.Constraint(
        "CHECK (period_days BETWEEN 1 AND 366)", "Look at a period of 1 to 366 days.")

    @api.depends("figure")
    @api.depends_context("lang")
    def _compute_definition(self):
        figures, definitions = self.env["repair.figure"]._get_figures(), self.env["repair.figure"]._get_definitions()
        for objective in self:
            figure = figures.get(objective.figure)
            objective.unit = figure and figure.unit
            objective.higher_is_better = figure and figure.higher_is_better
            objective.definition = definitions.get(objective.figure)

    @api.constrains("figure", "target")
    def _check_rate_target(self):
        if any(objective.unit in ("percent", "points") and objective.target > 100 for objective in self):
            raise ValidationError(self.env._("The target of a rate is 100 % at most."))

    @api.depends(
        "figure", "target", "tolerance", "period_days", "company_id", "target_ids.target", "target_ids.date_from", *SCOPES.values())
    def _compute_value(self):
        for objective in self:
            if not (objective.figure and objective.company_id and objective.period_days):
                objective.update({"period_start": False, "period_end": False, "live_target": objective.target, **objective._measure({})})
                continue
            first, last = objective._get_live_period()
            objective.update({
                "period_start": first, "period_end": last, "live_target": objective._get_target(last)[0],
                **objective._measure(objective._read_rows(first, last), last)})

    def action_view_records(self):
        """Open the records that the actual value counts."""
        self.ensure_one()
        rows = self._read_rows(*self._get_live_period())
        return self._open_records(self.env._("Counted: %(name)s", name=self.name), list(rows))

    def action_view_misses(self):
        """Open the counted records that speak against the objective."""
        self.ensure_one()
        rows = self._read_rows(*self._get_live_period())
        return self._open_records(
            self.env._("To look at: %(name)s", name=self.name), [record_id for record_id, value in rows.items() if self._is_miss(value)])

    def action_view_history(self):
        """Open the monthly values."""
        self.ensure_one()
        return self.env["ir.actions.act_window"]._for_xml_id("repair_quality.qms_objective_value_action") | {
            "domain": [("objective_id", "=", self.id)], "display_name": self.name, "context": {},
            "view_mode": "graph,list", "views": [(False, "graph"), (False, "list")]}

    @api.model
    def _run_daily(self):
        """Daily: store the months whose figures are final by now, and tell whose light has turned red."""
        self._take_snapshots()
        self.search([])._watch_light()  # pylint: disable=no-search-all  # they are few, and all of them are needed

    @api.model
    def _take_snapshots(self):
        """Store the months whose figures are final, one value per objective and month; months already stored stay."""
        for objective in self.search([]):  # pylint: disable=no-search-all  # as above
            objective._take_own_snapshots()

    def _watch_light(self):
        """Tell the owner once when a light turns red, by an activity and its mail; what is red no more needs nobody."""
        for objective in self:
            if objective.light == "red" and not objective.red_since:
                objective._flow_write({"red_since": objective._get_today()})
                objective.activity_schedule(
                    ACTIVITY_RED, objective._get_today(), user_id=objective._get_responsible().id,
                    summary=self.env._(
                        "Red: %(value)s %(unit)s, target %(target)s", value=f"{objective.value:.1f}", target=f"{objective.live_target:g}",
                        unit=dict(self._fields["unit"]._description_selection(self.env))[objective.unit]))
            elif objective.light in ("green", "amber") and objective.red_since:
                objective._flow_write({"red_since": False})
                objective.activity_unlink([ACTIVITY_RED])

    def _get_responsible(self):
        """Return who answers for the objective: its owner, or else the company's quality manager."""
        self.ensure_one()
        owner = self.owner_id.filtered("active")
        return owner or self.env["qms.nonconformity"].with_company(self.company_id)._get_default_owner()

    def _get_today(self):
        self.ensure_one()
        return self.env["repair.figure"]._get_today(self.company_id)

    def _take_own_snapshots(self):
        self.ensure_one()
        stored = set(self.value_ids.mapped("period_start"))
        figures = self.env["repair.figure"]
        last_countable = figures._get_last_countable_day(self.figure, self.company_id, figures._get_today(self.company_id))
        month = last_countable.replace(day=1) - relativedelta(months=HISTORY_MONTHS)
        vals_list = []
        while (month_end := month + relativedelta(months=1, days=-1)) <= last_countable:
            if month not in stored:
                measure = self._measure(self._read_rows(month, month_end), month_end)
                target, tolerance = self._get_target(month_end)
                # The history begins with the first month in which there was something to count.
                if measure["denominator"] or vals_list or any(day < month for day in stored):
                    vals_list.append({
                        "objective_id": self.id, "period_start": month, "period_end": month_end,
                        "target": target, "tolerance": tolerance, **measure})
            month += relativedelta(months=1)
        # Values are closed to everybody: this method alone writes them.
        self.env["qms.objective.value"].sudo().create(vals_list)._ask_decisions()

    def _get_live_period(self):
        """Return first and last day of the running period: the newest days whose records may be counted."""
        self.ensure_one()
        figures = self.env["repair.figure"]
        last = figures._get_last_countable_day(self.figure, self.company_id, figures._get_today(self.company_id))
        return last - relativedelta(days=self.period_days - 1), last

    def _read_rows(self, first, last):
        return self.env["repair.figure"]._read_figure(self.figure, self.company_id, first, last, self._get_scope())

    def _measure(self, rows, day=None):
        """Return numerator, denominator, value and light of ``{record id: value}``, by the target of a day (else the standing one)."""
        if not self.figure:
            return {"numerator": 0.0, "denominator": 0, "value": 0.0, "light": "none"}
        measured = self.env["repair.figure"]._summarize(self.figure, rows.values())
        return {
            "numerator": measured.total, "denominator": measured.count, "value": measured.value,
            "light": self._get_light(measured.value, day) if measured.count else "none"}

    def _get_light(self, value, day=None):
        """Compare a value with target and tolerance: 'green', 'amber' or 'red'. Equal to a limit is still inside."""
        self.ensure_one()
        target, tolerance = self._get_target(day)
        distance = target - value if self.higher_is_better else value - target
        if float_compare(distance, 0, precision_digits=2) <= 0:
            return "green"
        return "amber" if float_compare(distance, tolerance, precision_digits=2) <= 0 else "red"

    def _is_miss(self, value):
        if self.unit == "percent":
            return bool(value) != self.higher_is_better
        if self.unit == "points":
            return value < 0
        if self.unit == "times":  # what did not turn at all
            return not value
        return value > self.live_target

    def _open_records(self, name, record_ids):
        model = self.env["repair.figure"]._get_figures()[self.figure].model
        if not self.env[model].has_access("read"):
            raise AccessError(self.env._("You may not read the records behind this figure: ask the department that keeps them."))
        service_list = model == "repair.order" and self.env.ref("repair_service.repair_order_view_list_service").id
        return {
            "type": "ir.actions.act_window", "name": name, "res_model": model, "view_mode": "list,form",
            "views": [(service_list, "list"), (False, "form")],
            "domain": [("id", "in", record_ids)], "context": {"create": False}}
