from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class StockQuant(models.Model):
    _inherit = "stock.quant"

    @api.model
    def _update_available_quantity(
        self, product_id, location_id, quantity=False, reserved_quantity=False,
        lot_id=None, package_id=None, owner_id=None, in_date=None,
    ):
        if product_id.is_spare_part:
            if location_id.usage == "internal":
                if quantity < 0 or reserved_quantity > 0:
                    self._lock_spare_part(product_id, location_id, lot_id)
            elif quantity < 0 and lot_id and not in_date:
                in_date = self._get_part_age(lot_id, location_id)
        return super()._update_available_quantity(
            product_id, location_id, quantity=quantity, reserved_quantity=reserved_quantity,
            lot_id=lot_id, package_id=package_id, owner_id=owner_id, in_date=in_date)

    @api.model
    def _lock_spare_part(self, product, location, lot):
        """Wait for whoever is reserving or taking the same lot, or the same part without a lot.

        Core skips a locked quant and writes a second one beside it, so that two orders could both get the last piece.
        Who waited here fails to serialize once the other has committed, and Odoo repeats the whole request on fresh stock.
        Nobody waits for another lot: a part on hand in thousands of lots costs no more than one in two.
        """
        self.env["stock.quant"].flush_model(["product_id", "location_id", "lot_id"])
        self.env.cr.execute(SQL(
            """SELECT id FROM stock_quant WHERE product_id = %s AND location_id = %s AND (lot_id IS NULL OR lot_id = %s)
                ORDER BY id FOR NO KEY UPDATE""", product.id, location.id, (lot and lot.id) or None))

    @api.model
    def _get_part_age(self, lot, location):
        """Return when the part of ``lot`` that comes back from ``location`` was first received.

        Core gives a part that was delivered, or used and taken out again, the day of its return, so that the oldest receipt would
        leave last. The place it comes from still knows the age it left with; failing that, the lot's first receipt does.
        """
        quant_sudo = self.sudo().search(  # the place a part comes back from need not be the user's
            [("lot_id", "=", lot.id), ("location_id", "=", location.id)], order="in_date, id", limit=1)
        if quant_sudo:
            return quant_sudo.in_date
        line_sudo = self.env["stock.move.line"].sudo().search(  # as above
            Domain("lot_id", "=", lot.id) & Domain("state", "=", "done") & Domain("location_dest_id.usage", "=", "internal"),
            order="date, id", limit=1)
        return line_sudo.date or None
