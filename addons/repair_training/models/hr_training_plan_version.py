from odoo import api, fields, models
from odoo.exceptions import UserError


class HrTrainingPlanVersion(models.Model):
    """A plan as it was approved, with what had changed and why: written once, by the approval."""

    _name = "hr.training.plan.version"
    _description = "Training Plan Version"
    _inherit = ["hr.training.mixin"]
    _order = "plan_id, number desc"
    _rec_name = "number"
    _flow_fields = frozenset({"plan_id", "number", "snapshot", "reason", "changes", "budget", "planned_cost"})

    plan_id = fields.Many2one("hr.training.plan", required=True, ondelete="cascade", index=True, readonly=True)
    currency_id = fields.Many2one(related="plan_id.currency_id")
    number = fields.Integer("Version", readonly=True)
    reason = fields.Char("Why", readonly=True)
    changes = fields.Text(readonly=True)
    snapshot = fields.Json(readonly=True)
    budget = fields.Monetary(readonly=True)
    planned_cost = fields.Monetary("Planned", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        """Only the approval of a plan writes versions."""
        if not self._in_flow():
            raise UserError(self.env._("Versions are written when a plan is approved."))
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Versions of a plan are kept."))
