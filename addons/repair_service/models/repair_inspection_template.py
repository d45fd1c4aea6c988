from odoo import api, fields, models
from odoo.exceptions import ValidationError

KINDS = [
    ("preparation", "Preparation"),
    ("patrol", "Patrol"),
    ("final", "Final inspection"),
    ("sampling", "Sampling"),
    ("incoming", "Incoming parts"),
]
ASPECTS = [
    ("completeness", "Completeness"),
    ("process", "Workmanship"),
    ("parts", "Parts"),
    ("function", "Function"),
    ("safety", "Safety"),
    ("cleanliness", "Cleanliness"),
    ("tools", "Tools and instruments"),
    ("clothing", "Clothing and protection"),
    ("documents", "Papers"),
]


class RepairInspectionTemplate(models.Model):
    _name = "repair.inspection.template"
    _description = "Inspection checklist"
    _inherit = ["repair.input"]
    _order = "kind, name"

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(KINDS, required=True, default="final", index=True)
    category_ids = fields.Many2many("repair.appliance.category", string="Families", help="Empty: for every family.")
    point_ids = fields.One2many("repair.inspection.point", "template_id", "Points", copy=True)
    other_inspector = fields.Boolean(
        "Another inspector", help="Nobody inspects his own work: the order's technician and whoever started the repair cannot validate "
        "an inspection with this checklist (handbook 5.1).")
    active = fields.Boolean(default=True)

    @api.model
    def _find_for_category(self, category, kind):
        """Return the checklist of ``kind`` for a family: its own, that of a family above it, or one for all.

        :raises ValidationError: when there is none
        """
        found = self._search_for_category(category, kind)
        if not found:
            raise ValidationError(self.env._("There is no checklist for this inspection: a service manager adds one under Configuration."))
        return found

    @api.model
    def _search_for_category(self, category, kind):
        """As :meth:`_find_for_category`; an empty recordset when there is none."""
        if kind == "final" and category.inspection_template_id:
            return category.inspection_template_id
        families = category._get_ancestor_ids() if category else []
        templates = self.search([("kind", "=", kind), "|", ("category_ids", "=", False), ("category_ids", "in", families)])
        while category:
            if kind == "final" and category.inspection_template_id:
                return category.inspection_template_id
            if found := templates.filtered(lambda template, category=category: category in template.category_ids)[:1]:
                return found
            category = category.parent_id
        return templates.filtered(lambda template: not template.category_ids)[:1]

    def _prepare_inspection_lines(self):
        """Return the values of the lines of an inspection by this checklist, copied point by point."""
        return [
            {
                "point_id": point.id, "sequence": point.sequence, "aspect": point.aspect, "required": point.required,
                "is_measured": point.is_measured, "unit": point.unit, "min_value": point.min_value, "max_value": point.max_value,
            }
            for point in self.point_ids
        ]
