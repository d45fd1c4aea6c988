"""Whether somebody meets what a career level asks for. Plain Python over plain values (handbook 9.3)."""

from typing import NamedTuple

AT_MOST = frozenset({"complaints"})


class Requirement(NamedTuple):
    """``amount`` is months, jobs, percent, complaints, hours or a skill's progress; exam and recommendation need none."""

    id: int
    kind: str
    amount: float = 0.0
    least_cases: int = 0


class Fact(NamedTuple):
    """What the records say. ``value`` is ``None`` when they say nothing; ``cases`` is how many records it rests on."""

    value: float | None = None
    cases: int = 0
    measured: bool = True


class Verdict(NamedTuple):
    """``met`` is ``None`` when nothing in the company measures it: it neither stands against nor for the person."""

    id: int
    met: bool | None
    have: float | None
    missing: float


def judge(requirement, fact):
    """Judge one requirement. Few cases prove nothing: below ``least_cases`` it is not met, whatever the value."""
    if not fact.measured:
        return Verdict(requirement.id, None, None, 0.0)
    if requirement.kind in ("exam", "recommendation"):
        met = bool(fact.value)
        return Verdict(requirement.id, met, fact.value, 0.0 if met else 1.0)
    if fact.value is None:
        return Verdict(requirement.id, False, None, requirement.amount)
    if requirement.kind in AT_MOST:
        return Verdict(requirement.id, fact.value <= requirement.amount, fact.value, max(fact.value - requirement.amount, 0.0))
    enough = fact.value >= requirement.amount and fact.cases >= requirement.least_cases
    return Verdict(requirement.id, enough, fact.value, max(requirement.amount - fact.value, 0.0))


def check(requirements, facts):
    """Judge a level: ``(verdicts, met)``; the level is met when no requirement stands against it.

    :param requirements: list of :class:`Requirement`
    :param facts: {requirement id: :class:`Fact`}
    """
    verdicts = [judge(requirement, facts.get(requirement.id, Fact())) for requirement in requirements]
    return verdicts, all(verdict.met is not False for verdict in verdicts)


def count_months(start, end):
    """Whole months from one day to another; the 31st counts as reached on a shorter month's last day only when it is over."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return max(months - (end.day < start.day), 0)
