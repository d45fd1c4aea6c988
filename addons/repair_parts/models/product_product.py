from odoo import models

from ..engine import fifo


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _get_free_quantities(self, location):
        """Return {product: units} that lie unreserved in ``location`` and below it, for all products in one query."""
        groups = self.env["stock.quant"]._read_group(
            [("product_id", "in", self.ids), ("location_id", "child_of", location.ids)],
            ["product_id"], ["quantity:sum", "reserved_quantity:sum"])
        return {product: quantity - reserved for product, quantity, reserved in groups}

    def _run_fifo(self, quantity, lot=None, at_date=None, location=None):
        """Cost ``quantity`` units; with ``repair_fifo_trace`` in the context, note there which receipts they come from."""
        trace = self.env.context.get("repair_fifo_trace")
        if trace is None or lot or at_date or location:
            return super()._run_fifo(quantity, lot=lot, at_date=at_date, location=location)
        stack = []
        cost = super(ProductProduct, self.with_context(repair_fifo_stack=stack))._run_fifo(quantity)
        trace[self.id].append(fifo.take(stack, quantity, last_unit_cost=self.standard_price))
        return cost

    def _run_fifo_get_stack(self, lot=None, at_date=None, location=None):
        moves, quantity_on_first = super()._run_fifo_get_stack(lot=lot, at_date=at_date, location=location)
        noted = self.env.context.get("repair_fifo_stack")
        if noted is not None:
            for move in moves:
                noted.append(fifo.Layer(move.id, move._get_valued_qty(), move.value))
            if noted and quantity_on_first:
                oldest = noted[0]
                noted[0] = fifo.Layer(oldest.ref, quantity_on_first, oldest.value * quantity_on_first / oldest.quantity)
        return moves, quantity_on_first
