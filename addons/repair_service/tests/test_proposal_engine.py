from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..engine.proposal import Group, Scope, choose_scope, rank, share

IDS = st.integers(1, 4)
MAYBE = st.one_of(st.none(), IDS)
GROUPS = st.lists(st.builds(Group, family=IDS, brand=MAYBE, cause=MAYBE, remedy=MAYBE, count=st.integers(1, 4)), max_size=12)
USES = st.lists(st.tuples(IDS, st.integers(1, 6), st.sampled_from((0.5, 1.0, 2.0, 3.0))), max_size=30)


def group(count, family=1, brand=1, cause=1, remedy=None):
    return Group(family, brand, cause, remedy, count)


class TestProposalEngine(BaseCase):

    def test_three_orders_of_the_own_brand_stand_alone(self):
        groups = [group(3), group(9, brand=2)]
        self.assertEqual(choose_scope(groups, brand=1, cause=1, families={1}), Scope(True, True, True, 3))

    def test_two_orders_of_the_own_brand_are_joined_by_the_others(self):
        groups = [group(2), group(9, brand=2)]
        self.assertEqual(choose_scope(groups, brand=1, cause=1, families={1}), Scope(True, True, False, 11))

    def test_same_cause_beside_the_family_comes_before_another_cause_in_it(self):
        groups = [group(2, family=2, brand=2), group(8, cause=2)]
        self.assertEqual(choose_scope(groups, brand=1, cause=1, families={1}), Scope(True, False, False, 2))

    def test_one_order_of_the_cause_falls_back_to_the_symptom(self):
        groups = [group(1), group(4, brand=2, cause=2)]
        self.assertEqual(choose_scope(groups, brand=1, cause=1, families={1}), Scope(False, True, False, 5))

    def test_without_a_cause_the_symptom_decides(self):
        self.assertEqual(choose_scope([group(3)], brand=1, families={1}), Scope(False, True, True, 3))

    def test_one_order_alone_proposes_nothing(self):
        self.assertIsNone(choose_scope([group(1)], brand=1, cause=1, families={1}))
        self.assertIsNone(choose_scope([]))

    def test_products_are_ranked_by_the_orders_that_used_them(self):
        uses = [("fan", 1, 1), ("fan", 2, 1), ("fan", 3, 4), ("gas", 1, 2), ("gas", 1, 3), ("gas", 2, 6), ("screw", 3, 9)]
        ranked = [(entry.product, entry.orders, entry.total, entry.quantity) for entry in rank(uses, 12)]
        # gas: 2 + 3 in the first order and 6 in the second, the lower of both counts; the screw was used once only
        self.assertEqual(ranked, [("fan", 3, 12, 1), ("gas", 2, 12, 5)])

    def test_ties_keep_the_order_they_came_in(self):
        uses = [(product, order, 1) for order in (1, 2) for product in ("c", "a", "b")]
        self.assertEqual([entry.product for entry in rank(uses, 2)], ["c", "a", "b"])
        self.assertEqual([entry.code for entry in share([("z", 2), ("a", 2), ("m", 2), ("b", 2)])], ["z", "a", "m"])

    def test_shares_are_of_the_orders_with_a_code_rounded_half_up(self):
        shares = share([("fan", 5), (None, 40), ("gas", 1), ("fan", 2), ("door", 4)])
        # of 12 with a code: 7 = 58.3 %, 4 = 33.3 %, 1 = 8.3 %
        self.assertEqual([(entry.code, entry.count, entry.total, entry.percent) for entry in shares],
                         [("fan", 7, 12, 58), ("door", 4, 12, 33), ("gas", 1, 12, 8)])
        self.assertEqual([entry.percent for entry in share([("a", 1), ("b", 7)])], [88, 13])  # 87.5 and 12.5

    @settings(max_examples=200, deadline=None)
    @given(USES, st.integers(1, 20))
    def test_ranking_agrees_with_an_independent_count(self, uses, total):
        found = {entry.product: (entry.orders, entry.quantity) for entry in rank(uses, total)}
        expected = {}
        for product in {use[0] for use in uses}:
            sums = Counter()
            for used, order, quantity in uses:
                if used == product:
                    sums[order] += quantity
            ordered = sorted(sums.values())
            if len(ordered) > 1:
                expected[product] = (len(ordered), ordered[(len(ordered) - 1) // 2])
        self.assertEqual(found, expected)
        counts = [entry.orders for entry in rank(uses, total)]
        self.assertEqual(counts, sorted(counts, reverse=True))

    @settings(max_examples=300, deadline=None)
    @given(GROUPS, MAYBE, MAYBE, st.sets(IDS))
    def test_no_narrower_scope_than_the_chosen_one_has_enough_orders(self, groups, brand, cause, families):
        cases = [(entry.family, entry.brand, entry.cause) for entry in groups for _number in range(entry.count)]
        ladder = []
        for same_cause in (True, False):
            for same_family in (True, False):
                for same_brand in (True, False):
                    if (same_cause and cause is None) or (same_brand and brand is None):
                        continue
                    ladder.append((Scope(same_cause, same_family, same_brand, sum(
                        1 for family, its_brand, its_cause in cases
                        if (its_cause == cause or not same_cause) and (its_brand == brand or not same_brand)
                        and (family in families or not same_family))), 3 if same_brand else 2))
        expected = next((scope for scope, least in ladder if scope.count >= least), None)
        self.assertEqual(choose_scope(groups, brand, cause, families), expected)

    @settings(max_examples=200, deadline=None)
    @given(st.lists(st.tuples(MAYBE, st.integers(0, 9)), max_size=12))
    def test_shares_agree_with_an_independent_count(self, counts):
        cases = [code for code, count in counts for _number in range(count) if code is not None]
        for entry in share(counts):
            self.assertEqual((entry.count, entry.total), (cases.count(entry.code), len(cases)))
            self.assertLessEqual(abs(entry.percent - 100 * entry.count / entry.total), 0.5)
        self.assertEqual(len(share(counts)), min(3, len(set(cases))))
