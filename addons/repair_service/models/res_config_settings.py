from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    repair_quotation_valid_days = fields.Integer(related="company_id.repair_quotation_valid_days", readonly=False)
    repair_visit_hours = fields.Float(related="company_id.repair_visit_hours", readonly=False)
    repair_proposal_months = fields.Integer(related="company_id.repair_proposal_months", readonly=False)
    repair_promise = fields.Html(related="company_id.repair_promise", readonly=False)
