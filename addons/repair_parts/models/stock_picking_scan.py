from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.sql import escape_psql

from odoo.addons.repair_service.engine import plate_code

CODE_MAX = 400
QUANTITY_MAX = 100_000
OPEN_STATES = ("confirmed", "waiting", "partially_available", "assigned")


class StockPicking(models.Model):
    """Receiving by hand scanner: one scan finds the line and sets part, lot or serial number and quantity (handbook 8.1.4)."""

    _inherit = "stock.picking"

    def action_scan_part(self, code, add=False):
        """Count one scan of a part that came in: a GS1 label with its lot or serial number, a bar code, or a part number.

        What was scanned is marked as picked; what is not scanned stays expected, and becomes the backorder.

        :param str code: bar code or label; a packaging's code counts for its content, a label's count (30, 37) for itself
        :param bool add: receive more than was ordered, which a person has to decide
        :return: dict of ``status`` (``taken``, or ``ask``: nothing was done, scan again with ``add``) and ``message``
        :raises AccessError: for users who may not change the receipt
        :raises UserError: unknown code, a part that is not on the receipt, a serial number counted twice, or no open receipt
        """
        self.ensure_one()
        self.check_access("write")
        if not self.env.user.has_group("stock.group_stock_user"):  # sellers write deliveries, and receive nothing
            raise AccessError(self.env._("Parts are received by the parts keeper."))
        self.lock_for_update()
        if self.picking_type_id.code != "incoming" or self.state not in OPEN_STATES:
            raise UserError(self.env._("%(receipt)s is no open receipt: nothing can be scanned there.", receipt=self.name))
        product, names, quantity = self._read_scan(code)
        move = self._get_scanned_move(product)
        name = self._get_scanned_lot_name(product, names)
        picked = self._get_counted(move)
        if move.product_uom.compare(picked + quantity, move.product_uom_qty) > 0 and add is not True:
            return {"status": "ask", "message": self.env._(
                "%(part)s: %(ordered)s expected, %(counted)s counted already. Receive %(quantity)s more?",
                part=product.display_name, ordered=f"{move.product_uom_qty:g}", counted=f"{picked:g}", quantity=f"{quantity:g}")}
        self._count_scanned(move, name, quantity)
        return {"status": "taken", "message": self.env._(
            "%(part)s: %(counted)s of %(ordered)s.", part=" · ".join(filter(None, (product.display_name, name))),
            counted=f"{picked + quantity:g}", ordered=f"{move.product_uom_qty:g}")}

    def _read_scan(self, code):
        """Return (product, names that the code gives to lot or serial number, units in the move's unit)."""
        text = code.strip() if isinstance(code, str) else ""
        if not text or len(text) > CODE_MAX:
            raise UserError(self.env._("Scan the bar code on the goods, or type the part number."))
        read = plate_code.parse(text, fields.Date.context_today(self))
        products = self._find_scanned_products(read, text)
        here = products & self.move_ids.product_id
        if not products:
            raise UserError(self.env._("No part bears the code %(code)s: check it in the catalogue.", code=read.gtin or text))
        if not here:
            raise UserError(self.env._(
                "%(part)s is not on %(receipt)s: check the order, or put the goods aside.",
                part=products[0].display_name, receipt=self.name))
        if len(here) > 1:
            raise UserError(self.env._(
                "%(code)s stands for several parts: %(parts)s. Scan the bar code, or type the whole part number.",
                code=text, parts=", ".join(here.mapped("display_name"))))
        return here, (read.batch, read.serial), min(read.count or self._get_packaged_quantity(here, read.gtin or text), QUANTITY_MAX)

    def _find_scanned_products(self, read, text):
        """Return the products that a scan may mean: by bar code, by number, or by another number, old and current part alike."""
        finder = self.env["product.product"].with_company(self.company_id)
        products = finder._find_by_label(text)
        number = read.additional or read.text
        if not products and number:
            products = finder.search([("default_code", "=ilike", escape_psql(number))], limit=20)
        if not products and number:
            templates = self.env["product.template"].browse(self.env["product.template"]._find_by_other_number("=", number))
            products = (templates | templates.supersedes_ids).product_variant_ids
        return products

    def _get_packaged_quantity(self, product, barcode):
        """Return the units that the code on a packaging stands for; 1 for the part's own code."""
        barcodes = product._get_equal_barcodes(barcode) if barcode.isdigit() else [barcode]
        if product.barcode in barcodes:
            return 1.0
        packaging = self.env["product.uom"].search([("product_id", "=", product.id), ("barcode", "in", barcodes)], limit=1)
        return packaging.uom_id._compute_quantity(1.0, product.uom_id) if packaging else 1.0

    def _get_scanned_move(self, product):
        """Return the line of the part that still expects goods, else its last one."""
        moves = self.move_ids.filtered(lambda move: move.product_id == product and move.state not in ("done", "cancel"))
        if not moves:
            raise UserError(self.env._("%(part)s was received or cancelled already.", part=product.display_name))
        return next((
            move for move in moves if move.product_uom.compare(self._get_counted(move), move.product_uom_qty) < 0), moves[-1])

    def _get_counted(self, move):
        return sum(move.move_line_ids.filtered("picked").mapped("quantity"))

    def _get_scanned_lot_name(self, product, names):
        """Return the lot or serial number that the scan gives the goods.

        A part kept by serial numbers takes the serial number, one kept by lots the lot; without a lot the receipt names it.
        """
        batch, serial = names
        if product.tracking == "serial":
            if not serial:
                raise UserError(self.env._(
                    "%(part)s is kept by serial numbers: scan the label with the serial number.", part=product.display_name))
            known = self.env["stock.quant"].sudo().search_count([  # also where the user keeps no stock
                ("product_id", "=", product.id), ("lot_id.name", "=", serial), ("quantity", ">", 0),
                ("location_id.usage", "in", ("internal", "transit"))], limit=1)
            if known or serial in self.move_line_ids.filtered("picked").mapped("lot_name"):
                raise UserError(self.env._(
                    "%(part)s with serial number %(serial)s is in stock or counted already.", part=product.display_name, serial=serial))
            return serial
        return batch if product.tracking == "lot" else ""

    def _count_scanned(self, move, name, quantity):
        """Count ``quantity`` units on the line that bears lot ``name``; what is still expected shrinks by as many."""
        if move.product_id.tracking == "serial":
            quantity = 1.0
        quantity = move.product_id.uom_id._compute_quantity(quantity, move.product_uom)
        lines = move.move_line_ids
        counted = lines.filtered(lambda line: line.picked and line._get_given_lot_name() == name)
        expected = lines.filtered(lambda line: not line.picked and not line._get_given_lot_name())
        left = quantity
        for line in expected:
            taken = min(left, line.quantity)
            left -= taken
            if move.product_uom.compare(line.quantity, taken) <= 0:
                line.unlink()
            else:
                line.quantity -= taken
        if counted and move.product_id.tracking != "serial":
            counted[0].quantity += quantity
            return
        self.env["stock.move.line"].create({
            **move._prepare_move_line_vals(quantity=0), "quantity": quantity, "lot_name": name or False, "picked": True,
            "product_uom_id": move.product_uom.id})
