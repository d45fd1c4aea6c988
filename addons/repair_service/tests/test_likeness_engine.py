from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine.likeness import Case, compare, get_words, is_drawn, rank


@tagged("-at_install", "post_install")
class TestLikenessEngine(BaseCase):

    def test_words_are_pairs_of_chinese_characters_and_long_latin_words(self):
        self.assertEqual(get_words("冰箱不制冷"), {"冰箱", "箱不", "不制", "制冷"})
        self.assertEqual(get_words("Fan motor is OK, E4错误"), {"fan", "motor", "错误"})
        self.assertEqual(get_words(None), frozenset())

    def test_same_cause_is_enough_same_family_alone_is_not(self):
        case = Case(1, cause=7, family=3)
        self.assertEqual(rank(case, [Case(2, cause=7), Case(3, family=3)]), [(2, 40, ["cause"])])

    def test_weights_add_up(self):
        # symptom 30, family 15, brand 10
        self.assertEqual(compare(Case(1, symptom=1, family=2, brand=3), Case(2, symptom=1, family=2, brand=3)),
                         (55, ["symptom", "family", "brand"]))

    def test_the_same_words_make_cases_alike(self):
        words = get_words("上门迟到两小时")
        score, names = compare(Case(1, words=words), Case(2, words=words))
        self.assertEqual((score, names), (30, ["text"]))

    def test_what_is_not_known_is_not_shared(self):
        self.assertEqual(compare(Case(1), Case(2)), (0, []))

    def test_a_case_is_not_like_itself_and_the_best_comes_first(self):
        case = Case(1, symptom=1, part=2)
        others = [case, Case(2, symptom=1), Case(3, symptom=1, part=2), Case(4, symptom=1)]
        self.assertEqual([row[0] for row in rank(case, others, limit=2)], [3, 4])

    @given(st.text(max_size=20), st.floats(0, 100), st.floats(0, 100))
    def test_the_draw_of_an_order_never_changes_and_larger_samples_keep_smaller_ones(self, key, one, other):
        small, large = sorted((one, other))
        self.assertEqual(is_drawn(key, small), is_drawn(key, small))
        self.assertTrue(is_drawn(key, large) or not is_drawn(key, small))
        self.assertTrue(is_drawn(key, 100))
        self.assertFalse(is_drawn(key, 0))

    def test_a_fifth_is_about_a_fifth(self):
        drawn = sum(is_drawn(f"rule-{number}", 20) for number in range(2000))
        self.assertTrue(340 <= drawn <= 460, drawn)
