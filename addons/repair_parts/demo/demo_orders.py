import random
from dataclasses import replace

from odoo import api, models

from .demo_orders_specs import ORDERS, PartsSpec

NEED_STOCK = ("inspected", "accepted", "closed")


class RepairServiceDemo(models.AbstractModel):
    """Orders of the demo company that take parts from stock, walked through the same steps as its other orders."""

    _inherit = "repair.service.demo"

    @api.model
    def _load_part_orders(self):
        """Make the orders with parts; those whose parts are not in the company's stock wait where they would wait."""
        if self.env.ref("repair_parts.demo_order_001", raise_if_not_found=False):
            return
        rng, demo = random.Random("parts"), self._enter()
        last = demo._get_last_message()
        demo._add_company_taxes(demo.env["product.template"].search([("is_spare_part", "=", True)]))
        specs = [
            spec if spec.stage not in NEED_STOCK or demo._has_parts(spec) else replace(spec, stage="approved", special="")
            for spec in ORDERS
        ]
        demo._give_ids("demo_order", demo._make_orders(specs, rng), module="repair_parts")
        demo._keep_messages_in(last)

    @api.model
    def _get_part(self, name):
        return self.env.ref(f"repair_parts.part_{name}").product_variant_id

    @api.model
    def _has_parts(self, spec):
        return all(self._get_part(name).free_qty >= quantity for name, quantity in spec.parts)

    @api.model
    def _plan_running(self, spec, planner, rng, used, taken):
        plan = super()._plan_running(spec, planner, rng, used, taken)
        plan["parts"] = spec.parts if isinstance(spec, PartsSpec) else ()
        return plan

    @api.model
    def _get_appliance_domain(self, spec, plan, taken):
        domain = super()._get_appliance_domain(spec, plan, taken)
        narrow = [*domain, ("model_name", "=", getattr(spec, "model", ""))]
        return narrow if self.env["repair.appliance"].search_count(narrow, limit=1) else domain

    @api.model
    def _prepare_extra_lines(self, plan):
        return [] if plan.get("parts") else super()._prepare_extra_lines(plan)

    @api.model
    def _step_diagnosed(self, order, plan):
        super()._step_diagnosed(order, plan)
        self._as("desk", self.env["stock.move"]).create([
            {
                "repair_id": order.id, "repair_line_type": "add", "product_id": self._get_part(name).id, "product_uom_qty": quantity,
                "company_id": order.company_id.id,
            } for name, quantity in plan["parts"]
        ])

    @api.model
    def _date_order(self, order, plan):
        super()._date_order(order, plan)
        used = order.move_ids.filtered(lambda move: move.state == "done")
        if used:
            used.date = used.move_line_ids.date = plan["inspected"]
