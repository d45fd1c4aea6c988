from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..engine.hours import get_decent_moment, get_evening_before
from .common_booking import BookingCase, at


class TestDecentHours(BaseCase):

    def test_what_falls_outside_waits_for_the_next_decent_hour(self):
        """Between 8 and 21: before eight it waits for eight, from 21:00 on for eight of the next day, also across a month's end."""
        cases = (
            ((1, 31, 8, 0), (1, 31, 8, 0)), ((1, 31, 20, 59), (1, 31, 20, 59)), ((1, 31, 7, 59), (1, 31, 8, 0)),
            ((1, 31, 0, 0), (1, 31, 8, 0)), ((1, 31, 21, 0), (2, 1, 8, 0)), ((1, 31, 23, 59), (2, 1, 8, 0)),
            ((12, 31, 22, 0), (13, 1, 8, 0)),
        )
        for (month, day, hour, minute), expected in cases:
            moment = datetime(2027, month, day, hour, minute)
            expected = datetime(2028, 1, *expected[1:]) if expected[0] == 13 else datetime(2027, *expected)
            self.assertEqual(get_decent_moment(moment, 8, 21), expected)

    def test_half_hours_and_a_whole_day(self):
        self.assertEqual(get_decent_moment(datetime(2027, 1, 1, 8, 29), 8.5, 21), datetime(2027, 1, 1, 8, 30))
        self.assertEqual(get_decent_moment(datetime(2027, 1, 1, 23, 59), 0, 24), datetime(2027, 1, 1, 23, 59))

    def test_the_evening_before_is_that_of_the_day_before(self):
        self.assertEqual(get_evening_before(datetime(2028, 3, 1, 0, 30), 18), datetime(2028, 2, 29, 18), "a leap year's February")
        self.assertEqual(get_evening_before(datetime(2027, 1, 1, 23, 30), 18.5), datetime(2026, 12, 31, 18, 30))


class MessageCase(BookingCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.technician = cls._create_technician(name="Wang Wei", user_id=cls.user_technician.id)
        cls.order = cls._create_order()
        cls.company.write({"phone": "021 5550 6688", "email": "service@example.com"})

    def setUp(self):
        super().setUp()
        # Crons commit after each batch, which no test may.
        self.startPatcher(patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda cron, *args, **kwargs: float("inf")))

    def _get_sms(self, words=""):
        sms = self.env["sms.sms"].search([("partner_id", "=", self.partner.id)], order="id")
        return [body for body in sms.mapped("body") if words in body]

    def _get_mails(self, words):
        return self.order.message_ids.filtered(lambda message: message.message_type == "comment" and words in (message.subject or ""))

    def _run(self, moment):
        with freeze_time(moment):
            self.env["repair.appointment"]._cron_tell_customers()


@tagged("post_install", "-at_install")
class TestReminder(MessageCase):

    def test_the_customer_is_reminded_once_on_the_evening_before(self):
        visit = self._agree(self.order, self.technician, at(2, 10))
        self._run(at(1, 17, 59))
        self.assertFalse(self._get_sms("we remind you"))
        self._run(at(1, 18))
        self.assertEqual((len(self._get_sms("we remind you")), len(self._get_mails("our visit tomorrow"))), (1, 1))
        self.assertEqual(self._get_sms("we remind you"), [
            f"{self.company.name}: we remind you of our visit on Wed, Mar 3 10:00-12:00: Wang Wei, 13900001111."
            f" To change it: {self.order._get_short_url()}"])
        self.assertEqual(visit.reminded_on, at(1, 18))
        self._run(at(1, 18, 15))
        self._run(at(1, 20))
        self.assertEqual(len(self._get_sms("we remind you")), 1)

    def test_the_evening_is_the_customers_not_the_servers(self):
        """00:30 on Wednesday in Shanghai is Tuesday in UTC: the evening before is Tuesday 18:00 in Shanghai."""
        self.technician.resource_calendar_id = self._create_calendar("Nights", ((0, 24),), "0123456")
        visit = self._agree(self.order, self.technician, at(2, 0, 30))
        self.assertEqual(visit._get_reminder_moment(), at(1, 18))
        late = self._agree(self._create_order(), self.technician, at(2, 21))
        self.assertEqual(late._get_reminder_moment(), at(1, 18), "21:00 in Shanghai is the same day")

    def test_the_customers_own_time_zone_counts(self):
        self.partner.tz = "Asia/Tokyo"
        visit = self._agree(self.order, self.technician, at(2, 23, 30))
        self.assertEqual(visit._get_reminder_moment(), at(2, 17), "00:30 on the next day in Tokyo: 18:00 there is 17:00 in Shanghai")

    def test_a_month_ends(self):
        self._agree(self.order, self.technician, datetime(2027, 3, 31, 16, 30))  # 1 April, 00:30 in Shanghai
        self._run(datetime(2027, 3, 31, 9, 59))
        self.assertFalse(self._get_sms("we remind you"))
        self._run(datetime(2027, 3, 31, 10, 0))
        self.assertEqual(len(self._get_sms("we remind you")), 1)

    def test_a_visit_agreed_on_that_evening_is_told_once(self):
        """Agreed at 19:30 for tomorrow: the confirmation is the reminder, and no second message follows."""
        with freeze_time(at(1, 19, 30)):
            visit = self._agree(self.order, self.technician, at(2, 10))
        self.assertEqual(len(self._get_sms()), 1)
        self.assertEqual(visit.reminded_on, at(1, 19, 30))
        self._run(at(1, 19, 45))
        self.assertEqual(len(self._get_sms()), 1)

    def test_a_cron_that_slept_reminds_at_the_next_decent_hour_but_never_after_the_visit(self):
        self._agree(self.order, self.technician, at(2, 10))
        self._run(at(1, 21))
        self.assertFalse(self._get_sms("we remind you"), "not at nine in the evening")
        self._run(at(2, 8))
        self.assertEqual(len(self._get_sms("we remind you")), 1)
        self._agree(self._create_order(), self.technician, at(3, 10))
        self._run(at(3, 10))
        self.assertEqual(len(self._get_sms("we remind you")), 1)

    def test_only_agreed_visits_are_reminded_of(self):
        self._propose(self._create_order(), self.technician, at(2, 8))
        self._agree(self._create_order(), self.technician, at(2, 10)).action_cancel()
        self._run(at(1, 18))
        self.assertFalse(self._get_sms("we remind you"))

    def test_a_moved_visit_is_reminded_of_at_its_new_time(self):
        old = self._agree(self.order, self.technician, at(2, 10))
        self._run(at(1, 18))
        with freeze_time(at(1, 18, 30)):
            self._agree(self.order, self.technician, at(3, 10), moved=old, reason="Customer travels")
        self._run(at(2, 18))
        self.assertEqual(len(self._get_sms("we remind you")), 2)

    def test_one_bad_visit_does_not_keep_the_others_from_being_reminded(self):
        bad, good = self._agree(self.order, self.technician, at(2, 8)), self._agree(self._create_order(), self.technician, at(2, 10))
        send = type(bad)._send_message

        def fail(visit, kind):
            if visit == bad:
                visit.env.cr.execute("SELECT 1 / 0")
            return send(visit, kind)

        with patch.object(type(bad), "_send_message", fail), mute_logger(
                "odoo.sql_db", "odoo.addons.repair_service.models.repair_appointment_reminder"):
            self._run(at(1, 18))
        self.assertEqual((bad.reminded_on, good.reminded_on), (False, at(1, 18)))
        self._run(at(1, 18, 15))
        self.assertEqual(bad.reminded_on, at(1, 18, 15), "the next run tries again")

    def test_looking_for_reminders_costs_the_same_for_many(self):
        for number in range(12):
            self._agree(self._create_order(), self.technician, at(2, 0) + timedelta(hours=2 * number))

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env["repair.appointment"]._get_to_remind()
            return self.cr.sql_log_count - before

        with freeze_time(at(1, 18)):
            self.assertEqual(len(self.env["repair.appointment"]._get_to_remind()), 12)
            count()
            many = count()
            self.env["repair.appointment"].search([("start", ">", at(2, 3))])._flow_write({"reminded_on": at(1, 18)})
            few = count()
        self.assertLessEqual(many, few + 1)

    def test_the_reminder_speaks_the_customers_language(self):
        template = self.env.ref("repair_service.sms_template_visit_reminder")
        template.with_context(lang="zh_CN").body = "【{{ object.company_id.name }}】明天上门：{{ object.window }}"
        self.partner.lang = "zh_CN"
        self._agree(self.order, self.technician, at(2, 10))
        self._run(at(1, 18))
        self.assertEqual(self._get_sms("明天上门"), [f"【{self.company.name}】明天上门：3月3日周三 10:00-12:00"])

    def test_hours_that_make_no_day_are_refused(self):
        wrong = {"repair_message_from": 21}, {"repair_message_until": 25}, {"repair_reminder_hour": 22}, {"repair_message_from": -1}
        for values in wrong:
            with self.subTest(values), self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
                self.company.write(values)
                self.env.flush_all()


@tagged("post_install", "-at_install")
class TestVisitMessages(MessageCase):

    def test_the_customer_hears_when_the_technician_sets_off(self):
        visit = self._agree(self.order, self.technician, at(1, 10))
        with freeze_time(at(1, 9, 30)):
            visit.with_user(self.user_technician).action_depart()
        self.assertEqual(self._get_sms("is on the way"), [f"{self.company.name}: Wang Wei, 13900001111, is on the way to you."])
        self.assertEqual(len(self._get_mails("on the way")), 1)

    def test_a_departure_before_the_decent_hours_is_told_then_unless_he_is_there(self):
        self.technician.resource_calendar_id = self._create_calendar("Early", ((0, 24),))
        visit, other = self._agree(self.order, self.technician, at(1, 7)), self._agree(self._create_order(), self.technician, at(1, 9))
        with freeze_time(at(1, 6, 45)):
            visit.action_depart()
            other.action_depart()
        with freeze_time(at(1, 7, 10)):
            visit.action_arrive()
        self.assertFalse(self._get_sms("is on the way"))
        self.assertEqual(other.waiting_message_ids.send_at, at(1, 8))
        self._run(at(1, 7, 45))
        self.assertFalse(self._get_sms("is on the way"))
        self._run(at(1, 8))
        self.assertEqual(len(self._get_sms("is on the way")), 1)
        self.assertFalse(self.env["repair.appointment.message"].search([]))

    def test_a_departure_that_would_be_told_after_the_visit_is_not_told(self):
        visit = self._agree(self.order, self.technician, at(1, 20))
        with freeze_time(at(1, 21)):
            visit.action_depart()
        self.assertFalse(visit.waiting_message_ids)
        self.assertFalse(self._get_sms("is on the way"))

    def test_a_visit_agreed_at_night_is_told_in_the_morning(self):
        with freeze_time(at(1, 23)):
            visit = self._agree(self.order, self.technician, at(3, 10))
        self.assertFalse(self._get_sms())
        self.assertEqual((visit.waiting_message_ids.kind, visit.waiting_message_ids.send_at), ("confirmed", at(2, 8)))
        self._run(at(2, 8))
        self.assertEqual(len(self._get_sms()), 1)

    def test_a_visit_agreed_at_night_for_the_same_night_is_told_at_once(self):
        with freeze_time(at(1, 22)):
            self._agree(self.order, self.technician, at(1, 23))
        self.assertEqual(len(self._get_sms()), 1)

    def test_what_was_put_off_and_is_not_so_any_more_is_not_said(self):
        with freeze_time(at(1, 23)):
            visit = self._agree(self.order, self.technician, at(3, 10))
            visit.action_cancel()
        self._run(at(2, 8))
        self.assertEqual(len(self._get_sms()), 1)
        self.assertIn("is called off", self._get_sms()[0])

    def test_a_visit_called_off_and_agreed_anew_at_night_is_told_as_agreed(self):
        visit = self._agree(self.order, self.technician, at(2, 10))
        with freeze_time(at(1, 23)):
            visit.action_cancel()
            self._agree(self.order, self.technician, at(3, 10))
        self._run(at(2, 8))
        self.assertFalse(self._get_sms("is called off"))
        self.assertEqual(len(self._get_sms()), 2)

    def test_what_changes_several_times_at_night_is_told_once(self):
        visit = self._agree(self.order, self.technician, at(2, 10))
        with freeze_time(at(1, 23)):
            visit.action_cancel()
            visit = self._agree(self.order, self.technician, at(3, 10))
            visit = self._agree(self.order, self.technician, at(3, 14), moved=visit, reason="x")
            visit.action_cancel()
            self._agree(self._create_order(), self.technician, at(3, 10))
        self._run(at(2, 8))
        self.assertEqual(len(self._get_sms("is called off")), 1)
        self.assertEqual(len(self._get_sms()), 3, "agreed by day, called off, and the other order's")

    def test_the_customer_hears_of_a_moved_visit(self):
        old = self._agree(self.order, self.technician, at(1, 10))
        self._agree(self.order, self.technician, at(2, 14), moved=old, reason="Technician ill")
        self.assertEqual(self._get_sms("moved"), [
            f"{self.company.name}: your visit is moved to Wed, Mar 3 14:00-16:00. Wang Wei, 13900001111, comes to you."])
        mail = self._get_mails("our visit is moved")
        self.assertIn("Tue, Mar 2 10:00-12:00", mail.body)
        self.assertFalse(self._get_sms("called off"))

    def test_the_customer_hears_of_a_visit_called_off_with_its_order(self):
        self._agree(self.order, self.technician, at(1, 10))
        self.order.action_repair_cancel()
        self.assertEqual(len(self._get_sms("is called off")), 1)

    def test_the_customer_hears_nothing_when_work_that_is_done_needs_no_visit_any_more(self):
        self._agree(self.order, self.technician, at(1, 10))
        self._to_stage(self.order, "diagnosed")
        self.order.next_appointment_id.action_done()
        again = self._agree(self.order, self.technician, at(2, 10))
        self._to_stage(self.order, "accepted")
        self.assertEqual(again.state, "cancelled")
        self.assertFalse(self._get_sms("called off"))

    def test_who_opted_out_of_sms_gets_none(self):
        self.partner.phone = "+8613800001234"
        self.partner._phone_set_blacklisted()
        self._agree(self.order, self.technician, at(1, 10))
        self.assertFalse(self._get_sms())

    def test_without_address_and_number_the_visit_is_agreed_all_the_same(self):
        self.partner.write({"email": False, "phone": False})
        visit = self._agree(self.order, self.technician, at(0, 10))
        visit.action_depart()
        self.assertEqual(visit.state, "travelling")

    def test_nobody_is_told_by_a_slip_of_the_finger_that_somebody_is_on_the_way(self):
        """Tomorrow's visit at ten: its technician sets off from ten this evening on, half a day before."""
        visit = self._agree(self.order, self.technician, at(1, 10)).with_user(self.user_technician)
        with freeze_time(at(0, 21, 59)), self.assertRaisesRegex(UserError, "Tue, Mar 2 10:00-12:00: it is too early to set off"):
            visit.action_next_step()
        self.assertEqual((visit.state, self._get_sms("is on the way")), ("confirmed", []))
        with freeze_time(at(0, 22)):
            visit.action_next_step()
        self.assertEqual(visit.state, "travelling")

    def test_with_another_technician_at_the_same_time_nothing_moved(self):
        old = self._agree(self.order, self.technician, at(1, 10))
        other = self._create_technician("Liu Yang", mobile_phone="13911112222")
        new = self._agree(self.order, other, at(1, 10), moved=old, reason="Technician ill")
        self.assertFalse(self._get_sms("is moved"))
        self.assertIn("Liu Yang, 13911112222, visits you on Tue, Mar 2 10:00-12:00", self._get_sms()[-1])
        self._run(at(0, 18))
        self.assertTrue(new.reminded_on)
        self.assertIn("Liu Yang", self._get_sms("we remind you")[0])

    def test_a_message_that_cannot_be_sent_is_kept_with_its_reason(self):
        with freeze_time(at(1, 23)):
            bad = self._agree(self.order, self.technician, at(3, 10))
            self._agree(self._create_order(), self.technician, at(3, 14))
        send = type(bad)._send_message

        def fail(visit, kind):
            if visit == bad:
                raise ValueError("no such template")
            return send(visit, kind)

        with patch.object(type(bad), "_send_message", fail), mute_logger("odoo.addons.repair_service.models.repair_appointment_reminder"):
            self._run(at(2, 8))
        self.assertEqual(bad.waiting_message_ids.error, "no such template")
        self.assertEqual(len(self._get_sms()), 1)

    def test_messages_put_off_are_read_by_those_who_read_the_visit_and_written_by_nobody(self):
        with freeze_time(at(1, 23)):
            visit = self._agree(self.order, self.technician, at(3, 10))
        message = visit.waiting_message_ids
        for user in (self.user_desk, self.user_technician, self.user_manager, self.user_inspector):
            self.assertEqual(message.with_user(user).kind, "confirmed")
            self.assertFalse(message.with_user(user).has_access("write") or message.with_user(user).has_access("create"))
        self.assertFalse(message.with_user(self.user_other_technician).search_count([]))

    def test_the_confirmation_carries_the_link_by_which_the_customer_changes_it(self):
        self._agree(self.order, self.technician, at(1, 10))
        self.assertIn(self.order._get_short_url(), self._get_sms()[0])
        self.assertIn(self.order._get_short_url(), self._get_mails("our visit on").body)

    def test_the_cron_runs_as_the_scheduler_runs_it(self):
        visit = self._agree(self.order, self.technician, at(2, 10))
        with freeze_time(at(1, 18)), self.enter_registry_test_mode():
            self.env.ref("repair_service.ir_cron_tell_customers").method_direct_trigger()
        self.assertTrue(visit.reminded_on)
