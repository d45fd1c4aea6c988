from odoo import api, models
from odoo.fields import Command

# Part -> lines of fitment: models ("" for any of its family), position, units in one appliance.
FITMENTS = {
    "hr0060402310": [("BCD-470*", "compressor", 1), ("BCD-501WLHTD", "compressor", 1)],
    "hr0064001827": [("BCD-470*", "board", 1), ("BCD-500WDPG", "board", 1)],
    "hr0060806024": [("BCD-4*", "sensor", 2), ("BCD-5*", "sensor", 3)],
    "hr0064000398": [("BCD-470WDPG", "air_duct", 1)],
    "hr0060841502": [("", "compressor", 1)],
    "md17438000": [("BCD-450WTPM", "door", 2)],
    "gr30130095": [("KFR-35GW*", "outdoor", 1), ("KFR-26GW*", "outdoor", 1)],
    "gr00203420": [("KFR-35GW*", "outdoor", 1)],
    "gr15012136": [("", "air_duct", 1)],
    "cbb65_35": [("", "outdoor", 1)],
    "hr0020800119": [("XQG100-*", "water", 1), ("EG100*", "water", 1)],
    "hr0024000120": [("EG10012B509G", "panel", 1), ("XQG100-BX12", "panel", 1)],
    "wp_30w": [("", "water", 1)],
    "hs2209410": [("55E3F*", "power", 1), ("65E3F", "power", 1)],
}
UNIVERSAL = ("cbb65_35", "wp_30w")  # no maker of its own: any brand
# Part, substitute, condition in Chinese and English, both ways, units for one.
SUBSTITUTIONS = [
    ("hr0060402310", "db1110y", "仅限 R600a 定频机型；需焊接转接管并重新抽真空。", "R600a models without inverter only; braze the adapter and evacuate again.", False),
    ("hr0060806024", "ts10k", "探头线长不小于 400 mm。", "The lead of the sensor has to be 400 mm at least.", True),
    ("hr0020800119", "wp_30w", "需更换配套卡扣。", "Fit the clip that comes with it.", False),
]
OLD_NUMBERS = [("hr0064001827", "HR0064001512"), ("hr0064001827", "HR0064000990"), ("gr30130095", "GR30130071"), ("hs2209410", "HS2207700")]
EANS = {
    "hr0060402310": "6901234500017", "hr0064001827": "6901234500024", "hr0060806024": "6901234500031", "hr0064000398": "6901234500048",
    "hr0020800119": "6901234500055", "wp_30w": "6901234500062", "ts10k": "6901234500079", "cbb65_35": "6901234500086",
    "gr30130095": "6901234500093", "hs2209410": "6901234500109",
}
BOX = ("ts10k", "16901234500076")
VANS = {"demo_technician_01": (("ts10k", 1), ("wp_30w", 2), ("hr0060806024", 2)), "demo_technician_02": (("cbb65_35", 1), ("gr15012136", 1))}


class RepairCatalogueDemo(models.AbstractModel):
    """What the demo company's catalogue knows, and what lies in two of its vans."""

    _name = "repair.catalogue.demo"
    _description = "Demo catalogue of spare parts"

    @api.model
    def _get_part(self, name):
        return self.env.ref(f"repair_parts.part_{name}")

    @api.model
    def _load_catalogue(self):
        """List what fits what, conditions of substitutes, earlier numbers and bar codes of the demo parts."""
        for name, lines in FITMENTS.items():
            part = self._get_part(name)
            brand = self.env["repair.brand"] if name in UNIVERSAL else part.brand_ids[:1]
            part.write({"fitment_ids": [Command.create({
                "category_id": part.appliance_category_ids[:1].id, "brand_id": brand.id, "model_name": model or False,
                "position_id": self.env.ref(f"repair_parts.position_{position}").id, "quantity": quantity,
            }) for model, position, quantity in lines]})
        chinese = bool(self.env["res.lang"]._get_data(code="zh_CN"))
        for name, other, in_chinese, in_english, both_ways in SUBSTITUTIONS:
            part, substitute = self._get_part(name), self._get_part(other)
            line = part.substitution_ids.filtered(lambda line, substitute=substitute: line.substitute_id == substitute)
            line.write({"condition": in_chinese if chinese else in_english, "both_ways": both_ways})
        self.env["repair.part.number"].create([
            {"product_tmpl_id": self._get_part(name).id, "name": number} for name, number in OLD_NUMBERS])
        for name, code in EANS.items():
            self._get_part(name).barcode = code
        self.env["product.uom"].create({
            "product_id": self._get_part(BOX[0]).product_variant_id.id, "uom_id": self.env.ref("uom.product_uom_pack_6").id,
            "barcode": BOX[1]})
        self._get_part("fm12v").write({"superseded_by_id": self._get_part("hr0060841502").id})

    @api.model
    def _load_vans(self):
        """Set up two vans and move into them what lies free in the depot."""
        company = self.env.ref("repair_service.demo_company")
        demo = self.with_company(company).with_context(tracking_disable=True, mail_notrack=True)
        depot = demo.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1).lot_stock_id
        for name, parts in VANS.items():
            technician = demo.env.ref(f"repair_service.{name}")
            technician.action_set_up_van()
            for part_name, quantity in parts:
                demo._move_to_van(demo._get_part(part_name).product_variant_id, quantity, depot, technician.van_location_id)

    @api.model
    def _move_to_van(self, product, quantity, depot, van):
        if product._get_free_quantities(depot).get(product, 0.0) < quantity:
            return
        move = self.env["stock.move"].create({
            "product_id": product.id, "product_uom_qty": quantity, "product_uom": product.uom_id.id, "company_id": van.company_id.id,
            "location_id": depot.id, "location_dest_id": van.id})
        move._action_confirm()
        move._action_assign()
        move.picked = True
        move._action_done()
