from collections import defaultdict

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
    _inherit = "stock.move"

    value = fields.Monetary(groups=VALUE_GROUPS)
    value_manual = fields.Monetary(groups=VALUE_GROUPS)
    fifo_source_ids = fields.One2many(
        "repair.part.fifo.source", "move_id", "Paid for by receipts", groups=COST_GROUPS, copy=False, readonly=True)
    fifo_summary = fields.Text("Receipts used", compute="_compute_fifo_summary", compute_sudo=True, groups=COST_GROUPS)
    part_cost = fields.Monetary(
        "Cost", compute="_compute_part_cost", compute_sudo=True, currency_field="company_currency_id", groups=COST_GROUPS,
        help="What the part cost, first in first out. Known once the part is used.")

    @api.depends("fifo_source_ids.value", "fifo_source_ids.quantity")
    def _compute_fifo_summary(self):
        for move in self:
            move.fifo_summary = "\n".join(source._describe() for source in move.fifo_source_ids)

    @api.depends("value", "state", "repair_line_type")
    def _compute_part_cost(self):
        for move in self:
            used = move.repair_line_type == "add" and move.state == "done"
            move.part_cost = move.value if used else 0.0

    def _set_value(self, correction_quantity=None):
        """Value the moves; for parts used on repairs keep which receipts paid, from the very stack that core valued them by."""
        if correction_quantity:
            super()._set_value(correction_quantity=correction_quantity)
            return self._rescale_fifo_sources(correction_quantity)
        traced = self.filtered(lambda move: move._is_fifo_traced())
        if not traced:
            return super()._set_value(correction_quantity=correction_quantity)
        trace = defaultdict(list)
        super(StockMove, self.with_context(repair_fifo_trace=trace))._set_value(correction_quantity=correction_quantity)
        return self._store_fifo_sources(traced, trace)

    def _is_fifo_traced(self):
        """Whether the move takes a part for a repair from valued stock, costed first in first out over all lots."""
        self.ensure_one()
        product = self.product_id
        return bool(self.repair_id) and product.cost_method == "fifo" and not product.lot_valuated and bool(self._is_out())

    def _store_fifo_sources(self, traced, trace):
        """Keep the layers of ``trace``: {product id: [layers of each consumption, in the order of the moves]}."""
        values_list = []
        for move in self:
            layers = move._is_traceable_out() and trace[move.product_id.id] and trace[move.product_id.id].pop(0)
            if not layers or move not in traced:
                continue
            values_list += [
                {"move_id": move.id, "receipt_move_id": layer.ref, "quantity": layer.quantity, "value": layer.value}
                for layer in fifo.round_to_total(layers, move.value, move.company_currency_id.round)
            ]
        traced.sudo().fifo_source_ids.unlink()  # whoever uses a part may see no cost; the trace is the system's
        self.env["repair.part.fifo.source"].sudo().create(values_list)  # as above

    def _is_traceable_out(self):
        product = self.product_id
        return product.cost_method == "fifo" and not product.lot_valuated and not self.is_in and bool(self._is_out())

    def _rescale_fifo_sources(self, correction_quantity):
        """Follow core, which scales the value of a used part when its quantity is corrected afterwards."""
        for move_sudo in self.sudo():  # the trace is the system's, see above
            sources = move_sudo.fifo_source_ids
            previous = sum(sources.mapped("quantity"))
            if not previous:
                continue
            ratio = (previous + correction_quantity) / previous
            layers = [fifo.Layer(source.id, source.quantity * ratio, source.value * ratio) for source in sources]
            layers = fifo.round_to_total(layers, move_sudo.value, move_sudo.company_currency_id.round)
            for source, layer in zip(sources, layers, strict=True):
                source.write({"quantity": layer.quantity, "value": layer.value})
