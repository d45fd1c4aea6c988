import base64
import io
from datetime import timedelta
from unittest.mock import patch

from lxml import html
from PIL import Image

from odoo import fields, http
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import RepairServiceCommon


def make_picture(size=(120, 40), image_format="PNG", noise=False):
    """Base64 text of a picture, as a browser sends a signature."""
    stream = io.BytesIO()
    image = Image.effect_noise(size, 100).convert("RGB") if noise else Image.new("RGB", size, "white")
    image.save(stream, image_format)
    return base64.b64encode(stream.getvalue()).decode()


@tagged("post_install", "-at_install")
class TestPortal(RepairServiceCommon, HttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.signature = make_picture()  # text, as JSON carries it
        cls.order = cls._create_order()
        cls._to_stage(cls.order, "quoted")
        cls.other_order = cls._create_order(appliance_id=cls._create_appliance(
            partner_id=cls.env["res.partner"].create({"name": "李强"}).id, serial_number="PORTAL-OTHER").id)
        cls._to_stage(cls.other_order, "quoted")
        cls.portal_customer = new_test_user(
            cls.env, "portal_customer", "base.group_portal", name="Customer with account")
        cls.order.partner_id.commercial_partner_id.child_ids = [(4, cls.portal_customer.partner_id.id)]
        cls.portal_stranger = new_test_user(cls.env, "portal_stranger", "base.group_portal")

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)  # a visitor with a session, as a browser has one

    def _post_json(self, order, step, token="", **params):
        """Call a signed step the way the page does and return its answer."""
        url = f"/my/repairs/{order.id}/{step}?access_token={token}"
        return self.make_jsonrpc_request(url, params)

    def _approve(self, order=None, **params):
        order = order or self.order
        return self._post_json(order, "approve", order._portal_ensure_token(), **{
            "name": "王芳", "signature": self.signature, **params})

    def _refuse(self, order, **data):
        return self.url_open(
            f"/my/repairs/{order.id}/refuse?access_token={order._portal_ensure_token()}",
            data={"csrf_token": http.Request.csrf_token(self), **data}, allow_redirects=True)

    def _close(self, order):
        order.action_create_invoice()
        order.invoice_ids.action_post()
        order.action_close()

    def _open(self, path):
        return html.fromstring(self.url_open(path).text)

    # Who gets in

    def test_the_link_shows_the_order(self):
        page = self._open(self.order.get_portal_url())
        self.assertIn(self.order.name, page.text_content())
        self.assertTrue(page.xpath("//*[@id='repair_approve_open']"))
        self.assertIn(page.get("lang"), ("en-US", "zh-CN"))

    def test_a_missing_wrong_or_foreign_token_shows_nothing(self):
        for token in ("", "wrong", self.other_order._portal_ensure_token(), "0" * 36):
            with self.subTest(token=token):
                response = self.url_open(f"/my/repairs/{self.order.id}?access_token={token}")
                self.assertNotIn(self.order.name, response.text)
                self.assertIn("/web/login", response.url)

    def test_an_order_that_does_not_exist_shows_nothing(self):
        self.assertIn("/web/login", self.url_open("/my/repairs/99999999?access_token=x").url)

    def test_a_plain_repair_order_has_no_customer_page(self):
        plain = self.env["repair.order"].create({"partner_id": self.order.partner_id.id})
        self.assertIn("/web/login", self.url_open(plain.get_portal_url()).url)

    def test_the_short_link_leads_to_the_page(self):
        short = self.order._get_short_url()
        self.assertLess(len(short), len(self.order.get_base_url() + self.order.get_portal_url()))
        response = self.url_open(short.replace(self.order.get_base_url(), ""))
        self.assertIn(self.order.name, response.text)

    def test_a_wrong_short_link_shows_nothing(self):
        for code in ("x", "A" * 22, "Ä" * 22):
            with self.subTest(code=code):
                response = self.url_open(f"/rs/{self.order.id}/{code}")
                self.assertNotIn(self.order.name, response.text)

    def test_the_customer_with_an_account_needs_no_token(self):
        self.authenticate("portal_customer", "portal_customer")
        self.assertIn(self.order.name, self.url_open(f"/my/repairs/{self.order.id}").text)

    def test_the_list_holds_own_orders_only(self):
        self.authenticate("portal_customer", "portal_customer")
        text = self.url_open("/my/repairs").text
        self.assertIn(self.order.name, text)
        self.assertNotIn(self.other_order.name, text)
        self.authenticate("portal_stranger", "portal_stranger")
        self.assertNotIn(self.order.name, self.url_open("/my/repairs").text)
        self.assertNotIn(self.order.name, self.url_open(f"/my/repairs/{self.order.id}").text)

    def test_the_list_pages_and_sorts(self):
        self.authenticate("portal_customer", "portal_customer")
        for query in ("sortby=name", "sortby=appliance", "sortby=nonsense"):
            self.assertEqual(self.url_open(f"/my/repairs?{query}").status_code, 200)
        self.assertEqual(self.url_open("/my/repairs/page/7").status_code, 200)

    def test_the_home_page_counts_own_orders(self):
        self.authenticate("portal_customer", "portal_customer")
        counts = self.make_jsonrpc_request("/my/counters", {"counters": ["repair_count", "repair_answer_count"]})
        self.assertEqual(counts, {"repair_count": 1, "repair_answer_count": 1})

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_a_portal_user_reads_no_order_by_rpc(self):
        for user in (self.portal_customer, self.portal_stranger, self.env.ref("base.public_user")):
            for model in ("repair.order", "repair.service.line", "repair.inspection", "repair.appointment", "repair.followup"):
                with self.subTest(user=user.login, model=model), self.assertRaises(AccessError):
                    self.env[model].with_user(user).search_read([], ["id"])
        with self.assertRaises(AccessError):
            self.order.with_user(self.portal_customer).read(["internal_notes", "amount_other_payers"])

    def test_the_page_shows_no_internal_note_and_no_cost(self):
        self.order.internal_notes = "<p>difficult customer</p>"
        self.assertNotIn("difficult customer", self.url_open(self.order.get_portal_url()).text)

    def test_the_customer_sees_who_comes_and_when(self):
        order = self._create_order(appliance_id=self._create_appliance(serial_number="PORTAL-VISIT").id)
        visit = self._book(order)
        text = self._open(order.get_portal_url()).xpath("//*[@id='repair_visit']")[0].text_content()
        for wanted in (self.employee_technician.name, self.employee_technician.work_phone):
            self.assertIn(wanted, text)
        self.assertIn(visit.window.split()[-1], text)

    def test_the_page_says_what_is_covered_and_why(self):
        text = self._open(self.order.get_portal_url()).xpath("//*[@id='repair_verdict']")[0].text_content()
        reasons = [
            self.order.with_context(lang=code).coverage_reason for code, _name in self.env["res.lang"].get_installed()]
        self.assertTrue(all(reasons))
        self.assertTrue(any(reason in text for reason in reasons))

    # Approval

    def test_the_customer_approves_by_link(self):
        answer = self._approve()
        self.assertNotIn("error", answer)
        self.assertIn("message=approved", answer["redirect_url"])
        self.assertRecordValues(self.order, [{
            "service_stage": "approved", "quotation_state": "approved", "approved_by": "王芳", "approval_channel": "link"}])
        self.assertEqual(self.order.approval_signature.decode(), self.signature)

    def test_a_second_approval_is_refused_and_changes_nothing(self):
        self._approve()
        before = self.order.read(["approved_by", "approved_on", "sale_order_id", "quotation_version"])
        answer = self._approve(name="赵六")
        self.assertIn("王芳", answer["error"])
        self.order.invalidate_recordset()
        self.assertEqual(self.order.read(["approved_by", "approved_on", "sale_order_id", "quotation_version"]), before)

    def test_an_approval_needs_name_and_signature(self):
        for params in ({"name": ""}, {"name": "  "}, {"name": None}, {"name": 5}, {"signature": ""}, {"signature": None}, {"signature": 7}):
            with self.subTest(params=params):
                self.assertTrue(self._approve(**params)["error"])
        self.assertEqual(self.order.quotation_state, "sent")

    def test_a_signature_is_a_small_picture(self):
        too_large = make_picture((900, 900), noise=True)
        self.assertGreater(len(base64.b64decode(too_large)), 500_000)
        script = base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>").decode()
        for signature in ("not base64 at all", base64.b64encode(b"text").decode(), script, make_picture(image_format="GIF"), too_large):
            with self.subTest(signature=signature[:20]):
                self.assertTrue(self._approve(signature=signature)["error"])
        self.assertEqual(self.order.quotation_state, "sent")
        self.assertNotIn("error", self._approve(signature=make_picture(image_format="JPEG")))

    def test_no_way_around_the_page_stores_another_signature(self):
        with self.assertRaises(ValidationError):
            self.order._flow_write({"approval_signature": base64.b64encode(b"text")})

    def test_an_expired_quotation_cannot_be_approved(self):
        self.order._flow_write({"quotation_valid_until": fields.Date.today() - timedelta(days=2)})
        self.assertTrue(self._approve()["error"])
        self.assertEqual(self.order.service_stage, "quoted")
        self.assertFalse(self._open(self.order.get_portal_url()).xpath("//*[@id='repair_approve_open']"))

    def test_a_quotation_changed_meanwhile_is_not_approved_unread(self):
        stamp = self.order._get_quotation_stamp()
        self.order.service_line_ids[0].price_unit += 100
        answer = self._approve(stamp=stamp)
        self.assertTrue(answer["error"])
        self.assertEqual(self.order.quotation_state, "draft")
        self.order.action_send_quotation()
        self.assertTrue(self._approve(stamp=stamp)["error"])
        self.assertNotIn("error", self._approve(stamp=self.order._get_quotation_stamp()))

    def test_a_cancelled_order_cannot_be_approved(self):
        self.order.action_repair_cancel()
        self.assertTrue(self._approve()["error"])
        self.assertEqual(self.order.service_stage, "cancelled")
        self.assertEqual(self.url_open(self.order.get_portal_url()).status_code, 200)

    def test_a_wrong_token_approves_nothing(self):
        for token in ("", "wrong", self.other_order._portal_ensure_token()):
            with self.subTest(token=token):
                answer = self._post_json(self.order, "approve", token, name="X", signature=self.signature)
                self.assertTrue(answer["error"])
        self.authenticate("portal_stranger", "portal_stranger")
        self.assertTrue(self._post_json(self.order, "approve", "", name="X", signature=self.signature)["error"])
        self.assertEqual(self.order.quotation_state, "sent")

    def test_staff_without_the_link_looks_but_does_not_sign_for_the_customer(self):
        self.authenticate(self.user_desk.login, self.user_desk.login)
        self.assertIn(self.order.name, self.url_open(f"/my/repairs/{self.order.id}").text)
        self.assertTrue(self._post_json(self.order, "approve", "", name="X", signature=self.signature)["error"])
        self.assertEqual(self.order.quotation_state, "sent")

    def test_the_responsible_hears_of_the_answer(self):
        self.order.user_id = self.user_desk
        last_mail = self.env["mail.mail"].search([], order="id desc", limit=1).id
        self._approve()
        mails = self.env["mail.mail"].search([("id", ">", last_mail)])
        self.assertIn(self.user_desk.partner_id, mails.recipient_ids)

    # Refusal

    def test_the_customer_refuses_with_a_reason(self):
        response = self._refuse(self.order, name="王芳", reason="太贵了")
        self.assertIn("太贵了", response.text)
        self.assertRecordValues(self.order, [{
            "quotation_state": "refused", "refused_by": "王芳", "refusal_reason": "太贵了", "service_stage": "quoted"}])

    def test_a_refusal_needs_a_reason(self):
        response = self._refuse(self.order, name="王芳", reason="  ")
        self.assertIn("alert-danger", response.text)
        self.assertEqual(self.order.quotation_state, "sent")

    @mute_logger("odoo.http")
    def test_a_refusal_needs_the_form(self):
        response = self.url_open(
            f"/my/repairs/{self.order.id}/refuse?access_token={self.order._portal_ensure_token()}", data={"reason": "x"})
        self.assertEqual(response.status_code, 400)
        self.assertEqual(self.order.quotation_state, "sent")

    def test_an_approved_quotation_cannot_be_refused(self):
        self._approve()
        response = self._refuse(self.order, name="王芳", reason="too late")
        self.assertIn("alert-danger", response.text)
        self.assertEqual(self.order.quotation_state, "approved")

    # Acceptance

    def test_the_customer_accepts_the_inspected_repair(self):
        order = self._create_order(appliance_id=self._create_appliance(serial_number="PORTAL-ACCEPT").id)
        self._to_stage(order, "inspected")
        token = order._portal_ensure_token()
        answer = self._post_json(order, "accept", token, name="王芳", signature=self.signature)
        self.assertNotIn("error", answer)
        self.assertRecordValues(order, [{"service_stage": "accepted", "accepted_by": "王芳"}])
        self.assertTrue(order.repair_warranty_end)
        again = self._post_json(order, "accept", token, name="赵六", signature=self.signature)
        self.assertTrue(again["error"])
        self.assertEqual(order.accepted_by, "王芳")

    def test_nothing_is_accepted_before_the_inspection(self):
        answer = self._post_json(self.order, "accept", self.order._portal_ensure_token(), name="王芳", signature=self.signature)
        self.assertTrue(answer["error"])
        self.assertEqual(self.order.service_stage, "quoted")

    # Papers

    def test_papers_come_with_the_link_only(self):
        path = f"/my/repairs/{self.order.id}/papers/settlement"
        with patch.object(type(self.env["ir.actions.report"]), "_render_qweb_pdf", return_value=(b"%PDF", "pdf")):
            self.assertIn("/web/login", self.url_open(path).url)
            response = self.url_open(f"{path}?access_token={self.order._portal_ensure_token()}")
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        self.assertEqual(response.content, b"%PDF")

    def test_a_paper_that_does_not_exist_yet_is_not_given(self):
        for paper in ("warranty_card", "service_record", "nonsense"):
            with self.subTest(paper=paper):
                response = self.url_open(self.order.get_portal_url(suffix=f"/papers/{paper}"))
                self.assertIn("message=no_paper", response.url)

    def test_every_stage_has_a_page(self):
        order = self._create_order(appliance_id=self._create_appliance(serial_number="PORTAL-STAGES").id)
        for stage in ("requested", "booked", "diagnosed", "quoted", "approved", "repairing", "inspected", "accepted", "closed"):
            with self.subTest(stage=stage):
                self._close(order) if stage == "closed" else self._to_stage(order, stage)
                page = self._open(order.get_portal_url())
                steps = page.xpath("//ol[contains(@class, 'o_repair_steps')]/li")
                self.assertEqual(len(steps), 8)
                current = page.xpath("//li[@aria-current='step']")
                self.assertEqual(len(current), 0 if stage in ("accepted", "closed") else 1)
