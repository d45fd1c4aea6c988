from odoo import fields, models

from .stock_move_fifo import COST_GROUPS


class SaleOrder(models.Model):
    _inherit = "sale.order"

    fifo_source_count = fields.Integer(
        "Receipts that paid", compute="_compute_fifo_source_count", compute_sudo=True, groups=COST_GROUPS)

    def _compute_fifo_source_count(self):
        counts = self.env["repair.part.fifo.source"]._count_by("move_id.sale_line_id.order_id", self)
        for order in self:
            order.fifo_source_count = counts.get(order.id, 0)

    def action_view_fifo_sources(self):
        """Open the receipts that paid for what was delivered, or used on a repair, for this order."""
        self.ensure_one()
        return self.env["repair.part.fifo.source"]._get_action([("move_id.sale_line_id.order_id", "=", self.id)])
