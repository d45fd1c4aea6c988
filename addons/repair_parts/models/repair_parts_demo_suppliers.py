from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Command

# Second vendor of each supplier's parts, and the factors of his prices in turn.
RIVALS = {"supplier_qd": "supplier_sh", "supplier_sh": "supplier_hz", "supplier_hz": "supplier_fs", "supplier_fs": "supplier_nb"}
FACTORS = (1.06, 0.96, 1.12, 0.99)
# Of every ten receipt lines so many came days late.
LATE = {"supplier_sh": 6, "supplier_hz": 2, "supplier_fs": 9}
RETURNED_LINES = 5
# (supplier, kind, number, issuer, days since it began, days left)
CERTIFICATES = (
    ("supplier_qd", "licence", "91370212MA3C8K2X1D", "青岛市崂山区市场监督管理局", 900, 2700),
    ("supplier_qd", "brand", "HR-AUTH-0317", "海尔智家股份有限公司", 340, 25),
    ("supplier_qd", "quality", "00122Q30457R2M", "中国质量认证中心", 500, 595),
    ("supplier_sh", "licence", "91310112MA1GBH7Y4K", "上海市闵行区市场监督管理局", 1500, 5700),
    ("supplier_sh", "quality", "00121Q31288R1S", "中国质量认证中心", 1060, 35),
    ("supplier_hz", "licence", "91330110MA2CD5WQ6P", "杭州市余杭区市场监督管理局", 1100, 4300),
    ("supplier_hz", "ccc", "2023011002584713", "中国质量认证中心", 800, 1000),
    ("supplier_fs", "licence", "91440606MA4UN9R33B", "佛山市顺德区市场监督管理局", 600, 3000),
    ("supplier_fs", "ccc", "2021011002417206", "中国质量认证中心", 1900, -12),
)


class RepairPartsDemo(models.AbstractModel):
    """Qualifies and scores the demo company's suppliers, on the orders and receipts that it has."""

    _inherit = "repair.parts.demo"

    @api.model
    def _get_supplier(self, name):
        return self.env.ref(f"repair_parts.{name}")

    @api.model
    def _load_suppliers(self):
        """Give the parts second vendors, let some deliveries be late or sent back, qualify and score the suppliers."""
        demo = self.with_company(self.env.ref("repair_service.demo_company")).with_context(tracking_disable=True, mail_notrack=True)
        parts = demo._get_demo_parts()
        by_supplier = parts.grouped(lambda part: part.seller_ids[:1].partner_id)
        for name, rival in RIVALS.items():
            own = by_supplier.get(demo._get_supplier(name), parts.browse())
            for index, part in enumerate(own):
                demo._add_offer(part, rival, FACTORS[index % len(FACTORS)])
                if index % 4 == 0:
                    demo._add_offer(part, "supplier_sz", 0.62)
        for name, tenth in LATE.items():
            demo._deliver_late(demo._get_supplier(name), tenth)
        demo._send_back(demo._get_supplier("supplier_fs"))
        demo._agree(by_supplier.get(demo._get_supplier("supplier_hz"), parts.browse())[:2])
        demo._qualify_suppliers()
        demo._score_suppliers()

    @api.model
    def _add_offer(self, part, rival, factor):
        first = part.seller_ids[:1]
        self.env["product.supplierinfo"].create({
            "product_tmpl_id": part.id, "partner_id": self._get_supplier(rival).id, "price": round(first.price * factor, 2), "min_qty": 1,
            "delay": first.delay + 2, "sequence": 20})

    @api.model
    def _deliver_late(self, supplier, tenth):
        lines = self.env["purchase.order.line"].search(
            [("partner_id", "=", supplier.id), ("move_ids.state", "=", "done")], order="id")
        for index, line in enumerate(lines):
            if index % 10 < tenth:
                done = line.move_ids.filtered(lambda move: move.state == "done")
                done.date = done.move_line_ids.date = done[:1].date + timedelta(days=1 + index % 4)

    @api.model
    def _send_back(self, supplier):
        """Return one piece of some lines of the supplier's latest receipt."""
        receipt = self.env["stock.picking"].search(
            [("partner_id", "=", supplier.id), ("state", "=", "done"), ("picking_type_code", "=", "incoming")],
            order="date_done desc", limit=1)
        wizard = self.env["stock.return.picking"].with_context(
            active_id=receipt.id, active_ids=receipt.ids, active_model="stock.picking").create({"picking_id": receipt.id})
        for index, line in enumerate(wizard.product_return_moves):
            line.quantity = 2 if index < RETURNED_LINES else 0
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.with_context(skip_sms=True).button_validate()  # no question to the user who loads the demo
        back.move_ids.date = back.move_ids.move_line_ids.date = receipt.date_done + timedelta(days=3)

    @api.model
    def _agree(self, parts):
        """Agree with a supplier on prices below his list for two parts that are used much."""
        if not parts:
            return
        agreement = self.env["purchase.requisition"].create({
            "vendor_id": self._get_supplier("supplier_hz").id, "requisition_type": "blanket_order",
            "date_start": fields.Date.today() - timedelta(days=60), "date_end": fields.Date.today() + timedelta(days=305),
            "line_ids": [
                Command.create({
                    "product_id": part.product_variant_id.id, "product_qty": 200, "price_unit": round(part.seller_ids[:1].price * 0.9, 2)})
                for part in parts],
        })
        agreement.action_confirm()

    @api.model
    def _qualify_suppliers(self):
        today = fields.Date.today()
        self.env["repair.supplier.certificate"].create([
            {
                "partner_id": self._get_supplier(name).id, "kind_id": self.env.ref(f"repair_parts.certificate_kind_{kind}").id,
                "number": number, "issuer": issuer, "valid_from": today - timedelta(days=since), "valid_to": today + timedelta(days=left),
            } for name, kind, number, issuer, since, left in CERTIFICATES])
        for name, reason in (
                ("supplier_qd", "现场审核通过,海尔原厂授权配件"),
                ("supplier_sh", "年度评审通过"),
                ("supplier_hz", "样件检验合格,价格有协议")):
            self._get_supplier(name)._qualify_supplier("approved", reason)
        self._get_supplier("supplier_fs")._qualify_supplier(
            "trial", "交期多次延误且有退货,试用观察三个月", amount=3000.0, quantity=60.0, until=today + timedelta(days=62))
        self._get_supplier("supplier_sz")._qualify_supplier("blocked", "抽检发现仿冒电容和翻新主板")

    @api.model
    def _score_suppliers(self):
        suppliers = self.env["res.partner"].browse(
            self._get_supplier(name).id for name in (*RIVALS, "supplier_nb", "supplier_sz"))
        today = suppliers._get_score_today()
        for months in (3, 2, 1, 0):
            suppliers._renew_supplier_scores(today if not months else today - relativedelta(months=months))
        self.env["repair.supplier.certificate"]._cron_watch_certificates()
