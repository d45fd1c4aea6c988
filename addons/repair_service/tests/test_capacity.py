from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged, users

from .common_booking import BookingCase, at

MONDAY, TUESDAY = date(2027, 3, 1), date(2027, 3, 2)
FULL = "Wang Wei may have 2 visits a day, and .*2027 is full.*dispatcher.*Reason beyond the day's limit"


@tagged("post_install", "-at_install")
class TestFullDays(BookingCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.technician = cls._create_technician(visits_per_day=2)
        cls.other = cls._create_technician("Liu Yang")
        cls.both = cls.technician | cls.other

    def _agree_at(self, *moments, technician=None):
        visits = self.env["repair.appointment"]
        for moment in moments:
            visits += self._agree(self._create_order(), technician or self.technician, moment, hours=1)
        return visits

    def _full(self, start=None, stop=None, **options):
        full = self.both._get_full_days(start or at(0, 0), stop or at(14, 0), **options)
        self.assertEqual(set(full), set(self.both.ids))
        return full[self.technician.id]

    def test_a_day_is_full_at_the_limit_and_not_before(self):
        self._agree_at(at(0, 9))
        self.assertEqual(self._full(), set())
        self._agree_at(at(0, 11))
        self.assertEqual(self._full(), {MONDAY})
        self.assertEqual(self.both._get_full_days(at(0, 0), at(14, 0))[self.other.id], set())

    def test_days_are_the_companys(self):
        """23:00 and 07:00 in Shanghai are 15:00 and 23:00 UTC: both of Monday 1 March there, whatever the user's clock says."""
        self._agree_at(at(0, 8) + timedelta(hours=1), at(0, 23))
        self._agree_at(at(1, 1))
        self.assertEqual(self._full(), {MONDAY})
        self.env = self.env(context={**self.env.context, "tz": "America/New_York"})
        self.assertEqual(self.both.with_env(self.env)._get_full_days(at(0, 0), at(14, 0))[self.technician.id], {MONDAY})

    def test_the_month_ends_at_the_companys_midnight(self):
        """31 March 23:00 and 1 April 00:00 in Shanghai stand on different days."""
        self._agree_at(at(30, 21), at(30, 23), at(31, 0))
        self.assertEqual(self._full(at(25, 0), at(40, 0)), {date(2027, 3, 31)})

    def test_a_day_counts_whole_though_the_period_begins_in_its_middle(self):
        self._agree_at(at(0, 9), at(0, 16))
        self.assertEqual(self._full(at(0, 12), at(0, 13)), {MONDAY})
        self.assertEqual(self._full(at(1, 0), at(2, 0)), set())
        self.assertEqual(self._full(at(-1, 0), at(0, 0)), set())

    def test_a_visit_that_is_moved_does_not_count(self):
        visits = self._agree_at(at(0, 9), at(0, 11))
        self.assertEqual(self._full(moved=visits[0]), set())
        self.assertEqual(self._full(moved=self.env["repair.appointment"]), {MONDAY})

    def test_proposals_called_off_and_missed_visits_leave_the_place(self):
        visits = self._agree_at(at(0, 9), at(0, 11))
        self._propose(self._create_order(), self.technician, at(0, 14))
        visits[0].action_cancel()
        self.assertEqual(self._full(), set())
        visits[1].action_arrive()
        visits[1].action_done()
        self._agree_at(at(0, 16))
        self.assertEqual(self._full(), {MONDAY}, "what is done was a visit of the day")

    def test_the_companys_number_counts_for_those_without_their_own(self):
        self._agree_at(at(0, 9), technician=self.other)
        self.company.repair_visits_per_day = 1
        self.assertEqual(self.both._get_day_limits(), {self.technician.id: 2, self.other.id: 1})
        self.assertEqual(self.both._get_full_days(at(0, 0), at(1, 0)), {self.technician.id: set(), self.other.id: {MONDAY}})

    def test_one_query_for_all(self):
        def count(technicians):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            technicians.with_user(self.user_desk)._get_full_days(at(0, 0), at(14, 0))
            return self.cr.sql_log_count - before

        self._agree_at(at(0, 9))
        count(self.both)
        few = count(self.both)
        more = self.both.union(*(self._create_technician(f"More {number}", visits_per_day=1) for number in range(20)))
        for technician in more[2:]:
            self._agree_at(at(1, 9), technician=technician)
        self.assertEqual(count(more), few)
        more.mapped("company_id.repair_visits_per_day")
        more.mapped("visits_per_day")
        self.company.fetch(["repair_tz"])
        with self.assertQueryCount(1):
            more._get_full_days(at(0, 0), at(14, 0))

    def test_numbers_out_of_range_are_refused(self):
        for record, name in ((self.technician, "visits_per_day"), (self.company, "repair_visits_per_day")):
            for value in (-1, 49):
                with self.subTest(f"{name} {value}"), self._refused(Exception, "visits_per_day_range"):
                    record[name] = value
                    record.flush_recordset()


@tagged("post_install", "-at_install")
class TestDayLimit(BookingCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.technician = cls._create_technician(visits_per_day=2)
        cls.first, cls.second = (cls._agree(cls._create_order(), cls.technician, at(0, hour), hours=1) for hour in (9, 11))
        cls.order = cls._create_order()

    def test_a_full_day_takes_no_further_visit(self):
        with self._refused(UserError, FULL):
            self._agree(self.order, self.technician, at(0, 14))
        self.assertEqual((self.order.service_stage, self.order.appointment_ids), ("requested", self.env["repair.appointment"]))
        self._agree(self.order, self.technician, at(1, 9))
        self.assertEqual(self.order.service_stage, "booked")

    def test_confirming_a_proposal_counts_too_and_proposals_themselves_do_not(self):
        visit = self._propose(self.order, self.technician, at(0, 14))
        with self._refused(UserError, FULL):
            visit.action_confirm()
        self.first.action_cancel()
        visit.action_confirm()
        self.assertEqual(visit.state, "confirmed")

    def test_proposals_confirmed_together_are_counted_together(self):
        visits = self.env["repair.appointment"].union(
            *(self._propose(self._create_order(), self.technician, at(1, hour), hours=1) for hour in (9, 10, 11)))
        with self._refused(UserError, FULL):
            visits.action_confirm()
        visits[:2].action_confirm()

    def test_rescheduling_within_a_full_day_is_possible(self):
        moved = self._agree(self.first.repair_id, self.technician, at(0, 15), moved=self.first, reason="asked")
        self.assertEqual((moved.state, self.first.state), ("confirmed", "cancelled"))

    def test_rescheduling_onto_a_full_day_is_not(self):
        visit = self._agree(self.order, self.technician, at(1, 9))
        with self._refused(UserError, FULL):
            self._agree(self.order, self.technician, at(0, 14), moved=visit, reason="asked")
        self.assertEqual(visit.state, "confirmed")

    def test_a_lower_limit_does_not_stop_what_is_agreed(self):
        self.technician.visits_per_day = 1
        self.first.action_depart()
        self.first.action_arrive()
        self.first.action_done()
        self.assertEqual(self.first.state, "done")

    def test_without_limit_the_hours_decide(self):
        self.technician.visits_per_day = 0
        for hour in range(13, 20):
            self._agree(self._create_order(), self.technician, at(0, hour), hours=1)

    def test_the_limit_holds_for_the_flow_and_the_superuser(self):
        visit = self._propose(self.order, self.technician, at(0, 14))
        with self._refused(UserError, FULL):
            visit.sudo()._flow_write({"state": "confirmed"})
        with self._refused(UserError, FULL):
            self.env["repair.appointment"]._with_flow().create({
                "repair_id": self.order.id, "technician_id": self.technician.id, "start": at(0, 16), "stop": at(0, 17),
                "state": "confirmed"})

    @users("test_dispatcher", "test_manager")
    def test_a_dispatcher_passes_the_limit_with_a_reason(self):
        visits = self.env["repair.appointment"].with_context(default_over_capacity_reason="Old customer, no cooling at 38 degrees")
        order, technician = self._create_order().with_env(self.env), self.technician.with_env(self.env)
        hour = 14 if self.env.user == self.user_dispatcher else 15
        visit = visits._book(order, technician, at(0, hour), at(0, hour + 1))
        self.assertEqual((visit.state, visit.over_capacity_reason), ("confirmed", "Old customer, no cooling at 38 degrees"))
        with self._refused(UserError, "before the visit is agreed"):
            visit.over_capacity_reason = "another"

    @users("test_desk")
    def test_the_desk_does_not(self):
        order, technician = self.order.with_env(self.env), self.technician.with_env(self.env)
        with self._refused(UserError, FULL):
            self.env["repair.appointment"]._book(order, technician, at(0, 14), at(0, 15))
        forged = self.env["repair.appointment"].with_context(default_over_capacity_reason="please")
        with self._refused(AccessError, "Only a dispatcher or a manager"):
            forged._book(order, technician, at(0, 14), at(0, 15))
        visit = self._propose(self.order, self.technician, at(0, 14)).with_env(self.env)
        with self._refused(AccessError, "Only a dispatcher or a manager"):
            visit.over_capacity_reason = "please"
        with self._refused(UserError, FULL):
            visit.action_confirm()
        visit.sudo().with_user(self.user_dispatcher).over_capacity_reason = "Agreed with the team"
        visit.action_confirm()

    def test_blanks_are_no_reason(self):
        visit = self._propose(self.order, self.technician, at(0, 14), over_capacity_reason="  ")
        with self._refused(UserError, FULL):
            visit.action_confirm()

    def test_the_dialogue_takes_the_reason(self):
        for user, succeeds in ((self.user_desk, False), (self.user_dispatcher, True)):
            order = self._create_order().with_user(user)
            booking = self.env["repair.booking"].with_user(user).browse(order.action_book()["res_id"])
            with Form(booking) as form:
                form.technician_id, form.start, form.hours = self.technician.with_user(user), at(0, 15), 1
                if succeeds:
                    form.over_capacity_reason = "Old customer"
            if succeeds:
                booking.action_book()
                self.assertEqual(order.next_appointment_id.over_capacity_reason, "Old customer")
            else:
                with self._refused(UserError, FULL):
                    booking.action_book()
