from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError

from odoo.addons.repair_service.models.repair_flow import FLOW

COMPUTED_FIELDS = frozenset({"computed_min_qty", "computed_max_qty", "computed_reason", "computed_on", "is_planner_own"})
QUANTITY_FIELDS = frozenset({"product_min_qty", "product_max_qty"})


class StockWarehouseOrderpoint(models.Model):
    """Minimum and maximum as a run worked them out stand beside those of the planner; his own win (handbook 8.2.2)."""

    _inherit = "stock.warehouse.orderpoint"

    is_planner_own = fields.Boolean(
        "Planner's own", readonly=True, copy=False, help="Minimum and maximum were set by hand: classification runs leave them alone.")
    computed_min_qty = fields.Float(
        "Computed minimum", readonly=True, copy=False, digits="Product Unit",
        help="One unit above the reorder point: Odoo orders when the forecast is below the minimum.")
    computed_max_qty = fields.Float("Computed maximum", readonly=True, copy=False, digits="Product Unit")
    computed_reason = fields.Text(readonly=True, copy=False)
    computed_on = fields.Datetime(readonly=True, copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        """Create rules; quantities that are not from a run are the planner's own.

        :raises UserError: for values that only a run works out
        """
        if self.env.context.get("repair_flow") is not FLOW:
            self._check_computed(*vals_list)
            unset = dict.fromkeys(COMPUTED_FIELDS, False)  # no default of the caller's, nor one that he keeps as his own, comes in
            vals_list = [{**vals, **unset, "is_planner_own": bool(QUANTITY_FIELDS & vals.keys() and (
                vals.get("product_min_qty") or vals.get("product_max_qty")))} for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        """Write rules; whoever sets minimum or maximum by hand makes them his own.

        :raises UserError: for values that only a run works out
        """
        if self.env.context.get("repair_flow") is not FLOW:
            self._check_computed(vals)
            if QUANTITY_FIELDS & vals.keys():
                vals = {**vals, "is_planner_own": True}
        return super().write(vals)

    @api.model
    def _check_computed(self, *vals_list):
        if any(COMPUTED_FIELDS & vals.keys() for vals in vals_list):
            raise UserError(self.env._(
                "Computed minimum and maximum come from a classification run. Set minimum and maximum instead: they go before."))

    @api.autovacuum
    def _unlink_processed_orderpoints(self):
        """Keep what a run or a planner has set: core takes manual rules that the system made for leftovers of its own, once refilled."""
        rules = self or self.with_context(active_test=False).search([("create_uid", "=", SUPERUSER_ID), ("trigger", "=", "manual")])
        leftovers = rules.filtered(lambda rule: not rule.computed_on and not rule.is_planner_own)
        return super(StockWarehouseOrderpoint, leftovers)._unlink_processed_orderpoints() if leftovers else leftovers

    def action_use_computed(self):
        """Give up the planner's own minimum and maximum for the computed ones.

        :raises AccessError: for users who may not change reordering rules
        :raises UserError: when nothing was worked out for the rule yet
        """
        self.check_access("write")
        for rule in self:
            if not rule.computed_on:
                raise UserError(self.env._(
                    "Nothing was worked out for %(part)s in %(place)s yet: apply a classification run first.",
                    part=rule.product_id.display_name, place=rule.location_id.display_name))
            rule._apply_computed({})
        return True

    def _apply_computed(self, vals):
        """Take over what a run worked out; ``vals`` hold what it found anew."""
        self.ensure_one()
        minimum = vals.get("computed_min_qty", self.computed_min_qty)
        maximum = vals.get("computed_max_qty", self.computed_max_qty)
        self.with_context(repair_flow=FLOW).write({
            **vals, "product_min_qty": minimum, "product_max_qty": maximum, "is_planner_own": False})
