"""Which parts deserve most care: by the value they use up and by how regularly they are asked for (handbook 8.2.2). No Odoo here."""
from math import sqrt
from typing import Any, NamedTuple

EPSILON = 1e-9


class Usage(NamedTuple):
    """What a part stands at: ``value`` used in the period, in the company's currency; ``order`` decides between equals."""

    key: Any
    value: float
    order: Any


def classify_abc(usages, share_a, share_b):
    """Return {key: (class, cumulative share in % with the part itself)}.

    Parts are taken by falling value. A part belongs to A while those before it make up less than ``share_a`` per cent of the
    whole, to B below ``share_b``, else to C: so the most valuable part is always an A, and what nobody used is a C.

    :param usages: iterable of :class:`Usage`
    """
    rows = sorted(usages, key=lambda usage: (-usage.value, usage.order))
    total = sum(max(usage.value, 0.0) for usage in rows)
    classes, before = {}, 0.0
    for usage in rows:
        value = max(usage.value, 0.0)
        share_before = 100 * before / total if total > EPSILON else 100.0
        before += value
        share = 100 * before / total if total > EPSILON else 100.0
        if value <= EPSILON or share_before >= share_b - EPSILON:
            name = "C"
        else:
            name = "A" if share_before < share_a - EPSILON else "B"
        classes[usage.key] = (name, share)
    return classes


def get_variation(series):
    """Return the coefficient of variation of a series (standard deviation of the whole by its mean), None without demand."""
    mean = sum(series) / len(series) if series else 0.0
    if mean <= EPSILON:
        return None
    return sqrt(sum((units - mean) ** 2 for units in series) / len(series)) / mean


def classify_xyz(series, limit_x, limit_y):
    """Return (class, coefficient of variation or None): X is asked for evenly, Y changes, Z comes and goes or was not asked for."""
    variation = get_variation(series)
    if variation is None:
        return "Z", None
    if variation <= limit_x + EPSILON:
        return "X", variation
    return ("Y" if variation <= limit_y + EPSILON else "Z"), variation


def get_health(idle_days, age_days, slow_days, dead_days):
    """Return "dead", "slow" or "moving" for a part on hand.

    :param idle_days: days since the part was last used, None when never
    :param age_days: days since the oldest piece came in; what is new has had no time to be used
    """
    idle = age_days if idle_days is None else min(idle_days, age_days)
    if idle >= dead_days:
        return "dead"
    return "slow" if idle >= slow_days else "moving"


def get_proposal(health, superseded, received_days, return_days):
    """Return "return", "sell", "scrap" or None: what to do with stock that does not move.

    :param superseded: nothing that is repaired takes the part any more
    :param received_days: days since the last receipt from a supplier, None when there was none
    :param return_days: days within which suppliers take goods back
    """
    if health == "moving":
        return None
    if received_days is not None and received_days <= return_days:
        return "return"
    return "scrap" if superseded and health == "dead" else "sell"
