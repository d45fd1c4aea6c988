from odoo import fields, models


class RepairPartDelay(models.TransientModel):
    """Tells the customer of a late part when it will come, and why."""

    _name = "repair.part.delay"
    _description = "New day of a late part"
    _inherit = ["repair.input"]

    order_id = fields.Many2one("sale.order", required=True, readonly=True)
    new_day = fields.Date(required=True)
    reason = fields.Char("Why late", required=True)

    def action_tell(self):
        """Note the new day and tell the customer.

        :raises UserError: nothing is owed, or the day has passed
        """
        self.ensure_one()
        self.order_id._tell_part_delay(self.new_day, self.reason)
        return {"type": "ir.actions.act_window_close"}
