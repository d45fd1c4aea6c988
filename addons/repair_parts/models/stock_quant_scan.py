from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.repair_service.engine import plate_code


class StockQuant(models.Model):
    """Counting stock with a hand scanner: one scan finds the part, and within it the lot on the label."""

    _inherit = "stock.quant"

    scan_code = fields.Char("Bar code, number or lot", compute="_compute_scan_code", search="_search_scan_code")

    def _compute_scan_code(self):
        self.scan_code = False

    @api.model
    def _search_scan_code(self, operator, value):
        if operator not in ("ilike", "=") or not isinstance(value, str):
            return NotImplemented
        read = plate_code.parse(value, fields.Date.context_today(self))
        products = Domain("product_id", "any", self.env["product.product"]._search_display_name("ilike", value))
        lot_names = [name for name in (read.serial, read.batch) if name]
        if read.gtin or read.additional:
            return products & Domain("lot_id.name", "in", lot_names) if lot_names else products
        return products | Domain("lot_id.name", operator, value)
