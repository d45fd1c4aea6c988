from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..engine import duplicates, phone
from ..engine.plate_code import PlateCode, has_check_digit, parse

TODAY = date(2026, 11, 22)
GTIN = "06901234567892"
GS = "\x1d"
# Characters of a value that are no brackets, so that both spellings can hold it.
VALUES = st.text("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789-./_", min_size=1, max_size=20)
GTINS = st.integers(0, 10**13 - 1)


def add_check_digit(number):
    """The GTIN of 13 digits and its check digit, stated another way: the sum with it is a whole number of tens."""
    body = f"{number:013d}"
    weights = (3, 1) * 7
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=False))
    return next(f"{body}{check}" for check in range(10) if (total + check) % 10 == 0)


@st.composite
def elements(draw):
    """Some of the identifiers that goods bear, with values, in any order."""
    values = {
        "01": add_check_digit(draw(GTINS)), "11": draw(st.dates(date(1990, 1, 1), date(2070, 1, 1))).strftime("%y%m%d"),
        "10": draw(VALUES), "21": draw(VALUES), "240": draw(VALUES)}
    chosen = draw(st.lists(st.sampled_from(sorted(values)), min_size=1, unique=True))
    return [(name, values[name]) for name in draw(st.permutations(chosen))]


def read(code):
    """What a code bears, without the day that was worked out."""
    named = {"01": code.gtin, "10": code.batch, "21": code.serial, "240": code.additional}
    return {name: value for name, value in named.items() if value}


class TestPlateCode(BaseCase):

    def test_check_digit_is_reckoned_as_on_the_worked_example(self):
        """0 6 9 0 1 2 3 4 5 6 7 8 9, weights 3 1 3 1 ...: 0+6+27+0+3+2+9+4+15+6+21+8+27 = 128, so 2 is missing to 130."""
        self.assertEqual(add_check_digit(690123456789), GTIN)
        self.assertTrue(has_check_digit(GTIN))
        self.assertFalse(has_check_digit("06901234567893"))

    def test_element_string_in_brackets(self):
        code = parse(f"(01){GTIN}(11)240229(10)L7(21)AB-12(240)BCD-216", TODAY)
        self.assertEqual(code, PlateCode(
            serial="AB-12", gtin=GTIN, batch="L7", made_on=date(2024, 2, 29), additional="BCD-216"))

    def test_serial_with_brackets_of_its_own(self):
        self.assertEqual(parse("(21)AB(7)C(10)L", TODAY).serial, "AB(7)C")

    def test_element_string_of_a_scanner(self):
        for text in (
            f"]d201{GTIN}21AB12{GS}10LOT", f"{GS}01{GTIN}21AB12{GS}10LOT", f"]C101{GTIN}21AB12<GS>10LOT",
            f"]Q301{GTIN}10LOT\u241d21AB12",
        ):
            with self.subTest(text=text):
                code = parse(text, TODAY)
                self.assertEqual((code.serial, code.gtin, code.batch, code.text), ("AB12", GTIN, "LOT", ""))

    def test_unmarked_string_may_be_a_serial_number_too(self):
        text = f"01{GTIN}21AB12"
        self.assertEqual((parse(text, TODAY).serial, parse(text, TODAY).text), ("AB12", text))
        for text in ("2112345678", "10ABC", "0112345678901234", f"01{GTIN[:-1]}321AB12", "01" + GTIN + "99", "240BCD"):
            with self.subTest(text=text):
                self.assertEqual(parse(text, TODAY), PlateCode(text=text))

    def test_what_is_no_element_string_is_text(self):
        for text in (
            "(021) 62345678", "(21)", "(21)" + "A" * 21, "(11)24022", "(99", "KFR-35GW", "王芳", "]d2", "(77)A", "]d200" + "1" * 18,
        ):
            with self.subTest(text=text):
                self.assertEqual(parse(f" {text} ", TODAY), PlateCode(text=text))
        self.assertEqual(parse(None, TODAY), PlateCode())

    def test_dates_follow_the_century_rule(self):
        """Within fifty years of today's: 76 minus 26 is 50, so 2076; 77 is 51 ahead, so 1977. Day 00 is the month's last."""
        for value, expected in (
            ("760101", date(2076, 1, 1)), ("770101", date(1977, 1, 1)), ("240200", date(2024, 2, 29)), ("241301", None),
            ("240230", None),
        ):
            with self.subTest(value=value):
                self.assertEqual(parse(f"(11){value}(21)A", TODAY).made_on, expected)

    def test_web_address_with_a_serial_number(self):
        for address in (
            "https://example.com/p?sn=AB-12", "http://example.com/?a=1&SERIAL=AB-12#top", "HTTPS://example.com/p?serial=AB-12&sn=",
            f"https://id.example.com/01/{GTIN}/10/L7/21/AB-12", "https://example.com/p?sn=%20AB-12",
        ):
            with self.subTest(address=address):
                code = parse(address, TODAY)
                self.assertEqual((code.serial, code.text), ("AB-12", ""))
        for address in ("https://example.com/p?model=7", "https://[broken", "ftp://example.com/?sn=7", "example.com?sn=7"):
            with self.subTest(address=address):
                self.assertEqual(parse(address, TODAY), PlateCode(text=address))

    def test_own_tracking_link(self):
        for link in ("https://repair.example.com/rs/42/Ab-_9", "/rs/42/Ab-_9", "http://localhost:8069/rs/42/Ab-_9/"):
            with self.subTest(link=link):
                self.assertEqual(parse(link, TODAY), PlateCode(order_id=42, order_code="Ab-_9"))
        for link in ("/rs/42", "/rs/x/Ab", "/rs/99999999999/Ab", "/rs/4294967296/Ab", "rs/42/Ab"):
            with self.subTest(link=link):
                self.assertIsNone(parse(link, TODAY).order_id)

    @settings(max_examples=300, deadline=None)
    @given(elements())
    def test_both_spellings_give_back_what_they_were_made_of(self, pairs):
        expected = {name: value for name, value in pairs if name != "11"}
        bracketed = "".join(f"({name}){value}" for name, value in pairs)
        scanned = "]d2" + "".join(name + value + ("" if name in ("01", "11") else GS) for name, value in pairs)
        for text in (bracketed, scanned, scanned.replace(GS, "{GS}")):
            code = parse(text, TODAY)
            self.assertEqual(read(code), expected)
            made_on = dict(pairs).get("11")
            self.assertEqual(code.made_on.strftime("%y%m%d") if code.made_on else None, made_on)

    @settings(max_examples=300, deadline=None)
    @given(st.text(max_size=60) | st.text("()0123456789AB]dQ\x1d/rs:?=&%", max_size=40))
    def test_nothing_breaks_it_and_nothing_is_lost(self, text):
        code = parse(text, TODAY)
        self.assertEqual(code == PlateCode(), not text.strip(" \t\r\n"))
        self.assertIn(code.text, ("", text.strip(" \t\r\n")))


class TestPhoneNumbers(BaseCase):

    def test_one_number_in_every_spelling(self):
        for digits, spellings in {
            "13800138000": (
                "138 0013 8000", "+86-13800138000", "008613800138000", "(+86) 138 0013 8000", "8613800138000", "１３８００１３８０００"),
            "2162345678": (
                "021-6234 5678", "(021)62345678", "+86 21 6234 5678", "0086-021-62345678", "021\u201362345678", "021-62345678转801"),
            "4930123456": ("+49 30 123456", "0049 30/123456"),
            "0800": ("0800",), "": ("", "王芳", "AB12", "138-0013-800O"),
        }.items():
            for text in spellings:
                with self.subTest(text=text):
                    self.assertEqual(phone.read_number(text), digits)

    def test_area_code_is_told_from_the_subscriber(self):
        for number, local in (("2162345678", "62345678"), ("5918765432", "8765432"), ("1062345678", "62345678"),
                              ("13800138000", ""), ("62345678", ""), ("4930123456", "")):
            with self.subTest(number=number):
                self.assertEqual(phone.get_local_part(number), local)
        self.assertEqual(phone.get_local_part("2162345678", "49"), "")

    @settings(max_examples=200, deadline=None)
    @given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.lists(st.integers(1, 10), max_size=3),
           st.sampled_from(["", "+86", "+86 ", "0086", "0086-", "86"]), st.sampled_from([" ", "-"]))
    def test_blanks_dashes_and_prefix_make_no_difference(self, number, cuts, prefix, sign):
        written = "".join(sign + digit if place in cuts else digit for place, digit in enumerate(number))
        self.assertEqual(phone.read_number(prefix + written), number)


class TestLikelyDuplicates(BaseCase):

    def _is_same(self, one, other):
        same = duplicates.is_likely_same(duplicates.Plate(*one), duplicates.Plate(*other))
        self.assertEqual(same, duplicates.is_likely_same(duplicates.Plate(*other), duplicates.Plate(*one)))
        return same

    def test_serials_are_compared_without_look_alikes(self):
        for one, other in (("OIBSZ", "01852"), ("ab-1 2", "AB12"), ("S5Z2", "55ZZ")):
            self.assertTrue(self._is_same((1, "A", one), (1, "B", other)), (one, other))
        self.assertFalse(self._is_same((1, "A", "AB12"), (1, "A", "AB13")))

    def test_a_missing_serial_asks_for_the_same_model(self):
        self.assertTrue(self._is_same((1, "BCD-216", ""), (1, "bcd 216", "AB12")))
        self.assertTrue(self._is_same((1, "BCD-216", ""), (1, "BCD-216", "")))
        self.assertFalse(self._is_same((1, "BCD-216", ""), (1, "BCD-217", "AB12")))
        self.assertFalse(self._is_same((1, "", ""), (1, "", "")))

    def test_another_brand_is_another_appliance(self):
        self.assertFalse(self._is_same((1, "A", "AB12"), (2, "A", "AB12")))
        self.assertTrue(self._is_same((1, "A", "AB12"), (None, "A", "AB12")))
