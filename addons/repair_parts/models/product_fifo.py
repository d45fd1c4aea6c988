from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine import fifo

FIRST_PAGE = 1000  # receipts looked at, newest first, before looking further back
STACK_FIELDS = {
    "stock.move": ("product_id", "company_id", "date", "is_in", "value"),
    "stock.move.line": ("move_id", "picked", "owner_id", "location_id", "location_dest_id", "quantity_product_uom"),
    "stock.location": ("usage", "company_id"),
}


class ProductProduct(models.Model):
    """Core's first in first out, located by one query for all products instead of a walk over every receipt on hand.

    The rule is core's: what lies in the company's valued locations are the units received last. Core is left alone for products
    valued by lot and for the variant that looks at one location. Core is wrong, and this is not, where

    * a receipt is counted in another unit than the product's: the cost of what no receipt covers is that of one unit here, of
      one dozen there;
    * somebody else's goods lie in stock: they came in unvalued, so they are no part of the receipts that stock consists of;
    * several companies keep one product: its stock and what it last cost are those of the company that asks.
    """

    _inherit = "product.product"

    def _run_fifo(self, quantity, lot=None, at_date=None, location=None):
        """Return what the ``quantity`` units that leave next cost in the company's currency, not rounded; one query."""
        if lot or at_date or location or self.uom_id.compare(quantity, 0) <= 0:
            return super()._run_fifo(quantity, lot=lot, at_date=at_date, location=location)
        return self._get_fifo_values({self: quantity}, self._get_fifo_sizes())[self]

    def _run_fifo_get_stack(self, lot=None, at_date=None, location=None):
        """Return ([receipts on hand, oldest first], units left on the first), read in two queries and not in three a receipt."""
        if lot or location:
            return super()._run_fifo_get_stack(lot=lot, at_date=at_date, location=location)
        sizes = self._get_fifo_sizes(at_date)
        rows = self._read_fifo(SQL("move_id, quantity, depth, top"), sizes, sizes, at_date)
        if not rows:
            return [], 0
        rows.sort(key=lambda row: row[3], reverse=True)
        _product_id, _move_id, quantity, depth, top = rows[0]
        return list(self.env["stock.move"].browse([row[1] for row in rows])), float(min(depth, top) - (depth - quantity))

    def _get_last_in(self, date=None):
        """Return the receipt of this company that came in last."""
        domain = Domain("is_in", "=", True) & Domain("product_id", "=", self.id) & Domain("company_id", "=", self.env.company.id)
        if date:
            domain &= Domain("date", "<=", date)
        return self.env["stock.move"].search(domain, order="date desc, id desc", limit=1)

    def _with_valuation_context(self):
        valued = super()._with_valuation_context()
        if self.cost_method != "fifo":
            return valued
        own_sudo = self.env["stock.location"].sudo().search(  # the company's stock, whoever asks
            [("is_valued_internal", "=", True), ("company_id", "=", self.env.company.id)])
        valued = valued.with_context(location=own_sudo.ids)
        if self.env.context.get("to_date"):
            return valued  # stock of the past is reckoned back through moves, which know no owner
        return valued.with_context(owners=[False, self.env.company.partner_id.id])

    def _update_standard_price(self, extra_value=None, extra_quantity=None):
        """Set the average cost of what is on hand; for all products first in first out at once, as core sets it for one."""
        by_receipts = self.filtered(lambda product: product.cost_method == "fifo" and not product.lot_valuated)
        if self.env.context.get("to_date") or self.env.context.get("warehouse_id"):
            by_receipts = self.browse()
        super(ProductProduct, self - by_receipts)._update_standard_price(extra_value=extra_value, extra_quantity=extra_quantity)
        sizes = by_receipts._get_fifo_sizes()
        on_hand = {product: size for product, size in sizes.items() if product.uom_id.compare(size, 0) > 0}
        values = self._get_fifo_values(on_hand, sizes)
        for product in by_receipts:
            product_sudo = product.sudo().with_context(disable_auto_revaluation=True)  # as core: whoever moves goods moves their cost
            if product in on_hand:
                product_sudo.standard_price = self.env.company.currency_id.round(values[product]) / on_hand[product]
            elif last_in := product._get_last_in():
                product_sudo.standard_price = last_in._get_price_unit()

    # -------------------------------------------------------------------------
    # The stack
    # -------------------------------------------------------------------------

    def _get_fifo_sizes(self, at_date=None):
        """Return {product: units of the company in its valued locations, now or at ``at_date``}, in one query when it is now."""
        processed = self.env.context.get("fifo_qty_already_processed", 0.0)
        if at_date or self.env.context.get("warehouse_id"):
            valued = {product: product.with_context(to_date=at_date)._with_valuation_context() for product in self}
            return {product: valued[product].qty_available - processed for product in self}
        quants_sudo = self.env["stock.quant"].sudo().with_context(active_test=False)  # the company's stock, whoever asks
        groups = quants_sudo._read_group(
            Domain("product_id", "in", self.ids) & Domain("company_id", "=", self.env.company.id)
            & Domain("location_id.usage", "in", ("internal", "transit"))
            & Domain("owner_id", "in", [False, self.env.company.partner_id.id]),
            ["product_id"], ["quantity:sum"])
        quantities = {product.id: quantity for product, quantity in groups}
        return {product: quantities.get(product.id, 0.0) - processed for product in self}

    def _wait_for_fifo(self):
        """Wait for whoever takes the same products out, anywhere in the company.

        Two transactions that look at one stack would both pay with its oldest receipt. Who waited here fails to serialize once the other
        has committed, and Odoo repeats the whole request on fresh stock.
        """
        self.env.cr.execute(SQL(
            """UPDATE product_product SET standard_price = standard_price
                WHERE id IN (SELECT id FROM product_product WHERE id IN %s ORDER BY id FOR NO KEY UPDATE)""", tuple(self.ids)))

    @api.model
    def _get_fifo_layers(self, quantities, sizes):
        """Return what pays for the units that leave next: {product: [Layer of a receipt's id, oldest first]}.

        :param quantities: {product: units to take}
        :param sizes: {product: units on hand before they are taken}
        """
        layers = defaultdict(list)
        rows = self._read_fifo(SQL("move_id, depth, used, value * used / quantity"), sizes, quantities)
        for product_id, move_id, _depth, used, value in sorted(rows, key=lambda row: row[2], reverse=True):
            layers[product_id].append(fifo.Layer(move_id, float(used), float(value)))
        return {product: layers[product.id] for product in quantities}

    @api.model
    def _get_fifo_values(self, quantities, sizes):
        """Return {product: cost of the ``quantities`` that leave next}; what no receipt covers costs what the last one did."""
        sums = {
            product_id: (float(value), float(used), float(last_cost)) for product_id, value, used, last_cost in self._read_fifo(
                SQL("SUM(value * used / quantity), SUM(used), (ARRAY_AGG(value / quantity ORDER BY depth))[1]"),
                sizes, quantities, grouped=True)
        }
        values = {}
        for product, quantity in quantities.items():
            value, used, last_cost = sums.get(product.id) or (0.0, 0.0, product.standard_price)
            values[product] = value + max(quantity - used, 0.0) * last_cost
        return values

    @api.model
    def _read_fifo(self, columns, sizes, quantities, at_date=None, grouped=False):
        """Select the product's id and ``columns`` of the receipts that the next ``quantities`` come from.

        A receipt's ``depth`` counts the units from the newest one down to its last; the units on hand are the ``top`` ones.
        Only as many receipts are looked at as lie on hand, never the whole history; one query as long as none holds less than a unit.
        """
        asked = {
            product.id: [float(size), float(quantities[product]), max(FIRST_PAGE, int(size) + 1)]
            for product, size in sizes.items() if product in quantities and product.uom_id.compare(size, 0) > 0
        }
        for model, names in STACK_FIELDS.items():
            self.env[model].flush_model(names)
        found = []
        while asked:
            rows = self.env.execute_query(SQL(
                "SELECT product_id, short, %s FROM (%s) AS layers WHERE depth - quantity < top AND depth > top - taken %s",
                columns, self._get_fifo_stack_sql(asked, at_date), SQL("GROUP BY product_id, short") if grouped else SQL()))
            found += [(product_id, *rest) for product_id, short, *rest in rows if not short]
            asked = {product_id: [*asked[product_id][:2], asked[product_id][2] * 10] for product_id, short, *_rest in rows if short}
        return found

    @api.model
    def _get_fifo_stack_sql(self, asked, at_date=None):
        """Return the query of the newest receipts of each product, with their depth.

        :param asked: {product id: [units on hand, units to take, receipts to look at]}
        """
        return SQL(
            """
            SELECT *, LEAST(depth, top) - GREATEST(depth - quantity, top - taken) AS used
              FROM (
                SELECT *, LEAST(size, total) AS top, looked_at = page AND total < size AS short
                  FROM (
                    SELECT *,
                           SUM(quantity) OVER (
                               PARTITION BY product_id ORDER BY date DESC, move_id DESC ROWS UNBOUNDED PRECEDING) AS depth,
                           SUM(quantity) OVER (PARTITION BY product_id) AS total,
                           COUNT(*) OVER (PARTITION BY product_id) AS looked_at
                      FROM (
                        SELECT asked.product_id, asked.size, asked.taken, asked.page, receipt.id AS move_id, receipt.date, receipt.value,
                               COALESCE(SUM(line.quantity_product_uom), 0) AS quantity
                          FROM (VALUES %(asked)s) AS asked(product_id, size, taken, page)
                         CROSS JOIN LATERAL (
                            SELECT id, date, COALESCE(value, 0) AS value
                              FROM stock_move
                             WHERE product_id = asked.product_id AND company_id = %(company)s AND is_in %(until)s
                             ORDER BY date DESC, id DESC
                             LIMIT asked.page) receipt
                          LEFT JOIN stock_move_line line ON line.move_id = receipt.id AND line.picked
                           AND (line.owner_id IS NULL OR line.owner_id = %(own)s)
                           AND line.location_id NOT IN (%(valued)s) AND line.location_dest_id IN (%(valued)s)
                         GROUP BY asked.product_id, asked.size, asked.taken, asked.page, receipt.id, receipt.date, receipt.value
                      ) receipt
                  ) stack
                 WHERE quantity > 0
              ) layer
            """,
            asked=SQL(", ").join(SQL("(%s, %s::numeric, %s::numeric, %s)", product_id, *row) for product_id, row in asked.items()),
            valued=SQL("SELECT id FROM stock_location WHERE company_id IS NOT NULL AND usage IN ('internal', 'transit')"),
            company=self.env.company.id, own=self.env.company.partner_id.id,
            until=SQL("AND date <= %s", fields.Datetime.to_datetime(at_date)) if at_date else SQL())
