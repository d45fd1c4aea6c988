from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged, users

from .common import RepairServiceCommon


@tagged("post_install", "-at_install")
class TestInspection(RepairServiceCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._to_stage(cls._create_order(), "repairing")
        cls.inspection = cls.order.final_inspection_id
        cls.works, cls.insulation = cls.inspection.line_ids.filtered("point_id")

    def test_inspection_takes_the_checklist_of_the_family(self):
        self.assertEqual(self.inspection.template_id, self.template)
        self.assertEqual(self.inspection.line_ids.mapped("name"), ["Works", "Insulation", "Done: Test labour × 1"])

    def test_every_point_is_answered(self):
        (self.inspection.line_ids - self.insulation).answer = "pass"
        with self.assertRaisesRegex(UserError, "Insulation"):
            self.inspection.action_validate()

    def test_measured_value_outside_the_limits_cannot_pass(self):
        with self.assertRaises(ValidationError):
            self.insulation.write({"value": 1.999, "answer": "pass"})
        self.insulation.write({"value": 2.0, "answer": "pass"})

    def test_measured_value_answers_its_point(self):
        self.insulation.value = 2.5
        self.assertEqual(self.insulation.answer, "pass")
        self.insulation.write({"value": 1.5, "note": "damp"})
        self.assertEqual(self.insulation.answer, "fail")

    def test_failed_point_needs_a_note(self):
        with self.assertRaises(ValidationError):
            self.works.answer = "fail"

    def test_failed_inspection_keeps_the_order_under_repair(self):
        self._answer_inspection(self.order, passed=False)
        self.assertEqual((self.inspection.result, self.order.service_stage, self.order.next_step), ("fail", "repairing", "inspect"))
        self.order.action_new_inspection()
        self.assertNotEqual(self.order.final_inspection_id, self.inspection)
        self._answer_inspection(self.order)
        self.assertEqual(self.order.service_stage, "inspected")

    def test_open_inspection_is_not_doubled(self):
        self.order.action_new_inspection()
        self.assertEqual(self.order.inspection_ids.filtered(lambda inspection: inspection.kind == "final"), self.inspection)

    def test_finished_inspection_stays_as_it_is(self):
        self._answer_inspection(self.order)
        with self.assertRaises(UserError):
            self.works.note = "polished afterwards"
        with self.assertRaises(UserError):
            self.inspection.note = "polished afterwards"
        with self.assertRaises(UserError):
            self.inspection.unlink()
        with self.assertRaises(UserError):
            self.inspection.action_validate()

    def test_result_cannot_be_written(self):
        with self.assertRaises(UserError):
            self.inspection.result = "pass"
        forged = self.env["repair.inspection"].create(
            {"repair_id": self.order.id, "template_id": self.template.id, "kind": "final", "result": "pass"})
        self.assertFalse(forged.result)

    def test_changed_checklist_leaves_records_alone(self):
        self.template.point_ids[1].write({"min_value": 9.0})
        self.insulation.write({"value": 3.0, "answer": "pass"})
        self.assertEqual(self.insulation.min_value, 2.0)

    @users("test_inspector", "test_technician")
    def test_inspector_and_technician_inspect(self):
        inspection = self._to_stage(self._create_order(), "repairing").final_inspection_id.with_env(self.env)
        inspection.line_ids.write({"answer": "pass", "value": 3})
        inspection.action_validate()
        self.assertEqual((inspection.result, inspection.inspector_id), ("pass", self.env.user))

    @users("test_desk")
    def test_desk_only_reads_inspections(self):
        with self.assertRaises(AccessError):
            self.works.with_env(self.env).answer = "pass"
