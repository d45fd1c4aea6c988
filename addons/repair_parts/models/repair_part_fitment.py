from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

QUANTITY_MAX = 10_000


class RepairPartFitment(models.Model):
    """One line of what fits what: a part, the appliances it fits, and where in them it sits."""

    _name = "repair.part.fitment"
    _description = "Fitment of a Part"
    _inherit = ["repair.part.scope"]
    _order = "position_id, product_tmpl_id, id"

    product_tmpl_id = fields.Many2one(
        "product.template", "Part", required=True, index=True, ondelete="cascade", domain="[('is_spare_part', '=', True)]")
    company_id = fields.Many2one(related="product_tmpl_id.company_id", store=True, index="btree_not_null", precompute=True)
    position_id = fields.Many2one(
        "repair.part.position", index="btree_not_null", ondelete="restrict", help="Where in the appliance the part sits.")
    quantity = fields.Float("Per appliance", default=1.0, digits="Product Unit", help="Units that one appliance has at this position.")
    serial_from = fields.Char("Serial from", help="First serial number that the part fits. Empty: from the first one made.")
    serial_to = fields.Char("Serial to", help="Last serial number that the part fits. Empty: to the last one made.")
    note = fields.Char(help="What to mind when fitting it.")
    default_code = fields.Char(related="product_tmpl_id.default_code", string="Part number")
    criticality = fields.Selection(related="product_tmpl_id.criticality")
    is_main_part = fields.Boolean(related="product_tmpl_id.is_main_part")
    image_128 = fields.Image(related="product_tmpl_id.image_128")
    currency_id = fields.Many2one(related="product_tmpl_id.currency_id")
    list_price = fields.Float(related="product_tmpl_id.list_price", string="Sale price")
    qty_available = fields.Float(related="product_tmpl_id.qty_available", string="On hand")

    _quantity_range = models.Constraint(
        f"CHECK (quantity > 0 AND quantity <= {QUANTITY_MAX})", "A part fits an appliance at least once: give a number above 0.")
    _line_uniq = models.UniqueIndex(
        "(product_tmpl_id, COALESCE(category_id, 0), COALESCE(brand_id, 0), COALESCE(model_key, ''), COALESCE(model_like, ''),"
        " COALESCE(position_id, 0), COALESCE(serial_from, ''))",
        "This part is listed for this family, brand, model and position already: change that line.")
    # The few lines that a model's keys find need no look at the others of a part.
    _model_part_index = models.Index("(model_key, product_tmpl_id) WHERE model_key IS NOT NULL")

    @api.depends("product_tmpl_id", "category_id.name", "brand_id.name", "model_name", "position_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for line in self:
            line.display_name = " · ".join(filter(None, (line.product_tmpl_id.name, line._describe_scope(), line.position_id.name)))

    @api.constrains("category_id", "brand_id", "model_name")
    def _check_something_named(self):
        for line in self:
            if not (line.category_id or line.brand_id or line.model_key):
                raise ValidationError(self.env._(
                    "%(part)s: name a family, a brand or a model that it fits. A part without any line fits everything.",
                    part=line.product_tmpl_id.display_name))

    @api.constrains("product_tmpl_id")
    def _check_spare_part(self):
        for line in self:
            if not line.product_tmpl_id.is_spare_part:
                raise ValidationError(self.env._(
                    "%(part)s is not a spare part: tick “Spare part” on it before you list what it fits.",
                    part=line.product_tmpl_id.display_name))

    @api.constrains("serial_from", "serial_to")
    def _check_serial_range(self):
        for line in self:
            first, last = line.serial_from, line.serial_to
            if first and last and (len(first) != len(last) or first > last):
                raise ValidationError(self.env._(
                    "%(first)s to %(last)s is no range of serial numbers: write both with the same number of characters, "
                    "the lower first.", first=first, last=last))

    @api.model_create_multi
    def create(self, vals_list):
        """Create lines; serial numbers are kept as appliances keep theirs."""
        return super().create([self._normalise(vals) for vals in vals_list])

    def write(self, vals):
        """Write lines; serial numbers are kept as appliances keep theirs."""
        return super().write(self._normalise(vals))

    @api.model
    def _normalise(self, vals):
        appliances = self.env["repair.appliance"]
        serials = [name for name in ("serial_from", "serial_to") if vals.get(name)]
        return {**vals, **{name: appliances._normalise_serial(vals[name]) for name in serials}}

    @api.model
    def get_import_templates(self):
        """Return the file that the import screen offers to start from."""
        return [{
            "label": self.env._("Import template for fitments"), "template": "/repair_parts/static/import/repair_part_fitment.csv"}]

    @api.model
    def _get_appliance_domain(self, appliance):
        """Return the domain of the lines that ``appliance`` answers to; without its serial number no range is left aside."""
        domain = self._get_scope_domain(appliance)
        serial = appliance.serial_number
        if not serial:
            return domain
        return domain & self._get_serial_domain(serial)

    @api.model
    def _get_serial_domain(self, serial):
        # Ranges are told by characters in their plain order, and among numbers of one length only.
        def is_within(line):
            bounds = [bound for bound in (line.serial_from, line.serial_to) if bound]
            return all(len(bound) == len(serial) for bound in bounds) and (
                (line.serial_from or serial) <= serial <= (line.serial_to or serial))

        def to_sql(lines, alias, query):
            first, last = (lines._field_to_sql(alias, name, query) for name in ("serial_from", "serial_to"))
            return SQL(
                '(length(COALESCE(%(first)s, %(serial)s)) = length(%(serial)s)'
                ' AND length(COALESCE(%(last)s, %(serial)s)) = length(%(serial)s)'
                ' AND COALESCE(%(first)s, %(serial)s) COLLATE "C" <= %(serial)s'
                ' AND COALESCE(%(last)s, %(serial)s) COLLATE "C" >= %(serial)s)', first=first, last=last, serial=serial)

        no_range = Domain("serial_from", "=", False) & Domain("serial_to", "=", False)
        return no_range | Domain.custom(to_sql=to_sql, predicate=is_within)

    @api.model
    def _get_levels(self, appliance):
        """Return ``{level: template ids}`` of the parts listed for ``appliance``, in one query.

        A part is on the level of its closest line: 0 names the model, 1 the brand, 2 the family.
        """
        query = self.sudo()._search(self._get_appliance_domain(appliance))  # who may read the parts is asked where they are searched
        line = query.table
        rows = self.env.execute_query(SQL(
            "SELECT %(part)s, MIN(CASE WHEN %(model)s IS NOT NULL THEN 0 WHEN %(brand)s IS NOT NULL THEN 1 ELSE 2 END)"
            " FROM %(from_clause)s WHERE %(where)s GROUP BY 1",
            part=SQL.identifier(line, "product_tmpl_id"), model=SQL.identifier(line, "model_key"), brand=SQL.identifier(line, "brand_id"),
            from_clause=query.from_clause, where=query.where_clause or SQL("TRUE")))
        levels = {0: [], 1: [], 2: []}
        for template_id, level in rows:
            levels[level].append(template_id)
        return levels
