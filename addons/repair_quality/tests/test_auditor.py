from datetime import timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common_audit import AuditCommon


@tagged("post_install", "-at_install")
class TestAuditor(AuditCommon):

    def test_auditor_needs_a_certificate_valid_on_each_day_of_the_audit(self):
        with self.assertRaisesRegex(ValidationError, "holds no certificate"):
            self._plan_audit(lead_id=self.user_stranger.id)
        row = self._certify_auditor(self.stranger, begin=-10, end=5)
        self._plan_audit(lead_id=self.user_stranger.id, begin=4, length=1)
        for days in ({"begin": 6}, {"begin": 5, "length": 1}):
            with self.assertRaisesRegex(ValidationError, "no valid certificate"):
                self._plan_audit(lead_id=self.user_stranger.id, **days)
        with self.assertRaises(ValidationError):
            self._plan_audit(team_ids=[Command.set((self.user_member | self.user_stranger).ids)], begin=6)
        row.with_user(self.user_hr).unlink()
        self._certify_auditor(self.stranger, approve=False)
        with self.assertRaisesRegex(ValidationError, "HR has not checked"):
            self._plan_audit(lead_id=self.user_stranger.id)

    def test_certificate_that_lapses_after_the_planning_stops_start_answers_and_report(self):
        row = self._certify_auditor(self.stranger, begin=-10, end=30)
        audit = self._plan_audit(lead_id=self.user_stranger.id, team_ids=False)
        audit.action_announce()
        mine = audit.with_user(self.user_stranger)
        row.with_user(self.user_hr).valid_to = self.today - timedelta(days=1)
        with self.assertRaisesRegex(UserError, "expired"):
            mine.action_start()
        row.with_user(self.user_hr).valid_to = self.today + timedelta(days=30)
        row.with_user(self.user_hr_other()).action_approve()
        mine.action_start()
        mine.line_ids[0].write({"answer": "conforming", "note": "x"})
        row.with_user(self.user_hr).valid_to = self.today - timedelta(days=1)
        for call in (lambda: mine.line_ids[1].write({"answer": "conforming", "note": "x"}),
                     lambda: self.env["qms.audit.evidence"].with_user(self.user_stranger).create(
                         {"line_id": mine.line_ids[1].id, "name": "x"}),
                     lambda: self.env["qms.finding"].with_user(self.user_stranger).create(
                         {"audit_id": mine.id, "department_id": self.workshop.id, "clause_id": self.clause_a.id, "description": "x"})):
            with self.assertRaisesRegex(UserError, "expired"):
                call()

    def test_who_left_the_company_does_not_audit(self):
        audit = self._plan_audit(begin=3)
        self.lead.active = False
        with self.assertRaisesRegex(ValidationError, "no employee"):
            audit.action_announce()
        with self.assertRaisesRegex(ValidationError, "no employee"):
            self._plan_audit()

    def user_hr_other(self):
        return self.user_hr

    def test_nobody_audits_his_own_department(self):
        with self.assertRaisesRegex(ValidationError, "own department"):
            self._plan_audit(lead_id=self.user_head.id)
        with self.assertRaisesRegex(ValidationError, "own department"):
            self._plan_audit(team_ids=[Command.set(self.user_head.ids)])
        bench = self.env["hr.department"].create({"name": "Bench", "parent_id": self.workshop.id})
        with self.assertRaisesRegex(ValidationError, "own department"):
            self._plan_audit(departments=bench, lead_id=self.user_head.id)
        self.lead.department_id = bench
        with self.assertRaisesRegex(ValidationError, "own department"):
            self._plan_audit()

    def test_manager_does_not_audit_what_he_manages(self):
        self.desk.manager_id = self.lead
        with self.assertRaisesRegex(ValidationError, "manages"):
            self._plan_audit(departments=self.desk)
        self.desk.manager_id = False
        audit = self._plan_audit(departments=self.desk)
        self.desk.manager_id = self.lead
        with self.assertRaisesRegex(ValidationError, "manages"):
            audit.action_announce()

    def test_who_moves_into_the_department_does_not_start(self):
        audit = self._plan_audit()
        audit.action_announce()
        self.member.department_id = self.workshop
        with self.assertRaisesRegex(UserError, "own department"):
            audit.with_user(self.user_lead).action_start()

    def test_nobody_audits_his_own_work(self):
        order = self._create_order()
        audit = self._start()
        line = audit.line_ids[0]
        evidence = self.env["qms.audit.evidence"].with_user(self.user_lead)
        order.sudo().user_id = self.user_lead
        self.user_lead.group_ids += self.env.ref("repair_service.repair_service_group_desk")
        with self.assertRaisesRegex(UserError, "own work"):
            evidence.create({"line_id": line.id, "name": "Price told", "repair_id": order.id})
        order.sudo().user_id = False
        self.assertTrue(evidence.create({"line_id": line.id, "name": "Price told", "repair_id": order.id}))

    def test_work_done_under_an_earlier_login_is_his_own_work(self):
        order = self._create_order()
        order.sudo().user_id = self.user_stranger
        self.stranger.user_id = False
        self.lead.user_id = self.user_stranger
        self.lead.user_id = self.user_lead
        self.user_lead.group_ids += self.env.ref("repair_service.repair_service_group_desk")
        audit = self._start()
        with self.assertRaisesRegex(UserError, "own work"):
            self.env["qms.audit.evidence"].with_user(self.user_lead).create(
                {"line_id": audit.line_ids[0].id, "name": "Price told", "repair_id": order.id})

    def test_who_wrote_the_document_does_not_answer_for_its_clause(self):
        document = self.env["qms.document"].create({
            "name": "Prices", "kind": "procedure", "owner_id": self.user_lead.id, "clause_ids": [Command.set(self.clause_a.ids)]})
        document.with_user(self.user_lead).action_new_version("First")
        version = document.next_version_id
        version.with_user(self.user_lead).content = "<p>x</p>"
        version.with_user(self.user_lead).action_submit()
        version.with_user(self.user_officer).action_review()
        version.with_user(self.user_quality_manager).action_approve()
        version.with_user(self.user_officer).action_put_in_force()
        audit = self._start()
        lines = audit.line_ids
        self.assertEqual(lines.mapped("clause_id.number"), ["1.1", "1.2"])
        with self.assertRaisesRegex(UserError, "own work"):
            lines[0].write({"answer": "conforming", "note": "x"})
        lines[0].with_user(self.user_member).write({"answer": "conforming", "note": "x"})
        lines[2].write({"answer": "conforming", "note": "x"})
        with self.assertRaisesRegex(UserError, "own work"):
            self.env["qms.audit.evidence"].with_user(self.user_lead).create(
                {"line_id": lines[2].id, "name": "x", "version_id": version.id})
