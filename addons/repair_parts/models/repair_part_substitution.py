from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

RATIO_MAX = 1_000
CONDITION_MAX = 2_000
# What somebody answers for who lets one part be fitted for another.
AGREED_FIELDS = frozenset({
    "product_tmpl_id", "substitute_id", "condition", "both_ways", "ratio", "category_id", "brand_id", "model_name", "active"})


class RepairPartSubstitution(models.Model):
    """A part that may be fitted in place of another: on what condition, in which direction, for which appliances."""

    _name = "repair.part.substitution"
    _description = "Substitution of a Part"
    _inherit = ["repair.part.scope"]
    _order = "product_tmpl_id, sequence, id"

    product_tmpl_id = fields.Many2one(
        "product.template", "Part", required=True, index=True, ondelete="cascade", domain="[('is_spare_part', '=', True)]")
    substitute_id = fields.Many2one(
        "product.template", required=True, index=True, ondelete="cascade", domain="[('is_spare_part', '=', True)]")
    company_id = fields.Many2one(related="product_tmpl_id.company_id", store=True, index="btree_not_null", precompute=True)
    sequence = fields.Integer(default=10)
    condition = fields.Text(help="What has to hold, in words: who fits the substitute confirms it, and is named on the order.")
    both_ways = fields.Boolean("Both ways", help="The part may be fitted in place of the substitute too, on the same condition.")
    ratio = fields.Float(
        "Units for one", default=1.0, digits=(12, 4), help="Units of the substitute that take the place of one unit of the part.")
    active = fields.Boolean(default=True)
    approved_by_id = fields.Many2one("res.users", "Approved by", readonly=True, copy=False, help="Who wrote what is agreed here.")
    approved_on = fields.Datetime(readonly=True, copy=False)

    _ratio_range = models.Constraint(
        f"CHECK (ratio > 0 AND ratio <= {RATIO_MAX})", "How many units take the place of one is a number above 0.")
    _not_itself = models.Constraint("CHECK (product_tmpl_id != substitute_id)", "A part cannot be its own substitute.")
    _pair_uniq = models.UniqueIndex(
        "(product_tmpl_id, substitute_id, COALESCE(category_id, 0), COALESCE(brand_id, 0), COALESCE(model_key, ''),"
        " COALESCE(model_like, ''))",
        "This substitute is listed for this part and these appliances already, perhaps in the archive: change that line.")

    @api.depends("product_tmpl_id.name", "substitute_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.product_tmpl_id.display_name} {'⇄' if line.both_ways else '→'} {line.substitute_id.display_name}"

    @api.constrains("product_tmpl_id", "substitute_id")
    def _check_spare_parts(self):
        for part in self.product_tmpl_id | self.substitute_id:
            if not part.is_spare_part:
                raise ValidationError(self.env._("%(part)s is not a spare part and cannot be a substitute.", part=part.name))

    @api.constrains("condition")
    def _check_condition(self):
        for line in self:
            if line.condition and len(line.condition) > CONDITION_MAX:
                raise ValidationError(self.env._("A condition is a sentence or two: %(limit)s characters at most.", limit=CONDITION_MAX))

    @api.constrains("product_tmpl_id", "substitute_id", "both_ways", "active", "category_id", "brand_id", "model_name")
    def _check_mirror(self):
        """Two lines for the same pair would say the same twice, and might contradict each other on condition and ratio."""
        for line in self.filtered("active"):
            mirror = self.search([
                ("product_tmpl_id", "=", line.substitute_id.id), ("substitute_id", "=", line.product_tmpl_id.id),
                ("category_id", "=", line.category_id.id), ("brand_id", "=", line.brand_id.id), ("model_key", "=", line.model_key)])
            if mirror.filtered(lambda other, line=line: (line.both_ways or other.both_ways) and other.model_like == line.model_like):
                raise ValidationError(self.env._(
                    "%(part)s and %(substitute)s are listed both ways already: keep one line, or make both lines one way.",
                    part=line.product_tmpl_id.name, substitute=line.substitute_id.name))

    @api.model_create_multi
    def create(self, vals_list):
        """Create substitutions; who writes them answers for them.

        :raises UserError: when a caller names somebody else
        """
        for vals in vals_list:
            self._check_approval(vals)
        return super().create([{**vals, **self._prepare_approval()} for vals in vals_list])

    def write(self, vals):
        """Change substitutions; who changes what is agreed answers for it from then on.

        :raises UserError: when a caller names somebody else
        """
        self._check_approval(vals)
        if AGREED_FIELDS & vals.keys():
            vals = {**vals, **self._prepare_approval()}
        return super().write(vals)

    @api.model
    def _check_approval(self, vals):
        if not self.env.su and ({"approved_by_id", "approved_on"} & vals.keys()):
            raise UserError(self.env._("Who approved a substitution is noted by itself."))

    @api.model
    def _prepare_approval(self):
        return {"approved_by_id": self.env.uid, "approved_on": fields.Datetime.now()}

    @api.model
    def get_import_templates(self):
        """Return the file that the import screen offers to start from."""
        return [{
            "label": self.env._("Import template for substitutions"),
            "template": "/repair_parts/static/import/repair_part_substitution.csv"}]

    @api.model
    def _get_pair_domain(self, templates):
        mirrored = Domain("substitute_id", "in", templates.ids) & Domain("both_ways", "=", True)
        return Domain("product_tmpl_id", "in", templates.ids) | mirrored

    def _get_substitute_for(self, template):
        """Return (substitute template, units of it for one unit of ``template``)."""
        self.ensure_one()
        if self.product_tmpl_id == template:
            return self.substitute_id, self.ratio
        return self.product_tmpl_id, 1.0 / self.ratio


class ProductTemplate(models.Model):
    _inherit = "product.template"

    substitution_ids = fields.One2many("repair.part.substitution", "product_tmpl_id", string="Substitutions")
    substitute_ids = fields.Many2many(
        "product.template", string="Substitutes", compute="_compute_substitute_ids", inverse="_inverse_substitute_ids",
        search="_search_substitute_ids", domain="[('is_spare_part', '=', True), ('id', '!=', id)]",
        help="Parts that may be fitted instead of this one, whatever the condition. The substitutions tell more.")

    def init(self):
        """Take over the plain list of substitutes that earlier versions kept."""
        self.env.cr.execute("SELECT to_regclass('repair_part_substitute_rel'), to_regclass('repair_part_substitution')")
        if not all(self.env.cr.fetchone()):
            return
        self.env.cr.execute("""
            INSERT INTO repair_part_substitution
                        (product_tmpl_id, substitute_id, ratio, both_ways, active, sequence, company_id, create_date, write_date)
                 SELECT r.product_tmpl_id, r.substitute_id, 1, FALSE, TRUE, 10, t.company_id, NOW() AT TIME ZONE 'UTC',
                        NOW() AT TIME ZONE 'UTC'
                   FROM repair_part_substitute_rel r JOIN product_template t ON t.id = r.product_tmpl_id
            ON CONFLICT DO NOTHING""")
        self.env.cr.execute("DROP TABLE repair_part_substitute_rel")

    @api.depends("substitution_ids.substitute_id", "substitution_ids.both_ways", "substitution_ids.active")
    def _compute_substitute_ids(self):
        lines = self.env["repair.part.substitution"]
        found = {template: self.browse() for template in self}
        for line in lines.search(lines._get_pair_domain(self)) if self.ids else lines:
            for template in (line.product_tmpl_id | line.substitute_id) & self._origin:
                if template == line.product_tmpl_id or line.both_ways:
                    found[template] |= line._get_substitute_for(template)[0]
        for template in self:
            template.substitute_ids = found.get(template._origin, self.browse())

    def _inverse_substitute_ids(self):
        """Keep the substitutions of the parts that stay, drop those of the parts taken away, and add plain ones."""
        lines = self.env["repair.part.substitution"]
        for template in self:
            wanted = template.substitute_ids
            if template in wanted:
                raise ValidationError(self.env._("%(part)s cannot be its own substitute.", part=template.name))
            held = lines.search(lines._get_pair_domain(template))
            kept = self.browse()
            for line in held:
                substitute = line._get_substitute_for(template)[0]
                if substitute in wanted:
                    kept |= substitute
                elif line.product_tmpl_id == template:
                    line.unlink()
                else:
                    line.both_ways = False
            lines.create([{"product_tmpl_id": template.id, "substitute_id": substitute.id} for substitute in wanted - kept])

    @api.model
    def _search_substitute_ids(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        own = Domain("substitution_ids", "any", [("substitute_id", operator, value)])
        if operator == "in" and False in value:
            return ~Domain("substitution_ids", "!=", False) | own
        mirrored = self.env["repair.part.substitution"]._search([("product_tmpl_id", operator, value), ("both_ways", "=", True)])
        return own | Domain("id", "in", mirrored.subselect("substitute_id"))

    def _get_substitution_lines(self, appliance=None):
        """Return the substitutions that stand for these parts, in either direction, on ``appliance`` (on any when left out)."""
        lines = self.env["repair.part.substitution"]
        return lines.search(lines._get_pair_domain(self)).filtered(lambda line: line._is_about(appliance))

