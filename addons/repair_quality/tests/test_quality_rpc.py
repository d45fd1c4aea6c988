from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.repair_service.tests.common_rpc import RecordSweep
from odoo.addons.repair_service.tests.test_rpc_sweep import get_our_public_methods

from .common import RepairQualityCommon

FACTS = {
    "qms.nonconformity": ["state", "number", "closed_on", "verified_by_id", "reopen_count", "detected_on", "root_cause", "severity"],
    "qms.action": ["done_on", "effectiveness", "owner_id", "deadline", "first_deadline", "before_value", "verify_on", "cancelled_on"],
    "qms.objective": ["target", "figure", "owner_id"],
    "qms.objective.value": ["value", "target", "light", "decision_state"],
    "qms.objective.target": ["target", "date_from", "date_to"],
    "qms.review": ["state", "minutes", "held_on", "closed_on", "period_from"],
    "qms.review.input": ["name", "value", "light"],
    "qms.review.attendee": ["is_present", "employee_id"],
    "qms.improvement": ["state", "before_value", "target_value", "evaluate_on", "evaluated_by_id"],
    "qms.improvement.value": ["value", "date", "count"],
    "qms.escalation.rule": ["days", "notify", "active"],
    "qms.why": ["question", "answer"],
}


@tagged("post_install", "-at_install")
class TestQualityRpc(RecordSweep, RepairQualityCommon):
    """Every public method and every field of the quality records, called and written with nonsense by whoever has a login."""

    sweep_module, sweep_facts, sweep_users = "repair_quality", FACTS, ("user_employee", "user_manager", "user_quality_manager")
    sweep_writer = "user_quality_manager"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        nonconformity = cls._make_nonconformity(why_ids=[(0, 0, {"question": "Why?", "answer": "So"})])
        cls._analyse(nonconformity)
        action = cls._plan_action(nonconformity, verification="figure", figure="on_time", figure_days=30)
        done = cls._plan_action(nonconformity, kind="correction")
        nonconformity.action_start_actions()
        cls._carry_out(done)
        objective = cls.env["qms.objective"].create({"name": "Test", "figure": "on_time", "target": 95, "owner_id": cls.user_officer.id})
        value = cls.env["qms.objective.value"].sudo().create({
            "objective_id": objective.id, "period_start": "2019-03-01", "period_end": "2019-03-31", "light": "red", "denominator": 6})
        target = cls.env["qms.objective.target"].create({
            "objective_id": objective.id, "date_from": date(2099, 1, 1), "date_to": date(2099, 12, 31), "target": 90})
        review = cls.env["qms.review"].create({
            "name": "Review", "attendee_ids": [(0, 0, {"employee_id": cls.employee_technician.id})], "chair_id": cls.user_officer.id})
        review.action_prepare()
        project = cls.env["qms.improvement"].create({
            "name": "Project", "figure": "nps", "target_value": 60, "date_due": cls.today, "owner_id": cls.user_officer.id})
        cls.env["qms.action"].create({
            "name": "Step", "kind": "step", "improvement_id": project.id, "deadline": cls.today, "owner_id": cls.user_officer.id})
        project.action_start()
        cls.records = [
            nonconformity, nonconformity.why_ids, action, done, objective, value, target, review, review.input_ids[:1], review.attendee_ids,
            project, project.value_ids, cls.env.ref("repair_quality.escalation_rule_action")]
        cls.records = [record.sudo(False).with_context(repair_flow=None) for record in cls.records]
        cls.env.flush_all()

    def test_whoever_it_does_not_concern_changes_nothing_whatever_he_calls_or_writes(self):
        for user in (self.user_desk, self.user_technician, self.user_inspector, self.user_accountant, self.user_manager):
            self._check_changes_nothing(user)
            for record in self.records:
                with self.subTest(user=user.login, model=record._name), self.assertRaises(UserError), self.env.cr.savepoint(), \
                        mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"):
                    record.with_user(user).unlink()

    def test_every_public_method_is_documented(self):
        silent = [
            f"{record._name}.{name}" for record in self.records for name in get_our_public_methods(record)
            if not getattr(type(record), name).__doc__]
        self.assertFalse(silent)

    def test_a_copy_begins_anew(self):
        record, _whys, _action, done = self.records[:4]
        copy = record.with_user(self.user_officer).copy()
        self.assertEqual((copy.state, copy.verified_on, copy.reopen_count), ("draft", False, 0))
        self.assertNotEqual(copy.number, record.number)
        again = done.with_user(self.user_officer).copy()
        self.assertEqual((again.done_on, again.effectiveness, again.evidence_ids.ids), (False, False, []))
