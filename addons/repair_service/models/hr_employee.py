from collections import defaultdict

from pytz import utc

from odoo import fields, models


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    is_technician = fields.Boolean(
        "Service technician", tracking=True,
        help="Visits customers. Only service technicians are proposed and accepted for a visit.")
    territory_ids = fields.Many2many(
        "repair.territory", "repair_territory_technician_rel", "employee_id", "territory_id", string="Service territories",
        help="Requests from these territories are offered to this technician first.")

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
        """Time in which technicians can be sent out: their calendars and contracts less leave and public holidays.

        Who has no calendar of his own follows the company's.

        :param start, stop: naive UTC datetimes
        :return: {employee id: [(start, stop)]} in naive UTC
        """
        start, stop = utc.localize(start), utc.localize(stop)
        technicians_sudo = self.sudo()  # the desk may not read contracts; only hours leave this method
        resources = technicians_sudo.resource_id
        flexible = resources.filtered(lambda resource: resource._is_fully_flexible())
        work, _calendars = (resources - flexible)._get_valid_work_intervals(start, stop)
        for company, members in flexible.grouped("company_id").items():
            intervals = company.resource_calendar_id._work_intervals_batch(start, stop, resources=members)
            work.update({resource.id: intervals[resource.id] & intervals[False] for resource in members})
        hours = defaultdict(list)
        for technician in technicians_sudo:
            hours[technician.id] = [
                (begin.astimezone(utc).replace(tzinfo=None), end.astimezone(utc).replace(tzinfo=None))
                for begin, end, _attendances in work[technician.resource_id.id]
            ]
        return hours
