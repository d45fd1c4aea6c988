from odoo.exceptions import UserError
from odoo.tests import tagged, users

from .common import RepairPartsCommon


@tagged("post_install", "-at_install")
class TestInspectionLots(RepairPartsCommon):
    """Fitted parts come from finished receipts (handbook 5.1.3), and the keeper sees whose visit he picks for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.receipt = cls._receive((cls.spare, 1, 10.0))
        cls.order = cls._to_stage(cls._create_order(), "diagnosed")
        cls.move = cls._add_part(cls.order, cls.spare)

    def _start(self):
        self._to_stage(self.order, "repairing")
        inspection = self.order.final_inspection_id
        return inspection, inspection.line_ids.filtered("computed_by")

    def _receive_foreign_lot(self):
        lot = self.env["stock.lot"].create({"product_id": self.spare.id, "name": "FOUND-1"})
        self.env["stock.quant"]._update_available_quantity(self.spare, self.stock, 1, lot_id=lot)
        return lot

    def test_lots_of_finished_receipts_answer_the_point(self):
        _inspection, point = self._start()
        self.assertEqual(self.move.move_line_ids.lot_id, self.receipt.move_line_ids.lot_id)
        self.assertEqual((point.aspect, point.answer, point.finding), ("parts", "pass", ""))

    def test_a_lot_that_no_receipt_brought_fails_the_point_and_is_named(self):
        self.move.product_uom_qty = 2
        self._receive_foreign_lot()
        inspection, point = self._start()
        self.assertEqual(point.answer, "fail")
        self.assertIn("FOUND-1", point.finding)
        self.assertNotIn(self.receipt.move_line_ids.lot_id.name, point.finding)
        (inspection.line_ids - point).write({"answer": "pass", "value": 5})
        inspection.action_validate()
        self.assertEqual((inspection.result, self.order.service_stage), ("fail", "repairing"))

    def test_opening_stock_that_the_keeper_counted_is_accepted(self):
        self.move.product_uom_qty = 2
        lot = self.env["stock.lot"].create({"product_id": self.spare.id, "name": "OPENING-1"})
        self.env["stock.quant"].with_context(inventory_mode=True).create({
            "product_id": self.spare.id, "location_id": self.stock.id, "lot_id": lot.id, "inventory_quantity": 1}).action_apply_inventory()
        _inspection, point = self._start()
        self.assertIn(lot, self.move.move_line_ids.lot_id)
        self.assertEqual(point.answer, "pass")

    def test_only_an_inspector_decides_otherwise(self):
        self.move.product_uom_qty = 2
        self._receive_foreign_lot()
        inspection, point = self._start()
        with self.assertRaises(UserError):
            point.with_user(self.user_technician).answer = "pass"
        with self.assertRaises(UserError):
            point.with_user(self.user_technician).finding = ""
        point.with_user(self.user_inspector).write({"answer": "pass", "note": "opening stock, parts checked"})
        (inspection.line_ids - point).write({"answer": "pass", "value": 5})
        inspection.with_user(self.user_inspector).action_validate()
        self.assertEqual((inspection.result, point.answer), ("pass", "pass"))

    def test_what_comes_in_before_the_end_is_looked_at_too(self):
        self.move.product_uom_qty = 2  # one is in stock, the other turns up after the inspection was laid out
        inspection, point = self._start()
        self.assertEqual(point.answer, "pass")
        inspection.line_ids.filtered(lambda line: line != point).write({"answer": "pass", "value": 5})
        self._receive_foreign_lot()
        inspection.action_validate()
        self.assertEqual((point.answer, inspection.result), ("fail", "fail"))

    def test_orders_without_parts_have_no_such_point(self):
        self.move.unlink()
        inspection, point = self._start()
        self.assertFalse(point)
        self.assertTrue(inspection.line_ids)

    @users("test_keeper")
    def test_the_keeper_sees_technician_visit_and_preparation(self):
        action = self.env.ref("repair_parts.stock_move_to_pick_action").sudo()
        arch = self.env["stock.move"].get_views([(action.view_id.id, "list"), (action.search_view_id.id, "search")])["views"]
        for name in ("visit_start", "visit_technician_id", "preparation_state"):
            self.assertIn(f'name="{name}"', arch["list"]["arch"])
        move = self.move.with_user(self.env.user)
        values = move.web_read({
            "visit_start": {}, "preparation_state": {}, "visit_technician_id": {"fields": {"display_name": {}}}})[0]
        self.assertEqual(values["visit_start"], self.order.sudo().appointment_ids.start)
        self.assertEqual(values["visit_technician_id"]["display_name"], "Zhang Wei")
        self.assertEqual(values["preparation_state"], "todo")
        self.assertIn(move, self.env["stock.move"].search([("preparation_state", "in", ("todo", "incomplete"))]))
        preparation = self.order.sudo().inspection_ids.filtered(lambda inspection: inspection.kind == "preparation")
        preparation.line_ids.answer = "pass"
        preparation.action_validate()
        self.assertEqual(move.preparation_state, "done")
