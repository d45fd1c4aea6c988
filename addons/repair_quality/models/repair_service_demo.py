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
