from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import tagged, users

from .common_booking import BookingCase, at


@tagged("post_install", "-at_install")
class TestAppointmentConflict(BookingCase):
    """The server reckons in UTC, technicians and customers live in Shanghai: ``at(1, 10)`` is 02:00 UTC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.technician = cls._create_technician(user_id=cls.user_technician.id)
        cls.other = cls._create_technician("Liu Yang")
        cls.order, cls.order2 = cls._create_order(), cls._create_order()
        cls.visit = cls._agree(cls.order, cls.technician, at(1, 10))
        cls.activity_type = cls.env.ref("repair_service.mail_activity_type_visit_conflict")

    @classmethod
    def _take_leave(cls, start, stop, technician=None, **values):
        return cls.env["resource.calendar.leaves"].create({
            "name": "Leave", "resource_id": (technician or cls.technician).resource_id.id, "date_from": start, "date_to": stop, **values})

    def _get_activities(self, visit=None):
        return (visit or self.visit).activity_ids.filtered(lambda activity: activity.activity_type_id == self.activity_type)

    def test_leave_taken_later_marks_the_visits_under_it(self):
        following = self._agree(self.order2, self.technician, at(2, 10))
        colleague = self._agree(self._create_order(), self.other, at(1, 10))
        proposal = self._propose(self._create_order(), self.technician, at(1, 13))
        self._take_leave(at(1, 0), at(2, 0))
        self.assertEqual((self.visit.conflict, proposal.conflict), ("leave", "leave"))
        self.assertFalse((following | colleague).filtered("conflict"))
        self.assertEqual(self.visit.state, "confirmed")
        self.assertEqual(len(self._get_activities()), 1)
        self.assertTrue(self._get_activities().user_id.has_group("repair_service.repair_service_group_dispatcher"))
        self.assertFalse(self._get_activities().user_id.has_group("repair_service.repair_service_group_manager"))

    def test_the_day_of_the_leave_is_the_day_in_shanghai(self):
        """2 March in Shanghai is 1 March 16:00 to 2 March 16:00 UTC; the visit of 3 March 08:00 begins at 3 March 00:00 UTC."""
        early = self._agree(self.order2, self.technician, at(2, 8))
        self._take_leave(datetime(2027, 3, 1, 16), datetime(2027, 3, 2, 15, 59, 59))
        self.assertEqual((self.visit.conflict, early.conflict), ("leave", False))

    def test_a_leave_that_touches_the_window_is_no_conflict(self):
        self._take_leave(at(1, 8), at(1, 10))
        self._take_leave(at(1, 12), at(1, 17))
        self.assertFalse(self.visit.conflict)
        self.assertFalse(self._get_activities())

    def test_a_part_of_a_day_is_enough(self):
        for start, stop in ((at(1, 8), at(1, 10, 30)), (at(1, 11, 30), at(1, 17)), (at(1, 10, 30), at(1, 11))):
            with self.subTest(start=start):
                leave = self._take_leave(start, stop)
                self.assertEqual(self.visit.conflict, "leave")
                leave.unlink()
                self.assertFalse(self.visit.conflict)

    def test_a_withdrawn_or_moved_leave_frees_the_visit(self):
        leave = self._take_leave(at(1, 8), at(1, 17))
        self.assertEqual(self.visit.conflict, "leave")
        leave.write({"date_from": at(2, 8), "date_to": at(2, 17)})
        self.assertFalse(self.visit.conflict)
        self.assertFalse(self._get_activities())
        leave.write({"date_from": at(1, 8), "date_to": at(1, 17)})
        self.assertEqual((self.visit.conflict, len(self._get_activities())), ("leave", 1))
        leave.resource_id = self.other.resource_id
        self.assertFalse(self.visit.conflict)

    def test_one_of_two_leaves_withdrawn_leaves_the_mark(self):
        first = self._take_leave(at(1, 8), at(1, 17))
        self._take_leave(at(1, 9), at(1, 11))
        first.unlink()
        self.assertEqual((self.visit.conflict, len(self._get_activities())), ("leave", 1))

    def test_training_is_no_leave(self):
        self._take_leave(at(1, 8), at(1, 17), time_type="other")
        self.assertFalse(self.visit.conflict)

    def test_a_public_holiday_marks_everybodys_visits(self):
        colleague = self._agree(self._create_order(), self.other, at(1, 10))
        holiday = self._take_leave(at(1, 0), at(2, 0), resource_id=False, calendar_id=self.calendar.id)
        self.assertEqual({self.visit.conflict, colleague.conflict}, {"holiday"})
        holiday.unlink()
        self.assertFalse((self.visit | colleague).filtered("conflict"))

    def test_another_schedule_marks_what_falls_out_of_it(self):
        mornings = self._create_calendar("Afternoons", hours=((13, 17),))
        self.technician.resource_calendar_id = mornings
        self.assertEqual(self.visit.conflict, "hours")
        self.technician.resource_calendar_id = self.calendar
        self.assertFalse(self.visit.conflict)
        self.calendar.attendance_ids.filtered(lambda line: line.hour_from == 8).write({"hour_from": 10.5})
        self.assertEqual(self.visit.conflict, "hours")
        self.calendar.attendance_ids.filtered(lambda line: line.hour_from == 10.5).write({"hour_from": 9})
        self.assertFalse(self.visit.conflict)
        self.calendar.write({"attendance_ids": [Command.clear()]})
        self.assertEqual(self.visit.conflict, "hours")

    def test_what_was_planned_knowingly_is_no_conflict(self):
        """Saturday is agreed with the technician; a leave on that Saturday is news, its withdrawal leads back."""
        saturday = self._agree(self.order2, self.technician, at(5, 10))
        self.calendar.tz = "Asia/Tokyo"
        self.calendar.tz = "Asia/Shanghai"
        self.assertFalse(saturday.conflict)
        leave = self._take_leave(at(5, 0), at(6, 0))
        self.assertEqual(saturday.conflict, "leave")
        leave.unlink()
        self.assertFalse(saturday.conflict)

    def test_a_technician_who_left_leaves_his_visits_to_be_rebooked(self):
        self.technician.is_technician = False
        self.assertEqual(self.visit.conflict, "technician")
        self.technician.is_technician = True
        self.assertFalse(self.visit.conflict)
        self.technician.action_archive()
        self.assertEqual(self.visit.conflict, "technician")

    def test_a_leave_entered_in_the_moment_of_the_booking_is_not_overlooked(self):
        """Neither transaction saw the other, so nothing was marked: the hourly run finds it, and what was planned knowingly not."""
        visits = self.env["repair.appointment"]
        unseen = self._take_leave(at(1, 8), at(1, 17))
        self.visit._clear_conflicts()
        known = self._agree(self.order2, self.technician, at(2, 10))
        kept = self._agree(self._create_order(), self.technician, at(3, 10))
        old = self._take_leave(at(2, 8), at(2, 17))
        self._take_leave(at(3, 8), at(3, 17))
        known._clear_conflicts()
        kept.action_keep_visit()
        self.env.flush_all()
        for leave, visit, minutes in ((unseen, self.visit, -0.5), (old, known, -2)):
            self.env.cr.execute(
                "UPDATE resource_calendar_leaves SET create_date = %s WHERE id = %s",
                [visit.create_date + timedelta(minutes=minutes), leave.id])
        self.env.invalidate_all()
        visits._cron_sync_events()
        self.assertEqual((self.visit.conflict, known.conflict, kept.conflict), ("leave", False, False))
        self.assertEqual(len(self._get_activities()), 1)

    def test_a_technician_of_another_company_or_clock_does_not_come(self):
        """He works from 8 to 17 by his own clock: in Berlin that is from 15 to 24 o'clock in Shanghai."""
        self.technician.tz = "Europe/Berlin"
        self.assertEqual(self.visit.conflict, "hours")
        self.technician.tz = "Asia/Shanghai"
        self.assertFalse(self.visit.conflict)
        self.technician.user_id = False
        self.technician.company_id = self.env["res.company"].create({"name": "Elsewhere"})
        self.assertEqual(self.visit.conflict, "technician")
        self.assertEqual(len(self._get_activities()), 1)

    def test_past_and_running_visits_are_left_alone(self):
        with freeze_time(at(1, 9)):
            self.visit.action_depart()
            self._take_leave(at(1, 0), at(2, 0))
        self.assertFalse(self.visit.conflict)

    @users("test_dispatcher")
    def test_the_desk_finds_another_time(self):
        self._take_leave(at(1, 0), at(2, 0))
        visit = self.visit.with_env(self.env)
        self.assertIn(visit, visit.search([("conflict", "!=", False)]))
        dialogue = self.env["repair.booking"].browse(visit.action_solve_conflict()["res_id"])
        self.assertEqual(dialogue.appointment_id, visit)
        slots = dialogue.line_ids.filtered(lambda line: line.technician_id.id == self.technician.id)
        self.assertFalse(slots.filtered(lambda line: at(1, 0) <= line.start < at(2, 0)), "nothing is proposed in the leave")
        dialogue.reason = "Leave"
        dialogue.line_ids[:1].action_book()
        self.assertEqual((visit.state, visit.conflict), ("cancelled", False))
        self.assertFalse(self._get_activities(visit.sudo()))
        self.assertFalse(self.order.next_appointment_id.conflict)

    @users("test_desk")
    def test_a_proposal_in_conflict_goes_when_another_visit_is_agreed(self):
        proposal = self._propose(self.order2, self.technician, at(1, 13))
        self._take_leave(at(1, 0), at(2, 0))
        dialogue = self.env["repair.booking"].browse(proposal.with_env(self.env).action_solve_conflict()["res_id"])
        dialogue.line_ids[:1].action_book()
        self.assertEqual((proposal.state, proposal.conflict), ("cancelled", False))
        self.assertEqual(self.order2.next_appointment_id.state, "confirmed")

    @users("test_desk")
    def test_a_visit_that_is_kept_is_marked_again_by_something_new_only(self):
        leave = self._take_leave(at(1, 0), at(2, 0))
        self.visit.with_env(self.env).action_keep_visit()
        self.assertFalse(self.visit.conflict)
        self.assertFalse(self._get_activities())
        leave.write({"date_from": at(1, 1)})
        self.assertFalse(self.visit.conflict)
        self.technician.is_technician = False
        self.assertEqual(self.visit.conflict, "technician")

    @users("test_technician")
    def test_technicians_neither_plan_nor_forge(self):
        leave = self.env["resource.calendar.leaves"].create({
            "resource_id": self.technician.resource_id.id, "date_from": at(1, 0), "date_to": at(2, 0)})
        self.assertEqual(self.visit.conflict, "leave", "he takes his leave though he does not plan")
        for method in ("action_solve_conflict", "action_keep_visit"):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(self.visit.with_env(self.env), method)()
        leave.unlink()
        self.assertFalse(self.visit.conflict)

    @users("test_manager", "test_desk", "test_technician")
    def test_the_mark_is_not_written_by_rpc(self):
        for values in ({"conflict": "leave"}, {"conflict_known": "leave"}, {"conflict": False}):
            with self.subTest(values), self.assertRaises(UserError):
                call_kw(self.env["repair.appointment"], "write", (self.visit.ids, values), {"context": {"repair_flow": True}})

    @users("test_manager")
    def test_the_mark_does_not_come_in_by_default(self):
        visit = self.env["repair.appointment"].with_context(default_conflict="leave", default_conflict_known="leave").create({
            "repair_id": self.order2.id, "technician_id": self.technician.id, "start": at(3, 10), "stop": at(3, 12)})
        self.assertEqual((visit.conflict, visit.conflict_known), (False, False))

    def test_a_refused_leave_marks_nothing(self):
        with self.assertRaises(UserError), self.cr.savepoint():
            self._take_leave(at(2, 0), at(1, 0))
        with self.assertRaises(ValueError), self.cr.savepoint():
            self._take_leave("nonsense", at(1, 0))
        self.assertFalse(self.visit.conflict)

    def test_queries_do_not_grow_with_the_visits(self):
        def count(start, stop):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._take_leave(start, stop)
            self.env.flush_all()
            return self.cr.sql_log_count - before

        for day in range(7, 12):
            for hour in (8, 10, 13, 15):
                self._agree(self._create_order(), self.technician, at(day, hour))
        count(at(3, 0), at(4, 0))
        none, one = count(at(3, 0), at(4, 0)), count(at(1, 0), at(2, 0))
        many = count(at(7, 0), at(12, 0))
        self.assertEqual(self.env["repair.appointment"].search_count([("conflict", "=", "leave")]), 21)
        self.assertLess(none, 15)
        self.assertLessEqual(many, one + 20)
