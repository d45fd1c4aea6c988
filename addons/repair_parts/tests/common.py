from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.repair_service.tests.common import RepairServiceCommon


class RepairPartsCommon(RepairServiceCommon):
    """The service company, with a parts keeper, a supplier and factories for parts, receipts and repairs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.company.chart_template:
            cls.env["account.chart.template"].try_loading("cn", cls.company, install_demo=False)
        cls.user_keeper = new_test_user(cls.env, "test_keeper", "repair_parts.repair_parts_group_keeper")
        cls.supplier = cls.env["res.partner"].create({"name": "Test supplier"})
        cls.warehouse.incoming_inspection = False  # unless a test is about it: what is received is usable at once
        cls.stock = cls.warehouse.lot_stock_id
        cls.spare = cls._create_spare("Fan motor", "FM-1", list_price=80.0)

    @classmethod
    def _create_spare(cls, name, code, **values):
        return cls.env["product.product"].create({
            "name": name, "default_code": code, "is_spare_part": True, "supplier_taxes_id": False, **values})

    @classmethod
    def _order_parts(cls, *lines):
        """Confirm a purchase order of ``lines``: (product, quantity, unit price)."""
        order = cls.env["purchase.order"].create({
            "partner_id": cls.supplier.id,
            "order_line": [
                Command.create({"product_id": product.id, "product_qty": quantity, "price_unit": price, "tax_ids": False})
                for product, quantity, price in lines
            ],
        })
        order.button_confirm()
        return order

    @classmethod
    def _receive(cls, *lines):
        """Order and receive ``lines`` without typing a lot; return the receipt."""
        receipt = cls._order_parts(*lines).picking_ids
        receipt.button_validate()
        return receipt

    @classmethod
    def _create_plain_repair(cls, *lines):
        """A repair as core knows it, without an appliance, started; ``lines``: (product, quantity)."""
        order = cls.env["repair.order"].create({
            "partner_id": cls.partner.id,
            "move_ids": [
                Command.create({"product_id": product.id, "product_uom_qty": quantity, "repair_line_type": "add"})
                for product, quantity in lines
            ],
        })
        order._action_repair_confirm()
        order.action_repair_start()
        return order

    @classmethod
    def _use(cls, *lines):
        """Use parts on a plain repair and return the moves."""
        order = cls._create_plain_repair(*lines)
        order.action_repair_end()
        return order.move_ids

    def _get_sources(self, move):
        """[(receipt, quantity, unit cost, value)] in the order in which the receipts paid."""
        return [
            (source.receipt_move_id.picking_id, source.quantity, source.unit_cost, source.value)
            for source in move.fifo_source_ids
        ]

    def _get_free(self, product):
        return product._get_free_quantities(self.stock).get(product, 0.0)
