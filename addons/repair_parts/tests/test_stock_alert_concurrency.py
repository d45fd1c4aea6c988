from odoo.tests import BaseCase, tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.repair_service.models.repair_flow import FLOW

from .common_transactions import RealTransactions


@tagged("post_install", "-at_install")
class TestStockAlertConcurrency(RealTransactions, BaseCase):
    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
            self.place_id = env["stock.location"].create({
                "name": "Race", "usage": "internal", "location_id": warehouse.lot_stock_id.id}).id
            self.product_id = env["product.product"].create({"name": "Race", "default_code": "RACE", "is_spare_part": True}).id
            env.flush_all()
            env.cr.execute(SQL(
                """INSERT INTO stock_quant (product_id, location_id, company_id, quantity, reserved_quantity, in_date)
                   VALUES (%s, %s, %s, -2, 0, NOW() AT TIME ZONE 'UTC')""", self.product_id, self.place_id, env.company.id))

    def _clean_up(self):
        with self._transaction() as env:
            self._find(env).with_context(repair_flow=FLOW).unlink()
            env.cr.execute(SQL("DELETE FROM stock_quant WHERE product_id = %s", self.product_id))
            env["product.product"].browse(self.product_id).product_tmpl_id.unlink()
            env["stock.location"].browse(self.place_id).unlink()

    def _find(self, env):
        return env["repair.stock.alert"].search([("product_id", "=", self.product_id)])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_people_who_look_at_once_open_an_alert_once(self):
        errors = self._race(*(lambda env: env["repair.stock.alert"]._refresh(env.company) for _person in range(2)))
        self.assertFalse(errors)
        with self._transaction() as env:
            self.assertEqual(self._find(env).mapped("state"), ["open"])
            self.assertEqual(len(self._find(env).activity_ids), 1)
