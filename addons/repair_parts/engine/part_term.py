"""Until when a sold part may be returned, exchanged or repaired, and whether a decision keeps to that (handbook 8.3.4). No Odoo here."""
from datetime import timedelta
from typing import Any, NamedTuple

from dateutil.relativedelta import relativedelta

# Rights that carry a decision: whoever may have his money back may as well have another part or a repair.
CARRIED_BY = {
    "refund": ("withdraw", "refund"),
    "exchange": ("withdraw", "refund", "exchange", "repair"),
    "repair": ("refund", "exchange", "repair"),
}
FAULT_RIGHTS = ("refund", "exchange", "repair")


class Term(NamedTuple):
    """A rule: ``right`` holds for ``days`` and ``months`` after the customer got the part."""

    key: Any
    right: str
    days: int = 0
    months: int = 0


def get_last_day(start, term):
    """Return the last day on which the term holds; the day the customer got the part is not counted."""
    return start + relativedelta(months=term.months) + timedelta(days=term.days)


def get_rights(start, terms):
    """Return {right: (last day, key of the term)}, each right by the term that gives most.

    :param start: date on which the customer got the part
    :param terms: the Terms that fit
    """
    rights = {}
    for term in terms:
        last_day = get_last_day(start, term)
        if term.right not in rights or last_day > rights[term.right][0]:
            rights[term.right] = (last_day, term.key)
    return rights


def get_open_rights(rights, today, faulty):
    """Return the rights that hold ``today``: those about faults only for a faulty part."""
    return {
        right for right, (last_day, _key) in rights.items() if today <= last_day and (faulty or right not in FAULT_RIGHTS)}


def get_allowed(open_rights):
    """Return the decisions that the customer can claim by ``open_rights``."""
    return {decision for decision, carriers in CARRIED_BY.items() if open_rights & set(carriers)}
