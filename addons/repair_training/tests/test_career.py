from datetime import date, timedelta

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import BaseCase, freeze_time, tagged
from odoo.tools import mute_logger

from ..engine.ladder import Fact, Requirement, check, count_months, judge
from .common_training import TrainingCommon


@tagged("post_install", "-at_install")
class TestLadderEngine(BaseCase):

    def test_at_least_is_met_by_the_amount_itself(self):
        self.assertEqual(judge(Requirement(1, "jobs", 150), Fact(150.0))[1:], (True, 150.0, 0.0))
        self.assertEqual(judge(Requirement(1, "jobs", 150), Fact(140.0))[1:], (False, 140.0, 10.0))

    def test_at_most_is_met_by_the_amount_itself(self):
        self.assertEqual(judge(Requirement(1, "complaints", 2), Fact(2.0))[1:], (True, 2.0, 0.0))
        self.assertEqual(judge(Requirement(1, "complaints", 2), Fact(3.0))[1:], (False, 3.0, 1.0))

    def test_rate_over_few_jobs_proves_nothing(self):
        self.assertFalse(judge(Requirement(1, "first_time_fix", 75, 50), Fact(100.0, 49)).met)
        self.assertTrue(judge(Requirement(1, "first_time_fix", 75, 50), Fact(76.0, 50)).met)

    def test_no_record_does_not_meet(self):
        self.assertEqual(judge(Requirement(1, "certificate", 100), Fact())[1:], (False, None, 100.0))

    def test_what_nobody_measures_stands_neither_for_nor_against(self):
        verdicts, met = check([Requirement(1, "complaints", 0), Requirement(2, "months", 12)], {1: Fact(measured=False), 2: Fact(12.0)})
        self.assertEqual(([verdict.met for verdict in verdicts], met), ([None, True], True))

    def test_one_missing_requirement_is_enough(self):
        self.assertFalse(check([Requirement(1, "months", 12), Requirement(2, "recommendation")], {1: Fact(12.0), 2: Fact(0.0)})[1])

    def test_whole_months(self):
        self.assertEqual(count_months(date(2025, 1, 15), date(2026, 1, 14)), 11)
        self.assertEqual(count_months(date(2025, 1, 15), date(2026, 1, 15)), 12)
        self.assertEqual(count_months(date(2026, 1, 15), date(2025, 1, 15)), 0)


class CareerCommon(TrainingCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_hr_manager_second = cls.user_hr_manager.copy({"login": "test_hr_manager_second", "name": "Second"})
        cls.job = cls.env["hr.job"].create({"name": "Senior fitter"})
        cls.track = cls.env["hr.career.track"].create({"name": "Technical", "level_ids": [
            Command.create({"name": "One", "sequence": 1}),
            Command.create({"name": "Two", "sequence": 2, "job_id": cls.job.id, "requirement_ids": [
                Command.create({"kind": "training_hours", "amount": 6}), Command.create({"kind": "exam", "course_id": cls.course.id}),
                Command.create({"kind": "recommendation"})]}),
            Command.create({"name": "Three", "sequence": 3})]})
        cls.one, cls.two, cls.three = cls.track.level_ids
        cls.other_track = cls.env["hr.career.track"].create({
            "name": "Management", "kind": "management", "level_ids": [Command.create({"name": "Base"})]})
        cls.pupil.version_ids.date_version = cls.today - timedelta(days=800)
        cls.pupil._set_version(cls.today - timedelta(days=400), {"career_level_id": cls.one.id})

    def _apply(self, level=None, employee=None, user=None):
        return self.env["hr.career.promotion"].with_user(user or self.user_pupil).create({
            "employee_id": (employee or self.pupil).id, "to_level_id": (level or self.two).id, "motivation": "Ready"})

    def _recommend(self, promotion):
        mine = promotion.with_user(self.user_boss)
        mine.recommendation = "Reliable"
        mine.action_recommend()

    def _to_checked(self, level=None):
        self._hold()
        promotion = self._apply(level)
        promotion.action_request()
        self._recommend(promotion)
        promotion.with_user(self.user_hr).action_check()
        return promotion


@tagged("post_install", "-at_install")
class TestPromotion(CareerCommon):

    def test_request_check_approval_level_job_and_history(self):
        promotion = self._to_checked()
        self.assertEqual(promotion.evidence_ids.mapped(lambda line: (line.name, line.have, line.outcome)), [
            ("6 hours of training in 12 months", 6.0, "met"), ("Course 'Leak search' passed", 1.0, "met"),
            ("Recommended by the manager", 1.0, "met")])
        promotion.with_user(self.user_hr_manager).action_approve()
        self.assertEqual((promotion.state, promotion.kind, promotion.effective_date), ("approved", "promotion", self.today))
        self.pupil.invalidate_recordset()
        self.assertEqual((self.pupil.career_level_id, self.pupil.job_id, self.pupil.career_level_since), (self.two, self.job, self.today))
        self.assertEqual(self.pupil.version_ids.sorted("date_version").career_level_id, self.one | self.two, "the history is kept")
        self.assertEqual(self.env["hr.employee.public"].with_user(self.user_pupil).browse(self.pupil.id).career_level_id, self.two)

    def test_check_says_what_is_missing(self):
        promotion = self._apply()
        promotion.action_request()
        with self.assertRaisesRegex(UserError, r"(?s)6 hours of training in 12 months \(now: 0\).*Leak search.*Recommended"):
            promotion.with_user(self.user_hr).action_check()
        self.assertFalse(promotion.evidence_ids)

    def test_nobody_recommends_checks_or_approves_himself(self):
        promotion = self._apply()
        promotion.action_request()
        for call in (lambda: promotion.write({"recommendation": "I am great"}), promotion.action_recommend, promotion.action_check,
                     promotion.action_approve, lambda: promotion.with_user(self.user_other).action_recommend()):
            with self.assertRaises(AccessError):
                call()
        boss = self.env["hr.employee"].create({"name": "HR boss", "user_id": self.user_hr_manager.id})
        boss._set_version(self.today, {"career_level_id": self.one.id})
        own = self._apply(employee=boss, user=self.user_hr_manager)
        own.action_request()
        for action in ("action_check", "action_refuse"):
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(own, action)()

    def test_who_checked_or_recommended_does_not_decide(self):
        self._hold()
        promotion = self._apply()
        promotion.action_request()
        self._recommend(promotion)
        promotion.with_user(self.user_hr_manager).action_check()
        with self.assertRaisesRegex(AccessError, "recommended or checked"):
            promotion.with_user(self.user_hr_manager).action_approve()
        with self.assertRaises(AccessError):
            promotion.with_user(self.user_hr_second).action_approve()
        promotion.with_user(self.user_hr_manager_second).action_approve()

    def test_evidence_is_frozen_and_a_void_result_stops_the_approval(self):
        promotion = self._to_checked()
        for call in (lambda: promotion.evidence_ids[0].with_user(self.user_hr).write({"have": 99.0}),
                     lambda: promotion.evidence_ids.with_user(self.user_hr).unlink(),
                     lambda: promotion.with_user(self.user_hr).write({"to_level_id": self.three.id}),
                     lambda: self.env["hr.career.evidence"].with_user(self.user_hr).create({"promotion_id": promotion.id, "name": "x"})):
            with self.assertRaises(UserError):
                call()
        row = self.env["hr.training.enrolment"].search([("employee_id", "=", self.pupil.id), ("result", "=", "passed")])
        row.with_user(self.user_hr_manager).action_void("Copied")
        with self.assertRaisesRegex(UserError, "holds no longer"):
            promotion.with_user(self.user_hr_manager).action_approve()

    def test_level_is_never_back_dated(self):
        promotion = self._to_checked()
        promotion.with_user(self.user_hr).effective_date = self.today - timedelta(days=1)
        with self.assertRaisesRegex(UserError, "days that are over"):
            promotion.with_user(self.user_hr_manager).action_approve()

    def test_level_is_closed_to_every_other_way(self):
        for user in (self.user_hr, self.user_hr_manager, self.env.user):
            employee = self.pupil.with_user(user)
            for call in (lambda one=employee: one.write({"career_level_id": self.three.id}),
                         lambda one=employee: one.version_id.write({"career_level_id": self.three.id}),
                         lambda one=employee: one.create_version({"date_version": self.today, "career_level_id": self.three.id}),
                         lambda one=employee: one.create({"name": "New", "career_level_id": self.three.id})):
                with self.subTest(user=user.login), self.assertRaises(UserError):
                    call()
        self.pupil.with_user(self.user_hr).create_version({"date_version": self.today + timedelta(days=1), "job_title": "x"})
        self.assertEqual(self.pupil.career_level_id, self.one, "other versions keep the level")

    def test_no_level_is_skipped_and_one_request_at_a_time(self):
        with self.assertRaisesRegex(ValidationError, "no level is skipped"), self.env.cr.savepoint():
            self._apply(self.three)
        self._apply()
        with self.assertRaises(psycopg2.errors.UniqueViolation), mute_logger("odoo.sql_db"):
            self._apply()

    def test_crossing_to_the_other_ladder(self):
        promotion = self._to_checked(self.other_track.level_ids)
        self.assertEqual(promotion.kind, "crossing")
        promotion.with_user(self.user_hr_manager).action_approve()
        self.pupil.invalidate_recordset()
        self.assertEqual(self.pupil.career_level_id, self.other_track.level_ids)

    def test_refusal_gives_reasons_and_is_final(self):
        promotion = self._to_checked()
        with self.assertRaisesRegex(UserError, "why"):
            promotion.with_user(self.user_hr_manager).action_refuse()
        promotion.with_user(self.user_hr_manager).decision_note = "No post free"
        promotion.with_user(self.user_hr_manager).action_refuse()
        with self.assertRaises(UserError):
            promotion.with_user(self.user_hr_manager).action_approve()
        self.assertEqual(self.pupil.career_level_id, self.one)

    def test_colleagues_see_no_request(self):
        promotion = self._apply()
        for user, seen in ((self.user_pupil, True), (self.user_boss, True), (self.user_hr, True), (self.user_other, False)):
            found = self.env["hr.career.promotion"].with_user(user).search([("id", "=", promotion.id)])
            self.assertEqual(bool(found), seen, user.login)
        with self.assertRaises(AccessError):
            self._apply(employee=self.pupil, user=self.user_other)

    def test_letter_names_level_and_evidence(self):
        promotion = self._to_checked()
        with self.assertRaises(UserError):
            promotion.with_user(self.user_pupil).action_print_letter()
        promotion.with_user(self.user_hr_manager).action_approve()
        self.assertIn(str(promotion.id), promotion.with_user(self.user_pupil).action_print_letter()["url"])
        with self.assertRaises(AccessError):
            promotion.with_user(self.user_other).action_print_letter()
        html = self.env["ir.actions.report"]._render_qweb_html("repair_training.report_promotion_letter", promotion.ids)[0].decode()
        for text in ("Chen Jie", "Technical · Two", "Senior fitter", "6 hours of training", "Reliable"):
            self.assertIn(text, html)


@tagged("post_install", "-at_install")
class TestStanding(CareerCommon):

    def _open(self, user, employee=None):
        standings = self.env["hr.career.standing"].with_user(user)
        action = standings._open_for(employee) if employee else standings.action_open_mine()
        return standings.browse(action["res_id"])

    def test_everyone_sees_where_he_stands_and_what_is_missing(self):
        standing = self._open(self.user_pupil)
        self.assertEqual((standing.level_id, standing.target_id, standing.met_count, standing.total_count), (self.one, self.two, 0, 3))
        self.assertEqual(standing.line_ids.mapped("outcome"), ["missing"] * 3)
        self._hold()
        standing.action_compare()
        self.assertEqual(standing.line_ids.mapped("outcome"), ["met", "met", "missing"])

    def test_manager_sees_his_people_and_colleagues_see_nothing(self):
        self.assertEqual(self._open(self.user_boss, self.pupil).level_id, self.one)
        with self.assertRaises(AccessError):
            self._open(self.user_other, self.pupil)
        own = self._open(self.user_other)
        with self.assertRaises(UserError):
            own.write({"employee_id": self.pupil.id})
        with self.assertRaises(AccessError):
            self._open(self.user_pupil).with_user(self.user_other).read(["met_count"])

    def test_what_is_missing_goes_into_the_plan_once(self):
        standing = self._open(self.user_pupil)
        standing.action_add_to_plan()
        standing.action_add_to_plan()
        need = self.env["hr.training.need"].search([("employee_id", "=", self.pupil.id), ("source", "=", "career")])
        self.assertEqual((need.course_id, need.state), (self.course, "proposed"))

    def test_applying_opens_the_request(self):
        action = self._open(self.user_pupil).action_apply()
        self.assertEqual(self.env["hr.career.promotion"].browse(action["res_id"]).to_level_id, self.two)

    def test_figures_of_the_orders(self):
        employee = self.employee_technician
        jobs, rate = self.env["hr.career.requirement"].create([
            {"level_id": self.three.id, "kind": "jobs", "amount": 2}, {"level_id": self.three.id, "kind": "first_time_fix", "amount": 50}])
        for _number in range(2):
            self._to_stage(self._create_order(appliance_id=self._create_appliance().id), "accepted")
        facts = employee._get_ladder_facts(jobs | rate)
        self.assertEqual(facts[jobs.id].value, 2.0)
        self.assertIsNone(facts[rate.id].value, "the fault may still come back")
        with freeze_time(fields.Datetime.now() + timedelta(days=31)):
            orders = self.env["repair.order"].search(employee._get_jobs_domain(self.today))
            orders.appointment_ids.with_context(repair_flow=self.env["hr.training.enrolment"]._get_token()).write({"arrived_at": self.now})
            fact = employee._get_ladder_facts(rate)[rate.id]
        self.assertEqual((fact.value, fact.cases), (100.0, 2))


@tagged("post_install", "-at_install")
class TestRotation(CareerCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.home, cls.away = cls.env["hr.department"].create([{"name": "Home"}, {"name": "Away"}])
        cls.pupil.version_ids.department_id = cls.home

    def _propose(self, begin=5, end=35, **values):
        return self.env["hr.career.rotation"].with_user(self.user_pupil).create({
            "employee_id": self.pupil.id, "department_id": self.away.id, "job_id": self.job.id, "plan": "Learns the store",
            "date_start": self.today + timedelta(days=begin), "date_end": end and self.today + timedelta(days=end), **values})

    def _run(self, days):
        with freeze_time(fields.Datetime.now() + timedelta(days=days)):
            self.env["hr.career.rotation"]._run_due()
            self.env["hr.employee"]._cron_update_current_version_id()
        self.pupil.invalidate_recordset()

    def test_rotation_begins_and_comes_back_by_itself(self):
        rotation = self._propose()
        rotation.action_submit()
        rotation.with_user(self.user_hr_manager).action_approve()
        self.assertEqual(rotation.state, "approved")
        self._run(5)
        self.assertEqual((rotation.state, rotation.from_department_id), ("running", self.home))
        self.assertEqual(self.pupil._get_version(self.today + timedelta(days=5)).department_id, self.away)
        self._run(35)
        self.assertEqual(rotation.state, "running", "the last day is still there")
        self._run(36)
        self.assertEqual((rotation.state, rotation.returned_on), ("done", self.today + timedelta(days=36)))
        versions = self.pupil.version_ids
        self.assertEqual(self.pupil._get_version(self.today + timedelta(days=36)).department_id, self.home)
        self.assertEqual(versions.mapped("career_level_id"), self.one)

    def test_nobody_approves_himself_or_what_he_submitted(self):
        rotation = self._propose()
        rotation.action_submit()
        with self.assertRaises(AccessError):
            rotation.action_approve()
        with self.assertRaises(AccessError):
            rotation.with_user(self.user_hr).action_approve()
        other = self._propose(begin=50, end=60)
        other.with_user(self.user_hr_manager).action_submit()
        with self.assertRaises(AccessError):
            other.with_user(self.user_hr_manager).action_approve()

    def test_rotation_has_a_return_and_a_plan(self):
        with self.assertRaisesRegex(ValidationError, "day of return"):
            self._propose(end=None)
        with self.assertRaisesRegex(UserError, "Write the plan"):
            self._propose(plan=" ").action_submit()

    def test_submitted_rotation_stays_and_is_not_back_dated(self):
        rotation = self._propose(begin=-3)
        rotation.action_submit()
        for values in ({"date_start": self.today}, {"state": "approved"}, {"department_id": self.home.id}):
            with self.subTest(values=values), self.assertRaises(UserError):
                rotation.write(values)
        with self.assertRaisesRegex(UserError, "begun already"):
            rotation.with_user(self.user_hr_manager).action_approve()

    def test_transfer_stays(self):
        rotation = self._propose(begin=0, end=None, kind="transfer")
        rotation.action_submit()
        rotation.with_user(self.user_hr_manager).action_approve()
        self.pupil.invalidate_recordset()
        self.assertEqual((rotation.state, self.pupil.department_id, self.pupil.job_id), ("done", self.away, self.job))
