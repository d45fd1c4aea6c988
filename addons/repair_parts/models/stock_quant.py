from odoo import api, models
from odoo.tools import SQL


class StockQuant(models.Model):
    _inherit = "stock.quant"

    @api.model
    def _update_available_quantity(
        self, product_id, location_id, quantity=False, reserved_quantity=False,
        lot_id=None, package_id=None, owner_id=None, in_date=None,
    ):
        if (quantity < 0 or reserved_quantity > 0) and product_id.is_spare_part and location_id.usage == "internal":
            self._lock_spare_part(product_id, location_id)
        return super()._update_available_quantity(
            product_id, location_id, quantity=quantity, reserved_quantity=reserved_quantity,
            lot_id=lot_id, package_id=package_id, owner_id=owner_id, in_date=in_date)

    @api.model
    def _lock_spare_part(self, product, location):
        """Wait for whoever is reserving or taking the same part.

        Core skips a locked quant and writes a second one beside it, so that two orders could both get the last piece.
        Who waited here fails to serialize once the other has committed, and Odoo repeats the whole request on fresh stock.
        """
        self.env["stock.quant"].flush_model(["product_id", "location_id"])
        self.env.cr.execute(SQL(
            "SELECT id FROM stock_quant WHERE product_id = %s AND location_id = %s ORDER BY id FOR NO KEY UPDATE",
            product.id, location.id))
