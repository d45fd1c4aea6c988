from odoo import fields, models


class HrEmployeePublic(models.Model):
    _inherit = "hr.employee.public"

    # The desk has no rights on employees: it reads through the public employee, so what booking needs stands here too.
    is_technician = fields.Boolean("Service technician", readonly=True)
    territory_ids = fields.Many2many(related="employee_id.territory_ids")
