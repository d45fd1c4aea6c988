from odoo import api, models
from odoo.exceptions import ValidationError


class RepairBooking(models.TransientModel):
    _name = "repair.booking"
    _inherit = ["repair.booking", "repair.dialogue", "repair.input"]

    _hours_range = models.Constraint("CHECK (hours <= 12)", "A visit lasts 12 hours at most: split the work over several days.")

    @api.constrains("repair_id", "appointment_id")
    def _check_same_order(self):
        for booking in self:
            if booking.appointment_id and booking.appointment_id.repair_id != booking.repair_id:
                raise ValidationError(self.env._("The visit belongs to another service order."))


class RepairBookingLine(models.TransientModel):
    _name = "repair.booking.line"
    _inherit = ["repair.booking.line", "repair.input"]
