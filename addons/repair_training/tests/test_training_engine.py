from odoo.tests import BaseCase, tagged

from ..engine.result import Demand, Entry, judge
from ..engine.result_sheet import People, read_header, read_rows

PEOPLE = People(
    badge={"b1": [1], "b2": [2], "17": [3]}, email={"one@example.com": [1]}, name={"li wei": [1, 2], "wang fang": [3]})


@tagged("post_install", "-at_install")
class TestResult(BaseCase):

    def test_absent_needs_no_result(self):
        self.assertEqual(judge(Demand(70.0, True, True), Entry(present=False)), ("absent", []))

    def test_nothing_is_judged_before_attendance_is_known(self):
        self.assertEqual(judge(Demand(70.0), Entry(score=99.0)), (None, ["attendance"]))

    def test_every_part_asked_must_be_known(self):
        self.assertEqual(judge(Demand(70.0, True, True), Entry(True, score=99.0)), (None, ["practical", "observed"]))
        self.assertEqual(judge(Demand(None, False, False), Entry(True)), ("passed", []))

    def test_pass_mark_itself_passes(self):
        self.assertEqual(judge(Demand(70.0), Entry(True, 70.0)), ("passed", []))
        self.assertEqual(judge(Demand(70.0), Entry(True, 69.99)), ("failed", ["score"]))

    def test_zero_points_are_a_result(self):
        self.assertEqual(judge(Demand(70.0), Entry(True, 0.0)), ("failed", ["score"]))

    def test_every_failed_part_is_named(self):
        self.assertEqual(judge(Demand(70.0, True, True), Entry(True, 50.0, "fail", "pass")), ("failed", ["score", "practical"]))


@tagged("post_install", "-at_install")
class TestResultSheet(BaseCase):

    def _errors(self, *cells, header=("badge", "name", "attendance", "score", "practical")):
        return [code for code, _values in read_rows([list(header), list(cells)], PEOPLE)[0].errors]

    def test_header_in_either_language_and_order(self):
        self.assertEqual(read_header(["成绩", "工号", "Lunch"]), ({"score": 0, "badge": 1}, ["Lunch"]))

    def test_good_row(self):
        row = read_rows([["工号", "出勤", "成绩", "实操", "备注"], ["B1", "出勤", 87.5, "合格", "good"]], PEOPLE)[0]
        self.assertEqual((row.number, row.enrolment, row.errors), (2, 1, []))
        self.assertEqual(row.values, {"attendance": "present", "score": 87.5, "practical": "pass", "note": "good"})

    def test_badge_read_as_a_number_is_found(self):
        self.assertEqual(read_rows([["badge", "score"], [17.0, 50]], PEOPLE)[0].enrolment, 3)

    def test_person_unknown_ambiguous_missing_or_contradicted(self):
        self.assertEqual(self._errors("B9", "", "yes", 50, ""), ["unknown"])
        self.assertEqual(self._errors("", "Li Wei", "yes", 50, ""), ["ambiguous"])
        self.assertEqual(self._errors("", "", "yes", 50, ""), ["nobody"])
        self.assertEqual(self._errors("B1", "Wang Fang", "yes", 50, ""), ["contradiction"])
        self.assertEqual(self._errors("B1", "Li Wei", "yes", 50, ""), [], "badge and name agree")

    def test_values_that_cannot_be_read(self):
        self.assertEqual(self._errors("B1", "", "maybe", 50, ""), ["attendance"])
        self.assertEqual(self._errors("B1", "", "yes", "a lot", "so so"), ["score", "verdict"])
        for score in (-1, 100.5, "nan", "inf"):
            self.assertEqual(self._errors("B1", "", "yes", score, ""), ["score_range"])

    def test_absent_with_a_score_contradicts_itself(self):
        self.assertEqual(self._errors("B1", "", "no", 50, ""), ["absent_with_result"])

    def test_second_row_of_a_person_is_refused_and_names_the_first(self):
        rows = read_rows([["badge", "score"], ["B1", 50], ["", ""], ["b1", 60]], PEOPLE)
        self.assertEqual([(row.number, row.errors) for row in rows], [(2, []), (4, [("twice", {"row": 2})])])

    def test_bad_row_stops_no_other(self):
        rows = read_rows([["badge", "score"], ["B9", 1], ["B2", 2]], PEOPLE)
        self.assertEqual([bool(row.errors) for row in rows], [True, False])


