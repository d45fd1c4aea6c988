from odoo import api, fields, models

ZONES = [("waiting", "Waits for incoming inspection"), ("rejected", "Rejected at incoming inspection")]


class StockLocation(models.Model):
    _inherit = "stock.location"

    own_inspection_zone = fields.Selection(ZONES, "Zone of its own", copy=False, readonly=True)
    inspection_zone = fields.Selection(
        ZONES, compute="_compute_inspection_zone", store=True, recursive=True,
        help="Spare parts here are not usable: they wait for their incoming inspection, or were rejected. "
        "Locations below belong to the same zone.")

    @api.depends("own_inspection_zone", "location_id.inspection_zone")
    def _compute_inspection_zone(self):
        for location in self:
            location.inspection_zone = location.own_inspection_zone or location.location_id.inspection_zone
