from odoo import api, fields, models

MONEY_GROUPS = "account.group_account_invoice,account.group_account_readonly,repair_service.repair_service_group_manager"


class RepairOrder(models.Model):
    _inherit = "repair.order"

    payment_ids = fields.One2many("repair.payment", "repair_id", "Payments collected", copy=False)
    amount_collected = fields.Monetary(
        "Collected on the spot", compute="_compute_amount_collected", compute_sudo=True, help="Taken from the customer and not given back.")
    amount_to_collect = fields.Monetary("Still to pay", compute="_compute_amount_collected", compute_sudo=True)
    amount_claimable = fields.Monetary(
        "Owed by others", compute="_compute_margin", store=True, groups=MONEY_GROUPS,
        help="Untaxed price of what brand and supplier pay.")
    amount_cost = fields.Monetary(
        "Cost", compute="_compute_margin", store=True, groups=MONEY_GROUPS,
        help="Value of the parts that left stock, and labour at its cost price.")
    amount_margin = fields.Monetary(
        "Margin", compute="_compute_margin", store=True, groups=MONEY_GROUPS,
        help="What customer, brand and supplier pay, untaxed, less the cost. Work that the company bears brings nothing.")

    @api.depends("payment_ids.amount", "payment_ids.state", "amount_customer_total", "has_unapproved_lines", "invoice_ids")
    def _compute_amount_collected(self):
        for order in self:
            order.amount_collected = sum(payment.amount for payment in order.payment_ids if payment._is_standing())
            order.amount_to_collect = max(order._get_agreed_total() - order._get_received_total(), 0.0)

    def _get_agreed_total(self):
        """Return what the customer has agreed to pay, with tax: what he was not asked about does not count yet."""
        self.ensure_one()
        if not self.has_unapproved_lines:
            return self.amount_customer_total
        return self.sudo().quotation_ids.filtered(lambda quotation: quotation.state == "approved")[:1].amount_total  # the newest

    def _get_received_total(self):
        """Return what the customer has paid, on the spot and to accounting."""
        self.ensure_one()
        order_sudo = self.sudo()  # a sum for those who work on the order, who read no invoices
        posted = order_sudo.invoice_ids.filtered(lambda move: move.state == "posted" and move.move_type == "out_invoice")
        settled = sum(move.amount_total - move.amount_residual for move in posted if not self._is_credited(move))
        waiting = order_sudo.payment_ids.filtered(
            lambda payment: payment._is_standing() and not (payment.state == "booked" and payment.payment_id.is_reconciled))
        return settled + sum(waiting.mapped("amount"))

    @api.depends(
        "amount_customer_untaxed", "service_line_ids.price_subtotal", "service_line_ids.payer", "service_line_ids.refused",
        "move_ids.repair_price_subtotal", "move_ids.payer", "move_ids.state", "move_ids.value",
    )
    def _compute_margin(self):
        for order in self:
            lines = order._get_charged_lines() if order.appliance_id else []
            order.amount_claimable = sum(line._get_charge_subtotal() for line in lines if line.payer in ("brand", "supplier"))
            order.amount_cost = order.currency_id.round(sum(line._get_cost() for line in lines))
            order.amount_margin = order.amount_customer_untaxed + order.amount_claimable - order.amount_cost

    def action_collect_payment(self):
        """Open the form that records money taken on the spot, filled in with what is still to pay.

        :raises AccessError: for users who do not work on the order
        """
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Take a payment"),
            "res_model": "repair.payment",
            "view_mode": "form",
            "target": "new",
            "context": {"default_repair_id": self.id, "default_amount": self.amount_to_collect},
        }
