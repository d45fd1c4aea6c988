import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class RepairTerritory(models.Model):
    _name = "repair.territory"
    _description = "Service Territory"
    _inherit = ["hr.mixin", "repair.input"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Short name on boards and lists.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    technician_ids = fields.Many2many(
        "hr.employee", "repair_territory_technician_rel", "territory_id", "employee_id", string="Technicians",
        domain="[('is_technician', '=', True), ('company_id', '=', company_id)]")
    zip_prefixes = fields.Char(
        "Postcodes start with", help="First digits of the postcodes of the territory, with commas between them: 2001, 2002.")
    depot_partner_id = fields.Many2one(
        "res.partner", "Depot", check_company=True, help="Where the technicians of the territory set out from.")
    note = fields.Text("City and districts")

    _code_length = models.Constraint("CHECK (length(code) <= 50)", "A code has 50 characters at most.")
    _code_uniq = models.UniqueIndex("(company_id, code)", "Another territory of the company has this code already.")

    @api.constrains("zip_prefixes", "company_id", "active")
    def _check_zip_prefixes(self):
        """A postcode prefix is made of letters and digits and belongs to one territory of the company."""
        peers_by_company = {
            company: self.search([("company_id", "=", company.id)]) for company in self.company_id
        }
        for territory in self.filtered("active"):
            prefixes = territory._get_zip_prefixes()
            if wrong := [prefix for prefix in prefixes if not prefix.isalnum()]:
                raise ValidationError(self.env._(
                    "%(prefix)s is no start of a postcode: use digits or letters, with commas between the postcodes.",
                    prefix=wrong[0]))
            for peer in peers_by_company[territory.company_id] - territory:
                if shared := sorted(set(prefixes) & set(peer._get_zip_prefixes())):
                    raise ValidationError(self.env._(
                        "The postcodes %(prefix)s… belong to the territory %(territory)s already.",
                        prefix=shared[0], territory=peer.name))

    def _get_zip_prefixes(self):
        """Prefixes of one territory as a list; commas and blanks of both scripts separate."""
        self.ensure_one()
        return [prefix for prefix in re.split(r"[,，、;；\s]+", self.zip_prefixes or "") if prefix]

    @api.model
    def _find_for_partner(self, partner):
        """Territory of the current company that a customer lives in: the longest prefix of the postcode wins.

        :return: ``repair.territory`` record, empty when no prefix fits
        """
        postcode = re.sub(r"\s", "", partner.zip or "")
        if not postcode:
            return self.browse()
        fitting = [
            (len(prefix), territory)
            for territory in self.search([("company_id", "=", self.env.company.id), ("zip_prefixes", "!=", False)])
            for prefix in territory._get_zip_prefixes() if postcode.startswith(prefix)
        ]
        return max(fitting, key=lambda entry: entry[0])[1] if fitting else self.browse()
