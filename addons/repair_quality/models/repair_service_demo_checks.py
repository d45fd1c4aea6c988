import base64
import random
from datetime import datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Command

from odoo.addons.repair_service.models.repair_flow import FLOW as REPAIR_FLOW

from .qms_policy import FLOW

FINDINGS = ("客户反映故障三天后又出现", "插头接地端松动，已现场处理", "旧件没有交还客户", "没有向客户讲解保修卡")
PATROL_FINDINGS = ("没有佩戴护目镜", "地面没有铺垫布", "万用表校准标签已过期")
TASKS = (
    ("4.4", "过程清单和流程图", "受控文件《质量手册》附录二"),
    ("7.1.5", "测量仪器台账与校准证书", "仓库三号柜，仪器台账"),
    ("9.2", "本年度内部审核报告", "质量管理，审核"),
    ("9.3", "管理评审记录", "质量管理，评审"),
)


class RepairServiceDemo(models.AbstractModel):
    """Samplings, patrols and the certificate of the demo company."""

    _inherit = "repair.service.demo"

    @api.model
    def _load_checks(self):
        """Sample the finished repairs of the past months, patrol, and certify; once."""
        company = self._find("demo_company")
        if not company or self.env["qms.sampling.rule"].search_count([("company_id", "=", company.id)], limit=1):
            return
        demo = self._enter()
        rng = random.Random(20)  # the demo company looks the same every time
        inspectors = self._find("demo_user_inspector") | self._find("demo_user_quality")
        demo._load_sampling(company, inspectors, rng)
        demo._load_patrols(company, inspectors, rng)
        demo._load_certification(company)

    @api.model
    def _load_sampling(self, company, inspectors, rng):
        today = self._get_today()
        rule = self.env["qms.sampling.rule"].create({
            "name": "完工维修月度抽检", "company_id": company.id, "plan_id": self.env.ref("repair_quality.sampling_plan_repairs").id,
            "start_on": today - relativedelta(months=4, day=1), "stratum": "category", "newcomer_minimum": 1,
            "inspector_ids": [Command.set(inspectors.ids)]})
        rule._lay_out()
        lots = rule.lot_ids.sorted("period_start")
        for lot in lots:
            lot._draw()
            if lot.state != "drawn":
                continue
            running = lot == lots[-1]
            inspections = lot.inspection_ids.sorted("id")
            for inspection in inspections[len(inspections) // 2:] if running else inspections:
                self._answer_check(inspection, rng, FINDINGS, 0.12)
            if not running:
                self._date_lot(lot)

    @api.model
    def _answer_check(self, inspection, rng, findings, failing):
        """Answer a sampling or patrol as its inspector does."""
        user = inspection.assigned_id or self._find("demo_user_inspector")
        own = inspection.with_user(user).with_context(allowed_company_ids=inspection.company_id.ids)
        if inspection.kind == "sampling":
            own.sampling_mode = rng.choice(("phone", "phone", "onsite"))
        own.action_pass_open()
        if rng.random() < failing:
            rng.choice(own.line_ids).write({"answer": "fail", "note": rng.choice(findings)})
        own.action_validate()

    @api.model
    def _date_lot(self, lot):
        """Write the days after the period where the steps wrote today; a draw has no door for that."""
        drawn = datetime.combine(lot.period_end + timedelta(days=1), time(18, 30))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE qms_sampling_draw SET drawn_on = %s, create_date = %s WHERE lot_id = %s", [drawn, drawn, lot.id])
        lot.draw_ids.invalidate_recordset()
        for place, inspection in enumerate(lot.inspection_ids.filtered("result").with_context(repair_flow=REPAIR_FLOW)):
            inspection.done_on = drawn + timedelta(days=1 + place % 9, hours=8)
        lot.write({"due_date": drawn.date() + timedelta(days=14), "decided_on": drawn + timedelta(days=10, hours=8)})
        self._date_nonconformities(lot.inspection_ids)

    @api.model
    def _date_nonconformities(self, inspections):
        for nonconformity in self.env["qms.nonconformity"].search([("inspection_id", "in", inspections.ids)]):
            day = fields.Date.to_date(nonconformity.inspection_id.done_on)
            nonconformity.write({"detected_on": day, "due_date": day + timedelta(days=45)})

    @api.model
    def _load_patrols(self, company, inspectors, rng):
        """Plan patrols; those of the past months were made, the last ones wait."""
        today = self._get_today()
        rule = self.env["qms.patrol.rule"].create({
            "name": "每位工程师每两个月一次", "company_id": company.id, "every": 2, "unit": "month",
            "start_on": today - relativedelta(months=2, days=-9), "inspector_ids": [Command.set(inspectors.ids)]})
        rule._plan()
        for patrol in rule.patrol_ids.sorted("id"):
            visit = self.env["repair.appointment"].search([
                ("technician_id", "=", patrol.technician_id.id), ("state", "=", "done"), ("start", "<", fields.Datetime.now()),
                ("start", ">", fields.Datetime.now() - timedelta(days=75)), ("arrived_at", "!=", False)], limit=1)
            if visit:
                self._make_patrol(patrol, visit, rng)
        rule._plan()

    @api.model
    def _make_patrol(self, patrol, visit, rng):
        template = self.env.ref("repair_quality.inspection_template_patrol")
        inspection = self.env["repair.inspection"].with_context(repair_flow=REPAIR_FLOW, mail_create_nolog=True).create({
            "kind": "patrol", "repair_id": visit.repair_id.id, "template_id": template.id, "patrol_id": patrol.id,
            "assigned_id": patrol.inspector_id.id})
        patrol._flow_write({
            "state": "started", "appointment_id": visit.id, "started_on": visit.arrived_at, "inspection_id": inspection.id})
        self._answer_check(inspection.with_context(repair_flow=None), rng, PATROL_FINDINGS, 0.2)
        moment = visit.arrived_at + timedelta(minutes=25)
        inspection.with_context(repair_flow=REPAIR_FLOW).done_on = moment
        patrol._flow_write({"done_on": moment, "settled_on": moment.date()})
        self._date_nonconformities(inspection)

    @api.model
    def _load_certification(self, company):
        """ISO 9001, certified eleven months ago: the first surveillance audit is near."""
        today, owner = self._get_today(), self._find("demo_user_quality")
        begin = today - relativedelta(months=11)
        bodies = self.env["res.partner"].create([
            {"name": name, "is_company": True} for name in ("华东质量认证中心", "申城认证有限公司")])
        file = base64.b64encode(b"%PDF-1.4\n%%EOF\n")
        record = self.env["qms.certification"].create({
            "standard": "ISO 9001", "edition": "2015", "scope": "家用电器的维修与售后服务", "company_id": company.id, "owner_id": owner.id,
            "offer_ids": [
                Command.create({
                    "partner_id": bodies[0].id, "accreditation": "CNAS C-EX01", "accredited_scope": "家用电器维修", "price": 32000,
                    "experience_years": 12, "references": 26}),
                Command.create({
                    "partner_id": bodies[1].id, "accreditation": "CNAS C-EX02", "accredited_scope": "一般服务业", "price": 26500,
                    "experience_years": 4, "references": 3}),
            ],
            "task_ids": [
                Command.create({
                    "clause": clause, "name": name, "evidence": evidence, "owner_id": owner.id, "deadline": begin - relativedelta(days=60)})
                for clause, name, evidence in TASKS]})
        record._choose(record.offer_ids[0], "认可范围覆盖本行业，同行业获证企业最多")
        record.task_ids.sudo().write({"done_on": begin - relativedelta(days=65), "done_by_id": owner.id})  # done long ago
        record._flow_write({"state": "audited"})
        for kind, days in (("stage1", 45), ("stage2", 15)):
            audit = self.env["qms.certification.audit"].create({
                "certification_id": record.id, "kind": kind, "planned_on": begin - relativedelta(days=days), "auditors": "沈国华，陆敏",
                "report_file": file, "report_filename": f"{kind}.pdf"})
            audit._flow_write({"result": "passed", "done_on": audit.planned_on})
        record._flow_write({
            "certificate_number": "QMS-2025-0917", "valid_from": begin, "valid_until": begin + relativedelta(years=3, days=-1),
            "certificate_file": file, "certificate_filename": "certificate.pdf", "on_papers": True, "issued_on": begin})
        record._plan_audits()
        record.with_context(qms_flow=FLOW).state = "certified"
        self.env["qms.certification"]._warn()
