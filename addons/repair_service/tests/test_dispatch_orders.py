from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError
from odoo.service.model import call_kw
from odoo.tests import tagged, users
from odoo.tools import mute_logger

from .common_booking import BookingCase, at


@tagged("post_install", "-at_install")
class TestOrdersToBook(BookingCase):
    """Monday 1 March 2027, 08:00 in Shanghai; 48 hours are promised, 4 for urgent requests, 2 before the end it is near."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({
            "repair_visit_promise_hours": 48.0, "repair_visit_promise_urgent_hours": 4.0, "repair_visit_promise_warn_hours": 2.0})
        cls.technician = cls._create_technician()
        cls.order = cls._create_order()

    def _search(self, *states, orders=None):
        return self.env["repair.order"].search([
            ("visit_promise_state", "in", states), ("id", "in", (orders or self.order).ids)])

    def test_a_normal_request_is_promised_a_visit_in_48_hours(self):
        self.assertEqual(self.order.visit_promised_by, at(2, 8))

    def test_an_urgent_request_is_promised_a_visit_in_4_hours(self):
        self.order.priority = "1"
        self.assertEqual(self.order.visit_promised_by, at(0, 12))
        self.order.priority = "0"
        self.assertEqual(self.order.visit_promised_by, at(2, 8))

    def test_a_corrected_report_moves_the_promise(self):
        self.order.requested_on = at(-1, 20, 30)
        self.assertEqual(self.order.visit_promised_by, at(1, 20, 30))

    def test_the_promise_counts_from_a_later_wish_and_not_from_an_earlier_one(self):
        self.order.preferred_start = at(5, 9)
        self.assertEqual(self.order.visit_promised_by, at(7, 9))
        self.order.preferred_start = at(-2, 9)
        self.assertEqual(self.order.visit_promised_by, at(2, 8))

    def test_hours_run_over_midnight_and_the_end_of_a_month(self):
        """Reported on 31 March at 22:15 in Shanghai (14:15 UTC): 4 hours later it is 1 April, 02:15, still 31 March in UTC."""
        with freeze_time(at(30, 22, 15)):
            order = self._create_order(priority="1")
            self.assertEqual(order.visit_promised_by.isoformat(), "2027-03-31T18:15:00")
            self.assertEqual(order.visit_promise_hours, 4.0)
        with freeze_time(at(31, 0, 16)):
            self.env.invalidate_all()
            self.assertEqual(order.visit_promise_state, "near", "1 h 59 min before the end")

    def test_what_was_promised_stays_when_the_settings_change(self):
        self.env.flush_all()
        self.company.repair_visit_promise_hours = 24.0
        self.env.invalidate_all()
        self.assertEqual(self.order.visit_promised_by, at(2, 8))
        self.assertEqual(self._create_order().visit_promised_by, at(1, 8))

    def test_states_of_the_promise_at_their_edges(self):
        """Promised by Wednesday 08:00: near from 06:00 on, passed after 08:00; the search says the same as the field."""
        for moment, state, hours in (
            (at(2, 5, 59), "in_time", 2 + 1 / 60), (at(2, 6), "near", 2.0), (at(2, 8), "near", 0.0), (at(2, 8, 30), "passed", -0.5),
        ):
            with self.subTest(moment=moment), freeze_time(moment):
                self.env.invalidate_all()
                self.assertEqual(self.order.visit_promise_state, state)
                self.assertAlmostEqual(self.order.visit_promise_hours, hours)
                for searched in ("in_time", "near", "passed"):
                    self.assertEqual(bool(self._search(searched)), searched == state, searched)
                self.assertFalse(self._search(False))

    def test_each_company_warns_by_its_own_hours(self):
        other = self.env["res.company"].create({"name": "Other", "repair_visit_promise_warn_hours": 50.0})
        self.company.repair_visit_promise_warn_hours = 1.0
        orders = self.env["repair.order"].with_context(allowed_company_ids=[self.company.id, other.id])
        self.assertIn(self.order, orders.search([("visit_promise_state", "=", "in_time")]))
        self.assertNotIn(self.order, orders.search([("visit_promise_state", "=", "near")]))

    def test_an_order_leaves_the_list_with_its_visit_and_comes_back_when_it_falls_through(self):
        self.assertTrue(self.order.needs_booking)
        visit = self._agree(self.order, self.technician, at(1, 10))
        self.assertEqual((self.order.needs_booking, self.order.visit_promise_state), (False, False))
        self.assertEqual(self._search(False), self.order)
        visit.action_cancel()
        self.assertEqual((self.order.needs_booking, self.order.visit_promised_by), (True, at(2, 8)))

    def test_a_proposed_visit_is_no_agreement(self):
        self._propose(self.order, self.technician, at(1, 10))
        self.assertTrue(self.order.needs_booking)

    def test_nobody_has_to_go_to_the_workshop(self):
        workshop, remote, pickup = (self._create_order(service_type=kind) for kind in ("workshop", "remote", "pickup"))
        self.assertEqual([order.needs_booking for order in (workshop, remote, pickup)], [False, False, True])
        self.assertEqual([bool(order.visit_promised_by) for order in (workshop, remote, pickup)], [False, False, True])

    def test_plain_repairs_wait_for_nobody(self):
        plain = self.env["repair.order"].create({"partner_id": self.partner.id})
        self.assertEqual((plain.needs_booking, plain.visit_promised_by, plain.visit_promise_state), (False, False, False))

    def test_finished_and_cancelled_orders_wait_for_nobody(self):
        self.order.action_repair_cancel()
        self.assertFalse(self.order.needs_booking)

    def test_agreed_work_needs_a_further_visit_promised_from_the_approval(self):
        """Visited Tuesday 10-12, quoted there, approved on Thursday at 9: promised by Saturday at 9."""
        visit = self._agree(self.order, self.technician, at(1, 10))
        with freeze_time(at(1, 10, 30)):
            self._to_stage(self.order, "quoted")
            visit.action_done()
        self.assertFalse(self.order.needs_booking, "as long as the customer has not agreed, nobody has to come")
        with freeze_time(at(3, 9)):
            self._to_stage(self.order, "approved")
        self.assertEqual((self.order.needs_booking, self.order.visit_promised_by), (True, at(5, 9)))
        with freeze_time(at(3, 10)):
            further = self._agree(self.order, self.technician, at(4, 10))
        self.assertFalse(self.order.needs_booking)
        with freeze_time(at(4, 12)):
            self._to_stage(self.order, "repairing")
            further.action_arrive()
            further.action_done()
            self.assertEqual((self.order.needs_booking, self.order.visit_promised_by), (True, at(6, 12)), "48 h from its end, 12:00")

    def test_whoever_records_the_wish_for_another_visit_puts_the_order_on_the_list(self):
        visit = self._agree(self.order, self.technician, at(1, 10))
        with freeze_time(at(1, 11)), patch.object(type(self.order), "_wants_another_visit", lambda order: True):
            self._to_stage(self.order, "diagnosed")
            self.assertFalse(self.order.needs_booking, "the technician is there")
            visit.action_done()
            self.assertTrue(self.order.needs_booking)

    def test_urgent_first_then_by_promise(self):
        later, urgent = self._create_order(preferred_start=at(3, 9)), self._create_order(priority="1")
        first = self._create_order(requested_on=at(-1, 8))
        found = self.env["repair.order"].search(
            [("id", "in", (self.order | later | urgent | first).ids)], order="priority desc, visit_promised_by, id")
        self.assertEqual(list(found), [urgent, first, self.order, later])

    def test_the_territory_is_that_of_the_address_and_follows_postcodes(self):
        self.assertEqual(self.order.visit_territory_id, self.territory)
        self.partner.zip = "111111"
        self.assertFalse(self.order.visit_territory_id)
        north = self.env["repair.territory"].create({"name": "North", "code": "T-N", "zip_prefixes": "1111"})
        self.assertEqual(self.order.visit_territory_id, north)
        west = self.env["repair.territory"].create({"name": "West", "code": "T-W", "districts": "Xuhui"})
        self.partner.write({"zip": "555", "city": "Xuhui"})
        self.assertEqual(self.order.visit_territory_id, west)
        self.partner.city = "Baoshan"
        self.assertFalse(self.order.visit_territory_id)
        west.districts = "Xuhui, Baoshan"
        self.assertEqual(self.order.visit_territory_id, west)
        south = self.env["repair.territory"].create({"name": "South", "code": "T-S", "zip_prefixes": "555"})
        self.assertEqual(self.order.visit_territory_id, south)
        south.unlink()
        self.assertEqual(self.order.visit_territory_id, west, "the next one that fits")
        self.partner.write({"zip": "1111", "city": "Shanghai"})
        self.assertEqual(self.order.visit_territory_id, north)
        north.zip_prefixes = "2222"
        self.assertFalse(self.order.visit_territory_id)

    @users("test_desk", "test_dispatcher", "test_manager")
    def test_the_button_opens_the_booking_dialogue(self):
        action = self.order.with_env(self.env).action_book()
        self.assertEqual((action["res_model"], action["target"]), ("repair.booking", "new"))

    @users("test_desk", "test_dispatcher", "test_manager", "test_technician")
    def test_the_promise_cannot_be_written(self):
        for values in ({"needs_booking": False}, {"visit_promised_by": "2030-01-01 00:00:00"}, {"visit_territory_id": False}):
            with self.subTest(values), self.assertRaises(UserError):
                call_kw(self.env["repair.order"], "write", [self.order.ids, values], {})

    def test_settings_hold_sensible_numbers(self):
        for name, value in (
            ("repair_visit_promise_hours", 0), ("repair_visit_promise_urgent_hours", -1), ("repair_visit_promise_warn_hours", -1),
            ("repair_visit_promise_hours", 9000), ("repair_load_full_percent", 0), ("repair_load_full_percent", 101),
        ):
            with self.subTest(name), self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
                self.company[name] = value
                self.env.flush_all()

    def test_the_list_costs_the_same_for_thirty_orders_as_for_five(self):
        spec = {name: {} for name in (
            "priority", "name", "visit_promised_by", "visit_promise_hours", "visit_promise_state", "partner_address", "wished_windows",
            "service_stage")} | {name: {"fields": {"display_name": {}}} for name in (
                "partner_id", "visit_territory_id", "appliance_category_id", "symptom_id")}
        orders = self.env["repair.order"].create([{"appliance_id": self.appliance.id, "symptom_id": self.symptom.id}] * 30)
        model = self.env["repair.order"].with_user(self.user_dispatcher)

        def count(number):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            domain = [("id", "in", orders[:number].ids), ("visit_promise_state", "in", ("in_time", "near"))]
            result = model.web_search_read(domain, spec, limit=80, order="priority desc, visit_promised_by, id")
            self.assertEqual(result["length"], number)
            return self.cr.sql_log_count - before

        count(1)
        five, thirty = count(5), count(30)
        self.assertEqual(thirty, five)
        self.assertLessEqual(thirty, 12)

    def test_orders_are_sorted_in_with_few_queries_each(self):
        values = {"appliance_id": self.appliance.id, "symptom_id": self.symptom.id}
        orders = self.env["repair.order"].create([values] * 20)
        self.env.flush_all()
        for field in ("needs_booking", "visit_promised_by", "visit_territory_id"):
            self.env.add_to_compute(orders._fields[field], orders)
        with self.assertQueryCount(10):
            self.env.flush_all()
        self.assertEqual(set(orders.mapped("visit_promised_by")), {at(0, 8) + timedelta(hours=48)})
