from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..models.repair_stock_disposal import ACTIVITY
from .common_count import StockCountCommon


@tagged("post_install", "-at_install")
class TestStockDisposal(StockCountCommon):
    """What a run proposes for stock that nobody uses is carried out: given back, sold off, or scrapped."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.repair_stock_chief_id = cls.user_stock_manager
        cls.company.write({"repair_slow_days": 30, "repair_dead_days": 60, "repair_return_days": 90})

    def _receive_idle(self, product, quantity, days):
        receipt = self._receive((product, quantity, 10.0))
        moment = fields.Datetime.now() - timedelta(days=days)
        receipt.move_ids.date = receipt.move_ids.move_line_ids.date = moment
        self.env["stock.quant"].search([("product_id", "=", product.id), ("location_id.usage", "=", "internal")]).in_date = moment
        return receipt

    def _propose(self, product):
        run = self.env["repair.part.classification"].with_user(self.user_keeper).create({"company_id": self.company.id})
        run.action_simulate()
        line = run.line_ids.filtered(lambda line: line.product_id == product)
        return self.env["repair.stock.disposal"].with_user(self.user_keeper).browse(line.action_dispose()["res_id"])

    def _ask(self, kind, quantity, **values):
        self._put(self.fan, self.shelf_2, 6, "OLD")
        self._put(self.fan, self.shelf_10, 6, "NEW")
        disposal = self.env["repair.stock.disposal"].with_user(self.user_keeper).create({
            "product_id": self.fan.id, "kind": kind, "quantity": quantity, "reason": "nobody asks for it", **values})
        disposal.action_hand_in()
        return disposal

    def test_part_that_came_lately_goes_back_to_its_supplier(self):
        receipt = self._receive_idle(self.fan, 5, 70)
        disposal = self._propose(self.fan)
        self.assertEqual((disposal.kind, disposal.quantity, disposal.value), ("return", 5, 50.0))
        disposal.quantity = 4
        self.assertEqual(disposal.action_hand_in()["res_model"], "stock.picking")
        back = disposal.picking_ids
        self.assertEqual((disposal.state, back.return_id, back.partner_id), ("done", receipt, self.supplier))
        self.assertEqual((back.move_ids.product_uom_qty, back.location_dest_id.usage, back.state), (4, "supplier", "assigned"))
        back.with_user(self.user_keeper).button_validate()
        self.assertEqual(self._books(self.fan, self.stock), 1)

    def test_no_more_goes_back_than_came_lately(self):
        self._receive_idle(self.fan, 5, 200)
        self._receive_idle(self.fan, 3, 70)
        disposal = self.env["repair.stock.disposal"].with_user(self.user_keeper).create({
            "product_id": self.fan.id, "kind": "return", "quantity": 4, "reason": "x"})
        with self.assertRaises(UserError) as refusal:
            disposal.action_hand_in()
        self.assertIn("take back 3", str(refusal.exception))
        disposal.quantity = 3
        disposal.action_hand_in()
        self.assertEqual(sum(disposal.picking_ids.move_ids.mapped("product_uom_qty")), 3)
        again = self.env["repair.stock.disposal"].with_user(self.user_keeper).create({
            "product_id": self.fan.id, "kind": "return", "quantity": 1, "reason": "x"})
        with self.assertRaises(UserError) as refusal:
            again.action_hand_in()
        self.assertIn("take back 0", str(refusal.exception))

    def test_proposal_to_return_asks_for_what_the_supplier_takes_back(self):
        self._receive_idle(self.fan, 5, 200)
        self._receive_idle(self.fan, 3, 70)
        self.env["stock.quant"].search([("product_id", "=", self.fan.id)]).in_date = fields.Datetime.now() - timedelta(days=200)
        disposal = self._propose(self.fan)
        self.assertEqual((disposal.kind, disposal.quantity), ("return", 3))
        disposal.action_hand_in()

    def test_scrap_needs_the_approval_of_somebody_else(self):
        disposal = self._ask("scrap", 8)
        self.assertEqual((disposal.state, disposal.sudo().activity_ids.user_id), ("to_approve", self.user_stock_manager))
        self.assertEqual(self._books(self.fan, self.shelf_2), 6, "nothing leaves before it is approved")
        with self.assertRaises(AccessError):
            disposal.action_approve()
        disposal.with_user(self.user_manager).action_approve()
        self.assertEqual((disposal.state, disposal.decided_by_id), ("done", self.user_manager))
        self.assertEqual((self._books(self.fan, self.shelf_2), self._books(self.fan, self.shelf_10)), (0, 4), "the oldest first")
        self.assertEqual(sorted(disposal.sudo().scrap_ids.mapped("scrap_qty")), [2, 6])
        self.assertFalse(disposal.sudo().activity_search([ACTIVITY], only_automated=False))

    def test_manager_does_not_approve_what_he_asked_for(self):
        self._put(self.fan, self.shelf_2, 6)
        disposal = self.env["repair.stock.disposal"].with_user(self.user_stock_manager).create({
            "product_id": self.fan.id, "kind": "scrap", "quantity": 6, "reason": "x"})
        disposal.action_hand_in()
        with self.assertRaises(UserError):
            disposal.action_approve()

    def test_sell_off_price_goes_on_the_price_list_until_its_last_day_in_shanghai(self):
        disposal = self._ask("sell", 6, sale_price=33.0, sale_until="2027-03-31")
        disposal.with_user(self.user_manager).action_approve()
        item = disposal.sudo().price_item_id
        self.assertEqual((item.product_id, item.fixed_price, item.compute_price), (self.fan, 33.0, "fixed"))
        self.assertEqual(item.date_end, datetime(2027, 3, 31, 15, 59, 59))
        self.assertEqual(item.pricelist_id._get_product_price(self.fan, 1.0), 33.0)

    def test_sell_off_without_a_price_is_not_handed_in(self):
        with self.assertRaises(UserError):
            self._ask("sell", 6)

    def test_refusal_says_why_and_leaves_the_stock(self):
        disposal = self._ask("scrap", 6)
        manager = disposal.with_user(self.user_manager)
        with self.assertRaises(UserError):
            manager.action_refuse()
        manager.decision_note = "a customer asked for it"
        manager.action_refuse()
        self.assertEqual((disposal.state, self._books(self.fan, self.shelf_2)), ("refused", 6))
        with self.assertRaises(UserError):
            manager.action_approve()

    def test_no_more_than_lies_free_at_the_time_of_approval(self):
        with self.assertRaises(UserError):
            self._ask("scrap", 13)
        self._put(self.fan, self.shelf_2, 12)
        disposal = self.env["repair.stock.disposal"].with_user(self.user_keeper).create({
            "product_id": self.fan.id, "kind": "scrap", "quantity": 12, "reason": "x"})
        disposal.action_hand_in()
        order = self._create_plain_repair((self.fan, 1))
        order.move_ids._action_assign()
        with self.assertRaises(UserError):
            disposal.with_user(self.user_manager).action_approve()

    def test_somebody_goes_on_where_another_began(self):
        self._receive_idle(self.fan, 5, 70)
        disposal = self._propose(self.fan)
        self.assertEqual(self._propose(self.fan), disposal)

    def test_flow_and_facts_cannot_be_forged(self):
        disposal = self._ask("scrap", 6)
        for values in ({"state": "done"}, {"decided_by_id": self.user_keeper.id}, {"quantity": 1}, {"kind": "return"}, {"unit_cost": 0}):
            for user in (self.user_keeper, self.user_stock_manager):
                with self.assertRaises(UserError):
                    disposal.with_user(user).with_context(repair_flow=1).write(values)
        with self.assertRaises(UserError):
            disposal.unlink()
        with self.assertRaises(UserError):
            self.env["repair.stock.disposal"].with_user(self.user_keeper).create({
                "product_id": self.board.id, "quantity": 1, "reason": "x", "state": "done"})
        with self.assertRaises(ValidationError):
            self.env["repair.stock.disposal"].with_user(self.user_keeper).create({
                "product_id": self.env["product.product"].create({"name": "Paper"}).id, "quantity": 1, "reason": "x"})
        for user in (self.user_technician, self.user_desk, self.counter, self.user_inspector):
            with self.assertRaises(AccessError):
                disposal.with_user(user).read(["quantity"])
            with self.assertRaises(AccessError):
                disposal.with_user(user).action_cancel()
        self.assertTrue(disposal.with_user(self.user_accountant).read(["value"]))

    def test_disposal_does_not_tell_the_books_to_who_counts_blind(self):
        disposal = self._ask("scrap", 12)
        self._start_count(self.user_keeper)
        self.env.invalidate_all()
        self.assertFalse(disposal.search([("id", "=", disposal.id)]))
