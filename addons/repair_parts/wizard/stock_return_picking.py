from odoo import models


class StockReturnPicking(models.TransientModel):
    _inherit = "stock.return.picking"

    def _prepare_picking_default_values_based_on(self, picking):
        """Return from the rejected zone what incoming inspection has moved there."""
        values = super()._prepare_picking_default_values_based_on(picking)
        if zone := self.env.context.get("return_from_location_id"):
            values["location_id"] = zone
        return values


class StockReturnPickingLine(models.TransientModel):
    """A receipt that landed in the quality zone is returned from where its parts are now: still there, or in stock."""

    _inherit = "stock.return.picking.line"

    def _process_line(self, new_picking):
        done = super()._process_line(new_picking)
        landed = self.move_id.location_dest_id
        # Other goods pass the quality zone of a warehouse in three steps by Odoo's own chain of moves.
        inspected = self.move_id.product_id.is_spare_part and landed.inspection_zone == "waiting"
        if done and inspected and not self.env.context.get("return_from_location_id"):
            back = new_picking.move_ids.filtered(lambda move: move.origin_returned_move_id == self.move_id)
            if self.move_id.lot_ids._get_barred_by_zone()["waiting"]:
                back.location_id = landed
            else:
                back.move_orig_ids = self._get_moves_into_stock()
        return done

    def _get_moves_into_stock(self):
        """Return the transfers that took the lots of the receipt on into stock: the return takes the same lots from there."""
        lines = self.env["stock.move.line"].search([
            ("lot_id", "in", self.move_id.lot_ids.ids), ("state", "=", "done"), ("location_id.inspection_zone", "!=", False),
            ("location_dest_id.usage", "=", "internal"), ("location_dest_id.inspection_zone", "=", False)])
        return lines.move_id
