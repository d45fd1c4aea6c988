import io
import zipfile
from datetime import date

import xlsxwriter

from odoo.tests import BaseCase, tagged

from ..engine.claim_rates import Charge, Rate, find_rate, get_bucket, reckon
from ..engine.claim_sheet import SheetError, find_columns, judge, make_safe, read_amount, read_rows

FRIDGE, COOLING, MOTOR = 11, 10, 7


@tagged("post_install", "-at_install")
class TestClaimEngine(BaseCase):
    """Rates and answers by numbers worked out by hand."""

    def _charge(self, **values):
        return Charge(**{
            "kind": "labour", "day": date(2026, 6, 10), "quantity": 2.0, "list_total": 240.0, "families": (FRIDGE, COOLING),
            "codes": frozenset({MOTOR}), **values})

    def test_the_closest_rate_decides_product_then_fault_then_nearest_family(self):
        rates = [
            Rate("labour", "fixed", amount=50), Rate("labour", "fixed", amount=60, family=COOLING),
            Rate("labour", "fixed", amount=70, family=FRIDGE), Rate("labour", "fixed", amount=80, code=MOTOR),
            Rate("labour", "fixed", amount=90, product=5)]
        self.assertEqual(find_rate(rates, self._charge(product=5)), 4)
        self.assertEqual(find_rate(rates, self._charge(product=6)), 3)
        self.assertEqual(find_rate(rates, self._charge(codes=frozenset())), 2)
        self.assertEqual(find_rate(rates, self._charge(codes=frozenset(), families=(12, COOLING))), 1)
        self.assertEqual(find_rate(rates, self._charge(codes=frozenset(), families=(99,))), 0)
        self.assertIsNone(find_rate(rates, self._charge(kind="part")))

    def test_a_rate_holds_from_its_first_to_its_last_day_and_of_two_the_younger_wins(self):
        rates = [Rate("labour", "fixed", amount=50, first=date(2026, 1, 1)), Rate("labour", "fixed", amount=55, first=date(2026, 6, 10)),
                 Rate("labour", "fixed", amount=99, last=date(2026, 6, 9))]
        self.assertEqual(find_rate(rates, self._charge()), 1)
        self.assertEqual(find_rate(rates, self._charge(day=date(2026, 6, 9))), 0)
        self.assertEqual(find_rate(rates, self._charge(day=date(2025, 12, 31))), 2)

    def test_amounts_fixed_a_unit_list_and_cost_with_handling_or_our_own_price(self):
        charge = self._charge(cost_total=100.0)
        self.assertEqual(reckon(Rate("labour", "fixed", amount=70), charge), 140.0)
        self.assertAlmostEqual(reckon(Rate("labour", "list", percent=-10), charge), 216.0)
        self.assertAlmostEqual(reckon(Rate("labour", "cost", percent=15), charge), 115.0)
        self.assertEqual(reckon(None, charge), 240.0)

    def test_ages(self):
        self.assertEqual([get_bucket(days) for days in (-5, 0, 1, 30, 31, 60, 61, 90, 91)],
                         ["0", "0", "30", "30", "60", "60", "90", "90", "more"])

    def test_an_amount_alone_says_whether_it_is_paid_in_part_or_refused(self):
        self.assertEqual(judge(None, 80.0, 80.0), ("paid", 80.0))
        self.assertEqual(judge(None, 30.0, 80.0), ("short", 30.0))
        self.assertEqual(judge(None, 0.0, 80.0), ("refused", 0.0))
        self.assertEqual(judge("paid", None, 80.0), ("paid", 80.0))
        self.assertEqual(judge("paid", 0.0, 0.0), ("paid", 0.0))
        for answer, amount, error in (
                (None, None, "missing"), ("short", None, "missing"), ("paid", 30.0, "contradiction"), ("refused", 30.0, "contradiction"),
                ("short", 80.0, "contradiction"), (None, 80.01, "range"), (None, -1.0, "range")):
            with self.subTest(answer=answer, amount=amount), self.assertRaisesRegex(ValueError, error):
                judge(answer, amount, 80.0)

    def test_amounts_as_people_write_them(self):
        self.assertEqual(read_amount("￥1,234.50"), 1234.5)
        self.assertIsNone(read_amount("  "))
        for text in ("much", "nan", "1e300"):
            with self.subTest(text), self.assertRaises(ValueError):
                read_amount(text)

    def test_sheets_in_several_codes_and_what_is_none(self):
        self.assertEqual(read_rows(b"Claim line,Answer\nA-1,paid\n\n"), [["Claim line", "Answer"], ["A-1", "paid"]])
        self.assertEqual(read_rows("索赔行;答复\nA-1;已付".encode("gb18030")), [["索赔行", "答复"], ["A-1", "已付"]])
        for content, error in (
                (b"PK\x03\x04broken", "format"), (b"a\x00b", "format"), (b"x" * 5_000_001, "size"), (b"a\n" * 5_002, "rows")):
            with self.subTest(error), self.assertRaisesRegex(SheetError, error):
                read_rows(content)

    def test_columns_are_found_by_title_whatever_their_order(self):
        names = {"reference": {"Claim line", "索赔行"}, "answer": {"Answer"}}
        self.assertEqual(find_columns(["Answer", "x", " 索赔行 "], names), {"answer": 0, "reference": 2})
        with self.assertRaisesRegex(SheetError, "header"):
            find_columns(["Answer"], names)

    def test_no_text_becomes_a_formula(self):
        self.assertEqual([make_safe(text) for text in ("=1+1", "-x", "@a", "+1", "plain")], ["'=1+1", "'-x", "'@a", "'+1", "plain"])

    def _make_book(self, rows, shared=""):
        stream = io.BytesIO()
        with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
            sheet = book.add_worksheet()
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
        if not shared:
            return stream.getvalue()
        bad = io.BytesIO()
        with zipfile.ZipFile(stream) as good, zipfile.ZipFile(bad, "w", zipfile.ZIP_DEFLATED) as archive:
            for entry in good.namelist():
                archive.writestr(entry, shared if entry == "xl/sharedStrings.xml" else good.read(entry))
        return bad.getvalue()

    def test_the_largest_sheet_that_people_send_is_read_and_one_made_to_keep_the_server_busy_is_not(self):
        row = ["BC/2026/0001-", "WH/RO/00", "2026-11-23", "空调", "KFR-35GW/26583", "SN", "2026-01-01", "发票",
               "[S01] 不制冷", "[C04] 泄漏",
               "[R04] 补漏并加注制冷剂", "空调维修工时", 1.0, 135.0,
               "约定：每单位 ¥ 135.00", "王*", "138****1234", "", "已付", 135.0, "", "同意"]
        rows = [["Claim line"] * len(row)] + [[f"{cell}{number}" if place in (0, 1, 5) else cell for place, cell in enumerate(row)]
                                              for number in range(5_000)]
        self.assertEqual(len(read_rows(self._make_book(rows))), 5_001)
        bomb = "<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>%s</sst>" % ("<si><t>a</t></si>" * 200_000)
        with self.assertRaises(SheetError) as caught:
            read_rows(self._make_book(rows[:2], bomb))
        self.assertEqual(caught.exception.args[0], "size")
