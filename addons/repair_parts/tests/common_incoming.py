from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user

from .common import RepairPartsCommon


class RepairIncomingCommon(RepairPartsCommon):
    """The company with incoming inspection on: one plan, II / AQL 2.5, no proof asked for unless a test does, one checklist."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})
        cls.warehouse.incoming_inspection = True
        cls.waiting_zone, cls.rejected_zone = cls.warehouse.wh_qc_stock_loc_id, cls.warehouse.wh_rejected_loc_id
        cls.env["repair.incoming.rule"].search([]).active = False
        cls.incoming_template = cls.env["repair.inspection.template"].create({
            "name": "Test incoming", "kind": "incoming",
            "point_ids": [
                Command.create({"name": "Papers", "aspect": "documents"}),
                Command.create({"name": "Looks", "aspect": "parts"}),
            ],
        })
        cls.plan = cls.env["repair.sampling.plan"].create({"level": "II", "aql": "2.5"})
        cls.rule = cls.env["repair.incoming.rule"].create({
            "name": "Test rule", "plan_id": cls.plan.id, "proven_lots": 0, "template_id": cls.incoming_template.id})
        cls.serial = cls._create_spare("Panel", "PN-1", tracking="serial")
        cls.user_buyer = new_test_user(cls.env, "test_buyer", "base.group_user,purchase.group_purchase_user")
        cls.user_stock = new_test_user(cls.env, "test_stock", "base.group_user,stock.group_stock_user")

    @classmethod
    def _get_inspection(cls, receipt, product=None):
        inspections = cls.env["repair.inspection"].search([("receipt_id", "=", receipt.id)])
        return inspections.filtered(lambda inspection: not product or inspection.product_id == product)

    @classmethod
    def _receive_waiting(cls, quantity, price=10.0, product=None):
        """Order and receive; return the receipt and its inspection."""
        receipt = cls._receive((product or cls.spare, quantity, price))
        return receipt, cls._get_inspection(receipt)

    @classmethod
    def _receive_serials(cls, *names):
        receipt = cls._order_parts((cls.serial, len(names), 300.0)).picking_ids
        for line, name in zip(receipt.move_ids.move_line_ids, names, strict=True):
            line.lot_name = name
        receipt.button_validate()
        return receipt, cls._get_inspection(receipt)

    @classmethod
    def _judge(cls, inspection, defects=0, inspected=None, papers=True, user=None):
        """Answer the points, note the counts and validate."""
        inspection = inspection.with_user(user or cls.env.user)
        inspection.line_ids.filtered(lambda line: line.aspect != "documents").write(
            {"answer": "fail", "note": "cracked"} if defects else {"answer": "pass"})
        inspection.line_ids.filtered(lambda line: line.aspect == "documents").write(
            {"answer": "pass"} if papers else {"answer": "fail", "note": "no certificate"})
        inspection.write({"defect_quantity": defects, **({"inspected_quantity": inspected} if inspected is not None else {})})
        inspection.action_validate()
        return inspection

    @classmethod
    def _decide(cls, inspection, decision, user=None, **values):
        action = inspection.with_user(user or cls.env.user).action_decide()
        wizard = cls.env[action["res_model"]].with_user(user or cls.env.user).browse(action["res_id"])
        wizard.write({"decision": decision, **values})
        return wizard.action_apply()

    @classmethod
    def _bill(cls, order, quantity=None):
        order.action_create_invoice()
        bill = order.invoice_ids.filtered(lambda move: move.state == "draft")
        bill.invoice_date = fields.Date.today()
        if quantity is not None:
            bill.invoice_line_ids.quantity = quantity
        bill.action_post()
        return bill

    def _count(self, product, location):
        quants = self.env["stock.quant"].search([("product_id", "=", product.id), ("location_id", "child_of", location.id)])
        return sum(quants.mapped("quantity"))

    def _get_places(self, product=None):
        """Units of the part (that wait, that are rejected, in stock)."""
        return tuple(self._count(product or self.spare, place) for place in (self.waiting_zone, self.rejected_zone, self.stock))
