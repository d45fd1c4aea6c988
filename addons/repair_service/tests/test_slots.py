from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import CheckViolation, ExclusionViolation

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_booking import BookingCase, at


@tagged("post_install", "-at_install")
class TestSlots(BookingCase):
    """What decides between windows: ways, wishes, urgency, duty, capacity, parts (handbook 3.1.2)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.technician = cls._create_technician()
        cls.partner.write({"partner_latitude": 31.0, "partner_longitude": 121.0})
        # 10 km north of the customer: 5 + 60 x 1.35 x 10 / 25 = 37.4 minutes, 40 in steps of five.
        cls.far = cls.env["res.partner"].create({
            "name": "Far", "zip": "987620", "partner_latitude": 31.0 + 10 / 111.195, "partner_longitude": 121.0, "tz": "Asia/Shanghai"})
        cls.far_appliance = cls._create_appliance(partner_id=cls.far.id, serial_number="FAR-1")
        cls.order = cls._create_order()

    def _find(self, limit=1000, order=None, **options):
        return (order or self.order)._find_slots(limit, **options)[0]

    def _starts(self, **options):
        return [slot.start for slot in self._find(**options)]

    def _reasons(self, start):
        return dict(next(slot for slot in self._find() if slot.start == start).reasons)

    def test_the_way_to_the_visits_around_is_kept_free_and_told(self):
        self._agree(self._create_order(appliance_id=self.far_appliance.id), self.technician, at(0, 10, 30), hours=1)
        self.assertEqual(self._starts()[:3], [at(0, 13), at(0, 15), at(1, 8)], "8.00-10.00 leaves 30 minutes for a way of 40")
        self.assertEqual(self._reasons(at(0, 13))["way"], 40)
        slot = self._find()[0]
        self.assertEqual(
            self.order._describe_slot(slot), "From outside the territory Pudong · Visits that day: 1 · 40 min from the visit before")

    def test_a_way_that_fits_is_no_hindrance(self):
        self._agree(self._create_order(appliance_id=self.far_appliance.id), self.technician, at(0, 11), hours=1)
        self.assertEqual(self._starts()[0], at(0, 8), "an hour lies between 10 and 11")

    def test_the_first_way_of_the_day_starts_at_the_depot(self):
        self.territory.write({"depot_partner_id": self.far.id, "technician_ids": [(4, self.technician.id)]})
        self.assertEqual(self._reasons(at(0, 8))["depot"], 40)

    def test_a_way_of_which_nothing_is_known_is_told_as_a_guess(self):
        self.territory.write({"depot_partner_id": self.far.id, "technician_ids": [(4, self.technician.id)]})
        self.far.write({"partner_latitude": 0, "partner_longitude": 0, "zip": False})
        self.company.repair_travel_unknown_minutes = 35
        slot = next(slot for slot in self._find() if slot.start == at(0, 8))
        self.assertEqual(dict(slot.reasons)["depot_guess"], 35)
        self.assertIn("Way from the depot not known, 35 min reckoned", self.order._describe_slot(slot))
    def test_a_certificate_that_begins_later_is_offered_from_then_on(self):
        """Valid from Wednesday: the search does not end with Monday's refusal."""
        valid_from = at(2, 12).date()
        with patch.object(
                type(self.technician), "_get_disqualification",
                lambda technician, category, day: "" if day >= valid_from else "Not certified yet."):
            slots, problem = self.order._find_slots()
            self.assertEqual((slots[0].start, problem), (at(2, 8), ""))
            self.company.repair_booking_days = 1
            self.assertEqual(self.order._find_slots()[0], [])
            self.assertIn("No technician may take Test fridge on 03/01/2027", self.order._find_slots()[1])
            self.assertIn("Not certified yet.", self.order._find_slots()[1])

    def test_speed_is_the_companys(self):
        self.company.repair_travel_speed = 60
        self._agree(self._create_order(appliance_id=self.far_appliance.id), self.technician, at(0, 10, 30), hours=1)
        self.assertEqual(self._starts()[0], at(0, 8), "5 + 13.5 minutes, 20 in steps of five, fit into half an hour")

    @mute_logger("odoo.sql_db")
    def test_the_pause_after_a_visit_is_kept_by_the_database(self):
        self.company.repair_travel_minutes = 45
        first = self._propose(self.order, self.technician, at(0, 8))
        self.assertEqual((first.travel_minutes, first.busy_until), (45, at(0, 10, 45)))
        with self.assertRaises(ExclusionViolation), self.env.cr.savepoint():
            self._propose(self._create_order(), self.technician, at(0, 10, 30))
        self._propose(self._create_order(), self.technician, at(0, 10, 45), hours=1)
        self.assertEqual(self._starts()[0], at(0, 13), "11:45 and 45 minutes")

    def test_a_visit_keeps_the_pause_it_was_planned_with(self):
        self.company.repair_travel_minutes = 45
        visit = self._propose(self.order, self.technician, at(0, 8))
        self.company.repair_travel_minutes = 0
        visit.start = at(0, 7)
        self.assertEqual(visit.travel_minutes, 45)
        visit.travel_minutes = 0  # next door
        self.assertEqual(visit.busy_until, visit.stop)
        visit.flush_recordset()
        self._propose(self._create_order(), self.technician, at(0, 10))

    @mute_logger("odoo.sql_db")
    def test_pauses_and_horizon_have_bounds(self):
        for values in ({"repair_travel_minutes": -1}, {"repair_travel_minutes": 241}, {"repair_booking_days": 0},
                       {"repair_booking_days": 91}, {"repair_travel_speed": 0}):
            with self.subTest(values=values), self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self.company.write(values)
                self.company.flush_recordset()

    def test_as_many_days_ahead_as_the_company_offers(self):
        self.company.repair_booking_days = 2
        self.assertEqual(self._starts()[-1], at(1, 15))

    def test_wished_afternoons_come_first_and_others_are_marked(self):
        self.order.wished_hours = "afternoon"
        slots = self._find(limit=40)
        self.assertEqual([slot.start for slot in slots[:3]], [at(0, 13), at(0, 15), at(1, 13)])
        self.assertIn("As the customer wishes", self.order._describe_slot(slots[0]))
        self.assertIn("Not at the wished time", self.order._describe_slot(next(slot for slot in slots if slot.start == at(0, 8))))

    def test_a_wish_is_worth_three_days_of_waiting(self):
        """Saturday is five days off: it comes before Thursday, three days off and not wished, and after Tuesday."""
        self.technician.resource_calendar_id = self._create_calendar(name="Six days", days="012345")
        self.order.wished_days = "weekend"
        starts = self._starts()
        self.assertLess(starts.index(at(5, 8)), starts.index(at(3, 8)))
        self.assertGreater(starts.index(at(5, 8)), starts.index(at(1, 8)))

    def test_urgent_is_sent_who_is_on_call_at_night(self):
        with patch.object(
                type(self.technician), "_get_on_call_hours",
                lambda employees, start, stop, territory=None: {self.technician.id: [(at(0, 20), at(0, 23))]}):
            self.assertNotIn(at(0, 20), self._starts())
            self.order.priority = "1"
            self.assertEqual(self._reasons(at(0, 20)).get("on_call", ""), None)
            self.assertNotIn("on_call", self._reasons(at(0, 8)))

    def test_duty_on_call_is_offered_to_urgent_requests(self):
        self.env["repair.on.call"].create({"technician_id": self.technician.id, "start": at(0, 18), "stop": at(1, 6)})
        self.order.priority = "1"
        self.assertIn(at(0, 20), self._starts())

    def test_full_days_are_not_offered(self):
        self.technician.visits_per_day = 1
        self._agree(self._create_order(), self.technician, at(0, 8))
        self.assertEqual(self._starts()[0], at(1, 8))

    def test_who_covers_the_territory_comes_first_on_those_days(self):
        other = self._create_technician("Cover")
        self.territory.technician_ids = self.technician
        self.env["repair.territory.cover"].create({
            "territory_id": self.territory.id, "technician_id": other.id, "replaced_id": self.technician.id,
            "date_from": "2027-03-02", "date_to": "2027-03-02"})
        best = {slot.start: slot.technician for slot in reversed(self._find())}
        self.assertEqual((best[at(0, 8)], best[at(1, 8)], best[at(2, 8)]), (self.technician.id, other.id, self.technician.id))

    def test_the_desk_is_told_ways_to_customers_it_may_not_read(self):
        self._agree(self._create_order(appliance_id=self.far_appliance.id), self.technician, at(0, 10, 30), hours=1)
        self.assertEqual(self.order.with_user(self.user_desk)._find_slots(1)[0][0].start, at(0, 13))

    def test_queries_do_not_grow_with_technicians_and_visits(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.order._find_slots()
            return self.env.cr.sql_log_count - before

        self._agree(self._create_order(), self.technician, at(1, 8))
        count()
        few = count()
        for number in range(6):
            technician = self._create_technician(f"Technician {number}")
            self._agree(self._create_order(appliance_id=self.far_appliance.id), technician, at(1, 8))
        self.assertLessEqual(count(), few)

    def test_no_window_over_midnight_month_end_or_holiday(self):
        """From Friday 26 February 2027 on; Monday 1 March is a holiday in Shanghai, and the server counts in UTC."""
        self.env["resource.calendar.leaves"].create({
            "name": "Holiday", "calendar_id": self.calendar.id, "date_from": at(0, 0), "date_to": at(1, 0) - timedelta(seconds=1)})
        with self.env.cr.savepoint():
            starts = self._starts()
        self.assertEqual(starts[0], at(1, 8))
        for start in starts:
            local = start + timedelta(hours=8)
            self.assertTrue(local.hour >= 8 and (local + timedelta(hours=2)).hour <= 17, local)

    def test_a_lost_window_is_an_error_of_its_own(self):
        self._agree(self._create_order(), self.technician, at(0, 8))
        with self.assertRaises(UserError) as raised, mute_logger("odoo.sql_db"):
            self._agree(self.order, self.technician, at(0, 9))
        self.assertEqual(type(raised.exception).__name__, "WindowTakenError")
