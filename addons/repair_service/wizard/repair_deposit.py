from odoo import api, fields, models
from odoo.exceptions import ValidationError


class RepairDeposit(models.TransientModel):
    _name = "repair.deposit"
    _description = "Deposit on a service order"
    _inherit = ["repair.input"]

    repair_id = fields.Many2one("repair.order", "Service order", required=True, readonly=True)
    currency_id = fields.Many2one(related="repair_id.currency_id")
    amount_customer_total = fields.Monetary(related="repair_id.amount_customer_total")
    amount = fields.Monetary("Deposit", required=True, help="With tax.")

    @api.model
    def default_get(self, fields):
        """Take the order from which the dialogue was opened, and propose half of what its customer pays."""
        values = super().default_get(fields)
        order = self.env["repair.order"].browse(values.get("repair_id") or self.env.context.get("active_id"))
        if order:
            values.update(repair_id=order.id, amount=order.currency_id.round(order.amount_customer_total / 2))
        return values

    @api.constrains("amount", "repair_id")
    def _check_amount(self):
        for deposit in self:
            order = deposit.repair_id
            if not 0 < deposit.amount <= order.amount_customer_total:
                raise ValidationError(self.env._(
                    "A deposit on %(order)s is more than zero and at most %(total)s.", order=order.name,
                    total=order.currency_id.format(order.amount_customer_total)))

    def action_confirm(self):
        """Create the draft invoice of the deposit."""
        self.ensure_one()
        return self.repair_id.action_invoice_deposit(self.amount)
