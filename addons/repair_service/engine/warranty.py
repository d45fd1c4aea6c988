"""Who pays for a repair: the warranty rules of handbook 2.3 and 6.2 as plain functions over plain values.

Nothing here knows Odoo. ``decide`` takes the facts of one request and the terms that fit the appliance, and answers with a
``Verdict`` that carries its own reason.

How days are counted
    Every end date is the last day that is still free.
    Months: the first day plus the months, the last day of a shorter month standing in for a day it does not have: a 12-month term from
    2025-03-01 covers 2026-03-01 too, one from 2024-02-29 ends on 2025-02-28. The odd day goes to the customer.
    Days: the first day plus the days. Work accepted on day 0 with a 90-day term is free on day 90 and charged on day 91.
    Repair time: the days an appliance spent in a covered repair do not count against its term, so they are added to its end.
"""

from dataclasses import asdict, dataclass, field
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

WHOLE, MAIN = "whole", "main"
BASES = ("law", "brand", "contract", "repair")


@dataclass(frozen=True)
class Term:
    """One rule: how long a component is covered, from which day, and who pays then."""

    component: str = WHOLE
    basis: str = "law"
    months: int = 0
    days: int = 0
    start_from: str = "purchase"
    payer: str = "company"
    effective_date: date | None = None


@dataclass(frozen=True)
class EarlierRepair:
    """An accepted repair of the same appliance; ``suspends`` says that the warranty stood still meanwhile."""

    id: int
    name: str
    requested_on: date
    accepted_on: date
    warranty_end: date | None
    symptom: int | None = None
    cause: int | None = None
    suspends: bool = False


@dataclass(frozen=True)
class Facts:
    """What is known about an appliance and its fault on the day of the request."""

    requested_on: date
    purchase_date: date | None = None
    install_date: date | None = None
    has_proof: bool = True
    symptom: int | None = None
    cause: int | None = None
    exclusion: str | None = None
    brand_pays: bool = True
    earlier: tuple[EarlierRepair, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """The answer: ``coverage``, ``payer`` and the reason (a key and the values that a sentence about it needs)."""

    coverage: str
    payer: str
    reason: str
    component: str = WHOLE
    basis: str | None = None
    end: date | None = None
    term: int | None = None
    values: dict = field(default_factory=dict)

    def to_json(self):
        """Return the verdict as a dictionary that JSON can hold."""
        return asdict(self) | {"end": self.end and self.end.isoformat()}

    @classmethod
    def from_json(cls, stored):
        """Return the verdict that ``to_json`` stored."""
        return cls(**stored | {"end": stored["end"] and date.fromisoformat(stored["end"])})


def get_start(facts, term):
    """Return the first day of a term, the other date standing in for a missing one; ``None`` when nothing is proved."""
    if not facts.has_proof:
        return None
    dates = (facts.purchase_date, facts.install_date)
    return (dates[0] or dates[1]) if term.start_from == "purchase" else (dates[1] or dates[0])


def add_term(start, months=0, days=0):
    """Return the last free day of a term that begins on ``start``; see the head of this file."""
    return start + relativedelta(months=months, days=days)


def add_suspensions(end, periods):
    """Return ``end`` moved by the days of the ``periods`` (from, to) that began while the term was still running.

    The day an appliance is handed back counts as a day of use again; overlapping periods count once.
    """
    reached = date.min
    for opened, closed in sorted(periods):
        if opened > end:
            break
        opened = max(opened, reached)
        if closed > opened:
            end += closed - opened
            reached = closed
    return end


def get_term_end(facts, term):
    """Return the last day that ``term`` covers for these facts, or ``None`` when it does not apply to them."""
    start = get_start(facts, term)
    if start is None or (term.effective_date and start < term.effective_date):
        return None
    periods = [
        (repair.requested_on, repair.accepted_on)
        for repair in facts.earlier
        if repair.suspends and repair.requested_on >= start
    ]
    return add_suspensions(add_term(start, term.months, term.days), periods)


def get_longest_term(facts, terms, component=WHOLE):
    """Return ``(end, index)`` of the longest term for a component, or ``(None, None)``.

    A main part is also covered while the whole appliance is. Of two terms ending on the same day the one counts that stands
    earlier in law, brand, contract.
    """
    components = (WHOLE,) if component == WHOLE else (WHOLE, component)
    candidates = []
    for index, term in enumerate(terms):
        if term.component in components:
            end = get_term_end(facts, term)
            if end:
                candidates.append((-end.toordinal(), BASES.index(term.basis), index))
    if not candidates:
        return None, None
    ordinal, _rank, index = min(candidates)
    return date.fromordinal(-ordinal), index


def find_repair_under_warranty(facts):
    """Return the earlier repair whose own warranty still covers the same symptom or the same cause (handbook 2.3)."""
    candidates = [
        repair
        for repair in facts.earlier
        if repair.warranty_end
        and repair.accepted_on <= facts.requested_on <= repair.warranty_end
        and _get_match(facts, repair)
    ]
    return max(candidates, key=lambda repair: (repair.warranty_end, repair.accepted_on, repair.id), default=None)


def get_repair_warranty_end(accepted_on, terms):
    """Return the last free day of the company's own warranty on work accepted on a day, or ``None`` without a term."""
    return max(
        (
            add_term(accepted_on, term.months, term.days)
            for term in terms
            if term.basis == "repair" and not (term.effective_date and accepted_on < term.effective_date)
        ),
        default=None,
    )


def decide(facts, terms, component=WHOLE):
    """Return the verdict for one component: whose duty the repair is, until when, and why.

    The order of the questions: an exclusion refuses every cover (6.2.3); the company's own repair warranty comes before
    the appliance's warranty (2.3); then the longest term counts (6.2.2); a customer pays when nothing covers him.
    """
    if facts.exclusion:
        return Verdict("customer", "customer", "excluded", component, values={"exclusion": facts.exclusion})
    origin = find_repair_under_warranty(facts)
    if origin:
        return Verdict(
            "repair_warranty", "company", "repair_warranty", component, "repair", origin.warranty_end,
            values={"origin_id": origin.id, "origin": origin.name, "match": _get_match(facts, origin)},
        )
    if not (facts.has_proof and (facts.purchase_date or facts.install_date)):
        return Verdict("customer", "customer", "no_proof", component)
    if facts.requested_on < min(filter(None, (facts.purchase_date, facts.install_date))):
        return Verdict("customer", "customer", "before_purchase", component)
    end, index = get_longest_term(facts, terms, component)
    if end is None:
        return Verdict("customer", "customer", "no_term", component)
    term = terms[index]
    if facts.requested_on > end:
        return Verdict("customer", "customer", "expired", component, term.basis, end, index)
    payer = "company" if term.payer == "brand" and not facts.brand_pays else term.payer
    return Verdict(
        "warranty", payer, "warranty", component, term.basis, end, index,
        values={"term_component": term.component, "repair_days": _get_repair_days(facts, term, end)},
    )


def _get_match(facts, repair):
    same = [name for name in ("symptom", "cause") if getattr(facts, name) and getattr(facts, name) == getattr(repair, name)]
    return "_and_".join(same)


def _get_repair_days(facts, term, end):
    start = get_start(facts, term)
    return (end - add_term(start, term.months, term.days)) // timedelta(days=1)
