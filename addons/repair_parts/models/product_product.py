from odoo import api, models
from odoo.fields import Domain


class ProductProduct(models.Model):
    _inherit = "product.product"

    @api.model
    def name_search(self, name="", domain=None, operator="ilike", limit=100):
        """Search by name; with ``fits_first_appliance_id`` in the context, parts that fit that appliance come first."""
        appliance = self.env["repair.appliance"].browse(self.env.context.get("fits_first_appliance_id") or []).exists()
        if not appliance or not appliance.has_access("read"):
            return super().name_search(name, domain, operator, limit)
        found = []
        for tier in appliance._get_part_tiers():
            rest = limit and limit - len(found)
            if limit and rest <= 0:
                break
            found += super().name_search(name, Domain(domain or Domain.TRUE) & tier, operator, rest)
        return found

    def _get_free_quantities(self, location):
        """Return {product: units} that lie unreserved in ``location`` and below it, for all products in one query."""
        groups = self.env["stock.quant"]._read_group(
            [("product_id", "in", self.ids), ("location_id", "child_of", location.ids)],
            ["product_id"], ["quantity:sum", "reserved_quantity:sum"])
        return {product: quantity - reserved for product, quantity, reserved in groups}

    def _get_substitutes_in_stock(self, location):
        """Return [(substitute product, free units)] in ``location``, most first."""
        self.ensure_one()
        substitutes = self.product_tmpl_id.substitute_ids.product_variant_ids
        if not substitutes:
            return []
        free = substitutes._get_free_quantities(location)
        in_stock = [(product, quantity) for product, quantity in free.items() if product.uom_id.compare(quantity, 0) > 0]
        return sorted(in_stock, key=lambda option: (-option[1], option[0].id))

    def _describe_substitutes(self, location):
        """Return what is in stock instead, in brackets after a space, to end a message with; empty when nothing is."""
        self.ensure_one()
        options = self._get_substitutes_in_stock(location)
        if not options:
            return ""
        return " " + self.env._(
            "(in stock instead: %(options)s)",
            options=", ".join(f"{product.display_name} ({quantity:g})" for product, quantity in options))
