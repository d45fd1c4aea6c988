from odoo import api, fields, models
from odoo.fields import Command


class StockWarehouse(models.Model):
    """How vans get their parts: from the depot by an internal transfer, never by a purchase of their own (handbook 8.2.1)."""

    _inherit = "stock.warehouse"

    van_type_id = fields.Many2one("stock.picking.type", "Van transfers", copy=False, check_company=True, readonly=True)
    van_route_id = fields.Many2one("stock.route", "Route of vans", copy=False, check_company=True, readonly=True)

    @api.model
    def _get_van_warehouse(self, van):
        """Return the warehouse that replenishes ``van``, with its route and type of transfer."""
        warehouse_sudo = self.sudo()  # who uses a van keeps no warehouses
        found = van.warehouse_id.sudo() or warehouse_sudo.search([("company_id", "=", van.company_id.id)], limit=1)  # as above
        if found:
            found._ensure_van_route()
        return found

    def _ensure_van_route(self):
        """Make type of transfer and route of vans where they are missing."""
        for warehouse in self:
            if not warehouse.van_type_id:
                warehouse.van_type_id = self.env["stock.picking.type"].create({
                    "name": self.env._("Van transfers"), "code": "internal", "sequence_code": "VAN", "warehouse_id": warehouse.id,
                    "company_id": warehouse.company_id.id, "default_location_src_id": warehouse.lot_stock_id.id,
                    "default_location_dest_id": warehouse.view_location_id.id, "use_create_lots": False, "use_existing_lots": True,
                    "is_van_type": True})
            if not warehouse.van_route_id:
                name = self.env._("%(warehouse)s: vans from the depot", warehouse=warehouse.name)
                warehouse.van_route_id = self.env["stock.route"].create({
                    "name": name, "company_id": warehouse.company_id.id, "product_selectable": False,
                    "product_categ_selectable": False, "warehouse_selectable": False,
                    "rule_ids": [Command.create({
                        "name": name, "action": "pull", "procure_method": "make_to_stock", "picking_type_id": warehouse.van_type_id.id,
                        "location_src_id": warehouse.lot_stock_id.id, "location_dest_id": warehouse.view_location_id.id,
                        "warehouse_id": warehouse.id, "company_id": warehouse.company_id.id})]})


class StockLocation(models.Model):
    _inherit = "stock.location"

    @api.model
    def _get_van_owners(self, locations):
        """Return ``{location: employee}`` of those of ``locations`` that are vans, whoever asks."""
        employees_sudo = self.env["hr.employee"].sudo().with_context(active_test=False)  # vans are the stock's, employees HR's
        return {employee.van_location_id.with_env(self.env): employee for employee in employees_sudo.search(
            [("van_location_id", "in", locations.ids)])}


class StockWarehouseOrderpoint(models.Model):
    """Minimum and maximum of a van are fetched from the depot (handbook 8.2.1)."""

    _inherit = "stock.warehouse.orderpoint"

    @api.model_create_multi
    def create(self, vals_list):
        """Create rules; those of vans fetch from the depot of their warehouse."""
        locations = self.env["stock.location"].browse({vals["location_id"] for vals in vals_list if vals.get("location_id")})
        vans = {van.id for van in self.env["stock.location"]._get_van_owners(locations)} if locations else set()
        for vals in vals_list:
            if vals.get("location_id") in vans and not vals.get("route_id"):
                van = locations.browse(vals["location_id"])
                vals["route_id"] = self.env["stock.warehouse"]._get_van_warehouse(van).van_route_id.id
        return super().create(vals_list)
