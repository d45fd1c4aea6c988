from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .test_career import CareerCommon


@tagged("post_install", "-at_install")
class TestTrainingYear(CareerCommon):
    """A year in a company of thirty: needs, plan, sessions, results by sheet, certificates, a promotion, and the cheating in between."""

    def _at(self, days):
        return freeze_time(self.now + timedelta(days=days))

    def test_a_year_of_thirty(self):
        staff = self.env["hr.employee"].create([
            {"name": f"Fitter {number}", "barcode": f"F{number:02d}", "is_technician": True, "parent_id": self.boss.id}
            for number in range(30)])
        self.course.write({"seats": 12, "cost": 300.0, "validity_months": 12, "skill_ids": [Command.create({
            "skill_type_id": self.skill_type.id, "skill_id": self.refrigeration.id, "skill_level_id": self.level.id})]})
        # The managers say who needs it, HR plans, another approves.
        self.env["hr.training.need"].with_user(self.user_boss).create([
            {"employee_id": one.id, "course_id": self.course.id, "deadline": self.today + timedelta(days=90)} for one in staff])
        plan = self.env["hr.training.plan"].with_user(self.user_hr).create({
            "name": "Year", "year": fields.Date.add(self.today, days=40).year, "budget": 1000.0})
        plan.action_draw_needs()
        self.assertEqual((plan.line_ids.participants, plan.line_ids.sessions_wanted, plan.planned_cost), (30, 3, 900.0))
        plan.line_ids.trainer_id = self.trainer
        plan.action_submit()
        plan.with_user(self.user_hr_manager).action_approve()
        plan.action_create_sessions()
        sessions = plan.line_ids.session_ids.sorted("date_start")
        self.assertEqual([len(session.enrolment_ids) for session in sessions], [10, 10, 10])
        for session in sessions:
            self._hold_session(session)
        self.assertEqual((plan.progress, plan.line_ids.passed_count), (100.0, 27), "one of each ten failed")
        needs = self.env["hr.training.need"].search([("employee_id", "in", staff.ids), ("course_id", "=", self.course.id)])
        self.assertEqual(sorted(needs.mapped("state")), ["met"] * 27 + ["open"] * 3)
        # A year later the certificates end: nobody may take the family any more, and it stands in the plans.
        self._expire(staff)

    def _hold_session(self, session):
        session.action_open()
        rows = session.enrolment_ids.sorted("id")
        end = (session.date_end - self.now).total_seconds() / 86400
        with self._at(end + 0.1):
            sheet = [["badge", "attendance", "score"], *(
                [row.employee_id.barcode, "yes", 40 if number == 0 else 85] for number, row in enumerate(rows)), ["F99", "yes", 100]]
            wizard = self.env["hr.training.result.import"].with_user(self.user_trainer).create(
                {"session_id": session.id, "file": self._make_sheet(sheet), "filename": "r.csv"})
            wizard.action_check()
            self.assertEqual((wizard.good_count, wizard.bad_count), (10, 1))
            wizard.action_import()
            session.with_user(self.user_trainer).action_submit_results()
            with self.assertRaises(AccessError):
                session.with_user(self.user_trainer).action_close()
            session.with_user(self.user_hr_second).action_close()
            for user in (self.user_trainer, self.user_hr, self.user_hr_manager):
                with self.assertRaises(UserError):
                    rows[0].with_user(user).write({"score": 100.0})
            failed = rows[0].employee_id
            self.assertNotIn(self.refrigeration.id, failed._get_skill_levels(rows[1].valid_from))
            self.assertIn(self.refrigeration.id, rows[1].employee_id._get_skill_levels(rows[1].valid_from))

    def _expire(self, staff):
        row = self.env["hr.employee.skill"].search(
            [("employee_id", "in", staff.ids), ("skill_id", "=", self.refrigeration.id)], order="valid_to desc", limit=1)
        self.assertEqual(row.valid_to, fields.Date.add(row.valid_from, months=12, days=-1))
        self.family.required_skill_ids = self.refrigeration
        self.assertEqual(len(staff._filter_qualified(self.family, row.valid_from)), 27)
        self.assertFalse(staff._filter_qualified(self.family, row.valid_to + timedelta(days=1)))
        with freeze_time(fields.Datetime.to_datetime(row.valid_to - timedelta(days=20))):
            self.env["hr.training.need"]._collect_needs()
        renewals = self.env["hr.training.need"].search([("employee_id", "in", staff.ids), ("source", "=", "certificate")])
        self.assertEqual((len(renewals), renewals.course_id), (27, self.course))
