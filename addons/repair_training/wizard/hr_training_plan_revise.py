from odoo import fields, models


class HrTrainingPlanRevise(models.TransientModel):
    """Asks why an approved plan is changed."""

    _name = "hr.training.plan.revise"
    _description = "Revise a Training Plan"
    _inherit = ["repair.input"]

    plan_id = fields.Many2one("hr.training.plan", required=True, readonly=True)
    reason = fields.Char(required=True)

    def action_revise(self):
        """Open the plan for changes."""
        self.ensure_one()
        self.plan_id.action_revise(self.reason or "")
        return {"type": "ir.actions.act_window_close"}
