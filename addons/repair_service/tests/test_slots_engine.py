from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..engine.slots import (
    MINUTE,
    Busy,
    Candidate,
    Home,
    cut_windows,
    find_slots,
    merge,
    pick_varied,
    round_up,
    subtract,
)

HOUR = timedelta(hours=1)
BASE = datetime(2027, 3, 1)


def at(hour, minute=0, day=0):
    return BASE + timedelta(days=day, hours=hour, minutes=minute)


def find(working, busy=None, **options):
    return find_slots(working, busy or {}, **{"window": 2 * HOUR, "earliest": BASE, "latest": at(0, day=30), **options})


class TestSlotsEngine(BaseCase):

    def test_windows_start_on_whole_and_half_hours(self):
        self.assertEqual(round_up(at(9, 0)), at(9))
        self.assertEqual(round_up(at(9, 1)), at(9, 30))
        self.assertEqual(round_up(at(9, 31)), at(10))
        self.assertEqual(round_up(at(23, 45)), at(0, day=1))
        slots = find({"a": [(at(8, 10), at(12))]})
        self.assertEqual([slot.start for slot in slots], [at(8, 30), at(9), at(9, 30), at(10)])

    def test_window_fits_into_one_stretch_of_work(self):
        """08-12 and 13-17 hold 8.00 8.30 9.00 9.30 10.00 and 13.00 .. 15.00, nothing over lunch."""
        slots = find({"a": [(at(8), at(12)), (at(13), at(17))]})
        self.assertEqual(len(slots), 10)
        self.assertNotIn(at(11), [slot.start for slot in slots])
        self.assertEqual(slots[-1].stop, at(17))

    def test_touching_stretches_are_one(self):
        slots = find({"a": [(at(8), at(9)), (at(9), at(10))]})
        self.assertEqual([(slot.start, slot.stop) for slot in slots], [(at(8), at(10))])

    def test_nothing_before_now_or_after_the_horizon(self):
        slots = find({"a": [(at(8), at(17))]}, earliest=at(13, 10), latest=at(16))
        self.assertEqual([slot.start for slot in slots], [at(13, 30), at(14)])

    def test_busy_time_is_left_out_and_may_be_followed_at_once(self):
        slots = find({"a": [(at(8), at(14))]}, {"a": [(at(10), at(12))]})
        self.assertEqual([slot.start for slot in slots], [at(8), at(12)])

    def test_nobody_working_gives_nothing(self):
        self.assertEqual(find({}), [])
        self.assertEqual(find({"a": []}), [])
        self.assertEqual(find({"a": [(at(8), at(9, 59))]}), [])

    def test_an_impossible_window_is_refused(self):
        with self.assertRaises(ValueError):
            find({"a": [(at(8), at(12))]}, window=timedelta(0))
        with self.assertRaises(ValueError):
            find({"a": [(at(8), at(12))]}, step=timedelta(0))

    def test_least_cost_in_minutes_first(self):
        """Cost = waiting + 10 a visit of the day - what speaks for the technician."""
        working = {"far": [(at(8), at(10))], "busy": [(at(8), at(13))], "idle": [(at(8), at(10))], "late": [(at(9), at(11))]}
        candidates = {"busy": Candidate(60), "idle": Candidate(60), "late": Candidate(90)}
        slots = find(working, {"busy": [(at(11), at(12))]}, candidates=candidates, earliest=at(8))
        self.assertEqual(
            [(slot.technician, slot.start, slot.cost) for slot in slots],
            [("idle", at(8), -60), ("busy", at(8), -50), ("late", at(9), -30),
             ("busy", at(8, 30), -20), ("far", at(8), 0), ("busy", at(9), 10)])

    def test_a_slot_tells_its_reasons(self):
        [slot] = find(
            {"a": [(at(8), at(10))]}, {"a": [(at(14), at(16)), (at(9, day=1), at(10, day=1))]}, earliest=at(8),
            candidates={"a": Candidate(1, (("known", None),))})
        self.assertEqual((slot.reasons, slot.cost), ((("known", None), ("visits", 1)), 9))

    def test_the_way_around_a_visit_is_kept_free_on_both_sides(self):
        """A visit 11-13 that is 40 minutes away: done there by 10:20, and not before 13:40 after it."""
        slots = find({"a": [(at(8), at(16))]}, {"a": [Busy(at(11), at(13), 40 * MINUTE, 15 * MINUTE)]}, earliest=at(8))
        self.assertEqual([slot.start for slot in sorted(slots, key=lambda slot: slot.start)], [at(8), at(14)])
        self.assertEqual([slot.cost for slot in slots], [10, 6 * 60 + 10 + 40])
        self.assertEqual(slots[1].reasons, (("visits", 1), ("way", 40)))

    def test_the_pause_counts_where_the_way_is_shorter(self):
        slots = find({"a": [(at(8), at(16))]}, {"a": [Busy(at(11), at(13), 5 * MINUTE, 45 * MINUTE)]})
        self.assertEqual({slot.start for slot in slots}, {at(8), at(14)})

    def test_the_first_way_of_the_day_is_that_from_the_depot(self):
        busy = {"a": [Busy(at(8, day=-1), at(10, day=-1), 40 * MINUTE)]}
        [slot] = find({"a": [(at(8), at(10))]}, busy, candidates={"a": Candidate(depot_way=25 * MINUTE)}, earliest=at(8))
        self.assertEqual((slot.reasons, slot.cost), ((("visits", 0), ("depot", 25)), 25))

    def test_who_serves_the_territory_that_day_comes_first_there(self):
        working = {name: [(at(8, day=day), at(10, day=day)) for day in (0, 1)] for name in "ab"}
        home = Home("Pudong", {at(0).date(): {"a"}, at(0, day=1).date(): {"b"}}, 60)
        slots = find(working, home=home, earliest=at(8))
        self.assertEqual([slot.technician for slot in slots], ["a", "b", "b", "a"])
        self.assertEqual([slot.reasons[0] for slot in slots], [("territory", "Pudong"), ("outside", "Pudong")] * 2)

    def test_duty_counts_beside_the_working_hours_and_says_so(self):
        slots = find({"a": [(at(8), at(10))]}, on_call={"a": [(at(9), at(11))], "b": [(at(20), at(22))]}, earliest=at(8))
        self.assertEqual(
            [(slot.technician, slot.start, slot.reasons[1:]) for slot in slots],
            [("a", at(8), ()), ("a", at(8, 30), (("on_call", None),)), ("a", at(9), (("on_call", None),)),
             ("b", at(20), (("on_call", None),))])

    def test_full_days_are_left_out(self):
        slots = find({"a": [(at(8, day=day), at(10, day=day)) for day in (0, 1)]}, full={"a": {at(0).date()}})
        self.assertEqual([slot.start for slot in slots], [at(8, day=1)])

    def test_a_wished_window_is_worth_three_days_but_not_when_it_is_urgent(self):
        working = {"a": [(at(8, day=day), at(10, day=day)) for day in (0, 2, 4)]}

        def wish(start, _stop):
            return start.day in (3, 5)  # the days 2 and 4

        self.assertEqual([slot.start.day for slot in find(working, wish=wish)], [3, 1, 5])
        slots = find(working, wish=wish, urgent=True)
        self.assertEqual([slot.start.day for slot in slots], [1, 3, 5])
        self.assertEqual([slot.reasons[1] for slot in slots], [("wish", False), ("wish", True), ("wish", True)])

    def test_urgent_is_the_sooner_whoever_comes(self):
        working = {"stranger": [(at(8), at(10))], "known": [(at(9, 30), at(11, 30))]}
        candidates = {"known": Candidate(120)}
        self.assertEqual([slot.technician for slot in find(working, candidates=candidates)], ["known", "stranger"])
        self.assertEqual([slot.technician for slot in find(working, candidates=candidates, urgent=True)], ["stranger", "known"])

    def test_the_day_is_the_callers(self):
        """A visit at 23:00 UTC is on the next day eight hours further east."""
        [slot] = find(
            {"a": [(at(1, day=1), at(3, day=1))]}, {"a": [(at(22), at(23))]}, day_of=lambda moment: (moment + 8 * HOUR).date())
        self.assertEqual(slot.reasons, (("visits", 1),))

    def test_varied_proposals_give_a_choice(self):
        everybody = {name: [(at(8), at(12))] for name in "abcdefgh"}
        picked = pick_varied(find(everybody), 8)
        starts = [slot.start for slot in picked]
        self.assertLessEqual(max(starts.count(start) for start in starts), 2)
        for first in picked:
            for second in picked:
                if first is not second and first.technician == second.technician:
                    self.assertTrue(first.stop <= second.start or second.stop <= first.start)

    def test_subtract_by_hand(self):
        self.assertEqual(
            subtract([(at(8), at(12))], [(at(7), at(8, 30)), (at(9), at(10)), (at(11, 30), at(13))]),
            [(at(8, 30), at(9)), (at(10), at(11, 30))])
        self.assertEqual(subtract([(at(8), at(12))], [(at(7), at(13))]), [])
        self.assertEqual(merge([(at(9), at(8)), (at(9), at(9))]), [])


quarters = st.integers(0, 4 * 24 * 3)
intervals = st.lists(st.tuples(quarters, quarters).map(
    lambda pair: (BASE + min(pair) * HOUR / 4, BASE + max(pair) * HOUR / 4)), max_size=6)
plans = st.dictionaries(st.sampled_from("abc"), intervals, max_size=3)
ways = st.integers(0, 6).map(lambda number: number * HOUR / 4)
visits = st.lists(st.tuples(quarters, st.integers(1, 8), ways, ways).map(
    lambda entry: Busy(BASE + entry[0] * HOUR / 4, BASE + (entry[0] + entry[1]) * HOUR / 4, entry[2], entry[3])), max_size=5)


class TestSlotsProperties(BaseCase):

    @settings(max_examples=200, deadline=None)
    @given(plans, plans, st.integers(1, 8), quarters)
    def test_exactly_the_free_windows_are_found(self, working, busy, halves, now):
        """Against the plain definition: on the grid, right length, all of it worked, none of it busy, not in the past."""
        window, earliest, latest = halves * HOUR / 2, BASE + now * HOUR / 4, at(0, day=3)
        found = find(working, busy, window=window, earliest=earliest, latest=latest)
        expected = set()
        for technician, worked in working.items():
            for half in range(3 * 48):
                start = BASE + half * HOUR / 2
                stop = start + window
                quarter_starts = [start + number * HOUR / 4 for number in range(2 * halves)]
                if (
                    start >= earliest and stop <= latest
                    and all(any(begin <= moment < end for begin, end in worked) for moment in quarter_starts)
                    and not any(begin < end and begin < stop and start < end for begin, end in busy.get(technician, []))
                ):
                    expected.add((technician, start, stop))
        self.assertEqual({(slot.technician, slot.start, slot.stop) for slot in found}, expected)
        self.assertEqual(len(found), len(expected), "no window twice")

        def wait(slot):
            """In minutes: how long the customer waits, ten more for each visit of that day."""
            days = [begin.date() for begin, _end in busy.get(slot.technician, [])]
            return (slot.start - earliest) / (HOUR / 60) + 10 * days.count(slot.start.date())

        self.assertEqual([wait(slot) for slot in found], sorted(wait(slot) for slot in found), "the shortest wait first")

    @settings(max_examples=200, deadline=None)
    @given(intervals, visits)
    def test_between_two_visits_there_is_always_time_for_the_way(self, worked, agreed):
        """By the definition: whoever stands between two visits reaches both; and what is left out could not be reached."""
        found = {(slot.start, slot.stop) for slot in find({"a": worked}, {"a": agreed}, latest=at(0, day=3))}
        for start, stop in cut_windows(merge(worked), 2 * HOUR):
            reached = all(
                stop + max(visit.way, visit.pause) <= visit.start or visit.stop + max(visit.way, visit.pause) <= start
                for visit in agreed)
            # Working time that visits cut up may hold windows of another start, on the same grid.
            self.assertEqual((start, stop) in found, reached and stop <= at(0, day=3), (start, agreed))
