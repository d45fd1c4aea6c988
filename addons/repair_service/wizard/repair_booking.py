from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.fields import Command

from ..models.repair_appointment import MAX_DURATION
from ..models.repair_appointment_booking import WindowTakenError

MAX_PROPOSALS = 8


class RepairBooking(models.TransientModel):
    _name = "repair.booking"
    _inherit = ["repair.input"]
    _description = "Book a Visit"

    repair_id = fields.Many2one("repair.order", "Service order", required=True, readonly=True, ondelete="cascade")
    appointment_id = fields.Many2one("repair.appointment", "Instead of", readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="repair_id.company_id")
    partner_id = fields.Many2one(related="repair_id.partner_id")
    partner_phone = fields.Char(related="partner_id.phone", string="Phone")
    partner_address = fields.Char(related="repair_id.partner_address", string="Address")
    appliance_id = fields.Many2one(related="repair_id.appliance_id")
    fault_description = fields.Text(related="repair_id.fault_description")
    preferred_start = fields.Datetime(related="repair_id.preferred_start", readonly=False)
    wished_days = fields.Selection(related="repair_id.wished_days", readonly=False)
    wished_hours = fields.Selection(related="repair_id.wished_hours", readonly=False)
    priority = fields.Selection(related="repair_id.priority", readonly=False)
    wished_windows = fields.Char(related="repair_id.wished_windows", readonly=False)
    current_window = fields.Char(related="appointment_id.window", string="Agreed so far")
    reason = fields.Char("Reason of the change")
    note = fields.Text("Note for the visit")
    line_ids = fields.One2many("repair.booking.line", "booking_id", "Proposals", readonly=True)
    problem = fields.Text(readonly=True)
    technician_id = fields.Many2one(
        "hr.employee", domain="[('is_technician', '=', True), ('company_id', '=', company_id)]")
    start = fields.Datetime("From")
    hours = fields.Float("Length (hours)", default=lambda self: self.env.company.repair_visit_hours)
    warning = fields.Text(compute="_compute_warning")

    @api.depends("technician_id", "start", "hours")
    def _compute_warning(self):
        """What the dispatcher should know about a time set by hand; what is forbidden is refused on booking."""
        for booking in self:
            booking.warning = False
            technician, start = booking.technician_id, booking.start
            if not (technician and start and booking._is_length_possible()):
                continue
            stop = start + timedelta(hours=booking.hours)
            day = booking.repair_id._get_visit_day(start)
            hours = technician._get_visit_hours(start, stop)[technician._origin.id]
            if refusal := technician._get_visit_refusal(booking.repair_id.appliance_category_id, day):
                booking.warning = refusal
            elif sum((end - begin for begin, end in hours), timedelta()) < stop - start:
                booking.warning = self.env._(
                    "The window lies outside the working time of %(technician)s, or in a leave or a public holiday. "
                    "Book it only if it is agreed with the technician.", technician=technician.name)

    def action_search(self):
        """Look for windows again, from the wish noted now.

        :return: action that shows the dialogue again
        """
        self.ensure_one()
        self._propose()
        return self._get_dialogue()

    def action_book(self):
        """Book the technician and the time set by hand."""
        self.ensure_one()
        if not (self.technician_id and self.start and self._is_length_possible()):
            raise UserError(self.env._("Choose a proposal, or set technician, time and length (12 hours at most)."))
        return self._book(self.technician_id, self.start, self.start + timedelta(hours=self.hours))

    @api.model
    def _open_for(self, order, appointment=None):
        """Dialogue with proposals for an order, or for another time of an appointment of it."""
        booking = self.create({
            "repair_id": order.id, "appointment_id": appointment.id if appointment else False,
            "hours": order.company_id.repair_visit_hours,
        })
        booking._propose()
        return booking._get_dialogue()

    def _propose(self):
        slots, problem = self.repair_id._find_slots(MAX_PROPOSALS, self.appointment_id)
        self.write({"problem": problem, "line_ids": [Command.clear()] + [
            Command.create({
                "technician_id": slot.technician, "start": slot.start, "stop": slot.stop,
                "reasons": self.repair_id._describe_slot(slot),
            }) for slot in slots
        ]})

    def _book(self, technician, start, stop):
        try:
            self.env["repair.appointment"]._book(
                self.repair_id, technician, start, stop, self.appointment_id, self.reason, self.note)
        except WindowTakenError as error:
            # What is free by now, only a new transaction sees: the button begins one.
            raise RedirectWarning(
                str(error), self.env.ref("repair_service.repair_order_action_book_again").id, self.env._("See what is free now"),
                {"active_model": "repair.order", "active_id": self.repair_id.id, "active_ids": self.repair_id.ids}) from error
        return {"type": "ir.actions.act_window_close"}

    def _is_length_possible(self):
        return 0 < self.hours <= MAX_DURATION / timedelta(hours=1)

    def _get_dialogue(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reschedule the visit") if self.appointment_id else self.env._("Book a visit"),
            "res_model": self._name, "res_id": self.id, "views": [(False, "form")], "target": "new",
        }
