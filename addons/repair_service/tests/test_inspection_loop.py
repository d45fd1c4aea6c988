from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import RepairServiceCommon


@tagged("post_install", "-at_install")
class TestInspectionLoop(RepairServiceCommon):
    """A failed final inspection sends the order back, as often as it has to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._add_stock(cls.part, 5)
        cls.order = cls._to_stage(cls._create_order(), "diagnosed")
        cls.first_part = cls._add_part(cls.order)
        cls._to_stage(cls.order, "repairing")
        cls.technician_order = cls.order.with_user(cls.user_technician)

    def _answer(self, insulation, **answers):
        """Answer the latest inspection as its inspector: a value for the insulation, "pass" for the rest but ``answers``."""
        inspection = self.order.final_inspection_id.with_user(self.user_inspector)
        for line in inspection.line_ids:
            note = answers.get(line.name)
            if line.is_measured:
                line.write({"value": insulation, "note": "damp" if insulation < 2 else False})
            else:
                line.write({"answer": "fail" if note else "pass", "note": note})
        inspection.action_validate()
        return inspection

    def _line(self, name):
        return self.order.final_inspection_id.line_ids.filtered(lambda line: line.name == name)

    def test_the_whole_loop_twice_with_a_dearer_part_in_between(self):
        first = self._answer(1.5)
        self.assertEqual((first.result, self.order.service_stage, self.order.next_step), ("fail", "repairing", "inspect"))
        self.assertEqual((self.order.failed_inspection_count, self.first_part.state), (1, "assigned"))
        with self.assertRaises(UserError):
            self.technician_order.action_repair_end()

        self.technician_order.action_new_inspection()
        second = self.order.final_inspection_id
        self.assertEqual((second.previous_id, second.result), (first, False))
        self.assertEqual(set(second.line_ids.filtered(lambda line: not line.computed_by).mapped("answer")), {False})
        self.assertFalse(any(second.line_ids.mapped("measured")))
        self.assertEqual(
            (self._line("Insulation").earlier_answer, self._line("Insulation").earlier), ("fail", "Failed · 1.5 Mohm · damp"))
        self.assertEqual(self._line("Works").earlier, "Passed")

        # The motor is replaced by a dearer one: the customer is asked before the inspection goes on.
        dearer = self.env["product.product"].create({"name": "Better motor", "is_storable": True, "list_price": 120, "taxes_id": False})
        self._add_stock(dearer, 1)
        self._add_part(self.technician_order, dearer)
        self.assertEqual(self.order.next_step, "quote")
        self.assertFalse(self._line("Fitted: Better motor × 1").earlier)
        second.line_ids.write({"answer": "pass", "value": 3})
        with self.assertRaises(UserError) as refusal:
            second.with_user(self.user_inspector).action_validate()
        self.assertIn("approve", str(refusal.exception))
        self.technician_order.action_send_quotation()
        self.order.action_approve_quotation(channel="phone")
        self.assertEqual(self.order.next_step, "inspect")

        second = self._answer(2.5, Works="still warm")
        self.assertEqual((second.result, self.order.failed_inspection_count, self.order.next_step), ("fail", 2, "inspect"))
        self.technician_order.action_new_inspection()
        third = self.order.final_inspection_id
        self.assertEqual(third.previous_id, second)
        self.assertEqual(self._line("Insulation").earlier, "Passed · 2.5 Mohm")
        self.assertEqual(self._line("Works").earlier, "Failed · still warm")
        self._answer(2.5)
        self.assertEqual((self.order.service_stage, self.order.failed_inspection_count), ("inspected", 2))
        self.assertEqual(set(self.order.move_ids.mapped("state")), {"done"})

    def test_failed_inspections_are_counted_in_sql(self):
        self._answer(1.5)
        self.order.action_new_inspection()
        self._answer(1.0)
        groups = self.env["repair.order"].with_user(self.user_desk)._read_group(
            [("id", "=", self.order.id)], ["technician_id"], ["failed_inspection_count:sum"])
        self.assertEqual(groups, [(self.employee_technician.with_user(self.user_desk), 2)])
        self.assertIn(self.order, self.env["repair.order"].search([("failed_inspection_count", ">", 1)]))

    def test_failed_count_cannot_be_written(self):
        with self.assertRaises(UserError):
            self.order.with_user(self.user_manager).failed_inspection_count = 0

    def test_what_was_answered_before_cannot_be_forged(self):
        first = self._answer(1.5)
        self.order.action_new_inspection()
        with self.assertRaises(UserError):
            self.order.final_inspection_id.with_user(self.user_manager).previous_id = False
        self.assertEqual(self.order.final_inspection_id.previous_id, first)
