import re

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import RepairServiceCommon


@tagged("post_install", "-at_install")
class TestOnlinePayment(RepairServiceCommon, HttpCase):
    """The customer pays behind his link, with Odoo's provider of demo payments, over HTTP from his page to the books."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "payment_demo" not in cls.env["ir.module.module"]._installed():
            cls.skipTest(cls, "Odoo's payment_demo is not installed")
        cls.env["ir.config_parameter"].set_param("account_payment.enable_portal_payment", "True")
        provider = cls.env.ref("payment.payment_provider_demo")
        cls.provider = provider if provider.company_id == cls.company else provider.copy({"company_id": cls.company.id})
        cls.provider.write({"state": "test", "is_published": True, "allow_tokenization": False})
        cls.method = cls.env.ref("payment_demo.payment_method_demo")
        cls.method.active = True
        cls.order = cls._to_stage(cls._create_order(), "accepted")
        cls.order.action_create_invoice()
        cls.invoice = cls.order.invoice_ids
        cls.invoice.action_post()

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    def _call(self, url, **params):
        answer = self.url_open(url, json={"params": params}).json()
        self.assertNotIn("error", answer, answer)
        return answer.get("result")

    def _begin(self, token=None):
        return self._call(
            f"/invoice/transaction/{self.invoice.id}", access_token=token or self.invoice._portal_ensure_token(), flow="direct",
            provider_id=self.provider.id, payment_method_id=self.method.id, token_id=None, tokenization_requested=False,
            amount=self.invoice.amount_residual, landing_route=self.invoice.get_portal_url())

    def _pay(self, reference, state):
        self._call("/payment/demo/simulate_payment", reference=reference, payment_details="1234", simulated_state=state)
        transaction = self.env["payment.transaction"].search([("reference", "=", reference)])
        transaction._post_process()  # what the page that waits, or the nightly run, asks for
        return transaction

    def test_from_the_page_of_the_order_to_the_books(self):
        page = self.url_open(self.order.get_portal_url()).text
        self.assertIn('id="repair_pay"', page)
        link = re.search(r'href="(/my/invoices/[^"]+)"', page)[1].replace("&amp;", "&")
        form = self.url_open(link).text
        self.assertIn("o_payment_form", form)
        self.assertIn(f"/invoice/transaction/{self.invoice.id}", form)
        due = self.invoice.amount_residual
        self.assertGreater(due, 0)
        transaction = self._pay(self._begin()["reference"], "done")
        self.assertEqual((transaction.state, transaction.amount, transaction.partner_id), ("done", due, self.partner))
        self.assertIn(self.invoice.payment_state, ("in_payment", "paid"))
        self.assertEqual((self.invoice.amount_residual, self.order.amount_to_collect), (0.0, 0.0))
        page = self.url_open(self.order.get_portal_url()).text
        self.assertNotIn('id="repair_pay"', page, "what is paid is not asked for again")
        self.order.action_close()
        self.assertEqual(self.order.service_stage, "closed")

    @mute_logger("odoo.addons.payment.models.payment_transaction")
    def test_a_payment_that_failed_leaves_everything_open(self):
        for state in ("cancel", "error"):
            transaction = self._pay(self._begin()["reference"], state)
            self.assertEqual((transaction.state, self.invoice.payment_state), (state, "not_paid"))
        self.assertIn('id="repair_pay"', self.url_open(self.order.get_portal_url()).text)

    def test_a_payment_told_twice_is_booked_once(self):
        reference = self._begin()["reference"]
        first, second = self._pay(reference, "done"), self._pay(reference, "done")
        self.assertEqual(first.payment_id, second.payment_id)
        self.assertEqual(len(self.invoice._get_reconciled_payments()), 1)

    @mute_logger("odoo.http")
    def test_another_key_pays_nothing(self):
        for token in ("x", self.order._portal_ensure_token()):
            answer = self.url_open(f"/invoice/transaction/{self.invoice.id}", json={"params": {
                "access_token": token, "flow": "direct", "provider_id": self.provider.id, "payment_method_id": self.method.id,
                "token_id": None, "tokenization_requested": False, "landing_route": "/my", "amount": 1.0}}).json()
            self.assertIn("ValidationError", answer["error"]["data"]["name"])
        self.assertFalse(self.env["payment.transaction"].search([("invoice_ids", "in", self.invoice.ids)]))
