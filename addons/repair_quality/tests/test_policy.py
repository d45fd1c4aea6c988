from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import RepairQualityCommon


@tagged("post_install", "-at_install")
class TestPolicy(RepairQualityCommon):

    def _policy(self):
        return self.env["qms.policy"].with_user(self.user_quality_manager).create({"name": "Policy", "text": "<p>Right the first time</p>"})

    def test_new_policy_replaces_the_one_in_force_and_takes_its_objectives(self):
        first = self._policy()
        first.action_put_in_force()
        objective = self.env["qms.objective"].create({"name": "Test", "figure": "on_time", "target": 95, "policy_id": first.id})
        second = self.env["qms.policy"].with_user(self.user_quality_manager).browse(first.action_new_version()["res_id"])
        self.assertEqual((second.version, second.state), (2, "draft"))
        second.action_put_in_force()
        self.assertEqual((first.state, second.state, objective.policy_id), ("replaced", "in_force", second))
        self.assertEqual(second.approved_by_id, self.user_quality_manager)

    def test_policy_in_force_is_a_record(self):
        policy = self._policy()
        policy.text = "<p>Changed while a draft</p>"
        policy.action_put_in_force()
        for call in (
            lambda: policy.write({"text": "<p>x</p>"}), lambda: policy.write({"state": "draft"}),
            policy.action_put_in_force, policy.unlink,
        ):
            with self.assertRaises(UserError):
                call()

    def test_a_new_version_is_begun_once_and_takes_archived_objectives_along(self):
        policy = self._policy()
        policy.action_put_in_force()
        objective = self.env["qms.objective"].create({
            "name": "Test", "figure": "on_time", "target": 95, "policy_id": policy.id, "active": False})
        draft = self.env["qms.policy"].with_user(self.user_quality_manager).browse(policy.action_new_version()["res_id"])
        self.assertEqual(policy.action_new_version()["res_id"], draft.id, "a second click opens it")
        draft.action_put_in_force()
        self.assertEqual(objective.policy_id, draft)

    def test_what_cannot_be_stored_is_refused_in_words(self):
        with self.assertRaises(ValidationError):
            self._policy().name = "Right\x00"

    def test_policy_cannot_be_created_in_force(self):
        policy = self.env["qms.policy"].with_user(self.user_quality_manager).with_context(default_state="in_force").create(
            {"name": "Policy", "text": "x", "state": "in_force", "version": 9})
        self.assertEqual((policy.state, policy.version), ("draft", 1))

    def test_officer_does_not_put_policies_into_force(self):
        policy = self._policy()
        with self.assertRaises(AccessError):
            policy.with_user(self.user_officer).action_put_in_force()

    def test_employees_read_the_policy_in_force_only(self):
        policy = self._policy()
        policies = self.env["qms.policy"].with_user(self.user_employee)
        self.assertNotIn(policy, policies.search([]))
        policy.action_put_in_force()
        self.assertIn(policy, policies.search([]))
