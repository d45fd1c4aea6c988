from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.repair_service.models.repair_flow import FLOW

from .res_partner_supplier import SUPPLIER_GROUPS

CLOSED_FIELDS = frozenset({"supplier_reason", "supplier_best_id", "promised_date"})


class PurchaseOrderLine(models.Model):
    """Each ordered spare part keeps why its supplier was chosen, and the day that was promised when it was ordered."""

    _inherit = "purchase.order.line"

    is_spare_part = fields.Boolean(related="product_id.is_spare_part")
    supplier_best_id = fields.Many2one(
        "res.partner", "Best supplier", compute="_compute_supplier_reason", store=True, copy=False, compute_sudo=True,
        groups=SUPPLIER_GROUPS, help="Who was proposed for this part and quantity when the line was written.")
    supplier_reason = fields.Text(
        "Why this supplier", compute="_compute_supplier_reason", store=True, copy=False, compute_sudo=True, groups=SUPPLIER_GROUPS)
    supplier_choice_reason = fields.Char(
        "Reason for another supplier", copy=False, groups=SUPPLIER_GROUPS,
        help="Why the part is ordered here although another supplier was proposed.")
    supplier_best_price = fields.Float(
        "Best current price", compute="_compute_supplier_best_price", compute_sudo=True, digits="Product Price", groups=SUPPLIER_GROUPS,
        help="Lowest current vendor price of the part for this quantity, a unit in the company's currency.")
    supplier_paid_price = fields.Float(
        "Price paid", compute="_compute_supplier_best_price", compute_sudo=True, digits="Product Price", groups=SUPPLIER_GROUPS,
        help="A unit in the company's currency, untaxed.")
    promised_date = fields.Datetime(
        "Promised for", compute="_compute_promised_date", store=True, copy=False, index="btree_not_null",
        help="Expected arrival when the order was confirmed. Later changes of the expected arrival leave it.")

    @api.depends("product_id", "product_qty", "product_uom_id", "order_id.partner_id")
    def _compute_supplier_reason(self):
        for line in self:
            if not line.product_id.is_spare_part or line.display_type or not line.order_id.partner_id:
                line.supplier_best_id = line.supplier_reason = False
            elif line.supplier_reason and line.order_id.state not in ("draft", "sent"):
                line.supplier_best_id, line.supplier_reason = line.supplier_best_id, line.supplier_reason
            else:
                line.supplier_best_id, line.supplier_reason = line._get_supplier_reason()

    def _get_supplier_reason(self):
        """Return (best supplier, reason in words) for the line as it stands now."""
        self.ensure_one()
        product, vendor = self.product_id.with_company(self.company_id or self.env.company), self.order_id.partner_id
        proposals = self._get_proposals()
        best = proposals[0] if proposals and not proposals[0].refusal else None
        own = next((one for one in proposals if one.partner.commercial_partner_id == vendor.commercial_partner_id), None)
        if best is None or own is None:
            reason = self.env._("%(supplier)s has no vendor price for this part and quantity.", supplier=vendor.display_name) \
                if own is None else product._describe_proposal(own)
            if best is not None:
                reason = self.env._(
                    "%(reason)s Proposed: %(best)s, %(points)s points: %(why)s", reason=reason, best=best.partner.display_name,
                    points=f"{best.points:.0f}", why=product._describe_proposal(best))
            return best and best.partner, reason
        if own is best:
            reason = self.env._(
                "Proposed, %(points)s points: %(why)s", points=f"{best.points:.0f}", why=product._describe_proposal(best))
            if len(proposals) > 1:
                reason += "\n" + self.env._(
                    "Next: %(supplier)s, %(points)s points: %(why)s", supplier=proposals[1].partner.display_name,
                    points=f"{proposals[1].points:.0f}", why=product._describe_proposal(proposals[1]))
            return best.partner, reason
        return best.partner, self.env._(
            "%(points)s points: %(why)s\nProposed: %(best)s, %(best_points)s points: %(best_why)s",
            points=f"{own.points:.0f}", why=product._describe_proposal(own), best=best.partner.display_name,
            best_points=f"{best.points:.0f}", best_why=product._describe_proposal(best))

    def _get_proposals(self):
        self.ensure_one()
        company = self.company_id or self.env.company
        return self.product_id.with_company(company)._propose_suppliers(
            self.product_qty, self.product_uom_id, date_needed=self._get_date_needed())

    def _get_date_needed(self):
        """Return the day by which the part is needed, where the line knows one."""
        return False

    def _compute_supplier_best_price(self):
        self.supplier_best_price = self.supplier_paid_price = 0.0
        for company, lines in self.filtered(lambda line: line.product_id.is_spare_part).grouped("company_id").items():
            offers = lines.product_id.with_company(company)._get_supplier_offers(company)
            for line in lines:
                prices = [offer.price for offer in offers.get(line.product_id.id, ()) if offer.least <= line.product_uom_qty]
                line.supplier_best_price = min(prices, default=0.0)
                line.supplier_paid_price = line.price_total_cc / line.product_uom_qty if line.product_uom_qty else 0.0

    @api.depends("order_id.state")
    def _compute_promised_date(self):
        """The first confirmation counts: what is confirmed keeps its promise, what is reopened gets a new one."""
        for line in self:
            confirmed = line.order_id.state == "purchase" and not line.display_type
            line.promised_date = confirmed and (line.promised_date or line.date_planned)

    @api.model_create_multi
    def create(self, vals_list):
        """Create lines; a spare part is not ordered from a supplier who may not be ordered from."""
        for vals in vals_list:
            self._check_supplier_fields({name: value for name, value in vals.items() if value})
        lines = super(PurchaseOrderLine, self._without_supplier_defaults()).create(vals_list)
        lines._check_part_supplier()
        return lines

    def write(self, vals):
        """Write; a line that becomes, or orders more of, a spare part is checked like a new one."""
        self._check_supplier_fields(vals)
        watched = {"product_id", "order_id", "product_qty", "product_uom_id", "product_uom_qty", "display_type"} & vals.keys()
        before = {line: (line.product_id, line.order_id, line.product_uom_qty) for line in self} if watched else {}
        result = super().write(vals)
        grown = self.browse(line.id for line, (product, order, quantity) in before.items()
                            if (line.product_id, line.order_id) != (product, order) or line.product_uom_qty > quantity)
        grown._check_part_supplier()
        if "price_unit" in vals or "discount" in vals:
            (self - grown)._check_supplier_trials()
        return result

    @api.model
    def _check_supplier_fields(self, vals):
        closed = CLOSED_FIELDS & vals.keys()
        if closed and self.env.context.get("repair_flow") is not FLOW:
            labels = ", ".join(self._fields[name].get_description(self.env, ["string"])["string"] for name in sorted(closed))
            raise UserError(self.env._("%(fields)s: worked out by itself and cannot be set.", fields=labels))

    @api.model
    def _without_supplier_defaults(self):
        forged = {f"default_{name}" for name in CLOSED_FIELDS} & self.env.context.keys()
        if not forged:
            return self
        return self.with_env(self.env(context={key: value for key, value in self.env.context.items() if key not in forged}))

    def _check_part_supplier(self):
        for order, lines in self.filtered("order_id").grouped("order_id").items():
            order._check_part_supplier(lines)
        self._check_supplier_trials()

    def _check_supplier_trials(self):
        for order in self.filtered("is_spare_part").order_id:
            order._check_supplier_trial()

    def _check_supplier_choice(self):
        """Raise when an approved supplier was proposed, another one is taken, and nobody says why."""
        for line in self:
            line_sudo = line.sudo()  # the rule binds whoever confirms
            best, vendor = line_sudo.supplier_best_id, line_sudo.order_id.partner_id
            if (
                line_sudo.company_id.repair_supplier_reason_required and best and not (line_sudo.supplier_choice_reason or "").strip()
                and best.commercial_partner_id != vendor.commercial_partner_id and best._get_supplier_standing()[0] == "approved"
            ):
                raise UserError(self.env._(
                    "%(part)s: %(best)s was proposed. Open the suppliers of the line (the scales): take the proposal, or note the reason "
                    "why it is ordered from %(supplier)s.\n%(why)s",
                    part=line.product_id.display_name, best=best.display_name, supplier=vendor.display_name,
                    why=line_sudo.supplier_reason))

    def action_propose_suppliers(self):
        """Open the ranked suppliers for this part and quantity.

        :raises UserError: when the line is ordered already
        """
        self.ensure_one()
        self._check_open_for_choice()
        proposal = self.env["repair.supplier.proposal"].create({"purchase_line_id": self.id})
        return proposal._get_open_action()

    def _check_open_for_choice(self):
        self.check_access("write")
        if self.order_id.state not in ("draft", "sent") or not self.product_id.is_spare_part:
            raise UserError(self.env._("%(order)s is ordered or cancelled already: its supplier stays.", order=self.order_id.name))

    def _take_supplier(self, seller, reason):
        """Order this line at the vendor price ``seller``: on its own request for quotation, or on an open one of that vendor.

        :return: the order that the line is on now
        """
        self.ensure_one()
        order, agreement = self.order_id, seller.purchase_requisition_id
        if seller.partner_id != order.partner_id or agreement != order.requisition_id:
            values = {"partner_id": seller.partner_id.id, "currency_id": seller.currency_id.id, "requisition_id": agreement.id}
            if len(order.order_line) == 1:
                order.write(values)
                order.onchange_partner_id()
            else:
                order = self._find_open_request(values) or order.with_company(order.company_id).create({
                    **values, "company_id": order.company_id.id, "picking_type_id": order.picking_type_id.id, "origin": order.origin})
                self.order_id = order
                order.onchange_partner_id()
            # A vendor's price holds for that vendor: the line takes the new one's.
            self.technical_price_unit = self.price_unit
            self._compute_tax_id()
            self._compute_price_unit_and_date_planned_and_name()
        self.supplier_choice_reason = reason
        return order

    def _find_open_request(self, values):
        return self.env["purchase.order"].search([
            ("state", "=", "draft"), ("company_id", "=", self.company_id.id),
            ("picking_type_id", "=", self.order_id.picking_type_id.id), *((name, "=", value) for name, value in values.items())], limit=1)
