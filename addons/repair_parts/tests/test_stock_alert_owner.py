from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..models.repair_stock_alert_owner import ACTIVITY, ACTIVITY_ESCALATED
from .common_count import StockCountCommon


@tagged("post_install", "-at_install")
class TestStockAlertOwner(StockCountCommon):
    """Each alert has somebody who acts, knows of it, and is asked when he does not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.repair_stock_owner_id = cls.user_keeper
        cls.company.repair_stock_chief_id = cls.user_stock_manager

    def _refresh(self):
        self.env.flush_all()
        self.env["repair.stock.alert"]._cron_refresh()

    def _open(self, units=-2):
        self._put(self.fan, self.shelf_2, units)
        self._refresh()
        return self.env["repair.stock.alert"].search([
            ("kind", "=", "negative"), ("product_id", "=", self.fan.id), ("state", "=", "open")])

    def _tasks(self, alert, kind=ACTIVITY):
        return alert.sudo().activity_ids.filtered(lambda task: task.activity_type_id == self.env.ref(kind))

    def _age(self, alert, days):
        alert.flush_recordset()
        self.env.cr.execute("UPDATE repair_stock_alert SET opened_on = opened_on - %s * interval '1 day' WHERE id = %s", (days, alert.id))
        alert.invalidate_recordset()

    def test_owner_has_one_task_until_stock_is_right(self):
        alert = self._open()
        self._refresh()
        self.assertEqual(self._tasks(alert).user_id, self.user_keeper)
        self.assertEqual(len(self._tasks(alert)), 1)
        self._put(self.fan, self.shelf_2, 5)
        self._refresh()
        self.assertEqual((alert.state, len(self._tasks(alert))), ("closed", 0))

    def test_task_ends_when_cause_and_measure_are_noted(self):
        alert = self._open()
        mine = alert.with_user(self.user_keeper)
        mine.cause_id = self.stock_cause
        self.assertTrue(self._tasks(alert), "the measure is missing")
        mine.action_taken = "booked the receipt"
        self.assertFalse(self._tasks(alert))
        self.assertEqual(alert.state, "open", "stock says when it is right")

    def test_alert_given_to_a_colleague_takes_the_task_along(self):
        alert = self._open()
        alert.with_user(self.user_keeper).user_id = self.user_manager
        self.assertEqual(self._tasks(alert).user_id, self.user_manager)

    def test_nobody_gets_an_alert_that_he_may_not_read(self):
        alert = self._open()
        for user in (self.user_desk, self.counter, self.user_inspector):
            with self.assertRaises(ValidationError):
                alert.with_user(self.user_stock_manager).user_id = user
        stranger = self.user_manager.copy({"login": "stranger", "company_ids": [Command.set(
            self.env["res.company"].create({"name": "Far"}).ids)], "company_id": self.env["res.company"].search([("name", "=", "Far")]).id})
        with self.assertRaises(ValidationError):
            alert.with_user(self.user_stock_manager).user_id = stranger

    def test_technician_cannot_push_his_alert_away(self):
        self.shelf_2.own_keeper_id = self.user_technician
        alert = self._open()
        self.assertEqual(alert.user_id, self.user_technician)
        with self.assertRaises(AccessError):
            alert.with_user(self.user_technician).user_id = self.user_keeper

    def test_keeper_of_a_place_who_may_not_read_alerts_leaves_them_to_the_planner(self):
        self.shelf_2.own_keeper_id = self.user_desk
        self.assertEqual(self._open().user_id, self.user_keeper)

    def test_company_without_a_planner_finds_a_keeper(self):
        self.company.repair_stock_owner_id = False
        owner = self._open().user_id
        self.assertTrue(owner.has_group("repair_parts.repair_parts_group_keeper"))

    def test_alerts_of_who_leaves_pass_on(self):
        """The van's technician leaves: what is missing in his van is somebody else's."""
        self.employee_technician.action_set_up_van()
        van = self.employee_technician.van_location_id
        self.env["stock.warehouse.orderpoint"].create({
            "product_id": self.fan.id, "location_id": van.id, "product_min_qty": 2, "product_max_qty": 4, "trigger": "manual"})
        self._refresh()
        alert = self.env["repair.stock.alert"].search([("kind", "=", "van_missing"), ("location_id", "=", van.id)])
        self.assertEqual((alert.user_id, self._tasks(alert).user_id), (self.user_technician, self.user_technician))
        self.user_technician.active = False
        self._refresh()
        self.assertEqual((alert.user_id, self._tasks(alert).user_id), (self.user_keeper, self.user_keeper))

    def test_unexplained_alert_is_escalated_once(self):
        alert = self._open()
        self._age(alert, 2)
        self._refresh()
        self.assertFalse(alert.escalated_on, "three days are given")
        self._age(alert, 1)
        self._refresh()
        self._refresh()
        self.assertEqual(alert.escalated_to_id, self.user_stock_manager)
        self.assertEqual(len(self._tasks(alert, ACTIVITY_ESCALATED)), 1)
        self.assertEqual(self._tasks(alert, ACTIVITY_ESCALATED).user_id, self.user_stock_manager)

    def test_explained_alert_is_not_escalated(self):
        alert = self._open()
        alert.with_user(self.user_keeper).write({"cause_id": self.stock_cause.id, "action_taken": "supplier sends it on Monday"})
        self._age(alert, 30)
        self._refresh()
        self.assertFalse(alert.escalated_on)

    def test_chief_who_owns_the_alert_is_not_his_own_chief(self):
        self.shelf_2.own_keeper_id = self.user_stock_manager
        alert = self._open()
        self._age(alert, 4)
        self._refresh()
        self.assertTrue(alert.escalated_to_id)
        self.assertNotEqual(alert.escalated_to_id, self.user_stock_manager)

    def test_escalation_can_be_switched_off(self):
        self.company.repair_escalate_days = 0
        alert = self._open()
        self._age(alert, 300)
        self._refresh()
        self.assertFalse(alert.escalated_on)

    def test_cause_is_noted_after_the_alert_closed_and_then_stays(self):
        alert = self._open()
        self._put(self.fan, self.shelf_2, 5)
        self._refresh()
        mine = alert.with_user(self.user_keeper)
        mine.write({"cause_id": self.stock_cause.id})
        mine.write({"action_taken": "label replaced"})
        for values in ({"cause_id": False}, {"action_taken": "nothing"}, {"user_id": self.user_manager.id}):
            with self.assertRaises(UserError):
                mine.write(values)

    def test_reason_says_what_is_on_order(self):
        rule = {"location_id": self.area.id, "product_min_qty": 6, "product_max_qty": 10, "trigger": "manual"}
        self.env["stock.warehouse.orderpoint"].create([{**rule, "product_id": product.id} for product in (self.fan, self.board)])
        order = self._order_parts((self.fan, 12, 10.0))
        order.picking_ids.move_ids.date = fields.Datetime.now() + timedelta(days=3)
        self._refresh()
        alerts = self.env["repair.stock.alert"].search([("kind", "=", "under"), ("location_id", "=", self.area.id)])
        reasons = {alert.product_id: alert.reason for alert in alerts}
        self.assertIn("12 on order", reasons[self.fan])
        self.assertIn("Nothing is on order", reasons[self.board])

    def test_alert_leads_to_the_next_step(self):
        alert = self._open()
        context = alert.with_user(self.user_keeper).action_count()["context"]
        count = self.env["repair.stock.count"].with_user(self.user_keeper).with_context(**context).create({})
        self.assertEqual((count.location_id, count.kind), (self.shelf_2, "full"))
        self._put(self.board, self.shelf_2, 9)
        self.env["stock.warehouse.orderpoint"].create({
            "product_id": self.board.id, "location_id": self.shelf_2.id, "product_min_qty": 1, "product_max_qty": 4, "trigger": "manual"})
        self._refresh()
        over = self.env["repair.stock.alert"].search([("kind", "=", "over"), ("product_id", "=", self.board.id)])
        context = over.with_user(self.user_keeper).action_dispose()["context"]
        disposal = self.env["repair.stock.disposal"].with_user(self.user_keeper).with_context(**context).create({})
        self.assertEqual((disposal.product_id, disposal.quantity), (self.board, 5))
        self.assertEqual(over.with_user(self.user_keeper).action_dispose()["res_id"], disposal.id)
        self.assertEqual(alert.with_user(self.user_keeper).action_replenish()["domain"], [("product_id", "=", self.fan.id)])
