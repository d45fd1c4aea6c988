from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .repair_flow import FLOW

ANSWER_NAME_MAX, ANSWER_REASON_MAX = 200, 5_000

APPROVAL_CHANNELS = [("link", "By link"), ("phone", "By phone"), ("onsite", "On the spot")]


class RepairOrder(models.Model):
    _inherit = "repair.order"

    service_line_ids = fields.One2many("repair.service.line", "repair_id", "Labour and fees", copy=False)
    quotation_state = fields.Selection(
        [("draft", "To send"), ("sent", "Waiting for the customer"), ("approved", "Approved"), ("refused", "Refused")],
        "Quotation", default="draft", copy=False, readonly=True, tracking=True, index=True,
    )
    quotation_version = fields.Integer(readonly=True, copy=False)
    quotation_ids = fields.One2many("repair.quotation", "repair_id", "Quotations sent", readonly=True, copy=False)
    quotation_valid_until = fields.Date("Valid until", readonly=True, copy=False)
    approved_by = fields.Char(readonly=True, copy=False, tracking=True)
    approved_on = fields.Datetime(readonly=True, copy=False)
    approval_channel = fields.Selection(APPROVAL_CHANNELS, readonly=True, copy=False)
    approval_signature = fields.Binary(readonly=True, copy=False, attachment=True)
    refused_by = fields.Char(readonly=True, copy=False)
    refusal_reason = fields.Text(readonly=True, copy=False)
    amount_customer_untaxed = fields.Monetary("Customer, untaxed", compute="_compute_amounts", store=True)
    amount_customer_tax = fields.Monetary("Tax", compute="_compute_amounts", store=True)
    amount_customer_total = fields.Monetary("Customer pays", compute="_compute_amounts", store=True)
    amount_other_payers = fields.Monetary(
        "Paid by others", compute="_compute_amounts", store=True,
        help="Untaxed price of what brand, supplier or the company itself pays.")
    has_unapproved_lines = fields.Boolean(
        "To be approved", compute="_compute_has_unapproved_lines",
        help="Something was added or made dearer after the customer's approval.")

    @api.depends(
        "service_line_ids.price_subtotal", "service_line_ids.payer", "service_line_ids.tax_ids", "service_line_ids.refused",
        "move_ids.repair_price_subtotal", "move_ids.payer", "move_ids.repair_line_type", "partner_id",
    )  # and what was cancelled, which stock.move tells: the other states of a part change no price
    def _compute_amounts(self):
        """What the customer pays, with tax, and what others pay, by Odoo's own tax computation."""
        account_tax = self.env["account.tax"]
        for order in self:
            lines = order._get_charged_lines()
            base_lines = [line._prepare_charge_base_line() for line in lines if line.payer == "customer"]
            account_tax._add_tax_details_in_base_lines(base_lines, order.company_id)
            account_tax._round_base_lines_tax_details(base_lines, order.company_id)
            totals = account_tax._get_tax_totals_summary(base_lines, order.currency_id, order.company_id)
            order.amount_customer_untaxed = totals["base_amount_currency"]
            order.amount_customer_tax = totals["tax_amount_currency"]
            order.amount_customer_total = totals["total_amount_currency"]
            order.amount_other_payers = sum(line._get_charge_subtotal() for line in lines if line.payer != "customer")

    @api.depends(
        "approved_on", "service_line_ids.approved_subtotal", "service_line_ids.price_subtotal", "service_line_ids.payer",
        "move_ids.approved_subtotal", "move_ids.repair_price_subtotal", "move_ids.payer", "move_ids.state",
    )
    def _compute_has_unapproved_lines(self):
        for order in self:
            order.has_unapproved_lines = bool(order.approved_on) and bool(order._get_unapproved_lines())

    def _refresh_amounts(self):
        """Mark the amounts for a new reckoning."""
        names = ("amount_customer_untaxed", "amount_customer_tax", "amount_customer_total", "amount_other_payers")
        for name in names:
            self.env.add_to_compute(self._fields[name], self)
        self.modified(names)

    def _get_charged_lines(self):
        """Return the service lines and part moves that count on the quotation, as a list of both models' records."""
        self.ensure_one()
        moves = self.move_ids.filtered(lambda move: move.repair_line_type == "add" and move.state != "cancel")
        service_lines = self.service_line_ids.filtered(lambda line: not line.refused)
        return [*service_lines, *moves]

    def _prefetch_products(self):
        """Read at once what the lines' names, prices and taxes are made of: labour and parts come from two models."""
        (self.service_line_ids.product_id | self.move_ids.product_id).product_tmpl_id.mapped("name")

    def _get_unapproved_lines(self):
        """Return the customer's lines that are new or dearer than he approved."""
        self.ensure_one()
        return [
            line for line in self._get_charged_lines()
            if line.payer == "customer"
            and self.currency_id.compare_amounts(line._get_charge_subtotal(), line.approved_subtotal) > 0
        ]

    def _get_labour_products(self, kinds):
        """Return the service products of the given kinds that the appliance's family, or the nearest family above it, offers."""
        self.ensure_one()
        category = self.appliance_category_id
        while category:
            products = category.labour_product_ids.filtered(lambda product: product.repair_service_kind in kinds)
            if products:
                return products.product_variant_id if products._name == "product.template" else products
            category = category.parent_id
        return self.env["product.product"].search(
            [("repair_service_kind", "in", list(kinds)), ("repair_is_default", "=", True)], order="id")

    def _add_default_service_lines(self):
        """Put the family's labour, and the call-out of a visit, on an order that has no lines yet."""
        for order in self.filtered(lambda order: not order.service_line_ids):
            kinds = ("labour", "callout") if order._needs_visit() else ("labour",)
            order.service_line_ids = [
                Command.create({"product_id": product.id}) for product in order._get_labour_products(kinds)]

    def _get_default_validity(self):
        self.ensure_one()
        return fields.Date.add(self._local_date(fields.Datetime.now()), days=self.company_id.repair_quotation_valid_days)

    def action_send_quotation(self):
        """Send the itemised quotation, or its supplement, with the link that lets the customer answer (handbook 3.2.3, 2.2).

        :raises UserError: before the diagnosis, without lines, or when nothing is left to approve
        """
        self._lock_order()
        for order in self:
            order._check_stage(("diagnosed", "quoted", "approved", "repairing"), self.env._("Sending a quotation"))
            if order.quotation_state == "refused":
                raise UserError(self.env._("The customer has refused the quotation of %(order)s.", order=order.name))
            if not order._get_charged_lines():
                raise UserError(self.env._("Add labour or parts before you send the quotation of %(order)s.", order=order.name))
            if order.approved_on and not order.has_unapproved_lines:
                raise UserError(self.env._("Everything on %(order)s is approved already.", order=order.name))
            values = {
                "quotation_state": "sent",
                "quotation_version": order.quotation_version + 1,
                "quotation_valid_until": order._get_default_validity(),
            }
            if not order.approved_on:
                values["service_stage"] = "quoted"
            order._flow_write(values)
        self._keep_quotations()
        self._notify_customer("repair_service.mail_template_quotation", "repair_service.sms_template_quotation")
        return True

    def action_approve_quotation(self, approved_by=None, channel="phone", signature=None):
        """Record the customer's approval and release the work (handbook 3.2.3, 4.3.1.3).

        :param str approved_by: who approved; the customer's name when left out
        :param str channel: ``link``, ``phone`` or ``onsite``; by link and on the spot a signature is needed
        :param bytes signature: picture of the signature, base64
        :raises UserError: approved already, not sent, expired, or the signature is missing
        """
        self._lock_order()
        self._check_answerable()
        if channel == "link" and not self.env.su:  # the customer's page speaks for the customer, with his signature
            raise UserError(self.env._("Only the customer answers by link. Record his answer by phone or on the spot."))
        if not isinstance(channel, str) or channel not in dict(APPROVAL_CHANNELS):
            raise UserError(self.env._("Say how the customer approved: by link, by phone or on the spot."))
        if channel != "phone" and not signature:
            raise UserError(self.env._("Sign before you approve the quotation."))
        if signature:
            self._check_signature_image(signature)
        first = self.filtered(lambda order: not order.approved_on)
        for order in self:
            order._record_approval(self._read_answer(approved_by, ANSWER_NAME_MAX), channel, signature)
        for name, orders in self.grouped("approved_by").items():
            orders._answer_quotation(
                "approved", answered_by=name, answered_on=fields.Datetime.now(), answer_channel=channel, signature=signature)
        if first:
            first._freeze_coverage()
            first._action_repair_confirm()
        self._sync_sale_order()
        self._track_parts_wait()
        self._message_log_batch({
            order.id: self.env._(
                "Quotation version %(version)s approved by %(who)s: the customer pays %(amount)s.", version=order.quotation_version,
                who=order.approved_by, amount=order.currency_id.format(order.amount_customer_total))
            for order in self})
        return True

    def _record_approval(self, approved_by, channel, signature):
        self.ensure_one()
        if self.quotation_valid_until and self.quotation_valid_until < self._local_date(fields.Datetime.now()):
            raise UserError(self.env._("The quotation of %(order)s expired on %(date)s. Ask for a new one.",
                                       order=self.name, date=self.quotation_valid_until))
        values = {
            "quotation_state": "approved",
            "approved_by": approved_by or self.partner_id.name,
            "approved_on": fields.Datetime.now(),
            "approval_channel": channel,
        }
        if signature or self.approved_on:  # an answer by phone to a supplement takes the place of a signed one
            values["approval_signature"] = signature
        if not self.approved_on:
            values["service_stage"] = "approved"
        self._flow_write(values)
        self._remember_approved_prices()

    def action_refuse_quotation(self, refused_by=None, reason=None):
        """Record the customer's refusal.

        A refused first quotation leaves the inspection fee only (handbook 2.2); a refused supplement drops what was added,
        and the work approved before goes on.

        :raises UserError: when no quotation waits for an answer
        """
        self.ensure_one()
        self._lock_order()
        self._check_answerable()
        self._flow_write({
            "quotation_state": "approved" if self.approved_on else "refused",
            "refused_by": self._read_answer(refused_by, ANSWER_NAME_MAX) or self.partner_id.name,
            "refusal_reason": self._read_answer(reason, ANSWER_REASON_MAX),
        })
        self._answer_quotation(
            "refused", answered_by=self.refused_by, answered_on=fields.Datetime.now(), refusal_reason=self.refusal_reason)
        if self.approved_on:
            self._drop_unapproved_lines()
        else:
            self._reduce_to_inspection_fee()
            self._move_visits_with_stage("closed")
        self.message_post(body=self.env._("Quotation version %(version)s refused by %(who)s. %(reason)s",
                                          version=self.quotation_version, who=self.refused_by, reason=self.refusal_reason or ""))
        return True

    @api.model
    def _read_answer(self, text, limit):
        """Return what a customer or a caller wrote, without blanks around it; refuse what is no text or far too long."""
        if text and (not isinstance(text, str) or len(text) > limit):
            raise UserError(self.env._("Write a text of at most %(limit)s characters.", limit=limit))
        return (text or "").strip()

    def _check_answerable(self):
        for order in self:
            if order.quotation_state == "approved" and not order.has_unapproved_lines:
                raise UserError(self.env._("The quotation of %(order)s was already approved by %(who)s.",
                                           order=order.name, who=order.approved_by))
            if order.quotation_state != "sent":
                raise UserError(self.env._("%(order)s has no quotation that waits for an answer.", order=order.name))
        self._check_stage(("quoted", "approved", "repairing"), self.env._("An answer to the quotation"))

    def _withdraw_sent_quotation(self):
        """Take back what the customer has in hand: he answers to what he was shown, so a changed quotation is sent again."""
        for order in self.filtered(lambda order: order.quotation_state == "sent"):
            order._flow_write({"quotation_state": "approved" if order.approved_on else "draft"})
            order._answer_quotation("withdrawn")

    def _keep_quotations(self):
        """Keep what the customers are sent now as versions of their own; those that still waited are replaced by them."""
        self.filtered(lambda order: order.quotation_version > 1)._answer_quotation("replaced")
        quotations_sudo = self.env["repair.quotation"].sudo()  # a record of the flow, which nobody else writes
        quotations_sudo.create([order._prepare_quotation() for order in self])

    def _answer_quotation(self, state, **values):
        waiting = self.sudo().quotation_ids.filtered(lambda quotation: quotation.state == "sent")  # as above
        waiting.write({"state": state, **values})

    def _prepare_quotation(self):
        self.ensure_one()
        customer_self = self.with_context(lang=self.partner_id.lang or self.env.lang)
        return {
            "repair_id": self.id,
            "version": self.quotation_version,
            "is_supplement": bool(self.approved_on),
            "sent_by_id": self.env.user.id,
            "valid_until": self.quotation_valid_until,
            "coverage_reason": customer_self.coverage_reason,
            "amount_untaxed": self.amount_customer_untaxed,
            "amount_tax": self.amount_customer_tax,
            "amount_total": self.amount_customer_total,
            "line_ids": [
                Command.create({
                    "product_id": line.product_id.id,
                    **{name: shown[name] for name in ("name", "code", "quantity", "uom", "price_unit", "payer", "amount", "is_new")},
                })
                for line, shown in zip(customer_self._get_charged_lines(), customer_self._get_customer_lines(), strict=True)
            ],
        }

    def _remember_approved_prices(self):
        for line in self._get_charged_lines():
            # Nobody asked the customer about what others pay: should it fall to him later, he is asked.
            asked = line.payer == "customer"
            line._flow_line().write({
                "approved_subtotal": line._get_charge_subtotal() if asked else 0.0,
                "approved_quantity": line._get_charge_quantity() if asked else 0.0,
                "approved_price_unit": line._get_charge_price() if asked else 0.0,
            })

    def _drop_unapproved_lines(self):
        """Leave what the customer approved as he approved it, and take off what he never did."""
        for line in self._get_unapproved_lines():
            line._drop_unapproved()

    def _reduce_to_inspection_fee(self):
        """Keep nothing of the quotation but the inspection fee, and bill that."""
        self.move_ids.sudo()._action_cancel()  # the customer by link and the technician have no stock rights
        fees = self.service_line_ids.filtered(
            lambda line: not line.refused and line.product_id.repair_service_kind == "inspection_fee")
        (self.service_line_ids - fees)._flow_line().write({"refused": True})
        if not fees:
            self._with_flow().service_line_ids = [
                Command.create({"product_id": product.id, "payer": "customer"})
                for product in self._get_labour_products(("inspection_fee",))[:1]]
        self._freeze_coverage()
        self._remember_approved_prices()
        self._sync_sale_order()

    def _sync_sale_order(self, changed_only=False):
        """Make the sale order say what was approved: it is the paper that is invoiced, never the place where prices are made.

        Lines that somebody else pays stand on it at zero, so that the customer sees them and their cost reaches the books.

        :param bool changed_only: leave alone what stands there as the customer approved it
        """
        orders_sudo = self.sudo()._with_flow()  # desk, technician and the customer by link have no sales rights
        orders_sudo = orders_sudo.filtered(lambda order: order.sale_order_id or order._get_charged_lines())
        orders_sudo._unlock_sale_order()
        unsold = orders_sudo.filtered(lambda order: not order.sale_order_id)
        if unsold:
            sales = unsold.env["sale.order"].with_context(mail_create_nolog=True)  # its history is the service order's
            sales.create([order._prepare_sale_order() for order in unsold])
        orders_sudo._sell_new_lines()
        for line in orders_sudo.service_line_ids.filtered("refused").sale_line_id:
            line._write_changed({"product_uom_qty": 0.0})
        for order in orders_sudo:
            for line in order._get_charged_lines():
                if not (changed_only and line._is_sold_as_approved()):
                    line._push_to_sale_line()
        to_confirm = orders_sudo.sale_order_id.filtered(lambda sale: sale.state in ("draft", "sent"))
        if to_confirm:
            to_confirm.action_confirm()
            orders_sudo._unlock_sale_order()

    def _sell_new_lines(self):
        """Put what is charged and not sold yet, labour and parts alike, on the sale orders in one go."""
        self.service_line_ids.mapped("tax_ids")  # read for all orders at once
        new_lines = [line for order in self for line in order._get_charged_lines() if not line.sale_line_id]
        sale_lines = self.env["sale.order.line"].create([
            {**line._prepare_sale_line(), "order_id": line.repair_id.sale_order_id.id, "product_id": line.product_id.id}
            for line in new_lines])
        for line, sale_line in zip(new_lines, sale_lines, strict=True):
            if not line.sale_line_id:  # a part is linked by its values
                line.sale_line_id = sale_line

    def _unlock_sale_order(self):
        """Keep the sale order open to its service order, where the company locks what is confirmed."""
        locked_sudo = self.sudo().sale_order_id.filtered("locked")  # who works on the order has no sales rights
        if locked_sudo:
            locked_sudo.action_unlock()

    def _with_flow(self):
        return self.with_context(repair_flow=FLOW)

    def _prepare_sale_order(self):
        self.ensure_one()
        return {
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "pricelist_id": False,  # prices are made, converted and discounted on the service order
            "warehouse_id": self.picking_type_id.warehouse_id.id,
            "repair_order_ids": [Command.link(self.id)],
            "origin": self.name,
            "user_id": self.user_id.id,
            "team_id": False,  # repairs count for no sales team's target
        }

    def _notify_customer(self, mail_xmlid, sms_xmlid=None):
        """Queue mail and SMS to the customer, each where he has an address for it. Missing templates are left out."""
        for order in self:
            template = order.partner_id.email and self.env.ref(mail_xmlid, raise_if_not_found=False)
            if template:
                order.message_post_with_source(template, subtype_xmlid="mail.mt_comment")
            sms_template = sms_xmlid and order.partner_id.phone and self.env.ref(sms_xmlid, raise_if_not_found=False)
            if sms_template:
                order._message_sms_with_template(
                    template=sms_template, partner_ids=order.partner_id.ids, put_in_queue=True)

    def action_create_sale_order(self):
        """Core's quotation for plain repair orders; a service order makes its own when the customer approves."""
        if any(order.appliance_id for order in self):
            raise UserError(self.env._("The sale order of a service order is made by itself when the customer approves the quotation."))
        return super().action_create_sale_order()
