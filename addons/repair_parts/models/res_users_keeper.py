from odoo import SUPERUSER_ID, models

from odoo.addons.repair_service.models.repair_privacy_mask import ALL_KINDS, BILLING_GROUPS

KEEPER = "repair_parts.repair_parts_group_keeper"
SALES = "sales_team.group_sale_salesman"
WHOLE = ("repair_service.repair_service_group_desk", "base.group_partner_manager", "base.group_erp_manager")


class ResUsers(models.Model):
    """Selling over the counter does not open the customers' data to the parts keeper (handbook 3.3.2)."""

    _inherit = "res.users"

    def _get_masked_kinds(self):
        """As before; a keeper who sells as a keeper only, and no seller besides, keeps to what he saw masked."""
        kinds = super()._get_masked_kinds()
        if kinds or self.env.su or not self.has_group(KEEPER) or any(self.has_group(group) for group in WHOLE):
            return kinds
        own_sudo = self.sudo().group_ids - self.env.ref(KEEPER).sudo()  # what he may do besides
        if self.env.ref(SALES) in own_sudo.all_implied_ids:
            return kinds
        return frozenset({"phone", "image"}) if any(self.has_group(group) for group in BILLING_GROUPS) else ALL_KINDS


class AccountMove(models.Model):
    _inherit = "account.move"

    def _compute_invoice_partner_display_info(self):
        """Keep the whole name on the invoice, whoever's step makes it: what a keeper sees masked would be stored."""
        return super(AccountMove, self.with_user(SUPERUSER_ID))._compute_invoice_partner_display_info()
