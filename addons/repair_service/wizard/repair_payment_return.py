from odoo import api, fields, models


class RepairPaymentReturn(models.TransientModel):
    _name = "repair.payment.return"
    _description = "Give a collected payment back"
    _inherit = ["repair.input"]

    payment_id = fields.Many2one("repair.payment", required=True, readonly=True)
    reason = fields.Char(required=True)

    @api.model
    def default_get(self, fields):
        """Take the payment from which the dialogue was opened."""
        values = super().default_get(fields)
        if "payment_id" in fields and not values.get("payment_id"):
            values["payment_id"] = self.env.context.get("active_id")
        return values

    def action_confirm(self):
        """Give the payment back with its reason."""
        self.ensure_one()
        return self.payment_id.action_give_back(self.reason)
