from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common_count import StockCountCommon


@tagged("post_install", "-at_install")
class TestStockCount(StockCountCommon):
    def test_work_list_follows_the_walk_and_nobody_walks_to_a_place_twice(self):
        for location in (self.shelf_10, self.shelf_2):
            self._put(self.board, location, 5)
            self._put(self.fan, location, 5)
        count = self._start_count()
        lines = count.sudo().line_ids.sorted("sequence")
        self.assertEqual(lines.mapped("location_id"), self.shelf_2 | self.shelf_10)  # S-2 before S-10
        for location in lines.location_id:
            self.assertEqual(len(lines.filtered(lambda line, place=location: line.location_id == place).user_id), 1)
        self.assertEqual(len(lines.user_id), 2)

    def test_places_with_a_number_on_the_walk_come_in_its_order(self):
        self.shelf_2.walk_sequence = 9
        self._put(self.fan, self.shelf_2, 5)
        self._put(self.fan, self.shelf_10, 5)
        self.assertEqual(self._start_count().sudo().line_ids.sorted("sequence").location_id.ids, [self.shelf_10.id, self.shelf_2.id])

    def test_what_one_count_has_on_its_list_no_other_takes(self):
        self._put(self.fan, self.shelf_2, 5)
        self._start_count()
        with self.assertRaises(UserError):
            self._start_count()
        self._put(self.board, self.shelf_2, 5)
        self.assertEqual(self._start_count().sudo().line_ids.product_id, self.board)

    def test_only_what_is_due_is_counted(self):
        due, later = self._put(self.fan, self.shelf_2, 5), self._put(self.board, self.shelf_2, 5)
        due.inventory_date, later.inventory_date = self._today(), self._today() + timedelta(days=1)
        self.assertEqual(self._start_count(kind="due").sudo().line_ids.product_id, self.fan)

    def test_count_that_agrees_is_settled_and_dated_anew_without_a_move(self):
        quant = self._put(self.fan, self.shelf_2, 5)
        quant.inventory_date = self._today()
        count = self._start_count()
        moves = self.env["stock.move"].search_count([])
        self._enter(self._line(count, self.fan), 5)
        self._post()
        line = self._line(count, self.fan)
        self.assertEqual((line.state, line.accuracy, count.state), ("posted", 100.0, "done"))
        self.assertEqual(quant.inventory_date, self._today() + timedelta(days=365))  # class C: once a year
        self.assertEqual(self.env["stock.move"].search_count([]), moves)

    def test_difference_within_the_tolerance_is_posted_at_once(self):
        self._put(self.fan, self.shelf_2, 100)
        count = self._start_count()
        self._enter(self._line(count, self.fan), 96)  # class C tolerates 5 %
        self._post()
        self.assertEqual((self._line(count, self.fan).state, self._books(self.fan, self.shelf_2)), ("posted", 96))
        move = self.env["stock.move"].search([("product_id", "=", self.fan.id), ("is_inventory", "=", True)], order="id desc", limit=1)
        self.assertEqual((move.quantity, move.location_id), (4, self.shelf_2))

    def test_difference_beyond_the_tolerance_is_counted_again_by_another_person(self):
        self._put(self.fan, self.shelf_2, 100)
        count = self._start_count()
        line = self._line(count, self.fan)
        first = line.user_id
        self._enter(line, 90)
        self.assertEqual((line.state, line.round, line.first_user_id), ("to_count", 2, first))
        self.assertEqual(line.user_id, (self.counter | self.second) - first)
        with self.assertRaises(UserError):
            line.with_user(first).my_quantity = 91
        self.assertEqual(line.with_user(line.user_id).my_quantity, 0, "what the first person found is not told")
        self._enter(line, 90)
        self.assertEqual((line.state, line.accuracy, line.short_qty, line.over_qty), ("to_approve", 0.0, 10, 0))
        self.assertIn("same difference", line.verdict)
        self.assertEqual(self._books(self.fan, self.shelf_2), 100, "nothing is booked before it is approved")
        self.assertEqual(count.state, "review")

    def test_second_count_that_agrees_clears_the_first(self):
        self._put(self.fan, self.shelf_2, 100)
        line = self._line(self._start_count(), self.fan)
        self._enter(line, 50)
        self._enter(line, 100)
        self.assertEqual((line.state, line.accuracy, line.short_qty), ("approved", 100.0, 0))

    def test_approval_needs_a_cause_and_somebody_who_did_not_count(self):
        self._put(self.fan, self.shelf_2, 100)
        line = self._line(self._start_count(), self.fan)
        self._enter(line, 90)
        self._enter(line, 90)
        with self.assertRaises(UserError):
            line.with_user(self.user_stock_manager).action_approve()
        for user in (self.counter, self.second, self.user_keeper, self.user_technician, self.user_desk):
            with self.assertRaises(UserError):
                self._approve(line, user)
        self._approve(line)
        self._post()
        self.assertEqual((line.state, self._books(self.fan, self.shelf_2), line.count_id.state), ("posted", 90, "done"))
        moves = self.env["stock.move"].search([("product_id", "=", self.fan.id), ("is_inventory", "=", True)], order="id desc", limit=1)
        self.assertIn(self.stock_cause.name, moves.inventory_name)

    def test_who_counted_cannot_decide_although_he_is_a_manager(self):
        self._put(self.fan, self.shelf_2, 100)
        line = self._line(self._start_count(self.user_stock_manager | self.counter), self.fan)
        self._enter(line, 90)
        self._enter(line, 90)
        with self.assertRaises(UserError):
            self._approve(line)

    def test_rejected_difference_leaves_the_books_with_a_reason(self):
        self._put(self.fan, self.shelf_2, 100)
        line = self._line(self._start_count(), self.fan)
        self._enter(line, 90)
        self._enter(line, 80)
        manager = line.with_user(self.user_manager)
        with self.assertRaises(UserError):
            manager.action_reject()
        manager.decision_note = "on its way to a customer"
        manager.action_reject()
        self._post()
        self.assertEqual((line.state, self._books(self.fan, self.shelf_2)), ("rejected", 100))

    def test_difference_can_be_sent_to_a_third_person(self):
        self._put(self.fan, self.shelf_2, 100)
        count = self._start_count()
        line = self._line(count, self.fan)
        self._enter(line, 90)
        self._enter(line, 80)
        line.with_user(self.user_stock_manager).action_count_again()
        self.assertEqual((line.state, line.user_id, line.expected_qty, count.state), ("to_count", self.env["res.users"], 0, "counting"))
        count.with_user(self.user_keeper).action_take_recounts()
        self._enter(line, 90)
        self.assertEqual((line.state, line.short_qty), ("to_approve", 10))

    def test_overs_never_make_up_for_shorts(self):
        self._put(self.fan, self.shelf_2, 20)
        self._put(self.board, self.shelf_2, 20)
        count = self._start_count()
        for product, quantity in ((self.fan, 25), (self.board, 15)):
            self._enter(self._line(count, product), quantity)
            self._enter(self._line(count, product), quantity)
        self.assertEqual((count.sudo().over_value, count.sudo().short_value, count.sudo().accuracy), (50.0, 50.0, 0.0))

    def test_books_are_those_of_the_moment_of_counting_and_later_moves_are_reckoned(self):
        """100 in the books, 10 are picked, 80 counted (10 short), 30 more leave, 50 counted (10 short), 5 come: 65 - 10 remain."""
        quant = self._put(self.fan, self.shelf_2, 100)
        line = self._line(self._start_count(), self.fan)
        self._move(-10, quant)
        self._enter(line, 80)
        self._move(-30, quant)
        self._enter(line, 50)
        self.assertEqual((line.expected_qty, line.counted_qty, line.short_qty), (60, 50, 10))
        self._move(5, quant)
        self._approve(line)
        self._post()
        self.assertEqual(self._books(self.fan, self.shelf_2), 55)

    def _move(self, quantity, quant):
        self.env["stock.quant"]._update_available_quantity(quant.product_id, quant.location_id, quantity, lot_id=quant.lot_id)

    def test_more_moved_than_was_there_is_counted_again(self):
        quant = self._put(self.fan, self.shelf_2, 10)
        line = self._line(self._start_count(), self.fan)
        self._enter(line, 8)
        self._enter(line, 8)
        self._approve(line)
        self._move(-9, quant)
        self._post()
        self.assertEqual((line.state, line.round, self._books(self.fan, self.shelf_2)), ("to_count", 3, 1))

    def test_what_is_found_besides_goes_on_the_list(self):
        self._put(self.fan, self.shelf_2, 10)
        count = self._start_count(self.counter | self.second)
        wizard = self.env["repair.stock.count.found"].with_user(self.second)
        found = wizard.create({
            "count_id": count.id, "location_id": self.shelf_10.id, "product_id": self.board.id, "lot_name": "NEW-7", "quantity": 3})
        found.action_add()
        line = self._line(count, self.board)
        self.assertEqual((line.state, line.lot_id.name, line.with_user(self.second).my_quantity), ("counted", "NEW-7", 3))
        with self.assertRaises(UserError):
            wizard.create({"count_id": count.id, "location_id": self.shelf_10.id, "product_id": self.board.id, "lot_name": "NEW-7",
                           "quantity": 3}).action_add()
        with self.assertRaises(UserError):
            wizard.create({"count_id": count.id, "location_id": self.stock.id, "product_id": self.board.id, "lot_name": "NEW-8",
                           "quantity": 3}).action_add()
        with self.assertRaises(UserError):
            wizard.with_user(self.user_technician).create({
                "count_id": count.id, "location_id": self.shelf_10.id, "product_id": self.board.id, "lot_name": "X",
                "quantity": 1}).action_add()
        line.with_user(self.second).action_hand_in()
        self._enter(line, 3)
        self._approve(line)
        self._post()
        self.assertEqual(self._books(self.board, self.shelf_10), 3)

    def test_scanner_adds_up_on_the_line_of_part_and_lot(self):
        self._put(self.fan, self.shelf_2, 10)
        self.fan.barcode = "6901234567892"
        count = self._start_count(self.counter).with_user(self.counter)
        for expected in (1, 2, 3):
            self.assertEqual(count.action_scan_part("6901234567892")["status"], "taken")
            self.assertEqual(self._line(count, self.fan).with_user(self.counter).my_quantity, expected)
        count.action_scan_part("CN-FAN")
        self.assertEqual(self._line(count, self.fan).with_user(self.counter).my_quantity, 4)
        for code in ("nothing", "", False, 7, "x" * 9000, [1]):
            with self.assertRaises(UserError):
                count.action_scan_part(code)

    def test_scan_that_may_mean_two_places_counts_where_one_is(self):
        self._put(self.fan, self.shelf_2, 10)
        self._put(self.fan, self.shelf_10, 10)
        self._put(self.board, self.shelf_10, 10)
        count = self._start_count(self.counter).with_user(self.counter)
        with self.assertRaises(UserError):
            count.action_scan_part("CN-FAN")
        self._line(count, self.board).with_user(self.counter).my_quantity = 10
        count.action_scan_part("CN-FAN")
        self.assertEqual(self._line(count, self.fan, self.shelf_10).with_user(self.counter).my_quantity, 1)

    def test_serial_number_is_there_once_or_not(self):
        panel = self._create_spare("Panel", "CN-PANEL", tracking="serial")
        self._put(panel, self.shelf_2, 1, "SN-1")
        line = self._line(self._start_count(self.counter), panel).with_user(self.counter)
        for quantity in (2, 0.5, -1):
            with self.assertRaises(ValidationError):
                line.my_quantity = quantity
        line.action_count_none()
        self.assertEqual(line.state, "counted")

    def test_nothing_there_is_entered_by_a_button_and_leads_on(self):
        self._put(self.fan, self.shelf_2, 10)
        self._put(self.board, self.shelf_2, 10)
        count = self._start_count(self.counter)
        first, last = count.with_user(self.counter).line_ids.sorted("sequence")
        self.assertEqual(first.with_context(walk=True).action_count_none()["res_id"], last.id)
        self.assertEqual(last.with_context(walk=True).action_count_none()["res_model"], "repair.stock.count")

    def test_technician_counts_his_own_van(self):
        self.employee_technician.van_location_id = False
        self.employee_technician.with_user(self.user_keeper).action_set_up_van()
        van = self.employee_technician.van_location_id
        self._put(self.fan, van, 3)
        counts = self.env["repair.stock.count"].with_user(self.user_technician)
        counts.action_count_my_van()
        count = counts.search([("location_id", "=", van.id)])
        self.assertEqual(count.action_view_mine()["res_model"], "repair.stock.count.line")
        self.assertEqual(count.line_ids.keeper_id, self.user_technician)
        counts.action_count_my_van()
        self.assertEqual(counts.search_count([("location_id", "=", van.id)]), 1, "the open count is gone on with")
        count.line_ids.my_quantity = 3
        count.action_hand_in()
        self._post()
        self.assertEqual(count.state, "done")
        with self.assertRaises(UserError):
            self.env["repair.stock.count"].with_user(self.user_desk).action_count_my_van()

    def test_accuracy_rows_are_ones_and_zeros_of_the_time(self):
        for product in (self.fan, self.board):
            self._put(product, self.shelf_2, 20)
        count = self._start_count()
        self._enter(self._line(count, self.fan), 20)
        self._enter(self._line(count, self.board), 10)
        self._enter(self._line(count, self.board), 10)
        lines, now = self.env["repair.stock.count.line"], fields.Datetime.now()
        rows = dict(lines._get_accuracy_rows(self.company, now - timedelta(days=1), now + timedelta(days=1)))
        self.assertEqual(rows[self._line(count, self.fan).id], 1)
        self.assertEqual(rows[self._line(count, self.board).id], 0)
        self.assertFalse(lines._get_accuracy_rows(self.company, now + timedelta(days=1), now + timedelta(days=2)))

    def test_accuracy_is_told_by_class_place_and_keeper(self):
        self.shelf_2.own_keeper_id = self.user_keeper
        for location in (self.shelf_2, self.shelf_10):
            self._put(self.fan, location, 20)
        count = self._start_count(self.counter | self.second)
        self._enter(self._line(count, self.fan, self.shelf_2), 20)
        for _round in range(2):
            self._enter(self._line(count, self.fan, self.shelf_10), 5)
        lines = self.env["repair.stock.count.line"].with_user(self.user_manager)
        by_place = dict(lines._read_group([("count_id", "=", count.id)], ["location_id"], ["accuracy:avg"]))
        self.assertEqual((by_place[self.shelf_2], by_place[self.shelf_10]), (100.0, 0.0))
        self.assertIn((self.user_keeper, 100.0), lines._read_group([("count_id", "=", count.id)], ["keeper_id"], ["accuracy:avg"]))

    def test_flow_cannot_be_forged(self):
        self._put(self.fan, self.shelf_2, 20)
        count = self._start_count()
        line = self._line(count, self.fan)
        mine = line.with_user(line.user_id)
        for values in ({"state": "approved"}, {"user_id": self.counter.id}, {"round": 2}, {"accuracy": 100}):
            with self.assertRaises(UserError):
                mine.write(values)
            with self.assertRaises(UserError):
                mine.with_context(repair_flow="x").write(values)
        with self.assertRaises(UserError):
            count.with_user(self.user_keeper).write({"state": "done"})
        with self.assertRaises(UserError):
            count.with_user(self.user_keeper).write({"line_ids": [Command.clear()]})
        with self.assertRaises(UserError):
            self.env["repair.stock.count"].with_user(self.user_keeper).create({
                "location_id": self.area.id, "state": "done"})
        with self.assertRaises(UserError):
            self.env["repair.stock.count"].with_user(self.counter).create({"location_id": self.area.id})
        with self.assertRaises(ValidationError):
            self.env["repair.stock.count"].with_user(self.user_keeper).create({
                "location_id": self.area.id, "user_ids": [Command.set(self.user_desk.ids)]})
        with self.assertRaises(UserError):
            count.with_user(self.user_keeper).unlink()

    def test_queries_do_not_grow_with_the_lines(self):
        def take(number):
            products = self.env["product.product"].create([
                {"name": f"Q{number}-{index}", "default_code": f"CNQ-{number}-{index}", "is_spare_part": True} for index in range(number)])
            shelf = self.env["stock.location"].create({"name": f"Q{number}", "usage": "internal", "location_id": self.area.id})
            for product in products:
                self._put(product, shelf, 10)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            count = self._start_count(self.counter, location_id=shelf.id)
            lines = count.with_user(self.counter).line_ids
            lines._enter(dict.fromkeys(lines, 10.0))
            lines.action_hand_in()
            self._post()
            self.env.flush_all()
            self.assertEqual(count.state, "done")
            return self.env.cr.sql_log_count - before

        take(3)
        few = take(10)
        self.assertLess(take(60), few + 15)
