"""What a technician lacks of his kit, and when a tool is due again; plain Python, no Odoo."""

from calendar import monthrange
from datetime import timedelta


def get_lacking(kits, held):
    """Return what is missing, ``{type: quantity}``.

    :param kits: list of ``{type: quantity}``, one of each kit that applies; what several ask for is needed once, at the largest number
    :param held: ``{type: quantity}`` in custody
    """
    wanted = {}
    for kit in kits:
        for kind, quantity in kit.items():
            wanted[kind] = max(wanted.get(kind, 0), quantity)
    return {kind: quantity - held.get(kind, 0) for kind, quantity in wanted.items() if quantity > held.get(kind, 0)}


def get_due(last, days):
    """Return the day of the next periodic check, ``None`` where none is asked for."""
    return last + timedelta(days=days) if last and days else None


def add_months(day, months):
    """Return the day so many months later, the last of a shorter month: 31 January and one month is 28 or 29 February."""
    place = day.month - 1 + months
    year, month = day.year + place // 12, place % 12 + 1
    return day.replace(year=year, month=month, day=min(day.day, monthrange(year, month)[1]))
