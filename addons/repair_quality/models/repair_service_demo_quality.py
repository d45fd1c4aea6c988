from collections import Counter
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.fields import Command

from ..demo.documents import DOCUMENTS, RECORDS, SEEN, SEEN_BY_DEPARTMENT, SEEN_ELSE

HEADS = {"service": "manager", "desk": "desk", "quality": "quality", "parts": "keeper", "office": "hr"}
AUDITORS = ("hr", "desk", "quality", "inspector")


class RepairServiceDemo(models.AbstractModel):
    _inherit = "repair.service.demo"

    @api.model
    def _load_quality_system(self):
        """Controlled documents, a register of records, and an audit programme half done."""
        demo = self._enter("quality")
        if demo.env["qms.document"].search_count([("name", "=", "质量手册")], limit=1):
            return
        for department, head in HEADS.items():
            self._get_demo_department(department).manager_id = self._find(f"demo_employee_{head}")
        self._create_demo_documents(demo)
        self._create_demo_records(demo)
        self._certify_demo_auditors()
        self._create_demo_audits(demo)

    @api.model
    def _get_demo_department(self, name):
        return self._find(f"demo_department_{name}")

    @api.model
    def _get_demo_user(self, name):
        return self._find(f"demo_user_{'inspector' if name == 'quality_author' else name}")

    @api.model
    def _get_demo_clauses(self, names):
        return self.env["qms.clause"].union(*(self.env.ref(f"repair_quality.clause_{name}") for name in names))

    @api.model
    def _create_demo_documents(self, demo):
        for _key, kind, title, owner, distribution, clauses, steps, text in DOCUMENTS:
            document = demo.env["qms.document"].create({
                "name": title, "kind": kind, "owner_id": self._get_demo_user(owner).id, "for_everyone": distribution == "all",
                "department_ids": False if distribution == "all" else [
                    Command.set([self._get_demo_department(name).id for name in distribution])],
                "clause_ids": [Command.set(self._get_demo_clauses(clauses).ids)],
                "step_ids": [Command.create({
                    "step": step,
                    "category_ids": family and [Command.link(self.env.ref(f"repair_service.category_{family}").id)],
                }) for step, family in steps],
            })
            author = document.with_user(document.owner_id).with_context(**demo.env.context)
            author.action_new_version("首次发布")
            version = author.next_version_id
            version.content = text
            version.action_submit()
            version = version.with_env(demo.env)
            version.action_review()
            version.action_approve()
            version.action_put_in_force()
        # Some have read what concerns them, one document changes, and one comes up for review.
        for login in ("desk", "manager", "tech1"):
            user = self._get_demo_user(login)
            rows = self.env["qms.document.reading"].with_user(user).search([("user_id", "=", user.id), ("read_on", "=", False)])
            rows[:4].action_confirm()
        leak = demo.env["qms.document"].search([("name", "=like", "空调检漏%")], limit=1)
        author = leak.with_user(leak.owner_id).with_context(**demo.env.context)
        author.action_new_version("新购电子检漏仪，保压时间改为四十分钟")
        author.next_version_id.content = leak.content.replace("三十分钟", "四十分钟")
        author.next_version_id.action_submit()
        leak.search([("name", "=", "现场巡查表")], limit=1).review_months = 1

    @api.model
    def _create_demo_records(self, demo):
        demo.env["qms.record.kind"].create([{
            "code": code, "name": name, "keeper_id": self._get_demo_user(keeper).id,
            "department_id": self._get_demo_department(department).id, "place": place, "basis": basis, "retention_months": months,
            "model_id": model and self.env["ir.model"]._get_id(model), "clause_ids": [Command.set(self._get_demo_clauses(clauses).ids)],
        } for code, name, keeper, department, place, model, months, basis, clauses in RECORDS])
        paper = demo.env["qms.record.kind"].search([("code", "=", "QR-05")], limit=1)
        demo.env["qms.record.destruction"].create({
            "kind_id": paper.id, "date_to": paper.destroyable_before, "date_from": paper.destroyable_before - relativedelta(years=1),
            "quantity": "2 盒", "method": "shred", "witness_id": self._get_demo_user("keeper").id}).action_propose()

    @api.model
    def _certify_demo_auditors(self):
        skill, today = self.env.ref("repair_quality.skill_internal_auditor"), self._get_today()
        rows = self.env["hr.employee.skill"].create([{
            "employee_id": self._find(f"demo_employee_{name}").id, "skill_type_id": skill.skill_type_id.id, "skill_id": skill.id,
            "skill_level_id": self.env.ref("repair_quality.skill_level_auditor").id, "valid_from": today - timedelta(days=300),
            "valid_to": today + relativedelta(months=20), "certificate_number": f"NS-{today.year - 1}-{number:03d}",
        } for number, name in enumerate(AUDITORS, 1)])
        rows.action_approve()

    @api.model
    def _create_demo_audits(self, demo):
        today = self._get_today()
        standard = self.env.ref("repair_quality.standard_iso_9001_2015")
        programme = demo.env["qms.audit.programme"].create({
            "name": f"{today.year} 年度内部审核方案", "year": today.year, "standard_ids": [Command.set(standard.ids)],
            "goals": "每个部门、每项条款全年至少审核一次\n重点：先报价后维修、证书有效性、配件到货检验",
            "uncovered_reason": "综合部的运行与采购条款并入明年上半年审核：本年第四季度办公室搬迁。",
            "exemption_ids": [Command.create({
                "department_id": self._get_demo_department(name).id, "clause_id": self.env.ref("repair_quality.clause_iso_8_3").id,
                "reason": "公司不设计产品或服务，维修方法由厂家规定"}) for name in HEADS],
        })
        whole = standard.clause_ids.filtered(lambda clause: not clause.parent_id)
        heads = [self._get_demo_department(name).id for name in HEADS]
        bare = demo.env["hr.department"].search(["|", ("company_id", "=", programme.company_id.id), ("company_id", "=", False)])
        programme.exemption_ids = [Command.create({
            "department_id": department.id, "clause_id": clause.id, "reason": "仅有系统账号，没有人员和业务"})
            for department in bare.filtered(lambda one: one.id not in heads) for clause in whole]
        office = whole.filtered(lambda clause: clause.number != "8")
        audits = [self._plan_demo_audit(demo, programme, *plan) for plan in (
            ("客户服务部审核", "desk", whole, "hr", "inspector", -60), ("维修服务部审核", "service", whole, "quality", "desk", -25),
            ("配件部审核", "parts", whole, "hr", "quality", 0), ("综合部审核", "office", office, "quality", "inspector", 9),
            ("质量部审核", "quality", whole, "desk", "hr", 20))]
        programme.action_submit()
        programme.with_user(self._get_demo_user("manager")).action_approve()
        for audit in audits[:4]:
            audit.action_announce()
        for audit in audits[:3]:
            lead = audit.with_user(audit.lead_id).with_context(**demo.env.context)
            lead.action_start()
            self._answer_demo_audit(lead, None if audit != audits[2] else 6)
        self._report_demo_audit(audits[0], today, 60)
        audits[0].action_close()
        self._report_demo_audit(audits[1], today, 25)

    @api.model
    def _plan_demo_audit(self, demo, programme, name, department, clauses, lead, member, days):
        day = max(min(self._get_today() + timedelta(days=max(days, 0)), self._get_today().replace(month=12, day=30)), self._get_today())
        return demo.env["qms.audit"].create({
            "name": name, "programme_id": programme.id, "department_ids": [Command.link(self._get_demo_department(department).id)],
            "clause_ids": [Command.set(clauses.ids)], "lead_id": self._get_demo_user(lead).id,
            "team_ids": [Command.link(self._get_demo_user(member).id)], "date_start": day,
            "date_end": min(day + timedelta(days=1), day.replace(month=12, day=31))})

    @api.model
    def _answer_demo_audit(self, audit, count):
        members = (audit.lead_id | audit.team_ids).sorted(lambda user: user != audit.lead_id)
        asked = Counter()
        for number, line in enumerate(audit.line_ids[:count] if count else audit.line_ids):
            clause = line.clause_id.number
            place, otherwise = (clause, asked[clause]), ("conforming", SEEN_ELSE[number % len(SEEN_ELSE)])
            asked[clause] += 1
            answer, note = SEEN_BY_DEPARTMENT.get((line.department_id.name, *place)) or SEEN.get(place, otherwise)
            free = members.filtered(lambda user, line=line: not line._get_own_document_problem(user))[:1]
            if free:
                line.with_user(free).with_context(**audit.env.context).write({"answer": answer, "note": note})

    @api.model
    def _report_demo_audit(self, audit, today, days):
        """Finish an audit, and move it back to where it would have taken place: the steps themselves only know today."""
        lead = audit.with_user(audit.lead_id).with_context(**audit.env.context)
        if audit.department_ids == self._get_demo_department("service"):
            instruments = audit.line_ids.filtered(lambda line: line.clause_id.number == "7.1")[:1]
            instruments.with_user(audit.lead_id).write({
                "answer": "major", "note": "工具箱 T-07 的兆欧表校准已过期两个月，仍用于完工检验。"})
            price = audit.line_ids.filtered(lambda line: line.clause_id.number == "8.2")[:1]
            price.with_user(audit.lead_id).write({
                "answer": "minor", "note": "抽查十张工单，一张在客户同意报价之前已开始维修。"})
        lead.summary = "体系运行总体有效，人员熟悉流程，记录可追溯；仪器校准与现场文件的使用需要加强。"
        lead.with_context(audit_papers_later=True).action_report()  # no web server yet that a renderer could ask for styles
        day = max(today - timedelta(days=days), today.replace(month=1, day=1))
        audit._flow_write({
            "date_start": day, "date_end": min(day + timedelta(days=1), today), "announced_on": day.replace(day=1), "started_on": day,
            "reported_on": min(day + timedelta(days=3), today)})
