import random
from collections import defaultdict
from datetime import datetime, timedelta
from fractions import Fraction
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.stock_account.models.product import ProductProduct as CoreProduct

from .common import RepairPartsCommon
from .fifo_ledger import Ledger

SEED = 20260101
HALF_A_CENT = Fraction(5001, 1000000)
START = datetime(2026, 1, 5, 8)


def exact(amount):
    """The decimal number that a float stands for."""
    return Fraction(str(round(amount, 6)))


class CoreFifo:
    """Core's own walk over the receipts, past our overrides."""

    @staticmethod
    def cost(product, quantity):
        with patch.object(type(product), "_run_fifo_get_stack", CoreProduct._run_fifo_get_stack):
            return CoreProduct._run_fifo(product, quantity)


@tagged("post_install", "-at_install")
class TestFifoStacks(RepairPartsCommon):
    """Thousands of histories of receipts and consumptions written straight into stock, all consumed together."""

    HISTORIES, STEPS = 2000, 5

    def test_random_histories_cost_what_the_ledger_says(self):
        dice = random.Random(SEED)
        parts = self._create_parts()
        ledgers = {part: Ledger() for part in parts}
        on_hand = self._receive_by_sql(parts, ledgers, dice)
        covered = short = 0
        for _step in range(self.STEPS):
            wanted = {part: dice.randint(1, 900) / 100 for part in parts}
            sizes = parts._get_fifo_sizes()
            self.assertEqual({part: exact(size) for part, size in sizes.items()}, on_hand)
            layers, values = parts._get_fifo_layers(wanted, sizes), parts._get_fifo_values(wanted, sizes)
            for part in parts:
                ledger = ledgers[part]
                if ledger.quantity <= 0:
                    continue
                expected = ledger.use(exact(wanted[part]))
                paid = [(layer.ref, exact(layer.quantity)) for layer in layers[part]]
                self.assertEqual(paid, [(ref, quantity) for ref, quantity, _cost in expected if ref], f"seed {SEED}: {part.name}")
                cost = sum(cost for _ref, _quantity, cost in expected)
                self.assertLess(abs(Fraction(values[part]) - cost), Fraction(1, 10**6), f"seed {SEED}: {part.name}")
                covered += len(paid)
                short += ledger.owed > 0
                on_hand[part] -= exact(wanted[part])
            self._set_on_hand(on_hand)
        self.assertGreater(covered, self.HISTORIES * 2)
        self.assertGreater(short, self.HISTORIES / 10)

    def test_the_same_histories_cost_the_same_in_core(self):
        dice = random.Random(SEED + 1)
        parts = self._create_parts(60)
        ledgers = {part: Ledger() for part in parts}
        self._receive_by_sql(parts, ledgers, dice)
        for part in parts:
            for quantity in (0.01, dice.randint(1, 2000) / 100, part.qty_available, part.qty_available + 3):
                if quantity <= 0:
                    continue
                with self.subTest(seed=SEED + 1, part=part.name, quantity=quantity):
                    self.assertAlmostEqual(part._run_fifo(quantity), CoreFifo.cost(part, quantity), places=6)

    def _create_parts(self, number=HISTORIES):
        """Parts that differ by their name only, copied in SQL."""
        env = self.env
        env.flush_all()
        columns = self._columns("product_template", "id")
        env.cr.execute(SQL(
            """WITH made AS (INSERT INTO product_template (%(names)s) SELECT %(names)s FROM product_template, generate_series(1, %(number)s)
                             WHERE id = %(id)s RETURNING id)
               INSERT INTO product_product (product_tmpl_id, active) SELECT id, TRUE FROM made RETURNING id""",
            names=columns, number=number, id=self.spare.product_tmpl_id.id))
        return env["product.product"].browse([row[0] for row in env.cr.fetchall()])

    def _columns(self, table, *without):
        self.env.cr.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table])
        return SQL(", ").join(SQL.identifier(name) for (name,) in self.env.cr.fetchall() if name not in without)

    def _receive_by_sql(self, parts, ledgers, dice):
        """Receive each part a few times; return {part: units on hand}, for some less than what came in."""
        sample = self._receive((self.spare, 1, 1.0)).move_ids
        self.env.flush_all()
        rows, receipts = [], {}
        for part in parts:
            date = START
            for _receipt in range(dice.randint(1, 12)):
                date += timedelta(days=dice.choice((0, 1, 5)))  # receipts of one second are ordered by their number
                quantity = dice.choice((dice.randint(1, 20), dice.randint(1, 999) / 100))
                rows.append((part.id, date, quantity, dice.randint(0, 99999) / 100))
        made = SQL(", ").join(SQL("(%s, %s::timestamp, %s::numeric, %s::numeric)", *row) for row in rows)
        own = ("id", "product_id", "date", "quantity", "value", "product_qty", "quantity_product_uom", "move_id")
        columns, line_columns = self._columns("stock_move", *own), self._columns("stock_move_line", *own)
        self.env.cr.execute(SQL(
            """INSERT INTO stock_move (product_id, date, quantity, value, %(names)s)
               SELECT made.product, made.day, made.quantity, made.value, %(names)s
                 FROM stock_move, (VALUES %(made)s) AS made(product, day, quantity, value)
                WHERE id = %(id)s RETURNING id, product_id, date, quantity, value""", names=columns, made=made, id=sample.id))
        moves = self.env.cr.fetchall()
        self.env.cr.execute(SQL(
            """INSERT INTO stock_move_line (product_id, move_id, quantity, quantity_product_uom, date, %(names)s)
               SELECT move.product_id, move.id, move.quantity, move.quantity, move.date, %(selected)s
                 FROM stock_move_line sample, stock_move move WHERE sample.move_id = %(id)s AND move.id IN %(ids)s""",
            names=line_columns, selected=SQL(", ").join(
                SQL("sample.%s", SQL.identifier(name.strip().strip('"'))) for name in line_columns.code.split(",")),
            id=sample.id, ids=tuple(move[0] for move in moves)))
        for move_id, product_id, _date, quantity, value in sorted(moves, key=lambda move: (move[2], move[0])):
            receipts.setdefault(product_id, []).append((move_id, exact(quantity), exact(value)))
        on_hand = {}
        for part in parts:
            for move_id, quantity, value in receipts[part.id]:
                ledgers[part].receive(move_id, quantity, value)
            used = dice.choice((0, 0, dice.randint(0, 1000))) / 100
            ledgers[part].use(exact(used)) if used else None
            on_hand[part] = ledgers[part].quantity
        self.env.cr.execute(SQL(
            "INSERT INTO stock_quant (product_id, company_id, location_id, quantity, reserved_quantity, in_date) VALUES %s",
            SQL(", ").join(
                SQL("(%s, %s, %s, %s, 0, now())", part.id, self.company.id, self.stock.id, str(float(quantity)))
                for part, quantity in on_hand.items())))
        self.env.invalidate_all()
        self.env.cr.execute("ANALYZE stock_move, stock_move_line, stock_quant")
        return on_hand

    def _set_on_hand(self, on_hand):
        self.env.cr.execute(SQL(
            "UPDATE stock_quant SET quantity = made.quantity FROM (VALUES %s) AS made(product, quantity) WHERE product_id = made.product",
            SQL(", ").join(SQL("(%s, %s::numeric)", part.id, str(float(quantity))) for part, quantity in on_hand.items())))
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestFifoFlows(RepairPartsCommon):
    """Random histories through the real documents, all parts advancing together: orders in two currencies received in parts and billed
    late at other prices, repairs, deliveries and their returns, scrap, returns to suppliers, moves to a van and the quality zone, counts.
    """

    PARTS, ROUNDS = 25, 6

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls.env.ref("base.USD") if cls.company.currency_id != cls.env.ref("base.USD") else cls.env.ref("base.EUR")
        cls.foreign.active = True
        cls.foreign.rate_ids.unlink()
        cls.env["res.currency.rate"].create(
            {"name": "2025-01-01", "rate": 0.125, "currency_id": cls.foreign.id, "company_id": cls.company.id})
        cls.van, cls.quality = cls.env["stock.location"].create([
            {"name": name, "usage": "internal", "location_id": cls.warehouse.view_location_id.id} for name in ("Van", "Quality zone")])
        cls.suppliers, cls.customers = (cls.env.ref(f"stock.stock_location_{usage}s") for usage in ("supplier", "customer"))
        cls.scrap = cls.env["stock.location"].search([("usage", "=", "inventory"), ("company_id", "=", cls.company.id)], limit=1)

    def test_random_histories_through_documents(self):
        self.dice = random.Random(SEED + 2)
        self.parts = self.env["product.product"].create([
            {"name": f"Random {index}", "default_code": f"RND-{index}", "is_spare_part": True, "supplier_taxes_id": False}
            for index in range(self.PARTS)])
        self.ledgers = {part: Ledger() for part in self.parts}
        self.there = defaultdict(int)  # {(part, location): units}
        self.orders, self.deliveries, self.counts = [], [], defaultdict(int)
        steps = (
            self._order_and_receive, self._receive_rest, self._repair, self._bill, self._deliver, self._return, self._move_around,
            self._scrap, self._send_back, self._count)
        hour = 0
        for _round in range(self.ROUNDS):
            for step in [self._order_and_receive, *self.dice.sample(steps, 5)] if _round else steps:
                hour += 1
                with patch.object(fields.Datetime, "now", lambda now=START + timedelta(hours=hour): now):
                    step()
                    self.counts[step.__name__] += 1
            self._compare()
        self.assertGreater(min(self.counts[step.__name__] for step in steps), 1)
        for part in self.parts:
            for quantity in (1, part.qty_available):
                if part.qty_available > 0:
                    self.assertAlmostEqual(part._run_fifo(quantity), CoreFifo.cost(part, quantity), places=6)

    # -------------------------------------------------------------------------
    # Steps
    # -------------------------------------------------------------------------

    def _some(self, location=None, share=0.5):
        """Parts of which something lies in ``location``, each with a quantity to take from there."""
        return {
            part: self.dice.randint(1, self.there[part, location]) for part in self.parts
            if self.there[part, location] and self.dice.random() < share}

    def _order_and_receive(self):
        currency = self.dice.choice((self.company.currency_id, self.foreign))
        parts = [part for part in self.parts if self.dice.random() < 0.6]
        order = self.env["purchase.order"].create({
            "partner_id": self.supplier.id, "currency_id": currency.id,
            "order_line": [Command.create({
                "product_id": part.id, "product_qty": self.dice.randint(1, 6), "price_unit": self.dice.randint(1, 9999) / 100,
                "tax_ids": False,
            }) for part in parts],
        })
        order.button_confirm()
        receipt = order.picking_ids
        for move in receipt.move_ids:
            move.quantity = self.dice.randint(1, int(move.product_uom_qty))
        self._validate(receipt)
        self.orders.append(order)

    def _receive_rest(self):
        for order in self.orders:
            for receipt in order.picking_ids.filtered(lambda picking: picking.state == "assigned"):
                self._validate(receipt)
                return

    def _validate(self, receipt):
        receipt.with_context(skip_backorder=True).button_validate()
        rate = 8 if receipt.purchase_id.currency_id == self.foreign else 1
        for move in receipt.move_ids:
            price = exact(move.purchase_line_id.price_unit) * rate
            if receipt.purchase_id.invoice_ids:
                self.assertTrue(receipt.backorder_id)  # the bill paid for what had come; the rest costs what the order says
            value = self._note_receipt(move, move.quantity, price * int(move.quantity))
            self.assertEqual(exact(move.value), value)

    def _note_receipt(self, move, quantity, expected):
        self.assertLessEqual(abs(exact(move.value) - expected), HALF_A_CENT, move.product_id.name)
        self.ledgers[move.product_id].receive(move.id, int(quantity), exact(move.value))
        self.there[move.product_id, move.location_dest_id] += int(quantity)
        return exact(move.value)

    def _bill(self):
        """Bill what has come of an order at other prices; only the receipts that there were by then change."""
        orders = [order for order in self.orders if not order.invoice_ids and not order.picking_ids.move_ids.move_orig_ids]
        if not orders:
            return
        order = self.dice.choice(orders)
        order.action_create_invoice()
        bill = order.invoice_ids
        bill.invoice_date = bill.date = START.date()
        for line in bill.invoice_line_ids:
            line.price_unit = self.dice.randint(1, 9999) / 100
        bill.action_post()
        rate = 8 if order.currency_id == self.foreign else 1
        for line in bill.invoice_line_ids:
            receipts = line.purchase_line_id.move_ids.filtered(lambda move: move.state == "done").sorted("id")
            for receipt in receipts:
                total = exact(line.price_unit) * rate * int(receipt.quantity)
                self.assertLessEqual(abs(exact(receipt.value) - total), HALF_A_CENT, line.product_id.name)
                self.ledgers[line.product_id].reprice(receipt.id, exact(receipt.value))

    def _repair(self):
        wanted = self._some(self.stock)
        if wanted:
            order = self._create_plain_repair(*wanted.items())
            order.action_repair_end()
            self._note_use(order.move_ids, "repair")

    def _deliver(self):
        self.deliveries += self._note_use(self._move(self._some(self.stock), self.stock, self.customers), "sale")

    def _scrap(self):
        self._note_use(self._move(self._some(self.stock, 0.2), self.stock, self.scrap), "inventory")

    def _send_back(self):
        self._note_use(self._move(self._some(self.stock, 0.3), self.stock, self.suppliers), "supplier_return")

    def _return(self):
        """Take a delivery back, in part or whole, once: it comes in at the value that it left with."""
        chosen = self.env["stock.move"].concat(*[move for move in self.deliveries if self.dice.random() < 0.5])
        self.deliveries = [move for move in self.deliveries if move not in chosen]
        moves = self.env["stock.move"].create([{
            "product_id": move.product_id.id, "product_uom": move.product_uom.id,
            "product_uom_qty": self.dice.randint(1, int(move.quantity)),
            "location_id": self.customers.id, "location_dest_id": self.stock.id, "origin_returned_move_id": move.id,
        } for move in chosen])
        moves._action_confirm(merge=False)
        for move, origin in zip(moves, chosen, strict=True):
            left = move.product_uom_qty
            for line in origin.move_line_ids:
                quantity = min(left, line.quantity)
                if quantity:
                    move.move_line_ids = [Command.create({
                        "product_id": move.product_id.id, "lot_id": line.lot_id.id, "quantity": quantity, "picked": True,
                        "location_id": self.customers.id, "location_dest_id": self.stock.id})]
                left -= quantity
        moves._action_done()
        for move, origin in zip(moves, chosen, strict=True):
            share = exact(origin.value) * int(move.quantity) / int(origin.quantity)
            self._note_receipt(move, move.quantity, share)

    def _move_around(self):
        for source, target in ((self.stock, self.van), (self.stock, self.quality), (self.van, self.stock), (self.quality, self.stock)):
            moves = self._move(self._some(source, 0.3), source, target)
            self.assertFalse(any(moves.mapped("value")) or moves.sudo().fifo_source_ids)
            for move in moves:
                self.there[move.product_id, source] -= int(move.quantity)
                self.there[move.product_id, target] += int(move.quantity)

    def _count(self):
        """Count some lots: one piece more, which costs the average, or fewer, which are taken from the oldest receipts."""
        quants = self.env["stock.quant"].search([("product_id", "in", self.parts.ids), ("location_id", "=", self.stock.id)])
        quants = quants.filtered(lambda quant: quant.quantity > quant.reserved_quantity and self.dice.random() < 0.15)
        before = {quant: quant.quantity for quant in quants}
        averages = {part: part.standard_price for part in quants.product_id}
        newest = self.env["stock.move"].search([], order="id desc", limit=1).id
        for quant in quants:
            quant.with_context(inventory_mode=True).inventory_quantity = max(0, before[quant] + self.dice.choice((-2, -1, 1)))
        quants.action_apply_inventory()
        moves = self.env["stock.move"].search([("id", ">", newest), ("product_id", "in", self.parts.ids)], order="id")
        self._note_use(moves.filtered("is_out"), "inventory")
        for move in moves.filtered("is_in"):
            self._note_receipt(move, move.quantity, exact(averages[move.product_id]) * int(move.quantity))

    def _move(self, wanted, source, target):
        moves = self.env["stock.move"].create([{
            "product_id": part.id, "product_uom": part.uom_id.id, "product_uom_qty": quantity,
            "location_id": source.id, "location_dest_id": target.id,
        } for part, quantity in wanted.items()])
        moves._action_confirm(merge=False)
        moves._action_assign()
        moves.picked = True
        moves._action_done()
        return moves

    # -------------------------------------------------------------------------
    # Comparing
    # -------------------------------------------------------------------------

    def _note_use(self, moves, use):
        """What left cost what the ledger says, to the cent, and names the receipts that the ledger names."""
        for move in moves:
            expected = self.ledgers[move.product_id].use(int(move.quantity))
            self.there[move.product_id, move.location_id] -= int(move.quantity)
            story = f"seed {SEED + 2}: {move.product_id.name}, {use}"
            self.assertLessEqual(abs(exact(move.value) - sum(cost for _ref, _quantity, cost in expected)), HALF_A_CENT, story)
            sources = move.sudo().fifo_source_ids
            self.assertEqual(
                [(source.receipt_move_id.id, exact(source.quantity)) for source in sources], [line[:2] for line in expected], story)
            self.assertEqual(sum(exact(source.value) for source in sources), exact(move.value), story)
            self.assertEqual(set(sources.mapped("use")), {use})
        return moves

    def _compare(self):
        """What is on hand is, part by part and receipt by receipt, what the ledger says."""
        self.env.flush_all()
        self.env.invalidate_all()
        left = defaultdict(list)
        for receipt in self.env["repair.part.receipt"].search([("product_id", "in", self.parts.ids)]):
            left[receipt.product_id].append((receipt.id, exact(receipt.remaining_quantity)))
            self.assertLess(
                abs(Fraction(receipt.remaining_value) - exact(receipt.move_id.value) * exact(receipt.remaining_quantity)
                    / exact(receipt.quantity)), HALF_A_CENT)
        for part in self.parts:
            ledger = self.ledgers[part]
            self.assertEqual(left[part], [(receipt, quantity) for receipt, quantity, _cost in ledger.layers], part.name)
            self.assertEqual(exact(part.qty_available), ledger.quantity)
            self.assertLessEqual(abs(exact(part.total_value) - ledger.value), HALF_A_CENT, part.name)
            if ledger.quantity:
                self.assertAlmostEqual(part.standard_price, float(ledger.value / ledger.quantity), delta=0.006)
