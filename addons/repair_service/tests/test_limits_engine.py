from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine import limits
from ..engine.limits import Clock, Limit
from ..engine.warranty import EarlierRepair, Facts

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
THIRTY, NINETY, TWICE = Limit("repair", 30), Limit("parts", 90), Limit("exchange", 2)


def make_repair(number, accepted_on, symptom=1, cause=None, suspends=True):
    return EarlierRepair(number, f"RO{number}", accepted_on - timedelta(days=2), accepted_on, None, symptom, cause, suspends)


@tagged("-at_install", "post_install")
class TestLimitsEngine(BaseCase):

    def test_a_repair_is_in_time_on_day_thirty(self):
        # 1 February 2028 and 30 days: 29 February is day 28
        self.assertEqual(limits.get_due(THIRTY, Clock(date(2028, 2, 1))), date(2028, 3, 2))

    def test_the_repairers_clock_stands_still_while_parts_are_awaited(self):
        waiting = Clock(date(2028, 1, 1), waiting_since=date(2028, 1, 10))
        self.assertIsNone(limits.get_due(THIRTY, waiting))
        self.assertEqual(limits.get_due(NINETY, waiting), date(2028, 4, 9))
        came = Clock(date(2028, 1, 1), waited=12)
        self.assertEqual(limits.get_due(THIRTY, came), date(2028, 2, 12))
        self.assertIsNone(limits.get_due(NINETY, came))

    def test_a_second_wait_goes_on_where_the_first_ended(self):
        self.assertEqual(
            limits.get_due(NINETY, Clock(date(2028, 1, 1), waited=60, waiting_since=date(2028, 4, 1))), date(2028, 5, 1))

    def test_a_limit_counts_from_its_effective_date(self):
        rule = Limit("repair", 5, date(2028, 1, 2))
        self.assertIsNone(limits.get_due(rule, Clock(date(2028, 1, 1))))
        self.assertEqual(limits.get_due(rule, Clock(date(2028, 1, 2))), date(2028, 1, 7))

    def test_the_next_limit_is_the_nearest_ahead_and_then_the_last_passed(self):
        rules = [THIRTY, Limit("repair", 5)]
        clock = Clock(date(2028, 1, 1))
        self.assertEqual(limits.get_next(rules, clock, date(2028, 1, 6)), (date(2028, 1, 6), 1))
        self.assertEqual(limits.get_next(rules, clock, date(2028, 1, 7)), (date(2028, 1, 31), 0))
        self.assertEqual(limits.get_next(rules, clock, date(2028, 5, 1)), (date(2028, 1, 31), 0))
        self.assertEqual(limits.get_next([], clock, date(2028, 5, 1)), (None, None))

    @settings(max_examples=200, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(DAYS, st.lists(st.tuples(st.integers(0, 40), st.integers(1, 60)), max_size=4), st.integers(1, 120))
    def test_due_day_by_day(self, requested_on, waits, value):
        """Independent statement: walk the calendar and count the days that are nobody's wait."""
        counted, waited, day = 0, 0, requested_on
        for gap, length in waits:
            worked = min(gap, value - counted)
            counted += worked
            day += timedelta(days=worked)
            if counted == value:
                break
            day += timedelta(days=length)
            waited += length
        while counted < value:
            counted += 1
            day += timedelta(days=1)
        self.assertEqual(limits.get_due(Limit("repair", value), Clock(requested_on, waited)), day)

    def test_exchange_after_the_second_failed_repair(self):
        end = date(2028, 12, 31)
        first, second = make_repair(1, date(2028, 2, 1)), make_repair(2, date(2028, 4, 1))
        facts = Facts(requested_on=date(2028, 6, 1), symptom=1, earlier=(first, second))
        self.assertTrue(limits.is_exchange_due(facts, [TWICE], end))
        self.assertFalse(limits.is_exchange_due(facts, [], end), "no rule, no duty")
        self.assertFalse(limits.is_exchange_due(facts, [TWICE], date(2028, 5, 31)), "out of warranty")
        self.assertTrue(limits.is_exchange_due(facts, [TWICE], date(2028, 6, 1)), "the last day counts")
        self.assertFalse(limits.is_exchange_due(facts, [TWICE], None))

    def test_no_exchange_for_another_fault_a_paid_repair_or_an_exclusion(self):
        end = date(2028, 12, 31)
        day, first = date(2028, 6, 1), make_repair(1, date(2028, 2, 1))
        cases = {
            "one only": Facts(day, symptom=1, earlier=(first,)),
            "another fault": Facts(day, symptom=2, cause=3, earlier=(first, make_repair(2, date(2028, 4, 1)))),
            "paid by the customer": Facts(day, symptom=1, earlier=(first, make_repair(2, date(2028, 4, 1), suspends=False))),
            "accepted later": Facts(day, symptom=1, earlier=(first, make_repair(2, date(2028, 6, 2)))),
            "no codes": Facts(day, earlier=(make_repair(1, day, None), make_repair(2, day, None))),
            "excluded": Facts(day, symptom=1, exclusion="misuse", earlier=(first, make_repair(2, date(2028, 4, 1)))),
        }
        for name, facts in cases.items():
            with self.subTest(name):
                self.assertFalse(limits.is_exchange_due(facts, [TWICE], end))
        same_cause = Facts(day, symptom=9, cause=7, earlier=(make_repair(1, day, 1, 7), make_repair(2, day, 2, 7)))
        self.assertTrue(limits.is_exchange_due(same_cause, [TWICE], end))
