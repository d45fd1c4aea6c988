from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged, users

from .common import RepairServiceCommon


@tagged("post_install", "-at_install")
class TestScanPart(RepairServiceCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.part.write({"barcode": "6901234567892", "default_code": "TFM_1", "tracking": "lot"})
        cls.other_part = cls.env["product.product"].create({
            "name": "Test thermostat", "default_code": "TTH-2", "barcode": "4006381333931", "is_storable": True, "tracking": "lot",
            "list_price": 30, "taxes_id": False})
        cls.lot_a, cls.lot_b, cls.foreign_lot = cls.env["stock.lot"].create([
            {"name": name, "product_id": product.id}
            for name, product in (("LOT-A", cls.part), ("LOT-B", cls.part), ("LOT-T", cls.other_part))])
        for lot, quantity in ((cls.lot_a, 2), (cls.lot_b, 1), (cls.foreign_lot, 3)):
            cls.env["stock.quant"].with_context(inventory_mode=True).create({  # counted in, as opening stock is
                "product_id": lot.product_id.id, "location_id": cls.warehouse.lot_stock_id.id, "lot_id": lot.id,
                "inventory_quantity": quantity}).action_apply_inventory()
        cls.order = cls._create_order()
        cls._book(cls.order)

    def _scan(self, code, **kwargs):
        result = self.order.with_user(self.user_technician).action_scan_part(code, **kwargs)
        self.env.invalidate_all()
        return result["status"]

    def _repairing(self, quantity=1.0):
        self._to_stage(self.order, "diagnosed")
        move = self._add_part(self.order, quantity=quantity)
        self._to_stage(self.order, "repairing")
        return move

    def test_a_part_is_found_by_barcode_number_lot_and_gs1_label(self):
        self._to_stage(self.order, "diagnosed")
        for code in (
            "6901234567892", " tfm_1 ", "LOT-A", "(01)06901234567892(10)LOT-B", "]d20106901234567892", "(240)TFM_1",
            "https://id.example.com/01/06901234567892/10/LOT-A",
        ):
            with self.subTest(code):
                self.order.move_ids.unlink()
                self.assertEqual(self._scan(code), "added")
                self.assertEqual((self.order.move_ids.product_id, self.order.move_ids.product_uom_qty), (self.part, 1.0))

    def test_what_is_no_part_is_told_clearly(self):
        self._to_stage(self.order, "diagnosed")
        self.labour_product.default_code = "LAB-1"
        self.env["product.product"].create({"name": "Twin", "default_code": "TTH-2", "type": "consu"})
        for code, message in (
            ("", "Scan or type"), ("   ", "Scan or type"), (False, "Scan or type"), (["x"], "Scan or type"), ("x" * 500, "Scan or type"),
            ("no-such-code", "No part or lot"), ("TFM%", "No part or lot"), ("TFMX1", "No part or lot"), ("LAB-1", "is work, not a part"),
            ("(01)04006381333931(10)LOT-A", "LOT-A is no lot of"), ("(01)09506000134352", "No part bears"),
            ("/rs/1/abc", "code of a service order"), ("TTH-2", "stands for several parts"),
        ):
            with self.subTest(code), self.assertRaisesRegex(UserError, message):
                self._scan(code)
        self.assertFalse(self.order.move_ids)

    def test_a_scan_before_the_repair_adds_and_asks_before_it_adds_twice(self):
        self._to_stage(self.order, "quoted")
        self.assertEqual(self._scan("TFM_1"), "added")
        self.assertEqual(self.order.quotation_state, "draft", "what the customer holds in hand is taken back")
        self.assertEqual(self._scan("TFM_1"), "ask")
        self.assertEqual(self.order.move_ids.product_uom_qty, 1.0)
        self.assertEqual(self._scan("TFM_1", add=True), "added")
        self.assertEqual((len(self.order.move_ids), self.order.move_ids.product_uom_qty), (1, 2.0))

    def test_each_scan_confirms_one_unit_as_fitted(self):
        move = self._repairing(2.0)
        self.assertEqual(self.order.day_step, "parts")
        self.assertEqual(self._scan("TFM_1"), "fitted")
        self.assertEqual((move.fitted_quantity, move.is_fitted, move.fitted_lots), (1.0, False, "LOT-A"))
        self.assertEqual(self._scan("6901234567892"), "fitted")
        self.assertEqual((move.fitted_quantity, move.is_fitted, self.order.day_step), (2.0, True, "inspect"))
        self.assertEqual(self._scan("TFM_1"), "ask")
        self.assertEqual(move.fitted_quantity, 2.0)

    def test_another_lot_that_is_fitted_is_reserved_in_place_of_the_first(self):
        move = self._repairing()
        self.assertEqual(move.move_line_ids.lot_id, self.lot_a)
        self.assertEqual(self._scan("LOT-B"), "fitted")
        self.assertEqual((move.move_line_ids.lot_id, move.quantity, move.fitted_lots), (self.lot_b, 1.0, "LOT-B"))
        self._answer_inspection(self.order)
        self.env.invalidate_all()
        self.assertEqual((move.state, move.move_line_ids.lot_id), ("done", self.lot_b))
        stock = self.warehouse.lot_stock_id
        quantities = {quant.lot_id: quant.quantity for quant in self.env["stock.quant"].search([
            ("product_id", "=", self.part.id), ("location_id", "=", stock.id)])}
        self.assertEqual((quantities[self.lot_a], quantities.get(self.lot_b, 0.0)), (2.0, 0.0))

    def test_one_of_two_units_comes_from_another_lot(self):
        move = self._repairing(2.0)
        self._scan("LOT-B")
        self._scan("LOT-A")
        self.assertEqual({line.lot_id: line.quantity for line in move.move_line_ids}, {self.lot_a: 1.0, self.lot_b: 1.0})
        self.assertTrue(move.is_fitted)

    def test_a_lot_that_is_not_there_is_refused_and_the_reservation_stays(self):
        move = self._repairing()
        self.env["stock.quant"]._update_available_quantity(self.part, self.warehouse.lot_stock_id, -1, lot_id=self.lot_b)
        with self.assertRaisesRegex(UserError, "LOT-B of .* is not free .* LOT-A"):
            self._scan("LOT-B")
        self.assertEqual((move.move_line_ids.lot_id, move.fitted_quantity), (self.lot_a, 0.0))

    def test_a_part_that_is_not_in_stock_is_not_confirmed(self):
        self._repairing(4.0)  # three there
        for _index in range(3):
            self.assertEqual(self._scan("TFM_1"), "fitted")
        with self.assertRaisesRegex(UserError, "Not in stock"):
            self._scan("TFM_1")
        with self.assertRaisesRegex(UserError, "Not in stock"):
            self.order.with_user(self.user_technician).action_confirm_parts()

    def test_a_part_that_the_customer_has_not_approved_is_asked_about_and_approved_again(self):
        self._repairing()
        self.assertEqual(self._scan("TTH-2"), "ask")
        self.assertEqual(len(self.order.move_ids), 1)
        self.assertEqual(self._scan("TTH-2", add="yes"), "ask")
        self.assertEqual(self._scan("TTH-2", add=True), "added")
        self.assertTrue(self.order.has_unapproved_lines)
        self.assertEqual(self.order.day_step, "quote")
        self.order.action_send_quotation()
        self.order.action_approve_quotation(channel="phone")
        # both motor and thermostat wait to be confirmed
        self.assertEqual((self.order.day_step, self.order.unfitted_count), ("parts", 2))

    def test_a_second_unit_of_an_approved_part_is_a_line_of_its_own(self):
        move = self._repairing()
        self._scan("TFM_1")
        self._scan("TFM_1", add=True)
        added = self.order.move_ids - move
        self.assertEqual((added.product_uom_qty, added.approved_subtotal, move.product_uom_qty), (1.0, 0.0, 1.0))
        self.assertTrue(self.order.has_unapproved_lines)

    def test_no_scan_before_the_diagnosis_nor_after_the_inspection(self):
        with self.assertRaisesRegex(UserError, "Scanning a part is not possible"):
            self._scan("TFM_1")
        self._repairing()
        self._answer_inspection(self.order)
        with self.assertRaisesRegex(UserError, "Scanning a part is not possible"):
            self._scan("TFM_1")
        with self.assertRaisesRegex(UserError, "not possible"):
            self.order.with_user(self.user_technician).action_confirm_parts()

    def test_a_repair_ends_without_any_confirmation(self):
        move = self._repairing()
        self._answer_inspection(self.order)
        self.assertEqual((self.order.service_stage, move.state), ("inspected", "done"))

    @users("test_inspector", "test_accountant")
    def test_only_who_works_on_the_order_scans(self):
        self._to_stage(self.order, "diagnosed")
        with self.assertRaises(AccessError):
            call_kw(self.env["repair.order"], "action_scan_part", [self.order.ids, "TFM_1"], {})
