from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged, users

from .common_booking import BookingCase, at


@tagged("post_install", "-at_install")
class TestTechnicianPlan(BookingCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.technician = cls._create_technician(job_title="Engineer")
        cls.clerk = cls._create_technician("Clerk", is_technician=False)

    def _plan(self, employee=None):
        return self.env["repair.technician"].browse((employee or self.technician).id)

    def test_service_technicians_only_with_their_schedule(self):
        plan = self.env["repair.technician"].search([("company_id", "=", self.company.id)])
        self.assertIn(self.technician.id, plan.ids)
        self.assertNotIn(self.clerk.id, plan.ids)
        own = self._plan()
        self.assertEqual(
            (own.name, own.job_title, own.resource_calendar_id, own.phone), ("Wang Wei", "Engineer", self.calendar, "13900001111"))
        self.technician.active = False
        self.assertNotIn(self.technician.id, self.env["repair.technician"].search([]).ids)

    @users("test_dispatcher", "test_manager")
    def test_dispatchers_set_territories_and_visits_without_rights_on_employees(self):
        self.assertFalse(self.env["hr.employee"].has_access("read") and self.env.user == self.user_dispatcher)
        with Form(self._plan()) as form:
            form.visits_per_day = 5
            form.territory_ids.add(self.territory)
        self.assertEqual((self.technician.visits_per_day, self.technician.territory_ids), (5, self.territory))
        self.assertEqual((self._plan().visits_per_day, self._plan().day_limit, self._plan().territory_ids), (5, 5, self.territory))
        self._plan().territory_ids -= self.territory
        self.assertFalse(self.technician.territory_ids)

    @users("test_dispatcher", "test_manager")
    def test_what_is_hrs_stays_hrs(self):
        for name, value in (
            ("name", "X"), ("resource_calendar_id", self.calendar.id), ("user_id", self.env.uid), ("company_id", 1), ("phone", "1"),
            ("employee_id", 1), ("is_technician", False), ("active", False),
        ):
            with self.subTest(name), self._refused(UserError, "kept by HR"):
                self._plan().write({name: value})
        with self.assertRaises(AccessError):
            self._plan().unlink()
        with self.assertRaises(AccessError):
            self.env["repair.technician"].create({"visits_per_day": 1})

    @users("test_desk", "test_inspector", "test_technician", "test_accountant")
    def test_the_others_do_not_plan(self):
        with self.assertRaises(AccessError):
            self._plan().write({"visits_per_day": 9})

    def test_a_technician_sees_his_own_plan(self):
        self.technician.user_id = self.user_technician
        self.assertEqual(self.env["repair.technician"].with_user(self.user_technician).search([]).ids, self.technician.ids)

    def test_territories_and_technicians_of_other_companies(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self.env["repair.territory"].create({"name": "Foreign", "code": "T-FO", "company_id": company.id})
        plan = self._plan().with_user(self.user_dispatcher)
        with self._refused(ValidationError, "another company"):
            plan.territory_ids = [(6, 0, foreign.ids)]
        theirs = self._create_technician("Theirs", company_id=company.id, resource_calendar_id=False)
        with self.assertRaises(AccessError):
            self._plan(theirs).with_user(self.user_dispatcher).write({"visits_per_day": 1})

    def test_nonsense_numbers_are_refused(self):
        for value in (-1, 49, 2**40):
            with self.subTest(value), self._refused(Exception, "visits_per_day|Visits a day"):
                self._plan().with_user(self.user_dispatcher).write({"visits_per_day": value})
        self.assertEqual(self.technician.visits_per_day, 0)

    def test_the_limit_in_force_is_the_companys_without_an_own_one(self):
        self.company.repair_visits_per_day = 4
        self.assertEqual((self._plan().visits_per_day, self._plan().day_limit), (0, 4))

    def test_duties_and_covers_to_come_stand_with_the_technician(self):
        duties = self.env["repair.on.call"].create([
            {"technician_id": self.technician.id, "start": at(day, 18), "stop": at(day, 22)} for day in (-3, 2)])
        cover = self.env["repair.territory.cover"].create([
            {"territory_id": self.territory.id, "technician_id": self.technician.id, "date_from": f"2027-{day}", "date_to": f"2027-{day}"}
            for day in ("02-20", "03-05")])
        plan = self._plan().with_user(self.user_dispatcher)
        self.assertEqual((plan.on_call_ids, plan.cover_ids), (duties[1].with_env(plan.env), cover[1].with_env(plan.env)))
        self.assertEqual(plan.on_call_ids.with_context(show_days=True).display_name, "Wed, Mar 3 18:00-22:00")
        self.assertEqual(plan.cover_ids.with_context(show_days=True).display_name, "3/5-3/5 · Pudong · Wang Wei")
        self.assertEqual(plan.action_view_visits()["domain"], [("technician_id", "=", self.technician.id)])
