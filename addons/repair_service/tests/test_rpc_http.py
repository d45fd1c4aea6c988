import json
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import RepairServiceCommon


@tagged("post_install", "-at_install")
class TestRpcHttp(RepairServiceCommon, HttpCase):
    """The same doors over the wire: JSON-2 with a key, and the web client's own calls with a session."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._to_stage(cls._create_order(), "quoted")
        cls.keys = {
            user: cls.env["res.users.apikeys"].with_user(user)._generate("rpc", "sweep", fields.Datetime.now() + timedelta(days=1))
            for user in (cls.user_desk, cls.user_technician, cls.user_inspector, cls.user_accountant)
        }

    def _call(self, user, model, method, **arguments):
        with mute_logger("odoo.http"):
            response = self.url_open(f"/json/2/{model}/{method}", data=json.dumps(arguments), headers={
                "Authorization": f"bearer {self.keys[user]}", "Content-Type": "application/json"})
        return response.status_code, response.json()

    def _assert_refused(self, answer, statuses=(403, 404, 422)):
        status, body = answer
        self.assertIn(status, statuses, body)
        self.assertNotIn("Traceback", str(body.get("message")))

    def test_nonsense_over_json2_is_answered_in_words(self):
        order, desk = self.order, self.user_desk
        for values in (
            {"service_stage": "closed"}, {"state": "done"}, {"access_token": "mine"}, {"amount_customer_total": 0},
            {"coverage": "goodwill"}, {"technician_id": self.employee_technician.id}, {"partner_id": "nobody"},
            {"requested_on": "9999-12-31 23:59:59"}, {"goodwill_note": "friend"}, {"product_qty": 1e300},
        ):
            with self.subTest(values):
                self._assert_refused(self._call(desk, "repair.order", "write", ids=order.ids, vals=values))
        self.assertEqual((order.service_stage, order.quotation_state, order.state), ("quoted", "sent", "draft"))

    def test_steps_over_json2_keep_their_order(self):
        ids, desk = self.order.ids, self.user_desk
        for method in ("action_repair_start", "action_repair_end", "action_repair_done", "action_close", "action_diagnose"):
            with self.subTest(method):
                self._assert_refused(self._call(desk, "repair.order", method, ids=ids))
        for arguments in (
            {"approved_by": 7}, {"channel": []}, {"channel": "link", "signature": self.signature.decode()},
            {"channel": "onsite", "signature": "no picture"}, {"nonsense": 1},
        ):
            with self.subTest(arguments):
                self._assert_refused(self._call(desk, "repair.order", "action_approve_quotation", ids=ids, **arguments))
        self.assertEqual(self._call(desk, "repair.order", "action_approve_quotation", ids=ids), (200, True))
        self._assert_refused(self._call(desk, "repair.order", "action_approve_quotation", ids=ids))

    def test_what_is_private_stays_private(self):
        ids = self.order.ids
        for method in (
            "_flow_write", "_action_repair_confirm", "_portal_ensure_token", "_get_share_url", "_sync_sale_order",
            "_on_appointment_confirmed", "_freeze_coverage", "_reduce_to_inspection_fee",
        ):
            with self.subTest(method):
                status, body = self._call(self.user_desk, "repair.order", method, ids=ids)
                self.assertIn(status, (403, 404), body)

    def test_forged_context_over_json2_opens_nothing(self):
        for context in (
            {"repair_flow": True}, {"repair_flow": {}}, {"repair_inner": True}, {"default_service_stage": "closed"}, {"su": True},
        ):
            with self.subTest(context):
                self._assert_refused(self._call(
                    self.user_desk, "repair.order", "write", ids=self.order.ids, vals={"service_stage": "closed"}, context=context))
                status, ids = self._call(
                    self.user_desk, "repair.order", "create",
                    vals_list=[{"appliance_id": self.appliance.id, "symptom_id": self.symptom.id}], context=context)
                self.assertEqual(status, 200)
                self.assertEqual(self.env["repair.order"].browse(ids).service_stage, "requested")

    def test_orders_of_others_stay_closed_over_json2(self):
        other = self._create_order()
        for method, arguments in (
            ("read", {"fields": ["name"]}), ("action_diagnose", {}), ("action_preview_link", {}), ("get_portal_url", {}),
            ("write", {"vals": {"diagnosis": "mine"}}), ("unlink", {}),
        ):
            with self.subTest(method):
                self._assert_refused(self._call(self.user_technician, "repair.order", method, ids=other.ids, **arguments))
        for user in (self.user_inspector, self.user_accountant):
            self._assert_refused(self._call(user, "repair.order", "get_portal_url", ids=other.ids))
            self._assert_refused(self._call(user, "repair.order", "read", ids=other.ids, fields=["access_token"]))

    def test_web_session_of_a_customer_calls_nothing(self):
        self.user_portal.password = "test_portal"
        self.authenticate("test_portal", "test_portal")
        for method in ("read", "action_approve_quotation", "action_diagnose", "get_portal_url"):
            with self.subTest(method):
                arguments = [self.order.ids, ["name"]] if method == "read" else [self.order.ids]
                with mute_logger("odoo.http"):
                    response = self.url_open("/web/dataset/call_kw", data=json.dumps({"params": {
                        "model": "repair.order", "method": method, "args": arguments, "kwargs": {}}}),
                        headers={"Content-Type": "application/json"}).json()
                self.assertEqual(response["error"]["data"]["name"], "odoo.exceptions.AccessError")
        self.assertEqual(self.order.quotation_state, "sent")

    def test_customers_page_takes_nonsense(self):
        token = self.order._portal_ensure_token()
        for number in (0, 2**31, 10**30):
            with self.subTest(number):
                self.assertLess(self.url_open(f"/my/repairs/{number}?access_token={token}").status_code, 500)
        for step in ("approve", "accept"):
            for arguments in (
                {"access_token": ["x"]}, {"access_token": 7}, {"access_token": {"a": 1}}, {"access_token": "x"},
                {"access_token": token, "name": 7, "signature": 7}, {"access_token": token, "name": "x", "signature": "no picture"},
                {"access_token": token, "name": "x" * 300, "signature": self.signature.decode()},
                {"access_token": token, "name": "x", "signature": self.signature.decode(), "stamp": {"a": 1}},
            ):
                with self.subTest(step=step, arguments=str(arguments)[:60]):
                    response = self.url_open(
                        f"/my/repairs/{self.order.id}/{step}", data=json.dumps({"params": arguments}),
                        headers={"Content-Type": "application/json"}).json()
                    self.assertIn("error", response.get("result", {}), response)
        self.assertEqual((self.order.quotation_state, self.order.service_stage), ("sent", "quoted"))
