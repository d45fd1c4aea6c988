

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.repair_service.tests.common_rpc import RecordSweep

from .common_audit import AuditCommon

FACTS = {
    "qms.document": ["number", "state", "effective_version_id", "review_date", "reviewed_on", "for_everyone"],
    "qms.document.version": ["number", "state", "author_id", "approver_id", "content", "checksum", "effective_from"],
    "qms.document.reading": ["read_on", "is_current", "employee_id", "manner", "collected_by_id", "proof"],
    "qms.record.kind": ["retention_months", "keeper_id"],
    "qms.record.destruction": ["state", "date_to", "approved_by_id", "done_on"],
    "qms.audit.programme": ["state", "version", "uncovered_reason", "approved_by_id"],
    "qms.audit.programme.version": ["number", "changes"],
    "qms.audit": ["state", "lead_id", "date_start", "summary", "reported_on", "report_checksum"],
    "qms.audit.replacement": ["replaced_id", "successor_id", "reason", "decided_by_id"],
    "qms.audit.line": ["answer", "note", "answered_by_id", "question"],
    "qms.audit.evidence": ["name", "taken_by_id"],
    "qms.finding": ["grade", "description", "owner_id", "due_date", "nonconformity_id", "followup_audit_id"],
    "qms.audit.acknowledgement": ["user_id", "acknowledged_on"],
    "qms.clause": ["number", "name"],
    "qms.standard": ["name", "auditor_skill_id"],
}


@tagged("post_install", "-at_install")
class TestDocumentsRpc(RecordSweep, AuditCommon):
    """Every public method and field of documents, records and audits, called and written with nonsense by whoever has a login."""

    sweep_module, sweep_facts, sweep_users = "repair_quality", FACTS, ("user_lead", "user_head", "user_quality_manager")
    sweep_writer = "user_quality_manager"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        document = cls.env["qms.document"].with_user(cls.user_officer).create({"name": "Document", "for_everyone": True})
        document.action_new_version("First")
        version = document.next_version_id
        version.content = "<p>x</p>"
        version.action_submit()
        version.with_user(cls.user_quality_manager).action_review()
        version.with_user(cls.user_quality_manager).action_approve()
        version.action_put_in_force()
        kind = cls.env["qms.record.kind"].with_user(cls.user_officer).create({"name": "Kind"})
        protocol = cls.env["qms.record.destruction"].with_user(cls.user_officer).create({
            "kind_id": kind.id, "date_to": kind.destroyable_before, "quantity": "1"})
        protocol.action_propose()
        programme = cls._create_programme(year=cls.today.year + 1, uncovered_reason="x")
        cls.env["qms.audit"].with_user(cls.user_officer).create({
            "name": "Workshop", "programme_id": programme.id, "department_ids": [Command.set(cls.workshop.ids)],
            "clause_ids": [Command.set(cls.chapter.ids)], "date_start": f"{programme.year}-05-05", "date_end": f"{programme.year}-05-06"})
        programme.action_submit()
        programme.with_user(cls.user_quality_manager).action_approve()
        reported = cls._start()
        evidence = cls.env["qms.audit.evidence"].with_user(cls.user_lead).create({"line_id": reported.line_ids[0].id, "name": "x"})
        cls._report(reported, "minor")
        running = cls._start(departments=cls.desk)
        running.line_ids[0].write({"answer": "minor", "note": "x"})
        running.with_user(cls.user_officer)._replace_auditor(cls.user_member, cls.env["res.users"], "Called away")
        cls.records = [record.sudo(False) for record in (
            document, version, version.sudo().reading_ids[0], kind, protocol, programme, programme.version_ids, reported,
            reported.line_ids[0], evidence, reported.finding_ids[0], reported.sudo().acknowledgement_ids[0], running, running.line_ids[0],
            running.finding_ids, running.sudo().replacement_ids, cls.clause_a, cls.standard, cls._plan_audit(),
        )]
        cls.env.flush_all()

    def test_a_colleague_changes_nothing_whatever_he_calls_or_writes(self):
        self._check_changes_nothing(
            self.user_stranger, confirms=(("qms.document", "action_confirm_read"), ("qms.document.reading", "action_confirm")))

    def test_reason_dialogue_calls_nothing_else(self):
        document = self.records[0]
        for model, record_id, method in (
                ("qms.document", document.id, "unlink"), ("qms.document", document.id, "action_archive"), ("res.users", 2, "unlink"),
                ("nonsense", 1, "x"), ("qms.document.version", 2**30, "action_withdraw")):
            with self.assertRaises(UserError):
                self.env["qms.reason"].with_user(self.user_stranger).create({
                    "res_model": model, "res_id": record_id, "method": method, "reason": "x"}).action_confirm()

    def test_forged_context_opens_nothing(self):
        version = self.records[1].with_user(self.user_quality_manager)
        for context in ({"repair_flow": True}, {"repair_flow": "FLOW"}, {"qms_flow": 1}, {"default_state": "effective"}):
            with self.assertRaises(UserError):
                version.with_context(**context).write({"state": "draft"})
        draft = self.env["qms.document"].with_user(self.user_officer).create({"name": "Other"})
        draft.with_context(default_state="effective", default_approver_id=self.user_officer.id).action_new_version("x")
        self.assertEqual((draft.next_version_id.state, draft.next_version_id.approver_id.id), ("draft", False))
