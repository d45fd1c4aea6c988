from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from ..models import hr_training_effect
from .common_training import TrainingCommon


@tagged("post_install", "-at_install")
class TestLoad(TrainingCommon):
    """What pages and the nightly job ask of the database does not grow with people."""

    def _make_technicians(self, count):
        technicians = self.env["hr.employee"].create([
            {"name": f"Technician {number}", "is_technician": True, "onboarding_started_on": False} for number in range(count)])
        self.env["hr.employee.skill"].create([
            self._certificate_vals(skill, employee) for employee in technicians for skill in self.refrigeration | self.electricity
        ]).with_user(self.user_hr_second).action_approve()
        return technicians

    def _count(self, call):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def _compare(self, call, grow, more=2):
        """Count the queries of a call before and after ``grow``."""
        call()
        few = self._count(call)
        grow()
        self.assertLessEqual(self._count(call), few + more)

    def test_families_count_their_technicians_in_the_same_queries(self):
        self._make_technicians(3)
        families = self.family | self.sub_family
        self._compare(lambda: families.mapped("qualified_technician_count"), lambda: self._make_technicians(40))
        self.assertEqual(self.family.qualified_technician_count, 43)
        self._compare(
            lambda: self.env["hr.employee"].search([("qualified_category_ids", "in", self.family.ids)]), lambda: self._make_technicians(40))

    def test_visits_without_a_certificate_are_found_in_the_same_queries(self):
        def visit(technician):
            order = self._create_order(appliance_id=self._create_appliance(category_id=self.sub_family.id).id)
            return self._book(order, start=self.now + timedelta(days=30), technician=technician)
        def grow():
            for technician in self._make_technicians(12):
                visit(technician)
        [unlucky] = self._make_technicians(1)
        lost = visit(unlucky)
        unlucky.employee_skill_ids[0].sudo().write({"valid_to": self.today + timedelta(days=29)})
        search = lambda: self.env["repair.appointment"].search([("is_certificate_missing", "=", True)])  # noqa: E731
        self._compare(search, grow)
        self.assertEqual(search(), lost)

    def test_visit_just_before_midnight_in_shanghai_is_judged_by_its_own_day(self):
        technicians = self._make_technicians(2)
        day = self.today + timedelta(days=30)
        # 15:30 UTC is 23:30 in Shanghai, on the last day of the certificates; an hour later the next day has begun.
        visits = self.env["repair.appointment"]
        for technician, hours in zip(technicians, (15.5, 16.5), strict=True):
            order = self._create_order(appliance_id=self._create_appliance(category_id=self.sub_family.id).id)
            visits |= self._book(order, start=fields.Datetime.to_datetime(day) + timedelta(hours=hours), technician=technician)
        technicians.employee_skill_ids.sudo().write({"valid_to": day})
        self.assertEqual(visits.search([("is_certificate_missing", "=", True)]), visits[1])
        self.assertTrue(technicians[0]._is_qualified_for(self.family, day))
        self.assertFalse(technicians[0]._is_qualified_for(self.family, day + timedelta(days=1)))

    def test_needs_are_collected_in_the_same_queries(self):
        job = self.env["hr.job"].create({"name": "Fitter", "job_skill_ids": [Command.create({
            "skill_type_id": self.skill_type.id, "skill_id": self.refrigeration.id, "skill_level_id": self.level.id})]})
        def grow(count=30):
            self.env["hr.employee"].create([{"name": f"Fitter {number}", "job_id": job.id} for number in range(count)])
            self.env["hr.training.need"]._collect_needs()
        grow(3)
        self._compare(self.env["hr.training.need"]._collect_needs, grow, more=4)
        self.assertEqual(self.env["hr.training.need"].search_count([("source", "=", "job"), ("skill_id", "=", self.refrigeration.id)]), 33)

    def test_a_night_measures_the_latest_sessions_and_none_of_long_ago(self):
        self.pupil.is_technician = True
        latest, long_ago = (self._hold() for _number in range(2))
        flow = {"repair_flow": self.env["hr.training.enrolment"]._get_token()}
        long_ago.sudo().with_context(**flow).write({
            "date_start": self.now - timedelta(days=2000), "date_end": self.now - timedelta(days=2000, hours=-6)})
        effects = self.env["hr.training.effect"]
        with freeze_time(fields.Datetime.now() + timedelta(days=200)), patch.object(hr_training_effect, "A_NIGHT", 1):
            effects._measure_due()
            effects._measure_due()
        self.assertEqual(effects.search([("session_id", "in", (latest | long_ago).ids)]).session_id, latest)
        long_ago.with_user(self.user_hr).action_measure_effect()
        self.assertTrue(long_ago.effect_ids, "HR measures it by hand")

    def test_who_was_trained_in_the_same_weeks_is_none_of_the_others(self):
        technicians = self.pupil | self.other | self.employee_technician
        technicians.is_technician = True
        first, _second = self._hold(employees=self.pupil), self._hold(employees=self.other)
        token = self.env["hr.training.enrolment"]._get_token()
        orders = self.env["repair.order"].with_context(repair_flow=token).create([
            {"appliance_id": self._create_appliance().id, "fault_description": "x", "technician_id": one.id} for one in technicians])
        found = self.env["repair.order"].search([("id", "in", orders.ids), *first._get_others_domain(90)])
        self.assertEqual(found.technician_id, self.employee_technician)
