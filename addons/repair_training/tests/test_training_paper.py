from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, freeze_time, tagged

from .common_training import TrainingCommon


@tagged("post_install", "-at_install")
class TestCertificatePaper(TrainingCommon, HttpCase):

    def test_paper_and_link_tell_holder_course_and_validity(self):
        row = self._hold().enrolment_ids
        html = self.env["ir.actions.report"]._render_qweb_html("repair_training.report_training_certificate", row.ids)[0].decode()
        for text in ("Chen Jie", "Leak search", row.certificate_number, row.sudo().get_verification_url()):
            self.assertIn(text, html)
        page = self.url_open(f"/training/certificate/{row.sudo().certificate_token}").text
        self.assertIn("o_state o_good", page)
        self.assertIn("Chen Jie", page)
        nothing = self.url_open("/training/certificate/" + "x" * 30).text
        self.assertIn("o_state o_bad", nothing)
        self.assertNotIn("<dl>", nothing)

    def test_paper_is_for_holder_manager_and_hr(self):
        row = self._hold().enrolment_ids
        for user in (self.user_pupil, self.user_boss, self.user_hr):
            self.assertEqual(row.with_user(user).action_print_certificate()["type"], "ir.actions.act_url")
        for user in (self.user_other, self.user_trainer, self.user_technician):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                row.with_user(user).action_print_certificate()
        with self.assertRaises(AccessError):
            row.with_user(self.user_pupil).read(["certificate_token"])

    def test_expired_certificate_says_so(self):
        self.course.validity_months = 1
        row = self._hold().enrolment_ids
        with freeze_time(fields.Datetime.now() + timedelta(days=40)):
            self.assertEqual(row._get_certificate_state(), "expired")
