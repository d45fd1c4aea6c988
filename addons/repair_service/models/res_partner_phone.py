from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..engine import phone

# Fewer digits are rather part of a name; four is what callers give as the end of their number.
PHONE_DIGITS_MIN = 4
# Shorter numbers are extensions and hotlines, which many share.
SAME_PHONE_MIN = 7
# Core merges three contacts at a time.
MERGED_AT_ONCE = 3


def _get_name_index(registry):
    """Trigrams of what ``complete_name ilike`` compares, as core builds them for a field.

    Without fastupdate: a list of rows still to be indexed would be read by every search.
    """
    return f"USING gin ({registry.unaccent('complete_name')} gin_trgm_ops) WITH (fastupdate = off)"


class ResPartner(models.Model):
    _inherit = "res.partner"

    phone_digits = fields.Char(
        compute="_compute_phone_digits", store=True, index="btree_not_null",
        help="The telephone number as it is compared: without blanks, the own country's prefix and the zero of the area code.")
    duplicate_count = fields.Integer(
        compute="_compute_duplicate_count", string="Number of possible duplicates",
        groups="repair_service.repair_service_group_desk",
        help="Other customers with the same telephone number, who are not of the same household or company.")

    _phone_digits_trigram_idx = models.Index("USING gin (phone_digits gin_trgm_ops) WITH (fastupdate = off) WHERE phone_digits IS NOT NULL")
    _complete_name_trigram_idx = models.Index(_get_name_index)

    @api.depends("phone", "country_id")
    def _compute_phone_digits(self):
        for partner in self:
            country = partner.country_id or (partner.company_id or self.env.company).country_id
            partner.phone_digits = phone.read_number(partner.phone, str(country.phone_code or "")) or False

    def _compute_duplicate_count(self):
        partners = self.filtered(lambda partner: partner._origin and len(partner.phone_digits or "") >= SAME_PHONE_MIN)
        counts = self._read_group(
            [("phone_digits", "in", partners.mapped("phone_digits"))],
            ["phone_digits", "commercial_partner_id"], ["__count"]) if partners else []
        self.duplicate_count = 0
        for partner in partners:
            partner.duplicate_count = sum(
                count for digits, family, count in counts
                if digits == partner.phone_digits and family != partner.commercial_partner_id)

    @api.model_create_multi
    def create(self, vals_list):
        """Create contacts; the digits of a number are worked out from it."""
        for vals in vals_list:
            self._check_phone_digits(vals)
        return super().create(vals_list)

    def write(self, vals):
        """Write contacts; the digits of a number are worked out from it."""
        self._check_phone_digits(vals)
        return super().write(vals)

    @api.model
    def _check_phone_digits(self, vals):
        if "phone_digits" in vals and not self.env.su:
            raise UserError(self.env._("The digits follow from the telephone number: change that one."))

    def action_view_duplicates(self):
        """Open the merging of the customers with the same telephone number, filled in; their list for those who may not merge.

        :raises UserError: when nobody else has the number
        """
        self.ensure_one()
        duplicates = self._get_duplicates()
        if not duplicates:
            raise UserError(self.env._("Nobody else has the telephone number of %(customer)s.", customer=self.display_name))
        if not self.env["base.partner.merge.automatic.wizard"]._may_merge_customers():
            return {
                "type": "ir.actions.act_window", "name": self.env._("Possible duplicates"), "res_model": self._name,
                "view_mode": "list,form", "views": [(False, "list"), (False, "form")], "domain": [("id", "in", (self | duplicates).ids)],
            }
        return self.env["ir.actions.act_window"]._for_xml_id("base.action_partner_merge") | {
            "name": self.env._("Merge customers"),
            "context": {"active_model": self._name, "active_ids": (self | duplicates)[:MERGED_AT_ONCE].ids, "active_test": False},
        }

    def _get_duplicates(self):
        """Return the other customers with the same telephone number, oldest first."""
        self.ensure_one()
        if len(self.phone_digits or "") < SAME_PHONE_MIN:
            return self.browse()
        return self.search([
            ("phone_digits", "=", self.phone_digits), ("commercial_partner_id", "!=", self.commercial_partner_id.id)], order="id")

    @api.model
    def _get_phone_domain(self, value, minimum=PHONE_DIGITS_MIN):
        """Return the domain of the partners whose telephone number holds the digits of ``value``.

        Blanks, dashes, brackets, the country's prefix and the leading zero of an area code make no difference:
        ``138 0013 8000``, ``+86-13800138000`` and ``008613800138000`` find the same people. A land line with its area code
        also finds those whose number was noted without one.

        :param minimum: values with fewer digits are not taken for a number
        """
        prefix = str(self.env.company.country_id.phone_code or "")
        digits = phone.read_number(value, prefix)
        if len(digits) < minimum:
            return Domain.FALSE
        domain = Domain("phone_digits", "like", digits)
        if local := phone.get_local_part(digits, prefix):
            domain |= Domain("phone_digits", "=", local)
        return domain
