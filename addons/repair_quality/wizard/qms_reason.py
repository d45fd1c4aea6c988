from odoo import fields, models
from odoo.exceptions import UserError

# What the dialogue may call: each of these checks rights, state and the reason itself.
METHODS = {
    "qms.document": ("action_new_version", "action_confirm_review"),
    "qms.document.version": ("action_send_back", "action_withdraw"),
    "qms.audit.programme": ("action_revise",),
    "qms.audit": ("action_cancel",),
    "qms.record.destruction": ("action_refuse",),
}


class QmsReason(models.TransientModel):
    """Asks for the reason of a step and takes it."""

    _name = "qms.reason"
    _description = "Reason of a Step"
    _inherit = ["repair.input"]

    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(model_field="res_model", required=True)
    method = fields.Char(required=True)
    reason = fields.Text(required=True)

    def action_confirm(self):
        """Take the step with its reason.

        :raises UserError: for a step that asks for none
        """
        self.ensure_one()
        if self.method not in METHODS.get(self.res_model, ()):
            raise UserError(self.env._("This step takes no reason."))
        record = self.env[self.res_model].browse(self.res_id).exists()
        if not record:
            raise UserError(self.env._("This record does not exist any more."))
        record.check_access("read")
        return getattr(record, self.method)(self.reason) or {"type": "ir.actions.act_window_close"}
