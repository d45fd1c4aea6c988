from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..engine.lateness import OpenVisit, look_ahead
from .repair_appointment import ACTIVE_STATES

WAITED_STATES = ("confirmed", "travelling")
# What nobody reported for so long does not hold the technician up any more; nothing is foreseen beyond a day.
FORGOTTEN_AFTER = timedelta(hours=6)
FORESIGHT = timedelta(hours=24)
LATENESS = ("late", "risk", "due")


class RepairAppointment(models.Model):
    _inherit = "repair.appointment"

    lateness = fields.Selection(
        [("late", "Late"), ("risk", "At risk"), ("due", "Due now")], compute="_compute_lateness", search="_search_lateness",
        help="Late: the promised window is over and nobody has arrived. At risk: the technician's visit before takes until after "
             "this window. Due now: the window has begun and nobody has arrived (handbook 3.2.1).")
    minutes_late = fields.Integer(
        "Minutes late", compute="_compute_lateness",
        help="Minutes since the end of the promised window; for a visit at risk the minutes expected.")
    expected_at = fields.Datetime(
        "Expected arrival", compute="_compute_lateness",
        help="The arrival, or the earliest one possible after the technician's visits before.")
    visit_territory_id = fields.Many2one(related="repair_id.visit_territory_id", string="Customer's territory")

    # Visits under way are few, whatever the number of visits: the dispatcher looks at them all day.
    _under_way_idx = models.Index("(stop) WHERE state IN ('confirmed', 'travelling', 'arrived')")

    @api.depends("state", "start", "stop", "arrived_at", "technician_id", "announced_at")
    def _compute_lateness(self):
        now = fields.Datetime.now()
        outlooks = self._get_outlooks(now, self.technician_id)
        for visit in self:
            outlook = outlooks.get(visit._origin.id)
            waited = visit.state in WAITED_STATES and visit.stop
            if outlook and visit.state in ACTIVE_STATES:
                visit.lateness, visit.minutes_late, visit.expected_at = outlook.state, outlook.minutes, outlook.expected
            elif waited and visit.stop < now:
                visit.lateness, visit.expected_at = "late", False
                visit.minutes_late = (now - visit.stop) // timedelta(minutes=1)
            else:
                visit.lateness, visit.minutes_late = False, 0
                visit.expected_at = visit.arrived_at or (waited and visit.start)
            if waited and visit.announced_at:  # the technician knows better
                visit.expected_at = max(visit.expected_at or visit.announced_at, visit.announced_at)

    def _search_lateness(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = fields.Datetime.now()
        waited = Domain("state", "in", WAITED_STATES)
        at_risk = Domain("id", "in", [key for key, outlook in self._get_outlooks(now).items() if outlook.state == "risk"])
        domains = {
            "late": waited & Domain("stop", "<", now),
            "risk": at_risk,
            "due": waited & Domain("start", "<=", now) & Domain("stop", ">=", now) & ~at_risk,
        }
        domains[False] = ~Domain.OR(domains.values())
        return Domain.OR(domain for state, domain in domains.items() if state in value)

    @api.model
    def _get_outlooks(self, now, technicians=None):
        """Outlook of the visits under way and of the coming day; one query.

        :param now: naive UTC datetime
        :param technicians: ``hr.employee`` records; everybody's visits without them
        :return: {visit id: ``engine.lateness.Outlook``}
        """
        domain = [("state", "in", ACTIVE_STATES), ("stop", ">", now - FORGOTTEN_AFTER), ("start", "<", now + FORESIGHT)]
        if technicians is not None:
            if not technicians.ids:
                return {}
            domain.append(("technician_id", "in", technicians.ids))
        visits = self.env["repair.appointment"].search_fetch(
            domain, ["technician_id", "start", "stop", "state", "arrived_at", "travel_minutes"])
        return look_ahead([
            OpenVisit(
                visit.id, visit.technician_id.id, visit.start, visit.stop, visit.arrived_at if visit.state == "arrived" else None,
                timedelta(minutes=visit.travel_minutes))
            for visit in visits
        ], now)
