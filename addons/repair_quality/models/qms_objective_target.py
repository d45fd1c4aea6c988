import json

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .qms_scoped import SCOPE_FIELDS

TREND_MONTHS = 12
# With a history, these say what its values mean.
FIXED_FIELDS = SCOPE_FIELDS | {"figure", "company_id"}
TARGET_FIELDS = frozenset({"target", "tolerance"})


class QmsObjective(models.Model):
    """Targets by period, the trend of the monthly values, and the decisions that missed months demand (handbook 10.1.1 (1))."""

    _inherit = "qms.objective"

    trend = fields.Selection(
        [("better", "Better"), ("worse", "Worse"), ("steady", "Steady")], compute="_compute_trend",
        help="The newest month stored against the one before.")
    trend_graph = fields.Text("Course", compute="_compute_trend")
    missing_decision_count = fields.Integer("Decisions missing", compute="_compute_decision_counts")
    open_decision_count = fields.Integer("Open decisions", compute="_compute_decision_counts")

    @api.depends("value_ids.value", "figure")
    def _compute_trend(self):
        for objective in self:
            values = objective.value_ids.filtered("denominator").sorted("period_start")[-TREND_MONTHS:]
            objective.trend = False
            if len(values) > 1:
                change = values[-1].value - values[-2].value
                better = (change > 0) == objective.higher_is_better
                objective.trend = "steady" if abs(change) < 0.005 else "better" if better else "worse"
            objective.trend_graph = json.dumps([{
                "key": objective.name or "", "area": True, "color": "#875A7B", "is_sample_data": False,
                "values": [
                    {"x": month, "y": round(row.value, 2), "name": month} for row in values for month in (f"{row.period_start:%Y-%m}",)],
            }]) if len(values) > 1 else False

    def _compute_decision_counts(self):
        counts = {}
        for objective, state, count in self.env["qms.objective.value"]._read_group(
                [("objective_id", "in", self.ids), ("decision_state", "in", ("missing", "open"))],
                ["objective_id", "decision_state"], ["__count"]):
            counts[objective, state] = count
        for objective in self:
            objective.missing_decision_count = counts.get((objective._origin, "missing"), 0)
            objective.open_decision_count = counts.get((objective._origin, "open"), 0)

    def _check_frozen(self, vals):
        """What the history stands for stays as it is, and another target holds from the next month on."""
        for objective in self:
            changed = {name for name in (FIXED_FIELDS | TARGET_FIELDS) & vals.keys() if objective._is_changed(name, vals[name])}
            if changed & FIXED_FIELDS and objective.value_ids:
                raise UserError(self.env._("Months of this objective are stored: archive it and set another one."))
            if changed & TARGET_FIELDS:
                objective._keep_target()

    def _keep_target(self):
        """Keep the standing target for the months that have begun: nobody lowers it when he sees them end badly."""
        self.ensure_one()
        month = self._get_month()
        if self._get_first_open_day() == month:
            return
        stored = max(self.value_ids.mapped("period_end"), default=month - relativedelta(months=12, days=1))
        rows = self.target_ids.filtered(lambda row: row.date_to > stored).sorted("date_from")
        vals_list, first, last = [], stored + relativedelta(days=1), month + relativedelta(months=1, days=-1)
        for row in rows:
            if row.date_from > first:
                vals_list.append((first, min(row.date_from - relativedelta(days=1), last)))
            first = max(first, row.date_to + relativedelta(days=1))
        vals_list.append((first, last))
        reason = self.env._("Target before its change on %(day)s", day=self._get_today())
        self.env["qms.objective.target"].sudo()._flow_create([  # the past is written by this method alone
            {"objective_id": self.id, "date_from": start, "date_to": stop, "target": self.target, "tolerance": self.tolerance,
             "reason": reason}
            for start, stop in vals_list if start <= stop])

    def _get_month(self):
        """The first day of the month that runs at the company's."""
        return self._get_today().replace(day=1)

    def _get_first_open_day(self):
        """The first day for which a target may still be set: next month's, or this month's in the month the objective was set.

        A month is judged by the target of its last day: who could set it while the month runs could wait and see how it ends.
        """
        self.ensure_one()
        month = self._get_month()
        created = self.create_date and self.env["repair.order"]._local_date(self.create_date, self.company_id)
        return month if not created or created >= month else month + relativedelta(months=1)

    @api.ondelete(at_uninstall=False)
    def _unlink_without_history(self):
        if any(objective.value_ids for objective in self):
            raise UserError(self.env._("Months of this objective are stored: archive it, its history is a record."))

    def action_view_missing(self):
        """Open the missed months that wait for a decision, or whose decisions are open."""
        self.ensure_one()
        return self.env["ir.actions.act_window"]._for_xml_id("repair_quality.qms_objective_value_action_missed") | {
            "domain": [("objective_id", "=", self.id), ("decision_state", "!=", "none")], "context": {}}

    def _get_target(self, day=None):
        """Return target and tolerance: those of the period that holds a day, else the standing ones."""
        self.ensure_one()
        period = self.target_ids.filtered(lambda row: day and row.date_from <= day <= row.date_to)[:1]
        return (period.target, period.tolerance) if period else (self.target, self.tolerance)


class QmsObjectiveTarget(models.Model):
    """What an objective demands in a period."""

    _name = "qms.objective.target"
    _description = "Target of a Period"
    _inherit = ["qms.mixin"]
    _order = "objective_id, date_from"
    _rec_name = "date_from"

    objective_id = fields.Many2one("qms.objective", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="objective_id.company_id", store=True, index=True)
    date_from = fields.Date("From", required=True)
    date_to = fields.Date("Until", required=True)
    target = fields.Float(required=True)
    tolerance = fields.Float()
    reason = fields.Char("Why this target")

    _range = models.Constraint(
        "CHECK (target BETWEEN 0 AND 10000 AND tolerance BETWEEN 0 AND 10000)", "Target and tolerance lie between 0 and 10000.")
    _dates = models.Constraint("CHECK (date_from <= date_to)", "The period ends after it begins.")

    @api.constrains("objective_id", "date_from", "date_to")
    def _check_overlap(self):
        for row in self:
            others = row.objective_id.target_ids - row
            if any(other.date_from <= row.date_to and row.date_from <= other.date_to for other in others):
                raise ValidationError(self.env._("The periods of an objective do not overlap."))

    @api.constrains("target", "objective_id")
    def _check_rate(self):
        if any(row.objective_id.unit in ("percent", "points") and row.target > 100 for row in self):
            raise ValidationError(self.env._("The target of a rate is 100 % at most."))

    @api.model_create_multi
    def create(self, vals_list):
        """Set targets of periods that have not begun: a target is set before, not after."""
        rows = super().create(vals_list)
        if not self._in_flow():
            for row in rows:
                row._check_open(row.date_from)
        return rows

    def _check_frozen(self, vals):
        for row in self:
            changed = {name for name in vals if row._is_changed(name, vals[name])} - {"reason"}
            if not changed:
                continue
            if row._has_begun() and changed != {"date_to"}:
                raise UserError(self.env._("The target of a period that has begun stays: end the period and begin another."))
            if vals.get("date_from"):
                row._check_open(fields.Date.to_date(vals["date_from"]))
            if vals.get("date_to"):
                row._check_open(fields.Date.to_date(vals["date_to"]) + relativedelta(days=1))

    @api.ondelete(at_uninstall=False)
    def _unlink_before_begun(self):
        if any(row._has_begun() for row in self):
            raise UserError(self.env._("The target of a period that has begun stays: end the period and begin another."))

    def _has_begun(self):
        self.ensure_one()
        return self.date_from < self.objective_id._get_first_open_day()

    def _check_open(self, day):
        """Raise when a target changes on a day whose month has begun."""
        first = self.objective_id._get_first_open_day()
        if day < first:
            raise UserError(self.env._("A target is set before its period: begin it on %(day)s or later.", day=first))
