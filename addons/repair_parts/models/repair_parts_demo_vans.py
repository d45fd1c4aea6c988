from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command

from odoo.addons.repair_service.models.repair_flow import FLOW

# Part name prefix of the demo catalogue -> kind of waste of the old part.
WASTES = {
    "hr0064001827": "board", "hr0064000398": "scrap", "hs2209410": "board", "hr0060402310": "oil", "hr0060806024": "scrap",
    "cbb65_35": "board", "hr0040400387": "scrap", "rb12110325": "board", "wp_30w": "scrap", "ft30210086": "board",
    "hr0020400842": "scrap", "led55u": "board",
}
BRANDS = ("HR", "HS")  # want main parts back
KIT = (("ts10k", 2, 4), ("wp_30w", 2, 3), ("hr0060806024", 1, 3), ("cbb65_35", 1, 2))


class RepairPartsDemo(models.AbstractModel):
    """Vans and old parts of the demo company: a kit, load lists for tomorrow, old parts in every state."""

    _inherit = "repair.parts.demo"

    @api.model
    def _load_old_part_rules(self):
        """Say which old parts brands want back, which are what waste, and who takes it; before the orders that replace parts."""
        company = self.env.ref("repair_service.demo_company")
        chinese = bool(self.env["res.lang"]._get_data(code="zh_CN"))
        for name, kind in WASTES.items():
            self.env.ref(f"repair_parts.part_{name}").waste_kind_id = self.env.ref(f"repair_parts.waste_kind_{kind}")
        parts = self._get_demo_parts()
        for prefix in BRANDS:
            brand = parts.filtered(lambda part, prefix=prefix: part.default_code.startswith(prefix)).brand_ids[:1]
            self.env["repair.core.rule"].create({
                "brand_id": brand.id, "is_main_only": True, "days": 30, "core_value": 30.0, "claim_needs": "sent",
                "source": "特约服务协议 2026 附件三" if chinese else "Service agreement 2026, annex 3"})
        self.env["res.partner"].create({
            "name": "沪东再生资源有限公司" if chinese else "East Shanghai Recycling", "is_company": True, "company_id": company.id,
            "phone": "021 5555 0188", "recycler_licence": "HW-2025-0317",
            "recycler_licence_until": fields.Date.add(fields.Date.today(), months=7),
            "recycler_kind_ids": [Command.set(self.env["repair.waste.kind"].search([("is_hazardous", "=", True)]).ids)]})

    @api.model
    def _load_van_control(self):
        """Give the vans their kit and tomorrow's lists, and let old parts be where they would be by now."""
        company = self.env.ref("repair_service.demo_company")
        language = "zh_CN" if self.env["res.lang"]._get_data(code="zh_CN") else "en_US"
        demo = self.with_company(company).with_context(
            allowed_company_ids=company.ids, lang=language, tracking_disable=True, mail_notrack=True)
        keeper = self.env.ref("repair_service.demo_user_keeper")
        company.repair_old_part_manager_id = self.env.ref("repair_service.demo_user_manager")
        demo.env["repair.van.kit"].create({
            "name": "常用件随车包" if language == "zh_CN" else "Everyday parts", "company_id": company.id,
            "line_ids": [Command.create({
                "product_id": self.env.ref(f"repair_parts.part_{name}").product_variant_id.id, "min_qty": low, "max_qty": high})
                for name, low, high in KIT]})
        vans = demo.env["hr.employee"].search([("company_id", "=", company.id), ("van_location_id", "!=", False)], order="id")
        vans._apply_van_kits()
        demo.env["repair.van.transfer"]._prepare_loads(company)
        loads = demo.env["repair.van.transfer"].search([("state", "=", "draft"), ("kind", "=", "load")], order="id")
        for load in loads.filtered(lambda load: load.to_employee_id == vans[:1]):
            if any(line.given_qty for line in load.line_ids):
                load.with_user(keeper).with_context(allowed_company_ids=company.ids).action_give()
        demo._age_old_parts(company, keeper)

    @api.model
    def _age_old_parts(self, company, keeper):
        """Date old parts by their replacement; those of some days ago were taken in, the oldest of a brand are on their way."""
        cores = self.env["repair.core.return"].search([("company_id", "=", company.id), ("state", "=", "technician")], order="id")
        today = fields.Date.today()
        for core in cores:
            moved = core.move_id.date
            core.with_context(repair_flow=FLOW).write({
                "replaced_on": moved, "hand_in_by": moved.date() + timedelta(days=company.repair_old_part_days),
                "due_on": moved.date() + (core.due_on - today)})
        mine = cores.with_user(keeper).with_context(allowed_company_ids=company.ids)
        old = mine.filtered(lambda core: core.replaced_on.date() < today - timedelta(days=7))
        if old:
            old.action_receive()
        sent = old.filtered(lambda core: core.kind == "brand" and core._get_receiver())[:2]
        if sent:
            sent.action_make_batch()
            for batch in sent.batch_id:
                batch.write({"carrier": "顺丰速运", "tracking_ref": "SF1450238817766"})
                batch.action_send()
