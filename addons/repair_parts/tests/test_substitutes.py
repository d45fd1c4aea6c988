from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import RepairPartsCommon


@tagged("post_install", "-at_install")
class TestSubstitutes(RepairPartsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.substitute = cls._create_spare("Universal fan motor", "FM-U", list_price=60.0)
        cls.empty_substitute = cls._create_spare("Other fan motor", "FM-O")
        cls.spare.product_tmpl_id.substitute_ids = (cls.substitute | cls.empty_substitute).product_tmpl_id

    def _create_diagnosed_order(self):
        order = self._to_stage(self._create_order(), "diagnosed")
        return order, self._add_part(order, self.spare)

    def test_the_error_names_what_is_missing_where_and_what_is_in_stock_instead(self):
        self._receive((self.substitute, 3, 10.0))
        order, _move = self._create_diagnosed_order()
        self._to_stage(order, "repairing")
        with self.assertRaises(UserError) as caught:
            self._answer_inspection(order.with_user(self.user_technician))
        message = str(caught.exception)
        for piece in ("FM-1", "1 asked, 0 reserved", self.stock.display_name, "FM-U", "(3)"):
            self.assertIn(piece, message)
        self.assertNotIn("FM-O", message)

    def test_a_substitute_in_stock_takes_the_part_s_place(self):
        self._receive((self.substitute, 3, 10.0))
        order, move = self._create_diagnosed_order()
        action = move.with_user(self.user_technician).action_open_substitutes()
        wizard = self.env[action["res_model"]].with_user(self.user_technician).browse(action["res_id"])
        self.assertEqual(wizard.option_ids.mapped(lambda option: (option.product_id, option.free_quantity)), [(self.substitute, 3.0)])
        wizard.option_ids.action_use()
        self.assertEqual(order.move_ids.mapped(lambda line: (line.product_id, line.product_uom_qty)), [(self.substitute, 1.0)])
        self.assertEqual(order.move_ids.repair_price_unit, 60.0)

    def test_a_dearer_substitute_after_approval_needs_a_new_approval(self):
        self._receive((self.substitute, 1, 10.0))
        self.substitute.list_price = 95.0
        order, move = self._create_diagnosed_order()
        self._to_stage(order, "approved")
        wizard = self.env["repair.part.substitute"].browse(move.action_open_substitutes()["res_id"])
        wizard.option_ids.action_use()
        self.assertTrue(order.has_unapproved_lines)

    def test_without_a_substitute_in_stock_the_error_says_so(self):
        _order, move = self._create_diagnosed_order()
        with self.assertRaisesRegex(UserError, "No substitute"):
            move.action_open_substitutes()

    def test_a_substitute_gone_meanwhile_is_refused(self):
        self._receive((self.substitute, 1, 10.0))
        _order, move = self._create_diagnosed_order()
        wizard = self.env["repair.part.substitute"].browse(move.action_open_substitutes()["res_id"])
        self._use((self.substitute, 1))
        with self.assertRaisesRegex(UserError, "no substitute in stock any more"):
            wizard.option_ids.action_use()

    def test_a_part_that_is_no_substitute_cannot_be_smuggled_in(self):
        self._receive((self.substitute, 1, 10.0))
        stranger = self._create_spare("Stranger", "ST-1")
        _order, move = self._create_diagnosed_order()
        wizard = self.env["repair.part.substitute"].browse(move.action_open_substitutes()["res_id"])
        wizard.option_ids.product_id = stranger
        with self.assertRaises(UserError):
            wizard.option_ids.action_use()

    def test_a_used_part_has_no_substitute(self):
        self._receive((self.spare, 1, 10.0), (self.substitute, 1, 10.0))
        move = self._use((self.spare, 1))
        with self.assertRaisesRegex(UserError, "used or cancelled"):
            move.action_open_substitutes()

    def test_plain_repairs_name_the_substitutes_too(self):
        self._receive((self.substitute, 3, 10.0), (self.spare, 1, 10.0))
        order = self._create_plain_repair((self.spare, 2))
        order.move_ids.quantity = 2
        order.move_ids.move_line_ids.lot_id = self.env["stock.lot"].search([("product_id", "=", self.spare.id)])
        with self.assertRaisesRegex(UserError, r"FM-U.*\(3\)"):
            order.action_repair_end()

    def test_the_form_shows_the_button_s_list(self):
        self._receive((self.substitute, 2, 10.0))
        _order, move = self._create_diagnosed_order()
        wizard = self.env["repair.part.substitute"].browse(move.action_open_substitutes()["res_id"])
        form = Form(wizard)
        self.assertEqual(form.product_id, self.spare)
        self.assertEqual(len(wizard.option_ids), 1)
