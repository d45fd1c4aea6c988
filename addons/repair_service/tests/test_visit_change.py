from datetime import timedelta
from itertools import pairwise
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_booking import BookingCase, at


def key(moment):
    """A window as the customer's page names it."""
    return fields.Datetime.to_string(moment)


@tagged("post_install", "-at_install")
class TestVisitChange(BookingCase):
    """What the customer changes by himself (handbook 3.1.4). Today is Monday, 08:00; the visit is on Wednesday, 10-12."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.technician = cls._create_technician(name="Wang Wei")
        cls.order = cls._create_order(user_id=cls.user_desk.id)
        cls.visit = cls._agree(cls.order, cls.technician, at(2, 10))
        cls.company.phone = "021 5550 6688"

    def _get_notes(self, words):
        return self.order.message_ids.filtered(lambda message: words in (message.body or ""))

    def test_the_customer_moves_his_visit(self):
        new = self.visit._customer_reschedule(key(at(3, 8)), "  I am travelling ")
        self.assertEqual(
            (self.visit.state, self.visit.changed_by, self.visit.reschedule_reason), ("cancelled", "customer", "I am travelling"))
        self.assertEqual(
            (new.state, new.start, new.technician_id, new.rescheduled_from_id), ("confirmed", at(3, 8), self.technician, self.visit))
        self.assertEqual((self.order.schedule_date, self.order.service_stage), (at(3, 8), "booked"))
        self.assertEqual((self.order.visit_change_count, self.order.customer_change_count), (1, 1))

    def test_who_changed_it_and_why_stays_in_the_orders_history(self):
        self.visit._customer_reschedule(key(at(3, 8)), "I am travelling")
        note = self._get_notes("by the customer. Reason: I am travelling")
        self.assertIn("from Wed, Mar 3 10:00-12:00 to Thu, Mar 4 08:00-10:00", note[0].body)
        self.assertEqual(note.author_id, self.partner)
        told = self.env["mail.message"].search([
            ("model", "=", "repair.order"), ("res_id", "=", self.order.id), ("message_type", "=", "user_notification")])
        self.assertIn(self.user_desk.partner_id, told.notified_partner_ids, "who answers for the order hears of it")

    def test_the_customer_calls_his_visit_off(self):
        self.visit._customer_cancel("It works again")
        self.assertEqual((self.visit.state, self.visit.changed_by, self.visit.cancel_reason), ("cancelled", "customer", "It works again"))
        self.assertEqual((self.order.service_stage, self.order.technician_id.id), ("requested", False))
        self.assertTrue(self._get_notes("called off by the customer. Reason: It works again"))
        self.assertFalse(self.env["sms.sms"].search([("body", "like", "we are sorry")]), "he is not told what he did himself")

    def test_an_order_under_repair_waits_for_its_next_visit_when_the_customer_calls_off(self):
        self._to_stage(self.order, "diagnosed")
        self.order.next_appointment_id.action_done()
        self._agree(self.order, self.technician, at(3, 10))._customer_cancel("Not at home")
        self.assertEqual((self.order.service_stage, self.order.next_visit_reason), ("diagnosed", "called_off"))

    def test_a_reason_is_needed(self):
        for reason in (None, "", "  ", 7, ["x"]):
            with self.assertRaisesRegex(UserError, "why"):
                self.visit._customer_reschedule(key(at(3, 8)), reason)
            with self.assertRaisesRegex(UserError, "why"):
                self.visit._customer_cancel(reason)
        self.assertEqual(self.visit.state, "confirmed")

    def test_changes_end_with_the_notice(self):
        """Four hours before 10:00 is 06:00: at six sharp it is possible, a second later not."""
        with freeze_time(at(2, 6)):
            self.assertFalse(self.visit._get_customer_refusal())
        with freeze_time(at(2, 6) + timedelta(seconds=1)):
            self.assertEqual(
                self.visit._get_customer_refusal(),
                "The visit can be changed here until 4 hours before it begins. Please call us: 021 5550 6688")
            with self.assertRaisesRegex(UserError, "until 4 hours"):
                self.visit._customer_cancel("x")
            with self.assertRaisesRegex(UserError, "021 5550 6688"):
                self.visit._customer_reschedule(key(at(3, 8)), "x")

    def test_changes_end_with_their_number(self):
        """Two by the customer; those of the desk do not count."""
        visit = self._agree(self.order, self.technician, at(2, 13), moved=self.visit, reason="Technician ill")
        visit = visit._customer_reschedule(key(at(3, 8)), "one")
        visit = visit._customer_reschedule(key(at(3, 10)), "two")
        with self.assertRaisesRegex(UserError, "cannot be changed here any more. Please call us: 021"):
            visit._customer_reschedule(key(at(4, 8)), "three")
        with self.assertRaisesRegex(UserError, "cannot be changed here any more"):
            visit._customer_cancel("three")
        self.assertEqual((self.order.visit_change_count, self.order.customer_change_count), (3, 2))

    def test_a_company_may_leave_no_change_to_customers(self):
        self.company.repair_customer_changes = 0
        self.assertIn("cannot be changed here", self.visit._get_customer_refusal())

    def test_staff_is_bound_by_no_limit(self):
        self.company.repair_customer_changes = 0
        visit = self.visit
        with freeze_time(at(2, 9, 59)):
            visit = self._agree(self.order, self.technician, at(2, 13), moved=visit, reason="Customer late")
        self.assertEqual((visit.state, self.visit.changed_by), ("confirmed", "company"))
        self.assertTrue(self._get_notes("Reason: Customer late"))

    def test_nothing_is_changed_once_the_technician_is_on_the_way(self):
        with freeze_time(at(2, 9)):
            self.visit.action_depart()
        with self.assertRaisesRegex(UserError, "on the way"):
            self.visit._customer_cancel("x")

    def test_only_windows_that_are_free_now_are_taken(self):
        """Refused: the night, the weekend, half a window of another visit, the past, within the notice, and what is no time."""
        self._agree(self._create_order(), self.technician, at(3, 8))
        for start in (key(at(3, 3)), key(at(5, 10)), key(at(3, 8)), key(at(3, 9)), key(at(-1, 10)), key(at(0, 10)), key(at(30, 10)),
                      key(at(2, 10)), "2027-03-04", "nonsense", "", None, 7, ["x"]):
            with self.subTest(start=start), self.assertRaisesRegex(UserError, "not free any more"):
                self.visit._customer_reschedule(start, "x")
        self.assertEqual(self.visit.state, "confirmed")

    def test_only_technicians_who_are_qualified_come(self):
        with patch.object(type(self.technician), "_filter_qualified", lambda technicians, *args: technicians.browse()), patch.object(
                type(self.technician), "_get_disqualification", lambda *args: "Expired."):
            self.assertFalse(self.visit._get_customer_offers())
            with self.assertRaisesRegex(UserError, "not free any more"):
                self.visit._customer_reschedule(key(at(3, 8)), "x")

    def test_another_technician_comes_when_his_own_is_taken(self):
        other = self._create_technician("Liu Yang")
        self._agree(self._create_order(), self.technician, at(3, 8))
        self.assertEqual(self.visit._customer_reschedule(key(at(3, 8)), "x").technician_id, other)

    def test_offers_lie_after_the_notice_and_spread_over_days(self):
        offers = [fields.Datetime.from_string(start) for start, _window in self.visit._get_customer_offers()]
        self.assertEqual(len(offers), 12)
        self.assertGreaterEqual(min(offers), at(0, 12))
        self.assertNotIn(self.visit.start, offers, "his own window is no change")
        self.assertGreaterEqual(len({start.date() for start in offers}), 3)
        for first, second in pairwise(offers):
            self.assertGreaterEqual(second - first, timedelta(hours=2), "nine, half past nine and ten are one offer")
        with freeze_time(at(0, 8, 5)):
            self.visit._customer_reschedule(key(offers[3]), "x")

    def test_a_window_on_offer_stays_on_offer_while_the_customer_thinks(self):
        """A day from eight to six: offered are 13-15 and 15-17; a quarter of an hour later 15-17 is as free as before."""
        self.technician.resource_calendar_id = self._create_calendar("Long days", hours=((8, 18),))
        with freeze_time(at(0, 8, 50)):
            offers = [start for start, _window in self.visit._get_customer_offers()]
        self.assertEqual(offers[:2], [key(at(0, 13)), key(at(0, 15))])
        with freeze_time(at(0, 9, 5)):
            self.assertEqual(self.visit._customer_reschedule(offers[1], "x").start, at(0, 15))

    def test_a_window_lost_to_somebody_else_in_the_same_moment(self):
        """The search still saw the window free, the database knows better: one has it, the other a clear answer."""
        free = self.visit._find_customer_slots()
        self._agree(self._create_order(), self.technician, at(3, 8))
        with patch.object(type(self.visit), "_find_customer_slots", lambda visit: free), mute_logger("odoo.sql_db"), \
                self.assertRaisesRegex(UserError, "another visit in that time already. Nothing was changed"):
            self.visit._customer_reschedule(key(at(3, 8)), "x")
        self.assertEqual((self.visit.state, self.visit.changed_by), ("confirmed", False))

    def test_nobody_passes_for_the_customer(self):
        desk = self.visit.with_user(self.user_desk)
        for name in ("changed_by", "reminded_on", "announced_at", "miss_reason", "outcome", "outcome_note"):
            with self.subTest(name), self.assertRaisesRegex(UserError, "steps of the visit only"):
                desk.write({name: {"changed_by": "customer", "miss_reason": "other", "outcome": "other"}.get(name, "2027-03-01 00:00:00")})
        desk.with_context(changed_by="customer").action_cancel("Customer asked by phone")
        self.assertEqual((self.visit.changed_by, self.visit.cancel_reason), ("company", "Customer asked by phone"))
        for name in ("next_visit_reason", "visit_count", "first_time_fix"):
            with self.subTest(name), self.assertRaises(UserError):
                self.order.with_user(self.user_manager).write({name: {"visit_count": 7, "first_time_fix": "yes"}.get(name, "other")})

    def test_settings_have_sensible_limits(self):
        with self.assertRaises(AccessError):
            self.company.with_user(self.user_desk).write({"repair_customer_changes": 9})
