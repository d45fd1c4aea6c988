from odoo import fields, models


class RepairClaimReason(models.Model):
    """Why brands refuse to pay; the shares by reason say what to do better."""

    _name = "repair.claim.reason"
    _description = "Reason of a refused claim"
    _inherit = ["repair.input"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="As the brand writes it in its answers; the name does as well.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex("(lower(code))", "Another reason has this code already.")
