from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .qms_objective import LIGHTS

ACTIVITY_DECISION = "repair_quality.mail_activity_type_decision"


class QmsObjectiveValue(models.Model):
    """What an objective came to in a month, as it was when the month's figures were final."""

    _name = "qms.objective.value"
    _description = "Monthly Value of an Objective"
    _order = "period_start desc, objective_id"
    _rec_name = "objective_id"

    objective_id = fields.Many2one("qms.objective", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="objective_id.company_id", store=True, index=True)
    figure = fields.Selection(related="objective_id.figure")
    period_start = fields.Date("Month", required=True, readonly=True)
    period_end = fields.Date(required=True, readonly=True)
    value = fields.Float("Actual", readonly=True, digits=(16, 2), aggregator="avg")
    numerator = fields.Float(readonly=True, digits=(16, 2))
    denominator = fields.Integer("Records counted", readonly=True)
    target = fields.Float(readonly=True, digits=(16, 2), aggregator="avg")
    tolerance = fields.Float(readonly=True, digits=(16, 2), aggregator=None)
    light = fields.Selection(LIGHTS, readonly=True)
    owner_id = fields.Many2one(related="objective_id.owner_id")
    decision_ids = fields.One2many("qms.action", "objective_value_id", "Decisions", readonly=True)
    decision_state = fields.Selection(
        [("none", "None needed"), ("missing", "Missing"), ("open", "Open"), ("done", "Carried out")], "Decision",
        compute="_compute_decision_state", store=True, index=True,
        help="What was decided when the month missed its target: with owner and day.")

    _once_per_period = models.UniqueIndex(
        "(objective_id, period_start)", "The value of this month is stored already.")

    @api.depends("objective_id.name", "period_start")
    def _compute_display_name(self):
        for row in self:
            row.display_name = f"{row.objective_id.name} {row.period_start:%Y-%m}" if row.period_start else row.objective_id.name

    @api.depends("light", "decision_ids.done_on", "decision_ids.cancelled_on")
    def _compute_decision_state(self):
        for row in self:
            kept = row.decision_ids.filtered(lambda decision: not decision.cancelled_on)
            if row.light != "red":
                row.decision_state = "none"
            elif not kept:
                row.decision_state = "missing"
            else:
                row.decision_state = "done" if all(kept.mapped("done_on")) else "open"

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Monthly values are records and are kept."))

    def action_decide(self):
        """Open a new decision about the missed month, with owner and day.

        :raises AccessError: for others than the owner of the objective and quality officers
        :raises UserError: for a month that missed nothing
        """
        self.ensure_one()
        if not self._may_decide():
            raise AccessError(self.env._("The owner of the objective and quality officers decide."))
        if self.light != "red":
            raise UserError(self.env._("This month did not miss its target."))
        return {
            "type": "ir.actions.act_window", "name": self.env._("Decision: %(month)s", month=self.display_name), "res_model": "qms.action",
            "views": [(False, "form")], "target": "current",
            "context": {"default_objective_value_id": self.id, "default_kind": "decision", "default_figure_days": 0}}

    def action_view_decisions(self):
        """Open the decisions about the month."""
        self.ensure_one()
        return self.env["ir.actions.act_window"]._for_xml_id("repair_quality.qms_action_action") | {
            "domain": [("objective_value_id", "=", self.id)], "context": {}}

    def _may_decide(self):
        return self.env.su or self.owner_id == self.env.user or self.env["qms.action"]._is_quality_officer()

    def _ask_decisions(self):
        """Ask the owners of missed objectives what follows: one activity an objective, which stays until every month has its decision."""
        for objective in self.objective_id.sudo():  # whoever decides or drops only reads objectives
            missing = objective.value_ids.filtered(lambda row: row.decision_state == "missing").sorted("period_start")
            if not missing:
                objective.activity_feedback([ACTIVITY_DECISION])
                continue
            summary = self.env._(
                "Missed: %(months)s. Decide what follows.", months=", ".join(f"{row.period_start:%Y-%m}" for row in missing))
            if waiting := objective.activity_search([ACTIVITY_DECISION]):
                waiting.summary = summary
            else:
                objective.activity_schedule(ACTIVITY_DECISION, user_id=objective._get_responsible().id, summary=summary)
