from odoo import api, fields, models

from .repair_order_guard import RECORDED_STAGES


class RepairOrder(models.Model):
    _inherit = "repair.order"

    address_id = fields.Many2one(
        "res.partner", "Place", compute="_compute_address_id", help="Where the appliance stands and the technician goes.")
    service_address = fields.Char(
        "Address then", readonly=True, copy=False,
        help="The address at which the work was accepted, or the order ended. It stays when the customer moves.")
    partner_address = fields.Char("Address", compute="_compute_partner_address")

    @api.depends("appliance_id.address_id", "partner_id")
    def _compute_address_id(self):
        """The appliance's place, as long as it is one of the order's customer: an appliance may have changed hands since."""
        for order in self:
            place = order.appliance_id.address_id
            own = place and place.commercial_partner_id == order.partner_id.commercial_partner_id
            order.address_id = place if own else order.partner_id

    @api.depends("service_address", "appliance_id.address_id.service_address", "partner_id.service_address")
    @api.depends_context("company")
    def _compute_partner_address(self):
        for order in self:
            order.partner_address = order.service_address or order.address_id.service_address

    @api.model_create_multi
    def create(self, vals_list):
        """Create orders; those that come in as ended, from another system, keep the address they have now."""
        orders = super().create(vals_list)
        orders._keep_address()
        return orders

    def write(self, vals):
        """Write; an order that ends keeps its address from then on."""
        result = super().write(vals)
        if vals.get("service_stage") in RECORDED_STAGES:
            self._keep_address()
        return result

    def _keep_address(self):
        ended_sudo = self.sudo().filtered(  # the stage just set may take the order out of its technician's sight
            lambda order: order.appliance_id and order.service_stage in RECORDED_STAGES and not order.service_address)
        for order_sudo in ended_sudo:
            told = order_sudo.with_context(lang=order_sudo.partner_id.lang).with_company(order_sudo.company_id)
            if address := told.address_id.service_address:
                order_sudo._flow_write({"service_address": address})
