"""Free visit windows of technicians: which ones exist, and which to offer first.

Plain Python over naive datetimes of one time zone; nothing here knows Odoo.

    working[technician] - busy[technician]  ->  free time
    free time, cut into windows that start on a whole or half hour  ->  Slot
    earlier first, then the better candidate, then the emptier day  ->  the order in which they are offered
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

HALF_HOUR = timedelta(minutes=30)


@dataclass(frozen=True)
class Candidate:
    """What speaks for a technician whatever the hour: ``score`` (higher is better) and the reasons for it."""

    score: float = 0.0
    reasons: tuple = ()


@dataclass(frozen=True)
class Slot:
    """One free window of one technician.

    ``reasons`` are pairs (code, value) that the caller puts into words: the candidate's own ones, then
    ``("visits", n)``, the number of visits the technician has that day already; ``score`` falls with each of them.
    """

    technician: object
    start: datetime
    stop: datetime
    score: float = 0.0
    reasons: tuple = field(default=(), compare=False)


def merge(intervals):
    """Sorted, disjoint intervals that cover the same time; empty and reversed ones are dropped, touching ones joined."""
    merged = []
    for start, stop in sorted((start, stop) for start, stop in intervals if start < stop):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return merged


def subtract(intervals, holes):
    """What is left of ``intervals`` outside of ``holes``."""
    left = []
    holes = merge(holes)
    for start, stop in merge(intervals):
        for hole_start, hole_stop in holes:
            if hole_stop <= start:
                continue
            if hole_start >= stop:
                break
            if start < hole_start:
                left.append((start, hole_start))
            start = hole_stop
            if start >= stop:
                break
        if start < stop:
            left.append((start, stop))
    return left


def round_up(moment, step=HALF_HOUR):
    """The first moment of the day's grid (midnight plus whole steps) that is not before ``moment``."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - (midnight - moment) // step * step


def cut_windows(free, window, step=HALF_HOUR):
    """Every window of length ``window`` that lies in one free interval and starts on the grid of ``step``."""
    for start, stop in free:
        begin = round_up(start, step)
        while begin + window <= stop:
            yield begin, begin + window
            begin += step


def find_slots(working, busy, *, window, earliest, latest, step=HALF_HOUR, candidates=None, day_of=None):
    """Rank the free windows of all technicians.

    :param dict working: {technician: [(start, stop)]}, time in which the technician may be sent out
    :param dict busy: {technician: [(start, stop)]}, visits that exist already
    :param timedelta window: length of a visit
    :param datetime earliest: no window starts before (pass the present moment or later)
    :param datetime latest: no window stops after
    :param timedelta step: grid of the starts
    :param dict candidates: {technician: Candidate}
    :param day_of: function that gives the day a moment belongs to; the date by default
    :return: list of :class:`Slot`, best first
    """
    if window <= timedelta(0) or step <= timedelta(0):
        raise ValueError("The window and the step must be longer than nothing.")
    candidates = candidates or {}
    day_of = day_of or datetime.date
    ranked = []
    for number, (technician, intervals) in enumerate(working.items()):
        candidate = candidates.get(technician, Candidate())
        taken = busy.get(technician, [])
        visits = Counter(day_of(start) for start, _stop in taken)
        open_time = [(max(start, earliest), min(stop, latest)) for start, stop in intervals]
        for start, stop in cut_windows(subtract(open_time, taken), window, step):
            count = visits[day_of(start)]
            slot = Slot(technician, start, stop, candidate.score - count, (*candidate.reasons, ("visits", count)))
            ranked.append(((start, -candidate.score, count, number), slot))
    return [slot for _rank, slot in sorted(ranked, key=lambda entry: entry[0])]


def pick_varied(slots, limit, per_start=2):
    """The first ``limit`` of ranked ``slots``, leaving out what gives no new choice.

    At most ``per_start`` technicians for the same start, and no window of a technician that overlaps one of his that is
    offered already: eight times nine o'clock is one offer, not eight.
    """
    picked = []
    starts = Counter()
    offered = defaultdict(list)
    for slot in slots:
        if len(picked) >= limit:
            break
        if starts[slot.start] >= per_start:
            continue
        if any(slot.start < stop and start < slot.stop for start, stop in offered[slot.technician]):
            continue
        picked.append(slot)
        starts[slot.start] += 1
        offered[slot.technician].append((slot.start, slot.stop))
    return picked
