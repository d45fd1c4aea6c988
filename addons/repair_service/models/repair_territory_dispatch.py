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
        """Write; changed postcodes sort the orders that wait for a visit anew."""
        result = super().write(vals)
        if vals.keys() & {"zip_prefixes", "company_id", "active"}:
            self._sort_waiting_orders()
        return result

    def _sort_waiting_orders(self):
        orders_sudo = self.env["repair.order"].sudo().search(  # the keeper of territories need not read every order
            [("needs_booking", "=", True), ("company_id", "in", self.company_id.ids)])
        self.env.add_to_compute(orders_sudo._fields["visit_territory_id"], orders_sudo)
