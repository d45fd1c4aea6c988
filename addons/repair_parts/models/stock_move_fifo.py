from odoo import api, fields, models

from ..engine import fifo

COST_GROUPS = ",".join((
    "repair_parts.repair_parts_group_keeper",
    "repair_service.repair_service_group_manager",
    "stock.group_stock_manager",
    "account.group_account_readonly",
    "account.group_account_invoice",
))


# Whoever validates transfers computes the value on the way; desk and technician write parts, but neither see nor set it.
VALUE_GROUPS = COST_GROUPS + ",stock.group_stock_user"


class StockMove(models.Model):
    """What leaves stock first in first out, and the receipts that paid for it: repairs, deliveries, scrap, returns to suppliers.

    A consumption is valued once, when the goods leave. A bill that changes the price of its receipt afterwards changes what is
    still on hand, not what was used: the trace shows both, and the closing entry of the period books the difference, as in core.
    """

    _inherit = "stock.move"

    value = fields.Monetary(groups=VALUE_GROUPS)
    value_manual = fields.Monetary(groups=VALUE_GROUPS)
    fifo_source_ids = fields.One2many(
        "repair.part.fifo.source", "move_id", "Paid for by receipts", groups=COST_GROUPS, copy=False, readonly=True)
    fifo_summary = fields.Text("Receipts used", compute="_compute_fifo_summary", compute_sudo=True, groups=COST_GROUPS)
    part_cost = fields.Monetary(
        "Cost", compute="_compute_part_cost", compute_sudo=True, currency_field="company_currency_id", groups=COST_GROUPS,
        help="What the part cost, first in first out. Known once the part is used.")
    # Core walks a product's receipts from the newest; without this every step of it sorts all moves of the product.
    _receipts_idx = models.Index("(product_id, company_id, date DESC, id DESC) WHERE is_in")

    @api.depends("fifo_source_ids.value", "fifo_source_ids.quantity")
    def _compute_fifo_summary(self):
        for move in self:
            move.fifo_summary = "\n".join(source._describe() for source in move.fifo_source_ids)

    @api.depends("value", "state", "repair_line_type")
    def _compute_part_cost(self):
        for move in self:
            used = move.repair_line_type == "add" and move.state == "done"
            move.part_cost = move.value if used else 0.0

    # -------------------------------------------------------------------------
    # Goods that leave
    # -------------------------------------------------------------------------

    def _set_value(self, correction_quantity=None):
        """Value the moves; what leaves first in first out takes its receipts here, everything else is core's.

        Core is wrong, and this is not, where the quantity of a spare part is corrected afterwards (what is added leaves now, at the
        cost of the receipts that are next, what is given back is what was taken last; core scales the value and calls it an estimate,
        which other products keep), where a value is set by hand on goods that have left (core values them once more by the stock of
        today), and where the move belongs to another company than the user's.
        """
        for company, moves in self.grouped("company_id").items():
            if company and company != self.env.company:
                moves.with_company(company)._set_value(correction_quantity=correction_quantity)
                self -= moves
        consumptions = self.filtered(lambda move: move._is_fifo_consumption())
        super(StockMove, self - consumptions)._set_value(correction_quantity=correction_quantity)
        left = consumptions.filtered(lambda move: move.state == "done")
        (consumptions - left)._take_receipts()
        for move in left:
            if correction_quantity:
                move._correct_taken_receipts(correction_quantity)
            elif not move.value and not move.sudo().fifo_source_ids:  # the trace is the system's
                move._take_receipts_late()
            else:
                move._set_value_by_hand()

    def _is_fifo_consumption(self):
        """Whether the move takes goods out of valued stock, costed first in first out over all lots."""
        self.ensure_one()
        product = self.product_id
        return (
            not self.is_in and not self.is_dropship and product.cost_method == "fifo" and not product.lot_valuated
            and bool(self._is_out())
        )

    def _take_receipts(self):
        """Value moves that are about to leave, in their order, and keep which receipts pay; as many queries for all as for one."""
        if not self:
            return
        quantities = {move: move._get_valued_qty() for move in self}
        products = self.product_id
        products._wait_for_fifo()
        moves_by_product = self.grouped("product_id")
        wanted = {product: sum(quantities[move] for move in moves) for product, moves in moves_by_product.items()}
        layers = products._get_fifo_layers(wanted, products._get_fifo_sizes())
        taken = {}
        for product, moves in moves_by_product.items():
            last_cost = 0.0 if layers[product] else product.standard_price
            shares = fifo.take_each(layers[product], [quantities[move] for move in moves], last_unit_cost=last_cost)
            taken.update(zip(moves, shares, strict=True))
        for move in self:
            move.value = sum(layer.value for layer in taken[move])
        self._store_fifo_sources(taken)

    def _take_receipts_late(self):
        """Value a move that was born done, such as scrap on a finished receipt: its goods have left already."""
        self.ensure_one()
        product, quantity = self.product_id, self._get_valued_qty()
        if product.uom_id.compare(quantity, 0) <= 0:
            return
        product._wait_for_fifo()
        sizes = {product: product._get_fifo_sizes()[product] + quantity}
        taken = fifo.take(product._get_fifo_layers({product: quantity}, sizes)[product], quantity, last_unit_cost=product.standard_price)
        self.value = sum(layer.value for layer in taken)
        self._store_fifo_sources({self: taken})

    def _correct_taken_receipts(self, correction_quantity):
        """Follow a quantity that was corrected after the goods left; stock has been corrected already."""
        self.ensure_one()
        product, quantity = self.product_id, self._get_valued_qty()
        taken = self._get_taken_layers()
        added = quantity - sum(layer.quantity for layer in taken)
        left_untraced = not taken and product.uom_id.compare(quantity, correction_quantity) > 0
        if left_untraced or not product.is_spare_part:
            super()._set_value(correction_quantity=correction_quantity)  # pylint: disable=super-method-mismatch  # called by it alone
            if taken:
                self._store_fifo_sources({self: fifo.scale(taken, quantity, self.value)})
            return
        if product.uom_id.compare(added, 0) > 0:
            product._wait_for_fifo()
            sizes = {product: product._get_fifo_sizes()[product] + added}
            layers = product._get_fifo_layers({product: added}, sizes)[product]
            taken = fifo.merge(taken + fifo.take(layers, added, last_unit_cost=product.standard_price))
        else:
            taken = fifo.give_back(taken, -added)
        self.value = sum(layer.value for layer in taken)
        self._store_fifo_sources({self: taken})

    def _set_value_by_hand(self):
        """Give goods that have left the value that the accountant set; nothing else values them again."""
        self.ensure_one()
        manual = self.sudo()._get_manual_value(self._get_valued_qty())  # as core reads it
        if not manual["quantity"]:
            return
        self.value = manual["value"]
        self._store_fifo_sources({self: fifo.scale(self._get_taken_layers(), self._get_valued_qty(), self.value)})

    def _get_taken_layers(self):
        """Return the receipts kept for the move as Layers, in the order in which they paid."""
        self.ensure_one()
        sources_sudo = self.sudo().fifo_source_ids  # whoever takes a part may see no cost; the trace is the system's
        return [fifo.Layer(source.receipt_move_id.id, source.quantity, source.value) for source in sources_sudo]

    def _store_fifo_sources(self, layers):
        """Keep ``layers``, {move: [Layer]}, as what paid for the moves, in the place of what was kept before."""
        values_list = [
            {"move_id": move.id, "receipt_move_id": layer.ref, "quantity": layer.quantity, "value": layer.value}
            for move in self
            for layer in fifo.round_to_total(layers[move], move.value, move.company_currency_id.round)
        ]
        done_sudo = self.sudo().filtered(lambda move: move.state == "done")  # whoever takes a part may see no cost
        done_sudo.fifo_source_ids.unlink()
        self.env["repair.part.fifo.source"].sudo().create(values_list)  # as above

    # -------------------------------------------------------------------------
    # Goods that come in
    # -------------------------------------------------------------------------

    def _action_done(self, cancel_backorder=False):
        """Move the goods; what left before there was any receipt for it is paid for by the receipts that come in now."""
        moves = super()._action_done(cancel_backorder=cancel_backorder)
        for company, own in moves.grouped("company_id").items():
            own = own.with_company(company)
            by_receipts = own.filtered(lambda move: move.product_id.cost_method == "fifo")
            by_receipts.filtered("is_in")._pay_for_uncovered()
            if company != self.env.company:  # core has done it for the user's company
                by_receipts.filtered("is_out").product_id._update_standard_price()
        return moves

    def _pay_for_uncovered(self):
        """Name these receipts on consumptions of stock that was not there yet, the oldest first.

        The value stays the one the goods left with: it is in the books, and the closing entry evens it out against the receipt.
        """
        sources_sudo = self.env["repair.part.fifo.source"].sudo()  # the trace is the system's, see above
        uncovered = sources_sudo.search(
            [("receipt_move_id", "=", False), ("product_id", "in", self.product_id.ids), ("company_id", "=", self.env.company.id)],
            order="id")
        if not uncovered:
            return
        sizes = uncovered.product_id._get_fifo_sizes()
        for product, sources in uncovered.grouped("product_id").items():
            receipts = self.filtered(lambda move, product=product: move.product_id == product).sorted(lambda move: (move.date, move.id))
            layers = [fifo.Layer(receipt.id, receipt._get_valued_qty(), 0.0) for receipt in receipts]
            still_missing = max(0.0, -sizes[product])
            missing_before = max(0.0, sum(layer.quantity for layer in layers) - sizes[product])
            payable = min(sum(sources.mapped("quantity")), missing_before) - still_missing
            sources._pay_from(fifo.take_each(layers, sources._split_payable(payable)))
