from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import RepairQualityCommon


@tagged("post_install", "-at_install")
class TestNonconformitySources(RepairQualityCommon):

    def _order_under_repair(self):
        return self._to_stage(self._create_order(), "repairing")

    def _answer(self, inspection, failing):
        for line in inspection.line_ids:
            line.write({"value": 5.0, "answer": "fail" if line.aspect in failing else "pass", "note": "still warm"})
        inspection.with_user(self.user_inspector).action_validate()

    def test_failed_final_inspection_opens_a_nonconformity(self):
        order = self._order_under_repair()
        inspection = order.final_inspection_id
        self._answer(inspection, {"function"})
        record = order.nonconformity_ids
        self.assertEqual(
            (record.source, record.severity, record.inspection_id, record.appliance_category_id, record.state),
            ("inspection", "major", inspection, self.category, "draft"))
        self.assertIn("Works", record.name)
        self.assertIn("still warm", record.description)
        self.assertTrue(record.activity_ids)
        self.assertEqual(order.service_stage, "repairing")
        self.assertEqual(order.nonconformity_count, 1)

    def test_failed_safety_point_is_critical(self):
        order = self._order_under_repair()
        self._answer(order.final_inspection_id, {"safety"})
        self.assertEqual(order.nonconformity_ids.severity, "critical")

    def test_passed_inspection_opens_nothing(self):
        order = self._order_under_repair()
        self._answer(order.final_inspection_id, set())
        self.assertFalse(order.nonconformity_ids)

    def test_inspector_and_technician_need_no_quality_rights(self):
        order = self._order_under_repair()
        self._answer(order.final_inspection_id, {"function"})
        self.assertIn(order, self.env["repair.order"].with_user(self.user_inspector).search([("id", "=", order.id)]))
        form = order.with_user(self.user_inspector).read(["nonconformity_count"])
        self.assertTrue(form)

    def _repaired_before(self, days):
        now = fields.Datetime.now()
        order = self._make_job(now - timedelta(days=days + 2), now - timedelta(days=days), appliance=self.appliance)
        order._flow_write({"repair_warranty_end": fields.Date.context_today(order) + timedelta(days=90 - days)})
        return order

    def _diagnose_again(self):
        order = self._create_order()
        self._to_stage(order, "diagnosed")
        return order

    def test_fault_that_survived_two_repairs_opens_a_nonconformity(self):
        self._repaired_before(40)
        self._repaired_before(20)
        order = self._diagnose_again()
        self.assertEqual(order.coverage, "repair_warranty")
        self.assertEqual((order.nonconformity_ids.source, order.nonconformity_ids.severity), ("repeat", "major"))

    def test_fault_that_survived_one_repair_does_not(self):
        self._repaired_before(20)
        order = self._diagnose_again()
        self.assertEqual(order.coverage, "repair_warranty")
        self.assertFalse(order.nonconformity_ids)
