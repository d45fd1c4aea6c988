from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged, users
from odoo.tools import mute_logger

from .common import RepairPartsCommon


@tagged("post_install", "-at_install")
class TestFitment(RepairPartsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_brand = cls.env["repair.brand"].create({"name": "Strange brand"})
        cls.door, cls.board = cls.env["repair.part.position"].create([{"name": "Test door"}, {"name": "Test board slot"}])
        cls.appliance.write({"model_name": "BCD-216WX", "serial_number": "HR0500"})
        cls.fitting = cls.spare.product_tmpl_id

    @classmethod
    def _list(cls, part=None, **values):
        return cls.env["repair.part.fitment"].create({
            "product_tmpl_id": (part or cls.spare).product_tmpl_id.id, "category_id": cls.category.id, **values})

    def _fits(self, appliance=None, part=None):
        appliance = appliance or self.appliance
        product = part or self.spare
        found = product in self.env["product.product"].search(appliance._get_fitting_parts_domain())
        template = product.product_tmpl_id in self.env["product.template"].search(appliance._get_fitting_parts_domain())
        self.assertEqual(found, template)
        return found

    def test_a_line_with_wildcards_fits_the_models_it_stands_for(self):
        for model, fits in (
                ("BCD-216*", True), ("bcd-216wx", True), ("BCD-2?6WX", True), ("*WX", True), ("BCD-217*", False), ("BCD-216", False)):
            with self.subTest(model):
                line = self._list(model_name=model)
                self.assertEqual(self._fits(), fits)
                line.unlink()

    def test_one_line_of_several_is_enough(self):
        self._list(model_name="KFR*")
        self.assertFalse(self._fits())
        self._list(model_name="BCD-216*", brand_id=self.brand.id)
        self.assertTrue(self._fits())

    def test_family_brand_and_model_of_one_line_hold_together(self):
        """No cross product: the brand of one line does not go with the model of another."""
        self._list(model_name="BCD-216*", brand_id=self.other_brand.id)
        self._list(model_name="KFR*", brand_id=self.brand.id)
        self.assertFalse(self._fits())

    def test_a_line_for_the_family_above_fits_below(self):
        self._list()
        below = self.env["repair.appliance.category"].create({"name": "Test freezer", "parent_id": self.category.id})
        self.assertTrue(self._fits(self._create_appliance(category_id=below.id)))
        stove = self.env["repair.appliance.category"].create({"name": "Test stove"})
        self.assertFalse(self._fits(self._create_appliance(category_id=stove.id)))

    def test_a_range_of_serial_numbers_bounds_both_ends_and_fits_where_the_number_is_unknown(self):
        for first, last, fits in (
                ("HR0500", "HR0500", True), ("HR0501", False, False), (False, "HR0499", False), ("HR0001", "HR0999", True),
                ("HR05000", False, False)):
            with self.subTest(f"{first}-{last}"):
                line = self._list(serial_from=first, serial_to=last)
                self.assertEqual(self._fits(), fits)
                self.assertTrue(self._fits(self._create_appliance(serial_number=False)))
                line.unlink()

    def test_the_closest_line_counts_for_the_order_of_the_search(self):
        family, brand, model = (self._create_spare(f"Zz seal {number}", f"SEAL-{number}") for number in (1, 2, 3))
        self._list(family)
        self._list(brand, brand_id=self.brand.id)
        self._list(model)
        self._list(model, model_name="BCD-216*")
        stranger = self._create_spare("Zz seal 0", "SEAL-0")
        self._list(stranger, model_name="KFR*")
        universal = self._create_spare("Zz seal U", "SEAL-00")
        found = self.env["product.product"].with_context(fits_first_appliance_id=self.appliance.id).name_search("Zz seal")
        self.assertEqual([res_id for res_id, _name in found], [model.id, brand.id, family.id, universal.id, stranger.id])

    def test_a_part_that_is_no_spare_part_any_more_is_still_found_among_the_rest(self):
        self._list()
        self.env.cr.execute("UPDATE product_template SET is_spare_part = FALSE WHERE id = %s", [self.fitting.id])
        self.env.invalidate_all()
        found = self.env["product.product"].with_context(fits_first_appliance_id=self.appliance.id).name_search("FM-1")
        self.assertEqual([res_id for res_id, _name in found], [self.spare.id])

    def test_families_brands_and_models_follow_the_lines(self):
        self._list(brand_id=self.brand.id, model_name="BCD-216*")
        self._list(brand_id=self.other_brand.id, model_name="BCD-300")
        self.assertEqual(self.fitting.appliance_category_ids, self.category)
        self.assertEqual(self.fitting.brand_ids, self.brand | self.other_brand)
        self.assertEqual(self.fitting.model_names, "BCD-216*, BCD-300")
        self._list(brand_id=self.brand.id)
        self.assertFalse(self.fitting.model_names, "one line is open to any model, so the part is")

    def test_who_lists_line_by_line_does_not_name_models_besides(self):
        self._list(model_name="BCD-216*")
        with self.assertRaisesRegex(UserError, "line by line"):
            self.fitting.model_names = "KFR"
        self.fitting.write({"model_names": "BCD-216*", "name": "Fan motor"})  # what the form sends back unchanged
        part = self.env["product.template"].create({
            "name": "Both", "is_spare_part": True, "model_names": "KFR",
            "fitment_ids": [Command.create({"category_id": self.category.id, "model_name": "BCD*"})]})
        self.assertEqual(part.model_names, "BCD*")

    def test_the_simple_way_knows_models_that_begin_so(self):
        self.fitting.model_names = "KFR-1, BCD-2*"
        self.assertTrue(self._fits())
        self.fitting.model_names = "KFR-1, BCD-3*"
        self.assertFalse(self._fits())
        for refused in ("BCD-2?6", "*", "*X"):
            with self.assertRaises(ValidationError, msg=refused):
                self.fitting.model_names = refused

    def test_what_makes_no_sense_is_refused(self):
        for values in (
                {"category_id": False}, {"model_name": "A, B"}, {"model_name": "*"}, {"model_name": "?*"},
                {"serial_from": "A9", "serial_to": "A1"}, {"serial_from": "A1", "serial_to": "A10"},
                {"quantity": float("nan")}, {"note": "x" * 1001}):
            with self.subTest(values), self.assertRaises(ValidationError), self.cr.savepoint():
                self._list(**values)
        with self.assertRaises(ValidationError):
            self.env["repair.part.fitment"].create({"product_tmpl_id": self.part.product_tmpl_id.id, "category_id": self.category.id})
        for quantity in (0, -1):
            with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
                self._list(quantity=quantity)

    def test_the_same_line_twice_is_refused(self):
        self._list(model_name="BCD-216*", position_id=self.door.id)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self._list(model_name="bcd-216*", position_id=self.door.id)
        self._list(model_name="BCD-216*", position_id=self.board.id)

    def test_an_appliance_shows_its_parts_by_position(self):
        line = self._list(model_name="BCD-216*", position_id=self.door.id, quantity=2)
        self._list(self._create_spare("Other", "O-1"), model_name="KFR*", position_id=self.door.id)
        for user in (self.user_technician, self.user_desk):
            action = self.appliance.with_user(self.user_desk).action_view_parts_by_position()
            self.assertEqual(self.env[action["res_model"]].with_user(user).search(action["domain"]), line)
        groups = self.env["repair.part.fitment"].formatted_read_group([("id", "in", line.ids)], ["position_id"], ["quantity:sum"])
        self.assertEqual((groups[0]["position_id"][0], groups[0]["quantity:sum"]), (self.door.id, 2))

    def test_a_family_shows_its_parts_and_those_of_the_family_above(self):
        below = self.env["repair.appliance.category"].create({"name": "Test freezer", "parent_id": self.category.id})
        above, own = self._list(), self._list(category_id=below.id)
        action = below.action_view_fitments()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), above | own)

    @users("test_desk", "test_technician", "test_inspector", "test_manager", "test_accountant")
    def test_others_read_the_lines_and_change_none(self):
        line = self._list(model_name=self.env.user.login).with_user(self.env.user)
        self.assertEqual(line.read(["model_name"])[0]["model_name"], self.env.user.login)
        for call in (lambda: line.write({"model_name": "X"}), line.unlink, lambda: line.copy()):
            with self.assertRaises(AccessError):
                call()

    @users("test_portal")
    def test_customers_read_none(self):
        self._list()
        with self.assertRaises(AccessError):
            self.env["repair.part.fitment"].search([]).read(["note"])

    @users("test_keeper")
    def test_the_keeper_lists_in_the_form_of_the_part(self):
        with Form(self.fitting.with_user(self.env.user)) as form, form.fitment_ids.new() as line:
            line.category_id = self.category
            line.model_name = "BCD-2*"
            line.position_id = self.door
        self.assertTrue(self.fitting.has_fitments)
        self.assertTrue(self._fits())

    def test_the_catalogue_comes_in_by_import_and_errors_name_the_row(self):
        fields = ["product_tmpl_id", "category_id", "brand_id", "model_name", "position_id", "quantity"]
        rows = [["FM-1", "Test fridge", "Test brand", "BCD-216*", "Test door", "2"], ["FM-1", "Test fridge", "", "BCD-300", "", "1"]]
        result = self.env["repair.part.fitment"].with_user(self.user_keeper).load(fields, rows)
        self.assertFalse(result["messages"])
        self.assertEqual(sorted(self.fitting.fitment_ids.mapped("quantity")), [1.0, 2.0])
        result = self.env["repair.part.fitment"].with_user(self.user_keeper).load(fields, [["FM-1", "Test fridge", "", "A, B", "", "1"]])
        self.assertIn("one model a line", result["messages"][0]["message"])
        self.assertEqual(result["messages"][0]["rows"], {"from": 0, "to": 0})
        result = self.env["product.template"].with_user(self.user_keeper).load(
            ["name", "default_code", "is_spare_part", "fitment_ids/category_id", "fitment_ids/model_name"],
            [["Imported", "IMP-1", "1", "Test fridge", "BCD-1*"], ["", "", "", "Test fridge", "BCD-2*"]])
        self.assertFalse(result["messages"])
        self.assertEqual(self.env["product.template"].browse(result["ids"]).fitment_ids.mapped("model_name"), ["BCD-1*", "BCD-2*"])

    def test_a_search_costs_the_same_queries_however_long_the_catalogue(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env["product.product"].with_context(fits_first_appliance_id=self.appliance.id).name_search("gasket", limit=8)
            return self.cr.sql_log_count - before

        self._list(self._create_spare("Gasket", "GK-0"), model_name="BCD-216*")
        count()
        few = count()
        for number in range(1, 30):
            self._list(self._create_spare(f"Gasket {number}", f"GK-{number}"), model_name=("BCD-216*", "KFR*")[number % 2])
        count()
        self.assertLessEqual(count(), few)
        self.assertLessEqual(few, 45)

    def test_a_part_that_does_not_fit_may_be_added_and_is_noted_with_who_did(self):
        self._list(model_name="KFR*")
        order = self._to_stage(self._create_order(), "diagnosed")
        self.assertTrue(self._add_part(order, self.spare).is_unfit)
        note = order.message_ids.filtered(lambda message: "does not fit" in message.body)
        self.assertEqual(len(note), 1)
        self._list(model_name="BCD-216*")
        self.env.invalidate_all()
        self.assertFalse(order.move_ids.is_unfit)

    def test_the_form_warns_of_a_part_that_does_not_fit(self):
        self._list(model_name="KFR*")
        order = self._to_stage(self._create_order(), "diagnosed")
        move = self.env["stock.move"].new({"repair_id": order.id, "repair_line_type": "add", "product_id": self.spare.id})
        self.assertIn("FM-1", move._onchange_product_id_fit()["warning"]["message"])
