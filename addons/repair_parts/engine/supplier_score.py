"""How good a supplier of spare parts is, and which one to order from (handbook 8.1.1, 8.1.2). No Odoo here.

Figures and scores run from 0 to 100, more is better; ``None`` says that there is not enough data for one.
"""
from typing import Any, NamedTuple

EPSILON = 1e-6
FULL = 100.0


def get_quality(received, rejected, failed, lines, minimum):
    """Share of the units received that were neither refused nor failed early in use.

    :param received: units received in the period
    :param rejected: units refused at the incoming inspection or sent back to the supplier
    :param failed: units that failed early after they were fitted
    :param lines: receipt lines behind ``received``; fewer than ``minimum`` are not enough data
    """
    if lines < minimum or received <= EPSILON:
        return None
    return max(0.0, FULL * (1 - (rejected + failed) / received))


def get_delivery(on_time, due, minimum):
    """Share of the lines due that came complete by the promised day."""
    if due < minimum or not due:
        return None
    return FULL * on_time / due


def get_price(best_amount, paid_amount, lines, minimum):
    """What the parts would have cost at the best current prices, as a share of what was paid; dearer is worse."""
    if lines < minimum or paid_amount <= EPSILON:
        return None
    return min(FULL, FULL * best_amount / paid_amount)


def get_opinion(scores, minimum):
    """Mean of what customers said of the parts, 1 to 5, on the scale from 0 to 100; None with fewer than ``minimum`` opinions."""
    if len(scores) < minimum or not scores:
        return None
    return FULL * (sum(scores) / len(scores) - 1) / 4


def get_score(quality, delivery, price, weights, opinion=None):
    """Weighted mean of the figures; quality and delivery must be known, an unknown price or opinion leaves its weight to them.

    :param weights: (quality, delivery, price) and, where ``opinion`` is given, its weight, of any sum above zero
    """
    if quality is None or delivery is None:
        return None
    figures = (quality, delivery, price, opinion)[:len(weights)]
    known = [(figure, weight) for figure, weight in zip(figures, weights, strict=True) if figure is not None]
    total = sum(weight for _figure, weight in known)
    return sum(figure * weight for figure, weight in known) / total if total else None


def get_grade(score, thresholds):
    """Return "A" to "D", or None without a score.

    :param thresholds: least score of A, of B and of C, falling
    """
    if score is None:
        return None
    for grade, least in zip("ABC", thresholds, strict=True):
        if score >= least - EPSILON:
            return grade
    return "D"


def is_on_time(promised, ordered, receipts):
    """Whether everything ordered was there at the end of the promised day.

    :param promised: date
    :param ordered: units
    :param receipts: iterable of (date, units)
    """
    return sum(units for day, units in receipts if day <= promised) >= ordered - EPSILON


def count_early_failures(fitted, replaced, lines):
    """Units of each fitted line that had to be replaced early; a replacement counts for one fitted line only, the last before it.

    :param fitted: {key: units} of fitted lines
    :param replaced: {replacement: units}
    :param lines: iterable of (key, day fitted, replacement, day replaced), pairs that belong to the same appliance and part
    :return: {key: units failed}, without zeros
    """
    left_fitted, left_replaced, failed = dict(fitted), dict(replaced), {}
    for key, _fitted_on, replacement, _replaced_on in sorted(
            lines, key=lambda line: (line[3], str(line[2]), _descending(line[1]), str(line[0]))):
        units = min(left_fitted.get(key, 0.0), left_replaced.get(replacement, 0.0))
        if units > EPSILON:
            failed[key] = failed.get(key, 0.0) + units
            left_fitted[key] -= units
            left_replaced[replacement] -= units
    return failed


def _descending(day):
    return -day.timestamp() if hasattr(day, "timestamp") else -day.toordinal()


class Offer(NamedTuple):
    """A current vendor price: ``price`` a unit in the company's currency, from ``least`` units on."""

    supplier: Any
    least: float
    price: float


def get_best_prices(offers, quantity):
    """Return {supplier: least price a unit} of the offers that hold for ``quantity`` units."""
    best = {}
    for offer in offers:
        if offer.least <= quantity + EPSILON and offer.price > EPSILON:
            best[offer.supplier] = min(offer.price, best.get(offer.supplier, offer.price))
    return best


class Candidate(NamedTuple):
    """One supplier who could deliver a part.

    ``standing``: 0 approved, 1 on trial, 2 not qualified; ``refused``: may not be ordered from; ``late``: days after the date of
    need; ``score``: None when there is not enough data; ``price``: a unit in the company's currency; ``order``: the order in
    which the company itself lists its suppliers, decides between equals.
    """

    key: Any
    standing: int
    refused: bool
    late: int
    score: float | None
    price: float
    agreement: bool
    order: Any


def get_points(candidate, best_price, price_weight, unknown_score):
    """Points of a proposal: the supplier's score, and the price of this part, each by its weight.

    :param best_price: best price of the part among those who may be ordered from
    :param price_weight: share of the price, 0 to 1
    :param unknown_score: what a supplier without a score counts as
    """
    score = unknown_score if candidate.score is None else candidate.score
    price = FULL * best_price / candidate.price if candidate.price > EPSILON else 0.0
    return (1 - price_weight) * score + price_weight * min(FULL, price)


def rank(candidates, price_weight, unknown_score):
    """Return [(candidate, points)], best first.

    First who may be ordered from, then by standing (approved before on trial before not qualified), then who delivers in time,
    then by points; between equals an agreement, the lower price and the company's own order decide.
    """
    allowed = [candidate.price for candidate in candidates if not candidate.refused and candidate.price > EPSILON]
    best_price = min(allowed, default=min((candidate.price for candidate in candidates), default=0.0))
    rated = [(candidate, get_points(candidate, best_price, price_weight, unknown_score)) for candidate in candidates]
    return sorted(rated, key=lambda pair: (
        pair[0].refused, pair[0].standing, pair[0].late > 0, -round(pair[1], 2), not pair[0].agreement, pair[0].price, pair[0].order))
