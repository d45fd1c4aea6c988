import random
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Command

# Figure, name, target, tolerance, days looked at. Figures of addons that are not installed are left out.
OBJECTIVES = (
    ("response", "一小时内响应报修", 1, 0.5, 90),
    ("mttr", "两天内修好", 48, 12, 90),
    ("complaint_rate", "投诉少", 5, 3, 90),
    ("complaint_sla", "投诉按时办结", 90, 5, 180),
    ("csat", "客户满意", 90, 5, 90),
    ("stock_accuracy", "库存准确", 95, 3, 180),
    ("fill_rate", "配件现货满足", 85, 10, 180),
    ("training_done", "按计划完成培训", 90, 10, 366),
)
# Class of the cause, source, what was wrong, why, and what was done about it: the first ones come up most often.
CASES = (
    ("workmanship", "inspection", "终检发现排水管卡箍未拧紧", "作业指导书没有写明拧紧力矩", "指导书补充力矩要求，工具箱配力矩扳手"),
    ("workmanship", "inspection", "终检发现接地线未复位", "拆装步骤没有复位核对项", "终检表增加“接地复位”必检项"),
    ("workmanship", "audit", "抽查三张工单漏填测量值", "手机端测量值可以留空", "终检表测量值改为必填"),
    ("part_quality", "incoming", "一批电容来料容量偏低", "供应商换了原料没有通知", "要求供应商变更先报批，连续五批加严检验"),
    ("part_quality", "incoming", "门封条来料尺寸超差", "来料检验没有量尺寸", "来料检验表增加尺寸项和量具"),
    ("diagnosis", "repeat", "不制冷两次维修后再次出现", "只查压缩机，没有检漏", "制冷故障诊断流程增加检漏步骤"),
    ("diagnosis", "complaint", "误判主板故障，多换了一块电源板", "没有先测供电", "诊断培训增加供电测量案例"),
    ("late", "complaint", "上门晚到一小时没有提前告知", "上一单超时没有人改排班", "超时三十分钟由调度电话告知下一位客户"),
    ("booking", "staff", "预约登记了错误的楼栋", "电话登记没有复述地址", "登记话术增加复述地址"),
    ("damage", "complaint", "搬动洗衣机划伤地板", "没有铺垫布", "出工清单增加垫布，巡检必查"),
)
TURNS = (0, 1, 0, 3, 5, 2, 0, 7, 3, 1, 6, 0, 4, 8, 5, 2, 0, 3, 7, 9, 1, 5)
DECISIONS = ("增加一名机动工程师", "调整雨天路程时间", "高峰日提前一天确认时段", "上午首单改到九点")


class RepairServiceDemo(models.AbstractModel):
    """A year of the demo company's improvement: objectives, nonconformities that were closed, decisions, a finished project."""

    _inherit = "repair.service.demo"

    @api.model
    def _load_improvement(self):
        """Set the objectives, close the nonconformities of the past year, and store the months; once."""
        company, quality = self._find("demo_company"), self._find("demo_user_quality")
        demo = self.with_user(quality).with_company(company).with_context(
            lang=self._get_language(), tz=company.repair_tz, mail_activity_automation_skip=True, mail_notrack=True, mail_create_nolog=True)
        if not company or demo.env["qms.objective"].search_count([("figure", "=", "response"), ("company_id", "=", company.id)], limit=1):
            return
        demo._load_objectives(company)
        demo._load_past_nonconformities(company)
        demo._load_past_project(company)
        self.env["qms.objective"]._take_snapshots()
        demo._load_decisions(company)

    @api.model
    def _load_objectives(self, company):
        known = self.env["repair.figure"]._get_figures()
        self.env["qms.objective"].create([{
            "name": name, "figure": figure, "target": target, "tolerance": tolerance, "period_days": days, "company_id": company.id,
            "sequence": 80 + number, "policy_id": self.env.ref("repair_quality.demo_policy").id, "owner_id": self.env.uid,
        } for number, (figure, name, target, tolerance, days) in enumerate(OBJECTIVES) if figure in known])

    @api.model
    def _load_past_nonconformities(self, company):
        """One about every two weeks, each with its action, closed a month or two later."""
        rng, today = random.Random("nonconformities"), self._get_today()
        families = [self.env.ref(f"repair_service.category_{name}") for name in ("refrigerator", "washer", "air_conditioner", "tv")]
        doers = self._find("demo_user_manager") | self._find("demo_user_keeper") | self._find("demo_user_dispatcher")
        for number, place in enumerate(TURNS):
            cause, source, name, why, cure = CASES[place]
            found = today - timedelta(days=350 - number * 13 + rng.randrange(4))
            done, closed = found + timedelta(days=rng.randrange(9, 18)), found + timedelta(days=rng.randrange(42, 60))
            record = self.env["qms.nonconformity"].create({
                "name": name, "source": source, "severity": rng.choice(("minor", "minor", "major")), "company_id": company.id,
                "appliance_category_id": rng.choice(families).id, "owner_id": self.env.uid, "detected_on": found,
                "due_date": found + timedelta(days=60), "containment": "当天隔离并复查同类工单。", "root_cause": why,
                "cause_id": self.env.ref(f"repair_service.complaint_cause_{cause}").id, "fish_method": why,
                "action_ids": [Command.create({
                    "name": cure, "kind": "corrective", "owner_id": rng.choice(doers).id, "deadline": found + timedelta(days=21),
                    "result": f"{cure}，已执行。", "figure_days": 30, "effectiveness_note": "其后三十天内没有再次出现。"})]})
            self._close_past(record, done, closed)

    @api.model
    def _close_past(self, record, done, closed):
        """Write the end as it was then: the steps themselves only know today."""
        action = record.action_ids
        action.evidence_ids = [Command.create({"name": f"{record.number}.txt", "raw": action.result.encode()})]
        action._flow_write({
            "done_on": done, "done_by_id": action.owner_id.id, "verify_on": done + timedelta(days=30), "effectiveness": "effective",
            "evaluated_by_id": self.env.uid, "evaluated_on": closed})
        record._flow_write({"state": "closed", "verified_by_id": self.env.uid, "verified_on": closed, "closed_on": closed})

    @api.model
    def _load_past_project(self, company):
        """A project of the spring, with its weeks: frozen before and after from what was recorded in those days."""
        begin = self._get_today() - relativedelta(months=8)
        placed, owner = begin + timedelta(days=60), self._find("demo_user_manager")
        project = self.env["qms.improvement"].create({
            "name": "常用配件随车备货", "problem": "很多工单因为没带配件要第二次上门。", "figure": "first_time_fix", "figure_days": 90,
            "target_value": 90, "company_id": company.id, "owner_id": owner.id, "date_due": placed,
            "member_ids": [Command.set((self._find("demo_user_keeper") | self._find("demo_user_tech1")).ids)]})
        steps = self.env["qms.action"].create([{
            "name": name, "kind": "step", "improvement_id": project.id, "figure_days": 0, "owner_id": self._find(f"demo_user_{login}").id,
            "deadline": begin + timedelta(days=days), "result": "已完成。",
        } for name, login, days in (
            ("统计每类家电最常用的十种配件", "keeper", 20), ("每辆车配齐备货箱", "keeper", 45), ("每周补货清单", "manager", 60))])
        project._freeze_side("before", begin - timedelta(days=120), begin - timedelta(days=31))
        for step in steps:
            step._flow_write({"done_on": step.deadline, "done_by_id": step.owner_id.id})
        project._freeze_side("after", placed + timedelta(days=1), placed + timedelta(days=90))
        weeks = []
        for week in range(0, 26, 2):
            last = begin + timedelta(weeks=week) - timedelta(days=31)
            measured = project._measure_days(last - timedelta(days=89), last)
            weeks.append({
                "improvement_id": project.id, "date": begin + timedelta(weeks=week), "value": measured.value, "low": measured.low,
                "high": measured.high, "count": measured.count, "target": project.target_value})
        self.env["qms.improvement.value"].sudo().create(weeks)  # written by the system alone
        closed = placed + timedelta(days=128)
        project.write({
            "evaluation": "第二次上门明显减少；同期没有换工程师，也没有淡旺季变化。",
            "standard": "随车备货清单写入《出工准备作业指导书》。",
            "lesson": "备货箱要每周清点，否则一个月后又不全。",
            "evidence_ids": [Command.create({"name": "随车备货清单.txt", "raw": "每车十种常用配件".encode()})]})
        project._flow_write({
            "state": "closed", "started_on": begin, "first_date_due": placed, "implemented_on": placed,
            "evaluate_on": placed + timedelta(days=121), "evaluated_on": closed, "evaluated_by_id": self.env.uid, "closed_on": closed,
            "closed_by_id": owner.id})

    @api.model
    def _load_decisions(self, company):
        """Decide on the missed months but the newest two, which wait."""
        missed = self.env["qms.objective.value"].search(
            [("company_id", "=", company.id), ("decision_state", "=", "missing")], order="period_start")
        for number, value in enumerate(missed[:-2]):
            decided = fields.Date.add(value.period_end, days=8)
            decision = self.env["qms.action"].create({
                "name": DECISIONS[number % len(DECISIONS)], "kind": "decision", "objective_value_id": value.id, "figure_days": 0,
                "owner_id": self._find("demo_user_dispatcher").id, "deadline": decided + timedelta(days=14), "result": "已执行。"})
            decision._flow_write({"done_on": decided + timedelta(days=10), "done_by_id": decision.owner_id.id})
        objectives = self.env["qms.objective"].search([("company_id", "=", company.id)])
        objectives.with_context(mail_activity_automation_skip=False)._watch_light()
