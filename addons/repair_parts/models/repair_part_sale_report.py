from odoo import fields, models, tools

from .repair_part_term import SALE_KINDS


class RepairPartSaleReport(models.Model):
    """What sales of parts brought, by month, category, customer and seller, at the cost of the receipts that paid (handbook 8.3.1)."""

    _name = "repair.part.sale.report"
    _description = "Results of part sales"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "order_id"

    date = fields.Date(readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True)
    product_id = fields.Many2one("product.product", "Part", readonly=True)
    categ_id = fields.Many2one("product.category", "Product category", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    user_id = fields.Many2one("res.users", "Seller", readonly=True)
    sale_kind = fields.Selection(SALE_KINDS, "Kind of sale", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    quantity = fields.Float("Delivered", readonly=True, digits="Product Unit")
    price_unit = fields.Float("Price paid", readonly=True, digits="Product Price", aggregator="avg")
    price_low = fields.Float("Lowest price", readonly=True, digits="Product Price", aggregator="min")
    price_high = fields.Float("Highest price", readonly=True, digits="Product Price", aggregator="max")
    amount = fields.Monetary("Untaxed", readonly=True)
    cost = fields.Monetary(readonly=True)
    margin = fields.Monetary(readonly=True)
    margin_percent = fields.Float("Margin (%)", readonly=True, digits=(6, 1), aggregator="avg")

    def init(self):
        """Make the view anew."""
        tools.drop_view_if_exists(self.env.cr, self._table)
        self.env.cr.execute("""
            CREATE VIEW repair_part_sale_report AS (
                SELECT id, date, order_id, product_id, categ_id, partner_id, user_id, sale_kind, company_id, quantity,
                       price_unit, price_unit AS price_low, price_unit AS price_high, amount, cost, amount - cost AS margin,
                       CASE WHEN amount != 0 THEN 100 * (amount - cost) / amount END AS margin_percent
                  FROM (
                    SELECT line.id,
                           (sale.date_order AT TIME ZONE 'UTC' AT TIME ZONE COALESCE(company.repair_tz, 'Asia/Shanghai'))::date AS date,
                           sale.id AS order_id, line.product_id, template.categ_id, sale.partner_id, sale.user_id,
                           COALESCE(sale.part_sale_kind, 'counter') AS sale_kind, sale.company_id, line.qty_delivered AS quantity,
                           line.price_subtotal / COALESCE(NULLIF(sale.currency_rate, 0), 1) / NULLIF(line.product_uom_qty, 0) AS price_unit,
                           COALESCE(line.price_subtotal / COALESCE(NULLIF(sale.currency_rate, 0), 1) / NULLIF(line.product_uom_qty, 0), 0)
                               * line.qty_delivered AS amount,
                           COALESCE(moved.cost, 0) AS cost
                      FROM sale_order_line line
                      JOIN sale_order sale ON sale.id = line.order_id
                      JOIN res_company company ON company.id = sale.company_id
                      JOIN product_product product ON product.id = line.product_id
                      JOIN product_template template ON template.id = product.product_tmpl_id
                      LEFT JOIN LATERAL (
                        SELECT SUM(CASE WHEN move.is_out THEN move.value WHEN move.is_in THEN -move.value ELSE 0 END) AS cost
                          FROM stock_move move
                          LEFT JOIN repair_part_return back ON back.id = move.part_return_id
                         WHERE move.state = 'done'
                           AND (move.sale_line_id = line.id OR (back.sale_line_id = line.id AND back.stock_move_id = move.id))
                      ) moved ON TRUE
                     WHERE sale.state = 'sale' AND sale.is_part_sale AND template.is_spare_part
                  ) sold
            )""")
