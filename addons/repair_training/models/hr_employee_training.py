from odoo import models


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    def _get_skill_levels(self, date):
        """Skills the employee has on a day, with their level: certificates only while approved and valid.

        :return: {skill id: progress from 0 to 100}
        """
        self.ensure_one()
        levels = {}
        for row in self.sudo().employee_skill_ids:  # who plans training reads public profiles only
            if row.is_certification:
                counts = row._is_valid_on(date)
            else:
                counts = row.valid_from <= date and (not row.valid_to or row.valid_to >= date)
            if counts:
                levels[row.skill_id.id] = max(levels.get(row.skill_id.id, 0), row.level_progress)
        return levels

    def _get_current_skill(self, skill, date):
        """The row that says how well the employee masters an ordinary skill on a day."""
        self.ensure_one()
        return self.employee_skill_ids.filtered(
            lambda row: row.skill_id == skill and (not row.valid_to or row.valid_to >= date)).sorted("valid_from")[-1:]
