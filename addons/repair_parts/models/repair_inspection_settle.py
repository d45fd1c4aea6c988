from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from odoo.addons.repair_service.models.repair_flow import FLOW

DECISIONS = [
    ("return", "Return to vendor"),
    ("exchange", "Exchange"),
    ("kept", "Sorted, nothing to return"),
    ("concession", "Accepted by concession"),
]
STATES = [
    ("waiting", "To inspect"),
    ("accepted", "Accepted"),
    ("to_decide", "To decide"),
    ("to_return", "Goes back"),
    ("closed", "Closed"),
]
MANAGER = "repair_service.repair_service_group_manager"


class RepairInspection(models.Model):
    """What becomes of inspected parts: good ones to stock, rejected ones back, by one decision (handbook 8.1.3)."""

    _inherit = "repair.inspection"

    is_sorted = fields.Boolean(
        "Sorted", readonly=True, copy=False, help="Every unit of the rejected lot was looked at; the good ones are kept.")
    sort_defect_quantity = fields.Float("Unfit when sorted", digits="Product Unit", readonly=True, copy=False)
    rejected_quantity = fields.Float(
        "Rejected", compute="_compute_rejected_quantity", store=True, digits="Product Unit",
        help="All of a rejected lot, or its unfit units once it is sorted; of an accepted lot the defective units found.")
    removed_quantity = fields.Float("Left before inspection", digits="Product Unit", readonly=True, copy=False)
    rejected_removed_quantity = fields.Float("Rejected units that left by hand", digits="Product Unit", readonly=True, copy=False)
    decision = fields.Selection(DECISIONS, readonly=True, copy=False, tracking=True)
    decision_note = fields.Text("Reason", readonly=True, copy=False)
    decided_by_id = fields.Many2one("res.users", "Decided by", readonly=True, copy=False)
    decided_on = fields.Datetime(readonly=True, copy=False)
    return_picking_id = fields.Many2one("stock.picking", "Return", readonly=True, copy=False, index="btree_not_null", ondelete="set null")
    exchange_picking_id = fields.Many2one(
        "stock.picking", "Replacement", readonly=True, copy=False, index="btree_not_null", ondelete="set null")
    undecided_quantity = fields.Float("To decide", compute="_compute_incoming_state", store=True, digits="Product Unit")
    incoming_state = fields.Selection(STATES, "State", compute="_compute_incoming_state", store=True, index=True)

    @api.depends("kind", "result", "lot_quantity", "defect_quantity", "is_sorted", "sort_defect_quantity")
    def _compute_rejected_quantity(self):
        for inspection in self:
            if inspection.kind != "incoming" or not inspection.result:
                inspection.rejected_quantity = 0.0
            elif inspection.is_sorted:
                inspection.rejected_quantity = inspection.sort_defect_quantity
            elif inspection.result == "fail":
                inspection.rejected_quantity = inspection.lot_quantity
            else:
                inspection.rejected_quantity = min(inspection.defect_quantity, inspection.lot_quantity)

    @api.depends("kind", "result", "rejected_quantity", "rejected_removed_quantity", "decision", "return_picking_id.state")
    def _compute_incoming_state(self):
        for inspection in self:
            open_decision = not inspection.decision or inspection.return_picking_id.state == "cancel"
            judged = inspection.kind == "incoming" and inspection.result
            left = inspection._get_rejected_left() if judged and open_decision else 0.0
            inspection.undecided_quantity = left
            if inspection.kind != "incoming":
                inspection.incoming_state = False
            elif not inspection.result:
                inspection.incoming_state = "waiting"
            elif left > 0:
                inspection.incoming_state = "to_decide"
            elif inspection.decision in ("return", "exchange") and inspection.return_picking_id.state not in ("done", "cancel", False):
                inspection.incoming_state = "to_return"
            else:
                inspection.incoming_state = "closed" if inspection.rejected_quantity or inspection.decision else "accepted"

    def _get_rejected_left(self):
        """Units in the rejected zone: what left it by hand after the verdict is gone. Before the verdict it made the lot smaller."""
        return max(self.rejected_quantity - self.rejected_removed_quantity, 0.0)

    def _settle(self):
        """Move inspected lots on: one transfer to stock and one to the rejected zone for each receipt, and note the verdicts."""
        moves = defaultdict(list)
        for inspection in self._incoming_env():
            bad = inspection.rejected_quantity
            bad_lots = inspection.defect_lot_ids if inspection.result == "pass" else inspection.lot_ids
            if bad:
                moves[inspection.receipt_id, "rejected"] += inspection._pick_units("waiting", bad, bad_lots)
            if inspection.result == "pass":
                good = inspection.lot_quantity - bad
                moves[inspection.receipt_id, "stock"] += inspection._pick_units("waiting", good, inspection.lot_ids - bad_lots, skip=bad)
        for (receipt, target), units in moves.items():
            self._incoming_env()._transfer(receipt, units, target)
        self._note_verdicts()

    def _note_verdicts(self):
        states = self.env["repair.sampling.state"].sudo()  # verdicts switch the supplier's plan, whoever gives them
        for inspection in self.filtered("sampling_plan_id"):
            pair = (inspection.supplier_id, inspection.sampling_plan_id)
            state = states._find_or_create([pair], inspection.company_id)[pair]
            state._note_verdict(inspection.result == "pass", inspection.incoming_rule_id.sudo().proven_lots)  # as above

    def _pick_units(self, zone, quantity, lots, skip=0.0):
        """Return [(quant, units)] of ``lots`` in ``zone`` that make up ``quantity``, oldest first.

        :param float skip: units of the same lot that another transfer of this verdict takes
        :raises UserError: when fewer are there
        """
        self.ensure_one()
        uom, picked = self.product_id.uom_id, []
        lots = lots or self.lot_ids
        skip = skip if len(self.lot_ids) == 1 else 0.0
        for quant in self.env["stock.quant"]._get_zone_quants(lots, zone):
            free = quant.quantity - skip
            skip = max(skip - quant.quantity, 0.0)
            taken = min(free, quantity)
            if uom.compare(taken, 0) > 0:
                picked.append((quant, taken))
                quantity -= taken
        if uom.compare(quantity, 0) > 0:
            raise UserError(self.env._(
                "%(part)s, lot %(lots)s: %(missing)s units are missing in the zone. Count it first.",
                part=self.product_id.display_name, lots=", ".join(self.lot_ids.mapped("name")), missing=f"{quantity:g}"))
        return picked

    @api.model
    def _transfer(self, receipt, units, target):
        """Move ``units``, [(quant, quantity)], to stock or to the rejected zone by an internal transfer; their age goes with them."""
        units = [(quant, quantity) for quant, quantity in units if quantity > 0]
        if not units:
            return self.env["stock.picking"]
        warehouse = units[0][0].location_id.warehouse_id.with_context(active_test=False)
        self = self.with_company(warehouse.company_id)  # goods move in their own company, whichever the inspector looks at
        zone = warehouse.wh_rejected_loc_id
        source = warehouse.wh_qc_stock_loc_id if units[0][0].location_id.inspection_zone == "waiting" else zone
        by_product = defaultdict(list)
        for quant, quantity in units:
            by_product[quant.product_id].append((quant, quantity))
        moves = []
        for product, own in by_product.items():
            final = zone if target == "rejected" else self._get_final_location(receipt, product, warehouse)
            moves.append(Command.create(self._prepare_transfer_move(product, own, source, final)))
        picking = self.env["stock.picking"].create({
            "picking_type_id": warehouse.int_type_id.id, "location_id": source.id,
            "location_dest_id": zone.id if target == "rejected" else warehouse.lot_stock_id.id,
            "origin": receipt.name, "company_id": warehouse.company_id.id, "partner_id": receipt.partner_id.id, "move_ids": moves,
        })
        picking.move_ids._action_confirm(merge=False)
        picking.move_ids.picked = True
        picking._action_done()
        return picking

    @api.model
    def _get_final_location(self, receipt, product, warehouse):
        """Return where the receipt was bound for before it was sent to the quality zone, while that still exists."""
        bound = receipt.move_ids.filtered(lambda move: move.product_id == product).location_final_id[:1]
        usable = bound.active and bound.usage == "internal" and not bound.inspection_zone and bound.warehouse_id == warehouse
        return bound if usable else warehouse.lot_stock_id

    @api.model
    def _prepare_transfer_move(self, product, units, source, final):
        target = final._get_putaway_strategy(product)
        return {
            "product_id": product.id, "product_uom": product.uom_id.id, "product_uom_qty": sum(quantity for _quant, quantity in units),
            "location_id": source.id, "location_dest_id": final.id,
            "move_line_ids": [
                Command.create({
                    "product_id": product.id, "product_uom_id": product.uom_id.id, "quantity": quantity, "lot_id": quant.lot_id.id,
                    "location_id": quant.location_id.id, "location_dest_id": target.id, "package_id": quant.package_id.id,
                    "owner_id": quant.owner_id.id, "picked": True,
                }) for quant, quantity in units
            ],
        }

    def action_decide(self):
        """Open the one decision about the rejected units: return, exchange, sort or accept by concession.

        :raises UserError: when nothing is left to decide
        """
        self.ensure_one()
        self.check_access("write")
        self._check_undecided()
        wizard = self.env["repair.incoming.decision"].create({"inspection_id": self.id})
        return {
            "type": "ir.actions.act_window", "name": self.env._("What becomes of the rejected units"),
            "res_model": "repair.incoming.decision", "res_id": wizard.id, "view_mode": "form", "target": "new",
        }

    def _check_undecided(self):
        for inspection in self:
            if inspection.incoming_state != "to_decide":
                raise UserError(self.env._("%(name)s: nothing is left to decide.", name=inspection.name or ""))

    def _decide(self, decision, defects=None, defect_lots=None, note=""):
        """Settle the rejected units.

        :param str decision: ``return``, ``exchange``, ``concession``; what is unfit goes that way
        :param defects: None to let all rejected units go that way; a number when the lot was sorted: so many are unfit
        :param defect_lots: for serial numbers, the unfit ones when sorted
        :param str note: the reason, needed for a concession
        :raises AccessError: for a concession by anybody but a service manager, or without the right to inspect
        :raises UserError: when nothing is left to decide, the count cannot be, or the reason is missing
        """
        self.ensure_one()
        self.check_access("write")
        self.lock_for_update()
        self._check_undecided()
        values = {"decision_note": note, "decided_by_id": self.env.user.id, "decided_on": fields.Datetime.now(), "decision": decision}
        if decision == "concession":
            self._accept_by_concession(note)
        else:
            unfit = self.undecided_quantity
            lots = self.defect_lot_ids if self.result == "pass" else self.lot_ids
            if defects is not None:
                lots = self._sort(defects, defect_lots)
                unfit = defects
                values |= {"is_sorted": True, "sort_defect_quantity": defects}
                if self.tracking == "serial":
                    values["defect_lot_ids"] = [Command.set(lots.ids)]
            values |= self._send_back(decision, unfit, lots) if unfit else {"decision": "kept"}
        return self.with_context(repair_flow=FLOW).write(values)

    def _accept_by_concession(self, note):
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only a service manager accepts rejected parts by concession."))
        if not (note or "").strip():
            raise UserError(self.env._("Give the reason why the rejected parts may be used."))
        flow = self._incoming_env()
        lots = flow.defect_lot_ids if flow.result == "pass" else flow.lot_ids
        flow._transfer(flow.receipt_id, flow._pick_units("rejected", flow.undecided_quantity, lots), "stock")

    def _sort(self, defects, defect_lots):
        """Bring the good units of a rejected lot into stock after all were looked at; return the lots of the unfit ones."""
        if self.result != "fail" or self.is_sorted:
            raise UserError(self.env._("Only a rejected lot is sorted."))
        flow = self._incoming_env()
        serial = self.tracking == "serial"
        unfit_lots = (defect_lots or flow.lot_ids.browse()) if serial else flow.lot_ids
        if serial and (len(unfit_lots) != defects or unfit_lots - flow.lot_ids):
            raise UserError(self.env._("Choose the serial numbers of the unfit units."))
        if not self.defect_quantity <= defects <= self.undecided_quantity:
            raise UserError(self.env._(
                "Between %(found)s units, found already, and all %(lot)s can be unfit.",
                found=self.defect_quantity, lot=f"{self.undecided_quantity:g}"))
        good = self.undecided_quantity - defects
        if good:
            good_lots = flow.lot_ids - unfit_lots if serial else flow.lot_ids
            flow._transfer(flow.receipt_id, flow._pick_units("rejected", good, good_lots), "stock")
        return unfit_lots
