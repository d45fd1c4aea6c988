from odoo import api, fields, models

from .repair_appointment import ACTIVE_STATES
from .repair_flow import FLOW
from .repair_order import FINISHED_STAGES

# A visit that took place keeps its event: the technician's time was spent.
EVENT_STATES = (*ACTIVE_STATES, "done", "missed")
# Nothing leaves the house by the calendar: customer and technician are told by the visit itself.
QUIET = {
    "repair_flow": FLOW, "tracking_disable": True, "mail_create_nosubscribe": True, "no_mail_to_attendees": True,
    "skip_attendee_notification": True, "skip_contact_description": True, "dont_notify": True, "active_test": False,
}
CHECKED_AT_ONCE = 500


class RepairAppointment(models.Model):
    _inherit = "repair.appointment"

    @api.model_create_multi
    def create(self, vals_list):
        """Create visits; those brought in as agreed stand in the technician's calendar."""
        visits = super().create(vals_list)
        visits.filtered(lambda visit: visit.state in EVENT_STATES)._sync_events()
        return visits

    def write(self, vals):
        """Write; the event in the technician's calendar follows."""
        had_event = self.filtered(lambda visit: visit.state in EVENT_STATES)
        result = super().write(vals)
        if self.env.context.get("repair_event_kept") is FLOW:
            return result
        has_event = self.filtered(lambda visit: visit.state in EVENT_STATES)
        if {"technician_id", "start", "stop", "repair_id"} & vals.keys():
            (had_event | has_event)._sync_events()
        elif had_event != has_event:
            ((had_event | has_event) - (had_event & has_event))._sync_events()
        return result

    @api.model
    def _book(self, order, technician, start, stop, moved=None, *args, **kwargs):
        """Agree on a visit; that of a moved visit takes over its event, so that the calendar shows one event that moved."""
        if moved:
            moved = moved.with_context(repair_event_kept=FLOW)
        return super()._book(order, technician, start, stop, moved, *args, **kwargs)

    def _get_events(self):
        """Return the calendar events of the visits, ready to be written by the flow."""
        events = self.env(context={**QUIET, "lang": self.env.lang})["calendar.event"].sudo()  # the calendar belongs to the technician
        return events.search([("appointment_id", "in", self.ids)]) if self.ids else events

    def _sync_events(self):
        """Create, move and remove calendar events, so that they say what the visits say (handbook 3.1.4).

        A number of queries that does not grow with the visits, but for the events that really change.
        """
        visits_sudo = self.sudo()  # the desk may not read the employee's user
        wanted = {visit: visit._get_event_values() for visit in visits_sudo if visit._needs_event()}
        events = (visits_sudo | visits_sudo.rescheduled_from_id)._get_events()
        by_visit = {event.appointment_id.id: event for event in events}
        kept, moved, new = events.browse(), events.browse(), []
        for visit, values in wanted.items():
            event = by_visit.get(visit.id)
            if not event and visit.rescheduled_from_id.state == "cancelled":
                event = by_visit.get(visit.rescheduled_from_id.id)
            if not event or event.user_id.id != values["user_id"]:
                new.append(visit._prepare_event(values))
                continue
            kept |= event
            if changes := event._get_changes(values):
                event.write(changes)
                moved |= event
        left = visits_sudo | visits_sudo.rescheduled_from_id.filtered(lambda visit: visit.state == "cancelled")
        (events - kept).filtered(lambda event: event.appointment_id in left).unlink()
        if new:
            events.create(new)
        moved.attendee_ids.write({"state": "accepted"})  # core asks the technician again, who is not asked

    def _needs_event(self):
        """Whether the visit stands in a calendar: it is agreed or was, and its technician has a user."""
        self.ensure_one()
        return self.state in EVENT_STATES and bool(self.technician_id.user_id)

    def _get_event_values(self):
        """Return what the event says; once the order is ended, its technician sees the customer no more."""
        self.ensure_one()
        is_ended = self.repair_id.service_stage in FINISHED_STAGES
        return {
            "appointment_id": self.id, "res_id": self.id,
            "name": self.repair_id.name if is_ended else self.name or self.repair_id.name,
            "location": False if is_ended else " ".join((self.partner_address or "").split()) or False,
            "start": self.start, "stop": self.stop, "user_id": self.technician_id.user_id.id,
        }

    def _prepare_event(self, values):
        partner = self.technician_id.user_id.partner_id
        return {
            **values, "privacy": "private", "allday": False, "alarm_ids": [], "activity_ids": [], "description": False,
            "res_model_id": self.env["ir.model"]._get_id(self._name), "partner_ids": [fields.Command.set(partner.ids)],
            "attendee_ids": [fields.Command.create({"partner_id": partner.id, "state": "accepted"})],
        }

    def _get_out_of_step(self):
        """Return the visits whose calendar event is missing, says something else, or should not be there."""
        by_visit = {event.appointment_id.id: event for event in self._get_events()}
        return self.sudo().filtered(  # as in _sync_events
            lambda visit: (
                bool(by_visit.get(visit.id)) != visit._needs_event()
                or (visit._needs_event() and by_visit[visit.id]._get_changes(visit._get_event_values())))).sudo(False)

    @api.model
    def _cron_sync_events(self):
        """Bring the calendars in step again: visits older than this addon, customers who were renamed or moved.

        Looks at visits that are not over; what is past stays as it was.
        """
        domain = [("stop", ">", fields.Datetime.now()), ("state", "!=", "proposed")]
        visits = self.search(domain, order="id")
        for start in range(0, len(visits), CHECKED_AT_ONCE):
            visits[start:start + CHECKED_AT_ONCE]._get_out_of_step()._sync_events()


class RepairOrder(models.Model):
    _inherit = "repair.order"

    def write(self, vals):
        """Write; an order that ends takes its customer out of the technician's calendar."""
        result = super().write(vals)
        if vals.get("service_stage") in FINISHED_STAGES:
            self.sudo().appointment_ids._sync_events()  # whoever ends the order
        return result
