from odoo import api, fields, models
from odoo.exceptions import UserError

from .incoming_flow import INCOMING

PLACE_FIELDS = {"location_id", "location_dest_id", "lot_id", "lot_name", "quantity", "product_uom_id", "quant_id", "owner_id", "product_id"}


class StockMoveLine(models.Model):
    """What was not inspected, or was rejected, is not used: whoever writes the movement, and whichever way."""

    _inherit = "stock.move.line"

    incoming_inspection_id = fields.Many2one(
        "repair.inspection", "Incoming inspection", readonly=True, copy=False, index="btree_not_null", ondelete="set null")

    @api.model_create_multi
    def create(self, vals_list):
        """Create movements; none takes parts that were not inspected."""
        self._check_inspection_given(vals_list)
        lines = super().create(vals_list)
        lines._check_inspected()
        done = lines.filtered(lambda line: line.state == "done")
        done._check_landed()
        done.move_id._lay_out_incoming_inspections()
        return lines

    def write(self, vals):
        """Change movements; none takes parts that were not inspected, and a receipt keeps what its inspection was laid out for."""
        self._check_inspection_given([vals])
        if not PLACE_FIELDS & vals.keys():
            return super().write(vals)
        inspected = self._check_receipt_kept(vals)
        result = super().write(vals)
        self._check_inspected()
        self.filtered(lambda line: line.state == "done")._check_landed()
        inspected.incoming_inspection_id.sudo()._refresh_lot_quantity()  # whoever corrects a receipt does not write inspections
        return result

    def _action_done(self):
        self.move_id._route_to_inspection()
        for line in self:
            warehouse = line.move_id._get_inspecting_warehouse(line.location_dest_id)
            if warehouse:
                line.location_dest_id = warehouse._get_waiting_zone()
        self._check_inspected()
        self._check_not_counted_in()
        result = super()._action_done()
        self.exists()._follow_removed()
        return result

    def _check_inspection_given(self, vals_list):
        if not self.env.su and any("incoming_inspection_id" in vals for vals in vals_list):
            raise UserError(self.env._("Incoming inspections are laid out by the receipt: nothing can be linked by hand."))

    def _is_landed_for_inspection(self):
        """Whether the line has brought spare parts from a vendor into the quality zone, with no inspection yet."""
        self.ensure_one()
        return (
            self.state == "done" and self.location_id.usage == "supplier" and self.product_id.is_spare_part
            and self.location_dest_id.inspection_zone == "waiting" and not self.incoming_inspection_id and bool(self.lot_id)
        )

    def _check_inspected(self):
        """Raise when a line takes parts out of an inspection zone that may not leave it.

        Back to the vendor and into the scrap they may go, and to another place of the same zone; the inspection moves the rest.

        :raises UserError: names part, lot and what is still to be done
        """
        if self.env.context.get("incoming_flow") is INCOMING and self.env.su:
            return
        leaving = self.filtered(lambda line: line._leaves_zone())
        if not leaving:
            return
        barred = leaving.lot_id._get_barred_by_zone()
        for line in leaving:
            zone = line.location_id.inspection_zone
            if line.lot_id not in barred[zone]:
                continue
            if zone == "waiting":
                raise UserError(self.env._(
                    "%(part)s, lot %(lot)s waits for its incoming inspection and cannot be used yet. Finish the inspection first.",
                    part=line.product_id.display_name, lot=line.lot_id.name))
            raise UserError(self.env._(
                "%(part)s, lot %(lot)s was rejected at incoming inspection and cannot be used. "
                "Decide on the inspection what becomes of it.",
                part=line.product_id.display_name, lot=line.lot_id.name))

    def _leaves_zone(self):
        self.ensure_one()
        zone = self.location_id.inspection_zone
        if not zone or not self.product_id.is_spare_part or self.state == "cancel":
            return False
        destination = self.location_dest_id
        if destination.usage in ("supplier", "inventory"):
            return False
        return destination.inspection_zone != zone or destination.warehouse_id != self.location_id.warehouse_id

    def _check_landed(self):
        """Raise when a finished receipt would be made to end anywhere but in the quality zone.

        :raises UserError: says to use a receipt
        """
        for line in self:
            if line.move_id._get_inspecting_warehouse(line.location_dest_id):
                raise UserError(self.env._(
                    "%(part)s comes from a vendor and is inspected first: receive it on a receipt of its own.",
                    part=line.product_id.display_name))

    def _check_not_counted_in(self):
        """Raise when an inventory count would bring parts into stock whose lot is still to be inspected or decided on.

        :raises UserError: names part and lot
        """
        counted = self.filtered(
            lambda line: line.location_id.usage in ("inventory", "supplier") and line.lot_id and line.product_id.is_spare_part
            and not line.location_dest_id.inspection_zone and line.location_dest_id.usage not in ("inventory", "supplier"))
        if not counted:
            return
        undecided = counted.lot_id._filter_undecided()
        for line in counted:
            if line.lot_id in undecided:
                raise UserError(self.env._(
                    "%(part)s, lot %(lot)s is still to be inspected or decided on: it cannot be counted into stock.",
                    part=line.product_id.display_name, lot=line.lot_id.name))

    def _check_receipt_kept(self, vals):
        """Raise when a finished receipt would no longer be what its inspection was laid out for.

        :return: the lines whose quantity changes while their inspection is open
        :raises UserError: names the inspection
        """
        received = self.filtered(lambda line: line.state == "done" and line.sudo().incoming_inspection_id)  # receivers read no inspection
        for line in received.sudo():  # as above
            changed = {
                name for name in PLACE_FIELDS & vals.keys()
                if line._fields[name].convert_to_write(line[name], line) != vals[name]}
            if changed - {"quantity"} or (changed and line.incoming_inspection_id.result):
                raise UserError(self.env._(
                    "Inspection %(inspection)s was laid out for this receipt: correct its quantity before the inspection, "
                    "stock by a count after it.",
                    inspection=line.incoming_inspection_id.name))
        return received.filtered(lambda line: "quantity" in vals)

    def _follow_removed(self):
        """Tell the inspections what has left their zones by hand: sent back, scrapped or counted away."""
        if self.env.context.get("incoming_flow") is INCOMING and self.env.su:
            return
        removed = self.filtered(
            lambda line: line.location_id.inspection_zone and line.lot_id and line.location_dest_id.usage in ("supplier", "inventory"))
        if removed:
            self.env["repair.inspection"].sudo()._follow_removed(removed.sudo())  # whoever scraps parts does not write inspections
