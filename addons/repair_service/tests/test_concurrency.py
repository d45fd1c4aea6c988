import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from odoo import api, fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service.model import execute_cr, retrying
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

TIMEOUT = 30


class ConcurrencyCase(BaseCase):
    """Real transactions on committed data of its own, removed afterwards."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        cls.addClassCleanup(cls._remove_data)
        with cls.registry.cursor() as cr:
            cls._make_data(api.Environment(cr, api.SUPERUSER_ID, {"tracking_disable": True, "no_reset_password": True}))

    @classmethod
    def _make_data(cls, env):
        cls.partner_id = env["res.partner"].create({"name": "Concurrency"}).id
        category = env["repair.appliance.category"].create({"name": "Concurrency"})
        appliance = env["repair.appliance"].create({"partner_id": cls.partner_id, "category_id": category.id})
        orders = env["repair.order"].create([
            {"appliance_id": appliance.id, "fault_description": "Does not cool"} for _number in range(2)])
        cls.order_ids, cls.category_id, cls.appliance_id = orders.ids, category.id, appliance.id

    @classmethod
    def _remove_data(cls):
        with cls.registry.cursor() as cr:
            cls._remove_records(api.Environment(cr, api.SUPERUSER_ID, {"tracking_disable": True}))

    @classmethod
    def _remove_records(cls, env):
        env["repair.order"].browse(cls.order_ids).exists().unlink()
        env["repair.appliance"].browse(cls.appliance_id).unlink()
        env["repair.appliance.category"].browse(cls.category_id).unlink()
        env["res.partner"].browse(cls.partner_id).unlink()

    def _race(self, attempts):
        """Run functions of an environment, each in a transaction of its own, begun before any of them writes."""
        barrier = threading.Barrier(len(attempts))
        # Environments are made here: a thread would wait for the registry, which the running tests hold.
        envs = [api.Environment(self.registry.cursor(), api.SUPERUSER_ID, {"tracking_disable": True}) for _attempt in attempts]

        def run(env, attempt):
            with env.cr:
                env["repair.appointment"].search_count([])  # the snapshot of the transaction starts here
                barrier.wait(timeout=TIMEOUT)
                try:
                    attempt(env)
                except UserError as error:
                    env.cr.rollback()
                    return str(error)
                return "won"

        with ThreadPoolExecutor(max_workers=len(attempts)) as executor:
            futures = [executor.submit(run, env, attempt) for env, attempt in zip(envs, attempts, strict=True)]
        return [future.result(timeout=TIMEOUT) for future in futures]


@tagged("post_install", "-at_install")
class TestConcurrentBooking(ConcurrencyCase):

    @classmethod
    def _make_data(cls, env):
        super()._make_data(env)
        calendar = env["resource.calendar"].create({
            "name": "Concurrency", "tz": "UTC", "attendance_ids": [Command.clear()] + [
                Command.create({"name": day, "dayofweek": day, "hour_from": 0, "hour_to": 24, "day_period": "morning"})
                for day in "0123456"],
        })
        technician = env["hr.employee"].create({
            "name": "Concurrency", "is_technician": True, "resource_calendar_id": calendar.id, "tz": "UTC"})
        cls.technician_id, cls.calendar_id = technician.id, calendar.id
        cls.start = (fields.Datetime.now() + timedelta(days=3)).replace(minute=0, second=0)
        cls.stop = cls.start + timedelta(hours=2)

    @classmethod
    def _remove_records(cls, env):
        cls._remove_visits(env)
        technician = env["hr.employee"].browse(cls.technician_id)
        resource, contact = technician.resource_id, technician.work_contact_id
        technician.unlink()
        (resource.exists() | env["resource.resource"]).unlink()
        env["resource.calendar"].browse(cls.calendar_id).unlink()
        contact.unlink()
        super()._remove_records(env)

    @classmethod
    def _remove_visits(cls, env):
        visits = env["repair.appointment"].search([("repair_id", "in", cls.order_ids)])
        visits.filtered("is_open").action_cancel()
        env["mail.message"].search([("model", "=", visits._name), ("res_id", "in", visits.ids)]).unlink()
        visits.flush_recordset()
        env.cr.execute("DELETE FROM repair_appointment WHERE id = ANY(%s)", [visits.ids])  # agreed visits refuse unlink

    def tearDown(self):
        with self.registry.cursor() as cr:
            self._remove_visits(api.Environment(cr, api.SUPERUSER_ID, {"tracking_disable": True}))
        super().tearDown()

    def _call(self, method, *args):
        """Call a visit's method the way RPC does."""
        with self.registry.cursor() as cr:
            return execute_cr(cr, api.SUPERUSER_ID, "repair.appointment", method, args, {})

    def _count_visits(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            return env["repair.appointment"].search_count([
                ("technician_id", "=", self.technician_id), ("start", "<", self.stop), ("stop", ">", self.start)])

    @mute_logger("odoo.sql_db")
    def test_one_of_two_desks_gets_the_window(self):
        def book(order_id):
            return lambda env: env["repair.appointment"]._book(
                env["repair.order"].browse(order_id), env["hr.employee"].browse(self.technician_id), self.start, self.stop)

        outcomes = self._race([book(order_id) for order_id in self.order_ids])
        self.assertEqual(outcomes.count("won"), 1, outcomes)
        self.assertIn("Nothing was changed: choose another window", next(text for text in outcomes if text != "won"))
        self.assertEqual(self._count_visits(), 1)
        with self.registry.cursor() as cr:
            orders = api.Environment(cr, api.SUPERUSER_ID, {})["repair.order"].browse(self.order_ids)
            self.assertEqual(sorted(orders.mapped("service_stage")), ["booked", "requested"])

    @mute_logger("odoo.sql_db")
    def test_rpc_tells_about_the_overlap(self):
        values = {"technician_id": self.technician_id, "start": str(self.start), "stop": str(self.stop)}
        first, second = self.order_ids
        self._call("create", [{**values, "repair_id": first}])
        with self.assertRaisesRegex(ValidationError, "This technician already has a visit in that time"):
            self._call("create", [{**values, "repair_id": second}])
        self.assertEqual(self._count_visits(), 1)


@tagged("post_install", "-at_install")
class TestConcurrentAnswer(ConcurrencyCase):
    """The customer's link and the desk's telephone may bring his answer in the same second."""

    @classmethod
    def _make_data(cls, env):
        super()._make_data(env)
        product = env["product.product"].create({
            "name": "Concurrency", "type": "service", "repair_service_kind": "labour", "list_price": 100, "taxes_id": False})
        symptom, cause = env["repair.fault.code"].create([
            {"kind": kind, "code": f"CONCURRENT-{kind}", "name": kind} for kind in ("symptom", "cause")])
        orders = env["repair.order"].browse(cls.order_ids)
        orders.write({
            "service_type": "workshop", "symptom_id": symptom.id, "cause_id": cause.id, "diagnosis": "Worn",
            "service_line_ids": [Command.create({"product_id": product.id})]})
        orders.action_diagnose()
        orders.action_send_quotation()
        cls.product_id, cls.code_ids = product.id, (symptom | cause).ids

    @classmethod
    def _remove_records(cls, env):
        orders = env["repair.order"].browse(cls.order_ids)
        orders.filtered(lambda order: order.service_stage == "approved").action_repair_cancel()
        orders.sale_order_id.filtered(lambda sale: sale.state != "cancel")._action_cancel()
        orders.sale_order_id.unlink()
        env["mail.message"].search([("model", "=", orders._name), ("res_id", "in", orders.ids)]).unlink()
        orders.flush_recordset()
        env.cr.execute("DELETE FROM repair_order WHERE id = ANY(%s)", [orders.ids])  # what was quoted refuses unlink
        env.invalidate_all()
        super()._remove_records(env)
        env["repair.fault.code"].browse(cls.code_ids).unlink()
        env["product.product"].browse(cls.product_id).unlink()

    def _answer(self, order_id, method):
        def answer(env):
            retrying(lambda: getattr(env["repair.order"].browse(order_id), method)("Wang Fang"), env)
        return answer

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_the_same_approval_twice_at_once_counts_once(self):
        order_id = self.order_ids[0]
        outcomes = self._race([self._answer(order_id, "action_approve_quotation")] * 2)
        self.assertEqual(outcomes.count("won"), 1, outcomes)
        self.assertIn("already approved", next(text for text in outcomes if text != "won"))
        with self.registry.cursor() as cr:
            order = api.Environment(cr, api.SUPERUSER_ID, {})["repair.order"].browse(order_id)
            self.assertEqual(order.sale_order_id.search_count([("origin", "=", order.name)]), 1)
            self.assertEqual(order.sale_order_id.amount_total, 100)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_yes_and_no_at_once_leave_one_of_them(self):
        order_id = self.order_ids[1]
        outcomes = self._race([
            self._answer(order_id, "action_approve_quotation"), self._answer(order_id, "action_refuse_quotation")])
        self.assertEqual(outcomes.count("won"), 1, outcomes)
        with self.registry.cursor() as cr:
            order = api.Environment(cr, api.SUPERUSER_ID, {})["repair.order"].browse(order_id)
            expected = ("approved", "approved") if outcomes[0] == "won" else ("refused", "quoted")
            self.assertEqual((order.quotation_state, order.service_stage), expected)
