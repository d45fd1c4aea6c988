import base64
import io
from datetime import timedelta

from PIL import Image

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user

from .common import RepairQualityCommon


def make_photo():
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), "grey").save(stream, "JPEG")
    return base64.b64encode(stream.getvalue())


class AuditCommon(RepairQualityCommon):
    """Two departments with heads, a standard of two clauses in three, and auditors of a third department."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_hr = new_test_user(cls.env, "test_audit_hr", "base.group_user,hr.group_hr_user")
        cls.user_second = new_test_user(cls.env, "test_quality_second", "base.group_user,repair_quality.repair_quality_group_manager")
        cls.user_lead, cls.user_member, cls.user_head, cls.user_stranger = (
            new_test_user(cls.env, f"test_{name}", "base.group_user", tz="Asia/Shanghai")
            for name in ("lead", "member", "head", "stranger"))
        cls.env["hr.department"].search([]).active = False
        cls.workshop, cls.desk, cls.office = cls.env["hr.department"].create(
            [{"name": "Test workshop"}, {"name": "Test desk"}, {"name": "Test office"}])
        employees = cls.env["hr.employee"]
        cls.lead, cls.member, cls.head, cls.stranger = employees.create([
            {"name": "Lead", "user_id": cls.user_lead.id, "department_id": cls.office.id},
            {"name": "Member", "user_id": cls.user_member.id, "department_id": cls.office.id},
            {"name": "Head", "user_id": cls.user_head.id, "department_id": cls.workshop.id},
            {"name": "Stranger", "user_id": cls.user_stranger.id, "department_id": cls.office.id}])
        cls.workshop.manager_id = cls.head
        cls.skill = cls.env.ref("repair_quality.skill_internal_auditor")
        for employee in (cls.lead, cls.member, cls.head):
            cls._certify_auditor(employee)
        cls.standard = cls.env["qms.standard"].create(
            {"name": "Test standard", "edition": "1", "auditor_skill_id": cls.skill.id})
        cls.chapter = cls._create_clause("1", "Chapter")
        cls.clause_a = cls._create_clause("1.1", "Prices", cls.chapter, questions="Was the price told?\nIs it on record?")
        cls.clause_b = cls._create_clause("1.2", "Tools", cls.chapter)
        cls.clauses = cls.clause_a | cls.clause_b

    @classmethod
    def _create_clause(cls, number, name, parent=None, **values):
        return cls.env["qms.clause"].create({
            "standard_id": cls.standard.id, "number": number, "name": name, "parent_id": parent.id if parent else False, **values})

    @classmethod
    def _certify_auditor(cls, employee, begin=-30, end=400, approve=True):
        """Give the auditor's certificate; the days count from today."""
        row = cls.env["hr.employee.skill"].create({
            "employee_id": employee.id, "skill_type_id": cls.skill.skill_type_id.id, "skill_id": cls.skill.id,
            "skill_level_id": cls.skill.skill_type_id.skill_level_ids[0].id, "valid_from": cls.today + timedelta(days=begin),
            "valid_to": cls.today + timedelta(days=end), "certificate_number": f"A-{employee.id}-{begin}-{end}"})
        if approve:
            row.with_user(cls.user_hr).action_approve()
        return row

    @classmethod
    def _create_programme(cls, **values):
        return cls.env["qms.audit.programme"].with_user(cls.user_officer).create({
            "name": "Audits", "year": cls.today.year, "standard_ids": [Command.set(cls.standard.ids)], **values})

    @classmethod
    def _plan_audit(cls, departments=None, clauses=None, begin=0, length=0, **values):
        """Plan an audit outside the programme; ``begin`` counts days from today."""
        day = cls.today + timedelta(days=begin)
        return cls.env["qms.audit"].with_user(cls.user_officer).create({
            "name": "Workshop", "extra_reason": "After a complaint", "department_ids": [Command.set((departments or cls.workshop).ids)],
            "clause_ids": [Command.set((clauses or cls.chapter).ids)], "date_start": day, "date_end": day + timedelta(days=length),
            "lead_id": cls.user_lead.id, "team_ids": [Command.set(cls.user_member.ids)], **values})

    @classmethod
    def _start(cls, **values):
        audit = cls._plan_audit(**values)
        audit.action_announce()
        audit.with_user(cls.user_lead).action_start()
        return audit.with_user(cls.user_lead)

    @classmethod
    def _answer_all(cls, audit, *answers):
        """Answer the questions in order; those beyond ``answers`` conform."""
        for number, line in enumerate(audit.line_ids):
            answer = answers[number] if number < len(answers) else "conforming"
            line.write({"answer": answer, "note": f"Seen {number}"})

    @classmethod
    def _report(cls, audit, *answers):
        cls._answer_all(audit, *answers)
        audit.finding_ids.filtered("is_nonconforming").write({"owner_id": cls.user_head.id})
        audit.summary = "Works on the whole."
        audit.action_report()
        return audit

    @classmethod
    def _close_nonconformity(cls, nonconformity):
        """Bring a nonconformity to its end as its own flow leaves it."""
        nonconformity.sudo()._flow_write({"state": "closed", "closed_on": fields.Date.today()})
