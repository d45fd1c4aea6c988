from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged, users

from .common_supplier import SupplierCommon


@tagged("post_install", "-at_install")
class TestSupplierOrderPart(SupplierCommon):
    """A part that an order misses is asked for from its line, and its promised date comes back to the order."""

    def _create_short_order(self, quantity=2):
        order = self._to_stage(self._create_order(appliance_id=self._create_appliance().id), "diagnosed")
        return order, self._add_part(order, self.spare, quantity)

    def _get_line(self, move):
        return self.env["purchase.order.line"].with_user(self.env.ref("base.user_root")).search([("repair_move_ids", "in", move.ids)])

    @users("test_keeper", "test_buyer", "test_desk", "test_manager")
    def test_who_works_on_the_order_asks_for_the_missing_part_at_the_best_supplier(self):
        self._qualify(self.dear.sudo(), "approved")
        self._set_state_of_requests("cancel")
        self.env.user.sudo().group_ids += self.env.ref("repair_service.repair_service_group_desk")
        order, move = self._create_short_order()
        action = move.with_user(self.env.user).action_order_part()
        line = self._get_line(move)
        self.assertEqual((line.order_id.partner_id, line.product_qty, line.price_unit), (self.dear, 2.0, 15.0))
        self.assertEqual((line.order_id.state, line.order_id.origin, line.repair_names), ("draft", order.name, order.name))
        self.assertIn("approved", line.supplier_reason)
        self.assertEqual(move.part_order_state, "requested")
        buys = self.env.user.has_group("purchase.group_purchase_user")
        self.assertEqual(action["type"], "ir.actions.act_window" if buys or self.env.user == self.user_manager else "ir.actions.client")
        self.assertNotIn(self.dear.name, str(order.message_ids.mapped("body")))

    def _set_state_of_requests(self, state):
        self.env["purchase.order"].sudo().search([("state", "=", "draft")]).write({"state": state})

    def test_the_technician_asks_for_a_part_of_his_own_order_only(self):
        order = self._create_order()
        self._book(order)
        move = self._add_part(self._to_stage(order, "diagnosed"), self.spare)
        move.with_user(self.user_technician).action_order_part()
        self.assertEqual(self._get_line(move).order_id.partner_id, self.cheap)
        _order, foreign = self._create_short_order()
        foreign.repair_id._flow_write({"technician_id": False})
        with self.assertRaises(AccessError):
            foreign.with_user(self.user_technician).action_order_part()

    def test_a_second_order_s_part_joins_the_open_request(self):
        first, first_move = self._create_short_order()
        second, second_move = self._create_short_order(1)
        first_move.action_order_part()
        second_move.action_order_part()
        lines = self._get_line(first_move) | self._get_line(second_move)
        self.assertEqual(len(lines.order_id), 1)
        self.assertEqual(lines.order_id.origin, f"{first.name}, {second.name}")

    def test_only_what_is_missing_is_ordered_and_only_once(self):
        self._receive((self.spare, 1, 10.0))
        _order, move = self._create_short_order(3)
        move.action_order_part()
        self.assertEqual(self._get_line(move).product_qty, 2.0)
        self.assertFalse(move.can_order_part)
        with self.assertRaisesRegex(UserError, "on order already"):
            move.action_order_part()

    def test_nothing_is_ordered_that_lies_on_the_shelf(self):
        self._receive((self.spare, 5, 10.0))
        _order, move = self._create_short_order(3)
        self.assertFalse(move.can_order_part)
        with self.assertRaisesRegex(UserError, "nothing is missing"):
            move.action_order_part()

    def test_the_promised_date_shows_on_the_order_until_the_part_is_here(self):
        order, move = self._create_short_order()
        move.action_order_part()
        self.assertIn("requested from purchasing", order.parts_promised)
        line = self._get_line(move)
        line.date_planned = fields.Datetime.now().replace(hour=4) + timedelta(days=6)
        line.order_id.button_confirm()
        promised = fields.Datetime.context_timestamp(line, line.date_planned).date()
        self.assertEqual((move.part_order_state, move.part_promised_on), ("ordered", promised))
        as_desk = order.with_user(self.user_desk)
        self.assertIn("promised for", as_desk.parts_promised)
        self.assertNotIn("Cheap", as_desk.parts_promised)
        self.assertEqual(move.with_user(self.user_desk).part_promised_on, promised)
        line.order_id.picking_ids.button_validate()
        self.assertEqual((move.part_order_state, move.part_promised_on, order.parts_promised), ("received", False, ""))

    def test_a_cancelled_request_lets_the_part_be_ordered_again_and_the_order_stands(self):
        _order, move = self._create_short_order()
        move.action_order_part()
        self._get_line(move).order_id.button_cancel()
        self.assertNotEqual(move.state, "cancel")
        self.assertTrue(move.can_order_part)
        move.action_order_part()
        self.assertEqual(len(self._get_line(move)), 2)

    def test_merged_requests_keep_for_whom_the_parts_are(self):
        _first, first_move = self._create_short_order()
        _second, second_move = self._create_short_order()
        first_move.action_order_part()
        self._get_line(first_move).order_id.state = "sent"
        second_move.action_order_part()
        orders = (self._get_line(first_move) | self._get_line(second_move)).order_id
        self.assertEqual(len(orders), 2)
        orders.action_merge()
        line = orders.filtered(lambda order: order.state != "cancel").order_line
        self.assertLessEqual(first_move | second_move, line.repair_move_ids)

    def test_the_visit_decides_who_is_in_time(self):
        self.spare.seller_ids.filtered(lambda seller: seller.partner_id == self.cheap).delay = 20
        order, move = self._create_short_order()
        self._book(order, start=fields.Datetime.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=8))
        move.action_order_part()
        self.assertEqual(self._get_line(move).order_id.partner_id, self.middle)

    def test_no_vendor_or_only_blocked_ones_say_so_without_names(self):
        alone = self._create_spare("Alone", "AL-1")
        order, _move = self._create_short_order()
        with self.assertRaisesRegex(UserError, "no vendor price"):
            self._add_part(order, alone).with_user(self.user_desk).action_order_part()
        for vendor in (self.cheap, self.middle, self.dear):
            self._qualify(vendor, "blocked", "counterfeit")
        _order, move = self._create_short_order()
        with self.assertRaises(UserError) as caught:
            move.with_user(self.user_desk).action_order_part()
        self.assertIn("ask purchasing", str(caught.exception))
        self.assertNotIn("Cheap", str(caught.exception))

    @users("test_inspector", "test_accountant", "test_portal")
    def test_others_do_not_order(self):
        _order, move = self._create_short_order()
        with self.assertRaises(AccessError):
            move.with_user(self.env.user).action_order_part()

    def test_a_line_with_many_vendors_reads_them_together(self):
        for index in range(30):
            self._add_price(self._create_vendor(f"Vendor {index}"), 20.0 + index)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self.spare._propose_suppliers(1)
        self.assertLess(self.cr.sql_log_count - before, 20)

    def test_a_superseded_part_is_not_asked_for_but_its_successor_named(self):
        _order, move = self._create_short_order()
        self.spare.product_tmpl_id.superseded_by_id = self._create_spare("Fan motor", "FM-2").product_tmpl_id
        with self.assertRaisesRegex(UserError, "FM-1.* is superseded .*FM-2"):
            move.action_order_part()
        self.assertFalse(self._get_line(move))
