from odoo import fields, models


class ResCompany(models.Model):
    """How long replaced parts may stay where they are, and who is told when they do (handbook 8.2.1)."""

    _inherit = "res.company"

    repair_old_part_days = fields.Integer("Old parts handed in within (days)", default=3)
    repair_waste_days = fields.Integer(
        "Old parts kept at most (days)", default=60, help="Where neither the brand nor the kind of waste says otherwise.")
    repair_old_part_chase_days = fields.Integer(
        "Days between reminders", default=3, help="The technician is reminded first, then the keeper, then the manager.")
    repair_old_part_manager_id = fields.Many2one("res.users", "Old parts long overdue go to", ondelete="set null")

    _repair_old_part_range = models.Constraint(
        "CHECK (repair_old_part_days BETWEEN 0 AND 365 AND repair_waste_days BETWEEN 1 AND 3650"
        " AND repair_old_part_chase_days BETWEEN 1 AND 365)",
        "Old parts are handed in within 365 days, kept 3650 at most, and chased every 1 to 365 days.")


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    repair_old_part_days = fields.Integer(related="company_id.repair_old_part_days", readonly=False)
    repair_waste_days = fields.Integer(related="company_id.repair_waste_days", readonly=False)
    repair_old_part_chase_days = fields.Integer(related="company_id.repair_old_part_chase_days", readonly=False)
    repair_old_part_manager_id = fields.Many2one(related="company_id.repair_old_part_manager_id", readonly=False)
