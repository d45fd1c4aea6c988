from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class RepairApplianceCategory(models.Model):
    _name = "repair.appliance.category"
    _description = "Appliance Family"
    _inherit = ["repair.input"]
    _parent_store = True
    _order = "sequence, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(copy=False, help="Short name for imports and reports.")
    sequence = fields.Integer(default=10)
    parent_id = fields.Many2one("repair.appliance.category", string="Parent family", index=True, ondelete="restrict")
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("repair.appliance.category", "parent_id", string="Sub-families")
    active = fields.Boolean(default=True)
    safe_life_years = fields.Integer(
        help="Years of safe use, counted from the purchase or the installation. 0: as the parent family.",
    )
    safe_life_source = fields.Char(
        translate=True, help="The standard or the maker's declaration that gives the years of safe use.")
    safe_life_verified = fields.Boolean(help="Somebody read the years in the source itself.")
    safe_life_applied = fields.Integer(
        "Safe life in use", compute="_compute_safe_life_applied", store=True, recursive=True,
        help="The family's own years, or else those of its parent family.",
    )
    inspection_template_id = fields.Many2one(
        "repair.inspection.template", string="Final inspection", domain="[('kind', '=', 'final')]",
        help="Checklist of the final inspection. Empty: that of the parent family.",
    )
    labour_product_ids = fields.Many2many(
        "product.product", string="Usual services", domain="[('type', '=', 'service')]",
        help="Labour and fees proposed on the quotation of an appliance of this family.",
    )
    term_ids = fields.One2many("repair.warranty.term", "category_id", string="Warranty terms")
    appliance_count = fields.Integer(compute="_compute_appliance_count", string="Appliances")

    _code_uniq = models.UniqueIndex(
        "(upper(code)) WHERE code IS NOT NULL", "Another family has this code: choose a different one.")
    _code_length = models.Constraint("CHECK (length(code) <= 50)", "A code has 50 characters at most.")
    _safe_life_range = models.Constraint(
        "CHECK (safe_life_years BETWEEN 0 AND 50)", "The safe life is a number of years between 0 and 50.")

    @api.depends("safe_life_years", "parent_id.safe_life_applied")
    def _compute_safe_life_applied(self):
        for category in self:
            category.safe_life_applied = category.safe_life_years or category.parent_id.safe_life_applied

    def _compute_appliance_count(self):
        counts = dict(self.env["repair.appliance"]._read_group(
            [("category_id", "in", self.ids)], ["category_id"], ["__count"]))
        for category in self:
            category.appliance_count = counts.get(category, 0)

    def write(self, vals):
        """Write families; which warranty rules fit depends on the families above."""
        if "parent_id" in vals:
            self.env.registry.clear_cache()
        return super().write(vals)

    @api.constrains("parent_id")
    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A family cannot stand below itself: choose another parent family."))

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unused(self):
        used = self.env["repair.appliance"].with_context(active_test=False).search_count(
            [("category_id", "child_of", self.ids)], limit=1)
        if used:
            raise UserError(self.env._("Appliances belong to this family. Archive it instead of deleting it."))

    def action_view_appliances(self):
        """Open the appliances of the family and its sub-families."""
        self.ensure_one()
        return self.env["ir.actions.act_window"]._for_xml_id("repair_service.repair_appliance_action") | {
            "domain": [("category_id", "child_of", self.id)],
            "context": {"default_category_id": self.id},
        }

    def _get_ancestor_ids(self):
        """Return the ids of the family and of the families above it."""
        self.ensure_one()
        return {int(part) for part in (self.parent_path or "").split("/") if part} | set(self.ids)
