from odoo.tests import BaseCase, tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.repair_service.models.repair_flow import FLOW

from .common_transactions import RealTransactions


@tagged("post_install", "-at_install")
class TestVanConcurrency(RealTransactions, BaseCase):
    """One load list, two telephones; two lists, one piece: on committed data, each in a transaction of its own."""

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
            warehouse._ensure_van_route()
            employees = env["hr.employee"].create([{"name": f"Race {index}", "is_technician": True} for index in range(2)])
            employees.action_set_up_van()
            env["stock.warehouse.orderpoint"].search([("location_id", "in", employees.van_location_id.ids)]).unlink()
            product = env["product.product"].create({"name": "Race", "default_code": "RACE-1", "is_spare_part": True})
            lot = env["stock.lot"].create({"product_id": product.id, "name": "R1", "company_id": env.company.id})
            env["stock.quant"]._update_available_quantity(product, warehouse.lot_stock_id, 3, lot_id=lot)
            self.depot_id, self.product_id = warehouse.lot_stock_id.id, product.id
            self.employee_ids, self.van_ids = employees.ids, employees.van_location_id.ids

    def _clean_up(self):
        with self._transaction() as env:
            vans, product = tuple(self.van_ids), self.product_id
            for statement in (
                SQL("DELETE FROM repair_van_transfer WHERE location_id IN %s OR location_dest_id IN %s", vans, vans),
                SQL("DELETE FROM stock_move_line WHERE product_id = %s", product),
                SQL("DELETE FROM stock_move WHERE product_id = %s", product),
                SQL("DELETE FROM stock_picking WHERE location_dest_id IN %s OR location_id IN %s", vans, vans),
                SQL("DELETE FROM stock_quant WHERE product_id = %s", product),
                SQL("DELETE FROM stock_lot WHERE product_id = %s", product),
            ):
                env.cr.execute(statement)
            env["product.product"].browse(product).product_tmpl_id.unlink()
            employees = env["hr.employee"].browse(self.employee_ids)
            employees.with_context(repair_flow=FLOW).van_location_id = False
            env["stock.location"].browse(self.van_ids).unlink()
            employees.unlink()

    def _get_in(self, env, place_id):
        return sum(env["stock.quant"].search([("location_id", "=", place_id), ("product_id", "=", self.product_id)]).mapped("quantity"))

    def _list(self, env, van_id, quantity):
        locations = env["stock.location"]
        transfer = env["repair.van.transfer"]._open(locations.browse(self.depot_id), locations.browse(van_id))
        transfer._add(env["product.product"].browse(self.product_id), quantity)
        return transfer

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_list_received_twice_at_once_is_received_once(self):
        with self._transaction() as env:
            transfer = self._list(env, self.van_ids[0], 2)
            transfer.action_give()
            transfer_id = transfer.id
        errors = self._race(*[lambda env: env["repair.van.transfer"].browse(transfer_id).action_take()] * 2)
        self.assertEqual(len(errors), 1)
        with self._transaction() as env:
            self.assertEqual((self._get_in(env, self.van_ids[0]), self._get_in(env, self.depot_id)), (2.0, 1.0))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_lists_never_get_one_piece(self):
        def fetch(van_id):
            def work(env):
                transfer = self._list(env, van_id, 2)
                transfer.action_give()
                transfer.action_take()
            return work

        self._race(fetch(self.van_ids[0]), fetch(self.van_ids[1]))
        with self._transaction() as env:
            held = [self._get_in(env, place) for place in (*self.van_ids, self.depot_id)]
            self.assertEqual(sum(held), 3.0)
            self.assertTrue(all(quantity >= 0 for quantity in held), held)
