from odoo import fields, models


class HrSkill(models.Model):
    _inherit = "hr.skill"

    auditor_standard_ids = fields.One2many(
        "qms.standard", "auditor_skill_id", "Standards", help="Who holds this certificate audits against these standards.")
