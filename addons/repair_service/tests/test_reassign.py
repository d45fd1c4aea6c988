from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import Form, new_test_user, tagged, users

from .common_booking import BookingCase, at


@tagged("post_install", "-at_install")
class TestReassign(BookingCase):
    """Tuesday 2 March 2027: Wang Wei has 8-10, 10-12 and 13-15 and falls ill; Liu Yang has 10-12, Chen Hao nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "Asia/Shanghai"
        cls.sick = cls._create_technician(user_id=cls.user_technician.id)
        cls.busy = cls._create_technician("Liu Yang", user_id=cls.user_other_technician.id)
        cls.idle = cls._create_technician("Chen Hao")
        cls.territory.technician_ids = cls.sick | cls.busy
        cls.early, cls.middle, cls.late = (cls._agree(cls._create_order(), cls.sick, at(1, hour)) for hour in (8, 10, 13))
        cls.visits = cls.early | cls.middle | cls.late
        cls.taken = cls._agree(cls._create_order(), cls.busy, at(1, 10))

    def _open(self, technician=None, visits=None, **values):
        visits = self.visits if visits is None else visits
        return self.env["repair.reassign"].create({
            "technician_id": technician.id if technician else False, "reason": "Technician is ill",
            "line_ids": [Command.create({"appointment_id": visit.id}) for visit in visits], **values})

    def _verdicts(self, reassign):
        return [line.verdict for line in reassign.line_ids.sorted("start")]

    def _moved_to(self, visit):
        return self.env["repair.appointment"].search([("rescheduled_from_id", "=", visit.id)]).technician_id

    def test_conflicts_are_said_before_anything_happens(self):
        """Liu Yang is free at 8 and at 13, and is somewhere else at 10."""
        reassign = self._open(self.busy)
        self.assertEqual(self._verdicts(reassign), ["ok", "blocked", "ok"])
        middle = reassign.line_ids.sorted("start")[1]
        self.assertEqual(middle.explanation, f"Overlaps with {self.taken.name}, {self.taken.window}.")
        self.assertEqual(reassign.line_ids.sorted("start").mapped("is_chosen"), [True, False, True])
        self.assertEqual((reassign.ready_count, reassign.blocked_count), (2, 1))
        self.assertEqual(set(self.visits.mapped("state")), {"confirmed"})

    def test_only_what_can_be_moved_is_moved_and_the_history_stays(self):
        reassign = self._open(self.busy)
        reassign.action_reassign()
        self.assertEqual(self._moved_to(self.early), self.busy)
        self.assertEqual(self._moved_to(self.late), self.busy)
        self.assertEqual((self.early.state, self.early.reschedule_reason), ("cancelled", "Technician is ill"))
        self.assertEqual((self.middle.state, self.middle.technician_id), ("confirmed", self.sick))
        new = self.early.repair_id.next_appointment_id
        self.assertEqual((new.start, new.stop, new.state), (at(1, 8), at(1, 10), "confirmed"))
        self.assertEqual(self.early.repair_id.technician_id, self.busy)
        self.assertEqual((reassign.state, reassign.moved_count, reassign.left_count), ("done", 2, 1))
        self.assertEqual(reassign.line_ids.sorted("start").mapped("result"), ["moved", "left", "moved"])

    def test_all_or_none_moves_nothing_when_one_is_not_possible(self):
        with self.assertRaisesRegex(UserError, "Overlaps with"):
            self._open(self.busy, scope="all").action_reassign()
        self.assertEqual(set(self.visits.mapped("state")), {"confirmed"})

    def test_customer_and_technicians_are_told(self):
        before = {order: len(order.message_ids) for order in self.early.repair_id}
        reassign = self._open(self.busy, self.early)
        bus = self.env["mail.message"].search([], order="id desc", limit=1).id
        reassign.action_reassign()
        self.assertGreater(len(self.early.repair_id.message_ids), before[self.early.repair_id])
        told = self.env["mail.message"].search([("id", ">", bus)]).notified_partner_ids
        self.assertLessEqual(
            self.user_technician.partner_id | self.user_other_technician.partner_id | self.partner, told)

    def test_every_kind_of_conflict_has_its_words(self):
        clerk = self._create_technician("Clerk", is_technician=False)
        self.env["resource.calendar.leaves"].create({
            "name": "Away", "calendar_id": self.calendar.id, "resource_id": self.idle.resource_id.id,
            "date_from": at(1, 12), "date_to": at(1, 18)})
        night = self._agree(self._create_order(), self.sick, at(2, 20))
        proposed = self._propose(self._create_order(), self.sick, at(3, 10))
        for visit, technician, verdict, words in (
            (self.early, self.busy, "ok", False),
            (self.early, self.idle, "warning", "From outside the territory Pudong."),
            (self.late, self.idle, "warning", "Outside the working time"),
            (night, self.busy, "warning", "Outside the working time"),
            (self.middle, self.busy, "blocked", "Overlaps with"),
            (self.early, self.sick, "blocked", "this technician's visit already"),
            (self.early, clerk, "blocked", "Clerk is not an active service technician"),
            (self.early, None, "blocked", "Choose a technician"),
            (proposed, self.busy, "blocked", "at Proposed"),
        ):
            with self.subTest(words=words, technician=technician and technician.name):
                line = self._open(technician, visit).line_ids
                self.assertEqual(line.verdict, verdict)
                self.assertIn(words or "", line.explanation or "")

    def test_the_way_between_two_visits_is_a_conflict_said_before(self):
        """Liu Yang is somewhere else at 10: from 8-10 he does not get there in a quarter of an hour, to 13 he does from 12."""
        self.company.repair_travel_minutes = 15
        reassign = self._open(self.busy)
        self.assertEqual(self._verdicts(reassign), ["blocked", "blocked", "ok"])
        early = reassign.line_ids.sorted("start")[0]
        self.assertEqual(early.explanation, f"Too little time for the way: {self.taken.name}, {self.taken.window}.")
        both = self._open(self.idle, self.early | self.middle)
        self.assertEqual(self._verdicts(both), ["warning", "blocked"], "nor does who gets both of them")
        both.action_reassign()
        self.assertEqual((both.moved_count, both.left_count), (1, 1))
        self.assertEqual(both.line_ids.sorted("start").mapped("result"), ["moved", "left"], "nothing fails that was said to be free")

    def test_a_full_day_is_a_conflict_said_before(self):
        """Two a day: Liu Yang has one, so the first of two visits fills his day."""
        self.busy.visits_per_day = 2
        reassign = self._open(self.busy, self.early | self.late)
        self.assertEqual(self._verdicts(reassign), ["ok", "blocked"])
        self.assertEqual(
            reassign.line_ids.sorted("start")[1].explanation, "Liu Yang has as many visits that day as allowed (2).")
        reassign.action_propose()
        self.assertEqual(reassign.line_ids.sorted("start").technician_id, self.busy | self.idle, "the other one goes to who has room")
        reassign.action_reassign()
        self.assertEqual(reassign.moved_count, 2)

    def test_who_is_not_qualified_is_refused_with_the_reason(self):
        def disqualified(employee, category, day):
            return "No certificate for refrigerators." if employee == self.busy else ""

        with patch.object(type(self.busy), "_get_disqualification", disqualified):
            line = self._open(self.busy, self.early).line_ids
            self.assertEqual((line.verdict, line.explanation), ("blocked", "No certificate for refrigerators."))
            with self.assertRaisesRegex(UserError, "No visit can be moved"):
                line.reassign_id.action_reassign()

    def test_two_of_the_selected_visits_do_not_go_to_one_technician_at_the_same_time(self):
        """Both stand at 10-12; the first one takes Chen Hao's time."""
        reassign = self._open(self.idle, self.middle | self.taken)
        self.assertEqual(sorted(self._verdicts(reassign)), ["blocked", "warning"])
        reassign.action_reassign()
        self.assertEqual((reassign.moved_count, reassign.left_count), (1, 1))

    def test_work_outside_of_hours_is_moved_only_when_it_is_ticked(self):
        night = self._agree(self._create_order(), self.sick, at(2, 20))
        reassign = self._open(self.busy, night)
        self.assertFalse(reassign.line_ids.is_chosen)
        with self.assertRaisesRegex(UserError, "No visit can be moved"):
            reassign.action_reassign()
        reassign.line_ids.is_chosen = True
        reassign.action_reassign()
        self.assertEqual(self._moved_to(night), self.busy)

    def test_a_window_that_began_is_agreed_anew_with_the_customer(self):
        with freeze_time(at(1, 8, 16)):
            reassign = self._open(self.idle)
            self.assertEqual(self._verdicts(reassign), ["blocked", "warning", "warning"])
            self.assertIn("has begun already", reassign.line_ids.sorted("start")[0].explanation)
        with freeze_time(at(1, 8, 15)):
            self.assertEqual(self._verdicts(self._open(self.idle)), ["warning"] * 3)

    def test_a_window_lost_meanwhile_is_named_and_the_others_are_moved(self):
        reassign = self._open(self.idle)
        appointments, book = type(self.early), type(self.early)._book
        answer = UserError("Chen Hao has another visit in that time already.")

        def rivalled(model, order, technician, start, *args, **options):
            if start == at(1, 10):
                raise answer
            return book(model, order, technician, start, *args, **options)

        with patch.object(appointments, "_book", rivalled):
            reassign.action_reassign()
        lines = reassign.line_ids.sorted("start")
        self.assertEqual(lines.mapped("result"), ["moved", "failed", "moved"])
        self.assertIn("another visit in that time", lines[1].result_note)
        self.assertEqual((self.middle.state, self._moved_to(self.early), self._moved_to(self.late)), ("confirmed", self.idle, self.idle))

    def test_a_window_lost_meanwhile_stops_all_when_all_or_none_was_asked_for(self):
        reassign = self._open(self.idle, scope="all")
        appointments, book = type(self.early), type(self.early)._book
        answer = UserError("Chen Hao has another visit in that time already.")

        def rivalled(model, order, technician, start, *args, **options):
            if start == at(1, 13):
                raise answer
            return book(model, order, technician, start, *args, **options)

        with patch.object(appointments, "_book", rivalled), self.assertRaisesRegex(UserError, "Nothing was moved"), self.cr.savepoint():
            reassign.action_reassign()
        self.env.invalidate_all()
        self.assertEqual(set(self.visits.mapped("state")), {"confirmed"})

    def test_a_real_clash_leaves_the_visit_as_it_was(self):
        """The verdict is from before: the database refuses the window, and the old visit stays agreed."""
        line = self._open(self.idle, self.middle).line_ids
        self._agree(self._create_order(), self.idle, at(1, 11))
        line._move("Technician is ill")
        self.assertEqual((line.result, self.middle.state), ("failed", "confirmed"))

    def test_the_reason_is_needed(self):
        for reason in (False, "   "):
            with self.assertRaisesRegex(UserError, "Say why"):
                self._open(self.busy, reason=reason).action_reassign()

    def test_nothing_is_moved_twice(self):
        reassign = self._open(self.busy)
        reassign.action_reassign()
        for method in ("action_reassign", "action_load", "action_propose"):
            with self.assertRaisesRegex(UserError, "moved already"):
                getattr(reassign, method)()

    def test_all_visits_of_a_day_of_a_sick_technician(self):
        """The day is Shanghai's: 07:00 on Wednesday is still Tuesday in UTC and not listed."""
        self._agree(self._create_order(), self.sick, at(2, 7))
        self._agree(self._create_order(), self.sick, at(1, 23), hours=2)
        form = Form(self.env["repair.reassign"])
        form.from_technician_id = self.sick
        form.date = date(2027, 3, 2)
        reassign = form.save()
        reassign.action_load()
        self.assertEqual(reassign.line_ids.sorted("start").mapped("start"), [at(1, 8), at(1, 10), at(1, 13), at(1, 23)])
        reassign.date = date(2027, 3, 4)
        with self.assertRaisesRegex(UserError, "no agreed visit"):
            reassign.action_load()

    def test_the_selected_visits_of_a_list_are_taken_over(self):
        model = self.env["repair.reassign"].with_context(
            active_model="repair.appointment", active_ids=[*self.visits.ids, "nonsense", -4, 2**40, True])
        with Form(model) as form:
            form.technician_id = self.busy
            form.reason = "Ill"
            with form.line_ids.edit(1) as line:
                line.technician_id = self.idle
        reassign = form.record
        self.assertEqual(reassign.line_ids.appointment_id, self.visits)
        lines = reassign.line_ids.sorted("start")
        self.assertEqual(lines.technician_id, self.busy | self.idle)
        self.assertEqual(lines[1].technician_id, self.idle)
        self.assertEqual(lines.mapped("verdict"), ["ok", "warning", "ok"])
        reassign.action_reassign()
        self.assertEqual(self._moved_to(self.middle), self.idle)

    def test_best_for_each_prefers_the_territory_then_the_emptier_day(self):
        """Liu Yang lives in the territory, so he takes 8 and 13; at 10 he is busy and Chen Hao goes."""
        reassign = self._open()
        reassign.action_propose()
        lines = reassign.line_ids.sorted("start")
        self.assertEqual([line.technician_id for line in lines], [self.busy, self.idle, self.busy])
        self.territory.technician_ids = self.sick | self.busy | self.idle
        reassign = self._open()
        reassign.action_propose()
        lines = reassign.line_ids.sorted("start")
        self.assertEqual([line.technician_id for line in lines], [self.idle, self.idle, self.busy], "0 : 1, then busy, then 2 : 1")

    def test_who_suits_nobody_keeps_his_technician(self):
        (self.busy | self.idle).write({"is_technician": False})
        reassign = self._open()
        reassign.action_propose()
        self.assertFalse(reassign.line_ids.technician_id)

    @users("test_desk", "test_dispatcher", "test_manager")
    def test_who_dispatches_reassigns(self):
        hour = {"test_desk": 8, "test_dispatcher": 10, "test_manager": 13}[self.env.user.login]
        visit = self._agree(self._create_order(), self.sick, at(7, hour))
        reassign = self._open(self.busy, visit)
        reassign.action_reassign()
        self.assertEqual(self._moved_to(visit).id, self.busy.id)

    @users("test_technician", "test_inspector", "test_accountant", "test_portal")
    def test_others_do_not_reassign(self):
        with self.assertRaises(AccessError):
            self._open(self.busy)
        reassign = self._open(self.busy) if self.env.su else self.env["repair.reassign"].sudo().create({"reason": "x"}).sudo(False)
        for method in ("action_reassign", "action_load", "action_propose"):
            with self.subTest(method), self.assertRaises(UserError):
                call_kw(self.env["repair.reassign"], method, [reassign.ids], {})

    @users("test_dispatcher")
    def test_results_are_no_input(self):
        reassign = self._open(self.busy)
        for record, values in (
            (reassign, {"state": "done"}), (reassign, {"moved_count": 9}), (reassign.line_ids[0], {"result": "moved"}),
            (reassign.line_ids[0], {"result_note": "x"}),
        ):
            with self.subTest(values), self.assertRaisesRegex(UserError, "recorded by itself"):
                call_kw(self.env[record._name], "write", [record.ids, values], {"context": {"repair_flow": 1}})

    def test_dialogues_belong_to_who_opened_them(self):
        reassign = self._open(self.busy)
        other = reassign.with_user(new_test_user(self.env, "test_desk2", "repair_service.repair_service_group_desk"))
        with self.assertRaises(AccessError):
            other.action_reassign()

    def test_visits_of_another_company_are_out_of_reach(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self._create_technician("Stranger", company_id=other.id)
        reassign = self._open(self.busy, self.early)
        reassign.line_ids.technician_id = stranger
        self.assertEqual(reassign.line_ids.verdict, "blocked")
        self.assertIn("another company", reassign.line_ids.explanation)

    def test_too_many_visits_are_refused(self):
        with patch("odoo.addons.repair_service.wizard.repair_reassign.MAX_VISITS", 2), self.assertRaisesRegex(UserError, "At most 2"):
            self._open(self.busy)

    def test_conflicts_of_many_visits_cost_few_queries_more_than_of_one(self):
        visits = self.env["repair.appointment"]
        for day in range(7, 12):
            for hour in (8, 10, 13, 15):
                visits |= self._agree(self._create_order(), self.sick, at(day, hour))
        single, many = self._open(self.idle, visits[:4]), self._open(self.idle, visits)

        def count(reassign):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(set(reassign.line_ids.mapped("verdict")), {"warning"})
            return self.cr.sql_log_count - before

        count(single)
        four, twenty = count(single), count(many)
        self.assertLessEqual(twenty, four + 2)
        self.assertLessEqual(twenty, 45)
        self.assertEqual(many.line_ids[0].window, visits.sorted("start")[0].window)
        self.assertEqual(many.line_ids.sorted("start")[-1].start - many.line_ids.sorted("start")[0].start, timedelta(days=4, hours=7))
