import ast
import calendar
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine import warranty
from ..engine.warranty import EarlierRepair, Facts, Term, Verdict, decide

DAY = timedelta(days=1)
YEAR = Term(months=12)
NINETY = Term(component="repair", basis="repair", days=90, start_from="repair")

days = st.dates(date(2019, 1, 1), date(2026, 12, 31)) | st.sampled_from(
    [date(2020, 2, 29), date(2024, 2, 29), date(2023, 8, 31), date(2025, 1, 31), date(2025, 12, 31)])


@st.composite
def some_terms(draw):
    by_months = st.builds(Term, months=st.integers(1, 40), **_term_fields())
    by_days = st.builds(Term, days=st.integers(1, 900), **_term_fields())
    return draw(st.lists(by_months | by_days, max_size=5))


def _term_fields():
    return {
        "component": st.sampled_from(["whole", "main"]),
        "basis": st.sampled_from(["law", "brand", "contract"]),
        "start_from": st.sampled_from(["purchase", "installation"]),
        "payer": st.sampled_from(["brand", "company"]),
        "effective_date": st.none() | days,
    }


@st.composite
def some_repairs(draw):
    repairs = []
    for number in range(draw(st.integers(0, 3))):
        requested = draw(days)
        accepted = requested + draw(st.integers(0, 60)) * DAY
        repairs.append(EarlierRepair(
            number + 1, f"RO/{number + 1}", requested, accepted, accepted + 90 * DAY,
            draw(st.none() | st.integers(1, 2)), draw(st.none() | st.integers(1, 2)), draw(st.booleans())))
    return tuple(repairs)


some_facts = st.builds(
    Facts, requested_on=days, purchase_date=st.none() | days, install_date=st.none() | days, has_proof=st.booleans(),
    symptom=st.none() | st.integers(1, 2), cause=st.none() | st.integers(1, 2),
    exclusion=st.sampled_from([None, None, None, "misuse"]), brand_pays=st.booleans(), earlier=some_repairs())


def count_months(start, months):
    """The calendar's answer, worked out by hand: the same day of a later month, or that month's last day."""
    year, month = start.year, start.month
    for _step in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))


def walk_term(facts, term):
    """Live through the term day by day: a day in the workshop does not use the term up."""
    start = facts.purchase_date if term.start_from == "purchase" else facts.install_date
    start = start or facts.purchase_date or facts.install_date
    if not facts.has_proof or not start or (term.effective_date and term.effective_date > start):
        return None
    last = count_months(start, term.months) if term.months else date.fromordinal(start.toordinal() + term.days)
    left = last.toordinal() - start.toordinal()
    day = start
    while True:
        in_workshop = any(
            r.suspends and start <= r.requested_on <= day < r.accepted_on for r in facts.earlier)
        if not in_workshop:
            if not left:
                return day
            left -= 1
        day += DAY


def judge(facts, terms, component):
    """Coverage and end as a clerk would find them, going through everything on the desk."""
    if facts.exclusion:
        return "customer", None
    free = [
        repair.warranty_end for repair in facts.earlier
        if repair.accepted_on <= facts.requested_on and facts.requested_on <= repair.warranty_end
        and ((facts.symptom and facts.symptom == repair.symptom) or (facts.cause and facts.cause == repair.cause))
    ]
    if free:
        return "repair_warranty", sorted(free)[-1]
    known = [day for day in (facts.purchase_date, facts.install_date) if day]
    if not facts.has_proof or not known or facts.requested_on < sorted(known)[0]:
        return "customer", None
    ends = [walk_term(facts, term) for term in terms if term.component == "whole" or term.component == component]
    ends = sorted(end for end in ends if end)
    if not ends:
        return "customer", None
    return ("warranty" if facts.requested_on <= ends[-1] else "customer"), ends[-1]


@tagged("post_install", "-at_install")
class TestWarrantyEngine(BaseCase):

    def _decide(self, requested_on, terms=(YEAR,), component="whole", **facts):
        return decide(Facts(requested_on, **{"purchase_date": date(2025, 3, 1), **facts}), terms, component)

    def test_engine_does_not_know_odoo(self):
        tree = ast.parse(Path(warranty.__file__).read_text(encoding="utf-8"))
        modules = {
            name.split(".")[0]
            for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)
            for name in ([node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
        }
        self.assertEqual(modules, {"dataclasses", "datetime", "dateutil"})

    def test_year_covers_the_same_day_of_next_year(self):
        verdict = self._decide(date(2026, 3, 1))
        self.assertEqual((verdict.coverage, verdict.end, verdict.basis), ("warranty", date(2026, 3, 1), "law"))
        verdict = self._decide(date(2026, 3, 2))
        self.assertEqual((verdict.coverage, verdict.reason, verdict.end), ("customer", "expired", date(2026, 3, 1)))

    def test_month_ends_and_leap_days(self):
        for start, months, end in [
            (date(2024, 2, 29), 12, date(2025, 2, 28)),
            (date(2023, 2, 28), 12, date(2024, 2, 28)),
            (date(2024, 2, 29), 48, date(2028, 2, 29)),
            (date(2025, 1, 31), 1, date(2025, 2, 28)),
            (date(2023, 8, 31), 6, date(2024, 2, 29)),
        ]:
            with self.subTest(start=start, months=months):
                self.assertEqual(warranty.add_term(start, months=months), end)

    def test_repair_warranty_is_free_on_day_90_and_charged_on_day_91(self):
        end = warranty.get_repair_warranty_end(date(2026, 1, 1), [YEAR, NINETY])
        self.assertEqual(end, date(2026, 4, 1))  # 30 + 28 + 31 days to the month ends, and one
        repair = EarlierRepair(7, "RO/7", date(2025, 12, 28), date(2026, 1, 1), end, symptom=1, cause=5)
        facts = {"purchase_date": date(2020, 1, 1), "earlier": (repair,), "symptom": 1}
        free = self._decide(date(2026, 4, 1), **facts)
        self.assertEqual((free.coverage, free.payer, free.values["origin_id"]), ("repair_warranty", "company", 7))
        self.assertEqual(self._decide(date(2026, 4, 2), **facts).coverage, "customer")
        self.assertEqual(self._decide(date(2026, 4, 1), **{**facts, "symptom": 2}).coverage, "customer")
        same_cause = self._decide(date(2026, 4, 1), **{**facts, "symptom": 2, "cause": 5})
        self.assertEqual((same_cause.coverage, same_cause.values["match"]), ("repair_warranty", "cause"))

    def test_no_term_for_repairs_no_repair_warranty(self):
        self.assertIsNone(warranty.get_repair_warranty_end(date(2026, 1, 1), [YEAR]))
        later = replace(NINETY, effective_date=date(2026, 1, 2))
        self.assertIsNone(warranty.get_repair_warranty_end(date(2026, 1, 1), [later]))
        self.assertEqual(warranty.get_repair_warranty_end(date(2026, 1, 2), [later]), date(2026, 4, 2))

    def test_repair_warranty_comes_before_the_warranty(self):
        repair = EarlierRepair(7, "RO/7", date(2025, 4, 1), date(2025, 4, 3), date(2025, 7, 2), symptom=1)
        verdict = self._decide(date(2025, 5, 1), earlier=(repair,), symptom=1)
        self.assertEqual((verdict.coverage, verdict.reason), ("repair_warranty", "repair_warranty"))

    def test_longest_term_wins_per_component(self):
        terms = [YEAR, Term("main", "law", 36), Term("whole", "brand", 24, payer="brand"), Term("main", "brand", 30)]
        whole = self._decide(date(2027, 1, 1), terms)
        self.assertEqual((whole.end, whole.term, whole.basis, whole.payer), (date(2027, 3, 1), 2, "brand", "brand"))
        main = self._decide(date(2028, 1, 1), terms, "main")
        self.assertEqual((main.end, main.term, main.values["term_component"]), (date(2028, 3, 1), 1, "main"))
        self.assertEqual(self._decide(date(2028, 1, 1), terms).coverage, "customer")

    def test_main_part_is_covered_with_the_whole_appliance(self):
        verdict = self._decide(date(2026, 1, 1), [YEAR, Term("main", "law", 6)], "main")
        self.assertEqual((verdict.coverage, verdict.end, verdict.values["term_component"]), ("warranty", date(2026, 3, 1), "whole"))

    def test_law_counts_before_a_contract_that_ends_the_same_day(self):
        self.assertEqual(self._decide(date(2025, 6, 1), [Term(basis="contract", months=12), YEAR]).term, 1)

    def test_missing_date_is_replaced_by_the_other(self):
        installed = Term(months=12, start_from="installation")
        self.assertEqual(self._decide(date(2025, 6, 1), [installed]).end, date(2026, 3, 1))
        only_installed = self._decide(date(2025, 6, 1), purchase_date=None, install_date=date(2025, 4, 1))
        self.assertEqual(only_installed.end, date(2026, 4, 1))
        both = self._decide(date(2025, 6, 1), [installed], install_date=date(2025, 4, 1))
        self.assertEqual(both.end, date(2026, 4, 1))

    def test_without_proof_the_customer_pays(self):
        self.assertEqual(self._decide(date(2025, 6, 1), purchase_date=None).reason, "no_proof")
        self.assertEqual(self._decide(date(2025, 6, 1), has_proof=False).reason, "no_proof")

    def test_term_in_force_later_does_not_count(self):
        law = Term(months=12, effective_date=date(2025, 3, 2))
        self.assertEqual(self._decide(date(2025, 6, 1), [law]).reason, "no_term")
        self.assertEqual(self._decide(date(2025, 6, 1), [replace(law, effective_date=date(2025, 3, 1))]).coverage, "warranty")

    def test_request_before_the_purchase_is_not_covered(self):
        self.assertEqual(self._decide(date(2025, 2, 28)).reason, "before_purchase")
        self.assertEqual(self._decide(date(2025, 3, 1)).coverage, "warranty")

    def test_exclusion_refuses_every_cover(self):
        repair = EarlierRepair(7, "RO/7", date(2025, 4, 1), date(2025, 4, 3), date(2025, 7, 2), symptom=1)
        for exclusion in ("misuse", "self_dismantled", "third_party"):
            verdict = self._decide(date(2025, 5, 1), earlier=(repair,), symptom=1, exclusion=exclusion)
            self.assertEqual((verdict.coverage, verdict.payer, verdict.reason), ("customer", "customer", "excluded"))
            self.assertEqual(verdict.values, {"exclusion": exclusion})

    def test_repair_time_is_added_once(self):
        def repair(opened, closed, suspends=True):
            return EarlierRepair(1, "RO/1", opened, closed, None, suspends=suspends)
        in_time = repair(date(2025, 5, 1), date(2025, 5, 11))
        overlapping = repair(date(2025, 5, 6), date(2025, 5, 16))
        too_late = repair(date(2026, 6, 1), date(2026, 6, 20))
        paid = repair(date(2025, 8, 1), date(2025, 8, 20), suspends=False)
        verdict = self._decide(date(2025, 9, 1), earlier=(in_time, overlapping, too_late, paid))
        self.assertEqual((verdict.end, verdict.values["repair_days"]), (date(2026, 3, 16), 15))
        on_the_last_day = repair(date(2026, 3, 1), date(2026, 3, 4))
        self.assertEqual(self._decide(date(2026, 3, 4), earlier=(on_the_last_day,)).end, date(2026, 3, 4))
        a_day_late = repair(date(2026, 3, 2), date(2026, 3, 4))
        self.assertEqual(self._decide(date(2026, 3, 4), earlier=(a_day_late,)).end, date(2026, 3, 1))

    def test_unauthorised_brand_leaves_the_bill_with_the_company(self):
        term = Term(basis="brand", months=12, payer="brand")
        self.assertEqual(self._decide(date(2025, 6, 1), [term], brand_pays=False).payer, "company")
        self.assertEqual(self._decide(date(2025, 6, 1), [term], brand_pays=True).payer, "brand")

    @settings(max_examples=400, deadline=None, database=None)
    @given(some_facts, some_terms(), st.sampled_from(["whole", "main"]))
    def test_verdict_is_what_a_clerk_finds_day_by_day(self, facts, terms, component):
        verdict = decide(facts, terms, component)
        self.assertEqual((verdict.coverage, verdict.end), judge(facts, terms, component))

    @settings(max_examples=200, deadline=None, database=None)
    @given(some_facts, some_terms(), some_terms())
    def test_one_more_promise_never_takes_cover_away(self, facts, terms, more):
        before, _index = warranty.get_longest_term(facts, terms)
        after, _index = warranty.get_longest_term(facts, terms + more)
        self.assertLessEqual(before or date.min, after or date.min)

    @settings(max_examples=200, deadline=None, database=None)
    @given(some_facts, some_terms())
    def test_last_day_is_free_and_the_next_is_not(self, facts, terms):
        facts = replace(facts, exclusion=None, earlier=())
        end, _index = warranty.get_longest_term(facts, terms)
        known = [day for day in (facts.purchase_date, facts.install_date) if day]
        if end and end >= min(known):
            self.assertEqual(decide(replace(facts, requested_on=end), terms).coverage, "warranty")
            self.assertEqual(decide(replace(facts, requested_on=end + DAY), terms).coverage, "customer")

    @settings(max_examples=100, deadline=None, database=None)
    @given(some_facts, some_terms())
    def test_verdict_survives_storage(self, facts, terms):
        verdict = decide(facts, terms)
        self.assertEqual(Verdict.from_json(verdict.to_json()), verdict)
