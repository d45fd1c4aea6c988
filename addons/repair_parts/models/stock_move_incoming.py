from odoo import models

from .incoming_flow import INCOMING


class StockMove(models.Model):
    """Spare parts from vendors land in the quality zone and wait there for their inspection (handbook 8.1.3)."""

    _inherit = "stock.move"

    def _action_confirm(self, merge=True, merge_into=False, create_proc=True):
        self._route_to_inspection()
        return super()._action_confirm(merge=merge, merge_into=merge_into, create_proc=create_proc)

    def _route_to_inspection(self):
        """Send what needs an incoming inspection to the quality zone; where it was bound for is kept as the final location."""
        for move in self:
            warehouse = move._get_inspecting_warehouse(move.location_dest_id)
            if warehouse:
                final = move.location_final_id or move.location_dest_id
                move.write({"location_final_id": final.id, "location_dest_id": warehouse._get_waiting_zone().id})

    def _get_inspecting_warehouse(self, destination):
        """Return the warehouse whose incoming inspection the move must pass before it lies in ``destination``; empty when none.

        It is a spare part, comes from a vendor, is bound for a place inside, and that place's warehouse inspects.
        """
        self.ensure_one()
        warehouses = self.env["stock.warehouse"]
        if not self.product_id.is_spare_part or self.location_id.usage != "supplier" or destination.usage != "internal":
            return warehouses
        if destination.inspection_zone == "waiting":
            return warehouses
        warehouse = destination.warehouse_id or self.picking_type_id.warehouse_id or warehouses.search(
            [("company_id", "=", self.company_id.id)], limit=1)
        return warehouse.filtered("incoming_inspection")

    def _action_done(self, cancel_backorder=False):
        done = super()._action_done(cancel_backorder=cancel_backorder)
        done._lay_out_incoming_inspections()
        return done

    def _lay_out_incoming_inspections(self):
        """Lay out the inspections of what has just landed in the quality zone, one for each lot of a receipt."""
        lines = self.with_prefetch().move_line_ids.with_prefetch().filtered(lambda line: line._is_landed_for_inspection())
        if lines:
            self.env["repair.inspection"].sudo()._lay_out_incoming(lines.sudo())  # whoever receives parts does not make inspections

    def _action_assign(self, force_qty=False):
        """Reserve; what goes back to the vendor, or is scrapped, is taken from the inspection zones too."""
        leaving = self.filtered(lambda move: move.location_dest_id.usage in ("supplier", "inventory") and move.product_id.is_spare_part)
        if not leaving or self.env.context.get("incoming_flow") is INCOMING:
            return super()._action_assign(force_qty=force_qty)
        super(StockMove, leaving.with_context(incoming_flow=INCOMING))._action_assign(force_qty=force_qty)
        return super(StockMove, self - leaving)._action_assign(force_qty=force_qty)


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    def _get_waiting_zone(self):
        """Return the location where received parts wait for their inspection, made or woken when it is not there."""
        self.ensure_one()
        if not self.wh_qc_stock_loc_id.active or self.wh_qc_stock_loc_id.inspection_zone != "waiting":
            self._setup_inspection_zones()
        return self.wh_qc_stock_loc_id


class StockRule(models.Model):
    _inherit = "stock.rule"

    def _get_push_rule(self, product_id, location_dest_id, values):
        """No rule of the warehouse pushes spare parts on from the quality zone: their inspection does."""
        if product_id.is_spare_part and location_dest_id.inspection_zone == "waiting":
            return self.env["stock.rule"]
        return super()._get_push_rule(product_id, location_dest_id, values)
