from odoo import api, models


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        """Create companies; each costs its spare parts first-in first-out from the start (handbook 8.2.1)."""
        companies = super().create(vals_list)
        self.env["product.category"]._setup_spare_part_costing(companies)
        return companies
