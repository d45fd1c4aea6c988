from odoo import fields, models


class RepairOrder(models.Model):
    """Scanning parts by what the catalogue knows: packaging codes, earlier numbers, and which lot should leave first."""

    _inherit = "repair.order"

    def _find_products_by_gtin(self, gtin):
        products = super()._find_products_by_gtin(gtin)
        if products or not gtin:
            return products
        finder = self.env["product.product"]
        return self._filter_own_company(finder._find_by_barcodes(finder._get_equal_barcodes(gtin)))

    def _find_products_by_number(self, number):
        """Find a part by its number, the code on its box, or an earlier number: the old part while some is left, else the current."""
        products = super()._find_products_by_number(number)
        if not number:
            return products
        finder = self.env["product.product"]
        products = products or self._filter_own_company(finder._find_by_barcodes([number]))
        if not products:
            found = self.env["product.template"]._find_by_other_number("=", number)
            products = self._filter_own_company(self.env["product.template"].browse(found).product_variant_ids)
        old = products.filtered(lambda product: product.product_tmpl_id.superseded_by_id)
        if not old or products & self._get_parts_to_take().product_id:
            return products
        free = old._get_free_quantities(self._get_part_locations())
        gone = old.filtered(lambda product: not product.product_tmpl_id.is_interchangeable or free.get(product, 0.0) <= 0)
        return (products - gone) | self.env["product.product"].union(
            *(product.product_tmpl_id._get_current_part().product_variant_id for product in gone))

    def _filter_own_company(self, products):
        return products.filtered(lambda product: product.company_id.id in (False, self.company_id.id))

    def _get_scan_question(self, product):
        """Ask too before a part is taken while some is left under its old number."""
        question = super()._get_scan_question(product)
        old = product._get_old_stock(self._get_part_locations())[product]
        if not old:
            return question
        return " ".join(filter(None, (question, self.env._(
            "%(old)s is in stock and should be used up before %(part)s.", old=old.display_name, part=product.display_name))))

    def _fit_scanned(self, product, lot):
        """Confirm a unit as fitted; when an older lot should have left first, say so and keep a note (handbook 8.2.1)."""
        older = self._get_older_lot(product, lot)
        result = super()._fit_scanned(product, lot)
        if result["status"] != "fitted" or not older:
            return result
        warning = self.env._(
            "Lot %(older)s of %(part)s came in before lot %(lot)s and should leave first.",
            older=older.name, part=product.display_name, lot=lot.name)
        self.message_post(body=warning)
        return {**result, "message": f"{result['message']} {warning}", "warning": True}

    def _get_older_lot(self, product, lot):
        """Return the lot that first in, first out would take before ``lot`` where the order takes the part from; empty when none."""
        lots_sudo = self.env["stock.lot"].sudo()  # whoever works on the order reads of lots their age
        moves_sudo = self._get_parts_to_take().filtered(lambda move: move.product_id == product).sudo()
        if not lot or not moves_sudo:
            return lots_sudo
        quants = self.env["stock.quant"].sudo().search([  # as above
            ("product_id", "=", product.id), ("location_id", "child_of", moves_sudo.location_id.ids), ("quantity", ">", 0)])
        reserved = moves_sudo.move_line_ids.filtered(lambda line: line.fitted_quantity < line.quantity).lot_id
        dates = {}
        for quant in quants.filtered("in_date"):
            if quant.lot_id in reserved or quant.quantity > quant.reserved_quantity or quant.lot_id == lot:
                dates[quant.lot_id] = min(quant.in_date, dates.get(quant.lot_id, quant.in_date))
        own = dates.pop(lot.sudo(), fields.Datetime.now())
        return next((each for each in sorted(dates, key=lambda each: (dates[each], each.id)) if dates[each] < own), lots_sudo)
