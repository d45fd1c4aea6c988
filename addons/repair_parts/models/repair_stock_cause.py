from odoo import fields, models


class RepairStockCause(models.Model):
    """Why books and shelf differ, or stock is not as it should be (handbook 8.2.3)."""

    _name = "repair.stock.cause"
    _description = "Cause of a Stock Anomaly"
    _inherit = ["repair.input"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
