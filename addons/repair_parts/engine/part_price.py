"""New prices of parts and their margin over the real cost (handbook 8.3.2). No Odoo here."""
from decimal import ROUND_HALF_UP, Decimal

EPSILON = 1e-6


def raise_price(price, percent, step):
    """Return ``price`` changed by ``percent`` and rounded to the next multiple of ``step``, half up; never below zero.

    :param step: 0 leaves the price as it comes out, to the cent
    """
    exact = Decimal(str(price)) * (Decimal(100) + Decimal(str(percent))) / Decimal(100)
    unit = Decimal(str(step)) if step else Decimal("0.01")
    return float(max((exact / unit).quantize(Decimal(1), rounding=ROUND_HALF_UP) * unit, Decimal(0)))


def get_margin(price, cost):
    """Return the margin in percent of the price; None when the price is nothing."""
    return 100 * (price - cost) / price if price > EPSILON else None


def is_below(price, cost, floor):
    """Whether ``price`` leaves less than ``floor`` percent of itself over ``cost``; what costs nothing is never too cheap."""
    if cost <= EPSILON:
        return False
    margin = get_margin(price, cost)
    return margin is None or margin < floor - EPSILON


def choose_floor(floors, categories, abc_class):
    """Return the percentage of the floor that fits best, or None.

    :param floors: [(category id or None, class or None, percent)]
    :param categories: ids of the part's category and those above it, nearest first
    :param abc_class: "A", "B", "C" or None
    """
    fitting = []
    for category, wanted, percent in floors:
        if (category is None or category in categories) and (not wanted or wanted == abc_class):
            fitting.append((categories.index(category) if category is not None else len(categories), not wanted, -percent))
    return -min(fitting)[2] if fitting else None
