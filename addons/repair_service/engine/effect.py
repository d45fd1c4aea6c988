"""Whether training or an improvement helped, told with counts and intervals. Plain Python (handbook 9.2.2, 10.3.2).

A rate over few jobs says little: every rate comes with its Wilson interval, every mean with that of the normal distribution,
every difference with Newcombe's. The change of the trained is held against the change of the others in the same weeks, because
seasons, parts and weather change for both.
"""

from math import sqrt
from typing import NamedTuple

Z = 1.959963984540054  # 95 %
LEAST_JOBS = 10


class Count(NamedTuple):
    """So many good ones of all."""

    good: int
    total: int

    @property
    def rate(self):
        return self.good / self.total if self.total else 0.0


class Interval(NamedTuple):
    value: float
    low: float
    high: float


def wilson(count, z=Z):
    """The rate of a :class:`Count` with its 95 % interval (Wilson's score interval); everything between 0 and 1 without jobs."""
    if not count.total:
        return Interval(0.0, 0.0, 1.0)
    n, p = count.total, count.rate
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return Interval(p, max(middle - half, 0.0), min(middle + half, 1.0))


def subtract(one, other):
    """The difference of two independent values with its interval, from theirs (Newcombe's method)."""
    value = one.value - other.value
    return Interval(
        value, value - sqrt((one.value - one.low) ** 2 + (other.high - other.value) ** 2),
        value + sqrt((one.high - one.value) ** 2 + (other.value - other.low) ** 2))


def mean(values, z=Z):
    """The mean of values with its 95 % interval; the interval of rates (all values 0 or 1) is Wilson's.

    With fewer than two values, or values that are all equal, nothing says how far they spread: low and high are the mean itself.
    """
    values = list(values)
    if not values:
        return Interval(0.0, 0.0, 0.0)
    if all(value in (0, 1) for value in values):
        return wilson(Count(sum(values), len(values)), z)
    n, middle = len(values), sum(values) / len(values)
    if n < 2:
        return Interval(middle, middle, middle)
    half = z * sqrt(sum((value - middle) ** 2 for value in values) / (n - 1) / n)
    return Interval(middle, middle - half, middle + half)


def compare(before, after, before_total, after_total, higher_is_better, least=LEAST_JOBS):
    """Hold a figure after a change against the same figure before it.

    :param before, after: :class:`Interval`
    :param before_total, after_total: how many records each was counted on
    :return: ``(change, verdict)``: an :class:`Interval`, and ``better``, ``worse``, ``unclear`` (the interval holds zero) or ``too_few``
    """
    change = subtract(after, before)
    if min(before_total, after_total) < least:
        return change, "too_few"
    if change.low <= 0 <= change.high:
        return change, "unclear"
    return change, "better" if (change.low > 0) == higher_is_better else "worse"


class Effect(NamedTuple):
    """``change`` of the trained, ``others`` in the same weeks, and what is left of it. ``verdict``: ``better``, ``worse``,
    ``unclear`` (the interval holds zero) or ``too_few``."""

    change: Interval
    others: Interval
    effect: Interval
    verdict: str


def measure(before, after, others_before, others_after, least=LEAST_JOBS):
    """Measure what training did to a rate.

    :param before, after: :class:`Count` of the trained before and after the training
    :param others_before, others_after: :class:`Count` of comparable people without it, in the same weeks
    """
    change = subtract(wilson(after), wilson(before))
    others = subtract(wilson(others_after), wilson(others_before))
    effect = subtract(change, others)
    if min(count.total for count in (before, after, others_before, others_after)) < least:
        verdict = "too_few"
    elif effect.low > 0:
        verdict = "better"
    elif effect.high < 0:
        verdict = "worse"
    else:
        verdict = "unclear"
    return Effect(change, others, effect, verdict)
