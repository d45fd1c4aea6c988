from odoo import fields, models


class ResCompany(models.Model):
    """How spare parts are classified, kept in stock, counted and watched (handbook 8.2.2, 8.2.3)."""

    _inherit = "res.company"

    repair_abc_share_a = fields.Float("Class A up to (%)", default=80.0)
    repair_abc_share_b = fields.Float("Class B up to (%)", default=95.0)
    repair_xyz_limit_x = fields.Float("Class X up to", default=0.5)
    repair_xyz_limit_y = fields.Float("Class Y up to", default=1.0)
    repair_demand_period_days = fields.Integer("Days of a demand period", default=30)
    repair_demand_periods = fields.Integer("Demand periods looked back", default=12)
    repair_service_vital = fields.Float("Service level of vital parts (%)", default=98.0)
    repair_service_essential = fields.Float("Service level of essential parts (%)", default=95.0)
    repair_vital_minimum = fields.Integer("Least units of a vital part", default=1)
    repair_order_cost = fields.Monetary("Cost of an order line", currency_field="currency_id", default=20.0)
    repair_holding_percent = fields.Float("Holding cost a year (%)", default=25.0)
    repair_cover_months = fields.Integer("Most months bought at once", default=6)
    repair_lead_days = fields.Integer("Lead time when nothing is known (days)", default=7)
    repair_slow_days = fields.Integer("Slow after days without use", default=180)
    repair_dead_days = fields.Integer("Dead after days without use", default=365)
    repair_return_days = fields.Integer("Suppliers take back within (days)", default=90)
    repair_reserved_days = fields.Integer("Reserved too long after (days)", default=14)
    repair_uncounted_days = fields.Integer("Count overdue after (days)", default=7)
    repair_stock_owner_id = fields.Many2one(
        "res.users", "Stock alerts go to", ondelete="set null", help="Where a place has no keeper of its own.")
    repair_escalate_days = fields.Integer(
        "Escalated after (days)", default=3, help="An alert that is open for longer without cause and measure. 0: never.")
    repair_stock_chief_id = fields.Many2one(
        "res.users", "Escalated to", ondelete="set null", help="Empty: a stock manager, else a service manager.")
    repair_stock_looked_on = fields.Datetime("Stock looked at on", readonly=True)

    _repair_abc_shares = models.Constraint(
        "CHECK (repair_abc_share_a > 0 AND repair_abc_share_a < repair_abc_share_b AND repair_abc_share_b <= 100)",
        "The shares of the classes A and B rise between 0 and 100 %.")
    _repair_xyz_limits = models.Constraint(
        "CHECK (repair_xyz_limit_x > 0 AND repair_xyz_limit_x < repair_xyz_limit_y AND repair_xyz_limit_y <= 100)",
        "The limits of the classes X and Y rise above 0.")
    _repair_demand_range = models.Constraint(
        "CHECK (repair_demand_period_days BETWEEN 1 AND 366 AND repair_demand_periods BETWEEN 3 AND 120)",
        "Demand is told in 3 to 120 periods of 1 to 366 days.")
    _repair_service_range = models.Constraint(
        "CHECK (repair_service_vital BETWEEN 50 AND 99.9 AND repair_service_essential BETWEEN 50 AND 99.9)",
        "A service level lies between 50 and 99.9 %.")
    _repair_lot_range = models.Constraint(
        "CHECK (repair_order_cost >= 0 AND repair_order_cost <= 1000000 AND repair_holding_percent > 0 AND repair_holding_percent <= 200"
        " AND repair_cover_months BETWEEN 1 AND 60 AND repair_lead_days BETWEEN 1 AND 730 AND repair_vital_minimum BETWEEN 0 AND 1000)",
        "Check the cost of an order line (0 to 1,000,000), the holding cost (above 0 to 200 %), the months bought at once (1 to 60), "
        "the lead time (1 to 730 days) and the least units of a vital part (0 to 1000).")
    _repair_stock_days = models.Constraint(
        "CHECK (repair_slow_days > 0 AND repair_slow_days < repair_dead_days AND repair_dead_days <= 3660"
        " AND repair_return_days BETWEEN 0 AND 3660 AND repair_reserved_days BETWEEN 1 AND 3660"
        " AND repair_uncounted_days BETWEEN 0 AND 3660 AND repair_escalate_days BETWEEN 0 AND 3660)",
        "Stock is slow before it is dead, and no time is longer than 3660 days.")


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    repair_abc_share_a = fields.Float(related="company_id.repair_abc_share_a", readonly=False)
    repair_abc_share_b = fields.Float(related="company_id.repair_abc_share_b", readonly=False)
    repair_xyz_limit_x = fields.Float(related="company_id.repair_xyz_limit_x", readonly=False)
    repair_xyz_limit_y = fields.Float(related="company_id.repair_xyz_limit_y", readonly=False)
    repair_demand_period_days = fields.Integer(related="company_id.repair_demand_period_days", readonly=False)
    repair_demand_periods = fields.Integer(related="company_id.repair_demand_periods", readonly=False)
    repair_service_vital = fields.Float(related="company_id.repair_service_vital", readonly=False)
    repair_service_essential = fields.Float(related="company_id.repair_service_essential", readonly=False)
    repair_vital_minimum = fields.Integer(related="company_id.repair_vital_minimum", readonly=False)
    repair_order_cost = fields.Monetary(
        related="company_id.repair_order_cost", readonly=False, currency_field="company_currency_id")
    repair_holding_percent = fields.Float(related="company_id.repair_holding_percent", readonly=False)
    repair_cover_months = fields.Integer(related="company_id.repair_cover_months", readonly=False)
    repair_lead_days = fields.Integer(related="company_id.repair_lead_days", readonly=False)
    repair_slow_days = fields.Integer(related="company_id.repair_slow_days", readonly=False)
    repair_dead_days = fields.Integer(related="company_id.repair_dead_days", readonly=False)
    repair_return_days = fields.Integer(related="company_id.repair_return_days", readonly=False)
    repair_reserved_days = fields.Integer(related="company_id.repair_reserved_days", readonly=False)
    repair_uncounted_days = fields.Integer(related="company_id.repair_uncounted_days", readonly=False)
    repair_stock_owner_id = fields.Many2one(related="company_id.repair_stock_owner_id", readonly=False)
    repair_escalate_days = fields.Integer(related="company_id.repair_escalate_days", readonly=False)
    repair_stock_chief_id = fields.Many2one(related="company_id.repair_stock_chief_id", readonly=False)
