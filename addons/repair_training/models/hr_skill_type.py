from odoo import models


class HrSkillType(models.Model):
    _inherit = "hr.skill.type"

    def write(self, vals):
        """Rows of a type that becomes a certification type wait for approval like any new certificate."""
        res = super().write(vals)
        if vals.get("is_certification"):
            self.env["hr.employee.skill"]._submit_unchecked_certificates(self)
        return res
