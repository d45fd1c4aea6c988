import csv
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command, Domain
from odoo.tools import file_open

# Part number prefix -> the brand's names, Chinese first; a brand that exists under either is taken.
BRANDS = {
    "HR": ("海尔", "Haier"), "MD": ("美的", "Midea"), "LS": ("小天鹅", "Little Swan"), "SM": ("西门子", "Siemens"),
    "GR": ("格力", "Gree"), "HS": ("海信", "Hisense"), "TCL": ("TCL", "TCL"), "AOS": ("A.O.史密斯", "A. O. Smith"),
    "RB": ("老板", "Robam"), "FT": ("方太", "Fotile"), "PH": ("飞利浦", "Philips"),
}
# Days before today, quantity and price of each round of receipts, and whether the supplier has billed it.
ROUNDS = [
    (165, 4, 0.92, True),
    (90, 6, 1.00, True),
    (25, 5, 1.07, False),
]
NEVER_RECEIVED = ("HR0020800119", "MD31020017", "HS2208902")  # out of stock, each with a substitute that is not
SINGLE_PIECE = ("SM00658118", "FT30210086")  # received once, one piece: the last one


class RepairPartsDemo(models.AbstractModel):
    """Makes the demo company's stock: purchase orders, receipts with lots and bills, on dates relative to today."""

    _name = "repair.parts.demo"
    _description = "Demo stock of spare parts"

    @api.model
    def _get_demo_parts(self):
        data = self.env["ir.model.data"].search(
            [("module", "=", "repair_parts"), ("model", "=", "product.template"), ("name", "=like", "part\\_%")])
        return self.env["product.template"].browse(data.mapped("res_id")).exists().sorted("id")

    @api.model
    def _link_brands(self):
        """Give the demo parts their brands, found by name or made."""
        parts = self._get_demo_parts()
        for prefix, names in BRANDS.items():
            own = parts.filtered(lambda part, prefix=prefix: part.default_code.startswith(prefix))
            own.brand_ids = self._find_brand(names)

    @api.model
    def _name_in_chinese(self):
        """Give the demo parts their Chinese names, where that language is installed."""
        if not self.env["res.lang"]._get_data(code="zh_CN"):
            return
        with file_open("repair_parts/demo/part_names_zh.csv") as file:
            names = {row["default_code"]: row["name"] for row in csv.DictReader(file)}
        for part in self._get_demo_parts().with_context(lang="zh_CN"):
            part.name = names[part.default_code]

    @api.model
    def _find_brand(self, names):
        domain = Domain.OR(Domain("name", "=ilike", name) for name in names)
        brands = self.env["repair.brand"].with_context(active_test=False)
        for lang, _name in self.env["res.lang"].get_installed():
            if found := brands.with_context(lang=lang).search(domain, limit=1):
                return found.with_env(self.env)
        brand = brands.create({"name": names[1]})
        if self.env["res.lang"]._get_data(code="zh_CN"):
            brand.with_context(lang="zh_CN").name = names[0]
        return brand

    @api.model
    def _load_receipts(self):
        """Order, receive and bill the demo parts in rounds at rising prices; leave an order on its way and a draft one."""
        company = self.env.ref("repair_service.demo_company")
        demo = self.with_company(company).with_context(tracking_disable=True, mail_notrack=True)
        # Rows of the demo orders may be younger than PostgreSQL's statistics; posting a bill joins them all.
        self.env.flush_all()
        self.env.cr.execute("ANALYZE account_move, account_move_line, account_payment, account_partial_reconcile")
        parts = demo._get_demo_parts().filtered(lambda part: part.default_code not in NEVER_RECEIVED)
        by_supplier = parts.grouped(lambda part: part.seller_ids[:1].partner_id)
        for index, (days, quantity, factor, billed) in enumerate(ROUNDS):
            for offset, (supplier, own) in enumerate(by_supplier.items()):
                round_parts = own.filtered(lambda part, index=index: index == 0 or part.default_code not in SINGLE_PIECE)
                demo._receive(supplier, round_parts, days - offset, quantity, factor, billed)
        waiting = demo._get_demo_parts().filtered(lambda part: part.default_code in NEVER_RECEIVED)
        for supplier, own in waiting.grouped(lambda part: part.seller_ids[:1].partner_id).items():
            demo._make_order(supplier, own, 2, 3, 1.0).button_confirm()
        demo._make_order(*next(iter(by_supplier.items())), 0, 4, 1.0)

    def _make_order(self, supplier, parts, days, quantity, factor):
        ordered_on = fields.Datetime.now() - timedelta(days=days + 3)
        return self.env["purchase.order"].create({
            "partner_id": supplier.id,
            "date_order": ordered_on,
            "order_line": [
                Command.create({
                    "product_id": part.product_variant_id.id,
                    "product_qty": 1 if part.default_code in SINGLE_PIECE else quantity,
                    "price_unit": round(part.seller_ids[:1].price * factor, 2),
                    "date_planned": ordered_on + timedelta(days=3),
                }) for part in parts
            ],
        })

    def _receive(self, supplier, parts, days, quantity, factor, billed):
        order = self._make_order(supplier, parts, days, quantity, factor)
        order.button_confirm()
        receipt = order.picking_ids
        receipt.button_validate()
        received_on = fields.Datetime.now() - timedelta(days=days)
        order.write({"date_approve": order.date_order})
        self._backdate(receipt, received_on)
        if billed and self.env.company.chart_template:
            order.action_create_invoice()
            order.invoice_ids.write({
                "ref": f"{supplier.phone[:4]}-{received_on:%Y%m%d}",
                "invoice_date": received_on.date() + timedelta(days=2),
                "date": received_on.date() + timedelta(days=2),
            })
            order.invoice_ids.action_post()

    def _backdate(self, receipt, received_on):
        """Move a receipt into the past: its age decides which one is used first."""
        receipt.move_ids.date = received_on
        receipt.move_line_ids.date = received_on
        receipt.write({"date_done": received_on, "scheduled_date": received_on})
        lots = receipt.move_line_ids.lot_id
        self.env["stock.quant"].search([("lot_id", "in", lots.ids), ("location_id.usage", "=", "internal")]).in_date = received_on
