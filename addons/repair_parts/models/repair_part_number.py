from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.sql import escape_psql

POSITIVE = ("=", "in", "ilike", "like", "=ilike", "=like")
FOUND_MAX = 50


class RepairPartNumber(models.Model):
    """A number that a part had before, or has with somebody else; whoever looks for it finds the part."""

    _name = "repair.part.number"
    _description = "Earlier Number of a Part"
    _inherit = ["repair.input"]
    _order = "replaced_on desc, id desc"

    name = fields.Char("Number", required=True, index="trigram")
    product_tmpl_id = fields.Many2one(
        "product.template", "Part", required=True, index=True, ondelete="cascade", domain="[('is_spare_part', '=', True)]")
    company_id = fields.Many2one(related="product_tmpl_id.company_id", store=True, index="btree_not_null", precompute=True)
    replaced_on = fields.Date("Replaced on", help="From this day on the maker delivers under the present number.")
    note = fields.Char()

    _name_uniq = models.UniqueIndex("(upper(name), product_tmpl_id)", "This part has this earlier number already.")
    _name_length = models.Constraint("CHECK (length(name) <= 100)", "A part number has 100 characters at most.")

    @api.constrains("name", "product_tmpl_id")
    def _check_number(self):
        for number in self:
            part = number.product_tmpl_id
            if not part.is_spare_part:
                raise ValidationError(self.env._(
                    "%(part)s is not a spare part: earlier numbers are kept for spare parts.", part=part.display_name))
            if number.name.upper() in {(variant.default_code or "").upper() for variant in part.product_variant_ids}:
                raise ValidationError(self.env._("%(number)s is the present number of %(part)s.", number=number.name, part=part.name))

    @api.model_create_multi
    def create(self, vals_list):
        """Create numbers, without blanks around them."""
        return super().create([self._strip(vals) for vals in vals_list])

    def write(self, vals):
        """Change numbers, without blanks around them."""
        return super().write(self._strip(vals))

    @api.model
    def _strip(self, vals):
        return {**vals, "name": vals["name"].strip()} if isinstance(vals.get("name"), str) else vals

    @api.model
    def get_import_templates(self):
        """Return the file that the import screen offers to start from."""
        return [{
            "label": self.env._("Import template for earlier numbers"), "template": "/repair_parts/static/import/repair_part_number.csv"}]


class ProductTemplate(models.Model):
    _inherit = "product.template"

    old_number_ids = fields.One2many("repair.part.number", "product_tmpl_id", string="Earlier numbers")
    superseded_by_id = fields.Many2one(
        "product.template", "Superseded by", index="btree_not_null", ondelete="restrict", copy=False,
        domain="[('is_spare_part', '=', True), ('id', '!=', id)]",
        help="The part that the maker delivers in place of this one: it is ordered from now on.")
    supersedes_ids = fields.One2many("product.template", "superseded_by_id")
    is_interchangeable = fields.Boolean(
        "Use up old stock", default=True, copy=False, help="What is left of the old part may still be fitted, and is used up first.")
    current_part_id = fields.Many2one(
        "product.template", "Current part", compute="_compute_current_part_id", recursive=True,
        help="The end of the chain: the part that is delivered today.")

    @api.depends("superseded_by_id.current_part_id")
    def _compute_current_part_id(self):
        for template in self:
            template.current_part_id = template.superseded_by_id and template._get_current_part()

    def _get_current_part(self):
        """Return the part at the end of the chain, this one when nothing supersedes it."""
        self.ensure_one()
        part, seen = self, self
        while part.superseded_by_id and part.superseded_by_id not in seen:
            part = part.superseded_by_id
            seen |= part
        return part

    @api.constrains("superseded_by_id", "is_spare_part")
    def _check_superseded_by(self):
        if self._has_cycle("superseded_by_id"):
            raise ValidationError(self.env._(
                "These parts would supersede each other in a circle: the newest one has no successor."))
        for template in self.filtered("superseded_by_id"):
            if not (template.is_spare_part and template.superseded_by_id.is_spare_part):
                raise ValidationError(self.env._(
                    "%(part)s and its successor have to be spare parts, both of them.", part=template.display_name))

    @api.model
    def _find_by_other_number(self, operator, value):
        """Return ``{template id: note}`` of current parts that have, or whose vendors use, another number that matches.

        Earlier numbers, numbers of superseded parts (the chain is followed) and vendors' product codes; a fixed number of queries.
        The note says which number it was, in brackets, to stand behind the part's name.
        """
        values = [each.strip() for each in (value if operator == "in" else [value]) if isinstance(each, str) and each.strip()]
        if operator not in POSITIVE or not values:
            return {}
        found = {}
        codes_sudo = self.env["product.supplierinfo"].sudo()  # a vendor's number leads to the part whoever reads it; prices stay closed
        companies = Domain("company_id", "in", [False, *self.env.companies.ids])
        spare = Domain("product_tmpl_id.is_spare_part", "=", True)
        for info_sudo in codes_sudo.search_fetch(
                self._get_number_domain("product_code", operator, values) & companies & spare,
                ["product_code", "product_tmpl_id"], limit=FOUND_MAX):
            part_sudo = info_sudo.product_tmpl_id
            if part_sudo.default_code != info_sudo.product_code:
                found[part_sudo._get_current_part().id] = self.env._("(vendor's number %(number)s)", number=info_sudo.product_code)
        superseded = self.with_context(active_test=False).search_fetch(
            Domain("superseded_by_id", "!=", False) & self._get_number_domain("default_code", operator, values),
            ["default_code", "superseded_by_id"], limit=FOUND_MAX)
        for template in superseded:
            found[template._get_current_part().id] = self.env._("(replaces %(number)s)", number=template.default_code)
        numbers = self.env["repair.part.number"].search_fetch(
            self._get_number_domain("name", operator, values), ["name", "product_tmpl_id"], limit=FOUND_MAX)
        for number in numbers:
            found[number.product_tmpl_id._get_current_part().id] = self.env._("(replaces %(number)s)", number=number.name)
        if operator in ("=", "in"):
            return found
        text = values[0].strip("%").lower()  # a part whose own number holds the text is found by that
        own = {template.id for template in self.browse(found) if text in (template.default_code or "").lower()}
        return {template_id: note for template_id, note in found.items() if template_id not in own}

    @api.model
    def _get_number_domain(self, name, operator, values):
        """Return the domain of a number, the same in capitals and in small letters."""
        if operator in ("=", "in"):
            return Domain.OR(Domain(name, "=ilike", escape_psql(each)) for each in values)
        return Domain(name, operator, values[0])
