from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

PICKED_APPOINTMENTS = ("proposed", "confirmed", "travelling", "arrived")


class StockMove(models.Model):
    _inherit = "stock.move"

    is_spare_part = fields.Boolean(related="product_id.is_spare_part")
    qty_on_hand_here = fields.Float(
        "Available here", compute="_compute_qty_on_hand_here", digits="Product Unit", compute_sudo=True,
        help="Units that the line can count on in van and depot: free ones, and those reserved for it.")
    visit_start = fields.Datetime(
        "Next visit", compute="_compute_visit_start", search="_search_visit_start",
        help="Start of the next visit for the order, the time until which the part must be picked.")
    visit_technician_id = fields.Many2one("hr.employee", "Technician", compute="_compute_visit_start")
    preparation_state = fields.Selection(related="repair_id.preparation_state")

    @api.depends("product_id", "location_id", "repair_line_type", "state", "quantity")
    def _compute_qty_on_hand_here(self):
        """One query for van and depot, however many lines there are."""
        self.qty_on_hand_here = 0.0
        moves_by_location = defaultdict(self.browse)
        for move in self:
            if move.repair_line_type == "add" and move.state not in ("done", "cancel") and move.product_id:
                moves_by_location[move.repair_id._get_van() | move.location_id] |= move
        for location, moves in moves_by_location.items():
            free = moves.product_id._get_free_quantities(location)
            for move in moves:
                move.qty_on_hand_here = free.get(move.product_id._origin, 0.0) + move._get_own_reservation()

    def _get_own_reservation(self):
        self.ensure_one()
        if self.state not in ("assigned", "partially_available"):
            return 0.0
        return self.product_uom._compute_quantity(self.quantity, self.product_id.uom_id)

    @api.depends("repair_id.appointment_ids.start", "repair_id.appointment_ids.state", "repair_id.appointment_ids.technician_id")
    def _compute_visit_start(self):
        for move in self:
            visits = move.repair_id.appointment_ids.filtered(lambda visit: visit.state in PICKED_APPOINTMENTS)
            visit = visits.sorted("start")[:1]
            move.visit_start = visit.start
            move.visit_technician_id = visit.technician_id

    def _search_visit_start(self, operator, value):
        if operator not in ("<", "<=", ">", ">=", "in"):
            return NotImplemented
        visits = Domain("state", "in", PICKED_APPOINTMENTS) & Domain("start", operator, value)
        return Domain("repair_id.appointment_ids", "any", visits)

    def _action_assign(self, force_qty=False):
        """Reserve; for the parts of repairs the stock is read once, as core does when it takes goods out, not at every line."""
        self._choose_sources()
        self._reserve_from_vans()
        waiting = self.filtered(lambda move: move.repair_id and move.state in ("confirmed", "waiting", "partially_available"))
        if not waiting or "quants_cache" in self.env.context:
            return super()._action_assign(force_qty=force_qty)
        stock = self.env["stock.quant"]._get_quants_by_products_locations(waiting.product_id, waiting.location_id)
        return super(StockMove, self.with_context(quants_cache=stock))._action_assign(force_qty=force_qty)

    def _get_warranty_component(self):
        return "main" if self.product_id.is_main_part else super()._get_warranty_component()
