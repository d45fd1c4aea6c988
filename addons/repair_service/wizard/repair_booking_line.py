from odoo import api, fields, models


class RepairBookingLine(models.TransientModel):
    _name = "repair.booking.line"
    _inherit = ["repair.input"]
    _description = "Proposed Visit"

    booking_id = fields.Many2one("repair.booking", required=True, readonly=True, ondelete="cascade")
    technician_id = fields.Many2one("hr.employee", required=True, readonly=True)
    start = fields.Datetime("From", required=True, readonly=True)
    stop = fields.Datetime("Until", required=True, readonly=True)
    window = fields.Char(compute="_compute_window")
    reasons = fields.Char("Why", readonly=True)

    @api.depends("start", "stop")
    @api.depends_context("lang")
    def _compute_window(self):
        for line in self:
            line.window = self.env["repair.appointment"]._format_window(
                line.start, line.stop, line.booking_id.repair_id._get_visit_tz())

    def action_book(self):
        """Book this proposal."""
        self.ensure_one()
        return self.booking_id._book(self.technician_id, self.start, self.stop)
