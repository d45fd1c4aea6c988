from odoo import fields, models


class RepairBooking(models.TransientModel):
    _inherit = "repair.booking"

    over_capacity_reason = fields.Char("Reason beyond the day's limit")

    def _book(self, technician, start, stop):
        reason = self.over_capacity_reason
        booking = self.with_context(default_over_capacity_reason=reason) if reason else self
        return super(RepairBooking, booking)._book(technician, start, stop)
