from odoo import fields, models


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    service_badge = fields.Char(
        "Badge number", help="Printed on the work card that the technician wears. The customer sees it on his page (handbook 3.2.1).")


class HrEmployeePublic(models.Model):
    _inherit = "hr.employee.public"

    service_badge = fields.Char("Badge number", readonly=True)
