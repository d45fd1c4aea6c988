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
        stored = products.filtered("is_storable") - products._filter_counted_blind()
        free = stored._get_free_quantities(self._get_part_locations())
        return super()._get_available_quantities(products) | {product: free.get(product, 0.0) for product in stored}


class StockMove(models.Model):
    _inherit = "stock.move"

    part_source = fields.Char(
        "Taken from", compute="_compute_part_source", compute_sudo=True,
        help="The technician's van when the part lies there, else the depot.")

    @api.depends("location_id", "repair_id.technician_id", "repair_line_type", "move_line_ids.location_id", "move_line_ids.quantity")
    @api.depends_context("lang")
    def _compute_part_source(self):
        for move in self:
            if move.repair_line_type != "add" or not move.repair_id:
                move.part_source = False
                continue
            van = move.repair_id._get_van()
            in_van = move._get_reserved_in(van)
            if van and move.location_id == van:
                move.part_source = self.env._("Van: %(van)s", van=van.name)
            elif in_van:
                move.part_source = self.env._(
                    "%(quantity)s from the van %(van)s, the rest from %(depot)s", quantity=f"{in_van:g}", van=van.name,
                    depot=move.location_id.display_name)
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

        The van when it has all that the line needs, or when the depot has nothing; else the depot, which gives what the van has
        not. What several lines take of one part is counted.
        """
        parts = self.filtered(
            lambda move: move._is_service_part() and move.product_id and move.state in WAITING_STATES
            and not move.sudo().move_line_ids.filtered("fitted_quantity"))  # what was fitted was taken from where it lay
        sources = {}
        for order, moves in parts.grouped("repair_id").items():
            van, depot = order._get_van(), order.sudo().location_id  # stock locations are not for everybody who works on orders
            if not van:
                sources |= {
                    move: depot for move in moves
                    if move._is_reserved_elsewhere(depot) or (move.location_id != depot and move._is_in_a_van())}
                continue
            products = moves.product_id._origin.sudo()  # as above
            left = {place: defaultdict(float, products._get_free_quantities(place)) for place in (van, depot)}
            for move in moves.sudo():  # as above
                for place in (van, depot):
                    left[place][move.product_id._origin] += move._get_reserved_in(place)
            for move in moves:
                sources[move] = move._pick_source(left, van, depot)
        return sources

    def _pick_source(self, left, van, depot):
        product = self.product_id._origin
        unit = self.product_uom or self.product_id.uom_id
        needed = unit._compute_quantity(self.product_uom_qty, self.product_id.uom_id)
        compare = self.product_id.uom_id.compare
        if compare(left[van][product], needed) >= 0 or (left[van][product] > 0 and compare(left[depot][product], 0) <= 0):
            left[van][product] -= needed
            return van
        in_van = min(max(left[van][product], 0.0), needed)
        left[van][product] -= in_van
        left[depot][product] -= needed - in_van
        return depot

    def _get_reserved_in(self, place):
        """Return the units, in the product's unit, that are reserved for the move in ``place`` and below it."""
        self.ensure_one()
        if not place or self.state not in ("assigned", "partially_available", "done"):
            return 0.0
        lines_sudo = self.sudo().move_line_ids  # whoever works on the order is told where its parts lie
        return sum(lines_sudo.filtered(lambda line: line.location_id._child_of(place)).mapped("quantity_product_uom"))

    def _reserve_from_vans(self):
        """Reserve what the technician's van has of parts that the depot gives the rest of."""
        waiting = self.filtered(
            lambda move: move._is_service_part() and not move.picked and move.state in ("confirmed", "waiting", "partially_available"))
        for order, moves in waiting.grouped("repair_id").items():
            van = order._get_van()
            split = moves.filtered(lambda move, van=van: move.location_id != van) if van else moves.browse()
            free = split.product_id.sudo()._get_free_quantities(van) if split else {}  # as above
            free = defaultdict(float, {product.id: quantity for product, quantity in free.items()})
            for move in moves - split:
                free[move.product_id.id] -= move._get_unreserved()  # the van is to give these whole
            for move in split:
                taken = min(free[move.product_id.id], move._get_unreserved())
                if move.product_id.uom_id.compare(taken, 0) > 0:
                    free[move.product_id.id] -= move._update_reserved_quantity(taken, van, strict=False)

    def _get_unreserved(self):
        self.ensure_one()
        return self.product_uom._compute_quantity(
            self.product_uom_qty - self.quantity, self.product_id.uom_id, rounding_method="HALF-UP")

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
            if not location or (move.location_id == location and not move._is_reserved_elsewhere(location)):
                continue
            move_sudo = move.sudo().with_context(repair_inner=FLOW)  # the flow decides where from; whoever starts it has no stock rights
            if move_sudo.state in ("assigned", "partially_available"):
                move_sudo._do_unreserve()
                moved |= move
            move_sudo.write({"location_id": location.id})
        if assign and moved:
            moved.sudo()._action_assign()  # as above

    def _is_reserved_elsewhere(self, location):
        """Whether something is reserved for the move outside ``location`` and the van of its technician."""
        self.ensure_one()
        places = location | self.repair_id._get_van()
        lines_sudo = self.sudo().move_line_ids  # as above
        return any(not any(line.location_id._child_of(place) for place in places) for line in lines_sudo)

    def _get_stock_of(self, products):
        """Return ({product: free units in the van}, {product: free units in the depot}) of the line's order."""
        self.ensure_one()
        return self.repair_id._get_stock_of(products) if self.repair_id else ({}, products._get_free_quantities(self.location_id))
