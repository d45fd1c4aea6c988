from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .repair_flow import FLOW

ASKED_FIELDS = {"product_id", "product_uom_qty", "price_unit", "discount", "tax_ids", "order_id"}
ADDRESSED_FIELDS = {
    "partner_id", "partner_invoice_id", "company_id", "pricelist_id", "currency_id", "fiscal_position_id", "payment_term_id"}
SIGNATURE_FIELDS = {"signature", "signed_by", "signed_on", "require_signature"}


class RepairBrandClaimLine(models.Model):
    """What a brand refuses falls to the customer only when he agrees: he is sent a quotation of its own, and signs it or not."""

    _inherit = "repair.brand.claim.line"

    customer_sale_id = fields.Many2one(
        "sale.order", "Quotation to the customer", readonly=True, copy=False, index="btree_not_null", ondelete="restrict",
        groups="sales_team.group_sale_salesman,account.group_account_invoice,account.group_account_readonly,"
               "repair_service.repair_service_group_manager")
    customer_sale_ids = fields.Many2many(
        "sale.order", "repair_brand_claim_line_sale_rel", "line_id", "sale_id", "Quotations to the customer", readonly=True, copy=False,
        groups="sales_team.group_sale_salesman,account.group_account_invoice,account.group_account_readonly,"
               "repair_service.repair_service_group_manager")
    customer_answer = fields.Selection(
        [("waiting", "Waits for the customer's answer"), ("agreed", "The customer agreed"), ("refused", "The customer refused")],
        "Customer's answer", readonly=True, copy=False)

    def _ask_customer(self):
        """Send the customer a quotation over what the brand refused."""
        self.ensure_one()
        order_sudo = self.repair_id.sudo()  # managers and accountants do not sell; the flow asks the customer
        sales_sudo = order_sudo.env["sale.order"].with_context(repair_flow=FLOW).with_company(self.company_id)
        sale_sudo = sales_sudo.create(self._prepare_customer_sale())
        self.sudo()._flow_write({  # who decides need not read quotations
            "customer_sale_id": sale_sudo.id, "customer_sale_ids": [Command.link(sale_sudo.id)], "customer_answer": "waiting"})
        template_sudo = self.env.ref("sale.email_template_edi_sale", raise_if_not_found=False)
        if template_sudo and order_sudo.partner_id.email:
            sale_sudo.message_post_with_source(template_sudo, subtype_xmlid="mail.mt_comment")
        sale_sudo.write({"state": "sent"})
        self.repair_id.sudo().message_post(body=self.env._(  # as above
            "Quotation %(sale)s asks the customer for %(item)s, which %(brand)s does not pay: %(reason)s",
            sale=sale_sudo.name, item=self.name, brand=self.brand_id.name, reason=self.resolution_reason))

    def _prepare_customer_sale(self):
        self.ensure_one()
        order_sudo = self.repair_id.sudo()  # as above
        product = self.env.ref("repair_service.product_refused_by_brand").sudo().product_variant_id  # a name and an account only
        taxes = order_sudo._get_charge_taxes(self.product_id)
        price = self.amount_refused or self.amount_claimed
        if taxes.filtered("price_include"):
            price = taxes.compute_all(price, currency=self.currency_id, handle_price_include=False)["total_included"]
        return {
            "company_id": self.company_id.id, "partner_id": order_sudo.partner_id.id, "origin": f"{order_sudo.name} {self.reference}",
            "require_signature": True, "require_payment": False, "team_id": False, "pricelist_id": False,
            "order_line": [Command.create({
                "product_id": product.id, "product_uom_qty": 1.0, "price_unit": price, "tax_ids": [Command.set(taxes.ids)],
                "name": self.env._(
                    "%(item)s of repair %(order)s, not paid by the brand: %(reason)s",
                    item=self.name, order=order_sudo.name, reason=self.reason_id.name or self.resolution_reason)})],
        }

    def action_withdraw_question(self):
        """Take back the quotation that waits for the customer's answer; then it is decided anew who bears the line.

        :raises AccessError: for others than accounting and service managers
        :raises UserError: no answer of a customer is waited for
        """
        self.env["repair.brand.claim"]._check_claimer()
        self.claim_id._lock_claim()
        for line in self:
            if line.customer_answer != "waiting":
                raise UserError(self.env._("%(line)s waits for no customer.", line=line.reference))
            line.sudo().customer_sale_id._action_cancel()  # claimers do not sell; the flow asked the customer
        return True

    def _hear_agreement(self):
        """The customer agreed: he pays."""
        for line in self:
            line._flow_write({"customer_answer": "agreed"})
            line._conclude()
        self.claim_id._settle_finished()

    def _hear_refusal(self):
        """The customer does not pay, or not any more: the line waits for another decision, and so does its claim."""
        for line in self:
            line._flow_write({"customer_answer": "refused", "resolution": False, "resolved_by_id": False, "resolved_on": False})
            if line.claim_id.state == "settled":
                line.claim_id._flow_write({"state": "sent" if line.claim_id.sent_on else "draft", "settled_on": False})
            if line.claim_id.state == "draft":
                line._flow_write({"answer": "open"})


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _get_claim_lines_sudo(self):
        lines_sudo = self.env["repair.brand.claim.line"].sudo()  # the claim follows its customer's answer, whoever records it
        return lines_sudo.search([("customer_sale_ids", "in", self.ids)]) if self.ids else lines_sudo

    def _check_question_open(self):
        """Raise when the customer was asked for a line that was decided otherwise since, or by a newer quotation."""
        for line in self._get_claim_lines_sudo():
            if line.customer_answer != "waiting" or line.customer_sale_id not in self:
                raise UserError(self.env._("%(line)s was decided since: ask the customer anew in the claim.", line=line.reference))

    def action_draft(self):
        """Set back to a quotation; what a brand refused is asked for anew in its claim only."""
        self._check_question_open()
        return super().action_draft()

    def action_confirm(self):
        """Confirm; what a brand refused is charged to a customer who signed for it only.

        :raises UserError: he did not sign, or the line was decided otherwise since
        """
        self._check_question_open()
        lines_sudo = self._get_claim_lines_sudo()
        for order in lines_sudo.customer_sale_id:
            if not order.signature or not order.signed_on:
                raise UserError(self.env._(
                    "%(order)s asks the customer for what a brand refused: he has to sign it on his page first.", order=order.name))
        result = super().action_confirm()
        lines_sudo._hear_agreement()
        return result

    def _action_cancel(self):
        lines_sudo = self._get_claim_lines_sudo().filtered(
            lambda line: line.customer_sale_id in self and line.customer_answer in ("waiting", "agreed"))
        for order in lines_sudo.customer_sale_id:
            if any(move.state == "posted" and move.payment_state != "reversed" for move in order.sudo().invoice_ids):  # whether, no more
                raise UserError(self.env._("%(order)s is invoiced: credit its invoice first.", order=order.name))
        result = super()._action_cancel()
        lines_sudo._hear_refusal()
        return result

    def write(self, vals):
        """Write; nobody signs for the customer what a brand refused, or asks somebody else.

        :raises UserError: signature, customer or prices of such a quotation
        """
        if (SIGNATURE_FIELDS | ADDRESSED_FIELDS) & vals.keys() and not self.env.su and self._get_claim_lines_sudo():
            raise UserError(self.env._("The customer signs this quotation himself on his page, as it was sent to him."))
        return super().write(vals)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        """Add lines; a quotation over what a brand refused holds that only.

        :raises UserError: a line of such a quotation
        """
        lines = super().create(vals_list)
        if self.env.context.get("repair_flow") is not FLOW:
            lines._check_not_asked_for_a_brand()
        return lines

    @api.ondelete(at_uninstall=False)
    def _unlink_except_asked_for_a_brand(self):
        self._check_not_asked_for_a_brand()

    def _check_not_asked_for_a_brand(self):
        if not self.env.su and self.order_id._get_claim_lines_sudo():
            raise UserError(self.env._("This quotation asks for what a brand refused: cancel it and decide anew in the claim."))

    def write(self, vals):
        """Write; what a customer is asked for in a brand's place stays as it was asked.

        :raises UserError: price or quantity of such a line
        """
        if ASKED_FIELDS & vals.keys():
            self._check_not_asked_for_a_brand()
        return super().write(vals)
