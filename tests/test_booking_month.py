"""A month of bookings by several desks at once: random bookings, moves, leave and cancellations in real transactions.

Afterwards no technician is in two places, no answer that a desk was given is lost, and calendar, orders and visits agree.
"""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from odoo import api, fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import retrying
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.repair_service.tests.test_concurrency import ConcurrencyCase

DESKS, STEPS, ORDERS, TECHNICIANS = 4, 60, 16, 3
CONTEXT = {"tracking_disable": True, "no_reset_password": True, "mail_notify_force_send": False}


@tagged("post_install", "-at_install")
class TestBookingMonth(ConcurrencyCase):

    @classmethod
    def _make_data(cls, env):
        super()._make_data(env)
        calendar = env["resource.calendar"].create({
            "name": "Month", "tz": "Asia/Shanghai", "attendance_ids": [Command.clear()] + [
                Command.create({"name": day, "dayofweek": day, "hour_from": 8, "hour_to": 18, "day_period": "morning"})
                for day in "0123456"],
        })
        users = [new_test_user(env, f"month_{number}", "base.group_user", tz="Asia/Shanghai") for number in range(TECHNICIANS)]
        technicians = env["hr.employee"].create([
            {"name": user.login, "user_id": user.id, "is_technician": True, "resource_calendar_id": calendar.id, "tz": "Asia/Shanghai"}
            for user in users])
        orders = env["repair.order"].create([
            {"appliance_id": cls.appliance_id, "fault_description": "Does not cool"} for _number in range(ORDERS - len(cls.order_ids))])
        cls.order_ids = [*cls.order_ids, *orders.ids]
        cls.calendar_id, cls.technician_ids, cls.user_ids = calendar.id, technicians.ids, [user.id for user in users]

    @classmethod
    def _remove_records(cls, env):
        visits = env["repair.appointment"].search([("repair_id", "in", cls.order_ids)])
        visits.filtered("is_open").action_cancel("Cleared")
        env["resource.calendar.leaves"].search([("calendar_id", "=", cls.calendar_id)]).unlink()
        env["mail.message"].search([("model", "=", visits._name), ("res_id", "in", visits.ids)]).unlink()
        env.flush_all()
        env.cr.execute("DELETE FROM calendar_event WHERE appointment_id = ANY(%s)", [visits.ids])
        env.cr.execute("DELETE FROM repair_appointment WHERE id = ANY(%s)", [visits.ids])  # agreed visits refuse unlink
        env.invalidate_all()
        technicians, users = env["hr.employee"].browse(cls.technician_ids), env["res.users"].browse(cls.user_ids)
        resources, contacts = technicians.resource_id, technicians.work_contact_id | users.partner_id
        technicians.unlink()
        resources.exists().unlink()
        env["resource.calendar"].browse(cls.calendar_id).unlink()
        env["repair.order"].browse(cls.order_ids).write({"user_id": False})
        super()._remove_records(env)
        users.unlink()
        contacts.exists().unlink()

    def _take_step(self, env, chance):
        """One thing that a desk does, chosen by chance; return what came of it."""
        visits = env["repair.appointment"]
        order = env["repair.order"].browse(chance.choice(self.order_ids))
        agreed = order.next_appointment_id
        what = chance.choice(("book", "book", "book", "move", "move", "cancel", "leave"))
        if what == "leave":
            start = fields.Datetime.now() + timedelta(days=chance.randrange(1, 25), hours=chance.randrange(24))
            technician = env["hr.employee"].browse(chance.choice(self.technician_ids))
            env["resource.calendar.leaves"].create({
                "name": "Month", "calendar_id": self.calendar_id, "resource_id": technician.resource_id.id,
                "date_from": start, "date_to": start + timedelta(hours=6)})
            return "leave", False
        if what == "cancel":
            agreed.action_cancel("Customer is away")
            return "cancel", agreed.id
        if chance.random() < 0.7:  # the best window, which the other desks are offered too
            slots, _problem = order._find_slots(2, agreed)
            slot = chance.choice(slots)
            technician, start, stop = env["hr.employee"].browse(slot.technician), slot.start, slot.stop
        else:
            technician = env["hr.employee"].browse(chance.choice(self.technician_ids))
            start = fields.Datetime.now() + timedelta(days=chance.randrange(1, 4), hours=chance.randrange(10))
            stop = start + timedelta(hours=2)
        if what == "move" and not agreed:
            return "idle", False
        moved = agreed if what == "move" else None
        return what, visits._book(order, technician, start, stop, moved=moved, reason="Another day" if moved else False).id

    def _run_desk(self, env, seed):
        chance, answers = random.Random(seed), []
        with env.cr:
            for _step in range(STEPS):
                env.invalidate_all()
                try:
                    answers.append(retrying(lambda: self._take_step(env, chance), env))
                except UserError as error:
                    env.cr.rollback()
                    answers.append(("refused", type(error).__name__))
        return answers

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_several_desks_plan_a_month_at_once(self):
        # Environments are made here: a thread would wait for the registry, which the running tests hold.
        envs = [api.Environment(self.registry.cursor(), api.SUPERUSER_ID, CONTEXT) for _desk in range(DESKS)]
        with ThreadPoolExecutor(max_workers=DESKS) as executor:
            futures = [executor.submit(self._run_desk, env, seed) for seed, env in enumerate(envs)]
        answers = [answer for future in futures for answer in future.result(timeout=300)]
        outcomes = Counter(what for what, _result in answers)
        self.assertEqual(len(answers), DESKS * STEPS)
        self.assertGreater(min(outcomes[what] for what in ("book", "move", "cancel", "leave", "refused")), 5, outcomes)
        with self.registry.cursor() as cr:
            self._check_plan(api.Environment(cr, api.SUPERUSER_ID, CONTEXT), answers)

    def _check_plan(self, env, answers):
        visits = env["repair.appointment"].search([("repair_id", "in", self.order_ids)])
        told = {result for what, result in answers if what in ("book", "move")}
        self.assertEqual(set(visits.ids), told, "what a desk was told is there, and nothing else")
        env.cr.execute("""
            SELECT one.id, other.id FROM repair_appointment one JOIN repair_appointment other
                ON other.technician_id = one.technician_id AND other.id > one.id
                AND other.start < one.busy_until AND one.start < other.busy_until
             WHERE one.state IN ('proposed', 'confirmed', 'travelling', 'arrived')
                AND other.state IN ('proposed', 'confirmed', 'travelling', 'arrived') AND one.repair_id = ANY(%s)""", [self.order_ids])
        self.assertEqual(env.cr.fetchall(), [], "nobody is in two places")
        open_visits = visits.filtered("is_open")
        for order, agreed in [(order, open_visits.filtered(lambda visit, order=order: visit.repair_id == order))
                              for order in env["repair.order"].browse(self.order_ids)]:
            self.assertLessEqual(len(agreed), 1, order.name)
            self.assertEqual(order.service_stage, "booked" if agreed else "requested", order.name)
            self.assertEqual(order.technician_id, agreed.technician_id, order.name)
        self.assertFalse(visits._get_out_of_step(), "the calendar says the same")
        moved = [result for what, result in answers if what == "move"]
        self.assertEqual(set(visits.filtered("rescheduled_from_id").ids), set(moved), "each move keeps what it replaced")
