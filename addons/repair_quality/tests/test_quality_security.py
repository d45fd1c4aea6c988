from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged, users

from .common import RepairQualityCommon


@tagged("post_install", "-at_install")
class TestQualitySecurity(RepairQualityCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.record = cls._make_nonconformity()
        cls.action = cls._plan_action(cls.record)
        cls.foreign = cls._make_nonconformity(name="Of somebody else")
        cls.objective = cls.env["qms.objective"].create({"name": "Test", "figure": "on_time", "target": 95})

    @users("test_employee")
    def test_employee_reports_and_sees_what_concerns_him(self):
        own = self.env["qms.nonconformity"].create({"name": "Ladder without lock", "owner_id": self.user_officer.id})
        seen = self.env["qms.nonconformity"].search([])
        self.assertIn(own, seen)
        self.assertIn(self.record, seen, "he owns an action of it")
        self.assertNotIn(self.foreign, seen)

    @users("test_employee")
    def test_employee_does_not_treat_what_others_own(self):
        with self.assertRaises(AccessError):
            self.record.with_env(self.env).write({"root_cause": "me"})
        with self.assertRaises(AccessError):
            self.record.with_env(self.env).unlink()
        for step in (self.record.with_env(self.env).action_analyse, self.record.with_env(self.env).action_start_actions):
            with self.assertRaises(AccessError):
                step()
        with self.assertRaises(AccessError):
            self._plan_action(self.record).with_env(self.env).copy()

    @users("test_employee")
    def test_employee_carries_out_his_action_but_does_not_judge_it(self):
        action = self.action.with_env(self.env)
        action.write({"result": "Done", "evidence_ids": [(4, self._evidence(self.env.user).id)]})
        action.action_done()
        with self.assertRaises(AccessError):
            action.effectiveness_note = "I think it helped"
        for call in (action.action_effective, action.action_not_effective):
            with self.assertRaises(AccessError):
                call()

    @users("test_employee")
    def test_owner_of_a_nonconformity_analyses_it_but_does_not_close_it(self):
        mine = self._make_nonconformity(owner_id=self.user_employee.id).with_env(self.env)
        self._analyse(mine)
        self.env["qms.action"].create({"nonconformity_id": mine.id, "name": "x", "deadline": self.today})
        mine.action_start_actions()
        for call in (mine.action_verify, mine.action_close, mine.action_reopen):
            with self.assertRaises(AccessError):
                call()

    @users("test_employee")
    def test_an_own_project_is_no_way_into_the_nonconformities_of_others(self):
        """Who plans a step on his own project may not hang it on a nonconformity, too: its actions' owners read it."""
        other = self._make_nonconformity()
        project = self.env["qms.improvement"].create({"name": "Mine", "figure": "nps", "target_value": 60, "date_due": self.today})
        vals = {"name": "x", "deadline": self.today, "improvement_id": project.id}
        for more in ({"nonconformity_id": other.id, "kind": "corrective"}, {"nonconformity_id": other.id, "kind": "step"},
                     {"kind": "corrective"}):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self.env["qms.action"].create({**vals, **more})
        step = self.env["qms.action"].create({**vals, "kind": "step"})
        for more in ({"nonconformity_id": other.id}, {"kind": "corrective"}):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                step.write(more)
        self.assertFalse(self.env["qms.nonconformity"].search([("id", "=", other.id)]))

    @users("test_desk")
    def test_other_owners_action_is_not_reported_done(self):
        with self.assertRaises(AccessError):
            self.action.with_env(self.env).action_done()

    @users("test_employee", "test_desk", "test_technician")
    def test_objectives_are_closed_to_others(self):
        with self.assertRaises(AccessError):
            self.objective.with_env(self.env).read(["value"])

    @users("test_officer", "test_manager")
    def test_officer_and_service_manager_read_objectives_only(self):
        objective = self.objective.with_env(self.env)
        self.assertTrue(objective.read(["value", "light", "definition"]))
        self.assertTrue(objective.action_view_records())
        for call in (lambda: objective.write({"target": 1}), objective.unlink):
            with self.assertRaises(AccessError):
                call()

    @users("test_quality_manager")
    def test_nobody_writes_the_history(self):
        vals = {"objective_id": self.objective.id, "period_start": "2019-01-01", "period_end": "2019-01-31", "value": 100}
        with self.assertRaises(AccessError):
            self.env["qms.objective.value"].create(vals)
        row = self.env["qms.objective.value"].sudo().create(vals).with_env(self.env)
        for call in (lambda: row.write({"value": 100}), row.unlink):
            with self.assertRaises(AccessError):
                call()

    @users("test_officer")
    def test_officer_opens_the_records_behind_a_figure(self):
        action = self.objective.with_env(self.env).action_view_records()
        self.env[action["res_model"]].search(action["domain"]).mapped("display_name")

    def test_records_of_another_company_are_not_seen(self):
        other = self.env["res.company"].create({"name": "Other branch"})
        record = self.env["qms.nonconformity"].create({"name": "There", "company_id": other.id})
        objective = self.env["qms.objective"].create({"name": "There", "figure": "on_time", "target": 95, "company_id": other.id})
        self.assertFalse(record.with_user(self.user_officer).search([("id", "=", record.id)]))
        self.assertFalse(objective.with_user(self.user_quality_manager).search([("id", "=", objective.id)]))
