from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command

from odoo.addons.repair_service.models.repair_flow import FLOW

# Part, units, days ago, kind, delivered
SALES = [
    ("relay_12v", 2, 40, "counter", True),
    ("fuse_10a", 3, 21, "counter", True),
    ("relay_12v", 6, 12, "remote", True),
    ("cbb61_2", 1, 5, "counter", True),
    ("fuse_10a", 4, 3, "remote", True),
    ("ts10k", 1, 6, "remote", False),
]


class RepairPartsDemo(models.AbstractModel):
    """Part sales of the demo company: some over the counter, some by carrier, one late; returns at every step; prices under way."""

    _inherit = "repair.parts.demo"

    @api.model
    def _load_part_sales(self):
        """Sell, take back and reprice parts of the demo company through the real steps."""
        company = self.env.ref("repair_service.demo_company")
        if self.env["sale.order"].search_count([("company_id", "=", company.id), ("is_part_sale", "=", True)], limit=1):
            return
        language = "zh_CN" if self.env["res.lang"]._get_data(code="zh_CN") else "en_US"
        demo = self.with_company(company).with_context(
            allowed_company_ids=company.ids, lang=language, tracking_disable=True, mail_notrack=True, mail_notify_force_send=False)
        customers = demo.env["repair.order"].search([("company_id", "=", company.id)], order="id", limit=30).partner_id
        orders = [demo._sell_part(customers[index % len(customers)], *sale) for index, sale in enumerate(SALES)]
        demo._return_parts([order for order in orders if order])
        demo._price_parts(company)

    @api.model
    def _as_part_user(self, login, records):
        return records.with_user(self.env.ref(f"repair_service.demo_user_{login}"))

    @api.model
    def _get_demo_part(self, name):
        return self.env.ref(f"repair_parts.part_{name}").product_variant_id.with_env(self.env)

    @api.model
    def _sell_part(self, customer, name, quantity, days, kind, delivered):
        part = self._get_demo_part(name)
        if part.free_qty < quantity:
            return None
        order = self._as_part_user("desk", self.env["sale.order"]).create({
            "partner_id": customer.id, "part_sale_kind": kind,
            "order_line": [Command.create({"product_id": part.id, "product_uom_qty": quantity})]})
        order.action_confirm()
        sold_on = fields.Datetime.now() - timedelta(days=days)
        order = order.with_user(self.env.user).with_context(repair_flow=FLOW)
        order.write({"date_order": sold_on, "part_promised_on": (sold_on + timedelta(days=2 if kind == "remote" else 0)).date()})
        if delivered:
            order.picking_ids.move_ids.picked = True
            order.picking_ids.with_context(skip_sms=True).button_validate()
            order.picking_ids.date_done = order.picking_ids.move_ids.date = order.picking_ids.move_line_ids.date = sold_on
            if self.env.company.chart_template:
                invoice = order._create_invoices()
                invoice.invoice_date = sold_on.date()
                invoice.action_post()
        return order

    @api.model
    def _return_parts(self, orders):
        """One return a step: to receive, to inspect, to decide out of term, and one exchanged."""
        reasons = ("dead", "mind", "failed", "dead")
        sold = [order for order in orders if order.part_delivered_on]
        for index, order in enumerate(sold[:4][::-1]):
            move = order.order_line.move_ids.filtered(lambda move: move._is_part_handed_over())[:1]
            back = self._as_part_user("desk", self.env["repair.part.return"]).create({
                "origin_move_id": move.id, "lot_id": move.move_line_ids.lot_id[:1].id, "quantity": 1,
                "reason_id": self.env.ref(f"repair_parts.part_return_reason_{reasons[index]}").id,
                "opinion": "2" if index > 1 else False})
            if index < 1:
                continue
            back.action_receive()
            if index < 2:
                continue
            inspection = self._as_part_user("inspector", back.inspection_id)
            inspection.line_ids.write({"answer": "fail", "note": "触点烧蚀" if self.env.context["lang"] == "zh_CN" else "contacts burnt"})
            inspection.action_validate()

    @api.model
    def _price_parts(self, company):
        chinese = self.env.context["lang"] == "zh_CN"
        parts = [self._get_demo_part(name) for name in ("relay_12v", "fuse_10a", "cbb61_2")]
        self.env["repair.part.margin.floor"].create({"percent": 10.0, "company_id": company.id})
        sources = ("京东自营", "华强北柜台", "淘宝配件店") if chinese else ("Online shop", "Market", "Dealer")
        self._as_part_user("desk", self.env["repair.part.market.price"]).create([
            {"product_tmpl_id": part.product_tmpl_id.id, "price": round(part.list_price * factor, 1), "source": source}
            for part, factor, source in zip(parts, (0.95, 1.1, 0.85), sources, strict=True)])
        self._as_part_user("manager", self.env["repair.part.target"]).create([
            {"amount": 6000.0}, {"amount": 2500.0, "user_id": self.env.ref("repair_service.demo_user_desk").id}])
        change = self._as_part_user("keeper", self.env["repair.part.price.change"]).create({
            "name": "电器件调价" if chinese else "New prices of electrical parts",
            "reason": "铜价上涨，供应商进价上调。" if chinese else "Copper is dearer, suppliers have raised their prices.",
            "effective_on": fields.Date.today() + timedelta(days=20), "percent": 5.0, "rounding": 0.5,
            "line_ids": [Command.create({"product_tmpl_id": part.product_tmpl_id.id, "new_price": part.list_price}) for part in parts]})
        change.action_fill()
        self._as_part_user("manager", change).action_approve()
        self._as_part_user("desk", self.env["repair.part.opinion"]).create({
            "product_id": parts[1].id, "opinion": "5",
            "comment": "装上就好，包装也仔细。" if chinese else "Fitted at once, well packed."})
