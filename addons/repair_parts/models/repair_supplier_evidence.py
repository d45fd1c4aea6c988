from odoo import fields, models


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    fitted_repair_id = fields.Many2one(related="move_id.repair_id", string="Service order")
    fitted_appliance_id = fields.Many2one(related="move_id.repair_id.appliance_id", string="Appliance")


class PurchaseOrderLine(models.Model):
    _inherit = "purchase.order.line"

    last_received_on = fields.Date(
        "Last received on", compute="_compute_last_received_on", compute_sudo=True, help="Day of the last receipt for the line.")

    def _compute_last_received_on(self):
        days = dict(self.env["stock.move.line"]._read_group(
            [("move_id.purchase_line_id", "in", self.ids), ("state", "=", "done"), ("location_id.usage", "=", "supplier")],
            ["move_id.purchase_line_id"], ["date:max"]))
        for line in self:
            day = days.get(line)
            line.last_received_on = day and fields.Datetime.context_timestamp(line, day).date()
