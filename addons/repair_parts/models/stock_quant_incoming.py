from odoo import api, models

from .incoming_flow import INCOMING


class StockQuant(models.Model):
    _inherit = "stock.quant"

    def _gather(self, product_id, location_id, lot_id=None, package_id=None, owner_id=None, strict=False, qty=0):
        quants = super()._gather(
            product_id, location_id, lot_id=lot_id, package_id=package_id, owner_id=owner_id, strict=strict, qty=qty)
        if strict or not product_id.is_spare_part or self.env.context.get("incoming_flow") is INCOMING:
            return quants  # a strict search keeps the books of one exact place; what moves from there is checked on the line
        return quants - quants._filter_not_inspected()

    def _filter_not_inspected(self):
        """Return the quants in the inspection zones that nobody may use: not inspected yet, or rejected."""
        in_zones = self.filtered(lambda quant: quant.location_id.inspection_zone)
        if not in_zones:
            return in_zones
        barred = in_zones.lot_id._get_barred_by_zone()
        return in_zones.filtered(lambda quant: quant.lot_id in barred[quant.location_id.inspection_zone])

    @api.model
    def _get_zone_quants(self, lots, zone):
        """Return the quants of ``lots`` in the inspection zone ``zone`` ("waiting" or "rejected"), oldest first."""
        return self.search([
            ("lot_id", "in", lots.ids), ("location_id.inspection_zone", "=", zone), ("quantity", ">", 0)], order="in_date, id")
