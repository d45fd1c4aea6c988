from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.stock_account.models.product import ProductProduct as CoreProduct

from .common import RepairPartsCommon


@tagged("post_install", "-at_install")
class TestFifoCore(RepairPartsCommon):
    """Where core's first in first out is wrong, worked out by hand; and what becomes of stock that went below nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.suppliers, cls.customers = (cls.env.ref(f"stock.stock_location_{usage}s") for usage in ("supplier", "customer"))
        category = cls.env["product.category"].create(
            {"name": "Goods", "property_cost_method": "fifo", "property_valuation": "periodic"})
        cls.goods = cls.env["product.product"].create({"name": "Goods", "is_storable": True, "categ_id": category.id})
        cls.dozen = cls.env.ref("uom.product_uom_dozen")

    def _in(self, quantity, value, **values):
        owner = values.pop("owner_id", False)
        return self._done({
            "product_uom_qty": quantity, "location_id": self.suppliers.id, "location_dest_id": self.stock.id, "value_manual": value,
            **values}, owner)

    def _out(self, quantity, **values):
        return self._done({
            "product_uom_qty": quantity, "location_id": self.stock.id, "location_dest_id": self.customers.id, **values})

    def _done(self, values, owner=False):
        move = self.env["stock.move"].create({"product_id": self.goods.id, **values})
        move._action_confirm(merge=False)
        move.quantity = values["product_uom_qty"]
        move.move_line_ids.owner_id = owner
        move.picked = True
        move._action_done()
        return move

    def _get_layers(self, move):
        return [(source.receipt_move_id, source.quantity, source.value) for source in move.fifo_source_ids]

    def test_what_no_receipt_covers_costs_a_unit_and_not_a_dozen(self):
        """Core divides by the receipt's own unit: a unit short would cost 120, as much as the dozen."""
        receipt = self._in(1, 120.0, product_uom=self.dozen.id)
        move = self._out(14)
        self.assertEqual(move.value, 140.0)
        self.assertEqual(self._get_layers(move), [(receipt, 12, 120.0), (self.env["stock.move"], 2, 20.0)])

    def test_goods_that_belong_to_somebody_else_are_no_part_of_the_receipts(self):
        """5 at 10 are used up, 3 of the supplier's lie beside: nothing of ours is left, and 2 at 20 come in and leave at 20.

        Core counts the supplier's three as ours, keeps 30 in the books for them, and lets the next one leave at 10.
        """
        self._in(5, 50.0)
        self._in(3, 0.0, owner_id=self.supplier.id)
        self.assertEqual(self._out(5).value, 50.0)
        self.assertEqual(self.goods.total_value, 0.0)
        receipt = self._in(2, 40.0)
        move = self._out(1)
        self.assertEqual((move.value, self._get_layers(move)), (20.0, [(receipt, 1, 20.0)]))
        self.assertEqual((self.goods.total_value, self.goods.standard_price), (20.0, 20.0))

    def test_each_company_has_its_own_receipts(self):
        """Core takes the other company's last price where this one has nothing left, and may count its stock."""
        other = self.env["res.company"].create({"name": "Second shop"})
        self.goods.categ_id.with_company(other).property_cost_method = "fifo"
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", other.id)], limit=1)
        self._in(1, 10.0)
        theirs = self._in(1, 70.0, company_id=other.id, location_dest_id=warehouse.lot_stock_id.id)
        self.assertEqual((self.goods.total_value, self.goods.with_company(other).total_value), (10.0, 70.0))
        move = self._out(1, company_id=other.id, location_id=warehouse.lot_stock_id.id)  # by a user who works in the first company
        self.assertEqual((move.value, self._get_layers(move)), (70.0, [(theirs, 1, 70.0)]))
        self.assertEqual(self._out(1).value, 10.0)
        self.assertEqual((self.goods.standard_price, self.goods.with_company(other).standard_price), (10.0, 70.0))

    def test_a_value_set_by_hand_on_goods_that_left_is_taken(self):
        """Core throws it away and values the goods once more, by the receipts of today."""
        first, second = self._in(1, 10.0), self._in(1, 30.0)
        self._in(1, 99.0)
        move = self._out(2)
        move.value_manual = 60.0
        self.assertEqual((move.value, self._get_layers(move)), (60.0, [(first, 1, 15.0), (second, 1, 45.0)]))

    def test_moves_done_together_cost_the_same_as_one_after_the_other(self):
        """2 on hand at 10 and 20, 2 and 1 leave together: the one short costs the last price, 20, not core's average of 15."""
        first, second = self._in(1, 10.0), self._in(1, 20.0)
        moves = self.env["stock.move"].create([{
            "product_id": self.goods.id, "product_uom_qty": quantity, "location_id": self.stock.id, "location_dest_id": self.customers.id,
        } for quantity in (2, 1)])
        moves._action_confirm(merge=False)
        for move, quantity in zip(moves, (2, 1), strict=True):
            move.quantity = quantity
        moves.picked = True
        moves._action_done()
        self.assertEqual(moves.mapped("value"), [30.0, 20.0])
        self.assertEqual(self._get_layers(moves[0]), [(first, 1, 10.0), (second, 1, 20.0)])

    def test_a_correction_of_goods_that_are_no_spare_parts_is_estimated_as_in_core(self):
        receipt = self._in(2, 20.0)
        self._in(2, 60.0)
        move = self._out(2)
        move.quantity = 3
        self.assertEqual((move.value, self._get_layers(move)), (30.0, [(receipt, 3, 30.0)]))

    def test_the_bill_pays_for_what_came_in_the_place_of_what_was_sent_back(self):
        """10 ordered at 10: 6 come, 2 go back, 6 come, and 10 are billed at 11: both receipts cost 66.

        Core deducts the two from the wrong side and values the second receipt at 2 x 11 and 4 x 10.
        """
        order = self._order_parts((self.spare, 10, 10.0))
        first = order.picking_ids
        first.move_ids.quantity = 6
        Form.from_action(self.env, first.button_validate()).save().process()
        second = first.backorder_ids
        wizard = Form(self.env["stock.return.picking"].with_context(
            active_ids=first.ids, active_id=first.id, active_model="stock.picking")).save()
        wizard.product_return_moves.quantity = 2
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.button_validate()
        first.move_ids.date, back.move_ids.date = "2025-01-01 08:00:00", "2025-01-02 08:00:00"
        second.move_ids.quantity = 6
        second.button_validate()
        self.assertEqual(order.order_line.qty_received, 10)
        order.action_create_invoice()
        order.invoice_ids.invoice_date = "2026-01-05"
        order.invoice_ids.invoice_line_ids.price_unit = 11.0
        order.invoice_ids.action_post()
        self.assertEqual((first.move_ids.value, second.move_ids.value), (66.0, 66.0))
        self.assertEqual(self.spare.total_value, 110.0)

    # -------------------------------------------------------------------------
    # Below nothing
    # -------------------------------------------------------------------------

    def test_what_left_too_early_names_the_receipt_that_comes_later(self):
        """2 at 10 on hand, 5 leave at 50; 4 at 15 come: 3 of them are gone already, 1 is left and worth 15."""
        first = self._in(2, 20.0)
        move = self._out(5)
        self.assertEqual((move.value, self.goods.total_value), (50.0, -30.0))
        self.assertEqual(self._get_layers(move), [(first, 2, 20.0), (self.env["stock.move"], 3, 30.0)])
        second = self._in(4, 60.0)
        self.assertEqual((move.value, self._get_layers(move)), (50.0, [(first, 2, 20.0), (second, 3, 30.0)]))
        self.assertEqual(move.fifo_source_ids.mapped("difference"), [0.0, 15.0])  # 3 at 15 and not at 10
        self.assertEqual((self.goods.total_value, self.goods.standard_price), (15.0, 15.0))
        self.assertEqual(self._get_layers(self._out(1)), [(second, 1, 15.0)])

    def test_a_deficit_is_paid_off_by_several_receipts_the_oldest_first(self):
        self.goods.standard_price = 8.0
        early, late = self._out(2), self._out(3)
        self.assertEqual((early.value, late.value), (16.0, 24.0))
        first = self._in(3, 30.0)
        self.assertEqual(self._get_layers(early), [(first, 2, 16.0)])
        self.assertEqual(self._get_layers(late), [(first, 1, 8.0), (self.env["stock.move"], 2, 16.0)])
        self.assertEqual(self.goods.qty_available, -2)
        second = self._in(5, 60.0)
        self.assertEqual(self._get_layers(late), [(first, 1, 8.0), (second, 2, 16.0)])
        self.assertEqual((self.goods.qty_available, self.goods.total_value), (3, 36.0))

    def test_a_deficit_from_before_there_was_a_trace_is_paid_off_first(self):
        self.env["stock.quant"]._update_available_quantity(self.goods, self.stock, -3)
        move = self._out(1)
        self._in(3, 30.0)
        self.assertFalse(move.fifo_source_ids.receipt_move_id)
        receipt = self._in(2, 24.0)
        self.assertEqual(move.fifo_source_ids.receipt_move_id, receipt)
        self.assertEqual(self.goods.total_value, 12.0)

    def test_a_spare_part_that_was_below_nothing_before_comes_out_right(self):
        self.env["stock.quant"]._update_available_quantity(self.spare, self.stock, -2)
        self._receive((self.spare, 5, 10.0))
        self.assertEqual(self.spare.total_value, 30.0)
        self.assertEqual(self._use((self.spare, 1)).value, 10.0)

    def test_a_product_valued_by_lot_is_left_to_core(self):
        self.spare.product_tmpl_id.lot_valuated = True
        self._receive((self.spare, 1, 10.0))
        self._receive((self.spare, 1, 20.0))
        move = self._use((self.spare, 1))
        self.assertEqual(move.value, move.lot_ids.standard_price)
        self.assertFalse(move.fifo_source_ids)

    def test_the_stock_of_a_past_day_is_worth_what_core_says(self):
        first = self._in(2, 20.0)
        second = self._in(3, 60.0)
        (first | second).move_line_ids.date = first.date = "2025-01-01 08:00:00"
        second.date = "2025-02-01 08:00:00"
        self.env["product.value"].search([("move_id", "in", (first | second).ids)]).date = "2025-01-01 08:00:00"
        out = self._out(1)
        out.date = "2025-03-01 08:00:00"
        for day, value in (("2025-01-15", 20.0), ("2025-02-15", 80.0), ("2025-03-15", 70.0)):
            past = self.goods.with_context(to_date=day)
            self.assertEqual(past.total_value, value)
            stack, left = past._run_fifo_get_stack(at_date=f"{day} 23:59:59")
            self.assertEqual((stack, left), CoreProduct._run_fifo_get_stack(past, at_date=f"{day} 23:59:59"))

    def test_a_kit_needs_no_manufacturing_to_be_absent(self):
        """No module of kits is there: a sale of several parts is so many deliveries, each with its receipts."""
        self.assertNotIn("mrp.bom", self.env)
        other = self._create_spare("Board", "BD-1")
        self._receive((self.spare, 1, 10.0), (other, 1, 5.0))
        order = self.env["sale.order"].create({
            "partner_id": self.partner.id,
            "order_line": [Command.create({"product_id": part.id, "product_uom_qty": 1}) for part in (self.spare, other)]})
        order.action_confirm()
        order.picking_ids.button_validate()
        self.assertEqual({move.product_id: move.value for move in order.picking_ids.move_ids}, {self.spare: 10.0, other: 5.0})
        self.assertEqual(order.fifo_source_count, 2)
