from odoo import fields, models
from odoo.fields import Domain

MAX_LINES = 500


class RepairToolCalibration(models.Model):
    """From an order to the calibration that held when its values were measured (handbook 4.2.2, 10.2.1)."""

    _inherit = "repair.tool.calibration"

    used_in = fields.Char(
        "Measured in order", compute="_compute_used_in", search="_search_used_in",
        help="Orders in whose inspections the instrument measured while this calibration held.")

    def _get_measurements(self, domain):
        """Return what instruments measured in inspections of orders, the newest first: [(instrument, day, order)]."""
        lines = self.env["repair.inspection.line"].search(
            Domain("instrument_id", "!=", False) & Domain("inspection_id.repair_id", "!=", False) & domain,
            order="id desc", limit=MAX_LINES)
        local_date = self.env["repair.order"]._local_date
        return [(
            line.instrument_id, local_date(inspection.done_on or fields.Datetime.now(), inspection.company_id or self.env.company),
            inspection.repair_id) for line in lines for inspection in line.inspection_id]

    def _compute_used_in(self):
        measured = self._get_measurements(Domain("instrument_id", "in", self.equipment_id.ids))
        for calibration in self:
            orders = {order for tool, day, order in measured if tool == calibration.equipment_id
                      and calibration.done_on <= day <= (calibration.valid_until or calibration.done_on)}
            calibration.used_in = ", ".join(sorted(order.name for order in orders)[:20])

    def _search_used_in(self, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS or not value:
            return NotImplemented
        return Domain.OR(
            Domain("equipment_id", "=", tool.id) & Domain("done_on", "<=", day) & Domain("valid_until", ">=", day)
            for tool, day in {(tool, day) for tool, day, _order in self._get_measurements(
                Domain("inspection_id.repair_id.name", operator, value))})
