import base64
import io
from datetime import timedelta

import openpyxl

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common_training import TrainingCommon


@tagged("post_install", "-at_install")
class TestResults(TrainingCommon):

    def test_session_held_and_closed_gives_result_hours_and_certificate(self):
        self.course.validity_months = 12
        session = self._hold(score=80.0)
        row = session.enrolment_ids
        self.assertEqual((row.result, row.credited_hours, row.course_name), ("passed", 6.0, "Leak search"))
        self.assertTrue(row.certificate_number.startswith("TC"))
        self.assertEqual(row.valid_from, self.today)
        self.assertEqual(row.valid_until, fields.Date.add(self.today, months=12, days=-1))
        self.assertEqual(session.closed_by_id, self.user_hr_second)

    def test_failed_says_why_and_gives_nothing(self):
        row = self._hold(score=69.0).enrolment_ids
        self.assertEqual((row.result, row.result_reason, row.certificate_number), ("failed", "Not passed: written test", False))
        self.assertEqual(row.credited_hours, 6.0, "he was there")

    def test_absent_earns_no_hours(self):
        session = self._create_session(begin=-30)
        session.action_open()
        session.enrolment_ids.attendance = "absent"
        session.with_user(self.user_trainer).action_submit_results()
        session.with_user(self.user_hr_second).action_close()
        self.assertEqual((session.enrolment_ids.result, session.enrolment_ids.credited_hours), ("absent", 0.0))

    def test_nothing_is_handed_over_while_results_are_missing(self):
        session = self._create_session(begin=-30, employees=self.pupil | self.other)
        session.action_open()
        self._row(session, self.pupil).with_user(self.user_trainer).write({"attendance": "present", "score": 75.0})
        self._row(session, self.other).with_user(self.user_trainer).attendance = "present"
        with self.assertRaisesRegex(UserError, "Results are missing: Zhao Lei"):
            session.with_user(self.user_trainer).action_submit_results()

    def test_trainer_opens_the_grid_and_others_do_not(self):
        session = self._create_session(begin=-30, employees=self.pupil | self.other)
        session.action_open()
        action = session.with_user(self.user_trainer).action_enter_results()
        rows = self.env["hr.training.enrolment"].with_user(self.user_trainer).search(action["domain"])
        rows.write({"attendance": "present", "score": 71.0})
        self.assertEqual(session.enrolment_ids.mapped("score"), [71.0, 71.0])
        for user in (self.user_pupil, self.user_boss):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                session.with_user(user).action_enter_results()

    def test_no_point_is_a_result_and_an_empty_score_is_none(self):
        session = self._create_session(begin=-30)
        session.action_open()
        row = session.enrolment_ids.with_user(self.user_trainer)
        row.attendance = "present"
        self.assertFalse(row.has_score)
        row.action_zero_points()
        self.assertTrue(row.has_score)
        session.with_user(self.user_trainer).action_submit_results()
        session.with_user(self.user_hr_second).action_close()
        self.assertEqual(row.sudo().result, "failed")

    def test_results_before_the_session_are_refused(self):
        session = self._create_session(begin=2)
        session.action_open()
        with self.assertRaisesRegex(UserError, "once the session has begun"):
            session.enrolment_ids.with_user(self.user_trainer).attendance = "present"
        with self.assertRaisesRegex(UserError, "has not ended"):
            session.with_user(self.user_trainer).action_submit_results()
        with self.assertRaises(UserError):
            self.env["hr.training.enrolment"].with_user(self.user_hr).create(
                {"session_id": session.id, "employee_id": self.other.id, "score": 100.0})

    def test_participant_enters_nothing_and_colleagues_neither(self):
        session = self._create_session(begin=-30)
        session.action_open()
        for user in (self.user_pupil, self.user_other, self.user_boss):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                session.enrolment_ids.with_user(user).write({"attendance": "present", "score": 100.0})

    def test_hr_officer_neither_enters_nor_closes_his_own_result(self):
        session = self._create_session(begin=-30, employees=self.pupil | self.employee_hr)
        session.action_open()
        own = self._row(session, self.employee_hr).with_user(self.user_hr)
        with self.assertRaisesRegex(AccessError, "his own result"):
            own.write({"attendance": "present", "score": 100.0})
        session.enrolment_ids.with_user(self.user_trainer).write({"attendance": "present", "score": 80.0})
        session.with_user(self.user_trainer).action_submit_results()
        with self.assertRaisesRegex(AccessError, "another HR officer"):
            session.with_user(self.user_hr).action_close()
        session.with_user(self.user_hr_second).action_close()
        self.assertEqual(own.result, "passed")

    def test_who_hands_results_over_does_not_close(self):
        session = self._create_session(begin=-30)
        session.action_open()
        session.enrolment_ids.with_user(self.user_hr).write({"attendance": "present", "score": 80.0})
        session.with_user(self.user_hr).action_submit_results()
        with self.assertRaisesRegex(AccessError, "ask another HR officer"):
            session.with_user(self.user_hr).action_close()

    def test_trainer_changes_nothing_after_handing_over(self):
        session = self._hold(close=False)
        with self.assertRaises(AccessError):
            session.enrolment_ids.with_user(self.user_trainer).score = 100.0

    def test_closed_results_stay_as_they_are_for_everybody(self):
        session = self._hold(score=60.0)
        row = session.enrolment_ids
        for user in (self.user_trainer, self.user_hr, self.user_hr_manager, self.env.user):
            for values in ({"score": 100.0}, {"attendance": "absent"}, {"note": "x"}, {"session_id": self._create_session().id}):
                with self.subTest(user=user.login, values=values), self.assertRaises(UserError):
                    row.with_user(user).write(values)
        for values in ({"date_start": self.now - timedelta(days=400)}, {"hours": 100.0}, {"trainer_id": self.other.id},
                       {"enrolment_ids": [Command.create({"employee_id": self.other.id})]},
                       {"enrolment_ids": [Command.update(row.id, {"score": 99.0})]}):
            with self.subTest(values=values), self.assertRaises(UserError):
                session.with_user(self.user_hr).write(values)
        with self.assertRaises(UserError):
            session.unlink()
        with self.assertRaises(UserError):
            row.unlink()
        self.course.write({"name": "Renamed", "pass_score": 10.0})
        self.assertEqual((row.course_name, row.result), ("Leak search", "failed"))

    def test_grid_of_a_hundred_costs_as_many_queries_as_one_of_ten(self):
        def count(number):
            employees = self.env["hr.employee"].create([{"name": f"E{number}-{index}"} for index in range(number)])
            session = self._create_session(begin=-30, employees=employees, seats=number)
            session.action_open()
            session.enrolment_ids.write({"attendance": "present", "score": 50.0})
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            session.with_user(self.user_trainer).action_submit_results()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before
        few = count(10)
        self.assertLessEqual(count(100), few + 3)


@tagged("post_install", "-at_install")
class TestPractical(TrainingCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.course.write({"is_practical": True, "check_ids": [
            Command.create({"name": "Isolates the unit"}), Command.create({"name": "Finds the leak"}),
            Command.create({"name": "Cleans up", "required": False})]})
        cls.session = cls._create_session(begin=-30)
        cls.session.action_open()
        cls.row = cls.session.enrolment_ids.with_user(cls.user_trainer)

    def test_checklist_decides_the_practical_test(self):
        self.row.write({"attendance": "present", "score": 90.0})
        self.row.action_checklist()
        first, second, third = self.row.check_ids
        first.answer = "pass"
        self.assertFalse(self.row.practical, "a point that must be passed is open")
        second.answer = "pass"
        self.assertEqual(self.row.practical, "pass", "the third need not be passed")
        third.answer = "fail"
        self.assertEqual(self.row.practical, "pass")
        second.answer = "fail"
        self.assertEqual(self.row.practical, "fail")
        with self.assertRaisesRegex(UserError, "follows from his checklist"):
            self.row.practical = "pass"

    def test_pupil_answers_no_point_and_adds_none(self):
        self.row.action_checklist()
        with self.assertRaises(AccessError):
            self.row.check_ids[0].with_user(self.user_pupil).answer = "pass"
        with self.assertRaises(AccessError):
            self.row.with_user(self.user_pupil).action_checklist()
        with self.assertRaises(UserError):
            self.env["hr.training.check.answer"].with_user(self.user_hr).create(
                {"enrolment_id": self.row.id, "name": "x", "answer": "pass"})

    def test_points_of_a_closed_test_stay(self):
        self.row.write({"attendance": "present", "score": 90.0})
        self.row.action_checklist()
        self.row.check_ids.write({"answer": "fail"})
        self.session.with_user(self.user_trainer).action_submit_results()
        self.session.with_user(self.user_hr_second).action_close()
        self.assertEqual(self.row.sudo().result_reason, "Not passed: practical test")
        for user in (self.user_trainer, self.user_hr):
            with self.subTest(user=user.login), self.assertRaises(UserError):
                self.row.check_ids.with_user(user).write({"answer": "pass"})


@tagged("post_install", "-at_install")
class TestGrants(TrainingCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plain = cls.env["hr.skill.type"].create({
            "name": "Crafts", "skill_ids": [Command.create({"name": "Soldering"})],
            "skill_level_ids": [
                Command.create({"name": "Basic", "level_progress": 30}), Command.create({"name": "Master", "level_progress": 90})]})
        cls.basic, cls.master = cls.plain.skill_level_ids.sorted("level_progress")
        cls.course.write({"validity_months": 24, "skill_ids": [
            Command.create({"skill_type_id": cls.skill_type.id, "skill_id": cls.refrigeration.id, "skill_level_id": cls.level.id}),
            Command.create({"skill_type_id": cls.plain.id, "skill_id": cls.plain.skill_ids.id, "skill_level_id": cls.basic.id})]})

    def test_passing_gives_the_approved_certificate_from_today_not_from_the_course_date(self):
        session = self._hold()
        row = self.pupil.employee_skill_ids.filtered(lambda row: row.skill_id == self.refrigeration)
        self.assertEqual((row.approval_state, row.approved_by_id), ("approved", self.user_hr_second))
        self.assertEqual((row.valid_from, row.valid_to), (self.today, fields.Date.add(self.today, months=24, days=-1)))
        self.assertEqual(row.certificate_number, session.enrolment_ids.certificate_number)
        self.assertEqual(row.training_enrolment_id, session.enrolment_ids)

    def test_skill_rises_but_never_falls(self):
        self._hold()
        self.assertEqual(self.pupil._get_skill_levels(self.today)[self.plain.skill_ids.id], 30)
        self.env["hr.employee.skill"].create({
            "employee_id": self.other.id, "skill_type_id": self.plain.id, "skill_id": self.plain.skill_ids.id,
            "skill_level_id": self.master.id, "valid_from": self.today})
        self._hold(employees=self.other)
        self.assertEqual(self.other._get_skill_levels(self.today)[self.plain.skill_ids.id], 90)

    def test_failing_gives_nothing(self):
        self._hold(score=10.0)
        self.assertFalse(self.pupil.employee_skill_ids)

    def test_nobody_claims_that_his_certificate_comes_from_training(self):
        session = self._hold()
        own = self.env["hr.employee.skill"].with_user(self.user_other)
        with self.assertRaises(AccessError):
            own.create(self._certificate_vals(self.electricity, employee=self.other, training_enrolment_id=session.enrolment_ids.id))

    def test_void_result_stays_on_record_and_takes_back_what_it_gave(self):
        row = self._hold().enrolment_ids
        with self.assertRaises(AccessError):
            row.with_user(self.user_hr).action_void("Somebody else wrote the test")
        with self.assertRaisesRegex(UserError, "why"):
            row.with_user(self.user_hr_manager).action_void("  ")
        row.with_user(self.user_hr_manager).action_void("Somebody else wrote the test")
        self.assertEqual((row.result, row.voided_by_id, row.credited_hours), ("passed", self.user_hr_manager, 0.0))
        self.assertNotIn(self.refrigeration.id, self.pupil._get_skill_levels(self.today))
        self.assertEqual(row._get_certificate_state(), "void")
        with self.assertRaises(UserError):
            row.with_user(self.user_hr_manager).action_void("again")


@tagged("post_install", "-at_install")
class TestImport(TrainingCommon):

    def _import(self, content, session, user=None, name="results.csv"):
        wizard = self.env["hr.training.result.import"].with_user(user or self.user_trainer).create({
            "session_id": session.id, "file": content, "filename": name})
        wizard.action_check()
        return wizard

    def test_five_hundred_results_with_twenty_bad_rows(self):
        employees = self.env["hr.employee"].create([{"name": f"Employee {index}", "barcode": f"X{index:03d}"} for index in range(500)])
        session = self._create_session(begin=-30, employees=employees, seats=500)
        session.action_open()
        book = openpyxl.Workbook()
        book.active.append(["工号", "姓名", "出勤", "成绩", "备注"])
        for index in range(500):
            score = {0: 101, 1: "很好", 2: -5}.get(index % 25 if index < 100 else 9, index % 101)
            badge = f"Y{index}" if 100 <= index < 108 else f"X{index:03d}"
            book.active.append([badge, None, "出勤", score, None])
        stream = io.BytesIO()
        book.save(stream)
        wizard = self._import(base64.b64encode(stream.getvalue()), session, name="results.xlsx")
        self.assertEqual((wizard.good_count, wizard.bad_count), (480, 20))
        self.assertFalse(any(session.enrolment_ids.mapped("attendance")), "checking stores nothing")
        errors = {line.number: line.error for line in wizard.line_ids}
        self.assertEqual(sorted(errors)[:4], [2, 3, 4, 27])
        self.assertEqual(errors[2], "score '101' does not lie between 0 and 100")
        self.assertEqual(errors[3], "score '很好' is no number")
        self.assertEqual(errors[102], "'Y100' takes no part in this session")
        self.assertEqual(base64.b64decode(wizard.report).decode("utf-8-sig").count("\r\n"), 21)
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        wizard.action_import()
        self.env.flush_all()
        self.assertLess(self.env.cr.sql_log_count - before, 150)
        taken = session.enrolment_ids.filtered("attendance")
        self.assertEqual(len(taken), 480)
        self.assertEqual(set(taken.mapped("score_source")), {"sheet"})
        self.assertEqual(self._row(session, employees[499]).score, 499 % 101)
        self.assertEqual(self._row(session, employees[499]).entered_by_id, self.user_trainer)

    def test_only_trainer_and_hr_import(self):
        session = self._create_session(begin=-30)
        session.action_open()
        sheet = self._make_sheet([["badge", "attendance", "score"], ["B001", "yes", 100]])
        for user in (self.user_pupil, self.user_boss):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._import(sheet, session, user)
        self._import(sheet, session).action_import()
        self.assertEqual(session.enrolment_ids.score, 100.0)

    def test_files_that_are_no_sheet_are_refused_in_words(self):
        session = self._create_session(begin=-30)
        session.action_open()
        for content, expected in (
            (False, "Choose the sheet"), (base64.b64encode(b"PK broken"), "cannot be read"),
            (self._make_sheet([["lunch", "score"], ["x", 1]]), "first row names the columns"),
            (base64.b64encode(b"\xff\xfe\x00\x81"), "cannot be read|first row"),
        ):
            with self.subTest(expected=expected), self.assertRaisesRegex(UserError, expected):
                self._import(content, session)

    def test_closed_session_takes_no_sheet(self):
        session = self._hold()
        with self.assertRaises(UserError):
            self._import(self._make_sheet([["badge", "score"], ["B001", 100]]), session)


@tagged("post_install", "-at_install")
class TestWrittenTest(TrainingCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.survey = cls.env["survey.survey"].create({
            "title": "Leaks", "scoring_type": "scoring_without_answers", "scoring_success_min": 60.0, "users_login_required": True,
            "access_mode": "token",
            "question_and_page_ids": [Command.create({
                "title": f"Question {index}", "question_type": "simple_choice", "suggested_answer_ids": [
                    Command.create({"value": "right", "is_correct": True, "answer_score": 10}), Command.create({"value": "wrong"})],
            }) for index in range(2)],
        })
        cls.course.survey_id = cls.survey
        cls.session = cls._create_session(begin=1)
        cls.session.action_open()
        cls.row = cls.session.enrolment_ids

    def _take(self, right):
        """Answer ``right`` of the two questions rightly."""
        url = self.row.with_user(self.user_pupil).action_start_test()["url"]
        answer = self.env["survey.user_input"].search([("access_token", "=", url.split("answer_token=")[1])])
        for index, question in enumerate(self.survey.question_ids):
            choice = question.suggested_answer_ids.filtered(lambda one, good=index < right: one.is_correct == good)
            answer._save_lines(question, str(choice[0].id))
        answer._mark_done()
        return answer

    def test_test_counts_by_itself_and_cannot_be_overwritten(self):
        with freeze_time(self.now + timedelta(hours=2)):
            self._take(1)
            self.assertEqual((self.row.score, self.row.score_source), (50.0, "survey"))
            with self.assertRaisesRegex(UserError, "cannot be overwritten"):
                self.row.with_user(self.user_trainer).score = 100.0
            self._take(2)
            self.assertEqual(self.row.score, 100.0)
            self._take(0)
            self.assertEqual(self.row.score, 100.0, "the best attempt counts")

    def test_pass_mark_is_the_surveys(self):
        self.assertEqual(self.row._get_demand().pass_score, 60.0)

    def test_only_the_participant_takes_it_and_only_in_time(self):
        with self.assertRaisesRegex(UserError, "from the beginning"):
            self.row.with_user(self.user_pupil).action_start_test()
        with freeze_time(self.now + timedelta(hours=2)):
            for user in (self.user_other, self.user_trainer, self.user_hr):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    self.row.with_user(user).action_start_test()

    def test_attempt_after_the_results_were_handed_over_changes_nothing(self):
        with freeze_time(self.now + timedelta(hours=2)):
            self._take(1)
            url = self.row.with_user(self.user_pupil).action_start_test()["url"]
            late = self.env["survey.user_input"].search([("access_token", "=", url.split("answer_token=")[1])])
            self.row.with_user(self.user_trainer).attendance = "present"
        with freeze_time(self.now + timedelta(hours=9)):
            self.session.with_user(self.user_trainer).action_submit_results()
            for question in self.survey.question_ids:
                late._save_lines(question, str(question.suggested_answer_ids.filtered("is_correct").id))
            late._mark_done()
        self.assertEqual(self.row.score, 50.0)

    def test_survey_without_scoring_is_no_test(self):
        with self.assertRaises(UserError):
            self.course.survey_id = self.env["survey.survey"].create({"title": "Opinion", "scoring_type": "no_scoring"})
