from odoo import models
from odoo.exceptions import UserError


class RepairOrder(models.Model):
    _inherit = "repair.order"

    def action_repair_start(self):
        """Start repairs; nobody works without the certificates that the family requires today (handbook 4.1.2)."""
        for order in self.filtered("technician_id"):
            if reason := order.technician_id._get_disqualification(order.appliance_category_id, order._get_today()):
                raise UserError(reason)
        return super().action_repair_start()

    def _get_required_skills(self):
        skills = self.appliance_category_id.sudo().effective_skill_ids  # who books may not read HR's skills, their names are his to tell
        return ", ".join(filter(None, (super()._get_required_skills(), *skills.mapped("name"))))
