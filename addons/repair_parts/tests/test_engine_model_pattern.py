import unittest

from ..engine import model_pattern as mp


class TestModelPattern(unittest.TestCase):
    def test_a_name_is_compared_in_small_letters_without_double_blanks(self):
        self.assertEqual(mp.normalise("  BCD-470  WDPG\uff0a"), "bcd-470 wdpg*")

    def test_a_list_is_cut_at_western_and_chinese_commas(self):
        self.assertEqual(mp.split("A-1, b-2\uff0cC-3\u3001;"), ["a-1", "b-2", "c-3"])

    def test_a_prefix_needs_no_second_look(self):
        self.assertEqual((mp.get_key("BCD-470*"), mp.get_like("BCD-470*")), ("bcd-470*", ""))
        self.assertEqual((mp.get_key("BCD-470"), mp.get_like("BCD-470")), ("bcd-470", ""))

    def test_wildcards_within_are_looked_at_by_like_and_what_like_knows_is_escaped(self):
        self.assertEqual((mp.get_key("B_4?0*W"), mp.get_like("B_4?0*W")), ("b_4*", "b\\_4_0%w"))

    def test_a_model_is_looked_up_by_every_prefix(self):
        self.assertEqual(mp.get_candidates("AB1"), ["ab1", "ab1*", "ab*", "a*", "*"])
        self.assertEqual(mp.get_candidates(" "), [])

    def test_every_pattern_that_matches_is_among_the_candidates_of_its_model(self):
        for pattern in ("BCD-470*", "bcd-4?0*", "*WDPG", "BCD-470WDPG", "B*G", "?CD*"):
            with self.subTest(pattern):
                self.assertTrue(mp.matches(pattern, "BCD-470WDPG"))
                self.assertIn(mp.get_key(pattern), mp.get_candidates("BCD-470WDPG"))

    def test_other_models_do_not_match(self):
        for pattern in ("BCD-470", "BCD-471*", "CD-470*", "BCD-470WDPG?", "BCD.470WDPG"):
            with self.subTest(pattern):
                self.assertFalse(mp.matches(pattern, "BCD-470WDPG"))
