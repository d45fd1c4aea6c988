from odoo import api, fields, models
from odoo.exceptions import UserError


class RepairQuotationAnswer(models.TransientModel):
    _name = "repair.quotation.answer"
    _description = "Customer's answer to a quotation"
    _inherit = ["repair.dialogue", "repair.input"]

    repair_id = fields.Many2one("repair.order", required=True, readonly=True)
    currency_id = fields.Many2one(related="repair_id.currency_id")
    amount_customer_total = fields.Monetary(related="repair_id.amount_customer_total")
    quotation_valid_until = fields.Date(related="repair_id.quotation_valid_until")
    decision = fields.Selection([("approve", "Approves"), ("refuse", "Refuses")], required=True, default="approve")
    channel = fields.Selection([("phone", "By phone"), ("onsite", "On the spot")], "How", required=True, default="phone")
    answered_by = fields.Char("Who", required=True)
    signature = fields.Binary()
    reason = fields.Text("Why refused")

    @api.model
    def default_get(self, fields):
        """Take the customer as the one who answers."""
        values = super().default_get(fields)
        order = self.env["repair.order"].browse(values.get("repair_id") or self.env.context.get("active_id"))
        if order:
            values.update(repair_id=order.id, answered_by=order.partner_id.name)
        return values

    def action_confirm(self):
        """Record the answer on the order.

        :raises UserError: when a refusal has no reason, and whatever the order itself refuses
        """
        self.ensure_one()
        if self.decision == "approve":
            return self.repair_id.action_approve_quotation(self.answered_by, self.channel, self.signature)
        if not (self.reason or "").strip():
            raise UserError(self.env._("Note why the customer refuses."))
        return self.repair_id.action_refuse_quotation(self.answered_by, self.reason)
