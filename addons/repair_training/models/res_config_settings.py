from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    certificate_warning_days = fields.Char(related="company_id.certificate_warning_days", readonly=False)
    training_need_events = fields.Integer(related="company_id.training_need_events", readonly=False)
    training_need_days = fields.Integer(related="company_id.training_need_days", readonly=False)
