from odoo import fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.repair_service.models.repair_flow import FLOW

from .repair_van_transfer import OPEN_STATES


class RepairVanTransfer(models.Model):
    """How parts change hands: handed over by one, received by another; a difference has its reason (handbook 8.2.1)."""

    _inherit = "repair.van.transfer"

    def action_give(self):
        """Hand the parts over: from now on the taker answers whether they came.

        :raises AccessError: for others than the keeper, from the depot, or the technician, from his van
        :raises UserError: handed over already, or nothing there to hand over
        """
        self.check_access("read")
        for transfer in self:
            transfer._lock()
            transfer._check_state("draft", self.env._("%(list)s was handed over or cancelled already.", list=transfer.name))
            if not (self.env.su or transfer._is_giver()):
                raise AccessError(self.env._("Parts are handed over by the keeper from the depot, by the technician from his own van."))
            transfer_sudo = transfer.sudo().with_context(repair_flow=FLOW)  # the step of the flow, its giver is checked above
            transfer_sudo._give()
        return True

    def _give(self):
        self.line_ids.move_id._action_assign()
        for line in self.line_ids:
            top = line.move_id.quantity if line.move_id else line.asked_qty
            if not 0 <= line.given_qty <= top:
                raise ValidationError(self.env._(
                    "%(part)s: %(top)s are reserved, give these or less.", part=line.product_id.display_name, top=f"{top:g}"))
        given = self.line_ids.filtered(lambda line: line.given_qty > 0)
        if not given:
            raise UserError(self.env._("Nothing of %(list)s is in stock: there is nothing to hand over.", list=self.name))
        for line in given:
            line.taken_qty = line.given_qty
        self.picking_id.printed = True
        self.write({"state": "given", "given_by_id": self.env.uid, "given_on": fields.Datetime.now()})
        if taker := self.to_employee_id.user_id:
            self.activity_schedule(
                "repair_parts.mail_activity_type_van_take", user_id=taker.id,
                summary=self.env._("Receive %(list)s: %(parts)s", list=self.name, parts=self.part_names or ""))

    def action_take(self):
        """Receive the parts as they are noted on the lines: all that was handed over, unless somebody wrote something else.

        :raises AccessError: for others than the technician, into his own van, or the keeper, into the depot; and for the giver
        :raises UserError: not handed over, or a difference without its reason
        :raises ValidationError: more received than was handed over
        """
        self.check_access("read")
        for transfer in self:
            transfer._lock()
            transfer._check_state("given", self.env._("%(list)s is not on its way: nothing can be received.", list=transfer.name))
            if not (self.env.su or transfer._is_taker()):
                raise AccessError(self.env._(
                    "Parts are received by the technician into his own van, by the keeper into the depot, and never by who gave them."))
            transfer._check_taken()
            transfer_sudo = transfer.sudo().with_context(repair_flow=FLOW)  # technicians have no stock rights; the taker is checked above
            transfer_sudo._take()
        return True

    def _check_taken(self):
        for line in self.line_ids:
            if not 0 <= line.taken_qty <= line.given_qty:
                raise ValidationError(self.env._(
                    "%(part)s: %(given)s were handed over. Note these or less; what is more comes by a list of its own.",
                    part=line.product_id.display_name, given=f"{line.given_qty:g}"))
            if line.uom_id.compare(line.taken_qty, line.given_qty) and not line.cause_id:
                raise UserError(self.env._(
                    "%(part)s: %(taken)s of %(given)s received. Say why.", part=line.product_id.display_name,
                    taken=f"{line.taken_qty:g}", given=f"{line.given_qty:g}"))

    def _take(self):
        waiting = self.env["stock.move"]
        for line in self.line_ids:
            if line.taken_qty <= 0:
                continue
            if not line.move_id:
                waiting |= line.part_move_id
                line.move_id = line._make_part_movement()
            move = line.move_id
            if move.product_uom.compare(move.quantity, line.taken_qty) != 0:
                move.quantity = line.taken_qty
            move.picked = True
        if self.picking_id.move_ids.filtered("picked"):
            self._check_still_there()
            self.picking_id.with_context(cancel_backorder=True)._action_done()
        elif self.picking_id:
            self.picking_id.action_cancel()
        self.write({"state": "done", "taken_by_id": self.env.uid, "taken_on": fields.Datetime.now()})
        self.activity_ids.filtered(
            lambda activity: activity.activity_type_id == self.env.ref("repair_parts.mail_activity_type_van_take")).action_done()
        self._fetch_for_orders(waiting)
        self._report_differences()

    def _check_still_there(self):
        for move in self.picking_id.move_ids.filtered("picked"):
            if move.product_uom.compare(sum(move.move_line_ids.mapped("quantity")), move.quantity) != 0 or not move.move_line_ids:
                raise UserError(self.env._(
                    "%(part)s is not in %(place)s any more: have it counted.", part=move.product_id.display_name,
                    place=self.location_id.display_name))

    def _fetch_for_orders(self, parts):
        """Let orders of the taker take from his van what has come into it."""
        if not self.to_employee_id:
            return
        moves = self.env["stock.move"].search([
            ("repair_id.technician_id", "=", self.to_employee_id.id), ("repair_line_type", "=", "add"),
            ("product_id", "in", self.line_ids.product_id.ids),
            ("state", "in", ("confirmed", "waiting", "partially_available", "assigned"))]) | parts.filtered(
                lambda move: move.state not in ("done", "cancel", "draft"))
        moves._choose_sources()
        moves.filtered(lambda move: move.state in ("confirmed", "waiting", "partially_available"))._action_assign()

    def _report_differences(self):
        wrong = self.line_ids.filtered("difference")
        if not wrong:
            return
        text = "; ".join(self.env._(
            "%(part)s: %(taken)s of %(given)s received (%(cause)s)", part=line.product_id.display_name, taken=f"{line.taken_qty:g}",
            given=f"{line.given_qty:g}", cause=line.cause_id.name) for line in wrong)
        self.message_post(body=text)
        owner = self.company_id.repair_stock_owner_id or self.given_by_id
        self.activity_schedule(
            "mail.mail_activity_data_todo", user_id=owner.id, note=text,
            summary=self.env._("%(list)s: look for what did not arrive", list=self.name))

    def action_cancel(self):
        """Give the list up; what was reserved for it is free again, what was handed over stays where it was.

        :raises AccessError: for others than the keeper, and the technician for what he gives
        :raises UserError: a list that was received
        """
        self.check_access("read")
        for transfer in self:
            transfer._lock()
            if transfer.state not in OPEN_STATES:
                raise UserError(self.env._("%(list)s is settled already.", list=transfer.name))
            own = transfer.from_employee_id and transfer._is_giver()
            if not (self.env.su or own or transfer._is_keeper()):
                raise AccessError(self.env._("Lists are cancelled by the parts keeper, or by the technician who gives."))
            transfer.sudo()._cancel()  # the keeper's step, checked above
        return True

    def _cancel(self):
        transfers = self.with_context(repair_flow=FLOW)
        transfers.write({"state": "cancelled"})
        transfers.activity_ids.unlink()
        transfers.picking_id.filtered(lambda picking: picking.state not in ("done", "cancel")).action_cancel()

    def _lock(self):
        self.lock_for_update()
        self.invalidate_recordset(["state"])

    def _check_state(self, state, message):
        if self.state != state:
            raise UserError(message)

    def _get_picking(self):
        """Return Odoo's transfer of the list, made when there is none yet."""
        if not self.picking_id:
            warehouse = self.env["stock.warehouse"]._get_van_warehouse(self.location_dest_id if self.to_employee_id else self.location_id)
            self.picking_id = self.env["stock.picking"].create({
                "picking_type_id": warehouse.van_type_id.id, "location_id": self.location_id.id,
                "location_dest_id": self.location_dest_id.id, "origin": self.name, "company_id": self.company_id.id})
        return self.picking_id

    def _add(self, product, quantity, lot=None, place=None):
        """Put units of a part, of one lot or from one place below when they are named, on the list and reserve them; by the system."""
        move = self.env["stock.move"].create(self._prepare_move(product, quantity))
        move._action_confirm(merge=False)
        if lot or place:
            move._do_unreserve()
            move._update_reserved_quantity(quantity, place or self.location_id, lot_id=lot)
        else:
            move._action_assign()
        return self.env["repair.van.transfer.line"].create({"transfer_id": self.id, "move_id": move.id, "product_id": product.id})

    def _prepare_move(self, product, quantity):
        return {
            "product_id": product.id, "product_uom_qty": quantity, "product_uom": product.uom_id.id, "picking_id": self._get_picking().id,
            "picking_type_id": self._get_picking().picking_type_id.id, "location_id": self.location_id.id,
            "location_dest_id": self.location_dest_id.id, "company_id": self.company_id.id, "origin": self.name}


class RepairVanTransferLine(models.Model):
    _inherit = "repair.van.transfer.line"

    def _make_part_movement(self):
        """Return the movement that brings the order's part into the van: the very lots that were reserved for the order."""
        part, transfer = self.part_move_id, self.transfer_id
        lots = []
        if part.state in ("assigned", "partially_available"):
            lots = [(line.lot_id, line.quantity_product_uom) for line in part.move_line_ids
                    if line.location_id._child_of(transfer.location_id)]
            part._do_unreserve()
        move = self.env["stock.move"].create(transfer._prepare_move(self.product_id, self.taken_qty))
        move._action_confirm(merge=False)
        move._do_unreserve()
        left = self.taken_qty
        for lot, quantity in lots:
            left -= move._update_reserved_quantity(min(left, quantity), transfer.location_id, lot_id=lot, strict=False) if left > 0 else 0
        if left > 0:
            move._update_reserved_quantity(left, transfer.location_id, strict=False)
        return move
