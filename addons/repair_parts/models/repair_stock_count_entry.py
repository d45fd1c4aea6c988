from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.repair_service.models.repair_flow import FLOW


class RepairStockCountEntry(models.Model):
    """What one person counted in one round, and what the books said at that moment. Nobody reads it while the line is open."""

    _name = "repair.stock.count.entry"
    _description = "Entry of a Stock Count"
    _order = "line_id, round, id"
    _rec_name = "line_id"

    line_id = fields.Many2one("repair.stock.count.line", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="line_id.company_id", store=True, index=True)
    user_id = fields.Many2one("res.users", "Counted by", required=True)
    round = fields.Integer(required=True, aggregator=None)
    quantity = fields.Float("Counted", digits="Product Unit")
    expected_qty = fields.Float("Books", digits="Product Unit")
    difference = fields.Float(compute="_compute_difference", digits="Product Unit")
    counted_on = fields.Datetime(required=True)

    _round_uniq = models.UniqueIndex("(line_id, round)", "A line is counted once a round.")

    @api.depends("quantity", "expected_qty")
    def _compute_difference(self):
        for entry in self:
            entry.difference = entry.quantity - entry.expected_qty

    @api.model_create_multi
    def create(self, vals_list):
        """Entries come from counting.

        :raises UserError: for anybody else
        """
        self._check_flow()
        return super().create(vals_list)

    def write(self, vals):
        """Entries stay as they were counted.

        :raises UserError: for anybody but the count
        """
        self._check_flow()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_flow(self):
        self._check_flow()

    @api.model
    def _check_flow(self):
        if self.env.context.get("repair_flow") is not FLOW:
            raise UserError(self.env._("Entries of a count are made by counting."))
