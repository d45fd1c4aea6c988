from datetime import timedelta

from odoo import api
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_concurrency import TestConcurrentBooking as Booking


@tagged("post_install", "-at_install")
class TestConcurrentCapacity(Booking):
    """Two desks take the last place of a technician's day in the same second, at different hours."""

    # Who has a limit is asked for again by Odoo's retry, so those tests, which do without, are the unlimited technician's.
    test_one_of_two_desks_gets_the_window = test_rpc_tells_about_the_overlap = None

    @classmethod
    def _make_data(cls, env):
        super()._make_data(env)
        env["hr.employee"].browse(cls.technician_id).visits_per_day = 1
        cls.start = cls.start.replace(hour=2)  # noon is far from any midnight of Shanghai

    def _book_at(self, order_id, hours):
        def book(env):
            order, technician = env["repair.order"].browse(order_id), env["hr.employee"].browse(self.technician_id)
            start = self.start + timedelta(hours=hours)
            retrying(lambda: env["repair.appointment"]._book(order, technician, start, start + timedelta(hours=1)), env)
        return book

    def _confirm(self, visit_id):
        return lambda env: retrying(env["repair.appointment"].browse(visit_id).action_confirm, env)

    def _assert_one_won(self, outcomes):
        self.assertEqual(outcomes.count("won"), 1, outcomes)
        self.assertIn("may have 1 visits a day", next(text for text in outcomes if text != "won"))
        with self.registry.cursor() as cr:
            agreed = api.Environment(cr, api.SUPERUSER_ID, {})["repair.appointment"].search_count([
                ("technician_id", "=", self.technician_id), ("state", "=", "confirmed")])
        self.assertEqual(agreed, 1)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_one_of_two_desks_gets_the_last_place(self):
        self._assert_one_won(self._race([self._book_at(order_id, 3 * number) for number, order_id in enumerate(self.order_ids)]))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_one_of_two_proposals_is_confirmed(self):
        """Confirming takes no lock beforehand: the count itself has to keep the two apart."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {"tracking_disable": True})
            visits = env["repair.appointment"].create([
                {"repair_id": order_id, "technician_id": self.technician_id, "start": self.start + timedelta(hours=3 * number),
                 "stop": self.start + timedelta(hours=3 * number + 1)} for number, order_id in enumerate(self.order_ids)])
            visit_ids = visits.ids
        self._assert_one_won(self._race([self._confirm(visit_id) for visit_id in visit_ids]))


del Booking
