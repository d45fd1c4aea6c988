from odoo import fields, models


class ProductValue(models.Model):
    """Core looks up the last value set by hand at every receipt that it values, without an index."""

    _inherit = "product.value"

    product_id = fields.Many2one(index=True)
    lot_id = fields.Many2one(index="btree_not_null")
    move_id = fields.Many2one(index="btree_not_null")
