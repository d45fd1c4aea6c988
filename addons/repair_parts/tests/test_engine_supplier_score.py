from datetime import date

from odoo.tests import BaseCase, tagged

from odoo.addons.repair_parts.engine import supplier_score as engine
from odoo.addons.repair_parts.engine.supplier_score import Candidate, Offer

WEIGHTS = (50, 30, 20)


@tagged("post_install", "-at_install")
class TestEngineSupplierScore(BaseCase):
    def _candidate(self, key, **values):
        return Candidate(**{
            "key": key, "standing": 0, "refused": False, "late": 0, "score": 80.0, "price": 10.0, "agreement": False, "order": key,
            **values})

    def _rank(self, *candidates, price_weight=0.2, unknown=60.0):
        return [(candidate.key, round(points, 2)) for candidate, points in engine.rank(candidates, price_weight, unknown)]

    def test_quality_is_the_share_that_was_neither_refused_nor_failed(self):
        self.assertEqual(engine.get_quality(200, 6, 4, 12, 5), 95.0)  # 190 of 200

    def test_quality_does_not_fall_below_zero(self):
        self.assertEqual(engine.get_quality(5, 5, 3, 5, 5), 0.0)

    def test_too_few_receipts_give_no_quality(self):
        self.assertIsNone(engine.get_quality(200, 0, 0, 4, 5))
        self.assertIsNone(engine.get_quality(0, 0, 0, 0, 0))

    def test_delivery_is_the_share_of_lines_complete_by_the_promised_day(self):
        self.assertEqual(engine.get_delivery(7, 8, 5), 87.5)
        self.assertIsNone(engine.get_delivery(4, 4, 5))
        self.assertIsNone(engine.get_delivery(0, 0, 0))

    def test_price_compares_with_the_best_and_is_full_at_best(self):
        self.assertEqual(engine.get_price(900.0, 1000.0, 5, 5), 90.0)
        self.assertEqual(engine.get_price(1100.0, 1000.0, 5, 5), 100.0)
        self.assertIsNone(engine.get_price(900.0, 1000.0, 4, 5))
        self.assertIsNone(engine.get_price(0.0, 0.0, 9, 5))

    def test_the_score_weighs_the_three_figures(self):
        self.assertEqual(engine.get_score(95.0, 87.5, 90.0, WEIGHTS), 91.75)  # 47.5 + 26.25 + 18

    def test_an_unknown_price_leaves_its_weight_to_the_others(self):
        self.assertEqual(engine.get_score(96.0, 80.0, None, WEIGHTS), 90.0)  # (4800 + 2400) / 80

    def test_without_quality_or_delivery_there_is_no_score(self):
        self.assertIsNone(engine.get_score(None, 80.0, 90.0, WEIGHTS))
        self.assertIsNone(engine.get_score(90.0, None, 90.0, WEIGHTS))
        self.assertIsNone(engine.get_score(90.0, 90.0, None, (0, 0, 100)))

    def test_grades_begin_at_their_thresholds(self):
        grades = [engine.get_grade(score, (85, 70, 50)) for score in (100, 85, 84.9, 70, 69.9, 50, 49.9, 0, None)]
        self.assertEqual(grades, ["A", "A", "B", "B", "C", "C", "D", "D", None])

    def test_a_line_is_on_time_when_all_of_it_came_by_the_promised_day(self):
        promised, day_after = date(2026, 3, 5), date(2026, 3, 6)
        self.assertTrue(engine.is_on_time(promised, 5, [(date(2026, 3, 1), 2), (promised, 3)]))
        self.assertFalse(engine.is_on_time(promised, 5, [(promised, 4), (day_after, 1)]))
        self.assertFalse(engine.is_on_time(promised, 1, []))

    def test_one_replacement_fails_one_fitted_line_the_last_before_it(self):
        first, second, third = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
        lines = [("a", first, "x", third), ("b", second, "x", third)]
        self.assertEqual(engine.count_early_failures({"a": 1, "b": 1}, {"x": 1}, lines), {"b": 1})

    def test_only_as_many_units_failed_as_were_replaced(self):
        day = date(2026, 1, 1)
        self.assertEqual(engine.count_early_failures({"a": 4}, {"x": 1, "y": 1}, [("a", day, "x", day), ("a", day, "y", day)]), {"a": 2})
        self.assertEqual(engine.count_early_failures({"a": 1}, {"x": 3}, [("a", day, "x", day)]), {"a": 1})

    def test_the_best_price_keeps_to_the_quantity_breaks(self):
        offers = [Offer("a", 1, 10.0), Offer("a", 50, 8.0), Offer("b", 1, 9.5), Offer("c", 1, 0.0)]
        self.assertEqual(engine.get_best_prices(offers, 10), {"a": 10.0, "b": 9.5})
        self.assertEqual(engine.get_best_prices(offers, 50), {"a": 8.0, "b": 9.5})

    def test_points_weigh_score_and_price_of_the_part(self):
        ranked = self._rank(self._candidate("a", score=90.0, price=12.5), self._candidate("b", score=80.0, price=10.0))
        self.assertEqual(ranked, [("a", 88.0), ("b", 84.0)])  # 72 + 0.2 x 80; 64 + 20

    def test_cheap_and_unknown_does_not_beat_good_and_dearer(self):
        ranked = self._rank(self._candidate("new", score=None, price=9.0), self._candidate("known", score=95.0, price=10.0))
        self.assertEqual(ranked, [("known", 94.0), ("new", 68.0)])  # 76 + 18; 48 + 20

    def test_approved_comes_before_trial_before_unqualified_before_refused(self):
        ranked = self._rank(
            self._candidate("refused", refused=True, score=100.0), self._candidate("unqualified", standing=2, score=99.0),
            self._candidate("trial", standing=1, score=98.0), self._candidate("approved", score=50.0))
        self.assertEqual([key for key, _points in ranked], ["approved", "trial", "unqualified", "refused"])

    def test_who_delivers_in_time_comes_before_who_is_better_but_late(self):
        ranked = self._rank(self._candidate("late", late=3, score=99.0), self._candidate("in time", score=70.0))
        self.assertEqual([key for key, _points in ranked], ["in time", "late"])

    def test_the_price_of_a_refused_supplier_is_no_measure(self):
        ranked = self._rank(self._candidate("blocked", refused=True, price=5.0), self._candidate("a", price=10.0))
        self.assertEqual(ranked[0], ("a", 84.0))  # full price points: 64 + 20

    def test_between_equals_agreement_price_and_own_order_decide(self):
        ranked = self._rank(self._candidate(2), self._candidate(1), self._candidate(3, agreement=True))
        self.assertEqual([key for key, _points in ranked], [3, 1, 2])

    def test_nobody_to_rank_gives_nobody(self):
        self.assertEqual(self._rank(), [])
