from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user

from .common import RepairPartsCommon


class StockCountCommon(RepairPartsCommon):
    """Two shelves with parts by lots, two people who only count, a keeper, and a stock manager who decides."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})
        cls.counter, cls.second = (
            new_test_user(cls.env, f"test_counter_{name}", "repair_parts.repair_parts_group_counter") for name in ("one", "two"))
        cls.user_stock_manager = new_test_user(cls.env, "test_stock_manager", "stock.group_stock_manager")
        cls.area = cls.env["stock.location"].create({"name": "Area", "usage": "internal", "location_id": cls.stock.id})
        cls.shelf_2, cls.shelf_10 = cls.env["stock.location"].create([
            {"name": name, "usage": "internal", "location_id": cls.area.id} for name in ("S-2", "S-10")])
        cls.fan, cls.board = cls._create_spare("Fan", "CN-FAN"), cls._create_spare("Board", "CN-BOARD")
        cls.fan.standard_price = cls.board.standard_price = 10.0
        cls.stock_cause = cls.env.ref("repair_parts.stock_cause_not_booked")

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda cron, *args, **kwargs: float("inf")))

    @classmethod
    def _put(cls, product, location, quantity, lot="L1"):
        lots = cls.env["stock.lot"]
        lot = lots.search([("product_id", "=", product.id), ("name", "=", lot)]) or lots.create({"product_id": product.id, "name": lot})
        cls.env["stock.quant"]._update_available_quantity(product, location, quantity, lot_id=lot)
        return cls.env["stock.quant"].search([("product_id", "=", product.id), ("location_id", "=", location.id), ("lot_id", "=", lot.id)])

    @classmethod
    def _start_count(cls, users=None, **values):
        count = cls.env["repair.stock.count"].with_user(cls.user_keeper).create({
            "location_id": cls.area.id, "kind": "full", "user_ids": [Command.set((users or cls.counter | cls.second).ids)], **values})
        count.action_start()
        return count

    def _line(self, count, product, location=None):
        lines = count.sudo().line_ids.filtered(lambda line: line.product_id == product)
        return lines.filtered(lambda line: not location or line.location_id == location)

    def _enter(self, line, quantity, hand_in=True):
        line.invalidate_recordset()
        mine = line.with_user(line.sudo().user_id)
        mine.my_quantity = quantity
        if hand_in:
            mine.action_hand_in()
        line.invalidate_recordset()

    def _post(self):
        self.env["repair.stock.count.line"]._cron_post()
        self.env.invalidate_all()

    def _books(self, product, location):
        return sum(self.env["stock.quant"].search([("product_id", "=", product.id), ("location_id", "=", location.id)]).mapped("quantity"))

    def _approve(self, line, user=None, cause=None):
        line = line.with_user(user or self.user_stock_manager)
        line.write({"cause_id": (cause or self.stock_cause).id, "decision_note": "booked now"})
        line.action_approve()

    def _today(self):
        return fields.Date.today()
