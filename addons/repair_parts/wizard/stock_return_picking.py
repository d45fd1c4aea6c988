from odoo import models


class StockReturnPicking(models.TransientModel):
    _inherit = "stock.return.picking"

    def _prepare_picking_default_values_based_on(self, picking):
        """Return from the rejected zone what incoming inspection has moved there."""
        values = super()._prepare_picking_default_values_based_on(picking)
        if zone := self.env.context.get("return_from_location_id"):
            values["location_id"] = zone
        return values
