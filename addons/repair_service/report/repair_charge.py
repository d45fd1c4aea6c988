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
        head = SQL("""
            o.id AS repair_id, o.company_id, c.currency_id, o.accepted_on, o.appliance_id, o.appliance_category_id AS category_id,
            o.brand_id, o.technician_id, o.partner_id, o.coverage""")
        source = SQL("""
            JOIN res_company c ON c.id = o.company_id
            LEFT JOIN repair_brand b ON b.id = o.brand_id
            WHERE o.accepted_on IS NOT NULL AND o.service_stage IN ('accepted', 'closed')""")
        return SQL(
            """
            WITH taken AS (  -- what a brand refused and the customer agreed to pay
                SELECT service_line_id, move_id, 'customer' AS payer FROM repair_brand_claim_line
                 WHERE is_live AND resolution = 'customer' AND resolved_on IS NOT NULL AND answer <> 'short')
            SELECT 2 * l.id AS id, %(head)s, COALESCE(t.payer, l.payer) AS payer, 'service' AS kind, l.product_id, l.quantity,
                   l.price_subtotal AS amount, 0.0 AS cost,
                   CASE COALESCE(t.payer, l.payer) WHEN 'customer' THEN o.partner_id WHEN 'brand' THEN b.partner_id END AS payer_id
              FROM repair_service_line l LEFT JOIN taken t ON t.service_line_id = l.id
              JOIN repair_order o ON o.id = l.repair_id %(source)s
               AND l.refused IS NOT TRUE
            UNION ALL
            SELECT 2 * m.id + 1, %(head)s, COALESCE(t.payer, m.payer), 'part', m.product_id, m.product_uom_qty, m.repair_price_subtotal,
                   m.value, CASE COALESCE(t.payer, m.payer) WHEN 'customer' THEN o.partner_id WHEN 'brand' THEN b.partner_id END
              FROM stock_move m LEFT JOIN taken t ON t.move_id = m.id
              JOIN repair_order o ON o.id = m.repair_id %(source)s
               AND m.repair_line_type = 'add' AND m.state = 'done'
            """, head=head, source=source)
