"""One unit used on a repair with 100, 1,000 and 10,000 receipts of one unit on hand: core walks them all, ours finds the oldest.

Both sides consume the same history and must come to the same value. What is promised: at most 60 queries a consumption however many
receipts there are, and with 10,000 of them at least a hundred times core's speed.
"""

from odoo.fields import Command
from odoo.tools import SQL
from odoo.tools.sql import table_columns

SIZES = (100, 1_000, 10_000)
PER_RECORD = False  # a size is the receipts on hand, not the work done
MOST_QUERIES, LEAST_RATIO = 60, 100


def _copy(env, record, source, columns):
    """Copy a record's row once for each row of ``source``, a query that gives ``columns`` their values."""
    env.flush_all()
    kept = [name for name in table_columns(env.cr, record._table) if name != "id" and name not in columns]
    env.cr.execute(
        SQL(
            "INSERT INTO %(table)s (%(names)s) SELECT %(values)s FROM %(table)s sample, %(source)s WHERE sample.id = %(id)s",
            table=SQL.identifier(record._table),
            source=source,
            id=record.id,
            names=SQL(", ").join(SQL.identifier(name) for name in [*kept, *columns]),
            values=SQL(", ").join([*(SQL.identifier("sample", name) for name in kept), *columns.values()]),
        )
    )


def _fill(env, size):
    """A part with ``size`` receipts of one unit, each its own lot, the older the cheaper: n hundredths of 100 for the n-th."""
    category = env["product.category"].create(
        {"name": "Bench parts", "property_cost_method": "fifo", "property_valuation": "periodic"}
    )
    if root := env.ref("repair_parts.product_category_spare_parts", raise_if_not_found=False):
        category.parent_id = root
    values = {"name": "Bench part", "is_storable": True, "tracking": "lot", "categ_id": category.id}
    if "is_spare_part" in env["product.product"]._fields:
        values["is_spare_part"] = True
    product = env["product.product"].create(values)
    warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
    if "incoming_inspection" in warehouse._fields:
        warehouse.incoming_inspection = False  # what is received is usable at once, as on core's side
    lot = env["stock.lot"].create({"name": "BENCH-0", "product_id": product.id})
    receipt = env["stock.move"].create(
        {
            "product_id": product.id,
            "product_uom_qty": 1,
            "product_uom": product.uom_id.id,
            "value_manual": 100,
            "location_id": env.ref("stock.stock_location_suppliers").id,
            "location_dest_id": warehouse.lot_stock_id.id,
            "picking_type_id": warehouse.in_type_id.id,
        }
    )
    receipt._action_confirm(merge=False)
    receipt._action_assign()
    receipt.move_line_ids.lot_id = lot
    receipt.picked = True
    receipt._action_done()
    receipt.move_line_ids.ensure_one()
    quant = env["stock.quant"].search([("lot_id", "=", lot.id), ("location_id", "=", warehouse.lot_stock_id.id)])
    receipt.date = quant.in_date = "2025-01-01 00:00:00"
    numbers = SQL("generate_series(1, %s) n", size - 1)
    day = SQL("'2025-01-01'::timestamp + n * interval '1 hour'")
    _copy(env, receipt, numbers, {"date": day, "value": SQL("100 + n / 100.0")})
    _copy(env, lot, numbers, {"name": SQL("'BENCH-' || n")})
    moves = SQL(
        """(SELECT move.id, lot.id AS lot_id, row_number() OVER (ORDER BY move.id) AS n
              FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM stock_move WHERE product_id = %(product)s AND id > %(move)s) move
              JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM stock_lot WHERE product_id = %(product)s AND id > %(lot)s) lot
                ON lot.n = move.n) made""",
        product=product.id,
        move=receipt.id,
        lot=lot.id,
    )
    for table in ("stock_move", "stock_lot"):
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    _copy(env, receipt.move_line_ids, moves, {"move_id": SQL("made.id"), "lot_id": SQL("made.lot_id"), "date": day})
    _copy(env, quant, moves, {"lot_id": SQL("made.lot_id"), "in_date": day})
    env.invalidate_all()
    for table in ("stock_move", "stock_move_line", "stock_lot", "stock_quant"):
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    return product


def _use_one(env, size):
    """Use one unit on a repair: the step is all that happens to its move, from the reserved line to the new average cost."""
    product = _fill(env, size)
    order = env["repair.order"].create(
        {
            "partner_id": env.company.partner_id.id,
            "move_ids": [Command.create({"product_id": product.id, "product_uom_qty": 1, "repair_line_type": "add"})],
        }
    )
    order._action_repair_confirm()
    order.action_repair_start()
    order.move_ids.picked = True
    yield "use one"
    order.move_ids._action_done()
    env.flush_all()
    yield {"value": order.move_ids.value, "average cost left": round(product.standard_price, 6)}


def core(env, size):
    """Core's walk over the receipts."""
    return _use_one(env, size)


def ours(env, size):
    """One query that finds the oldest receipt."""
    return _use_one(env, size)


def missed(core, ours):
    """Return what was promised and not kept, one line each; both are size -> step -> [milliseconds, queries, values]."""
    lines = []
    for size in ours:
        [(core_time, _core_queries, core_values)], [(time, queries, values)] = core[size].values(), ours[size].values()
        if values != core_values:
            lines.append(f"{size} receipts: {values} here, {core_values} in core")
        if queries > MOST_QUERIES:
            lines.append(f"{size} receipts: {queries} queries, more than {MOST_QUERIES}")
        if int(size) == max(SIZES) and core_time < LEAST_RATIO * time:
            lines.append(f"{size} receipts: {core_time / time:.0f} times core's speed, less than {LEAST_RATIO}")
    return lines
