import hashlib

from odoo.tests import BaseCase, tagged

from ..engine.draw import COVERAGE, PLAN, Unit, allocate, draw, get_digest, get_rank, get_replacement


@tagged("post_install", "-at_install")
class TestDrawEngine(BaseCase):
    """Draws that anybody can repeat with a seed, a list and SHA-256."""

    def test_rank_is_the_plain_sha256_of_seed_and_key(self):
        self.assertEqual(get_rank("abc", 7), hashlib.sha256(b"abc:7").hexdigest())

    def test_same_seed_and_list_draw_the_same_in_any_order(self):
        units = [Unit(key) for key in range(1, 1001)]
        first = draw(units, 80, "seed")
        self.assertEqual(first, draw(list(reversed(units)), 80, "seed"))
        self.assertEqual(len({key for key, _ground in first}), 80)
        self.assertNotEqual(first, draw(units, 80, "seed 2"))

    def test_smallest_ranks_are_drawn(self):
        units = [Unit(key) for key in (1, 2, 3, 4, 5)]
        by_hand = sorted((hashlib.sha256(f"s:{key}".encode()).hexdigest(), key) for key in (1, 2, 3, 4, 5))
        self.assertEqual(draw(units, 2, "s"), [(by_hand[0][1], PLAN), (by_hand[1][1], PLAN)])

    def test_every_unit_is_as_likely_as_any_other(self):
        """1000 draws of 10 out of 50: each is expected 200 times; 6 standard deviations of 12.6 are 76."""
        units = [Unit(key) for key in range(50)]
        counts = dict.fromkeys(range(50), 0)
        for seed in range(1000):
            for key, _ground in draw(units, 10, f"x{seed}"):
                counts[key] += 1
        self.assertTrue(all(abs(count - 200) < 76 for count in counts.values()), counts)

    def test_strata_by_largest_remainders(self):
        """13 of 60 + 30 + 10: 7.8, 3.9, 1.3; floors 7, 3, 1 leave two: to .9 and .8."""
        self.assertEqual(allocate({1: 60, 2: 30, 3: 10}, 13), {1: 8, 2: 4, 3: 1})
        self.assertEqual(allocate({1: 5, 2: 5}, 3), {1: 2, 2: 1})
        self.assertEqual(allocate({}, 3), {})

    def test_stratified_draw_follows_the_shares(self):
        units = [Unit(key, 1 if key <= 60 else 2 if key <= 90 else 3) for key in range(1, 101)]
        drawn = [key for key, _ground in draw(units, 13, "s", stratified=True)]
        self.assertEqual([sum(low < key <= high for key in drawn) for low, high in ((0, 60), (60, 90), (90, 100))], [8, 4, 1])

    def test_coverage_comes_on_top_of_the_plan_and_only_where_it_lacks(self):
        units = [Unit(key, 0, 1) for key in range(1, 100)] + [Unit(100, 0, 2), Unit(101, 0, 2), Unit(102, 0, 2)]
        drawn = draw(units, 99, "s", quotas={1: 5, 2: 3})
        plan = [key for key, ground in drawn if ground == PLAN]
        extra = [key for key, ground in drawn if ground == COVERAGE]
        self.assertEqual(len(plan), 99)
        self.assertEqual(len([key for key in plan if key >= 100]) + len(extra), 3)
        self.assertTrue(all(key >= 100 for key in extra))

    def test_more_than_there_is_draws_all(self):
        self.assertEqual(len(draw([Unit(1), Unit(2)], 5, "s", quotas={0: 9})), 2)

    def test_replacement_is_the_next_in_rank_of_the_same_stratum(self):
        units = [Unit(1, 1), Unit(2, 1), Unit(3, 2), Unit(4, 2)]
        self.assertEqual(get_replacement(units, {1, 3}, "s", 1), 2)
        self.assertIn(get_replacement(units, {1, 2}, "s", 1), (3, 4))
        self.assertIsNone(get_replacement(units, {1, 2, 3, 4}, "s"))

    def test_fingerprint_changes_with_the_list_only(self):
        units = [Unit(1, 2, 3), Unit(4, 5, 6)]
        self.assertEqual(get_digest(units), get_digest(units[::-1]))
        self.assertNotEqual(get_digest(units), get_digest([Unit(1, 2, 3), Unit(4, 5, 7)]))
