from odoo import fields, models

from .stock_move_fifo import COST_GROUPS


class StockPicking(models.Model):
    _inherit = "stock.picking"

    fifo_source_count = fields.Integer(
        "Receipts that paid", compute="_compute_fifo_source_count", compute_sudo=True, groups=COST_GROUPS)

    def _compute_fifo_source_count(self):
        counts = self.env["repair.part.fifo.source"]._count_by("move_id.picking_id", self)
        for picking in self:
            picking.fifo_source_count = counts.get(picking.id, 0)

    def action_view_fifo_sources(self):
        """Open the receipts that paid for what this transfer took out of stock."""
        self.ensure_one()
        return self.env["repair.part.fifo.source"]._get_action([("move_id.picking_id", "=", self.id)])

    def _sanity_check(self, separate_pickings=True):
        self.move_line_ids._fill_receipt_lot_name()
        return super()._sanity_check(separate_pickings=separate_pickings)
