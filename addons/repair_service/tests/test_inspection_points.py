from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import RepairServiceCommon


@tagged("post_install", "-at_install")
class TestInspectionPoints(RepairServiceCommon):
    """The order's own items, and values of exactly 0."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._add_stock(cls.part, 5)
        cls.template.point_ids = [Command.create(
            {"name": "Earth", "aspect": "safety", "is_measured": True, "unit": "ohm", "max_value": 0.2})]
        cls.order = cls._to_stage(cls._create_order(), "diagnosed")
        cls.move = cls._add_part(cls.order, quantity=2)
        cls._to_stage(cls.order, "repairing")
        cls.inspection = cls.order.final_inspection_id
        cls.earth = cls.inspection.line_ids.filtered(lambda line: line.name == "Earth")
        cls.insulation = cls.inspection.line_ids.filtered(lambda line: line.name == "Insulation")

    def _get_items(self):
        return sorted(self.inspection.line_ids.filtered(lambda line: line.service_line_id or line.move_id).mapped("name"))

    def test_every_item_of_the_order_is_a_point_but_fees(self):
        self.order.service_line_ids = [Command.create({"product_id": self.fee_product.id})]
        self.assertIn("inspection_fee", self.order.service_line_ids.mapped("repair_service_kind"))
        self.assertEqual(self._get_items(), ["Done: Test labour × 1", "Fitted: Test fan motor × 2"])
        items = self.inspection.line_ids.filtered(lambda line: line.service_line_id or line.move_id)
        self.assertEqual(set(items.mapped("aspect")), {"completeness"})
        self.assertTrue(all(items.mapped("required")))

    def test_points_follow_the_items_until_the_inspection_is_finished(self):
        desk = self.order.with_user(self.user_desk)
        extra = self.env["repair.service.line"].with_user(self.user_desk).create(
            {"repair_id": desk.id, "product_id": self.labour_product.id, "name": "Clean the coil", "quantity": 1, "price_unit": 0})
        self.assertIn("Done: Clean the coil × 1", self._get_items())
        point = self.inspection.line_ids.filtered(lambda line: line.service_line_id == extra)
        point.answer = "pass"
        extra.quantity = 2
        self.assertEqual((point.name, point.answer), ("Done: Clean the coil × 2", False))
        extra.unlink()
        self.assertNotIn("Done: Clean the coil × 2", self._get_items())
        self.move.product_uom_qty = 1
        self.assertEqual(self._get_items(), ["Done: Test labour × 1", "Fitted: Test fan motor × 1"])

    def test_words_of_a_point_do_not_change_with_who_edits_the_order(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.user_desk.lang = "zh_CN"
        before = self._get_items()
        point = self.inspection.line_ids.filtered("move_id")
        point.answer = "pass"
        self.move.with_user(self.user_desk).with_context(lang="zh_CN").product_uom_qty = 2
        self.assertEqual((self._get_items(), point.answer), (before, "pass"))

    def test_an_item_not_ticked_off_holds_the_inspection(self):
        (self.inspection.line_ids - self.inspection.line_ids.filtered("move_id") - self.earth).write({"answer": "pass", "value": 3})
        self.earth.value = 0.1
        with self.assertRaisesRegex(UserError, "Fitted: Test fan motor"):
            self.inspection.action_validate()

    def test_an_item_that_was_not_done_is_explained(self):
        point = self.inspection.line_ids.filtered("move_id")
        with self.assertRaises(ValidationError):
            point.answer = "na"
        point.write({"answer": "na", "note": "customer keeps the old one"})

    def test_items_are_neither_deleted_nor_reworded(self):
        point = self.inspection.line_ids.filtered("move_id").with_user(self.user_inspector)
        for attempt in (lambda: point.unlink(), lambda: point.write({"name": "Nothing"}), lambda: point.write({"required": False})):
            with self.assertRaises(UserError):
                attempt()

    def test_exactly_zero_is_measured_and_passes_within_the_limits(self):
        self.assertFalse(self.earth.measured)
        self.earth.with_user(self.user_technician).write({"value": 0.0})
        self.assertEqual((self.earth.measured, self.earth.value, self.earth.answer), (True, 0.0, "pass"))
        self.earth.value = 0.2
        self.assertEqual(self.earth.answer, "pass")
        self.earth.write({"value": 0.201, "note": "loose"})
        self.assertEqual(self.earth.answer, "fail")

    def test_exactly_zero_fails_below_the_lower_limit(self):
        with self.assertRaises(ValidationError):  # a failed point needs its note
            self.insulation.value = 0.0
        self.insulation.write({"value": 0.0, "note": "short circuit"})
        self.assertEqual((self.insulation.measured, self.insulation.answer), (True, "fail"))

    def test_a_point_that_was_not_measured_cannot_pass(self):
        with self.assertRaisesRegex(ValidationError, "tick Value noted"):
            self.earth.answer = "pass"
        self.earth.write({"measured": True})
        self.assertEqual(self.earth.answer, "pass")

    def test_taking_the_value_back_opens_the_point_again(self):
        self.earth.value = 0.1
        self.earth.measured = False
        self.assertEqual((self.earth.value, self.earth.answer), (0.0, False))

    def test_the_form_takes_a_value_and_a_zero(self):
        with Form(self.inspection.with_user(self.user_technician)) as form:
            index = self.inspection.line_ids.ids.index(self.earth.id)
            with form.line_ids.edit(index) as line:
                line.measured = True
                self.assertEqual(line.answer, "pass")
            with form.line_ids.edit(self.inspection.line_ids.ids.index(self.insulation.id)) as line:
                line.value = 2.0
                self.assertEqual((line.measured, line.answer), (True, "pass"))
        self.assertEqual((self.earth.value, self.earth.measured, self.earth.answer), (0.0, True, "pass"))

    def test_passing_the_open_points_leaves_measuring_to_people(self):
        self.inspection.action_pass_open()
        self.assertEqual((self.earth.answer, self.insulation.answer, self.inspection.open_count), (False, False, 2))

    def test_every_family_is_inspected_for_all_five_and_for_cleanliness(self):
        wanted = {"completeness", "process", "parts", "function", "safety", "cleanliness"}
        data = self.env["ir.model.data"].search([("module", "=", "repair_service"), ("model", "=", "repair.appliance.category")])
        for category in self.env["repair.appliance.category"].browse(data.mapped("res_id")).exists():
            template = self.env["repair.inspection.template"]._find_for_category(category, "final")
            with self.subTest(category=category.name):
                self.assertLessEqual(wanted, set(template.point_ids.mapped("aspect")))
                self.assertTrue(template.point_ids.filtered(lambda point: point.aspect == "safety" and point.is_measured))

    def test_following_the_items_costs_little(self):
        self.env.flush_all()
        self.order.service_line_ids.fetch(["price_unit"])
        with self.assertQueryCount(60):
            self.order.service_line_ids[:1].quantity = 3
            self.env.flush_all()
