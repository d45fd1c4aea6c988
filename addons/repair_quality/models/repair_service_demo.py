from odoo import api, models

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
