from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from .repair_flow import FLOW

TIME_FIELDS = frozenset({"start", "stop", "duration"})
# What a visit's event says follows from the visit; alarms, tags and notes are the technician's own.
KEPT_FIELDS = frozenset({
    "name", "location", "description", "privacy", "user_id", "partner_ids", "attendee_ids", "active", "allday", "start_date",
    "stop_date", "res_id", "res_model", "res_model_id", "appointment_id", "videocall_location", "videocall_channel_id",
    "access_token", "show_as", "recurrency", "recurrence_id", "rrule_type_ui",
})
# By searching in these, somebody could find out about customers though he is shown "Busy" only.
TELLING_FIELDS = frozenset({"name", "display_name", "location", "appointment_id", "res_id", "description", "notes", "attendee_ids"})


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    appointment_id = fields.Many2one(
        "repair.appointment", "Service visit", readonly=True, copy=False, index="btree_not_null", ondelete="cascade")
    visit_company_id = fields.Many2one(related="appointment_id.company_id", string="Company of the visit", store=True)

    _one_event_per_visit = models.UniqueIndex(
        "(appointment_id) WHERE appointment_id IS NOT NULL", "The visit stands in the calendar already.")

    @api.constrains("recurrency", "recurrence_id", "appointment_id")
    def _check_visit_once(self):
        if any(event.appointment_id and (event.recurrency or event.recurrence_id) for event in self.sudo()):  # "Busy" hides the visit
            raise ValidationError(self.env._("A service visit takes place once: book another visit for another day."))

    def _compute_user_can_edit(self):
        """Who plans visits moves their events; the technician sets his reminders there."""
        super()._compute_user_can_edit()
        if self._is_visit_planner():
            for event in self.filtered(lambda event: event.visit_company_id in self.env.companies):
                event.user_can_edit = True

    @api.model_create_multi
    def create(self, vals_list):
        """Create events; those of service visits come from the visit only."""
        if self.env.context.get("repair_flow") is not FLOW:
            if any(vals.get("appointment_id") or vals.get("visit_company_id") for vals in vals_list):
                raise UserError(self.env._("Book a visit from its service order: its event comes by itself."))
            self = self.with_context(default_appointment_id=False, default_visit_company_id=False)
        return super().create(vals_list)

    def write(self, vals):
        """Write; an event that is moved moves its service visit, by the same rules as any other way (handbook 3.1.4).

        :raises AccessError: who moves it does not plan visits
        :raises UserError: the visit cannot be there, or the value follows from the visit
        """
        if self.env.context.get("repair_flow") is FLOW:
            return super().write(vals)
        if vals.get("appointment_id") or vals.get("visit_company_id"):
            raise UserError(self.env._("Book a visit from its service order: its event comes by itself."))
        visit_events = self._filter_visit_events()
        if not visit_events:
            return super().write(vals)
        if "active" in vals and not vals["active"]:
            visit_events._call_off_visits()
            rest = self - visit_events
            return rest.write(vals) if rest else True
        visit_events._check_kept_fields(vals)
        visit_events._move_visits(vals)
        if others := self - visit_events:
            others.write(dict(vals))
        own = {name: value for name, value in vals.items() if name not in self._get_visit_fields()}
        return super(CalendarEvent, visit_events).write(own) if own else True

    def unlink(self):
        """Delete; without its event a service visit is called off.

        :raises AccessError: who deletes it does not plan visits
        :raises UserError: the visit is past or going on
        """
        if self.env.context.get("repair_flow") is FLOW:
            return super().unlink()
        visit_events = self._filter_visit_events()
        visit_events._call_off_visits()
        return super(CalendarEvent, self - visit_events).unlink()

    def _filter_visit_events(self):
        return self.sudo().filtered("appointment_id").sudo(False)  # "Busy" hides the visit from others, not its rules

    @api.model
    def _get_visit_fields(self):
        return TIME_FIELDS | KEPT_FIELDS | self._get_recurrent_fields() | {"recurrence_update", "follow_recurrence"}

    def _get_visits(self):
        """Return the visits of the events as the user has them."""
        return self.sudo().appointment_id.with_env(self.env)  # as in _filter_visit_events

    def _check_kept_fields(self, vals):
        """Raise when a value differs that the event has from its visit."""
        if any(vals.get(name) for name in ("recurrency", "recurrence_id")):
            raise UserError(self.env._("A service visit takes place once: book another visit for another day."))
        names = (KEPT_FIELDS | self._get_recurrent_fields()) & vals.keys()
        for event in self.sudo():  # as in _filter_visit_events
            differing = [name for name in names if event._get_changes({name: vals[name]})]
            if differing:
                labels = ", ".join(sorted(
                    self._fields[name].get_description(self.env, ["string"])["string"] for name in differing))
                raise UserError(self.env._(
                    "%(fields)s: follows from the service visit. Reschedule the visit, or change its service order.", fields=labels))

    def _get_changes(self, values):
        """Return those of ``values`` that one event does not have yet; lists of people are compared as sets."""
        self.ensure_one()
        changes = {}
        for name, value in values.items():
            field = self._fields[name]
            if field.type in ("one2many", "many2many"):
                if self._get_command_ids(name, value) != set(self[name].ids):
                    changes[name] = value
            elif (field.convert_to_cache(value, self, validate=False) or False) != (field.convert_to_cache(self[name], self) or False):
                changes[name] = value
        return changes

    def _get_command_ids(self, name, commands):
        """Return the ids that commands on a list would leave, or ``None`` when they create or change records."""
        ids = set(self[name].ids)
        for command in commands or []:
            if isinstance(command, int):
                ids = {item for item in commands if isinstance(item, int)}
                break
            code, *arguments = command
            if code == fields.Command.SET:
                ids = set(arguments[1])
            elif code == fields.Command.LINK:
                ids.add(arguments[0])
            elif code in (fields.Command.UNLINK, fields.Command.DELETE):
                ids.discard(arguments[0])
            elif code == fields.Command.CLEAR:
                ids = set()
            else:
                return None
        return ids

    def _move_visits(self, vals):
        """Reschedule the visits of events that get another time."""
        if not TIME_FIELDS & vals.keys():
            return
        for event in self.sudo():  # as in _filter_visit_events
            start, stop = event._read_window(vals)
            if (start, stop) == (event.start, event.stop):
                continue
            visit = event.sudo(False)._get_visits()
            visit._check_planner()
            visit.check_access("write")
            visit._book(
                visit.repair_id, visit.technician_id, start, stop, visit, self.env._("Moved in the calendar."), visit.note)
            event.invalidate_recordset()

    def _read_window(self, vals):
        """Return start and end that ``vals`` give one event; its length stays when only the start is given."""
        self.ensure_one()
        try:
            start = fields.Datetime.to_datetime(vals.get("start")) or self.start
            stop = fields.Datetime.to_datetime(vals.get("stop"))
            if not stop:
                hours = vals.get("duration")
                stop = start + (timedelta(hours=float(hours)) if hours else self.stop - self.start)
        except (ValueError, TypeError, OverflowError) as error:
            raise UserError(self.env._("This is no moment: give start and end of the visit.")) from error
        if stop <= start:
            raise UserError(self.env._("A visit must end after it starts."))
        return start, stop

    def _call_off_visits(self):
        """Call off the visits of events that somebody takes out of the calendar."""
        if not self:
            return
        visits = self._get_visits()
        visits._check_planner()
        visits.check_access("write")
        visits._check_state(("confirmed", "travelling"), self.env._("Cancelling"))
        orders = visits.repair_id
        visits._set_cancelled(self.env._("Deleted in the calendar by %(user)s.", user=self.env.user.name))
        orders._on_appointment_cancelled()

    @api.model
    def _is_visit_planner(self):
        return self.env.user.has_group("repair_service.repair_service_group_desk")

    def _check_private_event_conditions(self):
        """Who plans visits sees them in every technician's calendar; for all others they are private."""
        is_private = super()._check_private_event_conditions()
        return is_private and not (self._is_visit_planner() and self.visit_company_id in self.env.companies)

    @api.model
    def _get_public_fields(self):
        return super()._get_public_fields() | {"visit_company_id"}

    @api.model
    def _get_default_privacy_domain(self):
        domain = Domain(super()._get_default_privacy_domain())
        if self._is_visit_planner():
            domain |= Domain("visit_company_id", "in", self.env.companies.ids)
        return domain

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Search; a visit is not found by its customer's name or address by those who are shown "Busy"."""
        domain = Domain(domain)
        if not self.env.su and self.env.context.get("repair_flow") is not FLOW and any(
            condition.field_expr.split(".")[0] in TELLING_FIELDS for condition in domain.iter_conditions()
        ):
            seen = Domain("visit_company_id", "=", False) | Domain("user_id", "=", self.env.uid)
            if self._is_visit_planner():
                seen |= Domain("visit_company_id", "in", self.env.companies.ids)
            domain &= seen
        return super()._search(domain, *args, **kwargs)

    @api.model
    def _get_activity_excluded_models(self):
        return [*super()._get_activity_excluded_models(), "repair.appointment"]


class CalendarAttendee(models.Model):
    _inherit = "calendar.attendee"

    @api.model_create_multi
    def create(self, vals_list):
        """Create participants; a service visit invites nobody."""
        attendees = super().create(vals_list)
        attendees._check_visit_attendees()
        return attendees

    def write(self, vals):
        """Write participants; those of a service visit follow from the visit."""
        if {"event_id", "partner_id", "email"} & vals.keys() or vals.get("state") == "declined":
            self._check_visit_attendees()
        result = super().write(vals)
        if "event_id" in vals:
            self._check_visit_attendees()
        return result

    def unlink(self):
        """Delete participants; those of a service visit follow from the visit."""
        self._check_visit_attendees()
        return super().unlink()

    def do_decline(self):
        """Decline; the calendar's bin does so for another's event, and a service visit without its technician is called off.

        :raises AccessError: the technician himself does not call visits off
        """
        visits = self.filtered(lambda attendee: attendee.sudo().event_id.appointment_id)  # "Busy" hides the visit
        visits.event_id._call_off_visits()
        others = self - visits
        return super(CalendarAttendee, others).do_decline() if others else True

    def _check_visit_attendees(self):
        if self.env.context.get("repair_flow") is not FLOW and self.sudo().event_id.appointment_id:  # "Busy" hides the visit
            raise AccessError(self.env._("Who takes part in a service visit follows from the visit: reschedule it."))


class CalendarRecurrence(models.Model):
    _inherit = "calendar.recurrence"

    @api.constrains("base_event_id", "calendar_event_ids")
    def _check_no_visit(self):
        if (self.base_event_id | self.calendar_event_ids).sudo().appointment_id:  # "Busy" hides the visit
            raise ValidationError(self.env._("A service visit takes place once: book another visit for another day."))
