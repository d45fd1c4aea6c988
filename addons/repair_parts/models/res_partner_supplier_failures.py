from odoo import models
from odoo.tools import SQL

from ..engine import supplier_score as engine


class ResPartner(models.Model):
    """Parts that failed early in use count against who delivered them (handbook 8.1.2)."""

    _inherit = "res.partner"

    def _get_early_failures(self, start, stop):
        """Return {supplier: [(move line of the fitted part, units)]} of parts fitted between two moments that failed early.

        A part failed early when it, its substitute or its successor was fitted to the same appliance by a later order, within the
        company's days or while the first repair's warranty ran. The fitted lot leads to its receipt, and that to the supplier.
        """
        for name, names in (
                ("stock.move", ["state", "date", "repair_id", "repair_line_type", "product_id", "purchase_line_id"]),
                ("stock.move.line", ["lot_id", "move_id", "state", "date", "quantity_product_uom"]),
                ("repair.order", ["appliance_id", "repair_warranty_end", "coverage", "origin_repair_id"]),
                ("purchase.order.line", ["partner_id"]), ("res.partner", ["commercial_partner_id"]),
                ("product.template", ["superseded_by_id"]),
                ("repair.part.substitution", ["product_tmpl_id", "substitute_id", "active"])):
            self.env[name].flush_model(names)
        zone = self._get_score_zone()

        def day(moment):
            return SQL("((%s AT TIME ZONE 'UTC') AT TIME ZONE %s)::date", moment, zone)

        self.env.cr.execute(SQL(
            """
            WITH RECURSIVE chain AS (
                SELECT id AS old_id, superseded_by_id AS part_id FROM product_template WHERE superseded_by_id IS NOT NULL
                 UNION
                SELECT chain.old_id, newer.superseded_by_id
                  FROM chain JOIN product_template newer ON newer.id = chain.part_id AND newer.superseded_by_id IS NOT NULL),
            pair AS (
                SELECT product_tmpl_id AS one_id, substitute_id AS other_id FROM repair_part_substitution WHERE active
                 UNION ALL SELECT substitute_id, product_tmpl_id FROM repair_part_substitution WHERE active
                 UNION ALL SELECT old_id, part_id FROM chain
                 UNION ALL SELECT part_id, old_id FROM chain),
            receipt AS (
                SELECT line.lot_id, line.date, vendor.commercial_partner_id AS supplier_id
                  FROM purchase_order_line pol
                  JOIN res_partner vendor ON vendor.id = pol.partner_id
                  JOIN stock_move move ON move.purchase_line_id = pol.id AND move.state = 'done'
                  JOIN stock_move_line line ON line.move_id = move.id AND line.lot_id IS NOT NULL
                  JOIN stock_location source ON source.id = line.location_id AND source.usage = 'supplier'
                 WHERE vendor.commercial_partner_id IN %(suppliers)s AND move.company_id = %(company)s),
            fitted AS (
                SELECT line.id, line.lot_id, line.quantity_product_uom AS units, move.date, move.product_id, repair.appliance_id,
                       repair.id AS repair_id, repair.repair_warranty_end AS warranty_end
                  FROM stock_move move
                  JOIN stock_move_line line ON line.move_id = move.id AND line.lot_id IS NOT NULL
                  JOIN repair_order repair ON repair.id = move.repair_id AND repair.appliance_id IS NOT NULL
                 WHERE move.repair_id IS NOT NULL AND move.repair_line_type = 'add' AND move.state = 'done'
                   AND move.company_id = %(company)s AND move.date >= %(start)s AND move.date < %(stop)s)
            SELECT DISTINCT ON (fitted.id, again.id)
                   source.supplier_id, fitted.id, fitted.units, fitted.date, again.id, again.quantity, again.date
              FROM fitted
              JOIN receipt source ON source.lot_id = fitted.lot_id AND source.date <= fitted.date
              JOIN repair_order later ON later.appliance_id = fitted.appliance_id AND later.id != fitted.repair_id
              JOIN stock_move again ON again.repair_id = later.id AND again.state = 'done'
               AND again.repair_line_type = 'add' AND again.date > fitted.date AND again.date < %(stop)s
              JOIN product_product one ON one.id = fitted.product_id
              JOIN product_product other ON other.id = again.product_id
             WHERE (one.id = other.id OR EXISTS (
                       SELECT 1 FROM pair WHERE pair.one_id = one.product_tmpl_id AND pair.other_id = other.product_tmpl_id))
               AND (%(again_day)s - %(fitted_day)s <= %(days)s
                OR (later.coverage = 'repair_warranty' AND %(again_day)s <= fitted.warranty_end)
                OR (later.origin_repair_id = fitted.repair_id AND %(again_day)s <= fitted.warranty_end))
             ORDER BY fitted.id, again.id, source.date DESC
            """, suppliers=tuple(self.ids) or (0,), company=self.env.company.id, start=start, stop=stop,
            days=self.env.company.repair_supplier_failure_days, again_day=day(SQL("again.date")), fitted_day=day(SQL("fitted.date"))))
        rows = self.env.cr.fetchall()
        failed = engine.count_early_failures(
            {row[1]: row[2] for row in rows}, {row[4]: row[5] for row in rows}, [(row[1], row[3], row[4], row[6]) for row in rows])
        result = {}
        for line_id, supplier_id in {row[1]: row[0] for row in rows}.items():
            if line_id in failed:
                line = self.env["stock.move.line"].browse(line_id)
                result.setdefault(self.browse(supplier_id), []).append((line, failed[line_id]))
        return result
