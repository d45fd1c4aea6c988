"""What the vendor's bills say about the receipts of one order line. No Odoo here.

Bills pay for receipts in their order: the first units billed are the first ones that were kept. Averaging all bills of a line, as core
does, would change the price of units that were paid for, and perhaps used, long before.
"""
from typing import Any, NamedTuple

from .fifo import EPSILON

PRICE_TOLERANCE = 1e-4


class Paper(NamedTuple):
    """A line of a bill or credit note: units, their value in the company's currency, and the unit price as it stands on the paper.

    ``origin`` is the key of the bill that a credit note names, else None.
    """

    key: Any
    units: float
    value: float
    price: float
    currency: Any
    origin: Any = None


def settle(bills, credits, sent_back):
    """Return [(units, value)] that the ``bills`` still charge, in their order, once the ``credits`` are deducted.

    What was sent back, or is credited at the price at which it was billed, is not charged any more; the other units keep their price.
    A credit below the billed price for goods that stayed is a rebate: it makes them cheaper.

    :param bills: Papers, oldest first
    :param credits: Papers, oldest first
    :param sent_back: units that went back to the vendor
    """
    charged = {bill.key: (bill.units, bill.value) for bill in bills}
    by_key = {bill.key: bill for bill in bills}
    for credit in credits:
        left = credit.units
        newest_first = list(charged)[::-1]
        for key in sorted(newest_first, key=lambda key, credit=credit: key != credit.origin):
            units, value = charged[key]
            taken = min(units, left)
            if taken <= EPSILON:
                continue
            off = min(taken, sent_back) if _is_cheaper(credit, by_key[key]) else taken
            sent_back = max(sent_back - off, 0.0)
            rebate = credit.value * (taken - off) / credit.units
            charged[key] = (units - off, value - value * off / units - rebate)
            left -= taken
    return [pair if pair[0] > EPSILON else (0.0, 0.0) for pair in charged.values()]


def _is_cheaper(credit, bill):
    return credit.currency == bill.currency and credit.price < bill.price * (1 - PRICE_TOLERANCE)


def allocate(charged, kept):
    """Return [(units, value)] of ``charged`` that each receipt is paid with.

    :param charged: [(units, value)], oldest first
    :param kept: units of each receipt that did not go back, oldest first
    """
    waiting, result = list(charged), []
    for wanted in kept:
        units = value = 0.0
        while waiting and wanted - units > EPSILON:
            there, worth = waiting[0]
            taken = min(there, wanted - units)
            share = worth * taken / there if there > EPSILON else 0.0
            units, value = units + taken, value + share
            if there - taken > EPSILON:
                waiting[0] = (there - taken, worth - share)
            else:
                waiting.pop(0)
        result.append((units, value))
    return result


def spread_returns(received, returned):
    """Return the units kept of each receipt, oldest first.

    :param received: {key: units}, oldest first
    :param returned: [(key or None, units)]; what names no receipt of these is taken off the newest ones
    """
    kept = dict(received)
    for key, units in sorted(returned, key=lambda pair: pair[0] not in kept):
        for each in ([key] if key in kept else []) + list(reversed(kept)):
            taken = min(kept[each], units)
            kept[each] -= taken
            units -= taken
    return kept
