from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common_training import TrainingCommon


@tagged("post_install", "-at_install")
class TestMentorship(TrainingCommon):

    def _pair(self, mentee=None, user=None, start=True, **values):
        pair = self.env["hr.mentorship"].with_user(user or self.user_boss).create({
            "mentor_id": self.trainer.id, "mentee_id": (mentee or self.pupil).id, "goals": "Finds leaks alone",
            "date_start": self.today - timedelta(days=5), "date_end": self.today + timedelta(days=60), **values})
        if start:
            pair.action_start()
        return pair

    def _log(self, pair, user=None, **values):
        return self.env["hr.mentorship.log"].with_user(user or self.user_trainer).create({
            "mentorship_id": pair.id, "date": self.today, "hours": 2.5, "name": "Two visits together", **values})

    def test_log_confirmed_and_both_signatures_end_it(self):
        pair = self._pair()
        entry = self._log(pair)
        self.assertEqual(pair.hours, 0.0, "not confirmed yet")
        mentor, mentee = pair.with_user(self.user_trainer), pair.with_user(self.user_pupil)
        mentor.write({"result": "reached", "assessment": "Careful and quick"})
        with self.assertRaisesRegex(UserError, "confirmed by the other one"):
            mentor.action_sign()
        entry.with_user(self.user_pupil).action_confirm()
        with self.assertRaisesRegex(UserError, "signs first"):
            mentee.action_sign()
        mentor.action_sign()
        with self.assertRaises(UserError):
            mentor.assessment = "Slow"
        mentee.comment = "Thank you"
        mentee.action_sign()
        self.assertEqual((pair.state, pair.hours), ("done", 2.5))
        for user in (self.user_trainer, self.user_pupil, self.user_hr, self.user_boss):
            with self.subTest(user=user.login), self.assertRaises(UserError):
                pair.with_user(user).write({"comment": "x"})

    def test_nobody_signs_confirms_or_assesses_for_the_other(self):
        pair = self._pair()
        entry = self._log(pair)
        for user in (self.user_trainer, self.user_boss, self.user_hr):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                entry.with_user(user).action_confirm()
        with self.assertRaises(AccessError):
            pair.with_user(self.user_pupil).result = "reached"
        with self.assertRaises(AccessError):
            pair.with_user(self.user_trainer).comment = "He liked it"
        with self.assertRaises(AccessError):
            pair.with_user(self.user_boss).action_sign()
        with self.assertRaises(UserError):
            pair.with_user(self.user_trainer).write({"mentee_signed_on": self.now, "state": "done"})

    def test_load_of_a_mentor_is_limited(self):
        self.company.mentor_limit = 1
        self._pair()
        with self.assertRaisesRegex(UserError, "has 1 apprentices already"):
            self._pair(self.other)

    def test_pairs_are_planned_by_hr_and_the_manager_only(self):
        for user in (self.user_pupil, self.user_trainer, self.user_other):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._pair(user=user)
        self._pair(user=self.user_hr)

    def test_log_is_not_back_dated(self):
        pair = self._pair(date_start=self.today - timedelta(days=100))
        for days in (15, -1):
            with self.subTest(days=days), self.assertRaises(ValidationError):
                self._log(pair, date=self.today - timedelta(days=days))
        self._log(pair, date=self.today - timedelta(days=14))

    def test_confirmed_entry_stays(self):
        pair = self._pair()
        entry = self._log(pair)
        entry.with_user(self.user_pupil).action_confirm()
        for call in (lambda: entry.write({"hours": 9.0}), lambda: entry.with_user(self.user_hr).write({"hours": 9.0}), entry.unlink,
                     lambda: pair.with_user(self.user_trainer).write({"log_ids": [Command.update(entry.id, {"hours": 9.0})]})):
            with self.assertRaises(UserError):
                call()

    def test_strangers_see_nothing(self):
        pair = self._pair()
        self._log(pair)
        for model in ("hr.mentorship", "hr.mentorship.log"):
            self.assertFalse(self.env[model].with_user(self.user_other).search([]))


@tagged("post_install", "-at_install")
class TestTrainingFile(TrainingCommon, HttpCase):

    def test_file_is_complete_and_keeps_what_was_declared_void(self):
        self._hold(score=85.0)
        void = self._hold(score=90.0).enrolment_ids
        void.with_user(self.user_hr_manager).action_void("Somebody else sat there")
        self._certify(self.refrigeration, employee=self.pupil, certificate_number="T310112345")
        html = self.env["ir.actions.report"]._render_qweb_html("repair_training.report_training_file", self.pupil.ids)[0].decode()
        for text in ("Chen Jie", "Leak search", "Somebody else sat there", "T310112345", "test_hr_second", "Recorded afterwards"):
            self.assertIn(text, html)
        self.assertEqual(self.pupil._get_training_file()["hours"], 6.0)

    def test_file_is_for_the_employee_his_manager_and_hr(self):
        for user in (self.user_pupil, self.user_boss, self.user_hr):
            own = self.env["hr.employee"].with_user(user).browse(self.pupil.id)
            self.assertIn("/training/file/", own.action_print_training_file()["url"])
        for user in (self.user_other, self.user_trainer, self.user_technician, self.user_manager):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["hr.employee"].with_user(user).browse(self.pupil.id).action_print_training_file()

    def test_stranger_finds_no_file_under_the_address(self):
        self.user_other.password = "test_other_pw"
        self.authenticate("test_other", "test_other_pw")
        self.assertEqual(self.url_open(f"/training/file/{self.pupil.id}").status_code, 404)
