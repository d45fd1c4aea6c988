from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.repair_service.models.repair_flow import FLOW

from .common_incoming import RepairIncomingCommon


@tagged("post_install", "-at_install")
class TestIncomingGuard(RepairIncomingCommon):
    """What was not inspected, or was rejected, is neither reserved nor used, whichever way somebody tries (handbook 5.1.3, 8.1.3)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.receipt, cls.inspection = cls._receive_waiting(5)
        cls.lot = cls.inspection.lot_id
        cls.customers = cls.env.ref("stock.stock_location_customers")
        cls.view = cls.warehouse.view_location_id

    def _create_move(self, source, destination, quantity=1, **values):
        return self.env["stock.move"].create({
            "product_id": self.spare.id, "product_uom_qty": quantity, "location_id": source.id, "location_dest_id": destination.id,
            **values})

    def _write_line(self, move, source=None, lot=None):
        return self.env["stock.move.line"].create({
            "move_id": move.id, "product_id": self.spare.id, "lot_id": (lot or self.lot).id, "quantity": 1, "picked": True,
            "location_id": (source or self.waiting_zone).id, "location_dest_id": move.location_dest_id.id})

    def _assert_refused(self, attempt, message="waits for its incoming inspection"):
        with self.assertRaisesRegex(UserError, message), self.cr.savepoint():
            attempt()

    def test_a_repair_finds_nothing_until_the_lot_is_accepted(self):
        order = self._create_plain_repair((self.spare, 2))
        self.assertEqual((order.move_ids.state, order.move_ids.quantity), ("confirmed", 0.0))
        self._judge(self.inspection)
        self.assertEqual((order.move_ids.state, order.move_ids.lot_ids), ("assigned", self.lot))  # reserved by the transfer itself
        order.action_repair_end()
        self.assertEqual(order.move_ids.state, "done")

    def test_a_repair_that_names_zone_and_lot_is_refused(self):
        order = self._create_plain_repair((self.spare, 1))
        self._assert_refused(lambda: self._write_line(order.move_ids))

    def test_a_repair_whose_location_is_the_zone_reserves_nothing(self):
        order = self._create_plain_repair((self.spare, 1))
        for place in (self.waiting_zone, self.view):
            move = order.move_ids
            move.location_id = place
            move._action_assign()
            self.assertEqual(move.quantity, 0.0)
        move.location_id = self.waiting_zone
        move.write({"quantity": 1, "picked": True})
        self.assertFalse(move.move_line_ids.lot_id)
        self._assert_refused(lambda: (move.move_line_ids.write({"lot_id": self.lot.id}), order.action_repair_end()))

    def test_a_sales_delivery_reserves_nothing_and_takes_nothing(self):
        order = self.env["sale.order"].create({
            "partner_id": self.partner.id, "order_line": [Command.create({"product_id": self.spare.id, "product_uom_qty": 2})]})
        order.action_confirm()
        move = order.picking_ids.move_ids
        self.assertEqual(move.quantity, 0.0)
        self._assert_refused(lambda: self._write_line(move))
        self._judge(self.inspection)
        self.assertEqual(move.quantity, 2.0)

    def test_no_transfer_takes_it_out_of_the_zone_by_hand(self):
        for destination in (self.stock, self.customers, self.rejected_zone):
            move = self._create_move(self.waiting_zone, destination)
            move._action_confirm()
            move._action_assign()
            self.assertEqual(move.quantity, 0.0)
            self._assert_refused(lambda move=move: self._write_line(move))

    def test_a_line_turned_to_the_zone_afterwards_is_refused(self):
        self.warehouse.incoming_inspection = False
        usable = self._receive((self.spare, 1, 10.0)).move_line_ids.lot_id
        move = self._create_move(self.stock, self.customers)
        move._action_confirm()
        move._action_assign()
        line = move.move_line_ids
        self.assertEqual(line.lot_id, usable)
        self._assert_refused(lambda: line.write({"location_id": self.waiting_zone.id, "lot_id": self.lot.id}))
        quant = self.env["stock.quant"].search([("lot_id", "=", self.lot.id), ("location_id", "=", self.waiting_zone.id)])
        self._assert_refused(lambda: line.write({"quant_id": quant.id}))

    def test_the_destination_turned_afterwards_is_refused(self):
        move = self._create_move(self.waiting_zone, self.env.ref("stock.stock_location_suppliers"))
        move._action_confirm()
        move._action_assign()
        self.assertEqual(move.move_line_ids.lot_id, self.lot)  # back to the vendor it may go
        self._assert_refused(lambda: move.move_line_ids.write({"location_dest_id": self.stock.id}))
        self._assert_refused(lambda: move.write({"location_dest_id": self.stock.id}))

    def test_relocating_the_quant_is_refused(self):
        quant = self.env["stock.quant"].search([("lot_id", "=", self.lot.id), ("location_id", "=", self.waiting_zone.id)])
        self._assert_refused(lambda: quant.move_quants(location_dest_id=self.stock, message="x"))

    def test_another_shelf_of_the_same_zone_is_no_way_out(self):
        shelf = self.env["stock.location"].create({"name": "Quarantine shelf", "location_id": self.waiting_zone.id})
        self.assertEqual(shelf.inspection_zone, "waiting")
        move = self._create_move(self.waiting_zone, shelf, 5)
        move._action_confirm()
        line = self._write_line(move)
        line.quantity = 5
        move._action_done()
        self.assertEqual(self._count(self.spare, shelf), 5.0)
        onward = self._create_move(shelf, self.stock)
        onward._action_confirm()
        self._assert_refused(lambda: self._write_line(onward, shelf))
        self._judge(self.inspection)
        self.assertEqual(self._get_places(), (0.0, 0.0, 5.0))

    def test_counting_it_away_and_into_stock_is_refused(self):
        quants = self.env["stock.quant"].with_context(inventory_mode=True)
        there = self.env["stock.quant"].search([("lot_id", "=", self.lot.id), ("location_id", "=", self.waiting_zone.id)])
        there.with_context(inventory_mode=True).inventory_quantity = 4
        there.action_apply_inventory()
        self.assertEqual(self.inspection.lot_quantity, 4.0)
        count = quants.create({
            "product_id": self.spare.id, "location_id": self.stock.id, "lot_id": self.lot.id, "inventory_quantity": 1})
        self._assert_refused(count.action_apply_inventory, "still to be inspected or decided on")

    def test_the_receipt_itself_ends_in_the_zone_whatever_its_lines_say(self):
        receipt = self._order_parts((self.spare, 3, 10.0)).picking_ids
        receipt.move_ids.location_dest_id = self.stock
        receipt.move_line_ids.location_dest_id = self.stock
        receipt.button_validate()
        self.assertEqual(self._get_places(), (8.0, 0.0, 0.0))
        self.assertEqual(self._get_inspection(receipt).lot_quantity, 3.0)

    def test_a_finished_receipt_is_not_bent_to_stock(self):
        line = self.receipt.move_line_ids
        other = self.env["stock.lot"].create({"name": "OTHER", "product_id": self.spare.id})
        for values in ({"location_dest_id": self.stock.id}, {"lot_id": other.id}):
            self._assert_refused(lambda values=values: line.write(values), "was laid out for this receipt")
        self._assert_refused(lambda: self.env["stock.move.line"].create({
            "picking_id": self.receipt.id, "product_id": self.spare.id, "lot_id": other.id, "quantity": 1,
            "location_id": self.receipt.location_id.id, "location_dest_id": self.stock.id}), "receive it on a receipt of its own")
        self.assertEqual(self._get_places(), (5.0, 0.0, 0.0))

    def test_a_purchase_without_a_receipt_picking_does_not_bypass_the_zone(self):
        lot = self.env["stock.lot"].create({"name": "LOOSE", "product_id": self.spare.id})
        move = self._create_move(self.env.ref("stock.stock_location_suppliers"), self.stock)
        move._action_confirm()
        move.move_line_ids.write({"lot_id": lot.id, "quantity": 1, "picked": True})
        move._action_done()
        self.assertEqual(self._get_places(), (6.0, 0.0, 0.0))
        inspection = lot.incoming_inspection_ids
        self.assertEqual((inspection.severity, inspection.sampling_plan_id), ("all", self.plan.browse()))  # nobody knows the supplier
        self._judge(inspection)
        self.assertEqual(self._get_places(), (5.0, 0.0, 1.0))

    def test_what_is_to_be_made_to_order_waits_for_the_inspection_too(self):
        delivery = self._create_move(
            self.stock, self.customers, 3, procure_method="make_to_order", picking_type_id=self.warehouse.out_type_id.id)
        delivery._action_confirm(create_proc=False)
        order = self._order_parts((self.spare, 3, 10.0))
        order.picking_ids.move_ids.move_dest_ids = delivery
        order.picking_ids.button_validate()
        self.assertEqual(delivery.quantity, 0.0)
        self._judge(self._get_inspection(order.picking_ids))
        self.assertEqual((delivery.state, delivery.lot_ids), ("assigned", order.picking_ids.move_line_ids.lot_id))

    def test_rejected_parts_are_not_used_either(self):
        self._judge(self.inspection, 1)
        move = self._create_move(self.rejected_zone, self.stock)
        move._action_confirm()
        move._action_assign()
        self.assertEqual(move.quantity, 0.0)
        self._assert_refused(lambda: self._write_line(move, self.rejected_zone), "was rejected at incoming inspection")
        self.env["stock.scrap"].create({
            "product_id": self.spare.id, "lot_id": self.lot.id, "scrap_qty": 5, "location_id": self.rejected_zone.id}).do_scrap()
        self.assertEqual((self.inspection.incoming_state, self.inspection.undecided_quantity), ("closed", 0.0))

    def test_no_context_opens_the_zones(self):
        context = {"incoming_flow": True, "repair_flow": FLOW, "skip_inspection": 1}
        move = self._create_move(self.waiting_zone, self.stock).with_context(**context)
        move._action_confirm()
        move._action_assign()
        self.assertEqual(move.quantity, 0.0)
        with self.assertRaisesRegex(UserError, "waits for its incoming inspection"):
            self.env["stock.move.line"].with_context(**context).create({
                "move_id": move.id, "product_id": self.spare.id, "lot_id": self.lot.id, "quantity": 1,
                "location_id": self.waiting_zone.id, "location_dest_id": self.stock.id})

    def test_nobody_forges_an_inspection_or_its_figures(self):
        values = {"kind": "incoming", "template_id": self.incoming_template.id, "lot_ids": [Command.set(self.lot.ids)], "lot_quantity": 1}
        for user in (self.user_keeper, self.user_inspector, self.user_manager):
            with self.subTest(user=user.login), self.assertRaises(UserError), self.cr.savepoint():
                self.env["repair.inspection"].with_user(user).create(values)
        for name, value in (
                ("lot_quantity", 1.0), ("sample_size", 0), ("reject_number", 99), ("accept_number", 9), ("decision", "concession"),
                ("lot_ids", [Command.clear()]), ("result", "pass"), ("incoming_state", "accepted"), ("rejected_quantity", 0.0),
                ("is_sorted", True), ("supplier_id", False), ("kind", "final"), ("incoming_rule_id", False)):
            for user in (self.user_keeper, self.user_inspector, self.user_manager):
                with self.subTest(name=name, user=user.login), self.assertRaises(UserError), self.cr.savepoint():
                    self.inspection.with_user(user).write({name: value})
        with self.assertRaises(UserError):
            self.receipt.move_line_ids.with_user(self.user_keeper).incoming_inspection_id = False
        self.assertEqual(self.inspection.incoming_state, "waiting")

    def test_nobody_deletes_an_inspection_to_free_its_lot(self):
        for user in (self.user_keeper, self.user_inspector, self.user_manager, self.env.user):
            with self.subTest(user=user.login), self.assertRaises(UserError), self.cr.savepoint():
                self.inspection.with_user(user).unlink()
        self.assertTrue(self.inspection.exists())

    def test_the_flow_of_repairs_has_no_key_to_the_zones(self):
        order = self._create_plain_repair((self.spare, 1))
        move = order.move_ids.with_context(repair_flow=FLOW).sudo()
        self._assert_refused(lambda: move.move_line_ids.create({
            "move_id": move.id, "product_id": self.spare.id, "lot_id": self.lot.id, "quantity": 1,
            "location_id": self.waiting_zone.id, "location_dest_id": move.location_dest_id.id}))

    def test_the_final_inspection_asks_for_accepted_receipts(self):
        self.assertFalse(self.lot._filter_received())
        self._judge(self.inspection)
        self.assertEqual(self.lot._filter_received(), self.lot)

    def test_the_final_inspection_takes_sorted_and_conceded_lots_but_no_unfit_serial_number(self):
        _receipt, serials = self._receive_serials("S-1", "S-2", "S-3")
        bad = serials.lot_ids.filtered(lambda lot: lot.name == "S-2")
        serials.line_ids.write({"answer": "pass"})
        serials.defect_lot_ids = bad
        serials.action_validate()
        self.assertFalse(serials.lot_ids._filter_received())
        self._decide(serials, "sort", back="return", defect_lot_ids=[Command.set(bad.ids)])
        self.assertEqual(serials.lot_ids._filter_received(), serials.lot_ids - bad)
        self._judge(self.inspection, 1)
        self.assertFalse(self.lot._filter_received())
        self._decide(self.inspection, "concession", note="tested one by one")
        self.assertEqual(self.lot._filter_received(), self.lot)

    def test_the_core_return_wizard_gives_back_what_waits(self):
        wizard = Form(self.env["stock.return.picking"].with_context(
            active_ids=self.receipt.ids, active_id=self.receipt.id, active_model="stock.picking")).save()
        wizard.product_return_moves.quantity = 2
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        self.assertEqual(back.move_ids.location_id, self.waiting_zone)
        back.button_validate()
        self.assertEqual((back.state, self.inspection.lot_quantity, self._get_places()), ("done", 3.0, (3.0, 0.0, 0.0)))

    def test_the_core_return_wizard_gives_back_the_lot_that_was_accepted(self):
        self.warehouse.incoming_inspection = False
        self._receive((self.spare, 4, 10.0))
        self._judge(self.inspection)
        wizard = Form(self.env["stock.return.picking"].with_context(
            active_ids=self.receipt.ids, active_id=self.receipt.id, active_model="stock.picking")).save()
        wizard.product_return_moves.quantity = 2
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        self.assertEqual((back.move_ids.location_id, back.move_ids.lot_ids, back.move_ids.quantity), (self.stock, self.lot, 2.0))
