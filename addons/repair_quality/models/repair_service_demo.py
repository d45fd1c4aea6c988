from odoo import api, fields, models

CHINESE = {
    "demo_objective_first_time_fix": "一次上门修好",
    "demo_objective_repeat": "返修少",
    "demo_objective_on_time": "按约准时上门",
    "demo_objective_inspection": "一次检验合格",
    "demo_objective_days": "三天内从报修到验收",
    "demo_policy": "质量方针",
}
POLICY = """<ul>
<li>客户至上：按约上门，先报价后维修。</li>
<li>一次修好：只派持证工程师，只用验收合格的配件，未经检验的家电不交付。</li>
<li>月月改进：每个失误必有原因，每个原因必有措施，每项措施必有验证。</li>
</ul>"""


class RepairServiceDemo(models.AbstractModel):
    _inherit = "repair.service.demo"

    @api.model
    def _load_quality(self):
        """Name policy and objectives in Chinese where that language is installed, then put the policy into force."""
        policy = self.env.ref("repair_quality.demo_policy")
        if policy.state != "draft":
            return
        if self._get_language() == "zh_CN":
            for name, chinese in CHINESE.items():
                self.env.ref(f"repair_quality.{name}").with_context(lang="zh_CN").name = chinese
            policy.with_context(lang="zh_CN").text = POLICY
        policy.with_user(self.env.ref("repair_service.demo_user_quality")).action_put_in_force()

    @api.model
    def _load_quality_meter(self):
        """Take the nonconformity of the meter to its end: the keeper carries the actions out, the quality manager verifies them."""
        record = self.env.ref("repair_quality.demo_nonconformity_meter").with_user(self.env.ref("repair_service.demo_user_quality"))
        if record.state != "draft":
            return
        record.action_analyse()
        record.action_start_actions()
        notes = {"correction": "两次测量均在限值以内。", "corrective": "抽查 20 台仪器，标签齐全，无一超期。"}
        for action in record.action_ids:
            keeper = self.env.ref("repair_service.demo_user_keeper")
            proof = self.env["ir.attachment"].with_user(keeper).create({
                "name": f"{action.name}.txt", "raw": (action.result or "").encode()})
            own = action.with_user(keeper)
            own.evidence_ids = [(4, proof.id)]
            own.action_done()
            action.effectiveness_note = notes[action.kind]
            action.action_effective()
        record.action_verify()
        record.action_close()

    @api.model
    def _load_quality_review(self):
        """A review that was held, and a project that runs where its figure leaves room for a target."""
        quality = self.env.ref("repair_service.demo_user_quality")
        company = self.env.ref("repair_service.demo_company")
        env = self.with_user(quality).with_context(lang=self._get_language()).with_company(company).env
        if env["qms.review"].search_count([]):
            return
        today = fields.Date.context_today(self)
        people = [self.env.ref(f"repair_service.demo_employee_{name}") for name in ("quality", "manager", "desk", "keeper")]
        review = env["qms.review"].create({
            "name": "上半年管理评审", "company_id": company.id, "chair_id": quality.id, "next_date": fields.Date.add(today, months=6),
            "attendee_ids": [(0, 0, {"employee_id": person.id, "is_present": person != people[-1]}) for person in people]})
        review.action_prepare()
        review.action_hold()
        review.write({
            "minutes": "<p>逐项讨论了目标完成情况、客户投诉和未关闭的措施。雨天准时率是客户最不满意的一点。</p>",
            "conclusion": "体系适宜、充分、有效；需要加强排班对天气的应对。"})
        env["qms.action"].create({
            "name": "雨季增加一名早班调度", "kind": "decision", "review_id": review.id, "figure_days": 0,
            "owner_id": self.env.ref("repair_service.demo_user_manager").id, "deadline": fields.Date.add(today, days=21)})
        project = env["qms.improvement"].create({
            "name": "雨天也准时上门", "problem": "雨天准时率明显低于晴天，客户抱怨集中。", "figure": "on_time", "target_value": 98,
            "company_id": company.id, "owner_id": self.env.ref("repair_service.demo_user_dispatcher").id,
            "member_ids": [(6, 0, [self.env.ref("repair_service.demo_user_tech1").id, self.env.ref("repair_service.demo_user_desk").id])],
            "date_due": fields.Date.add(today, days=45)})
        env["qms.action"].create([{
            "name": name, "kind": "step", "improvement_id": project.id, "figure_days": 0, "owner_id": project.owner_id.id,
            "deadline": fields.Date.add(today, days=days),
        } for name, days in (("按天气预报修正路程时间", 14), ("雨天预案写进排班作业指导书", 30))])
        measured = env["repair.figure"]._measure("on_time", company, *project._get_newest_days())
        if measured.count and measured.value < project.target_value:
            project.action_start()
