from odoo import api, fields, models
from odoo.fields import Domain

from ..engine import duplicates
from .res_partner_phone import SAME_PHONE_MIN


class RepairAppliance(models.Model):
    _inherit = "repair.appliance"

    duplicate_ids = fields.Many2many(
        "repair.appliance", compute="_compute_duplicate_ids", string="Possible duplicates",
        help="Appliances of the same household and family that are likely this one: same brand, and the same serial number but for "
             "characters that look alike, or the same model where a serial number is missing.")

    @api.depends("partner_id", "category_id", "brand_id", "model_name", "serial_number", "company_id", "partner_id.phone_digits")
    def _compute_duplicate_ids(self):
        candidates = self._get_duplicate_candidates()
        for appliance in self:
            families = appliance._get_household_key()
            appliance.duplicate_ids = candidates.filtered(
                lambda other, appliance=appliance, families=families:
                other != appliance._origin and other.company_id == appliance.company_id
                and families & other._get_household_key()
                and appliance._is_same_family(other)
                and duplicates.is_likely_same(appliance._get_plate(), other._get_plate()))

    def _get_duplicate_candidates(self):
        """Return the appliances of the same households, whatever they are: a handful of queries for any number of records."""
        partners = self.partner_id
        phones = [digits for digits in partners.mapped("phone_digits") if digits and len(digits) >= SAME_PHONE_MIN]
        if not partners:
            return self.browse()
        household = Domain("commercial_partner_id", "in", partners.commercial_partner_id.ids) | Domain("phone_digits", "in", phones)
        found = self.env["res.partner"].with_context(active_test=False)._search(household)
        return self.search([("partner_id", "in", found), ("company_id", "in", self.company_id.ids)], order="id")

    def _get_household_key(self):
        """Return what two customers of one household share: the family or company they belong to, or the telephone number."""
        partner = self.partner_id
        digits = partner.phone_digits or ""
        return {partner.commercial_partner_id._origin.id, *([digits] if len(digits) >= SAME_PHONE_MIN else [])}

    def _is_same_family(self, other):
        """Whether two appliances are of one family, or one of a family above the other's: somebody chose less exactly."""
        one, two = self.category_id._origin, other.category_id
        return bool(one) and (one.id in two._get_ancestor_ids() or two.id in one._get_ancestor_ids())

    def _get_plate(self):
        return duplicates.Plate(
            brand=self.brand_id._origin.id or None, model=self.model_name or "", serial=self.serial_number or "")

    @api.model
    def _get_same_household(self, partners):
        """Whether partners are people or addresses of one customer."""
        return len(partners.commercial_partner_id) <= 1
