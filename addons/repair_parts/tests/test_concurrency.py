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
        with self._transaction() as env:
            self.part_id = env["product.product"].create({
                "name": "Concurrency part", "default_code": "CONC-1", "is_spare_part": True}).id
            lot = env["stock.lot"].create({"name": "CONC-LOT", "product_id": self.part_id})
            warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
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
                SQL("DELETE FROM stock_move_line WHERE product_id = %s", part),
                SQL("DELETE FROM stock_move WHERE product_id = %s", part),
                SQL("DELETE FROM stock_quant WHERE product_id = %s", part),
                SQL("DELETE FROM stock_lot WHERE product_id = %s", part),
                SQL("DELETE FROM repair_order WHERE id IN %s", orders),
                SQL("DELETE FROM mail_message WHERE model = 'repair.order' AND res_id IN %s", orders),
            ):
                env.cr.execute(statement)
            env.invalidate_all()
            env["product.product"].browse(part).product_tmpl_id.unlink()

    def _race(self, step):
        """Do ``step(env, order)`` for both orders at once: each has seen the stock before either commits."""
        started = threading.Barrier(2, timeout=30)
        errors = []

        def run(order_id):
            first_attempt = iter([True])
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})

                def attempt():
                    env["stock.quant"].search([("product_id", "=", self.part_id)]).mapped("quantity")
                    if next(first_attempt, False):
                        started.wait()
                    step(env, env["repair.order"].browse(order_id))

                try:
                    retrying(attempt, env)
                except UserError as error:
                    cr.rollback()  # as the web server does
                    errors.append(error)

        threads = [threading.Thread(target=run, args=(order_id,)) for order_id in self.order_ids]
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

        errors = self._race(use)
        self.assertEqual(len(errors), 1)
        self.assertIn("CONC-1", str(errors[0]))
        self.assertEqual(self._get_stock(), (0.0, 0.0))
        with self._transaction() as env:
            states = env["repair.order"].browse(self.order_ids).mapped("state")
        self.assertEqual(sorted(states), ["done", "under_repair"])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_orders_cannot_reserve_the_same_last_piece(self):
        errors = self._race(lambda env, order: order._action_repair_confirm())
        self.assertFalse(errors)
        self.assertEqual(self._get_stock(), (1.0, 1.0))
        with self._transaction() as env:
            states = env["repair.order"].browse(self.order_ids).move_ids.mapped("state")
        self.assertEqual(sorted(states), ["assigned", "confirmed"])
