import threading
from contextlib import contextmanager
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import SQL, mute_logger


@tagged("post_install", "-at_install")
class TestConcurrency(BaseCase):
    """Two real transactions on committed data, each repeated by Odoo's own retry as for a request of the web client."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.place_ids = []
        with self._transaction() as env:
            self.part_id = env["product.product"].create({
                "name": "Concurrency part", "default_code": "CONC-1", "is_spare_part": True}).id
            lot = env["stock.lot"].create({"name": "CONC-LOT", "product_id": self.part_id})
            warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
            self.warehouse_id, self.inspects = warehouse.id, warehouse.incoming_inspection
            warehouse.incoming_inspection = False  # what the races receive is usable at once
            env["stock.quant"]._update_available_quantity(
                env["product.product"].browse(self.part_id), warehouse.lot_stock_id, 1, lot_id=lot)
            self.lot_id = lot.id
            self.order_ids = [self._create_order(env).id for _index in range(2)]
        self.addCleanup(self._clean_up)

    @contextmanager
    def _transaction(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})

    def _create_order(self, env):
        return env["repair.order"].create({
            "partner_id": env.company.partner_id.id,
            "move_ids": [Command.create({"product_id": self.part_id, "product_uom_qty": 1, "repair_line_type": "add"})],
        })

    def _clean_up(self):
        """Take away by SQL what the ORM rightly refuses to delete: done moves."""
        with self._transaction() as env:
            part, orders = self.part_id, tuple(self.order_ids)
            for statement in (
                SQL("DELETE FROM repair_part_fifo_source WHERE product_id = %s", part),
                SQL("DELETE FROM repair_part_return WHERE product_id = %s", part),
                SQL("DELETE FROM stock_move_line WHERE product_id = %s", part),
                SQL("DELETE FROM stock_move WHERE product_id = %s", part),
                SQL("DELETE FROM stock_quant WHERE product_id = %s", part),
                SQL("DELETE FROM stock_lot WHERE product_id = %s", part),
                SQL("DELETE FROM repair_order WHERE id IN %s", orders),
                SQL("DELETE FROM mail_message WHERE model = 'repair.order' AND res_id IN %s", orders),
            ):
                env.cr.execute(statement)
            env.invalidate_all()
            env["stock.warehouse"].browse(self.warehouse_id).incoming_inspection = self.inspects
            env["stock.location"].browse(self.place_ids).unlink()
            env["product.product"].browse(part).product_tmpl_id.unlink()

    def _race_orders(self, step):
        """Do ``step(env, order)`` for both orders at once."""
        return self._race(*(
            lambda env, order_id=order_id: step(env, env["repair.order"].browse(order_id)) for order_id in self.order_ids))

    def _race(self, *steps):
        """Do each ``step(env)`` in a transaction of its own, all at once: each has seen the stock before any commits."""
        started = threading.Barrier(len(steps), timeout=30)
        errors = []

        def run(step):
            first_attempt = iter([True])
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})

                def attempt():
                    env["stock.quant"].search([("product_id", "=", self.part_id)]).mapped("quantity")
                    if next(first_attempt, False):
                        started.wait()
                    step(env)

                try:
                    retrying(attempt, env)
                except UserError as error:
                    cr.rollback()  # as the web server does
                    errors.append(error)

        threads = [threading.Thread(target=run, args=(step,)) for step in steps]
        # The test runner holds the lock of the registries, which the threads would wait for.
        with patch.object(Registry, "_lock", DummyRLock()):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        self.assertFalse(any(thread.is_alive() for thread in threads), "the two transactions wait for each other")
        return errors

    def _get_stock(self):
        with self._transaction() as env:
            quants = env["stock.quant"].search([("product_id", "=", self.part_id), ("location_id.usage", "=", "internal")])
            return sum(quants.mapped("quantity")), sum(quants.mapped("reserved_quantity"))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_orders_cannot_use_the_same_last_piece(self):
        with self._transaction() as env:
            for order in env["repair.order"].browse(self.order_ids):
                order.action_repair_start()
                order.action_unreserve()

        def use(env, order):
            order.move_ids.move_line_ids.unlink()
            order.move_ids.move_line_ids = [Command.create(
                {"product_id": self.part_id, "lot_id": self.lot_id, "quantity": 1, "picked": True})]
            order.action_repair_end()

        errors = self._race_orders(use)
        self.assertEqual(len(errors), 1)
        self.assertIn("CONC-1", str(errors[0]))
        self.assertEqual(self._get_stock(), (0.0, 0.0))
        with self._transaction() as env:
            states = env["repair.order"].browse(self.order_ids).mapped("state")
        self.assertEqual(sorted(states), ["done", "under_repair"])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_orders_cannot_reserve_the_same_last_piece(self):
        errors = self._race_orders(lambda env, order: order._action_repair_confirm())
        self.assertFalse(errors)
        self.assertEqual(self._get_stock(), (1.0, 1.0))
        with self._transaction() as env:
            states = env["repair.order"].browse(self.order_ids).move_ids.mapped("state")
        self.assertEqual(sorted(states), ["assigned", "confirmed"])

    def _create_delivery(self, env, lot, location):
        """A delivery of one unit of ``lot`` from ``location``, picked and ready to leave."""
        move = env["stock.move"].create({
            "product_id": self.part_id, "product_uom_qty": 1, "location_id": location.id,
            "location_dest_id": env.ref("stock.stock_location_customers").id,
        })
        move._action_confirm(merge=False)
        move.move_line_ids.unlink()
        move.move_line_ids = [Command.create({
            "product_id": self.part_id, "lot_id": lot.id, "quantity": 1, "picked": True, "location_id": location.id,
            "location_dest_id": move.location_dest_id.id})]
        return move

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_repair_and_a_sale_cannot_take_the_same_last_piece(self):
        with self._transaction() as env:
            order = env["repair.order"].browse(self.order_ids[0])
            order._action_repair_confirm()
            order.action_repair_start()
            order.action_unreserve()
            lot = env["stock.lot"].browse(self.lot_id)
            move_id = self._create_delivery(env, lot, order.location_id).id

        def repair(env):
            order = env["repair.order"].browse(self.order_ids[0])
            order.move_ids.move_line_ids = [Command.create(
                {"product_id": self.part_id, "lot_id": self.lot_id, "quantity": 1, "picked": True})]
            order.action_repair_end()

        errors = self._race(repair, lambda env: env["stock.move"].browse(move_id)._action_done())
        self.assertEqual(len(errors), 1)
        self.assertEqual(self._get_stock()[0], 0.0)
        with self._transaction() as env:
            moves = env["stock.move"].search([("product_id", "=", self.part_id), ("state", "=", "done")])
            self.assertEqual(len(moves), 1)
            self.assertEqual(sum(moves.fifo_source_ids.mapped("quantity")), 1.0)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_places_do_not_pay_with_the_same_receipt(self):
        """Different lots in different places, so that no two transactions touch one quant; but the oldest receipt pays only once."""
        with self._transaction() as env:
            env["stock.quant"].search([("product_id", "=", self.part_id)]).sudo().unlink()
            warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
            move_ids, self.place_ids = [], []
            for number in range(2):
                place = env["stock.location"].create(
                    {"name": f"Van {number}", "usage": "internal", "location_id": warehouse.view_location_id.id})
                self.place_ids.append(place.id)
                lot = env["stock.lot"].create({"name": f"CONC-VAN-{number}", "product_id": self.part_id})
                receipt = env["stock.move"].create({
                    "product_id": self.part_id, "product_uom_qty": 1, "value_manual": 15.0, "location_dest_id": place.id,
                    "location_id": env.ref("stock.stock_location_suppliers").id})
                receipt._action_confirm(merge=False)
                receipt.move_line_ids.unlink()
                receipt.move_line_ids = [Command.create({
                    "product_id": self.part_id, "lot_id": lot.id, "quantity": 1, "picked": True,
                    "location_id": receipt.location_id.id, "location_dest_id": place.id})]
                receipt._action_done()
                move_ids.append(self._create_delivery(env, lot, place).id)
        errors = self._race(*(
            lambda env, move_id=move_id: env["stock.move"].browse(move_id)._action_done() for move_id in move_ids))
        self.assertFalse(errors)
        with self._transaction() as env:
            sources = env["stock.move"].browse(move_ids).fifo_source_ids
            self.assertEqual(len(sources.receipt_move_id), 2)
            self.assertEqual(sources.mapped("value"), [15.0, 15.0])

    def _hand_over(self, env):
        """Deliver the only piece to a customer; return the move."""
        warehouse = env["stock.warehouse"].browse(self.warehouse_id)
        move = self._create_delivery(env, env["stock.lot"].browse(self.lot_id), warehouse.lot_stock_id)
        move._action_done()
        return move

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_sold_part_is_not_returned_twice_at_once(self):
        with self._transaction() as env:
            move_id, reason_id = self._hand_over(env).id, env.ref("repair_parts.part_return_reason_dead").id

        def register(env):
            env["repair.part.return"].create({"origin_move_id": move_id, "reason_id": reason_id, "quantity": 1, "lot_id": self.lot_id})

        errors = self._race(register, register)
        self.assertEqual(len(errors), 1)
        self.assertIn("CONC-1", str(errors[0]))
        with self._transaction() as env:
            self.assertEqual(env["repair.part.return"].search_count([("origin_move_id", "=", move_id)]), 1)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_return_takes_each_step_once(self):
        with self._transaction() as env:
            back_id = env["repair.part.return"].create({
                "origin_move_id": self._hand_over(env).id, "reason_id": env.ref("repair_parts.part_return_reason_lost").id,
                "quantity": 1, "lot_id": self.lot_id}).id

        def receive(env):
            env["repair.part.return"].browse(back_id).action_receive()

        self.assertEqual(len(self._race(receive, receive)), 1)
        with self._transaction() as env:
            self.assertEqual(env["repair.part.return"].browse(back_id).state, "inspected")
