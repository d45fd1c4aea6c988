from datetime import datetime, timedelta

from odoo.tests import BaseCase, tagged

from ..engine.lateness import OpenVisit, Outlook, look_ahead


def at(hour, minute=0):
    return datetime(2027, 3, 1, hour, minute)


def visit(key, start, stop, arrived_at=None, technician="A"):
    return OpenVisit(key, technician, start, stop, arrived_at)


@tagged("post_install", "-at_install")
class TestLatenessEngine(BaseCase):

    def _look(self, now, *visits):
        return look_ahead(visits, now)

    def test_before_its_window_a_visit_is_expected_when_it_begins(self):
        self.assertEqual(self._look(at(8), visit(1, at(10), at(12))), {1: Outlook(at(10))})

    def test_due_from_the_begin_of_the_window_to_its_end(self):
        for now in (at(10), at(12)):
            self.assertEqual(self._look(now, visit(1, at(10), at(12))), {1: Outlook(now, "due")})

    def test_late_from_the_end_of_the_window_on(self):
        self.assertEqual(self._look(at(12, 25), visit(1, at(10), at(12))), {1: Outlook(at(12, 25), "late", 25)})

    def test_who_is_there_is_not_late(self):
        self.assertEqual(self._look(at(13), visit(1, at(10), at(12), at(12, 10))), {1: Outlook(at(12, 10))})

    def test_the_next_visit_is_at_risk_when_the_one_before_takes_until_after_its_window(self):
        """There since 13:30 for two hours: free at 15:30, which is 30 minutes after 13-15; at 15-17 he is in time."""
        there = visit(1, at(10), at(12), at(13, 30))
        outlooks = self._look(at(13, 40), there, visit(2, at(13), at(15)))
        self.assertEqual(outlooks[2], Outlook(at(15, 30), "risk", 30))
        self.assertEqual(self._look(at(13, 40), there, visit(2, at(15), at(17)))[2], Outlook(at(15, 30)))

    def test_risk_runs_down_the_day(self):
        """At 12:30 nobody is at 10-12 yet: there until 14:30, at 12-14 until 16:30 (30 late), at 14-16 at 16:30 (30 late)."""
        outlooks = self._look(
            at(12, 30), visit(3, at(14), at(16)), visit(1, at(10), at(12)), visit(2, at(12), at(14)))
        self.assertEqual(outlooks, {
            1: Outlook(at(12, 30), "late", 30), 2: Outlook(at(14, 30), "risk", 30), 3: Outlook(at(16, 30), "risk", 30)})

    def test_the_way_after_a_visit_takes_its_time(self):
        """There since 11 for two hours, 30 minutes on the way: at 12-13 he is 30 minutes late, and from there at 15:20."""
        there = OpenVisit(1, "A", at(10), at(12), at(11), timedelta(minutes=30))
        second = OpenVisit(2, "A", at(12), at(13), way=timedelta(minutes=50))
        outlooks = self._look(at(11, 10), there, second, visit(3, at(15), at(16)))
        self.assertEqual((outlooks[2], outlooks[3]), (Outlook(at(13, 30), "risk", 30), Outlook(at(15, 20))))

    def test_a_technician_who_overstays_is_expected_now_at_the_earliest(self):
        outlooks = self._look(at(15), visit(1, at(8), at(10), at(8)), visit(2, at(12), at(14, 30)))
        self.assertEqual(outlooks[2], Outlook(at(15), "late", 30))

    def test_a_visit_begun_out_of_turn_holds_up_the_earlier_one(self):
        """He went to 14-16 first, at 10:00, for two hours: 9-11 is expected at 12:00, an hour after its end."""
        outlooks = self._look(at(10, 30), visit(1, at(9), at(11)), visit(2, at(14), at(16), at(10)))
        self.assertEqual(outlooks, {1: Outlook(at(12), "risk", 60), 2: Outlook(at(10))})

    def test_technicians_do_not_hold_each_other_up(self):
        outlooks = self._look(at(12, 30), visit(1, at(10), at(12)), visit(2, at(12), at(14), technician="B"))
        self.assertEqual(outlooks[2], Outlook(at(12, 30), "due"))
