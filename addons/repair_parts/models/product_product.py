from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _get_free_quantities(self, location):
        """Return {product: units} that lie unreserved in ``location`` and below it, for all products in one query."""
        groups = self.env["stock.quant"]._read_group(
            [("product_id", "in", self.ids), ("location_id", "child_of", location.ids)],
            ["product_id"], ["quantity:sum", "reserved_quantity:sum"])
        return {product: quantity - reserved for product, quantity, reserved in groups}

    def action_view_fitments(self):
        """Open what the part fits: the form of a variant shows the button of its template.

        :return: action of :meth:`product.template.action_view_fitments`
        """
        return self.product_tmpl_id.action_view_fitments()
