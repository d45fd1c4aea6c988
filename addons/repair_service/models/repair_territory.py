import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine.territories import Area, find_area, normalise, split_names


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
    districts = fields.Char(
        "Districts and towns",
        help="Names that an address in the territory contains, with commas between them: 浦东新区, 川沙新镇. "
        "They decide where the postcode does not.")
    note = fields.Text("Remarks")

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

    @api.constrains("districts", "company_id", "active")
    def _check_districts(self):
        """The name of a district has two characters or more, is no number and belongs to one territory of the company."""
        peers_by_company = {
            company: self.search([("company_id", "=", company.id), ("districts", "!=", False)]) for company in self.company_id
        }
        for territory in self.filtered("active"):
            names = {normalise(name): name for name in split_names(territory.districts)}
            if wrong := [name for key, name in names.items() if len(key) < 2 or not any(char.isalpha() for char in key)]:
                raise ValidationError(self.env._(
                    "%(district)s is no name of a district: write it as customers write it, with commas between the names.",
                    district=wrong[0]))
            for peer in peers_by_company[territory.company_id] - territory:
                if shared := sorted(names.keys() & {normalise(name) for name in split_names(peer.districts)}):
                    raise ValidationError(self.env._(
                        "%(district)s belongs to the territory %(territory)s already.",
                        district=names[shared[0]], territory=peer.name))

    @api.constrains("technician_ids", "company_id")
    def _check_technicians(self):
        for territory in self:
            strangers_sudo = territory.sudo().technician_ids.filtered(  # the company of an employee decides, whoever may read him
                lambda technician, company=territory.company_id: technician.company_id != company)
            if strangers_sudo:
                raise ValidationError(self.env._(
                    "%(technician)s works for another company than the territory %(territory)s: choose its own technicians.",
                    technician=strangers_sudo[0].name, territory=territory.name))

    def _get_zip_prefixes(self):
        """Prefixes of one territory as a list; commas and blanks of both scripts separate."""
        self.ensure_one()
        return [prefix for prefix in re.split(r"[,，、;；\s]+", self.zip_prefixes or "") if prefix]

    @api.model
    def _find_for_partner(self, partner):
        """Territory of the current company that a customer lives in, see :meth:`_find_for_partners`.

        :return: ``repair.territory`` record, empty when nothing fits
        """
        return self._find_for_partners(partner).get(partner, self.browse())

    @api.model
    def _find_for_partners(self, partners):
        """Territories of the current company that customers live in (handbook 3.1.2), all of them in one query.

        The postcode decides first, the longest prefix of it; where none fits, the longest name of a district or town in
        state, city, street and second street line. Archived territories do not count.

        :param partners: ``res.partner`` records, the places that are visited
        :return: {partner: ``repair.territory`` record, empty when nothing fits}
        """
        territories = self.search_fetch(
            [("company_id", "=", self.env.company.id), ("active", "=", True), "|",
             ("zip_prefixes", "!=", False), ("districts", "!=", False)],
            ["zip_prefixes", "districts"])
        areas = [
            Area(territory, tuple(territory._get_zip_prefixes()), tuple(map(normalise, split_names(territory.districts))))
            for territory in territories]
        return {
            partner: find_area(
                areas, partner.zip, (partner.state_id.name, partner.city, partner.street, partner.street2)) or self.browse()
            for partner in partners
        }
