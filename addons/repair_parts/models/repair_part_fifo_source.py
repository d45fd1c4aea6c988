from odoo import api, fields, models


class RepairPartFifoSource(models.Model):
    """One receipt that paid for a part used on a repair, as it was when the part left stock."""

    _name = "repair.part.fifo.source"
    _description = "Receipt behind a used part"
    _order = "move_id, id"

    move_id = fields.Many2one("stock.move", "Part used", required=True, ondelete="cascade", index=True)
    repair_id = fields.Many2one(related="move_id.repair_id", store=True, index=True, precompute=True)
    product_id = fields.Many2one(related="move_id.product_id", store=True, index=True, precompute=True)
    company_id = fields.Many2one(related="move_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    receipt_move_id = fields.Many2one(
        "stock.move", "Receipt move", ondelete="restrict", index="btree_not_null",
        help="Empty when the part left stock before any receipt; the cost is then the last known one.")
    receipt_reference = fields.Char("Receipt", related="receipt_move_id.reference")
    receipt_date = fields.Datetime("Received on", related="receipt_move_id.date")
    purchase_order_id = fields.Many2one(related="receipt_move_id.purchase_line_id.order_id", string="Purchase order")
    quantity = fields.Float(digits="Product Unit", required=True)
    unit_cost = fields.Float(compute="_compute_unit_cost", store=True, precompute=True, digits="Product Price")
    value = fields.Monetary("Cost", required=True)

    @api.depends("quantity", "value")
    def _compute_unit_cost(self):
        for source in self:
            source.unit_cost = source.value / source.quantity if source.quantity else 0.0

    def _describe(self):
        """Return one line of text: receipt, purchase order, quantity and unit cost."""
        self.ensure_one()
        papers = [name for name in (self.receipt_reference, self.purchase_order_id.name) if name]
        return self.env._(
            "%(papers)s: %(quantity)s × %(unit_cost)s = %(value)s",
            papers=" / ".join(papers) or self.env._("No receipt"), quantity=f"{self.quantity:g}",
            unit_cost=self.currency_id.format(self.unit_cost), value=self.currency_id.format(self.value))
