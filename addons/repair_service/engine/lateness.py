"""Who comes late: the open visits of technicians against the clock.

Plain Python over naive datetimes of one time zone; nothing here knows Odoo.

A technician goes from visit to visit in the order of their windows and stays as long as the window is. He arrives when the
window begins at the earliest, and not before he left the customer before and made the way from there:

    expected arrival = max(start of the window, now, end of the visit before + the way after it)
    late  the window is over and he has not arrived            minutes since the end of the window
    risk  he is expected after the end of the window           minutes from the end of the window to the expected arrival
    due   the window has begun and he has not arrived          0
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class OpenVisit:
    """A visit that is agreed and not finished; ``arrived_at`` once the technician is there, ``way`` to the next one."""

    key: object
    technician: object
    start: datetime
    stop: datetime
    arrived_at: datetime | None = None
    way: timedelta = timedelta(0)


@dataclass(frozen=True)
class Outlook:
    """When the technician is expected, how that stands to the promised window (``late``, ``risk``, ``due`` or ''), minutes over it."""

    expected: datetime
    state: str = ""
    minutes: int = 0


def look_ahead(visits, now):
    """Outlook of open visits.

    :param visits: :class:`OpenVisit` of any technicians, in any order
    :param datetime now: the present moment
    :return: {key: :class:`Outlook`}
    """
    by_technician = defaultdict(list)
    for visit in visits:
        by_technician[visit.technician].append(visit)
    outlooks = {}
    for own in by_technician.values():
        free_from = now
        # Where he is comes first: he may have changed the order of his visits.
        for visit in sorted(own, key=lambda visit: (visit.arrived_at is None, visit.start)):
            outlooks[visit.key] = outlook = _look_at(visit, now, free_from)
            free_from = max(now, outlook.expected + (visit.stop - visit.start)) + visit.way
    return outlooks


def _look_at(visit, now, free_from):
    if visit.arrived_at:
        return Outlook(visit.arrived_at)
    expected = max(visit.start, free_from)
    if now > visit.stop:
        return Outlook(expected, "late", (now - visit.stop) // MINUTE)
    if expected > visit.stop:
        return Outlook(expected, "risk", (expected - visit.stop) // MINUTE)
    return Outlook(expected, "due" if now >= visit.start else "")
