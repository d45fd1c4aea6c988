from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models.repair_stock_count_people import ACTIVITY_DECIDE
from .common_count import StockCountCommon


@tagged("post_install", "-at_install")
class TestStockCountPost(StockCountCommon):
    """How differences reach the books: each by itself, gross, once, and past what cannot be booked."""

    def _settle(self, line, quantity):
        self._enter(line, quantity)
        self._enter(line, quantity)
        self._approve(line)

    def _adjustments(self, product):
        moves = self.env["stock.move.line"].search([("product_id", "=", product.id), ("is_inventory", "=", True)], order="id")
        return sorted((move.lot_id.name, move.location_id == self.shelf_2, move.quantity) for move in moves)

    def test_over_of_one_lot_never_pays_for_the_short_of_another(self):
        """One part on one shelf: 5 too many of a lot, 5 too few of the other. The part as a whole agrees, and nothing is right."""
        self._put(self.fan, self.shelf_2, 20, "OLD")
        self._put(self.fan, self.shelf_2, 20, "NEW")
        count = self._start_count()
        lines = {line.lot_id.name: line for line in self._line(count, self.fan)}
        for lot, quantity in (("OLD", 15), ("NEW", 25)):
            self._enter(lines[lot], quantity)
            self.assertEqual((lines[lot].state, lines[lot].round), ("to_count", 2), "each is counted again for itself")
            self._enter(lines[lot], quantity)
            self.assertEqual(lines[lot].state, "to_approve", "each is decided for itself")
        results = count.with_user(self.user_manager)
        self.assertEqual((results.over_value, results.short_value, results.accuracy), (50.0, 50.0, 0.0))
        groups = self.env["repair.stock.count.line"].with_user(self.user_manager)._read_group(
            [("count_id", "=", count.id)], ["product_id"], ["over_qty:sum", "short_qty:sum", "accuracy:avg"])
        self.assertEqual(groups, [(self.fan, 5, 5, 0.0)])
        with self.assertRaises(UserError):
            (lines["OLD"] | lines["NEW"]).with_user(self.user_stock_manager).action_approve()
        self._approve(lines["OLD"])
        self._approve(lines["NEW"])
        self._post()
        self.assertEqual(self._adjustments(self.fan), [("NEW", False, 5), ("OLD", True, 5)])

    def test_over_on_one_shelf_never_pays_for_the_short_on_another(self):
        self._put(self.fan, self.shelf_2, 20)
        self._put(self.fan, self.shelf_10, 20)
        count = self._start_count()
        for place, quantity in ((self.shelf_2, 15), (self.shelf_10, 25)):
            self._settle(self._line(count, self.fan, place), quantity)
        self._post()
        self.assertEqual((self._books(self.fan, self.shelf_2), self._books(self.fan, self.shelf_10)), (15, 25))
        self.assertEqual(self._adjustments(self.fan), [("L1", False, 5), ("L1", True, 5)])

    def test_what_cannot_be_booked_does_not_hold_up_the_rest(self):
        self._put(self.fan, self.shelf_2, 20)
        self._put(self.board, self.shelf_2, 20)
        count = self._start_count()
        fan, board = self._line(count, self.fan), self._line(count, self.board)
        self._settle(fan, 15)
        self._settle(board, 15)
        apply = type(self.env["stock.quant"])._apply_inventory

        def refuse(quants, date=None):
            if self.fan in quants.product_id:
                raise UserError("the period is closed")  # pylint: disable=translation-required
            return apply(quants, date=date)

        with patch.object(type(self.env["stock.quant"]), "_apply_inventory", refuse):
            self._post()
            self._post()
        self.assertEqual((fan.state, board.state), ("approved", "posted"))
        self.assertEqual((self._books(self.fan, self.shelf_2), self._books(self.board, self.shelf_2)), (20, 15))
        told = count.sudo().message_ids.filtered(lambda message: "the period is closed" in (message.body or ""))
        self.assertEqual(len(told), 1, "told once, not every night")
        tasks = count.sudo().activity_ids.filtered(lambda task: task.activity_type_id == self.env.ref(ACTIVITY_DECIDE))
        self.assertEqual(tasks.user_id, self.user_keeper)
        self._post()
        self.assertEqual((fan.state, self._books(self.fan, self.shelf_2), count.state), ("posted", 15, "done"))

    def test_parts_are_not_adjusted_past_the_count(self):
        quant = self._put(self.fan, self.shelf_2, 20)
        for user in (self.user_keeper, self.user_technician):
            with self.assertRaises(AccessError):
                mine = quant.with_user(user).with_context(inventory_mode=True)
                mine.inventory_quantity = 15
                mine.action_apply_inventory()
            with self.assertRaises(AccessError):
                quant.with_user(user).with_context(inventory_mode=True).inventory_quantity_auto_apply = 15
        manager = quant.with_user(self.user_stock_manager).with_context(inventory_mode=True)
        manager.inventory_quantity = 18
        manager.action_apply_inventory()
        self.assertEqual(self._books(self.fan, self.shelf_2), 18)

    def test_difference_is_not_booked_by_hand_and_by_the_count(self):
        quant = self._put(self.fan, self.shelf_2, 20)
        line = self._line(self._start_count(), self.fan)
        self._enter(line, 15)
        self._enter(line, 15)
        manager = quant.with_user(self.user_stock_manager).with_context(inventory_mode=True)
        with self.assertRaises(UserError):
            manager.inventory_quantity = 15
            manager.action_apply_inventory()
        self._approve(line)
        self._post()
        self.assertEqual(self._books(self.fan, self.shelf_2), 15)

    def test_other_goods_are_adjusted_as_ever(self):
        goods = self.env["product.product"].create({"name": "Paper", "is_storable": True})
        quant = self.env["stock.quant"].with_user(self.user_keeper).with_context(inventory_mode=True).create({
            "product_id": goods.id, "location_id": self.stock.id, "inventory_quantity": 7})
        quant.action_apply_inventory()
        self.assertEqual(goods.qty_available, 7)
