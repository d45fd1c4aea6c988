from collections import defaultdict
from datetime import date, datetime, time, timedelta

from pytz import timezone, utc

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools.misc import format_date

from ..engine.load import count_free_hours, count_hours, cut_days, get_level
from ..models.repair_appointment import MAX_DURATION, OPEN_STATES
from ..models.repair_flow import FLOW
from ..models.repair_input import YEARS

WEEK = 7
PLANNED_STATES = (*OPEN_STATES, "done")


class RepairVisitLoad(models.TransientModel):
    """One technician's day in the week that a dispatcher looks at.

    Working hours come from calendars, contracts and leave, which no SQL view can reckon: opening a week works all its days out in
    one go, with the same number of queries for any number of technicians, and keeps them for who looks at them.
    """

    _name = "repair.visit.load"
    _description = "Load of Technicians"
    _inherit = ["repair.input"]
    _order = "date, load desc, technician_id"
    _rec_name = "technician_id"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    week_start = fields.Date("Week from", required=True, readonly=True, index=True)
    date = fields.Date("Day", required=True, readonly=True)
    technician_id = fields.Many2one("hr.employee", required=True, readonly=True, ondelete="cascade")
    visit_count = fields.Integer("Visits", readonly=True)
    booked_hours = fields.Float("Booked hours", readonly=True, help="Hours of the visits that are proposed, agreed or done.")
    working_hours = fields.Float("Working hours", readonly=True, help="Calendar and contract less leave and public holidays.")
    free_hours = fields.Float("Free hours", readonly=True, help="Working time that no visit takes.")
    load = fields.Float("Load (%)", readonly=True, aggregator="avg", help="Booked hours in percent of the working hours.")
    level = fields.Selection(
        [("free", "Free time"), ("full", "Full"), ("over", "Overloaded"), ("off", "Off")], readonly=True,
        help="Overloaded: more hours are booked than worked.")

    def action_open_week(self):
        """Open the week under way, or the one that the screen shows already.

        :raises AccessError: for who does not dispatch
        """
        return self._open_week(self._get_shown_week())

    def action_this_week(self):
        """Open the week under way."""
        return self._open_week(self._get_monday(self._get_today()))

    def action_previous_week(self):
        """Open the week before the one shown."""
        return self._open_week(self._get_shown_week() - timedelta(days=WEEK))

    def action_next_week(self):
        """Open the week after the one shown."""
        return self._open_week(self._get_shown_week() + timedelta(days=WEEK))

    def action_open_visits(self):
        """Open the visits of the technician on that day."""
        self.ensure_one()
        begin, end = self._get_edges(self.company_id, self.date, 1)
        return {
            "type": "ir.actions.act_window", "name": f"{self.technician_id.name} · {format_date(self.env, self.date)}",
            "res_model": "repair.appointment", "views": [(False, "list"), (False, "form")], "context": {"create": False},
            "domain": [
                ("technician_id", "=", self.technician_id.id), ("state", "in", PLANNED_STATES),
                ("start", "<", fields.Datetime.to_string(end)), ("stop", ">", fields.Datetime.to_string(begin))],
        }

    @api.model
    def _open_week(self, monday):
        self._check_dispatch()
        self._fill_week(monday)
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_service.repair_visit_load_action")
        sunday = monday + timedelta(days=WEEK - 1)
        return {
            **action, "target": "main", "domain": [("week_start", "=", fields.Date.to_string(monday))],
            "display_name": self.env._(
                "Load %(start)s - %(end)s", start=format_date(self.env, monday, date_format="MMM d"),
                end=format_date(self.env, sunday, date_format="MMM d")),
            "context": {"repair_load_week": fields.Date.to_string(monday)},
        }

    @api.model
    def _fill_week(self, monday):
        """Work out a week for the current companies and put it in the place of what the user saw of it before.

        :param monday: date
        :return: ``repair.visit.load`` records, one a technician and day
        """
        loads_sudo = self.sudo().with_context(repair_flow=FLOW)  # facts: readers look at them, nobody writes them
        loads_sudo.search([("create_uid", "=", self.env.uid), ("week_start", "=", monday)]).unlink()
        values = []
        for company in self.env.companies:
            values += self._get_week_values(company, monday)
        return loads_sudo.create(values).sudo(False)

    @api.model
    def _get_week_values(self, company, monday):
        technicians = self.env["hr.employee"].search([("is_technician", "=", True), ("company_id", "=", company.id)])
        if not technicians:
            return []
        edges = self._get_edges(company, monday, WEEK)
        working = technicians._get_visit_hours(edges[0], edges[-1])
        booked = self._get_booked(technicians, edges)
        values = []
        for technician in technicians:
            days = zip(cut_days(working[technician.id], edges), cut_days(booked[technician.id], edges), strict=True)
            for number, (work, visits) in enumerate(days):
                values.append({
                    "company_id": company.id, "technician_id": technician.id, "week_start": monday,
                    "date": monday + timedelta(days=number), **self._get_day_values(work, visits, company.repair_load_full_percent)})
        return values

    @api.model
    def _get_booked(self, technicians, edges):
        booked = defaultdict(list)
        visits = self.env["repair.appointment"].search_fetch([
            ("technician_id", "in", technicians.ids), ("state", "in", PLANNED_STATES),
            ("start", "<", edges[-1]), ("start", ">", edges[0] - MAX_DURATION), ("stop", ">", edges[0]),
        ], ["technician_id", "start", "stop"])
        for visit in visits:
            booked[visit.technician_id.id].append((visit.start, visit.stop))
        return booked

    @api.model
    def _get_day_values(self, work, visits, full_percent):
        working, booked = count_hours(work), count_hours(visits)
        return {
            "visit_count": len(visits), "working_hours": working, "booked_hours": booked,
            "free_hours": count_free_hours(work, visits), "load": booked * 100 / working if working else 100.0 * bool(booked),
            "level": get_level(booked, working, full_percent),
        }

    @api.model
    def _get_edges(self, company, day, count):
        """Naive UTC moments at which ``count`` days of the company from ``day`` on begin, and the end of the last one."""
        zone = timezone(company.repair_tz)
        return [
            zone.localize(datetime.combine(day + timedelta(days=number), time())).astimezone(utc).replace(tzinfo=None)
            for number in range(count + 1)]

    @api.model
    def _get_today(self):
        return utc.localize(fields.Datetime.now()).astimezone(timezone(self.env.company.repair_tz)).date()

    @api.model
    def _get_monday(self, day):
        return day - timedelta(days=day.weekday())

    @api.model
    def _get_shown_week(self):
        """Monday of the week on the screen; of the present one when the caller sends nothing that can be used."""
        shown = self.env.context.get("repair_load_week")
        try:
            day = date.fromisoformat(shown) if isinstance(shown, str) else None
        except ValueError:
            day = None
        if day is None or not YEARS.start < day.year < YEARS.stop - 1:
            day = self._get_today()
        return self._get_monday(day)

    @api.model
    def _check_dispatch(self):
        if not (self.env.su or self.env.user.has_group("repair_service.repair_service_group_desk")):
            raise AccessError(self.env._("Visits are planned by the service desk: ask the desk or the dispatcher."))
