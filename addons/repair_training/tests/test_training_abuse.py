from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, freeze_time, tagged

from .common_training import TrainingCommon


@tagged("post_install", "-at_install")
class TestFourEyes(TrainingCommon):

    def test_who_entered_a_result_does_not_close_even_after_the_trainer_handed_over(self):
        session = self._create_session(begin=-30)
        session.action_open()
        row = session.enrolment_ids
        row.with_user(self.user_trainer).write({"attendance": "present", "score": 10.0})
        session.with_user(self.user_trainer).action_submit_results()
        row.with_user(self.user_hr_second).write({"score": 95.0})
        with self.assertRaisesRegex(AccessError, "entered results"):
            session.with_user(self.user_hr_second).action_close()
        session.with_user(self.user_hr).action_close()
        self.assertEqual(row.result, "passed")

    def test_officer_does_not_take_himself_or_a_failed_one_off_the_list(self):
        session = self._create_session(begin=-30, employees=self.employee_hr | self.pupil)
        session.action_open()
        own, row = self._row(session, self.employee_hr), self._row(session, self.pupil)
        row.with_user(self.user_trainer).write({"attendance": "present", "score": 10.0})
        with self.assertRaisesRegex(UserError, "tell the trainer"):
            own.with_user(self.user_hr).action_decline()
        with self.assertRaisesRegex(UserError, "has a result already"):
            row.with_user(self.user_hr).action_decline()
        own.with_user(self.user_hr_second).action_decline()
        self.assertEqual((own.state, row.state), ("declined", "invited"))

    def test_participant_changes_neither_what_the_course_asks_nor_what_it_gives(self):
        survey = self._create_test()
        self.course.write({
            "survey_id": survey.id, "is_practical": True, "check_ids": [Command.create({"name": "Seals"})],
            "skill_ids": [Command.create({
                "skill_type_id": self.skill_type.id, "skill_id": self.electricity.id, "skill_level_id": self.level.id})]})
        session = self._create_session(employees=self.employee_hr)
        session.action_open()
        own = {"course": self.course, "gives": self.course.skill_ids, "check": self.course.check_ids, "test": survey,
               "question": survey.question_ids, "answer": survey.question_ids.suggested_answer_ids[1]}
        own = {name: record.with_user(self.user_hr) for name, record in own.items()}
        calls = {
            "pass mark": lambda: own["course"].write({"pass_score": 0.0}),
            "test away": lambda: own["course"].write({"survey_id": False}),
            "more given": lambda: own["course"].write({"skill_ids": [Command.create({
                "skill_type_id": self.skill_type.id, "skill_id": self.refrigeration.id, "skill_level_id": self.level.id})]}),
            "given": lambda: own["gives"].write({"skill_id": self.refrigeration.id}),
            "created": lambda: own["gives"].create({
                "course_id": self.course.id, "skill_type_id": self.skill_type.id, "skill_id": self.refrigeration.id,
                "skill_level_id": self.level.id}),
            "check": lambda: own["check"].write({"required": False}), "check away": own["check"].unlink,
            "success": lambda: own["test"].write({"scoring_success_min": 1.0}),
            "question away": own["question"].unlink, "answer": lambda: own["answer"].write({"is_correct": True, "answer_score": 10})}
        for name, call in calls.items():
            with self.subTest(name), self.assertRaisesRegex(AccessError, "You take part"), self.env.cr.savepoint():
                call()
        self.course.with_user(self.user_hr_second).pass_score = 60.0
        own["course"].description = "More about leaks"

    def test_code_of_a_minute_ago_signs_nobody_in_any_more(self):
        session = self._create_session()
        session.action_open()
        row = session.enrolment_ids.with_user(self.user_pupil)
        moment = self.now + timedelta(hours=24)
        old = session.sudo()._get_sign_in_codes(moment)[0]
        with freeze_time(moment + timedelta(minutes=3)):
            self.assertEqual(row.action_sign_in(old)["params"]["type"], "danger")
            self.assertFalse(row.attendance)
        with freeze_time(moment + timedelta(seconds=59)):
            self.assertEqual(row.action_sign_in(old)["params"]["type"], "success")

    def test_officer_who_takes_part_does_not_see_the_code(self):
        session = self._create_session(employees=self.employee_hr)
        session.action_open()
        self.assertFalse(session.with_user(self.user_hr).sign_in_code)
        with self.assertRaises(AccessError):
            session.with_user(self.user_hr).action_show_code()
        self.assertTrue(session.with_user(self.user_hr_second).sign_in_code)


@tagged("post_install", "-at_install")
class TestNeedSurvives(TrainingCommon):
    """A training that does not take place leaves the need open, whatever the reason."""

    def _need(self, employee):
        return self.env["hr.training.need"].with_user(self.user_boss).create({"employee_id": employee.id, "course_id": self.course.id})

    def test_who_waited_in_vain_is_in_need_again(self):
        need = self._need(self.other)
        session = self._create_session(begin=-30, employees=self.pupil | self.other, seats=1)
        session.action_open()
        self.assertEqual((need.state, self._row(session, self.other).state), ("planned", "waiting"))
        self._row(session, self.pupil).write({"attendance": "present", "score": 90.0})
        session.with_user(self.user_trainer).action_submit_results()
        session.with_user(self.user_hr_second).action_close()
        self.assertEqual((need.state, self._row(session, self.other).state), ("open", "cancelled"))

    def test_deleted_participant_and_deleted_session_leave_the_need_open(self):
        need = self._need(self.pupil)
        session = self._create_session()
        self.assertEqual(need.state, "planned")
        session.enrolment_ids.unlink()
        self.assertEqual(need.state, "open")
        session.write({"enrolment_ids": [Command.create({"employee_id": self.pupil.id})]})
        self.assertEqual(need.state, "planned")
        session.unlink()
        self.assertEqual((need.state, need.enrolment_id.id), ("open", False))

    def test_dropping_asks_why_and_keeps_the_answer(self):
        need = self._need(self.pupil).with_user(self.user_boss)
        action = need.action_dismiss()
        self.assertEqual((action["res_model"], need.state), ("hr.training.reason", "open"))
        reasons = self.env["hr.training.reason"].with_user(self.user_boss).with_context(**action["context"])
        dialogue = reasons.create({"reason": "He left the van"})
        dialogue.action_confirm()
        self.assertEqual((need.state, need.decision_note), ("dismissed", "He left the van"))
        with self.assertRaisesRegex(UserError, "why"):
            self._need(self.other).with_user(self.user_boss).action_dismiss("  ")

    def test_dialogue_gives_nobody_a_right(self):
        closed = self._hold()
        reasons = self.env["hr.training.reason"].with_user(self.user_pupil)
        for record in (closed.enrolment_ids, self._need(self.pupil)):
            with self.subTest(record=record), self.assertRaises(AccessError):
                reasons.create({"res_model": record._name, "res_id": record.id, "reason": "x"}).action_confirm()
        with self.assertRaisesRegex(UserError, "gone"):
            reasons.create({"res_model": "hr.training.need", "res_id": 2**30, "reason": "x"}).action_confirm()


@tagged("post_install", "-at_install")
class TestSurveyDoors(TrainingCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.survey = cls._create_test()
        cls.course.survey_id = cls.survey
        cls.session = cls._create_session(begin=-1, employees=cls.employee_hr | cls.pupil)
        cls.session.action_open()

    def _start(self, user, employee):
        url = self._row(self.session, employee).with_user(user).action_start_test()["url"]
        return self.env["survey.user_input"].search([("access_token", "=", url.split("answer_token=")[1])])

    def test_officer_writes_no_test_but_by_answering_it(self):
        answer = self._start(self.user_hr, self.employee_hr).with_user(self.user_hr)
        row = self._row(self.session, self.employee_hr)
        for call in (lambda: answer.write({"scoring_percentage": 100.0}), answer.unlink,
                     lambda: answer.write({"training_enrolment_id": False}),
                     lambda: answer.create({"survey_id": self.survey.id, "training_enrolment_id": row.id}),
                     lambda: answer.copy({"state": "done"})):
            with self.assertRaisesRegex(UserError, "own page"), self.env.cr.savepoint():
                call()
        self.assertFalse(row.score_source)

    def test_test_behind_a_result_is_kept(self):
        answer = self._start(self.user_pupil, self.pupil)
        answer._mark_done()
        row = self._row(self.session, self.pupil)
        self.assertEqual(row.survey_input_id, answer)
        with self.assertRaisesRegex(UserError, "own page"), self.env.cr.savepoint():
            answer.with_user(self.user_hr).unlink()
        self.assertTrue(row.survey_input_id.exists())


@tagged("post_install", "-at_install")
class TestPages(TrainingCommon, HttpCase):

    def test_room_shows_the_code_to_trainer_and_hr_and_to_nobody_else(self):
        session = self._create_session()
        session.action_open()
        for login, status in (("test_trainer", 200), ("test_hr", 200), ("test_pupil", 404), ("test_other", 404)):
            with self.subTest(login=login):
                self.authenticate(login, login)
                response = self.url_open(f"/training/session/{session.id}/code")
                self.assertEqual(response.status_code, status)
                shown = any(code in response.text for code in session.sudo()._get_sign_in_codes(fields.Datetime.now()))
                self.assertEqual(shown, status == 200)
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open(f"/training/session/{session.id}/code").url)

    def test_second_attempt_by_the_button_of_the_test_counts(self):
        survey = self._create_test()
        self.course.survey_id = survey
        session = self._create_session(begin=-1)
        session.action_open()
        row = session.enrolment_ids
        self.authenticate("test_pupil", "test_pupil")
        url = row.with_user(self.user_pupil).action_start_test()["url"]
        first = self.env["survey.user_input"].search([("training_enrolment_id", "=", row.id)])
        first._mark_done()
        self.assertEqual((row.score, row.score_source), (0.0, "survey"))
        self.url_open(url.replace("/survey/start/", "/survey/retry/").replace("?answer_token=", "/").split("?")[0])
        again = self.env["survey.user_input"].search([("training_enrolment_id", "=", row.id)]) - first
        self.assertEqual(len(again), 1)
        again._save_lines(survey.question_ids, survey.question_ids.suggested_answer_ids[0].id)
        again._mark_done()
        self.assertEqual(row.score, 100.0)


@tagged("post_install", "-at_install")
class TestResume(TrainingCommon):

    def test_passed_course_stands_in_the_resume_until_it_is_void(self):
        session = self._hold()
        row = session.enrolment_ids
        line = self.env["hr.resume.line"].search([("training_enrolment_id", "=", row.id)])
        self.assertEqual((line.employee_id, line.name, line.line_type_id.is_course), (self.pupil, "Leak search", True))
        self.assertEqual(line.date_start, fields.Datetime.context_timestamp(
            session.with_context(tz="Asia/Shanghai"), session.date_start).date())
        row.with_user(self.user_hr_manager).action_void("Copied")
        self.assertFalse(line.exists())

    def test_failed_course_does_not_stand_there(self):
        row = self._hold(score=10.0).enrolment_ids
        self.assertFalse(self.env["hr.resume.line"].search_count([("training_enrolment_id", "=", row.id)]))
