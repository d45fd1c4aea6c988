from collections.abc import Iterable

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .repair_order import FINISHED_STAGES


class ResPartner(models.Model):
    _inherit = "res.partner"

    is_open_to_technician = fields.Boolean(
        "Open to the technician", compute="_compute_is_open_to_technician", search="_search_is_open_to_technician",
        help="A colleague or company, or a customer of an order that the user works on or is asked about.")

    def _compute_is_open_to_technician(self):
        open_partners = self.sudo().filtered_domain(self._get_technician_domain())  # tells yes or no only
        for partner in self:
            partner.is_open_to_technician = partner.id in open_partners.ids

    def _search_is_open_to_technician(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = self._get_technician_domain()
        return domain if True in value else ~domain

    def _get_technician_domain(self):
        """Return the domain of the contacts that a technician reads: everybody of the house, and the people of his open work.

        A few queries: a technician has dozens of open orders at most.
        """
        orders_sudo = self.env["repair.order"].sudo()  # customers of his own orders; rules of contacts decide, not those of orders
        opinion = self.env.ref("repair_service.mail_activity_type_second_opinion")
        own = Domain("technician_id.user_id", "=", self.env.uid)
        asked = Domain("activity_ids", "any", [
            ("activity_type_id", "=", opinion.id), ("user_id", "=", self.env.uid), ("active", "=", True)])
        orders = orders_sudo.search(Domain("service_stage", "not in", FINISHED_STAGES) & (own | asked))
        customers = orders.partner_id | orders.address_id | orders.appliance_id.partner_id
        users = self.env["res.users"].sudo().with_context(active_test=False)  # who left the house still wrote what he wrote
        companies_sudo = self.env["res.company"].sudo()  # names on papers
        return Domain.OR([
            Domain("partner_share", "=", False),
            Domain("id", "in", users._search([("share", "=", False)]).subselect("partner_id")),
            Domain("id", "in", companies_sudo._search([]).subselect("partner_id")),
            Domain("id", "in", (customers | customers.commercial_partner_id | orders.message_partner_ids).ids),
        ])


class RepairOrder(models.Model):
    _inherit = "repair.order"

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """Let contacts follow; those who follow a technician's order are open to him, so he adds only whom he may read.

        :raises AccessError: a contact that the user may not read
        :raises UserError: what is no list of contacts
        """
        partners = list(partner_ids or ()) if isinstance(partner_ids, Iterable) else [partner_ids or None]
        if partner_ids and any(type(number) is not int or not 0 < number < 2**31 for number in partners):
            raise UserError(self.env._("These are no contacts: choose them from the list."))
        self._check_private_links([{"message_partner_ids": partners}])
        return super().message_subscribe(partner_ids and partners, subtype_ids)
