from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import BaseCase, freeze_time, tagged

from ..engine.plan_changes import compare, share_seats
from .common_training import TrainingCommon


@tagged("post_install", "-at_install")
class TestPlanEngine(BaseCase):

    def test_changes_name_line_field_old_and_new(self):
        before = {"1": {"month": "3", "budget": "100.00"}, "2": {"month": "4", "budget": "50.00"}}
        after = {"1": {"month": "5", "budget": "100.00"}, "3": {"month": "6", "budget": "1.00"}}
        self.assertEqual(compare(before, after), [
            ("removed", "2", None, None, None), ("changed", "1", "month", "3", "5"), ("added", "3", None, None, None)])
        self.assertEqual(compare(after, after), [])

    def test_people_are_shared_evenly_and_nobody_twice(self):
        self.assertEqual(share_seats(list(range(7)), 3), [[0, 1, 2], [3, 4], [5, 6]])
        self.assertEqual(share_seats([1, 2, 3], 3), [[1, 2, 3]])
        self.assertEqual(share_seats([], 3), [])


@tagged("post_install", "-at_install")
class TestWish(TrainingCommon):

    def _wish(self, user=None, **values):
        return self.env["hr.training.need"].with_user(user or self.user_pupil).create({"course_id": self.course.id, **values})

    def test_own_wish_waits_for_the_manager(self):
        need = self._wish(source="manager", employee_id=self.pupil.id)
        self.assertEqual((need.employee_id, need.source, need.state), (self.pupil, "wish", "proposed"))
        for user in (self.user_pupil, self.user_other, self.user_trainer):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                need.with_user(user).action_accept()
        need.with_user(self.user_boss).action_accept()
        self.assertEqual((need.state, need.decided_by_id), ("open", self.user_boss))

    def test_managers_need_counts_at_once_and_only_for_his_people(self):
        need = self._wish(self.user_boss, employee_id=self.pupil.id)
        self.assertEqual((need.source, need.state), ("manager", "open"))
        with self.assertRaises(AccessError):
            self._wish(self.user_boss, employee_id=self.trainer.id)
        with self.assertRaises(AccessError):
            self._wish(self.user_other, employee_id=self.pupil.id)

    def test_hr_officers_own_wish_waits_too(self):
        need = self._wish(self.user_hr, employee_id=self.employee_hr.id, source="job")
        self.assertEqual((need.source, need.state), ("wish", "proposed"))
        with self.assertRaises(AccessError):
            need.action_accept()
        with self.assertRaises(AccessError):
            need.write({"deadline": self.today})

    def test_wish_can_be_withdrawn_until_decided(self):
        need = self._wish()
        need.action_dismiss()
        self.assertEqual(need.state, "dismissed")
        need = self._wish()
        need.with_user(self.user_boss).action_accept()
        with self.assertRaises(AccessError):
            need.with_user(self.user_pupil).action_dismiss()

    def test_wish_says_something(self):
        with self.assertRaises(ValidationError):
            self._wish(course_id=False, wish="  ")

    def test_employee_and_managers_see_the_plan_and_no_colleague(self):
        need = self._wish()
        readers = (self.user_pupil, self.user_boss, self.user_hr)
        for user, seen in (*((user, True) for user in readers), (self.user_other, False), (self.user_trainer, False)):
            with self.subTest(user=user.login):
                self.assertEqual(bool(self.env["hr.training.need"].with_user(user).search([("id", "=", need.id)])), seen)

    def test_flow_fields_are_closed(self):
        for values in ({"state": "met"}, {"count": 9}, {"key": "x"}):
            with self.subTest(values=values), self.assertRaises(UserError):  # an AccessError is one too
                self._wish(**values)
        with self.assertRaises(UserError):
            self._wish().with_user(self.user_hr).write({"state": "met"})

    def test_enrolment_plans_the_need_and_passing_meets_it(self):
        need = self._wish(self.user_boss, employee_id=self.pupil.id)
        session = self._create_session(begin=-30)
        self.assertEqual((need.state, need.enrolment_id), ("planned", session.enrolment_ids))
        session.action_open()
        session.enrolment_ids.write({"attendance": "present", "score": 90.0})
        session.with_user(self.user_trainer).action_submit_results()
        session.with_user(self.user_hr_second).action_close()
        self.assertEqual((need.state, need.met_on), ("met", self.today))

    def test_declining_and_failing_leave_the_need_open(self):
        need = self._wish(self.user_boss, employee_id=self.pupil.id)
        session = self._create_session()
        session.action_open()
        session.enrolment_ids.with_user(self.user_pupil).action_decline()
        self.assertEqual((need.state, need.enrolment_id.id), ("open", False))
        self._hold(score=10.0)
        self.assertEqual(need.state, "open")


@tagged("post_install", "-at_install")
class TestNeedSources(TrainingCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.course.write({"category_ids": [Command.link(cls.category.id)], "cause_ids": [Command.link(cls.cause.id)]})
        cls.general = cls.env["hr.training.course"].create({
            "name": "Fridges", "is_written": True, "category_ids": [Command.link(cls.category.id)]})

    def _collect(self, days=0):
        with freeze_time(fields.Datetime.now() + timedelta(days=days)):
            self.env["hr.training.need"]._collect_needs()
        return self.env["hr.training.need"].search([("employee_id", "=", self.employee_technician.id)])

    def _fail_inspection(self):
        order = self._to_stage(self._create_order(appliance_id=self._create_appliance().id), "repairing")
        self._answer_inspection(order, passed=False)
        return order

    def test_two_failed_inspections_with_one_cause_put_the_course_into_the_plan(self):
        self.env.company.partner_id.lang = False
        self._fail_inspection()
        self.assertFalse(self._collect())
        self._fail_inspection()
        need = self._collect()
        self.assertEqual((need.source, need.course_id, need.count, need.state), ("inspection", self.course, 2, "open"))
        self.assertEqual(need.evidence, "2 cases in 90 days: Test fridge, Fan motor worn")
        self._fail_inspection()
        self.assertEqual((self._collect(), need.count), (need, 3), "one need a cause, however often the job runs")

    def test_cases_older_than_the_window_count_no_more(self):
        self._fail_inspection()
        self._fail_inspection()
        self.assertFalse(self._collect(days=91))

    def test_dropped_need_comes_back_only_when_it_gets_worse(self):
        self._fail_inspection()
        self._fail_inspection()
        self._collect().with_user(self.user_hr).action_dismiss("Broken gauge, not his fault")
        self.assertEqual(self._collect().mapped("state"), ["dismissed"])
        self._fail_inspection()
        self.assertEqual(sorted(self._collect().mapped("state")), ["dismissed", "open"])

    def test_family_course_serves_causes_without_their_own(self):
        find = self.env["hr.training.course"]._find_for_fault
        self.assertEqual(find(self.category, self.cause), self.course)
        self.assertEqual(find(self.category, self.other_cause), self.general)
        child = self.env["repair.appliance.category"].create({"name": "Child", "parent_id": self.category.id})
        self.assertEqual(find(child, self.cause), self.course)
        self.assertFalse(find(self.family, self.cause))

    def test_job_asks_for_a_skill_until_it_is_there(self):
        self.env.company.partner_id.lang = False
        job = self.env["hr.job"].create({"name": "Fitter", "job_skill_ids": [Command.create({
            "skill_type_id": self.skill_type.id, "skill_id": self.refrigeration.id, "skill_level_id": self.level.id,
            "valid_from": self.today})]})
        self.employee_technician.job_id = job
        need = self._collect()
        self.assertEqual((need.source, need.skill_id), ("job", self.refrigeration))
        self.assertEqual(need.evidence, "The job Fitter asks for Test refrigeration: Certified")
        self._certify(self.refrigeration)
        self._collect()
        self.assertEqual(need.state, "met")

    def test_expiring_certificate_is_a_need_until_renewed(self):
        self._certify(self.refrigeration, end=80)
        need = self._collect()
        self.assertEqual((need.source, need.deadline), ("certificate", self.today + timedelta(days=80)))
        self._certify(self.refrigeration, begin=81, end=800)
        self._collect()
        self.assertEqual(need.state, "met")

    def test_newcomer_needs_the_onboarding_courses(self):
        course = self.env["hr.training.course"].create({"name": "Welcome", "kind": "onboarding"})
        self._collect()
        needs = self.env["hr.training.need"].search([("course_id", "=", course.id)])
        self.assertIn(self.pupil, needs.employee_id)
        self.assertEqual(set(needs.mapped("source")), {"onboarding"})

    def test_complaints_that_he_answers_for_make_a_need(self):
        """Two about the same family and cause; a withdrawn one, and one that the desk answers for, are not his."""
        order = self._create_order()
        order.cause_id = self.cause
        order._flow_write({"technician_id": self.pupil.id})
        complaints = self.env["repair.complaint"].create([{
            "partner_id": self.partner.id, "repair_id": order.id, "subject": f"Case {number}", "description": "Not fixed."}
            for number in range(4)])
        complaints[2]._flow_write({"stage": "withdrawn"})
        complaints[3].liable = "desk"
        self._collect()
        need = self.env["hr.training.need"].search([("employee_id", "=", self.pupil.id), ("source", "=", "complaint")])
        self.assertEqual((need.count, need.course_id), (2, self.course))
        row = self.env["hr.career.requirement"]
        self.assertEqual(self.pupil._get_fact_complaints(row, self.today - timedelta(days=30), self.today, {}, False).value, 2.0)


@tagged("post_install", "-at_install")
class TestPlan(TrainingCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.course.cost = 500.0
        cls.plan = cls.env["hr.training.plan"].with_user(cls.user_hr).create({
            "name": "Plan", "year": cls.today.year + 1, "budget": 1500.0, "goals": "First-time fix to 85 %"})
        cls.third = cls.env["hr.employee"].create({"name": "Sun Li"})
        cls.needs = cls.env["hr.training.need"].with_user(cls.user_hr).create([
            {"employee_id": one.id, "course_id": cls.course.id, "source": "manager",
             "deadline": f"{cls.today.year + 1}-03-15"} for one in cls.pupil | cls.other | cls.third])

    def _approve(self):
        self.plan.action_submit()
        self.plan.with_user(self.user_hr_manager).action_approve()

    def test_needs_become_one_line_a_course_with_enough_sessions(self):
        self.plan.action_draw_needs()
        line = self.plan.line_ids
        self.assertEqual((line.course_id, line.month, line.participants, line.sessions_wanted), (self.course, "3", 3, 2))
        self.assertEqual((line.budget, self.plan.planned_cost), (1000.0, 1000.0))
        with self.assertRaises(UserError):
            self.plan.action_draw_needs()

    def test_nobody_approves_the_plan_he_submitted(self):
        self.plan.action_draw_needs()
        self.plan.with_user(self.user_hr_manager).action_submit()
        with self.assertRaises(AccessError):
            self.plan.with_user(self.user_hr_manager).action_approve()
        with self.assertRaises(AccessError):
            self.plan.with_user(self.user_hr).action_approve()

    def test_plan_beyond_its_budget_is_not_submitted(self):
        self.plan.action_draw_needs()
        self.plan.budget = 999.0
        with self.assertRaisesRegex(UserError, "cost more than its budget"):
            self.plan.action_submit()

    def test_approved_plan_changes_with_a_reason_and_a_trace_only(self):
        self.plan.action_draw_needs()
        self._approve()
        line = self.plan.line_ids
        for call in (lambda: line.write({"month": "9"}), lambda: self.plan.write({"budget": 9}), line.unlink,
                     lambda: self.plan.write({"line_ids": [Command.update(line.id, {"month": "9"})]}),
                     lambda: self.plan.write({"state": "draft"}), lambda: self.plan.action_revise("  "),
                     lambda: self.plan.version_ids.write({"changes": "none"}), self.plan.version_ids.unlink):
            with self.assertRaises(UserError):
                call()
        self.plan.action_revise("The room is let")
        line.write({"month": "9"})
        self._approve()
        self.assertEqual(self.plan.version_ids.sorted("number").mapped("changes"), ["First version.", "Leak search, Month: 3 → 9"])
        self.assertEqual(self.plan.version_ids.sorted("number")[1].reason, "The room is let")

    def test_sessions_come_from_the_approved_plan_with_those_in_need(self):
        self.plan.action_draw_needs()
        self.plan.line_ids.trainer_id = self.trainer
        with self.assertRaises(UserError):
            self.plan.action_create_sessions()
        self._approve()
        self.plan.action_create_sessions()
        sessions = self.plan.line_ids.session_ids.sorted("date_start")
        self.assertEqual(sessions.mapped("seated_count"), [0, 0], "planned, nobody is invited yet")
        self.assertEqual([len(session.enrolment_ids) for session in sessions], [2, 1])
        self.assertEqual({session.date_start.month for session in sessions}, {3})
        self.assertTrue(all(session.date_start.weekday() < 5 for session in sessions))
        self.assertEqual(set(self.needs.mapped("state")), {"planned"})
        self.plan.action_create_sessions()
        self.assertEqual(len(self.plan.line_ids.session_ids), 2, "made once")

    def test_progress_and_cost_follow_the_sessions(self):
        self.plan.action_draw_needs()
        self._approve()
        session = self._hold(employees=self.pupil)
        session._flow_write({"plan_line_id": self.plan.line_ids.id})
        session.cost = 640.0
        self.assertEqual((self.plan.held_count, self.plan.session_count, self.plan.progress), (1, 2, 50.0))
        self.assertEqual((self.plan.actual_cost, self.plan.line_ids.passed_count), (640.0, 1))

    def test_plan_closes_with_its_review(self):
        self.plan.action_draw_needs()
        self._approve()
        with self.assertRaisesRegex(UserError, "review"):
            self.plan.action_close()
        self.plan.review = "Reached 83 %."
        self.plan.action_close()
        with self.assertRaises(UserError):
            self.plan.review = "Reached 90 %."

    def test_service_manager_reads_plans_and_employees_do_not(self):
        self.assertEqual(self.plan.with_user(self.user_manager).open_need_count, 3)
        with self.assertRaises(AccessError):
            self.plan.with_user(self.user_manager).action_draw_needs()
        with self.assertRaises(AccessError):
            self.plan.with_user(self.user_pupil).read(["name"])
