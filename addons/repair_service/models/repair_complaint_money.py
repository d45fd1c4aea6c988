from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from .repair_flow import FLOW

MONEY_GROUP = "account.group_account_invoice"
MONEY_REMEDIES = ("refund", "compensation")
MONEY_STATES = [
    ("none", "Nothing asked"), ("asked", "To be approved"), ("approved", "Approved"), ("refused", "Refused"), ("booked", "In the books"),
]


class RepairComplaint(models.Model):
    """Refunds and compensation: asked by who works on the case, approved over a limit by accounting, booked as credit notes."""

    _inherit = "repair.complaint"

    currency_id = fields.Many2one(related="company_id.currency_id")
    refund_amount = fields.Monetary("Refund", copy=False, tracking=True, help="Of what the customer paid, tax included.")
    compensation_amount = fields.Monetary("Compensation", copy=False, tracking=True, help="For damage or trouble, beyond what was paid.")
    money_state = fields.Selection(
        MONEY_STATES, "Refund and compensation", default="none", readonly=True, copy=False, index=True, tracking=True)
    money_requested_by_id = fields.Many2one("res.users", "Asked by", readonly=True, copy=False)
    money_approved_by_id = fields.Many2one("res.users", "Approved by", readonly=True, copy=False)
    refund_move_ids = fields.Many2many(
        "account.move", "repair_complaint_move_rel", "complaint_id", "move_id", "Credit notes", readonly=True, copy=False,
        groups="account.group_account_invoice,account.group_account_readonly")

    _amounts_positive = models.Constraint(
        "CHECK (COALESCE(refund_amount, 0) >= 0 AND COALESCE(compensation_amount, 0) >= 0)", "Refund and compensation are not below zero.")

    def write(self, vals):
        """Write; amounts that were approved or booked stay."""
        if {"refund_amount", "compensation_amount"} & vals.keys() and self.env.context.get("repair_flow") is not FLOW:
            self._check_input(vals)  # before the amounts are compared
            for complaint in self:
                amounts = vals.keys() & {"refund_amount", "compensation_amount"}
                changed = any(complaint._is_changed(name, vals[name]) for name in amounts)
                if changed and complaint.money_state not in ("none", "refused"):
                    raise UserError(self.env._(
                        "Refund and compensation of %(number)s are asked for already: have them refused first.", number=complaint.number))
        return super().write(vals)

    def _get_money_total(self):
        self.ensure_one()
        return self.currency_id.round((self.refund_amount or 0.0) + (self.compensation_amount or 0.0))

    def _check_money_named(self):
        """Raise when remedy and amounts do not fit: a refund needs its amount, and money needs a remedy of that kind."""
        self.ensure_one()
        if self.remedy in MONEY_REMEDIES and not self[f"{self.remedy}_amount"]:
            raise UserError(self.env._("Note the amount that %(number)s is settled with.", number=self.number))

    def _check_money_settled(self):
        """Raise while money that was promised is not in the books."""
        self.ensure_one()
        if self._get_money_total() and self.money_state != "booked":
            raise UserError(self.env._(
                "Refund or compensation of %(number)s is not in the books yet: ask for it, or have accounting book it.",
                number=self.number))

    def _get_invoices_sudo(self):
        invoices_sudo = self.repair_id.sudo().invoice_ids  # the desk reads no invoices, but refunds what was paid on them
        return invoices_sudo.filtered(lambda move: move.state == "posted" and move.move_type == "out_invoice").sorted("id")

    def _get_refundable_amount(self):
        """What the customer was charged for the order, less what was credited already."""
        self.ensure_one()
        credited_sudo = self._get_invoices_sudo().reversal_move_ids.filtered(lambda move: move.state == "posted")
        return sum(self._get_invoices_sudo().mapped("amount_total")) - sum(credited_sudo.mapped("amount_total"))

    def action_request_money(self):
        """Ask for refund and compensation; up to the company's limit they are approved at once.

        :raises UserError: no amount, more than was paid, or asked for already
        """
        self._take_step(("investigating", "proposed"), self.env._("Refund or compensation"))
        for complaint in self:
            total = complaint._get_money_total()
            if complaint.money_state not in ("none", "refused") or not total:
                raise UserError(self.env._(
                    "Note the amounts of %(number)s first; what was asked for already is not asked again.", number=complaint.number))
            most = complaint._get_refundable_amount()
            if complaint.refund_amount and complaint.currency_id.compare_amounts(complaint.refund_amount, most) > 0:
                raise UserError(self.env._(
                    "At most %(amount)s of %(number)s can be refunded: that is what was invoiced. More is compensation.",
                    amount=complaint.currency_id.format(most), number=complaint.number))
            if not complaint.partner_id:
                raise UserError(self.env._("Choose the customer of %(number)s: money goes to somebody known.", number=complaint.number))
            limit = complaint.company_id.sudo().repair_complaint_limit  # the company's own rule
            state = "asked" if complaint.currency_id.compare_amounts(total, limit) > 0 else "approved"
            complaint._flow_write({"money_state": state, "money_requested_by_id": self.env.uid, "money_approved_by_id": False})
        return True

    def action_approve_money(self):
        """Approve refund and compensation over the limit; nobody approves what he asked for himself.

        :raises AccessError: without the accounting right
        """
        self._check_accountant()
        for complaint in self:
            if complaint.money_state != "asked":
                raise UserError(self.env._("Nothing of %(number)s waits for an approval.", number=complaint.number))
            if complaint.money_requested_by_id == self.env.user and not self.env.su:
                raise UserError(self.env._("You asked for it yourself: let somebody else approve it."))
        self.sudo()._flow_write({"money_state": "approved", "money_approved_by_id": self.env.uid})  # accounting decides on money only
        return True

    def action_refuse_money(self):
        """Refuse refund and compensation: another solution is looked for.

        :raises AccessError: without the accounting right
        """
        self._check_accountant()
        for complaint in self:
            if complaint.money_state not in ("asked", "approved"):
                raise UserError(self.env._("Nothing of %(number)s waits for an approval.", number=complaint.number))
        self.sudo()._flow_write({"money_state": "refused", "money_approved_by_id": self.env.uid})  # as above
        return True

    def action_book_money(self):
        """Post the credit notes: the refund on the order's invoice, the compensation on its own.

        :raises AccessError: without the accounting right
        :raises UserError: when it is not approved
        """
        self._check_accountant()
        self._lock()
        for complaint in self:
            if complaint.money_state != "approved":
                raise UserError(self.env._("Refund and compensation of %(number)s are not approved.", number=complaint.number))
            moves = self.env["account.move"]
            if complaint.refund_amount:
                moves |= complaint._create_refunds()
            if complaint.compensation_amount:
                moves |= complaint._create_compensation()
            moves.action_post()
            links = [Command.link(move.id) for move in moves]
            complaint.sudo()._flow_write({"money_state": "booked", "refund_move_ids": links})  # as above
        return True

    def action_view_refunds(self):
        """Open the credit notes of the cases."""
        self._check_accountant()
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_move_out_refund_type")
        return {**action, "domain": [("id", "in", self.refund_move_ids.ids)], "context": {"create": False}}

    def _check_accountant(self):
        if not (self.env.su or self.env.user.has_group(MONEY_GROUP)):
            raise AccessError(self.env._("Refunds and compensation are approved and booked by accounting."))
        self.check_access("read")

    def _create_refunds(self):
        """Return draft credit notes over the refund: whole invoices are reversed, the rest of the amount is a share of one."""
        self.ensure_one()
        left, moves = self.refund_amount, self.env["account.move"]
        for invoice in self._get_invoices_sudo().sudo(False):
            open_amount = invoice.amount_total - sum(
                invoice.reversal_move_ids.filtered(lambda move: move.state == "posted").mapped("amount_total"))
            if left <= 0 or open_amount <= 0:
                continue
            if self.currency_id.compare_amounts(left, open_amount) >= 0 and not invoice.reversal_move_ids:
                wizard = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=invoice.ids).create({
                    "reason": self.number, "journal_id": invoice.journal_id.id})
                wizard.refund_moves()
                moves |= wizard.new_move_ids
                left -= invoice.amount_total
            else:
                share = min(left, open_amount)
                moves |= self._create_share(invoice, share)
                left -= share
        return moves

    def _create_share(self, invoice, amount):
        line = invoice.invoice_line_ids.filtered(lambda line: line.display_type == "product" and line.price_total)[:1]
        taxes = line.tax_ids
        untaxed = taxes.with_context(force_price_include=True).compute_all(amount, self.currency_id)["total_excluded"] if taxes else amount
        move = self._create_credit_note(
            self.env._("Refund on %(invoice)s, complaint %(number)s", invoice=invoice.name, number=self.number),
            untaxed, taxes, account=line.account_id, reversed_entry_id=invoice.id, journal_id=invoice.journal_id.id,
            fiscal_position_id=invoice.fiscal_position_id.id)
        difference = self.currency_id.round(amount - move.amount_total)
        tax_line = move.line_ids.filtered("tax_line_id")[:1]
        if difference and tax_line:  # what rounding leaves goes to the tax
            tax_line.amount_currency += difference
        return move

    def _create_compensation(self):
        product = self.env.ref("repair_service.product_complaint_compensation").product_variant_id
        return self._create_credit_note(
            self.env._("Compensation, complaint %(number)s", number=self.number), self.compensation_amount, self.env["account.tax"],
            product=product)

    def _create_credit_note(self, name, price_unit, taxes, account=None, product=None, **values):
        self.ensure_one()
        return self.env["account.move"].with_company(self.company_id).create({
            "move_type": "out_refund", "partner_id": self.partner_id.id, "company_id": self.company_id.id, "ref": self.number,
            "invoice_date": self._get_local_date(fields.Datetime.now()),
            "invoice_origin": self.repair_id.sudo().name or self.number,  # accounting need not read orders
            "invoice_line_ids": [Command.create({
                "name": name, "quantity": 1.0, "price_unit": price_unit, "tax_ids": [Command.set(taxes.ids)],
                **({"product_id": product.id} if product else {}), **({"account_id": account.id} if account else {}),
            })],
            **values,
        })

    def _reset_money(self):
        """A case opened again may need money once more; what is booked stays booked."""
        self.filtered(lambda complaint: complaint.money_state == "booked")._flow_write(
            {"money_state": "none", "refund_amount": 0.0, "compensation_amount": 0.0})
