from datetime import timedelta

import psycopg2.errors

from odoo.exceptions import UserError
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
        self.record.root_cause = "No torque given in the instruction"
        self.record.action_analyse()
        self.action = self._plan_action(self.record).with_user(self.user_officer)
        self.record.action_start_actions()

    def _finish(self, action, verdict="effective"):
        action.write({"result": "Bought 12 wrenches", "effectiveness_note": "No leak in 40 repairs"})
        action.action_done()
        getattr(action, f"action_{verdict}")()

    def test_numbers_follow_each_other(self):
        other = self._make_nonconformity()
        prefix, number = other.number.rsplit("/", 1)
        self.assertEqual(self.record.number, f"{prefix}/{int(number) - 1:04d}")

    def test_analysis_needs_a_root_cause(self):
        self.record.root_cause = "  "
        with self.assertRaisesRegex(UserError, "root cause"):
            self.record.action_analyse()

    def test_correction_alone_is_not_enough(self):
        self.record.root_cause = "No torque given"
        self.record.action_analyse()
        self._plan_action(self.record, kind="correction")
        with self.assertRaisesRegex(UserError, "corrective or preventive"):
            self.record.action_start_actions()

    def test_no_verification_while_an_action_is_open(self):
        self._to_action()
        with self.assertRaisesRegex(UserError, "no evaluation of effectiveness"):
            self.record.action_verify()

    def test_no_closing_without_an_evaluation_of_effectiveness(self):
        self._to_action()
        self.action.result = "Bought 12 wrenches"
        self.action.action_done()
        for step in (self.record.action_verify, self.record.action_close):
            with self.assertRaises(UserError):
                step()
        with self.assertRaisesRegex(UserError, "Write in the evaluation"):
            self.action.action_effective()

    def test_action_that_failed_needs_another_that_works(self):
        self._to_action()
        self._finish(self.action, "not_effective")
        with self.assertRaisesRegex(UserError, "did not help"):
            self.record.action_verify()
        self._finish(self._plan_action(self.record).with_user(self.user_officer))
        self.record.action_verify()
        self.assertEqual((self.record.state, self.record.verified_by_id), ("verified", self.user_officer))

    def test_whole_way_to_closed_and_open_again(self):
        self._to_action()
        self._finish(self.action)
        self.record.action_verify()
        self.record.action_close()
        self.assertEqual((self.record.state, self.record.closed_on), ("closed", self.today))
        with self.assertRaises(UserError):
            self.record.write({"severity": "critical"})
        self.record.action_reopen()
        self.assertEqual((self.record.state, self.record.closed_on), ("draft", False))

    def test_steps_come_in_their_order_and_once(self):
        for step in (self.record.action_start_actions, self.record.action_verify, self.record.action_close, self.record.action_reopen):
            with self.assertRaises(UserError):
                step()
        self._to_action()
        with self.assertRaises(UserError):
            self.record.action_start_actions()

    def test_state_is_not_written_by_hand(self):
        for vals in ({"state": "closed"}, {"number": "X"}, {"closed_on": self.today}, {"verified_by_id": self.env.uid}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                self.record.with_context(qms_flow=True).write(vals)
        with self.assertRaises(UserError):
            self._make_nonconformity(state="closed")
        fresh = self.env["qms.nonconformity"].with_context(default_state="closed").create({"name": "x"})
        self.assertEqual(fresh.state, "draft")

    def test_action_completion_is_not_written_by_hand(self):
        self._to_action()
        for vals in ({"done_on": self.today}, {"effectiveness": "effective"}, {"evaluated_on": self.today}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                self.action.write(vals)
            with self.subTest(create=vals), self.assertRaises(UserError):
                self._plan_action(self.record, **vals)

    def test_evaluated_action_stays_and_verified_takes_no_more(self):
        self._to_action()
        self._finish(self.action)
        with self.assertRaises(UserError):
            self.action.effectiveness_note = "Rewritten"
        with self.assertRaises(UserError):
            self.action.action_not_effective()
        self.record.action_verify()
        with self.assertRaises(UserError):
            self._plan_action(self.record)
        with self.assertRaises(UserError):
            self.action.unlink()

    def test_dates_the_wrong_way_round_are_refused(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.CheckViolation):
            self._make_nonconformity(due_date=self.today - timedelta(days=1)).flush_recordset()

    def test_treated_record_is_not_deleted(self):
        self._to_action()
        with self.assertRaises(UserError):
            self.record.unlink()
        self._make_nonconformity().unlink()


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

    def test_overdue_nonconformity(self):
        record = self._make_nonconformity(detected_on=self.today - timedelta(days=9), due_date=self.today - timedelta(days=1))
        self.assertTrue(record.is_overdue)
        self.assertIn(record, self.env["qms.nonconformity"].search([("is_overdue", "=", True)]))

    def test_owner_gets_an_activity_that_follows_the_deadline_and_ends_with_the_action(self):
        action = self._plan_action(self._make_nonconformity())
        activity = action.activity_search([ACTIVITY])
        self.assertEqual((activity.user_id, activity.date_deadline), (self.user_employee, self.today + timedelta(days=7)))
        action.write({"deadline": self.today + timedelta(days=9), "owner_id": self.user_officer.id})
        activity = action.activity_search([ACTIVITY])
        self.assertEqual((activity.user_id, activity.date_deadline), (self.user_officer, self.today + timedelta(days=9)))
        action.result = "Done"
        action.with_user(self.user_officer).action_done()
        self.assertFalse(action.activity_search([ACTIVITY]))
