from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _sanity_check(self, separate_pickings=True):
        self.move_line_ids._fill_receipt_lot_name()
        return super()._sanity_check(separate_pickings=separate_pickings)
