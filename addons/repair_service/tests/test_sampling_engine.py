from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine.sampling import (
    AQLS,
    LETTERS,
    LEVELS,
    SAMPLE_SIZES,
    get_code_letter,
    get_plan,
    get_sample,
    inspect_all,
    is_proven,
    switch,
)

# First lot size of each column of table 1.
COLUMNS = (2, 9, 16, 26, 51, 91, 151, 281, 501, 1201, 3201, 10001, 35001, 150001, 500001)
# Written from the published tables, arrows followed: code letters -> (n, Ac).
NORMAL = {
    "1.0": {"ABCDEF": (13, 0), "GH": (50, 1), "J": (80, 2), "K": (125, 3), "L": (200, 5), "M": (315, 7), "N": (500, 10), "P": (800, 14),
            "QR": (1250, 21)},
    "2.5": {"ABCD": (5, 0), "EF": (20, 1), "G": (32, 2), "H": (50, 3), "J": (80, 5), "K": (125, 7), "L": (200, 10), "M": (315, 14),
            "NPQR": (500, 21)},
    "4.0": {"ABC": (3, 0), "DE": (13, 1), "F": (20, 2), "G": (32, 3), "H": (50, 5), "J": (80, 7), "K": (125, 10), "L": (200, 14),
            "MNPQR": (315, 21)},
    "0.65": {"ABCDEFG": (20, 0), "HJ": (80, 1), "K": (125, 2), "L": (200, 3), "M": (315, 5), "N": (500, 7), "P": (800, 10),
             "Q": (1250, 14), "R": (2000, 21)},
    "10": {"ABC": (5, 1), "D": (8, 2), "E": (13, 3), "F": (20, 5), "G": (32, 7), "H": (50, 10), "J": (80, 14), "KLMNPQR": (125, 21)},
}
TIGHTENED = {
    "1.0": {"ABCDEF": (20, 0), "GHJ": (80, 1), "K": (125, 2), "L": (200, 3), "M": (315, 5), "N": (500, 8), "P": (800, 12),
            "QR": (1250, 18)},
    "2.5": {"ABCD": (8, 0), "EFG": (32, 1), "H": (50, 2), "J": (80, 3), "K": (125, 5), "L": (200, 8), "M": (315, 12), "NPQR": (500, 18)},
    "4.0": {"ABC": (5, 0), "DEF": (20, 1), "G": (32, 2), "H": (50, 3), "J": (80, 5), "K": (125, 8), "L": (200, 12), "MNPQR": (315, 18)},
    "0.65": {"ABCDEFG": (32, 0), "HJK": (125, 1), "L": (200, 2), "M": (315, 3), "N": (500, 5), "P": (800, 8), "Q": (1250, 12),
             "R": (2000, 18)},
}
lots, levels, aqls = st.integers(2, 2_000_000), st.sampled_from(LEVELS), st.sampled_from(AQLS)


@tagged("post_install", "-at_install")
class TestSamplingEngine(BaseCase):
    """ISO 2859-1: code letters, both master tables with their arrows, switching."""

    def _letters(self, level):
        return "".join(get_code_letter(size, level) for size in COLUMNS)

    def test_code_letters_are_those_of_table_1(self):
        self.assertEqual({level: self._letters(level) for level in LEVELS}, {
            "S-1": "AAAABBBBCCCCDDD", "S-2": "AAABBBCCCDDDEEE", "S-3": "AABBCCDDEEFFGGH", "S-4": "AABCCDEEFGGHJJK",
            "I": "AABCCDEFGHJKLMN", "II": "ABCDEFGHJKLMNPQ", "III": "BCDEFGHJKLMNPQR"})

    def test_the_last_lot_of_a_column_has_its_letter_and_the_next_one_the_next(self):
        self.assertEqual([get_code_letter(size, "II") for size in (8, 9, 25, 26, 500_000, 500_001)], ["A", "B", "C", "D", "P", "Q"])

    def test_sample_sizes_belong_to_the_letters(self):
        self.assertEqual(dict(zip(LETTERS, SAMPLE_SIZES, strict=True)), {
            "A": 2, "B": 3, "C": 5, "D": 8, "E": 13, "F": 20, "G": 32, "H": 50, "J": 80, "K": 125, "L": 200, "M": 315, "N": 500,
            "P": 800, "Q": 1250, "R": 2000})

    def _check_table(self, table, severity):
        for aql, rows in table.items():
            for letters, (size, accept) in rows.items():
                for letter in letters:
                    with self.subTest(aql=aql, letter=letter, severity=severity):
                        self.assertEqual(get_plan(letter, aql, severity), (size, accept, accept + 1))

    def test_normal_inspection_is_table_2_a(self):
        self._check_table(NORMAL, "normal")

    def test_tightened_inspection_is_table_2_b(self):
        self._check_table(TIGHTENED, "tightened")

    def test_a_whole_row_of_the_table(self):
        accept = [get_plan("F", aql)[:2] for aql in AQLS]  # 0, up, down, 1, 2, 3, 5, 7
        self.assertEqual(accept, [(20, 0), (13, 0), (32, 1), (20, 1), (20, 2), (20, 3), (20, 5), (20, 7)])
        accept = [get_plan("J", aql, "tightened")[:2] for aql in AQLS]  # down, 1, 2, 3, 5, 8, 12, 18
        self.assertEqual(accept, [(125, 1), (80, 1), (80, 2), (80, 3), (80, 5), (80, 8), (80, 12), (80, 18)])

    def test_a_sample_as_large_as_the_lot_is_the_whole_lot(self):
        self.assertEqual(get_sample(4, "II", "2.5"), (4, 0, 1))
        self.assertEqual(get_sample(5, "II", "2.5"), (5, 0, 1))
        self.assertEqual(get_sample(40, "III", "10"), (13, 3, 4))
        self.assertEqual(get_sample(60, "S-1", "0.65"), (20, 0, 1))

    def test_one_unit_is_inspected(self):
        self.assertEqual(get_sample(1, "II", "15"), (1, 0, 1))
        self.assertEqual(inspect_all(7), (7, 0, 1))

    @settings(max_examples=300, deadline=None)
    @given(lots, levels, aqls, st.sampled_from(("normal", "tightened")))
    def test_every_lot_has_a_plan_that_fits_it(self, lot, level, aql, severity):
        sample = get_sample(lot, level, aql, severity)
        self.assertTrue(1 <= sample.size <= lot)
        self.assertEqual(sample.reject, sample.accept + 1)
        self.assertLess(sample.accept, get_plan(get_code_letter(lot, level), aql, severity).size)

    @settings(max_examples=300, deadline=None)
    @given(st.sampled_from(LETTERS), aqls)
    def test_tightened_inspection_never_tolerates_a_larger_share(self, letter, aql):
        normal, tightened = get_plan(letter, aql), get_plan(letter, aql, "tightened")
        if normal.accept == 0 or tightened.accept == 0:
            self.assertLessEqual(tightened.accept, max(normal.accept, 1))
        self.assertGreaterEqual(tightened.size * (normal.accept + 1), normal.size * (tightened.accept + 1) * 0.99)

    @settings(max_examples=300, deadline=None)
    @given(st.sampled_from(LETTERS), st.sampled_from(range(len(AQLS) - 1)))
    def test_a_stricter_limit_asks_for_no_less_of_the_same_sample(self, letter, step):
        strict, lenient = get_plan(letter, AQLS[step]), get_plan(letter, AQLS[step + 1])
        if strict.size == lenient.size:
            self.assertLessEqual(strict.accept, lenient.accept)

    @settings(max_examples=200, deadline=None)
    @given(st.integers(2, 1_000_000), st.integers(2, 1_000_000), levels, aqls)
    def test_a_larger_lot_has_no_smaller_letter(self, one, other, level, aql):
        small, large = sorted((one, other))
        self.assertLessEqual(LETTERS.index(get_code_letter(small, level)), LETTERS.index(get_code_letter(large, level)))

    def test_two_of_five_rejected_tighten(self):
        self.assertEqual(switch("normal", "AAAAAAR"), "normal")
        self.assertEqual(switch("normal", "RR"), "tightened")
        self.assertEqual(switch("normal", "RAAAR"), "tightened")
        self.assertEqual(switch("normal", "RAAAAR"), "normal")  # the two are six lots apart

    def test_five_accepted_in_a_row_relax(self):
        self.assertEqual(switch("tightened", "AAAA"), "tightened")
        self.assertEqual(switch("tightened", "AAAARAAAA"), "tightened")
        self.assertEqual(switch("tightened", "RAAAAA"), "normal")

    def test_five_rejected_while_tightened_stop(self):
        self.assertEqual(switch("tightened", "RRRR"), "tightened")
        self.assertEqual(switch("tightened", "RARAARARAR"), "stopped")

    def test_sampling_begins_after_enough_accepted_lots(self):
        self.assertFalse(is_proven("AA", 3))
        self.assertFalse(is_proven("AAAR", 3))
        self.assertTrue(is_proven("RAAA", 3))
