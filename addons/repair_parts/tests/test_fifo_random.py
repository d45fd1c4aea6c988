import random
from collections import defaultdict
from fractions import Fraction

from odoo.tests import tagged

from .common import RepairPartsCommon

HISTORIES = 200
STEPS = 5
SEED = 20260101


class Ledger:
    """First-in first-out told a second time, unit by unit in exact fractions, knowing nothing of the addon."""

    def __init__(self):
        self.units = []

    def receive(self, quantity, cents):
        self.units += [Fraction(cents, quantity)] * quantity

    def use(self, quantity):
        used, self.units = self.units[:quantity], self.units[quantity:]
        return sum(used)


@tagged("post_install", "-at_install")
class TestFifoRandom(RepairPartsCommon):
    """Random histories of receipts and uses, all parts advancing together so that they are fast."""

    def test_random_histories_cost_what_an_independent_ledger_says(self):
        dice = random.Random(SEED)
        parts = self.env["product.product"].create([
            {"name": f"Random {index}", "default_code": f"RND-{index}", "is_spare_part": True} for index in range(HISTORIES)])
        ledgers = defaultdict(Ledger)
        uses = 0
        for _step in range(STEPS):
            self._receive_all(parts, ledgers, dice)
            uses += self._use_all(parts, ledgers, dice)
        self.assertGreater(uses, HISTORIES * 2)
        for part in parts:
            self.assertEqual(part.qty_available, len(ledgers[part].units))

    def _receive_all(self, parts, ledgers, dice):
        values_list = []
        for part in parts:
            if dice.random() < 0.25 and ledgers[part].units:
                continue
            quantity, cents = dice.randint(1, 5), dice.randint(1, 99999)
            ledgers[part].receive(quantity, cents)
            values_list.append({
                "product_id": part.id, "product_uom_qty": quantity, "product_uom": part.uom_id.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id, "location_dest_id": self.stock.id,
                "picking_type_id": self.warehouse.in_type_id.id, "value_manual": cents / 100,
            })
        moves = self.env["stock.move"].create(values_list)
        moves._action_confirm(merge=False)
        moves._action_assign()
        for line in moves.move_line_ids:
            line.lot_name = f"{line.product_id.default_code}/{line.id}"
        moves.picked = True
        moves._action_done()

    def _use_all(self, parts, ledgers, dice):
        wanted = {part: dice.randint(0, len(ledgers[part].units)) for part in parts}
        order = self._create_plain_repair(*((part, quantity) for part, quantity in wanted.items() if quantity))
        order.action_repair_end()
        for move in order.move_ids:
            expected = ledgers[move.product_id].use(int(move.quantity)) / 100
            self.assertLessEqual(abs(Fraction(move.value) - expected), Fraction(5001, 1000000), f"seed {SEED}: {move.product_id.name}")
            self.assertAlmostEqual(sum(move.fifo_source_ids.mapped("value")), move.value, places=6)
            self.assertEqual(sum(move.fifo_source_ids.mapped("quantity")), move.quantity)
        return len(order.move_ids)
