from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common_training import TrainingCommon


@tagged("post_install", "-at_install")
class TestCourse(TrainingCommon):

    def test_course_cannot_require_itself_through_another(self):
        second = self.env["hr.training.course"].create({"name": "Second", "prerequisite_ids": [Command.link(self.course.id)]})
        with self.assertRaises(ValidationError):
            self.course.prerequisite_ids = second

    def test_practical_test_needs_a_checklist(self):
        with self.assertRaises(ValidationError):
            self.course.is_practical = True
        self.course.write({"is_practical": True, "check_ids": [Command.create({"name": "Finds the leak"})]})

    def test_skill_and_level_come_from_one_type(self):
        other = self.env["hr.skill.type"].create({
            "name": "Other", "skill_ids": [Command.create({"name": "x"})], "skill_level_ids": [Command.create({"name": "y"})]})
        with self.assertRaises(ValidationError):
            self.course.skill_ids = [Command.create({
                "skill_type_id": self.skill_type.id, "skill_id": self.refrigeration.id, "skill_level_id": other.skill_level_ids.id})]

    def test_employees_read_courses_and_change_none(self):
        course = self.course.with_user(self.user_pupil)
        self.assertEqual(course.name, "Leak search")
        with self.assertRaises(AccessError):
            course.name = "Mine"
        with self.assertRaises(AccessError):
            self.env["hr.training.course"].with_user(self.user_boss).create({"name": "Mine"})

    def test_prerequisite_must_be_passed_before(self):
        advanced = self.env["hr.training.course"].create({
            "name": "Advanced", "is_written": True, "prerequisite_ids": [Command.link(self.course.id)]})
        with self.assertRaisesRegex(ValidationError, "Chen Jie has not passed Leak search"):
            self._create_session(advanced)
        self._hold(score=80.0)
        self._create_session(advanced)

    def test_trainer_needs_the_certificate_on_the_day_of_the_session(self):
        self.course.trainer_skill_ids = self.refrigeration
        session = self._create_session(begin=24 * 10)
        with self.assertRaisesRegex(UserError, "Qian Jianguo may not teach Leak search.*Test refrigeration"):
            session.action_open()
        row = self._certify(self.refrigeration, employee=self.trainer, end=9)
        with self.assertRaises(UserError):
            session.action_open()
        row.valid_to = self.today + timedelta(days=11)
        session.action_open()
        with self.assertRaises(UserError):
            session.trainer_id = self.other


@tagged("post_install", "-at_install")
class TestInvitation(TrainingCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.third = cls.env["hr.employee"].create({"name": "Sun Li"})
        cls.session = cls._create_session(employees=cls.pupil | cls.other | cls.third)

    def test_seats_are_given_in_order_and_the_rest_waits(self):
        self.session.action_open()
        self.assertEqual(self.session.enrolment_ids.sorted("id").mapped("state"), ["invited", "invited", "waiting"])
        self.assertEqual((self.session.seated_count, self.session.waiting_count), (2, 1))

    def test_who_declines_gives_his_seat_to_who_waits_longest(self):
        self.session.action_open()
        self._row(self.session, self.pupil).with_user(self.user_pupil).action_decline()
        self.assertEqual(self._row(self.session, self.third).state, "invited")
        self.assertEqual(self._row(self.session, self.pupil).state, "declined")

    def test_more_seats_invite_who_waits(self):
        self.session.action_open()
        self.session.seats = 3
        self.assertEqual(self._row(self.session, self.third).state, "invited")

    def test_nobody_answers_for_a_colleague(self):
        self.session.action_open()
        row = self._row(self.session, self.pupil)
        for user in (self.user_other, self.user_boss, self.user_trainer):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                row.with_user(user).action_confirm()
        row.with_user(self.user_pupil).action_confirm()
        self.assertEqual(row.state, "confirmed")

    def test_the_invited_is_told(self):
        self.session.action_open()
        notified = self.env["mail.message"].search([("model", "=", "hr.training.session"), ("res_id", "=", self.session.id)])
        self.assertIn(self.user_pupil.partner_id, notified.notified_partner_ids)

    def test_trainer_is_no_participant(self):
        with self.assertRaises(ValidationError):
            self.session.enrolment_ids = [Command.create({"employee_id": self.trainer.id})]
        with self.assertRaises(ValidationError):
            self.session.trainer_id = self.pupil

    def test_open_session_moves_into_the_future_only(self):
        self.session.action_open()
        with self.assertRaisesRegex(UserError, "later date"):
            self.session.write({"date_start": self.now - timedelta(days=30), "date_end": self.now - timedelta(days=29)})

    def test_session_recorded_afterwards_says_so(self):
        late = self._create_session(begin=-48)
        late.action_open()
        self.assertTrue(late.recorded_late)

    def test_only_hr_opens_cancels_and_closes(self):
        for user in (self.user_pupil, self.user_trainer, self.user_boss):
            for action in ("action_open", "action_cancel", "action_close", "action_reopen"):
                with self.subTest(user=user.login, action=action), self.assertRaises(AccessError):
                    getattr(self.session.with_user(user), action)()

    def test_flow_fields_are_closed_to_rpc(self):
        for values in ({"state": "closed"}, {"closed_on": "2020-01-01 00:00:00"}, {"name": "TS-1"}):
            with self.subTest(values=values), self.assertRaises(UserError):
                self.session.with_user(self.user_hr).write(values)
        row = self._row(self.session, self.pupil)
        for values in ({"state": "confirmed"}, {"result": "passed"}, {"certificate_number": "TC1"}, {"signed_in_on": "2020-01-01"}):
            with self.subTest(values=values), self.assertRaises(UserError):
                row.with_user(self.user_hr).write(values)
        forged = self._create_session(employees=self.pupil).with_context(default_result="passed", default_state="confirmed")
        other = forged.env["hr.training.enrolment"].create({"session_id": forged.id, "employee_id": self.other.id})
        self.assertEqual((other.state, other.result), ("draft", False))

    def test_participant_reads_his_row_and_no_colleagues(self):
        rows = self.env["hr.training.enrolment"]
        self.assertEqual(rows.with_user(self.user_pupil).search([("session_id", "=", self.session.id)]).employee_id, self.pupil)
        self.assertEqual(len(rows.with_user(self.user_boss).search([("session_id", "=", self.session.id)])), 2)
        self.assertEqual(len(rows.with_user(self.user_trainer).search([("session_id", "=", self.session.id)])), 3)
        self.assertFalse(rows.with_user(self.user_technician).search([("session_id", "=", self.session.id)]))


@tagged("post_install", "-at_install")
class TestSignIn(TrainingCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.session = cls._create_session()
        cls.session.action_open()
        cls.row = cls.session.enrolment_ids

    def _sign_in(self, hours, code=None, user=None):
        moment = self.now + timedelta(hours=hours)
        with freeze_time(moment):
            return self.row.with_user(user or self.user_pupil).action_sign_in(code or self._get_code(moment))

    def _get_code(self, moment):
        return self.session.sudo()._get_sign_in_codes(moment)[0]

    def test_right_code_in_time_marks_present(self):
        self._sign_in(24.5)
        self.assertEqual((self.row.attendance, self.row.state), ("present", "confirmed"))
        self.assertEqual(self.row.signed_in_on, self.now + timedelta(hours=24.5))

    def test_too_early_and_afterwards_nobody_signs_in(self):
        for hours in (22.9, 30.1):
            with self.subTest(hours=hours), self.assertRaisesRegex(UserError, "one hour before"):
                self._sign_in(hours)
        self.assertFalse(self.row.attendance)

    def test_five_wrong_codes_lock_the_sixth(self):
        wrong = "000000" if self._get_code(self.now + timedelta(hours=24)) != "000000" else "111111"
        for _try in range(5):
            self.assertEqual(self._sign_in(24, wrong)["params"]["type"], "danger")
        self.assertFalse(self.row.attendance)
        with self.assertRaisesRegex(UserError, "ask the trainer"):
            self._sign_in(24)

    def test_nobody_signs_in_a_colleague(self):
        for user in (self.user_other, self.user_trainer, self.user_hr):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._sign_in(24, user=user)

    def test_code_is_for_trainer_and_hr_only(self):
        codes = self.session.sudo()._get_sign_in_codes(fields.Datetime.now())
        for user in (self.user_trainer, self.user_hr):
            self.assertIn(self.session.with_user(user).sign_in_code, codes)
        session = self.session.with_user(self.user_pupil)
        self.assertFalse(session.sign_in_code)
        with self.assertRaises(AccessError):
            session.read(["sign_in_secret"])

    def test_dialogue_signs_in(self):
        code = self._get_code(self.now + timedelta(hours=25))
        dialogue = self.env["hr.training.sign.in"].with_user(self.user_pupil).create({"enrolment_id": self.row.id, "code": code})
        with freeze_time(self.now + timedelta(hours=25)):
            dialogue.action_sign_in()
        self.assertEqual(self.row.attendance, "present")


@tagged("post_install", "-at_install")
class TestOnboarding(TrainingCommon):

    def _create(self, first_day, **values):
        return self.env["hr.employee"].create({
            "name": "New one", "date_version": first_day, "hr_responsible_id": self.user_hr.id, "parent_id": self.boss.id, **values})

    def _get_summaries(self, employee):
        return employee.activity_ids.sorted("date_deadline").mapped(lambda activity: (activity.date_deadline, activity.user_id.login))

    def test_onboarding_begins_on_the_day_of_hire(self):
        employee = self._create(self.today, user_id=self.user_accountant.id)
        days = [self.today + timedelta(days=days) for days in (0, 3, 5, 7)]
        self.assertEqual(self._get_summaries(employee), list(zip(
            days, ["test_hr", "test_accountant", "test_boss", "test_hr"], strict=True)))

    def test_who_begins_later_gets_it_on_his_day_and_once(self):
        employee = self._create(self.today + timedelta(days=10))
        self.assertFalse(employee.activity_ids)
        for day in (9, 10, 11):
            with freeze_time(fields.Datetime.now() + timedelta(days=day)):
                self.env["hr.employee"]._add_certification_activity_to_employees()
            self.assertEqual(len(employee.activity_ids), 0 if day < 10 else 4)
        self.assertEqual(employee.onboarding_started_on, self.today + timedelta(days=10))

    def test_an_old_hand_entered_late_is_no_newcomer(self):
        self.assertFalse(self._create(self.today - timedelta(days=31)).activity_ids)
        self.assertTrue(self._create(self.today - timedelta(days=30)).activity_ids)

    def test_without_manager_hr_stands_in(self):
        employee = self._create(self.today, parent_id=False)
        self.assertEqual(set(employee.activity_ids.user_id.mapped("login")), {"test_hr"})
