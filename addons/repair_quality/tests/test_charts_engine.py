from odoo.tests import BaseCase, tagged

from ..engine import control_chart, pareto


@tagged("post_install", "-at_install")
class TestControlChartEngine(BaseCase):
    """p chart by hand."""

    def test_centre_and_limits(self):
        """10 + 20 + 30 of 100, 100, 400: centre 60 / 600 = 0.1; sd of 100 is 0.03, of 400 is 0.015."""
        centre, points = control_chart.build([(100, 10), (100, 20), (400, 30)])
        self.assertAlmostEqual(centre, 0.1)
        self.assertEqual([round(point.lower, 4) for point in points], [0.01, 0.01, 0.055])
        self.assertEqual([round(point.upper, 4) for point in points], [0.19, 0.19, 0.145])
        self.assertEqual([point.signals for point in points], [(), ("outside",), ()])

    def test_limits_stay_between_0_and_1(self):
        """2 of 4: centre 0.5, sd 0.25: 0.5 +/- 0.75."""
        _centre, (point,) = control_chart.build([(4, 2)])
        self.assertEqual((point.lower, point.upper), (0.0, 1.0))

    def test_point_below_the_lower_limit_is_a_signal_too(self):
        """1000 of which 200, 1000 of which 40: centre 0.12, sd 0.01028: 0.0892 to 0.1508."""
        _centre, points = control_chart.build([(1000, 200), (1000, 40)])
        self.assertEqual([point.signals for point in points], [("outside",), ("outside",)])
        self.assertEqual((round(points[0].lower, 4), round(points[0].upper, 4)), (0.0892, 0.1508))

    def test_ninth_point_in_a_row_on_one_side_is_a_run_the_eighth_is_not(self):
        counts = [(100, 11), (100, 12)] * 4 + [(100, 11)] + [(100, 5)]
        _centre, points = control_chart.build(counts)
        self.assertEqual([point.signals for point in points], [()] * 8 + [("run",)] + [()])

    def test_point_on_the_centre_ends_a_run(self):
        """Five at 12 and 11 below and above: centre 0.1 exactly with the middle point at 10."""
        counts = [(100, 12)] * 5 + [(100, 10)] + [(100, 8)] * 5
        centre, points = control_chart.build(counts)
        self.assertAlmostEqual(centre, 0.1)
        self.assertFalse(any(point.signals for point in points))

    def test_sixth_rising_or_falling_point_is_a_trend_the_fifth_is_not(self):
        rising = control_chart.build([(1000, 100 + step) for step in range(6)])[1]
        self.assertEqual([point.signals for point in rising], [()] * 5 + [("trend",)])
        falling = control_chart.build([(1000, 100 - step) for step in range(6)])[1]
        self.assertEqual(falling[-1].signals, ("trend",))
        level = control_chart.build([(1000, count) for count in (100, 101, 102, 103, 103, 104)])[1]
        self.assertFalse(level[-1].signals, "a standstill is no rise")

    def test_periods_without_units_are_gaps_and_do_not_break_a_row(self):
        counts = [(1000, 100), (0, 0), (1000, 101), (1000, 102), (1000, 103), (0, 0), (1000, 104), (1000, 105)]
        _centre, points = control_chart.build(counts)
        self.assertIsNone(points[1].share)
        self.assertEqual(points[-1].signals, ("trend",))

    def test_nothing_at_all_has_no_centre(self):
        self.assertEqual(control_chart.build([(0, 0)])[0], None)
        self.assertEqual(control_chart.build([]), (None, []))

    def test_few_expected_defective_units_make_limits_rough(self):
        """Centre 0.05: 100 units expect 5, 80 expect 4."""
        _centre, points = control_chart.build([(100, 5), (80, 4)])
        self.assertEqual([point.rough for point in points], [False, True])


@tagged("post_install", "-at_install")
class TestParetoEngine(BaseCase):

    def test_bars_are_sorted_and_cumulated(self):
        """50, 30, 15, 5 of 100: 80 % is reached by the second."""
        bars = pareto.rank({"c": 15, "a": 50, "d": 5, "b": 30})
        self.assertEqual([bar.key for bar in bars], ["a", "b", "c", "d"])
        self.assertEqual([bar.cumulated for bar in bars], [0.5, 0.8, 0.95, 1.0])
        self.assertEqual([bar.vital for bar in bars], [True, True, False, False])

    def test_cause_that_reaches_80_percent_is_one_of_the_vital_few(self):
        self.assertEqual([bar.vital for bar in pareto.rank({"a": 79, "b": 20, "c": 1})], [True, True, False])

    def test_nothing_makes_no_bars(self):
        self.assertEqual(pareto.rank({}), [])
        self.assertEqual(pareto.rank({"a": 0}), [])
