from odoo.tests import BaseCase, tagged

from odoo.addons.repair_parts.engine.fifo import Layer, give_back, merge, round_to_total, scale, take, take_each


@tagged("post_install", "-at_install")
class TestEngineFifo(BaseCase):
    def test_takes_the_oldest_layer_first(self):
        self.assertEqual(take([Layer("a", 1, 10), Layer("b", 5, 100)], 2), [Layer("a", 1, 10), Layer("b", 1, 20)])

    def test_takes_part_of_a_layer(self):
        self.assertEqual(take([Layer("a", 4, 10)], 1), [Layer("a", 1, 2.5)])

    def test_skips_empty_layers(self):
        self.assertEqual(take([Layer("a", 0, 0), Layer("b", 2, 8)], 1), [Layer("b", 1, 4)])

    def test_takes_nothing_for_nothing(self):
        self.assertEqual(take([Layer("a", 1, 10)], 0), [])

    def test_uncovered_units_cost_what_the_last_layer_cost(self):
        self.assertEqual(take([Layer("a", 1, 7)], 3), [Layer("a", 1, 7), Layer(None, 2, 14)])

    def test_units_without_any_layer_cost_the_known_cost(self):
        self.assertEqual(take([], 2, last_unit_cost=4.5), [Layer(None, 2, 9)])

    def test_rounded_values_add_up_to_the_total(self):
        layers = [Layer("a", 1, 3.3333), Layer("b", 1, 3.3333), Layer("c", 1, 3.3334)]
        rounded = round_to_total(layers, 10.0, lambda amount: round(amount, 2))
        self.assertEqual([layer.value for layer in rounded], [3.33, 3.33, 3.34])

    def test_rounding_nothing_gives_nothing(self):
        self.assertEqual(round_to_total([], 0.0, round), [])

    def test_the_next_quantity_goes_on_where_the_one_before_stopped(self):
        layers = [Layer("a", 3, 30), Layer("b", 2, 50)]
        self.assertEqual(take_each(layers, [2, 2]), [[Layer("a", 2, 20)], [Layer("a", 1, 10), Layer("b", 1, 25)]])

    def test_a_later_quantity_that_finds_nothing_costs_what_the_last_layer_did(self):
        self.assertEqual(take_each([Layer("a", 1, 7)], [1, 2], last_unit_cost=99), [[Layer("a", 1, 7)], [Layer(None, 2, 14)]])

    def test_what_was_taken_last_is_given_back_first(self):
        taken = [Layer("a", 2, 20), Layer("b", 2, 60)]
        self.assertEqual(give_back(taken, 1), [Layer("a", 2, 20), Layer("b", 1, 30)])
        self.assertEqual(give_back(taken, 3), [Layer("a", 1, 10)])
        self.assertEqual(give_back(taken, 4), [])

    def test_two_shares_of_one_receipt_become_one(self):
        taken = [Layer("a", 1, 10), Layer("a", 2, 20), Layer(None, 1, 10), Layer("b", 1, 5)]
        self.assertEqual(merge(taken), [Layer("a", 3, 30), Layer(None, 1, 10), Layer("b", 1, 5)])

    def test_scaling_keeps_the_shares(self):
        taken = [Layer("a", 1, 10), Layer("b", 1, 30)]
        self.assertEqual(scale(taken, 4, 80), [Layer("a", 2, 20), Layer("b", 2, 60)])
        self.assertEqual(scale([Layer("a", 1, 0), Layer("b", 3, 0)], 4, 8), [Layer("a", 1, 2), Layer("b", 3, 6)])
        self.assertEqual(scale([], 4, 80), [])
