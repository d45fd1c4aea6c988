from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .repair_flow import FLOW

# A leave without an end lasts to the end of its day, wherever that is.
OPEN_LENGTH = timedelta(days=2)
SCHEDULE_FIELDS = frozenset({"attendance_ids", "tz", "flexible_hours", "two_weeks_calendar", "active", "company_id"})


class ResourceCalendarLeaves(models.Model):
    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        """Create leaves; open visits that they come to lie over are marked, never hindered (handbook 3.1.4)."""
        with self._watch_visits(vals_list):
            return super().create(vals_list)

    def write(self, vals):
        """Write; visits that a leave comes to lie over are marked, those that it leaves are free again."""
        if not {"date_from", "date_to", "resource_id", "calendar_id", "company_id", "time_type"} & vals.keys():
            return super().write(vals)
        now = [{name: leave[name] for name in ("date_from", "date_to")} | {"resource_id": leave.resource_id.id} for leave in self]
        with self._watch_visits(now + [{**values, **vals} for values in now]):
            return super().write(vals)

    def unlink(self):
        """Delete; visits under a withdrawn leave are free again."""
        with self._watch_visits([{
            "date_from": leave.date_from, "date_to": leave.date_to, "resource_id": leave.resource_id.id} for leave in self]):
            return super().unlink()

    @api.model
    def _watch_visits(self, vals_list):
        return self.env["repair.appointment"]._watch_conflicts(self._get_visit_domain(vals_list))

    @api.model
    def _get_visit_domain(self, vals_list):
        """Return the domain of the visits that leaves with these values may touch, rather too wide than too narrow."""
        moments, resources, is_general = [], set(), False
        for vals in vals_list:
            try:
                start = fields.Datetime.to_datetime(vals.get("date_from")) or fields.Datetime.now() - OPEN_LENGTH
                stop = fields.Datetime.to_datetime(vals.get("date_to")) or start + 2 * OPEN_LENGTH
            except (TypeError, ValueError, OverflowError):
                continue  # the leave itself refuses the value
            moments += [start, stop]
            resource = vals.get("resource_id", self.env.context.get("default_resource_id"))
            resources.add(resource)
            is_general = is_general or not resource
        if not moments:
            return Domain.FALSE
        domain = Domain("start", "<", max(moments)) & Domain("stop", ">", min(moments))
        return domain if is_general else domain & Domain("technician_id.resource_id", "in", list(resources))


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def write(self, vals):
        """Write; visits that fall out of the working hours are marked."""
        if not SCHEDULE_FIELDS & vals.keys():
            return super().write(vals)
        with self._watch_visits():
            return super(ResourceCalendar, self.with_context(repair_conflict_watch=FLOW)).write(vals)

    def _watch_visits(self):
        """Watch the visits of who follows these calendars; who has none follows the company's."""
        return self.env["repair.appointment"]._watch_conflicts(
            Domain("technician_id.resource_id.calendar_id", "in", self.ids)
            | Domain("technician_id.resource_id.calendar_id", "=", False) & Domain("company_id.resource_calendar_id", "in", self.ids))


class ResourceCalendarAttendance(models.Model):
    _inherit = "resource.calendar.attendance"

    @api.model_create_multi
    def create(self, vals_list):
        """Create working hours; visits are looked at again."""
        ids = {vals.get("calendar_id") for vals in vals_list} - {None, False}
        with self.env["resource.calendar"].browse(ids)._watch_visits():
            return super().create(vals_list)

    def write(self, vals):
        """Write working hours; visits that fall out of them are marked."""
        with (self.calendar_id | self.calendar_id.browse(vals.get("calendar_id") or None))._watch_visits():
            return super().write(vals)

    def unlink(self):
        """Delete working hours; visits that fall out of them are marked."""
        with self.calendar_id._watch_visits():
            return super().unlink()
