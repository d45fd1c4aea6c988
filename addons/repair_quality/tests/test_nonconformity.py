from datetime import timedelta

import psycopg2.errors

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import RepairQualityCommon

ACTIVITY = "repair_quality.mail_activity_type_action"


@tagged("post_install", "-at_install")
class TestNonconformity(RepairQualityCommon):

    def setUp(self):
        super().setUp()
        self.record = self._make_nonconformity().with_user(self.user_officer)

    def _to_action(self):
        self._analyse(self.record)
        self.action = self._plan_action(self.record).with_user(self.user_officer)
        self.record.action_start_actions()

    def _close(self):
        self._to_action()
        self._finish(self.action)
        self.record.action_verify()
        self.record.action_close()

    def test_numbers_follow_each_other(self):
        other = self._make_nonconformity()
        prefix, number = other.number.rsplit("/", 1)
        self.assertEqual(self.record.number, f"{prefix}/{int(number) - 1:04d}")

    def test_analysis_needs_containment_root_cause_and_its_class(self):
        cause = self.env["repair.complaint.cause"].search([], limit=1)
        for vals, message in (({"root_cause": "  "}, "contain"), ({"containment": "Set apart", "root_cause": "  "}, "root cause"),
                              ({"root_cause": "No torque given"}, "class of the cause")):
            self.record.write(vals)
            with self.assertRaisesRegex(UserError, message):
                self.record.action_analyse()
        self.record.cause_id = cause
        self.record.action_analyse()
        self.assertEqual(self.record.state, "analysed")

    def test_a_major_one_shows_the_way_to_its_cause(self):
        self.record.write({
            "severity": "major", "containment": "x", "root_cause": "x",
            "cause_id": self.env["repair.complaint.cause"].search([], limit=1).id,
            "why_ids": [(0, 0, {"question": f"Why {number}?", "answer": "So"}) for number in range(2)]})
        with self.assertRaisesRegex(UserError, "three whys"):
            self.record.action_analyse()
        self.record.why_ids = [(0, 0, {"question": "Why 3?", "answer": "So"})]
        self.record.action_analyse()

    def test_correction_alone_is_not_enough(self):
        self._analyse(self.record)
        self._plan_action(self.record, kind="correction")
        with self.assertRaisesRegex(UserError, "corrective or preventive"):
            self.record.action_start_actions()

    def test_no_verification_while_an_action_is_open(self):
        self._to_action()
        with self.assertRaisesRegex(UserError, "no evaluation of effectiveness"):
            self.record.action_verify()

    def test_nothing_is_done_without_evidence(self):
        self._to_action()
        own = self.action.with_user(self.user_employee)
        own.result = "Bought 12 wrenches"
        with self.assertRaisesRegex(UserError, "evidence"):
            own.action_done()

    def test_no_closing_without_an_evaluation_of_effectiveness(self):
        self._to_action()
        self._carry_out(self.action)
        for step in (self.record.action_verify, self.record.action_close):
            with self.assertRaises(UserError):
                step()
        with self.assertRaisesRegex(UserError, "Write in the evaluation"):
            self.action.action_effective()

    def test_the_doer_does_not_verify_his_own_action(self):
        self._analyse(self.record)
        mine = self._plan_action(self.record, owner_id=self.user_officer.id).with_user(self.user_officer)
        self.record.action_start_actions()
        self._carry_out(mine)
        mine.effectiveness_note = "Trust me"
        with self.assertRaisesRegex(AccessError, "his own action"):
            mine.action_effective()
        with self.assertRaises(UserError, msg="not by handing it to somebody else first either"):
            mine.owner_id = self.user_employee
        mine.with_user(self.user_quality_manager).action_effective()
        with self.assertRaisesRegex(AccessError, "his own action"):
            self.record.action_verify()
        self.record.with_user(self.user_quality_manager).action_verify()

    def test_who_reports_for_the_owner_is_a_doer_too(self):
        self._to_action()
        self.action.write({"result": "Done for him", "evidence_ids": [(4, self._evidence(self.user_officer).id)]})
        self.action.action_done()
        self.action.effectiveness_note = "x"
        with self.assertRaisesRegex(AccessError, "his own action"):
            self.action.action_effective()

    def test_what_did_not_help_opens_the_nonconformity_again_and_asks_for_another_cause(self):
        self._to_action()
        self._finish(self.action, "not_effective")
        self.assertEqual((self.record.state, self.record.reopen_count, self.record.root_cause), ("draft", 1, False))
        self.assertIn("No torque given", self.record.earlier_causes)
        with self.assertRaisesRegex(UserError, "root cause"):
            self.record.action_analyse()
        self._analyse(self.record)
        with self.assertRaisesRegex(UserError, "at least one"):
            self.record.action_start_actions()
        second = self._plan_action(self.record)
        self.record.action_start_actions()
        self._finish(second)
        self.record.action_verify()
        self.assertEqual((self.record.state, self.record.verified_by_id), ("verified", self.user_officer))

    def test_whole_way_to_closed_and_open_again(self):
        self._close()
        self.assertEqual((self.record.state, self.record.closed_on), ("closed", self.today))
        for vals in ({"severity": "critical"}, {"root_cause": "x"}, {"why_ids": [(0, 0, {"question": "x", "answer": "x"})]}):
            with self.assertRaises(UserError):
                self.record.write(vals)
        self.record.action_reopen("It leaks again")
        self.assertEqual((self.record.state, self.record.closed_on, self.record.reopen_count), ("draft", False, 1))
        self.assertIn("It leaks again", self.record.reopen_reason)

    def test_nothing_is_opened_again_without_a_reason(self):
        self._close()
        action = self.record.action_reopen()
        self.assertEqual((action["res_model"], self.record.state), ("qms.check.reason", "closed"), "the dialogue asks")
        wizard = self.env["qms.check.reason"].with_user(self.user_officer).with_context(**action["context"]).create({"reason": "重开"})
        with self.assertRaisesRegex(UserError, "few words"):
            wizard.action_confirm()
        for nonsense in (7, "   ", ["x"], "no"):
            with self.subTest(nonsense), self.assertRaises(UserError):
                self.record.action_reopen(nonsense)
        wizard.reason = "再次漏水"
        wizard.action_confirm()
        self.assertEqual((self.record.state, self.record.reopen_count), ("draft", 1))
        self.assertIn("再次漏水", self.record.message_ids[0].body)

    def test_steps_come_in_their_order_and_once(self):
        for step in (self.record.action_start_actions, self.record.action_verify, self.record.action_close, self.record.action_reopen):
            with self.assertRaises(UserError):
                step()
        self._to_action()
        with self.assertRaises(UserError):
            self.record.action_start_actions()

    def test_state_is_not_written_by_hand(self):
        for vals in ({"state": "closed"}, {"number": "X"}, {"closed_on": self.today}, {"verified_by_id": self.env.uid},
                     {"reopen_count": 0}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                self.record.with_context(qms_flow=True, repair_flow=True).write(vals)
        with self.assertRaises(UserError):
            self._make_nonconformity(state="closed")
        fresh = self.env["qms.nonconformity"].with_context(default_state="closed", default_closed_on="2020-01-01").create({"name": "x"})
        self.assertEqual((fresh.state, fresh.closed_on), ("draft", False))

    def test_action_completion_is_not_written_by_hand(self):
        self._to_action()
        forged = (
            {"done_on": self.today}, {"effectiveness": "effective"}, {"evaluated_on": self.today}, {"before_value": 1.0},
            {"verify_on": self.today}, {"first_deadline": "2020-01-01"}, {"done_by_id": self.user_desk.id})
        for vals in forged:
            with self.subTest(vals=vals), self.assertRaises(UserError):
                self.action.write(vals)
            with self.subTest(create=vals), self.assertRaises(UserError):
                self._plan_action(self.record, **vals)
        with self.assertRaises(UserError, msg="nor inside a new nonconformity"):
            self._make_nonconformity(action_ids=[(0, 0, {
                "name": "x", "deadline": self.today, "done_on": self.today, "effectiveness": "effective"})])

    def test_evaluated_action_stays_and_verified_takes_no_more(self):
        self._to_action()
        self._finish(self.action)
        for call in (lambda: self.action.write({"effectiveness_note": "Rewritten"}), self.action.action_not_effective,
                     lambda: self.action.write({"nonconformity_id": self._make_nonconformity().id})):
            with self.assertRaises(UserError):
                call()
        self.record.action_verify()
        with self.assertRaises(UserError):
            self._plan_action(self.record)
        with self.assertRaises(UserError):
            self.action.unlink()

    def test_dates_the_wrong_way_round_and_in_the_future_are_refused(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.CheckViolation):
            self._make_nonconformity(due_date=self.today - timedelta(days=1)).flush_recordset()
        with self.assertRaisesRegex(UserError, "future"):
            self._make_nonconformity(detected_on=self.today + timedelta(days=1))

    def test_nothing_is_back_dated_once_it_is_treated(self):
        self._to_action()
        for vals in ({"detected_on": self.today - timedelta(days=90)}, {"source": "other"}, {"root_cause": "Another"}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                self.record.write(vals)

    def test_no_nonconformity_and_no_started_action_is_deleted(self):
        with self.assertRaises(UserError):
            self.record.unlink()
        planned = self._plan_action(self.record)
        planned.unlink()
        self._to_action()
        with self.assertRaisesRegex(UserError, "kept as a record"):
            self.action.unlink()
        with self.assertRaises(UserError, msg="nor through its nonconformity"):
            self.record.write({"action_ids": [(2, self.action.id)]})

    def test_an_action_is_dropped_with_a_reason_and_leaves_a_trace(self):
        self._to_action()
        more = self._plan_action(self.record).with_user(self.user_officer)
        self.assertEqual(more.action_drop()["res_model"], "qms.check.reason")
        with self.assertRaises(UserError, msg="not beside the button"):
            more.cancel_reason = "The maker sends torque limiters instead"
        more.action_drop("The maker sends torque limiters instead")
        self.assertEqual((more.state, more.cancelled_by_id), ("cancelled", self.user_officer))
        self._finish(self.action)
        self.record.action_verify()

    def test_dropping_every_action_does_not_close(self):
        self._to_action()
        self.action.action_drop("Too much work")
        with self.assertRaisesRegex(UserError, "did not help"):
            self.record.action_verify()

    def test_what_is_no_nonconformity_is_dropped_with_a_reason(self):
        planned = self._plan_action(self.record, deadline=self.today - timedelta(days=9))
        self.assertEqual(self.record.action_cancel()["res_model"], "qms.check.reason")
        self.record.action_cancel("Reported twice")
        self.assertEqual((planned.state, planned.cancel_reason), ("cancelled", "Reported twice"), "nobody can work on it any more")
        self.assertFalse(planned.activity_ids)
        self.assertEqual((self.record.state, self.record.cancelled_by_id), ("cancelled", self.user_officer))
        started = self._make_nonconformity().with_user(self.user_officer)
        self.record = started
        self._to_action()
        with self.assertRaisesRegex(UserError, "under treatment"):
            started.action_cancel("Annoying")

    def test_age_is_counted_until_closing(self):
        old = self._make_nonconformity(detected_on=self.today - timedelta(days=12))
        self.assertEqual((old.age_days, self.record.age_days), (12, 0))


@tagged("post_install", "-at_install")
class TestActionDeadline(RepairQualityCommon):

    def test_overdue_flag_and_search(self):
        record = self._make_nonconformity()
        late = self._plan_action(record, deadline=self.today - timedelta(days=1))
        due = self._plan_action(record, deadline=self.today)
        self.assertEqual((late.state, due.state), ("overdue", "open"))
        found = self.env["qms.action"].search([("is_overdue", "=", True), ("nonconformity_id", "=", record.id)])
        self.assertEqual(found, late)
        self.assertEqual(self.env["qms.action"].search([("is_overdue", "=", False), ("nonconformity_id", "=", record.id)]), due)

    def test_a_moved_deadline_does_not_hide_the_delay(self):
        record = self._make_nonconformity(owner_id=self.user_employee.id)
        late = self._plan_action(record, deadline=self.today - timedelta(days=5))
        with self.assertRaisesRegex(AccessError, "quality officer"):
            late.with_user(self.user_employee).deadline = self.today + timedelta(days=30)
        late.with_user(self.user_officer).deadline = self.today + timedelta(days=30)
        self.assertEqual((late.state, late.days_late, late.first_deadline), ("open", 5, self.today - timedelta(days=5)))

    def test_overdue_nonconformity(self):
        record = self._make_nonconformity(detected_on=self.today - timedelta(days=9), due_date=self.today - timedelta(days=1))
        self.assertTrue(record.is_overdue)
        self.assertIn(record, self.env["qms.nonconformity"].search([("is_overdue", "=", True)]))

    def test_owner_gets_an_activity_that_follows_the_deadline_and_ends_with_the_action(self):
        action = self._plan_action(self._make_nonconformity())
        activity = action.activity_search([ACTIVITY])
        self.assertEqual((activity.user_id, activity.date_deadline), (self.user_employee, self.today + timedelta(days=7)))
        action.write({"deadline": self.today + timedelta(days=9), "owner_id": self.user_desk.id})
        activity = action.activity_search([ACTIVITY])
        self.assertEqual((activity.user_id, activity.date_deadline), (self.user_desk, self.today + timedelta(days=9)))
        self._carry_out(action)
        self.assertFalse(action.activity_search([ACTIVITY]))
