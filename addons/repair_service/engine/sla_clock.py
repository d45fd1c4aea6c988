"""The clock of promised times. Plain Python over naive datetimes of one time zone; nothing here knows Odoo.

The clock runs inside the opening hours and stands still in the pauses. Periods are half open: (begin, end), a pause whose
end is ``None`` still goes on. ``opening`` is a sorted list of periods that do not overlap, ``None`` means round the clock.
"""

from datetime import datetime, timedelta

FOREVER = datetime.max
NOTHING = timedelta(0)


def join(periods):
    """Sorted periods without overlaps that cover the same time as ``periods``."""
    joined = []
    for begin, end in sorted((begin, FOREVER if end is None else end) for begin, end in periods):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        elif begin < end:
            joined.append((begin, end))
    return joined


def iter_running(start, opening=None, pauses=()):
    """The periods from ``start`` on in which the clock runs, in their order."""
    stops = join(pauses)
    for begin, end in [(start, FOREVER)] if opening is None else opening:
        begin = max(begin, start)
        for stop_begin, stop_end in stops:
            if stop_end <= begin or stop_begin >= end:
                continue
            if begin < stop_begin:
                yield begin, stop_begin
            begin = stop_end
        if begin < end:
            yield begin, end


def get_due(start, span, opening=None, pauses=()):
    """The moment at which the clock has run for ``span`` since ``start``.

    :return: ``start`` itself for a span of nothing, ``None`` when the clock never runs that long: a pause goes on, or
        the opening hours given end before
    """
    if span <= NOTHING:
        return start
    left = span
    for begin, end in iter_running(start, opening, pauses):
        if end - begin >= left:
            return begin + left
        left -= end - begin
    return None


def get_elapsed(start, stop, opening=None, pauses=()):
    """How long the clock has run between two moments."""
    return sum((min(end, stop) - begin for begin, end in iter_running(start, opening, pauses) if begin < stop), NOTHING)


def judge(due, done, now):
    """Whether a promise was kept: ``True``, ``False``, or ``None`` while that is open (not due, or the clock stands still)."""
    if due is None:
        return None
    if done is not None:
        return done <= due
    return False if due < now else None
