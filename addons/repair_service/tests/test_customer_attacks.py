from email.message import EmailMessage
from unittest.mock import patch

from odoo import http
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common_complaint import ComplaintCommon

UNSTORABLE = ("\x00", "a\x00b", "a\ud800b")
FORGED = ("é", "\x01", "ключ", "x" * 5_000)


@tagged("post_install", "-at_install")
class TestCustomerAttacks(ComplaintCommon, HttpCase):
    """What a stranger, or the holder of one link, tries on the pages without a login."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({
            "country_id": cls.env.ref("base.cn").id, "repair_request_per_address": 500, "repair_request_per_phone": 500})
        cls.env["repair.request.count"].search([]).unlink()

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    def _post(self, url, **data):
        return self.url_open(url, data={"csrf_token": http.Request.csrf_token(self), **data})

    def _count(self):
        return self.env["repair.complaint"].search_count([])

    def _last(self):
        return self.env["repair.complaint"].search([], order="id desc", limit=1)

    # Texts and keys that break comparisons and databases

    def test_a_forged_key_opens_nothing_and_breaks_nothing(self):
        complaint = self._complain()
        order = f"/my/repairs/{self.order.id}"
        pages = [order + step for step in ("", "/visit", "/papers/settlement", "/photos/1", "/satisfaction", "/complain")]
        for page in [*pages, f"/my/complaints/{complaint.id}"]:
            for forged in FORGED:
                with self.subTest(page=page, forged=forged[:5]):
                    response = self.opener.get(self.base_url() + page, params={"access_token": forged}, timeout=30)
                    self.assertLess(response.status_code, 500)
                    self.assertNotIn(self.order.name, response.text)
        for step in ("approve", "accept"):
            answer = self.url_open(
                f"{order}/{step}", json={"params": {"access_token": "é", "name": "Li", "signature": "aGk="}}).json()
            self.assertIn("not valid", answer["result"]["error"])

    def test_characters_no_database_keeps_are_left_out_of_the_forms(self):
        before, fields = self._count(), ("category", "description", "contact_name", "phone", "email", "subject", "remedy_asked", "kind")
        for name in fields:
            values = {"category": "other", "description": f"Bla {name}", "phone": "13711112222", name: "a\x00b"}
            self.assertEqual(self._post("/complaint/send", **values).status_code, 200, name)
        self.assertEqual(self._count(), before + len(fields) - 1, "the one without a telephone number is asked for it")
        for name in ("category_id", "brand_id", "fault", "model_name", "serial_number", "city", "zip", "contact_name", "phone", "street"):
            for text in ("a\x00b", "x" * 200_000):
                values = {
                    "category_id": str(self.category.id), "fault": f"x{name}", "contact_name": "Li", "phone": "13911112222",
                    "consent": "service", "step": "send", name: text}
                with self.subTest(name=name, text=text[:3]):
                    self.assertEqual(self._post("/repair/request", **values).status_code, 200)

    def test_calls_with_such_texts_are_refused_in_words(self):
        for text in UNSTORABLE:
            for values in ({"fault_description": text}, {"wished_windows": text}):
                with self.subTest(text=text), self.assertRaises(ValidationError):
                    self.order.with_user(self.user_desk).write(values)

    # Doubled, flooded

    def test_the_same_complaint_sent_twice_is_one(self):
        before, texts = self._count(), {"category": "other", "description": "Van blocks the way", "contact_name": "Li"}
        first = self._post("/complaint/send", phone="137 1111 2222", **texts)
        again = self._post("/complaint/send", phone="+86 13711112222", **texts)
        self.assertEqual(self._count(), before + 1)
        self.assertEqual(first.url, again.url, "the second one leads to the page of the first")
        self._post("/complaint/send", phone="13711112222", **{**texts, "description": "Van still blocks the way"})
        self.assertEqual(self._count(), before + 2)

    def test_an_order_is_complained_of_twice_by_a_double_click_once(self):
        before, url = self._count(), f"/my/repairs/{self.order.id}/complain/send?access_token={self.order._portal_ensure_token()}"
        for _click in range(2):
            self._post(url, category="service", description="He came late")
        self.assertEqual(self._count(), before + 1)

    def test_one_address_sends_so_many_an_hour_and_shuts_out_nobody_else(self):
        self.company.repair_request_per_address = 4
        before = self._count()
        for number in range(6):
            page = self._post("/complaint/send", category="other", description=f"Spam {number}", phone=f"1371111000{number}")
        self.assertEqual(self._count(), before + 4)
        self.assertIn("repair_complaint_error", page.text)
        with patch.object(type(self.env["repair.request.count"]), "_take", self._take_elsewhere()):
            self._post("/complaint/send", category="other", description="Honest", phone="13722220000")
        self.assertEqual(self._count(), before + 5)

    def _take_elsewhere(self):
        known = type(self.env["repair.request.count"])._take
        return lambda model, kind, text, limit, hours: known(
            model, kind, "192.0.2.7" if kind == "complaint" else text, limit, hours)

    def test_a_holder_of_a_link_does_not_flood_his_case(self):
        complaint = self._complain()
        url = f"/my/complaints/{complaint.id}/add?access_token={complaint._portal_ensure_token()}"
        for number in range(12):
            page = self._post(url, text=f"More {number}")
        self.assertEqual(sum("More" in (body or "") for body in complaint.message_ids.mapped("body")), 10)
        self.assertIn("repair_complaint_error", page.text)

    def test_nobodys_mailbox_is_flooded_by_receipts(self):
        """Three receipts a day to one address, however many telephone numbers stand beside it."""
        self.company.repair_request_per_phone = 3
        for number in range(5):
            self._post(
                "/complaint/send", category="other", description=f"x {number}", phone=f"1371111000{number}", email="victim@example.com")
        self.assertEqual(self.env["mail.mail"].search_count([("email_to", "=", "victim@example.com")]), 3)

    # Machines that write mails

    def _receive(self, model, record, headers, author=None):
        mail = EmailMessage()
        for name, value in {"From": "bob@example.com", "Subject": "Away", **headers}.items():
            mail[name] = value
        mail.set_content("I am away")
        values = {
            "message_type": "email", "email_from": "bob@example.com", "subject": "Away", "body": "x", "message_id": "<1@example.com>",
            "author_id": author and author.id, "attachments": [], "partner_ids": [], "parent_id": False}
        alias = self.env["mail.alias"].search([("alias_model_id.model", "=", model)], limit=1)
        self.env["mail.thread"]._message_route_process(mail, values, [(model, record and record.id, {}, self.env.uid, alias)])

    def test_an_out_of_office_note_is_no_complaint(self):
        before = self._count()
        self._receive("repair.complaint", None, {"Auto-Submitted": "auto-replied"})
        self.assertEqual(self._count(), before)
        self._receive("repair.complaint", None, {})
        self.assertEqual(self._count(), before + 1)

    def test_only_the_customers_own_mail_ends_the_wait(self):
        complaint = self._complain()
        complaint._wait("Photo")
        self._receive("repair.complaint", complaint, {"Auto-Submitted": "auto-replied"}, self.partner)
        self.assertTrue(complaint.paused_since, "a machine")
        self._receive("repair.complaint", complaint, {}, self.user_head.partner_id)
        self.assertTrue(complaint.paused_since, "a colleague")
        self._receive("repair.complaint", complaint, {}, self.partner)
        self.assertFalse(complaint.paused_since)
        self.assertIn("The customer has answered", complaint.activity_ids.mapped("summary"))

    # From one link to another

    def test_the_page_of_a_case_does_not_open_the_order(self):
        """Who complains with somebody's number has the case put to that customer's order by the desk: he gets no key of the order."""
        complaint = self.env["repair.complaint"].create({
            "subject": "x", "description": "x", "phone": "13700000000", "channel": "web", "contact_name": "Eve"})
        complaint.write({"repair_id": self.order.id})
        token, page = self.order._portal_ensure_token(), self.url_open(complaint.get_portal_url())
        self.assertIn(complaint.number, page.text)
        self.assertNotIn(token, page.text)
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(page.headers["X-Robots-Tag"], "noindex")

    def test_a_closed_link_takes_its_papers_along(self):
        complaint = self._complain()
        self.order.action_create_invoice()
        invoice = self.order.invoice_ids
        invoice.action_post()
        old = complaint.get_portal_url(), invoice.get_portal_url()
        self.order.action_revoke_link()
        for url, name in zip(old, (complaint.number, invoice.name), strict=True):
            self.assertNotIn(name, self.url_open(url).text)
        self.assertIn(complaint.number, self.url_open(complaint.get_portal_url()).text)
        self.assertIn(invoice.name, self.url_open(invoice.get_portal_url()).text)

    # Who sees what of who complains

    def test_contact_data_of_cases_are_for_those_who_work_on_them(self):
        complaint = self._complain(phone="13800001234", email="wang@example.com", contact_name="Wang Fang")
        names = ["phone", "phone_digits", "email", "contact_name"]

        def read(user):
            [row] = complaint.with_user(user).read(names)
            return [row[name] for name in names]

        whole = ["13800001234", "13800001234", "wang@example.com", "Wang Fang"]
        masked = ["138****1234", "138****1234", "w***@example.com", "Wang *"]
        for user in self.user_desk | self.user_manager | self.user_member | self.user_head:
            self.assertEqual(read(user), whole, user.login)
        self.assertEqual(read(self.user_inspector), masked)
        self.assertEqual(read(self.user_accountant), [masked[0], masked[1], *whole[2:]])
        inspected = self.env["repair.complaint"].with_user(self.user_inspector)
        self.assertFalse(inspected.search([("phone", "ilike", "1380000")]))
        with self.assertRaises(AccessError):
            inspected.search([], order="phone")
        with self.assertRaises(AccessError), mute_logger("odoo.http"):
            self.env["res.partner"].with_user(self.user_inspector).search([], order="phone")
        self.assertTrue(self.env["res.partner"].with_user(self.user_inspector).search([], order="name", limit=1))

    def test_a_masked_number_is_never_saved(self):
        complaint = self._complain(phone="13800001234")
        complaint.with_user(self.user_member).write({"phone": "138****1234", "subject": "Late again"})
        self.assertEqual((complaint.phone, complaint.subject), ("13800001234", "Late again"))

    # Languages

    def test_alarms_speak_the_language_of_who_gets_them(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.user_member.lang, self.user_head.lang = "zh_CN", "en_US"
        complaint = self._complain(user_id=self.user_member.id).with_context(lang=False)
        complaint._raise_alarm("late")
        by_user = {activity.user_id: activity.summary for activity in complaint.activity_ids}
        self.assertEqual(by_user[self.user_head], "Target is missed")
        self.assertEqual(by_user[self.user_member], "已超时限")

    def test_what_is_noted_speaks_the_language_of_the_company(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.company.partner_id.lang = "zh_CN"
        enquiry = self.env["repair.enquiry"].with_context(lang="en_US").create({"contact_name": "Li", "question": "x"})
        self.assertNotIn("created", str(enquiry.message_ids.mapped("body")))

    # Several companies, one form

    def test_a_visitor_chooses_the_branch(self):
        other = self.env["res.company"].create({"name": "Branch of Suzhou", "country_id": self.env.ref("base.cn").id})
        self.env["hr.employee"].create({"name": "T", "company_id": other.id, "is_technician": True})
        page = self.url_open("/complaint").text
        self.assertIn("Branch of Suzhou", page)
        self._post("/complaint/send", company=str(other.id), category="other", description="Late", phone="13711112222")
        self.assertEqual(self._last().company_id, other)
        other.repair_web_request = False
        self._post("/complaint/send", company=str(other.id), category="other", description="Later", phone="13711112222")
        self.assertNotEqual(self._last().company_id, other, "a company that takes none gets none")
