from collections import defaultdict
from datetime import timedelta
from typing import NamedTuple

from odoo import models
from odoo.tools import SQL

LEAD_TIMES_MAX = 20
LEAD_YEARS = 2


class Facts(NamedTuple):
    """Days since a part was first seen, last used, and last received from a supplier; None when never."""

    seen: int | None = None
    used: int | None = None
    received: int | None = None


class RepairPartClassification(models.Model):
    """What stock itself says about parts: demand, lead times, and what lies where. Each question is one query, for all parts."""

    _inherit = "repair.part.classification"

    def _get_demand(self, products, stop, period_days, periods):
        """Return {product id: {warehouse id: [units a period, oldest first]}}: parts used on repairs and sold, less what came back.

        Moves between own places, returns to suppliers, scrap and inventory differences are no demand. What comes back is taken off
        the period and the warehouse that it was given out in. A van belongs to the warehouse that it is filled from; what left a
        place of no warehouse counts for that of the run.
        """
        self.env.flush_all()
        series = defaultdict(lambda: defaultdict(lambda: [0.0] * periods))
        for product_id, warehouse_id, index, units in self.env.execute_query(SQL(
            """
            WITH out AS (
                SELECT line.product_id, line.move_id, line.date, line.quantity_product_uom AS units,
                       COALESCE(source.warehouse_id, %(warehouse)s) AS warehouse_id
                  FROM stock_move_line line
                  JOIN stock_location source ON source.id = line.location_id AND source.usage IN ('internal', 'transit')
                  JOIN stock_location target ON target.id = line.location_dest_id AND target.usage IN ('customer', 'production')
                 WHERE line.state = 'done' AND line.company_id = %(company)s AND line.product_id IN %(products)s
                   AND line.date > %(start)s AND line.date <= %(stop)s
            ), given AS (
                SELECT product_id, warehouse_id, date, units FROM out
                 UNION ALL
                SELECT line.product_id, origin.warehouse_id, origin.date, - line.quantity_product_uom
                  FROM stock_move_line line
                  JOIN stock_move back ON back.id = line.move_id
                  JOIN (SELECT move_id, MIN(date) AS date, MIN(warehouse_id) AS warehouse_id FROM out GROUP BY move_id) origin
                    ON origin.move_id = back.origin_returned_move_id
                  JOIN stock_location target ON target.id = line.location_dest_id AND target.usage IN ('internal', 'transit')
                 WHERE line.state = 'done' AND line.date <= %(stop)s
            )
            SELECT product_id, warehouse_id, FLOOR(EXTRACT(EPOCH FROM (%(stop)s::timestamp - date)) / %(seconds)s)::int AS ago, SUM(units)
              FROM given GROUP BY product_id, warehouse_id, ago
            """, warehouse=self.warehouse_id.id, company=self.company_id.id,
            products=tuple(products.ids) or (0,), stop=stop, seconds=period_days * 86400,
            start=stop - timedelta(days=period_days * periods))):
            series[product_id][warehouse_id][periods - 1 - min(max(index, 0), periods - 1)] += max(units or 0.0, 0.0)
        return series

    def _get_facts(self, products, stop):
        """Return {product id: :class:`Facts`}."""
        rows = self.env.execute_query(SQL(
            """
            SELECT line.product_id, EXTRACT(DAY FROM %(stop)s::timestamp - MIN(line.date))::int,
                   EXTRACT(DAY FROM %(stop)s::timestamp - MAX(line.date)
                       FILTER (WHERE source.usage IN ('internal', 'transit') AND target.usage IN ('customer', 'production')))::int,
                   EXTRACT(DAY FROM %(stop)s::timestamp - MAX(line.date) FILTER (WHERE source.usage = 'supplier'))::int
              FROM stock_move_line line
              JOIN stock_location source ON source.id = line.location_id
              JOIN stock_location target ON target.id = line.location_dest_id
             WHERE line.state = 'done' AND line.company_id = %(company)s AND line.product_id IN %(products)s AND line.date <= %(stop)s
             GROUP BY line.product_id
            """, company=self.company_id.id, products=tuple(products.ids) or (0,), stop=stop))
        return {row[0]: Facts(*row[1:]) for row in rows}

    def _get_lead_times(self, products, stop):
        """Return {product id: {warehouse id: [days from order to first receipt]}} of the last orders, newest first."""
        rows = self.env.execute_query(SQL(
            """
            SELECT product_id, warehouse_id, days FROM (
                SELECT line.product_id, COALESCE(type.warehouse_id, %(warehouse)s) AS warehouse_id,
                       EXTRACT(EPOCH FROM (MIN(move.date) - purchase.date_approve)) / 86400 AS days,
                       ROW_NUMBER() OVER (PARTITION BY line.product_id, COALESCE(type.warehouse_id, %(warehouse)s)
                           ORDER BY purchase.date_approve DESC, line.id DESC) AS rank
                  FROM purchase_order_line line
                  JOIN purchase_order purchase ON purchase.id = line.order_id AND purchase.state = 'purchase'
                  LEFT JOIN stock_picking_type type ON type.id = purchase.picking_type_id
                  JOIN stock_move move ON move.purchase_line_id = line.id AND move.state = 'done'
                  JOIN stock_location source ON source.id = move.location_id AND source.usage = 'supplier'
                 WHERE line.company_id = %(company)s AND line.product_id IN %(products)s
                   AND purchase.date_approve >= %(start)s AND move.date <= %(stop)s
                 GROUP BY line.id, line.product_id, purchase.date_approve, type.warehouse_id) measured
             WHERE rank <= %(most)s ORDER BY product_id, rank
            """, company=self.company_id.id, products=tuple(products.ids) or (0,), stop=stop, most=LEAD_TIMES_MAX,
            start=stop - timedelta(days=365 * LEAD_YEARS), warehouse=self.warehouse_id.id))
        times = defaultdict(lambda: defaultdict(list))
        for product_id, warehouse_id, days in rows:
            times[product_id][warehouse_id].append(max(float(days), 1.0))
        return times

    def _get_stock(self, products, stop):
        """Return {product id: (units in the company, days since the oldest piece came in)}; rejected parts are no stock."""
        groups = self.env["stock.quant"]._read_group(
            [("product_id", "in", products.ids), ("company_id", "=", self.company_id.id),
             ("location_id.usage", "in", ("internal", "transit")), ("location_id.inspection_zone", "!=", "rejected"), ("quantity", ">", 0)],
            ["product_id"], ["quantity:sum", "in_date:min"])
        return {product.id: (units, max((stop - oldest).days, 0)) for product, units, oldest in groups}

    def _get_rules(self, products):
        """Return {product id: {warehouse id: reordering rule of its stock}} of the company."""
        warehouses = {warehouse.lot_stock_id.id: warehouse.id for warehouse in self._get_warehouses()}
        found = defaultdict(dict)
        for rule in self.env["stock.warehouse.orderpoint"].with_context(active_test=False).search([
            ("product_id", "in", products.ids), ("company_id", "=", self.company_id.id), ("location_id", "in", list(warehouses))],
        ):
            found[rule.product_id.id].setdefault(warehouses[rule.location_id.id], rule)
        return found

    def _get_warehouses(self):
        """Return the warehouses of the company, that of the run first."""
        others = self.env["stock.warehouse"].search([("company_id", "=", self.company_id.id)])
        return self.warehouse_id | others
