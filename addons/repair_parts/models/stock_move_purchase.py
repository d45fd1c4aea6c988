from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

OPEN_ORDER_STATES = ("draft", "sent", "to approve", "purchase")


class StockMove(models.Model):
    """A part that a repair misses is ordered from its line; the line shows when it was promised, to whoever works on the order."""

    _inherit = "stock.move"

    part_purchase_line_ids = fields.Many2many(
        "purchase.order.line", "repair_part_purchase_line_rel", "move_id", "purchase_line_id", "Ordered on", copy=False,
        groups="purchase.group_purchase_user")
    part_order_state = fields.Selection(
        [("requested", "Requested"), ("ordered", "Ordered"), ("received", "Received")], "Part ordered",
        compute="_compute_part_order", compute_sudo=True)
    part_promised_on = fields.Date("Promised for", compute="_compute_part_order", compute_sudo=True)
    can_order_part = fields.Boolean(compute="_compute_part_order", compute_sudo=True)

    @api.depends(
        "part_purchase_line_ids.order_id.state", "part_purchase_line_ids.date_planned", "part_purchase_line_ids.qty_received",
        "state", "qty_on_hand_here", "product_uom_qty", "repair_line_type")
    def _compute_part_order(self):
        for move in self:
            lines = move.part_purchase_line_ids.filtered(lambda line: line.order_id.state in OPEN_ORDER_STATES)
            ordered = lines.filtered(lambda line: line.order_id.state == "purchase")
            pending = ordered.filtered(lambda line: line.qty_received < line.product_qty)
            if not lines:
                move.part_order_state = False
            elif len(ordered) < len(lines):
                move.part_order_state = "requested"
            else:
                move.part_order_state = "ordered" if pending else "received"
            dates = [fields.Datetime.context_timestamp(line, line.date_planned).date() for line in pending if line.date_planned]
            move.part_promised_on = max(dates, default=False)
            move.can_order_part = (
                move.part_order_state not in ("requested", "ordered") and move.is_spare_part and move.repair_line_type == "add"
                and move.state not in ("done", "cancel") and move._get_missing_quantity() > 0)

    def _get_missing_quantity(self):
        """Return the units, in the move's unit, that neither lie free nor are reserved for it."""
        self.ensure_one()
        here = self.product_id.uom_id._compute_quantity(self.qty_on_hand_here, self.product_uom, round=False)
        return max(0.0, self.product_uom_qty - here)

    def action_order_part(self):
        """Request the missing part from the best supplier, on a draft request for quotation that a buyer confirms.

        :raises UserError: when nothing is missing, the part is on order already, or nobody may deliver it
        """
        self.ensure_one()
        self.check_access("write")
        self.repair_id.check_access("write")
        if not self.repair_id or not self.can_order_part:
            raise UserError(self.env._("%(part)s: nothing is missing here, or it is on order already.", part=self.product_id.display_name))
        template = self.product_id.product_tmpl_id
        if template.superseded_by_id:
            raise UserError(self.env._(
                "%(part)s is superseded and not delivered any more: put %(current)s on the order instead.",
                part=self.product_id.display_name, current=template._get_current_part().display_name))
        company, quantity = self.company_id, self._get_missing_quantity()
        product = self.product_id.with_company(company)
        needed = self.visit_start and fields.Datetime.context_timestamp(self, self.visit_start).date()
        proposals = product._propose_suppliers(quantity, self.product_uom, date_needed=needed)
        if not proposals:
            raise UserError(self.env._(
                "%(part)s has no vendor price for %(quantity)s %(unit)s: ask purchasing to note one on the part.",
                part=product.display_name, quantity=f"{quantity:g}", unit=self.product_uom.name))
        if proposals[0].refusal:
            raise UserError(self.env._(
                "No supplier of %(part)s may be ordered from: ask purchasing.", part=product.display_name))
        line = self._request_part(proposals[0], quantity)
        # Who may not order parts is told that it is asked for, not where and at what price.
        self.repair_id.message_post(body=self.env._(
            "%(part)s: %(quantity)s %(unit)s requested from purchasing.", part=product.display_name, quantity=f"{quantity:g}",
            unit=self.product_uom.name))
        if not line.with_env(self.env).order_id.has_access("read"):
            return {
                "type": "ir.actions.client", "tag": "display_notification", "params": {
                    "type": "success", "message": self.env._("The part is requested from purchasing."),
                    "next": {"type": "ir.actions.client", "tag": "soft_reload"}}}
        return {
            "type": "ir.actions.act_window", "res_model": "purchase.order", "res_id": line.order_id.id, "views": [(False, "form")]}

    def _request_part(self, proposal, quantity):
        """Put ``quantity`` of the part on an open request of the proposed supplier, or on a new one; return the line."""
        seller_sudo, company = proposal.seller.sudo(), self.company_id  # whoever misses a part may ask for it, a buyer confirms
        orders_sudo = self.env["purchase.order"].sudo().with_company(company)  # as above
        warehouse = self.location_id.warehouse_id or self.env["stock.warehouse"].sudo().search(  # as above
            [("company_id", "=", company.id)], limit=1)
        values = {
            "partner_id": proposal.partner.id, "company_id": company.id, "currency_id": seller_sudo.currency_id.id,
            "picking_type_id": warehouse.sudo().in_type_id.id, "requisition_id": seller_sudo.purchase_requisition_id.id}
        order_sudo = orders_sudo.search([
            ("state", "=", "draft"), *((name, "=", value) for name, value in values.items())], limit=1)
        if not order_sudo:
            order_sudo = orders_sudo.create({**values, "user_id": proposal.partner.sudo().buyer_id.id})  # as above
        names = [order_sudo.origin, self.repair_id.name] if order_sudo.origin else [self.repair_id.name]
        if self.repair_id.name not in (order_sudo.origin or "").split(", "):
            order_sudo.origin = ", ".join(names)
        return self.env["purchase.order.line"].sudo().create({  # as above
            "order_id": order_sudo.id, "product_id": self.product_id.id, "product_qty": quantity,
            "product_uom_id": self.product_uom.id, "repair_move_ids": [fields.Command.link(self.id)]})


class PurchaseOrderLine(models.Model):
    _inherit = "purchase.order.line"

    # Stock is reserved by age and date as ever: the link says for whom the part was asked, it does not tie the received piece to him.
    repair_move_ids = fields.Many2many(
        "stock.move", "repair_part_purchase_line_rel", "purchase_line_id", "move_id", "Needed for", copy=False)
    repair_names = fields.Char("For service order", compute="_compute_repair_names", compute_sudo=True)

    @api.depends("repair_move_ids.repair_id")
    def _compute_repair_names(self):
        for line in self:
            line.repair_names = ", ".join(line.repair_move_ids.repair_id.mapped("name"))

    def _merge_po_line(self, rfq_line):
        super()._merge_po_line(rfq_line)
        self.repair_move_ids += rfq_line.repair_move_ids

    def _get_date_needed(self):
        visits = [move.visit_start for move in self.repair_move_ids.sudo() if move.visit_start]  # the visit's time is no secret to buyers
        return fields.Datetime.context_timestamp(self, min(visits)).date() if visits else super()._get_date_needed()


class RepairOrder(models.Model):
    _inherit = "repair.order"

    parts_promised = fields.Char("Parts on order", compute="_compute_parts_promised", compute_sudo=True)

    @api.depends("move_ids.part_order_state", "move_ids.part_promised_on")
    def _compute_parts_promised(self):
        """Say to whoever works on the order which parts are asked for and when they are promised: no supplier, no price."""
        for order in self:
            notes = []
            for move in order.move_ids.filtered(lambda move: move.part_order_state in ("requested", "ordered")):
                if move.part_promised_on:
                    notes.append(self.env._(
                        "%(part)s promised for %(date)s", part=move.product_id.name, date=format_date(self.env, move.part_promised_on)))
                else:
                    notes.append(self.env._("%(part)s requested from purchasing", part=move.product_id.name))
            order.parts_promised = ", ".join(notes)
