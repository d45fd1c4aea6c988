from collections import defaultdict
from datetime import datetime, time, timedelta

from pytz import timezone, utc

from odoo import fields, models

# What takes a place of the day: visits that are agreed, under way or done. Who met nobody has the place for somebody else.
AGREED_STATES = ("confirmed", "travelling", "arrived", "done")
MAX_VISITS = 48


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    visits_per_day = fields.Integer(
        "Visits a day", tracking=True,
        help="No more visits are agreed for one day. 0: the number of the company's settings; 0 there too: as many as the hours allow.")

    _visits_per_day_range = models.Constraint(
        f"CHECK (visits_per_day BETWEEN 0 AND {MAX_VISITS})", f"Visits a day lie between 0 and {MAX_VISITS}.")

    def _get_day_limits(self):
        """How many visits a day may be agreed with each technician.

        :return: {employee id: number, 0 when only the hours limit it}
        """
        return {
            technician.id: technician.visits_per_day or technician.company_id.repair_visits_per_day for technician in self}

    def _count_visits_by_day(self, start, stop, moved=None):
        """Visits that take a place of a day, on every local day that [start, stop) touches; one query a company.

        :param start, stop: naive UTC datetimes; the whole local days they lie in are counted
        :param moved: ``repair.appointment`` records that do not count
        :return: {employee id: {local date in the company's time zone: number}}
        """
        counts = defaultdict(dict)
        for company, members in self.grouped("company_id").items():
            zone = timezone(company.repair_tz)
            visits_sudo = self.env["repair.appointment"].sudo()  # a limit counts all visits, also those the user may not read
            groups = visits_sudo.with_context(tz=company.repair_tz)._read_group(
                [("technician_id", "in", members.ids), ("state", "in", AGREED_STATES), ("id", "not in", moved.ids if moved else []),
                 ("start", ">=", _get_midnight(start, zone)), ("start", "<", _get_midnight(stop, zone, up=True))],
                ["technician_id", "start:day"], ["__count"])
            for technician, day, count in groups:
                counts[technician.id][day.date()] = count
        return counts

    def _get_full_days(self, start, stop, moved=None):
        """Local days on which no further visit may be agreed with technicians, their hours apart; one query a company.

        :param start, stop: naive UTC datetimes of the period that is looked at
        :param moved: ``repair.appointment`` record that is rescheduled; its own place counts as free
        :return: {employee id: {date, ...}} for every employee of ``self``, days in the company's ``repair_tz``
        """
        limits = self._get_day_limits()
        limited = self.filtered(lambda technician: limits[technician.id])
        counts = limited._count_visits_by_day(start, stop, moved)
        return {
            technician.id: {day for day, count in counts[technician.id].items() if count >= limits[technician.id]}
            for technician in self}


def _get_midnight(moment, zone, up=False):
    """Naive UTC midnight that begins the local day of ``moment``; with ``up`` the first midnight not before ``moment``."""
    local = utc.localize(moment).astimezone(zone)
    day = local.date() + timedelta(days=bool(up and local.time() != time.min))
    return zone.localize(datetime.combine(day, time.min)).astimezone(utc).replace(tzinfo=None)
