from odoo import fields, models


class HrTrainingVoid(models.TransientModel):
    """Asks why a closed result is declared void."""

    _name = "hr.training.void"
    _description = "Declare a Training Result Void"
    _inherit = ["repair.input"]

    enrolment_id = fields.Many2one("hr.training.enrolment", required=True, readonly=True)
    reason = fields.Char(required=True)

    def action_void(self):
        """Declare the result void."""
        self.ensure_one()
        self.enrolment_id.action_void(self.reason or "")
        return {"type": "ir.actions.act_window_close"}
