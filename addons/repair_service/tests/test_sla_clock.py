from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine import sla_clock

MONDAY = datetime(2028, 5, 1)
MINUTE = timedelta(minutes=1)
MOMENTS = st.integers(0, 4 * 24 * 60).map(lambda minutes: MONDAY + minutes * MINUTE)
PAUSES = st.lists(st.tuples(MOMENTS, st.one_of(st.none(), MOMENTS)), max_size=4)
DAYS = st.lists(st.tuples(st.integers(0, 23), st.integers(1, 24)), max_size=5)


def at(day, hour, minute=0):
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


def make_opening(hours):
    """One period a day, from the pairs of hours; days whose hours do not follow one another are closed."""
    return [(at(day, begin), at(day, 0) + timedelta(hours=end)) for day, (begin, end) in enumerate(hours) if begin < end]


def is_running(moment, opening, pauses):
    """The model that knows nothing but single minutes."""
    is_open = opening is None or any(begin <= moment < end for begin, end in opening)
    return is_open and not any(begin <= moment and (end is None or moment < end) for begin, end in pauses)


def count_minutes(start, stop, opening, pauses):
    moments = (start + number * MINUTE for number in range(max(int((stop - start) / MINUTE), 0)))
    return sum(is_running(moment, opening, pauses) for moment in moments)


@tagged("-at_install", "post_install")
class TestSlaClock(BaseCase):

    opening = make_opening([(8, 20)] * 7)

    def test_round_the_clock_hours_are_hours(self):
        self.assertEqual(sla_clock.get_due(at(0, 23, 50), timedelta(minutes=15)), at(1, 0, 5))
        self.assertEqual(sla_clock.get_due(at(0, 23), timedelta(hours=24)), at(1, 23))

    def test_what_comes_at_night_counts_from_the_morning(self):
        # two hours from 22 o'clock: the desk opens at 8
        self.assertEqual(sla_clock.get_due(at(0, 22), timedelta(hours=2), self.opening), at(1, 10))

    def test_hours_that_do_not_fit_into_the_day_go_on_the_next(self):
        # 48 h from Monday 19:00: 1 h on Monday, 12 on each of three days, 11 on Friday
        self.assertEqual(sla_clock.get_due(at(0, 19), timedelta(hours=48), self.opening), at(4, 19))

    def test_a_target_ends_with_the_day_not_with_the_next_morning(self):
        self.assertEqual(sla_clock.get_due(at(0, 18), timedelta(hours=2), self.opening), at(0, 20))

    def test_waiting_for_the_customer_moves_the_target(self):
        # 4 h from 10 o'clock, of which 11-13 and 12-13:30 are waited: two and a half hours in all
        pauses = [(at(0, 12), at(0, 13, 30)), (at(0, 11), at(0, 13))]
        self.assertEqual(sla_clock.get_due(at(0, 10), timedelta(hours=4), self.opening, pauses), at(0, 16, 30))
        self.assertEqual(sla_clock.get_elapsed(at(0, 10), at(0, 16, 30), self.opening, pauses), timedelta(hours=4))

    def test_a_wait_at_night_costs_nothing(self):
        pauses = [(at(0, 21), at(1, 7))]
        self.assertEqual(sla_clock.get_due(at(0, 19), timedelta(hours=2), self.opening, pauses), at(1, 9))

    def test_while_the_customer_is_awaited_nothing_is_due(self):
        self.assertIsNone(sla_clock.get_due(at(0, 10), timedelta(hours=4), None, [(at(0, 11), None)]))
        self.assertEqual(sla_clock.get_due(at(0, 10), timedelta(hours=1), None, [(at(0, 11), None)]), at(0, 11))

    def test_a_calendar_without_hours_never_comes_to_an_end(self):
        self.assertIsNone(sla_clock.get_due(at(0, 10), timedelta(hours=1), []))

    def test_a_promise_is_judged_when_it_is_kept_or_due(self):
        self.assertTrue(sla_clock.judge(at(0, 10), at(0, 10), at(0, 12)))
        self.assertFalse(sla_clock.judge(at(0, 10), at(0, 10, 1), at(0, 12)))
        self.assertIs(sla_clock.judge(at(0, 10), None, at(0, 10, 1)), False)
        self.assertIsNone(sla_clock.judge(at(0, 10), None, at(0, 10)))
        self.assertIsNone(sla_clock.judge(None, None, at(0, 10)))

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(MOMENTS, MOMENTS, st.one_of(st.none(), DAYS.map(make_opening)), PAUSES)
    def test_elapsed_time_is_the_minutes_counted_one_by_one(self, start, stop, opening, pauses):
        minutes = sla_clock.get_elapsed(start, stop, opening, pauses) / MINUTE
        self.assertEqual(minutes, count_minutes(start, stop, opening, pauses))

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(MOMENTS, st.integers(1, 3000), st.one_of(st.none(), DAYS.map(make_opening)), PAUSES)
    def test_due_is_the_first_minute_at_which_enough_have_run(self, start, minutes, opening, pauses):
        due = sla_clock.get_due(start, minutes * MINUTE, opening, pauses)
        left, moment = minutes, start
        while left and moment < at(10, 0):
            left -= is_running(moment, opening, pauses)
            moment += MINUTE
        self.assertEqual(due, None if left else moment)
