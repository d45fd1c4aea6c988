from odoo import api, fields, models


class RepairStockCountEntry(models.Model):
    """What one person counted in one round, and what the books said at that moment. Nobody reads it while the line is open."""

    _name = "repair.stock.count.entry"
    _description = "Entry of a Stock Count"
    _inherit = ["repair.flow.record"]
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

    @api.model
    def _get_flow_error(self):
        return self.env._("Entries of a count are made by counting.")
