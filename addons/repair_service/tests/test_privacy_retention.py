import base64
from datetime import timedelta
from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import RepairServiceCommon


@tagged("post_install", "-at_install")
class TestPrivacyRetention(RepairServiceCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["repair.privacy.rule"].search([]).active = False
        cls.rule = cls.env["repair.privacy.rule"].create({"name": "Three years", "kind": "customer", "months": 36})
        cls.partner.write({"street": "Lane 1", "city": "Pudong"})

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda cron, *args, **kwargs: float("inf")))

    def _make_old(self, months, partner=None):
        """An order of ``partner`` that was cancelled so many months ago."""
        partner = partner or self.partner
        appliance = self._create_appliance(partner_id=partner.id)
        order = self._create_order(appliance_id=appliance.id)
        order.action_repair_cancel()
        order.flush_recordset()
        moment = fields.Datetime.now() - relativedelta(months=months)
        self.env.cr.execute("UPDATE repair_order SET requested_on = %s WHERE id = %s", [moment, order.id])
        order.invalidate_recordset()
        return order

    def _propose(self):
        self.rule.with_user(self.user_manager).action_propose()
        return self.env["repair.privacy.case"].search([("rule_id", "=", self.rule.id)])

    def _make_partner(self, name="Zhao Min"):
        return self.env["res.partner"].create(
            {"name": name, "phone": "13700001111", "email": "zhao@example.com", "street": "Lane 2", "city": "Pudong"}
        )

    def test_who_is_old_enough_is_listed_and_nothing_happens(self):
        old, young = self._make_partner("Old"), self._make_partner("Young")
        self._make_old(37, old)
        self._make_old(35, young)
        cases = self._propose()
        self.assertEqual(cases.partner_id, old)
        self.assertEqual((cases.state, old.name, old.phone), ("proposed", "Old", "13700001111"))
        self.assertEqual(self._propose(), cases, "listed once")

    def test_the_newest_matter_counts(self):
        partner = self._make_partner()
        self._make_old(60, partner)
        self._make_old(3, partner)
        self.assertFalse(self._propose())

    def test_what_still_needs_the_data_keeps_them(self):
        holders = {name: self._make_partner(name) for name in ("open", "login", "enquiry", "invoice", "company", "warranty")}
        for partner in holders.values():
            self._make_old(40, partner)
        self._create_order(appliance_id=self._create_appliance(partner_id=holders["open"].id).id)
        new_test_user(self.env, "retention_portal", "base.group_portal", partner_id=holders["login"].id)
        self.env["repair.enquiry"].create({"partner_id": holders["enquiry"].id, "question": "x"})
        self.env["account.move"].create({
            "move_type": "out_invoice", "partner_id": holders["invoice"].id, "invoice_line_ids": [(0, 0, {"name": "x", "price_unit": 5})]})
        holders["company"].is_company = True
        warranted = self._make_old(40, holders["warranty"])
        warranted._flow_write({"repair_warranty_end": fields.Date.today() + timedelta(days=2)})
        self.assertFalse(self._propose())
        warranted._flow_write({"repair_warranty_end": fields.Date.today() - timedelta(days=2)})
        self.assertEqual(self._propose().partner_id, holders["warranty"])

    def test_approved_cases_are_carried_out_by_the_night_run(self):
        partner = self._make_partner()
        order = self._make_old(40, partner)
        order.message_post(body="Call 13700001111")
        enquiry = self.env["repair.enquiry"].create(
            {"partner_id": partner.id, "question": "My phone is 13700001111", "date": "2020-01-01 00:00:00"}
        )
        case = self._propose()
        self.env["repair.privacy.rule"]._cron_retention()
        self.assertEqual((case.state, partner.phone), ("proposed", "13700001111"), "not without approval")
        case.with_user(self.user_manager).action_approve()
        self.env["repair.privacy.rule"]._cron_retention()
        self.assertEqual((case.state, case.approved_by_id), ("done", self.user_manager))
        self.assertEqual(
            (partner.phone, partner.email, partner.street, partner.active, partner.city), (False, False, False, False, "Pudong")
        )
        self.assertNotIn("Zhao", partner.name)
        self.assertNotIn("13700001111", str(order.message_ids.mapped("body")))
        self.assertNotIn("13700001111", str(enquiry.read()))
        self.assertEqual(order.service_stage, "cancelled", "the figures stay")
        log = self.env["repair.privacy.log"].search([("kind", "=", "anonymise")], limit=1)
        self.assertEqual(log.partner_id, partner)

    def test_a_matter_that_came_up_since_stops_it(self):
        partner = self._make_partner()
        self._make_old(40, partner)
        case = self._propose()
        case.with_user(self.user_manager).action_approve()
        self._create_order(appliance_id=self._create_appliance(partner_id=partner.id).id)
        self.env["repair.privacy.rule"]._cron_retention()
        self.assertEqual((case.state, partner.phone), ("cancelled", "13700001111"))
        self.assertIn("open repairs", case.result)

    def test_a_manager_keeps_and_it_is_not_proposed_again(self):
        self._make_old(40, self._make_partner())
        case = self._propose()
        case.with_user(self.user_manager).action_keep()
        self.assertEqual(self._propose(), case)
        self.assertEqual(case.state, "kept")

    def test_an_automatic_rule_asks_nobody(self):
        self.rule.is_automatic = True
        partner = self._make_partner()
        self._make_old(40, partner)
        self.env["repair.privacy.rule"]._cron_retention()
        self.assertFalse(partner.phone)

    def test_complaints_hold_the_data_for_a_year_and_then_lose_the_persons_words(self):
        """Open: kept. Closed 300 days ago: kept. Closed 400 days ago: words and number go, class and lesson stay."""
        partner = self._make_partner()
        order = self._make_old(40, partner)
        complaint = self.env["repair.complaint"].create({
            "partner_id": partner.id, "repair_id": order.id, "subject": "Late", "description": "Zhao Min waited for hours.",
            "appliance_category_id": self.category.id, "lesson": "Call when it gets late."})
        followup = self.env["repair.followup"].create({"repair_id": order.id, "kind": "callback", "due": fields.Date.today()})
        followup._flow_write({"comment": "Zhao Min is angry."})
        self.assertIn("complaints: 1", partner._get_privacy_holds())
        for days, held in ((300, True), (400, False)):
            complaint._flow_write({"closed_on": fields.Datetime.now() - timedelta(days=days)})
            self.assertEqual("complaints: 1" in partner._get_privacy_holds(), held)
        partner._anonymise("test")
        self.assertEqual(
            (complaint.description, complaint.phone, complaint.email, complaint.lesson),
            ("(removed)", False, False, "Call when it gets late."))
        self.assertFalse(followup.comment)
        self.assertNotIn("Zhao", " ".join(complaint.message_ids.mapped("body")))

    def test_books_keep_the_name(self):
        partner = self._make_partner()
        self._make_old(60, partner)
        with freeze_time("2020-06-01"):
            invoice = self.env["account.move"].create({
                "move_type": "out_invoice", "partner_id": partner.id, "invoice_date": "2020-06-01",
                "invoice_line_ids": [(0, 0, {"name": "x", "price_unit": 0, "tax_ids": False})]})
            invoice.action_post()
        case = self._propose()
        case.with_user(self.user_manager).action_approve()
        self.env["repair.privacy.rule"]._cron_retention()
        self.assertEqual((case.state, partner.name, partner.phone), ("done", "Zhao Min", False))
        self.assertIn("1 posted", case.result)

    def test_enquiries_that_became_nothing_go_earlier(self):
        rule = self.env["repair.privacy.rule"].create({"name": "Half a year", "kind": "enquiry", "months": 6, "is_automatic": True})
        values = {"contact_name": "Zhao", "phone": "13700001111", "question": "x"}
        old, young, running = self.env["repair.enquiry"].create([
            {**values, "date": fields.Datetime.now() - relativedelta(months=months)} for months in (7, 5, 7)])
        (old | young).action_lose()
        self.env["repair.privacy.rule"]._cron_retention()
        self.assertEqual(rule.case_ids.enquiry_id, old)
        self.assertEqual((old.phone, young.phone, running.phone), (False, "13700001111", "13700001111"))
        self.assertEqual(old.outcome, "lost")

    def test_only_managers_decide_and_the_list_is_not_forged(self):
        self._make_old(40, self._make_partner())
        case = self._propose()
        for user in (self.user_desk, self.user_technician, self.user_inspector, self.user_accountant):
            with self.subTest(user.login), self.assertRaises(AccessError):
                case.with_user(user).action_approve()
        with self.assertRaises(UserError):
            case.with_user(self.user_manager).write({"state": "approved"})
        with self.assertRaises(UserError):
            self.env["repair.privacy.case"].with_user(self.user_manager).create({
                "rule_id": self.rule.id, "company_id": self.company.id, "partner_id": self.partner.id})

    # Requests of the customer

    def _ask(self, kind="access", **values):
        return self.env["repair.privacy.request"].with_user(self.user_desk).create({
            "partner_id": self.partner.id, "kind": kind, "identity_proof": "Called back", **values})

    def test_a_request_has_a_deadline(self):
        self.company.repair_privacy_days = 15
        request = self._ask(received_on="2026-03-02")
        self.assertEqual(str(request.due_on), "2026-03-17")
        with freeze_time("2026-03-17 04:00:00"):
            request.invalidate_recordset()
            self.assertFalse(request.is_late)
        with freeze_time("2026-03-18 04:00:00"):
            request.invalidate_recordset()
            self.assertTrue(request.is_late)
            self.assertIn(request, self.env["repair.privacy.request"].search([("is_late", "=", True)]))

    def test_the_report_holds_everything_of_him_and_nothing_of_others(self):
        order = self._create_order()
        self._book(order)
        other = self._make_partner()
        foreign = self._create_order(appliance_id=self._create_appliance(partner_id=other.id).id)
        self.env["repair.enquiry"].create({"partner_id": self.partner.id, "question": "Asked <b>once</b>"})
        self.env["repair.consent"].create({
            "partner_id": self.partner.id, "purpose_id": self.env.ref("repair_service.consent_purpose_marketing").id})
        request = self._ask()
        with self.assertRaises(UserError):
            request.action_done()
        request.action_make_report()
        text = base64.b64decode(request.sudo().report_file).decode()
        for wanted in (
            "Wang Fang",
            "13800001234",
            "wang@example.com",
            "Lane 1",
            order.name,
            self.appliance.serial_number,
            "Asked &lt;b&gt;once",
        ):
            self.assertIn(wanted, text)
        for foreign_text in ("Zhao Min", foreign.name, "13700001111"):
            self.assertNotIn(foreign_text, text)
        self.assertEqual(self.env["repair.privacy.log"].search([], limit=1).kind, "report")
        request.action_done()
        self.assertEqual(request.state, "done")

    def test_nothing_is_handed_out_before_somebody_checked_who_asks(self):
        request = self._ask(identity_proof=False)
        for method in ("action_make_report", "action_done"):
            with self.subTest(method), self.assertRaises(UserError):
                getattr(request, method)()

    def test_while_a_matter_runs_nothing_is_deleted_and_the_reason_is_kept(self):
        order = self._create_order()
        request = self._ask("delete")
        with self.assertRaises(AccessError):
            request.action_delete_data()
        request.with_user(self.user_manager).action_delete_data()
        self.assertEqual((request.state, self.partner.phone), ("open", "13800001234"))
        self.assertIn(order.name, request.kept_reason)
        order.action_repair_cancel()
        request.with_user(self.user_manager).action_delete_data()
        self.assertEqual((request.state, self.partner.phone), ("done", False))
        self.assertIn("1 repairs", request.kept_reason)

    def test_an_answered_request_stays(self):
        request = self._ask("correct")
        request.action_done()
        for values in ({"partner_id": self.user_desk.partner_id.id}, {"state": "open"}, {"kept_reason": "x"}):
            with self.subTest(values), self.assertRaises(UserError):
                request.write(values)
        with self.assertRaises(UserError):
            request.action_refuse("late")

    def test_other_roles_see_no_request(self):
        request = self._ask()
        for user in (self.user_technician, self.user_inspector, self.user_accountant):
            with self.subTest(user.login), self.assertRaises(AccessError):
                request.with_user(user).read(["details"])
