from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged, users

from .common_booking import BookingCase, at


@tagged("post_install", "-at_install")
class TestAppointmentCalendar(BookingCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.technician = cls._create_technician(user_id=cls.user_technician.id)
        cls.other = cls._create_technician("Liu Yang", user_id=cls.user_other_technician.id)
        cls.order, cls.order2 = cls._create_order(), cls._create_order()
        cls.visit = cls._agree(cls.order, cls.technician, at(1, 10))
        cls.event = cls._get_event(cls.visit)

    @classmethod
    def _get_event(cls, visit):
        return cls.env["calendar.event"].sudo().with_context(active_test=False).search([("appointment_id", "in", visit.ids)])

    def _rpc(self, records, method, *args, **kwargs):
        return call_kw(self.env[records._name], method, (records.ids, *args), kwargs)

    def _assert_in_step(self):
        self.env.invalidate_all()
        self.assertFalse(self.env["repair.appointment"].sudo().search([])._get_out_of_step())

    def test_an_agreed_visit_stands_in_the_technicians_calendar(self):
        event = self.event
        self.assertEqual(len(event), 1)
        self.assertEqual((event.start, event.stop), (at(1, 10), at(1, 12)))
        self.assertEqual(event.name, f"Wang Fang · {self.order.name}")
        self.assertIn("Century Avenue", event.location)
        self.assertEqual((event.user_id, event.partner_ids), (self.user_technician, self.user_technician.partner_id))
        self.assertEqual((event.res_model, event.res_id, event.privacy), ("repair.appointment", self.visit.id, "private"))
        self.assertEqual((event.alarm_ids.ids, event.activity_ids.ids, event.recurrency), ([], [], False))
        self.assertEqual(event.attendee_ids.state, "accepted")

    def test_the_calendar_sends_nothing(self):
        self._agree(self.order, self.technician, at(2, 10), moved=self.visit, reason="Customer asked")
        self._agree(self.order2, self.other, at(2, 10)).action_cancel()
        for model in ("mail.message", "mail.mail"):
            self.assertFalse(self.env[model].sudo().search([("model", "=", "calendar.event")]))
        self.assertFalse(self.event.message_partner_ids - self.user_technician.partner_id)

    def test_proposals_and_technicians_without_user_have_no_event(self):
        proposed = self._propose(self.order2, self.technician, at(2, 10))
        nobody = self._agree(self._create_order(), self._create_technician("No User"), at(2, 10))
        self.assertFalse(self._get_event(proposed | nobody))
        self._assert_in_step()

    def test_every_step_keeps_visits_and_events_in_step(self):
        moved = self._agree(self.order, self.technician, at(1, 13), moved=self.visit, reason="Customer asked")
        self.assertEqual(self._get_event(moved), self.event, "the event moves along")
        self.assertFalse(self._get_event(self.visit))
        self.assertEqual(self.event.start, at(1, 13))
        self._assert_in_step()
        given = self._agree(self.order, self.other, at(1, 13), moved=moved, reason="Ill")
        self.assertFalse(self.event.exists())
        self.assertEqual(self._get_event(given).user_id, self.user_other_technician)
        self._assert_in_step()
        for step in ("action_depart", "action_arrive", "action_done"):
            with freeze_time(at(1, 13)):
                getattr(given, step)()
            self._assert_in_step()
        self.assertEqual(len(self._get_event(given)), 1, "what was done stays in the calendar")
        called_off = self._agree(self.order2, self.technician, at(3, 10))
        called_off.action_cancel()
        self.assertFalse(self._get_event(called_off))
        self._assert_in_step()

    def test_the_customer_leaves_the_technicians_calendar_with_the_end_of_the_order(self):
        """Who he was and where he lives is for the time of the work; that the technician was out stays."""
        self._to_stage(self.order, "accepted")
        self.assertIn("Wang Fang", self.event.name)
        self.assertIn("Century Avenue", self.event.location)
        self.order._flow_write({"service_stage": "closed"})
        event = self.event.with_user(self.user_technician)
        self.assertEqual((event.name, event.location, event.start), (self.order.name, False, at(1, 10)))
        self._assert_in_step()

    def test_the_end_of_the_order_takes_its_visits_out_of_the_calendar(self):
        self.order.action_repair_cancel()
        self.assertFalse(self.event.exists())
        self._assert_in_step()

    @users("test_dispatcher")
    def test_who_plans_moves_a_visit_by_moving_its_event(self):
        sent = self.env["mail.message"].sudo().search_count([("model", "=", "repair.order"), ("res_id", "=", self.order.id)])
        event = self.event.with_env(self.env).sudo(False)
        self.assertTrue(event.user_can_edit)
        self._rpc(event, "write", {"start": "2027-03-03 02:00:00", "stop": "2027-03-03 04:00:00", "allday": False})
        new = self.order.next_appointment_id
        self.assertNotEqual(new, self.visit)
        self.assertEqual((new.start, new.stop, new.technician_id.id, new.state), (at(2, 10), at(2, 12), self.technician.id, "confirmed"))
        self.assertEqual((self.visit.state, new.rescheduled_from_id), ("cancelled", self.visit))
        self.assertIn("calendar", self.visit.reschedule_reason)
        self.assertEqual((self.event.start, self.event.appointment_id), (at(2, 10), new))
        self.assertEqual(self.event.attendee_ids.state, "accepted")
        self.assertGreater(
            self.env["mail.message"].sudo().search_count([("model", "=", "repair.order"), ("res_id", "=", self.order.id)]), sent)
        self._assert_in_step()

    @users("test_desk")
    def test_an_event_that_only_starts_later_keeps_its_length(self):
        self._rpc(self.event, "write", {"start": "2027-03-03 02:00:00"})
        self.assertEqual(self.order.next_appointment_id.stop, at(2, 12))
        self._rpc(self.event, "write", {"duration": 1.0})
        self.assertEqual((self.event.start, self.event.stop), (at(2, 10), at(2, 11)))
        self._assert_in_step()

    @users("test_desk")
    def test_a_move_that_is_impossible_changes_nothing(self):
        self._agree(self.order2, self.technician, at(2, 10))
        for values, words in (
            ({"start": "2027-03-03 03:00:00", "stop": "2027-03-03 05:00:00"}, "another visit in that time"),
            ({"start": "2027-02-26 02:00:00", "stop": "2027-02-26 04:00:00"}, "past"),
            ({"start": "2027-03-04 02:00:00", "stop": "2027-03-05 02:00:00"}, "12 hours"),
            ({"start": "2027-03-03 02:00:00", "stop": "2027-03-03 02:00:00"}, "end after"),
            ({"start": "nonsense"}, "no moment"),
            ({"allday": True}, "follows from the service visit"),
            ({"name": "Mine"}, "follows from the service visit"),
            ({"partner_ids": [Command.link(self.partner.id)]}, "follows from the service visit"),
            ({"user_id": self.user_other_technician.id}, "follows from the service visit"),
            ({"privacy": "public"}, "follows from the service visit"),
            ({"appointment_id": False}, "follows from the service visit"),
            ({"appointment_id": self.visit.id}, "comes by itself"),
            ({"recurrency": True, "rrule_type": "weekly", "count": 3}, "takes place once"),
        ):
            with self.subTest(values), self.assertRaisesRegex(UserError, words), self.cr.savepoint():
                self._rpc(self.event, "write", values, context={"repair_flow": True, "lang": "en_US"})
        self.assertEqual((self.visit.state, self.event.start, self.event.appointment_id), ("confirmed", at(1, 10), self.visit))
        self.assertEqual(self.order.appointment_ids, self.visit)
        self._assert_in_step()

    @users("test_desk")
    def test_a_visit_under_way_is_not_moved(self):
        self.visit.action_arrive()
        with self.assertRaisesRegex(UserError, "Rescheduling"):
            self._rpc(self.event, "write", {"start": "2027-03-03 02:00:00"})
        with self.assertRaisesRegex(UserError, "Cancelling"):
            self._rpc(self.event, "unlink")

    @users("test_technician", "test_technician2", "test_inspector")
    def test_others_neither_move_nor_delete_nor_widen_an_event(self):
        event = self.event.with_env(self.env).sudo(False)
        for method, *args in (
            ("write", {"start": "2027-03-03 02:00:00"}), ("write", {"active": False}), ("unlink",),
            ("write", {"partner_ids": [Command.link(self.partner.id)]}), ("action_mass_archive", "self_only"), ("action_archive",),
            ("write", {"attendee_ids": [Command.create({"partner_id": self.partner.id})]}),
            ("action_join_meeting", self.partner.id),
        ):
            with self.subTest(method, args=args), self.assertRaises(UserError), self.cr.savepoint():
                self._rpc(event, method, *args, context={"repair_flow": 1})
        with self.assertRaises(UserError), self.cr.savepoint():
            self.env["calendar.attendee"].create({"event_id": event.id, "partner_id": self.partner.id})
        with self.assertRaises(UserError), self.cr.savepoint():
            self.event.attendee_ids.with_env(self.env).sudo(False).unlink()
        self.assertEqual((self.visit.state, self.event.partner_ids), ("confirmed", self.user_technician.partner_id))
        self._assert_in_step()

    @users("test_technician")
    def test_the_technician_sets_his_own_reminder(self):
        alarm = self.env["calendar.alarm"].create({"name": "Soon", "alarm_type": "notification", "duration": 30, "interval": "minutes"})
        self._rpc(self.event, "write", {"alarm_ids": [Command.set(alarm.ids)], "start": "2027-03-02 02:00:00"})
        self.assertEqual(self.event.alarm_ids, alarm)
        self.assertEqual(self.visit.state, "confirmed")

    @users("test_manager")
    def test_an_event_deleted_by_who_plans_calls_the_visit_off(self):
        self._rpc(self.event, "unlink")
        self.assertEqual(self.visit.state, "cancelled")
        self.assertEqual(self.visit.cancel_reason, f"Deleted in the calendar by {self.env.user.name}.")
        self.assertEqual(self.order.service_stage, "requested")
        self._assert_in_step()

    @users("test_desk")
    def test_the_bin_of_the_calendar_calls_the_visit_off(self):
        """The web client declines for the technician, when somebody else throws his event away."""
        self._rpc(self.event.attendee_ids, "do_decline")
        self.assertEqual(self.visit.state, "cancelled")
        self._assert_in_step()

    @users("test_technician", "test_technician2")
    def test_a_technician_does_not_decline_his_visit(self):
        attendee = self.event.attendee_ids
        for method, *args in (("do_decline",), ("write", {"state": "declined"})):
            with self.subTest(method), self.assertRaises(AccessError), self.cr.savepoint():
                self._rpc(attendee, method, *args)
        if self.env.user == self.user_technician:
            with self.assertRaises(AccessError), self.cr.savepoint():
                self._rpc(self.event, "change_attendee_status", "declined", "self_only")
        self.assertEqual((self.visit.state, attendee.state), ("confirmed", "accepted"))

    @users("test_desk")
    def test_an_archived_event_calls_the_visit_off_too(self):
        self._rpc(self.event, "action_archive")
        self.assertEqual(self.visit.state, "cancelled")
        self._assert_in_step()

    @users("test_manager")
    def test_no_event_is_forged_for_a_visit(self):
        proposed = self._propose(self.order2, self.other, at(2, 10))
        values = {"name": "x", "start": "2027-03-03 02:00:00", "stop": "2027-03-03 04:00:00"}
        with self.assertRaises(UserError), self.cr.savepoint():
            self.env["calendar.event"].create({**values, "appointment_id": proposed.id})
        event = self.env["calendar.event"].with_context(default_appointment_id=proposed.id, repair_flow=True).create(values)
        self.assertFalse(event.appointment_id)
        with self.assertRaises(UserError):
            event.write({"appointment_id": proposed.id})

    @users("test_manager")
    def test_no_series_is_made_of_a_visit_by_the_back_door(self):
        for values in (
            {"base_event_id": self.event.id, "rrule_type": "weekly", "count": 3},
            {"calendar_event_ids": [Command.link(self.event.id)], "rrule_type": "weekly", "count": 3},
        ):
            with self.subTest(values), self.assertRaises(ValidationError if "base_event_id" in values else UserError), self.cr.savepoint():
                self.env["calendar.recurrence"].create(values)

    def test_customers_are_told_to_nobody_by_the_calendar(self):
        plain = new_test_user(self.env, "test_plain_calendar", "base.group_user")
        for user in (plain, self.user_other_technician, self.user_inspector):
            with self.subTest(user.login):
                self.env.invalidate_all()
                events = self.env["calendar.event"].with_user(user).with_context(lang="en_US")
                [values] = events.search_read([("id", "=", self.event.id)], ["name", "location", "appointment_id", "start"])
                self.assertEqual(
                    (values["name"], values["location"], values["appointment_id"], values["start"]), ("Busy", False, False, at(1, 10)))
                for probe in ("name", "location", "display_name"):
                    self.assertNotIn(self.event.id, events.search([(probe, "ilike", "a")]).ids)
                self.assertFalse(events._read_group([("id", "=", self.event.id)], ["name"]))
        for user in (self.user_technician, self.user_desk, self.user_manager):
            with self.subTest(user.login):
                self.env.invalidate_all()
                events = self.env["calendar.event"].with_user(user)
                found = events.search([("name", "ilike", "Wang Fang"), ("id", "=", self.event.id)])
                self.assertEqual((found.name, found.appointment_id.id), (self.event.sudo().name, self.visit.id))

    def test_the_desk_of_another_company_sees_busy_only(self):
        company = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env, "test_stranger", "repair_service.repair_service_group_desk", company_id=company.id, company_ids=[(6, 0, company.ids)])
        event = self.event.with_user(stranger).with_context(lang="en_US").sudo(False)
        self.env.invalidate_all()
        self.assertEqual(event.name, "Busy")
        with self.assertRaises(AccessError):
            event.write({"start": "2027-03-03 02:00:00"})
        with self.assertRaises(AccessError):
            event.unlink()

    def test_the_cron_repairs_what_is_out_of_step(self):
        self.env.cr.execute("DELETE FROM calendar_event WHERE id = %s", [self.event.id])
        self.env.invalidate_all()
        self.assertEqual(self.env["repair.appointment"].search([])._get_out_of_step(), self.visit)
        self.env["repair.appointment"]._cron_sync_events()
        self.assertEqual(len(self._get_event(self.visit)), 1)
        self.partner.name = "Wang Fangfang"
        self.env["repair.appointment"]._cron_sync_events()
        self.assertIn("Fangfang", self._get_event(self.visit).name)
        self._assert_in_step()

    def test_another_user_of_the_technician_takes_the_events_over(self):
        self.technician.user_id = new_test_user(self.env, "test_newcomer", "repair_service.repair_service_group_technician")
        self.assertEqual(self._get_event(self.visit).user_id.login, "test_newcomer")
        self.technician.user_id = False
        self.assertFalse(self._get_event(self.visit))
        self._assert_in_step()

    def test_the_place_follows_the_order(self):
        place = self.env["res.partner"].create({"name": "Flat", "parent_id": self.partner.id, "type": "other", "street": "9 Nanjing Road"})
        self.appliance.address_id = place
        self.env["repair.appointment"]._cron_sync_events()
        self.assertIn("9 Nanjing Road", self._get_event(self.visit).location)

    def test_queries_do_not_grow_with_the_visits(self):
        def count(visits):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            visits._sync_events()
            self.env.flush_all()
            return self.cr.sql_log_count - before

        visits = self.env["repair.appointment"]
        for day in range(3, 33):
            visits |= self._agree(self._create_order(), self.technician, at(day, 10))
        self.env.cr.execute("DELETE FROM calendar_event WHERE appointment_id IN %s", [tuple(visits.ids)])
        one, many = count(visits[:1]), count(visits[1:])
        self.assertLessEqual(many, one + 10)
        self.assertEqual(len(self._get_event(visits)), 30)
        self.assertLess(count(visits), 20, "nothing is written when nothing changed")
