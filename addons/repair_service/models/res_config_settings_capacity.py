from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    repair_visits_per_day = fields.Integer(related="company_id.repair_visits_per_day", readonly=False)
