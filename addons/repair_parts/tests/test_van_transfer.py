from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged, users

from .common_van import RepairVanCommon


@tagged("post_install", "-at_install")
class TestVanTransfer(RepairVanCommon):
    """Load lists, returns and what goes from van to van: two people, one list, and the goods move when they are received."""

    def test_the_minimum_of_a_van_is_fetched_from_the_depot_and_not_bought(self):
        bought = self.env["purchase.order.line"].search_count([("product_id", "=", self.spare.id)])
        self._add_rule(low=2, high=3)
        load = self._prepare()
        self.assertEqual(
            (load.kind, load.state, load.to_employee_id, load.location_id), ("load", "draft", self.employee_technician, self.stock))
        self.assertEqual((load.line_ids.product_id, load.line_ids.asked_qty, load.line_ids.given_qty), (self.spare, 3.0, 3.0))
        self.assertEqual(self.env["purchase.order.line"].search_count([("product_id", "=", self.spare.id)]), bought)
        self.assertEqual((self._get_in(self.van), self._get_in(self.stock)), (0.0, 5.0), "nothing has moved yet")

    def test_a_second_run_asks_for_nothing_twice(self):
        self._add_rule(low=2, high=3)
        self._prepare()
        load = self._prepare()
        self.assertEqual((len(load), load.line_ids.mapped("asked_qty")), (1, [3.0]))

    def test_goods_move_when_the_technician_receives_them(self):
        self._add_rule()
        self._prepare()
        load = self._load()
        self.assertEqual((load.state, load.given_by_id, load.taken_by_id), ("done", self.user_keeper, self.user_technician))
        self.assertEqual((self._get_in(self.van), self._get_in(self.stock), load.picking_id.state), (3.0, 2.0, "done"))
        self.assertFalse(load.has_difference)

    def test_what_did_not_come_stays_in_the_depot_with_its_reason(self):
        self._add_rule()
        self._prepare()
        self.company.repair_stock_owner_id = self.other_keeper
        load = self._load(taken=2)
        self.assertEqual((self._get_in(self.van), self._get_in(self.stock)), (2.0, 3.0))
        self.assertTrue(load.has_difference)
        self.assertEqual((load.line_ids.difference, load.line_ids.cause_id), (-1.0, self.cause_missing))
        self.assertIn(self.other_keeper, load.activity_ids.user_id)

    def test_a_difference_without_a_reason_is_not_received(self):
        self._add_rule()
        load = self._prepare()
        load.with_user(self.user_keeper).action_give()
        mine = load.with_user(self.user_technician)
        mine.line_ids.taken_qty = 2
        with self.assertRaises(UserError):
            mine.action_take()
        self.assertEqual((load.state, self._get_in(self.van)), ("given", 0.0))

    def test_more_than_was_given_is_not_received(self):
        self._add_rule()
        load = self._prepare()
        load.with_user(self.user_keeper).action_give()
        mine = load.with_user(self.user_technician)
        mine.line_ids.write({"taken_qty": 4, "cause_id": self.cause_missing.id})
        with self.assertRaises(ValidationError):
            mine.action_take()

    def test_the_keeper_gives_less_when_he_finds_less(self):
        self._add_rule()
        load = self._prepare()
        keeper = load.with_user(self.user_keeper)
        keeper.line_ids.given_qty = 2
        keeper.action_give()
        load.with_user(self.user_technician).action_take()
        self.assertEqual((self._get_in(self.van), load.has_difference), (2.0, False))

    def test_more_than_is_reserved_is_not_given(self):
        self._add_rule()
        load = self._prepare().with_user(self.user_keeper)
        load.line_ids.given_qty = 4
        with self.assertRaises(ValidationError):
            load.action_give()

    def test_nothing_in_stock_is_nothing_to_give(self):
        scarce = self._create_spare("Relay", "RE-1")
        self._add_rule(scarce)
        load = self._prepare()
        with self.assertRaises(UserError):
            load.with_user(self.user_keeper).action_give()

    def test_nobody_takes_what_he_gave(self):
        self._add_rule()
        load = self._prepare()
        self.employee_technician.user_id = self.user_keeper
        keeper = load.with_user(self.user_keeper)
        keeper.action_give()
        with self.assertRaises(AccessError):
            keeper.action_take()

    def test_only_the_one_whose_van_it_is_receives(self):
        self._add_rule()
        load = self._prepare()
        load.with_user(self.user_keeper).action_give()
        for user in (self.user_colleague, self.other_keeper, self.user_desk, self.user_manager, self.user_accountant):
            with self.subTest(user.login), self.assertRaises(AccessError), self.cr.savepoint():
                load.with_user(user).action_take()

    def test_odoo_s_own_button_does_not_pass_the_list_by(self):
        self._add_rule()
        load = self._prepare()
        picking = load.picking_id.with_user(self.user_keeper)
        with self.assertRaises(UserError):
            picking.move_ids.picked = True
            picking.button_validate()
        self.assertEqual(self._get_in(self.van), 0.0)

    def test_a_list_given_up_frees_what_was_reserved(self):
        self._add_rule()
        load = self._prepare()
        self.assertEqual(self._get_free(self.spare), 2.0)
        load.with_user(self.user_keeper).action_cancel()
        self.assertEqual((load.state, self._get_free(self.spare)), ("cancelled", 5.0))

    def test_a_transfer_cancelled_in_stock_ends_its_list(self):
        self._add_rule()
        load = self._prepare()
        load.picking_id.with_user(self.user_keeper).action_cancel()
        self.assertEqual(load.state, "cancelled")

    def _book_tomorrow(self, order):
        """Book the second visit, for which the part is taken along, and return its day."""
        if not order.appointment_ids.filtered(lambda visit: visit.state == "confirmed"):
            order.appointment_ids.filtered("is_active").action_done()
            self._book(order, start=self._tomorrow())
        return order._local_date(self._tomorrow())

    def test_parts_of_tomorrow_s_visits_are_on_the_list_and_stay_the_order_s(self):
        order = self._make_order()
        move = order.move_ids
        self.assertEqual((move.state, move.location_id), ("assigned", self.stock))
        lot = move.move_line_ids.lot_id
        load = self._prepare(self._book_tomorrow(order))
        self.assertEqual((load.line_ids.part_move_id, load.line_ids.asked_qty, load.line_ids.repair_id), (move, 1.0, order))
        self._prepare(self._book_tomorrow(order))
        self.assertEqual(len(load.line_ids), 1)
        self.assertEqual(move.state, "assigned", "the part is reserved for the order all the time")
        self._load()
        self.assertEqual((move.state, move.location_id, move.move_line_ids.lot_id), ("assigned", self.van, lot))
        self.assertEqual(self._get_in(self.van), 1.0)

    def test_parts_of_an_order_given_to_a_colleague_are_not_loaded(self):
        order = self._make_order()
        load = self._prepare(self._book_tomorrow(order))
        order._flow_write({"technician_id": self.colleague.id})
        self.assertEqual(load.state, "cancelled")
        self.assertEqual(order.move_ids.state, "assigned")

    def test_parts_of_an_order_cancelled_leave_the_list(self):
        order = self._make_order()
        load = self._prepare(self._book_tomorrow(order))
        order.move_ids._flow_line()._action_cancel()
        self.assertEqual((load.state, load.line_ids.ids), ("cancelled", []))

    def test_what_is_too_much_goes_back_and_leaves_first_in_first_out_at_its_very_cost(self):
        self._receive((self.spare, 2, 20.0))
        self._put_in_van(4)
        self._add_rule(low=1, high=1)
        rows = self.env["repair.van.stock"].with_user(self.user_technician).search([])
        self.assertEqual((rows.quantity, rows.max_qty, rows.unused_quantity), (4.0, 1.0, 3.0))
        self.env["repair.van.stock"].with_user(self.user_technician).action_return_unused()
        back = self._find("return")
        self.assertEqual((back.from_employee_id, back.line_ids.given_qty), (self.employee_technician, 3.0))
        back.with_user(self.user_technician).action_give()
        back.with_user(self.user_keeper).action_take()
        self.assertEqual((self._get_in(self.van), self._get_in(self.stock)), (1.0, 6.0))
        moves = self._use((self.spare, 6))
        self.assertEqual(moves.value, 5 * 10.0 + 20.0, "five came in at 10.00, the sixth at 20.00")

    def test_a_return_short_of_what_was_given_stays_the_technician_s(self):
        self._put_in_van(3)
        back = self.env["repair.van.transfer"].with_user(self.user_technician)._give_back(self.employee_technician, self.spare, 3.0)
        back.action_give()
        keeper = back.with_user(self.user_keeper)
        keeper.line_ids.write({"taken_qty": 2.0, "cause_id": self.cause_missing.id, "note": "box of two"})
        keeper.action_take()
        self.assertEqual((self._get_in(self.van), self._get_in(self.stock)), (1.0, 4.0))

    def test_from_van_to_van_needs_both(self):
        self._put_in_van(2)
        dialogue = self.env["repair.van.give"].with_user(self.user_technician).create({
            "employee_id": self.employee_technician.id, "product_id": self.spare.id, "quantity": 1, "target": "colleague",
            "technician_id": self.colleague.id})
        dialogue.action_confirm()
        swap = self._find("swap")
        with self.assertRaises(AccessError):
            swap.with_user(self.user_colleague).action_give()
        swap.with_user(self.user_technician).action_give()
        with self.assertRaises(AccessError):
            swap.with_user(self.user_technician).action_take()
        swap.with_user(self.user_colleague).action_take()
        self.assertEqual((self._get_in(self.van), self._get_in(self.other_van)), (1.0, 1.0))
        self.assertEqual((swap.given_by_id, swap.taken_by_id), (self.user_technician, self.user_colleague))

    def test_what_is_reserved_for_an_order_is_not_given_away(self):
        self._put_in_van(1)
        order = self._make_order()
        self.assertEqual(order.move_ids.location_id, self.van)
        with self.assertRaises(UserError):
            self.env["repair.van.transfer"].with_user(self.user_technician)._give_back(self.employee_technician, self.spare, 1.0)

    def test_parts_of_another_s_van_are_not_given(self):
        self._put_in_van(1)
        with self.assertRaises(AccessError):
            self.env["repair.van.transfer"].with_user(self.user_colleague)._give_back(self.employee_technician, self.spare, 1.0)

    def test_a_named_lot_goes_back_though_it_is_not_the_oldest(self):
        later = self._receive((self.spare, 1, 20.0)).move_line_ids.lot_id
        self._put_in_van(6)
        back = self.env["repair.van.transfer"].with_user(self.user_technician)._give_back(
            self.employee_technician, self.spare, 1.0, lot=later)
        self.assertEqual(back.sudo().line_ids.move_id.move_line_ids.lot_id, later)

    def test_my_van_shows_a_technician_his_own_only(self):
        self._put_in_van(2)
        self._put_in_van(1, van=self.other_van)
        mine = self.env["repair.van.stock"].with_user(self.user_technician).search([])
        self.assertEqual((mine.employee_id, mine.quantity), (self.employee_technician, 2.0))
        self.assertFalse(mine.search([("scan_code", "ilike", "nothing like it")]))
        self.assertEqual(mine.search([("scan_code", "ilike", "FM-1")]), mine)
        with self.assertRaises(AccessError):
            mine.read(["value"])
        both = self.env["repair.van.stock"].with_user(self.user_keeper).search([])
        self.assertEqual(sorted(both.mapped("value")), [10.0, 20.0])
        self.assertEqual(self.env["repair.van.stock"].with_user(self.user_desk).has_access("read"), False)

    def test_the_suggestion_covers_what_the_van_used(self):
        self._put_in_van(5)
        order = self._make_order(quantity=4, stage="repairing")
        for _unit in range(4):
            order.with_user(self.user_technician).action_scan_part("FM-1")
        self._answer_inspection(order.with_user(self.user_technician))
        self.env.flush_all()
        row = self.env["repair.van.stock"].with_user(self.user_keeper).search([("employee_id", "=", self.employee_technician.id)])
        # 4 in 90 days are 0.62 in two weeks and 1.24 in four
        self.assertEqual((row.used_quantity, row.suggested_min, row.suggested_max), (4.0, 1, 2))
        row.action_use_suggestion()
        rule = self.env["stock.warehouse.orderpoint"].search([("location_id", "=", self.van.id)])
        self.assertEqual((rule.product_min_qty, rule.product_max_qty, rule.is_planner_own), (1.0, 2.0, True))
        self.assertEqual(rule.route_id, self.warehouse.van_route_id)

    def test_an_alert_tells_of_too_much_value_in_a_van(self):
        self._put_in_van(5)
        self.company.repair_van_value_limit = 49
        alerts = self.env["repair.stock.alert"]
        alerts._refresh(self.company)
        alert = alerts.search([("kind", "=", "van_value"), ("location_id", "=", self.van.id), ("state", "=", "open")])
        self.assertEqual((alert.quantity, alert.limit_quantity, alert.user_id), (50.0, 49.0, self.user_technician))
        self.company.repair_van_value_limit = 50
        alerts._refresh(self.company)
        self.assertEqual(alert.state, "closed")

    def test_a_kit_gives_a_new_van_its_rules_and_shows_where_it_differs(self):
        bolt = self._create_spare("Bolt", "BO-1")
        kit = self.env["repair.van.kit"].create({"name": "Fridges", "line_ids": [
            Command.create({"product_id": self.spare.id, "min_qty": 1, "max_qty": 2}),
            Command.create({"product_id": bolt.id, "min_qty": 2, "max_qty": 5})]})
        employee = self.env["hr.employee"].create({"name": "New one", "is_technician": True})
        employee.with_user(self.user_keeper).action_set_up_van()
        rules = self.env["stock.warehouse.orderpoint"].search([("location_id", "=", employee.van_location_id.id)])
        self.assertEqual({rule.product_id: (rule.product_min_qty, rule.product_max_qty) for rule in rules},
                         {self.spare: (1.0, 2.0), bolt: (2.0, 5.0)})
        technician = self.env["repair.technician"].with_user(self.user_keeper).browse(employee.id)
        self.assertFalse(technician.van_kit_gap)
        kit.line_ids.filtered(lambda line: line.product_id == bolt).max_qty = 6
        technician.invalidate_recordset()
        self.assertEqual(technician.van_kit_gap, "BO-1 2–6")
        rules.filtered(lambda rule: rule.product_id == self.spare).product_max_qty = 9
        technician.action_apply_van_kit()
        self.assertEqual({rule.product_id: rule.product_max_qty for rule in rules}, {self.spare: 9.0, bolt: 6.0}, "the planner's own stays")

    def test_a_kit_for_a_family_is_for_those_who_may_repair_it(self):
        self.env["repair.van.kit"].create({
            "name": "Fridges", "category_ids": [Command.link(self.category.id)],
            "line_ids": [Command.create({"product_id": self.spare.id, "min_qty": 1, "max_qty": 2})]})
        kits = self.env["repair.van.kit"]
        self.assertTrue(kits._get_for(self.colleague) & kits.search([("name", "=", "Fridges")]))
        with patch.object(type(self.colleague), "_get_disqualification", lambda *args: "no certificate"):
            self.assertFalse(kits._get_for(self.colleague) & kits.search([("name", "=", "Fridges")]))

    @users("test_desk", "test_technician", "test_inspector", "test_accountant")
    def test_kits_loads_and_suggestions_are_the_keeper_s(self):
        with self.assertRaises(AccessError):
            self.env["repair.van.transfer"].action_prepare_loads()
        with self.assertRaises(AccessError):
            self.env["repair.technician"].browse(self.colleague.id).action_apply_van_kit()

    def test_lists_are_not_written_by_hand(self):
        self._add_rule()
        load = self._prepare()
        for user in (self.user_technician, self.user_keeper):
            mine = load.with_user(user)
            for values in ({"state": "done"}, {"given_by_id": user.id}, {"to_employee_id": self.colleague.id}):
                with self.subTest(values), self.assertRaises(UserError), self.cr.savepoint():
                    mine.write(values)
            for values in ({"product_id": self.part.id}, {"taken_qty": 1}):
                with self.subTest(values), self.assertRaises(UserError), self.cr.savepoint():
                    mine.line_ids.write(values)
        with self.assertRaises(UserError):
            load.with_user(self.user_technician).line_ids.given_qty = 1

    def test_the_cron_lays_out_lists_for_tomorrow(self):
        self._add_rule()
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda cron, *args, **kwargs: 1.0):
            self.env["repair.van.transfer"]._cron_prepare_loads()
        self.assertEqual(self._find("load").line_ids.asked_qty, 3.0)

    def test_the_stock_of_vans_is_read_by_a_bounded_number_of_queries(self):
        parts = [self._create_spare(f"P{index}", f"P-{index}") for index in range(12)]
        for part in parts:
            self.env["stock.quant"]._update_available_quantity(
                part, self.van, 1, lot_id=self.env["stock.lot"].create({"product_id": part.id, "name": "L1"}))
        rows = self.env["repair.van.stock"].with_user(self.user_keeper).search([])
        self.assertEqual(len(rows), 12)
        rows.read(["quantity", "value", "lot_names", "suggested_min", "product_id"])
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(24):
            rows.search([]).read(["quantity", "value", "lot_names", "suggested_min", "product_id"])

    def test_lists_are_for_the_day_they_were_laid_out_for(self):
        self._add_rule()
        day = fields.Date.today() + timedelta(days=3)
        self.assertEqual(self._prepare(day).date, day)

    def test_quantities_are_noted_from_the_form_and_lines_neither_added_nor_taken_off(self):
        self._add_rule()
        load = self._prepare()
        load.with_user(self.user_keeper).action_give()
        mine, line = load.with_user(self.user_technician), load.line_ids
        mine.write({"line_ids": [Command.update(line.id, {"taken_qty": 2, "cause_id": self.cause_missing.id})]})
        self.assertEqual(line.taken_qty, 2.0)
        for command in (Command.delete(line.id), Command.create({"product_id": self.spare.id}), Command.update(line.id, {"given_qty": 9})):
            with self.subTest(command=command), self.assertRaises(UserError), self.cr.savepoint():
                mine.write({"line_ids": [command]})
