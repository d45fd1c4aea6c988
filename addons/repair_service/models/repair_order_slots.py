from collections import defaultdict
from datetime import timedelta

from pytz import timezone, utc

from odoo import fields, models
from odoo.tools.misc import format_date

from ..engine.slots import Candidate, find_slots, pick_varied
from .repair_appointment import OPEN_STATES

HORIZON = timedelta(days=14)
# A technician who was there before counts more than one of the territory: he knows the case.
KNOWN_SCORE, TERRITORY_SCORE = 2, 1


class RepairOrder(models.Model):
    _inherit = "repair.order"

    def _find_slots(self, limit=8, moved=None):
        """Free windows to offer the customer, best first (handbook 3.1.2); a fixed number of queries.

        Looks 14 days ahead from the customer's wish: calendars, contracts, leave, public holidays, visits, qualification.

        :param int limit: number of windows at most
        :param moved: visit to be rescheduled; its own time counts as free
        :return: (slots, problem): ``engine.slots.Slot`` with employee ids, and why there is none, or ''
        """
        self.ensure_one()
        earliest = max(fields.Datetime.now(), self.preferred_start or fields.Datetime.now())
        latest = earliest + HORIZON
        technicians, problem = self._get_qualified_technicians(self._get_visit_day(earliest))
        if problem:
            return [], problem
        slots = find_slots(
            technicians._get_visit_hours(earliest, latest),
            self._get_busy_hours(technicians, earliest - timedelta(days=1), latest, moved),
            window=self._get_visit_length(), earliest=earliest, latest=latest,
            candidates=self._get_candidates(technicians), day_of=self._get_visit_day,
        )
        picked = pick_varied(self._iter_qualified(slots, technicians), limit)
        if not picked:
            problem = self.env._(
                "No qualified technician has %(hours)s free hours in a row until %(date)s. "
                "Ask the customer for a later date, or set technician and time by hand.",
                hours=f"{self._get_visit_length() / timedelta(hours=1):g}", date=format_date(self.env, self._get_visit_day(latest)))
        return picked, problem

    def _get_qualified_technicians(self, date):
        """Technicians of the company who may take the appliance on ``date``, and why there is none, or ''."""
        everybody = self.env["hr.employee"].search([("is_technician", "=", True), ("company_id", "=", self.company_id.id)])
        if not everybody:
            return everybody, self.env._("The company has no service technician: tick it on the employees who visit customers.")
        category = self.appliance_category_id
        qualified = everybody._filter_qualified(category, date)
        if qualified:
            return qualified, ""
        return qualified, self.env._(
            "No technician may take %(category)s on %(date)s. For example %(technician)s: %(reason)s",
            category=category.display_name or "", date=format_date(self.env, date), technician=everybody[0].name,
            reason=everybody[0]._get_disqualification(category, date))

    def _iter_qualified(self, slots, technicians):
        """Drop windows on days when a certificate has run out; each day is looked up once, and only when reached."""
        qualified_by_day = {}
        for slot in slots:
            day = self._get_visit_day(slot.start)
            if day not in qualified_by_day:
                qualified_by_day[day] = set(technicians._filter_qualified(self.appliance_category_id, day).ids)
            if slot.technician in qualified_by_day[day]:
                yield slot

    def _get_busy_hours(self, technicians, start, stop, moved=None):
        busy = defaultdict(list)
        visits = self.env["repair.appointment"].search_fetch([
            ("technician_id", "in", technicians.ids), ("state", "in", OPEN_STATES),
            ("start", "<", stop), ("stop", ">", start), ("id", "not in", moved.ids if moved else []),
        ], ["technician_id", "start", "stop"])
        for visit in visits:
            busy[visit.technician_id.id].append((visit.start, visit.stop))
        return busy

    def _get_candidates(self, technicians):
        """What speaks for each technician apart from the hour."""
        territory = self.env["repair.territory"].with_company(self.company_id)._find_for_partner(self.address_id)
        at_home = set(territory.technician_ids.ids)
        candidates = {}
        for technician in technicians:
            score, reasons = 0, []
            if technician == self.technician_id:
                score += KNOWN_SCORE
                reasons.append(("known", None))
            if technician.id in at_home:
                score += TERRITORY_SCORE
                reasons.append(("territory", territory.name))
            elif territory:
                reasons.append(("outside", territory.name))
            candidates[technician.id] = Candidate(score, tuple(reasons))
        return candidates

    def _describe_slot(self, slot):
        """The reasons of a proposal in words."""
        words = []
        for code, value in slot.reasons:
            if code == "known":
                words.append(self.env._("Knows the case"))
            elif code == "territory":
                words.append(self.env._("In the territory %(territory)s", territory=value))
            elif code == "outside":
                words.append(self.env._("From outside the territory %(territory)s", territory=value))
            elif value:
                words.append(self.env._("Visits that day: %(count)s", count=value))
            else:
                words.append(self.env._("No visit that day yet"))
        return " · ".join(words)

    def _get_visit_length(self):
        return timedelta(hours=self.company_id.repair_visit_hours or 2.0)

    def _get_visit_day(self, moment):
        """Day, where the customer lives, of a naive UTC datetime."""
        return utc.localize(moment).astimezone(timezone(self._get_visit_tz())).date()
