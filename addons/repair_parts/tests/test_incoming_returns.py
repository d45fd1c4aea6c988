from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common_incoming import RepairIncomingCommon


@tagged("post_install", "-at_install")
class TestIncomingReturns(RepairIncomingCommon):
    """The unfit is returned or exchanged, and the vendor's credit note is followed up (handbook 8.1.3)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.spare.purchase_method = "receive"

    def _reject(self, quantity=5, price=10.0):
        receipt, inspection = self._receive_waiting(quantity, price)
        self._judge(inspection, 1)
        self.assertEqual(inspection.result, "fail")
        return receipt, inspection

    def _get_credits(self):
        return self.env["repair.supplier.credit"].search([("product_id", "=", self.spare.id)])

    def _draft_credit_note(self, credits):
        action = credits.with_user(self.user_accountant).action_create_credit_note()
        note = self.env["account.move"].browse(action["res_id"])
        note.invoice_date = fields.Date.today()
        return note

    def test_a_rejected_lot_goes_back_whole_and_the_credit_note_is_due(self):
        receipt, inspection = self._reject()
        bill = self._bill(receipt.purchase_id)
        self._decide(inspection, "return")
        back = inspection.return_picking_id
        self.assertEqual((inspection.decision, inspection.incoming_state, inspection.undecided_quantity), ("return", "to_return", 0.0))
        self.assertEqual((back.state, back.return_id, back.move_ids.location_id), ("assigned", receipt, self.rejected_zone))
        self.assertEqual((back.move_ids.lot_ids, back.move_ids.quantity, back.move_ids.to_refund), (inspection.lot_id, 5.0, True))
        self.assertFalse(self._get_credits())
        back.button_validate()
        self.assertEqual((back.state, inspection.incoming_state, self._get_places()), ("done", "closed", (0.0, 0.0, 0.0)))
        self.assertEqual(receipt.purchase_id.order_line.qty_received, 0.0)
        credit = self._get_credits()
        self.assertEqual(
            (credit.state, credit.quantity, credit.due_quantity, credit.amount, credit.supplier_id, credit.bill_ids, credit.inspection_id),
            ("due", 5.0, 5.0, 50.0, self.supplier, bill, inspection))

    def test_what_was_rejected_on_arrival_counts_once_in_the_suppliers_quality(self):
        """5 rejected and sent back, 2 of 10 accepted ones sent back later: 7 of 15, and not 12."""
        _receipt, inspection = self._reject()
        self._decide(inspection, "return")
        inspection.return_picking_id.button_validate()
        receipt, accepted = self._receive_waiting(10)
        self._judge(accepted)
        wizard = Form(self.env["stock.return.picking"].with_context(
            active_ids=receipt.ids, active_id=receipt.id, active_model="stock.picking")).save()
        wizard.product_return_moves.quantity = 2
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.location_id = back.location_id = self.stock
        back.action_assign()
        back.button_validate()
        self.assertEqual(back.state, "done")
        now = fields.Datetime.now()
        quality = self.supplier._get_supplier_quality(now - timedelta(days=1), now + timedelta(days=1))
        self.assertEqual(quality, {self.supplier: (15.0, 7.0, 2)})

    def test_the_posted_credit_note_closes_what_is_due_and_taken_back_opens_it_again(self):
        receipt, inspection = self._reject()
        self._bill(receipt.purchase_id)
        self._decide(inspection, "return")
        inspection.return_picking_id.button_validate()
        credit = self._get_credits()
        credit.sudo().returned_on = fields.Datetime.now() - timedelta(days=12)
        self.assertEqual(credit.days_open, 12)
        note = self._draft_credit_note(credit)
        self.assertEqual((note.move_type, note.partner_id, note.amount_untaxed), ("in_refund", self.supplier, 50.0))
        self.assertEqual(credit.state, "due")
        reminder = credit.return_id.activity_ids
        self.assertEqual((len(reminder), reminder.user_id), (1, credit.purchase_id.user_id))
        self.assertIn(self.supplier.name, reminder.summary)
        note.action_post()
        self.assertEqual((credit.state, credit.due_quantity, credit.credit_note_ids, credit.amount), ("done", 0.0, note, 50.0))
        self.assertTrue(credit.closed_on)
        self.assertFalse(credit.return_id.activity_ids, "what has come is not waited for")
        note.button_draft()
        self.assertEqual((credit.state, credit.due_quantity, credit.closed_on), ("due", 5.0, False))
        self.assertEqual(len(credit.return_id.activity_ids), 1)

    def test_a_credit_note_for_a_part_of_it_leaves_the_rest_due(self):
        receipt, inspection = self._reject()
        self._bill(receipt.purchase_id)
        self._decide(inspection, "return")
        inspection.return_picking_id.button_validate()
        note = self._draft_credit_note(self._get_credits())
        note.invoice_line_ids.quantity = 2
        note.action_post()
        credit = self._get_credits()
        self.assertEqual((credit.state, credit.due_quantity, credit.amount), ("due", 3.0, 30.0))
        second = self._draft_credit_note(credit)
        self.assertEqual(second.invoice_line_ids.quantity, 3.0)
        second.action_post()
        self.assertEqual(self._get_credits().state, "done")

    def test_what_was_not_billed_needs_no_credit_note_until_the_vendor_bills_it(self):
        receipt, inspection = self._reject()
        self._decide(inspection, "return")
        inspection.return_picking_id.button_validate()
        credit = self._get_credits()
        self.assertEqual((credit.state, credit.due_quantity), ("none", 0.0))
        with self.assertRaises(UserError):
            credit.action_create_credit_note()
        line = receipt.purchase_id.order_line
        bill = self.env["account.move"].create({
            "move_type": "in_invoice", "partner_id": self.supplier.id, "invoice_date": fields.Date.today(),
            "invoice_line_ids": [Command.create({
                "product_id": self.spare.id, "quantity": 5, "price_unit": 9.0, "purchase_line_id": line.id, "tax_ids": False})]})
        bill.action_post()  # he bills all five although they went back
        self.assertEqual((credit.state, credit.due_quantity, credit.amount, credit.bill_ids), ("due", 5.0, 45.0, bill))

    def test_two_returns_of_one_purchase_are_credited_oldest_first(self):
        receipt, inspection = self._receive_waiting(200)
        self._bill(receipt.purchase_id)
        self._judge(inspection, 2)
        self._decide(inspection, "return")
        inspection.return_picking_id.button_validate()
        wizard = Form(self.env["stock.return.picking"].with_context(
            active_ids=receipt.ids, active_id=receipt.id, active_model="stock.picking")).save()
        wizard.product_return_moves.quantity = 10
        self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"]).button_validate()
        first, second = self._get_credits().sorted("id")
        self.assertEqual((first.quantity, second.quantity, first.state, second.state), (2.0, 10.0, "due", "due"))
        note = self._draft_credit_note(first | second)
        self.assertEqual(sum(note.invoice_line_ids.mapped("quantity")), 12.0)
        note.invoice_line_ids[1:].unlink()
        note.invoice_line_ids.quantity = 5
        note.action_post()
        self.assertEqual((first.state, second.state, second.due_quantity), ("done", "due", 7.0))

    def test_an_exchange_expects_a_replacement_and_no_further_bill(self):
        receipt, inspection = self._reject()
        order = receipt.purchase_id
        self._bill(order)
        self._decide(inspection, "exchange")
        back, replacement = inspection.return_picking_id, inspection.exchange_picking_id
        self.assertEqual((replacement.picking_type_id.code, replacement.return_id, replacement.state), ("incoming", back, "assigned"))
        back.button_validate()
        self.assertFalse(self._get_credits())
        replacement.button_validate()
        self.assertEqual((order.order_line.qty_received, order.order_line.qty_to_invoice, order.invoice_status), (5.0, 0.0, "invoiced"))
        renewed = self._get_inspection(replacement)
        self.assertEqual((renewed.lot_quantity, renewed.supplier_id, self._get_places()), (5.0, self.supplier, (5.0, 0.0, 0.0)))
        self.assertNotEqual(renewed.lot_id, inspection.lot_id)
        self._judge(renewed)
        self.assertEqual((self._get_places(), self.spare.total_value), ((0.0, 0.0, 5.0), 50.0))

    def test_a_replacement_that_does_not_come_is_credited_after_all(self):
        receipt, inspection = self._reject()
        self._bill(receipt.purchase_id)
        self._decide(inspection, "exchange")
        inspection.return_picking_id.button_validate()
        inspection.exchange_picking_id.action_cancel()
        self.assertEqual((self._get_credits().state, self._get_credits().amount), ("due", 50.0))

    def test_sorting_keeps_the_good_units_and_sends_the_unfit_ones_back(self):
        receipt, inspection = self._receive_waiting(200)
        self._bill(receipt.purchase_id)
        self._judge(inspection, 3)
        with self.assertRaisesRegex(UserError, "Between 3"):
            self._decide(inspection, "sort", defect_quantity=2)
        self._decide(inspection, "sort", defect_quantity=7, back="return")
        self.assertEqual((inspection.is_sorted, inspection.rejected_quantity, inspection.result), (True, 7.0, "fail"))
        self.assertEqual(self._get_places(), (0.0, 7.0, 193.0))
        inspection.return_picking_id.button_validate()
        self.assertEqual((self._get_credits().amount, self._get_places()), (70.0, (0.0, 0.0, 193.0)))

    def test_sorting_sends_the_chosen_serial_numbers_back(self):
        _receipt, inspection = self._receive_serials("S-1", "S-2", "S-3")
        bad = inspection.lot_ids.filtered(lambda lot: lot.name == "S-2")
        inspection.line_ids.write({"answer": "pass"})
        inspection.defect_lot_ids = bad
        inspection.action_validate()
        with self.assertRaisesRegex(UserError, "serial numbers"):
            self._decide(inspection, "sort", defect_quantity=2)
        self._decide(inspection, "sort", defect_lot_ids=[Command.set(bad.ids)], back="exchange")
        self.assertEqual(inspection.return_picking_id.move_ids.lot_ids, bad)
        stocked = self.env["stock.quant"].search([("product_id", "=", self.serial.id), ("location_id", "=", self.stock.id)])
        self.assertEqual(sorted(stocked.lot_id.mapped("name")), ["S-1", "S-3"])

    def test_sorting_may_find_nothing_wrong(self):
        _receipt, inspection = self._receive_waiting(5)
        self._judge(inspection, papers=False)
        self._decide(inspection, "sort", defect_quantity=0)
        self.assertEqual((inspection.decision, inspection.incoming_state, self._get_places()), ("kept", "closed", (0.0, 0.0, 5.0)))

    def test_only_a_manager_accepts_by_concession_and_he_says_why(self):
        _receipt, inspection = self._reject()
        for user in (self.user_keeper, self.user_inspector):
            with self.assertRaisesRegex(AccessError, "service manager"):
                self._decide(inspection, "concession", user, note="we need them")
        with self.assertRaisesRegex(UserError, "reason"):
            self._decide(inspection, "concession", self.user_manager, note="  ")
        self._decide(inspection, "concession", self.user_manager, note="scratched covers, tested")
        self.assertEqual((inspection.decision, inspection.decided_by_id, self._get_places()),
                         ("concession", self.user_manager, (0.0, 0.0, 5.0)))
        self.assertEqual((inspection.result, inspection.rejected_quantity, inspection.incoming_state), ("fail", 5.0, "closed"))
        self.assertEqual(self._use((self.spare, 5)).lot_ids, inspection.lot_id)

    def test_the_defective_units_of_an_accepted_lot_go_back_too(self):
        receipt, inspection = self._receive_waiting(200)
        self._bill(receipt.purchase_id)
        self._judge(inspection, 2)
        self._decide(inspection, "return")
        inspection.return_picking_id.button_validate()
        self.assertEqual((self._get_places(), self._get_credits().quantity), ((0.0, 0.0, 198.0), 2.0))

    def test_a_decision_is_taken_once_and_again_only_when_its_return_was_cancelled(self):
        _receipt, inspection = self._reject()
        self._decide(inspection, "return")
        with self.assertRaisesRegex(UserError, "nothing is left to decide"):
            inspection.action_decide()
        with self.assertRaisesRegex(UserError, "nothing is left to decide"):
            inspection._decide("exchange")
        inspection.return_picking_id.action_cancel()
        self.assertEqual((inspection.incoming_state, inspection.undecided_quantity), ("to_decide", 5.0))
        self._decide(inspection, "exchange")
        self.assertEqual(inspection.decision, "exchange")

    def test_an_accepted_lot_asks_for_no_decision(self):
        _receipt, inspection = self._receive_waiting(5)
        with self.assertRaises(UserError):
            inspection.action_decide()
        self._judge(inspection)
        with self.assertRaises(UserError):
            inspection.action_decide()

    def test_one_lot_bought_on_two_lines_goes_back_on_both(self):
        receipt = self._receive((self.spare, 3, 10.0), (self.spare, 2, 12.0))
        inspection = self._get_inspection(receipt)
        self.assertEqual((len(inspection), inspection.lot_quantity), (1, 5.0))
        self._judge(inspection, 1)
        self._decide(inspection, "return")
        inspection.return_picking_id.button_validate()
        self.assertEqual(receipt.purchase_id.order_line.mapped("qty_received"), [0.0, 0.0])
        self.assertEqual(sorted(self._get_credits().mapped("quantity")), [2.0, 3.0])

    def test_a_part_bought_in_boxes_is_returned_in_units(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._order_parts((self.spare, 2, 120.0))
        order.button_cancel()
        order = self.env["purchase.order"].create({"partner_id": self.supplier.id, "order_line": [Command.create({
            "product_id": self.spare.id, "product_qty": 2, "product_uom_id": dozen.id, "price_unit": 120.0, "tax_ids": False})]})
        order.button_confirm()
        order.picking_ids.button_validate()
        inspection = self._get_inspection(order.picking_ids)
        self.assertEqual((inspection.lot_quantity, inspection.sample_size), (24.0, 5))
        self._bill(order)
        self._judge(inspection, 1)
        self._decide(inspection, "sort", defect_quantity=6, back="return")
        inspection.return_picking_id.button_validate()
        credit = self._get_credits()
        self.assertEqual((credit.quantity, credit.price_unit, credit.amount), (6.0, 10.0, 60.0))

    def test_goods_that_are_no_spare_parts_keep_the_chain_of_moves_when_returned_from_the_quality_zone(self):
        """Three steps: a return from the quality zone knows the transfer it undoes, and so the order line that it lessens."""
        self.warehouse.reception_steps = "three_steps"
        goods = self.env["product.product"].create({"name": "Shelf", "is_storable": True, "purchase_method": "receive"})
        arrived = self._order_parts((goods, 10, 5.0)).picking_ids
        arrived.button_validate()
        checked = arrived.move_ids.move_dest_ids.picking_id
        checked.button_validate()
        wizard = Form(self.env["stock.return.picking"].with_context(
            active_ids=checked.ids, active_id=checked.id, active_model="stock.picking")).save()
        wizard.product_return_moves.quantity = 2
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        self.assertEqual(checked.move_ids.location_dest_id.inspection_zone, "waiting")
        self.assertIn(checked.move_ids, back.move_ids.move_orig_ids)
