from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import RepairQualityCommon

VERIFY = "repair_quality.mail_activity_type_verify"


@tagged("post_install", "-at_install")
class TestActionVerification(RepairQualityCommon):
    """Visits of March 2019: three of six on time. The action starts on 31 March and looks at 31 days before and after."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.jobs = cls._make_march()

    def _start(self, **values):
        with freeze_time("2019-03-31 04:00:00"):
            record = self._make_nonconformity(detected_on=date(2019, 3, 31)).with_user(self.user_officer)
            self._analyse(record)
            action = self._plan_action(record, **{
                "verification": "figure", "figure": "on_time", "figure_days": 31, "deadline": date(2019, 4, 5), **values})
            record.action_start_actions()
        return record, action.with_user(self.user_officer)

    def _done(self, day="2019-04-02 04:00:00", **values):
        record, action = self._start(**values)
        with freeze_time(day):
            self._carry_out(action)
        return record, action

    def _april(self, good, late):
        for number in range(good + late):
            self._make_visit(self.jobs["e"], datetime(2019, 4, 5, 2) + timedelta(days=number), 10 if number < good else 125)

    def test_figure_before_is_frozen_at_the_start(self):
        _record, action = self._start()
        self.assertEqual((action.before_value, action.before_count), (50.0, 6))
        self.assertEqual((action.before_from, action.before_to), (date(2019, 3, 1), date(2019, 3, 31)))
        self._make_visit(self.jobs["e"], datetime(2019, 3, 20, 2), 10)
        self.assertEqual(action.before_value, 50.0, "what comes later does not change it")
        for vals in ({"figure": "csat"}, {"figure_days": 10}, {"before_value": 1.0}, {"verification": "check"}, {"kind": "correction"},
                     {"scope_category_id": self.category.id}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                action.with_user(self.user_quality_manager).write(vals)

    def test_a_figure_that_is_not_named_does_not_start(self):
        with self.assertRaisesRegex(UserError, "Choose the figure"):
            self._start(figure=False)

    def test_the_day_of_verification_follows_the_days_and_the_window_of_the_figure(self):
        """Done on 2 April: 31 days are whole on 4 May; the first-time-fix rate waits 30 days more."""
        _record, action = self._done()
        self.assertEqual(action.verify_on, date(2019, 5, 4))
        _record, slow = self._done(figure="first_time_fix")
        self.assertEqual(slow.verify_on, date(2019, 6, 3))
        self.assertEqual(action.activity_search([VERIFY]).user_id, self.user_officer)

    def test_nobody_knows_before_the_day(self):
        _record, action = self._done()
        self._april(12, 0)
        with freeze_time("2019-05-03 04:00:00"):
            action.effectiveness_note = "Looks good already"
            with self.assertRaisesRegex(UserError, "verified from"):
                action.action_effective()

    def test_the_daily_job_reads_the_figure_and_it_proves_the_action(self):
        record, action = self._done()
        self._april(12, 0)
        with freeze_time("2019-05-04 04:00:00"):
            self.env["qms.action"]._take_after_values()
            self.assertEqual((action.after_value, action.after_count, action.has_improved), (100.0, 12, True))
            self.assertEqual((action.after_from, action.after_to), (date(2019, 4, 3), date(2019, 5, 3)))
            self.assertEqual(action.change_verdict, "too_few", "6 before say little, and that is told")
            self.assertEqual(action.state, "verify")
            action.effectiveness_note = "On time all month"
            action.action_effective()
            record.action_verify()
        self.assertEqual(record.state, "verified")

    def test_what_the_figure_does_not_show_is_not_called_effective(self):
        record, action = self._done()
        self._april(4, 8)
        with freeze_time("2019-05-04 04:00:00"):
            action.effectiveness_note = "It feels better"
            with self.assertRaisesRegex(UserError, "did not improve"):
                action.action_effective()
            action.action_not_effective()
        self.assertEqual((record.state, record.reopen_count), ("draft", 1))
        self.assertEqual((action.after_value, action.after_count), (33.33, 12))

    def test_somebody_else_is_asked_to_verify_what_the_quality_manager_did_himself(self):
        self.env["res.groups"].browse(self.ref("repair_quality.repair_quality_group_manager")).user_ids = self.user_quality_manager
        record = self._make_nonconformity(owner_id=self.user_employee.id)
        self._analyse(record)
        action = self._plan_action(record, owner_id=self.user_quality_manager.id)
        self._carry_out(action)
        asked = action.activity_search(["repair_quality.mail_activity_type_verify"]).user_id
        self.assertTrue(asked.has_group("repair_quality.repair_quality_group_officer"))
        self.assertNotEqual(asked, self.user_quality_manager)

    def test_too_little_to_count_is_looked_at_again(self):
        _record, action = self._done()
        self._april(2, 0)
        with freeze_time("2019-05-04 04:00:00"):
            self.env["qms.action"]._take_after_values()
            action.action_look_again()
            self.assertEqual((action.verify_on, action.after_on), (date(2019, 6, 5), False))
        self._make_visit(self.jobs["e"], datetime(2019, 5, 10, 2), 125)
        with freeze_time("2019-06-05 04:00:00"):
            self.env["qms.action"]._take_after_values()
        self.assertEqual((action.after_value, action.after_count), (0.0, 1), "the days after the second start are counted")

    def test_a_figure_is_narrowed_down_where_that_makes_sense(self):
        other = self.env["repair.appliance.category"].create({"name": "Ovens"})
        _record, action = self._start(scope_category_id=other.id)
        self.assertEqual(action.before_count, 0)
        with self.assertRaisesRegex(ValidationError, "whole company"):
            self._start(figure="training_done", scope_category_id=other.id)

    def test_no_planner_but_the_owner_of_the_nonconformity_and_officers(self):
        _record, action = self._start()
        for vals in ({"deadline": "2030-01-01"}, {"owner_id": self.user_desk.id}, {"effectiveness_note": "x"},
                     {"verifier_id": self.user_desk.id}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                action.with_user(self.user_employee).write(vals)
        action.with_user(self.user_employee).result = "Half of the kits"


@tagged("post_install", "-at_install")
class TestEvidence(RepairQualityCommon):

    def setUp(self):
        super().setUp()
        record = self._make_nonconformity().with_user(self.user_officer)
        self._analyse(record)
        self.action = self._plan_action(record)
        record.action_start_actions()
        self._carry_out(self.action)
        self.file = self.action.evidence_ids

    def test_evidence_of_something_done_is_neither_exchanged_nor_deleted(self):
        own = self.file.with_user(self.user_employee)
        for call in (own.unlink, lambda: own.write({"raw": b"nicer"}), lambda: own.write({"res_id": 0}), lambda: own.write({"name": "x"}),
                     lambda: self.action.with_user(self.user_employee).write({"evidence_ids": [(5, 0)]}),
                     lambda: self.file.with_user(self.user_quality_manager).unlink()):
            with self.assertRaises(UserError), mute_logger("odoo.addons.base.models.ir_attachment"):
                call()
        self.assertTrue(self.action.evidence_ids.exists())

    def test_who_reads_the_action_reads_its_evidence(self):
        self.assertEqual(self.file.with_user(self.user_officer).raw, b"wrench")
        self.assertEqual(self.file.res_id, self.action.id)

    def test_a_file_of_another_record_is_not_taken_as_evidence(self):
        secret = self.env["ir.attachment"].create({"name": "x", "raw": b"x", "res_model": "res.partner", "res_id": self.partner.id})
        loose = self._evidence(self.user_officer)
        other = self._plan_action(self._make_nonconformity()).with_user(self.user_employee)
        for attachment in (secret, loose):
            with self.assertRaises(UserError), mute_logger("odoo.addons.base.models.ir_attachment"):
                other.evidence_ids = [(4, attachment.id)]
