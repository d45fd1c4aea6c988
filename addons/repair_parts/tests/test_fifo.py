from odoo import fields
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import RepairPartsCommon


@tagged("post_install", "-at_install")
class TestFifo(RepairPartsCommon):
    def test_two_units_from_one_at_10_and_five_at_20_cost_30(self):
        first, second = self._receive((self.spare, 1, 10.0)), self._receive((self.spare, 5, 20.0))
        move = self._use((self.spare, 2))
        self.assertEqual(move.value, 30.0)
        self.assertEqual(move.part_cost, 30.0)
        self.assertEqual(self._get_sources(move), [(first, 1, 10.0, 10.0), (second, 1, 20.0, 20.0)])

    def test_partial_layers_go_on_where_the_last_repair_stopped(self):
        first = self._receive((self.spare, 3, 10.0))
        second = self._receive((self.spare, 2, 12.5))
        third = self._receive((self.spare, 4, 11.2))
        self.assertEqual(self._use((self.spare, 2)).value, 20.0)
        move = self._use((self.spare, 3))  # 1 x 10.00 + 2 x 12.50
        self.assertEqual(move.value, 35.0)
        self.assertEqual(self._get_sources(move), [(first, 1, 10.0, 10.0), (second, 2, 12.5, 25.0)])
        self.assertEqual(self._get_sources(self._use((self.spare, 1))), [(third, 1, 11.2, 11.2)])

    def test_two_lines_of_one_part_take_following_layers(self):
        self._receive((self.spare, 1, 10.0))
        self._receive((self.spare, 1, 14.0))
        moves = self._use((self.spare, 1), (self.spare, 1))
        self.assertEqual(sorted(moves.mapped("value")), [10.0, 14.0])
        for move in moves:
            self.assertEqual(sum(move.fifo_source_ids.mapped("value")), move.value)
        self.assertEqual(moves.repair_id.parts_cost, 24.0)

    def test_each_part_of_an_order_has_its_own_layers(self):
        other = self._create_spare("Board", "BD-1")
        receipt = self._receive((self.spare, 2, 10.0), (other, 2, 99.99))
        moves = self._use((self.spare, 1), (other, 1))
        self.assertEqual(
            {move.product_id: self._get_sources(move) for move in moves},
            {self.spare: [(receipt, 1, 10.0, 10.0)], other: [(receipt, 1, 99.99, 99.99)]})

    def test_cents_that_do_not_divide_still_add_up(self):
        order = self._order_parts((self.spare, 3, 10.0))
        order.picking_ids.button_validate()
        self._bill(order, 10.0 / 3)  # the bill of the lot is 10.00
        self._receive((self.spare, 1, 1.01))
        move = self._use((self.spare, 4))
        self.assertEqual(move.value, 11.01)
        self.assertEqual(move.fifo_source_ids.mapped("value"), [10.0, 1.01])

    def test_the_bill_of_the_receipt_decides_when_it_is_posted_before_use(self):
        order = self._order_parts((self.spare, 5, 10.0))
        order.picking_ids.button_validate()
        self._bill(order, 11.0)
        self.assertEqual(self._use((self.spare, 2)).value, 22.0)

    def test_a_later_bill_does_not_rewrite_what_was_used(self):
        order = self._order_parts((self.spare, 5, 10.0))
        order.picking_ids.button_validate()
        move = self._use((self.spare, 2))
        self._bill(order, 11.0)
        source = move.fifo_source_ids
        self.assertEqual((move.value, source.value), (20.0, 20.0))
        self.assertEqual((source.value_today, source.difference), (22.0, 2.0))  # shown, and left to the closing entry
        self.assertEqual(self.spare.total_value, 33.0)  # the 3 on hand at 11
        self.assertEqual(self._use((self.spare, 1)).value, 11.0)

    def test_a_return_to_the_supplier_uses_up_the_oldest_layer(self):
        first = self._receive((self.spare, 2, 10.0))
        second = self._receive((self.spare, 2, 20.0))
        wizard = Form(self.env["stock.return.picking"].with_context(
            active_ids=first.ids, active_id=first.id, active_model="stock.picking")).save()
        wizard.product_return_moves.quantity = 1
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.button_validate()
        self.assertEqual(back.move_ids.value, 10.0)
        move = self._use((self.spare, 2))  # 1 x 10 + 1 x 20
        self.assertEqual(self._get_sources(move), [(first, 1, 10.0, 10.0), (second, 1, 20.0, 20.0)])

    def test_what_a_correction_adds_is_paid_for_by_the_receipts_that_are_next(self):
        first = self._receive((self.spare, 2, 10.0))
        second = self._receive((self.spare, 2, 20.0))
        move = self._use((self.spare, 1))
        move.move_line_ids.quantity = 2
        self.assertEqual((move.value, self._get_sources(move)), (20.0, [(first, 2, 10.0, 20.0)]))
        self.env["stock.move.line"].create({
            "move_id": move.id, "product_id": self.spare.id, "lot_id": second.move_line_ids.lot_id.id, "quantity": 1, "picked": True,
            "location_id": move.location_id.id, "location_dest_id": move.location_dest_id.id})
        self.assertEqual((move.value, self._get_sources(move)), (40.0, [(first, 2, 10.0, 20.0), (second, 1, 20.0, 20.0)]))
        self.assertEqual(self.spare.total_value, 20.0)

    def test_a_correction_gives_back_what_was_taken_last(self):
        first = self._receive((self.spare, 2, 10.0))
        second = self._receive((self.spare, 1, 20.0))
        move = self._use((self.spare, 3))
        move.move_line_ids.filtered(lambda line: line.lot_id == second.move_line_ids.lot_id).quantity = 0
        self.assertEqual((move.value, self._get_sources(move)), (20.0, [(first, 2, 10.0, 20.0)]))
        self.assertEqual(self.spare.total_value, 20.0)  # nothing is lost: 20 used and 20 on hand make the 40 received

    def test_the_text_names_receipt_order_quantity_and_cost(self):
        receipt = self._receive((self.spare, 2, 10.0))
        summary = self._use((self.spare, 1)).fifo_summary
        for piece in (receipt.name, receipt.purchase_id.name, "1 ×", "10.00"):
            self.assertIn(piece, summary)

    def test_parts_taken_off_are_not_costed(self):
        self._receive((self.spare, 1, 10.0))
        order = self._create_plain_repair((self.spare, 1))
        order.move_ids = [Command.create({"product_id": self.part.id, "product_uom_qty": 1, "repair_line_type": "remove"})]
        order.action_repair_end()
        removed = order.move_ids.filtered(lambda move: move.repair_line_type == "remove")
        self.assertFalse(removed.fifo_source_ids)
        self.assertEqual((removed.part_cost, order.parts_cost), (0.0, 10.0))

    def test_the_posted_invoice_bears_the_cost_of_the_oldest_receipt(self):
        """Story: one part at 80 with 13 % tax, labour 100 untaxed; receipts 1 at 10, then 5 at 20."""
        self._receive((self.spare, 1, 10.0))
        self._receive((self.spare, 5, 20.0))
        tax = self.company.account_sale_tax_id
        self.assertEqual(tax.amount, 13.0)
        self.spare.taxes_id = tax
        order = self._to_stage(self._create_order(), "diagnosed")
        self._add_part(order, self.spare, 2)
        self._to_stage(order, "accepted")
        order.with_user(self.user_accountant).action_create_invoice()
        invoice = order.invoice_ids
        invoice.with_user(self.user_accountant).action_post()
        self.assertEqual(order.move_ids.value, 30.0)
        cogs = invoice.line_ids.filtered(lambda line: line.display_type == "cogs" and line.product_id == self.spare)
        accounts = self.spare.product_tmpl_id.get_product_accounts()
        self.assertEqual(
            {(line.account_id, line.debit, line.credit) for line in cogs},
            {(accounts["expense"], 30.0, 0.0), (accounts["stock_valuation"], 0.0, 30.0)})
        self.assertEqual(invoice.amount_tax, 20.8)  # 13 % of 2 x 80

    def test_the_stock_left_is_worth_the_newest_receipts(self):
        self._receive((self.spare, 1, 10.0))
        self._receive((self.spare, 5, 20.0))
        self._use((self.spare, 2))
        self.assertEqual(self.spare.total_value, 80.0)  # 4 x 20

    def _bill(self, order, price):
        order.action_create_invoice()
        bill = order.invoice_ids
        bill.invoice_date = fields.Date.today()
        bill.invoice_line_ids.price_unit = price
        bill.action_post()
        return bill
