from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..engine import model_pattern

CRITICALITIES = [("vital", "Vital"), ("essential", "Essential"), ("desirable", "Desirable")]


class ProductTemplate(models.Model):
    _inherit = "product.template"

    is_spare_part = fields.Boolean(
        "Spare part", index=True,
        help="Kept in stock with a lot for each receipt, taken and costed first in first out (handbook 8.2.1).")
    appliance_category_ids = fields.Many2many(
        "repair.appliance.category", "repair_part_appliance_category_rel", "product_tmpl_id", "category_id",
        string="Appliance families", compute="_compute_simple_fit", store=True, readonly=False,
        help="Families the part fits. Empty: any family. With lines of fitment: what these say together.")
    brand_ids = fields.Many2many(
        "repair.brand", "repair_part_brand_rel", "product_tmpl_id", "brand_id",
        string="Brands", compute="_compute_simple_fit", store=True, readonly=False,
        help="Brands the part fits. Empty: any brand. With lines of fitment: what these say together.")
    model_names = fields.Char(
        "Models", compute="_compute_simple_fit", store=True, readonly=False,
        help="Models the part fits, separated by commas; BCD-470* is every model that begins so. Empty: any model. "
        "With lines of fitment: what these say together.")
    model_key = fields.Char(compute="_compute_model_key", store=True)
    is_main_part = fields.Boolean("Main part", help="The warranty term of main parts decides who pays, e.g. compressor, motor, panel.")
    criticality = fields.Selection(
        CRITICALITIES, help="How badly repairs stop without it: vital, essential or merely desirable (handbook 8.2.2).")
    fits_appliance_id = fields.Many2one(
        "repair.appliance", "Fits appliance", compute="_compute_fits_appliance_id", search="_search_fits_appliance_id")

    @api.depends("model_names")
    def _compute_model_key(self):
        """Keep the models as ``|a|b|`` in small letters, so that one whole model can be searched for."""
        for template in self:
            names = model_pattern.split(template.model_names)
            template.model_key = f"|{'|'.join(names)}|" if names else False

    @api.depends("is_spare_part")
    def compute_is_storable(self):
        result = super().compute_is_storable()
        self.filtered(lambda template: template.is_spare_part and template.type == "consu").is_storable = True
        return result

    @api.depends("is_spare_part")
    def _compute_tracking(self):
        result = super()._compute_tracking()
        self.filtered(lambda template: template.is_spare_part and template.tracking == "none").tracking = "lot"
        return result

    def _compute_fits_appliance_id(self):
        self.fits_appliance_id = False

    def _search_fits_appliance_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        appliances = self.env["repair.appliance"].browse([res_id for res_id in value if res_id])
        return Domain.OR(appliance._get_fitting_parts_domain() for appliance in appliances)

    @api.constrains("is_spare_part", "type", "is_storable", "tracking", "categ_id")
    def _check_spare_part(self):
        spare_parts = self.filtered("is_spare_part")
        root = self.env["product.category"]._get_spare_parts_category()
        for template in spare_parts:
            if template.type != "consu" or not template.is_storable:
                raise ValidationError(self.env._("%(part)s is a spare part: it must be goods kept in stock.", part=template.name))
            if template.tracking == "none":
                raise ValidationError(self.env._(
                    "%(part)s is a spare part: track it by lots (or serial numbers), so that the oldest receipt leaves first.",
                    part=template.name))
            if root and not template.categ_id._filter_spare_parts():
                raise ValidationError(self.env._(
                    "%(part)s is a spare part: put it into the category %(category)s or one below, which is costed first in first out.",
                    part=template.name, category=root.display_name))

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if values.get("is_spare_part"):
            values.update({key: value for key, value in self._get_spare_part_values(values).items() if key in fields})
        return values

    @api.model_create_multi
    def create(self, vals_list):
        """Create products; a spare part is stored, tracked and costed as one without being told."""
        default = self.env.context.get("default_is_spare_part")
        for vals in vals_list:
            if vals.get("is_spare_part", default):
                vals.update(self._get_spare_part_values(vals))
        return super().create(vals_list)

    def write(self, vals):
        """Write; what becomes a spare part is stored, tracked and costed as one."""
        if vals.get("is_spare_part"):
            becoming = self.filtered(lambda template: not template.is_spare_part)
            for template in becoming:
                current = {"tracking": template.tracking}
                if template.categ_id._filter_spare_parts():
                    current["categ_id"] = template.categ_id.id
                super(ProductTemplate, template).write(self._get_spare_part_values({**current, **vals}) | vals)
            return super(ProductTemplate, self - becoming).write(vals)
        return super().write(vals)

    @api.model
    def _get_spare_part_values(self, vals):
        """Return what ``vals`` must hold besides to make a spare part; a category or serial tracking given is kept."""
        values = {"is_storable": True}
        if vals.get("tracking", "none") == "none":
            values["tracking"] = "lot"
        if not vals.get("categ_id"):
            values["categ_id"] = self.env["product.category"]._get_spare_parts_category().id
        return values
