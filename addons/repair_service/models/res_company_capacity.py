from odoo import fields, models

from .hr_employee_capacity import MAX_VISITS


class ResCompany(models.Model):
    _inherit = "res.company"

    repair_visits_per_day = fields.Integer(
        "Visits a technician a day", help="For technicians without a number of their own. 0: as many as the hours allow.")

    _repair_visits_per_day_range = models.Constraint(
        f"CHECK (repair_visits_per_day BETWEEN 0 AND {MAX_VISITS})", f"Visits a technician a day lie between 0 and {MAX_VISITS}.")
