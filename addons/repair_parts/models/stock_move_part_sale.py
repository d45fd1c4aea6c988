from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .incoming_flow import INCOMING

ZONE = "repair_parts.stock_location_part_returns"


class StockMove(models.Model):
    """Parts handed over to customers, and those that come back (handbook 8.3.4)."""

    _inherit = "stock.move"

    part_return_id = fields.Many2one(
        "repair.part.return", "Return of parts", readonly=True, copy=False, index="btree_not_null", ondelete="restrict",
        help="The return that took the part back, or in whose exchange it was handed over.")
    is_part_sold = fields.Boolean(compute="_compute_is_part_sold", search="_search_is_part_sold")

    def _compute_is_part_sold(self):
        for move in self:
            move.is_part_sold = move._is_part_handed_over()

    def _search_is_part_sold(self, operator, value):
        if operator != "in":
            return NotImplemented
        zone = self._get_part_return_zone()
        domain = (
            Domain("state", "=", "done") & Domain("product_id.is_spare_part", "=", True) & Domain("location_id.usage", "=", "internal")
            & (Domain("repair_line_type", "=", "add") | (
                Domain("location_dest_id.usage", "=", "customer") & Domain("location_dest_id", "!=", zone.id))))
        return domain if True in value else ~domain

    @api.model
    def _get_part_return_zone(self):
        """Return the place of parts that customers brought back and nobody has decided on; they are still the customers'."""
        return self.env.ref(ZONE).sudo()  # a place for all companies

    def _is_part_handed_over(self):
        """Whether the move handed a spare part over to a customer: by a delivery, or fitted at a repair."""
        self.ensure_one()
        if self.state != "done" or not self.product_id.is_spare_part or self.location_id.usage != "internal":
            return False
        fitted = self.repair_id and self.repair_line_type == "add"
        return bool(fitted or (self.location_dest_id.usage == "customer" and self.location_dest_id != self._get_part_return_zone()))

    def _get_sold_line(self):
        """Return the line of the sale order on which the part was sold first, through all exchanges."""
        self.ensure_one()
        return self.sale_line_id or self.part_return_id.sale_line_id

    def _get_sold_partner(self):
        self.ensure_one()
        return self._get_sold_line().order_id.partner_id or self.repair_id.partner_id or self.picking_id.partner_id

    def _get_part_sale_kind(self):
        """Return how the part was sold: ``repair``, ``remote`` or ``counter``; an exchange follows what it was given for."""
        self.ensure_one()
        if self.repair_id:
            return "repair"
        if self.part_return_id:
            return self.part_return_id.sale_kind
        return self._get_sold_line().order_id.part_sale_kind or "counter"

    @api.depends_context("part_sold_label")
    def _compute_display_name(self):
        """In the box of a return, a sold part is told by part, quantity, lot, day and order."""
        super()._compute_display_name()
        if not self.env.context.get("part_sold_label"):
            return
        for move in self:
            move_sudo = move.sudo()  # whoever takes a part back need not read the order it was sold on
            facts = (
                f"{move.product_uom_qty:g} × {move.product_id.display_name}", ", ".join(move_sudo.move_line_ids.lot_id.mapped("name")),
                fields.Date.to_string(move.date), move_sudo._get_sold_line().order_id.name or move_sudo.repair_id.name,
                move_sudo._get_sold_partner().name)
            move.display_name = " · ".join(fact for fact in facts if fact)

    @api.model
    def search_fetch(self, domain, field_names=None, offset=0, limit=None, order=None):
        """Search; in the box of a return what was sold last comes first."""
        if self.env.context.get("part_sold_label") and not order:
            order = "date desc, id desc"
        return super().search_fetch(domain, field_names, offset, limit, order)

    @api.model
    def _search_display_name(self, operator, value):
        """In the box of a return, a sold part is found by part, order, customer or lot."""
        if not self.env.context.get("part_sold_label") or operator not in ("ilike", "like", "=", "=ilike", "=like"):
            return super()._search_display_name(operator, value)
        domain = Domain("is_part_sold", "=", True) & Domain.OR(Domain(path, operator, value) for path in (
            "product_id", "sale_line_id.order_id.name", "repair_id.name", "picking_id.partner_id.name", "repair_id.partner_id.name",
            "move_line_ids.lot_id.name", "part_return_id.name"))
        return Domain("id", "in", self.sudo()._search(domain))  # whoever takes a part back need not read lots; moves keep their rules

    def _action_done(self, cancel_backorder=False):
        self._check_not_returned_twice()
        return super()._action_done(cancel_backorder=cancel_backorder)

    def _get_upstream_documents_and_responsibles(self, visited):
        """Core looks at the purchases behind a delivery that is cancelled, which sellers may not read."""
        return super(StockMove, self.sudo())._get_upstream_documents_and_responsibles(visited)  # to tell their buyers, see above

    def _check_not_returned_twice(self):
        """Raise when a plain return would take back what a return of parts has taken back already.

        :raises UserError: names the part
        """
        for move in self:
            origin_sudo = move.origin_returned_move_id.sudo()  # whoever receives need not read returns
            if move.part_return_id or not origin_sudo or not origin_sudo._is_part_handed_over() or move.state == "done":
                continue
            taken = self.env["repair.part.return"].sudo().search([  # as above
                ("origin_move_id", "=", origin_sudo.id), ("state", "not in", ("refused", "cancelled"))])
            if not taken:
                continue
            taken._wait_for_origin()
            plain = origin_sudo.returned_move_ids.filtered(lambda back: back.state != "cancel" and not back.part_return_id)
            asked = sum(taken.mapped("quantity")) + sum(plain.mapped("product_qty"))
            if move.product_id.uom_id.compare(asked, origin_sudo.product_qty) > 0:
                raise UserError(self.env._(
                    "%(part)s: more would come back than was sold. A return of parts has it already: %(returns)s.",
                    part=move.product_id.display_name, returns=", ".join(taken.mapped("name"))))


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _action_done(self):
        self._check_return_zone()
        return super()._action_done()

    def _check_return_zone(self):
        """Raise when parts would get into, or out of, the place of returned parts past their return.

        :raises UserError: says to use the return
        """
        if self.env.context.get("incoming_flow") is INCOMING and self.env.su:
            return
        zone = self.env["stock.move"]._get_part_return_zone()
        for line in self:
            if (line.location_id == zone) != (line.location_dest_id == zone):
                raise UserError(self.env._(
                    "%(part)s: parts that customers brought back are moved by their return only.", part=line.product_id.display_name))
