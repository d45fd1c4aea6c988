from odoo.tests import BaseCase, tagged

from odoo.addons.repair_parts.engine.fifo import Layer, round_to_total, take


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
