from odoo import api, fields, models
from odoo.tools import SQL


class RepairPartReceipt(models.Model):
    """A receipt of spare parts of which something is still on hand, as first in first out sees it. Read from stock by one query."""

    _name = "repair.part.receipt"
    _description = "Receipt on hand"
    _auto = False
    _order = "product_id, date, id"
    _rec_name = "reference"
    _depends = {
        "stock.move": ["product_id", "company_id", "date", "is_in", "value", "reference"],
        "stock.move.line": ["move_id", "picked", "owner_id", "location_id", "location_dest_id", "quantity_product_uom"],
        "stock.quant": ["product_id", "company_id", "location_id", "owner_id", "quantity"],
        "stock.location": ["usage", "company_id"],
        "product.template": ["is_spare_part", "lot_valuated"],
    }

    move_id = fields.Many2one("stock.move", "Receipt move", readonly=True)
    product_id = fields.Many2one("product.product", "Part", readonly=True)
    product_tmpl_id = fields.Many2one("product.template", "Part (all variants)", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    uom_id = fields.Many2one(related="product_id.uom_id")
    date = fields.Datetime("Received on", readonly=True)
    reference = fields.Char("Receipt", readonly=True)
    supplier_id = fields.Many2one(related="move_id.picking_id.partner_id", string="Supplier")
    purchase_order_id = fields.Many2one(related="move_id.purchase_line_id.order_id", string="Purchase order")
    lot_ids = fields.Many2many(related="move_id.lot_ids", string="Lots")
    quantity = fields.Float("Received", digits="Product Unit", readonly=True)
    remaining_quantity = fields.Float("Still on hand", digits="Product Unit", readonly=True)
    unit_cost = fields.Float(digits="Product Price", readonly=True, aggregator=None)
    remaining_value = fields.Monetary("Value on hand", readonly=True)

    @property
    def _table_query(self):
        """What lies in the company's valued locations is what was received last; the rest of it is used."""
        return SQL(
            """
            SELECT id, id AS move_id, product_id, product_tmpl_id, company_id, date, reference, quantity,
                   value / quantity AS unit_cost, remaining AS remaining_quantity, value * remaining / quantity AS remaining_value
              FROM (
                SELECT receipt.id, receipt.product_id, receipt.product_tmpl_id, receipt.company_id, receipt.date, receipt.reference,
                       receipt.value, receipt.quantity, LEAST(receipt.quantity, on_hand.quantity - receipt.newer) AS remaining
                  FROM (
                    SELECT move.id, move.product_id, template.id AS product_tmpl_id, move.company_id, move.date, move.reference,
                           COALESCE(move.value, 0) AS value, line.quantity,
                           SUM(line.quantity) OVER (PARTITION BY move.product_id, move.company_id
                               ORDER BY move.date DESC, move.id DESC ROWS UNBOUNDED PRECEDING) - line.quantity AS newer
                      FROM stock_move move
                      JOIN product_product product ON product.id = move.product_id
                      JOIN product_template template ON template.id = product.product_tmpl_id
                       AND template.is_spare_part AND template.lot_valuated IS NOT TRUE
                      JOIN res_company company ON company.id = move.company_id
                     CROSS JOIN LATERAL (
                        SELECT SUM(valued.quantity_product_uom) AS quantity
                          FROM stock_move_line valued
                          JOIN stock_location source ON source.id = valued.location_id
                          JOIN stock_location target ON target.id = valued.location_dest_id
                         WHERE valued.move_id = move.id AND valued.picked
                           AND (valued.owner_id IS NULL OR valued.owner_id = company.partner_id)
                           AND NOT (source.company_id IS NOT NULL AND source.usage IN ('internal', 'transit'))
                           AND target.company_id IS NOT NULL AND target.usage IN ('internal', 'transit')) line
                     WHERE move.is_in AND line.quantity > 0) receipt
                  JOIN (
                    SELECT quant.product_id, quant.company_id, SUM(quant.quantity) AS quantity
                      FROM stock_quant quant
                      JOIN stock_location location ON location.id = quant.location_id AND location.usage IN ('internal', 'transit')
                      JOIN res_company company ON company.id = quant.company_id
                     WHERE quant.owner_id IS NULL OR quant.owner_id = company.partner_id
                     GROUP BY quant.product_id, quant.company_id) on_hand
                    ON on_hand.product_id = receipt.product_id AND on_hand.company_id = receipt.company_id
                 WHERE on_hand.quantity > receipt.newer
              ) layer
            """)

    @api.model
    def _count_by_product(self, products, name):
        """Return {product: receipts on hand} in the companies that the user looks at, in one query; ``name`` is the product's field."""
        return dict(self._read_group([(name, "in", products.ids), ("company_id", "in", self.env.companies.ids)], [name], ["__count"]))

    @api.model
    def _get_action(self, domain):
        """Return the action that opens the receipts of ``domain``."""
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_parts.repair_part_receipt_action")
        return {**action, "domain": domain, "path": False}
