from odoo import fields, models

from .stock_move_fifo import COST_GROUPS


class StockScrap(models.Model):
    _inherit = "stock.scrap"

    fifo_source_count = fields.Integer(
        "Receipts that paid", compute="_compute_fifo_source_count", compute_sudo=True, groups=COST_GROUPS)

    def _compute_fifo_source_count(self):
        counts = self.env["repair.part.fifo.source"]._count_by("move_id.scrap_id", self)
        for scrap in self:
            scrap.fifo_source_count = counts.get(scrap.id, 0)

    def action_view_fifo_sources(self):
        """Open the receipts that paid for what was scrapped."""
        self.ensure_one()
        return self.env["repair.part.fifo.source"]._get_action([("move_id.scrap_id", "=", self.id)])
