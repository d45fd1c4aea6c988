from odoo import api, fields, models


class RepairWithdrawal(models.TransientModel):
    _name = "repair.withdrawal"
    _description = "Customer withdraws his approval"
    _inherit = ["repair.dialogue", "repair.input"]

    repair_id = fields.Many2one("repair.order", "Service order", required=True, readonly=True)
    withdrawn_by = fields.Char(required=True)
    reason = fields.Text(required=True)

    @api.model
    def default_get(self, fields):
        """Take the customer as the one who withdraws."""
        values = super().default_get(fields)
        order = self.env["repair.order"].browse(values.get("repair_id") or self.env.context.get("active_id"))
        if order:
            values.update(repair_id=order.id, withdrawn_by=order.partner_id.name)
        return values

    def action_confirm(self):
        """Withdraw the approval on the order."""
        self.ensure_one()
        return self.repair_id.action_withdraw_approval(self.withdrawn_by, self.reason)
