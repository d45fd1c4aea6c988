from odoo import fields, models


class ResCompany(models.Model):
    """How much may be on the road in one van (handbook 8.2.1)."""

    _inherit = "res.company"

    repair_van_value_limit = fields.Monetary(
        "Most value in a van", currency_field="currency_id", default=8000.0, help="Above it an alert is raised. 0: no limit.")

    _repair_van_value_range = models.Constraint(
        "CHECK (repair_van_value_limit IS NULL OR repair_van_value_limit BETWEEN 0 AND 100000000)",
        "The value in a van is limited between 0 and 100,000,000.")


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    repair_van_value_limit = fields.Monetary(
        related="company_id.repair_van_value_limit", readonly=False, currency_field="company_currency_id")
