from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .repair_brand_claim_terms import CLAIM_READERS

ACCOUNTING = "account.group_account_invoice,account.group_account_readonly"


class RepairBrandClaim(models.Model):
    """The claim in the books: one invoice line a claimed line, and credit notes for what is conceded."""

    _inherit = "repair.brand.claim"

    invoice_id = fields.Many2one(
        "account.move", readonly=True, copy=False, index="btree_not_null", ondelete="set null", groups=ACCOUNTING)
    credit_move_ids = fields.Many2many(
        "account.move", "repair_brand_claim_credit_rel", "claim_id", "move_id", "Credit notes", readonly=True, copy=False,
        groups=ACCOUNTING)
    former_invoice_ids = fields.Many2many(
        "account.move", "repair_brand_claim_former_invoice_rel", "claim_id", "move_id", "Cancelled invoices", readonly=True, copy=False,
        groups=ACCOUNTING)
    invoice_state = fields.Selection(
        [("none", "Not invoiced"), ("draft", "Draft invoice"), ("posted", "Invoiced")], "Invoicing",
        compute="_compute_invoice_state", compute_sudo=True)
    invoice_due = fields.Date("Due on", compute="_compute_invoice_state", compute_sudo=True)
    amount_residual = fields.Monetary(
        "Still owed, with tax", compute="_compute_invoice_state", compute_sudo=True, groups=CLAIM_READERS,
        help="Of the invoice, less credit notes and payments. Below zero: we owe it to the brand.")
    days_overdue = fields.Integer("Days overdue", compute="_compute_invoice_state", compute_sudo=True)

    @api.depends(
        "invoice_id.state", "invoice_id.invoice_date_due", "invoice_id.amount_residual_signed", "credit_move_ids.state",
        "credit_move_ids.amount_residual_signed")
    def _compute_invoice_state(self):
        today = fields.Date.context_today(self)
        for claim in self:
            invoice = claim.invoice_id
            claim.invoice_state = invoice.state if invoice.state in ("draft", "posted") else "none"
            claim.invoice_due = invoice.invoice_date_due
            posted = (invoice | claim.credit_move_ids).filtered(lambda move: move.state == "posted")
            claim.amount_residual = sum(posted.mapped("amount_residual_signed"))
            owed = claim.amount_residual > 0 and claim.invoice_due
            claim.days_overdue = max((today - claim.invoice_due).days, 0) if owed else 0

    def action_create_invoice(self):
        """Create the draft invoice of a sent claim: one line a claimed line, with the taxes of labour or part.

        :return: action that opens the invoice
        :raises AccessError: for users outside accounting
        :raises UserError: the claim is not sent, or invoiced already
        """
        self.ensure_one()
        self._check_accountant()
        self._lock_claim()
        self._check_state(("sent",), self.env._("Invoicing"))
        if self.invoice_id and self.invoice_id.state != "cancel":
            raise UserError(self.env._("%(claim)s is invoiced already.", claim=self.number))
        lines = self._get_asked_lines()
        invoice = self.env["account.move"].with_company(self.company_id).create({
            "move_type": "out_invoice", "partner_id": self.partner_id.id, "company_id": self.company_id.id,
            "currency_id": self.currency_id.id, "invoice_origin": self.number, "ref": self.number,
            "invoice_line_ids": [Command.create(line._prepare_invoice_line()) for line in lines],
        })
        for line, invoice_line in zip(lines, invoice.invoice_line_ids.sorted(lambda line: (line.sequence, line.id)), strict=True):
            line._flow_write({"invoice_line_id": invoice_line.id})
        former = [Command.link(self.invoice_id.id)] if self.invoice_id else []
        self._flow_write({"invoice_id": invoice.id, "former_invoice_ids": former})
        return self.action_view_invoice()

    def action_post_invoice(self):
        """Post the claim's draft invoice.

        :raises AccessError: for users outside accounting
        """
        self.ensure_one()
        self._check_accountant()
        if self.invoice_id.state != "draft":
            raise UserError(self.env._("%(claim)s has no draft invoice.", claim=self.number))
        self.invoice_id.action_post()
        return True

    def _check_invoice(self):
        """Raise when the draft invoice asks for something else than was claimed, or somebody else, or in another currency."""
        self.ensure_one()
        invoice, lines = self.invoice_id, self._get_asked_lines()
        asked = invoice.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        if (
            invoice.move_type != "out_invoice" or invoice.currency_id != self.currency_id
            or invoice.commercial_partner_id != self.partner_id.commercial_partner_id or asked - lines.invoice_line_id
        ):
            raise UserError(self.env._(
                "The invoice of %(claim)s asks %(brand)s in %(currency)s for the lines of the claim, and for nothing else.",
                claim=self.number, brand=self.partner_id.name, currency=self.currency_id.name))
        for line in lines:
            if self.currency_id.compare_amounts(line.invoice_line_id.price_subtotal, line.amount_claimed):
                raise UserError(self.env._(
                    "%(line)s was claimed at %(claimed)s, and the invoice asks for %(invoiced)s: invoice what was claimed.",
                    line=line.reference, claimed=self.currency_id.format(line.amount_claimed),
                    invoiced=self.currency_id.format(line.invoice_line_id.price_subtotal)))

    def action_reopen(self):
        """Reopen settled claims of which the brand has paid less than it granted: its answers can be corrected, line by line.

        :raises AccessError: for users outside accounting
        :raises UserError: not settled, or nothing is owed
        """
        self._check_accountant()
        self._lock_claim()
        self._check_state(("settled",), self.env._("Reopening"))
        for claim in self:
            if claim.currency_id.compare_amounts(claim.amount_residual, 0) <= 0:
                raise UserError(self.env._("The brand owes nothing of %(claim)s any more.", claim=claim.number))
            claim._flow_write({"state": "sent", "settled_on": False})
        return True

    def action_settle(self):
        """Settle reopened claims of which every line is answered, decided and credited.

        :raises AccessError: for users outside accounting
        :raises UserError: a line waits for an answer, a decision or its credit note
        """
        self._check_accountant()
        self._lock_claim()
        self._check_state(("sent",), self.env._("Settling"))
        self._settle_finished()
        for claim in self:
            if claim.state != "settled":
                raise UserError(self.env._("Lines of %(claim)s wait for an answer, a decision or a credit note.", claim=claim.number))
        return True

    def action_view_invoice(self):
        """Open the claim's invoice, with its credit notes where there are some."""
        self.ensure_one()
        moves = self.invoice_id | self.credit_move_ids
        action = {"type": "ir.actions.act_window", "name": self.env._("Invoices"), "res_model": "account.move"}
        if len(moves) == 1:
            return {**action, "view_mode": "form", "res_id": moves.id}
        return {**action, "view_mode": "list,form", "domain": [("id", "in", moves.ids)]}

    def action_credit(self):
        """Credit what the brand refused and another payer took over, and set the credit note against the invoice.

        :return: ``True``
        :raises AccessError: for users outside accounting
        :raises UserError: nothing is to be credited, or the invoice is not posted
        """
        self.ensure_one()
        self._check_accountant()
        self._lock_claim()
        self._check_state(("sent",), self.env._("Crediting"))
        lines = self.line_ids.filtered(lambda line: line._needs_credit())
        if not lines:
            raise UserError(self.env._(
                "Nothing of %(claim)s is to be credited: decide first who bears what was refused.", claim=self.number))
        if self.invoice_id.state != "posted":
            raise UserError(self.env._("Post the invoice of %(claim)s first.", claim=self.number))
        note = self.env["account.move"].with_company(self.company_id).create({
            "move_type": "out_refund", "partner_id": self.partner_id.id, "company_id": self.company_id.id,
            "currency_id": self.currency_id.id, "invoice_origin": self.number, "ref": self.number,
            "reversed_entry_id": self.invoice_id.id,
            "invoice_line_ids": [Command.create(line._prepare_credit_line()) for line in lines],
        })
        note.action_post()
        receivable = (self.invoice_id | note).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable" and not line.reconciled)
        if len(receivable.move_id) > 1:
            receivable.reconcile()
        lines._flow_write({"credit_move_id": note.id})
        self._flow_write({"credit_move_ids": [Command.link(note.id)]})
        self._settle_finished()
        return True


class RepairBrandClaimLine(models.Model):
    _inherit = "repair.brand.claim.line"

    invoice_line_id = fields.Many2one(
        "account.move.line", "Invoice line", readonly=True, copy=False, index="btree_not_null", ondelete="set null", groups=ACCOUNTING)
    credit_move_id = fields.Many2one(
        "account.move", "Credit note", readonly=True, copy=False, index="btree_not_null", ondelete="restrict", groups=ACCOUNTING)

    def _prepare_invoice_line(self):
        """Return the values of the invoice line: all that is claimed.

        Without its product: the part has left stock with the order, its cost is in the books already.
        """
        self.ensure_one()
        claim = self.claim_id
        product = self.product_id.with_company(claim.company_id)
        position = self.env["account.fiscal.position"].with_company(claim.company_id)._get_fiscal_position(claim.partner_id)
        taxes = position.map_tax(product.taxes_id._filter_taxes_by_company(claim.company_id))
        values = {
            "name": f"{self.reference} {self.repair_id.name} {self.name}", "sequence": self.sequence, "quantity": 1.0,
            "price_unit": self._get_line_price(self.amount_claimed, taxes), "tax_ids": [Command.set(taxes.ids)]}
        if income := product.product_tmpl_id.get_product_accounts(fiscal_pos=position)["income"]:
            values["account_id"] = income.id
        return values

    def _get_line_price(self, amount, taxes):
        """Return what an invoice line shows for an untaxed amount: with its tax where prices hold it."""
        if not taxes.filtered("price_include"):
            return amount
        return taxes.compute_all(amount, currency=self.currency_id, handle_price_include=False)["total_included"]

    def _prepare_credit_line(self):
        """Return the values of the credit note's line: what was refused, by tax and account of the line that was invoiced."""
        self.ensure_one()
        invoiced = self.invoice_line_id
        values = {
            "name": invoiced.name, "sequence": self.sequence, "quantity": 1.0, "tax_ids": [Command.set(invoiced.tax_ids.ids)],
            "account_id": invoiced.account_id.id, "analytic_distribution": invoiced.analytic_distribution}
        if not self.currency_id.compare_amounts(self.amount_refused, self.amount_claimed):
            return {**values, "quantity": invoiced.quantity, "price_unit": invoiced.price_unit, "discount": invoiced.discount}
        return {**values, "price_unit": self._get_line_price(self.amount_refused, invoiced.tax_ids)}


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_claims_sudo(self):
        return self.env["repair.brand.claim"].sudo().search([("invoice_id", "in", self.ids)])  # the books' own check, whoever posts

    def _post(self, soft=True):
        """Post; the invoice of a claim asks its brand for what was claimed, line by line, and it is the only one.

        :raises UserError: another brand, currency or amount, or an invoice in whose place another one came
        """
        drafts = self.filtered(lambda move: move.is_invoice())
        for claim in drafts._get_claims_sudo() if drafts else ():
            claim._check_invoice()
        former_sudo = self.env["repair.brand.claim"].sudo().search([("former_invoice_ids", "in", drafts.ids)], limit=1)  # as above
        if former_sudo:
            raise UserError(self.env._(
                "%(claim)s was invoiced anew: this invoice stays cancelled, or its brand would be charged twice.",
                claim=former_sudo.number))
        return super()._post(soft)

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """Reverse; what a brand does not pay is credited by its claim, line by line.

        :raises UserError: invoice or credit note of a claim
        """
        claims_sudo = self.env["repair.brand.claim"].sudo()  # the books' own check, whoever reverses
        if claim := claims_sudo.search(["|", ("invoice_id", "in", self.ids), ("credit_move_ids", "in", self.ids)], limit=1):
            raise UserError(self.env._(
                "Claim %(claim)s credits its invoice line by line, once it is decided who bears what the brand refused. As long as the "
                "brand has not answered, reset the invoice to draft instead.", claim=claim.number))
        return super()._reverse_moves(default_values_list=default_values_list, cancel=cancel)

    def button_draft(self):
        """Reset; an invoice that a brand has answered to stays."""
        self._check_no_answers()
        return super().button_draft()

    def button_cancel(self):
        """Cancel; an invoice that a brand has answered to stays."""
        self._check_no_answers()
        return super().button_cancel()

    def _check_no_answers(self):
        claims_sudo = self._get_claims_sudo()
        credited_sudo = self.env["repair.brand.claim.line"].sudo().search_count([("credit_move_id", "in", self.ids)], limit=1)  # as above
        if credited_sudo or any(line.answered_on for line in claims_sudo.line_ids):
            raise UserError(self.env._("The brand has answered to this claim: its invoice and credit notes stay as they are."))
