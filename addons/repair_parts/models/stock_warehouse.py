from odoo import api, fields, models


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    incoming_inspection = fields.Boolean(
        "Incoming inspection of spare parts", default=True,
        help="Spare parts from vendors wait in the quality zone until they are inspected (handbook 8.1.3); other products do not. "
        "Switched off, they go straight to stock; what waits already is still inspected.")
    wh_rejected_loc_id = fields.Many2one("stock.location", "Rejected parts location", check_company=True, copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        """Create warehouses, each with its zones for parts that wait for inspection and for rejected ones."""
        warehouses = super().create(vals_list)
        warehouses._setup_inspection_zones()
        return warehouses

    def write(self, vals):
        """Write; inspection switched on has its zones at once."""
        result = super().write(vals)
        if vals.get("incoming_inspection") or vals.get("reception_steps"):
            self._setup_inspection_zones()
        return result

    def _get_locations_values(self, vals, code=False):
        values = super()._get_locations_values(vals, code=code)
        values["wh_qc_stock_loc_id"]["own_inspection_zone"] = "waiting"
        barcode = f"{(vals.get('code') or code or '').replace(' ', '').upper()}REJECTED"
        company_id = vals.get("company_id", self.default_get(["company_id"])["company_id"])
        values["wh_rejected_loc_id"] = {
            "name": self.env._("Rejected parts"),
            "active": True,
            "usage": "internal",
            "own_inspection_zone": "rejected",
            "barcode": self._valid_barcode(barcode, company_id),
        }
        return values

    @api.model
    def _setup_all_inspection_zones(self):
        """Give every warehouse its zones: those made before this addon have no rejected zone and a sleeping quality zone."""
        self.search([])._setup_inspection_zones()  # pylint: disable=no-search-all  # they are few, and all of them need it

    def _setup_inspection_zones(self):
        """Make the zones of the warehouses that are missing, and wake those that inspection needs."""
        for warehouse in self.sudo():  # whoever receives parts may not make locations
            if not warehouse.wh_rejected_loc_id or not warehouse.wh_qc_stock_loc_id:
                warehouse._create_missing_locations({})
            zones = warehouse.with_context(active_test=False)
            for zone, kind in ((zones.wh_qc_stock_loc_id, "waiting"), (zones.wh_rejected_loc_id, "rejected")):
                if zone.own_inspection_zone != kind:
                    zone.own_inspection_zone = kind
                if warehouse.incoming_inspection and not zone.active:
                    zone.active = True
