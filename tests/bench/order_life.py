"""The whole life of a repair order: serial appliance, three FIFO parts in lots, one labour, quotation to posted invoice.

Core takes the steps of its *Repairs* app by its buttons, from the repair to the posted invoice of its quotation; ours
takes those of the main story, visit, diagnosis, inspection and acceptance included. Orders are created in one batch and
then walked one by one, as people do it. One order walks before all others and is not counted: it fills what a server
keeps between requests (settings, texts, access rules), which creating the products has emptied.
"""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command

SIZES = (1, 10, 100)
PARTS = 3
# A picture of one dot, base64: what a signature pad sends is only larger.
SIGNATURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def _customers(env, size):
    """One customer an order."""
    return env["res.partner"].create([{"name": f"Customer {number}", "zip": "200001"} for number in range(size)])


def _parts(env, size, **values):
    """Parts in lots with two receipts each, the older one cheaper, enough for all orders."""
    parts = env["product.product"].create(
        [{"name": f"Part {number}", "is_storable": True, "list_price": 80, **values} for number in range(PARTS)]
    )
    supplier = env["res.partner"].create({"name": "Supplier"})
    for price in (40.0, 50.0):
        order = env["purchase.order"].create(
            {
                "partner_id": supplier.id,
                "order_line": [
                    Command.create({"product_id": part.id, "product_qty": size, "price_unit": price}) for part in parts
                ],
            }
        )
        order.button_confirm()
        order.picking_ids.move_ids.write({"picked": True})
        for line in order.picking_ids.move_line_ids.filtered(lambda line: not line.lot_name):
            line.lot_name = order.name  # as the suite does by itself
        order.picking_ids.with_context(skip_backorder=True).button_validate()
    return parts


def core(env, size):
    """The steps of core's Repairs app."""
    customers = _customers(env, size + 1)
    parts = _parts(env, size + 1, categ_id=_fifo_category(env).id, tracking="lot")
    product = env["product.product"].create({"name": "Fridge", "is_storable": True, "tracking": "serial"})
    lots = env["stock.lot"].create([{"name": f"SN-{number}", "product_id": product.id} for number in range(size + 1)])
    labour = env["product.product"].create({"name": "Labour", "type": "service", "list_price": 150})
    _exhaust(env, _walk_core(env, customers[:1], product, lots[:1], parts, labour))
    yield from _walk_core(env, customers[1:], product, lots[1:], parts, labour)


def _exhaust(env, steps):
    """Take all steps, each with empty caches of records, as ``tooling/inside/measure.py`` does."""
    for _step in steps:
        env.flush_all()
        env.invalidate_all()


def _walk_core(env, customers, product, lots, parts, labour):
    """The life itself."""
    yield "create"
    orders = env["repair.order"].create(
        [
            {
                "partner_id": customer.id,
                "product_id": product.id,
                "lot_id": lot.id,
                "move_ids": [
                    Command.create({"product_id": part.id, "product_uom_qty": 1, "repair_line_type": "add"})
                    for part in parts
                ],
            }
            for customer, lot in zip(customers, lots, strict=True)
        ]
    )
    yield "approve"
    for order in orders:
        warning = order.action_validate()
        env["stock.warn.insufficient.qty.repair"].with_context(**warning["context"]).create({}).action_done()
        order.action_create_sale_order()
        order.sale_order_id.order_line = [Command.create({"product_id": labour.id, "product_uom_qty": 1})]
        order.sale_order_id.action_quotation_sent()
        order.sale_order_id.action_confirm()
    yield "start"
    for order in orders:
        order.action_repair_start()
    yield "end"
    for order in orders:
        order.move_ids.write({"picked": True})
        order.action_repair_end()
    yield "invoice"
    for sale_order in orders.sale_order_id:
        env["sale.advance.payment.inv"].create({"sale_order_ids": [Command.set(sale_order.ids)]}).create_invoices()
        sale_order.invoice_ids.action_post()


def _fifo_category(env):
    """A category valued first in, first out, booked at invoicing as ours is."""
    return env["product.category"].create(
        {"name": "FIFO parts", "property_cost_method": "fifo", "property_valuation": "real_time"}
    )


def ours(env, size, together=False):
    """The steps of the main story; ``together`` takes approval, start and end of all orders in one call each."""
    customers = _customers(env, size + 1)
    # Core has no incoming inspection to compare with: what is received is usable at once on both sides.
    env["stock.warehouse"].search([("company_id", "=", env.company.id)]).incoming_inspection = False
    parts = _parts(env, size + 1, is_spare_part=True)
    technician = env["hr.employee"].create({"name": "Technician", "is_technician": True, "work_phone": "021 5555 0101"})
    technician.resource_calendar_id = _all_hours(env)
    labour = env["product.product"].create(
        {"name": "Labour", "type": "service", "repair_service_kind": "labour", "list_price": 150}
    )
    symptom, cause = env["repair.fault.code"].create(
        [
            {"kind": "symptom", "code": "B-S1", "name": "Does not cool"},
            {"kind": "cause", "code": "B-C1", "name": "Fan motor worn"},
        ]
    )
    category = env["repair.appliance.category"].create(
        {
            "name": "Fridge",
            "labour_product_ids": [Command.set(_labour_ids(env, labour))],
            "inspection_template_id": env["repair.inspection.template"]
            .create(
                {
                    "name": "Checklist",
                    "kind": "final",
                    "point_ids": [Command.create({"name": "Works", "aspect": "function"})],
                }
            )
            .id,
        }
    )
    brand = env["repair.brand"].create({"name": "Brand"})
    appliances = env["repair.appliance"].create(
        [
            {
                "partner_id": customer.id,
                "category_id": category.id,
                "brand_id": brand.id,
                "model_name": "BCD-216",
                "serial_number": f"BENCH-{number}",
            }
            for number, customer in enumerate(customers)
        ]
    )
    hour = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)
    first, following = hour + timedelta(hours=2), hour + timedelta(hours=5)
    _exhaust(env, _walk_ours(env, appliances[:1], parts, symptom, cause, technician, first, together))
    yield from _walk_ours(env, appliances[1:], parts, symptom, cause, technician, following, together)


def _walk_ours(env, appliances, parts, symptom, cause, technician, first, together):
    """The life itself, the visits one after the other from ``first`` on."""
    yield "create"
    orders = env["repair.order"].create(
        [
            {
                "appliance_id": appliance.id,
                "symptom_id": symptom.id,
                "fault_description": "Does not cool",
                "move_ids": [
                    Command.create({"product_id": part.id, "product_uom_qty": 1, "repair_line_type": "add"})
                    for part in parts
                ],
            }
            for appliance in appliances
        ]
    )
    yield "visit"
    for number, order in enumerate(orders):
        start = first + timedelta(hours=3 * number)
        visit = env["repair.appointment"].create(
            {"repair_id": order.id, "technician_id": technician.id, "start": start, "stop": start + timedelta(hours=2)}
        )
        visit.action_confirm()
    yield "diagnose"
    for order in orders:
        order.write({"cause_id": cause.id, "diagnosis": "Fan motor stands still"})
        order.action_diagnose()
    yield "approve"
    for batch in orders if not together else [orders]:
        batch.action_send_quotation()
        batch.action_approve_quotation("Customer", "phone")
    yield "start"
    for batch in orders if not together else [orders]:
        batch.action_repair_start()
    yield "end"
    for batch in orders if not together else [orders]:
        inspections = batch.final_inspection_id
        inspections.line_ids.write({"answer": "pass"})
        inspections.action_validate()
    yield "accept"
    for order in orders:
        order.action_accept("Customer", SIGNATURE)
    yield "invoice"
    for order in orders:
        order.action_create_invoice()
        order.action_post_invoice()


def _all_hours(env):
    """A calendar without nights, so that any number of visits finds room."""
    return env["resource.calendar"].create(
        {
            "name": "Around the clock",
            "tz": "Asia/Shanghai",
            "attendance_ids": [
                Command.create(
                    {"name": str(day), "dayofweek": str(day), "hour_from": 0, "hour_to": 24, "day_period": "morning"}
                )
                for day in range(7)
            ],
        }
    )


def _labour_ids(env, labour):
    """The labour product as the category's field wants it."""
    field = env["repair.appliance.category"]._fields["labour_product_ids"]
    return (labour.product_tmpl_id if field.comodel_name == "product.template" else labour).ids
