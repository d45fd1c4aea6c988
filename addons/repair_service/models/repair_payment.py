from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

COLLECT_STAGES = ("quoted", "approved", "repairing", "inspected", "accepted")


class RepairPayment(models.Model):
    """Money that somebody took from the customer on the spot, until accounting has booked it."""

    _name = "repair.payment"
    _description = "Payment collected on the spot"
    _inherit = ["mail.thread", "repair.input"]
    _order = "collected_on desc, id desc"
    _flow_fields = frozenset({"state", "payment_id", "collected_by_id", "collected_on", "cancel_reason"})
    _check_company_auto = True

    repair_id = fields.Many2one(
        "repair.order", "Service order", required=True, index=True, ondelete="restrict", check_company=True,
        domain="[('appliance_id', '!=', False), ('approved_on', '!=', False)]")
    company_id = fields.Many2one(related="repair_id.company_id", store=True, index=True, precompute=True)
    currency_id = fields.Many2one(related="repair_id.currency_id")
    partner_id = fields.Many2one(related="repair_id.partner_id", store=True)
    amount = fields.Monetary(required=True, tracking=True)
    method = fields.Selection(
        [("cash", "Cash"), ("wechat", "WeChat Pay"), ("alipay", "Alipay"), ("card", "Card"), ("transfer", "Bank transfer")],
        required=True, default="wechat", index=True)
    reference = fields.Char(help="Number of the receipt or of the transaction.")
    collected_by_id = fields.Many2one("res.users", default=lambda self: self.env.user, readonly=True, index=True)
    collected_on = fields.Datetime(default=fields.Datetime.now, readonly=True)
    journal_id = fields.Many2one(
        "account.journal", compute="_compute_journal_id", store=True, readonly=False, check_company=True,
        domain="[('type', 'in', ('bank', 'cash', 'credit'))]", groups="account.group_account_invoice")
    payment_id = fields.Many2one(
        "account.payment", readonly=True, copy=False, groups="account.group_account_invoice,account.group_account_readonly")
    state = fields.Selection(
        [("collected", "Collected"), ("booked", "In the books"), ("cancelled", "Given back")], default="collected", readonly=True,
        copy=False, index=True, tracking=True)
    is_booking_cancelled = fields.Boolean(
        compute="_compute_is_booking_cancelled", help="Accounting cancelled the booking: book again, or give the money back.")
    cancel_reason = fields.Char("Why it was given back", readonly=True, copy=False)

    _amount_positive = models.Constraint("CHECK (amount > 0)", "A payment is more than zero.")

    @api.depends("repair_id.name", "amount")
    def _compute_display_name(self):
        for payment in self:
            amount = payment.currency_id.format(payment.amount) if payment.currency_id else ""
            payment.display_name = f"{payment.repair_id.name or ''} {amount}".strip()

    def _compute_is_booking_cancelled(self):
        for payment in self:
            payment.is_booking_cancelled = payment._is_booking_cancelled()

    @api.depends("method", "company_id")
    def _compute_journal_id(self):
        journals = self.env["account.journal"].sudo().search([  # proposed for accounting, whoever took the money
            ("type", "in", ("cash", "bank")), ("company_id", "in", self.company_id.ids)])
        for payment in self:
            wanted = "cash" if payment.method == "cash" else "bank"
            payment.journal_id = journals.filtered(
                lambda journal, wanted=wanted, payment=payment: journal.type == wanted and journal.company_id == payment.company_id)[:1]

    @api.constrains("amount", "repair_id")
    def _check_amount(self):
        for payment in self:
            order = payment.repair_id
            if not order.appliance_id or (not order.approved_on and order.quotation_state != "refused"):
                raise ValidationError(self.env._(
                    "Money is taken once the customer has agreed to the quotation of %(order)s.", order=order.name))
            agreed, received = order._get_agreed_total(), order._get_received_total()
            if order.currency_id.compare_amounts(received, agreed) > 0:
                raise ValidationError(self.env._(
                    "The customer of %(order)s pays %(total)s: %(collected)s would be more than that.", order=order.name,
                    total=order.currency_id.format(agreed), collected=order.currency_id.format(received)))

    @api.model_create_multi
    def create(self, vals_list):
        """Record money taken on the spot; booked is it by accounting."""
        for vals in vals_list:
            for name in self._flow_fields:
                vals.pop(name, None)
        orders = self.env["repair.order"].browse(vals["repair_id"] for vals in vals_list if vals.get("repair_id"))
        orders._lock_order()  # two who take the same money at once
        payments = super().create(vals_list)
        for payment in payments:
            order = payment.repair_id
            order._check_stage(COLLECT_STAGES, self.env._("Taking a payment"))
            order.message_post(body=self.env._(
                "%(who)s took %(amount)s: %(method)s.", who=payment.collected_by_id.sudo().name, method=payment._get_method_label(),
                amount=payment.currency_id.format(payment.amount)))  # a name, also for those who read no users
        return payments

    def _is_standing(self):
        """Whether the money is there: taken and not given back, and its booking not cancelled in accounting."""
        self.ensure_one()
        return self.state == "collected" or (self.state == "booked" and not self._is_booking_cancelled())

    def _is_booking_cancelled(self):
        self.ensure_one()
        return self.state == "booked" and self.sudo().payment_id.state in ("canceled", "rejected", False)  # a fact for who works here

    def _check_open(self):
        for payment in self:
            payment.invalidate_recordset(["state"])
            if payment.state != "collected" and not payment._is_booking_cancelled():
                raise UserError(self.env._("%(payment)s is booked or given back already.", payment=payment.display_name))

    def write(self, vals):
        """A payment stays as it was taken: only accounting chooses the journal, and what was wrong is given back."""
        if not self.env.su and vals.keys() - {"journal_id"}:
            raise UserError(self.env._("A payment stays as it was recorded: give it back and record the right one."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A payment that was recorded is not deleted: give it back with its reason."))

    def _get_method_label(self):
        return dict(self._fields["method"]._description_selection(self.env))[self.method]

    def action_book(self):
        """Book the payments and take them off what their customers owe.

        :raises AccessError: for users outside accounting
        :raises UserError: booked or given back already, or without a journal
        """
        if not self.env["account.payment"].has_access("create"):
            raise AccessError(self.env._("Payments are booked by accounting."))
        for payment in self:
            payment.repair_id._lock_order()
            payment._check_open()
            if not payment.journal_id:
                raise UserError(self.env._("Choose the journal in which %(payment)s is booked.", payment=payment.display_name))
            booked = self.env["account.payment"].create(payment._prepare_payment())
            booked.action_post()
            payment.sudo().write({"payment_id": booked.id, "state": "booked"})  # accounting books, the record is the flow's
        self._reconcile()
        return True

    def _prepare_payment(self):
        self.ensure_one()
        method = self.journal_id.inbound_payment_method_line_ids[:1]
        return {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": self.partner_id.commercial_partner_id.id,
            "amount": self.amount,
            "currency_id": self.currency_id.id,
            "journal_id": self.journal_id.id,
            "payment_method_line_id": method.id,
            "date": self.repair_id._local_date(self.collected_on),
            "memo": " ".join(filter(None, (self.repair_id.name, self.reference))),
        }

    def _reconcile(self):
        """Set booked payments against the posted invoices of their orders; what is not invoiced yet waits for its invoice."""
        for payment in self.filtered(lambda payment: payment.state == "booked" and payment.payment_id.move_id.state == "posted"):
            receivable = payment.payment_id.move_id.line_ids.filtered(
                lambda line: line.account_id.account_type == "asset_receivable" and not line.reconciled)
            invoices = payment.repair_id.invoice_ids.filtered(
                lambda move: move.state == "posted" and move.move_type == "out_invoice" and move.payment_state in ("not_paid", "partial"))
            for invoice in invoices.sorted("id"):
                if receivable and not receivable.reconciled:
                    invoice.js_assign_outstanding_line(receivable.id)

    def action_give_back(self, reason=None):
        """Take back a payment that was recorded wrongly, or given back to the customer; booked ones are refunded in accounting.

        :param str reason: why, required
        :raises UserError: booked already, or without a reason
        """
        self.check_access("write")
        if not isinstance(reason, str) or not reason.strip():
            raise UserError(self.env._("Say why the payment is given back."))
        for payment in self:
            payment.repair_id._lock_order()
            payment._check_open()
            if payment.collected_by_id != self.env.user and not self.env.user.has_group("repair_service.repair_service_group_desk"):
                raise AccessError(self.env._("A payment is given back by who took it, or by the desk."))
            payment.sudo().write({"state": "cancelled", "cancel_reason": reason.strip()[:500]})  # written by the step alone
        return True
