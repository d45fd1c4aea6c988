from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    certificate_warning_days = fields.Char(related="company_id.certificate_warning_days", readonly=False)
    training_need_events = fields.Integer(related="company_id.training_need_events", readonly=False)
    training_need_days = fields.Integer(related="company_id.training_need_days", readonly=False)
    training_effect_days = fields.Integer(related="company_id.training_effect_days", readonly=False)
    training_feedback_survey_id = fields.Many2one(related="company_id.training_feedback_survey_id", readonly=False)
    mentor_limit = fields.Integer(related="company_id.mentor_limit", readonly=False)
