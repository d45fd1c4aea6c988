from datetime import date, datetime

from odoo.tests import freeze_time, tagged

from .common import RepairPartsCommon

MARCH = (date(2019, 3, 1), date(2019, 3, 31))


@tagged("post_install", "-at_install")
class TestStockFigures(RepairPartsCommon):

    def _approve(self, *parts):
        with freeze_time("2019-03-04 02:00:00"):
            order = self._create_order(requested_on=datetime(2019, 3, 4, 1))
            for part in parts:
                self._add_part(order, part)
            self._to_stage(order, "approved")
        return order

    def _read(self, code, days=MARCH):
        return self.env["repair.figure"]._read_figure(code, self.company, *days)

    def test_fill_rate_counts_the_lines_that_stock_served_at_once(self):
        """Two lines on the shelf, one missing: 2 of 3; the missing one that comes ten days later was missing all the same."""
        with freeze_time("2019-03-01 02:00:00"):
            self._add_stock(self.spare, 5)
        other = self._create_spare("Thermostat", "TH-1")
        first, second = self._approve(self.spare, other), self._approve(self.spare)
        missing = first.move_ids.filtered(lambda move: move.product_id == other)
        expected = {move.id: int(move != missing) for move in (first | second).move_ids}
        self.assertEqual(self._read("fill_rate"), expected)
        measured = self.env["repair.figure"]._measure("fill_rate", self.company, *MARCH)
        self.assertEqual((round(measured.value, 1), measured.count), (66.7, 3))
        with freeze_time("2019-03-14 02:00:00"):
            self._add_stock(other, 1)
            first.action_assign()
        self.assertEqual((missing.state, missing.repair_missing_on), ("assigned", datetime(2019, 3, 4, 2)))
        self.assertEqual(self._read("fill_rate"), expected)
        self.assertEqual(self._read("fill_rate", (date(2019, 4, 1), date(2019, 4, 30))), {}, "by the day of the approval")

    def test_lines_dropped_and_not_approved_are_not_asked_for(self):
        other = self._create_spare("Thermostat", "TH-1")
        order = self._approve(other)
        order.action_repair_cancel()
        with freeze_time("2019-03-05 02:00:00"):
            self._add_part(self._create_order(requested_on=datetime(2019, 3, 5, 1)), other)
        self.assertEqual(self._read("fill_rate"), {})

    def test_turns_hold_a_years_use_against_the_mean_stock(self):
        """10 at 20 received in 2018; 4 used in March: 80 a month of 31 days, 941.94 a year. Stock 200 and 120, mean 160: 5.89 turns."""
        company = self.env["res.company"].create({"name": "Turns", "country_id": self.env.ref("base.cn").id})
        self.env.flush_all()
        location = self.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1).lot_stock_id
        usage = {kind: self.env["stock.location"].search([("usage", "=", kind)], limit=1) for kind in ("supplier", "customer")}
        idle = self._create_spare("Idle", "ID-1")
        for product, day, source, target, quantity, value, way in (
            (self.spare, "2018-06-01", usage["supplier"], location, 10, 200, "is_in"),
            (self.spare, "2019-03-10", location, usage["customer"], 4, 80, "is_out"),
            (idle, "2019-03-05", usage["supplier"], location, 1, 0, "is_in"),
        ):
            move = self.env["stock.move"].create({
                "product_id": product.id, "product_uom_qty": quantity, "company_id": company.id, "location_id": source.id,
                "location_dest_id": target.id})
            self.env.flush_all()
            self.env.cr.execute(
                f"UPDATE stock_move SET state = 'done', date = %s, value = %s, {way} = TRUE WHERE id = %s", [day, value, move.id])
        self.env.invalidate_all()
        measured = self.env["repair.figure"]._measure("stock_turns", company, *MARCH)
        self.assertEqual((round(measured.value, 2), measured.count), (5.89, 1))
        self.assertEqual(self.env["repair.figure"]._measure("stock_turns", company, date(2017, 1, 1), date(2017, 1, 31)).count, 0)
