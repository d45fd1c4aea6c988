from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged, users

from .common_supplier import SupplierCommon


@tagged("post_install", "-at_install")
class TestSupplierCertificates(SupplierCommon):
    def _watch(self):
        self.env["repair.supplier.certificate"]._cron_watch_certificates()

    def _get_alarms(self, certificate):
        return certificate.activity_ids

    def test_an_approval_needs_the_required_certificates(self):
        with self.assertRaisesRegex(UserError, "Business licence"):
            self.cheap._qualify_supplier("approved", "audit")
        certificate = self._add_certificate(self.cheap, end=-1)
        with self.assertRaisesRegex(UserError, "Business licence"):
            self.cheap._qualify_supplier("approved", "audit")
        certificate.valid_to = self.env["res.partner"]._get_score_today()
        self.cheap._qualify_supplier("approved", "audit")
        self.assertEqual(self.cheap.supplier_qualification, "approved")

    def test_a_certificate_is_valid_on_its_first_and_last_day(self):
        states = [
            (self._add_certificate(vendor, start=start, end=end).state) for vendor, start, end in (
                (self.cheap, 0, 400), (self.middle, 1, 400), (self.dear, -400, 0), (self.supplier, -400, -1))]
        self.assertEqual(states, ["valid", "future", "expiring", "expired"])

    def test_a_certificate_without_end_stays_valid(self):
        self.assertEqual(self._add_certificate(self.cheap, end=None).state, "valid")

    def test_warnings_come_at_90_30_and_7_days_and_at_the_lapse_once_each(self):
        self.cheap.buyer_id = self.user_buyer
        certificate = self._add_certificate(self.cheap, end=200)
        self.licence.is_required = False
        warned = []
        for left in (91, 90, 89, 30, 29, 8, 7, 1, -1, -2):
            # Only the passing of days is played: the end moves, and what was warned stays.
            warned_days = certificate.warned_days
            certificate.valid_to = self.env["res.partner"]._get_score_today() + timedelta(days=left)
            certificate._note_warned(warned_days)
            before = self.env["mail.activity"].search([("res_model", "=", certificate._name)], order="id desc", limit=1).id or 0
            self._watch()
            new = self._get_alarms(certificate).filtered(lambda activity, before=before: activity.id > before)
            warned.append((left, new.user_id))
        self.assertEqual([left for left, told in warned if told], [90, 30, 7, -1])
        self.assertEqual({user for _left, user in warned if user}, {self.user_buyer})

    def test_the_days_of_warning_are_data(self):
        self.licence.warning_days = "10"
        certificate = self._add_certificate(self.cheap, end=30)
        self._watch()
        self.assertFalse(self._get_alarms(certificate))
        self.assertEqual(certificate.state, "valid")
        for wrong in ("", "soon", "0", "9, -3", "1000"):
            with self.assertRaises(ValidationError, msg=wrong), self.cr.savepoint():
                self.licence.warning_days = wrong or " "

    def test_a_renewed_certificate_warns_no_more(self):
        old = self._add_certificate(self.cheap, end=20)
        self._watch()
        self.assertEqual(len(self._get_alarms(old)), 1)
        self._add_certificate(self.cheap, start=-1, end=700)
        self.assertEqual(old.state, "renewed")
        self.assertFalse(self._get_alarms(old))
        self._watch()
        self.assertFalse(self._get_alarms(old))

    def test_a_required_certificate_that_lapses_puts_on_trial(self):
        certificate = self._add_certificate(self.cheap, end=10)
        self._qualify(self.cheap, "approved")
        certificate.valid_to = self.env["res.partner"]._get_score_today() - timedelta(days=1)
        self._watch()
        self.assertEqual(self.cheap.supplier_qualification, "trial")
        self.assertIn(certificate.number, self.cheap.supplier_qualification_reason)

    def test_it_blocks_where_the_kind_says_so_and_warns_only_where_it_says_that(self):
        for action, state in (("block", "blocked"), ("none", "approved")):
            self.licence.lapse_action = action
            vendor = self._create_vendor(action)
            certificate = self._add_certificate(vendor)
            self._qualify(vendor, "approved")
            certificate.valid_to = self.env["res.partner"]._get_score_today() - timedelta(days=1)
            self._watch()
            self.assertEqual(vendor.supplier_qualification, state)

    def test_a_certificate_that_is_not_required_changes_nothing(self):
        self._qualify(self.cheap, "approved")
        self._add_certificate(self.cheap, self.env.ref("repair_parts.certificate_kind_ccc"), end=-1)
        self._watch()
        self.assertEqual(self.cheap.supplier_qualification, "approved")

    def test_a_renewed_required_certificate_does_not_put_on_trial(self):
        self._add_certificate(self.cheap, start=-800, end=-1)
        self._add_certificate(self.cheap, start=-30, end=700)
        self._qualify(self.cheap, "approved")
        self._watch()
        self.assertEqual(self.cheap.supplier_qualification, "approved")

    def test_a_blocked_supplier_is_not_raised_to_a_trial_by_a_lapse(self):
        self._add_certificate(self.cheap, end=-1)
        self._qualify(self.cheap, "blocked")
        self._watch()
        self.assertEqual(self.cheap.supplier_qualification, "blocked")

    def test_certificates_belong_to_the_company(self):
        contact = self.env["res.partner"].create({"name": "Salesman", "parent_id": self.cheap.id})
        with self.assertRaises(ValidationError):
            self._add_certificate(contact)

    def test_the_list_counts_what_is_to_renew(self):
        self._add_certificate(self.cheap, end=20)
        self._add_certificate(self.cheap, self.env.ref("repair_parts.certificate_kind_ccc"), end=-3)
        self._add_certificate(self.middle)
        self.assertEqual((self.cheap | self.middle).mapped("certificates_to_renew"), [2, 0])

    @users("test_buyer", "test_keeper")
    def test_buyers_record_certificates_but_neither_delete_them_nor_change_the_rules(self):
        certificate = self.env["repair.supplier.certificate"].create({
            "partner_id": self.cheap.id, "kind_id": self.licence.id, "number": self.env.user.login, "valid_from": "2026-01-01",
            "warned_days": 7})
        self.assertEqual(certificate.warned_days, 0)
        with self.assertRaises(UserError):
            certificate.write({"warned_days": 7})
        with self.assertRaises(AccessError):
            certificate.unlink()
        with self.assertRaises(AccessError):
            self.licence.with_user(self.env.user).write({"is_required": False})

    def test_a_lapse_that_blocks_is_noticed_before_the_night(self):
        self.licence.lapse_action = "block"
        certificate = self._add_certificate(self.cheap)
        self._qualify(self.cheap, "approved")
        self._create_rfq(self.cheap)
        certificate.valid_to = self.env["res.partner"]._get_score_today() - timedelta(days=1)
        self.assertEqual(self.cheap.supplier_qualification, "approved")
        with self.assertRaisesRegex(UserError, f"{certificate.number}.* lapsed on"), self.cr.savepoint():
            self._create_rfq(self.cheap)
        self.assertEqual(self.spare._propose_suppliers(1)[0].partner, self.middle)
        self._add_certificate(self.cheap, start=-1)
        self.assertTrue(self._create_rfq(self.cheap))

    def test_the_last_day_ends_where_the_company_is(self):
        """Half past one at night on 11 March in Shanghai, still the 10th in Greenwich: what was valid to the 10th has lapsed."""
        certificate = self._add_certificate(self.cheap)
        self._qualify(self.cheap, "approved")
        certificate.valid_to = "2026-03-10"
        for moment, state in (("2026-03-10 15:30:00", "approved"), ("2026-03-10 17:30:00", "trial")):
            with self.subTest(moment), patch.object(fields.Datetime, "now", lambda now=moment: fields.Datetime.to_datetime(now)):
                self.env.invalidate_all()
                self._watch()
                self.assertEqual(self.cheap.supplier_qualification, state)
