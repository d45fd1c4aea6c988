from datetime import timedelta

from odoo import api
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from . import test_concurrency


@tagged("post_install", "-at_install")
class TestConcurrentChange(test_concurrency.TestConcurrentBooking):
    """Customers who change their visits in the same second, each in a transaction of his own."""

    test_one_of_two_desks_gets_the_window = None
    test_rpc_tells_about_the_overlap = None

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {"tracking_disable": True})
            technician = env["hr.employee"].browse(self.technician_id)
            visits = env["repair.appointment"].union(*(
                env["repair.appointment"]._book(
                    env["repair.order"].browse(order_id), technician, self.start + timedelta(days=days), self.stop + timedelta(days=days))
                for days, order_id in enumerate(self.order_ids, 4)))
            self.visit_ids = visits.ids
            first, second = ([start for start, _window in visit._get_customer_offers()] for visit in visits)
            self.offers = [start for start in first if start in second]

    def _move(self, visit_id, start):
        def move(env):
            retrying(lambda: env["repair.appointment"].browse(visit_id)._customer_reschedule(start, "I am travelling"), env)
        return move

    def _get_states(self):
        with self.registry.cursor() as cr:
            visits = api.Environment(cr, api.SUPERUSER_ID, {})["repair.appointment"].search([("repair_id", "in", self.order_ids)])
            return sorted(visits.mapped("state"))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_one_of_two_customers_gets_the_window(self):
        outcomes = self._race([self._move(visit_id, self.offers[0]) for visit_id in self.visit_ids])
        self.assertEqual(outcomes.count("won"), 1, outcomes)
        self.assertRegex(next(text for text in outcomes if text != "won"), "choose another window|Choose another one")
        self.assertEqual(self._get_states(), ["cancelled", "confirmed", "confirmed"], "the other one keeps the visit he had")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_form_sent_twice_moves_the_visit_once(self):
        outcomes = self._race([self._move(self.visit_ids[0], self.offers[0]), self._move(self.visit_ids[0], self.offers[1])])
        self.assertEqual(outcomes.count("won"), 1, outcomes)
        self.assertEqual(self._get_states(), ["cancelled", "confirmed", "confirmed"])
