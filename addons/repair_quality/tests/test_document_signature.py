import base64
import io
from datetime import timedelta

from PIL import Image

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, HttpCase, freeze_time, tagged

from .common_document import DocumentCommon


def make_signature():
    stream = io.BytesIO()
    Image.new("RGB", (60, 20), "white").save(stream, "PNG")
    return base64.b64encode(stream.getvalue())


@tagged("post_install", "-at_install")
class TestDocumentSignature(DocumentCommon):
    """People without a login sign; their head collects it (handbook 10.1.2 (1)(4))."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.workshop.manager_id = cls.other  # of another department: he heads the workshop and the bench under it
        cls.fitter, cls.painter = cls.env["hr.employee"].create([
            {"name": name, "department_id": cls.bench.id} for name in ("Fitter", "Painter")])
        cls.document = cls._write_document()
        cls.version = cls._put_in_force(cls.document)
        rows = cls.document.sudo().reading_ids
        cls.row, cls.second = (
            rows.filtered(lambda row, one=one: row.employee_id == one).sudo(False).with_user(cls.user_other)
            for one in (cls.fitter, cls.painter))
        cls.own = rows.filtered(lambda row: row.employee_id == cls.reader).sudo(False)

    def _dialogue(self, rows, **values):
        action = rows.action_collect()
        form = Form(self.env["qms.document.collect"].with_user(rows.env.user).with_context(**action["context"]))
        for name, value in values.items():
            form[name] = value
        return form.save()

    def test_head_takes_the_signature_on_his_phone(self):
        self.assertTrue(self.row.can_collect)
        wizard = self._dialogue(self.row, signature=make_signature())
        self.assertEqual((wizard.manner, wizard.reader_name), ("signature", "Fitter"))
        wizard.action_confirm()
        self.assertTrue(self.row.read_on)
        self.assertEqual((self.row.manner, self.row.collected_by_id, self.row.can_collect), ("signature", self.user_other, False))
        self.assertTrue(self.row.with_context(bin_size=False).proof)
        self.assertEqual(self.document.unread_count, 2)
        self.own.with_user(self.user_reader).action_confirm()
        self.assertEqual((self.own.sudo().manner, self.own.sudo().collected_by_id.id), ("login", False))

    def test_sheet_that_several_signed_is_recorded_at_once(self):
        rows = self.row | self.second
        with freeze_time(fields.Datetime.to_datetime(self.today + timedelta(days=3))):
            wizard = self._dialogue(rows, sheet=base64.b64encode(b"%PDF-1.4 signed"), signed_on=self.today + timedelta(days=1))
            self.assertEqual(wizard.manner, "paper")
            wizard.sheet_name = "sheet.pdf"
            wizard.action_confirm()
        for row in rows:
            self.assertEqual((row.manner, row.proof_name, row.read_on.date()), ("paper", "sheet.pdf", self.today + timedelta(days=1)))
            self.assertEqual(row.collected_on.date(), self.today + timedelta(days=3))

    def test_day_and_proof_are_checked(self):
        for day in (1, -1):
            with self.assertRaisesRegex(UserError, "day of the signature"):
                self.row._collect("paper", make_signature(), "x.png", self.today + timedelta(days=day))
        for proof in (False, b"", base64.b64encode(b"no picture"), "nonsense!"):
            with self.subTest(proof=proof), self.assertRaises(ValidationError):
                self.row._collect("paper", proof, "x.png", self.today)
        with self.assertRaisesRegex(UserError, "one person signs"):
            (self.row | self.second)._collect("signature", make_signature(), False, False)
        self.assertFalse(self.row.read_on)

    def test_only_heads_and_officers_collect_and_only_for_people_without_a_login(self):
        for user in (self.user_reader, self.user_employee, self.user_technician):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.row.with_user(user).action_collect()
            with self.assertRaises(AccessError):
                self.env["qms.document.collect"].with_user(user).create(
                    {"reading_ids": [(6, 0, self.row.ids)], "sheet": make_signature()}).action_confirm()
        for user in (self.user_other, self.user_officer):
            with self.assertRaisesRegex(UserError, "has a login"):
                self.own.with_user(user).action_collect()
        self._dialogue(self.row.with_user(self.user_officer), signature=make_signature()).action_confirm()
        with self.assertRaisesRegex(UserError, "confirmed this version already"):
            self.row.action_collect()

    def test_signature_is_kept(self):
        self.row._collect("signature", make_signature(), False, False)
        attachment = self.env["ir.attachment"].sudo().search([
            ("res_model", "=", "qms.document.reading"), ("res_id", "=", self.row.id), ("res_field", "=", "proof")])
        officer = self.row.with_user(self.user_quality_manager)
        for call in (lambda: attachment.write({"raw": b"forged"}), attachment.unlink, lambda: officer.sudo().write({"proof": False}),
                     lambda: officer.sudo().write({"manner": "login"}), lambda: officer.sudo().write({"collected_by_id": False})):
            with self.assertRaises(UserError):
                call()

    def test_version_replaced_meanwhile_is_not_signed(self):
        self._put_in_force(self.document, content="<p>Other</p>")
        with self.assertRaises(UserError):
            self.row.action_collect()

    def test_readers_are_reminded_weekly_and_the_head_for_those_without_a_login(self):
        messages = self.env["mail.message"].sudo()

        def remind(days):
            before = messages.search([("subject", "ilike", "Not read yet")])
            with freeze_time(fields.Datetime.to_datetime(self.today + timedelta(days=days))):
                self.env["qms.document.reading"]._remind_unread()
            return (messages.search([("subject", "ilike", "Not read yet")]) - before).notified_partner_ids

        told = self.user_reader.partner_id | self.user_other.partner_id
        self.assertEqual([remind(days) & told for days in (0, 7)], [self.env["res.partner"]] * 2)
        self.assertEqual(remind(8) & told, told)
        self.assertFalse(remind(9) & told)
        self.own.with_user(self.user_reader).action_confirm()
        self.assertEqual(remind(15) & told, self.user_other.partner_id)

    def test_sheet_to_sign_names_those_chosen(self):
        html, _type = self.env["ir.actions.report"].sudo()._render_qweb_html(
            "repair_quality.action_report_readings", (self.row | self.second).ids)
        for text in ("Fitter", "Painter", "Leak search"):
            self.assertIn(text, str(html))
        self.assertNotIn("Reader", str(html))
        self.assertEqual(
            (self.row | self.second).action_print_sheet()["url"], f"/quality/readings/{self.row.id},{self.second.id}")


@tagged("post_install", "-at_install")
class TestReadingSheetRoute(DocumentCommon, HttpCase):

    def test_sheet_is_for_those_who_read_the_rows(self):
        document = self._write_document()
        self._put_in_force(document)
        row = document.sudo().reading_ids.filtered(lambda one: one.employee_id == self.reader)
        for login, status in (("test_employee", 404), ("test_officer", 200)):
            self.authenticate(login, login)
            for ids, expected in ((row.id, status), ("x", 404), (f"{2**31 - 1}", 404), ("9" * 40, 404), ("-1", 404)):
                with self.subTest(login=login, ids=ids):
                    self.assertEqual(self.url_open(f"/quality/readings/{ids}").status_code, expected)
