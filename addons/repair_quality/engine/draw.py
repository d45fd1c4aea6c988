"""Random draws that anybody can repeat, over plain values. No Odoo here.

Every unit of a lot gets a rank: SHA-256 of ``seed:key``, read as hexadecimal text. The units with the smallest ranks are drawn. Seed and
list are all it takes to draw again, in any language: the order of the list does not matter, and no library's generator can change.

A draw has two parts. The *plan* part is the sample that ISO 2859-1 judges the lot by: plain, or spread over strata in proportion to
their sizes. The *coverage* part comes on top, so that everybody's work is looked at often enough; it does not count for the lot.
"""
import hashlib
from collections import Counter, defaultdict
from typing import NamedTuple

ALGORITHM = "sha256-rank-1"
PLAN, COVERAGE, REPLACEMENT = "plan", "coverage", "replacement"


class Unit(NamedTuple):
    """A finished repair: its ``key``, the ``stratum`` it lies in and the ``person`` who did it."""

    key: int
    stratum: int = 0
    person: int = 0


def get_rank(seed, key):
    """Return the rank of a unit in a draw: 64 hexadecimal digits, the smallest are drawn first."""
    return hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()


def get_digest(units):
    """Return the fingerprint of a list of units, the same in whatever order they come."""
    text = "\n".join(f"{unit.key},{unit.stratum},{unit.person}" for unit in sorted(units))
    return hashlib.sha256(text.encode()).hexdigest()


def allocate(sizes, sample):
    """Spread a sample over strata in proportion to their sizes, by largest remainders.

    :param dict sizes: {stratum: number of units}
    :param int sample: units to draw, at most the sum of the sizes
    :return: {stratum: units to draw}; of equal remainders the larger stratum wins, then the smaller key
    """
    total = sum(sizes.values())
    if not total:
        return {}
    shares = {stratum: sample * size // total for stratum, size in sizes.items()}
    order = sorted(sizes, key=lambda stratum: (-(sample * sizes[stratum] % total), -sizes[stratum], stratum))
    for stratum in order[:sample - sum(shares.values())]:
        shares[stratum] += 1
    return shares


def draw(units, size, seed, stratified=False, quotas=None):
    """Draw from a lot.

    :param units: :class:`Unit` of the lot
    :param int size: units that the plan asks for
    :param str seed: what makes this draw different from any other
    :param bool stratified: spread the plan's sample over the strata
    :param dict quotas: {person: units of his that must be drawn at least}
    :return: [(key, ``plan`` or ``coverage``)], in the order of their ranks within each part
    """
    ranked = sorted(units, key=lambda unit: (get_rank(seed, unit.key), unit.key))
    size = min(size, len(ranked))
    if stratified:
        left = Counter(allocate(Counter(unit.stratum for unit in ranked), size))
        planned = []
        for unit in ranked:
            if left[unit.stratum]:
                left[unit.stratum] -= 1
                planned.append(unit)
    else:
        planned = ranked[:size]
    drawn = {unit.key for unit in planned}
    missing = Counter(quotas or {})
    missing.subtract(Counter(unit.person for unit in planned))
    extra = []
    for unit in ranked:
        if unit.key not in drawn and missing[unit.person] > 0:
            missing[unit.person] -= 1
            extra.append(unit)
    return [(unit.key, PLAN) for unit in planned] + [(unit.key, COVERAGE) for unit in extra]


def get_replacement(units, taken, seed, stratum=None):
    """Return the key of the unit that comes next in rank, for one that cannot be inspected; None when nothing is left.

    :param set taken: keys drawn already
    :param stratum: the stratum it has to come from as long as that has one, none for any
    """
    left = defaultdict(list)
    for unit in units:
        if unit.key not in taken:
            left[unit.stratum].append(unit.key)
    pool = left.get(stratum) or [key for keys in left.values() for key in keys]
    return min(pool, key=lambda key: (get_rank(seed, key), key), default=None)
