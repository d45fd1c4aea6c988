from odoo import fields, models
from odoo.tools import SQL

from ..models.repair_service_line import PAYERS


class RepairCharge(models.Model):
    """What accepted repairs charge, line by line and by payer: labour and parts together."""

    _name = "repair.charge"
    _description = "Charges of Accepted Repairs"
    _auto = False
    _order = "accepted_on desc, id desc"
    _rec_name = "product_id"

    repair_id = fields.Many2one("repair.order", "Service order", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    accepted_on = fields.Datetime(readonly=True)
    appliance_id = fields.Many2one("repair.appliance", readonly=True)
    category_id = fields.Many2one("repair.appliance.category", "Family", readonly=True)
    brand_id = fields.Many2one("repair.brand", readonly=True)
    technician_id = fields.Many2one("hr.employee", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    payer = fields.Selection(PAYERS, readonly=True)
    payer_id = fields.Many2one("res.partner", "Charged to", readonly=True, help="The customer, or the brand's own partner.")
    coverage = fields.Selection(
        [("customer", "Customer pays"), ("warranty", "Warranty"), ("repair_warranty", "Repair warranty"), ("goodwill", "Goodwill")],
        "Verdict", readonly=True)
    kind = fields.Selection([("service", "Labour or fee"), ("part", "Part")], readonly=True)
    product_id = fields.Many2one("product.product", "Part or service", readonly=True)
    quantity = fields.Float(readonly=True)
    amount = fields.Monetary("Untaxed", readonly=True)
    cost = fields.Monetary("Cost of the part", readonly=True)

    @property
    def _table_query(self):
        # What of a line the brand does not pay; a source that another payer took over as a whole has that payer itself.
        supplied = SQL("CASE WHEN k.resolution = 'supplier' AND k.resolved_on IS NOT NULL THEN k.amount_refused ELSE 0 END")

        def away(key, table):
            key, table = SQL.identifier(key), SQL.identifier(table)
            return SQL(
                """LEFT JOIN (
                    SELECT k.%(key)s, SUM(k.amount_lost + k.amount_taken_over + %(supplied)s) AS away FROM repair_brand_claim_line k
                     WHERE k.%(key)s IS NOT NULL AND (k.amount_lost <> 0 OR k.resolved_on IS NOT NULL) GROUP BY k.%(key)s
                ) k ON k.%(key)s = %(table)s.id""", key=key, table=table, supplied=supplied)

        head = SQL("""
            o.id AS repair_id, o.company_id, c.currency_id, o.accepted_on, o.appliance_id, o.appliance_category_id AS category_id,
            o.brand_id, o.technician_id, o.partner_id, o.coverage""")
        source = SQL("""
            JOIN res_company c ON c.id = o.company_id
            LEFT JOIN repair_brand b ON b.id = o.brand_id
            WHERE o.accepted_on IS NOT NULL AND o.service_stage IN ('accepted', 'closed')""")
        return SQL(
            """
            SELECT r.id, r.repair_id, r.company_id, r.currency_id, r.accepted_on, r.appliance_id, r.category_id, r.brand_id,
                   r.technician_id, r.partner_id, r.coverage, r.payer, r.kind, r.product_id, r.quantity,
                   r.amount - COALESCE(r.away, 0) AS amount, r.cost,
                   CASE r.payer WHEN 'customer' THEN r.partner_id WHEN 'brand' THEN r.maker_id END AS payer_id
              FROM (
                SELECT 6 * l.id AS id, %(head)s, b.partner_id AS maker_id, l.payer, 'service' AS kind, l.product_id, l.quantity,
                       l.price_subtotal AS amount, 0.0 AS cost, CASE WHEN l.payer = 'brand' THEN k.away END AS away
                  FROM repair_service_line l %(away_service)s JOIN repair_order o ON o.id = l.repair_id %(source)s AND l.refused IS NOT TRUE
                UNION ALL
                SELECT 6 * m.id + 1, %(head)s, b.partner_id, m.payer, 'part', m.product_id, m.product_uom_qty,
                       m.repair_price_subtotal, m.value, CASE WHEN m.payer = 'brand' THEN k.away END
                  FROM stock_move m %(away_part)s JOIN repair_order o ON o.id = m.repair_id %(source)s
                   AND m.repair_line_type = 'add' AND m.state = 'done'
                UNION ALL  -- quantity and cost go with a line that one other payer bears as a whole
                SELECT 6 * k.id + share.place, %(head)s, b.partner_id, share.payer,
                       CASE WHEN k.move_id IS NULL THEN 'service' ELSE 'part' END, k.product_id,
                       CASE WHEN share.amount = k.amount_list THEN k.quantity ELSE 0 END, share.amount,
                       CASE WHEN share.amount = k.amount_list AND m.id IS NOT NULL THEN m.value ELSE 0 END, NULL
                  FROM repair_brand_claim_line k
                 CROSS JOIN LATERAL (VALUES
                       (2, 'company', k.amount_lost), (3, 'customer', k.amount_taken_over), (4, 'supplier', %(supplied)s)
                     ) AS share (place, payer, amount)
                  LEFT JOIN repair_service_line l ON l.id = k.service_line_id
                  LEFT JOIN stock_move m ON m.id = k.move_id
                  JOIN repair_order o ON o.id = k.repair_id %(source)s AND share.amount <> 0 AND COALESCE(l.payer, m.payer) = 'brand'
              ) r
             WHERE r.away IS NULL OR r.away = 0 OR r.away <> r.amount
            """, head=head, source=source, supplied=supplied,
            away_service=away("service_line_id", "l"), away_part=away("move_id", "m"))
