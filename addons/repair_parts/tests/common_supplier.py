from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import Form, new_test_user

from .common import RepairPartsCommon


class SupplierCommon(RepairPartsCommon):
    """Three vendors of one spare part at 10, 12 and 15 a piece, a buyer and a purchase manager."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_buyer = new_test_user(cls.env, "test_buyer", "purchase.group_purchase_user", tz="Asia/Shanghai")
        cls.user_purchase_manager = new_test_user(
            cls.env, "test_purchase_manager", "purchase.group_purchase_manager", tz="Asia/Shanghai")
        cls.company.partner_id.tz = "Asia/Shanghai"
        cls.licence = cls.env.ref("repair_parts.certificate_kind_licence")
        cls.cheap, cls.middle, cls.dear = (cls._create_vendor(name) for name in ("Cheap", "Middle", "Costly"))
        for vendor, price in ((cls.cheap, 10.0), (cls.middle, 12.0), (cls.dear, 15.0)):
            cls._add_price(vendor, price)

    @classmethod
    def _create_vendor(cls, name, **values):
        return cls.env["res.partner"].create({"name": name, "is_company": True, **values})

    @classmethod
    def _add_price(cls, vendor, price, product=None, **values):
        return cls.env["product.supplierinfo"].create({
            "partner_id": vendor.id, "product_tmpl_id": (product or cls.spare).product_tmpl_id.id, "price": price, "min_qty": 1,
            "delay": 3, **values})

    @classmethod
    def _add_certificate(cls, vendor, kind=None, start=-400, end=400, **values):
        today = cls.env["res.partner"]._get_score_today()
        return cls.env["repair.supplier.certificate"].create({
            "partner_id": vendor.id, "kind_id": (kind or cls.licence).id,
            "number": cls.env["ir.sequence"].sudo().next_by_code("stock.lot.serial"),
            "valid_from": today + timedelta(days=start), "valid_to": end is not None and today + timedelta(days=end), **values})

    @classmethod
    def _qualify(cls, vendor, state, reason="audit", **limits):
        if state == "approved" and not vendor.certificate_ids:
            cls._add_certificate(vendor)
        vendor._qualify_supplier(state, reason, **limits)

    @classmethod
    def _create_rfq(cls, vendor, quantity=1, product=None, user=None, **values):
        return cls.env["purchase.order"].with_user(user or cls.env.user).create({
            "partner_id": vendor.id,
            "order_line": [Command.create({
                "product_id": (product or cls.spare).id, "product_qty": quantity, "tax_ids": False, **values})]})

    @classmethod
    def _order(cls, vendor, quantity=1, product=None, price=None, promised=-20, ordered=-30, came=None):
        """Order from ``vendor`` and receive on time, or on the day ``came``, all of it; days from today. Return the order."""
        now = fields.Datetime.now().replace(hour=4, minute=0, second=0, microsecond=0)
        order = cls._create_rfq(
            vendor, quantity, product, date_planned=now + timedelta(days=promised),
            **({} if price is None else {"price_unit": price}))
        order.order_line.supplier_choice_reason = "as the test wants it"
        order.button_confirm()
        order.date_approve = now + timedelta(days=ordered)
        if came is not False:
            order.picking_ids.button_validate()
            cls._date(order.picking_ids, now + timedelta(days=promised if came is None else came))
        return order

    @classmethod
    def _date(cls, picking, moment):
        picking.move_ids.date = picking.move_ids.move_line_ids.date = moment

    @classmethod
    def _send_back(cls, order, quantity, day=-10):
        """Return ``quantity`` of a received order to its vendor; return the picking."""
        receipt = order.picking_ids[:1]
        wizard = Form(cls.env["stock.return.picking"].with_context(
            active_ids=receipt.ids, active_id=receipt.id, active_model="stock.picking")).save()
        wizard.product_return_moves.quantity = quantity
        back = cls.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.button_validate()
        cls._date(back, fields.Datetime.now() + timedelta(days=day))
        return back

    def _set_score(self, vendor, score, grade):
        """Give a vendor a score as the nightly run does."""
        flow = self.env["res.partner"]._get_supplier_flow()
        vendor.with_context(repair_flow=flow).write({"supplier_score": score, "supplier_grade": grade})
