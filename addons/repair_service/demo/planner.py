"""Past visits of the demo company: who went where and when, without two visits of one technician at a time."""

from datetime import datetime, time, timedelta

import pytz

from .fleet import SKILLED

HOURS = (8, 10, 13, 15)
SUNDAY, MONDAY = 6, 0
TERRITORIES = ("pudong", "centre", "west", "north")


class Planner:
    """Hands out visits of two hours in working time.

    :param technicians: the twelve technicians in their order: three a territory, the third of each works on Sundays
    :param rng: ``random.Random``, which makes the plan the same every time
    """

    def __init__(self, technicians, rng, time_zone):
        self.technicians = list(technicians)
        self.rng = rng
        self.zone = pytz.timezone(time_zone)
        self.taken = set()

    def pick(self, root, territory, day, only=None, latest=None):
        """Return ``(technician, start)``, the first free visit for a family in a territory on ``day`` or soon after.

        :param only: number of the technician, from 0, whom it has to be
        :param latest: naive UTC moment until which it begins, where one is free by then: what is done lies in the past
        """
        found = latest and self._pick(root, territory, day, only, latest)
        found = found or self._pick(root, territory, day, only, datetime.max)
        if not found:
            raise ValueError(f"no free visit in {territory} after {day}")
        return found

    def _pick(self, root, territory, day, only, latest):
        for later in range(14):
            date = day + timedelta(days=later)
            for hour in self.rng.sample(HOURS, len(HOURS)):
                if self.at(date, hour) > latest:
                    continue
                for number in self._get_able(root, territory, date):
                    if (number, date, hour) not in self.taken and only in (None, number):
                        self.taken.add((number, date, hour))
                        return self.technicians[number], self.at(date, hour)
        return None

    def take(self, technician, start):
        """Note a visit that exists already: no visit of two hours that would overlap it is handed out."""
        local = pytz.utc.localize(start).astimezone(self.zone)
        self.taken |= {(self.technicians.index(technician), local.date(), hour) for hour in range(local.hour - 1, local.hour + 2)}

    def get_able(self, root, territory):
        """Return the technicians of a territory who may take a family."""
        first = 3 * TERRITORIES.index(territory)
        return [self.technicians[first + place] for place in SKILLED[root] if not (root == "tv" and first + place == 11)]

    def at(self, date, hour, minute=0):
        """Return a local moment as naive UTC."""
        local = self.zone.localize(datetime.combine(date, time(hour, minute)))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    def reported_today(self, now):
        """Return a moment shortly before ``now`` (naive UTC) at which people call: in the small hours it was last evening."""
        local = pytz.utc.localize(now).astimezone(self.zone)
        if local.hour < 9 or local.hour > 20:
            day = local.date() - timedelta(days=local.hour < 9)
            return self.at(day, self.rng.randrange(17, 20), self.rng.randrange(60))
        return now - timedelta(minutes=self.rng.randrange(9, 58))

    def next_day(self, moment, hour, minute=0):
        """Return the moment of that local time on the day after ``moment`` (naive UTC)."""
        return self.at(pytz.utc.localize(moment).astimezone(self.zone).date() + timedelta(days=1), hour, minute)

    def _get_able(self, root, territory, date):
        first = 3 * TERRITORIES.index(territory)
        able = [
            first + place for place in SKILLED[root]
            if date.weekday() != (MONDAY if place == 2 else SUNDAY)
        ]
        self.rng.shuffle(able)
        return able
