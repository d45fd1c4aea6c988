"""p chart: the share of defective units by period, with limits by calculation (ISO 7870-2). No Odoo here.

With x defective of n units in a period, the centre is p = sum(x) / sum(n); the limits of a period are p +/- 3 * sqrt(p * (1 - p) / n), not
below 0 and not above 1: few units, wide limits. A point is a signal when it cannot well be chance:

    outside  beyond a limit
    run      the last of nine points in a row on the same side of the centre
    trend    the last of six points in a row that rise, or fall, steadily

Periods without units are gaps: they are no points, and a row of points goes on across them.
"""
from itertools import pairwise
from math import sqrt
from typing import NamedTuple

RUN_LENGTH, TREND_LENGTH = 9, 6
# With fewer defective units to be expected the shares are too coarse for symmetrical limits.
ROUGH_BELOW = 5


class Point(NamedTuple):
    """A period: ``defective`` of ``units``, their ``share``, its limits, the signals it gives, and whether its limits are rough."""

    units: int
    defective: int
    share: float | None
    lower: float
    upper: float
    signals: tuple
    rough: bool


def build(counts):
    """Return (centre, [Point]) of [(units, defective)], in the order of time; the centre is None without any unit."""
    total = sum(units for units, _defective in counts)
    if not total:
        return None, [Point(0, 0, None, 0.0, 0.0, (), False) for _count in counts]
    centre = sum(defective for _units, defective in counts) / total
    points, shares = [], []
    for units, defective in counts:
        if not units:
            points.append(Point(0, 0, None, 0.0, 0.0, (), False))
            continue
        share = defective / units
        shares.append(share)
        spread = 3 * sqrt(centre * (1 - centre) / units)
        lower, upper = max(0.0, centre - spread), min(1.0, centre + spread)
        signals = []
        if share < lower or share > upper:
            signals.append("outside")
        if _is_run(shares, centre):
            signals.append("run")
        if _is_trend(shares):
            signals.append("trend")
        points.append(Point(units, defective, share, lower, upper, tuple(signals), units * centre < ROUGH_BELOW))
    return centre, points


def _is_run(shares, centre):
    last = shares[-RUN_LENGTH:]
    return len(last) == RUN_LENGTH and (all(share > centre for share in last) or all(share < centre for share in last))


def _is_trend(shares):
    last = shares[-TREND_LENGTH:]
    pairs = list(pairwise(last))
    return len(last) == TREND_LENGTH and (all(a < b for a, b in pairs) or all(a > b for a, b in pairs))
