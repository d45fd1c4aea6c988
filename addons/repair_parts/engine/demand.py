"""How much of a part to keep, from how it was asked for and how long it takes to come (handbook 8.2.2). No Odoo here.

A series holds the units asked for in periods of equal length, oldest first; lead times are told in the same periods.
"""
from math import ceil, exp, sqrt
from statistics import NormalDist
from typing import NamedTuple

EPSILON = 1e-9
ADI_CUT, CV2_CUT = 1.32, 0.49  # Syntetos and Boylan (2005)
NORMAL = NormalDist()
# Beyond these the exact distribution is long and close to the normal one.
RATE_MAX, SIZE_MAX, UNITS_MAX = 200.0, 500, 20_000


class Pattern(NamedTuple):
    """``kind``: none, smooth, erratic, intermittent or lumpy; ``interval``: periods between demands; ``variation``: CV² of sizes."""

    kind: str
    interval: float
    variation: float
    idle: int


def get_pattern(series):
    """Return the :class:`Pattern` of a series; ``idle`` counts the periods since the last demand."""
    sizes = [units for units in series if units > EPSILON]
    if not sizes:
        return Pattern("none", 0.0, 0.0, len(series))
    interval = len(series) / len(sizes)
    mean = sum(sizes) / len(sizes)
    variation = sum((size - mean) ** 2 for size in sizes) / len(sizes) / mean ** 2
    idle = next(index for index, units in enumerate(reversed(series)) if units > EPSILON)
    rare, uneven = interval >= ADI_CUT, variation >= CV2_CUT
    kind = ("lumpy" if uneven else "intermittent") if rare else ("erratic" if uneven else "smooth")
    return Pattern(kind, interval, variation, idle)


def forecast_sba(series, alpha):
    """Return units a period by Croston's method with the correction of Syntetos and Boylan.

    Size and interval are smoothed apart, only when there is demand; their quotient is cut by alpha / 2.
    """
    size = interval = None
    since = 0
    for units in series:
        since += 1
        if units > EPSILON:
            size = units if size is None else size + alpha * (units - size)
            interval = since if interval is None else interval + alpha * (since - interval)
            since = 0
    return (1 - alpha / 2) * size / interval if size is not None else 0.0


def forecast_tsb(series, alpha, beta):
    """Return units a period by the method of Teunter, Syntetos and Babai: the chance of demand fades with every idle period."""
    size, chance = None, 0.0
    for index, units in enumerate(series):
        if units > EPSILON:
            if size is None:
                size, chance = units, 1 / (index + 1)
            else:
                size += alpha * (units - size)
                chance += beta * (1 - chance)
        elif size is not None:
            chance -= beta * chance
    return chance * size if size is not None else 0.0


def get_lead_time_demand(rate, sizes, lead_times):
    """Return [chance of 0, 1, 2 .. units] asked for while an order is on its way, None when it is too long to be told exactly.

    Demands come by chance ``rate`` times a period (Poisson), each of one of the ``sizes`` met so far; every lead time measured is
    as likely as the others (compound Poisson, by Panjer's recursion). Sizes are whole units, rounded up.
    """
    whole = [max(1, ceil(size - EPSILON)) for size in sizes]
    longest = rate * max(lead_times)
    mean = sum(whole) / len(whole)
    if longest > RATE_MAX or max(whole) > SIZE_MAX or longest * mean > UNITS_MAX / 10:
        return None
    share = 1 / len(whole)
    chances = {}
    for size in whole:
        chances[size] = chances.get(size, 0.0) + share
    parts = [_get_compound_poisson(rate * lead_time, chances) for lead_time in lead_times]
    length = max(len(part) for part in parts)
    return [sum(part[units] for part in parts if units < len(part)) / len(parts) for units in range(length)]


def _get_compound_poisson(expected, chances):
    pmf = [exp(-expected)]
    reached = pmf[0]
    while reached < 1 - 1e-10 and len(pmf) < UNITS_MAX:
        units = len(pmf)
        chance = expected / units * sum(
            size * share * pmf[units - size] for size, share in chances.items() if size <= units)
        pmf.append(chance)
        reached += chance
    return pmf


class Plan(NamedTuple):
    """``forecast``: units a period; ``safety``: units kept for bad luck; ``reorder``: order when no more than this is left;
    ``method``: normal, sba, tsb or none."""

    forecast: float
    safety: float
    reorder: int
    method: str


def get_plan(series, lead_times, service, alpha=0.1, beta=0.1):
    """Return the :class:`Plan` of a part.

    Even and erratic demand is normal: reorder point = forecast x mean lead time + z x sqrt(L s² + d² s_L²). Intermittent and
    lumpy demand is not: there the reorder point is the least number of units that suffices with the chance ``service``. Where
    demand has stayed away for more than twice its usual interval, the forecast fades.

    :param lead_times: measured ones in periods, at least one
    :param service: chance (0 to 1) that nothing is short until the order is there
    """
    pattern = get_pattern(series)
    mean_lead = sum(lead_times) / len(lead_times)
    if pattern.kind == "none":
        return Plan(0.0, 0.0, 0, "none")
    if pattern.kind in ("smooth", "erratic"):
        mean = sum(series) / len(series)
        safety = get_safety_stock(get_deviation(series), mean, lead_times, service)
        return Plan(mean, safety, ceil(mean * mean_lead + safety - EPSILON), "normal")
    active = len(series) - pattern.idle
    fading = pattern.idle >= 3 and pattern.idle > 2 * active * pattern.interval / len(series)
    forecast = forecast_tsb(series, alpha, beta) if fading else forecast_sba(series, alpha)
    method = "tsb" if fading else "sba"
    pmf = get_pmf(series, lead_times, forecast)
    if pmf is None:
        safety = get_safety_stock(get_deviation(series), forecast, lead_times, service)
        return Plan(forecast, safety, ceil(forecast * mean_lead + safety - EPSILON), method)
    reorder = get_quantile(pmf, service)
    return Plan(forecast, max(reorder - forecast * mean_lead, 0.0), reorder, method)


def get_pmf(series, lead_times, forecast):
    """Return the chances of the demand during the lead time such that its mean a period is ``forecast``."""
    sizes = [units for units in series if units > EPSILON]
    return get_lead_time_demand(forecast / (sum(sizes) / len(sizes)), sizes, lead_times)


def get_quantile(pmf, service):
    """Return the least number of units that suffices with the chance ``service``."""
    reached = 0.0
    for units, chance in enumerate(pmf):
        reached += chance
        if reached >= service - EPSILON:
            return units
    return len(pmf) - 1


def get_deviation(values):
    """Return the standard deviation of a sample; 0 for fewer than two values."""
    if len(values) < 2:
        return 0.0
    mean = sum(values) / len(values)
    return sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))


def get_safety_stock(deviation, mean, lead_times, service):
    """Return z x sqrt(mean lead time x deviation² + mean demand² x deviation of the lead time²), never below zero."""
    mean_lead = sum(lead_times) / len(lead_times)
    spread = sqrt(mean_lead * deviation ** 2 + mean ** 2 * get_deviation(lead_times) ** 2)
    return max(NORMAL.inv_cdf(service) * spread, 0.0)


def get_fill_rate(series, lead_times, plan, reorder, lot):
    """Return the expected share (0 to 1) of the demand that is served from the shelf when ``lot`` units are ordered at ``reorder``.

    One less what is short in a cycle by what is asked for in it; None without demand.
    """
    if plan.method == "none" or lot <= EPSILON:
        return None
    pmf = get_pmf(series, lead_times, plan.forecast) if plan.method in ("sba", "tsb") and plan.forecast > EPSILON else None
    if pmf is not None:
        short = sum((units - reorder) * chance for units, chance in enumerate(pmf) if units > reorder)
    else:
        mean_lead = sum(lead_times) / len(lead_times)
        mean = plan.forecast * mean_lead
        spread = sqrt(mean_lead * get_deviation(series) ** 2 + plan.forecast ** 2 * get_deviation(lead_times) ** 2)
        if spread <= EPSILON:
            short = max(mean - reorder, 0.0)
        else:
            k = (reorder - mean) / spread
            short = spread * (NORMAL.pdf(k) - k * (1 - NORMAL.cdf(k)))
    return min(1.0, max(0.0, 1 - short / lot))


def get_lot(yearly, order_cost, holding_rate, unit_cost, least=1, most=None):
    """Return the economic lot in whole units: sqrt(2 x yearly demand x cost of an order / yearly cost of holding a unit).

    :param least: what the supplier sells at least
    :param most: what may be bought at once; the supplier's least goes before it
    """
    if yearly <= EPSILON:
        return 0
    holding = holding_rate * unit_cost
    lot = sqrt(2 * yearly * order_cost / holding) if holding > EPSILON else yearly
    if most is not None:
        lot = min(lot, most)
    return max(ceil(lot - 1e-6), ceil(least - EPSILON), 1)
