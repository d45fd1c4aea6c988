from collections import defaultdict

from odoo import api, fields, models

from odoo.addons.repair_service.models.repair_flow import FLOW

WAITING_STATES = ("draft", "confirmed", "waiting", "partially_available", "assigned")


class RepairOrder(models.Model):
    """Parts are taken from the technician's van first, then from the depot; first in first out within each (handbook 8.2.1)."""

    _inherit = "repair.order"

    def _get_van(self):
        """Return the stock location of the technician's van, empty when he has none."""
        self.ensure_one()
        van_sudo = self.sudo().technician_id.van_location_id  # the van is the order's, whoever reads the order
        return van_sudo.filtered(lambda van: van.active and van.company_id == self.company_id) if self.appliance_id else van_sudo.browse()

    def _get_part_locations(self):
        """Return where the order's parts may lie: the van, if there is one, and the depot."""
        self.ensure_one()
        return self._get_van() | self.sudo().location_id  # as above

    def write(self, vals):
        """Write; another technician comes with another van."""
        result = super().write(vals)
        if "technician_id" in vals:
            self.sudo().move_ids._choose_sources(assign=True)  # who books visits has no stock rights; the parts follow the technician
        return result

    def _get_available_quantities(self, products):
        stored = products.filtered("is_storable")
        free = stored._get_free_quantities(self._get_part_locations())
        return super()._get_available_quantities(products) | {product: free.get(product, 0.0) for product in stored}


class StockMove(models.Model):
    _inherit = "stock.move"

    part_source = fields.Char(
        "Taken from", compute="_compute_part_source", compute_sudo=True,
        help="The technician's van when the part lies there, else the depot.")

    @api.depends("location_id", "repair_id.technician_id", "repair_line_type")
    @api.depends_context("lang")
    def _compute_part_source(self):
        for move in self:
            if move.repair_line_type != "add" or not move.repair_id:
                move.part_source = False
            elif move.location_id and move.location_id == move.repair_id._get_van():
                move.part_source = self.env._("Van: %(van)s", van=move.location_id.name)
            else:
                move.part_source = move.location_id.display_name

    @api.depends("repair_id.location_id", "repair_line_type")
    def _compute_location_id(self):
        super()._compute_location_id()
        for move, location in self._get_sources().items():
            move.location_id = location

    def _get_repair_locations(self, repair_line_type, repair_id=False):
        source, destination = super()._get_repair_locations(repair_line_type, repair_id=repair_id)
        if repair_line_type == "add" and len(self) == 1 and self.location_id and self.location_id == self.repair_id._get_van():
            source = self.location_id  # what the line says already is one of the places it may be taken from
        return source, destination

    def _get_sources(self):
        """Return ``{move: location}`` where each part of a service order is to be taken from; one query a place.

        The van when it has all that the line needs, else the depot when it has, else whichever has more; the depot when neither
        has anything. What several lines take of one part is counted.
        """
        parts = self.filtered(
            lambda move: move._is_service_part() and move.product_id and move.state in WAITING_STATES
            and not move.sudo().move_line_ids.filtered("fitted_quantity"))  # what was fitted was taken from where it lay
        sources = {}
        for order, moves in parts.grouped("repair_id").items():
            van, depot = order._get_van(), order.sudo().location_id  # stock locations are not for everybody who works on orders
            if not van:
                sources |= {move: depot for move in moves if move.location_id != depot and move._is_in_a_van()}
                continue
            products = moves.product_id._origin.sudo()  # as above
            left = {place: defaultdict(float, products._get_free_quantities(place)) for place in (van, depot)}
            for move in moves:
                own = move._get_own_reservation()
                if move.location_id in left:
                    left[move.location_id][move.product_id._origin] += own
            for move in moves:
                sources[move] = move._pick_source(left, van, depot)
        return sources

    def _pick_source(self, left, van, depot):
        product = self.product_id._origin
        unit = self.product_uom or self.product_id.uom_id
        needed = unit._compute_quantity(self.product_uom_qty, self.product_id.uom_id)
        place = next(
            (each for each in (van, depot) if self.product_id.uom_id.compare(left[each][product], needed) >= 0),
            van if left[van][product] > max(left[depot][product], 0.0) else depot)
        left[place][product] -= needed
        return place

    def _is_in_a_van(self):
        """Whether the part is to be taken from some technician's van."""
        self.ensure_one()
        return bool(self.env["hr.employee"].sudo().with_context(active_test=False).search_count(  # as above
            [("van_location_id", "=", self.location_id.id)], limit=1))

    def _choose_sources(self, assign=False):
        """Let the parts be taken from where they are due now; what is reserved elsewhere is given free.

        :param bool assign: reserve anew what was given free
        """
        moved = self.browse()
        for move, location in self._get_sources().items():
            if not location or move.location_id == location:
                continue
            move_sudo = move.sudo().with_context(repair_inner=FLOW)  # the flow decides where from; whoever starts it has no stock rights
            if move_sudo.state in ("assigned", "partially_available"):
                move_sudo._do_unreserve()
                moved |= move
            move_sudo.write({"location_id": location.id})
        if assign and moved:
            moved.sudo()._action_assign()  # as above

    def _get_stock_of(self, products):
        """Return ({product: free units in the van}, {product: free units in the depot}) of the line's order."""
        self.ensure_one()
        return self.repair_id._get_stock_of(products) if self.repair_id else ({}, products._get_free_quantities(self.location_id))
