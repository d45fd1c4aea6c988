from datetime import date, datetime

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import RepairServiceCommon

# Noon in Shanghai on 1 March 2027
NOW = datetime(2027, 3, 1, 4, 0)


@tagged("post_install", "-at_install")
class TestLimits(RepairServiceCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        clock = freeze_time(NOW)
        clock.start()
        cls.addClassCleanup(clock.stop)
        cls.env["repair.warranty.limit"].search([]).active = False
        limits = cls.env["repair.warranty.limit"]
        cls.thirty = limits.create({"name": "30 days", "kind": "repair", "value": 30, "warn_days": 5, "consequence": "Tell <b>him</b>"})
        cls.ninety = limits.create({"name": "90 days", "kind": "parts", "value": 90, "warn_days": 14})
        cls.twice = limits.create({"name": "Twice", "kind": "exchange", "value": 2})
        cls.env["repair.warranty.term"].create({
            "name": "Year", "category_id": cls.category.id, "component": "whole", "basis": "law", "months": 12, "start_from": "purchase"})
        cls.appliance.purchase_date = date(2026, 12, 1)

    def _get_alarms(self, order):
        return order.activity_ids.filtered(
            lambda activity: activity.activity_type_id == self.env.ref("repair_service.mail_activity_type_limit"))

    def _run_cron(self, day):
        with freeze_time(datetime(day.year, day.month, day.day, 4, 0)):
            self.env["repair.order"]._cron_check_limits()

    def test_alarm_is_raised_five_days_before_day_thirty_and_once(self):
        order = self._create_order(user_id=self.user_desk.id)
        self.assertEqual((order.limit_id, order.limit_due, order.limit_state), (self.thirty, date(2027, 3, 31), "kept"))
        self._run_cron(date(2027, 3, 25))
        self.assertFalse(self._get_alarms(order))
        self._run_cron(date(2027, 3, 26))
        self._run_cron(date(2027, 3, 27))
        alarm = self._get_alarms(order)
        self.assertRecordValues(alarm, [{
            "date_deadline": date(2027, 3, 31), "user_id": self.user_desk.id, "summary": "30 days"}])
        self.assertIn("&lt;b&gt;", alarm.note)
        alarm.action_feedback()
        self._run_cron(date(2027, 3, 28))
        self.assertFalse(self._get_alarms(order), "somebody has dealt with it")
        with freeze_time("2027-04-01 04:00:00"):
            order.invalidate_recordset()
            self.assertEqual(order.limit_state, "passed")

    def test_alarm_goes_when_the_order_is_cancelled(self):
        order = self._create_order()
        self._run_cron(date(2027, 3, 26))
        self.assertTrue(self._get_alarms(order))
        with freeze_time("2027-03-27 04:00:00"):
            order.action_repair_cancel()
        self.assertFalse(self._get_alarms(order))
        self.assertFalse(order.limit_due)

    def test_missing_part_stops_the_repairers_clock_and_runs_the_makers(self):
        order = self._create_order()
        self._add_part(order)
        self._to_stage(order, "approved")
        self.assertEqual((order.parts_waiting_since, order.limit_id), (date(2027, 3, 1), self.ninety))
        self.assertEqual(order.limit_due, date(2027, 5, 30))
        with freeze_time("2027-03-11 04:00:00"):
            self._add_stock(self.part, 1)
            order.with_user(self.user_technician).action_assign()
            self.assertRecordValues(order, [{
                "parts_waiting_since": False, "parts_waited_days": 10, "limit_id": self.thirty.id, "limit_due": date(2027, 4, 10)}])

    def test_part_at_hand_starts_no_wait(self):
        self._add_stock(self.part, 5)
        order = self._create_order()
        self._add_part(order)
        self._to_stage(order, "repairing")
        self.assertRecordValues(order, [{"parts_waiting_since": False, "parts_waited_days": 0}])

    def test_cron_follows_a_part_that_was_taken_away(self):
        self._add_stock(self.part, 1)
        order = self._create_order()
        self._add_part(order)
        self._to_stage(order, "approved")
        self.env.flush_all()
        self.env.cr.execute("UPDATE stock_move SET state = 'confirmed' WHERE id IN %s", [tuple(order.move_ids.ids)])
        self.env.invalidate_all()
        self._run_cron(date(2027, 3, 9))
        self.assertEqual(order.parts_waiting_since, date(2027, 3, 9))

    def _repair_once(self, requested_on, accepted_on):
        with freeze_time(requested_on):
            order = self._create_order()
        with freeze_time(accepted_on):
            self._to_stage(order, "accepted")
        return order

    def test_third_report_of_the_same_fault_under_warranty_advises_an_exchange(self):
        first = self._repair_once("2027-01-04 04:00:00", "2027-01-05 04:00:00")
        second = self._repair_once("2027-01-20 04:00:00", "2027-01-21 04:00:00")
        self.assertFalse(second.exchange_advised)
        third = self._create_order()
        self.assertTrue(third.exchange_advised)
        self.assertIn(first.name, third.exchange_reason)
        self.assertIn(second.name, third.exchange_reason)
        third.symptom_id = self.other_symptom
        self.assertFalse(third.exchange_advised)

    def test_changed_limit_reaches_running_orders(self):
        order = self._create_order()
        self.thirty.with_user(self.user_manager).value = 10
        self.assertEqual(order.limit_due, date(2027, 3, 11))

    def test_limits_are_the_managers(self):
        for user in (self.user_desk, self.user_technician, self.user_inspector, self.user_accountant):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.thirty.with_user(user).value = 500
        self.assertEqual(self.thirty.with_user(self.user_desk).value, 30)
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.cr.savepoint():
            self.env["repair.warranty.limit"].create({"name": "None", "value": 0})

    def test_rules_that_are_deleted_bind_no_new_request(self):
        terms = self.env["repair.warranty.term"]
        term = terms.create({"name": "Ten years", "category_id": self.category.id, "basis": "contract", "months": 120})
        order = self._create_order(appliance_id=self._create_appliance(purchase_date=date(2026, 1, 1)).id)
        self.assertEqual((order.warranty_term_id, order.limit_id), (term, self.thirty))
        (term | terms).unlink()
        self.thirty.unlink()
        self.env.flush_all()
        self.env.invalidate_all()
        again = self._create_order(appliance_id=order.appliance_id.id)
        self.env.flush_all()
        self.assertNotEqual(again.coverage_end, date(2036, 1, 1))
        self.assertFalse(again.limit_id)

    def test_archived_rules_stay_out_whoever_asks_first(self):
        self.env["repair.warranty.term"].create({
            "name": "Ten years", "category_id": self.category.id, "basis": "contract", "months": 120, "active": False})
        self.env.registry.clear_cache()
        seen = self.env["repair.appliance"].with_context(active_test=False).create({
            "partner_id": self.partner.id, "category_id": self.category.id, "purchase_date": "2026-12-01"})
        self.assertEqual((seen.warranty_end, self._create_appliance(purchase_date=date(2026, 12, 1)).warranty_end), (
            date(2027, 12, 1), date(2027, 12, 1)))

    def test_a_part_that_nobody_approved_starts_no_wait(self):
        self._add_stock(self.part, 1)
        order = self._create_order(appliance_id=self._create_appliance().id)
        self._add_part(order)
        self._to_stage(order, "approved")
        supplement = self._add_part(order, quantity=2)
        self.assertFalse(order.parts_waiting_since)
        order.action_send_quotation()
        order.action_approve_quotation()
        self.assertEqual(order.parts_waiting_since, date(2027, 3, 1))
        supplement._action_cancel()
        self.assertFalse(order.parts_waiting_since)

    def test_clocks_and_alarms_are_set_by_the_flow_only(self):
        order = self._create_order()
        for values in (
            {"parts_waiting_since": "2027-01-01"}, {"parts_waited_days": 400}, {"limit_due": "2030-01-01"}, {"exchange_advised": True},
            {"override_by_id": self.user_desk.id},
        ):
            with self.subTest(values), self.assertRaises(UserError):
                order.with_user(self.user_manager).write(values)


@tagged("post_install", "-at_install")
class TestOverride(RepairServiceCommon):

    def test_manager_decides_otherwise_and_stands_to_it(self):
        order = self._create_order()
        line = self.env["repair.service.line"].create({"repair_id": order.id, "product_id": self.labour_product.id})
        self.assertEqual((order.coverage, line.payer), ("customer", "customer"))
        order.with_user(self.user_manager).write({"override_payer": "brand", "override_reason": "Maker agreed by phone"})
        self.assertRecordValues(order, [{"coverage": "warranty", "override_by_id": self.user_manager.id}])
        self.assertEqual(line.payer, "brand")
        self.assertIn("Maker agreed by phone", order.coverage_reason)
        self.assertIn(self.user_manager.name, order.coverage_reason)
        order.with_user(self.user_manager).write({"override_payer": False})
        self.assertRecordValues(order, [{"coverage": "customer", "override_by_id": False, "override_on": False}])
        self.assertEqual(line.payer, "customer")

    def test_only_managers_decide_and_never_without_a_reason(self):
        order = self._create_order()
        for user in (self.user_desk, self.user_technician, self.user_dispatcher):
            with self.subTest(user.login), self.assertRaises(AccessError):
                order.with_user(user).write({"override_payer": "brand", "override_reason": "I say so"})
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.cr.savepoint():
            order.with_user(self.user_manager).write({"override_payer": "brand", "override_reason": "  "})
        with self.assertRaises(AccessError):
            self.env["repair.order"].with_user(self.user_desk).create({
                "appliance_id": self.appliance.id, "symptom_id": self.symptom.id, "override_payer": "brand", "override_reason": "Mine"})

    def test_decision_is_fixed_with_the_approval(self):
        order = self._create_order()
        order.with_user(self.user_manager).write({"override_payer": "supplier", "override_reason": "Bad batch of parts"})
        self._to_stage(order, "approved")
        with self.assertRaises(UserError):
            order.with_user(self.user_manager).write({"override_payer": "customer"})
        self.assertEqual((order.coverage, order.amount_customer_total), ("warranty", 0.0))
