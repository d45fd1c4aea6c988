from datetime import timedelta
from unittest.mock import patch

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tests import tagged

from ..engine import masking
from .common import RepairServiceCommon

SECRETS = ("Zhao Min", "13700001111", "137 0000 1111", "zhao@example.com", "gate code 4711")


@tagged("post_install", "-at_install")
class TestPrivacyWords(RepairServiceCommon):
    """What is left of a customer after his data were taken out: nothing that names him, wherever somebody wrote it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.cn")
        cls.env["repair.privacy.rule"].search([]).active = False
        cls.zhao = cls.env["res.partner"].create({"name": "Zhao Min", "phone": "137 0000 1111", "email": "zhao@example.com"})
        cls.order = cls._create_order(appliance_id=cls._create_appliance(partner_id=cls.zhao.id, note="Zhao Min: gift").id)
        cls.visit = cls._book(cls.order)

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda cron, *args, **kwargs: float("inf")))

    def _assert_nothing_left(self, records, names):
        for record in records:
            for name in names:
                for secret in SECRETS:
                    self.assertNotIn(secret, str(record[name] or ""), f"{record._name}.{name}")

    def test_numbers_are_found_however_they_are_written(self):
        words = {"13700001111", "Zhao Min"}
        self.assertEqual(masking.scrub("Call zhao min, +86 137-0000 1111, at six", words), "Call ***, +86 ***, at six")
        self.assertEqual(masking.scrub("E8 on the display, 230 V", words), "E8 on the display, 230 V")
        self.assertEqual(masking.scrub("张三说不制冷,电话(0532)86111234", {"张三", "0532-86111234"}), "***说不制冷,电话(***")

    def test_texts_of_orders_visits_and_cases_lose_him_and_keep_the_findings(self):
        self.visit.note = "gate code 4711"
        self.order._flow_write({
            "fault_description": "Zhao Min, 13700001111: gate code 4711", "diagnosis": "Compressor seized. Zhao Min was told.",
            "wished_windows": "Ring Zhao Min"})
        complaint = self.env["repair.complaint"].create({
            "partner_id": self.zhao.id, "subject": "Zhao Min 137 0000 1111 waits", "description": "gate code 4711",
            "finding": "Nobody called Zhao Min", "lesson": "Call before", "proposal": "Dear Zhao Min"})
        stranger = self.env["repair.complaint"].create({
            "phone": "+86 13700001111", "subject": "Again me", "description": "Zhao Min", "contact_name": "Zhao Min"})
        stranger._flow_write({"partner_id": False})
        self.zhao._anonymise("test")
        self._assert_nothing_left(self.order, ("fault_description", "diagnosis", "wished_windows"))
        self._assert_nothing_left(self.visit, ("note",))
        self._assert_nothing_left(self.order.appliance_id, ("note",))
        texts = ("subject", "description", "finding", "proposal", "search_text", "contact_name", "phone", "phone_digits")
        self._assert_nothing_left(complaint | stranger, texts)
        self.assertEqual(self.order.diagnosis, "Compressor seized. *** was told.")
        self.assertEqual((complaint.finding, complaint.lesson), ("Nobody called ***", "Call before"))

    def test_reports_handed_out_before_go_too(self):
        request = self.env["repair.privacy.request"].create({
            "partner_id": self.zhao.id, "kind": "access", "identity_proof": "called back", "details": "Zhao Min wants a copy"})
        request.action_make_report()
        request.action_done()
        self.assertTrue(request.report_file)
        self.zhao._anonymise("test")
        self.assertEqual(
            (request.report_file, request.details, request.state, request.identity_proof), (False, False, "done", "called back"))

    def test_messages_go_by_number_and_address_however_they_were_sent(self):
        texts = self.env["sms.sms"].create([
            {"number": "+8613700001111", "body": "x"}, {"number": "137 0000 1111", "body": "x"}, {"number": "+8613900002222", "body": "x"}])
        mails = self.env["mail.mail"].create([
            {"email_to": '"Zhao" <zhao@example.com>', "body_html": "x"}, {"recipient_ids": [(4, self.zhao.id)], "body_html": "x"},
            {"email_to": "zhaoXmin@example.com", "body_html": "x"}])
        self.zhao._anonymise("test")
        self.assertEqual(texts.exists(), texts[2])
        self.assertEqual(mails.exists(), mails[2])

    def test_who_never_had_a_repair_is_forgotten_too(self):
        """Registered for a complaint, an enquiry or an appliance alone, and nothing since: 40 months are more than 36."""
        rule = self.env["repair.privacy.rule"].create({"name": "Three years", "kind": "customer", "months": 36})
        asked, complained, owner, fresh = self.env["res.partner"].create([{"name": f"P{number}"} for number in range(4)])
        old = fields.Datetime.now() - relativedelta(months=40)
        enquiries = self.env["repair.enquiry"].create([
            {"partner_id": asked.id, "question": "x", "date": old}, {"partner_id": fresh.id, "question": "x"}])
        enquiries.action_lose()
        enquiries[0]._flow_write({"closed_on": old})
        complaint = self.env["repair.complaint"].create({
            "partner_id": complained.id, "subject": "x", "description": "x", "received_on": old})
        complaint._withdraw("x")
        complaint._flow_write({"closed_on": old + timedelta(days=3)})
        appliance = self._create_appliance(partner_id=owner.id)
        self.env.flush_all()
        self.env.cr.execute("UPDATE repair_appliance SET create_date = %s WHERE id = %s", [old, appliance.id])
        rule._propose()
        self.assertEqual(rule.case_ids.partner_id, asked | complained | owner)

    def test_complaints_of_nobody_registered_have_an_end(self):
        rule = self.env["repair.privacy.rule"].create({"name": "x", "kind": "complaint", "months": 36, "is_automatic": True})
        old, young, running = self.env["repair.complaint"].create([
            {"contact_name": "Qian", "phone": "13811110000", "subject": "Qian waits", "description": "x"} for _number in range(3)])
        for complaint, months in ((old, 37), (young, 35)):
            complaint._withdraw("x")
            complaint._flow_write({"closed_on": fields.Datetime.now() - relativedelta(months=months)})
        self.env["repair.privacy.rule"]._cron_retention()
        self.assertEqual(rule.case_ids.complaint_id, old)
        self.assertEqual((old.phone, old.subject, young.phone, running.phone), (False, "(removed)", "13811110000", "13811110000"))
