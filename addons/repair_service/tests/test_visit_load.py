from datetime import date, datetime

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import BaseCase, tagged, users

from ..engine.load import count_free_hours, count_hours, cut_days, get_level
from .common_booking import BookingCase, at


def moment(day, hour):
    return datetime(2027, 3, day, hour)


@tagged("post_install", "-at_install")
class TestLoadEngine(BaseCase):

    def test_hours_are_cut_at_midnight(self):
        """22:00 to 03:00 is two hours of the first day and three of the next; what lies outside is left out."""
        days = cut_days([(moment(1, 22), moment(2, 3)), (moment(5, 8), moment(5, 9))], [moment(1, 0), moment(2, 0), moment(3, 0)])
        self.assertEqual([count_hours(day) for day in days], [2, 3])

    def test_time_in_two_intervals_counts_once(self):
        self.assertEqual(count_hours([(moment(1, 8), moment(1, 10)), (moment(1, 9), moment(1, 12))]), 4)

    def test_free_is_working_time_without_a_visit(self):
        """8 hours; a visit of 2 inside, one that leaves half of its 2 inside, one outside of them: 8 - 2 - 1."""
        working = [(moment(1, 8), moment(1, 12)), (moment(1, 13), moment(1, 17))]
        busy = [(moment(1, 9), moment(1, 11)), (moment(1, 16), moment(1, 18)), (moment(1, 19), moment(1, 21))]
        self.assertEqual(count_free_hours(working, busy), 5)

    def test_levels(self):
        for booked, working, level in (
            (0, 0, "off"), (2, 0, "over"), (0, 8, "free"), (6.7, 8, "free"), (6.8, 8, "full"), (8, 8, "full"), (8.5, 8, "over"),
        ):
            with self.subTest(booked=booked, working=working):
                self.assertEqual(get_level(booked, working, 85), level)


@tagged("post_install", "-at_install")
class TestVisitLoad(BookingCase):
    """The week of Monday 1 March 2027; 8 hours are worked Monday to Friday."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "Asia/Shanghai"
        cls.company.repair_load_full_percent = 85
        cls.technician = cls._create_technician()
        cls.other = cls._create_technician("Liu Yang")

    def _get_week(self, monday=date(2027, 3, 1)):
        loads = self.env["repair.visit.load"]._fill_week(monday)
        return {(load.technician_id.name, load.date.day): load for load in loads}

    def _numbers(self, load):
        return load.visit_count, load.booked_hours, load.working_hours, load.free_hours, load.level

    def test_a_day_in_numbers(self):
        """Tuesday: 8-10, 10-12, 13-15 and 15-16 make 7 of 8 hours (87.5 %), full; Wednesday 10-12 leaves six free."""
        for hour, hours in ((8, 2), (10, 2), (13, 2), (15, 1)):
            self._agree(self._create_order(), self.technician, at(1, hour), hours)
        self._propose(self._create_order(), self.technician, at(2, 10))
        self._agree(self._create_order(), self.technician, at(2, 13)).action_cancel()
        week = self._get_week()
        self.assertEqual(self._numbers(week["Wang Wei", 2]), (4, 7, 8, 1, "full"))
        self.assertEqual(week["Wang Wei", 2].load, 87.5)
        self.assertEqual(self._numbers(week["Wang Wei", 3]), (1, 2, 8, 6, "free"))
        self.assertEqual(self._numbers(week["Liu Yang", 2]), (0, 0, 8, 8, "free"))
        self.assertEqual(self._numbers(week["Wang Wei", 6]), (0, 0, 0, 0, "off"))
        self.assertEqual(len(week), 2 * 7)

    def test_more_booked_than_worked_is_overload(self):
        """Monday 8-12 and 12-17 are nine hours of which eight are worked; a visit on Saturday is overload too."""
        self._agree(self._create_order(), self.technician, at(0, 8), 4)
        self._agree(self._create_order(), self.technician, at(0, 12), 5)
        self._agree(self._create_order(), self.technician, at(5, 10))
        week = self._get_week()
        self.assertEqual(self._numbers(week["Wang Wei", 1]), (2, 9, 8, 0, "over"))
        self.assertEqual(self._numbers(week["Wang Wei", 6]), (1, 2, 0, 0, "over"))

    def test_leave_takes_working_time(self):
        self.env["resource.calendar.leaves"].create({
            "name": "Ill", "calendar_id": self.calendar.id, "resource_id": self.technician.resource_id.id,
            "date_from": at(1, 0), "date_to": at(1, 12, 30)})
        week = self._get_week()
        self.assertEqual(self._numbers(week["Wang Wei", 2]), (0, 0, 4, 4, "free"))
        self.assertEqual(self._numbers(week["Liu Yang", 2]), (0, 0, 8, 8, "free"))

    def test_days_are_those_of_the_company_and_a_visit_over_midnight_belongs_to_both(self):
        """Wednesday 31 March 22:00 to Thursday 1 April 01:00 in Shanghai, 14:00 to 17:00 UTC: two hours and one."""
        self._agree(self._create_order(), self.technician, at(30, 22), 3)
        week = self._get_week(date(2027, 3, 29))
        self.assertEqual(self._numbers(week["Wang Wei", 31])[:2], (1, 2))
        self.assertEqual(self._numbers(week["Wang Wei", 1])[:2], (1, 1))

    def test_a_visit_over_the_weeks_end_is_cut(self):
        self._agree(self._create_order(), self.technician, at(6, 23), 2)
        self.assertEqual(self._get_week()["Wang Wei", 7].booked_hours, 1)
        self.assertEqual(self._get_week(date(2027, 3, 8))["Wang Wei", 8].booked_hours, 1)

    def test_the_number_of_queries_does_not_grow_with_technicians(self):
        loads = self.env["repair.visit.load"]

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            loads._fill_week(date(2027, 3, 1))
            self.env.flush_all()
            return self.cr.sql_log_count - before

        count()
        two = count()
        for number in range(12):
            technician = self._create_technician(f"T{number}")
            self._agree(self._create_order(), technician, at(1, 10))
        count()
        fourteen = count()
        self.assertLessEqual(fourteen, two + 2)
        self.assertLessEqual(fourteen, 40)

    @users("test_desk", "test_dispatcher", "test_manager")
    def test_weeks_forward_and_back(self):
        loads = self.env["repair.visit.load"]
        self.assertEqual(loads.action_this_week()["domain"], [("week_start", "=", "2027-03-01")])
        shown = loads.with_context(repair_load_week="2027-03-04")
        self.assertEqual(shown.action_open_week()["domain"], [("week_start", "=", "2027-03-01")])
        self.assertEqual(shown.action_next_week()["domain"], [("week_start", "=", "2027-03-08")])
        self.assertEqual(shown.action_previous_week()["domain"], [("week_start", "=", "2027-02-22")])
        action = loads.action_this_week()
        found = loads.search(action["domain"])
        self.assertEqual(len(found), 14)
        loads.action_this_week()
        self.assertEqual(loads.search_count(action["domain"]), 14, "opening a week again replaces what was seen of it")
        self.assertEqual(found.exists(), loads)

    @users("test_desk")
    def test_the_buttons_of_the_list_send_the_days_shown(self):
        ids = self.env["repair.visit.load"]._fill_week(date(2027, 3, 1)).ids
        action = call_kw(self.env["repair.visit.load"], "action_next_week", [ids], {"context": {"repair_load_week": "2027-03-01"}})
        self.assertEqual(action["domain"], [("week_start", "=", "2027-03-08")])

    @users("test_desk")
    def test_nonsense_instead_of_a_week_shows_the_present_one(self):
        for nonsense in ("yesterday", 7, [1], "0001-01-01", "9999-12-31", "2200-12-31", None):
            with self.subTest(nonsense):
                action = self.env["repair.visit.load"].with_context(repair_load_week=nonsense).action_open_week()
                self.assertEqual(action["domain"], [("week_start", "=", "2027-03-01")])

    @users("test_desk")
    def test_a_day_opens_its_visits(self):
        visit = self._agree(self._create_order(), self.technician, at(1, 10))
        self._agree(self._create_order(), self.technician, at(2, 10))
        load = self._get_week()["Wang Wei", 2]
        self.assertEqual(self.env["repair.appointment"].search(load.action_open_visits()["domain"]).ids, visit.ids)

    @users("test_desk", "test_dispatcher")
    def test_facts_are_not_written_and_belong_to_who_looks(self):
        load = self._get_week()["Wang Wei", 2]
        for method, args in (("write", [load.ids, {"free_hours": 9}]), ("unlink", [load.ids]), ("create", [[{"free_hours": 9}]])):
            with self.subTest(method), self.assertRaises(UserError):
                call_kw(self.env["repair.visit.load"], method, args, {})
        self.assertFalse(load.with_user(self.user_manager).search([("id", "=", load.id)]))

    @users("test_technician", "test_inspector", "test_accountant", "test_portal")
    def test_only_who_dispatches_opens_it(self):
        for method in ("action_open_week", "action_this_week", "action_next_week", "action_previous_week"):
            with self.subTest(method), self.assertRaises(AccessError):
                call_kw(self.env["repair.visit.load"], method, [[]], {})

    def test_another_companys_technicians_stay_out(self):
        other = self.env["res.company"].create({"name": "Other"})
        self._create_technician("Stranger", company_id=other.id)
        loads = self.env["repair.visit.load"].with_user(self.user_desk)._fill_week(date(2027, 3, 1))
        self.assertEqual(loads.technician_id, self.technician | self.other)
