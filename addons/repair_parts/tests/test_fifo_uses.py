from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged, users

from .common import RepairPartsCommon


@tagged("post_install", "-at_install")
class TestFifoUses(RepairPartsCommon):
    """Every way out of stock names the receipts that paid, and every way back keeps value and age."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first, cls.second = cls._receive((cls.spare, 1, 10.0)), cls._receive((cls.spare, 5, 20.0))
        lots = cls.first.move_line_ids.lot_id | cls.second.move_line_ids.lot_id
        for lot, day in zip(lots, ("2025-01-01 08:00:00", "2025-03-01 08:00:00"), strict=True):
            cls.env["stock.quant"].search([("lot_id", "=", lot.id), ("location_id", "=", cls.stock.id)]).in_date = day
        cls.old_lot, cls.new_lot = lots
        new_test_user(cls.env, "test_technician_fifo", "repair_service.repair_service_group_technician")
        new_test_user(cls.env, "test_desk_fifo", "repair_service.repair_service_group_desk")

    def _sell(self, quantity):
        order = self.env["sale.order"].create({
            "partner_id": self.partner.id, "order_line": [Command.create({"product_id": self.spare.id, "product_uom_qty": quantity})]})
        order.action_confirm()
        order.picking_ids.button_validate()
        return order

    def _take_back(self, picking, quantity):
        wizard = Form(self.env["stock.return.picking"].with_context(
            active_ids=picking.ids, active_id=picking.id, active_model="stock.picking")).save()
        wizard.product_return_moves.quantity = quantity
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.button_validate()
        return back

    def test_a_sale_names_the_receipts_that_paid(self):
        order = self._sell(2)
        move = order.picking_ids.move_ids
        self.assertEqual(move.value, 30.0)
        self.assertEqual(self._get_sources(move), [(self.first, 1, 10.0, 10.0), (self.second, 1, 20.0, 20.0)])
        self.assertEqual(set(move.fifo_source_ids.mapped("use")), {"sale"})
        self.assertEqual(move.fifo_source_ids.sale_order_id, order)
        self.assertEqual((order.fifo_source_count, order.picking_ids.fifo_source_count), (2, 2))
        for record in (order, order.picking_ids):
            action = record.action_view_fifo_sources()
            self.assertEqual(self.env[action["res_model"]].search(action["domain"]), move.fifo_source_ids)

    def test_the_sale_of_a_repair_shows_the_same_receipts(self):
        move = self._use((self.spare, 2))
        move.repair_id.action_create_sale_order()
        self.assertEqual(move.repair_id.sale_order_id.fifo_source_count, 2)
        self.assertEqual(set(move.fifo_source_ids.mapped("use")), {"repair"})

    def test_scrap_on_a_finished_receipt_is_paid_by_the_oldest_receipts_too(self):
        """A move made on a receipt that is done is done at once: its goods have left before it is valued."""
        scrap = self.env["stock.scrap"].create({
            "product_id": self.spare.id, "scrap_qty": 1, "lot_id": self.new_lot.id, "location_id": self.stock.id,
            "picking_id": self.second.id})
        scrap.action_validate()
        self.assertEqual(scrap.move_ids.value, 10.0)
        self.assertEqual(self._get_sources(scrap.move_ids), [(self.first, 1, 10.0, 10.0)])

    def test_scrap_names_the_receipts_that_paid(self):
        scrap = self.env["stock.scrap"].create({
            "product_id": self.spare.id, "scrap_qty": 1, "lot_id": self.new_lot.id, "location_id": self.stock.id})
        scrap.action_validate()
        self.assertEqual(self._get_sources(scrap.move_ids), [(self.first, 1, 10.0, 10.0)])  # the cost goes by age, whatever lot broke
        self.assertEqual((scrap.fifo_source_count, scrap.move_ids.fifo_source_ids.use), (1, "scrap"))
        domain = scrap.action_view_fifo_sources()["domain"]
        self.assertEqual(self.env["repair.part.fifo.source"].search(domain), scrap.move_ids.fifo_source_ids)

    def test_a_return_to_the_supplier_names_the_receipts_that_paid(self):
        back = self._take_back(self.first, 1)
        self.assertEqual(self._get_sources(back.move_ids), [(self.first, 1, 10.0, 10.0)])
        self.assertEqual((back.move_ids.fifo_source_ids.use, back.fifo_source_count), ("supplier_return", 1))

    def test_a_new_price_on_the_order_leaves_what_was_sent_back_alone(self):
        """Core values goods that went back to the supplier once more, by the stock of today."""
        back = self._take_back(self.second, 1)
        self.assertEqual(back.move_ids.value, 10.0)
        self.second.purchase_id.order_line.price_unit = 30.0
        self.assertEqual((back.move_ids.value, self.second.move_ids.value), (10.0, 150.0))

    def test_a_move_to_a_van_costs_nothing_and_keeps_the_age(self):
        van = self.env["stock.location"].create({"name": "Van", "usage": "internal", "location_id": self.warehouse.view_location_id.id})
        move = self.env["stock.move"].create({
            "product_id": self.spare.id, "product_uom_qty": 2, "location_id": self.stock.id, "location_dest_id": van.id})
        move._action_confirm()
        move._action_assign()
        move.picked = True
        move._action_done()
        self.assertEqual(move.move_line_ids.lot_id, self.old_lot | self.new_lot)
        self.assertFalse(move.fifo_source_ids)
        in_van = self.env["stock.quant"].search([("location_id", "=", van.id)], order="in_date")
        self.assertEqual([str(quant.in_date) for quant in in_van], ["2025-01-01 08:00:00", "2025-03-01 08:00:00"])
        self.assertEqual(self.spare.total_value, 110.0)

    def test_a_delivered_part_comes_back_at_its_value_and_age_and_leaves_first_again(self):
        order = self._sell(1)
        self.assertEqual(order.picking_ids.move_line_ids.lot_id, self.old_lot)
        back = self._take_back(order.picking_ids, 1)
        self.assertEqual(back.move_ids.value, 10.0)
        quant = self.env["stock.quant"].search([("lot_id", "=", self.old_lot.id), ("location_id", "=", self.stock.id)])
        self.assertEqual(str(quant.in_date), "2025-01-01 08:00:00")
        self.assertEqual(self._use((self.spare, 1)).lot_ids, self.old_lot)

    def test_a_part_taken_out_of_a_repair_again_keeps_its_age(self):
        move = self._use((self.spare, 1))
        self.assertEqual(move.lot_ids, self.old_lot)
        back = self.env["stock.move"].create({
            "product_id": self.spare.id, "product_uom_qty": 1, "location_id": move.location_dest_id.id, "location_dest_id": self.stock.id,
            "origin_returned_move_id": move.id})
        back._action_confirm(merge=False)
        back.move_line_ids.unlink()
        back.move_line_ids = [Command.create({
            "product_id": self.spare.id, "lot_id": self.old_lot.id, "quantity": 1, "picked": True,
            "location_id": move.location_dest_id.id, "location_dest_id": self.stock.id})]
        back._action_done()
        self.assertEqual(back.value, 10.0)
        quant = self.env["stock.quant"].search([("lot_id", "=", self.old_lot.id), ("location_id", "=", self.stock.id)])
        self.assertEqual(str(quant.in_date), "2025-01-01 08:00:00")

    def test_the_receipts_on_hand_are_listed_oldest_first_with_what_is_left(self):
        self._sell(3)  # 1 at 10 and 2 at 20
        third = self._receive((self.spare, 2, 12.5))
        self.assertEqual(self._get_receipts(), [(self.second, 5, 3, 20.0, 60.0), (third, 2, 2, 12.5, 25.0)])
        self.assertEqual(self.spare.product_tmpl_id.receipt_on_hand_count, 2)
        self.assertEqual(self.spare.total_value, 85.0)

    def test_a_used_up_part_has_no_receipts_on_hand(self):
        self._sell(6)
        self.assertEqual(self._get_receipts(), [])
        self.assertEqual(self.spare.receipt_on_hand_count, 0)

    def _get_receipts(self):
        action = self.spare.action_view_receipts_on_hand()
        receipts = self.env[action["res_model"]].search(action["domain"])
        return [
            (receipt.move_id.picking_id, receipt.quantity, receipt.remaining_quantity, receipt.unit_cost, receipt.remaining_value)
            for receipt in receipts]

    @users("test_keeper", "test_manager", "test_accountant")
    def test_whoever_answers_for_cost_sees_receipts_on_hand_and_what_paid(self):
        self._sell_as_system(1)
        for model in ("repair.part.receipt", "repair.part.fifo.source"):
            seen = self.env[model].search([("product_id", "=", self.spare.id)])
            self.assertTrue(seen)
            self.assertEqual(seen, seen.sudo().search([("product_id", "=", self.spare.id)]))
            seen.web_read({name: {} for name in seen._fields if name != "display_name"})

    @users("test_technician_fifo", "test_desk_fifo")
    def test_technician_and_desk_see_no_cost(self):
        for model in ("repair.part.receipt", "repair.part.fifo.source"):
            with self.assertRaises(AccessError):
                self.env[model].search_read([])
        with self.assertRaises(AccessError):
            self.env["product.template"].search_read([], ["receipt_on_hand_count"], limit=1)

    @users("test_keeper")
    def test_nobody_writes_what_paid(self):
        self._sell_as_system(1)
        source = self.env["repair.part.fifo.source"].search([("product_id", "=", self.spare.id)], limit=1)
        for attempt in (
            lambda: source.write({"value": 1.0}), lambda: source.unlink(),
            lambda: source.create({"move_id": source.move_id.id, "quantity": 1, "value": 1}),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def _sell_as_system(self, quantity):
        system = self.env["sale.order"].sudo().with_user(self.env.ref("base.user_root"))
        order = system.create({
            "partner_id": self.partner.id, "order_line": [Command.create({"product_id": self.spare.id, "product_uom_qty": quantity})]})
        order.action_confirm()
        order.picking_ids.button_validate()
