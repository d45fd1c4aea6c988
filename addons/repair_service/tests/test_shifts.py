from datetime import date, datetime, timedelta

from odoo.fields import Command
from odoo.tests import tagged

from .common_booking import BookingCase, at


@tagged("post_install", "-at_install")
class TestShifts(BookingCase):
    """Working schedules in Shanghai, read by a server in UTC. Monday is 1 March 2027."""

    def _hours(self, technician, first, last):
        """Hours from the midnight that begins day ``first`` to the one that ends day ``last``, in Shanghai's time."""
        found = technician._get_visit_hours(at(first, 0), at(last + 1, 0))[technician.id]
        shift = timedelta(hours=8)
        return [f"{start + shift:%m-%d %H:%M}-{stop + shift:%H:%M}" for start, stop in found]

    def _leave(self, technician, start, stop, **values):
        return self.env["resource.calendar.leaves"].create({
            "name": "Leave", "resource_id": technician.resource_id.id, "calendar_id": technician.resource_calendar_id.id,
            "date_from": start, "date_to": stop, **values})

    def _create_weeks(self):
        """Early shift in the weeks that Odoo calls the first, late shift in the others."""
        lines = [
            {"name": "First", "dayofweek": "0", "sequence": 0, "hour_from": 0, "hour_to": 0, "day_period": "morning", "week_type": "0",
             "display_type": "line_section"},
            {"name": "Early", "dayofweek": "0", "sequence": 1, "hour_from": 6, "hour_to": 14, "day_period": "morning", "week_type": "0"},
            {"name": "Second", "dayofweek": "0", "sequence": 25, "hour_from": 0, "hour_to": 0, "day_period": "morning", "week_type": "1",
             "display_type": "line_section"},
            {"name": "Late", "dayofweek": "0", "sequence": 26, "hour_from": 14, "hour_to": 22, "day_period": "afternoon", "week_type": "1"},
        ]
        return self.env["resource.calendar"].create({
            "name": "Early and late", "tz": "Asia/Shanghai", "two_weeks_calendar": True,
            "attendance_ids": [Command.clear(), *map(Command.create, lines)]})

    def test_two_week_schedules_take_turns_across_the_end_of_the_month(self):
        """Weeks are counted from Monday 1 January of year 1: 1 March 2027 is day 740,041 and begins week 105,720."""
        technician = self._create_technician("Weeks", resource_calendar_id=self._create_weeks().id)
        self.assertEqual(self._hours(technician, -7, 13), ["02-22 14:00-22:00", "03-01 06:00-14:00", "03-08 14:00-22:00"])
        self.assertEqual(self._hours(technician, 28, 35), ["03-29 06:00-14:00", "04-05 14:00-22:00"])

    def test_lunch_is_no_working_time_and_adjoining_shifts_are_one(self):
        calendar = self._create_calendar("Lunch", ((8, 10), (10, 12)), "0")
        calendar.attendance_ids = [
            Command.create({"name": "Lunch", "dayofweek": "0", "hour_from": 12, "hour_to": 13, "day_period": "lunch"}),
            Command.create({"name": "Afternoon", "dayofweek": "0", "hour_from": 13, "hour_to": 17.5, "day_period": "afternoon"})]
        technician = self._create_technician("Lunch", resource_calendar_id=calendar.id)
        self.assertEqual(self._hours(technician, 0, 6), ["03-01 08:00-12:00", "03-01 13:00-17:30"])

    def test_leave_for_part_of_a_day(self):
        technician = self._create_technician()
        self._leave(technician, at(0, 10, 30), at(0, 14))
        self.assertEqual(self._hours(technician, 0, 0), ["03-01 08:00-10:30", "03-01 14:00-17:00"])

    def test_leave_holds_whatever_schedule_it_was_entered_on(self):
        technician = self._create_technician()
        self._leave(technician, at(0, 13), at(0, 17), calendar_id=self._create_calendar("Former").id)
        self._leave(technician, at(1, 0), at(2, 0), calendar_id=False)
        self.assertEqual(self._hours(technician, 0, 1), ["03-01 08:00-12:00"])

    def test_public_holidays_of_the_company_and_not_of_another_one(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        for owner, first in ((self.company, 0), (company, 1)):
            holiday = self.env["resource.calendar.leaves"].create({
                "name": "Holiday", "calendar_id": False, "date_from": at(first, 0), "date_to": at(first + 1, 0)})
            holiday.company_id = owner
        self.assertEqual(self._hours(self._create_technician(), 0, 1), ["03-02 08:00-12:00", "03-02 13:00-17:00"])

    def test_the_hours_are_those_of_the_technicians_own_clock(self):
        """08-12 and 13-17 of a technician in Tokyo, one hour ahead, are 07-11 and 12-16 in Shanghai, though the schedule says Shanghai."""
        technician = self._create_technician("Tokyo", tz="Asia/Tokyo")
        self.assertEqual(self._hours(technician, 0, 0), ["03-01 07:00-11:00", "03-01 12:00-16:00"])

    def test_a_far_clock_reaches_into_the_neighbouring_day(self):
        """Honolulu is 18 hours behind Shanghai: Monday 08:00-17:00 there is Tuesday 02:00-11:00, and Friday's shift is Saturday's."""
        technician = self._create_technician("Honolulu", tz="Pacific/Honolulu")
        self.assertEqual(self._hours(technician, 0, 1), ["03-02 02:00-06:00", "03-02 07:00-11:00"])
        self.assertEqual(self._hours(technician, 5, 6), ["03-06 02:00-06:00", "03-06 07:00-11:00"])

    def test_a_shift_goes_on_after_midnight_and_over_the_end_of_the_month(self):
        """Every day 18-24 and 0-2: from Wednesday 31 March 18:00 to Thursday 1 April 02:00 in one piece."""
        technician = self._create_technician("Night", resource_calendar_id=self._create_calendar("Night", ((0, 2), (18, 24)), "0123456").id)
        hours = technician._get_visit_hours(at(30, 12), at(31, 12))[technician.id]
        self.assertEqual(hours, [(datetime(2027, 3, 31, 10), datetime(2027, 3, 31, 18))])

    def test_a_period_that_begins_in_a_shift_cuts_it(self):
        technician = self._create_technician()
        hours = technician._get_visit_hours(at(0, 9, 15), at(0, 13, 45))[technician.id]
        self.assertEqual(hours, [(at(0, 9, 15), at(0, 12)), (at(0, 13), at(0, 13, 45))])

    def _change_schedule(self, **contract):
        """08-12 until Wednesday 3 March, 13-17 from Thursday the 4th on."""
        morning, afternoon = self._create_calendar("Morning", ((8, 12),)), self._create_calendar("Afternoon", ((13, 17),))
        technician = self._create_technician("Changes", resource_calendar_id=morning.id, date_version=date(2027, 1, 1), **contract)
        technician.create_version({"date_version": date(2027, 3, 4), "resource_calendar_id": afternoon.id})
        return technician

    def test_a_new_schedule_holds_from_its_day_on(self):
        for contract in ({}, {"contract_date_start": date(2027, 1, 1)}):
            with self.subTest(contract=contract):
                self.assertEqual(self._hours(self._change_schedule(**contract), 2, 3), ["03-03 08:00-12:00", "03-04 13:00-17:00"])

    def test_nobody_works_after_his_contract_or_before_it(self):
        technician = self._change_schedule(contract_date_start=date(2027, 3, 2), contract_date_end=date(2027, 3, 4))
        self.assertEqual(self._hours(technician, 0, 6), ["03-02 08:00-12:00", "03-03 08:00-12:00", "03-04 13:00-17:00"])

    def test_without_a_schedule_the_companys_less_own_leave(self):
        self.company.resource_calendar_id = self.calendar
        technician = self._create_technician("Flexible", resource_calendar_id=False)
        self._leave(technician, at(0, 12), at(1, 0), calendar_id=False)
        self.assertEqual(self._hours(technician, 0, 0), ["03-01 08:00-12:00"])

    def test_queries_do_not_grow_with_technicians_of_one_schedule(self):
        def count(technicians):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            technicians.with_user(self.user_desk)._get_visit_hours(at(0, 0), at(14, 0))
            return self.cr.sql_log_count - before

        one = self._create_technician()
        count(one)
        few = count(one)
        many = one.union(*(self._create_technician(f"More {number}") for number in range(25)))
        self.assertEqual(count(many), few)
        self.assertLessEqual(few, 15)
