from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common_complaint import ComplaintCommon


def utc(day, hour, minute=0):
    """So many days after Monday, 3 January 2028, on the clock of Shanghai, as naive UTC."""
    return datetime(2028, 1, 3) + timedelta(days=day, hours=hour - 8, minutes=minute)


@tagged("post_install", "-at_install")
class TestComplaintClock(ComplaintCommon):
    """Default targets: P1 15 min, 4 h, 24 h round the clock; P2 1 h, 24 h, 36 h and P3 2 h, 48 h, 84 h within 8-20 o'clock."""

    def _take(self, moment, **values):
        with freeze_time(moment):
            return self._complain(received_on=moment, **values)

    def test_safety_counts_round_the_clock(self):
        complaint = self._take(utc(0, 23, 50), severity="p1")
        self.assertEqual(complaint.respond_by, utc(1, 0, 5))
        self.assertEqual(complaint.plan_by, utc(1, 3, 50))
        self.assertEqual(complaint.resolve_by, utc(1, 23, 50))

    def test_a_major_case_of_the_evening_counts_on_the_desks_calendar(self):
        # Monday 19:30: half an hour that day, half an hour the next morning
        complaint = self._take(utc(0, 19, 30), severity="p2")
        self.assertEqual(complaint.respond_by, utc(1, 8, 30))
        # 24 h = 0.5 + 12 + 11.5; 36 h = 0.5 + 12 + 12 + 11.5
        self.assertEqual((complaint.plan_by, complaint.resolve_by), (utc(2, 19, 30), utc(3, 19, 30)))

    def test_a_normal_case_has_seven_working_days(self):
        complaint = self._take(utc(0, 10), severity="p3")
        self.assertEqual((complaint.respond_by, complaint.plan_by, complaint.resolve_by), (utc(0, 12), utc(4, 10), utc(7, 10)))
        self.assertEqual(complaint.limit_on, fields.Date.to_date("2028-01-18"))

    def test_a_holiday_of_the_calendar_does_not_count(self):
        holiday = self.env["resource.calendar.leaves"].create({
            "calendar_id": self.env.ref("repair_service.calendar_desk").id, "name": "Holiday",
            "date_from": utc(1, 0), "date_to": utc(2, 0)})
        holiday.write({"date_from": utc(1, 0), "date_to": utc(2, 0)})  # core moves what is created by the user's clock
        self.assertEqual(self._take(utc(0, 19), severity="p3").respond_by, utc(2, 9))

    def test_waiting_for_the_customer_stops_the_clock_and_moves_the_targets(self):
        complaint = self._take(utc(0, 10), severity="p3")
        with freeze_time(utc(0, 11)):
            complaint.action_acknowledge()
            complaint._wait("Photo of the damage")
            self.assertEqual((complaint.plan_by, complaint.resolve_by, complaint.next_due), (False, False, False))
            self.assertEqual(complaint.sla_state, "paused")
        with freeze_time(utc(30, 11)):
            complaint.invalidate_recordset(["sla_state"])
            self.assertEqual(complaint.sla_state, "paused")
        with freeze_time(utc(1, 11)):  # 12 working hours later
            complaint.action_go_on()
        self.assertEqual((complaint.plan_by, complaint.resolve_by), (utc(5, 10), utc(8, 10)))
        self.assertEqual(complaint.respond_by, utc(0, 12))
        with self.assertRaises(UserError):
            complaint.action_go_on()

    def test_a_case_is_not_paused_twice(self):
        complaint = self._complain()
        complaint._wait("Photo")
        with self.assertRaises(UserError):
            complaint._wait("Photo again")

    def test_a_case_opened_again_has_its_targets_from_then_on(self):
        complaint = self._take(utc(0, 10), severity="p3")
        with freeze_time(utc(1, 10)):
            self._to_resolved(complaint)
        with freeze_time(utc(20, 10)):
            complaint._reopen("The fault is back")
        self.assertEqual((complaint.plan_by, complaint.resolve_by, complaint.respond_by), (utc(24, 10), utc(27, 10), utc(0, 12)))
        self.assertEqual(complaint.limit_on, fields.Date.to_date("2028-01-18"))

    def test_severity_changes_the_targets(self):
        complaint = self._take(utc(0, 10), severity="p3")
        complaint.severity = "p1"
        self.assertEqual(complaint.resolve_by, utc(1, 10))

    def test_state_follows_the_next_target(self):
        complaint = self._take(utc(0, 8), severity="p3")  # respond by 10, alarms 12 h before
        for moment, state in ((utc(0, 9), "near"), (utc(0, 10), "near"), (utc(0, 10, 1), "late")):
            with freeze_time(moment):
                complaint.invalidate_recordset(["sla_state"])
                self.assertEqual(complaint.sla_state, state, moment)
        with freeze_time(utc(0, 10, 30)):
            complaint.action_acknowledge()
            complaint.invalidate_recordset(["sla_state"])
            self.assertEqual((complaint.sla_state, complaint.next_due), ("in_time", utc(3, 20)))
        with freeze_time(utc(6, 8)):
            self._to_resolved(complaint)
        self.assertEqual(complaint.sla_state, "met")

    def _get_tasks(self, complaint, summary):
        complaint.invalidate_recordset(["activity_ids"])
        return complaint.activity_ids.filtered(lambda activity: activity.summary == summary).user_id

    def test_alarms_are_raised_once_before_and_once_after(self):
        complaint = self._take(utc(0, 8), severity="p3", user_id=self.user_member.id)
        with freeze_time(utc(0, 9)):
            self.env["repair.complaint"]._cron_watch()
            self.env["repair.complaint"]._cron_watch()
        self.assertEqual(self._get_tasks(complaint, "Target is near"), self.user_member)
        self.assertEqual(len(complaint.activity_ids), 1)
        with freeze_time(utc(0, 10, 1)):
            self.env["repair.complaint"]._cron_watch()
            self.env["repair.complaint"]._cron_watch()
        self.assertEqual(self._get_tasks(complaint, "Target is missed"), self.user_member | self.user_head)
        self.assertEqual(len(complaint.activity_ids), 3)
        with freeze_time(utc(0, 11)):
            complaint.action_acknowledge()
        self.assertFalse(complaint.activity_ids)

    def test_no_alarm_while_the_customer_is_awaited(self):
        complaint = self._take(utc(0, 8), severity="p3")
        with freeze_time(utc(0, 8, 30)):
            complaint.action_acknowledge()
            complaint._wait("Photo")
        with freeze_time(utc(9, 8)):
            self.env["repair.complaint"]._cron_watch()
        self.assertFalse(complaint.activity_ids)

    def test_fifteen_days_are_reported_three_days_before_whatever_is_awaited(self):
        complaint = self._take(utc(0, 8), severity="p3")  # 3 January + 15 days = 18 January
        with freeze_time(utc(0, 8, 30)):
            complaint.action_acknowledge()
            complaint._wait("Photo")
        with freeze_time("2028-01-14 12:00:00"):
            self.env["repair.complaint"]._cron_watch()
        self.assertFalse(complaint.activity_ids)
        with freeze_time("2028-01-15 12:00:00"):
            self.env["repair.complaint"]._cron_watch()
            self.env["repair.complaint"]._cron_watch()
        self.assertIn(self.user_head, self._get_tasks(complaint, "The limit is near: settle the case"))
        self.assertEqual(len(complaint.activity_ids), 2)

    def test_the_watch_costs_the_same_however_many_cases_are_in_time(self):
        counts = {}
        for number in (10, 100):
            self._complain_many(number)
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.env["repair.complaint"]._cron_watch()
            counts[number] = self.env.cr.sql_log_count - start
        self.assertLessEqual(counts[100], counts[10])

    def _complain_many(self, number):
        template = self._complain()
        template.flush_recordset()
        self.env.cr.execute(
            """INSERT INTO repair_complaint (number, company_id, kind, stage, received_on, channel, subject, description, severity,
                      partner_id, team_id, user_id, policy_id, respond_by, resolve_by, next_due, category_id, repair_id)
               SELECT %s || n, company_id, kind, stage, received_on, channel, subject, description, severity, partner_id, team_id, user_id,
                      policy_id, now() + interval '9 days', now() + interval '9 days', now() + interval '9 days', category_id, repair_id
                 FROM repair_complaint, generate_series(1, %s) n WHERE id = %s""", (f"X{template.id}-", number, template.id))
        self.env.invalidate_all()

    def test_the_list_costs_the_same_for_ten_and_for_a_hundred(self):
        counts = {}
        names = ["number", "severity", "subject", "partner_id", "category_id", "received_on", "next_due", "sla_state", "team_id", "user_id",
                 "stage", "is_recurring"]
        for number in (10, 100):
            self._complain_many(number)
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            rows = self.env["repair.complaint"].with_user(self.user_desk).search_read([], names, limit=number)
            counts[number] = self.env.cr.sql_log_count - start
            self.assertEqual(len(rows), number)
        self.assertLessEqual(counts[100], counts[10])

    def test_policies_are_data_with_sensible_hours(self):
        policy = self.env.ref("repair_service.sla_policy_p3").with_user(self.user_manager)
        policy.respond_hours = 4
        self.assertEqual(self._take(utc(0, 8), severity="p3").respond_by, utc(0, 12))
        with self.assertRaises(ValidationError):
            policy.plan_hours = 100
        empty = self.env["resource.calendar"].create({"name": "Never", "attendance_ids": [(5,)]})
        with self.assertRaises(ValidationError):
            policy.calendar_id = empty

    def test_a_companys_own_policy_goes_before_the_common_one(self):
        own = self.env["repair.sla.policy"].create({
            "name": "Ours", "severity": "p3", "company_id": self.company.id, "respond_hours": 1, "resolve_hours": 5})
        complaint = self._take(utc(0, 23), severity="p3")
        self.assertEqual((complaint.policy_id, complaint.resolve_by), (own, utc(1, 4)))
