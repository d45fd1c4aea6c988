from odoo import models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _is_of_service_order(self):
        """Whether the sale order is the paper of a service order, which makes, changes and cancels it."""
        self.ensure_one()
        return bool(self.sudo().repair_order_ids.appliance_id)  # the same for everybody who sells

    def _action_cancel(self):
        """Cancel; what a customer approved on a service order is cancelled there."""
        for order in self:
            if not self.env.su and order._is_of_service_order():
                raise UserError(self.env._("%(order)s belongs to a service order: cancel that one.", order=order.name))
        return super()._action_cancel()
