from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged, users
from odoo.tools import mute_logger

from .common import RepairPartsCommon

EAN = "6901234567892"


@tagged("post_install", "-at_install")
class TestPartNumbers(RepairPartsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.new = cls._create_spare("Drain pump", "NEW-1", list_price=120.0)
        cls.template = cls.new.product_tmpl_id
        cls.env["repair.part.number"].create({"name": "OLD-1", "product_tmpl_id": cls.template.id})
        cls.first, cls.second = (cls._create_spare("Drain pump", code, list_price=100.0) for code in ("GEN-1", "GEN-2"))
        cls.first.product_tmpl_id.superseded_by_id = cls.second.product_tmpl_id
        cls.second.product_tmpl_id.superseded_by_id = cls.template

    def _search(self, text, model="product.product", **context):
        return self.env[model].with_context(**context).name_search(text)

    def test_an_old_number_finds_the_part_and_says_so(self):
        self.assertEqual(self._search("OLD-1"), [(self.new.id, "[NEW-1] Drain pump (replaces OLD-1)")])
        self.assertEqual(self._search("old-1", "product.template"), [(self.template.id, "[NEW-1] Drain pump (replaces OLD-1)")])

    def test_the_chain_is_followed_to_its_end(self):
        found = self._search("GEN-1")
        self.assertEqual(found[0], (self.new.id, "[NEW-1] Drain pump (replaces GEN-1)"))
        self.assertIn(self.first.id, [res_id for res_id, _name in found])
        self.assertEqual(self.first.product_tmpl_id.current_part_id, self.template)
        self.assertFalse(self.template.current_part_id)

    def test_the_vendor_s_number_finds_the_part(self):
        self.template.seller_ids = [Command.create({"partner_id": self.supplier.id, "product_code": "V-778", "price": 1})]
        for user in (self.user_technician, self.user_desk, self.user_keeper):
            found = self.env["product.product"].with_user(user).name_search("V-778")
            self.assertEqual(found, [(self.new.id, "[NEW-1] Drain pump (vendor's number V-778)")])

    @users("test_technician", "test_desk", "test_keeper", "test_manager")
    def test_every_box_finds_it(self):
        products = self.env["product.product"]
        self.assertEqual(products.search([("display_name", "ilike", "OLD-1")]), self.new)
        self.assertEqual(products.web_name_search("OLD-1", {"display_name": {}}), [{
            "id": self.new.id, "display_name": "[NEW-1] Drain pump (replaces OLD-1)",
            "__formatted_display_name": "Drain pump\t--NEW-1 (replaces OLD-1)--"}])
        self.assertEqual(self.env["product.template"].search([("any_number", "ilike", "OLD-1")]), self.template)
        self.assertEqual(self.env["stock.move"]._fields["product_id"].comodel_name, "product.product")

    def test_purchase_lines_find_it_by_the_same_search(self):
        found = self.env["product.product"].with_user(self.user_keeper).with_context(partner_id=self.supplier.id).name_search("OLD-1")
        self.assertEqual([res_id for res_id, _name in found], [self.new.id])

    def test_a_piece_of_the_part_s_own_number_bears_no_note(self):
        self.env["repair.part.number"].create({"name": "NEW-0", "product_tmpl_id": self.template.id})
        self.assertEqual(self._search("NEW-"), [(self.new.id, "[NEW-1] Drain pump")])

    def test_what_stands_without_an_old_number_bears_no_note(self):
        self.assertEqual(self._search("NEW-1"), [(self.new.id, "[NEW-1] Drain pump")])
        self.assertEqual(self.new.display_name, "[NEW-1] Drain pump")

    def test_a_negative_search_leaves_nothing_out(self):
        self.assertIn(self.new, self.env["product.product"].search([("display_name", "not ilike", "OLD-1")]))

    def test_circles_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "circle"), self.cr.savepoint():
            self.template.superseded_by_id = self.first.product_tmpl_id
        with self.assertRaisesRegex(ValidationError, "circle"), self.cr.savepoint():
            self.template.superseded_by_id = self.template
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.template.superseded_by_id = self.part.product_tmpl_id

    def test_numbers_that_make_no_sense_are_refused(self):
        numbers = self.env["repair.part.number"]
        with self.assertRaisesRegex(ValidationError, "present number"), self.cr.savepoint():
            numbers.create({"name": "new-1", "product_tmpl_id": self.template.id})
        with self.assertRaises(ValidationError), self.cr.savepoint():
            numbers.create({"name": "X", "product_tmpl_id": self.part.product_tmpl_id.id})
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            numbers.create({"name": " old-1 ", "product_tmpl_id": self.template.id})

    @users("test_technician", "test_desk", "test_manager")
    def test_only_the_keeper_keeps_numbers(self):
        with self.assertRaises(AccessError):
            self.env["repair.part.number"].create({"name": "X-1", "product_tmpl_id": self.template.id})

    def test_a_scan_of_the_old_number_takes_old_stock_while_there_is_some(self):
        order = self._to_stage(self._create_order(), "diagnosed")
        order.with_user(self.user_technician).action_scan_part("GEN-1", add=True)
        self.assertEqual(order.move_ids.product_id, self.new)
        order.move_ids.unlink()
        self._receive((self.first, 1, 10.0))
        order.with_user(self.user_technician).action_scan_part("GEN-1", add=True)
        self.assertEqual(order.move_ids.product_id, self.first)

    def test_a_scan_of_the_new_part_asks_for_the_old_stock_first(self):
        self._receive((self.first, 1, 10.0), (self.new, 1, 10.0))
        order = self._to_stage(self._create_order(), "diagnosed")
        answer = order.with_user(self.user_technician).action_scan_part("NEW-1")
        self.assertEqual(answer["status"], "ask")
        self.assertIn("GEN-1", answer["message"])

    def test_old_stock_is_offered_first_where_it_may_still_be_fitted(self):
        self._receive((self.first, 1, 10.0), (self.new, 5, 10.0))
        order = self._to_stage(self._create_order(), "diagnosed")
        move = self._add_part(order, self.new)
        self.assertEqual(move.use_first_id, self.first)
        action = move.with_user(self.user_technician).action_open_substitutes()
        option = self.env["repair.part.substitute"].browse(action["res_id"]).option_ids
        self.assertEqual((option.product_id, option.price, option.depot_quantity), (self.first, 100.0, 1.0))
        option.with_user(self.user_technician).action_use()
        self.assertEqual(order.move_ids.product_id, self.first)
        self.first.product_tmpl_id.is_interchangeable = False
        other = self._add_part(self._to_stage(self._create_order(appliance_id=self._create_appliance().id), "diagnosed"), self.new)
        self.assertFalse(other.use_first_id)

    def test_a_purchase_order_takes_the_new_number(self):
        order = self.env["purchase.order"].with_user(self.user_keeper).create({
            "partner_id": self.supplier.id, "order_line": [
                Command.create({"product_id": self.first.id, "product_qty": 3, "price_unit": 7}),
                Command.create({"product_id": self.spare.id, "product_qty": 1, "price_unit": 7})]})
        line, other = order.order_line
        self.assertEqual((line.current_product_id, other.current_product_id), (self.new, self.env["product.product"]))
        self.assertIn("NEW-1", line._onchange_product_id_superseded()["warning"]["message"])
        line.action_order_current()
        self.assertEqual((line.product_id, line.product_qty), (self.new, 3))
        self.assertIn("NEW-1", line.name)
        with self.assertRaises(UserError):
            line.action_order_current()

    def test_one_bar_code_with_and_without_leading_zeros_is_one(self):
        self.new.barcode = EAN
        with self.assertRaisesRegex(ValidationError, "cannot tell them apart"), self.cr.savepoint():
            self.spare.barcode = f"0{EAN}"
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.spare.barcode = EAN
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.env["product.uom"].create({
                "product_id": self.spare.id, "uom_id": self.env.ref("uom.product_uom_pack_6").id, "barcode": f"0{EAN}"})

    def test_the_label_and_the_packaging_find_the_part_in_a_search_box(self):
        self.new.barcode = EAN
        self.env["product.uom"].create({
            "product_id": self.new.id, "uom_id": self.env.ref("uom.product_uom_pack_6").id, "barcode": "16901234567899"})
        for text in (f"010{EAN}10LOT7\x1d21SN9", f"(01)0{EAN}(10)LOT7", EAN, "16901234567899", "0116901234567899"):
            with self.subTest(text):
                self.assertEqual([res_id for res_id, _name in self._search(text)], [self.new.id])
                self.assertEqual(self.env["product.template"].search([("any_number", "ilike", text)]), self.template)

    def test_a_count_finds_part_and_lot_by_one_scan(self):
        self.new.barcode = EAN
        lots = self.env["stock.lot"].create([{"name": name, "product_id": self.new.id} for name in ("LOT7", "LOT8")])
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(self.new, self.stock, 1, lot_id=lot)
        quants = self.env["stock.quant"].with_user(self.user_keeper)
        internal = [("location_id", "=", self.stock.id)]
        self.assertEqual(quants.search([("scan_code", "ilike", f"010{EAN}10LOT7"), *internal]).lot_id, lots[0])
        self.assertEqual(quants.search([("scan_code", "ilike", EAN), *internal]).lot_id, lots)
        self.assertEqual(quants.search([("scan_code", "ilike", "OLD-1"), *internal]).lot_id, lots)
        self.assertEqual(quants.search([("scan_code", "ilike", "LOT8"), *internal]).lot_id, lots[1])

    # -------------------------------------------------------------------------
    # Replenishment
    # -------------------------------------------------------------------------

    def _create_rule(self, part, least=4, most=10):
        return self.env["stock.warehouse.orderpoint"].create({
            "product_id": part.id, "location_id": self.stock.id, "product_min_qty": least, "product_max_qty": most})

    def _get_to_order(self, rule):
        self.env.flush_all()
        self.env.invalidate_all()
        rule._compute_qty_to_order_computed()
        return rule.qty_to_order

    def test_a_superseded_part_is_not_bought_again_and_its_successor_takes_over(self):
        old, new = self._create_spare("Belt", "B-OLD"), self._create_spare("Belt", "B-NEW")
        rule = self._create_rule(old)
        self.assertEqual(self._get_to_order(rule), 10.0)
        old.product_tmpl_id.with_user(self.user_keeper).superseded_by_id = new.product_tmpl_id
        taken_over = self.env["stock.warehouse.orderpoint"].search([("product_id", "=", new.id)])
        self.assertEqual((taken_over.location_id, taken_over.product_min_qty, taken_over.product_max_qty), (self.stock, 4, 10))
        self.assertEqual((self._get_to_order(rule), self._get_to_order(taken_over)), (0.0, 10.0))
        old.product_tmpl_id.superseded_by_id = False
        self.assertEqual(self._get_to_order(rule), 10.0)

    def test_what_is_left_under_the_old_number_is_used_up_before_the_new_one_is_bought(self):
        old, new = self._create_spare("Belt", "B-OLD"), self._create_spare("Belt", "B-NEW")
        self._receive((old, 3, 5.0))
        old.product_tmpl_id.superseded_by_id = new.product_tmpl_id
        rule = self._create_rule(new)
        self.assertEqual((rule.qty_forecast, self._get_to_order(rule)), (3.0, 7.0))
        self._receive((old, 1, 5.0))  # four are left: nothing is missing yet
        self.assertEqual(self._get_to_order(rule), 0.0)
        old.product_tmpl_id.is_interchangeable = False
        self.assertEqual(self._get_to_order(rule), 10.0)

    def test_a_successor_with_a_rule_of_its_own_keeps_it(self):
        old, new = self._create_spare("Belt", "B-OLD"), self._create_spare("Belt", "B-NEW")
        own = self._create_rule(new, 1, 2)
        self._create_rule(old)
        old.product_tmpl_id.superseded_by_id = new.product_tmpl_id
        self.assertEqual(self.env["stock.warehouse.orderpoint"].search([("product_id", "=", new.id)]), own)
        self.assertEqual(own.product_max_qty, 2)
