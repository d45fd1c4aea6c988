from odoo import api, fields, models

from .product_template import CRITICALITIES
from .repair_count_policy import ABC, XYZ
from .repair_part_class import KINDS

HEALTH = [("none", "No stock"), ("moving", "Moving"), ("slow", "Slow"), ("dead", "Dead")]
PROPOSALS = [("return", "Return to the supplier"), ("sell", "Sell off"), ("scrap", "Scrap")]
METHODS = [("none", "None"), ("normal", "Normal"), ("sba", "Croston (SBA)"), ("tsb", "TSB, fading")]


class RepairPartClassificationLine(models.Model):
    """What one run says of one part, with its reason."""

    _name = "repair.part.classification.line"
    _description = "Part in a Classification Run"
    _inherit = ["repair.flow.record"]
    _order = "run_id desc, yearly_value desc, id"
    _rec_name = "product_id"

    run_id = fields.Many2one("repair.part.classification", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="run_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    run_state = fields.Selection(related="run_id.state")
    product_id = fields.Many2one("product.product", "Part", required=True, index=True, ondelete="cascade")
    abc_class = fields.Selection(ABC, "ABC class", required=True)
    previous_abc_class = fields.Selection(ABC, "Class before")
    is_moved = fields.Boolean("Changes class", compute="_compute_is_moved", store=True)
    abc_share = fields.Float("Share up to here (%)", digits=(6, 2), aggregator=None)
    xyz_class = fields.Selection(XYZ, "XYZ class", required=True)
    previous_xyz_class = fields.Selection(XYZ, "XYZ before")
    criticality = fields.Selection(CRITICALITIES)
    yearly_quantity = fields.Float("Used a year", digits="Product Unit", aggregator=None)
    unit_cost = fields.Float(digits="Product Price", aggregator=None)
    yearly_value = fields.Monetary("Value used a year")
    series = fields.Char("Units a period", help="Oldest period first; of the whole company.")
    demand_kind = fields.Selection(KINDS, "Demand", required=True)
    method = fields.Selection(METHODS, required=True)
    forecast = fields.Float("Forecast a period", digits=(16, 3), aggregator=None)
    lead_days = fields.Float("Lead time (days)", digits=(8, 1), aggregator="avg")
    service_level = fields.Float("Service level (%)", digits=(5, 1), aggregator="avg")
    safety_stock = fields.Float(digits=(16, 2), aggregator=None)
    is_kept = fields.Boolean("Kept in stock")
    reorder_point = fields.Float(digits="Product Unit", aggregator=None)
    order_quantity = fields.Float("Economic lot", digits="Product Unit", aggregator=None)
    fill_percent = fields.Float("Expected fill (%)", digits=(5, 1), aggregator="avg")
    planned_value = fields.Monetary("Money bound", help="Average stock to expect: safety stock and half a lot, at cost.")
    previous_planned_value = fields.Monetary("Money bound before", help="In the last applied run.")
    current_min_qty = fields.Float("Minimum in force", digits="Product Unit", aggregator=None)
    current_max_qty = fields.Float("Maximum in force", digits="Product Unit", aggregator=None)
    is_planner_own = fields.Boolean("Planner's own", help="Minimum and maximum in force were set by hand and stay.")
    on_hand = fields.Float(digits="Product Unit", aggregator=None)
    stock_value = fields.Monetary("Value on hand")
    idle_days = fields.Integer("Days since last use", aggregator=None, help="-1: never used.")
    age_days = fields.Integer("Age of the oldest piece (days)", aggregator="max")
    health = fields.Selection(HEALTH, "Stock", required=True)
    proposal = fields.Selection(PROPOSALS)
    proposal_reason = fields.Char()
    reason = fields.Text(required=True)
    place_ids = fields.One2many(
        "repair.part.classification.place", "line_id", "Other warehouses", help="Warehouses with a demand of their own.")

    _product_uniq = models.UniqueIndex("(run_id, product_id)", "A part is in a run once.")

    @api.depends("abc_class", "previous_abc_class")
    def _compute_is_moved(self):
        for line in self:
            line.is_moved = bool(line.previous_abc_class) and line.previous_abc_class != line.abc_class

    @api.model
    def _get_flow_error(self):
        return self.env._("The lines of a run are worked out: simulate the run again instead.")

    def action_view_stock(self):
        """Open what lies where of the part, to act on the proposal."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "name": self.product_id.display_name, "res_model": "stock.quant", "view_mode": "list",
            "views": [(self.env.ref("stock.view_stock_quant_tree").id, "list")],
            "domain": [("product_id", "=", self.product_id.id), ("location_id.usage", "=", "internal")],
            "context": {"create": False, "edit": False}}

    def _get_class_values(self):
        """Return what the line says of its part, to be kept with the part."""
        self.ensure_one()
        return {
            "computed_abc_class": self.abc_class, "xyz_class": self.xyz_class, "demand_kind": self.demand_kind, "forecast": self.forecast,
            "yearly_quantity": self.yearly_quantity, "yearly_value": self.yearly_value, "lead_days": self.lead_days,
            "safety_stock": self.safety_stock, "reorder_point": self.reorder_point, "order_quantity": self.order_quantity,
            "reason": self.reason, "classified_on": self.run_id.simulated_on, "line_id": self.id}

    def _get_rule_values(self):
        """Return computed minimum and maximum for the warehouse of the run."""
        return self._get_rule_values_of(self, self.run_id)

    @api.model
    def _get_rule_values_of(self, told, run):
        """Return computed minimum and maximum; Odoo orders below the minimum, so it stands a unit above the reorder point.

        :param told: line of a run, or what the run says of one more warehouse
        """
        told.ensure_one()
        return {
            "computed_min_qty": told.reorder_point + 1 if told.is_kept else 0.0,
            "computed_max_qty": told.reorder_point + max(told.order_quantity, 1) if told.is_kept else 0.0,
            "computed_reason": told.reason, "computed_on": run.simulated_on}
