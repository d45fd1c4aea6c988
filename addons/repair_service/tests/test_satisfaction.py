from datetime import timedelta

from freezegun import freeze_time

from odoo import http
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from .common import RepairServiceCommon


@tagged("post_install", "-at_install")
class TestSatisfaction(RepairServiceCommon, HttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})
        cls.order = cls._to_stage(cls._create_order(), "accepted")
        cls.followup = cls.order.followup_ids

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    def _url(self, suffix="", token=None):
        token = self.order._portal_ensure_token() if token is None else token
        return f"/my/repairs/{self.order.id}/satisfaction{suffix}?access_token={token}"

    def _send(self, token=None, **values):
        answer = {"score": "5", "is_solved": "yes", "conduct": "4", "nps": "9", "comment": "Quick", **values}
        return self.url_open(self._url("/answer", token), data={"csrf_token": http.Request.csrf_token(self), **answer})

    def test_the_short_link_shows_the_form(self):
        short = self.order._get_satisfaction_url()
        text = self.url_open(short.replace(self.order.get_base_url(), "")).text
        self.assertIn('id="repair_satisfaction"', text)
        self.assertIn(self.order.name, text)

    def test_the_customer_answers_without_a_login(self):
        self.assertIn("repair_satisfaction_thanks", self._send().text)
        self.assertRecordValues(self.followup, [{
            "state": "done", "score": "5", "is_solved": "yes", "conduct": "4", "nps": "9", "comment": "Quick", "answered_by": "customer",
            "complaint_id": False}])
        self.assertEqual(self.followup.change_until - self.followup.done_on, timedelta(hours=72))

    def test_the_answer_may_be_changed_for_a_time_and_then_stays(self):
        self._send()
        self._send(score="4", comment="Quick and tidy")
        self.assertEqual((self.followup.score, self.followup.comment), ("4", "Quick and tidy"))
        with freeze_time(self.followup.change_until + timedelta(seconds=1)), self.assertRaises(UserError):
            self.followup._customer_answer({"score": "1", "is_solved": "no"})
        self.assertEqual(self.followup.score, "4")

    def test_what_the_desk_noted_is_not_changed_on_the_page(self):
        self.followup.write({"score": "5", "is_solved": "yes"})
        self.followup.action_done()
        self.assertIn("repair_satisfaction_error", self._send(score="1").text)
        self.assertEqual(self.followup.score, "5")

    def test_a_customer_who_is_not_content_has_his_complaint_and_his_recheck(self):
        text = self._send(score="1", is_solved="no", comment="冰箱还是不制冷").text
        complaint = self.followup.complaint_id
        self.assertIn("冰箱还是不制冷", complaint.description)
        recheck = self.env["repair.recheck"].search([("origin_id", "=", self.order.id)])
        self.assertEqual(recheck.due_by - recheck.asked_on, timedelta(hours=24))
        self.assertIn("We are sorry", text)
        self._send(score="2", is_solved="no")
        self.assertEqual(self.env["repair.complaint"].search([("repair_id", "=", self.order.id)]), complaint)
        self.assertEqual(self.env["repair.recheck"].search_count([("origin_id", "=", self.order.id)]), 1)

    def test_score_and_whether_it_is_solved_are_asked(self):
        for values in ({"score": ""}, {"is_solved": ""}, {"score": "7"}, {"nps": "11"}, {"conduct": "x"}):
            self.assertIn("repair_satisfaction_error", self._send(**values).text, values)
        self.assertEqual(self.followup.state, "todo")

    def test_script_in_the_comment_is_shown_as_text(self):
        text = self._send(comment="<script>alert(1)</script>").text
        self.assertNotIn("<script>alert(1)", text)

    def test_a_wrong_token_answers_nothing(self):
        for token in ("", "x", "0" * 36):
            self.assertNotIn(self.order.name, self.url_open(self._url(token=token)).text)
            self._send(token=token)
        self.assertEqual(self.followup.state, "todo")

    def test_the_form_needs_its_own_page(self):
        self.assertEqual(self.url_open(self._url("/answer"), data={"score": "5", "is_solved": "yes"}).status_code, 400)
        self.assertEqual(self.followup.state, "todo")

    def test_staff_do_not_answer_for_the_customer_on_his_page(self):
        self.authenticate("test_desk", "test_desk")
        self._send(token="")
        self.assertEqual(self.followup.state, "todo")

    def test_the_order_page_leads_to_the_form_while_it_is_open(self):
        page = f"/my/repairs/{self.order.id}?access_token={self.order._portal_ensure_token()}"
        self.assertIn("repair_satisfaction_entry", self.url_open(page).text)
        self.followup.action_cancel()
        self.assertNotIn("repair_satisfaction_entry", self.url_open(page).text)

    def test_an_order_that_asks_nothing_leads_back_to_its_page(self):
        self.followup.action_cancel()
        self.assertIn("o_repair_page", self.url_open(self._url()).text)
