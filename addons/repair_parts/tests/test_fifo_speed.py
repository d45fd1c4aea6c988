from odoo.tests import tagged

from .common import RepairPartsCommon

MOST_QUERIES = 60


@tagged("post_install", "-at_install")
class TestFifoSpeed(RepairPartsCommon):
    """What a consumption costs does not grow with the receipts on hand."""

    def _stock_up(self, part, receipts):
        moves = self.env["stock.move"].create([{
            "product_id": part.id, "product_uom_qty": 1, "value_manual": 10.0 + number,
            "location_id": self.env.ref("stock.stock_location_suppliers").id, "location_dest_id": self.stock.id,
        } for number in range(receipts)])
        moves._action_confirm(merge=False)
        lots = self.env["stock.lot"].create([
            {"name": f"{part.default_code}-{number}", "product_id": part.id} for number in range(receipts)])
        moves._action_assign()
        for move, lot in zip(moves, lots, strict=True):
            move.move_line_ids.lot_id = lot
        moves.picked = True
        moves._action_done()

    def _count_queries(self, work):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        work()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def test_a_consumption_takes_as_many_queries_with_300_receipts_as_with_10(self):
        queries = {}
        for receipts in (10, 300):
            part = self._create_spare(f"Part {receipts}", f"P-{receipts}")
            self._stock_up(part, receipts)
            self._use((part, 1))  # the first one fills what the server remembers between requests
            move = self._create_plain_repair((part, 1)).move_ids
            move.picked = True
            queries[receipts] = self._count_queries(move._action_done)
            self.assertEqual((move.value, len(move.fifo_source_ids)), (11.0, 1))
        self.assertEqual(queries[10], queries[300])
        self.assertLessEqual(queries[300], MOST_QUERIES)

    def test_stock_is_worth_its_receipts_in_a_fixed_number_of_queries(self):
        counts = []
        for receipts in (10, 120):
            part = self._create_spare(f"Part {receipts}", f"P-{receipts}")
            self._stock_up(part, receipts)
            counts.append(self._count_queries(lambda part=part: part.total_value))
            counts.append(self._count_queries(lambda part=part: self._read_receipts(part)))
        self.assertEqual(counts[:2], counts[2:])

    def _read_receipts(self, part):
        for receipt in self.env["repair.part.receipt"].search([("product_id", "=", part.id)]):
            self.assertTrue(receipt.remaining_value and not receipt.purchase_order_id and not receipt.supplier_id)

    def test_several_parts_are_located_by_one_query(self):
        parts = self.env["product.product"].concat(*(self._create_spare(f"Part {number}", f"P-{number}") for number in range(8)))
        self._receive(*((part, 2, 10.0) for part in parts))
        sizes = parts._get_fifo_sizes()
        counts = [
            self._count_queries(lambda some=some: some._get_fifo_layers(dict.fromkeys(some, 1.0), {part: sizes[part] for part in some}))
            for some in (parts[:1], parts[:1], parts)]
        self.assertEqual(counts[1], counts[2])

    def test_a_receipt_of_less_than_a_unit_is_found_behind_a_thousand_others(self):
        """The first look goes as far back as whole units can lie; what is smaller is looked for further back."""
        part = self._create_spare("Grease", "GR-1")
        self._receive((part, 2, 10.0))
        sample = part.stock_move_ids
        self.env.flush_all()
        self._split_in_sql(sample, 1500)
        self.assertEqual(part._get_fifo_sizes()[part], 15.0)
        [layer] = part._get_fifo_layers({part: 0.01}, part._get_fifo_sizes())[part]
        self.assertEqual((layer.ref, layer.quantity), (sample.id, 0.01))

    def _split_in_sql(self, move, number):
        """Make ``number`` receipts of a hundredth of a unit out of one receipt, which becomes the oldest of them."""
        for table, own in (("stock_move", ("id", "quantity")), ("stock_move_line", ("id", "move_id", "quantity_product_uom"))):
            self.env.cr.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table])
            names = ", ".join(f'"{name}"' for (name,) in self.env.cr.fetchall() if name not in own)
            if table == "stock_move":
                self.env.cr.execute(
                    f"INSERT INTO stock_move ({names}, quantity) SELECT {names}, 0.01 FROM stock_move, generate_series(2, %s)"
                    " WHERE id = %s RETURNING id", [number, move.id])
                made = [row[0] for row in self.env.cr.fetchall()]
            else:
                self.env.cr.execute(
                    f"INSERT INTO stock_move_line ({names}, move_id, quantity_product_uom) SELECT {names}, made, 0.01"
                    " FROM stock_move_line, unnest(%s) made WHERE move_id = %s", [made, move.id])
        self.env.cr.execute("UPDATE stock_move_line SET quantity_product_uom = 0.01 WHERE move_id = %s", [move.id])
        self.env.cr.execute(
            "UPDATE stock_quant SET quantity = %s WHERE product_id = %s AND location_id = %s",
            [number / 100, move.product_id.id, self.stock.id])
        self.env.invalidate_all()
