from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields, http
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import RepairServiceCommon


@tagged("post_install", "-at_install")
class TestLink(RepairServiceCommon, HttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order()
        cls.portal_customer = new_test_user(cls.env, "portal_link", "base.group_portal")
        cls.portal_customer.partner_id.parent_id = cls.partner

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    def _close(self):
        self._to_stage(self.order, "accepted")
        self.order.action_create_invoice()
        self.order.invoice_ids.action_post()
        self.order.action_close()

    def _is_open(self, url=None):
        response = self.url_open(url or self.order.get_portal_url())
        return self.order.name in response.text

    def _post(self, step, **data):
        return self.url_open(self.order.get_portal_url(suffix=f"/{step}"), data={"csrf_token": http.Request.csrf_token(self), **data})

    def test_an_open_order_keeps_its_link(self):
        self.assertFalse(self.order.link_expires_on)
        self.assertTrue(self._is_open())

    def test_after_the_end_the_link_stays_open_so_many_days(self):
        self.company.repair_link_days = 120
        self._close()
        today = self.order._local_date(fields.Datetime.now())
        self.assertEqual(self.order.link_expires_on, today + timedelta(days=120))
        self.assertTrue(self._is_open())
        self.order._write({"link_expires_on": today})
        self.order.invalidate_recordset()
        self.assertTrue(self._is_open(), "its last day")
        self.order._write({"link_expires_on": today - timedelta(days=1)})
        self.order.invalidate_recordset()
        url = self.order.get_portal_url()
        self.assertFalse(self._is_open(url))
        for suffix in ("papers/service_record", "photos/1"):
            self.assertNotIn(self.order.name, self.url_open(self.order.get_portal_url(suffix=f"/{suffix}")).text)
        self.authenticate("portal_link", "portal_link")
        self.assertTrue(self._is_open(f"/my/repairs/{self.order.id}"), "a customer with an account keeps seeing his orders")
        self.assertTrue(self._is_open(url))

    def test_it_is_never_shorter_than_the_repairs_own_warranty(self):
        self.company.repair_link_days = 1
        self._close()
        self.assertEqual(self.order.link_expires_on, self.order.repair_warranty_end)

    def test_a_cancelled_order_has_an_end_too(self):
        self.order.action_repair_cancel()
        self.assertTrue(self.order.link_expires_on)

    def test_the_night_run_takes_the_keys_of_dead_links(self):
        self.order._portal_ensure_token()
        self.order.action_repair_cancel()
        self.env["repair.order"]._cron_close_links()
        self.assertTrue(self.order.sudo().access_token)
        with freeze_time(fields.Datetime.now() + timedelta(days=self.company.repair_link_days + 3)):
            self.env["repair.order"]._cron_close_links()
        self.assertFalse(self.order.sudo().access_token)

    def test_a_revoked_link_is_dead_at_once_and_the_next_one_works(self):
        old, short = self.order.get_portal_url(), self.order._get_short_url().replace(self.order.get_base_url(), "")
        self.order.with_user(self.user_desk).action_revoke_link()
        self.assertFalse(self._is_open(old))
        self.assertFalse(self._is_open(short))
        self.assertTrue(self._is_open())

    def test_who_only_reads_revokes_and_sends_nothing(self):
        for user in (self.user_inspector, self.user_accountant):
            for method in ("action_revoke_link", "action_send_link"):
                with (
                    self.subTest(user=user.login, method=method),
                    self.assertRaises(AccessError),
                    mute_logger("odoo.addons.base.models.ir_model"),
                ):
                    getattr(self.order.with_user(user), method)()

    def test_the_desk_sends_the_link_again(self):
        self.order.with_user(self.user_desk).action_send_link()
        self.assertTrue(self.env["sms.sms"].search([("partner_id", "=", self.partner.id), ("body", "like", "/rs/")]))
        self.partner.write({"phone": False, "email": False})
        with self.assertRaises(UserError):
            self.order.with_user(self.user_desk).action_send_link()

    def test_the_page_is_no_referrer(self):
        self.assertEqual(self.url_open(self.order.get_portal_url()).headers["Referrer-Policy"], "no-referrer")

    # Consents

    def test_the_customer_gives_and_withdraws_on_his_page(self):
        self._post("consent", consent=["marketing", "brand"])
        self.assertTrue(self.partner._has_consent("marketing") and self.partner._has_consent("brand"))
        self._post("consent", consent=["brand"])
        self.assertFalse(self.partner._has_consent("marketing"))
        self.assertTrue(self.partner._has_consent("brand"))
        gone = self.env["repair.consent"].search([("partner_id", "=", self.partner.id), ("is_valid", "=", False)])
        self.assertEqual((gone.purpose_id.code, gone.withdrawn_by), ("marketing", "Wang Fang"))

    def test_a_consent_is_evidence(self):
        consent = self.env["repair.consent"].with_user(self.user_desk).create({
            "partner_id": self.partner.id, "purpose_id": self.env.ref("repair_service.consent_purpose_marketing").id, "channel": "phone",
            "withdrawn_on": fields.Datetime.now()})
        self.assertTrue(consent.is_valid)
        for values in (
            {"withdrawn_on": fields.Datetime.now()},
            {"partner_id": self.user_desk.partner_id.id},
            {"given_on": "2020-01-01 00:00:00"},
        ):
            with self.subTest(values), self.assertRaises(UserError):
                consent.write(values)
        with self.assertRaises(AccessError):
            consent.unlink()
        with self.assertRaises(AccessError):
            consent.with_user(self.user_inspector).action_withdraw()
        consent.action_withdraw()
        self.assertFalse(consent.is_valid)

    def test_a_notice_in_force_stays_and_there_is_one(self):
        notices = self.env["repair.consent.notice"].with_user(self.user_manager)
        first = notices.create({"name": "N", "body": "<p>one</p>", "version": 99, "state": "published"})
        self.assertEqual(first.state, "draft")
        first.action_publish()
        for values in ({"body": "<p>two</p>"}, {"state": "draft"}, {"version": 5}):
            with self.subTest(values), self.assertRaises(UserError):
                first.write(values)
        with self.assertRaises(UserError):
            first.unlink()
        second = notices.browse(first.action_new_version()["res_id"])
        self.assertEqual((second.version, second.state), (first.version + 1, "draft"))
        second.action_publish()
        self.assertEqual((first.state, second.state), ("replaced", "published"))
        self.assertIn("one", self.url_open("/repair/privacy").text)

    # Paying

    def _get_transaction(self, invoice):
        """A payment by Odoo's provider without a service behind it, as ``account_payment`` sets one up."""
        kinds = type(self.env["account.payment.method"])
        known = kinds._get_payment_method_information

        self.startPatcher(patch.object(kinds, "_get_payment_method_information", lambda model: {
            **known(model), "none": {"mode": "electronic", "type": ("bank",)}}))
        method = self.env["payment.method"].create({"name": "Test", "code": "test_link"})
        provider = self.env["payment.provider"].create({
            "name": "Test", "code": "none", "company_id": self.company.id, "state": "test", "payment_method_ids": [(4, method.id)]})
        journal = self.env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1)
        self.env["account.payment.method.line"].create({
            "name": "Test", "journal_id": journal.id, "payment_provider_id": provider.id,
            "payment_method_id": self.env["account.payment.method"].create({"name": "Test", "code": "none", "payment_type": "inbound"}).id})
        provider.journal_id = journal
        return self.env["payment.transaction"].create({
            "provider_id": provider.id, "payment_method_id": method.id, "reference": "T-1", "amount": invoice.amount_residual,
            "currency_id": invoice.currency_id.id, "partner_id": self.partner.id, "operation": "online_redirect",
            "invoice_ids": [(6, 0, invoice.ids)]})

    def test_a_posted_invoice_is_paid_by_odoos_own_page(self):
        self._to_stage(self.order, "accepted")
        self.assertFalse(self.order._get_invoices_to_pay())
        self.order.action_create_invoice()
        self.assertFalse(self.order._get_invoices_to_pay(), "a draft is no invoice")
        invoice = self.order.invoice_ids
        invoice.action_post()
        self.env["ir.config_parameter"].set_param("account_payment.enable_portal_payment", "True")
        page = self.url_open(self.order.get_portal_url()).text
        self.assertIn("repair_pay", page)
        self.assertIn(f"/my/invoices/{invoice.id}?", page)
        self.assertEqual(self.url_open(invoice.get_portal_url()).status_code, 200)
        transaction = self._get_transaction(invoice)
        transaction._set_done()
        transaction._post_process()
        self.assertIn(invoice.payment_state, ("in_payment", "paid"))
        self.assertEqual(self.order.amount_to_collect, 0)
        self.assertNotIn('id="repair_pay"', self.url_open(self.order.get_portal_url()).text)

    def test_while_cash_is_not_booked_nothing_is_paid_twice(self):
        self._to_stage(self.order, "accepted")
        self.env["repair.payment"].create({"repair_id": self.order.id, "amount": 10, "method": "cash"})
        self.order.action_create_invoice()
        self.order.invoice_ids.action_post()
        self.env["ir.config_parameter"].set_param("account_payment.enable_portal_payment", "True")
        self.assertFalse(self.order._get_invoices_to_pay())

    def test_a_brand_is_told_what_the_customer_agreed_to(self):
        """Not agreed: masked. Agreed: whole. Withdrawn: masked. Agreed in another company: masked. Handed over by the brand: whole."""
        self.partner.write({"name": "Wang Fang", "phone": "13800001234"})
        masked = {"name": "Wang *", "phone": "138****1234", "is_whole": False}
        whole = {"name": "Wang Fang", "phone": "13800001234", "is_whole": True}
        consents, other = self.env["repair.consent"], self.env["res.company"].create({"name": "Other"})
        self.assertEqual(self.order._get_brand_contacts(), {self.order: masked})
        consents._set_for_partner(self.partner, ["brand"], "link", "x", other)
        self.assertEqual(self.order._get_brand_contacts(), {self.order: masked})
        consents._set_for_partner(self.partner, ["brand"], "link", "x", self.company)
        self.assertEqual(self.order.with_user(self.user_accountant)._get_brand_contacts(), {self.order: whole})
        consents._set_for_partner(self.partner, [], "link", "x", self.company)
        self.assertEqual(self.order._get_brand_contacts(), {self.order: masked})
        brand = self.env["res.partner"].create({"name": "Brand", "is_company": True})
        self.order.appliance_id.brand_id.partner_id = brand
        self.order._flow_write({"sender_id": brand.id})
        self.assertEqual(self.order._get_brand_contacts(), {self.order: whole})

    def test_asking_for_many_orders_costs_the_same(self):
        orders = self.order
        for _number in range(9):
            customer = self.env["res.partner"].create({"name": "C"})
            orders |= self._create_order(appliance_id=self._create_appliance(partner_id=customer.id).id)
        counts = []
        for some in (orders[:2], orders):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some._get_brand_contacts()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
