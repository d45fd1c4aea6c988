from odoo import models
from odoo.exceptions import UserError


class RepairInspection(models.Model):
    """Rejected parts go back to their vendor by Odoo's own return of the receipt; an exchange expects a replacement (handbook 8.1.3)."""

    _inherit = "repair.inspection"

    def _send_back(self, decision, quantity, lots):
        """Create the return of ``quantity`` rejected units of ``lots``, ready to be shipped; for an exchange the new receipt too.

        A return takes the units off what was received, so that the vendor's credit note is due if he has billed them. The replacement
        of an exchange puts them back, so that nothing more is billed.

        :return: values for the inspection
        """
        flow = self.with_company(self.company_id)._incoming_env()
        wizard = flow._prepare_return_wizard(quantity)
        back = wizard._create_return()
        flow._reserve_rejected(back, flow._pick_units("rejected", quantity, lots))
        values = {"return_picking_id": back.id, "exchange_picking_id": False}
        if decision == "exchange":
            replacement = wizard.with_context(return_from_location_id=False)._create_exchange(back)
            replacement.return_id = back
            values["exchange_picking_id"] = replacement.id
        return values

    def _prepare_return_wizard(self, quantity):
        """Return Odoo's return wizard for the receipt, filled in with ``quantity`` units of the part, from the rejected zone."""
        if not self.receipt_id:
            raise UserError(self.env._("%(name)s has no receipt to return: scrap the units.", name=self.name))
        zone = self.receipt_id.picking_type_id.warehouse_id.with_context(active_test=False).wh_rejected_loc_id
        wizard = self.env["stock.return.picking"].with_context(return_from_location_id=zone.id).create({"picking_id": self.receipt_id.id})
        uom = self.product_id.uom_id
        for line in wizard.product_return_moves.filtered(lambda line: line.product_id == self.product_id):
            returned = sum(
                back.product_qty for back in line.move_id.returned_move_ids
                if back.state != "cancel" and back.location_dest_id.usage == "supplier")
            taken = min(line.move_id.product_qty - returned, quantity)
            if uom.compare(taken, 0) > 0:
                line.write({"quantity": uom._compute_quantity(taken, line.uom_id), "to_refund": True})
                quantity -= taken
        if uom.compare(quantity, 0) > 0:
            raise UserError(self.env._(
                "%(part)s: %(receipt)s was returned already, for %(missing)s units more than are left of it.",
                part=self.product_id.display_name, receipt=self.receipt_id.name, missing=f"{quantity:g}"))
        return wizard

    def _reserve_rejected(self, back, units):
        """Reserve exactly the rejected ``units``, [(quant, quantity)], on the moves of the return ``back``."""
        back.move_line_ids.unlink()
        values_list = []
        for move in back.move_ids:
            wanted = move.product_qty
            while units and move.product_id.uom_id.compare(wanted, 0) > 0:
                quant, quantity = units.pop(0)
                taken = min(quantity, wanted)
                wanted -= taken
                if quantity > taken:
                    units.insert(0, (quant, quantity - taken))
                values_list.append({
                    "move_id": move.id, "picking_id": back.id, "product_id": move.product_id.id,
                    "product_uom_id": move.product_id.uom_id.id, "quantity": taken, "lot_id": quant.lot_id.id,
                    "package_id": quant.package_id.id, "owner_id": quant.owner_id.id,
                    "location_id": quant.location_id.id, "location_dest_id": move.location_dest_id.id,
                })
        self.env["stock.move.line"].create(values_list)
