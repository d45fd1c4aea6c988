from email.message import EmailMessage
from unittest.mock import patch

from odoo.tests import TransactionCase, tagged
from odoo.tools import file_open

from odoo.addons.sms.tools.sms_api import SmsApi, SmsApiBase


class Provider(SmsApiBase):
    """Another provider, that remembers what it was given."""

    sent = []

    def _send_sms_batch(self, messages, delivery_reports_url=False):
        self.sent.extend((self.env.company.name, message["content"]) for message in messages)
        return [{"uuid": number["uuid"], "state": "success"} for message in messages for number in message["numbers"]]


@tagged("post_install", "-at_install")
class TestSilence(TransactionCase):
    """Nothing leaves a demo database, or a copy."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.parameters = cls.env["ir.config_parameter"]
        for name in ("repair_service.messages_silent", "database.is_neutralized"):
            cls.parameters.set_param(name, False)
        cls.env["sms.sms"].search([]).unlink()

    def setUp(self):
        super().setUp()
        Provider.sent = []
        self.startPatcher(patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda cron, *args, **kwargs: float("inf")))
        self.startPatcher(patch.object(SmsApi, "_contact_iap", side_effect=AssertionError("the default provider was asked")))

    def _queue(self, body="hello", **values):
        return self.env["sms.sms"].create({"number": "+8613800001234", "body": body, **values})

    def _process(self):
        with patch.object(type(self.env.company), "_get_sms_api_class", lambda company: Provider):
            self.env["sms.sms"]._process_queue()

    def test_the_provider_of_the_company_is_asked(self):
        sms = self._queue()
        self._process()
        self.assertEqual([body for _company, body in Provider.sent], ["hello"])
        self.assertEqual(sms.state, "pending")

    def test_a_queue_of_two_companies_is_sent(self):
        for name in ("one", "two"):
            company = self.env["res.company"].create({"name": f"Company {name}"})
            message = self.env["mail.message"].create({"model": "res.company", "res_id": company.id, "record_company_id": company.id})
            self._queue(name, mail_message_id=message.id)
        self._process()
        self.assertEqual(sorted(body for _company, body in Provider.sent), ["one", "two"])

    def test_a_silent_database_asks_no_provider(self):
        for name in ("repair_service.messages_silent", "database.is_neutralized"):
            with self.subTest(name):
                self.parameters.set_param(name, "True")
                sms, forced = self._queue(), self._queue("at once")
                self._process()
                forced.send()
                self.assertEqual((sms.state, forced.state), ("canceled", "canceled"))
                self.assertFalse(Provider.sent)
                self.parameters.set_param(name, False)

    def test_mails_stay_in_the_queue_of_a_silent_database(self):
        mail = self.env["mail.mail"].create({"body_html": "x", "email_to": "a@example.com", "email_from": "b@example.com"})
        message = EmailMessage()
        message["Message-Id"] = "<1@example.com>"
        self.parameters.set_param("repair_service.messages_silent", "True")
        servers = self.env["ir.mail_server"]
        with patch("odoo.modules.module.current_test", False), patch.object(type(servers), "_connect__") as connect:
            mail.send()
            self.assertEqual(servers.send_email(message), "<1@example.com>")
        self.assertEqual(mail.state, "outgoing")
        connect.assert_not_called()

    def test_neutralizing_silences_and_empties_the_queues(self):
        sms = self._queue()
        mail = self.env["mail.mail"].create({"body_html": "x", "email_to": "a@example.com"})
        self.env.flush_all()
        with file_open("repair_service/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        self.assertTrue(self.parameters._is_messages_silent())
        self.assertEqual((sms.state, mail.state), ("canceled", "cancel"))

    def test_the_demo_company_comes_silent(self):
        with file_open("repair_service/demo/silence_demo.xml") as demo:
            self.assertIn("repair_service.messages_silent", demo.read())
        with file_open("repair_service/__manifest__.py") as manifest:
            self.assertIn("demo/silence_demo.xml", manifest.read())
