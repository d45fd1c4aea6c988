import base64
import io

from PIL import Image

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MailCommon

from .common import RepairServiceCommon

MAIL = """Return-Path: <{sender}>
To: {to}
From: Sun Jianguo <{sender}>
Subject: Fridge
Message-Id: <{number}@example.org>
{headers}MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

It does not cool any more.
--b
Content-Type: image/png
Content-Disposition: attachment; filename="fault.png"
Content-Transfer-Encoding: base64

{picture}
--b--
"""


@tagged("post_install", "-at_install")
class TestRequestMail(RepairServiceCommon, MailCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        stream = io.BytesIO()
        Image.new("RGB", (40, 40), "blue").save(stream, "PNG")
        cls.picture = base64.b64encode(stream.getvalue()).decode()
        alias = cls.env.ref("repair_service.mail_alias_enquiry")
        alias.alias_domain_id = cls.mail_alias_domain
        cls.address = f"{alias.alias_name}@{cls.mail_alias_domain.name}"

    def _receive(self, sender="sun@example.org", headers="", number=1):
        before = self.env["repair.enquiry"].search([])
        with self.mock_mail_gateway(), mute_logger("odoo.addons.mail.models.mail_thread"):
            self.env["mail.thread"].message_process(None, MAIL.format(
                sender=sender, headers=headers, number=f"n{number}", to=self.address, picture=self.picture))
        return self.env["repair.enquiry"].search([]) - before

    def _get_answers(self, address="sun@example.org"):
        return self._new_mails.filtered(lambda mail: address in (mail.email_to or ""))

    def test_a_mail_is_a_request_with_its_photo_and_is_answered_with_number_and_link(self):
        enquiry = self._receive()
        self.assertEqual(len(enquiry), 1)
        self.assertEqual((enquiry.channel, enquiry.is_request, enquiry.contact_name), ("mail", True, "Sun Jianguo"))
        self.assertEqual(enquiry.image_count, 1)
        answer = self._get_answers()
        self.assertEqual(len(answer), 1)
        self.assertIn(enquiry.name, answer.subject)
        self.assertIn(enquiry.sudo().request_token, answer.body_html)
        self.assertIn("auto-replied", answer.headers)

    def test_the_photo_goes_over_to_the_order(self):
        enquiry = self._receive()
        order = self.env["repair.order"].browse(enquiry.with_user(self.user_desk).action_new_request()["res_id"])
        self.assertEqual(order.photo_ids.mapped("kind"), ["request"])
        self.assertEqual(order.partner_id.email, "sun@example.org")

    def test_a_known_sender_is_matched(self):
        self.assertEqual(self._receive(sender="wang@example.com").partner_id, self.partner)

    def test_what_a_machine_sends_makes_nothing_and_is_not_answered(self):
        for number, headers in enumerate((
            "Auto-Submitted: auto-replied\n", "Auto-Submitted: auto-generated\n", "Precedence: bulk\n", "X-Autoreply: yes\n",
            "List-Id: <news.example.org>\n",
        )):
            with self.subTest(headers):
                self.assertFalse(self._receive(headers=headers, number=number))
                self.assertFalse(self._get_answers())

    def test_auto_submitted_no_is_a_human(self):
        self.assertTrue(self._receive(headers="Auto-Submitted: no\n"))

    def test_nobody_answers_machines_or_the_own_house(self):
        enquiry = self.env["repair.enquiry"]._take_request({"contact_name": "x", "question": "x", "company_id": self.company.id})
        for address in ("noreply@example.org", "mailer-daemon@example.org", f"x@{self.mail_alias_domain.name}", "", "nonsense"):
            with self.subTest(address):
                self.assertFalse(enquiry._may_answer(address, self.company))

    def test_one_sender_is_answered_so_many_times_a_day(self):
        self.company.repair_request_per_phone = 2
        answered = 0
        for number in range(4):
            self.assertTrue(self._receive(number=number), "no request is lost")
            answered += len(self._get_answers())
        self.assertEqual(answered, 2)
