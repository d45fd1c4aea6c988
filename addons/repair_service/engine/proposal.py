"""What past repairs of the same kind used: which orders count, and which parts, services and codes to propose.

Plain Python over simple values; nothing here knows Odoo.

    groups of alike past orders  ->  the narrowest scope that holds enough of them  ->  Scope
    what the orders of that scope used  ->  the most used first  ->  Proposal
    how often each code was found  ->  the most frequent ones with their shares  ->  Share
"""

from collections import defaultdict
from dataclasses import dataclass
from itertools import product as combinations
from statistics import median_low

MIN_ORDERS = 2  # one order is an anecdote
MIN_BRAND_ORDERS = 3  # the brand's own orders count alone only when there are that many
MIN_USES = 2
MAX_SHARES = 3


@dataclass(frozen=True)
class Group:
    """``count`` past orders with one symptom that agree in family, brand, cause and remedy (``None``: not noted)."""

    family: object
    brand: object
    cause: object
    remedy: object
    count: int


@dataclass(frozen=True)
class Scope:
    """Which past orders are compared with the new one: those of its cause, family and brand, or wider ones.

    ``same_family`` is false when the families beside it, below the same parent, count too.
    """

    same_cause: bool
    same_family: bool
    same_brand: bool
    count: int


@dataclass(frozen=True)
class Proposal:
    """A product that ``orders`` of ``total`` past orders used; ``quantity`` is the lower median of what one order took."""

    product: object
    orders: int
    total: int
    quantity: float


@dataclass(frozen=True)
class Share:
    """A code found in ``count`` of ``total`` past orders, in whole per cent."""

    code: object
    count: int
    total: int
    percent: int


def choose_scope(groups, brand=None, cause=None, families=None):
    """Return the scope whose orders say most about a new order, ``None`` when too few were ever like it.

    The same cause comes before the same family, and that before the same brand: first what was wrong decides what
    is used. A scope needs two orders, one of a single brand three.

    :param groups: ``Group`` list, orders with the same symptom, of the family and of those around it
    :param brand: the appliance's brand, ``None`` when unknown
    :param cause: the order's cause, ``None`` while it is not known
    :param families: the families that are the order's own (itself and those below); ``None``: all of ``groups``
    """
    causes = (True, False) if cause is not None else (False,)
    brands = (True, False) if brand is not None else (False,)
    for same_cause, same_family, same_brand in combinations(causes, (True, False), brands):
        count = sum(
            group.count for group in groups
            if (not same_cause or group.cause == cause)
            and (not same_family or families is None or group.family in families)
            and (not same_brand or group.brand == brand))
        if count >= (MIN_BRAND_ORDERS if same_brand else MIN_ORDERS):
            return Scope(same_cause, same_family, same_brand, count)
    return None


def rank(uses, total):
    """Return the products that at least two orders used, the most used first; a tie keeps the order of ``uses``.

    :param uses: ``(product, order, quantity)``, several of one product and order are added up
    :param total: how many orders were looked at, those that used nothing included
    """
    quantities = defaultdict(lambda: defaultdict(float))
    for product, order, quantity in uses:
        if quantity > 0:
            quantities[product][order] += quantity
    proposals = [
        Proposal(product, len(by_order), total, median_low(by_order.values()))
        for product, by_order in quantities.items() if len(by_order) >= MIN_USES
    ]
    return sorted(proposals, key=lambda proposal: -proposal.orders)


def share(counts, limit=MAX_SHARES):
    """Return the ``limit`` most frequent codes; a tie keeps the order of ``counts``, per cent are rounded half up.

    :param counts: ``(code, orders)``, several of one code are added up; orders without a code (``None``) do not count
    """
    by_code = defaultdict(int)
    for code, count in counts:
        if code is not None and count > 0:
            by_code[code] += count
    total = sum(by_code.values())
    ranked = sorted(by_code.items(), key=lambda entry: -entry[1])[:limit]
    return [Share(code, count, total, (200 * count + total) // (2 * total)) for code, count in ranked]
