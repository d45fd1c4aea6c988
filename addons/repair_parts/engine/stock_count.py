"""What a count says about the books (handbook 8.2.3). No Odoo here."""
import re

EPSILON = 1e-6
DIGITS = re.compile(r"(\d+)")


def get_walk_key(name):
    """Return what places are sorted by on a walk: A-2 comes before A-10."""
    return tuple((1, int(part), "") if part.isdigit() else (0, 0, part.casefold()) for part in DIGITS.split(name or "") if part)


def is_within(expected, counted, percent, unit_cost=0.0, value_limit=0.0):
    """Whether a count agrees with the books, or differs by no more than what is tolerated.

    :param percent: of what the books say; where they say nothing, nothing is tolerated
    :param value_limit: a difference worth more is never tolerated; 0: no limit
    """
    difference = abs(counted - expected)
    if difference <= EPSILON:
        return True
    if difference > abs(expected) * percent / 100 + EPSILON:
        return False
    return value_limit <= EPSILON or difference * unit_cost <= value_limit + EPSILON


def split(difference):
    """Return (units over, units short): the two are never netted."""
    return max(difference, 0.0), max(-difference, 0.0)


def is_confirmed(first, second):
    """Whether two people found the same difference; each is measured against the books at his own moment."""
    return abs(first - second) <= EPSILON


def get_interval(counts_a_year):
    """Return the days between two counts."""
    return max(1, round(365 / counts_a_year)) if counts_a_year > 0 else 0
