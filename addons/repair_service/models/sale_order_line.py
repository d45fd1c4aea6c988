from odoo import api, models
from odoo.exceptions import UserError

CHARGE_FIELDS = {"product_id", "product_uom_qty", "product_uom_id", "price_unit", "discount", "tax_ids", "order_id", "is_downpayment"}


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        """Add lines; what a service order charges is put on its own lists, where the customer approves it."""
        lines = super().create(vals_list)
        lines._check_not_of_service_order()
        return lines

    def write(self, vals):
        """Change lines; prices and quantities of a service order are those that its customer approved."""
        if CHARGE_FIELDS & vals.keys():
            self._check_not_of_service_order()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_service_orders(self):
        self._check_not_of_service_order()

    def _write_changed(self, vals):
        """Write what differs from the line as it stands; taxes come as one command that sets them."""
        self.ensure_one()
        changed = {
            name: value for name, value in vals.items()
            if (self[name].ids != value[0][2] if name == "tax_ids" else self._fields[name].convert_to_write(self[name], self) != value)}
        if changed:
            self.write(changed)

    def _check_not_of_service_order(self):
        if self.env.su:
            return
        for order in self.filtered(lambda line: not line.is_downpayment and not line.display_type).order_id:
            if order._is_of_service_order():
                raise UserError(self.env._(
                    "%(order)s belongs to a service order: change labour and parts there, where the customer approves them.",
                    order=order.name))
