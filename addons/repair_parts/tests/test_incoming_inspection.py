from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.repair_service.models.repair_flow import FLOW

from .common_incoming import RepairIncomingCommon


@tagged("post_install", "-at_install")
class TestIncomingInspection(RepairIncomingCommon):
    """Received parts are inspected, lot by lot, before they are usable (handbook 8.1.3)."""

    def test_a_receipt_lands_in_the_quality_zone_with_its_inspection_laid_out(self):
        receipt, inspection = self._receive_waiting(100)
        self.assertEqual(self._get_places(), (100.0, 0.0, 0.0))
        self.assertEqual(receipt.move_ids.location_dest_id, self.waiting_zone)
        self.assertEqual(
            (inspection.kind, inspection.supplier_id, inspection.product_id, inspection.lot_id, inspection.lot_quantity),
            ("incoming", self.supplier, self.spare, receipt.move_line_ids.lot_id, 100.0))
        # 91 to 150 units, level II: letter F; AQL 2.5: 20, accept 1
        self.assertEqual(
            (inspection.sample_size, inspection.accept_number, inspection.reject_number, inspection.inspected_quantity), (20, 1, 2, 20))
        self.assertEqual((inspection.sampling_plan_id, inspection.severity), (self.plan, "normal"))
        self.assertEqual(inspection.line_ids.mapped("name"), ["Papers", "Looks"])
        self.assertIn("Test rule", inspection.plan_reason)
        self.assertEqual(inspection.name, f"{receipt.name}/FM-1")

    def test_only_spare_parts_wait_and_the_rest_of_the_receipt_is_usable_at_once(self):
        self.part.supplier_taxes_id = False
        receipt = self._receive((self.spare, 5, 10.0), (self.part, 4, 3.0))
        self.assertEqual(len(self._get_inspection(receipt)), 1)
        self.assertEqual((self._count(self.part, self.stock), self._get_places()), (4.0, (5.0, 0.0, 0.0)))

    def test_each_lot_of_a_receipt_has_an_inspection_of_its_own(self):
        other = self._create_spare("Board", "BD-1")
        receipt = self._receive((self.spare, 5, 10.0), (other, 3, 10.0))
        first, second = (self._get_inspection(receipt, product) for product in (self.spare, other))
        self._judge(first)
        self.assertEqual((self._get_places(), self._get_places(other)), ((0.0, 0.0, 5.0), (3.0, 0.0, 0.0)))
        self._judge(second)
        self.assertEqual(self._get_places(other), (0.0, 0.0, 3.0))

    def test_an_accepted_lot_goes_to_stock_with_its_age_and_value(self):
        receipt, inspection = self._receive_waiting(5)
        quant = self.env["stock.quant"].search([("lot_id", "=", inspection.lot_id.id), ("location_id", "=", self.waiting_zone.id)])
        quant.in_date = received = fields.Datetime.now() - timedelta(days=9)
        self._judge(inspection)
        self.assertEqual((inspection.result, inspection.incoming_state), ("pass", "accepted"))
        self.assertEqual(self._get_places(), (0.0, 0.0, 5.0))
        stocked = self.env["stock.quant"].search([("lot_id", "=", inspection.lot_id.id), ("location_id", "=", self.stock.id)])
        self.assertEqual(stocked.in_date, received)
        self.assertEqual((receipt.move_ids.value, self.spare.total_value), (50.0, 50.0))
        transfer = self.env["stock.picking"].search([("origin", "=", receipt.name), ("picking_type_id.code", "=", "internal")])
        self.assertEqual((len(transfer), transfer.state, sum(transfer.move_ids.mapped("value"))), (1, "done", 0.0))

    def test_the_oldest_receipt_leaves_first_though_it_was_inspected_last(self):
        old, old_inspection = self._receive_waiting(1, 10.0)
        new, new_inspection = self._receive_waiting(1, 20.0)
        for receipt, days in ((old, 5), (new, 2)):
            quants = self.env["stock.quant"].search([
                ("lot_id", "=", receipt.move_line_ids.lot_id.id), ("location_id", "=", self.waiting_zone.id)])
            quants.in_date = fields.Datetime.now() - timedelta(days=days)
        self._judge(new_inspection)
        self._judge(old_inspection)
        move = self._use((self.spare, 1))
        self.assertEqual((move.lot_ids, move.value), (old.move_line_ids.lot_id, 10.0))

    def test_the_verdict_follows_from_the_counts(self):
        # a lot of 200, level II: letter G, 32 units, AQL 2.5: accept 2, reject 3
        for defects, result in ((2, "pass"), (3, "fail")):
            _receipt, inspection = self._receive_waiting(200)
            self.assertEqual((inspection.sample_size, inspection.accept_number, inspection.reject_number), (32, 2, 3))
            self.assertEqual(self._judge(inspection, defects).result, result)

    def test_defective_units_of_an_accepted_lot_are_rejected_all_the_same(self):
        _receipt, inspection = self._receive_waiting(200)
        self._judge(inspection, 2)
        self.assertEqual(self._get_places(), (0.0, 2.0, 198.0))
        self.assertEqual((inspection.rejected_quantity, inspection.incoming_state), (2.0, "to_decide"))

    def test_a_rejected_lot_goes_to_the_rejected_zone_and_the_receipt_is_told(self):
        receipt, inspection = self._receive_waiting(200)
        self._judge(inspection, 3)
        self.assertEqual(self._get_places(), (0.0, 200.0, 0.0))
        self.assertEqual(
            (inspection.rejected_quantity, inspection.undecided_quantity, inspection.incoming_state), (200.0, 200.0, "to_decide"))
        self.assertIn("200", receipt.message_ids[0].body)

    def test_a_lot_whose_papers_are_not_in_order_is_rejected_without_a_defect(self):
        _receipt, inspection = self._receive_waiting(5)
        self._judge(inspection, papers=False)
        self.assertEqual((inspection.result, self._get_places()), ("fail", (0.0, 5.0, 0.0)))

    def test_fewer_units_than_the_plan_asks_for_are_refused(self):
        _receipt, inspection = self._receive_waiting(100)
        with self.assertRaisesRegex(UserError, "19 units were inspected, the plan asks for 20"):
            self._judge(inspection, inspected=19)
        self.assertFalse(inspection.result)

    def test_a_failed_point_needs_a_defective_unit(self):
        _receipt, inspection = self._receive_waiting(100)
        inspection.line_ids.write({"answer": "pass"})
        inspection.line_ids[1].write({"answer": "fail", "note": "rust"})
        with self.assertRaisesRegex(UserError, "Looks failed"):
            inspection.action_validate()

    def test_counts_stay_within_the_lot(self):
        _receipt, inspection = self._receive_waiting(5)
        for values in ({"inspected_quantity": 6}, {"defect_quantity": -1}, {"inspected_quantity": 3, "defect_quantity": 4}):
            with self.subTest(values=values), self.assertRaises(ValidationError), self.cr.savepoint():
                inspection.write(values)

    def test_the_form_says_how_it_stands(self):
        _receipt, inspection = self._receive_waiting(100)
        with Form(inspection) as form:
            form.inspected_quantity = 18
            self.assertEqual(form.verdict_text, "Inspect 2 more units.")
            form.inspected_quantity = 20
            form.defect_quantity = 1
            self.assertEqual(form.verdict_text, "Accepted: 1 defective, up to 1 are accepted.")
            form.defect_quantity = 2
            self.assertEqual(form.verdict_text, "Rejected: 2 defective, from 2 on the lot is rejected.")

    def test_serial_numbers_of_a_receipt_are_inspected_together(self):
        names = [f"SN-{index:02d}" for index in range(30)]
        _receipt, inspection = self._receive_serials(*names)
        self.assertEqual((len(inspection), inspection.lot_quantity, inspection.lot_id), (1, 30.0, self.env["stock.lot"]))
        self.assertEqual(sorted(inspection.lot_ids.mapped("name")), names)
        self.assertEqual((inspection.sample_size, inspection.accept_number), (5, 0))  # letter D, up to C
        bad = inspection.lot_ids.filtered(lambda lot: lot.name == "SN-07")
        inspection.line_ids.write({"answer": "pass"})
        inspection.defect_quantity = 1
        with self.assertRaisesRegex(UserError, "serial numbers"):
            inspection.action_validate()
        inspection.write({"defect_lot_ids": [Command.set(bad.ids)]})
        self.assertEqual(inspection.defect_quantity, 1)
        inspection.action_validate()
        self.assertEqual((inspection.result, self._get_places(self.serial)), ("fail", (0.0, 30.0, 0.0)))

    def test_the_bad_serial_number_of_an_accepted_receipt_is_the_one_rejected(self):
        self.plan.aql = "15"  # 30 units, letter D: 8, accept 3
        _receipt, inspection = self._receive_serials(*[f"SN-{index:02d}" for index in range(30)])
        bad = inspection.lot_ids.filtered(lambda lot: lot.name in ("SN-03", "SN-11"))
        inspection.line_ids.write({"answer": "pass"})
        inspection.defect_lot_ids = bad
        inspection.action_validate()
        self.assertEqual((inspection.result, self._get_places(self.serial)), ("pass", (0.0, 2.0, 28.0)))
        rejected = self.env["stock.quant"].search([("location_id", "=", self.rejected_zone.id), ("quantity", ">", 0)])
        self.assertEqual(rejected.lot_id, bad)

    def test_a_switched_off_warehouse_does_not_inspect(self):
        self.warehouse.incoming_inspection = False
        receipt = self._receive((self.spare, 5, 10.0))
        self.assertFalse(self._get_inspection(receipt))
        self.assertEqual(self._get_places(), (0.0, 0.0, 5.0))

    def test_an_order_confirmed_before_inspection_was_switched_on_is_inspected_when_it_comes(self):
        self.warehouse.incoming_inspection = False
        receipt = self._order_parts((self.spare, 5, 10.0)).picking_ids
        self.warehouse.incoming_inspection = True
        receipt.button_validate()
        self.assertEqual((self._get_places(), len(self._get_inspection(receipt))), ((5.0, 0.0, 0.0), 1))

    def test_a_receipt_in_three_steps_waits_in_the_same_zone_and_no_rule_moves_it_on(self):
        self.warehouse.reception_steps = "three_steps"
        self.part.supplier_taxes_id = False
        receipt = self._receive((self.spare, 5, 10.0), (self.part, 2, 1.0))
        self.assertEqual(self._get_places(), (5.0, 0.0, 0.0))
        self.assertFalse(receipt.move_ids.filtered(lambda move: move.product_id == self.spare).move_dest_ids)
        self.assertTrue(receipt.move_ids.filtered(lambda move: move.product_id == self.part).move_dest_ids)
        self._judge(self._get_inspection(receipt))
        self.assertEqual(self._get_places(), (0.0, 0.0, 5.0))

    def test_the_zone_stays_awake_when_the_steps_of_reception_change(self):
        self.warehouse.reception_steps = "three_steps"
        self.warehouse.reception_steps = "one_step"
        self.assertTrue(self.waiting_zone.active)

    def test_what_was_bound_for_a_shelf_goes_there_once_accepted(self):
        shelf = self.env["stock.location"].create({"name": "Shelf", "location_id": self.stock.id})
        receipt = self._order_parts((self.spare, 5, 10.0)).picking_ids
        receipt.move_ids.location_final_id = shelf
        receipt.button_validate()
        self._judge(self._get_inspection(receipt))
        self.assertEqual(self._count(self.spare, shelf), 5.0)

    def test_a_corrected_receipt_enlarges_its_open_inspection(self):
        receipt, inspection = self._receive_waiting(5)
        receipt.move_line_ids.quantity = 8
        self.assertEqual((inspection.lot_quantity, inspection.sample_size, self._get_places()), (8.0, 5, (8.0, 0.0, 0.0)))
        self._judge(inspection)
        with self.assertRaises(UserError):
            receipt.move_line_ids.quantity = 9

    def test_scrapped_units_leave_the_inspection_and_nothing_left_ends_it(self):
        receipt, inspection = self._receive_waiting(5)

        def scrap(quantity):
            self.env["stock.scrap"].create({
                "product_id": self.spare.id, "lot_id": inspection.lot_id.id, "scrap_qty": quantity, "location_id": self.waiting_zone.id,
            }).do_scrap()

        scrap(2)
        self.assertEqual((inspection.lot_quantity, inspection.sample_size), (3.0, 3))
        scrap(3)
        self.assertFalse(inspection.exists())
        self.assertIn("nothing is left to inspect", receipt.message_ids[0].body)

    def test_a_transfer_made_before_inspection_existed_is_not_blocked(self):
        lot = self.env["stock.lot"].create({"name": "OLD-1", "product_id": self.spare.id})
        self.env["stock.quant"]._update_available_quantity(self.spare, self.waiting_zone, 3, lot_id=lot)
        move = self._create_transfer(self.waiting_zone, self.stock, lot, 3)
        move._action_done()
        self.assertEqual(self._get_places(), (0.0, 0.0, 3.0))

    def _create_transfer(self, source, destination, lot, quantity):
        move = self.env["stock.move"].create({
            "product_id": self.spare.id, "product_uom_qty": quantity, "location_id": source.id, "location_dest_id": destination.id})
        move._action_confirm()
        move._action_assign()
        move.picked = True
        return move

    def test_results_by_supplier_are_counted_in_one_query(self):
        start, stop = fields.Datetime.now() - timedelta(days=1), fields.Datetime.now() + timedelta(days=1)
        self._judge(self._receive_waiting(200)[1], 3)
        self._judge(self._receive_waiting(200)[1], 2)
        self._judge(self._receive_waiting(10)[1])
        self._receive_waiting(7)  # not judged yet
        other = self.env["res.partner"].create({"name": "Nobody's supplier"})
        self.env.flush_all()
        with self.assertQueryCount(1):
            results = self.env["repair.inspection"]._get_incoming_results(self.supplier | other, start, stop)
        self.assertEqual(results, {self.supplier: (410.0, 202.0, 3, 1)})
        self.assertEqual(self.env["repair.inspection"]._get_incoming_results(self.supplier, stop, stop + timedelta(days=1)), {})

    def test_a_receipt_of_many_lines_costs_few_queries_a_line(self):
        def measure(count):
            products = [self._create_spare(f"Part {count}/{index}", f"P-{count}-{index}") for index in range(count)]
            receipt = self._order_parts(*((product, 5, 10.0) for product in products)).picking_ids
            lines = receipt.move_line_ids
            receipt.button_validate()
            inspections = self._get_inspection(receipt)
            self.assertEqual(len(inspections), count)
            lines.incoming_inspection_id = False
            inspections.with_context(repair_flow=FLOW).unlink()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            receipt.move_ids._lay_out_incoming_inspections()
            self.env.flush_all()
            return self.cr.sql_log_count - before

        few, many = measure(2), measure(50)
        self.assertLess(many - few, 48, f"{few} queries for 2 lines, {many} for 50")

    def test_who_looks_at_another_company_judges_its_receipts_all_the_same(self):
        """An inspector of two companies stands in the first one: transfers and return of the second stay in the second."""
        other = self.env["res.company"].create({"name": "Second shop"})
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", other.id)], limit=1)
        self.env.user.company_ids |= other
        order = self.env["purchase.order"].with_company(other).create({
            "partner_id": self.supplier.id, "company_id": other.id, "picking_type_id": warehouse.in_type_id.id,
            "order_line": [Command.create({"product_id": self.spare.id, "product_qty": 4, "price_unit": 10.0, "tax_ids": False})]})
        order.button_confirm()
        order.picking_ids.button_validate()
        inspection = self._get_inspection(order.picking_ids).with_context(allowed_company_ids=[self.company.id, other.id])
        self.assertEqual(inspection.env.company, self.company)
        self._judge(inspection, defects=1, inspected=4)
        self.assertEqual(self._count(self.spare, warehouse.wh_rejected_loc_id), 4)
        self._decide(inspection, "sort", defect_quantity=1)
        back = inspection.return_picking_id
        self.assertEqual((back.company_id, back.picking_type_id.company_id), (other, other))
        self.assertEqual(self._count(self.spare, warehouse.lot_stock_id), 3)
        back.button_validate()
        self.assertEqual(self._count(self.spare, warehouse.wh_rejected_loc_id), 0)
