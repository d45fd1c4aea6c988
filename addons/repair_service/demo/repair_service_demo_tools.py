import base64
import random
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import SQL

from ..models.repair_flow import FLOW

# Type, name, model, cost, every technician (1) or every so many.
EQUIPMENT = [
    ("hand_tools", "随车工具包", "世达 09516", 680, 1), ("multimeter", "数字万用表", "优利德 UT61E", 420, 1),
    ("insulation", "绝缘电阻测试仪", "优利德 UT501A", 760, 1), ("earth", "接地导通测试仪", "胜利 VC4105", 930, 1),
    ("clamp", "钳形电流表", "福禄克 302+", 650, 2), ("ladder", "伸缩人字梯", "镁多力 3.8 米", 540, 2),
    ("harness", "高空作业安全带", "五点式双钩", 360, 3), ("refrigerant", "冷媒回收加液机", "飞越 VRR12L", 4200, 4),
    ("puller", "轴承拉马", "三爪 150 mm", 180, 4),
]
KINDS_ZH = {
    "hand_tools": "螺丝刀、扳手、钳子（套装）", "puller": "轴承拉马", "refrigerant": "冷媒回收加液机", "multimeter": "万用表",
    "insulation": "绝缘电阻测试仪", "earth": "接地导通测试仪", "clamp": "钳形电流表", "ladder": "梯子", "harness": "安全带",
}
LABORATORY = "上海市计量测试技术研究院"


class RepairServiceDemo(models.AbstractModel):
    """The technicians' tools: handed out, signed for, some to check, one out of calibration, one damaged, one found faulty."""

    _inherit = "repair.service.demo"

    @api.model
    def _load_tools(self):
        """Buy the tools, lay out the kits, hand out what each technician has."""
        if self._find("demo_tool_001"):
            return
        demo, rng = self._enter(), random.Random(20260711)
        company = demo._find("demo_company")
        technicians = demo.env["hr.employee"].search([("is_technician", "=", True), ("company_id", "=", company.id)], order="id")
        demo._lay_out_kits(company)
        tools = demo.env["maintenance.equipment"]
        for kind, name, model, cost, every in EQUIPMENT:
            people = [technician for place, technician in enumerate(technicians) if place % every == 0]
            if kind in ("insulation", "earth"):
                people += [demo._find("demo_employee_inspector"), demo._find("demo_employee_manager")]
            for number, employee in enumerate([*people, None], 1):
                tools |= demo._make_tool(kind, f"{name} {number:02d}", model, cost, employee, rng)
        demo._give_ids("demo_tool", tools)
        demo._let_things_happen(tools, technicians)

    @api.model
    def _lay_out_kits(self, company):
        kit = self.env["repair.tool.kit"]
        lines = [Command.create({"tool_type_id": self._find(f"tool_type_{kind}").id}) for kind in (
            "hand_tools", "multimeter", "insulation", "earth")]
        kit.create([
            {"name": "上门维修基本工具", "company_id": company.id, "line_ids": lines},
            {"name": "高空与制冷作业", "company_id": company.id, "territory_ids": self.env["repair.territory"].search(
                [("company_id", "=", company.id)], limit=2, order="id").ids,
             "line_ids": [Command.create({"tool_type_id": self._find(f"tool_type_{kind}").id}) for kind in ("ladder", "harness")]}])
        if self._get_language() == "zh_CN":
            for kind, chinese in KINDS_ZH.items():
                self._find(f"tool_type_{kind}").with_context(lang="zh_CN").name = chinese

    @api.model
    def _make_tool(self, kind, name, model, cost, employee, rng):
        today, tool_type = self._get_today(), self._find(f"tool_type_{kind}")
        bought = today - timedelta(days=rng.randrange(300, 900))
        tool = self.env["maintenance.equipment"].create({
            "name": name, "tool_type_id": tool_type.id, "model": model, "cost": cost, "effective_date": bought,
            "serial_no": f"{kind[:3].upper()}{bought:%y%m}{rng.randrange(10**4):04}-{rng.randrange(100):02}",
            "company_id": self._find("demo_company").id, "technician_user_id": self._find("demo_user_keeper").id})
        if tool_type.calibration_months:
            self._as("keeper", self.env["repair.tool.calibration"]).create({
                "equipment_id": tool.id, "done_on": today - timedelta(days=rng.randrange(40, 320)),
                "certificate_number": f"{today.year}F11-{rng.randrange(10**6):06}", "certificate": base64.b64encode(b"%PDF-1.4 demo"),
                "certificate_name": "校准证书.pdf"})
        if employee:
            self._hand_over(tool, employee, rng)
        return tool

    @api.model
    def _hand_over(self, tool, employee, rng):
        handed = fields.Datetime.now() - timedelta(days=rng.randrange(60, 200), minutes=rng.randrange(300))
        self.env["repair.tool.custody"].with_context(repair_flow=FLOW).create({
            "equipment_id": tool.id, "employee_id": employee.id, "handed_by_id": self._find("demo_user_keeper").id, "handed_on": handed,
            "signed_on": handed + timedelta(minutes=5), "signature": self._draw_signature(rng)})
        tool.with_context(repair_flow=FLOW).write({"employee_id": employee.id, "assign_date": handed.date()})
        days = tool.tool_type_id.check_days
        self.env["repair.tool.check"].with_context(repair_flow=FLOW).create({
            "equipment_id": tool.id, "employee_id": employee.id, "user_id": (employee.user_id or self._find("demo_user_keeper")).id,
            "done_on": fields.Datetime.now() - timedelta(days=rng.randrange(1, int(days * 1.15) if days else 30)), "result": "pass",
            "points": tool.check_points})

    @api.model
    def _let_things_happen(self, tools, technicians):
        """A tool to sign for, one damaged, one out of calibration, and one whose values have to be looked at."""
        first, second = technicians[:2]
        spare = tools.filtered(lambda tool: tool.tool_state == "store" and tool.tool_type_id == self._find("tool_type_clamp"))
        self._as("keeper", spare)._hand_out(second, "含表笔和便携包")
        ladder = tools.filtered(lambda tool: tool.holder_id == first and tool.tool_type_id == self._find("tool_type_ladder"))
        if ladder:
            self._as("tech1", ladder)._report_own_damage("第三级踏板铆钉松动，不能再用。")
        meter = tools.filtered(lambda tool: tool.holder_id == second and tool.tool_type_id == self._find("tool_type_multimeter"))
        self._expire(meter)
        third = technicians[2:3]
        tester = tools.filtered(lambda tool: tool.holder_id == third and tool.tool_type_id == self._find("tool_type_insulation"))
        self._measure_in_the_past(tester, third)
        tester._report_damage("比对标准电阻偏高 12%，送检。")

    @api.model
    def _expire(self, tool):
        day = self._get_today() - timedelta(days=9)
        self.env.cr.execute(SQL(
            "UPDATE repair_tool_calibration SET valid_until = %s, done_on = %s WHERE equipment_id IN %s",
            day, fields.Date.subtract(day, years=1), tuple(tool.ids)))
        tool.calibration_ids.invalidate_recordset()
        self.env.add_to_compute(tool._fields["calibration_due"], tool)
        tool.flush_recordset()

    @api.model
    def _measure_in_the_past(self, tester, technician):
        """Note on some finished inspections that the technician measured with his tester after its last good check."""
        lines = self.env["repair.inspection.line"].search([
            ("inspection_id.repair_id.technician_id", "=", technician.id), ("is_measured", "=", True), ("measured", "=", True),
            ("unit", "=", "Mohm")], order="id desc", limit=4)
        if lines:
            self.env.flush_all()
            self.env.cr.execute(SQL(
                "UPDATE repair_inspection_line SET instrument_id = %s, measured_on = %s, measured_by_id = %s WHERE id IN %s",
                tester.id, fields.Datetime.now() - timedelta(hours=6), self._find("demo_user_keeper").id, tuple(lines.ids)))
            lines.invalidate_recordset()
        self.env.cr.execute(SQL(
            "UPDATE repair_tool_check SET done_on = %s WHERE equipment_id = %s", fields.Datetime.now() - timedelta(days=20), tester.id))
        self.env.invalidate_all()
