from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models

from ..engine import stock_count


class StockQuant(models.Model):
    """When spare parts are counted next: as often as their class asks for, not by their place alone (handbook 8.2.3)."""

    _inherit = "stock.quant"

    @api.model
    def _get_part_count_days(self, products, company):
        """Return {product: days between two counts}, 0 for classes that are not counted by turns."""
        policies = self.env["repair.count.policy"]._get_policies(company)
        classes = self.env["repair.part.class"]._get_classes(products, company)
        return {product: stock_count.get_interval(policies[name].counts_a_year) for product, name in classes.items()}

    @api.model
    def _plan_part_counts(self, products, company):
        """Bring forward the next count of what lies further off than the class allows, spread so that not all is due on one day."""
        quants = self.sudo().search(  # count dates follow from the class, whoever sets it
            [("product_id", "in", products.ids), ("company_id", "=", company.id), ("location_id.usage", "=", "internal")],
            order="location_id, product_id, id")
        today = fields.Date.context_today(self)
        days = self._get_part_count_days(quants.product_id, company)
        by_date = defaultdict(self.browse)
        for index, quant in enumerate(quants):
            interval = days[quant.product_id]
            latest = today + timedelta(days=interval)
            if interval and (not quant.inventory_date or quant.inventory_date > latest):
                by_date[today + timedelta(days=1 + index % interval)] |= quant
        for date, due in by_date.items():
            due.sudo().inventory_date = date  # as above

    def _set_next_part_count(self):
        """Set the next count of parts that were just counted."""
        parts = self.filtered(lambda quant: quant.product_id.is_spare_part and quant.location_id.usage == "internal")
        today = fields.Date.context_today(self)
        for company, quants in parts.grouped("company_id").items():
            days = self._get_part_count_days(quants.product_id, company)
            by_days = quants.grouped(lambda quant, days=days: days[quant.product_id])
            for interval, counted in by_days.items():
                if interval:
                    counted.sudo().inventory_date = today + timedelta(days=interval)  # whoever counts does not plan counts

    def _apply_inventory(self, date=None):
        result = super()._apply_inventory(date=date)
        self.exists()._set_next_part_count()
        return result
