from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import CheckViolation, ExclusionViolation, NotNullViolation, UniqueViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_booking import BookingCase, at


@tagged("post_install", "-at_install")
class TestAppointmentRules(BookingCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.technician = cls._create_technician()
        cls.order, cls.order2 = cls._create_order(), cls._create_order()

    def assertOverlaps(self, function, *args, **kwargs):
        with self.assertRaises(ExclusionViolation) as caught, mute_logger("odoo.sql_db"), self.cr.savepoint():
            function(*args, **kwargs)
            self.env.flush_all()
        self.assertIn("already has a visit", self.env["repair.appointment"]._sql_error_to_message(caught.exception))

    def test_two_open_visits_of_a_technician_never_overlap(self):
        """10-12 is taken: refused are a start or an end inside, the same, an inner and an outer window."""
        self._propose(self.order, self.technician, at(1, 10))
        for hour, length in ((11, 2), (9, 2), (10, 2), (10.5, 1), (9, 4)):
            with self.subTest(hour=hour, length=length):
                self.assertOverlaps(self._propose, self.order2, self.technician, at(1, 0) + timedelta(hours=hour), length)

    def test_overlap_is_refused_on_write_too(self):
        self._propose(self.order, self.technician, at(1, 10))
        later = self._propose(self.order2, self.technician, at(1, 13))
        self.assertOverlaps(later.write, {"start": at(1, 11)})

    def test_windows_may_follow_each_other(self):
        self._propose(self.order, self.technician, at(1, 10))
        self._propose(self.order2, self.technician, at(1, 12))
        self._propose(self.order2, self.technician, at(1, 8))

    def test_technicians_do_not_hinder_each_other(self):
        self._propose(self.order, self.technician, at(1, 10))
        self._propose(self.order2, self._create_technician("Liu Yang"), at(1, 10))

    def test_a_cancelled_visit_frees_its_window(self):
        self._agree(self.order, self.technician, at(1, 10)).action_cancel()
        self.assertEqual(self._agree(self.order2, self.technician, at(1, 10)).state, "confirmed")

    def test_an_order_has_one_agreed_visit(self):
        self._agree(self.order, self.technician, at(1, 10))
        with self.assertRaisesRegex(UserError, "agreed already"):
            self._agree(self.order, self.technician, at(2, 10))
        second = self._propose(self.order, self.technician, at(2, 10))
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            second._flow_write({"state": "confirmed"})
            self.env.flush_all()

    def test_a_visit_ends_after_it_starts(self):
        for hours in (0, -1):
            with self.subTest(hours=hours), self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
                self._propose(self.order, self.technician, at(1, 10), hours)

    def test_a_visit_lasts_twelve_hours_at_most(self):
        self._propose(self.order, self.technician, at(1, 8), 12)
        with self.assertRaisesRegex(ValidationError, "12 hours"):
            self._propose(self.order, self.technician, at(2, 8), 12.5)

    def test_times_are_needed(self):
        values = {"repair_id": self.order.id, "technician_id": self.technician.id, "start": at(1, 10), "stop": at(1, 12)}
        for name in values:
            with self.subTest(name), self.assertRaises(NotNullViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
                self.env["repair.appointment"].create({**values, name: False})

    def test_a_proposal_cannot_be_emptied(self):
        visit = self._propose(self.order, self.technician, at(1, 10))
        for name in ("start", "stop", "technician_id", "repair_id"):
            with self.subTest(name), self.assertRaises(ValidationError):
                visit.write({name: False})

    def test_visits_and_wishes_lie_within_a_year(self):
        with self.assertRaisesRegex(ValidationError, "one year ahead"), self.cr.savepoint():
            self._propose(self.order, self.technician, at(367, 10))
        with self.assertRaisesRegex(ValidationError, "more than a year"), self.cr.savepoint():
            self.order.preferred_start = at(367, 10)
        self._propose(self.order, self.technician, at(366, 7))

    def test_only_service_technicians_visit(self):
        clerk = self._create_technician("Clerk", is_technician=False)
        with self.assertRaisesRegex(ValidationError, "Clerk is not an active service technician"):
            self._propose(self.order, clerk, at(1, 10))

    def test_archived_technician_is_refused(self):
        self.technician.active = False
        with self.assertRaisesRegex(ValidationError, "not an active service technician"):
            self._propose(self.order, self.technician, at(1, 10))

    def test_technician_without_the_qualification_is_refused(self):
        """The reason of whoever keeps certificates reaches the user, with the family and the day in Shanghai."""
        asked = []

        def disqualified(employee, category, date):
            asked.append((category, date.isoformat()))
            return "No certificate for refrigerators."

        with patch.object(type(self.technician), "_get_disqualification", disqualified):
            with self.assertRaisesRegex(ValidationError, "No certificate for refrigerators"), self.cr.savepoint():
                self._propose(self.order, self.technician, at(1, 7))
            with self.assertRaisesRegex(UserError, "No certificate for refrigerators"):
                self._agree(self.order, self.technician, at(1, 7))
        self.assertEqual(set(asked), {(self.category, "2027-03-02")}, "07:00 in Shanghai is the day before in UTC")

    def test_qualification_that_ran_out_stops_the_confirmation(self):
        visit = self._propose(self.order, self.technician, at(1, 10))
        with (
            patch.object(type(self.technician), "_get_disqualification", lambda *args: "Expired."),
            self.assertRaisesRegex(UserError, "Expired"),
        ):
            visit.action_confirm()
        self.assertEqual(visit.state, "proposed")

    def test_finished_order_takes_no_visit(self):
        self.order.action_repair_cancel()
        with self.assertRaises(ValidationError):
            self._propose(self.order, self.technician, at(1, 10))
        with self.assertRaisesRegex(UserError, "new request"):
            self.order.action_book()

    def test_plain_repair_takes_no_visit(self):
        plain = self.env["repair.order"].create({"partner_id": self.partner.id})
        with self.assertRaises(ValidationError):
            self._propose(plain, self.technician, at(1, 10))
        with self.assertRaisesRegex(UserError, "Choose the appliance"):
            plain.action_book()

    def test_no_visit_is_agreed_for_the_past(self):
        with self.assertRaisesRegex(UserError, "past"):
            self._agree(self.order, self.technician, at(0, 7, 44))
        self.assertFalse(self.order.appointment_ids)
        self.assertEqual(self._agree(self.order, self.technician, at(0, 7, 45)).state, "confirmed", "a quarter of an hour is tolerated")

    def test_punctuality_against_the_promised_window(self):
        """The window is 10-12: 9:59 is early, 10:00 and 12:00 are on time, 12:01 is late (handbook 3.2.1)."""
        for moment, expected in ((at(1, 9, 59), "early"), (at(1, 10), "on_time"), (at(1, 12), "on_time"), (at(1, 12, 1), "late")):
            visit = self._agree(self._create_order(), self.technician, at(1, 10))
            with freeze_time(moment):
                visit.action_arrive()
                self.assertEqual((visit.arrived_at, visit.punctuality), (moment, expected))
                visit.action_done()


@tagged("post_install", "-at_install")
class TestAppointmentSteps(BookingCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.technician = cls._create_technician(user_id=cls.user_technician.id)
        cls.order = cls._create_order()

    def test_confirmation_books_the_order(self):
        visit = self._agree(self.order, self.technician, at(1, 10))
        self.assertEqual(
            (self.order.service_stage, self.order.technician_id, self.order.schedule_date, self.order.next_appointment_id),
            ("booked", self.technician, at(1, 10), visit))

    def test_visit_goes_its_way(self):
        visit = self._agree(self.order, self.technician, at(1, 10))
        with freeze_time(at(1, 9)):
            visit.action_depart()
        self.assertEqual(visit.state, "travelling")
        visit.action_arrive()
        self.assertEqual(visit.state, "arrived")
        visit.action_done()
        self.assertEqual((visit.state, self.order.service_stage), ("done", "booked"))

    def test_steps_cannot_be_jumped(self):
        visit = self._propose(self.order, self.technician, at(1, 10))
        for name in ("action_depart", "action_arrive", "action_done", "action_miss", "action_reschedule"):
            with self.subTest(name), self.assertRaisesRegex(UserError, "is not possible"):
                getattr(visit, name)()
        visit.action_confirm()
        for name in ("action_confirm", "action_done"):
            with self.subTest(name), self.assertRaisesRegex(UserError, "is not possible"):
                getattr(visit, name)()

    def test_cancelled_visit_sends_the_order_back(self):
        self._agree(self.order, self.technician, at(1, 10)).action_cancel()
        self.assertEqual((self.order.service_stage, self.order.technician_id.id), ("requested", False))
        self.assertIn("Called off by", self.order.appointment_ids.cancel_reason)

    def test_missed_visit_sends_the_order_back_once_its_window_began(self):
        visit = self._agree(self.order, self.technician, at(1, 10))
        with self.assertRaisesRegex(UserError, "not begun"):
            visit.action_miss()
        with freeze_time(at(1, 10, 30)):
            visit.with_user(self.user_technician).action_miss("customer_absent")
        self.assertEqual((visit.state, self.order.service_stage), ("missed", "requested"))

    def test_diagnosed_order_does_not_fall_back(self):
        self._agree(self.order, self.technician, at(1, 10))
        self._to_stage(self.order, "diagnosed")
        self.order.next_appointment_id.action_done()
        again = self._agree(self.order, self.technician, at(2, 10))
        self.assertEqual(self.order.service_stage, "diagnosed")
        again.action_cancel()
        self.assertEqual((self.order.service_stage, self.order.technician_id), ("diagnosed", self.technician))

    def test_diagnosis_implies_arrival(self):
        visit = self._agree(self.order, self.technician, at(1, 10))
        with freeze_time(at(1, 10, 20)):
            self._to_stage(self.order, "diagnosed")
        self.assertEqual((visit.state, visit.arrived_at), ("arrived", at(1, 10, 20)))

    def test_next_visit_ends_the_one_that_arrived(self):
        first = self._agree(self.order, self.technician, at(1, 10))
        first.action_arrive()
        second = self._agree(self.order, self.technician, at(3, 10))
        self.assertEqual((first.state, second.state, self.order.next_appointment_id), ("done", "confirmed", second))

    def test_cancelling_the_order_cancels_its_visits(self):
        visit = self._agree(self.order, self.technician, at(1, 10))
        self.order.action_repair_cancel()
        self.assertEqual((visit.state, self.order.service_stage), ("cancelled", "cancelled"))
        self._agree(self._create_order(), self.technician, at(1, 10))

    def test_visit_that_took_place_stays_in_the_history_of_a_cancelled_order(self):
        visit = self._agree(self.order, self.technician, at(1, 10))
        visit.action_arrive()
        self.order.action_repair_cancel()
        self.assertEqual(visit.state, "done")

    def test_acceptance_ends_the_visit(self):
        visit = self._agree(self.order, self.technician, at(1, 10))
        self._to_stage(self.order, "accepted")
        self.assertEqual(visit.state, "done")

    def test_rescheduling_keeps_the_history(self):
        old = self._agree(self.order, self.technician, at(1, 10), note="Gate code 1234")
        other = self._create_technician("Liu Yang")
        new = self._agree(self.order, other, at(2, 14), moved=old, reason="Customer travels")
        self.assertEqual((old.state, old.reschedule_reason, old.start), ("cancelled", "Customer travels", at(1, 10)))
        self.assertEqual((new.state, new.rescheduled_from_id, new.note), ("confirmed", old, "Gate code 1234"))
        self.assertEqual(
            (self.order.service_stage, self.order.technician_id, self.order.schedule_date, len(self.order.appointment_ids)),
            ("booked", other, at(2, 14), 2))

    def test_rescheduling_into_the_own_old_window(self):
        old = self._agree(self.order, self.technician, at(1, 10))
        new = self._agree(self.order, self.technician, at(1, 11), moved=old, reason="An hour later")
        self.assertEqual(new.state, "confirmed")

    def test_rescheduling_needs_a_reason(self):
        old = self._agree(self.order, self.technician, at(1, 10))
        for reason in (False, "", "  "):
            with self.assertRaisesRegex(UserError, "why"):
                self._agree(self.order, self.technician, at(2, 10), moved=old, reason=reason)
        self.assertEqual(old.state, "confirmed")

    def test_lost_window_changes_nothing(self):
        """Somebody else took the window: the old visit stays agreed, no half-made visit is left."""
        self._agree(self._create_order(), self.technician, at(2, 10))
        old = self._agree(self.order, self.technician, at(1, 10))
        with self.assertRaisesRegex(UserError, "Wang Wei has another visit in that time"), mute_logger("odoo.sql_db"):
            self._agree(self.order, self.technician, at(2, 11), moved=old, reason="Customer travels")
        self.assertEqual((old.state, old.reschedule_reason), ("confirmed", False))
        self.assertEqual((self.order.appointment_ids, self.order.schedule_date), (old, at(1, 10)))

    def test_state_changes_are_tracked(self):
        order = self._create_order()
        visit = self._agree(order, self.technician, at(1, 10)).with_context(tracking_disable=False)
        self.cr.precommit.run()
        with freeze_time(at(1, 9)):
            visit.action_depart()
        self.env.flush_all()
        self.cr.precommit.run()
        values = visit.message_ids.tracking_value_ids
        self.assertIn(("Confirmed", "On the way"), [(value.old_value_char, value.new_value_char) for value in values])
