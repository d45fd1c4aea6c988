from collections import defaultdict
from datetime import timedelta

from pytz import timezone, utc

from odoo import fields, models
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ..engine.slots import Busy, Candidate, Guess, Home, iter_slots, pick_varied
from ..engine.travel import Place, estimate_minutes, is_known
from .repair_appointment import OPEN_STATES

# In minutes that a customer would wait longer for him: who was there before knows the case, who is of the territory knows the way.
KNOWN_SCORE, TERRITORY_SCORE = 120, 60


class RepairOrder(models.Model):
    _inherit = "repair.order"

    def _find_slots(self, limit=8, moved=None):
        """Free windows to offer the customer, best first (handbook 3.1.2); a fixed number of queries.

        Looks ahead as many days as the company offers, from the customer's wish and from the day on which the parts are there:
        calendars, contracts, leave, public holidays, on-call duty for what is urgent, visits and the ways between them,
        qualification, visits a day. Desk and customer are offered the same.

        :param int limit: number of windows at most
        :param moved: visit to be rescheduled; its own time counts as free
        :return: (slots, problem): ``engine.slots.Slot`` with employee ids, and why there is none, or ''
        """
        self.ensure_one()
        slots, earliest, latest = self._iter_free_slots(moved)
        picked = pick_varied(slots, limit)
        return picked, "" if picked else self._explain_no_slot(earliest, latest)

    def _iter_free_slots(self, moved=None):
        """Return every free window, best first, and the first and last moment (naive UTC) that was looked at."""
        moved = moved or self.env["repair.appointment"]
        parts_on, parts_reasons = self._get_parts_outlook()
        earliest = max(filter(None, (fields.Datetime.now(), self.preferred_start, parts_on)))
        latest = earliest + timedelta(days=self.company_id.repair_booking_days)
        day_of, technicians = self._get_day_function(), self._get_technicians()
        urgent, territory = self._is_urgent(), self._get_territory()
        slots = iter_slots(
            technicians._get_visit_hours(earliest, latest),
            self._get_busy_hours(technicians, earliest - timedelta(days=1), latest + timedelta(days=1), moved),
            window=self._get_visit_length(), earliest=earliest, latest=latest, day_of=day_of,
            candidates=self._get_candidates(technicians, territory, parts_reasons), home=self._get_home(territory, earliest, latest),
            on_call=technicians._get_on_call_hours(earliest, latest, territory) if urgent else None,
            full=technicians._get_full_days(earliest, latest, moved), wish=self._get_wish(), urgent=urgent,
        )
        return self._iter_qualified(slots, technicians, day_of), earliest, latest

    def _explain_no_slot(self, earliest, latest):
        """Say why no window is free between two moments (naive UTC)."""
        day_of = self._get_day_function()
        return self._get_technician_problem(day_of(earliest)) or self.env._(
            "No qualified technician has %(hours)s free hours in a row until %(date)s. "
            "Ask the customer for a later date, or set technician and time by hand.",
            hours=f"{self._get_visit_length() / timedelta(hours=1):g}", date=format_date(self.env, day_of(latest)))

    def _get_technicians(self):
        """Return the technicians of the company; whether they may take the appliance is asked day by day."""
        return self.env["hr.employee"].search([("is_technician", "=", True), ("company_id", "=", self.company_id.id)])

    def _get_technician_problem(self, date):
        """Why no technician of the company may take the appliance on ``date``, or ''."""
        everybody, category = self._get_technicians(), self.appliance_category_id
        if not everybody:
            return self.env._("The company has no service technician: tick it on the employees who visit customers.")
        if everybody._filter_qualified(category, date):
            return ""
        return self.env._(
            "No technician may take %(category)s on %(date)s. For example %(technician)s: %(reason)s",
            category=category.display_name or "", date=format_date(self.env, date), technician=everybody[0].name,
            reason=everybody[0]._get_disqualification(category, date))

    def _iter_qualified(self, slots, technicians, day_of):
        """Drop windows on days without a valid certificate; each day is looked up once, and only when reached."""
        qualified_by_day = {}
        for slot in slots:
            day = day_of(slot.start)
            if day not in qualified_by_day:
                qualified_by_day[day] = set(technicians._filter_qualified(self.appliance_category_id, day).ids)
            if slot.technician in qualified_by_day[day]:
                yield slot

    def _get_busy_hours(self, technicians, start, stop, moved=None):
        """Return ``{employee id: [Busy]}``: the open visits, and how long the way is between each and this order's place.

        One query, and none of the visits' records: only minutes leave this method, whoever asks.
        """
        for name in ("repair.appointment", "repair.order", "repair.appliance", "res.partner"):
            self.env[name].flush_model()
        rows = self.env.execute_query(SQL(
            """
            SELECT visit.technician_id, visit.start, visit.stop, visit.travel_minutes,
                   place.id, place.partner_latitude, place.partner_longitude, place.zip
              FROM repair_appointment visit
              JOIN repair_order job ON job.id = visit.repair_id
              JOIN res_partner customer ON customer.id = visit.partner_id
              LEFT JOIN repair_appliance appliance ON appliance.id = job.appliance_id
              LEFT JOIN res_partner own ON own.id = appliance.address_id AND own.commercial_partner_id = customer.commercial_partner_id
              JOIN res_partner place ON place.id = COALESCE(own.id, customer.id)
             WHERE visit.technician_id = ANY(%(technicians)s) AND visit.state = ANY(%(states)s)
               AND visit.start < %(stop)s AND visit.stop > %(start)s AND visit.id <> ALL(%(moved)s)
            """,
            technicians=technicians.ids, states=list(OPEN_STATES), start=start, stop=stop, moved=moved.ids if moved else []))
        busy = defaultdict(list)
        here, pause = self._get_place(), self.company_id.repair_travel_minutes
        for technician, begin, end, travel, address, latitude, longitude, postcode in rows:
            place = Place(address, float(latitude or 0), float(longitude or 0), (postcode or "").strip())
            busy[technician].append(Busy(begin, end, self._get_way(here, place), timedelta(minutes=max(pause, travel))))
        return busy

    def _get_place(self, partner=None):
        """Where a contact is, by default where the appliance stands, as the engine's ``Place``."""
        partner_sudo = (partner or self.address_id).sudo()  # as above: only minutes are told
        return Place(
            partner_sudo.id or None, partner_sudo.partner_latitude, partner_sudo.partner_longitude, (partner_sudo.zip or "").strip())

    def _get_way(self, one, other):
        company = self.company_id
        minutes = estimate_minutes(one, other, company.repair_travel_speed, company.repair_travel_unknown_minutes)
        return timedelta(minutes=minutes) if is_known(one, other) else Guess(minutes=minutes)

    def _get_territory(self):
        """The territory that the appliance stands in, empty when none fits."""
        return self.env["repair.territory"].with_company(self.company_id)._find_for_partner(self.address_id)

    def _get_home(self, territory, start, stop):
        """Who serves the territory on each day of a period, temporary covers included."""
        if not territory:
            return None
        first = self._get_visit_day(start)
        days = [first + timedelta(days=number) for number in range((stop - start).days + 2)]
        served = territory._get_technicians_by_day(days)
        return Home(territory.name, {day: set(technicians.ids) for day, technicians in served.items()}, TERRITORY_SCORE)

    def _get_candidates(self, technicians, territory, parts_reasons=()):
        """What speaks for each technician apart from day and hour, and where he sets out."""
        here, skills = self._get_place(), self._get_required_skills()
        depots = technicians.territory_ids.filtered("depot_partner_id")
        depot_ways = {depot: self._get_way(here, self._get_place(depot.depot_partner_id)) for depot in depots}
        candidates = {}
        for technician in technicians:
            reasons = [("skill", skills)] if skills else []
            known = technician == self.technician_id
            if known:
                reasons.append(("known", None))
            own_depots = technician.territory_ids.filtered("depot_partner_id")
            ways = [depot_ways[depot] for depot in (own_depots & territory or own_depots)]
            candidates[technician.id] = Candidate(
                KNOWN_SCORE if known else 0, (*reasons, *parts_reasons), min(ways, default=None))
        return candidates

    def _get_required_skills(self):
        """Names of the certificates that the visit asks for, in one text; '' here, where nobody keeps any."""
        return ""

    def _get_parts_outlook(self):
        """When the order's parts are there, and what to say of them.

        :return: (naive UTC moment before which no visit makes sense or ``None``, pairs (code, value) for :meth:`_describe_slot`).
            Nothing is known of stock here; the addon of the parts overrides this.
        """
        return None, ()

    def _is_urgent(self):
        return self.priority == "1"

    def _describe_slot(self, slot):
        """The reasons of a proposal in words."""
        # What all of them have in common comes last.
        reasons = sorted(slot.reasons, key=lambda reason: reason[0] == "skill")
        return " · ".join(filter(None, (self._describe_slot_reason(code, value) for code, value in reasons)))

    def _describe_slot_reason(self, code, value):
        """One reason in words; '' for one that goes without saying."""
        if code == "visits":
            return self.env._("Visits that day: %(count)s", count=value) if value else self.env._("No visit that day yet")
        if code == "wish":
            return self.env._("As the customer wishes") if value else self.env._("Not at the wished time")
        words = {
            "known": self.env._("Knows the case"),
            "skill": self.env._("Certificates: %(names)s", names=value),
            "territory": self.env._("In the territory %(territory)s", territory=value),
            "outside": self.env._("From outside the territory %(territory)s", territory=value),
            "way": self.env._("%(minutes)s min from the visit before", minutes=value),
            "depot": self.env._("%(minutes)s min from the depot", minutes=value),
            "way_guess": self.env._("Way from the visit before not known, %(minutes)s min reckoned", minutes=value),
            "depot_guess": self.env._("Way from the depot not known, %(minutes)s min reckoned", minutes=value),
            "on_call": self.env._("On call"),
        }
        return words.get(code, "")

    def _get_visit_length(self):
        return timedelta(hours=self.company_id.repair_visit_hours or 2.0)

    def _get_day_function(self):
        """Return the function that gives the day, where the customer lives, of a naive UTC moment."""
        zone = timezone(self._get_visit_tz())
        return lambda moment: utc.localize(moment).astimezone(zone).date()

    def _get_visit_day(self, moment):
        """Day, where the customer lives, of a naive UTC datetime."""
        return self._get_day_function()(moment)
