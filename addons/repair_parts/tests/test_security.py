from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged, users

from .common import RepairPartsCommon

COST_FIELDS = ("value", "part_cost", "fifo_summary", "fifo_source_ids")


@tagged("post_install", "-at_install")
class TestSecurity(RepairPartsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._receive((cls.spare, 2, 10.0))
        cls.order = cls._to_stage(cls._create_order(), "diagnosed")
        cls.move = cls._add_part(cls.order, cls.spare)
        cls._to_stage(cls.order, "inspected")

    @users("test_keeper", "test_accountant", "test_manager")
    def test_who_answers_for_costs_sees_them(self):
        values = self.move.with_user(self.env.user).read(["part_cost", "fifo_summary"])[0]
        self.assertEqual(values["part_cost"], 10.0)
        self.assertIn("10.00", values["fifo_summary"])
        self.assertEqual(self.move.fifo_source_ids.with_user(self.env.user).read(["value"])[0]["value"], 10.0)
        self.assertEqual(self.order.with_user(self.env.user).read(["parts_cost"])[0]["parts_cost"], 10.0)

    @users("test_desk", "test_dispatcher", "test_technician", "test_inspector", "test_portal")
    def test_nobody_else_reads_a_cost(self):
        for name in COST_FIELDS:
            with self.assertRaises(AccessError, msg=name):
                self.move.with_user(self.env.user).read([name])
        with self.assertRaises(AccessError):
            self.order.with_user(self.env.user).read(["parts_cost"])
        with self.assertRaises(AccessError):
            self.env["repair.part.fifo.source"].search([("move_id", "=", self.move.id)]).read(["value"])

    @users("test_desk", "test_technician", "test_portal")
    def test_nobody_else_searches_or_groups_by_cost(self):
        with self.assertRaises(AccessError):
            self.env["stock.move"].search([("value", ">", 5)])
        with self.assertRaises(AccessError):
            self.env["stock.move"].formatted_read_group([], ["repair_id"], ["value:sum"])

    @users("test_desk", "test_technician", "test_portal")
    def test_nobody_else_writes_a_cost(self):
        with self.assertRaises(UserError):
            self.move.with_user(self.env.user).write({"value": 1.0})
        with self.assertRaises(UserError):
            self.move.with_user(self.env.user).write({"value_manual": 1.0})

    @users("test_keeper", "test_accountant", "test_manager", "test_desk", "test_technician", "test_portal")
    def test_nobody_forges_the_trace(self):
        with self.assertRaises(AccessError):
            self.env["repair.part.fifo.source"].create({"move_id": self.move.id, "quantity": 1, "value": 1})
        with self.assertRaises(AccessError):
            self.move.fifo_source_ids.with_user(self.env.user).write({"value": 1})
        with self.assertRaises(AccessError):
            self.move.fifo_source_ids.with_user(self.env.user).unlink()

    @users("test_keeper")
    def test_the_keeper_keeps_catalogue_orders_and_receipts(self):
        part = self.env["product.template"].create({"name": "New part", "is_spare_part": True})
        self.assertEqual(part.categ_id, self.env.ref("repair_parts.product_category_spare_parts"))
        part.write({"list_price": 12.0, "seller_ids": [(0, 0, {"partner_id": self.supplier.id, "price": 5.0})]})
        order = self.env["purchase.order"].create({
            "partner_id": self.supplier.id,
            "order_line": [(0, 0, {"product_id": part.product_variant_id.id, "product_qty": 2, "price_unit": 5.0})]})
        order.button_confirm()
        order.picking_ids.button_validate()
        self.assertEqual(part.qty_available, 2.0)

    @users("test_desk", "test_technician", "test_inspector", "test_portal")
    def test_others_do_not_change_the_catalogue(self):
        with self.assertRaises(AccessError):
            self.spare.product_tmpl_id.with_user(self.env.user).write({"is_main_part": True})
        with self.assertRaises(AccessError):
            self.env["product.template"].create({"name": "X", "is_spare_part": True})

    @users("test_desk", "test_technician", "test_keeper", "test_manager")
    def test_the_catalogue_and_its_stock_can_be_read(self):
        values = self.spare.product_tmpl_id.with_user(self.env.user).read(["name", "qty_available", "is_main_part", "brand_ids"])[0]
        self.assertEqual(values["qty_available"], 1.0)

    @users("test_portal")
    def test_customers_do_not_read_the_catalogue(self):
        with self.assertRaises(AccessError):
            self.env["product.template"].search([("is_spare_part", "=", True)]).read(["name"])
        with self.assertRaises(AccessError):
            self.env["repair.part.substitute"].create({"move_id": self.move.id})

    def test_another_company_does_not_see_the_trace(self):
        other = self.env["res.company"].create({"name": "Other shop"})
        self.user_keeper.write({"company_ids": [(4, other.id)], "company_id": other.id})
        sources = self.env["repair.part.fifo.source"].with_user(self.user_keeper).with_context(allowed_company_ids=other.ids)
        self.assertFalse(sources.search([("move_id", "=", self.move.id)]))
