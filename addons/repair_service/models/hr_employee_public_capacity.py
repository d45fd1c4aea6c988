from odoo import fields, models


class HrEmployeePublic(models.Model):
    _inherit = "hr.employee.public"

    visits_per_day = fields.Integer("Visits a day", readonly=True)
