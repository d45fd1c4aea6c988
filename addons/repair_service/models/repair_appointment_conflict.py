from collections import defaultdict
from contextlib import contextmanager
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .repair_appointment import FLOW_FIELDS, PLAN_FIELDS
from .repair_flow import FLOW

WATCHED_STATES = ("proposed", "confirmed")
CONFLICT_FIELDS = frozenset({"conflict", "conflict_known"})
ACTIVITY = "repair_service.mail_activity_type_visit_conflict"
# A day that ends at midnight is reckoned to end a moment earlier.
TOLERANCE = timedelta(minutes=1)
# Two transactions of which neither sees the other: leave and visit may have begun in either order.
BOOKING_MOMENT = timedelta(minutes=1)


class RepairAppointment(models.Model):
    _name = "repair.appointment"
    _inherit = ["repair.appointment", "mail.activity.mixin"]
    _flow_fields = FLOW_FIELDS | CONFLICT_FIELDS

    conflict = fields.Selection(
        [
            ("technician", "No service technician any more"), ("leave", "Technician on leave"), ("holiday", "Public holiday"),
            ("hours", "Outside working hours"),
        ],
        readonly=True, copy=False, index="btree_not_null", tracking=True,
        help="What came to stand against the visit after it was planned: agree on another time, or keep it (handbook 3.1.4).")
    conflict_known = fields.Char(readonly=True, copy=False, help="What stood against the visit already when it was planned or kept.")

    def write(self, vals):
        """Write; a visit that is over or planned anew has no conflict any more."""
        result = super().write(vals)
        if PLAN_FIELDS & vals.keys() or vals.get("state", "proposed") not in WATCHED_STATES:
            self.filtered("conflict")._clear_conflicts()
        if vals.get("state") == "confirmed":
            self.repair_id.appointment_ids.filtered(
                lambda visit: visit.state == "proposed" and visit.conflict)._set_cancelled(self.env._("Another visit was agreed."))
        return result

    def action_solve_conflict(self):
        """Open the booking dialogue with proposals for another time or technician (handbook 3.1.4).

        :raises AccessError: for those who do not plan visits
        """
        self.ensure_one()
        if self.state != "proposed":
            return self.action_reschedule()
        self._check_planner()
        return self.env["repair.booking"]._open_for(self.repair_id)

    def action_keep_visit(self):
        """Keep visits as planned: the technician agreed to come all the same.

        :raises AccessError: for those who do not plan visits
        """
        self._check_planner()
        for visit in self.filtered("conflict"):
            kept = dict(self._fields["conflict"]._description_selection(self.env))[visit.conflict]
            visit.message_post(body=self.env._("The visit is kept as planned: %(conflict)s.", conflict=kept))
            visit._clear_conflicts(known=visit.conflict)
        return True

    @api.model
    @contextmanager
    def _watch_conflicts(self, domain):
        """Mark the visits of ``domain`` that what happens inside the block breaks, and clear those that it mends.

        What stood against a visit before stays as it is: somebody planned it so. Never hinders what happens inside.
        """
        if self.env.context.get("repair_conflict_watch") is FLOW:
            yield
            return
        visits_sudo = self.sudo().search(  # leave is taken by those who do not see visits
            Domain(domain) & Domain("state", "in", WATCHED_STATES) & Domain("stop", ">", fields.Datetime.now()))
        before = visits_sudo._get_hindrances()
        yield
        visits_sudo._mark_conflicts(before)

    @api.model
    def _cron_sync_events(self):
        """Bring calendars in step; and mark what a leave missed that was entered in the very moment of the booking."""
        self._find_overlooked()._mark_overlooked()
        return super()._cron_sync_events()

    @api.model
    def _find_overlooked(self):
        """Return the visits under a leave entered after them, or while they were booked, that bear no mark and were not kept."""
        self.flush_model()
        self.env["resource.calendar.leaves"].flush_model()
        rows = self.env.execute_query(SQL(
            """
            SELECT DISTINCT visit.id FROM repair_appointment visit
              JOIN hr_employee technician ON technician.id = visit.technician_id
              JOIN resource_calendar_leaves leave ON leave.resource_id = technician.resource_id
             WHERE visit.state = ANY(%(states)s) AND visit.stop > %(now)s AND visit.conflict IS NULL AND visit.conflict_known IS NULL
               AND leave.time_type = 'leave' AND leave.date_from < visit.stop AND leave.date_to > visit.start
               AND leave.create_date > visit.create_date - %(moment)s
            """, states=list(WATCHED_STATES), now=fields.Datetime.now(), moment=BOOKING_MOMENT))
        return self.browse(row[0] for row in rows)

    def _mark_overlooked(self):
        self._mark_conflicts(dict.fromkeys(self.ids, False))

    def _get_hindrances(self):
        """What stands against each visit now, by id: a value of ``conflict`` or ``False``; a fixed number of queries."""
        if not self:
            return {}
        technicians = self.technician_id
        start, stop = min(self.mapped("start")), max(self.mapped("stop"))
        hours = technicians._get_visit_hours(start, stop)
        leaves = self.env["resource.calendar.leaves"].search_fetch([
            ("time_type", "=", "leave"), ("date_from", "<", stop), ("date_to", ">", start),
            "|", ("resource_id", "in", technicians.resource_id.ids), ("resource_id", "=", False),
        ], ["date_from", "date_to", "resource_id", "company_id"])
        return {visit.id: visit._get_hindrance(hours[visit.technician_id.id], leaves) for visit in self}

    def _get_hindrance(self, hours, leaves):
        self.ensure_one()
        technician = self.technician_id
        if not (technician.active and technician.is_technician) or technician.company_id != self.company_id:
            return "technician"
        free = sum((
            max(min(stop, self.stop) - max(start, self.start), timedelta()) for start, stop in hours), timedelta())
        if self.stop - self.start - free < TOLERANCE:
            return False
        over = leaves.filtered(lambda leave: leave.date_from < self.stop and leave.date_to > self.start)
        if over.filtered(lambda leave: leave.resource_id == technician.resource_id):
            return "leave"
        if over.filtered(lambda leave: not leave.resource_id and leave.company_id in (technician.company_id, leave.company_id.browse())):
            return "holiday"
        return "hours"

    def _mark_conflicts(self, before):
        visits = self.exists()
        after = visits._get_hindrances()
        changed, cleared = defaultdict(self.browse), self.browse()
        for visit in visits:
            known = (visit.conflict_known or False) if visit.conflict else before[visit.id]
            hindrance = after[visit.id]
            if visit.conflict and hindrance in (False, known):
                cleared |= visit
            elif hindrance and hindrance not in (known, visit.conflict):
                changed[hindrance, known] |= visit
        cleared._clear_conflicts()
        for (hindrance, known), marked in changed.items():
            marked._flow_write({"conflict": hindrance, "conflict_known": known})
            marked._schedule_conflicts(hindrance)

    def _clear_conflicts(self, known=False):
        if not self:
            return
        visits_sudo = self.sudo()  # the mark goes with its cause, whoever takes that away
        visits_sudo._flow_write({"conflict": False, "conflict_known": known})
        visits_sudo.activity_unlink([ACTIVITY])

    def _schedule_conflicts(self, conflict):
        """Give each visit to who plans for its company; a visit has one such task at most."""
        self.activity_unlink([ACTIVITY])
        for company, visits in self.grouped("company_id").items():
            user = self._get_conflict_user(company)
            labels = dict(self._fields["conflict"]._description_selection(self.with_context(lang=user.lang).env))
            visits.with_context(mail_activity_quick_update=True).activity_schedule(  # a holiday is no reason for a hundred mails
                ACTIVITY, summary=labels[conflict], user_id=user.id, date_deadline=fields.Date.context_today(self))

    @api.model
    def _get_conflict_user(self, company):
        """Return who plans visits in a company: a dispatcher, else a service manager, else who is at work here."""
        managers, planners = (
            self.env.ref(f"repair_service.repair_service_group_{role}").all_user_ids.filtered(
                lambda user: company in user.company_ids and not user.share)
            for role in ("manager", "dispatcher"))
        return (planners - managers or managers).sorted("id")[:1] or self.env.user

    @api.model
    def _check_flow_fields(self, names):
        if locked := CONFLICT_FIELDS & set(names):
            labels = ", ".join(sorted(self._fields[name].get_description(self.env, ["string"])["string"] for name in locked))
            raise UserError(self.env._("%(fields)s: set by the steps of the visit only. Use its buttons.", fields=labels))
        return super()._check_flow_fields(names)
