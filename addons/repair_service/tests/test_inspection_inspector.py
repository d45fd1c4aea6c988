from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged, users

from .common import GROUP, RepairServiceCommon


@tagged("post_install", "-at_install")
class TestInspectionInspector(RepairServiceCommon):
    """Nobody inspects his own work where the checklist says so (handbook 5.1)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.users"].search([("all_group_ids", "in", cls.env.ref(GROUP + "inspector").ids)]).name = "Old hand"
        cls.user_inspector.name = "Li Na"
        cls.template.other_inspector = True
        cls.order = cls._start(cls.user_technician)
        cls.inspection = cls.order.final_inspection_id

    @classmethod
    def _start(cls, user):
        order = cls._to_stage(cls._create_order(appliance_id=cls._create_appliance().id), "approved")
        order.with_user(user).action_repair_start()
        order.final_inspection_id.line_ids.write({"answer": "pass", "value": 3})
        cls.env.flush_all()
        return order

    def _validate(self, user, inspection=None):
        (inspection or self.inspection).with_user(user).action_validate()

    def test_technician_does_not_validate_his_own_work(self):
        with self.assertRaisesRegex(UserError, "another inspector.*Li Na"):
            self._validate(self.user_technician)
        self.assertFalse(self.inspection.result)
        self.assertEqual(self.order.service_stage, "repairing")

    def test_another_inspector_validates(self):
        self._validate(self.user_inspector)
        self.assertEqual((self.inspection.result, self.inspection.inspector_id), ("pass", self.user_inspector))
        self.assertEqual(self.order.service_stage, "inspected")

    def test_whoever_started_the_repair_does_not_validate_it_system_administrators_included(self):
        admin = new_test_user(self.env, "test_own_admin", f"base.group_system,{GROUP}manager")
        order = self._start(admin)
        self.assertEqual(order.repair_started_by_id, admin)
        with self.assertRaisesRegex(UserError, "another inspector"):
            self._validate(admin, order.final_inspection_id)
        with self.assertRaisesRegex(UserError, "another inspector"):
            order.final_inspection_id.with_user(admin).sudo().action_validate()
        self._validate(self.user_manager, order.final_inspection_id)
        self.assertEqual(order.final_inspection_id.result, "pass")

    def test_a_technician_with_an_inspectors_rights_is_barred_too(self):
        self.user_technician.group_ids += self.env.ref(GROUP + "inspector")
        with self.assertRaisesRegex(UserError, "another inspector"):
            self._validate(self.user_technician)

    def test_the_technician_of_the_day_is_barred_even_if_somebody_else_started(self):
        order = self._start(self.user_manager)
        with self.assertRaisesRegex(UserError, "another inspector"):
            self._validate(self.user_technician, order.final_inspection_id)

    def test_without_the_rule_the_technician_validates(self):
        self.template.other_inspector = False
        order = self._start(self.user_technician)
        self._validate(self.user_technician, order.final_inspection_id)
        self.assertEqual(order.service_stage, "inspected")

    def test_a_later_change_of_the_checklist_does_not_let_him_pass_it(self):
        self.template.other_inspector = False
        with self.assertRaisesRegex(UserError, "another inspector"):
            self._validate(self.user_technician)

    def test_the_rule_cannot_be_written_away(self):
        for values in ({"other_inspector": False}, {"result": "pass"}, {"template_id": False}, {"repair_id": False}):
            for user in (self.user_technician, self.user_manager):
                with self.subTest(values=values, user=user.login), self.assertRaises(UserError):
                    self.inspection.with_user(user).write(values)
        with self.assertRaises(UserError):
            self.order.with_user(self.user_manager).write({"repair_started_by_id": self.user_desk.id})
        with self.assertRaises(UserError):
            self.env["repair.inspection"].with_user(self.user_technician).create(
                {"repair_id": self.order.id, "kind": "final", "template_id": self.template.id})
        with self.assertRaises(AccessError):
            self.template.with_user(self.user_technician).other_inspector = False

    def test_message_without_any_inspector_says_what_to_do(self):
        inspectors = self.env.ref(GROUP + "inspector").all_user_ids - self.env.ref("base.user_root")
        inspectors.active = False
        self.assertIn("an administrator", self.inspection.with_user(self.user_technician)._get_inspector_refusal())

    @users("test_inspector", "test_technician", "test_manager")
    def test_inspectors_find_what_waits_for_them(self):
        arch = self.env["repair.inspection"].get_views([(False, "search")])["views"]["search"]["arch"]
        self.assertIn("Waiting for another inspector", arch)
        waiting = self.env["repair.inspection"].search([("result", "=", False), ("other_inspector", "=", True)])
        self.assertIn(self.inspection, waiting)
        refusal = waiting.filtered(lambda inspection: inspection == self.inspection).inspector_refusal
        self.assertEqual(bool(refusal), self.env.user == self.user_technician)
