from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged, users

from ..models.repair_flow import FLOW
from .common_booking import BookingCase, at


@tagged("post_install", "-at_install")
class TestLateness(BookingCase):
    """Tuesday 2 March 2027: 10-12, 12-14 and 15-17 of one technician, 10-12 of another."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.technician = cls._create_technician(user_id=cls.user_technician.id)
        cls.other = cls._create_technician("Liu Yang", user_id=cls.user_other_technician.id)
        cls.first, cls.second, cls.third = (
            cls._agree(cls._create_order(), cls.technician, at(1, hour)) for hour in (10, 12, 15))
        cls.foreign = cls._agree(cls._create_order(), cls.other, at(1, 10))
        cls.visits = cls.first | cls.second | cls.third | cls.foreign

    def _look(self, visit):
        self.env.invalidate_all()
        return visit.lateness, visit.minutes_late

    def _find(self, *states):
        return self.env["repair.appointment"].search([("lateness", "in", states), ("id", "in", self.visits.ids)])

    def assertSearchAgrees(self):
        self.env.invalidate_all()
        for state in ("late", "risk", "due", False):
            self.assertEqual(self._find(state), self.visits.filtered(lambda visit, state=state: visit.lateness == state), state)

    def test_nothing_is_late_before_the_window(self):
        with freeze_time(at(1, 9, 59)):
            self.assertEqual(self._look(self.first), (False, 0))
            self.assertEqual(self.first.expected_at, at(1, 10))
            self.assertSearchAgrees()

    def test_due_in_the_window_and_late_after_it(self):
        with freeze_time(at(1, 11)):
            self.assertEqual(self._look(self.first), ("due", 0))
            self.assertSearchAgrees()
        with freeze_time(at(1, 12, 20)):
            self.assertEqual(self._look(self.first), ("late", 20))
            self.assertSearchAgrees()

    def test_arrival_ends_the_lateness(self):
        with freeze_time(at(1, 12, 20)):
            self.first.action_depart()
            self.assertEqual(self._look(self.first), ("late", 20), "on the way is not there")
            self.first.action_arrive()
            self.assertEqual(self._look(self.first), (False, 0))
            self.assertEqual(self.first.expected_at, at(1, 12, 20))

    def test_the_next_visit_is_at_risk(self):
        """There since 12:20 for two hours: 12-14 is expected at 14:20, then 15-17 at 16:20, which is in time."""
        with freeze_time(at(1, 12, 20)):
            self.first.action_arrive()
        with freeze_time(at(1, 13)):
            self.assertEqual(self._look(self.second), ("risk", 20))
            self.assertEqual((self.second.expected_at, self.third.expected_at), (at(1, 14, 20), at(1, 16, 20)))
            self.assertEqual(self._look(self.third), (False, 0))
            self.assertEqual(self._look(self.foreign), ("late", 60))
            self.assertSearchAgrees()

    def test_the_way_between_two_visits_counts(self):
        self.second.with_context(repair_flow=FLOW).travel_minutes = 55
        with freeze_time(at(1, 10)):
            self.first.action_arrive()
            self.first.action_done()
        with freeze_time(at(1, 14)):
            self.second.action_arrive()
        with freeze_time(at(1, 14, 10)):
            self.assertEqual(self._look(self.third), (False, 0))
            self.assertEqual(self.third.expected_at, at(1, 16, 55), "there since 14:00 for two hours, and 55 minutes on the way")

    def test_ended_visits_are_not_late(self):
        with freeze_time(at(1, 13)):
            self.first.action_miss("customer_absent")
            self.foreign.action_cancel()
            self.assertEqual([self._look(visit) for visit in (self.first | self.foreign)], [(False, 0)] * 2)
            self.assertSearchAgrees()

    def test_a_visit_nobody_reported_is_late_but_holds_nobody_up_the_next_day(self):
        with freeze_time(at(2, 9)):
            fresh = self._agree(self._create_order(), self.technician, at(2, 9))
            self.visits |= fresh
            self.assertEqual(self._look(self.third), ("late", 16 * 60))
            self.assertEqual(self._look(fresh), ("due", 0))
            self.assertSearchAgrees()

    def test_lateness_over_midnight_and_the_end_of_a_month(self):
        """31 March 22:00 to 1 April 00:30 in Shanghai is 14:00 to 16:30 UTC: at 00:45 it is a quarter of an hour late."""
        visit = self._agree(self._create_order(), self.technician, at(30, 22), hours=2.5)
        self.visits |= visit
        for moment, expected in ((at(31, 0, 15), ("due", 0)), (at(31, 0, 45), ("late", 15))):
            with freeze_time(moment):
                self.assertEqual(self._look(visit), expected)
                self.assertSearchAgrees()

    @users("test_desk", "test_dispatcher", "test_manager", "test_inspector")
    def test_who_sees_all_visits_sees_all_lateness(self):
        with freeze_time(at(1, 12, 20)):
            self.assertEqual(self._find("late").ids, (self.first | self.foreign).sorted("id", reverse=True).ids)

    @users("test_technician")
    def test_a_technician_sees_his_own(self):
        with freeze_time(at(1, 12, 20)):
            self.assertEqual(self._find("late").ids, self.first.ids)

    @users("test_manager")
    def test_lateness_is_no_input(self):
        self.first.with_env(self.env).write({"minutes_late": 0})
        with freeze_time(at(1, 12, 20)):
            self.assertEqual(self._look(self.first), ("late", 20))

    def test_the_day_costs_the_same_for_forty_visits_as_for_four(self):
        technicians = self.env["hr.employee"].create([
            {"name": f"T{number}", "is_technician": True, "resource_calendar_id": self.calendar.id} for number in range(9)])
        visits = self.env["repair.appointment"]
        for technician in technicians:
            for hour in (8, 10, 13, 15):
                visits |= self._propose(self._create_order(), technician, at(1, hour))
        visits._flow_write({"state": "confirmed"})
        spec = {name: {} for name in ("window", "state", "lateness", "minutes_late", "expected_at", "partner_address")} | {
            name: {"fields": {"display_name": {}}} for name in ("technician_id", "partner_id", "visit_territory_id", "category_id")}
        model = self.env["repair.appointment"].with_user(self.user_dispatcher)

        def count(number):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            result = model.web_search_read(
                [("id", "in", visits[:number].ids), ("lateness", "in", ("late", "due", "risk", False))], spec, limit=80)
            self.assertEqual(result["length"], number)
            return self.cr.sql_log_count - before

        with freeze_time(at(1, 12, 20)):
            count(1)
            four, all_of_them = count(4), count(36)
        self.assertEqual(all_of_them, four)
        self.assertLessEqual(four, 16)


@tagged("post_install", "-at_install")
class TestDispatchOverview(BookingCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.technician = cls._create_technician()
        with freeze_time(at(0, 8, 30)):
            cls.before = cls.env["repair.dispatch.overview"]._get_counts()
        cls._fill()

    @classmethod
    def _fill(cls):
        cls._create_order()
        cls._create_order(priority="1", requested_on=at(0, 5))
        cls._create_order(requested_on=at(-3, 8))
        with freeze_time(at(0, 6)):
            for hour in (6, 8, 13):
                cls._agree(cls._create_order(), cls.technician, at(0, hour), hours=1)
            cls._agree(cls._create_order(), cls._create_technician("Liu Yang"), at(0, 8), hours=1)

    @users("test_desk", "test_dispatcher", "test_manager")
    def test_the_numbers(self):
        """Three orders wait, one of them urgent and near its end, one past it.

        Wang Wei should be at 6-7: it is late, and 8-9 is expected after it, at 9:30; Liu Yang's 8-9 is due.
        """
        with freeze_time(at(0, 8, 30)):
            counts = self.env["repair.dispatch.overview"]._get_counts()
        gained = {name: counts[name] - self.before[name] for name in counts}
        self.assertEqual(gained, {
            "to_book_count": 3, "urgent_count": 1, "passed_count": 1, "near_count": 1,
            "today_count": 4, "late_count": 1, "risk_count": 1, "due_count": 1})

    @users("test_desk", "test_dispatcher", "test_manager")
    def test_each_number_opens_its_list(self):
        action = self.env["repair.dispatch.overview"].action_open_overview()
        overview = self.env["repair.dispatch.overview"].browse(action["res_id"])
        self.assertTrue(call_kw(self.env["repair.dispatch.overview"], "action_open_overview", [overview.ids], {})["res_id"])
        for method, name in (("action_open_orders", "urgent"), ("action_open_visits", "late")):
            opened = getattr(overview.with_context(repair_filter=name), method)()
            self.assertEqual(opened["context"][f"search_default_{name}"], 1)
        self.assertNotIn("search_default_nonsense", overview.with_context(repair_filter="nonsense").action_open_orders()["context"])

    @users("test_technician", "test_inspector", "test_accountant", "test_portal")
    def test_only_who_dispatches_opens_it(self):
        with self.assertRaises(AccessError):
            self.env["repair.dispatch.overview"].action_open_overview()
        with self.assertRaises(UserError):
            self.env["repair.dispatch.overview"].create({})
