from datetime import timedelta

from freezegun import freeze_time
from lxml import etree
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .common_booking import BookingCase, at


@tagged("post_install", "-at_install")
class TestVisitOutcome(BookingCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.technician = cls._create_technician(name="Wang Wei", user_id=cls.user_technician.id)
        cls.order = cls._create_order()
        cls.visit = cls._agree(cls.order, cls.technician, at(1, 10))
        cls.own = cls.visit.with_user(cls.user_technician)

    def _answer(self, action, user=None, **values):
        dialogue = self.env[action["res_model"]].with_user(user or self.user_technician).browse(action["res_id"])
        with Form(dialogue) as form:
            for name, value in values.items():
                form[name] = value
        return dialogue.action_confirm()

    def _get_sms(self, words):
        return self.env["sms.sms"].search([("partner_id", "=", self.partner.id), ("body", "like", words)])

    # Late

    def test_the_customer_is_told_when_a_late_technician_arrives(self):
        """At 11:50, within 35 minutes: 12:25 on the customer's clock."""
        with freeze_time(at(1, 11, 50)):
            self._answer(self.own.action_running_late(), minutes=35)
        self.assertEqual(self.visit.announced_at, at(1, 12, 25))
        self.assertIn("Wang Wei, 13900001111, is late and arrives at about 12:25", self._get_sms("is late").body)

    def test_a_delay_has_a_sensible_length_and_a_visit_that_it_delays(self):
        with freeze_time(at(1, 9)):
            for minutes in (0, -5, 481):
                with self.assertRaisesRegex(UserError, "from 1 to 480"):
                    self.visit._report_delay(minutes)
            with self.assertRaisesRegex(UserError, "nothing to tell"):
                self.visit._report_delay(180)  # 12:00, the end of the window
            self.visit._report_delay(181)
        with freeze_time(at(1, 10, 30)):
            self.visit.action_arrive()
            with self.assertRaisesRegex(UserError, "is not possible"):
                self.visit.action_running_late()

    # Nobody met

    def test_a_missed_visit_asks_for_its_reason(self):
        with freeze_time(at(1, 10, 30)):
            action = self.own.action_miss()
            self.assertEqual(self.visit.state, "confirmed", "the question alone changes nothing")
            self._answer(action, miss_reason="customer_absent", note="Rang twice")
        self.assertEqual(
            (self.visit.state, self.visit.miss_reason, self.visit.outcome_note), ("missed", "customer_absent", "Rang twice"))
        self.assertEqual(
            (self.order.service_stage, self.order.next_visit_reason, self.order.next_visit_note),
            ("requested", "customer_absent", "Rang twice"))

    def test_a_missed_visit_takes_only_real_reasons(self):
        with freeze_time(at(1, 10, 30)):
            for arguments in (("nonsense",), (7,), ({"a": 1},), (["x"],), ("other",), ("other", " ")):
                with self.subTest(arguments), self.assertRaisesRegex(UserError, "Say why nobody met"):
                    self.own.action_miss(*arguments)
            self.own.action_miss("other", "The lift is out of order")
        self.assertEqual(self.visit.state, "missed")

    def test_a_visit_to_come_is_not_missed(self):
        for arguments in ((), ("customer_absent",)):
            with self.assertRaisesRegex(UserError, "not begun"):
                self.visit.action_miss(*arguments)

    # To come again

    def test_a_part_that_is_missing_asks_for_the_next_visit_and_keeps_the_work(self):
        with freeze_time(at(1, 10, 30)):
            self._to_stage(self.order, "diagnosed")
            self._add_part(self.order)
            self._to_stage(self.order, "approved")
            action = self.own.action_leave_unfinished()
            dialogue = self.env[action["res_model"]].browse(action["res_id"])
            self.assertEqual((dialogue.unfinished_reason, dialogue.note), ("part_missing", "Test fan motor"), "the part is named by itself")
            self._answer(action)
        self.assertEqual((self.visit.state, self.visit.outcome), ("done", "part_missing"))
        self.assertEqual((self.order.service_stage, self.order.technician_id, len(self.order.move_ids)), ("approved", self.technician, 1))
        self.assertEqual((self.order.next_visit_reason, self.order.next_visit_note), ("part_missing", "Test fan motor"))
        orders = self.env["repair.order"].with_user(self.user_desk)
        view = self.env.ref("repair_service.repair_order_view_search_service")
        [to_book] = etree.fromstring(orders.get_view(view.id, "search")["arch"]).xpath("//filter[@name='to_book']/@domain")
        self.assertIn(self.order, orders.search(safe_eval(to_book)), "the desk's list of orders to book")

    def test_the_next_visit_once_agreed_is_not_needed_any_more(self):
        with freeze_time(at(1, 10, 30)):
            self.visit.action_arrive()
            self.visit._leave_unfinished("more_time")
            self.assertEqual(self.order.next_visit_reason, "more_time")
            again = self._agree(self.order, self.technician, at(2, 10))
        self.assertFalse(self.order.next_visit_reason)
        with freeze_time(at(2, 10, 5)):
            again.action_miss("wrong_address")
        self.assertEqual(self.order.next_visit_reason, "wrong_address")

    def test_a_cancelled_or_finished_order_needs_no_visit(self):
        with freeze_time(at(1, 10, 30)):
            self.visit.action_arrive()
            self.visit._leave_unfinished("more_time")
            self._to_stage(self.order, "inspected")
        self.assertFalse(self.order.next_visit_reason)
        other = self._create_order()
        with freeze_time(at(2, 10, 30)):
            self._agree(other, self.technician, at(2, 12)).action_arrive()
            other.next_appointment_id._leave_unfinished("more_time")
        other.action_repair_cancel()
        self.assertFalse(other.next_visit_reason)

    def test_only_who_is_there_leaves(self):
        with self.assertRaisesRegex(UserError, "is not possible"):
            self.own.action_leave_unfinished()
        self.visit.action_arrive()
        with self.assertRaisesRegex(UserError, "Say why another visit"):
            self.own._leave_unfinished("other", " ")

    # Calling off

    def test_the_desk_says_why_it_calls_off(self):
        action = self.visit.with_user(self.user_desk).action_call_off()
        with self.assertRaisesRegex(UserError, "why the visit is called off"):
            self.env[action["res_model"]].with_user(self.user_desk).browse(action["res_id"]).action_confirm()
        self._answer(action, self.user_desk, note="Technician ill")
        self.assertEqual((self.visit.state, self.visit.cancel_reason, self.visit.changed_by), ("cancelled", "Technician ill", "company"))
        notes = self.order.message_ids.filtered(lambda message: "called off by" in (message.body or ""))
        self.assertIn(f"by {self.user_desk.name}. Reason: Technician ill", notes.body, "the order keeps who and why")

    def test_technicians_do_not_call_off(self):
        with self.assertRaises(AccessError):
            self.own.action_call_off()

    def test_strangers_report_no_outcome(self):
        for user in (self.user_other_technician, self.user_portal):
            for name in ("action_running_late", "action_miss"):
                with self.subTest(user=user.login, name=name), self.assertRaises(AccessError), freeze_time(at(1, 10, 30)):
                    getattr(self.visit.with_user(user), name)()
        with self.assertRaises(AccessError):
            dialogues = self.env["repair.visit.outcome"].with_user(self.user_other_technician)
            dialogues.create({"appointment_id": self.visit.id, "kind": "delay"})
        with self.assertRaises(AccessError):
            self.visit.with_user(self.user_inspector).action_running_late()
        mine = self.env["repair.visit.outcome"].browse(self.own.action_running_late()["res_id"])
        with self.assertRaises(AccessError):
            mine.with_user(self.user_desk).action_confirm()


@tagged("post_install", "-at_install")
class TestFirstTimeFix(BookingCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.technician = cls._create_technician(name="Wang Wei", user_id=cls.user_technician.id)
        cls.order = cls._create_order()

    def _visit(self, order, moment, *steps):
        """A visit of two hours to which the technician comes after 20 minutes."""
        visit = self._agree(order, self.technician, moment)
        with freeze_time(moment + timedelta(minutes=20)):
            visit.action_arrive()
            for step in steps:
                step(visit)
        return visit

    def _finish(self, order):
        return lambda visit: self._to_stage(order, "accepted")

    def test_one_visit_was_enough(self):
        self._visit(self.order, at(1, 10), self._finish(self.order))
        self.assertEqual((self.order.visit_count, self.order.first_time_fix), (1, "yes"))
        self.assertEqual(self.order.first_time_fix_from, at(31, 10, 20), "counted once the fault had 30 days to come back")

    def test_nothing_is_counted_before_the_acceptance(self):
        self._visit(self.order, at(1, 10), lambda visit: self._to_stage(self.order, "inspected"))
        self.assertEqual((self.order.visit_count, self.order.first_time_fix), (1, False))

    def test_two_visits_are_no_first_time_fix(self):
        self._visit(self.order, at(1, 10), lambda visit: visit._leave_unfinished("part_missing"))
        self._visit(self.order, at(2, 10), self._finish(self.order))
        self.assertEqual((self.order.visit_count, self.order.first_time_fix), (2, "no"))

    def test_a_missed_visit_did_not_take_place(self):
        missed = self._agree(self.order, self.technician, at(1, 10))
        with freeze_time(at(1, 11)):
            missed.action_miss("customer_absent")
        self._visit(self.order, at(2, 10), self._finish(self.order))
        self.assertEqual((self.order.visit_count, self.order.first_time_fix), (1, "yes"))

    def test_a_fault_that_comes_back_within_thirty_days_was_not_fixed(self):
        self._visit(self.order, at(1, 10), self._finish(self.order))
        with freeze_time(at(31, 10, 20)):
            repeat = self._create_order()
            self.assertEqual((repeat.origin_repair_id, self.order.first_time_fix), (self.order, "no"))
            repeat.requested_on = at(31, 10, 21)
            self.assertEqual(self.order.first_time_fix, "yes", "a minute after the 30 days")
            repeat.requested_on = at(20, 10)
            self.assertEqual(self.order.first_time_fix, "no")
            repeat.action_repair_cancel()
            self.assertEqual(self.order.first_time_fix, "yes", "a request that was withdrawn is no repeat")

    def test_the_days_for_a_repeat_are_the_companys(self):
        """Back after 20 days: with a limit of 19 days it was fixed, and counts ten days sooner; finished orders follow the setting."""
        self._visit(self.order, at(1, 10), self._finish(self.order))
        with freeze_time(at(21, 10, 20)):
            self._create_order()
        self.assertEqual(self.order.first_time_fix, "no")
        self.company.repair_repeat_days = 19
        self.assertEqual((self.order.first_time_fix, self.order.first_time_fix_from), ("yes", at(20, 10, 20)))
        for days in (0, -1, 366):
            with self.subTest(days), mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.cr.savepoint():
                self.company.repair_repeat_days = days
                self.env.flush_all()

    def test_repairs_in_the_workshop_are_no_first_time_fix(self):
        order = self._create_order(service_type="workshop")
        order.write({"cause_id": self.cause.id, "diagnosis": "Fan motor stands still"})
        order.action_diagnose()
        self._to_stage(order, "accepted")
        self.assertEqual((order.service_stage, order.visit_count, order.first_time_fix), ("accepted", 0, False))

    def test_figures_by_technician_are_as_worked_out_by_hand(self):
        """One on time, one late, one that the technician did not make, one where the customer was absent: 1 of 3 is on time."""
        self._visit(self.order, at(1, 10), self._finish(self.order))
        late = self._agree(self._create_order(), self.technician, at(2, 8))
        with freeze_time(at(2, 10, 1)):
            late.action_arrive()
        for day, reason in ((3, "technician"), (4, "customer_absent")):
            visit = self._agree(self._create_order(), self.technician, at(day, 10))
            with freeze_time(at(day, 11)):
                visit.action_miss(reason)
        self.env.flush_all()
        [(on_time, fixed, made, missed)] = self.env["repair.visit.report"].with_user(self.user_manager)._read_group(
            [("technician_id", "=", self.technician.id)], [], ["on_time:avg", "first_time_fix:avg", "made:sum", "missed:sum"])
        self.assertAlmostEqual(on_time, 100 / 3)
        self.assertEqual((fixed, made, missed), (100.0, 2, 2))

    def test_an_order_counts_once_in_the_first_time_fix_rate(self):
        self._visit(self.order, at(1, 10), lambda visit: visit._leave_unfinished("part_missing"))
        self._visit(self.order, at(2, 10), self._finish(self.order))
        self.env.flush_all()
        figures = self.env["repair.visit.report"]._read_group(
            [("repair_id", "=", self.order.id)], [], ["first_time_fix:count", "first_time_fix:avg", "made:sum"])
        self.assertEqual(figures, [(1, 0.0, 2)])

    def test_figures_are_for_those_who_plan(self):
        for user in (self.user_desk, self.user_manager, self.user_inspector):
            self.env["repair.visit.report"].with_user(user).search_count([])
        for user in (self.user_technician, self.user_portal):
            with self.assertRaises(AccessError):
                self.env["repair.visit.report"].with_user(user).search_count([])
