from odoo import models
from odoo.tools.misc import format_date


class ResPartner(models.Model):
    """A ban that nobody has written down yet: the blocked company entered once more, and a licence that ran out today (handbook 8.1.2)."""

    _inherit = "res.partner"

    def _get_twin_refusal(self):
        """Return in words that this contact is a blocked supplier entered once more; empty when it is not. Asked once an order."""
        state, _holder = self._get_supplier_standing()
        twin = self.browse() if state else self._find_blocked_twin()
        if not twin:
            return ""
        return self.env._(
            "%(supplier)s is %(blocked)s under another entry, blocked since %(date)s: %(reason)s Merge the two contacts, or have "
            "this one qualified by itself.", supplier=self.display_name, blocked=twin.display_name,
            date=format_date(self.env, twin.supplier_qualified_on), reason=twin.supplier_qualification_reason or "")

    def _find_blocked_twin(self):
        """Return a blocked supplier that this contact, which nobody has qualified, is another entry of; empty when there is none.

        The same tax or registry number is the same company, and so is the same name of two companies.
        """
        entity_sudo = self.sudo().commercial_partner_id  # a ban binds whoever orders, also who may not read suppliers
        blocked = entity_sudo.search([("supplier_qualification", "=", "blocked"), ("id", "!=", entity_sudo.id)])
        numbers = entity_sudo._get_identity_numbers()
        name = " ".join((entity_sudo.name or "").casefold().split())
        return next((
            twin for twin in blocked
            if numbers & twin._get_identity_numbers()
            or (entity_sudo.is_company and twin.is_company and name == " ".join((twin.name or "").casefold().split()))), self.browse())

    def _get_identity_numbers(self):
        numbers = ("".join((number or "").upper().split()) for number in (self.vat, self.company_registry))
        return {number for number in numbers if len(number) > 4}  # shorter ones are notes such as "/"

    def _find_blocking_lapse(self, today):
        """Return a required certificate that has lapsed, not renewed, and whose lapse blocks; the night has yet to say so."""
        kinds = self.certificate_ids.kind_id.filtered(lambda kind: kind.is_required and kind.lapse_action == "block")
        held = self.certificate_ids.filtered(lambda one: one.kind_id in kinds and one.valid_to and one.valid_to < today)
        for one in held:
            renewals = self.certificate_ids.filtered(lambda other, one=one: other.kind_id == one.kind_id and (
                not other.valid_to or other.valid_to >= today) and other.valid_from <= today)
            if not renewals:
                return one
        return held.browse()
