from datetime import timedelta
from urllib.parse import quote

from babel.dates import format_skeleton
from pytz import timezone, utc

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools.misc import babel_locale_parse, get_lang
from odoo.tools.sql import column_exists, create_column, table_exists

from .repair_order import FLOW

ACTIVE_STATES = ("confirmed", "travelling", "arrived")
OPEN_STATES = ("proposed", *ACTIVE_STATES)
# Set by the steps of a visit only; the plan of an agreed visit changes by rescheduling, which keeps the history.
FLOW_FIELDS = frozenset({
    "state", "arrived_at", "reschedule_reason", "cancel_reason", "rescheduled_from_id",
    "reminded_on", "changed_by", "announced_at", "miss_reason", "outcome", "outcome_note",
})
PLAN_FIELDS = frozenset({"repair_id", "technician_id", "start", "stop", "travel_minutes"})
MAX_DURATION = timedelta(hours=12)
MAX_AHEAD = timedelta(days=366)
# A visit may be agreed a little after it began: the technician happens to stand at the door.
PAST_TOLERANCE = timedelta(minutes=15)
EARLIEST_DEPARTURE = timedelta(hours=12)


class RepairAppointment(models.Model):
    _name = "repair.appointment"
    _description = "Service Visit"
    _inherit = ["mail.thread"]
    _order = "start desc, id desc"
    _rec_names_search = ["repair_id", "partner_id"]
    _check_company_auto = True

    name = fields.Char("Visit", compute="_compute_name")
    repair_id = fields.Many2one(
        "repair.order", "Service order", required=True, index=True, ondelete="cascade", check_company=True)
    company_id = fields.Many2one(related="repair_id.company_id", store=True, index=True, precompute=True)
    partner_id = fields.Many2one(related="repair_id.partner_id", store=True, index=True, precompute=True)
    partner_phone = fields.Char(related="partner_id.phone", string="Phone")
    partner_address = fields.Char(related="repair_id.partner_address", string="Address")
    map_url = fields.Char("Map", compute="_compute_map_url")
    category_id = fields.Many2one(related="repair_id.appliance_category_id", string="Appliance")
    technician_id = fields.Many2one(
        "hr.employee", required=True, index=True, tracking=True, check_company=True,
        domain="[('is_technician', '=', True)]")
    technician_phone = fields.Char(compute="_compute_technician_phone")
    territory_ids = fields.Many2many(related="technician_id.territory_ids", string="Territories")
    start = fields.Datetime("From", required=True, index=True, tracking=True)
    stop = fields.Datetime("Until", required=True, tracking=True)
    travel_minutes = fields.Integer(
        "Minutes to the next visit", compute="_compute_travel_minutes", store=True, readonly=False, precompute=True,
        help="Stays free after the visit, for the way to the next one. Zero where the next customer lives next door.")
    busy_until = fields.Datetime(
        compute="_compute_busy_until", store=True, precompute=True, help="The end of the visit and of the way after it.")
    window = fields.Char("Promised window", compute="_compute_window")
    state = fields.Selection(
        [
            ("proposed", "Proposed"), ("confirmed", "Confirmed"), ("travelling", "On the way"), ("arrived", "Arrived"),
            ("done", "Done"), ("missed", "Missed"), ("cancelled", "Cancelled"),
        ],
        default="proposed", required=True, readonly=True, copy=False, index=True, tracking=True, group_expand=True,
    )
    is_active = fields.Boolean("Agreed", compute="_compute_is_active")
    is_open = fields.Boolean("Open", compute="_compute_is_active")
    arrived_at = fields.Datetime(readonly=True, copy=False, tracking=True)
    punctuality = fields.Selection(
        [("early", "Early"), ("on_time", "On time"), ("late", "Late")], compute="_compute_punctuality", store=True,
        help="The arrival against the promised window (handbook 3.2.1).")
    reschedule_reason = fields.Char(readonly=True, copy=False, tracking=True)
    cancel_reason = fields.Char(readonly=True, copy=False, tracking=True)
    rescheduled_from_id = fields.Many2one("repair.appointment", "Instead of", readonly=True, copy=False)
    note = fields.Text("Note for the visit", help="What the technician should know: gate code, parking, call before.")

    # Two open visits of one technician never overlap, whoever writes them, and the way between them is kept free;
    # [start, busy_until) lets one follow the other.
    _technician_free = models.Constraint(
        "EXCLUDE USING gist (technician_id WITH =, tsrange(start, busy_until) WITH &&)"
        " WHERE (state IN ('proposed', 'confirmed', 'travelling', 'arrived'))",
        "This technician already has a visit in that time: choose another window or another technician.",
    )
    _travel_minutes_range = models.Constraint(
        "CHECK (travel_minutes BETWEEN 0 AND 240)", "The way to the next visit takes between 0 and 240 minutes.")
    _window_positive = models.Constraint("CHECK (stop > start)", "A visit must end after it starts.")
    _one_active_per_order = models.UniqueIndex(
        "(repair_id) WHERE state IN ('confirmed', 'travelling', 'arrived')",
        "A visit is agreed for this order already: reschedule that one.",
    )

    def _auto_init(self):
        # Visits of an earlier version were planned without a way between them: none may stand in the way of the constraint.
        if not column_exists(self.env.cr, self._table, "travel_minutes") and table_exists(self.env.cr, self._table):
            create_column(self.env.cr, self._table, "travel_minutes", "int4")
            self.env.cr.execute("UPDATE repair_appointment SET travel_minutes = 0")
        return super()._auto_init()

    @api.depends("repair_id.company_id")
    def _compute_travel_minutes(self):
        for visit in self:
            if not visit._origin:  # what was planned stays
                visit.travel_minutes = (visit.repair_id.company_id or self.env.company).repair_travel_minutes
            else:
                visit.travel_minutes = visit.travel_minutes

    @api.depends("stop", "travel_minutes")
    def _compute_busy_until(self):
        for visit in self:
            visit.busy_until = visit.stop and visit.stop + timedelta(minutes=visit.travel_minutes)

    @api.depends("repair_id.name", "partner_id.name")
    def _compute_name(self):
        for visit in self:
            visit.name = " · ".join(filter(None, (visit.partner_id.name, visit.repair_id.name)))

    @api.depends("partner_address")
    def _compute_map_url(self):
        for visit in self:
            address = visit.partner_address
            visit.map_url = address and f"https://uri.amap.com/search?keyword={quote(address)}"

    @api.depends("technician_id.mobile_phone", "technician_id.work_phone")
    def _compute_technician_phone(self):
        """The number that the customer is told; never the private one."""
        for visit in self:
            visit.technician_phone = visit.technician_id.mobile_phone or visit.technician_id.work_phone

    @api.depends("start", "stop", "repair_id.partner_id.tz")
    @api.depends_context("lang")
    def _compute_window(self):
        """Day and hours as the customer is told them, in his time zone: Mon, Nov 23 09:00-11:00."""
        for visit in self:
            visit.window = visit.start and visit.stop and self._format_window(
                visit.start, visit.stop, visit.repair_id._get_visit_tz() if visit.repair_id else self.env.user.tz)

    @api.depends("state")
    def _compute_is_active(self):
        for visit in self:
            visit.is_active = visit.state in ACTIVE_STATES
            visit.is_open = visit.state in OPEN_STATES

    @api.depends("arrived_at", "start", "stop")
    def _compute_punctuality(self):
        for visit in self:
            if not (visit.arrived_at and visit.start and visit.stop):
                visit.punctuality = False
            elif visit.arrived_at < visit.start:
                visit.punctuality = "early"
            else:
                visit.punctuality = "on_time" if visit.arrived_at <= visit.stop else "late"

    @api.depends("name", "window")
    @api.depends_context("show_window")
    def _compute_display_name(self):
        """The calendar shows the hours itself; elsewhere ``show_window`` asks for them."""
        for visit in self:
            window = visit.window if self.env.context.get("show_window") else False
            visit.display_name = " · ".join(filter(None, (visit.name, window)))

    @api.constrains("start", "stop", "technician_id", "repair_id")
    def _check_window(self):
        latest = fields.Datetime.now() + MAX_AHEAD
        for visit in self:
            if not (visit.start and visit.stop and visit.technician_id and visit.repair_id):
                raise ValidationError(self.env._("A visit needs a service order, a technician, a start and an end."))
            if visit.stop - visit.start > MAX_DURATION:
                raise ValidationError(self.env._("A visit lasts 12 hours at most: split the work over several days."))
            if visit.start > latest:
                raise ValidationError(self.env._("A visit is planned one year ahead at most: correct its date."))

    @api.constrains("technician_id", "start", "repair_id")
    def _check_technician(self):
        """Only a service technician who may work on that appliance on that day (handbook 4.1.2)."""
        for visit in self.filtered(lambda visit: visit.is_open and visit.start and visit.technician_id and visit.repair_id):
            if refusal := visit.technician_id._get_visit_refusal(visit.category_id, visit._get_local_day()):
                raise ValidationError(refusal)

    @api.constrains("repair_id", "start")
    def _check_order_open(self):
        for visit in self.filtered(lambda visit: visit.is_open and visit.repair_id):
            if visit.repair_id.service_stage in ("closed", "cancelled") or not visit.repair_id.appliance_id:
                raise ValidationError(self.env._(
                    "%(order)s takes no visit: it is finished, or no appliance is chosen.", order=visit.repair_id.name))

    @api.model_create_multi
    def create(self, vals_list):
        """Create visits. They start as proposed; ``action_confirm`` makes them binding."""
        if self.env.context.get("repair_flow") is not FLOW:
            for vals in vals_list:
                self._check_flow_fields({name for name in vals if vals[name] and (name, vals[name]) != ("state", "proposed")})
        return super().create(vals_list)

    def write(self, vals):
        """Write; the state changes by the actions only, and the plan of an agreed visit by rescheduling."""
        if self.env.context.get("repair_flow") is not FLOW:
            self._check_flow_fields(vals.keys())
            if PLAN_FIELDS & vals.keys():
                self._check_planner()
                if any(visit.state != "proposed" for visit in self):
                    raise UserError(self.env._("An agreed or past visit stays as it is. Use Reschedule and give the reason."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_proposals(self):
        if any(visit.state != "proposed" for visit in self):
            raise UserError(self.env._("An agreed visit is part of the order's history: cancel it instead of deleting it."))

    def action_confirm(self):
        """Make proposed visits binding, move their orders on and tell the customers (handbook 3.1.2, 3.1.3).

        :raises UserError: the order or the technician does not allow it, or the time has passed
        """
        self._check_planner()
        self._check_state(("proposed",), self.env._("Confirming"))
        for visit in self:
            visit.repair_id._lock_order()
            visit.repair_id._check_can_book(visit.technician_id, visit.start)
            if visit.start < fields.Datetime.now() - PAST_TOLERANCE:
                raise UserError(self.env._("The visit would start in the past: choose a later window."))
            visit.repair_id.next_appointment_id._flow_write({"state": "done"})  # the technician who is there leaves first
            visit._flow_write({"state": "confirmed"})
        self.repair_id._on_appointment_confirmed()
        self._send_confirmation()
        return True

    def action_depart(self):
        """The technician sets off.

        :raises UserError: another step is due, or it is far too early
        """
        self.check_access("write")
        self._check_state(("confirmed",), self.env._("Setting off"))
        self._check_not_too_early()
        return self._flow_write({"state": "travelling"})

    def action_arrive(self):
        """The technician is at the customer's; the moment is held against the promised window (handbook 3.2.1)."""
        self._check_state(("confirmed", "travelling"), self.env._("Arriving"))
        return self._set_arrived()

    def _check_not_too_early(self):
        """Raise on a visit of another day: a slip of the finger would tell its customer that somebody is on the way."""
        soon = fields.Datetime.now() + EARLIEST_DEPARTURE
        for visit in self:
            if visit.start > soon:
                raise UserError(self.env._(
                    "The visit %(visit)s is on %(window)s: it is too early to set off, and its customer would be told so. "
                    "Take today's visit, or have this one rescheduled.", visit=visit.name, window=visit.window))

    def action_done(self):
        """The technician leaves the customer; the order goes on by its own steps."""
        self._check_state(("arrived",), self.env._("Finishing the visit"))
        return self._flow_write({"state": "done"})

    def action_miss(self, reason=False, note=False):
        """Nobody met: the order waits for a booking again.

        :param str reason, note: why, for whoever records it
        :raises UserError: when the window has not begun yet
        """
        self._check_missed()
        orders_sudo = self.repair_id.sudo()  # the technician reports, the order falls back to the desk by itself
        self._flow_write({"state": "missed"})
        orders_sudo._on_appointment_cancelled()
        return True

    def _check_missed(self):
        self._check_state(("confirmed", "travelling"), self.env._("Marking as missed"))
        if any(visit.start > fields.Datetime.now() for visit in self):
            raise UserError(self.env._("The visit has not begun yet: reschedule or cancel it instead."))

    def action_cancel(self, reason=False):
        """Call visits off; an order without diagnosis waits for a booking again.

        :param str reason: why; without one, who did it stands there
        """
        self._check_planner()
        self._check_state(("proposed", "confirmed", "travelling"), self.env._("Cancelling"))
        orders = self.repair_id
        reason = self._read_note(reason)
        self._set_cancelled(reason or self.env._("Called off by %(user)s.", user=self.env.user.name))
        orders._on_appointment_cancelled()
        return True

    def action_open_order(self):
        """Open the service order of the visit."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": "repair.order", "res_id": self.repair_id.id,
            "views": [(False, "form")], "context": {"repair_service": True},
        }

    def _set_arrived(self):
        return self._flow_write({"state": "arrived", "arrived_at": fields.Datetime.now()})

    def _set_cancelled(self, reason, reschedule_reason=False):
        told = self.filtered("is_active")
        self._flow_write({"state": "cancelled", "cancel_reason": reason, "reschedule_reason": reschedule_reason})
        self.flush_recordset()
        told._notify_technician(self.env._("Visit called off"))

    def _with_flow(self):
        return self.with_context(repair_flow=FLOW)

    def _flow_write(self, vals):
        """Write fields of the flow from inside the flow."""
        return self._with_flow().write(vals)

    @api.model
    def _format_window(self, start, stop, tz):
        """A window of two naive UTC datetimes in words of the user's language, in the time zone named ``tz``."""
        start, stop = (utc.localize(moment).astimezone(timezone(tz or "UTC")) for moment in (start, stop))
        day = format_skeleton("MMMEd", start, locale=babel_locale_parse(get_lang(self.env).code))
        return f"{day} {start:%H:%M}-{stop:%H:%M}"

    def _get_local_day(self):
        """Day of the visit where the customer lives."""
        self.ensure_one()
        return self.repair_id._get_visit_day(self.start)

    @api.model
    def _check_flow_fields(self, names):
        if locked := FLOW_FIELDS & set(names):
            labels = ", ".join(sorted(self._fields[name].get_description(self.env, ["string"])["string"] for name in locked))
            raise UserError(self.env._("%(fields)s: set by the steps of the visit only. Use its buttons.", fields=labels))

    def _check_planner(self):
        """Only who dispatches agrees on visits, moves them or calls them off."""
        if not (self.env.su or self.env.user.has_group("repair_service.repair_service_group_desk")):
            raise AccessError(self.env._("Visits are planned by the service desk: ask the desk or the dispatcher."))

    def _check_state(self, states, what):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for visit in self:
            if visit.state not in states:
                raise UserError(self.env._(
                    "%(what)s is not possible: the visit %(visit)s is at %(state)s.",
                    what=what, visit=visit.name, state=labels[visit.state]))
