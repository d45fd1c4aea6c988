from psycopg2 import IntegrityError

from odoo import api, fields, models
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.fields import Domain
from odoo.tools import SQL

DEPOSIT_STAGES = ("approved", "repairing", "inspected")


class RepairOrder(models.Model):
    _inherit = "repair.order"

    # Whether an order is invoiced is no secret to those who work on it; the invoices themselves keep accounting's rights.
    invoice_ids = fields.Many2many("account.move", compute="_compute_invoice_ids", compute_sudo=True, string="Invoices")
    invoice_state = fields.Selection(
        [("none", "Nothing invoiced"), ("draft", "Draft invoice"), ("posted", "Invoiced")],
        compute="_compute_invoice_ids", compute_sudo=True, search="_search_invoice_state", string="Invoicing")
    has_deposit = fields.Boolean(compute="_compute_invoice_ids", compute_sudo=True, help="A deposit was invoiced and not given back.")

    has_draft_deposit = fields.Boolean(compute="_compute_invoice_ids", compute_sudo=True, help="A deposit waits to be posted.")

    # Along stored relations: what the sale order works out itself would be searched for at every change of an invoice.
    @api.depends(
        "sale_order_id.order_line.invoice_lines.parent_state", "sale_order_id.order_line.invoice_lines.move_id.payment_state")
    def _compute_invoice_ids(self):
        for order in self:
            invoices = order.sale_order_id.invoice_ids.filtered(lambda move: move.state != "cancel")
            order.invoice_ids = invoices
            # A deposit above what is due in the end makes a refund of the final invoice; a credit note takes one back.
            standing = invoices.filtered(lambda move: not move.reversed_entry_id and not self._is_credited(move))
            deposits = standing.filtered(lambda move: move._is_downpayment())
            states = set((standing - deposits).mapped("state"))
            order.has_deposit = "posted" in deposits.mapped("state")
            order.has_draft_deposit = "draft" in deposits.mapped("state")
            order.invoice_state = "posted" if "posted" in states else "draft" if "draft" in states else "none"

    @api.model
    def _is_credited(self, invoice):
        """Whether credit notes took back the whole of an invoice; Odoo leaves one that was paid at "paid"."""
        credited = sum(invoice.reversal_move_ids.filtered(lambda move: move.state == "posted").mapped("amount_total"))
        return invoice.payment_state == "reversed" or (
            bool(credited) and invoice.currency_id.compare_amounts(credited, invoice.amount_total) >= 0)

    def _search_invoice_state(self, operator, value):
        if operator != "in":
            return NotImplemented

        credited = SQL("""(
            SELECT invoice.id FROM account_move invoice
              JOIN account_move note ON note.reversed_entry_id = invoice.id AND note.state = 'posted'
             GROUP BY invoice.id HAVING SUM(note.amount_total) >= invoice.amount_total)""")

        def invoiced(state):
            # As the value itself, the search tells nothing of an invoice but that it is there.
            move = (
                Domain("state", "=", state) & Domain("reversed_entry_id", "=", False) & Domain("payment_state", "!=", "reversed")
                & Domain("id", "not in", credited))
            line = Domain("is_downpayment", "=", False) & Domain("invoice_lines", "any!", Domain("move_id", "any!", move))
            return Domain("sale_order_id", "any!", Domain("order_line", "any!", line))

        posted, draft = invoiced("posted"), invoiced("draft")
        by_state = {"posted": posted, "draft": draft & ~posted, "none": ~posted & ~draft}
        return Domain.OR(by_state[state] for state in value if state in by_state)

    def action_create_invoice(self):
        """Create the draft invoice of accepted work, or of the inspection fee after a refusal (handbook 2.2.4).

        Deposits are taken off.

        :return: action that opens the invoice
        :raises AccessError: for users who may not create invoices
        :raises UserError: when the work is not accepted or is invoiced already
        """
        self.ensure_one()
        self._check_accounting()
        self._lock_order()
        if not (self.service_stage == "quoted" and self.quotation_state == "refused"):
            self._check_stage(("accepted",), self.env._("Invoicing"))
        if self.invoice_state != "none":
            raise UserError(self.env._("%(order)s is invoiced already.", order=self.name))
        if self.has_draft_deposit:
            raise UserError(self.env._("Post or delete the draft deposit of %(order)s first.", order=self.name))
        return self._open_invoices(self.sale_order_id._create_invoices(final=True))

    def _check_accounting(self):
        if not self.env["account.move"].has_access("create"):
            raise AccessError(self.env._("Invoices are created by accounting."))

    def action_view_invoices(self):
        """Open the order's invoices."""
        self.ensure_one()
        return self._open_invoices(self.invoice_ids)

    def _open_invoices(self, invoices):
        action = {"type": "ir.actions.act_window", "name": self.env._("Invoices"), "res_model": "account.move"}
        if len(invoices) == 1:
            return {**action, "view_mode": "form", "res_id": invoices.id}
        return {**action, "view_mode": "list,form", "domain": [("id", "in", invoices.ids)]}

    def action_post_invoice(self):
        """Post the order's draft invoice.

        :raises AccessError: for users who may not post invoices
        """
        self.ensure_one()
        drafts = self.invoice_ids.filtered(lambda move: move.state == "draft")
        if not drafts:
            raise UserError(self.env._("%(order)s has no draft invoice.", order=self.name))
        drafts.action_post()
        return True

    def action_invoice_deposit(self, amount):
        """Create the draft invoice of a deposit on what the customer approved; the final invoice takes it off.

        :param float amount: with tax, in the order's currency
        :return: action that opens the invoice
        :raises AccessError: for users who may not create invoices
        :raises UserError: before the approval, after the acceptance, or when the customer pays nothing or less
        """
        self.ensure_one()
        self._check_accounting()
        self._lock_order()
        self._check_stage(DEPOSIT_STAGES, self.env._("A deposit"))
        deposits = self.invoice_ids.filtered(lambda move: move.move_type == "out_invoice" and not self._is_credited(move))
        free = self._get_agreed_total() - sum(deposits.mapped("amount_total"))
        if not isinstance(amount, (int, float)) or not 0 < amount <= free:
            raise UserError(self.env._(
                "A deposit on %(order)s lies between zero and %(free)s.", order=self.name, free=self.currency_id.format(max(free, 0.0))))
        wizard_sudo = self.env["sale.advance.payment.inv"].sudo()  # the dialogue is the sellers', the sale order is this order's paper
        invoice = wizard_sudo.create({
            "advance_payment_method": "fixed", "fixed_amount": amount, "sale_order_ids": self.sale_order_id.ids,
        })._create_invoices(self.sale_order_id.sudo())
        return self._open_invoices(invoice.sudo(False))

    def _settle_free_work(self):
        """Bring the cost of work that its customer does not pay into the books: its invoice of zero posts itself.

        Where the books refuse (no journal, a locked period), the order waits among those to invoice, and its chatter says why.
        """
        for order in self:
            if not order.currency_id.is_zero(order.amount_customer_total):
                continue
            if order.has_deposit or order.has_draft_deposit or order.invoice_state != "none":
                continue
            try:
                with self.env.cr.savepoint():
                    order_sudo = order.sudo()  # booked by the acceptance itself, whoever takes it
                    order_sudo.sale_order_id._create_invoices(final=True).action_post()
            except (UserError, RedirectWarning, IntegrityError) as error:
                reason = self.env._("an account is missing") if isinstance(error, IntegrityError) else error.args[0]
                order.message_post(body=self.env._("The cost of this free repair is not booked yet: %(error)s", error=reason))

    def action_repair_cancel(self):
        """Cancel; what the customer paid goes back to him first."""
        for order in self:
            if order.amount_collected:
                raise UserError(self.env._(
                    "The customer has paid %(amount)s on %(order)s: give it back before the order is cancelled.",
                    amount=order.currency_id.format(order.amount_collected), order=order.name))
            if order.has_deposit:
                raise UserError(self.env._(
                    "The customer has paid a deposit on %(order)s: accounting credits it before the order is cancelled.", order=order.name))
        return super().action_repair_cancel()
