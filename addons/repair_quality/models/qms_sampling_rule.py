from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.repair_service.engine import sampling

from .qms_policy import FLOW

FLOW_FIELDS = frozenset({"severity", "run", "reason", "since"})
SEVERITIES = [("normal", "Normal"), ("tightened", "Tightened"), ("stopped", "Every repair")]
PERIODS = [("week", "Week"), ("month", "Month"), ("quarter", "Quarter")]
LENGTHS = {"week": relativedelta(weeks=1), "month": relativedelta(months=1), "quarter": relativedelta(months=3)}
STRATA = [("none", "None: from all alike"), ("category", "Family"), ("technician", "Technician"), ("department", "Team")]
RUN_LENGTH = 50
# Lots that nobody laid out for so many periods are not made up for.
MAX_BACKLOG = 12


class QmsSamplingRule(models.Model):
    """How finished repairs are sampled: which, how often, by which plan (handbook 5.2.3)."""

    _name = "qms.sampling.rule"
    _description = "Sampling Rule"
    _inherit = ["mail.thread", "repair.input"]
    _order = "sequence, id"
    _flow_fields = FLOW_FIELDS
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    plan_id = fields.Many2one("repair.sampling.plan", "Sampling plan", required=True, ondelete="restrict", tracking=True)
    period = fields.Selection(PERIODS, "Lot of a", required=True, default="month", tracking=True)
    start_on = fields.Date(
        "From", required=True, default=fields.Date.context_today, help="The first lot is that of the period in which this day lies.")
    category_ids = fields.Many2many("repair.appliance.category", string="Families", help="Empty: repairs of every family.")
    stratum = fields.Selection(
        STRATA, "Spread over", required=True, default="category", tracking=True,
        help="The sample is spread over families, technicians or teams in proportion to their repairs.")
    technician_minimum = fields.Integer(
        "Each technician at least", default=1, tracking=True,
        help="So many of his repairs are drawn within the days beside; what the plan's sample lacks is drawn on top.")
    technician_days = fields.Integer("Within days", default=91)
    newcomer_minimum = fields.Integer(
        "Newcomers at least", default=2, tracking=True, help="So many repairs of a newcomer are drawn from every lot.")
    newcomer_days = fields.Integer("Newcomer for days", default=90, help="Days after the first day of employment.")
    template_id = fields.Many2one(
        "repair.inspection.template", "Checklist", domain="[('kind', '=', 'sampling')]", ondelete="restrict",
        help="Empty: the sampling checklist of the appliance's family.")
    inspector_ids = fields.Many2many(
        "res.users", string="Inspectors", domain="[('share', '=', False)]",
        help="What is drawn goes to them in turn; nobody gets his own work.")
    days_to_inspect = fields.Integer("Days to inspect", default=14, required=True)
    auto_draw = fields.Boolean("Draw by itself", default=True, help="The lot is drawn in the night after its period has ended.")
    severity = fields.Selection(SEVERITIES, "Inspection now", required=True, readonly=True, copy=False, default="normal", tracking=True)
    run = fields.Char("Verdicts", readonly=True, copy=False, help="Since this inspection began, oldest first. A: accepted, R: rejected.")
    reason = fields.Text(readonly=True, copy=False)
    since = fields.Datetime(readonly=True, copy=False, default=fields.Datetime.now)
    lot_ids = fields.One2many("qms.sampling.lot", "rule_id", "Lots")

    _numbers_positive = models.Constraint(
        "CHECK (technician_minimum BETWEEN 0 AND 100 AND newcomer_minimum BETWEEN 0 AND 100 AND newcomer_days BETWEEN 0 AND 3660"
        " AND technician_days BETWEEN 1 AND 366 AND days_to_inspect BETWEEN 1 AND 90)",
        "Minimums lie between 0 and 100, days within a year, days to inspect between 1 and 90.")

    @api.model_create_multi
    def create(self, vals_list):
        """Rules begin with normal inspection; the verdicts switch it."""
        for vals in vals_list:
            for name in FLOW_FIELDS & vals.keys():
                del vals[name]
        return super().create(vals_list)

    def write(self, vals):
        """The verdicts switch the inspection; a rule that has drawn keeps what its lots are made of."""
        if self.env.context.get("qms_flow") is not FLOW:
            if FLOW_FIELDS & vals.keys():
                raise UserError(self.env._("Normal, tightened or every repair follows from the verdicts and cannot be set by hand."))
            if {"company_id", "period", "category_ids"} & vals.keys() and self.lot_ids:
                raise UserError(self.env._(
                    "Lots were laid out by this rule: archive it and make a new one for another period, company or family."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unused(self):
        if self.lot_ids:
            raise UserError(self.env._("Lots were laid out by this rule: archive it instead of deleting it."))

    def action_lay_out(self):
        """Lay out the lots of the periods that have ended, and open the rule's lots.

        :raises AccessError: for anybody but quality officers
        """
        self.env["qms.sampling.lot"]._check_officer()
        self.check_access("read")
        self._lay_out()
        return self.env["ir.actions.act_window"]._for_xml_id("repair_quality.qms_sampling_lot_action") | {
            "domain": [("rule_id", "in", self.ids)], "context": {}}

    def action_resume(self):
        """Sample again after a stop, tightened at first (ISO 2859-1 9.4).

        :raises AccessError: for anybody but quality managers
        :raises UserError: when every repair is not what is inspected
        """
        if not self.env.user.has_group("repair_quality.repair_quality_group_manager"):
            raise AccessError(self.env._("Only quality managers resume sampling."))
        self.check_access("write")
        for rule in self:
            if rule.severity != "stopped":
                raise UserError(self.env._("%(rule)s samples already.", rule=rule.name))
            rule._switch("tightened", self.env._("%(user)s resumed sampling: the causes are removed.", user=self.env.user.name))

    @api.model
    def _run_daily(self):
        """Lay out what has ended and draw what is drawn by itself; every rule on its own."""
        for rule in self.search([("active", "=", True)]):
            rule._lay_out()
        for lot in self.env["qms.sampling.lot"].search([("state", "=", "planned"), ("rule_id.auto_draw", "=", True)]):
            if lot._get_draw_problem():
                continue
            try:
                with self.env.cr.savepoint():
                    lot._draw()
            except UserError as error:  # such as a missing checklist: said where it is seen, the others go on
                lot.message_post(body=str(error))

    def _lay_out(self):
        """Make the lots of the periods that have ended and have none yet; lots are written by the system alone."""
        figures = self.env["repair.figure"]
        vals_list = []
        for rule in self:
            length = LENGTHS[rule.period]
            this_period = rule._get_period_start(figures._get_today(rule.company_id))
            begin = max(rule._get_period_start(rule.start_on), this_period - MAX_BACKLOG * length)
            known = set(rule.lot_ids.mapped("period_start"))
            while begin < this_period:
                if begin not in known:
                    vals_list.append({"rule_id": rule.id, "period_start": begin, "period_end": begin + length - relativedelta(days=1)})
                begin += length
        self.env["qms.sampling.lot"].sudo().create(vals_list)  # nobody has the right to make lots by hand

    def _get_period_start(self, day):
        self.ensure_one()
        return fields.Date.start_of(day, self.period)

    def _get_repairs_domain(self, first, last):
        """Which repairs are a lot: accepted by the customer in the days of the company, with a passed final inspection.

        A refused quotation is closed without one: nothing was repaired.
        """
        self.ensure_one()
        figures = self.env["repair.figure"]
        domain = (
            Domain("company_id", "=", self.company_id.id) & Domain("appliance_id", "!=", False)
            & Domain("service_stage", "in", ("accepted", "closed"))
            & Domain("accepted_on", ">=", figures._to_utc(self.company_id, first))
            & Domain("accepted_on", "<", figures._to_utc(self.company_id, last + relativedelta(days=1)))
            & Domain("inspection_ids", "any", [("kind", "=", "final"), ("result", "=", "pass")]))
        return domain & Domain("appliance_category_id", "child_of", self.category_ids.ids) if self.category_ids else domain

    def _get_sample(self, lot_size):
        """Return (n, Ac, Re) for a lot as inspection stands now."""
        self.ensure_one()
        if self.severity == "stopped":
            return sampling.inspect_all(lot_size)
        return self.plan_id._get_sample(lot_size, self.severity)

    def _note_verdict(self, accepted, severity):
        """Switch between normal and tightened inspection by the verdict on a lot (ISO 2859-1 9.3, 9.4).

        :param bool accepted: the verdict
        :param str severity: under which the lot was inspected; one from before the last switch decides nothing any more
        """
        self.ensure_one()
        self.lock_for_update()
        if severity != self.severity or severity == "stopped":
            return
        run = ((self.run or "") + (sampling.ACCEPTED if accepted else sampling.REJECTED))[-RUN_LENGTH:]
        self._flow_write({"run": run})
        switched = sampling.switch(self.severity, run)
        if switched != self.severity:
            self._switch(switched, {
                "tightened": self.env._("2 of 5 lots in a row were rejected: inspection is tightened."),
                "normal": self.env._("5 lots in a row were accepted: back to normal inspection."),
                "stopped": self.env._(
                    "5 lots were rejected while inspection was tightened: every repair is inspected until a quality manager resumes "
                    "sampling."),
            }[switched])

    def _switch(self, severity, reason):
        self._flow_write({"severity": severity, "run": "", "reason": reason, "since": fields.Datetime.now()})
        self.message_post(body=reason)

    def _flow_write(self, vals):
        return self.with_context(qms_flow=FLOW).write(vals)
