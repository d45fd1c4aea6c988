from odoo import fields, models
from odoo.tools import SQL

STAGES = [
    ("to_claim", "Not claimed yet"), ("draft", "In a draft claim"), ("sent", "Sent, not invoiced"), ("invoiced", "Invoiced, not paid"),
]
AGES = [("0", "Not due"), ("30", "1 to 30 days"), ("60", "31 to 60 days"), ("90", "61 to 90 days"), ("more", "Over 90 days")]


class RepairBrandBalance(models.Model):
    """What each brand owes, untaxed, by how far it has come and how old it is.

    What is not claimed yet counts at our own price and ages from the day after its deadline for claiming; what is invoiced ages
    from the invoice's due date.
    """

    _name = "repair.brand.balance"
    _description = "What Brands Owe"
    _auto = False
    _order = "days desc, id"
    _rec_name = "brand_id"

    brand_id = fields.Many2one("repair.brand", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    claim_id = fields.Many2one("repair.brand.claim", readonly=True)
    repair_id = fields.Many2one("repair.order", "Service order", readonly=True)
    stage = fields.Selection(STAGES, readonly=True)
    due_on = fields.Date("Due on", readonly=True, help="Deadline for claiming, or due date of the invoice.")
    days = fields.Integer("Days past due", readonly=True, aggregator="max")
    age = fields.Selection(AGES, readonly=True)
    amount = fields.Monetary("Owed, untaxed", readonly=True)

    @property
    def _table_query(self):
        deadline = SQL(
            "(COALESCE(before.resolved_on, o.accepted_on) AT TIME ZONE 'UTC' AT TIME ZONE c.repair_tz)::date + NULLIF(b.claim_days, 0)")
        # What is claimed again is owed by what was left unpaid, and its deadline counts from that decision.
        before = """
            LEFT JOIN LATERAL (
                SELECT p.amount_refused, p.resolved_on FROM repair_brand_claim_line p
                 WHERE %s AND p.resolution = 'claim_again' AND p.is_live IS NOT TRUE ORDER BY p.id DESC LIMIT 1) before ON TRUE"""
        orders = """
            JOIN repair_order o ON o.id = x.repair_id
            JOIN res_company c ON c.id = o.company_id
            JOIN repair_brand b ON b.id = o.brand_id
            %s
            WHERE x.payer = 'brand' AND o.accepted_on IS NOT NULL AND o.service_stage IN ('accepted', 'closed')"""
        labour, parts = (SQL(orders, SQL(before, SQL(f"p.{name} = x.id"))) for name in ("service_line_id", "move_id"))
        return SQL(
            """
            SELECT r.id, r.brand_id, r.company_id, r.currency_id, r.claim_id, r.repair_id, r.stage, r.due_on, r.amount,
                   GREATEST(r.today - r.due_on, 0) AS days,
                   CASE WHEN r.due_on IS NULL OR r.today <= r.due_on THEN '0' WHEN r.today - r.due_on <= 30 THEN '30'
                        WHEN r.today - r.due_on <= 60 THEN '60' WHEN r.today - r.due_on <= 90 THEN '90' ELSE 'more' END AS age
              FROM (SELECT owed.*, (now() AT TIME ZONE z.repair_tz)::date AS today FROM (
                SELECT 4 * x.id AS id, o.brand_id, o.company_id, c.currency_id, NULL::int AS claim_id, o.id AS repair_id,
                       'to_claim' AS stage, %(deadline)s AS due_on, COALESCE(before.amount_refused, x.price_subtotal) AS amount
                  FROM repair_service_line x %(labour)s AND x.refused IS NOT TRUE
                   AND NOT EXISTS (SELECT FROM repair_brand_claim_line k WHERE k.service_line_id = x.id AND k.is_live)
                UNION ALL
                SELECT 4 * x.id + 1, o.brand_id, o.company_id, c.currency_id, NULL::int, o.id, 'to_claim', %(deadline)s,
                       COALESCE(before.amount_refused, x.repair_price_subtotal)
                  FROM stock_move x %(parts)s AND x.repair_line_type = 'add' AND x.state = 'done'
                   AND NOT EXISTS (SELECT FROM repair_brand_claim_line k WHERE k.move_id = x.id AND k.is_live)
                UNION ALL
                SELECT 4 * k.id + 2, k.brand_id, k.company_id, c.currency_id, k.claim_id, k.repair_id,
                       CASE a.state WHEN 'draft' THEN 'draft' ELSE 'sent' END, k.deadline, k.amount_claimed
                  FROM repair_brand_claim_line k JOIN repair_brand_claim a ON a.id = k.claim_id
                  JOIN res_company c ON c.id = k.company_id
                  LEFT JOIN account_move i ON i.id = a.invoice_id
                 WHERE k.answer <> 'withdrawn' AND a.state IN ('draft', 'sent') AND i.state IS DISTINCT FROM 'posted'
                UNION ALL
                SELECT 4 * a.id + 3, a.brand_id, a.company_id, c.currency_id, a.id, NULL::int, 'invoiced', i.invoice_date_due,
                       ROUND((i.amount_residual + COALESCE(credited.residual, 0)) * i.amount_untaxed / NULLIF(i.amount_total, 0), 2)
                  FROM repair_brand_claim a JOIN account_move i ON i.id = a.invoice_id JOIN res_company c ON c.id = a.company_id
                  LEFT JOIN LATERAL (
                       SELECT SUM(n.amount_residual_signed) AS residual
                         FROM repair_brand_claim_credit_rel l JOIN account_move n ON n.id = l.move_id
                        WHERE l.claim_id = a.id AND n.state = 'posted') credited ON TRUE
                 WHERE i.state = 'posted' AND i.amount_residual + COALESCE(credited.residual, 0) <> 0
              ) owed JOIN res_company z ON z.id = owed.company_id) r
            """, deadline=deadline, labour=labour, parts=parts)
