from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common_part_sale import PartSaleCommon


@tagged("post_install", "-at_install")
class TestPartReturns(PartSaleCommon):
    def test_a_returned_part_is_no_stock_until_it_is_decided_on(self):
        order = self._sell(2)
        back = self._register(self._get_sold_move(order))
        self._inspect(back)
        self.assertEqual(back.state, "inspected")
        self.assertEqual((self._get_on_hand(), self._get_free(self.spare)), (3.0, 3.0))
        zone = self.env["stock.move"]._get_part_return_zone()
        self.assertEqual(self._get_on_hand(location=zone), 1.0)
        self.assertEqual(self.spare.total_value, 60.0, "three at 20; what came back is still the customer's")

    def test_refund_takes_the_part_in_at_the_cost_it_left_with_and_credits_the_invoice_line_at_the_price_paid(self):
        order = self._sell(2, price=75.0)
        self.spare.list_price = 99.0
        back = self._register(self._get_sold_move(order))
        self._inspect(back)
        self._settle(back, "refund")
        self.assertEqual((back.state, back.stock_move_id.value), ("done", 10.0))
        self.assertEqual(self._get_free(self.spare), 4.0)
        self.assertEqual(self.spare.total_value, 70.0)
        note = back.refund_id
        self.assertEqual((note.move_type, note.state, note.amount_untaxed), ("out_refund", "draft", 75.0))
        self.assertEqual(note.reversed_entry_id, order.invoice_ids - note)
        self.assertEqual(note.invoice_line_ids.sale_line_ids, order.order_line)
        note.with_user(self.user_accountant).action_post()
        self.assertEqual((order.order_line.qty_delivered, order.order_line.qty_invoiced), (1.0, 1.0))
        self.assertEqual(order.order_line.qty_to_invoice, 0.0)

    def test_a_discount_is_credited_too(self):
        order = self._sell(1, invoiced=False)
        order.order_line.discount = 25.0
        order._create_invoices().action_post()
        back = self._register(self._get_sold_move(order))
        self._inspect(back)
        self._settle(back, "refund")
        self.assertEqual((back.price_unit, back.refund_id.amount_untaxed), (60.0, 60.0))

    def test_exchange_hands_over_another_one_at_no_charge(self):
        order = self._sell(1)
        back = self._register(self._get_sold_move(order))
        self._inspect(back, passed=False)
        self._settle(back, "exchange")
        moves = self._ship(back.exchange_picking_id)
        self.assertEqual((back.stock_move_id.value, moves.state, moves.value), (10.0, "done", 20.0))
        self.assertEqual(self.spare.total_value, 50.0, "80 less 10 sold, plus 10 back, less 10 scrapped, less the next receipt's 20")
        self.assertEqual((order.order_line.qty_delivered, order.order_line.qty_to_invoice), (1.0, 0.0))
        self.assertEqual(self._get_on_hand(), 3.0, "five less one sold, less one handed over; the faulty one is scrapped")
        self.assertFalse(back.refund_id)

    def test_a_return_of_a_return_never_exceeds_what_the_customer_has(self):
        order = self._sell(2)
        first = self._register(self._get_sold_move(order), 2.0)
        self._inspect(first)
        self._settle(first, "exchange", disposal="stock")
        exchanged = self._ship(first.exchange_picking_id)
        with self.assertRaisesRegex(ValidationError, "only 0"):
            self._register(self._get_sold_move(order) - exchanged)
        lots = exchanged.move_line_ids.lot_id
        for lot in lots:
            units = sum(exchanged.move_line_ids.filtered(lambda line, lot=lot: line.lot_id == lot).mapped("quantity"))
            second = self._register(exchanged, units, lot=lot)
            self.assertEqual((second.origin_return_id, second.sale_line_id), (first, order.order_line))
            self._inspect(second)
            self._settle(second, "refund")
            second.refund_id.action_post()
        with self.assertRaisesRegex(ValidationError, "only 0"):
            self._register(exchanged, lot=lots[0])
        self.assertEqual((order.order_line.qty_delivered, order.order_line.qty_invoiced), (0.0, 0.0))
        self.assertEqual((self._get_free(self.spare), self.spare.total_value), (5.0, 80.0), "2 at 10 and 3 at 20, as before the sale")

    def test_more_than_sold_less_returned_is_refused(self):
        move = self._get_sold_move(self._sell(2))
        self._register(move, 1.5)
        with self.assertRaisesRegex(ValidationError, "only 0.5"), self.env.cr.savepoint():
            self._register(move, 1.0)
        self._register(move, 0.5)

    def test_a_cancelled_or_refused_return_may_be_registered_again(self):
        move = self._get_sold_move(self._sell(1))
        self._register(move).action_cancel()
        refused = self._register(move)
        self._inspect(refused, passed=False)
        with self.assertRaisesRegex(UserError, "why"):
            self._settle(refused, "refuse")
        self._settle(refused, "refuse", decision_note="fitted and burnt by the customer")
        self.assertEqual(refused.state, "refused")
        self.assertEqual(self._get_on_hand(location=self.env["stock.move"]._get_part_return_zone()), 0.0)
        self.assertEqual(self.spare.total_value, 70.0, "it was never taken into stock: 1 at 10, 3 at 20")
        self.assertEqual(self._register(move).state, "draft")

    def test_a_plain_return_cannot_take_back_what_a_return_of_parts_has(self):
        order = self._sell(1)
        self._register(self._get_sold_move(order))
        wizard = self.env["stock.return.picking"].create({"picking_id": order.picking_ids.id})
        wizard.product_return_moves.quantity = 1
        picking = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        with self.assertRaisesRegex(UserError, "PR"):
            picking.button_validate()

    def test_what_failed_does_not_go_back_to_stock(self):
        back = self._register(self._get_sold_move(self._sell(1)))
        self._inspect(back, passed=False)
        with self.assertRaisesRegex(UserError, "failed its inspection"):
            self._settle(back, "refund", disposal="stock")
        self._settle(back, "refund", disposal="scrap")
        scrap = self.env["stock.scrap"].search([("origin", "=", back.name)])
        self.assertEqual((scrap.state, self._get_on_hand()), ("done", 4.0))

    def test_a_faulty_part_goes_back_to_its_supplier_for_credit(self):
        bill_order = self.old_receipt.move_ids.purchase_line_id.order_id
        bill_order.action_create_invoice()
        bill_order.invoice_ids.invoice_date = fields.Date.today()
        bill_order.invoice_ids.action_post()
        back = self._register(self._get_sold_move(self._sell(1)))
        self._inspect(back, passed=False)
        self._settle(back, "refund", disposal="supplier")
        picking = back.supplier_picking_id
        self.assertEqual((picking.location_dest_id.usage, picking.partner_id), ("supplier", self.supplier))
        self.assertEqual(picking.move_ids.purchase_line_id, bill_order.order_line)
        self._ship(picking)
        credit = self.env["repair.supplier.credit"].search([("move_id", "=", picking.move_ids.id)])
        self.assertEqual((credit.state, credit.amount), ("due", 10.0))

    def test_another_part_is_sold_at_its_price_and_the_old_one_credited(self):
        other = self._create_spare("Better motor", "FM-2", list_price=100.0, taxes_id=False)
        self._receive((other, 1, 50.0))
        order = self._sell(1)
        back = self._register(self._get_sold_move(order))
        self._inspect(back)
        self._settle(back, "exchange", exchange_product_id=other.id)
        self.assertEqual(back.price_difference, 20.0)
        self.assertEqual((back.refund_id.amount_untaxed, back.exchange_order_id.amount_untaxed), (80.0, 100.0))
        self.assertEqual(back.exchange_order_id.state, "sale")

    def test_what_is_invoiced_as_ordered_is_not_invoiced_again_after_its_refund(self):
        self.spare.invoice_policy = "order"
        order = self._sell(2)
        back = self._register(self._get_sold_move(order))
        self._inspect(back)
        self._settle(back, "refund")
        self.assertEqual((order.order_line.qty_invoiced, order.order_line.qty_to_invoice), (1.0, 0.0))

    def test_a_part_of_a_settled_service_order_is_refunded_on_its_invoice(self):
        service = self._create_order()
        move = self._add_part(service, self.spare, 1)
        self._to_stage(service, "accepted")
        service.action_create_invoice()
        service.invoice_ids.action_post()
        back = self._register(move)
        self._inspect(back, passed=False)
        self._settle(back, "refund")
        self.assertEqual((back.refund_id.amount_untaxed, back.refund_id.reversed_entry_id), (80.0, service.invoice_ids - back.refund_id))
        self.assertEqual(back.sale_line_id.qty_to_invoice, 0.0)

    def test_a_sale_that_is_not_invoiced_is_invoiced_first(self):
        back = self._register(self._get_sold_move(self._sell(1, invoiced=False)))
        self._inspect(back)
        with self.assertRaisesRegex(UserError, "Invoice the sale first"):
            self._settle(back, "refund")

    def test_repair_of_the_part_and_giving_it_back(self):
        back = self._register(self._get_sold_move(self._sell(1)))
        self._inspect(back, passed=False)
        self._settle(back, "repair")
        repair = back.repair_order_id
        self.assertEqual((back.state, repair.product_id, repair.lot_id), ("repairing", self.spare, back.lot_id))
        with self.assertRaisesRegex(UserError, "end the repair"):
            back.with_user(self.user_keeper).action_hand_back()
        repair._action_repair_confirm()
        repair.action_repair_start()
        repair.action_repair_end()
        back.with_user(self.user_keeper).action_hand_back()
        self.assertEqual((back.state, self._get_on_hand(location=self.env["stock.move"]._get_part_return_zone())), ("done", 0.0))
        self.assertEqual(self._get_on_hand(), 4.0)

    def test_what_was_lost_is_written_off_and_refunded_without_an_inspection(self):
        order = self._sell(1, kind="remote")
        back = self._register(self._get_sold_move(order), reason=self.reason_lost)
        back.with_user(self.user_keeper).action_receive()
        self.assertEqual((back.state, back.inspection_id.id), ("inspected", False))
        self._settle(back, "refund")
        back.refund_id.action_post()
        self.assertEqual((self._get_on_hand(), order.order_line.qty_to_invoice), (4.0, 0.0))
        self.assertEqual(self.env["stock.scrap"].search([("origin", "=", back.name)]).move_ids.value, 10.0)

    def test_a_fitted_part_comes_back_at_its_cost(self):
        move = self._use((self.spare, 1))
        back = self._register(move)
        self.assertEqual((back.sale_kind, back.partner_id), ("repair", self.partner))
        self._inspect(back, passed=False)
        self._settle(back, "exchange")
        self.assertEqual(back.stock_move_id.value, 10.0)
        self._ship(back.exchange_picking_id)
        self.assertEqual(back.exchange_picking_id.state, "done")


    def test_the_form_starts_empty_and_finds_the_sale_by_its_number(self):
        order = self._sell(1)
        form = self._open_form("repair.part.return", self.user_desk)
        moves = self.env["stock.move"].with_user(self.user_desk).with_context(part_sold_label=True)
        [(move_id, label)] = moves.name_search(order.name, [("is_part_sold", "=", True)])
        self.assertIn("FM-1", label)
        self.assertIn(self.partner.name, label)
        form.origin_move_id = moves.browse(move_id)
        form.reason_id = self.reason_dead
        self.assertEqual((form.partner_id, form.returnable_quantity, form.is_in_term), (self.partner, 1.0, True))
        self.assertEqual(form.save().lot_id, self._get_sold_move(order).move_line_ids.lot_id)


@tagged("post_install", "-at_install")
class TestPartReturnTerms(PartSaleCommon):
    def _judge(self, days, kind="counter", reason=None):
        order = self._sell(1, kind=kind, days_ago=days)
        return self._register(self._get_sold_move(order), reason=reason)

    def test_remote_sales_are_returned_without_a_reason_for_seven_days(self):
        self.assertTrue(self._judge(7, "remote", self.reason_mind).is_in_term)
        self.assertFalse(self._judge(8, "remote", self.reason_mind).is_in_term)
        self.assertFalse(self._judge(1, "counter", self.reason_mind).is_in_term)

    def test_faulty_parts_are_refunded_seven_exchanged_fifteen_and_repaired_ninety_days(self):
        self.assertEqual(self._judge(7).allowed_decisions, "exchange,refund,repair")
        self.assertEqual(self._judge(8).allowed_decisions, "exchange,repair")
        self.assertEqual(self._judge(90).allowed_decisions, "exchange,repair")
        late = self._judge(91)
        self.assertEqual((late.allowed_decisions, late.is_in_term), ("", False))
        self.assertIn("Out of term", late.verdict)

    def test_a_category_has_a_longer_warranty_of_its_own(self):
        category = self.env["product.category"].create({
            "name": "Compressors", "parent_id": self.env.ref("repair_parts.product_category_spare_parts").id})
        self.env["repair.part.term"].create({"name": "Compressors", "right": "repair", "category_id": category.id, "months": 12})
        self.assertFalse(self._judge(200).is_in_term)
        self.spare.categ_id = category
        self.assertIn("Compressors", self._judge(200).verdict)
        self.assertTrue(self._judge(200).is_in_term)

    def test_a_changed_term_leaves_the_verdict_that_the_customer_was_told(self):
        back = self._judge(8, "remote", self.reason_mind)
        self.env.ref("repair_parts.part_term_withdraw_remote").days = 30
        back.invalidate_recordset()
        self.assertFalse(back.is_in_term)

    def test_out_of_term_only_the_manager_settles_with_a_reason(self):
        back = self._judge(100)
        self._inspect(back)
        with self.assertRaisesRegex(AccessError, "goodwill"):
            self._settle(back, "refund")
        manager = self.user_manager
        manager.group_ids += self.env.ref("stock.group_stock_user")
        with self.assertRaisesRegex(UserError, "goodwill"):
            self._settle(back, "refund", user=manager)
        self._settle(back, "refund", user=manager, decision_note="regular customer")
        self.assertEqual((back.state, back.decided_by_id), ("done", manager))

    def test_exchange_term_starts_again_with_the_exchanged_part(self):
        order = self._sell(1, days_ago=10)
        first = self._register(self._get_sold_move(order))
        self._inspect(first)
        self._settle(first, "exchange", disposal="stock")
        again = self._register(self._ship(first.exchange_picking_id))
        self.assertEqual(again.sold_on, fields.Date.context_today(again.with_context(tz=self.company.repair_tz)))
        self.assertIn("refund", again.allowed_decisions)
        self.assertEqual(first.sold_on, again.sold_on - timedelta(days=10))


@tagged("post_install", "-at_install")
class TestPartReturnRoles(PartSaleCommon):
    def test_the_seller_neither_inspects_nor_decides(self):
        order = self._sell(1, user=self.user_keeper)
        back = self._register(self._get_sold_move(order), user=self.user_keeper)
        back.with_user(self.user_keeper).action_receive()
        back.inspection_id.line_ids.answer = "pass"
        with self.assertRaisesRegex(UserError, "own work"):
            back.inspection_id.with_user(self.user_keeper).action_validate()
        back.inspection_id.with_user(self.other_keeper).action_validate()
        with self.assertRaisesRegex(UserError, "somebody else decides"):
            self._settle(back, "refund", user=self.user_keeper)
        self._settle(back, "refund", user=self.other_keeper)

    def test_the_desk_registers_and_receives_but_does_not_decide(self):
        back = self._register(self._get_sold_move(self._sell(1)))
        self._inspect(back)
        back.with_user(self.user_desk).decision = "refund"
        with self.assertRaises(AccessError):
            back.with_user(self.user_desk).action_settle()

    def test_technicians_and_accountants_do_not_write_returns(self):
        back = self._register(self._get_sold_move(self._sell(1)))
        for user in (self.user_technician, self.user_accountant, self.user_inspector, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                back.with_user(user).action_receive()
        with self.assertRaises(AccessError):
            back.with_user(self.user_technician).read(["name"])
        self.assertEqual(back.with_user(self.user_accountant).read(["state"])[0]["state"], "draft")

    def test_nobody_forges_the_flow(self):
        back = self._register(self._get_sold_move(self._sell(1)), state="done", refund_id=1, name="X")
        self.assertEqual((back.state, back.refund_id.id), ("draft", False))
        mine = back.with_user(self.user_keeper)
        for values in ({"state": "inspected"}, {"decision": "refund"}, {"returned_on": "2020-01-01"}, {"name": "X"}, {"is_in_term": True}):
            with self.subTest(values=values), self.assertRaises(UserError):
                mine.write(values)
        with self.assertRaises(UserError):
            mine.action_settle()
        self._inspect(back)
        with self.assertRaises(UserError):
            mine.quantity = 5
        with self.assertRaises(UserError):
            mine.unlink()

    def test_parts_do_not_leave_the_place_of_returns_by_hand(self):
        back = self._register(self._get_sold_move(self._sell(1)))
        back.action_receive()
        zone = self.env["stock.move"]._get_part_return_zone()
        move = self.env["stock.move"].create({
            "product_id": self.spare.id, "product_uom_qty": 1, "location_id": zone.id, "location_dest_id": self.stock.id,
            "picking_type_id": self.warehouse.in_type_id.id})
        move._action_confirm()
        move.move_line_ids.unlink()
        self.env["stock.move.line"].create({
            "move_id": move.id, "product_id": self.spare.id, "quantity": 1, "lot_id": back.lot_id.id, "location_id": zone.id,
            "location_dest_id": self.stock.id, "picked": True})
        with self.assertRaisesRegex(UserError, "by their return only"):
            move._action_done()
