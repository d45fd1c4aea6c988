from odoo import api, models
from odoo.exceptions import ValidationError


class ProductCategory(models.Model):
    _inherit = "product.category"

    @api.constrains("property_cost_method", "parent_id", "removal_strategy_id")
    def _check_spare_parts_fifo(self):
        for category in self._filter_spare_parts():
            strategy = category.removal_strategy_id or category.parent_id.removal_strategy_id
            if category.property_cost_method != "fifo" or strategy.method not in ("fifo", "fefo"):
                raise ValidationError(self.env._(
                    "%(category)s holds spare parts: they leave stock, and are costed, first in first out.",
                    category=category.display_name))

    @api.model_create_multi
    def create(self, vals_list):
        """Create categories; one below the spare parts is costed and taken from stock like them."""
        root = self._get_spare_parts_category()
        for vals in vals_list:
            parent = self.browse(vals.get("parent_id") or [])
            if root and parent and parent._filter_spare_parts():
                vals.setdefault("property_cost_method", "fifo")
                vals.setdefault("property_valuation", parent.property_valuation)
                vals.setdefault("removal_strategy_id", parent.removal_strategy_id.id)
        return super().create(vals_list)

    @api.model
    def _get_spare_parts_category(self):
        """Return the category that new spare parts belong to, or an empty recordset when a user deleted it."""
        return self.env.ref("repair_parts.product_category_spare_parts", raise_if_not_found=False) or self.browse()

    def _filter_spare_parts(self):
        """Return the categories among ``self`` that are the spare parts or lie below them."""
        root = self._get_spare_parts_category()
        return self.filtered(lambda category: root and f"/{root.id}/" in f"/{category.parent_path or ''}")

    @api.model
    def _setup_spare_part_costing(self, companies=None):
        """Cost spare parts first-in first-out in ``companies`` (all when left out), and value them perpetually where
        the chart of accounts names a stock valuation account; otherwise the books follow at closing."""
        category = self._get_spare_parts_category()
        if not category:
            return
        if companies is None:
            companies = self.env["res.company"].search([])  # pylint: disable=no-search-all  # they are few, and all of them need it
        for company in companies:
            category_in_company = category.sudo().with_company(company)  # whoever makes a company need not own its products
            category_in_company.write({
                "property_cost_method": "fifo",
                "property_valuation": "real_time" if company.account_stock_valuation_id else "periodic",
            })
