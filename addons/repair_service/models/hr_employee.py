from collections import defaultdict
from datetime import datetime, time, timedelta
from functools import partial

from pytz import timezone, utc

from odoo import api, fields, models
from odoo.tools.intervals import Intervals

from ..engine.slots import subtract


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    is_technician = fields.Boolean(
        "Service technician", tracking=True,
        help="Visits customers. Only service technicians are proposed and accepted for a visit.")
    territory_ids = fields.Many2many(
        "repair.territory", "repair_territory_technician_rel", "employee_id", "territory_id", string="Service territories",
        help="Requests from these territories are offered to this technician first.")

    @api.constrains("territory_ids", "company_id")
    def _check_territories(self):
        self.sudo().territory_ids._check_technicians()  # who keeps employees need not read territories

    def _is_qualified_for(self, category, date):
        """Whether the technician may work on a family of appliances on a day (handbook 4.1.2).

        :param category: ``repair.appliance.category`` record, may be empty
        :param date: day of the visit
        """
        return not self._get_disqualification(category, date)

    def _get_disqualification(self, category, date):
        """Why the technician may not work on ``category`` on ``date``, in the user's language; '' when he may.

        Nothing disqualifies here. An addon that keeps certificates overrides this and ``_filter_qualified``.
        """
        self.ensure_one()
        return ""

    def _filter_qualified(self, category, date):
        """The technicians of ``self`` who may work on ``category`` on ``date``; meant to be answered in one go."""
        return self.filtered(lambda technician: technician._is_qualified_for(category, date))

    def _get_visit_refusal(self, category, date):
        """Why no visit may be given to this employee, in the user's language; '' when he can be sent."""
        self.ensure_one()
        if not self.is_technician or not self.active:
            return self.env._(
                "%(employee)s is not an active service technician: choose somebody else, or have it ticked on the employee.",
                employee=self.name)
        return self._get_disqualification(category, date)

    def _get_visit_hours(self, start, stop):
        """Time in which technicians can be sent out: their shifts less leave and public holidays.

        Each day follows the working schedule in force on it (employee versions and contracts): core joins the schedules of all
        versions of a contract, and knows no later ones without a contract. Who has no schedule of his own follows the company's.
        The hours of a schedule are told in the technician's own time zone; a shift that goes on after midnight is one interval.

        :param start, stop: naive UTC datetimes
        :return: {employee id: [(start, stop)]} in naive UTC, sorted, disjoint
        """
        begin, end = utc.localize(start), utc.localize(stop)
        technicians_sudo = self.sudo()  # the desk may not read contracts; only hours leave this method
        absences = self._get_absences(start, stop)
        hours = defaultdict(list)
        for calendar, shifts in technicians_sudo._get_shifts(begin, end).items():
            resources = self.env["resource.resource"].sudo().union(*(technician.resource_id for technician in shifts))
            holidays = calendar._leave_intervals_batch(
                begin, end, resources, [("time_type", "=", "leave"), ("resource_id", "=", False)])
            attendances = {
                zone: calendar._attendance_intervals_batch(begin, end, tz=timezone(zone))[False]
                for zone in {technician.tz for technician in shifts}}
            for technician, periods in shifts.items():
                work = (attendances[technician.tz] & Intervals(periods)) - holidays[technician.resource_id.id]
                hours[technician.id] += [(_to_naive(first), _to_naive(last)) for first, last, _attendances in work]
        for technician in self:
            hours[technician.id] = subtract(hours[technician.id], absences.get(technician.id, []))
        return hours

    def _get_shifts(self, start, stop):
        """Which working schedule technicians follow when. Who has a contract at all works within contracts only.

        :param start, stop: UTC datetimes with time zone
        :return: {``resource.calendar``: {employee: [(start, stop, no attendances)]}}
        """
        shifts = defaultdict(lambda: defaultdict(list))
        no_attendance = self.env["resource.calendar.attendance"]
        for technician in self:
            versions = technician.version_ids.sorted("date_version")
            contracted = any(version.contract_date_start for version in versions)
            for number, version in enumerate(versions):
                calendar = version.resource_calendar_id or technician.company_id.resource_calendar_id
                if not calendar or (contracted and not version.contract_date_start):
                    continue
                firsts = [number and version.date_version, version.contract_date_start]
                lasts = [number + 1 < len(versions) and versions[number + 1].date_version,
                         version.contract_date_end and version.contract_date_end + timedelta(days=1)]
                midnight = partial(_get_midnight, timezone(technician.tz))
                begin = max([start, *map(midnight, filter(None, firsts))])
                end = min([stop, *map(midnight, filter(None, lasts))])
                if begin < end:
                    shifts[calendar][technician].append((begin, end, no_attendance))
        return shifts


def _get_midnight(zone, day):
    return zone.localize(datetime.combine(day, time.min)).astimezone(utc)


def _to_naive(moment):
    """Naive UTC of a moment; the last microsecond of a day, by which calendars write 24:00, is midnight."""
    naive = moment.astimezone(utc).replace(tzinfo=None)
    return naive + timedelta(microseconds=1) if naive.microsecond == 999_999 else naive
