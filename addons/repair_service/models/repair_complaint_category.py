from odoo import fields, models


class RepairComplaintCategory(models.Model):
    """The four classes of complaints (handbook 7.1.2)."""

    _name = "repair.complaint.category"
    _description = "Class of Complaints"
    _inherit = ["repair.input"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    example = fields.Char(translate=True, help="Helps customers and the desk to choose.")

    _code_unique = models.UniqueIndex("(code)", "There is a class with this code already.")


class RepairComplaintCause(models.Model):
    """Why a complaint came about, once it is looked into (ISO 10002)."""

    _name = "repair.complaint.cause"
    _description = "Root Cause of Complaints"
    _inherit = ["repair.input"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_unique = models.UniqueIndex("(code)", "There is a root cause with this code already.")
