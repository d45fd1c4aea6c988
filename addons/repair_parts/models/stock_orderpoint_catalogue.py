from odoo import api, models


class StockWarehouseOrderpoint(models.Model):
    """A superseded part is not bought any more: its successor is, once what is left of the old part is used up (handbook 8.2.1)."""

    _inherit = "stock.warehouse.orderpoint"

    @api.depends("product_id.product_tmpl_id.superseded_by_id", "product_id.product_tmpl_id.supersedes_ids.is_interchangeable")
    def _compute_qty_to_order_computed(self):
        return super()._compute_qty_to_order_computed()

    def _compute_qty(self):
        """Count what is left under earlier numbers as stock of the part that took their place."""
        super()._compute_qty()
        for orderpoint, quantity in self._get_old_quantities().items():
            orderpoint.qty_forecast += quantity

    def _get_qty_to_order(self, qty_in_progress_by_orderpoint=None):
        quantity = super()._get_qty_to_order(qty_in_progress_by_orderpoint=qty_in_progress_by_orderpoint)
        template = self.product_id.product_tmpl_id
        if template.is_spare_part and template.superseded_by_id:
            return 0.0
        old = self._get_old_quantities().get(self, 0.0)
        return max(0.0, self._get_multiple_rounded_qty(quantity - old)) if old and quantity else quantity

    def _get_old_quantities(self):
        """Return {rule: units forecast under the earlier numbers that may still be fitted}, of rules for parts that have such."""
        found = {}
        for orderpoint in self.filtered("product_id.product_tmpl_id.supersedes_ids"):
            old = orderpoint.product_id.product_tmpl_id._get_interchangeable_predecessors().product_variant_ids
            quantities = old.with_context(**orderpoint._get_product_context()).mapped("virtual_available")
            found[orderpoint] = sum(max(quantity, 0.0) for quantity in quantities)
        return found


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def write(self, vals):
        """Write; who takes the place of a part takes over its replenishment, where he has none of his own."""
        result = super().write(vals)
        if vals.get("superseded_by_id"):
            self._hand_over_replenishment()
        return result

    def _hand_over_replenishment(self):
        rules_sudo = self.env["stock.warehouse.orderpoint"].sudo()  # who keeps the catalogue need not set rules of replenishment
        for template in self:
            current = template._get_current_part().product_variant_id
            for old_sudo in rules_sudo.search([("product_id", "in", template.product_variant_ids.ids)]) if current else rules_sudo:
                known = rules_sudo.with_context(active_test=False).search_count([
                    ("product_id", "=", current.id), ("location_id", "=", old_sudo.location_id.id),
                    ("company_id", "=", old_sudo.company_id.id)], limit=1)
                if not known:
                    rules_sudo.with_company(old_sudo.company_id).create({
                        "product_id": current.id, "location_id": old_sudo.location_id.id, "warehouse_id": old_sudo.warehouse_id.id,
                        "company_id": old_sudo.company_id.id, "trigger": old_sudo.trigger, "route_id": old_sudo.route_id.id,
                        "product_min_qty": old_sudo.product_min_qty, "product_max_qty": old_sudo.product_max_qty})
