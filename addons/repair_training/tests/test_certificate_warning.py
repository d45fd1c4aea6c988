from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import freeze_time, tagged

from .common import RepairTrainingCommon

RENEW = "repair_training.mail_activity_type_renew_certificate"
REPLACE = "repair_training.mail_activity_type_replace_technician"


@tagged("post_install", "-at_install")
class TestCertificateWarning(RepairTrainingCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.employee_technician.hr_responsible_id = cls.user_hr

    def _run_daily_job(self, days=0):
        with freeze_time(fields.Datetime.now() + timedelta(days=days)):
            self.env["hr.employee"]._add_certification_activity_to_employees()
        return self.employee_technician.activity_search([RENEW])

    def test_hr_is_warned_once_per_period_on_one_activity(self):
        row = self._certify(self.refrigeration, end=100)
        self.assertFalse(self._run_daily_job(9), "91 days left")
        activity = self._run_daily_job(10)
        self.assertEqual((len(activity), activity.user_id), (1, self.user_hr))
        self.assertEqual((row.warned_days, activity.date_deadline), (90, row.valid_to - timedelta(days=30)))
        self.assertEqual(self._run_daily_job(11), activity)
        self.assertEqual(self._run_daily_job(70), activity, "30 days left renews the open activity")
        self.assertEqual((row.warned_days, activity.date_deadline), (30, row.valid_to - timedelta(days=7)))
        self._run_daily_job(93)
        self.assertEqual((row.warned_days, activity.date_deadline), (7, row.valid_to))

    def test_done_warning_comes_back_with_the_next_period_only(self):
        self._certify(self.refrigeration, end=60)
        self._run_daily_job().action_feedback()
        self.assertFalse(self._run_daily_job(1))
        self.assertTrue(self._run_daily_job(30))

    def test_missed_days_do_not_lose_a_warning(self):
        row = self._certify(self.refrigeration, end=100)
        self.assertEqual(len(self._run_daily_job(96)), 1)
        self.assertEqual(row.warned_days, 7)

    def test_renewed_and_unapproved_certificates_warn_nobody(self):
        self._certify(self.refrigeration, end=20)
        self._certify(self.refrigeration, begin=21, end=400)
        self._certify(self.electricity, end=20, approve=False)
        self.assertFalse(self._run_daily_job())

    def test_successor_with_a_gap_does_not_silence_the_warning(self):
        self._certify(self.refrigeration, end=20)
        self._certify(self.refrigeration, begin=22, end=400)
        self.assertEqual(len(self._run_daily_job()), 1)

    def test_periods_are_the_companys(self):
        self.company.certificate_warning_days = "15"
        self._certify(self.refrigeration, end=20)
        self.assertFalse(self._run_daily_job())
        self.assertTrue(self._run_daily_job(5))
        for nonsense in ("soon", "-3", "0", "30;7", "99999999999"):
            with self.subTest(nonsense=nonsense), self.assertRaises(ValidationError):
                self.company.certificate_warning_days = nonsense
        self.company.certificate_warning_days = False


@tagged("post_install", "-at_install")
class TestBrokenVisits(RepairTrainingCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rows = cls._certify_fully()
        appliance = cls._create_appliance(category_id=cls.family.id)
        cls.order = cls._create_order(appliance_id=appliance.id, user_id=cls.user_dispatcher.id)
        cls.visit = cls._book(cls.order, start=fields.Datetime.now().replace(microsecond=0) + timedelta(days=3))
        cls.safe_visit = cls._book(cls._create_order(), start=fields.Datetime.now().replace(microsecond=0) + timedelta(days=4))

    def _search(self):
        return self.env["repair.appointment"].with_user(self.user_dispatcher).search([("is_certificate_missing", "=", True)])

    def test_visit_appears_when_its_certificate_is_cut_short(self):
        self.assertFalse(self._search())
        self.rows[0].valid_to = self.today + timedelta(days=1)
        self.assertEqual(self._search(), self.visit)
        self.assertIn("expired", self._search().certificate_problem)
        self.assertIn(self.safe_visit, self.env["repair.appointment"].search([("is_certificate_missing", "=", False)]))

    def test_past_and_cancelled_visits_do_not_appear(self):
        self.rows.valid_to = self.today + timedelta(days=1)
        self.visit.action_cancel()
        self.assertFalse(self._search())

    def test_dispatcher_gets_one_activity_per_order(self):
        self.rows.valid_to = self.today + timedelta(days=1)
        for _day in range(2):
            self.env["hr.employee"]._add_certification_activity_to_employees()
        activity = self.order.activity_search([REPLACE])
        self.assertEqual((len(activity), activity.user_id), (1, self.user_dispatcher))

    def test_certificate_that_ends_tonight_leaves_no_visit_tomorrow(self):
        start = fields.Datetime.to_datetime(self.today + timedelta(days=1)) + timedelta(hours=2)
        self.rows.valid_to = self.today
        with self.assertRaisesRegex(ValidationError, "expired"), self.env.cr.savepoint():
            self._book(self._create_order(appliance_id=self.order.appliance_id.id), start=start)
        self.rows.valid_to = self.today + timedelta(days=30)
        visit = self._book(self._create_order(appliance_id=self.order.appliance_id.id), start=start)
        self.rows.valid_to = self.today
        self.assertTrue(self.employee_technician._is_qualified_for(self.family, self.today))
        self.assertFalse(self.employee_technician._is_qualified_for(self.family, self.today + timedelta(days=1)))
        self.assertEqual(self._search(), self.visit | visit)
