from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged, users

from .common import RepairPartsCommon


@tagged("post_install", "-at_install")
class TestCatalogueDialogue(RepairPartsCommon):
    """Choosing parts for an order: what fits first, with stock in van and depot, price and payer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fits = cls._create_spare("Zz latch", "ZZ-2", list_price=30.0)
        cls.stranger = cls._create_spare("Zz latch", "ZZ-1", list_price=20.0)
        for part, model in ((cls.fits, "BCD*"), (cls.stranger, "KFR*")):
            cls.env["repair.part.fitment"].create({
                "product_tmpl_id": part.product_tmpl_id.id, "category_id": cls.category.id, "model_name": model})
        cls._receive((cls.fits, 4, 11.0))
        cls.order = cls._to_stage(cls._create_order(), "diagnosed")

    @classmethod
    def _load_van(cls, quantity):
        cls.employee_technician.action_set_up_van()
        move = cls.env["stock.move"].create({
            "product_id": cls.fits.id, "product_uom_qty": quantity, "product_uom": cls.fits.uom_id.id, "location_id": cls.stock.id,
            "location_dest_id": cls.employee_technician.van_location_id.id})
        move._action_confirm()
        move._action_assign()
        move.picked = True
        move._action_done()

    @users("test_technician", "test_desk", "test_manager")
    def test_the_box_of_a_line_tells_number_stock_price_and_payer(self):
        if not self.employee_technician.van_location_id:
            self._load_van(1)
        products = self.env["product.product"].with_context(
            fits_first_appliance_id=self.appliance.id, repair_line_order_id=self.order.id)
        found = products.web_name_search("Zz latch", {"display_name": {}})
        price = [self.order.currency_id.format(amount) for amount in (30.0, 20.0)]
        self.assertEqual([entry["__formatted_display_name"] for entry in found], [
            f"Zz latch\t--ZZ-2 · Van: 1 · Depot: 3 · {price[0]} · Pays: Customer--",
            f"Zz latch\t--ZZ-1 · Not listed for this appliance · Van: 0 · Depot: 0 · {price[1]} · Pays: Customer--"])
        self.assertEqual(found[0]["display_name"], "[ZZ-2] Zz latch", "what stands on the line afterwards is the name alone")

    def test_the_box_tells_all_in_one_go(self):
        products = self.env["product.product"].with_context(
            fits_first_appliance_id=self.appliance.id, repair_line_order_id=self.order.id)

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            products.web_name_search("Zz latch", {"display_name": {}}, limit=40)
            return self.cr.sql_log_count - before

        self._create_spare("Zz latch", "ZZ-10")
        count()
        few = count()
        for number in range(20):
            self._create_spare("Zz latch", f"ZZ-2{number}")
        count()
        self.assertLessEqual(count(), few)

    def test_an_order_of_somebody_else_tells_nothing(self):
        products = self.env["product.product"].with_user(self.user_portal).with_context(repair_line_order_id=self.order.id)
        with self.assertRaises(AccessError):
            products.web_name_search("Zz latch", {"display_name": {}})
        accountant = self.env["product.product"].with_context(repair_line_order_id="1; DROP", formatted_display_name=True)
        self.assertEqual(accountant.browse(self.fits.id).display_name, "Zz latch\t--ZZ-2--")

    @users("test_technician", "test_desk")
    def test_the_catalogue_shows_what_fits_first(self):
        order = self.order.with_user(self.env.user)
        order.sudo().parts_fit_only = False
        action = order.action_choose_parts()
        products = self.env["product.product"].with_context(**action["context"])
        domain = [*action["domain"], ("name", "=", "Zz latch")]
        spec = {"default_code": {}}

        def read(**page):
            return [row["default_code"] for row in products.web_search_read(domain, spec, order="default_code", **page)["records"]]

        self.assertEqual(read(), ["ZZ-2", "ZZ-1"])
        self.assertEqual([read(offset=offset, limit=1) for offset in (0, 1)], [["ZZ-2"], ["ZZ-1"]])
        order.sudo().parts_fit_only = True
        action = order.action_choose_parts()
        found = products.search([*action["domain"], ("name", "=", "Zz latch")])
        self.assertEqual(found.ids, self.fits.ids)

    @users("test_technician", "test_desk")
    def test_the_catalogue_adds_changes_and_takes_away(self):
        order = self.order.with_user(self.env.user)
        self.assertEqual(order._update_order_line_info(self.fits.id, 2), 30.0)
        self.assertEqual(order.move_ids.mapped(lambda move: (move.product_id.id, move.product_uom_qty)), [(self.fits.id, 2.0)])
        info = order._get_product_catalog_order_line_info(self.fits.ids)[self.fits.id]
        self.assertEqual((info["quantity"], info["price"]), (2.0, 30.0))
        self.assertIn(["Fits the appliance", "success"], [list(fact) for fact in info["partFacts"]])
        order._update_order_line_info(self.fits.id, 1)
        self.assertEqual(order.move_ids.product_uom_qty, 1.0)
        order._update_order_line_info(self.fits.id, 0)
        self.assertFalse(order._get_parts_to_take())

    def test_what_the_customer_approved_is_not_changed_in_the_catalogue(self):
        self._add_part(self.order, self.fits)
        self._to_stage(self.order, "approved")
        with self.assertRaisesRegex(UserError, "approved 1"):
            self.order._update_order_line_info(self.fits.id, 0)
        self.order._update_order_line_info(self.fits.id, 3)
        self.assertEqual(sorted(self.order._get_parts_to_take().mapped("product_uom_qty")), [1.0, 2.0])
        self.assertTrue(self.order.has_unapproved_lines)

    @users("test_inspector", "test_accountant")
    def test_who_only_reads_the_order_adds_nothing(self):
        with self.assertRaises(AccessError):
            self.order.with_user(self.env.user)._update_order_line_info(self.fits.id, 2)

    @users("test_technician", "test_desk")
    def test_no_cost_shows_anywhere(self):
        info = self.order.with_user(self.env.user)._get_product_catalog_order_line_info(self.fits.ids)[self.fits.id]
        self.assertNotIn("11", str([fact[0] for fact in info["partFacts"]]))
        self.assertFalse({"standard_price", "cost", "value"} & info.keys())
