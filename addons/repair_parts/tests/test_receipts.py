from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .common import RepairPartsCommon


@tagged("post_install", "-at_install")
class TestReceipts(RepairPartsCommon):
    def test_receiving_needs_no_typing(self):
        receipt = self._receive((self.spare, 3, 10.0))
        self.assertEqual(receipt.state, "done")
        self.assertEqual(receipt.move_line_ids.lot_id.name, f"{receipt.name}/FM-1")

    def test_the_supplier_lot_may_be_typed_instead(self):
        receipt = self._order_parts((self.spare, 3, 10.0)).picking_ids
        receipt.move_line_ids.lot_name = "MAKER-77"
        receipt.button_validate()
        self.assertEqual(receipt.move_line_ids.lot_id.name, "MAKER-77")

    def test_each_receipt_has_its_own_lot(self):
        self._receive((self.spare, 1, 10.0))
        self._receive((self.spare, 1, 20.0))
        self.assertEqual(len(self.env["stock.lot"].search([("product_id", "=", self.spare.id)])), 2)

    def test_the_rest_that_comes_later_is_a_receipt_of_its_own(self):
        receipt = self._order_parts((self.spare, 5, 10.0)).picking_ids
        receipt.move_ids.quantity = 2
        Form.from_action(self.env, receipt.button_validate()).save().process()
        rest = receipt.backorder_ids
        rest.button_validate()
        self.assertEqual(rest.move_line_ids.lot_id.name, f"{rest.name}/FM-1")
        self.assertNotEqual(rest.move_line_ids.lot_id, receipt.move_line_ids.lot_id)

    def test_parts_tracked_by_serial_number_still_ask_for_it(self):
        serial = self._create_spare("Panel", "PN-1", tracking="serial")
        receipt = self._order_parts((serial, 1, 300.0)).picking_ids
        with self.assertRaises(UserError):
            receipt.button_validate()

    def test_other_products_are_received_as_ever(self):
        lot_tracked = self.env["product.product"].create({"name": "Wine", "is_storable": True, "tracking": "lot"})
        receipt = self._order_parts((lot_tracked, 1, 10.0)).picking_ids
        with self.assertRaises(UserError):
            receipt.button_validate()

    def test_a_repair_takes_the_oldest_lot_by_itself(self):
        old, new = self._receive((self.spare, 1, 10.0)), self._receive((self.spare, 1, 20.0))
        quants = self.env["stock.quant"].search([("product_id", "=", self.spare.id), ("location_id", "=", self.stock.id)])
        quants.filtered(lambda quant: quant.lot_id == new.move_line_ids.lot_id).in_date = "2025-01-02 08:00:00"
        quants.filtered(lambda quant: quant.lot_id == old.move_line_ids.lot_id).in_date = "2025-01-01 08:00:00"
        move = self._use((self.spare, 1))
        self.assertEqual(move.lot_ids, old.move_line_ids.lot_id)

    def test_a_spare_part_is_stored_tracked_and_costed_without_being_told(self):
        template = self.spare.product_tmpl_id
        self.assertTrue(template.is_storable)
        self.assertEqual(template.tracking, "lot")
        self.assertEqual(template.categ_id, self.env.ref("repair_parts.product_category_spare_parts"))
        self.assertEqual((template.cost_method, template.valuation), ("fifo", "real_time"))
        self.assertEqual(template.categ_id.removal_strategy_id.method, "fifo")

    def test_the_form_makes_a_whole_spare_part(self):
        with Form(self.env["product.template"].with_context(default_is_spare_part=True)) as form:
            form.name = "Thermostat"
        self.assertEqual((form.record.tracking, form.record.is_storable), ("lot", True))

    def test_an_existing_product_becomes_a_spare_part(self):
        self.part.is_spare_part = True
        self.assertEqual((self.part.tracking, self.part.cost_method), ("lot", "fifo"))

    def test_a_spare_part_cannot_lose_its_lots_or_its_category(self):
        for values in ({"tracking": "none"}, {"categ_id": False}, {"type": "service"}):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.spare.write(values)
                self.env.flush_all()

    def test_a_category_below_the_spare_parts_is_fifo_too(self):
        root = self.env.ref("repair_parts.product_category_spare_parts")
        below = self.env["product.category"].create({"name": "Boards", "parent_id": root.id})
        self.assertEqual((below.property_cost_method, below.property_valuation), ("fifo", "real_time"))
        with self.assertRaises(ValidationError):
            below.property_cost_method = "average"

    def test_a_new_company_costs_its_parts_first_in_first_out(self):
        company = self.env["res.company"].create({"name": "Second shop"})
        category = self.env.ref("repair_parts.product_category_spare_parts").with_company(company)
        self.assertEqual((category.property_cost_method, category.property_valuation), ("fifo", "periodic"))
        self.env["account.chart.template"].try_loading("cn", company, install_demo=False)
        self.assertEqual(category.property_valuation, "real_time")
