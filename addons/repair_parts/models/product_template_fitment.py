from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine import model_pattern

SIMPLE_FIELDS = ("appliance_category_ids", "brand_ids", "model_names")


class ProductTemplate(models.Model):
    """What a part fits: told by families, brands and models, or line by line with positions. One of the two, never both."""

    _inherit = "product.template"

    fitment_ids = fields.One2many("repair.part.fitment", "product_tmpl_id", string="Fits, line by line")
    has_fitments = fields.Boolean(
        "Listed line by line", compute="_compute_has_fitments", store=True, index=True,
        help="What the part fits is told by its lines; families, brands and models follow them.")
    fits_any_family = fields.Boolean(compute="_compute_fits_any", store=True)
    fits_any_brand = fields.Boolean(compute="_compute_fits_any", store=True)
    # To search by only: whole subqueries, which cost the same however many parts there are.
    fits_family_id = fields.Many2one("repair.appliance.category", compute="_compute_fits_searched", search="_search_fits_family_id")
    fits_brand_id = fields.Many2one("repair.brand", compute="_compute_fits_searched", search="_search_fits_brand_id")
    fits_model_name = fields.Char("Fits model", compute="_compute_fits_searched", search="_search_fits_model_name")

    _model_keys_index = models.Index("USING gin (string_to_array(model_key, '|')) WHERE model_key IS NOT NULL")
    # The parts that any model may take are few where a catalogue is kept well, and are asked for at every search.
    _open_part_index = models.Index("(id) WHERE is_spare_part AND NOT COALESCE(has_fitments, FALSE) AND model_key IS NULL")

    @api.depends("fitment_ids")
    def _compute_has_fitments(self):
        for template in self:
            template.has_fitments = bool(template.fitment_ids)

    @api.depends("fitment_ids.category_id", "fitment_ids.brand_id", "fitment_ids.model_name")
    def _compute_simple_fit(self):
        """Follow the lines where there are any; a line that leaves something open opens it for the part."""
        for template in self:
            lines = template.fitment_ids
            if not lines:  # what was told by hand stays
                for name in SIMPLE_FIELDS:
                    template[name] = template[name]
                continue
            template.appliance_category_ids = lines.category_id if all(line.category_id for line in lines) else False
            template.brand_ids = lines.brand_id if all(line.brand_id for line in lines) else False
            names = {line.model_name for line in lines}
            template.model_names = ", ".join(sorted(names)) if all(names) else False

    @api.depends("appliance_category_ids", "brand_ids")
    def _compute_fits_any(self):
        for template in self:
            template.fits_any_family = not template.appliance_category_ids
            template.fits_any_brand = not template.brand_ids

    def _compute_fits_searched(self):
        self.fits_family_id = self.fits_brand_id = self.fits_model_name = False

    @api.model
    def _search_fits_family_id(self, operator, value):
        return self._search_by_relation("appliance_category_ids", operator, value)

    @api.model
    def _search_fits_brand_id(self, operator, value):
        return self._search_by_relation("brand_ids", operator, value)

    @api.model
    def _search_by_relation(self, name, operator, value):
        ids = [res_id for res_id in value if res_id] if operator == "in" else None
        if ids is None:
            return NotImplemented
        field = self._fields[name]
        self.flush_model([name])
        return Domain("id", "in", SQL(
            "(SELECT %s FROM %s WHERE %s IN %s)", SQL.identifier(field.column1), SQL.identifier(field.relation),
            SQL.identifier(field.column2), tuple(ids))) if ids else Domain.FALSE

    @api.model
    def _search_fits_model_name(self, operator, value):
        """Find the parts whose models, told without lines, hold one model."""
        if operator != "in":
            return NotImplemented
        keys = sorted({key for model in value if model for key in model_pattern.get_candidates(model)})
        self.flush_model(["model_key"])
        return Domain("id", "in", SQL(
            "(SELECT id FROM product_template WHERE model_key IS NOT NULL AND string_to_array(model_key, '|') && %s::text[])", keys))

    @api.constrains("model_names")
    def _check_model_names(self):
        for template in self.filtered(lambda template: not template.has_fitments):
            for name in model_pattern.split(template.model_names):
                if model_pattern.get_like(name) or name == "*":
                    raise ValidationError(self.env._(
                        "%(model)s: here a star may only end a model that begins with something, such as BCD-470*. "
                        "List other wildcards line by line.", model=name.upper()))

    @api.model_create_multi
    def create(self, vals_list):
        """Create products; where lines tell what a part fits, families, brands and models follow from them."""
        return super().create([
            {key: value for key, value in vals.items() if key not in SIMPLE_FIELDS} if vals.get("fitment_ids") else vals
            for vals in vals_list])

    def write(self, vals):
        """Write products; families, brands and models of a part with lines follow from these.

        :raises UserError: another family, brand or model for a part that lists them line by line
        """
        names = [name for name in SIMPLE_FIELDS if name in vals]
        if names and vals.get("fitment_ids"):
            vals = {key: value for key, value in vals.items() if key not in SIMPLE_FIELDS}
        elif names:
            for template in self.filtered("has_fitments"):
                if not all(template._has_value(name, vals[name]) for name in names):
                    raise UserError(self.env._(
                        "%(part)s lists line by line what it fits: change the lines, or delete them to name families, brands and models "
                        "at once.", part=template.display_name))
        return super().write(vals)

    def _has_value(self, name, value):
        field = self._fields[name]
        given, held = (field.convert_to_cache(each, self) for each in (value, self[name]))
        return set(given) == set(held) if field.type == "many2many" else given == held

    def action_view_fitments(self):
        """Open the appliances that the part fits, line by line."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_parts.repair_part_fitment_action")
        return {
            **action, "display_name": self.env._("What %(part)s fits", part=self.display_name),
            "domain": [("product_tmpl_id", "=", self.id)], "context": {"default_product_tmpl_id": self.id}}
