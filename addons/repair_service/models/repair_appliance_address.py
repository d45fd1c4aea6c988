from odoo import api, fields, models
from odoo.exceptions import ValidationError


class RepairAppliance(models.Model):
    _inherit = "repair.appliance"

    commercial_partner_id = fields.Many2one(related="partner_id.commercial_partner_id", string="Household")
    address_id = fields.Many2one(
        "res.partner", "Place", compute="_compute_address_id", store=True, readonly=False, index="btree_not_null", tracking=True,
        check_company=True, ondelete="restrict", domain="[('commercial_partner_id', '=', commercial_partner_id)]",
        help="Where the appliance stands, when that is not at the customer's own address: another home, a branch.")
    partner_address = fields.Char("Address", compute="_compute_partner_address")

    @api.depends("partner_id")
    def _compute_address_id(self):
        """An appliance that is given to another customer does not stay at an address of the former one."""
        for appliance in self:
            if not appliance._is_own_address(appliance.address_id):
                appliance.address_id = False

    @api.depends("address_id.service_address", "partner_id.service_address")
    @api.depends_context("company")
    def _compute_partner_address(self):
        for appliance in self:
            appliance.partner_address = appliance._get_address().service_address

    @api.constrains("address_id", "partner_id")
    def _check_address_id(self):
        for appliance in self:
            if not appliance._is_own_address(appliance.address_id):
                raise ValidationError(self.env._(
                    "%(address)s is no address of %(customer)s: choose one of the customer's own, or add it to the customer first.",
                    address=appliance.address_id.display_name, customer=appliance.partner_id.display_name))

    def _is_own_address(self, address):
        return not address or address.commercial_partner_id == self.partner_id.commercial_partner_id

    def _get_address(self):
        """Return the partner whose address is the place of the appliance."""
        self.ensure_one()
        return self.address_id or self.partner_id
