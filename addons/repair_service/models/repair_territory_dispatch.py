from odoo import api, models


class RepairTerritory(models.Model):
    _inherit = "repair.territory"

    @api.model_create_multi
    def create(self, vals_list):
        """Create territories; the orders that wait for a visit are sorted into them."""
        territories = super().create(vals_list)
        territories._sort_waiting_orders()
        return territories

    def write(self, vals):
        """Write; changed postcodes and districts sort the orders that wait for a visit anew."""
        companies = self.company_id
        result = super().write(vals)
        if vals.keys() & {"zip_prefixes", "districts", "sequence", "company_id", "active"}:
            self._sort_waiting_orders(companies)
        return result

    def unlink(self):
        """Delete; the orders that wait for a visit there are sorted anew."""
        companies = self.company_id
        result = super().unlink()
        self.browse()._sort_waiting_orders(companies)
        return result

    def _sort_waiting_orders(self, companies=None):
        companies = self.company_id | (companies or self.company_id)
        orders_sudo = self.env["repair.order"].sudo().search(  # the keeper of territories need not read every order
            [("needs_booking", "=", True), ("company_id", "in", companies.ids)])
        self.env.add_to_compute(orders_sudo._fields["visit_territory_id"], orders_sudo)
