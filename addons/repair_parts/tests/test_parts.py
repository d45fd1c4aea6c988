from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import RepairPartsCommon


@tagged("post_install", "-at_install")
class TestParts(RepairPartsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_brand = cls.env["repair.brand"].create({"name": "Strange brand"})
        cls.other_category = cls.env["repair.appliance.category"].create({"name": "Test stove"})
        family, brand = [Command.set(cls.category.ids)], [Command.set(cls.brand.ids)]
        cls.for_model = cls._create_spare(
            "ZZ valve", "V-5", appliance_category_ids=family, brand_ids=brand, model_names="bcd-216， BCD-300")
        cls.for_brand = cls._create_spare("YY valve", "V-4", appliance_category_ids=family, brand_ids=brand)
        cls.for_family = cls._create_spare("XX valve", "V-3", appliance_category_ids=family)
        cls.for_any = cls._create_spare("BB valve", "V-2")
        cls.not_fitting = cls._create_spare("AA valve", "V-1", brand_ids=[Command.set(cls.other_brand.ids)])
        cls.other_model = cls._create_spare("CC valve", "V-0", appliance_category_ids=family, model_names="BCD-216X")
        cls.valves = cls.for_model | cls.for_brand | cls.for_family | cls.for_any | cls.not_fitting | cls.other_model

    def _search_valves(self, limit=100, **context):
        found = self.env["product.product"].with_context(**context).name_search("valve", limit=limit)
        return [res_id for res_id, _name in found]

    def test_parts_that_fit_come_first_best_fit_on_top(self):
        found = self._search_valves(fits_first_appliance_id=self.appliance.id)
        self.assertEqual(found[:4], (self.for_model + self.for_brand + self.for_family + self.for_any).ids)
        self.assertEqual(set(found[4:]), set((self.not_fitting + self.other_model).ids))

    def test_the_limit_keeps_the_best_fits(self):
        self.assertEqual(
            self._search_valves(limit=2, fits_first_appliance_id=self.appliance.id), (self.for_model + self.for_brand).ids)

    def test_without_an_appliance_the_order_is_core_s(self):
        self.assertEqual(self._search_valves()[0], self.other_model.id)  # by part number

    def test_only_parts_that_fit_can_be_asked_for(self):
        fitting = self.env["product.product"].search(
            [("fits_appliance_id", "=", self.appliance.id), ("id", "in", self.valves.ids)])
        self.assertEqual(fitting, self.valves - self.not_fitting - self.other_model)

    def test_a_part_for_the_family_above_fits_the_family_below(self):
        below = self.env["repair.appliance.category"].create({"name": "Test freezer", "parent_id": self.category.id})
        freezer = self._create_appliance(category_id=below.id)
        self.assertIn(self.for_family, self.env["product.product"].search(freezer._get_fitting_parts_domain()))
        stove = self._create_appliance(category_id=self.other_category.id)
        self.assertNotIn(self.for_family, self.env["product.product"].search(stove._get_fitting_parts_domain()))

    def test_wildcards_in_a_model_name_match_nothing_else(self):
        appliance = self._create_appliance(model_name="BCD_216")
        self.assertNotIn(self.for_model, self.env["product.product"].search(appliance._get_fitting_parts_domain()))

    def test_the_smart_button_of_the_appliance_lists_what_fits(self):
        action = self.appliance.action_view_fitting_parts()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertIn(self.for_model.product_tmpl_id, found)
        self.assertNotIn(self.not_fitting.product_tmpl_id, found)
        self.assertEqual(self.appliance.fitting_part_count, len(found))

    def test_a_main_part_has_the_verdict_of_main_parts(self):
        """Whole appliance out of its year, main parts within their three."""
        compressor = self._create_spare("Compressor", "CP-1", is_main_part=True)
        self.env["repair.warranty.term"].create([
            {"name": f"Test {component}", "category_id": self.category.id, "component": component, "months": months,
             "basis": "brand", "brand_id": self.brand.id, "start_from": "purchase", "payer": "brand"}
            for component, months in (("whole", 12), ("main", 36))
        ])
        self.brand.write({"partner_id": self.supplier.id, "authorised_until": "2099-12-31"})
        self.appliance.purchase_date = self.env["repair.order"]._local_date(self._months_ago(24))
        order = self._to_stage(self._create_order(), "diagnosed")
        main, whole = self._add_part(order, compressor), self._add_part(order, self.for_any)
        self.assertEqual(main._get_warranty_component(), "main")
        self.assertEqual(whole._get_warranty_component(), "whole")
        self.assertEqual((main.payer, whole.payer), ("brand", "customer"))

    def test_the_line_shows_what_it_can_count_on(self):
        self._receive((self.spare, 3, 10.0))
        order = self._create_plain_repair((self.spare, 2))
        self.assertEqual(order.move_ids.qty_on_hand_here, 3.0)  # 2 reserved for it, 1 free
        other = self.env["repair.order"].create({
            "partner_id": self.partner.id,
            "move_ids": [Command.create({"product_id": self.spare.id, "product_uom_qty": 1, "repair_line_type": "add"})]})
        self.assertEqual(other.move_ids.qty_on_hand_here, 1.0)
        self.assertEqual(self.spare._get_free_quantities(self.stock), {self.spare: 1.0})

    def test_stock_of_all_lines_is_read_in_one_query(self):
        order = self._create_plain_repair(*((valve, 1) for valve in self.valves))
        order.move_ids.mapped("state"), order.location_id.child_ids
        self.env.invalidate_all()
        order.move_ids.fetch(["product_id", "location_id", "repair_line_type", "state", "quantity", "product_uom"])
        self.env.flush_all()
        with self.assertQueryCount(5):
            order.move_ids.mapped("qty_on_hand_here")

    def test_an_order_cannot_use_what_is_not_there(self):
        order = self._to_stage(self._create_order(), "diagnosed")
        self._add_part(order, self.spare, 2)
        self._receive((self.spare, 1, 10.0))
        self._to_stage(order, "repairing")
        with self.assertRaisesRegex(UserError, r"FM-1.*2 asked, 1 reserved"), self.cr.savepoint():
            self._answer_inspection(order.with_user(self.user_technician))
        self.assertEqual(order.service_stage, "repairing")
        self._receive((self.spare, 1, 20.0))
        self._answer_inspection(order.with_user(self.user_technician))
        self.assertEqual((order.service_stage, order.move_ids.value), ("inspected", 30.0))

    def test_stock_of_a_spare_part_never_becomes_negative(self):
        self._receive((self.spare, 1, 10.0))
        order = self._create_plain_repair((self.spare, 2))
        order.move_ids.quantity = 2
        order.move_ids.move_line_ids.lot_id = self.env["stock.lot"].search([("product_id", "=", self.spare.id)])
        with self.assertRaisesRegex(UserError, "cannot become negative"), self.cr.savepoint():
            order.action_repair_end()
        self.assertEqual(self.spare.qty_available, 1.0)

    def test_a_transfer_cannot_take_more_than_there_is(self):
        self._receive((self.spare, 1, 10.0))
        lot = self.env["stock.lot"].search([("product_id", "=", self.spare.id)])
        move = self.env["stock.move"].create({
            "product_id": self.spare.id, "product_uom_qty": 2, "product_uom": self.spare.uom_id.id,
            "location_id": self.stock.id, "location_dest_id": self.env.ref("stock.stock_location_customers").id,
            "move_line_ids": [Command.create({
                "product_id": self.spare.id, "quantity": 2, "lot_id": lot.id, "picked": True,
                "location_id": self.stock.id, "location_dest_id": self.env.ref("stock.stock_location_customers").id})],
        })
        move.picked = True
        with self.assertRaisesRegex(UserError, "cannot become negative"):
            move._action_done()

    def test_a_quantity_used_cannot_be_raised_above_the_stock_afterwards(self):
        self._receive((self.spare, 2, 10.0))
        move = self._use((self.spare, 1))
        with self.assertRaisesRegex(UserError, "cannot become negative"):
            move.move_line_ids.quantity = 5

    def test_other_products_may_still_go_negative_as_in_core(self):
        self.assertEqual(self._force_use(self.part).state, "done")
        self.assertEqual(self.part.qty_available, -1.0)

    def _force_use(self, product):
        order = self._create_plain_repair((product, 1))
        order.move_ids.quantity = 1
        order.action_repair_end()
        return order.move_ids

    def test_the_last_piece_is_reserved_once(self):
        self._receive((self.spare, 1, 10.0))
        first, second = self._create_plain_repair((self.spare, 1)), self._create_plain_repair((self.spare, 1))
        self.assertEqual((first.move_ids.state, second.move_ids.state), ("assigned", "confirmed"))

    def test_a_part_is_no_substitute_of_itself(self):
        template = self.spare.product_tmpl_id
        with self.assertRaises(ValidationError):
            template.substitute_ids = template
        with self.assertRaises(ValidationError):
            template.substitute_ids = self.part.product_tmpl_id

    def test_parts_for_the_visits_of_tomorrow_are_listed(self):
        order, later = self._create_order(), self._create_order(symptom_id=self.other_symptom.id)
        tomorrow = self._tomorrow_at(2)
        self._book(order, start=tomorrow)
        self._book(later, start=self._tomorrow_at(24 * 4))
        for each in (order, later):
            self._to_stage(each, "diagnosed")
        part, _other = self._add_part(order, self.spare), self._add_part(later, self.spare)
        self.assertEqual(part.visit_start, tomorrow)
        found = self.env["stock.move"].search([
            ("visit_start", ">=", "today +1d"), ("visit_start", "<", "today +2d"), ("product_id", "=", self.spare.id)])
        self.assertEqual(found, part)

    def test_the_form_of_an_order_takes_a_part_and_shows_its_stock(self):
        self._receive((self.spare, 2, 10.0))
        order = self._to_stage(self._create_order(), "diagnosed")
        with Form(order) as form, form.move_ids.new() as line:
            line.product_id = self.spare
            self.assertEqual(line.qty_on_hand_here, 2.0)
        self.assertEqual(order.move_ids.product_id, self.spare)

    def _months_ago(self, months):
        return fields.Datetime.subtract(fields.Datetime.now(), months=months)

    def _tomorrow_at(self, hours):
        today = fields.Date.context_today(self.env["stock.move"])
        return fields.Datetime.add(fields.Datetime.to_datetime(today), days=1, hours=hours)
