from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _may_merge_customers(self):
        return self.env.su or self.env.user.has_group("repair_service.repair_service_group_manager")

    @api.model
    def _check_may_merge(self):
        if not self._may_merge_customers():
            raise AccessError(self.env._("Customers with appliances are merged by a service manager: ask one of them."))

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Merge contacts; those with appliances or repairs by a service manager, and never across companies.

        Core asks for equal e-mail addresses, so that nobody takes over a login. Where none of the contacts has an internal
        user, one that has no address at all may be merged with one that has.

        :raises AccessError: without the right to
        :raises UserError: across companies, and whatever core refuses
        """
        partners = self.env["res.partner"].browse(partner_ids).exists()
        if len(partners) > 1 and self._has_service_history(partners):
            self._check_may_merge()
            self._check_one_company(partners)
            emails = {(partner.email or "").strip().lower() for partner in partners} - {""}
            users_sudo = partners.with_context(active_test=False).sudo().user_ids  # whoever merges need not manage users
            extra_checks = extra_checks and (len(emails) > 1 or bool(users_sudo.filtered(lambda user: not user.share)))
        return super()._merge(partner_ids, dst_partner, extra_checks)

    @api.model
    def _find_service_records(self, partners, **options):
        """Return appliances and orders that partners or their people own, or that stand at their addresses."""
        domain = Domain("partner_id", "child_of", partners.ids)
        appliances_sudo = self.env["repair.appliance"].sudo().with_context(active_test=False)  # also those of other companies
        orders_sudo = self.env["repair.order"].sudo()  # as above
        return (
            appliances_sudo.search(domain | Domain("address_id", "child_of", partners.ids), **options),
            orders_sudo.search(domain, **options))

    @api.model
    def _has_service_history(self, partners):
        return any(self._find_service_records(partners, limit=1))

    @api.model
    def _check_one_company(self, partners):
        owners = partners.company_id
        appliances_sudo, orders_sudo = self._find_service_records(partners)
        if len(owners) > 1 or (owners and (appliances_sudo.company_id | orders_sudo.company_id) - owners):
            raise UserError(self.env._("These customers belong to different companies and stay apart."))
