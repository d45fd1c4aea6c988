from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.repair_service.models.repair_flow import FLOW

from .common_count import StockCountCommon

SECRET = 4711.0


@tagged("post_install", "-at_install")
class TestStockCountBlind(StockCountCommon):
    """4711 fans lie on a shelf; whoever counts them must not find that number by any door until he has handed in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        receipt = cls._receive((cls.fan, SECRET, 1.0))
        receipt.move_ids.date = receipt.move_line_ids.date = "2026-01-05 08:00:00"
        for user in (cls.counter, cls.second, cls.user_keeper, cls.user_stock_manager):
            user.group_ids += cls.env.ref("base.group_allow_export")
        cls.order = cls._create_plain_repair((cls.fan, 2))
        cls.order.action_unreserve()
        cls.quant = cls.env["stock.quant"].search([("product_id", "=", cls.fan.id), ("location_id", "=", cls.stock.id)])

    def _count(self, user, other=None):
        count = self._start_count(user | (other or self.second), location_id=self.stock.id)
        lines = count.sudo().line_ids.filtered(lambda line: line.product_id == self.fan)
        lines.with_context(repair_flow=FLOW).write({"user_id": user.id})
        self.env.flush_all()
        self.env.invalidate_all()
        return count, lines


    def _doors(self, user):
        """Yield (door, what comes out of it)."""
        env = self.env(user=user)
        product, quants = env["product.product"].browse(self.fan.id), env["stock.quant"]
        here = [("product_id", "=", self.fan.id)]

        def safe(call):
            try:
                return call()
            except (AccessError, UserError):
                return None

        yield "quant search", safe(lambda: quants.search_read(here, ["quantity", "available_quantity"]))
        yield "quant read", safe(lambda: quants.browse(self.quant.id).read(["quantity"]))
        yield "quant group", safe(lambda: quants.formatted_read_group(here, ["location_id"], ["quantity:sum"]))
        yield "quant adjustment", safe(lambda: quants.search_read(here, ["inventory_quantity_auto_apply", "inventory_diff_quantity"]))
        yield "quant probing", safe(lambda: [SECRET] if quants.search_count([*here, ("quantity", ">", 4000)]) else [])
        yield "quant export", safe(lambda: quants.search(here).export_data(["quantity"]))
        yield "product", safe(lambda: product.read(["qty_available", "virtual_available", "free_qty"]))
        many = [("id", "=", product.id), ("qty_available", ">", 4000)]
        yield "product probing", safe(lambda: [SECRET] if product.search_count(many) else [])
        yield "template", safe(lambda: product.product_tmpl_id.read(["qty_available", "virtual_available"]))
        yield "lot", safe(lambda: env["stock.lot"].search_read(here, ["product_qty"]))
        yield "move lines", safe(lambda: env["stock.move.line"].search_read(here, ["quantity", "quantity_product_uom"]))
        yield "move line groups", safe(
            lambda: env["stock.move.line"].formatted_read_group(here, ["product_id"], ["quantity_product_uom:sum"]))
        yield "moves", safe(lambda: env["stock.move"].search_read(here, ["quantity", "product_qty"]))
        yield "stock report", safe(  # by day in SQL: core gives the rows of several days one id
            lambda: env["report.stock.quantity"].formatted_read_group(
                [*here, ("state", "=", "forecast")], ["date:day"], ["product_qty:sum"]))
        yield "receipts on hand", safe(lambda: env["repair.part.receipt"].search_read(here, ["remaining_quantity", "quantity"]))
        lines = env["repair.stock.count.line"]
        for name in ("expected_qty", "counted_qty", "over_qty", "short_qty", "accuracy", "verdict"):
            yield f"line {name}", safe(lambda name=name: lines.search_read(here, [name]))
            yield f"line export {name}", safe(lambda name=name: lines.search(here).export_data([name]))
        yield "line entries", safe(lambda: lines.search(here).web_read({"entry_ids": {"fields": {"expected_qty": {}}}}))
        yield "entries", safe(lambda: env["repair.stock.count.entry"].search_read([], ["expected_qty", "quantity"]))
        yield "probing", safe(lambda: [SECRET] if lines.search_count([*here, ("expected_qty", ">", 4000)]) else [])
        order = self.order.with_user(user)
        parts = self.order.move_ids.with_user(user)
        yield "order line", safe(lambda: parts.read(["qty_on_hand_here", "forecast_availability"]))
        yield "order line as anybody", [parts.sudo().qty_on_hand_here, parts.sudo().forecast_availability]
        yield "order catalogue", safe(lambda: str(order._get_part_facts(product)))
        yield "order catalogue card", safe(lambda: order._get_product_catalog_order_line_info([product.id]))
        yield "order proposals", safe(lambda: order._get_available_quantities(product))
        yield "order shortage", safe(lambda: order._describe_shortage(parts))
        yield "box of a line", safe(
            lambda: product.with_context(repair_line_order_id=self.order.id, formatted_display_name=True).read(["display_name"]))
        for report in ("stock.forecasted_product_product", "stock.forecasted_product_template"):
            ids = product.ids if report.endswith("_product_product") else product.product_tmpl_id.ids
            yield report, safe(lambda report=report, ids=ids: env[report].get_report_values(docids=ids))
        yield "taking too much", self._overdraw(user)
        yield "messages", safe(lambda: env["repair.stock.count"].search([]).message_ids.mapped("body"))

    def _overdraw(self, user):
        """Return what a user is told who takes more than there is."""
        customers = self.env.ref("stock.stock_location_customers")
        lot = self.quant.lot_id
        try:
            with self.env.cr.savepoint():
                move = self.env["stock.move"].with_user(user).create({
                    "product_id": self.fan.id, "product_uom_qty": 9999, "location_id": self.stock.id, "location_dest_id": customers.id,
                    "picked": True, "move_line_ids": [Command.create({
                        "product_id": self.fan.id, "quantity": 9999, "lot_id": lot.id, "location_id": self.stock.id,
                        "location_dest_id": customers.id})]})
                move._action_done()
                raise UserError("4711")  # pylint: disable=translation-required  # taken: the books would be told
        except (AccessError, UserError) as refusal:
            return str(refusal)

    def _check_doors(self, user):
        for door, answer in self._doors(user):
            with self.subTest(user=user.login, door=door):
                self.assertNotIn("4711", str(answer))

    def test_every_door_is_shut_for_who_counts(self):
        count, lines = self._count(self.counter)
        self._check_doors(self.counter)
        lines.with_user(self.counter).my_quantity = 12
        self._check_doors(self.counter)
        self.assertTrue(count)

    def test_the_keeper_who_counts_his_own_store_is_blind_too(self):
        _count, lines = self._count(self.user_keeper)
        self._check_doors(self.user_keeper)
        lines.with_user(self.user_keeper).my_quantity = 12
        self._check_doors(self.user_keeper)

    def test_second_person_learns_neither_books_nor_first_count(self):
        _count, lines = self._count(self.counter, self.user_stock_manager)
        lines.with_user(self.counter).my_quantity = 4444
        lines.with_user(self.counter).action_hand_in()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(lines.user_id, self.user_stock_manager)
        self._check_doors(self.user_stock_manager)
        for door, answer in self._doors(self.user_stock_manager):
            with self.subTest(door=door):
                self.assertNotIn("4444", str(answer))

    def test_the_doors_would_tell_if_they_were_open(self):
        """The same doors without a count: the test above can fail."""
        told = {door for door, answer in self._doors(self.user_keeper) if "4711" in str(answer)}
        self.assertTrue({
            "quant search", "quant read", "quant group", "quant probing", "quant export", "product", "product probing", "template", "lot",
            "move lines", "move line groups", "moves", "stock report", "receipts on hand", "order line as anybody", "order catalogue",
            "order catalogue card", "order proposals", "box of a line", "stock.forecasted_product_product",
            "stock.forecasted_product_template", "taking too much"} <= told, told)

    def test_books_are_open_again_after_handing_in(self):
        _count, lines = self._count(self.user_keeper)
        lines.with_user(self.user_keeper).my_quantity = SECRET
        lines.with_user(self.user_keeper).action_hand_in()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.quant.with_user(self.user_keeper).quantity, SECRET)

    def test_others_go_on_reading_stock(self):
        self._count(self.counter)
        self.assertEqual(self.quant.with_user(self.user_keeper).quantity, SECRET)

    def test_who_counts_goes_on_picking_at_right_cost(self):
        """Blind reads must not make first in first out blind."""
        self._count(self.user_keeper)
        self.assertFalse(self.env["stock.quant"].with_user(self.user_keeper).search([("product_id", "=", self.fan.id)]))
        customers = self.env.ref("stock.stock_location_customers")
        picking = self.env["stock.picking"].with_user(self.user_keeper).create({
            "picking_type_id": self.warehouse.out_type_id.id, "location_id": self.stock.id, "location_dest_id": customers.id,
            "partner_id": self.partner.id, "move_ids": [Command.create({
                "product_id": self.fan.id, "product_uom_qty": 11, "location_id": self.stock.id, "location_dest_id": customers.id})]})
        picking.action_confirm()
        picking.action_assign()
        self.assertEqual(picking.state, "assigned")
        picking.button_validate()
        self.assertEqual((picking.state, picking.move_ids.sudo().value), ("done", 11.0))
        self.assertEqual(self.quant.sudo().quantity, SECRET - 11)

    def test_token_cannot_be_brought_along(self):
        self._count(self.counter)
        for value in (True, "FLOW", 1):
            quants = self.env["stock.quant"].with_user(self.counter).with_context(repair_count_inner=value)
            self.assertFalse(quants.search([("product_id", "=", self.fan.id)]))

    def test_open_count_tells_what_is_not_blind(self):
        self._start_count(self.counter, location_id=self.stock.id, is_blind=False)
        self.assertEqual(self.quant.with_user(self.counter).quantity, SECRET)
        with self.assertRaises(AccessError):
            self.env["repair.stock.count.line"].with_user(self.counter).search([]).read(["expected_qty"])

    def test_who_may_be_the_second_person_is_as_blind_as_the_first(self):
        """The keeper takes part in the count but has no line yet: he may be asked to count again."""
        _count, lines = self._count(self.counter, self.user_keeper)
        self._check_doors(self.user_keeper)
        lines.with_user(self.counter).my_quantity = 12
        lines.with_user(self.counter).action_hand_in()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(lines.user_id, self.user_keeper)
        self._check_doors(self.user_keeper)
        self._check_doors(self.counter)

    def test_order_goes_on_knowing_whether_there_is_enough(self):
        self._count(self.user_keeper)
        move = self.order.move_ids.with_user(self.user_keeper).sudo()
        self.assertEqual(move.qty_on_hand_here, 2)
        move.product_uom_qty = 9999
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(move.qty_on_hand_here, 0)
        self.assertEqual(self.order.move_ids.sudo().with_user(self.counter).sudo().qty_on_hand_here, SECRET, "he takes no part")
