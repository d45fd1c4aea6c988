from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import RepairPartsCommon


@tagged("post_install", "-at_install")
class TestFifoBills(RepairPartsCommon):
    """Bills and credit notes that come in another order, at another price or for another quantity than the goods: 10 ordered at 10."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._order_parts((cls.spare, 10, 10.0))
        cls.line = cls.order.order_line

    def _come(self, quantity=None):
        receipt = self.order.picking_ids.filtered(lambda picking: picking.state == "assigned")
        if quantity:
            receipt.move_ids.quantity = quantity
        receipt.with_context(skip_backorder=True).button_validate()
        return receipt.move_ids

    def _post(self, quantity, price, move_type="in_invoice", **values):
        paper = self.env["account.move"].create({
            "move_type": move_type, "partner_id": self.supplier.id, "invoice_date": fields.Date.today(), **values,
            "invoice_line_ids": [Command.create({
                "product_id": self.spare.id, "quantity": quantity, "price_unit": price, "purchase_line_id": self.line.id,
                "tax_ids": False})]})
        paper.action_post()
        return paper

    def _send_back(self, move, quantity):
        wizard = Form(self.env["stock.return.picking"].with_context(
            active_ids=move.picking_id.ids, active_id=move.picking_id.id, active_model="stock.picking")).save()
        wizard.product_return_moves.quantity = quantity
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.button_validate()
        return back.move_ids

    def test_each_receipt_costs_what_its_own_bill_says(self):
        """5 at 11 are used before 5 come and are billed at 13. Core averages both bills: 12 for what costs 13."""
        first = self._come(5)
        self._post(5, 11.0)
        self.assertEqual(self._use((self.spare, 5)).value, 55.0)
        second = self._come()
        self._post(5, 13.0)
        self.assertEqual((first.value, second.value, self.spare.total_value), (55.0, 65.0, 65.0))
        self.assertEqual(self._use((self.spare, 2)).value, 26.0)

    def test_one_bill_for_two_receipts_and_a_second_for_the_rest(self):
        first, second = self._come(4), self._come()
        self._post(6, 11.0)
        self.assertEqual((first.value, second.value), (44.0, 62.0))  # 2 at 11 and 4 as ordered
        self._post(4, 12.0)
        self.assertEqual((first.value, second.value), (44.0, 70.0))

    def test_goods_sent_back_before_the_bill_leave_the_rest_at_the_billed_price(self):
        """Core bills the first 8 of 10 at 11 and keeps 2 at 10 among them, so that the 8 on hand are worth 86.40."""
        receipt = self._come()
        self._send_back(receipt, 2)
        self._post(8, 11.0)
        self.assertEqual((receipt.value, self.spare.total_value), (110.0, 88.0))

    def test_the_vendor_s_credit_note_leaves_the_price_of_what_stayed(self):
        receipt = self._come()
        self._post(10, 11.0)
        self.assertEqual(self._send_back(receipt, 2).value, 22.0)
        self._post(2, 11.0, "in_refund")
        self.assertEqual((receipt.value, self.spare.total_value), (110.0, 88.0))

    def test_all_sent_back_and_credited_keeps_what_it_was_billed_at(self):
        older = self._receive((self.spare, 3, 7.0))
        older.move_ids.date = "2025-01-01 08:00:00"
        receipt = self._come()
        self._post(10, 11.0)
        self.assertEqual(self._send_back(receipt, 10).value, 98.0)  # 3 at 7 and 7 at 11: the oldest receipt pays first
        self._post(10, 11.0, "in_refund")
        self.assertEqual((older.move_ids.value, receipt.value, self.spare.total_value), (21.0, 110.0, 33.0))

    def test_a_rebate_makes_what_stayed_cheaper(self):
        """Core takes 10 credited units for 10 units that are not billed, and goes back to the price of the order."""
        receipt = self._come()
        self._post(10, 11.0)
        self._post(10, 0.5, "in_refund")
        self.assertEqual((receipt.value, self.spare.total_value), (105.0, 105.0))

    def test_a_bill_taken_back_takes_its_price_with_it(self):
        receipt = self._come()
        bill = self._post(10, 11.0)
        self.assertEqual(receipt.value, 110.0)
        bill.button_draft()
        self.assertEqual((receipt.value, self.spare.total_value), (100.0, 100.0))
        bill.button_cancel()
        self._post(10, 12.0)
        self.assertEqual(receipt.value, 120.0)

    def test_a_bill_that_is_reversed_for_a_new_one_takes_its_price_with_it(self):
        receipt = self._come()
        bill = self._post(10, 11.0)
        wizard = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=bill.ids).create(
            {"journal_id": bill.journal_id.id})
        new = self.env["account.move"].browse(wizard.modify_moves()["res_id"])
        self.assertEqual(receipt.value, 100.0)
        new.invoice_line_ids.price_unit = 12.0
        new.invoice_date = fields.Date.today()
        new.action_post()
        self.assertEqual(receipt.value, 120.0)

    def test_what_was_used_before_the_bill_changed_keeps_its_value(self):
        receipt = self._come()
        move = self._use((self.spare, 4))
        bill = self._post(10, 11.0)
        self.assertEqual((move.value, move.fifo_source_ids.value_today, self.spare.total_value), (40.0, 44.0, 66.0))
        bill.button_draft()
        self.env.invalidate_all()
        self.assertEqual((receipt.value, move.value, move.fifo_source_ids.value_today), (100.0, 40.0, 40.0))

    def test_goods_that_are_no_spare_parts_are_billed_as_in_core(self):
        self.spare.write({"is_spare_part": False, "tracking": "none"})
        first = self._come(5)
        self._post(5, 11.0)
        second = self._come()
        self._post(5, 13.0)
        self.assertEqual((first.value, second.value), (60.0, 60.0))

    # -------------------------------------------------------------------------
    # A receipt noted wrong
    # -------------------------------------------------------------------------

    def test_a_receipt_may_be_corrected_down_to_what_was_used_of_it(self):
        """10 were noted and 4 used: that 8 came, or only 4, leaves nothing below nothing; 3 would."""
        receipt = self._come()
        self._use((self.spare, 4))
        receipt.move_line_ids.quantity = 8
        self.assertEqual((receipt.value, self.spare.total_value, self._get_free(self.spare)), (80.0, 40.0, 4.0))
        receipt.move_line_ids.quantity = 4
        self.assertEqual((receipt.value, self.spare.total_value, self._get_free(self.spare)), (40.0, 0.0, 0.0))
        with self.assertRaisesRegex(UserError, "FM-1"), self.cr.savepoint():
            receipt.move_line_ids.quantity = 3

    def test_no_context_switches_the_guard_against_less_than_nothing_off(self):
        receipt = self._come()
        self._use((self.spare, 4))
        for token in ([], {}, True):
            with self.assertRaises(UserError), self.cr.savepoint():
                receipt.move_line_ids.with_context(taken_parts=token).write({"quantity": 3})

    # -------------------------------------------------------------------------
    # Kits
    # -------------------------------------------------------------------------

    def test_the_parts_of_kits_share_the_price_of_so_many_kits(self):
        """5 kits at 100, of two fans for 40 % of the price each kit: ten fans cost 200, and 220 once the kits are billed at 110."""
        kit = self.env["product.product"].create({"name": "Kit", "supplier_taxes_id": False})
        line = self._order_parts((kit, 5, 100.0)).order_line
        with patch.object(type(self.env["stock.move"]), "_get_kit_share", lambda move: (2.0, 0.4)):  # as manufacturing tells it
            moves = self.env["stock.move"].create([{
                "product_id": self.spare.id, "product_uom_qty": quantity, "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.stock.id, "purchase_line_id": line.id} for quantity in (4, 6)])
            lot = self.env["stock.lot"].create({"product_id": self.spare.id, "name": "KIT-1"})
            for move in moves:
                move._action_confirm(merge=False)
                move.move_line_ids = [Command.create({
                    "product_id": self.spare.id, "quantity": move.product_uom_qty, "lot_id": lot.id, "picked": True,
                    "location_id": move.location_id.id, "location_dest_id": self.stock.id})]
                move._action_done()
            self.assertEqual(moves.mapped("value"), [80.0, 120.0])
            self.env["account.move"].create({
                "move_type": "in_invoice", "partner_id": self.supplier.id, "invoice_date": fields.Date.today(),
                "invoice_line_ids": [Command.create({
                    "product_id": kit.id, "quantity": 4, "price_unit": 110.0, "purchase_line_id": line.id, "tax_ids": False})],
            }).action_post()
            self.assertEqual(moves.mapped("value"), [88.0, 128.0])  # the last kit is not billed: 4 x 22 and 2 x 20
