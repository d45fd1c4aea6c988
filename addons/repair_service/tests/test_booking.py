from datetime import date, timedelta
from unittest.mock import patch

from odoo.exceptions import RedirectWarning, UserError, ValidationError
from odoo.tests import Form, tagged, users
from odoo.tools import format_date, mute_logger

from .common_booking import BookingCase, at


@tagged("post_install", "-at_install")
class TestProposals(BookingCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.technician = cls._create_technician()
        cls.order = cls._create_order()

    def _find(self, limit=1000, order=None, **options):
        slots, problem = (order or self.order)._find_slots(limit, **options)
        self.assertFalse(problem)
        return slots

    def _starts(self, technician=None, **options):
        return [slot.start for slot in self._find(**options) if slot.technician == (technician or self.technician).id]

    def test_windows_of_the_first_day(self):
        """08-12 and 13-17 hold 08-10, 10-12, 13-15, 15-17 of one technician; then comes Tuesday."""
        self.assertEqual(self._starts()[:5], [at(0, 8), at(0, 10), at(0, 13), at(0, 15), at(1, 8)])

    def test_nothing_on_free_days(self):
        days = {(start + timedelta(hours=8)).weekday() for start in self._starts()}
        self.assertEqual(days, {0, 1, 2, 3, 4})

    def test_two_weeks_ahead_and_no_more(self):
        """From Monday 08:00 on ten working days of four windows each; the last one ends before Monday the 15th, 08:00."""
        starts = self._starts()
        self.assertEqual((len(starts), starts[-1]), (40, at(11, 15)))

    def test_limit(self):
        self.assertEqual(len(self._find(limit=3)), 3)

    def test_starts_at_the_customers_wish(self):
        self.order.preferred_start = at(3, 13, 10)
        self.assertEqual(self._starts()[:2], [at(3, 13, 30), at(4, 8)])

    def test_wish_in_the_past_does_not_count(self):
        self.order.preferred_start = at(-3, 10)
        self.assertEqual(self._starts()[0], at(0, 8))

    def test_length_of_the_window_is_the_companys(self):
        self.company.repair_visit_hours = 4
        self.assertEqual([(slot.start, slot.stop) for slot in self._find(limit=2)], [(at(0, 8), at(0, 12)), (at(0, 13), at(0, 17))])

    def test_visits_keep_their_time(self):
        self._propose(self._create_order(), self.technician, at(0, 9))
        self._agree(self._create_order(), self.technician, at(0, 13))
        self.assertEqual(self._starts()[:2], [at(0, 15), at(1, 8)], "09-11 leaves 08-09 and 11-12, too short for two hours")

    def test_cancelled_visit_gives_its_time_back(self):
        self._agree(self._create_order(), self.technician, at(0, 8)).action_cancel()
        self.assertEqual(self._starts()[0], at(0, 8))

    def test_visit_that_is_moved_counts_as_free(self):
        visit = self._agree(self.order, self.technician, at(0, 8))
        self.assertEqual(self._starts()[0], at(0, 10))
        self.assertEqual(self._starts(moved=visit)[0], at(0, 8))

    def test_own_leave(self):
        self.env["resource.calendar.leaves"].create({
            "name": "Wedding", "resource_id": self.technician.resource_id.id, "calendar_id": self.calendar.id,
            "date_from": at(0, 0), "date_to": at(1, 12)})
        self.assertEqual(self._starts()[0], at(1, 13))
        colleague = self._create_technician("Liu Yang")
        self.assertEqual(self._starts(colleague)[0], at(0, 8), "the leave of one is not the leave of the other")

    def test_public_holiday(self):
        self.env["resource.calendar.leaves"].create({
            "name": "Qingming", "calendar_id": False, "company_id": self.company.id, "date_from": at(0, 0), "date_to": at(2, 0)})
        self.assertEqual(self._starts()[0], at(2, 8))

    def test_own_calendar(self):
        weekend = self._create_technician("Weekend", resource_calendar_id=self._create_calendar("Weekend", ((9, 13),), "56").id)
        self.assertEqual(self._starts(weekend), [at(5, 9), at(5, 11), at(6, 9), at(6, 11), at(12, 9), at(12, 11), at(13, 9), at(13, 11)])

    def test_who_has_no_calendar_follows_the_companys(self):
        self.company.resource_calendar_id = self.calendar
        flexible = self._create_technician("Flexible", resource_calendar_id=False)
        starts = self._starts(flexible)
        self.assertEqual((starts[0], len(starts)), (at(0, 8), 40))

    def test_archived_and_unticked_are_not_proposed(self):
        archived = self._create_technician("Archived")
        archived.active = False
        clerk = self._create_technician("Clerk", is_technician=False)
        self.assertFalse({archived.id, clerk.id} & {slot.technician for slot in self._find()})

    def test_technicians_of_another_company_are_not_proposed(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self._create_technician("Foreign", company_id=company.id, resource_calendar_id=company.resource_calendar_id.id)
        self.assertNotIn(foreign.id, {slot.technician for slot in self._find()})

    def test_unqualified_are_not_proposed(self):
        other = self._create_technician("Liu Yang")

        def disqualified(employee, category, date):
            return "No certificate" if employee == self.technician and category == self.category else ""

        with patch.object(type(self.technician), "_get_disqualification", disqualified):
            self.assertEqual({slot.technician for slot in self._find()}, {other.id})

    def test_certificate_that_runs_out_ends_the_proposals(self):
        """Valid until Wednesday 3 March: Thursday is not offered."""
        with patch.object(
            type(self.technician), "_get_disqualification",
            lambda employee, category, date: "Expired" if date.isoformat() > "2027-03-03" else "",
        ):
            self.assertEqual(self._starts()[-1], at(2, 15))

    def test_technician_of_the_territory_comes_first_at_the_same_hour(self):
        local = self._create_technician("Local", territory_ids=[(4, self.territory.id)])
        first, second = self._find(limit=2)
        self.assertEqual((first.start, first.technician), (at(0, 8), local.id))
        self.assertEqual((second.start, second.technician), (at(0, 8), self.technician.id))
        self.assertEqual(self.order._describe_slot(first), "In the territory Pudong · No visit that day yet")
        self.assertEqual(self.order._describe_slot(second), "From outside the territory Pudong · No visit that day yet")

    def test_emptier_day_comes_first_at_the_same_hour(self):
        idle = self._create_technician("Idle")
        self._agree(self._create_order(), self.technician, at(0, 15))
        first, second = self._find(limit=2)
        self.assertEqual((first.technician, second.technician), (idle.id, self.technician.id))
        self.assertEqual(self.order._describe_slot(second), "From outside the territory Pudong · Visits that day: 1")

    def test_technician_who_knows_the_case_comes_first(self):
        local = self._create_technician("Local", territory_ids=[(4, self.territory.id)])
        self._agree(self.order, self.technician, at(0, 8)).action_arrive()
        slot = self._find(limit=1)[0]
        self.assertEqual((slot.technician, slot.start), (local.id, at(0, 8)), "earlier comes before everything")
        slots = [slot for slot in self._find(limit=8) if slot.start == at(0, 10)]
        self.assertEqual(slots[0].technician, self.technician.id)
        self.assertIn("Knows the case", self.order._describe_slot(slots[0]))

    def test_why_nothing_is_proposed(self):
        with patch.object(type(self.technician), "_get_disqualification", lambda *args: "No certificate."):
            slots, problem = self.order._find_slots()
        self.assertEqual(slots, [])
        self.assertIn("No technician may take Test fridge", problem)
        self.assertIn("Wang Wei: No certificate.", problem)
        self.env["resource.calendar.leaves"].create({
            "name": "Closed", "calendar_id": False, "company_id": self.company.id, "date_from": at(0, 0), "date_to": at(20, 0)})
        until = format_date(self.env, date(2027, 3, 15))
        self.assertIn(f"No qualified technician has 2 free hours in a row until {until}", self.order._find_slots()[1])
        self.technician.active = False
        self.assertIn("no service technician", self.order._find_slots()[1])

    def test_queries_do_not_grow_with_the_technicians(self):
        def count():
            for _warm_up in range(2):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.cr.sql_log_count
                self.order.with_user(self.user_desk)._find_slots(8)
            return self.cr.sql_log_count - before

        for number in range(4):
            self._create_technician(f"T{number}", territory_ids=[(4, self.territory.id)])
        self._propose(self._create_order(), self.technician, at(1, 8))
        few = count()
        for number in range(45):
            technician = self._create_technician(f"More {number}", territory_ids=[(4, self.territory.id)])
            self._propose(self._create_order(), technician, at(1, 8))
        self.assertEqual(count(), few)
        self.assertLessEqual(few, 40)


@tagged("post_install", "-at_install")
class TestTerritory(BookingCase):

    def _find(self, postcode):
        return self.env["repair.territory"]._find_for_partner(self.env["res.partner"].new({"zip": postcode}))

    def test_longest_prefix_wins(self):
        inner = self.env["repair.territory"].create({"name": "Inner", "code": "T-IN", "zip_prefixes": "987612"})
        self.assertEqual(self._find("987610"), self.territory)
        self.assertEqual(self._find(" 987 612 "), inner)
        self.assertFalse(self._find("987639"))
        self.assertFalse(self._find(False))

    def test_prefixes_may_be_separated_the_chinese_way(self):
        self.territory.zip_prefixes = "98771，98772、98773"
        self.assertEqual(self._find("987730"), self.territory)

    def test_a_prefix_belongs_to_one_territory(self):
        with self.assertRaisesRegex(ValidationError, "98762.*Pudong"):
            self.env["repair.territory"].create({"name": "Copy", "code": "T-CP", "zip_prefixes": "98762"})

    def test_a_prefix_is_letters_and_digits(self):
        with self.assertRaisesRegex(ValidationError, "98-1"):
            self.territory.zip_prefixes = "98-1"

    def test_other_companies_may_use_the_same_postcodes(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        other = self.env["repair.territory"].create({"name": "Same", "code": "T-PD", "zip_prefixes": "98761", "company_id": company.id})
        self.assertEqual(self._find("987610"), self.territory)
        self.assertTrue(other)


@tagged("post_install", "-at_install")
class TestBookingDialogue(BookingCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.technician = cls._create_technician(user_id=cls.user_technician.id, territory_ids=[(4, cls.territory.id)])
        cls.order = cls._create_order()

    def _open(self, record=None, method="action_book"):
        action = getattr((record or self.order).with_env(self.env), method)()
        return self.env[action["res_model"]].browse(action["res_id"])

    @users("test_desk", "test_dispatcher", "test_manager")
    def test_a_proposal_is_booked_with_one_button(self):
        self.order = self._create_order()
        booking = self._open()
        self.assertLessEqual(len(booking.line_ids), 8)
        line = booking.line_ids[0]
        expected = (line.technician_id.id, line.start, line.stop)
        self.assertEqual(line.action_book(), {"type": "ir.actions.act_window_close"})
        visit = self.order.next_appointment_id
        self.assertEqual((visit.technician_id.id, visit.start, visit.stop, visit.state), (*expected, "confirmed"))

    def test_the_window_is_told_in_the_customers_time(self):
        line = self._open().line_ids[0]
        self.assertEqual((line.window, line.reasons), ("Mon, Mar 1 08:00-10:00", "In the territory Pudong · No visit that day yet"))
        self.assertEqual(line.with_context(lang="zh_CN").window, "3月1日周一 08:00-10:00")

    @users("test_desk")
    def test_technician_and_time_by_hand(self):
        with Form(self._open()) as form:
            form.technician_id = self.technician.with_env(self.env)
            form.start = at(4, 18)
            self.assertIn("outside the working time of Wang Wei", form.warning)
            form.start = at(4, 14)
            self.assertFalse(form.warning)
            form.hours = 1.5
        form.save().action_book()
        visit = self.order.next_appointment_id
        self.assertEqual((visit.start, visit.stop), (at(4, 14), at(4, 15, 30)))

    def test_by_hand_needs_everything(self):
        booking = self._open()
        for values in ({}, {"technician_id": self.technician.id}, {"technician_id": self.technician.id, "start": at(1, 9), "hours": 0},
                       {"hours": 13}, {"hours": -1}, {"hours": 1e12}):
            booking.write(values)
            with self.assertRaisesRegex(UserError, "Choose a proposal"):
                booking.action_book()

    def test_new_wish_gives_new_proposals(self):
        booking = self._open()
        booking.preferred_start = at(2, 13)
        booking.action_search()
        self.assertEqual((booking.line_ids[0].start, self.order.preferred_start), (at(2, 13), at(2, 13)))

    def test_rescheduling_from_the_visit(self):
        self._open().line_ids[0].action_book()
        old = self.order.next_appointment_id
        booking = self._open(old, "action_reschedule")
        with self.assertRaisesRegex(UserError, "why"):
            booking.line_ids[-1].action_book()
        booking.reason = "Customer travels"
        booking.line_ids[-1].action_book()
        self.assertEqual((old.state, old.reschedule_reason), ("cancelled", "Customer travels"))
        self.assertEqual(self.order.next_appointment_id.rescheduled_from_id, old)

    def test_booking_an_order_with_a_visit_moves_the_visit(self):
        self._open().line_ids[0].action_book()
        self.assertEqual(self._open().appointment_id, self.order.next_appointment_id)

    def test_dialogue_of_a_visit_that_ended_meanwhile_books_nothing(self):
        self._open().line_ids[0].action_book()
        booking = self._open()
        booking.reason = "Customer travels"
        booking.appointment_id.action_cancel()
        with self.assertRaisesRegex(UserError, "is not possible"):
            booking.line_ids[0].action_book()
        self.assertEqual(self.order.service_stage, "requested")

    def test_a_window_lost_to_somebody_else_is_told(self):
        booking = self._open()
        line = booking.line_ids[0]
        self._agree(self._create_order(), line.technician_id, line.start)
        with self.assertRaisesRegex(RedirectWarning, "choose another window") as raised, mute_logger("odoo.sql_db"):
            line.action_book()
        self.assertEqual((self.order.service_stage, len(self.order.appointment_ids)), ("requested", 0))
        _message, action_id, _button, context = raised.exception.args
        action = self.env["ir.actions.server"].browse(action_id).with_user(self.user_desk).with_context(**context).run()
        offers = self.env["repair.booking"].browse(action["res_id"]).line_ids
        self.assertTrue(offers)
        self.assertNotIn((line.technician_id, line.start), offers.mapped(lambda offer: (offer.technician_id, offer.start)))

    def test_no_proposal_says_why(self):
        self.technician.active = False
        booking = self._open()
        self.assertFalse(booking.line_ids)
        self.assertIn("no service technician", booking.problem)


@tagged("post_install", "-at_install")
class TestConfirmationMessage(BookingCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.technician = cls._create_technician(user_id=cls.user_technician.id)
        cls.order = cls._create_order()

    def _get_messages(self, kind):
        return self.order.message_ids.filtered(lambda message: message.message_type == kind)

    @users("test_desk")
    def test_customer_is_told_who_comes_and_when(self):
        """Handbook 3.1.3: name, phone and expected time, by mail and SMS; both stand in the order's history."""
        self._agree(self.order.with_env(self.env), self.technician.with_env(self.env), at(1, 9))
        sms = self.env["sms.sms"].sudo().search([("partner_id", "=", self.partner.id)])
        mail = self.env["mail.mail"].sudo().search([("mail_message_id", "in", self.order.message_ids.ids)])
        self.assertEqual(len(sms), 1)
        self.assertEqual((sms.state, mail.state), ("outgoing", "outgoing"), "both wait in their queues")
        for body in (sms.body, self._get_messages("sms").body, mail.body_html, self._get_messages("comment").body):
            for fact in ("Wang Wei", "13900001111", "Tue, Mar 2 09:00-11:00"):
                self.assertIn(fact, body)

    @users("test_dispatcher")
    def test_the_dispatcher_tells_the_customer_too(self):
        self._agree(self.order.with_env(self.env), self.technician.with_env(self.env), at(1, 9))
        self.assertTrue(self._get_messages("comment"))

    def test_customers_language(self):
        self.partner.lang = "zh_CN"
        self._agree(self.order, self.technician, at(1, 9))
        self.assertIn("3月2日周二 09:00-11:00", self._get_messages("sms").body)

    def test_only_what_the_customer_has(self):
        self.partner.write({"email": False, "phone": False})
        self._agree(self.order, self.technician, at(1, 9))
        self.assertFalse(self._get_messages("sms") | self._get_messages("comment"))

    def test_rescheduling_tells_the_new_time(self):
        old = self._agree(self.order, self.technician, at(1, 9))
        self._agree(self.order, self.technician, at(2, 13), moved=old, reason="Customer travels")
        self.assertIn("Wed, Mar 3 13:00-15:00", self._get_messages("sms")[0].body)

    def test_technician_hears_of_a_changed_plan(self):
        visit = self._agree(self.order, self.technician, at(1, 9))
        visit.action_cancel()
        notes = self.env["mail.message"].search([("partner_ids", "in", self.user_technician.partner_id.ids)])
        self.assertEqual(set(notes.mapped("subject")), {"New visit", "Visit called off"})
        self.assertTrue(all("Tue, Mar 2 09:00-11:00" in note.body for note in notes))
