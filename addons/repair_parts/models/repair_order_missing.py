from odoo import fields, models
from odoo.tools.sql import column_exists, create_column

from odoo.addons.repair_service.models.repair_order_warranty_limit import FITTING_STAGES


class StockMove(models.Model):
    _inherit = "stock.move"

    repair_missing_on = fields.Datetime(
        "Missing since", readonly=True, copy=False, help="When the part of an approved repair was first found not to be in stock.")

    def _auto_init(self):
        # A warehouse has millions of moves, and this is about the few that a repair waited for.
        if not column_exists(self.env.cr, self._table, "repair_missing_on"):
            create_column(self.env.cr, self._table, "repair_missing_on", "timestamp")
        return super()._auto_init()


class RepairOrder(models.Model):
    """Which lines stock could not serve at once (``domain/rules.md`` 7: fill rate)."""

    _inherit = "repair.order"

    def _track_parts_wait(self):
        """Note every part that is found missing, once: that it came later does not make it a line served from stock."""
        super()._track_parts_wait()
        fitting = self.filtered(lambda order: order.appliance_id and order.service_stage in FITTING_STAGES)
        missing = fitting.move_ids.filtered(lambda move: not move.repair_missing_on and move._is_missing_part())
        if missing:
            missing._flow_line().repair_missing_on = fields.Datetime.now()
