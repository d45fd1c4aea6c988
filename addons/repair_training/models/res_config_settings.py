from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    certificate_warning_days = fields.Char(related="company_id.certificate_warning_days", readonly=False)
