from odoo import fields, models

from .repair_privacy_mask import FREE_NAMES, PARTNER_FIELDS

# More people than a page of a list shows: who reads so many at once takes data away.
BULK_MIN = 200


class RepairPrivacyLog(models.Model):
    _inherit = "repair.privacy.log"

    kind = fields.Selection(selection_add=[("bulk", "Read in bulk")], ondelete={"bulk": "cascade"})

    def _note_bulk(self, records, people, names):
        """Note that somebody read the contact data of very many private people at once (rules 3)."""
        if not self.env.su and names and len(people) >= BULK_MIN and len(people._filter_private()) >= BULK_MIN:
            self._note("bulk", records, ", ".join(sorted(names)))


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _filter_private(self):
        """The contacts that are people and neither companies nor theirs."""
        return self.filtered_domain([("commercial_partner_id.is_company", "=", False), ("partner_share", "=", True)])

    def _read_format(self, fnames, load="_classic_read"):
        if len(self) >= BULK_MIN:
            told = set(fnames) & (PARTNER_FIELDS.keys() - FREE_NAMES)
            self.env["repair.privacy.log"]._note_bulk(self, self, told)
        return super()._read_format(fnames, load)


class RepairContactMask(models.AbstractModel):
    _inherit = "repair.contact.mask"

    def _read_format(self, fnames, load="_classic_read"):
        if len(self) >= BULK_MIN and (told := set(fnames) & self._contact_fields.keys()):
            paths = {self._contact_fields[name][1] for name in told}
            people = self.env["res.partner"].union(*(self.sudo()[path] for path in paths)).sudo(False)  # counted only
            self.env["repair.privacy.log"]._note_bulk(self, people, told)
        return super()._read_format(fnames, load)
