from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.repair_service.models.repair_flow import FLOW

from .repair_count_policy import ABC, XYZ

KINDS = [
    ("none", "No demand"),
    ("smooth", "Even"),
    ("erratic", "Erratic"),
    ("intermittent", "Intermittent"),
    ("lumpy", "Lumpy"),
]
WORKED_OUT = frozenset({
    "product_id", "company_id", "computed_abc_class", "xyz_class", "demand_kind", "forecast", "yearly_quantity", "yearly_value",
    "lead_days", "safety_stock", "reorder_point", "order_quantity", "reason", "classified_on", "line_id"})


class RepairPartClass(models.Model):
    """Where a spare part stands in a company: its classes and what follows from them, as the last applied run worked them out.

    A planner's own class stands beside the computed one and goes before it.
    """

    _name = "repair.part.class"
    _description = "Class of a Spare Part"
    _inherit = ["mail.thread", "repair.input"]
    _order = "abc_class, yearly_value desc, id"
    _rec_name = "product_id"
    _check_company_auto = True
    _flow_fields = WORKED_OUT

    product_id = fields.Many2one("product.product", "Part", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    criticality = fields.Selection(related="product_id.product_tmpl_id.criticality", readonly=True)
    abc_class = fields.Selection(ABC, "ABC class", compute="_compute_abc_class", store=True, index=True)
    computed_abc_class = fields.Selection(ABC, "Computed ABC class", readonly=True, tracking=True)
    own_abc_class = fields.Selection(ABC, "Planner's own class", tracking=True, help="Goes before the computed one; empty: none.")
    own_reason = fields.Char("Reason of the planner", tracking=True)
    xyz_class = fields.Selection(XYZ, "XYZ class", readonly=True, tracking=True)
    demand_kind = fields.Selection(KINDS, "Demand", readonly=True)
    forecast = fields.Float("Forecast a period", readonly=True, digits=(16, 3), aggregator=None)
    yearly_quantity = fields.Float("Used a year", readonly=True, digits="Product Unit", aggregator=None)
    yearly_value = fields.Monetary("Value used a year", readonly=True)
    lead_days = fields.Float("Lead time (days)", readonly=True, digits=(8, 1), aggregator="avg")
    safety_stock = fields.Float(readonly=True, digits=(16, 2), aggregator=None)
    reorder_point = fields.Float(readonly=True, digits="Product Unit", aggregator=None)
    order_quantity = fields.Float("Economic lot", readonly=True, digits="Product Unit", aggregator=None)
    reason = fields.Text(readonly=True)
    classified_on = fields.Datetime(readonly=True)
    line_id = fields.Many2one("repair.part.classification.line", "From the run", readonly=True, ondelete="set null", index="btree_not_null")

    _product_uniq = models.UniqueIndex("(product_id, company_id)", "A part has one class in a company.")
    _own_reason = models.Constraint(
        "CHECK (own_abc_class IS NULL OR length(trim(own_reason)) > 0)", "Say why the part has a class of the planner's own.")

    @api.depends("computed_abc_class", "own_abc_class")
    def _compute_abc_class(self):
        for part in self:
            part.abc_class = part.own_abc_class or part.computed_abc_class

    @api.model_create_multi
    def create(self, vals_list):
        """Classes come from applied runs.

        :raises UserError: for anybody else
        """
        if self.env.context.get("repair_flow") is not FLOW:
            raise UserError(self.env._("Parts get their class from a classification run: simulate one and apply it."))
        return super().create(vals_list)

    def write(self, vals):
        """Write a planner's own class and its reason; the rest is worked out.

        :raises UserError: for what a run works out
        """
        if self.env.context.get("repair_flow") is not FLOW and WORKED_OUT & vals.keys():
            raise UserError(self.env._("Classes are worked out by a run. Set the planner's own class instead, with a reason."))
        if "own_abc_class" in vals and not vals["own_abc_class"]:
            vals = {**vals, "own_reason": False}
        result = super().write(vals)
        if "own_abc_class" in vals:
            self._plan_counts()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_flow(self):
        raise UserError(self.env._("The class of a part is kept; the next run works it out anew."))

    def _plan_counts(self):
        """Bring the next count of what lies in stock in line with the class."""
        for company, parts in self.grouped("company_id").items():
            self.env["stock.quant"]._plan_part_counts(parts.product_id, company)

    @api.model
    def _get_classes(self, products, company):
        """Return {product: ABC class} of ``products``, "C" where none was worked out yet; one query."""
        classes_sudo = self.sudo().search_fetch(  # whoever counts need not read classes
            [("product_id", "in", products.ids), ("company_id", "=", company.id)], ["product_id", "abc_class"])
        known = {part.product_id.id: part.abc_class for part in classes_sudo}
        return {product: known.get(product.id) or "C" for product in products}

    def action_open_run_line(self):
        """Open the line of the run that the class came from."""
        self.ensure_one()
        if not self.line_id:
            raise UserError(self.env._("The run that the class came from was deleted."))
        return {"type": "ir.actions.act_window", "res_model": self.line_id._name, "res_id": self.line_id.id, "views": [(False, "form")]}


class ProductProduct(models.Model):
    _inherit = "product.product"

    abc_class = fields.Selection(
        ABC, "ABC class", compute="_compute_part_class", search="_search_abc_class", compute_sudo=True,
        help="By the value used in a year, in the present company (handbook 8.2.2).")
    xyz_class = fields.Selection(
        XYZ, "XYZ class", compute="_compute_part_class", search="_search_xyz_class", compute_sudo=True,
        help="By how evenly the part is asked for, in the present company (handbook 8.2.2).")

    @api.depends_context("company")
    def _compute_part_class(self):
        classes = self.env["repair.part.class"].search_fetch(
            [("product_id", "in", self.ids), ("company_id", "=", self.env.company.id)], ["product_id", "abc_class", "xyz_class"])
        known = {part.product_id.id: part for part in classes}
        for product in self:
            part = known.get(product._origin.id)
            product.abc_class = part.abc_class if part else False
            product.xyz_class = part.xyz_class if part else False

    @api.model
    def _search_abc_class(self, operator, value):
        return self._search_part_class("abc_class", operator, value)

    @api.model
    def _search_xyz_class(self, operator, value):
        return self._search_part_class("xyz_class", operator, value)

    @api.model
    def _search_part_class(self, name, operator, value):
        if operator != "in":
            return NotImplemented
        classes_sudo = self.env["repair.part.class"].sudo()  # the class is shown to whoever reads the part
        company = Domain("company_id", "=", self.env.company.id)
        wanted = [each for each in value if each]
        found = Domain("id", "in", classes_sudo._search(company & Domain(name, "in", wanted)).subselect("product_id"))
        if len(wanted) == len(set(value)):
            return found
        return found | Domain("id", "not in", classes_sudo._search(company & Domain(name, "!=", False)).subselect("product_id"))


    def action_view_part_class(self):
        """Open the class of the variant in the present company, as :meth:`product.template.action_view_part_class`."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_parts.repair_part_class_action")
        return {**action, "domain": [("product_id", "=", self.id)], "context": {}, "path": False}


class ProductTemplate(models.Model):
    _inherit = "product.template"

    abc_class = fields.Selection(
        ABC, "ABC class", compute="_compute_part_class", search="_search_abc_class", compute_sudo=True,
        help="By the value used in a year, in the present company (handbook 8.2.2).")
    xyz_class = fields.Selection(
        XYZ, "XYZ class", compute="_compute_part_class", search="_search_xyz_class", compute_sudo=True,
        help="By how evenly the part is asked for, in the present company (handbook 8.2.2).")

    @api.depends_context("company")
    @api.depends("product_variant_ids")
    def _compute_part_class(self):
        for template in self:
            variants = template.product_variant_ids
            template.abc_class = min(filter(None, variants.mapped("abc_class")), default=False)
            template.xyz_class = min(filter(None, variants.mapped("xyz_class")), default=False)

    @api.model
    def _search_abc_class(self, operator, value):
        return Domain("product_variant_ids.abc_class", operator, value) if operator == "in" else NotImplemented

    @api.model
    def _search_xyz_class(self, operator, value):
        return Domain("product_variant_ids.xyz_class", operator, value) if operator == "in" else NotImplemented

    def action_view_part_class(self):
        """Open the class of the part in the present company, with what follows from it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_parts.repair_part_class_action")
        return {**action, "domain": [("product_id", "in", self.product_variant_ids.ids)], "context": {}, "path": False}
