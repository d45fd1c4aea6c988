from statistics import fmean

from odoo import fields, models
from odoo.fields import Command

from odoo.addons.repair_service.models.repair_flow import FLOW

from ..engine import part_class as class_engine
from .repair_part_demand import Facts

DAYS_A_YEAR = 365.0


class RepairPartClassification(models.Model):
    """How a run works: it reads stock once, asks the engines for every part, and keeps each answer with its reason."""

    _inherit = "repair.part.classification"

    def _simulate(self):
        self.ensure_one()
        company, now = self.company_id, fields.Datetime.now()
        products = self.env["product.product"].search(
            [("is_spare_part", "=", True), ("company_id", "in", (False, company.id))], order="id")
        facts = self._collect(products, now)
        classes = class_engine.classify_abc(
            [class_engine.Usage(part["product"], part["yearly_value"], part["product"].id) for part in facts],
            company.repair_abc_share_a, company.repair_abc_share_b)
        previous = self._get_previous()
        before = {line.product_id: line for line in previous.line_ids}
        policies = self.env["repair.count.policy"]._get_policies(company)
        own = self.env["repair.part.class"].search_fetch([("company_id", "=", company.id)], ["product_id", "own_abc_class"])
        own = {part.product_id: part.own_abc_class for part in own if part.own_abc_class}
        values_list = []
        for part in facts:
            computed, part["abc_share"] = classes[part["product"]]
            part["abc_class"], part["in_force"] = computed, own.get(part["product"], computed)
            part["last"] = before.get(part["product"])
            values_list.append(self._prepare_line(part, policies))
        run = self.with_context(repair_flow=FLOW)
        run.line_ids.unlink()
        lines = run.line_ids.create(values_list)
        run.write(self._sum_up(lines, previous, now))

    def _collect(self, products, now):
        """Return one dict a part: demand counted for the part that is delivered today, lead times, stock and rule."""
        company = self.company_id
        days, periods = company.repair_demand_period_days, company.repair_demand_periods
        series = self._get_demand(products, now, days, periods)
        known, times = self._get_facts(products, now), self._get_lead_times(products, now)
        stock, rules = self._get_stock(products, now), self._get_rules(products)
        successors = self._get_successors(products)
        for old, new in successors.items():
            for warehouse_id, units in series.pop(old.id, {}).items():
                series[new.id][warehouse_id] = [mine + theirs for mine, theirs in zip(series[new.id][warehouse_id], units, strict=True)]
        places = self._get_places()
        seen = {product.id: (known.get(product.id) or Facts()).seen for product in products}
        for old, new in successors.items():
            seen[new.id] = max(filter(None, (seen[new.id], seen[old.id])), default=None)
        predecessors = {}
        for old, new in successors.items():
            predecessors[new] = predecessors.get(new, new.browse()) | old
        result = []
        for product in products:
            length = min(periods, max(3, -(-(seen[product.id] or 0) // days)))
            own = {warehouse_id: units[-length:] for warehouse_id, units in series.get(product.id, {}).items()}
            demand = self._add_up(own.values(), length)
            yearly = sum(demand) * DAYS_A_YEAR / (length * days)
            cost = product.standard_price or self._get_bought_price(product)
            result.append({
                "product": product, "series": demand, "demand": own, "yearly": yearly, "cost": cost, "yearly_value": yearly * cost,
                "facts": known.get(product.id) or Facts(), "lead_times": times.get(product.id, {}), "places": places,
                "stock": stock.get(product.id, (0.0, 0)), "rules": rules.get(product.id, {}), "successor": successors.get(product),
                "predecessors": predecessors.get(product)})
        return result

    def _get_bought_price(self, product):
        """Return what the first vendor asks for a unit, in the company's currency, for parts that have no cost yet."""
        seller = self._get_seller(product)
        price = seller.currency_id._convert(seller.price, self.company_id.currency_id, self.company_id, round=False) if seller else 0.0
        return seller.product_uom_id._compute_price(price, product.uom_id) if seller.product_uom_id else price

    def _get_seller(self, product):
        """Return the first vendor of the part for the company of the run."""
        return product.seller_ids.filtered(lambda seller: seller.company_id in (self.company_id, seller.company_id.browse()))[:1]

    def _get_successors(self, products):
        """Return {superseded product: the product that is delivered today}."""
        old = products.filtered(lambda product: product.product_tmpl_id.superseded_by_id)
        found = {product: product.product_tmpl_id._get_current_part().product_variant_id for product in old}
        return {product: new for product, new in found.items() if new and new != product and new in products}

    def _prepare_line(self, part, policies):
        company, product = self.company_id, part["product"]
        xyz, part["variation"] = class_engine.classify_xyz(part["series"], company.repair_xyz_limit_x, company.repair_xyz_limit_y)
        part["xyz_class"] = xyz
        part["policy"] = policies._choose(part["in_force"], xyz, product.criticality)
        part["service"] = max(part["policy"].service_level, {
            "vital": company.repair_service_vital, "essential": company.repair_service_essential}.get(product.criticality, 0.0))
        main, others = self._plan_places(part)
        part |= main
        plan, fill = part["plan"], part["fill"]
        last = part["last"]
        on_hand, age = part["stock"]
        health = "none" if on_hand <= 0 else class_engine.get_health(
            part["facts"].used, age, company.repair_slow_days, company.repair_dead_days)
        proposal = class_engine.get_proposal(
            health, bool(part["successor"]) and not product.product_tmpl_id.is_interchangeable, part["facts"].received,
            company.repair_return_days) if health in ("slow", "dead") else None
        return {
            "run_id": self.id, "product_id": product.id, "abc_class": part["abc_class"], "abc_share": part["abc_share"],
            "previous_abc_class": last.abc_class if last else False, "xyz_class": xyz,
            "previous_xyz_class": last.xyz_class if last else False, "criticality": product.criticality,
            "yearly_quantity": part["yearly"], "unit_cost": part["cost"], "yearly_value": part["yearly_value"],
            "series": " ".join(f"{units:g}" for units in part["series"]), "demand_kind": part["pattern"].kind, "method": plan.method,
            "forecast": plan.forecast, "lead_days": fmean(part["lead_days"]), "service_level": part["service"],
            "safety_stock": plan.safety, "is_kept": part["is_kept"], "reorder_point": part["reorder"], "order_quantity": part["lot"],
            "fill_percent": 100 * fill if fill is not None else 0.0,
            "planned_value": sum(place["planned_value"] for place in (main, *others)),
            "previous_planned_value": last.planned_value if last else 0.0, **self._get_rule_in_force(part["rule"]),
            "place_ids": [Command.create(self._prepare_place(place)) for place in others],
            "on_hand": on_hand, "stock_value": on_hand * part["cost"],
            "idle_days": -1 if part["facts"].used is None else part["facts"].used, "age_days": age, "health": health,
            "proposal": proposal or False, "proposal_reason": self._explain_proposal(part, health, proposal),
            "reason": self._explain(part),
        }

    def _sum_up(self, lines, previous, now):
        """Return the totals of the run; the expected fill is weighed by the units asked for."""
        asked = sum(lines.mapped("forecast"))
        company = self.company_id
        return {
            "state": "simulated", "simulated_on": now, "previous_id": previous.id, "line_count": len(lines),
            "moved_count": len(lines.filtered("is_moved")), "planned_value": sum(lines.mapped("planned_value")),
            "previous_planned_value": previous.planned_value, "previous_fill_percent": previous.fill_percent,
            "fill_percent": sum(line.fill_percent * line.forecast for line in lines) / asked if asked else 0.0,
            "stock_value": sum(lines.mapped("stock_value")),
            "idle_value": sum(lines.filtered("proposal").mapped("stock_value")),
            "name": self.env._("Classification of %(date)s", date=fields.Date.to_string(fields.Date.context_today(self, now))),
            "parameters": self.env._(
                "ABC %(a)g / %(b)g %%, XYZ %(x)g / %(y)g, %(periods)s periods of %(days)s days, order line %(cost)g, "
                "holding %(holding)g %%",
                a=company.repair_abc_share_a, b=company.repair_abc_share_b, x=company.repair_xyz_limit_x, y=company.repair_xyz_limit_y,
                periods=company.repair_demand_periods, days=company.repair_demand_period_days, cost=company.repair_order_cost,
                holding=company.repair_holding_percent),
        }

    def _apply(self):
        """Write classes, count dates and reordering rules; the planner's own values are left alone and the computed shown beside."""
        company, flow = self.company_id, {"repair_flow": FLOW, "tracking_disable": True}
        lines = self.line_ids
        classes = self.env["repair.part.class"].with_context(**flow)
        held = {part.product_id: part for part in classes.search([("company_id", "=", company.id)])}
        for line in lines.filtered(lambda line: line.product_id in held):
            held[line.product_id].write(line._get_class_values())
        classes.create([
            {**line._get_class_values(), "product_id": line.product_id.id, "company_id": company.id}
            for line in lines if line.product_id not in held])
        self._apply_rules(flow)
        self.env["stock.quant"]._plan_part_counts(lines.product_id, company)
