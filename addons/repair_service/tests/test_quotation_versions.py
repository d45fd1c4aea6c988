from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged, users

from .common import RepairServiceCommon


@tagged("post_install", "-at_install")
class TestQuotationVersions(RepairServiceCommon):

    def setUp(self):
        super().setUp()
        self.order = self._create_order()
        self._to_stage(self.order, "diagnosed")  # labour 100 is put on by itself
        self.motor = self._add_part(self.order, repair_price_unit=80)

    def _get_states(self):
        return self.order.quotation_ids.sorted("version").mapped("state")

    def test_what_was_sent_is_kept_whatever_changes_later(self):
        self.order.action_send_quotation()
        first = self.order.quotation_ids
        self.assertRecordValues(first, [{
            "version": 1, "state": "sent", "amount_untaxed": 180.0, "amount_total": 180.0, "is_supplement": False,
            "sent_by_id": self.env.user.id, "coverage_reason": self.order.with_context(lang=self.partner.lang).coverage_reason}])
        self.assertRecordValues(first.line_ids, [
            {"name": "Test labour", "quantity": 1.0, "price_unit": 100.0, "amount": 100.0, "payer": "customer"},
            {"name": "Test fan motor", "quantity": 1.0, "price_unit": 80.0, "amount": 80.0, "payer": "customer"},
        ])
        self.motor.repair_price_unit = 95
        self.assertEqual(self._get_states(), ["withdrawn"])
        self.order.action_send_quotation()
        self.assertEqual(self._get_states(), ["withdrawn", "sent"])
        self.assertEqual(self.order.quotation_ids.sorted("version").mapped("amount_total"), [180.0, 195.0])
        self.assertEqual(first.line_ids.mapped("price_unit"), [100.0, 80.0])

    def test_sent_twice_the_newer_replaces_the_older(self):
        self.order.action_send_quotation()
        self.order.action_send_quotation()
        self.assertEqual(self._get_states(), ["replaced", "sent"])

    def test_approval_stands_on_the_version_that_was_approved(self):
        self.order.action_send_quotation()
        self.order.action_approve_quotation(approved_by="Wang Fang", channel="onsite", signature=self.signature)
        quotation = self.order.quotation_ids
        self.assertRecordValues(quotation, [{"state": "approved", "answered_by": "Wang Fang", "answer_channel": "onsite"}])
        self.assertLessEqual(quotation.answered_on - self.order.approved_on, timedelta(seconds=2))
        self.assertTrue(quotation.signature)

    def test_refused_supplement_leaves_the_approved_version(self):
        self.order.action_send_quotation()
        self.order.action_approve_quotation()
        self._add_part(self.order, repair_price_unit=30)
        self.order.action_send_quotation()
        self.assertEqual(self.order.quotation_ids.sorted("version").mapped("is_supplement"), [False, True])
        supplement = self.order.quotation_ids.filtered("is_supplement")
        self.assertEqual(supplement.line_ids.mapped("is_new"), [False, False, True])
        self.order.action_refuse_quotation(refused_by="Wang Fang", reason="too dear")
        self.assertEqual(self._get_states(), ["approved", "refused"])
        self.assertEqual(supplement.refusal_reason, "too dear")

    def test_expired_quotations_are_found(self):
        self.order.action_send_quotation()
        quotation = self.order.quotation_ids
        self.assertFalse(quotation.is_expired)
        with freeze_time(fields.Datetime.now() + timedelta(days=8)):
            quotation.invalidate_recordset()
            self.assertTrue(quotation.is_expired)
            self.assertIn(quotation, quotation.search([("is_expired", "=", True)]))
            self.assertNotIn(quotation, quotation.search([("is_expired", "=", False)]))

    @users("test_desk", "test_technician", "test_manager", "test_accountant", "test_inspector")
    def test_nobody_writes_a_version_by_hand(self):
        if not self.order.quotation_ids:
            self.order.sudo().action_send_quotation()
        quotation = self.order.quotation_ids.with_env(self.env)
        self.assertEqual(quotation.amount_total, 180.0)
        for action in (
            lambda: quotation.write({"amount_total": 1.0}),
            lambda: quotation.line_ids.write({"price_unit": 1.0}),
            lambda: quotation.copy(),
            lambda: quotation.unlink(),
            lambda: self.env["repair.quotation"].create({"repair_id": self.order.id, "version": 9}),
        ):
            with self.assertRaises(AccessError):
                action()

    def test_technician_reads_the_quotations_of_his_own_orders(self):
        other = self._create_order(appliance_id=self._create_appliance().id, service_type="workshop")
        other.write({"cause_id": self.cause.id, "diagnosis": "Stands still"})
        other.action_diagnose()
        (self.order | other).action_send_quotation()
        seen = self.env["repair.quotation"].with_user(self.user_technician).search([])
        self.assertEqual(seen, self.order.quotation_ids)
        self.assertIn(other.quotation_ids, seen.with_user(self.user_desk).search([]))
