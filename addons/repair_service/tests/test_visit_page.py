from datetime import timedelta
from unittest.mock import patch

from lxml import html

from odoo import fields, http
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import RepairServiceCommon


@tagged("post_install", "-at_install")
class TestVisitPage(RepairServiceCommon, HttpCase):
    """The customer's page of his visit: who comes, and another time by himself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})
        cls.env["hr.employee"].search([("is_technician", "=", True)]).write({"is_technician": False})
        cls.employee_technician.write({
            "is_technician": True, "job_title": "Refrigeration technician", "service_badge": "AL-0101", "mobile_phone": "13900001111",
            "barcode": "KIOSK77",
        })
        cls.company.phone = "021 5550 6688"
        cls.partner.write({"tz": "Asia/Shanghai", "lang": "en_US"})
        cls.order = cls._create_order()
        cls.start = fields.Datetime.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
        cls.visit = cls._book(cls.order, cls.start)
        cls.other_order = cls._create_order(appliance_id=cls._create_appliance(serial_number="VISIT-OTHER").id)

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)
        self.opener.cookies.set("frontend_lang", "en_US")

    def _open(self, order=None, suffix=""):
        order = order or self.order
        return html.fromstring(self.url_open(order.get_portal_url(suffix=suffix)).text)

    def _post(self, step, order=None, token=None, csrf=True, **data):
        order = order or self.order
        token = order._portal_ensure_token() if token is None else token
        data = {"visit_id": self.visit.id, "reason": "I am travelling", **data}
        if csrf:
            data["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open(f"/my/repairs/{order.id}/visit/{step}?access_token={token}", data=data)

    def _get_offer(self):
        return self._open(suffix="/visit").xpath("//input[@name='start']/@value")[0]

    def test_the_page_shows_who_comes(self):
        text = self._open().text_content()
        for words in ("Zhang Wei", "Refrigeration technician", "AL-0101", "13900001111", self.visit.with_context(lang="en_US").window):
            self.assertIn(words, text)
        self.assertNotIn("KIOSK77", text, "the number that opens the attendance kiosk is nobody's business")

    def test_the_customer_moves_his_visit_on_the_page(self):
        offer = self._get_offer()
        page = html.fromstring(self._post("change", start=offer).text)
        self.assertIn("Your visit is moved", page.text_content())
        visit = self.order.next_appointment_id
        self.assertEqual((fields.Datetime.to_string(visit.start), visit.rescheduled_from_id), (offer, self.visit))
        self.assertEqual(self.visit.changed_by, "customer")

    def test_the_customer_calls_his_visit_off_on_the_page(self):
        page = html.fromstring(self._post("cancel", reason="It works again").text)
        self.assertIn("Your visit is cancelled", page.text_content())
        self.assertEqual((self.visit.state, self.order.service_stage), ("cancelled", "requested"))

    def test_the_page_offers_several_windows(self):
        offers = self._open(suffix="/visit").xpath("//input[@name='start']/@value")
        self.assertEqual(len(offers), 12)
        self.assertEqual(len(set(offers)), 12)

    @mute_logger("odoo.http")
    def test_a_missing_wrong_or_foreign_token_changes_nothing(self):
        offer = self._get_offer()
        for token in ("", "wrong", self.other_order._portal_ensure_token()):
            for step in ("change", "cancel"):
                with self.subTest(token=token, step=step):
                    self.assertIn("/web/login", self._post(step, token=token, start=offer).url)
            self.assertIn("/web/login", self.url_open(f"/my/repairs/{self.order.id}/visit?access_token={token}").url)
        self.assertEqual(self.visit.state, "confirmed")

    @mute_logger("odoo.http")
    def test_a_form_without_the_pages_own_mark_is_refused(self):
        offer = self._get_offer()
        for step in ("change", "cancel"):
            self.assertEqual(self._post(step, csrf=False, start=offer).status_code, 400)
            self.assertEqual(self.url_open(f"/my/repairs/{self.order.id}/visit/{step}").status_code, 405)
        self.assertEqual(self.visit.state, "confirmed")

    def test_staff_changes_the_visit_on_the_order_not_on_the_customers_page(self):
        self.authenticate("test_desk", "test_desk")
        self._post("cancel", token="")
        self.assertEqual(self.visit.state, "confirmed")

    def test_a_forged_window_is_refused_with_fresh_offers(self):
        night = fields.Datetime.to_string(self.start + timedelta(minutes=7))
        for start in (night, "2020-01-01 08:00:00", "nonsense", ""):
            page = html.fromstring(self._post("change", start=start).text)
            self.assertIn("not free any more", page.xpath("//*[@id='repair_visit_error']")[0].text_content())
            self.assertTrue(page.xpath("//input[@name='start']"))
        self.assertEqual(self.visit.state, "confirmed")
        self.assertFalse(self._open(suffix="/visit").xpath("//*[@id='repair_visit_error']"), "the answer is given once")

    def test_a_window_that_somebody_else_took_is_refused_with_fresh_offers(self):
        offer = self._get_offer()
        start = fields.Datetime.to_datetime(offer)
        self._book(self.other_order, start)
        page = html.fromstring(self._post("change", start=offer).text)
        self.assertIn("not free any more", page.xpath("//*[@id='repair_visit_error']")[0].text_content())
        self.assertNotIn(offer, page.xpath("//input[@name='start']/@value"))

    def test_a_form_of_a_visit_that_has_changed_is_refused(self):
        offer = self._get_offer()
        self.env["repair.appointment"]._book(
            self.order, self.employee_technician, self.start + timedelta(days=1), self.start + timedelta(days=1, hours=2),
            self.visit, "Technician ill")
        for step in ("change", "cancel"):
            self.assertIn("has changed since", self._post(step, start=offer).text)
        self.assertEqual(self.order.next_appointment_id.state, "confirmed")

    def test_too_late_the_page_gives_the_telephone_number(self):
        self.company.repair_customer_notice = 72
        page = self._open(suffix="/visit")
        self.assertIn("021 5550 6688", page.xpath("//*[@id='repair_visit_refusal']")[0].text_content())
        self.assertFalse(page.xpath("//form[@id='repair_change']"))
        self.assertIn("until 72 hours", self._post("cancel").text)
        self.assertEqual(self.visit.state, "confirmed")

    def test_without_a_visit_there_is_nothing_to_change(self):
        self.visit.action_cancel()
        self.assertIn(f"/my/repairs/{self.order.id}?", self.url_open(self.order.get_portal_url(suffix="/visit")).url)
        self._post("cancel")
        self.assertEqual(self.order.service_stage, "requested")

    def test_the_reason_is_shown_as_text(self):
        self._post("change", start=self._get_offer(), reason="<script>alert(1)</script>")
        note = self.order.message_ids.filtered(lambda message: "by the customer" in (message.body or ""))
        self.assertNotIn("<script>", note[0].body)
        self.assertIn("alert(1)", note[0].body)

    def test_a_delay_is_shown(self):
        with patch.object(fields.Datetime, "now", lambda *args: self.start + timedelta(hours=1)):
            self.visit._report_delay(90)
        self.assertIn("we are late", self._open().xpath("//*[@id='repair_visit_delay']")[0].text_content())

    def test_an_unfriendly_error_is_no_traceback(self):
        error = UserError("The calendar is closed.")

        def refuse(visit, *args):
            raise error

        with patch.object(type(self.visit), "_customer_cancel", refuse):
            self.assertIn("The calendar is closed.", self._post("cancel").text)
