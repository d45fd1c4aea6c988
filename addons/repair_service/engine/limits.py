"""How long a running repair may take, and when an appliance is repaired no more: the limits of the law as plain functions.

Nothing here knows Odoo; days are counted as in ``warranty``: a limit of 30 days on a fault reported on day 0 is kept on day 30.

Two clocks run on an order, one at a time. The repairer's runs from the report; it stands still while parts are awaited, and the
maker's clock runs instead.
"""

from dataclasses import dataclass
from datetime import date, timedelta

REPAIR, PARTS, EXCHANGE = "repair", "parts", "exchange"


@dataclass(frozen=True)
class Limit:
    """A number of days (``repair``, ``parts``) or of failed repairs (``exchange``), in force for reports from a day on."""

    kind: str
    value: int
    effective_date: date | None = None


@dataclass(frozen=True)
class Clock:
    """The days of one running order: ``waited`` in parts waits that are over, ``waiting_since`` when parts are awaited now."""

    requested_on: date
    waited: int = 0
    waiting_since: date | None = None


def get_due(limit, clock):
    """Return the last day on which ``limit`` is still kept, or ``None`` while its clock stands still."""
    if limit.effective_date and clock.requested_on < limit.effective_date:
        return None
    if limit.kind == REPAIR and not clock.waiting_since:
        return clock.requested_on + timedelta(days=limit.value + clock.waited)
    if limit.kind == PARTS and clock.waiting_since:
        return clock.waiting_since + timedelta(days=limit.value - clock.waited)
    return None


def get_next(limits, clock, today):
    """Return ``(due, index)`` of the limit that comes next, or of the one passed last when none is ahead; ``(None, None)`` without any."""
    dues = sorted((due, index) for index, limit in enumerate(limits) if (due := get_due(limit, clock)))
    ahead = [entry for entry in dues if entry[0] >= today]
    return (ahead or dues[-1:] or [(None, None)])[0]


def get_failed_repairs(facts):
    """Return the earlier repairs, under warranty and accepted, after which the same symptom or the same cause is reported again."""
    return [
        repair
        for repair in facts.earlier
        if repair.suspends
        and repair.accepted_on <= facts.requested_on
        and any(
            getattr(facts, name) and getattr(facts, name) == getattr(repair, name) for name in ("symptom", "cause")
        )
    ]


def is_exchange_due(facts, limits, term_end):
    """Whether the seller owes another appliance: reported again after so many failed repairs, inside the warranty term.

    :param term_end: last day of the warranty on the whole appliance, ``None`` without one
    """
    if facts.exclusion or term_end is None or facts.requested_on > term_end:
        return False
    failed = len(get_failed_repairs(facts))
    return any(
        limit.kind == EXCHANGE
        and failed >= limit.value
        and not (limit.effective_date and facts.requested_on < limit.effective_date)
        for limit in limits
    )
