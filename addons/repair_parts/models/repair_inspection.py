from odoo import fields, models
from odoo.fields import Domain

PART_LOTS = "part_lots"


class RepairInspection(models.Model):
    _inherit = "repair.inspection"

    def _prepare_computed_points(self, validating):
        """Parts come from accepted lots (handbook 5.1.3): every lot taken for the order was received, or counted in by the keeper."""
        points = super()._prepare_computed_points(validating)
        parts = self.repair_id._get_parts_to_take()
        if not parts:
            return points
        if validating:
            self.repair_id.action_assign()  # ending the repair reserves what came in meanwhile: look at those lots too
        [(lots,)] = self.env["stock.move.line"]._read_group([("move_id", "in", parts.ids)], [], ["lot_id:recordset"])
        foreign = lots - lots._filter_received()
        finding = self.env._(
            "No accepted receipt for %(lots)s",
            lots=", ".join(f"{lot.product_id.display_name}: {lot.name}" for lot in foreign)) if foreign else ""
        points["computed_by", PART_LOTS] = {
            "name": self.env._("Parts come from accepted receipts"), "aspect": "parts", "required": True, "sequence": 30,
            "answer": "fail" if finding else "pass", "finding": finding, "note": finding,
        }
        return points


class RepairInspectionLine(models.Model):
    _inherit = "repair.inspection.line"

    computed_by = fields.Selection(selection_add=[(PART_LOTS, "Lots of the parts")], ondelete={PART_LOTS: "set null"})


class StockLot(models.Model):
    _inherit = "stock.lot"

    def _filter_received(self):
        """Return the lots that came in by a finished receipt, or that the keeper has counted, as opening stock is."""
        if not self:
            return self
        accepted = Domain("picking_id.picking_type_id.code", "=", "incoming") | Domain("location_id.usage", "=", "inventory")
        received = self.env["stock.move.line"]._read_group(
            Domain("lot_id", "in", self.ids) & Domain("state", "=", "done") & accepted, ["lot_id"])
        return self.browse(lot.id for (lot,) in received)
