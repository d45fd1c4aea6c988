from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.repair_service.models.repair_flow import FLOW

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

    def test_rejected_goods_open_a_nonconformity(self):
        """The hook of the incoming inspection says what was inspected; this addon knows no receipts."""
        inspection = self.env["repair.inspection"].with_context(repair_flow=FLOW).create({"kind": "incoming", "line_ids": [
            (0, 0, {"name": "Looks whole", "answer": "fail", "note": "dented"})]})
        with patch.object(type(inspection), "_get_subject", lambda self: {
                "name": "Fan motor", "product_id": part.id, "text": "3 defective of 20"}):
            part = self.part
            inspection._on_failed()
        record = self.env["qms.nonconformity"].search([("inspection_id", "=", inspection.id)])
        self.assertEqual((record.source, record.product_id), ("incoming", self.part))
        self.assertIn("Fan motor", record.name)
        self.assertIn("3 defective of 20", record.description)
        self.assertIn("dented", record.description)

    def test_a_complaint_gets_its_corrective_action_with_one_button_and_once(self):
        order = self._create_order()
        complaint = self.env["repair.complaint"].create({
            "repair_id": order.id, "partner_id": self.partner.id, "subject": "Leaks again", "description": "Water on the floor",
            "severity": "p2", "root_cause_id": self.env["repair.complaint.cause"].search([], limit=1).id})
        action = complaint.with_user(self.user_desk).action_nonconformity()
        record = self.env["qms.nonconformity"].browse(action["res_id"])
        self.assertEqual(
            (record.source, record.severity, record.complaint_id, record.appliance_category_id, record.cause_id),
            ("complaint", "major", complaint, self.category, complaint.root_cause_id))
        self.assertEqual(record.owner_id, self.env["qms.nonconformity"]._get_default_owner())
        record.with_user(self.user_desk).read(["name", "state"])
        self.assertEqual(complaint.with_user(self.user_manager).action_nonconformity()["res_id"], record.id)
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            complaint.with_user(self.user_technician).action_nonconformity()

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
