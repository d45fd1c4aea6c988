from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.repair_service.models.repair_flow import FLOW

# (part, quantity, days ago, units found defective or None while it waits, decision or None)
LOTS = [
    ("relay_12v", 30, 72, 0, None),
    ("ign_15", 12, 58, 0, None),
    ("relay_12v", 40, 44, 0, None),
    ("relay_12v", 120, 16, 1, "return"),
    ("rb21310102", 20, 12, 2, "return"),
    ("md11201007", 10, 9, 1, None),
    ("rb21310044", 15, 4, None, None),
    ("cable_3x15", 60, 2, None, None),
    ("md70210019", 8, 1, None, None),
    ("hr0060841502", 6, 0, None, None),
]


class RepairPartsDemo(models.AbstractModel):
    """Incoming inspections of the demo company: suppliers with a history, lots that wait, one to decide on, one credit note to come."""

    _inherit = "repair.parts.demo"

    @api.model
    def _load_receipts(self):
        """Opening stock of the demo company is usable: it was received before incoming inspection began."""
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", self.env.ref("repair_service.demo_company").id)], limit=1)
        warehouse.incoming_inspection = False
        super()._load_receipts()
        warehouse.incoming_inspection = True

    @api.model
    def _load_incoming(self):
        """Receive the lots of ``LOTS``, inspect those that are judged and follow up what goes back."""
        company = self.env.ref("repair_service.demo_company")
        language = "zh_CN" if self.env["res.lang"]._get_data(code="zh_CN") else "en_US"
        demo = self.with_company(company).with_context(
            allowed_company_ids=company.ids, lang=language, tracking_disable=True, mail_notrack=True)
        for lot in LOTS:
            demo._load_lot(*lot)

    def _load_lot(self, name, quantity, days, defects, decision):
        part = self.env.ref(f"repair_parts.part_{name}")
        supplier = part.seller_ids[:1].partner_id
        order = self._make_order(supplier, part, days, quantity, 1.0)
        order.order_line.supplier_choice_reason = self.env._("Had it in stock in town when it was needed")
        order.button_confirm()
        receipt = order.picking_ids
        receipt.button_validate()
        received_on = fields.Datetime.now() - timedelta(days=days, hours=2)
        self._backdate(receipt, received_on)
        inspection = self.env["repair.inspection"].search([("receipt_id", "=", receipt.id)]).with_context(repair_flow=FLOW)
        inspection.received_on = received_on
        if defects is None:
            return
        if decision and self.env.company.chart_template:
            self._bill_order(order, received_on)
        self._judge_lot(inspection, defects, received_on)
        if decision:
            self._send_lot_back(inspection, decision, received_on)

    def _bill_order(self, order, received_on):
        order.action_create_invoice()
        order.invoice_ids.write({
            "ref": f"{order.partner_id.phone[:4]}-{received_on:%Y%m%d}", "invoice_date": received_on.date(), "date": received_on.date()})
        order.invoice_ids.action_post()

    def _judge_lot(self, inspection, defects, received_on):
        inspector = self.env.ref("repair_service.demo_user_keeper")
        points = inspection.line_ids
        points.filtered(lambda line: line.required).answer = "pass"
        if defects:
            looks = points.filtered(lambda line: line.aspect == "parts")[:1]
            looks.write({"answer": "fail", "note": self.env._("Housing cracked")})
        inspection.defect_quantity = defects
        inspection.with_context(repair_flow=None).action_validate()
        inspection.write({"done_on": received_on + timedelta(hours=5), "inspector_id": inspector.id})

    def _send_lot_back(self, inspection, decision, received_on):
        inspection.with_context(repair_flow=None)._decide(decision)
        back = inspection.return_picking_id
        back.with_context(skip_sms=True).button_validate()
        sent_on = min(received_on + timedelta(days=2), fields.Datetime.now())
        back.move_ids.date = back.move_line_ids.date = sent_on
        back.date_done = sent_on
        inspection.decided_on = sent_on
        self.env["repair.supplier.credit"].search([("move_id", "in", back.move_ids.ids)]).returned_on = sent_on
