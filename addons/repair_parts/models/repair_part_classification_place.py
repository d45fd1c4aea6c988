from statistics import fmean

from odoo import fields, models

from ..engine import demand as demand_engine
from .repair_part_class import KINDS
from .repair_part_classification_line import METHODS

DAYS_A_YEAR = 365.0


class RepairPartClassificationPlace(models.Model):
    """What one run says of one part in one more warehouse that has a demand of its own, with its reason."""

    _name = "repair.part.classification.place"
    _description = "Part in a Warehouse of a Classification Run"
    _inherit = ["repair.flow.record"]
    _order = "line_id, warehouse_id, id"
    _rec_name = "warehouse_id"

    line_id = fields.Many2one("repair.part.classification.line", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="line_id.company_id", store=True, index=True)
    product_id = fields.Many2one(related="line_id.product_id", store=True, index=True)
    warehouse_id = fields.Many2one("stock.warehouse", required=True, ondelete="cascade")
    series = fields.Char("Units a period", help="Oldest period first.")
    demand_kind = fields.Selection(KINDS, "Demand", required=True)
    method = fields.Selection(METHODS, required=True)
    forecast = fields.Float("Forecast a period", digits=(16, 3), aggregator=None)
    lead_days = fields.Float("Lead time (days)", digits=(8, 1), aggregator="avg")
    safety_stock = fields.Float(digits=(16, 2), aggregator=None)
    is_kept = fields.Boolean("Kept in stock")
    reorder_point = fields.Float(digits="Product Unit", aggregator=None)
    order_quantity = fields.Float("Economic lot", digits="Product Unit", aggregator=None)
    current_min_qty = fields.Float("Minimum in force", digits="Product Unit", aggregator=None)
    current_max_qty = fields.Float("Maximum in force", digits="Product Unit", aggregator=None)
    is_planner_own = fields.Boolean("Planner's own", help="Minimum and maximum in force were set by hand and stay.")
    reason = fields.Text(required=True)

    _warehouse_uniq = models.UniqueIndex("(line_id, warehouse_id)", "A warehouse is with a part of a run once.")

    def _get_flow_error(self):
        return self.env._("The lines of a run are worked out: simulate the run again instead.")

    def _get_rule_values(self):
        """Return computed minimum and maximum, as for the warehouse of the run."""
        return self.env["repair.part.classification.line"]._get_rule_values_of(self, self.line_id.run_id)


class RepairPartClassification(models.Model):
    """How much to keep where: each warehouse by its own demand and lead time, that of the run also for those it supplies."""

    _inherit = "repair.part.classification"

    def _get_places(self):
        """Return {warehouse: days of its resupply by another warehouse of the company, None when it buys for itself}."""
        warehouses = self._get_warehouses()
        routes = self.env["stock.route"].search([
            ("supplied_wh_id", "in", warehouses.ids), ("supplier_wh_id", "in", warehouses.ids)])
        days = {route.supplied_wh_id: float(max(sum(route.rule_ids.mapped("delay")), 1)) for route in routes}
        return {warehouse: days.get(warehouse) for warehouse in warehouses}

    def _add_up(self, series, length):
        """Return the sum of series of ``length`` periods, period by period."""
        return [sum(units) for units in zip(*series, strict=True)] or [0.0] * length

    def _get_series_of(self, part, warehouse):
        """Return what a warehouse has to have: its own demand, and that of the warehouses that it supplies."""
        supplied = warehouse | self.env["stock.warehouse"].union(*(
            other for other, days in part["places"].items() if days is not None and warehouse in other.resupply_wh_ids))
        return self._add_up([part["demand"][each.id] for each in supplied if each.id in part["demand"]], len(part["series"]))

    def _plan_places(self, part):
        """Return (plan of the run's warehouse, [plans of the others that have demand of their own, or a rule from an earlier run])."""
        plans = [
            self._plan_place(part, warehouse) for warehouse in part["places"]
            if warehouse == self.warehouse_id or warehouse.id in part["demand"]
            or part["rules"].get(warehouse.id, self._no_rule()).computed_on]
        return plans[0], plans[1:]

    def _no_rule(self):
        return self.env["stock.warehouse.orderpoint"]

    def _plan_place(self, part, warehouse):
        """Return what to keep of a part in a warehouse, as a dict that goes over ``part``."""
        company, is_main = self.company_id, warehouse == self.warehouse_id
        vital = part["product"].criticality == "vital" and is_main
        place = {"warehouse": warehouse, "plan_series": self._get_series_of(part, warehouse), "rule": part["rules"].get(warehouse.id)}
        series = place["plan_series"]
        place["pattern"] = demand_engine.get_pattern(series)
        place["lead_days"], place["lead_source"] = self._get_lead(part, warehouse)
        period = company.repair_demand_period_days
        lead_times = [days / period for days in place["lead_days"]]
        plan = place["plan"] = demand_engine.get_plan(series, lead_times, part["service"] / 100)
        yearly = plan.forecast * DAYS_A_YEAR / period
        place["lot"] = demand_engine.get_lot(
            yearly, company.repair_order_cost, company.repair_holding_percent / 100, part["cost"],
            least=max(self._get_seller(part["product"]).min_qty, 1), most=yearly * company.repair_cover_months / 12)
        kept = place["is_kept"] = not part["successor"] and (plan.method != "none" or (vital and company.repair_vital_minimum > 0))
        reorder = float(plan.reorder)
        place["is_lifted"] = kept and vital and reorder + 1 < company.repair_vital_minimum
        if place["is_lifted"]:
            reorder = company.repair_vital_minimum - 1.0
        place["reorder"] = reorder
        place["fill"] = demand_engine.get_fill_rate(series, lead_times, plan, reorder, place["lot"])
        place["planned_value"] = part["cost"] * (plan.safety + place["lot"] / 2 if plan.method != "none" else (reorder + 1) * kept)
        place["place_reason"] = self._explain_place(part | place)
        return place

    def _get_lead(self, part, warehouse):
        """Return ([days], where they are from)."""
        if (days := part["places"][warehouse]) is not None:
            return [days], "resupply"
        times = part["lead_times"]
        if measured := times.get(warehouse.id) or [day for days in times.values() for day in days]:
            return measured, "measured"
        seller = self._get_seller(part["product"])
        if seller and seller.delay > 0:
            return [float(seller.delay)], "vendor"
        return [float(self.company_id.repair_lead_days)], "general"

    def _get_rule_in_force(self, rule):
        return {
            "current_min_qty": rule.product_min_qty if rule else 0.0, "current_max_qty": rule.product_max_qty if rule else 0.0,
            "is_planner_own": bool(rule and rule.is_planner_own)}

    def _prepare_place(self, place):
        plan = place["plan"]
        return {
            "warehouse_id": place["warehouse"].id, "series": " ".join(f"{units:g}" for units in place["plan_series"]),
            "demand_kind": place["pattern"].kind, "method": plan.method, "forecast": plan.forecast, "lead_days": fmean(place["lead_days"]),
            "safety_stock": plan.safety, "is_kept": place["is_kept"], "reorder_point": place["reorder"], "order_quantity": place["lot"],
            "reason": place["place_reason"] or "-", **self._get_rule_in_force(place["rule"])}

    def _apply_rules(self, flow):
        """Write the reordering rules of every warehouse; the planner's own values are left alone and the computed shown beside."""
        rules, missing = self._get_rules(self.line_ids.product_id), []
        wanted = [(line, self.warehouse_id, line) for line in self.line_ids]
        wanted += [(place.line_id, place.warehouse_id, place) for place in self.line_ids.place_ids]
        for line, warehouse, told in wanted:
            values, rule = told._get_rule_values(), rules[line.product_id.id].get(warehouse.id, self._no_rule()).with_context(**flow)
            if rule.is_planner_own:
                rule.write(values)
            elif rule and (told.is_kept or rule.computed_on):
                rule._apply_computed(values)
            elif not rule and told.is_kept:
                missing.append({
                    **values, "product_id": line.product_id.id, "location_id": warehouse.lot_stock_id.id, "warehouse_id": warehouse.id,
                    "company_id": self.company_id.id, "trigger": "manual", "product_min_qty": values["computed_min_qty"],
                    "product_max_qty": values["computed_max_qty"]})
        self.env["stock.warehouse.orderpoint"].with_context(**flow).create(missing)
