"""Pareto: causes by how often they occur, with their share of all and the share cumulated. No Odoo here."""
from typing import NamedTuple

VITAL_SHARE = 0.8


class Bar(NamedTuple):
    """A cause, how often it occurred, its share, the cumulated share up to it, and whether it is one of the vital few."""

    key: object
    count: int
    share: float
    cumulated: float
    vital: bool


def rank(counts):
    """Return bars of {cause: count}, the most frequent first; equal ones keep their order.

    The vital few are those that it takes to reach 80 % of all, the one that reaches it included.
    """
    total = sum(counts.values())
    bars, reached = [], 0
    for key, count in sorted(counts.items(), key=lambda item: -item[1]):
        if count <= 0:
            continue
        vital = reached < VITAL_SHARE * total
        reached += count
        bars.append(Bar(key, count, count / total, reached / total, vital))
    return bars
