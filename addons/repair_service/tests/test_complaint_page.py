from odoo import http
from odoo.tests import HttpCase, new_test_user, tagged

from .common_complaint import ComplaintCommon


@tagged("post_install", "-at_install")
class TestComplaintPage(ComplaintCommon, HttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({
            "country_id": cls.env.ref("base.cn").id, "repair_request_per_address": 100, "repair_request_per_phone": 3})
        cls.env["repair.request.count"].search([]).unlink()

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    def _post(self, url, **data):
        return self.url_open(url, data={"csrf_token": http.Request.csrf_token(self), **data})

    def _page(self, complaint, step="", token=None):
        token = complaint._portal_ensure_token() if token is None else token
        return f"/my/complaints/{complaint.id}{step}?access_token={token}"

    def _last(self):
        return self.env["repair.complaint"].search([], order="id desc", limit=1)

    def test_the_customer_complains_on_the_page_of_his_order(self):
        token = self.order._portal_ensure_token()
        form = self.url_open(f"/my/repairs/{self.order.id}/complain?access_token={token}").text
        self.assertIn('id="repair_complaint"', form)
        response = self._post(
            f"/my/repairs/{self.order.id}/complain/send?access_token={token}", category="service", description="两小时后才来\n没有电话",
            remedy_asked="explanation")
        complaint = self._last()
        self.assertRecordValues(complaint, [{
            "channel": "link", "repair_id": self.order.id, "partner_id": self.partner.id, "subject": "两小时后才来", "kind": "complaint",
            "category_id": self.class_service.id, "remedy_asked": "explanation", "team_id": self.team.id}])
        self.assertIn(complaint.number, response.text)
        self.assertIn(complaint.number, self.url_open(f"/my/repairs/{self.order.id}?access_token={token}").text)

    def test_a_visitor_complains_on_the_website_and_gets_a_number_and_a_page(self):
        self.assertIn("repair_contact_name", self.url_open("/complaint").text)
        response = self._post(
            "/complaint/send", category="other", description="Your van blocks the way", contact_name="Li", phone="13711112222")
        complaint = self._last()
        self.assertEqual((complaint.channel, complaint.contact_name, complaint.partner_id.id), ("web", "Li", False))
        self.assertIn(complaint.number, response.text)

    def test_suggestions_come_the_same_way(self):
        self._post("/complaint/send", category="other", description="Open on Sundays", email="li@example.com", kind="opinion")
        self.assertEqual(self._last().kind, "opinion")

    def test_text_and_a_way_to_answer_are_asked_and_what_was_written_stays(self):
        before = self._last()
        response = self._post("/complaint/send", category="other", description="Van blocks the way")
        self.assertIn("repair_complaint_error", response.text)
        self.assertIn("Van blocks the way", response.text)
        self.assertIn("repair_complaint_error", self._post("/complaint/send", description=" ", phone="1").text)
        self.assertEqual(self._last(), before)

    def test_machines_and_floods_are_stopped(self):
        before = self.env["repair.complaint"].search_count([])
        self._post("/complaint/send", category="other", description="Spam", phone="1", website_url="http://x")
        self.assertEqual(self.env["repair.complaint"].search_count([]), before)
        for number, phone in enumerate(("13711112222", "137 1111 2222", "+86 137-1111-2222", "(137) 11112222", "13711112222")):
            self._post("/complaint/send", category="other", description=f"Again {number}", phone=phone)
        self.assertEqual(self.env["repair.complaint"].search_count([]), before + 3, "three a day for one number, however it is written")

    def test_the_form_cannot_set_what_is_not_on_it(self):
        self._post("/complaint/send", category="other", description="x y", phone="13711112222", severity="p1", stage="closed",
                   partner_id=str(self.partner.id), company_id="999", money_state="approved")
        self.assertRecordValues(self._last(), [{"severity": "p3", "stage": "new", "partner_id": False, "money_state": "none"}])

    def test_a_wrong_token_shows_and_does_nothing(self):
        complaint = self._to_proposed(self._complain())
        for token in ("", "x", "0" * 36):
            self.assertNotIn(complaint.number, self.url_open(self._page(complaint, token=token)).text)
            self._post(self._page(complaint, "/answer", token), answer="agreed")
        for number in (0, 2**31, 2**40):
            self.assertNotIn(complaint.number, self.url_open(f"/my/complaints/{number}?access_token=x").text)
        self.assertFalse(complaint.proposal_answer)

    def test_the_token_of_one_case_opens_no_other(self):
        one, other = self._complain(), self._complain(subject="Another matter")
        self.assertNotIn("Another matter", self.url_open(self._page(other, token=one._portal_ensure_token())).text)

    def test_the_customers_account_opens_his_own_cases_only(self):
        complaint = self._complain()
        user = new_test_user(self.env, "portal_wang", "base.group_portal")
        stranger = new_test_user(self.env, "portal_stranger", "base.group_portal")
        user.partner_id.parent_id = self.partner
        self.authenticate("portal_wang", "portal_wang")
        self.assertIn(complaint.number, self.url_open(self._page(complaint, token="")).text)
        self.authenticate("portal_stranger", "portal_stranger")
        self.assertNotIn(complaint.number, self.url_open(self._page(complaint, token="")).text)
        self.assertTrue(stranger)

    def test_a_customer_with_an_account_sees_the_list_of_his_own_cases(self):
        own, others = self._complain(), self._complain(partner_id=False, repair_id=False, contact_name="Eve", subject="Not his")
        portal = new_test_user(self.env, "portal_list", "base.group_portal")
        portal.partner_id.parent_id = self.partner
        self.assertIn("/web/login", self.url_open("/my/complaints").url)
        self.authenticate("portal_list", "portal_list")
        page = self.url_open("/my/complaints").text
        self.assertIn(own.number, page)
        self.assertNotIn(others.number, page)
        self.assertIn(own.number, self.url_open(f"/my/complaints/{own.id}").text)
        counts = self.url_open("/my/counters", json={"params": {"counters": ["repair_complaint_count"]}}).json()
        self.assertEqual(counts["result"], {"repair_complaint_count": 1})

    def test_the_customer_agrees_or_declines(self):
        complaint = self._to_proposed(self._complain())
        self.assertIn("We are sorry, the fee is waived next time.", self.url_open(self._page(complaint)).text)
        self._post(self._page(complaint, "/answer"), answer="nonsense")
        self.assertFalse(complaint.proposal_answer)
        self._post(self._page(complaint, "/answer"), answer="declined")
        self.assertEqual((complaint.stage, complaint.proposal_answer), ("investigating", "declined"))
        self.assertIn("The customer has answered", complaint.activity_ids.mapped("summary"))
        self._to_proposed(complaint)
        self._post(self._page(complaint, "/answer"), answer="agreed")
        self.assertEqual((complaint.stage, complaint.proposal_answer), ("proposed", "agreed"))

    def test_the_customers_own_verdict(self):
        complaint = self._to_resolved(self._complain())
        self.assertIn("repair_verdict", self.url_open(self._page(complaint)).text)
        self._post(self._page(complaint, "/judge"), verdict="partly", score="4", text="Better late than never")
        self.assertRecordValues(complaint, [{
            "verdict": "partly", "feedback_score": "4", "feedback_text": "Better late than never", "stage": "resolved"}])
        self._post(self._page(complaint, "/judge"), verdict="no", text="It is back")
        self.assertRecordValues(complaint, [{"verdict": "no", "stage": "investigating", "reopen_count": 1}])
        self.assertIn("repair_complaint_error", self._post(self._page(complaint, "/judge"), verdict="yes").text)

    def test_what_the_customer_adds_ends_the_wait_for_him(self):
        complaint = self._complain()
        complaint._wait("Photo")
        self._post(self._page(complaint, "/add"), text="The photo is on its way")
        self.assertFalse(complaint.paused_since)
        self.assertIn("The photo is on its way", "".join(complaint.message_ids.mapped("body")))

    def test_nothing_internal_stands_on_the_page(self):
        complaint = self._to_resolved(self._complain(), finding="INTERNAL-FINDING")
        complaint.lesson = "INTERNAL-LESSON"
        complaint._note("INTERNAL-NOTE")
        text = self.url_open(self._page(complaint)).text
        for word in ("INTERNAL-FINDING", "INTERNAL-LESSON", "INTERNAL-NOTE", "Talked to the technician"):
            self.assertNotIn(word, text)

    def test_script_is_shown_as_text(self):
        complaint = self._complain(subject="<script>alert(1)</script>", description="<script>alert(2)</script>")
        text = self.url_open(self._page(complaint)).text
        self.assertNotIn("<script>alert(1)", text)
        self.assertNotIn("<script>alert(2)", text)

    def test_every_stage_has_a_page(self):
        complaint = self._complain(category_id=self.class_service.id)
        steps = (
            lambda: None, complaint.action_acknowledge, complaint.action_investigate, lambda: self._to_proposed(complaint),
            complaint.action_agree, lambda: complaint.write({"measures": "x"}), complaint.action_resolve,
            lambda: complaint._record_verdict("yes", "5", ""), lambda: complaint.write({"liable": "company"}), complaint.action_close)
        for step in steps:
            step()
            self.assertIn(complaint.number, self.url_open(self._page(complaint)).text, complaint.stage)
