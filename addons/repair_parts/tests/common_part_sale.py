from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import Form, new_test_user

from .common import RepairPartsCommon


class PartSaleCommon(RepairPartsCommon):
    """A seller at the desk, a keeper who decides, an inspector, and five fan motors: two bought at 10, three at 20."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})
        cls.other_keeper = new_test_user(cls.env, "test_keeper_two", "repair_parts.repair_parts_group_keeper", tz="Asia/Shanghai")
        cls.spare.write({"list_price": 80.0, "taxes_id": False, "invoice_policy": "delivery"})
        cls.old_receipt = cls._receive((cls.spare, 2, 10.0))
        cls.new_receipt = cls._receive((cls.spare, 3, 20.0))
        cls.reason_mind, cls.reason_dead, cls.reason_failed, cls.reason_lost = (
            cls.env.ref(f"repair_parts.part_return_reason_{name}") for name in ("mind", "dead", "failed", "lost"))

    @classmethod
    def _sell(cls, quantity=1, product=None, kind="counter", user=None, invoiced=True, days_ago=0, price=None):
        """Sell, deliver and invoice; return the order."""
        values = {"product_id": (product or cls.spare).id, "product_uom_qty": quantity, **({} if price is None else {"price_unit": price})}
        order = cls.env["sale.order"].with_user(user or cls.user_desk).create({
            "partner_id": cls.partner.id, "part_sale_kind": kind, "order_line": [Command.create(values)]})
        order.action_confirm()
        order = order.sudo(False).with_user(cls.env.user)
        order.picking_ids.button_validate()
        if days_ago:
            order.picking_ids.move_ids.date = fields.Datetime.now() - timedelta(days=days_ago)
        if invoiced:
            order._create_invoices().action_post()
        return order

    @classmethod
    def _get_sold_move(cls, order):
        return order.order_line.move_ids.filtered(lambda move: move._is_part_handed_over())

    @classmethod
    def _register(cls, move, quantity=1.0, reason=None, user=None, lot=None, **values):
        return cls.env["repair.part.return"].with_user(user or cls.user_desk).create({
            "origin_move_id": move.id, "quantity": quantity, "reason_id": (reason or cls.reason_dead).id,
            **({"lot_id": lot.id} if lot else {}), **values}).with_user(cls.env.user)

    @classmethod
    def _inspect(cls, back, passed=True, user=None):
        back.with_user(user or cls.user_keeper).action_receive()
        inspection = back.inspection_id.with_user(user or cls.user_keeper)
        inspection.line_ids.write({"answer": "pass"} if passed else {"answer": "fail", "note": "burnt"})
        inspection.action_validate()
        return inspection

    @classmethod
    def _settle(cls, back, decision, user=None, **values):
        mine = back.with_user(user or cls.user_keeper)
        mine.write({"decision": decision, **values})
        mine.action_settle()
        return back

    @classmethod
    def _ship(cls, picking):
        picking.action_assign()
        picking.move_ids.picked = True
        picking.button_validate()
        return picking.move_ids

    def _get_on_hand(self, product=None, location=None):
        quants = self.env["stock.quant"].search([
            ("product_id", "=", (product or self.spare).id), ("location_id", "child_of", (location or self.stock).id)])
        return sum(quants.mapped("quantity"))

    def _open_form(self, model, user):
        return Form(self.env[model].with_user(user))
