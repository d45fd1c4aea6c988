from odoo import api, fields, models
from odoo.exceptions import UserError

from .repair_order_quotation import ANSWER_NAME_MAX


class RepairOrder(models.Model):
    _inherit = "repair.order"

    inspection_ids = fields.One2many("repair.inspection", "repair_id", "Inspections")
    final_inspection_id = fields.Many2one("repair.inspection", compute="_compute_final_inspection_id")
    accepted_on = fields.Datetime(readonly=True, copy=False, tracking=True)
    accepted_by = fields.Char(readonly=True, copy=False)
    acceptance_signature = fields.Binary(readonly=True, copy=False, attachment=True)
    repair_warranty_end = fields.Date(
        readonly=True, copy=False, tracking=True,
        help="Last day on which the same fault is repaired free of charge (handbook 2.3).")
    followup_ids = fields.One2many("repair.followup", "repair_id", "Follow-ups")

    @api.depends("inspection_ids.kind", "inspection_ids.result")
    def _compute_final_inspection_id(self):
        for order in self:
            order.final_inspection_id = order.inspection_ids.filtered(lambda ins: ins.kind == "final").sorted("id")[-1:]

    @api.model
    def _get_list_price(self, product, quantity, uom=None):
        """Return the unit price of ``product`` for the order's customer, from his price list."""
        return self._get_list_prices(product, quantity, uom or product.uom_id).get(product.id, 0.0)

    def _get_list_prices(self, products, quantity, uom):
        """Return ``{product id: unit price}`` for the order's customer, from his price list, as :meth:`_get_list_price`."""
        pricelist = self.partner_id.property_product_pricelist
        return pricelist._get_products_price(
            products, quantity or 1.0, currency=self.currency_id, uom=uom, date=fields.Datetime.now())

    def _get_charge_taxes(self, product):
        """Return the customer taxes of ``product`` in the order's company and the customer's fiscal position."""
        company = self.company_id or self.env.company
        taxes = product.sudo().taxes_id._filter_taxes_by_company(company)  # technicians quote without tax rights
        position = self.env["account.fiscal.position"].sudo().with_company(company)._get_fiscal_position(self.partner_id)  # as above
        return position.map_tax(taxes)

    def _get_untaxed_amount(self, product, taxes, quantity, price_unit):
        """Return what a line brings without tax, in the order's currency: prices may contain their tax."""
        currency = self.currency_id or self.env.company.currency_id
        included_sudo = taxes.sudo().filtered("price_include")  # technicians quote without tax rights
        if not included_sudo:
            return currency.round(quantity * price_unit)
        amounts = taxes.sudo().compute_all(  # as above
            price_unit, currency=currency, quantity=quantity, product=product, partner=self.partner_id)
        return amounts["total_excluded"]

    def _get_passed_inspection(self):
        self.ensure_one()
        return self.inspection_ids.filtered(lambda ins: ins.kind == "final" and ins.result == "pass")[-1:]

    def _action_repair_confirm(self):
        """Confirm; a service order only when its quotation is approved."""
        service_orders = self.filtered("appliance_id")
        if any(order.quotation_state != "approved" for order in service_orders):
            raise UserError(self.env._("The customer has not approved the quotation yet: send it and record the answer first."))
        if service_orders != self:
            super(RepairOrder, self - service_orders)._action_repair_confirm()
        if not service_orders:
            return True
        return super(RepairOrder, service_orders.sudo()._with_flow())._action_repair_confirm()  # reserving parts needs stock rights

    def action_validate(self):
        """Confirm a plain repair order; a service order is confirmed by the customer's approval."""
        if any(order.appliance_id and order.quotation_state != "approved" for order in self):
            raise UserError(self.env._("The customer has not approved the quotation yet: send it and record the answer first."))
        return super().action_validate()

    def action_repair_start(self):
        """Start the approved repair and lay out its final inspection (handbook 1.3.5, 5.1).

        :raises UserError: when the customer has not approved
        """
        service_orders = self.filtered("appliance_id")
        service_orders._lock_order()
        service_orders._check_stage(("approved",), self.env._("Starting the repair"))
        service_orders._check_everything_approved()
        if service_orders != self:
            super(RepairOrder, self - service_orders).action_repair_start()
        result = super(RepairOrder, service_orders._with_flow()).action_repair_start() if service_orders else True
        service_orders._flow_write({"service_stage": "repairing", "repair_started_by_id": self.env.uid})
        service_orders.action_new_inspection()
        return result

    def action_new_inspection(self):
        """Lay out a final inspection from the checklist of the appliance's family; an open one is kept as it is.

        :return: action that opens the inspection of a single order, else ``True``
        :raises UserError: when the repair is not under way
        """
        self._check_stage(("repairing",), self.env._("The final inspection"))
        for order in self:
            if (order.final_inspection_id and not order.final_inspection_id.result) or order._get_passed_inspection():
                continue
            template = self.env["repair.inspection.template"]._find_for_category(order.appliance_category_id, "final")
            inspections = order._with_flow().with_context(mail_create_nolog=True).env["repair.inspection"]
            inspections.create({
                "repair_id": order.id, "template_id": template.id, "kind": "final", "previous_id": order.final_inspection_id.id})
        return self._open_inspection() if len(self) == 1 else True

    def _open_inspection(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Final inspection"),
            "res_model": "repair.inspection",
            "res_id": self.final_inspection_id.id,
            "view_mode": "form",
        }

    def _check_everything_approved(self):
        for order in self:
            if not order.approved_on or order.has_unapproved_lines:
                lines = ", ".join(line.product_id.display_name for line in order._get_unapproved_lines())
                raise UserError(self.env._(
                    "The customer has to approve first: %(lines)s. Send the quotation of %(order)s again.",
                    lines=lines or order.name, order=order.name))

    def _check_parts_ready(self):
        """Raise when a part of the order is not in stock where the order takes it from (handbook 8.2.1)."""
        for order in self:
            short = order.move_ids.filtered(
                lambda move: move.state not in ("done", "cancel") and move.repair_line_type == "add"
                and move.product_id.is_storable and move.product_uom.compare(move.quantity, move.product_uom_qty) < 0)
            if short:
                raise UserError(self.env._(
                    "Not in stock for %(order)s: %(parts)s. Receive or reserve the parts, or change them with the customer's approval.",
                    order=order.name,
                    parts=", ".join(order._describe_shortage(move) for move in short)))

    def _describe_shortage(self, move):
        return self.env._(
            "%(part)s (%(asked)s asked, %(reserved)s reserved in %(location)s)",
            part=move.product_id.display_name, asked=f"{move.product_uom_qty:g}", reserved=f"{move.quantity:g}",
            location=move.location_id.sudo().display_name)  # stock locations are not readable for technicians

    def action_repair_end(self):
        """End the repair: the parts leave stock and the work waits for the customer's acceptance (handbook 5.1).

        :raises UserError: when something is not approved, a part is not available, or no final inspection has passed
        """
        service_orders = self.filtered("appliance_id")
        if service_orders != self:  # core's checks are core's, whatever else was selected
            super(RepairOrder, self - service_orders).action_repair_end()
        return service_orders.action_repair_done()

    def action_repair_done(self):
        """Consume the parts. Core closes any order here, drafts too: a service order has to have come all the way."""
        service_orders = self.filtered("appliance_id")
        if service_orders != self:
            super(RepairOrder, self - service_orders).action_repair_done()
        if not service_orders:
            return True
        service_orders._check_worker()
        service_orders._lock_order()
        service_orders._check_stage(("repairing",), self.env._("Ending the repair"))
        service_orders._check_everything_approved()
        for order in service_orders:
            if not order._get_passed_inspection():
                raise UserError(self.env._("Pass the final inspection of %(order)s before you end the repair.", order=order.name))
        service_orders.sudo().action_assign()  # what came in meanwhile may be reserved; inspectors write no orders
        service_orders._check_parts_ready()
        service_orders._sync_sale_order(changed_only=True)  # a price lowered after the approval needs no new one, but reaches the invoice
        service_orders_sudo = service_orders.sudo()._with_flow()  # as above: the order's own parts, and the inspector writes no orders
        result = super(RepairOrder, service_orders_sudo).action_repair_done()
        service_orders_sudo._flow_write({"service_stage": "inspected"})
        return result

    def _check_worker(self):
        """Raise unless the user works on these orders: he may change them, or he inspects them."""
        if not (self.env.su or self.env.user.has_group("repair_service.repair_service_group_inspector")):
            self.check_access("write")
        self.check_access("read")

    def action_assign(self):
        """Reserve parts; those of a service order belong to it, so whoever works on it may have them reserved."""
        service_orders = self.filtered("appliance_id")
        if service_orders:
            service_orders.check_access("write")
            super(RepairOrder, service_orders.sudo()).action_assign()  # desk and technician have no stock rights
        return super(RepairOrder, self - service_orders).action_assign()

    def action_unreserve(self):
        """Give reserved parts free again, as :meth:`action_assign` reserves them."""
        service_orders = self.filtered("appliance_id")
        if service_orders:
            service_orders.check_access("write")
            super(RepairOrder, service_orders.sudo()).action_unreserve()  # desk and technician have no stock rights
        return super(RepairOrder, self - service_orders).action_unreserve()

    def action_accept(self, accepted_by=None, signature=None):
        """Record the customer's acceptance; the repair warranty runs from this day (handbook 1.3.6, 2.3, 6.3.4).

        :param str accepted_by: who accepted; the customer's name when left out
        :param bytes signature: picture of the signature, base64
        :raises UserError: when the work is not inspected or the signature is missing
        """
        self.ensure_one()
        self._lock_order()
        self._check_stage(("inspected",), self.env._("The acceptance"))
        if not signature:
            raise UserError(self.env._("The customer signs to accept the repair."))
        self._check_signature_image(signature)
        now = fields.Datetime.now()
        accepted_day = self._local_date(now)
        self._flow_write({
            "service_stage": "accepted",
            "accepted_on": now,
            "accepted_by": self._read_answer(accepted_by, ANSWER_NAME_MAX) or self.partner_id.name,
            "acceptance_signature": signature,
            "repair_warranty_end": self._get_repair_warranty_end(accepted_day),
        })
        self._plan_satisfaction_call(accepted_day)
        self._settle_free_work()
        self._notify_customer("repair_service.mail_template_accepted")
        return True

    def _plan_satisfaction_call(self, accepted_day):
        """Plan what the customer is asked after the acceptance; the follow-up rules answer this."""
