from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..models.repair_stock_count_people import ACTIVITY, ACTIVITY_DECIDE
from .common_count import StockCountCommon


@tagged("post_install", "-at_install")
class TestStockCountPeople(StockCountCommon):
    """Who counts, who counts again, who decides, and what happens when one of them goes; where one stands with the scanner."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.third = new_test_user(cls.env, "test_counter_three", "repair_parts.repair_parts_group_counter")
        cls.company.repair_stock_chief_id = cls.user_stock_manager

    def _tasks(self, count, kind=ACTIVITY):
        return count.sudo().activity_ids.filtered(lambda task: task.activity_type_id == self.env.ref(kind)).user_id

    def _differ(self, first=90, second=80):
        self._put(self.fan, self.shelf_2, 100)
        count = self._start_count()
        line = self._line(count, self.fan)
        self._enter(line, first)
        self._enter(line, second)
        return count, line

    def test_who_counts_has_a_task_until_he_has_handed_in(self):
        self._put(self.fan, self.shelf_2, 100)
        count = self._start_count()
        line = self._line(count, self.fan)
        first = line.user_id
        self.assertEqual(self._tasks(count), first)
        self._enter(line, 90)
        self.assertEqual(self._tasks(count), line.user_id, "the second person has it now")
        self._enter(line, 90)
        self.assertFalse(self._tasks(count))
        self.assertEqual(self._tasks(count, ACTIVITY_DECIDE), self.user_stock_manager)
        self._approve(line)
        self._post()
        self.assertFalse(count.sudo().activity_ids)

    def test_task_to_decide_goes_to_somebody_who_did_not_count(self):
        self._put(self.fan, self.shelf_2, 100)
        count = self._start_count(self.user_stock_manager | self.counter)
        for _round in range(2):
            self._enter(self._line(count, self.fan), 90)
        self.assertTrue(self._tasks(count, ACTIVITY_DECIDE))
        self.assertNotIn(self.user_stock_manager, self._tasks(count, ACTIVITY_DECIDE))

    def test_what_the_second_person_found_is_kept_when_a_third_counts(self):
        count, line = self._differ()
        line.with_user(self.user_stock_manager).action_count_again()
        self.assertEqual(line.entry_ids.sorted("round").mapped("quantity"), [90, 80])
        count.with_user(self.user_keeper).user_ids = [Command.link(self.third.id)]
        self.assertEqual((line.user_id, line.round), (self.third, 3))
        self._enter(line, 80)
        self.assertEqual(line.entry_ids.sorted("round").mapped("quantity"), [90, 80, 80])
        self.assertEqual((line.state, line.short_qty), ("to_approve", 20))
        self.assertIn("same difference", line.verdict)

    def test_third_count_is_for_nobody_who_knows_the_figures(self):
        count, line = self._differ()
        line.with_user(self.user_stock_manager).action_count_again()
        count.sudo().user_ids  # noqa: B018
        for user in (self.counter, self.second, self.user_stock_manager):
            with self.assertRaises(UserError):
                count.with_user(user).action_take_recounts()
        count.with_user(self.user_keeper).action_take_recounts()
        self.assertEqual(line.user_id, self.user_keeper)

    def test_whoever_counted_before_cannot_decide_after_a_third_count(self):
        self._put(self.fan, self.shelf_2, 100)
        count = self._start_count(self.user_stock_manager | self.counter)
        line = self._line(count, self.fan)
        self._enter(line, 90)
        self._enter(line, 80)
        line.with_user(self.user_manager).action_count_again()
        count.with_user(self.user_keeper).action_take_recounts()
        self._enter(line, 85)
        with self.assertRaises(UserError):
            self._approve(line)
        self._approve(line, self.user_manager)

    def test_lines_of_a_counter_who_falls_ill_go_to_the_others(self):
        for product in (self.fan, self.board):
            for place in (self.shelf_2, self.shelf_10):
                self._put(product, place, 5)
        count = self._start_count()
        ill = self._line(count, self.fan, self.shelf_2).user_id
        left = (self.counter | self.second) - ill
        with self.assertRaises(AccessError):
            count.with_user(left).user_ids = [Command.unlink(ill.id)]
        count.with_user(self.user_keeper).user_ids = [Command.unlink(ill.id), Command.link(self.third.id)]
        users = {line.location_id: line.user_id for line in count.sudo().line_ids}
        self.assertEqual(users[self.shelf_2], self.third, "a place stays whole, and goes to who has least")
        self.assertEqual(users[self.shelf_10], left)
        self.assertEqual(self._tasks(count), left | self.third)

    def test_counter_who_was_archived_is_replaced_by_a_button(self):
        self._put(self.fan, self.shelf_2, 5)
        count = self._start_count()
        line = self._line(count, self.fan)
        other = (self.counter | self.second) - line.user_id
        line.user_id.active = False
        with self.assertRaises(AccessError):
            count.with_user(other).action_share_out()
        count.with_user(self.user_keeper).action_share_out()
        self.assertEqual(line.user_id, other)

    def test_counter_who_has_not_handed_in_stays(self):
        self._put(self.fan, self.shelf_2, 5)
        count = self._start_count()
        line = self._line(count, self.fan)
        self._enter(line, 5, hand_in=False)
        with self.assertRaises(UserError):
            count.with_user(self.user_keeper).user_ids = [Command.unlink(line.user_id.id)]

    def test_van_is_counted_although_the_planner_may_not_count(self):
        self.company.repair_stock_owner_id = self.user_accountant
        self.employee_technician.van_location_id = False
        self.employee_technician.with_user(self.user_keeper).action_set_up_van()
        self._put(self.fan, self.employee_technician.van_location_id, 30)
        counts = self.env["repair.stock.count"].with_user(self.user_technician)
        counts.action_count_my_van()
        line = counts.search([("location_id", "=", self.employee_technician.van_location_id.id)]).sudo().line_ids
        self._enter(line, 3)
        self.assertTrue(line.user_id)
        self.assertNotEqual(line.user_id, self.user_technician, "somebody else counts again")

    def test_scanned_shelf_says_where_the_next_scans_count(self):
        self.shelf_2.barcode, self.shelf_10.barcode = "SHELF-2", "SHELF-10"
        for place in (self.shelf_2, self.shelf_10):
            self._put(self.fan, place, 10)
        self._put(self.board, self.shelf_2, 10)
        count = self._start_count(self.counter).with_user(self.counter)
        with self.assertRaises(UserError):
            count.action_scan_part("CN-FAN")
        answer = count.action_scan_part("SHELF-10")
        self.assertEqual((answer["status"], answer["place"]["id"]), ("place", self.shelf_10.id))
        count.action_scan_part("CN-FAN", place_id=self.shelf_10.id)
        self.assertEqual(self._line(count, self.fan, self.shelf_10).with_user(self.counter).my_quantity, 1)
        self.assertEqual(count.action_scan_part("s-2")["place"]["id"], self.shelf_2.id, "its name may be typed")
        count.action_scan_part("CN-FAN", place_id=self.shelf_2.id)
        self.assertEqual(self._line(count, self.fan, self.shelf_2).with_user(self.counter).my_quantity, 1)
        with self.assertRaises(UserError):
            count.action_scan_part("CN-BOARD", place_id=self.shelf_10.id)
        for place_id in (-1, 2**31 - 1, "x", [1], self.stock.id):
            with self.assertRaises(UserError):
                count.action_scan_part("CN-FAN", place_id=place_id)

    def test_shelf_of_which_nothing_is_on_the_list_is_told(self):
        self.shelf_10.barcode = "SHELF-10"
        self._put(self.fan, self.shelf_2, 10)
        count = self._start_count(self.counter).with_user(self.counter)
        self.assertTrue(count.action_scan_part("SHELF-10")["warning"])
        self.assertEqual(count.action_found()["context"]["default_location_id"], self.area.id)
        count.action_scan_part("CN-FAN", place_id=self.shelf_2.id)
        self.assertEqual(count.action_found()["context"]["default_location_id"], self.shelf_2.id)
