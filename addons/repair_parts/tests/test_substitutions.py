from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged, users
from odoo.tools import mute_logger

from .common import RepairPartsCommon

CONDITION = "Only with R600a; braze the adapter on."


@tagged("post_install", "-at_install")
class TestSubstitutions(RepairPartsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._create_spare("Universal motor", "UM-1", list_price=95.0)
        cls.third = cls._create_spare("Third motor", "TM-1", list_price=50.0)

    @classmethod
    def _allow(cls, part=None, substitute=None, **values):
        return cls.env["repair.part.substitution"].create({
            "product_tmpl_id": (part or cls.spare).product_tmpl_id.id,
            "substitute_id": (substitute or cls.other).product_tmpl_id.id, **values})

    def _get_substitutes(self, part, appliance=None):
        return [option.product for option in part._get_substitute_options(appliance)]

    def _open(self, stage="diagnosed", user=None, quantity=1.0):
        order = self._to_stage(self._create_order(), "diagnosed")
        move = self._add_part(order, self.spare, quantity)
        self._to_stage(order, stage)
        action = move.with_user(user or self.env.user).action_open_substitutes()
        return order, self.env["repair.part.substitute"].with_user(user or self.env.user).browse(action["res_id"])

    def test_one_way_is_one_way_and_both_ways_are_two(self):
        line = self._allow()
        self.assertEqual((self._get_substitutes(self.spare), self._get_substitutes(self.other)), ([self.other], []))
        line.both_ways = True
        self.assertEqual((self._get_substitutes(self.spare), self._get_substitutes(self.other)), ([self.other], [self.spare]))

    def test_a_substitution_holds_for_its_brand_and_models_only(self):
        self._allow(brand_id=self.brand.id, model_name="BCD-3*")
        self._allow(substitute=self.third, category_id=self.category.id)
        self.appliance.model_name = "BCD-216"
        self.assertEqual(self._get_substitutes(self.spare, self.appliance), [self.third])
        self.appliance.model_name = "BCD-300W"
        self.assertEqual(self._get_substitutes(self.spare, self.appliance), [self.other, self.third])
        self.assertEqual(self._get_substitutes(self.spare), [], "without an appliance nobody knows whether it holds")

    def test_the_plain_list_is_derived_and_keeps_conditions_when_written(self):
        template = self.spare.product_tmpl_id
        line = self._allow(condition=CONDITION)
        self.assertEqual(template.substitute_ids, self.other.product_tmpl_id)
        template.substitute_ids = [Command.link(self.third.product_tmpl_id.id)]
        self.assertEqual(template.substitute_ids, (self.other | self.third).product_tmpl_id)
        self.assertEqual(line.condition, CONDITION)
        template.substitute_ids = [Command.set(self.third.product_tmpl_id.ids)]
        self.assertFalse(line.exists())
        self.assertIn(template, self.env["product.template"].search([("substitute_ids", "in", self.third.product_tmpl_id.ids)]))
        self.assertNotIn(self.third.product_tmpl_id, self.env["product.template"].search([("substitute_ids", "in", template.ids)]))

    def test_taking_away_a_substitute_of_the_other_side_leaves_one_way(self):
        line = self._allow(both_ways=True)
        self.other.product_tmpl_id.substitute_ids = [Command.clear()]
        self.assertEqual((line.both_ways, line.product_tmpl_id), (False, self.spare.product_tmpl_id))

    def test_what_contradicts_itself_is_refused(self):
        line = self._allow(both_ways=True)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self._allow()
        with self.assertRaisesRegex(ValidationError, "both ways already"), self.cr.savepoint():
            self._allow(self.other, self.spare)
        line.both_ways = False
        self._allow(self.other, self.spare)
        with self.assertRaisesRegex(ValidationError, "both ways already"), self.cr.savepoint():
            line.both_ways = True
        for values in ({"ratio": 0}, {"ratio": -1}, {"substitute_id": self.spare.product_tmpl_id.id}):
            with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
                line.write(values)
                self.env.flush_all()
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self._allow(substitute=self.part)

    def test_who_writes_it_answers_for_it(self):
        keeper = self.user_keeper
        line = self.env["repair.part.substitution"].with_user(keeper).create({
            "product_tmpl_id": self.spare.product_tmpl_id.id, "substitute_id": self.other.product_tmpl_id.id})
        self.assertEqual(line.approved_by_id, keeper)
        line.sudo(False).with_user(self.env.user).condition = CONDITION
        self.assertEqual(line.approved_by_id, self.env.user)
        for values in ({"approved_by_id": self.user_manager.id}, {"approved_on": "2020-01-01"}):
            with self.assertRaises(UserError):
                line.with_user(keeper).write(values)
        with self.assertRaises(UserError):
            self.env["repair.part.substitution"].with_user(keeper).create({
                "product_tmpl_id": self.spare.product_tmpl_id.id, "substitute_id": self.third.product_tmpl_id.id,
                "approved_by_id": self.user_manager.id})

    @users("test_technician", "test_desk", "test_inspector", "test_manager")
    def test_others_read_and_change_nothing(self):
        line = self._allow(condition=CONDITION, model_name=self.env.user.login).with_user(self.env.user)
        self.assertEqual(line.read(["condition"])[0]["condition"], CONDITION)
        with self.assertRaises(AccessError):
            line.write({"condition": False})
        with self.assertRaises(AccessError):
            line.unlink()

    def test_the_dialogue_shows_condition_stock_and_price(self):
        self._allow(condition=CONDITION, ratio=2)
        self._receive((self.other, 7, 10.0))
        _order, wizard = self._open(user=self.user_technician, quantity=3)
        option = wizard.option_ids
        self.assertEqual(
            (option.product_id, option.condition, option.quantity, option.van_quantity, option.depot_quantity, option.price),
            (self.other, CONDITION, 6.0, 0.0, 7.0, 95.0))
        self.assertEqual(wizard.price, 80.0)

    def test_a_condition_has_to_be_confirmed_and_the_order_says_who_did(self):
        self._allow(condition=CONDITION)
        self._receive((self.other, 1, 10.0))
        order, wizard = self._open(user=self.user_technician)
        option = wizard.option_ids
        with self.assertRaisesRegex(UserError, "braze the adapter"):
            option.action_use()
        option.condition = False  # what a caller writes into the dialogue does not count
        with self.assertRaisesRegex(UserError, "braze the adapter"):
            option.action_use()
        option.action_use_confirmed()
        self.assertEqual(order.move_ids.product_id, self.other)
        note = order.message_ids.filtered(lambda message: "takes the place" in message.body)
        self.assertIn(f"Confirmed by {self.user_technician.name}", note.body)
        self.assertIn("braze the adapter", note.body)

    def test_the_ratio_sets_the_quantity_in_either_direction(self):
        self._allow(self.other, self.spare, ratio=2, both_ways=True)
        self._receive((self.other, 9, 10.0))
        order, wizard = self._open(quantity=3)
        wizard.option_ids.action_use()
        self.assertEqual(order.move_ids.mapped(lambda move: (move.product_id, move.product_uom_qty)), [(self.other, 1.5)])

    def test_a_dearer_substitute_for_an_approved_part_is_not_charged_silently(self):
        self._allow()
        self._receive((self.other, 1, 10.0))
        order, wizard = self._open("approved")
        sold = order.sale_order_id.amount_untaxed
        self.assertTrue(wizard.is_approved)
        wizard.option_ids.action_use()
        self.assertTrue(order.has_unapproved_lines)
        self.assertLessEqual(order.sale_order_id.amount_untaxed, sold)
        self.assertIn("has to approve", order.message_ids.filtered(lambda message: "takes the place" in message.body).body)
        with self.assertRaisesRegex(UserError, "approve first"):
            order.action_repair_start()

    def test_the_plain_list_of_earlier_versions_is_taken_over(self):
        self.env.cr.execute(
            "CREATE TABLE repair_part_substitute_rel (product_tmpl_id int, substitute_id int);"
            "INSERT INTO repair_part_substitute_rel VALUES (%s, %s)", [self.spare.product_tmpl_id.id, self.other.product_tmpl_id.id])
        self.env["product.template"].init()
        self.env.invalidate_all()
        self.assertEqual(self.spare.product_tmpl_id.substitute_ids, self.other.product_tmpl_id)
        self.env.cr.execute("SELECT to_regclass('repair_part_substitute_rel')")
        self.assertFalse(self.env.cr.fetchone()[0])
