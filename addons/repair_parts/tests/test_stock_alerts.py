from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .common_count import StockCountCommon


@tagged("post_install", "-at_install")
class TestStockAlerts(StockCountCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alerts = cls.env["repair.stock.alert"]
        cls.company.repair_stock_owner_id = cls.user_keeper

    def _refresh(self):
        self.env.flush_all()
        self.alerts._cron_refresh()

    def _get(self, kind, product=None, location=None, state="open"):
        domain = [("kind", "=", kind), ("state", "=", state)]
        if product:
            domain.append(("product_id", "=", product.id))
        if location:
            domain.append(("location_id", "=", location.id))
        return self.alerts.search(domain)

    def _set_rule(self, product, location, low, high):
        return self.env["stock.warehouse.orderpoint"].create({
            "product_id": product.id, "location_id": location.id, "product_min_qty": low, "product_max_qty": high, "trigger": "manual"})

    def test_alert_opens_once_and_closes_when_it_is_gone(self):
        self._put(self.fan, self.shelf_2, -2)
        self._refresh()
        alert = self._get("negative", self.fan)
        self.assertEqual((alert.quantity, alert.value, alert.user_id), (-2, 20.0, self.user_keeper))
        alert.with_user(self.user_keeper).write({"cause_id": self.stock_cause.id, "action_taken": "booked the receipt"})
        self._refresh()
        self.assertEqual(self._get("negative", self.fan), alert)
        self._put(self.fan, self.shelf_2, 5)
        self._refresh()
        self.assertEqual((alert.state, bool(alert.closed_on), alert.cause_id), ("closed", True, self.stock_cause))
        self._put(self.fan, self.shelf_2, -9)
        self._refresh()
        self.assertNotEqual(self._get("negative", self.fan), alert, "what comes again is a new alert")

    def test_what_lies_below_counts_for_the_place_of_the_rule(self):
        self._put(self.fan, self.shelf_2, 3)
        self._put(self.fan, self.shelf_10, 2)
        rule = self._set_rule(self.fan, self.area, 6, 10)
        self._refresh()
        alert = self._get("under", self.fan)
        self.assertEqual((alert.quantity, alert.limit_quantity, alert.value), (5, 6, 10.0))
        rule.product_min_qty = 5
        self._refresh()
        self.assertEqual(alert.state, "closed")
        self._put(self.fan, self.shelf_2, 10)
        self._refresh()
        self.assertEqual((self._get("over", self.fan).quantity, self._get("over", self.fan).value), (15, 50.0))

    def test_part_missing_from_a_van_goes_to_its_technician(self):
        self.employee_technician.action_set_up_van()
        van = self.employee_technician.van_location_id
        self._set_rule(self.fan, van, 2, 4)
        self._refresh()
        alert = self._get("van_missing", self.fan, van)
        self.assertEqual(alert.user_id, self.user_technician)
        self.assertFalse(self._get("under", self.fan))
        self.assertEqual(self.alerts.with_user(self.user_technician).search([("state", "=", "open")]), alert)
        alert.with_user(self.user_technician).action_taken = "fetched on Monday"
        self._put(self.fan, van, 2)
        self._refresh()
        self.assertEqual(alert.state, "closed")

    def test_part_that_nobody_uses_is_told_once_a_part(self):
        quants = self._put(self.fan, self.shelf_2, 3) | self._put(self.fan, self.shelf_10, 2) | self._put(self.board, self.shelf_2, 1)
        quants.in_date = fields.Datetime.now() - timedelta(days=181)
        self._put(self.spare, self.shelf_2, 4)
        self.board.categ_id.property_cost_method = "fifo"
        self._use((self.board, 1))
        self._put(self.board, self.shelf_2, 1)
        self._refresh()
        self.assertEqual(self._get("not_moved", self.fan).mapped("quantity"), [5])
        self.assertFalse(self._get("not_moved", self.board), "used today")
        self.assertFalse(self._get("not_moved", self.spare), "came today")

    def test_reservation_that_waits_too_long(self):
        self._put(self.fan, self.shelf_2, 3)
        order = self._create_plain_repair((self.fan, 2))
        order.move_ids._action_assign()
        self.env.flush_all()
        self.env.cr.execute(SQL(
            "UPDATE stock_move_line SET create_date = create_date - interval '15 days' WHERE move_id IN %s", tuple(order.move_ids.ids)))
        self._refresh()
        alert = self._get("reserved_long", self.fan)
        self.assertEqual((alert.quantity, alert.location_id), (2, self.shelf_2))
        self.assertEqual(alert.action_open_stock()["res_model"], "stock.move.line")
        order.action_unreserve()
        self._refresh()
        self.assertEqual(alert.state, "closed")

    def test_overdue_counts_are_told_once_a_place(self):
        for product in (self.fan, self.board):
            self._put(product, self.shelf_2, 3).inventory_date = fields.Date.today() - timedelta(days=8)
        self._refresh()
        alert = self._get("not_counted", location=self.shelf_2)
        self.assertEqual((alert.quantity, alert.product_id), (2, self.env["product.product"]))
        count = self._start_count(kind="due")
        for product in (self.fan, self.board):
            self._enter(self._line(count, product), 3)
        self._post()
        self._refresh()
        self.assertEqual(alert.state, "closed")

    def test_keeper_of_the_place_owns_its_alerts(self):
        self.area.own_keeper_id = self.user_stock_manager
        self._put(self.fan, self.shelf_2, -2)
        self._refresh()
        self.assertEqual(self._get("negative", self.fan).user_id, self.user_stock_manager)

    def test_alerts_cannot_be_forged_or_closed_by_hand(self):
        self._put(self.fan, self.shelf_2, -2)
        self._refresh()
        alert = self._get("negative", self.fan)
        for values in ({"state": "closed"}, {"quantity": 0}, {"kind": "over"}):
            with self.assertRaises(UserError):
                alert.with_user(self.user_stock_manager).write(values)
        with self.assertRaises(UserError):
            alert.with_user(self.user_stock_manager).with_context(repair_flow=1).unlink()
        with self.assertRaises(UserError):
            self.alerts.with_user(self.user_keeper).create({"kind": "over", "company_id": self.company.id})
        for user in (self.user_technician, self.user_desk, self.counter, self.user_inspector):
            with self.assertRaises(AccessError):
                alert.with_user(user).read(["quantity"])
            with self.assertRaises(AccessError):
                self.alerts.with_user(user).action_refresh()
        self.assertTrue(alert.with_user(self.user_accountant).read(["value"]))
        self.assertEqual(self.alerts.with_user(self.user_keeper).action_refresh()["res_model"], "repair.stock.alert")

    def test_alert_does_not_tell_the_books_to_who_counts_blind(self):
        self._put(self.fan, self.shelf_2, 4711)
        self._set_rule(self.fan, self.area, 1, 2)
        self._refresh()
        self._start_count(self.user_keeper)
        alerts = self.alerts.with_user(self.user_keeper)
        self.assertFalse(alerts.search([("product_id", "=", self.fan.id)]))
        rules = self.env["stock.warehouse.orderpoint"].with_user(self.user_keeper)
        self.assertFalse(rules.search([("product_id", "=", self.fan.id)]))

    def test_alerts_of_another_company_are_its_own(self):
        other = self.env["res.company"].create({"name": "Other"})
        self._put(self.fan, self.shelf_2, -2)
        self._refresh()
        self.assertFalse(self.alerts.search([("company_id", "=", other.id)]))
        self.user_keeper.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.assertFalse(self.alerts.with_user(self.user_keeper).with_company(other).search([]))

    def test_queries_do_not_grow_with_the_alerts(self):
        def look(number):
            for index in range(number):
                product = self._create_spare(f"A{number}-{index}", f"ALQ-{number}-{index}")
                self._put(product, self.shelf_2, -1)
                self._set_rule(product, self.area, 3, 5)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._refresh()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        look(3)
        few = look(5)
        self.assertLess(look(40), few + 10)
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self._refresh()
        self.assertLess(self.env.cr.sql_log_count - before, 60)
