from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.sql import escape_psql

from ..engine import plate_code

CODE_MAX = 400
# What is scanned is put on the order before the repair, and confirmed as fitted while it goes on.
ADD_STAGES = ("diagnosed", "quoted", "approved", "repairing")


class RepairOrder(models.Model):
    """Parts by scanning: bar code, part number, lot or label of the part in the technician's hand (handbook 5.1.3, 8.2.1)."""

    _inherit = "repair.order"

    def action_scan_part(self, code, add=False):
        """Take a scanned or typed code of a part: confirm the part as fitted, or put it on the order.

        While the repair goes on, a part that stands on the order is confirmed, one unit a scan; another lot than the reserved one
        is reserved instead. Before the repair, and with ``add``, one unit is put on the order as if added by hand: what the
        customer has not approved he is asked about again.

        :param str code: bar code, part number, lot number, GS1 label or web address on the part
        :param bool add: put the part on the order though that has to be decided by a person
        :return: dict of ``status`` (``fitted``, ``added``, or ``ask``: nothing was done, scan again with ``add``) and ``message``
        :raises AccessError: an order that the user may not change
        :raises UserError: unknown or ambiguous code, no part, lot of another part, not in stock, or an order that takes no parts
        """
        self.ensure_one()
        self.check_access("write")
        self._lock_order()
        self._check_stage(ADD_STAGES, self.env._("Scanning a part"))
        product, lot = self._find_scanned(code)
        if self.service_stage == "repairing" and not add and self._get_parts_to_take().filtered(lambda move: move.product_id == product):
            return self._fit_scanned(product, lot)
        question = self._get_scan_question(product)
        if question and add is not True:
            return {"status": "ask", "message": question}
        return self._add_scanned(product)

    def action_confirm_parts(self):
        """Confirm without scanning that every part was fitted as it is reserved.

        :raises AccessError: an order that the user may not change
        :raises UserError: the repair does not go on, or a part is not in stock
        """
        self.ensure_one()
        self.check_access("write")
        self._lock_order()
        self._check_stage(("repairing",), self.env._("Confirming the parts"))
        self.action_assign()
        self._check_parts_ready()
        for line_sudo in self._get_parts_to_take().sudo().move_line_ids:  # the technician has no stock rights; these are his order's parts
            line_sudo.fitted_quantity = line_sudo.quantity
        return True

    def _find_scanned(self, code):
        """Return (product, lot) that ``code`` names; the lot is empty when the code bears none."""
        text = code.strip() if isinstance(code, str) else ""
        if not text or len(text) > CODE_MAX:
            raise UserError(self.env._("Scan or type the bar code, part number or lot of the part."))
        read = plate_code.parse(text, self._get_today())
        if read.order_id is not None:
            raise UserError(self.env._("This is the code of a service order. Scan the code on the part."))
        products = self._find_products_by_gtin(read.gtin) or self._find_products_by_number(read.additional)
        # A label may bear both: a part kept by serial numbers goes by its own, one kept by lots by the batch.
        by_serial = products and all(product.tracking == "serial" for product in products)
        lot_name = read.serial or read.batch if by_serial else read.batch or read.serial
        if (read.gtin or read.additional) and not products and not read.text:
            raise UserError(self.env._("No part bears the code %(code)s: check it in the catalogue.", code=read.gtin or read.additional))
        if not products and read.text:
            products = self._find_products_by_number(read.text)
            lot_name = lot_name if products else lot_name or read.text
        lots = self._find_lots(lot_name, products)
        if not products and not lots:
            raise UserError(self.env._(
                "No part or lot bears the code %(code)s: scan it again, or type the part number.", code=lot_name or text))
        product = self._choose_scanned(products or lots.product_id, text)
        lot = lots.filtered(lambda lot: lot.product_id == product)[:1]
        if products and lot_name and product.tracking != "none" and not lot:
            raise UserError(self.env._(
                "%(lot)s is no lot of %(part)s: scan the part that you fit.", lot=lot_name, part=product.display_name))
        if product.type != "consu":
            raise UserError(self.env._("%(part)s is work, not a part: add it under Labour and fees.", part=product.display_name))
        return product, lot

    def _find_products_by_gtin(self, gtin):
        # A bar code of 13 digits is the GTIN without its leading zero.
        barcodes = [gtin[zeros:] for zeros in range(len(gtin) - len(gtin.lstrip("0")) + 1)] if gtin else []
        return self._find_products(Domain("barcode", "in", barcodes)) if barcodes else self.env["product.product"]

    def _find_products_by_number(self, number):
        if not number:
            return self.env["product.product"]
        return self._find_products(Domain("barcode", "=", number)) or self._find_products(
            Domain("default_code", "=ilike", escape_psql(number)))

    def _find_products(self, domain):
        return self.env["product.product"].search(domain & Domain("company_id", "in", (False, self.company_id.id)), limit=20)

    def _find_lots(self, name, products):
        lots_sudo = self.env["stock.lot"].sudo()  # whoever works on the order reads of lots which part they are of
        if not name:
            return lots_sudo
        domain = Domain("name", "=", name) & Domain("company_id", "in", (False, self.company_id.id))
        return lots_sudo.search(domain & Domain("product_id", "in", products.ids) if products else domain, limit=20)

    def _choose_scanned(self, products, code):
        """Return the one part that is meant: where several bear the code, that of the order."""
        own = products & self._get_parts_to_take().product_id
        chosen = own if len(own) == 1 else products
        if len(chosen) > 1:
            raise UserError(self.env._(
                "%(code)s stands for several parts: %(parts)s. Scan the bar code, or type the whole part number.",
                code=code, parts=", ".join(chosen.mapped("display_name"))))
        return chosen.with_env(self.env)

    def _get_scan_question(self, product):
        """Return what a person has to decide before the part is put on the order; '' when nothing speaks against it."""
        name = product.display_name
        reasons = []
        if product not in self._get_fitting_products(product):
            reasons.append(self.env._("%(part)s does not fit this appliance by the catalogue.", part=name))
        if standing := self._get_parts_to_take().filtered(lambda move: move.product_id == product):
            reasons.append(self.env._(
                "%(part)s stands on the order already: %(quantity)s.",
                part=name, quantity=f"{sum(standing.mapped('product_uom_qty')):g}"))
        available = self._get_available_quantities(product)
        if product in available and available[product] <= 0:
            reasons.append(self.env._(
                "%(part)s is not in stock in %(location)s.",
                part=name, location=self.location_id.sudo().display_name))  # stock locations are not readable for technicians
        if self.approved_on:
            reasons.append(self.env._("%(part)s is not on the order: the customer has to approve it.", part=name) if not standing
                           else self.env._("The customer has to approve another one."))
        return " ".join(reasons)

    def _add_scanned(self, product):
        moves = self._get_parts_to_take().filtered(lambda move: move.product_id == product and not move.sale_line_id)
        if moves:
            moves[0].write({"product_uom_qty": moves[0].product_uom_qty + 1})
        else:
            self.env["stock.move"].create({
                "repair_id": self.id, "repair_line_type": "add", "product_id": product.id,
                "product_uom_qty": 1.0, "product_uom": product.uom_id.id})
        return {"status": "added", "message": self.env._("Added to the order: %(part)s.", part=product.display_name)}

    def _fit_scanned(self, product, lot):
        """Confirm one unit of ``product`` as fitted, from ``lot`` when the code bears one."""
        moves = self._get_parts_to_take().filtered(lambda move: move.product_id == product)
        if not moves.filtered(lambda move: move._get_unfitted_quantity() > 0):
            return {"status": "ask", "message": self.env._(
                "%(part)s is confirmed already: %(quantity)s. Add another one? The customer has to approve it.",
                part=product.display_name, quantity=f"{sum(moves.mapped('product_uom_qty')):g}")}
        if any(move.product_uom.compare(move.quantity, move.product_uom_qty) < 0 for move in moves):
            self.action_assign()  # what came in meanwhile
        line_sudo = moves._get_line_to_fit(lot)
        line_sudo.fitted_quantity += 1
        return {"status": "fitted", "message": self.env._(
            "Fitted: %(part)s (%(count)s of %(total)s).",
            part=" · ".join(filter(None, (product.display_name, line_sudo.lot_id.name))),
            count=f"{sum(moves.mapped('fitted_quantity')):g}", total=f"{sum(moves.mapped('product_uom_qty')):g}")}


class StockMove(models.Model):
    _inherit = "stock.move"

    fitted_quantity = fields.Float(
        "Fitted", compute="_compute_fitted_quantity", compute_sudo=True, digits="Product Unit",
        help="Units that the technician confirmed as fitted, by scanning or by hand.")
    is_fitted = fields.Boolean("Confirmed", compute="_compute_fitted_quantity", compute_sudo=True)
    fitted_lots = fields.Char("Lots fitted", compute="_compute_fitted_quantity", compute_sudo=True)

    @api.depends("move_line_ids.fitted_quantity", "move_line_ids.lot_id", "product_uom_qty", "state")
    def _compute_fitted_quantity(self):
        for move in self:
            lines = move.move_line_ids.filtered(lambda line: line.fitted_quantity > 0)
            move.fitted_quantity = sum(lines.mapped("fitted_quantity"))
            move.is_fitted = bool(lines) and move._get_unfitted_quantity() <= 0
            move.fitted_lots = ", ".join(lines.lot_id.mapped("name"))

    def _get_unfitted_quantity(self):
        """Return the units of the part that are not confirmed as fitted yet; never below zero."""
        self.ensure_one()
        fitted = sum(self.sudo().move_line_ids.mapped("fitted_quantity"))  # read for whoever works on the order
        return max(self.product_uom.round(self.product_uom_qty - fitted), 0.0)

    def _get_line_to_fit(self, lot):
        """Return the reservation of these parts that the next unit is confirmed on; another lot is reserved in its place.

        :raises UserError: nothing is reserved, or the lot is not there to be taken
        """
        moves_sudo = self.sudo()  # the technician has no stock rights; these are his order's parts
        lines = moves_sudo.move_line_ids.filtered(lambda line: line.fitted_quantity < line.quantity)
        if not lines:
            order = self.repair_id
            raise UserError(self.env._(
                "Not in stock for %(order)s: %(parts)s. Receive or reserve the parts, or change them with the customer's approval.",
                order=order.name, parts=", ".join(order._describe_shortage(move) for move in self)))
        if not lot or lot in lines.lot_id:
            return lines.filtered(lambda line: not lot or line.lot_id == lot)[:1]
        return lines[:1]._swap_lot(lot)


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    fitted_quantity = fields.Float(readonly=True, copy=False, digits="Product Unit")

    @api.model_create_multi
    def create(self, vals_list):
        """Reserve goods; what was fitted is told by the technician's steps only."""
        for vals in vals_list:
            self._check_fitted(vals)
        return super(StockMoveLine, self._without_fitted_default()).create(vals_list)

    def write(self, vals):
        """Change reservations; what was fitted is told by the technician's steps only.

        :raises UserError: when a caller sets it
        """
        self._check_fitted(vals)
        return super().write(vals)

    @api.model
    def _check_fitted(self, vals):
        if vals.get("fitted_quantity") is not None and not self.env.su:
            raise UserError(self.env._("What was fitted is confirmed on the order: scan the part there."))

    @api.model
    def _without_fitted_default(self):
        if self.env.su or "default_fitted_quantity" not in self.env.context:
            return self
        context = {key: value for key, value in self.env.context.items() if key != "default_fitted_quantity"}
        return self.with_env(self.env(context=context))

    def _swap_lot(self, lot):
        """Reserve one unit of ``lot`` in place of one unit of this line, and return the line that holds it.

        :raises UserError: when no unit of the lot is free where the order takes its parts from
        """
        self.ensure_one()
        move = self.move_id
        quants = self.env["stock.quant"]._gather(move.product_id, move.location_id, lot_id=lot).filtered(lambda quant: quant.lot_id == lot)
        if sum(quant.quantity - quant.reserved_quantity for quant in quants) < 1:
            raise UserError(self.env._(
                "%(lot)s of %(part)s is not free in %(location)s: reserved for this order is %(reserved)s.",
                lot=lot.name, part=move.product_id.display_name, location=move.location_id.display_name,
                reserved=self.lot_id.name or self.env._("no lot")))
        if self.quantity > 1:
            self.quantity -= 1
        else:
            self.unlink()
        move._update_reserved_quantity(1, move.location_id, lot_id=lot, strict=False)
        return move.move_line_ids.filtered(lambda line: line.lot_id == lot and line.fitted_quantity < line.quantity)[:1]
