"""Free visit windows of technicians: which ones exist, and which to offer first.

Plain Python over naive datetimes of one time zone; nothing here knows Odoo.

    working[technician] - busy[technician], each visit with its way around it  ->  free time
    free time, cut into windows that start on a whole or half hour             ->  Slot
    least cost in minutes first                                                ->  the order in which they are offered

The cost of a slot is the time that the customer waits for it, plus the way to him, plus what the wish, the day's load and the
technician add or take off. An urgent request counts its waiting several times.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

HALF_HOUR = timedelta(minutes=30)
MINUTE = timedelta(minutes=1)
# In minutes that a customer would wait longer for it.
VISIT_COST = 10  # each visit that the technician has that day already
WISH_COST = 3 * 24 * 60  # another day or time of day than the customer wished
URGENT_WEIGHT = 6


class Guess(timedelta):
    """A way of which nothing is known; the time is kept free all the same, and the reasons say that it is a guess."""


@dataclass(frozen=True)
class Candidate:
    """What speaks for a technician whatever the hour: ``score`` in minutes (higher is better) and the reasons for it.

    ``depot_way`` is the way from where he sets out, ``None`` when that is not known.
    """

    score: float = 0.0
    reasons: tuple = ()
    depot_way: timedelta | None = None


@dataclass(frozen=True)
class Home:
    """The territory of the visit: who serves it on each day, and what that is worth in minutes."""

    name: str
    by_day: dict
    score: float = 0.0


@dataclass(frozen=True)
class Busy:
    """A visit that exists already; ``way`` is the way between its place and the new one, ``None`` when not known."""

    start: datetime
    stop: datetime
    way: timedelta | None = None
    pause: timedelta = timedelta(0)

    @property
    def margin(self):
        """What has to lie free before and after the visit."""
        return max(self.way or timedelta(0), self.pause)


@dataclass(frozen=True)
class Slot:
    """One free window of one technician.

    ``reasons`` are pairs (code, value) that the caller puts into words: the candidate's own ones, ``("territory", name)`` or
    ``("outside", name)``, ``("visits", n)``, the number of visits the technician has that day already, ``("way", minutes)`` from
    the visit before or ``("depot", minutes)``, either with ``_guess`` behind the code where the way is a :class:`Guess`,
    ``("on_call", None)`` outside the working hours, ``("wish", bool)`` where there is a wish. ``cost`` is in minutes.
    """

    technician: object
    start: datetime
    stop: datetime
    cost: float = 0.0
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


def find_slots(working, busy, **options):
    """All free windows as a list, best first; see :func:`iter_slots`."""
    return list(iter_slots(working, busy, **options))


def iter_slots(
    working, busy, *, window, earliest, latest, step=HALF_HOUR, candidates=None, day_of=None, on_call=None, full=None, wish=None,
    home=None, urgent=False,
):
    """Rank the free windows of all technicians, and give them out one by one.

    :param dict working: {technician: [(start, stop)]}, time in which the technician may be sent out
    :param dict busy: {technician: [Busy or (start, stop)]}, visits that exist already
    :param timedelta window: length of a visit
    :param datetime earliest: no window starts before (pass the present moment or later)
    :param datetime latest: no window stops after
    :param timedelta step: grid of the starts
    :param dict candidates: {technician: Candidate}
    :param day_of: function that gives the day a moment belongs to; the date by default
    :param dict on_call: {technician: [(start, stop)]}, time beside the working hours in which he may be sent out too
    :param dict full: {technician: days on which he takes no visit more}
    :param wish: function of start and stop, whether the customer wished for such a window; ``None`` without a wish
    :param Home home: the territory that the visit is in; ``None`` when it is in none
    :param bool urgent: the sooner counts for more than anything else
    :return: :class:`Slot`, best first
    """
    if window <= timedelta(0) or step <= timedelta(0):
        raise ValueError("The window and the step must be longer than nothing.")
    candidates, on_call, full = candidates or {}, on_call or {}, full or {}
    day_of, wish = _remember(day_of or datetime.date), wish and _remember(wish)
    weight = URGENT_WEIGHT if urgent else 1
    ranked = []
    for number, technician in enumerate(dict.fromkeys([*working, *on_call])):
        plan = _Plan(technician, candidates.get(technician, Candidate()), busy.get(technician, ()), day_of, home)
        plan.regular = merge(working.get(technician, ()))
        hours = [(max(start, earliest), min(stop, latest)) for start, stop in (*plan.regular, *on_call.get(technician, ()))]
        taken = full.get(technician, ())
        for start, stop in cut_windows(subtract(hours, plan.holes), window, step):
            day = day_of(start)
            if day not in taken:
                cost = weight * ((start - earliest) / MINUTE) + plan.get_cost(start, day)
                if wish and not urgent and not wish(start, stop):
                    cost += WISH_COST
                ranked.append((cost, start, number, stop, plan))
    ranked.sort(key=lambda entry: entry[:3])
    for cost, start, _number, stop, plan in ranked:
        reasons = plan.get_reasons(start, stop, day_of(start))
        if wish:
            reasons.append(("wish", wish(start, stop)))
        yield Slot(plan.technician, start, stop, cost, tuple(reasons))


def _remember(function):
    """The same function, asked once for the same moments: technicians share the grid."""
    known = {}

    def answer(*key):
        if key not in known:
            known[key] = function(*key)
        return known[key]

    return answer


class _Plan:
    """The visits of one technician, and what another one would cost him."""

    def __init__(self, technician, candidate, visits, day_of, home):
        self.technician, self.candidate, self.home = technician, candidate, home
        self.visits = sorted((visit if isinstance(visit, Busy) else Busy(*visit) for visit in visits), key=lambda visit: visit.stop)
        self.stops = [visit.stop for visit in self.visits]
        self.days = [day_of(visit.start) for visit in self.visits]
        self.count = Counter(self.days)
        self.holes = [(visit.start - visit.margin, visit.stop + visit.margin) for visit in self.visits]

    def get_cost(self, start, day):
        """Cost in minutes of a window that starts then, without the waiting and the wish."""
        cost = self.count[day] * VISIT_COST - self.candidate.score
        if self._serves(day):
            cost -= self.home.score
        _code, way = self._get_way(start, day)
        return cost if way is None else cost + way / MINUTE

    def get_reasons(self, start, stop, day):
        """What speaks for and against the window, as pairs (code, value)."""
        reasons = [*self.candidate.reasons]
        if self.home:
            reasons.append(("territory" if self._serves(day) else "outside", self.home.name))
        reasons.append(("visits", self.count[day]))
        code, way = self._get_way(start, day)
        if way is not None:
            reasons.append((f"{code}_guess" if isinstance(way, Guess) else code, round(way / MINUTE)))
        if not any(begin <= start and stop <= end for begin, end in self.regular):
            reasons.append(("on_call", None))
        return reasons

    def _serves(self, day):
        return self.home is not None and self.technician in self.home.by_day.get(day, ())

    def _get_way(self, start, day):
        before = bisect_right(self.stops, start) - 1
        if before >= 0 and self.days[before] == day:
            return "way", self.visits[before].way
        return "depot", self.candidate.depot_way


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
