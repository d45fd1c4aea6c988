from odoo import fields, models


class HrTrainingSignIn(models.TransientModel):
    """Asks the participant for the code that is shown in the room."""

    _name = "hr.training.sign.in"
    _description = "Sign In to a Training Session"
    _inherit = ["repair.input"]

    enrolment_id = fields.Many2one("hr.training.enrolment", required=True, readonly=True)
    code = fields.Char("Sign-in code", help="Six digits, shown by the trainer.")

    def action_sign_in(self):
        """Sign in with the code."""
        self.ensure_one()
        return self.enrolment_id.action_sign_in(self.code or "")
