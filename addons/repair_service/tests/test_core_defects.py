from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import RepairServiceCommon


@tagged("post_install", "-at_install")
class TestCoreDefects(RepairServiceCommon):
    """What core's repair order gets wrong does not reach users of ours: neither on service orders nor on plain repairs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.env["product.product"].create({"name": "Resold fridge", "is_storable": True})
        cls.other_partner = cls.env["res.partner"].create({"name": "Li Ming"})

    def _create_plain(self, partner=None, **values):
        return self.env["repair.order"].create({"partner_id": (partner or self.partner).id, "product_id": self.product.id, **values})

    def test_quotations_of_several_customers_are_made_each_for_his_own(self):
        orders = self._create_plain() | self._create_plain(self.other_partner)
        action = orders.action_create_sale_order()
        self.assertEqual(orders.mapped("sale_order_id.partner_id"), self.partner | self.other_partner)
        self.assertEqual(self.env["sale.order"].search(action["domain"]), orders.sale_order_id)

    def test_product_of_several_repairs_is_set_in_one_go(self):
        serial = self.env["product.product"].create({"name": "Serial fridge", "is_storable": True, "tracking": "serial"})
        orders = self._create_plain() | self._create_plain()
        orders.write({"product_id": serial.id})
        self.assertEqual(orders.product_id, serial)
        self.assertEqual(orders.mapped("product_qty"), [1.0, 1.0])

    def test_a_draft_does_not_end(self):
        plain, service = self._create_plain(), self._create_order()
        for order in (plain, service):
            with self.subTest(service=bool(order.appliance_id)), self.assertRaises(UserError):
                order.action_repair_done()
            self.assertEqual(order.state, "draft")
        plain._action_repair_confirm()
        plain.action_repair_start()
        plain.action_repair_end()
        self.assertEqual(plain.state, "done")

    def test_the_cost_of_a_part_never_becomes_its_price(self):
        self._add_stock(self.part, 1)
        order = self._create_order()
        move = self._add_part(order, repair_price_unit=80)
        with self.assertRaises(UserError):
            move.with_user(self.user_technician).write({"price_unit": 9.0})
        move.price_unit = 9.0  # as a warehouse would
        self._to_stage(order, "approved")
        self.assertEqual(move.sale_line_id.price_unit, 80.0)

    def test_a_user_without_a_warehouse_for_repairs_still_makes_orders(self):
        self.warehouse.repair_type_id.copy({"warehouse_id": self.warehouse.id, "sequence_code": "RX"})
        self.warehouse.repair_type_id = False
        order = self._create_order()
        self.assertEqual(order.picking_type_id.code, "repair_operation")
        self.assertEqual(self._create_plain().picking_type_id.company_id, self.company)

    def test_what_comes_in_from_outside_is_seen(self):
        order = self._create_order()
        self._add_part(order)
        self._to_stage(order, "approved")
        self.assertFalse(order.is_parts_available)
        self._add_stock(self.part, 1)
        order.move_ids._action_assign()
        self.env["repair.order"]._cron_check_limits()
        self.assertTrue(order.is_parts_available)
        self.assertIn(order, self.env["repair.order"].search([("is_parts_available", "=", True)]))
