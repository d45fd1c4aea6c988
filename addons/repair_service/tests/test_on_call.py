from datetime import timedelta

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged, users

from .common_booking import BookingCase, at


@tagged("post_install", "-at_install")
class TestOnCall(BookingCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.technician = cls._create_technician()
        cls.other = cls._create_technician("Liu Yang")
        cls.both = cls.technician | cls.other

    def _duty(self, start, stop, technician=None, **values):
        return self.technician.env["repair.on.call"].create({
            "technician_id": (technician or self.technician).id, "start": start, "stop": stop, **values})

    def _leave(self, start, stop):
        self.env["resource.calendar.leaves"].create({
            "name": "Ill", "resource_id": self.technician.resource_id.id, "date_from": start, "date_to": stop})

    def test_duties_are_cut_to_the_period_and_joined(self):
        self._duty(at(0, 18), at(1, 0))
        self._duty(at(1, 0), at(1, 8))
        self._duty(at(3, 18), at(4, 8))
        self.assertEqual(self.both._get_on_call_hours(at(0, 20), at(3, 20)), {
            self.technician.id: [(at(0, 20), at(1, 8)), (at(3, 18), at(3, 20))], self.other.id: []})

    def test_leave_goes_before_a_duty_and_a_public_holiday_does_not(self):
        self._duty(at(0, 18), at(1, 8))
        self._leave(at(0, 22), at(1, 6))
        self.env["resource.calendar.leaves"].create({
            "name": "Holiday", "calendar_id": False, "company_id": self.company.id, "date_from": at(0, 0), "date_to": at(2, 0)})
        self.assertEqual(
            self.technician._get_on_call_hours(at(0, 0), at(2, 0))[self.technician.id], [(at(0, 18), at(0, 22)), (at(1, 6), at(1, 8))])

    def test_the_leave_of_one_is_not_the_leave_of_the_other(self):
        self._duty(at(0, 18), at(1, 8), self.other)
        self._leave(at(0, 0), at(2, 0))
        self.assertEqual(self.both._get_on_call_hours(at(0, 0), at(2, 0))[self.other.id], [(at(0, 18), at(1, 8))])

    def test_duties_of_a_territory(self):
        elsewhere = self.env["repair.territory"].create({"name": "Elsewhere", "code": "T-EW"})
        self._duty(at(0, 18), at(0, 20), territory_id=self.territory.id)
        self._duty(at(0, 20), at(0, 22))
        self._duty(at(0, 22), at(0, 23), territory_id=elsewhere.id)
        ask = lambda *territory: self.technician._get_on_call_hours(at(0, 0), at(1, 0), *territory)[self.technician.id]  # noqa: E731
        self.assertEqual(ask(), [(at(0, 18), at(0, 23))])
        self.assertEqual(ask(self.territory), [(at(0, 18), at(0, 22))])
        self.assertEqual(ask(self.env["repair.territory"]), [(at(0, 20), at(0, 22))])

    def test_urgent_orders_have_working_hours_and_duties(self):
        """Monday 08-12, 13-17, on call from 16 to 20, and in the night to Tuesday from 23 to 02."""
        self._duty(at(0, 16), at(0, 20))
        self._duty(at(0, 23), at(1, 2))
        self.assertEqual(self.technician._get_urgent_hours(at(0, 0), at(1, 0))[self.technician.id], [
            (at(0, 8), at(0, 12)), (at(0, 13), at(0, 20)), (at(0, 23), at(1, 0))])

    def test_duties_of_one_technician_never_overlap(self):
        self._duty(at(0, 18), at(1, 8))
        with self._refused(Exception, "no_overlap"):
            self._duty(at(1, 7), at(1, 9))
        self._duty(at(1, 8), at(1, 9))
        self._duty(at(0, 18), at(1, 8), self.other)

    def test_nonsense_is_refused(self):
        clerk = self._create_technician("Clerk", is_technician=False)
        company = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self.env["repair.territory"].create({"name": "Foreign", "code": "T-FO", "company_id": company.id})
        for message, start, stop, values in (
            ("hours_ordered", at(0, 18), at(0, 18), {}),
            ("hours_limited", at(0, 0), at(31, 0) + timedelta(minutes=1), {}),
            ("Clerk is no active service technician", at(0, 0), at(1, 0), {"technician": clerk}),
            ("Foreign", at(0, 0), at(1, 0), {"territory_id": foreign.id}),
        ):
            with self.subTest(message), self._refused(Exception, message):
                self._duty(start, stop, **values)
        self.assertTrue(self._duty(at(0, 0), at(31, 0)))

    @users("test_dispatcher", "test_manager")
    def test_dispatchers_plan_duties(self):
        duty = self.env["repair.on.call"].create({"technician_id": self.technician.id, "start": at(0, 18), "stop": at(1, 8)})
        duty.stop = at(1, 7)
        self.assertEqual(duty.technician_phone, "13900001111")
        duty.unlink()

    @users("test_desk", "test_inspector")
    def test_the_desk_reads_them(self):
        duty = self._duty(at(self.env.uid, 18), at(self.env.uid + 1, 8)).with_env(self.env)
        self.assertEqual(duty.display_name, "Wang Wei")
        for attempt in (lambda: duty.write({"note": "x"}), duty.unlink):
            with self.assertRaises(AccessError):
                attempt()

    def test_a_technician_reads_his_own_and_plain_users_none(self):
        self.technician.user_id = self.user_technician
        own = self._duty(at(0, 18), at(1, 8))
        self._duty(at(0, 18), at(1, 8), self.other)
        duties = self.env["repair.on.call"]
        self.assertEqual(duties.with_user(self.user_technician).search([]), own)
        with self.assertRaises(AccessError):
            own.with_user(self.user_technician).write({"note": "x"})
        for user in (self.user_accountant, self.user_portal):
            with self.assertRaises(AccessError):
                duties.with_user(user).search([])

    def test_duties_of_other_companies_are_out_of_sight(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self._create_technician("Theirs", company_id=company.id, resource_calendar_id=False)
        duty = self._duty(at(0, 18), at(1, 8), theirs)
        self.assertEqual(duty.company_id, company)
        self.assertNotIn(duty, self.env["repair.on.call"].with_user(self.user_manager).search([]))

    def test_an_unticked_technician_is_refused_when_his_duty_changes_hands(self):
        duty = self._duty(at(0, 18), at(1, 8))
        self.other.is_technician = False
        with self.assertRaises(ValidationError):
            duty.technician_id = self.other

    def test_queries_do_not_grow(self):
        def count(technicians):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            technicians.with_user(self.user_desk)._get_on_call_hours(at(0, 0), at(14, 0))
            return self.cr.sql_log_count - before

        self._duty(at(0, 18), at(1, 8))
        count(self.technician)
        few = count(self.technician)
        many = self.technician.union(*(self._create_technician(f"More {number}") for number in range(20)))
        for technician in many[1:]:
            self._duty(at(0, 18), at(1, 8), technician)
        self.assertEqual(count(many), few)
        self.assertLessEqual(few, 6)
