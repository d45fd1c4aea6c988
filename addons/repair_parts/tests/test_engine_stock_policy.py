from math import ceil, exp, sqrt

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.repair_parts.engine import demand, part_class, stock_count
from odoo.addons.repair_parts.engine.part_class import Usage

SERIES = st.lists(st.integers(0, 20), min_size=3, max_size=24)


@tagged("post_install", "-at_install")
class TestEnginePartClass(BaseCase):
    def _classify(self, *values, a=80, b=95):
        classes = part_class.classify_abc([Usage(index, value, index) for index, value in enumerate(values)], a, b)
        return "".join(classes[index][0] for index in range(len(values)))

    def test_abc_follows_the_share_of_what_stands_before(self):
        # before each of 500, 300, 100, 60, 40 stand 0, 50, 80, 90 and 96 % of 1000
        self.assertEqual(self._classify(500, 300, 100, 60, 40), "AABBC")

    def test_the_order_of_the_parts_does_not_matter(self):
        self.assertEqual(self._classify(40, 500, 60, 100, 300), "CABBA")

    def test_one_part_that_makes_up_all_is_an_a(self):
        self.assertEqual(self._classify(990, 10), "AC")

    def test_what_nobody_used_is_a_c(self):
        self.assertEqual(self._classify(0, 0), "CC")
        self.assertEqual(self._classify(100, 0), "AC")

    @given(st.lists(st.integers(0, 10_000), min_size=1, max_size=60))
    def test_a_dearer_part_never_has_a_lower_class(self, values):
        usages = [Usage(index, value, index) for index, value in enumerate(values)]
        classes = part_class.classify_abc(usages, 80, 95)
        ranked = [classes[usage.key][0] for usage in sorted(usages, key=lambda usage: (-usage.value, usage.order))]
        self.assertEqual(ranked, sorted(ranked))
        self.assertEqual(ranked[0], "A" if max(values) else "C")

    def test_xyz_follows_the_coefficient_of_variation(self):
        self.assertEqual(part_class.classify_xyz([10, 10, 10], 0.5, 1.0), ("X", 0.0))
        self.assertEqual(part_class.classify_xyz([4, 0, 4, 0], 0.5, 1.0), ("Y", 1.0))  # mean 2, deviation 2
        name, variation = part_class.classify_xyz([9, 0, 0], 0.5, 1.0)
        self.assertEqual(name, "Z")
        self.assertAlmostEqual(variation, sqrt(2))  # mean 3, variance (36 + 9 + 9) / 3 = 18
        self.assertEqual(part_class.classify_xyz([0, 0], 0.5, 1.0), ("Z", None))

    def test_new_stock_is_not_slow(self):
        self.assertEqual(part_class.get_health(None, 20, 180, 365), "moving")
        self.assertEqual(part_class.get_health(400, 20, 180, 365), "moving")
        self.assertEqual(part_class.get_health(200, 300, 180, 365), "slow")
        self.assertEqual(part_class.get_health(None, 400, 180, 365), "dead")

    def test_dead_stock_goes_back_is_sold_off_or_scrapped(self):
        self.assertIsNone(part_class.get_proposal("moving", True, 10, 90))
        self.assertEqual(part_class.get_proposal("slow", False, 60, 90), "return")
        self.assertEqual(part_class.get_proposal("dead", False, 400, 90), "sell")
        self.assertEqual(part_class.get_proposal("dead", True, None, 90), "scrap")
        self.assertEqual(part_class.get_proposal("slow", True, None, 90), "sell")


@tagged("post_install", "-at_install")
class TestEngineDemand(BaseCase):
    def test_patterns_follow_interval_and_variation_of_sizes(self):
        self.assertEqual(demand.get_pattern([5, 5, 5, 5]).kind, "smooth")
        self.assertEqual(demand.get_pattern([1, 9, 1, 1]).kind, "erratic")  # mean 3, variance 12: CV² 1.33
        self.assertEqual(demand.get_pattern([0, 0, 1, 0, 0, 1]), ("intermittent", 3.0, 0.0, 0))
        self.assertEqual(demand.get_pattern([9, 0, 1, 0, 1, 0]).kind, "lumpy")
        self.assertEqual(demand.get_pattern([0, 0]).kind, "none")

    def test_croston_is_cut_by_half_of_alpha(self):
        self.assertAlmostEqual(demand.forecast_sba([0, 0, 4, 0, 0, 4], 0.1), 0.95 * 4 / 3)
        # second demand of 8 after 1 period: size 4 + 0.1 x 4 = 4.4, interval 3 + 0.1 x (1 - 3) = 2.8
        self.assertAlmostEqual(demand.forecast_sba([0, 0, 4, 8], 0.1), 0.95 * 4.4 / 2.8)
        self.assertEqual(demand.forecast_sba([0, 0], 0.1), 0.0)

    def test_tsb_fades_while_nothing_is_asked_for(self):
        # chance 1/2 at the first demand, then three idle periods: 0.5 x 0.9³, of 6 units each
        self.assertAlmostEqual(demand.forecast_tsb([0, 6, 0, 0, 0], 0.1, 0.1), 6 * 0.5 * 0.729)
        self.assertEqual(demand.forecast_tsb([0, 0], 0.1, 0.1), 0.0)

    def test_reorder_point_of_even_demand_known_by_calculation(self):
        # mean 10, variance 24 / 11; two periods: 20 + 1.644854 x sqrt(2 x 24 / 11) = 20 + 3.436
        plan = demand.get_plan([10, 12, 8, 10] * 3, [2.0], 0.95)
        self.assertEqual((plan.method, plan.reorder), ("normal", 24))
        self.assertAlmostEqual(plan.safety, 3.436, 3)

    def test_reorder_point_reckons_with_lead_times_that_differ(self):
        # demand is always 10; lead times 1 and 3 deviate by sqrt(2): 20 + 1.644854 x 10 x 1.41421 = 43.26
        self.assertEqual(demand.get_plan([10] * 12, [1.0, 3.0], 0.95).reorder, 44)

    def test_reorder_point_of_intermittent_demand_known_by_calculation(self):
        # one unit every third period, three periods to come: Poisson(1) reaches .3679 .7358 .9197 .9810 .9963
        series = [0, 0, 1] * 4
        for service, reorder in ((0.70, 1), (0.90, 2), (0.95, 3), (0.99, 4)):
            plan = demand.get_plan(series, [3.0], service, alpha=0.0)
            self.assertEqual((plan.method, plan.reorder), ("sba", reorder), service)
        self.assertEqual(demand.get_plan([0, 0, 2] * 4, [3.0], 0.95, alpha=0.0).reorder, 6)

    def test_lumpy_demand_takes_the_sizes_that_were_met(self):
        # D = N1 + 3 N3, each Poisson(1/2)
        pmf = demand.get_lead_time_demand(1.0, [1, 3], [1.0])
        for units, factor in enumerate((1, 0.5, 0.125, 0.125 / 6 + 0.5)):
            self.assertAlmostEqual(pmf[units], exp(-1) * factor)

    def test_every_lead_time_measured_counts_alike(self):
        pmf = demand.get_lead_time_demand(1.0, [1], [1.0, 3.0])
        self.assertAlmostEqual(pmf[0], (exp(-1) + exp(-3)) / 2)
        self.assertAlmostEqual(pmf[1], (exp(-1) + 3 * exp(-3)) / 2)

    def test_fill_rate_of_poisson_demand(self):
        plan = demand.get_plan([0, 0, 1] * 4, [3.0], 0.7, alpha=0.0)
        # short in a cycle beyond 1: E(D) - 1 + P(0) = exp(-1); two units a cycle
        self.assertAlmostEqual(demand.get_fill_rate([0, 0, 1] * 4, [3.0], plan, 1, 2), 1 - exp(-1) / 2)
        self.assertIsNone(demand.get_fill_rate([0, 0], [1.0], demand.get_plan([0, 0], [1.0], 0.9), 0, 1))

    def test_part_that_died_fades_and_needs_less(self):
        alive, dying = [0, 2] * 6, [0, 2, 0, 2, 0, 2, 0, 2, 0, 0, 0, 0, 0, 0]
        self.assertEqual(demand.get_plan(dying, [2.0], 0.95).method, "tsb")
        self.assertLess(demand.get_plan(dying, [2.0], 0.95).reorder, demand.get_plan(alive, [2.0], 0.95).reorder)

    def test_no_demand_no_stock(self):
        self.assertEqual(demand.get_plan([0] * 12, [1.0], 0.99), (0.0, 0.0, 0, "none"))

    def test_economic_lot(self):
        self.assertEqual(demand.get_lot(1200, 30, 0.25, 9.6), ceil(sqrt(2 * 1200 * 30 / 2.4)))  # 173.2
        self.assertEqual(demand.get_lot(1200, 30, 0.25, 9.6, most=100), 100)
        self.assertEqual(demand.get_lot(1200, 30, 0.25, 9.6, least=200, most=100), 200)
        self.assertEqual(demand.get_lot(0, 30, 0.25, 9.6), 0)
        self.assertEqual(demand.get_lot(8, 30, 0.25, 0.0), 8)

    @settings(max_examples=60, deadline=None)
    @given(SERIES, st.lists(st.floats(0.05, 4.0), min_size=1, max_size=4), st.floats(0.5, 0.97))
    def test_better_service_never_needs_less(self, series, lead_times, service):
        low, high = (demand.get_plan(series, lead_times, level) for level in (service, service + 0.02))
        self.assertLessEqual(low.reorder, high.reorder)
        self.assertGreaterEqual(low.safety, 0)

    @settings(max_examples=60, deadline=None)
    @given(SERIES, st.floats(0.1, 4.0))
    def test_chances_add_up_and_have_the_forecast_as_their_mean(self, series, lead_time):
        forecast = demand.forecast_sba(series, 0.1)
        if forecast:
            pmf = demand.get_pmf(series, [lead_time], forecast)
            self.assertAlmostEqual(sum(pmf), 1, 6)
            self.assertAlmostEqual(sum(units * chance for units, chance in enumerate(pmf)), forecast * lead_time, 4)

    @settings(max_examples=60, deadline=None)
    @given(SERIES, st.integers(1, 30))
    def test_fill_rate_is_a_share_and_grows_with_the_stock(self, series, lot):
        plan = demand.get_plan(series, [1.5], 0.9)
        rates = [demand.get_fill_rate(series, [1.5], plan, units, lot) for units in range(6)]
        if rates[0] is not None:
            self.assertEqual(rates, sorted(rates))
            self.assertTrue(all(0 <= rate <= 1 for rate in rates))


@tagged("post_install", "-at_install")
class TestEngineStockCount(BaseCase):
    def test_places_are_walked_in_natural_order(self):
        names = ["A-10", "a-2", "B-1", "A-1", ""]
        self.assertEqual(sorted(names, key=stock_count.get_walk_key), ["", "A-1", "a-2", "A-10", "B-1"])

    def test_tolerance_is_a_share_of_the_books(self):
        self.assertTrue(stock_count.is_within(100, 97, 3))
        self.assertFalse(stock_count.is_within(100, 96, 3))
        self.assertFalse(stock_count.is_within(100, 104, 3))
        self.assertTrue(stock_count.is_within(0, 0, 0))
        self.assertFalse(stock_count.is_within(0, 1, 5))

    def test_a_dear_difference_is_never_tolerated(self):
        self.assertFalse(stock_count.is_within(100, 98, 3, unit_cost=60, value_limit=100))
        self.assertTrue(stock_count.is_within(100, 98, 3, unit_cost=50, value_limit=100))

    def test_overs_and_shorts_are_told_apart(self):
        self.assertEqual(stock_count.split(3.0), (3.0, 0.0))
        self.assertEqual(stock_count.split(-2.0), (0.0, 2.0))

    def test_second_count_confirms_the_same_difference(self):
        self.assertTrue(stock_count.is_confirmed(-2.0, -2.0))
        self.assertFalse(stock_count.is_confirmed(-2.0, 0.0))

    def test_counts_a_year_give_days(self):
        self.assertEqual([stock_count.get_interval(times) for times in (4, 2, 1, 0)], [91, 182, 365, 0])
