from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged, users

from odoo.addons.repair_service.engine import plate_code

from .common import RepairPartsCommon

EAN, BOX = "6901234567892", "16901234567899"


@tagged("post_install", "-at_install")
class TestReceiptScan(RepairPartsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.spare.barcode = EAN
        cls.serial = cls._create_spare("Board", "BO-1", tracking="serial", barcode="6901234567908")
        cls.env["product.uom"].create({
            "product_id": cls.spare.id, "uom_id": cls.env.ref("uom.product_uom_pack_6").id, "barcode": BOX})
        cls.receipt = cls._order_parts((cls.spare, 10, 5.0), (cls.serial, 2, 50.0)).picking_ids
        cls.move, cls.serial_move = cls.receipt.move_ids

    def _scan(self, code, add=False, user=None):
        return self.receipt.with_user(user or self.user_keeper).action_scan_part(code, add=add)

    def _get_lines(self, move):
        return sorted((line.lot_name or "", line.quantity) for line in move.move_line_ids if line.picked)

    def test_one_scan_sets_lot_and_quantity_on_the_right_line(self):
        result = self._scan(f"010{EAN}10LOT7\x1d30{4}")
        self.assertEqual((result["status"], "4 of 10" in result["message"]), ("taken", True))
        self.assertEqual(self._get_lines(self.move), [("LOT7", 4.0)])
        self._scan(f"(01)0{EAN}(10)LOT7")
        self._scan(f"(01)0{EAN}(10)LOT8")
        self.assertEqual(self._get_lines(self.move), [("LOT7", 5.0), ("LOT8", 1.0)])
        self.assertEqual(sum(self.move.move_line_ids.mapped("quantity")), 10.0, "what was not scanned stays expected")

    def test_after_a_first_try_to_validate_scanning_goes_on_counting_the_same_goods(self):
        self._scan(EAN)
        self.receipt.with_user(self.user_keeper).button_validate()  # asks about the backorder: nothing is received yet
        self._scan(EAN)
        self.assertEqual(self.receipt.state, "assigned")
        self.assertEqual([line.quantity for line in self.move.move_line_ids if line.picked], [2.0])
        self.assertEqual(sum(self.move.move_line_ids.mapped("quantity")), 10.0, "what was not scanned stays expected")

    def test_the_code_on_a_box_counts_its_content(self):
        self._scan(BOX)
        self.assertEqual(self._get_lines(self.move), [("", 6.0)])

    def test_number_and_old_number_are_taken_too(self):
        self._scan("fm-1")
        self.env["repair.part.number"].create({"name": "FM-0", "product_tmpl_id": self.spare.product_tmpl_id.id})
        self._scan("FM-0")
        self.assertEqual(self._get_lines(self.move), [("", 2.0)])

    def test_serial_numbers_are_counted_once_each(self):
        for serial in ("S1", "S2"):
            self._scan(f"01069012345679082{1}{serial}")
        self.assertEqual(self._get_lines(self.serial_move), [("S1", 1.0), ("S2", 1.0)])
        with self.assertRaisesRegex(UserError, "counted already"):
            self._scan("010690123456790821S1", add=True)
        with self.assertRaisesRegex(UserError, "serial number"):
            self._scan("6901234567908")

    def test_a_label_with_lot_and_serial_goes_by_what_the_part_is_kept_by(self):
        self._scan("010690123456790810L5\x1d21S9")
        self._scan(f"010{EAN}10L5\x1d21S9")
        self.assertEqual((self._get_lines(self.serial_move), self._get_lines(self.move)), ([("S9", 1.0)], [("L5", 1.0)]))

    def test_more_than_expected_asks_first(self):
        self._scan(f"010{EAN}10L1\x1d3010")
        answer = self._scan(f"010{EAN}10L1")
        self.assertEqual(answer["status"], "ask")
        self.assertEqual(self._get_lines(self.move), [("L1", 10.0)])
        self.assertEqual(self._scan(f"010{EAN}10L1", add=1)["status"], "ask", "only a plain yes is one")
        self._scan(f"010{EAN}10L1", add=True)
        self.assertEqual(self._get_lines(self.move), [("L1", 11.0)])

    def test_what_was_scanned_comes_in_and_the_rest_stays_open(self):
        self._scan(f"010{EAN}10LOT7\x1d304")
        self.receipt.with_user(self.user_keeper).with_context(skip_backorder=True, picking_ids_not_to_backorder=[]).button_validate()
        self.assertEqual(self.spare.qty_available, 4.0)
        self.assertEqual(self.env["stock.lot"].search([("product_id", "=", self.spare.id)]).name, "LOT7")
        backorder = self.env["stock.picking"].search([("backorder_id", "=", self.receipt.id)])
        self.assertEqual(sorted(backorder.move_ids.mapped("product_uom_qty")), [2.0, 6.0])

    def test_strange_codes_are_refused_with_what_to_do(self):
        for code, words in (
                ("NOBODY-KNOWS", "catalogue"), ("", "Scan the bar code"), ("x" * 401, "Scan the bar code"), (None, "Scan the bar code"),
                (["a"], "Scan the bar code"), ("0106901234500008", "catalogue")):
            with self.subTest(code), self.assertRaisesRegex(UserError, words):
                self._scan(code)
        self._create_spare("Stranger", "ST-9")
        with self.assertRaisesRegex(UserError, "is not on"):
            self._scan("ST-9")

    def test_a_finished_receipt_takes_no_scan(self):
        receipt = self._receive((self.spare, 1, 5.0))
        with self.assertRaisesRegex(UserError, "no open receipt"):
            receipt.with_user(self.user_keeper).action_scan_part(EAN)

    @users("test_technician", "test_desk", "test_inspector", "test_portal")
    def test_others_do_not_receive(self):
        with self.assertRaises(AccessError):
            self._scan(EAN, user=self.env.user)

    def test_a_count_on_the_label_is_read(self):
        for text, count in ((f"010{EAN}3012", 12), (f"(02)0{EAN}(37)5", 5), (f"010{EAN}10L", 0)):
            self.assertEqual(plate_code.parse(text, date(2026, 1, 1)).count, count)

    def test_an_older_lot_that_should_leave_first_is_named_and_noted(self):
        for lot, price in (("LOT-A", 5.0), ("LOT-B", 6.0)):
            receipt = self._order_parts((self.spare, 1, price)).picking_ids
            receipt.action_scan_part(f"010{EAN}10{lot}")
            receipt.button_validate()
        lots = self.env["stock.lot"].search([("product_id", "=", self.spare.id)])
        lot_a, lot_b = (lots.filtered(lambda lot, name=name: lot.name == name) for name in ("LOT-A", "LOT-B"))
        quant = self.env["stock.quant"].search([("lot_id", "=", lot_a.id), ("location_id", "=", self.stock.id)])
        quant.in_date = quant.in_date.replace(year=quant.in_date.year - 1)
        order = self._to_stage(self._create_order(), "diagnosed")
        self._add_part(order, self.spare)
        self._to_stage(order, "repairing")
        self.assertEqual(order.move_ids.move_line_ids.lot_id, lot_a)
        result = order.with_user(self.user_technician).action_scan_part(f"010{EAN}10LOT-B")
        self.assertEqual((result["status"], result["warning"]), ("fitted", True))
        self.assertIn("LOT-A", result["message"])
        self.assertEqual(order.move_ids.move_line_ids.lot_id, lot_b)
        self.assertTrue(order.message_ids.filtered(lambda message: "should leave first" in message.body))

    def test_the_oldest_lot_gives_no_warning(self):
        receipt = self._order_parts((self.spare, 1, 5.0)).picking_ids
        receipt.action_scan_part(f"010{EAN}10LOT-A")
        receipt.button_validate()
        order = self._to_stage(self._create_order(), "diagnosed")
        self._add_part(order, self.spare)
        self._to_stage(order, "repairing")
        result = order.with_user(self.user_technician).action_scan_part(f"010{EAN}10LOT-A\x1d21S5")
        self.assertNotIn("warning", result)
