"""What a brand owes for one line of a repair under its warranty, by the rates agreed with it; plain Python, no Odoo."""

from dataclasses import dataclass, field
from datetime import date

LIST, COST, FIXED = "list", "cost", "fixed"


@dataclass(frozen=True)
class Rate:
    """One rate; what is left empty fits everything. ``percent`` is the handling on top of list price or cost."""

    kind: str
    basis: str
    amount: float = 0.0
    percent: float = 0.0
    family: int | None = None
    code: int | None = None
    product: int | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Charge:
    """One line of a repair. ``families`` are the appliance's family and those above it, the nearest first."""

    kind: str
    day: date
    quantity: float
    list_total: float
    cost_total: float = 0.0
    product: int | None = None
    families: tuple = ()
    codes: frozenset = field(default_factory=frozenset)


def find_rate(rates, charge):
    """Return the position of the rate that fits a charge best, ``None`` when none fits.

    A rate for the product goes before one for the fault, that before one for the nearest family, that before one for all; of equals
    the one that began last, then the first of the list.
    """
    fitting = [position for position, rate in enumerate(rates) if _fits(rate, charge)]
    return max(fitting, key=lambda position: (_get_rank(rates[position], charge), -position), default=None)


def reckon(rate, charge):
    """Return what the brand owes for a charge, untaxed and not rounded; without a rate that is our own price."""
    if rate is None:
        return charge.list_total
    if rate.basis == FIXED:
        return rate.amount * charge.quantity
    base = charge.cost_total if rate.basis == COST else charge.list_total
    return base * (1 + rate.percent / 100)


def get_bucket(days):
    """Return the ageing bucket of an amount that is ``days`` past its due date: ``0``, ``30``, ``60``, ``90`` or ``more``."""
    if days <= 0:
        return "0"
    return next((str(limit) for limit in (30, 60, 90) if days <= limit), "more")


def _fits(rate, charge):
    return (
        rate.kind == charge.kind
        and rate.product in (None, charge.product)
        and (rate.code is None or rate.code in charge.codes)
        and (rate.family is None or rate.family in charge.families)
        and (rate.first is None or rate.first <= charge.day)
        and (rate.last is None or charge.day <= rate.last))


def _get_rank(rate, charge):
    nearness = -charge.families.index(rate.family) if rate.family is not None else -len(charge.families) - 1
    return rate.product is not None, rate.code is not None, nearness, rate.first or date.min
