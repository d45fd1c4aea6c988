
from odoo.fields import Command
from odoo.tests import tagged

from .common_document import DocumentCommon


@tagged("post_install", "-at_install")
class TestInstruction(DocumentCommon):

    def _instruction(self, **values):
        document = self._write_document(department_ids=False, **values)
        self._put_in_force(document)
        return document

    def test_instruction_is_one_click_from_its_step(self):
        diagnosis = self._instruction(step_ids=[Command.create({"step": "diagnosis"})])
        repair = self._instruction(step_ids=[Command.create({"step": "repair", "category_ids": [Command.set(self.category.ids)]})])
        self._instruction(step_ids=[Command.create({"step": "repair", "service_type": "workshop"})])
        order = self._create_order()
        self.assertEqual(order.instruction_count, 0)
        self._to_stage(order, "booked")
        order.invalidate_recordset()
        self.assertEqual(order.action_view_instructions()["res_id"], diagnosis.id)
        self._to_stage(order, "approved")
        order.invalidate_recordset()
        mine = order.with_user(self.user_technician)
        self.assertEqual(mine.instruction_count, 1)
        action = mine.action_view_instructions()
        self.assertEqual(action["res_id"], repair.id)
        opened = self.env["qms.document"].with_user(self.user_technician).browse(action["res_id"])
        self.assertIn("leak", opened.content)
        self.assertEqual(order.appointment_ids[0].with_user(self.user_technician).instruction_count, 1)

    def test_other_family_and_withdrawn_ones_do_not_show(self):
        other = self.env["repair.appliance.category"].create({"name": "Other family"})
        self._instruction(step_ids=[Command.create({"step": "reception", "category_ids": [Command.set(other.ids)]})])
        gone = self._instruction(step_ids=[Command.create({"step": "reception"})])
        order = self._create_order()
        self.assertEqual(order.instruction_count, 1)
        gone.effective_version_id.with_user(self.user_quality_manager).action_withdraw("x")
        order.invalidate_recordset()
        self.assertEqual(order.instruction_count, 0)

    def test_instruction_of_a_family_governs_the_families_under_it(self):
        child = self.env["repair.appliance.category"].create({"name": "Small fridge", "parent_id": self.category.id})
        child.labour_product_ids = self.category.labour_product_ids
        self._instruction(step_ids=[Command.create({"step": "reception", "category_ids": [Command.set(self.category.ids)]})])
        order = self._create_order(appliance_id=self._create_appliance(category_id=child.id).id)
        self.assertEqual(order.instruction_count, 1)

    def test_checklist_opens_what_governs_it(self):
        document = self._instruction(template_ids=[Command.set(self.template.ids)])
        order = self._create_order()
        self._to_stage(order, "repairing")
        inspection = order.final_inspection_id.with_user(self.user_inspector)
        self.assertEqual(inspection.instruction_count, 1)
        self.assertEqual(inspection.action_view_instructions()["res_id"], document.id)

    def test_queries_do_not_grow_with_orders(self):
        self._instruction(step_ids=[Command.create({"step": "reception", "category_ids": [Command.set(self.category.ids)]})])
        orders = self.env["repair.order"].browse([self._create_order().id for _number in range(6)])
        self.env.flush_all()

        def count(records):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.mapped("instruction_count")
            return self.env.cr.sql_log_count - before

        self.assertEqual(count(orders[:2]), count(orders))
