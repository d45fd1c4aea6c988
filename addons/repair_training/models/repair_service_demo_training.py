from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.fields import Command

LEAK_CHECKS = ("断电并验电", "用检漏仪找到漏点", "回收制冷剂并记录", "焊接后保压三十分钟")

COURSES = (
    ("企业文化与价值观", "O-CULT", "onboarding", "class", 2.0, "culture", "了解公司宗旨、服务承诺与行为准则"),
    ("岗位职责与工单流程", "O-DUTY", "onboarding", "online", 3.0, "duties", "能按七个步骤完成一张工单"),
    ("家电维修基础", "O-BASE", "onboarding", "practice", 8.0, "basics", "认识常见家电的结构与安全拆装"),
    ("冰箱与空调的制冷原理", "P-PRIN", "professional", "online", 6.0, "principles", "能按压力和温度判断制冷系统故障"),
    ("R290 新制冷剂与变频技术", "P-NEW", "professional", "class", 6.0, "novelties", "掌握可燃制冷剂的安全作业要求"),
    ("家电行业动态季度交流", "C-TRADE", "continuing", "exchange", 2.0, "trade", "了解新产品、新政策和客户需求变化"),
    ("控制板级维修", "C-ADV", "continuing", "practice", 16.0, "advanced", "能用示波器定位并修复控制板故障"),
    ("班组长管理基础", "C-LEAD", "continuing", "class", 8.0, "leadership", "能排班、带教并处理客户投诉"),
)


class RepairServiceDemo(models.AbstractModel):
    _inherit = "repair.service.demo"

    @api.model
    def _load_training(self):
        """A small school: courses, a session that is over and one to come, levels, a mentor, the plan of the year and its needs."""
        demo = self._enter("hr")
        if demo.env["hr.training.course"].search_count([("code", "=", "P-AC")], limit=1):
            return
        staff = [self._find(f"demo_technician_{number:02d}") for number in range(1, 9)]
        boss = self._find("demo_employee_manager")
        staff = [one.with_env(demo.env) for one in staff]
        for one in staff:
            one.parent_id = boss
        self._hire_demo_staff(staff[6] | staff[7])
        courses = demo._create_demo_courses()
        demo._create_demo_topics()
        demo._hold_demo_session(courses[1], boss, staff[:5])
        demo._open_demo_session(courses[0], boss, staff[:3])
        self._place_demo_levels(staff)
        demo._create_demo_plan(courses)
        demo._create_last_years_plan(courses)
        pair = demo.env["hr.mentorship"].create({
            "mentor_id": staff[0].id, "mentee_id": staff[6].id, "goals": "三个月内独立完成滚筒洗衣机的拆装与故障判断",
            "date_start": self._get_today() - timedelta(days=20), "date_end": self._get_today() + timedelta(days=70)})
        pair.action_start()
        demo.with_user(self._find("demo_user_tech1")).env["hr.training.need"].create({
            "course_id": courses[2].id, "employee_id": staff[0].id})
        self._ask_demo_careers(staff)
        self.env["hr.training.need"]._collect_needs()

    @api.model
    def _hire_demo_staff(self, newcomers):
        """Everybody but the newcomers has been here for years."""
        everybody = self.env["hr.employee"].sudo().search([("company_id", "=", self._find("demo_company").id)])
        for number, one in enumerate(everybody - newcomers.sudo()):
            one.version_ids.sorted("date_version")[:1].date_version = self._get_today() - timedelta(days=800 + 130 * (number % 7))
            one._skip_onboarding()

    @api.model
    def _ask_demo_careers(self, staff):
        """A technician asks for the next level and his manager recommends him; another wants to see the parts store."""
        request = self.env["hr.career.promotion"].with_user(self._find("demo_user_tech1")).create({
            "employee_id": staff[0].id, "to_level_id": self.env.ref("repair_training.career_level_intermediate").id})
        request.action_request()
        opinion = request.with_user(self._find("demo_user_manager"))
        opinion.recommendation = "能独立完成空调与洗衣机维修，带徒认真，客户评价好。"
        opinion.action_recommend()
        rotation = self._enter("hr").env["hr.career.rotation"].create({
            "employee_id": staff[4].id, "department_id": self._find("demo_department_parts").id,
            "date_start": self._get_today() + timedelta(days=14), "date_end": self._get_today() + timedelta(days=74),
            "plan": "跟随库管员学习来料检验、盘点和先进先出，两个月后返回维修服务部。"})
        rotation.action_submit()

    @api.model
    def _create_demo_topics(self):
        """One course for every other topic of the handbook (9.1.1 to 9.1.3)."""
        self.env["hr.training.course"].create([
            {"name": name, "code": code, "kind": kind, "delivery": delivery, "hours": hours, "seats": 12, "goal": goal,
             "topic_ids": [Command.link(self.env.ref(f"repair_training.topic_{topic}").id)]}
            for name, code, kind, delivery, hours, topic, goal in COURSES])

    @api.model
    def _create_demo_courses(self):
        topic = self.env.ref
        family = self.env.ref("repair_service.category_air_conditioner")
        certificate = self.env.ref("repair_training.skill_refrigeration")
        return self.env["hr.training.course"].create([
            {"name": "变频空调检漏与故障诊断", "code": "P-AC", "kind": "professional", "delivery": "practice", "hours": 8.0,
             "seats": 6, "cost": 1200.0, "validity_months": 36, "is_written": True, "pass_score": 80.0, "is_practical": True,
             "topic_ids": [Command.link(topic("repair_training.topic_diagnosis").id)], "goal": "能独立检漏、焊补并按规范回收制冷剂",
             "category_ids": [Command.link(family.id)],
             "check_ids": [Command.create({"name": name, "sequence": 10 * number}) for number, name in enumerate(LEAK_CHECKS, 1)],
             "skill_ids": [Command.create({
                 "skill_type_id": certificate.skill_type_id.id, "skill_id": certificate.id,
                 "skill_level_id": certificate.skill_type_id.skill_level_ids[:1].id})]},
            {"name": "安全操作规程", "code": "P-SAFE", "kind": "professional", "delivery": "class", "hours": 4.0, "seats": 12,
             "cost": 400.0, "validity_months": 12, "is_written": True, "pass_score": 80.0,
             "topic_ids": [Command.link(topic("repair_training.topic_safety").id)], "goal": "熟悉用电、登高与燃气作业的安全要求"},
            {"name": "服务礼仪与沟通技巧", "code": "O-TALK", "kind": "onboarding", "delivery": "class", "hours": 4.0, "seats": 12,
             "cost": 300.0, "topic_ids": [Command.link(topic("repair_training.topic_attitude").id)], "goal": "上门服务规范、投诉应对"},
        ])

    @api.model
    def _hold_demo_session(self, course, trainer, participants):
        start = fields.Datetime.now().replace(hour=1, minute=0, second=0, microsecond=0) - timedelta(days=12)
        session = self.env["hr.training.session"].create({
            "course_id": course.id, "trainer_id": trainer.id, "date_start": start, "date_end": start + timedelta(hours=4),
            "place": "培训教室",
            "cost": 380.0, "enrolment_ids": [Command.create({"employee_id": one.id}) for one in participants]})
        session.action_open()
        taught = session.with_user(self.env.ref("repair_service.demo_user_manager"))
        for enrolment, score in zip(taught.enrolment_ids, (95, 88, 82, 76, 91), strict=True):
            enrolment.write({"attendance": "present", "score": score})
        taught.action_submit_results()
        session.action_close()

    @api.model
    def _open_demo_session(self, course, trainer, participants):
        start = fields.Datetime.now().replace(hour=1, minute=0, second=0, microsecond=0) + timedelta(days=6)
        self.env["hr.training.session"].create({
            "course_id": course.id, "trainer_id": trainer.id, "date_start": start, "date_end": start + timedelta(hours=8),
            "place": "实训车间", "enrolment_ids": [Command.create({"employee_id": one.id}) for one in participants],
        }).action_open()

    @api.model
    def _place_demo_levels(self, staff):
        levels = [self.env.ref(f"repair_training.career_level_{name}") for name in ("junior", "intermediate", "senior")]
        for number, one in enumerate(staff):
            level = levels[(0, 1, 2, 1)[number % 4]]
            one.sudo()._set_version(one._get_first_day(), {"career_level_id": level.id})  # as it was before the ladders

    @api.model
    def _create_demo_plan(self, courses):
        today = self._get_today()
        self.env["hr.training.plan"].create({
            "name": f"{today.year} 年度培训计划", "year": today.year, "budget": 20000.0,
            "goals": "一次修好率从 78% 提高到 85%\n持证上岗率 100%\n每名工程师全年培训不少于 40 小时",
            "line_ids": [
                Command.create({"course_id": course.id, "month": str(min(today.month + number, 12)), "place": "培训教室",
                                "participants": 12, "sessions_wanted": 2}) for number, course in enumerate(courses)]})

    @api.model
    def _create_last_years_plan(self, courses):
        """The plan of the year before: approved then, and all but one of its sessions held."""
        year = self._get_today().year - 1
        plan = self.env["hr.training.plan"].create({
            "name": f"{year} 年度培训计划", "year": year, "line_ids": [
                Command.create({
                    "course_id": courses[number % len(courses)].id, "month": str(month), "place": "培训教室", "participants": 12,
                    "sessions_wanted": 1})
                for number, month in enumerate((2, 4, 5, 7, 9, 10, 11, 11, 12, 12))]})
        plan._flow_write({"state": "approved", "version": 1})
        for line in plan.line_ids[:-1]:
            start = datetime(year, line.month_number, 15, 1)
            session = self.env["hr.training.session"].create({
                "course_id": line.course_id.id, "company_id": plan.company_id.id, "date_start": start, "external_trainer": "厂家讲师",
                "date_end": start + timedelta(hours=4), "place": "培训教室"})
            session._flow_write({"plan_line_id": line.id, "state": "closed"})
