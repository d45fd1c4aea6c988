from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL
from odoo.tools.misc import format_date

from .repair_appointment import ACTIVE_STATES
from .repair_flow import FLOW


class RepairAppointment(models.Model):
    _inherit = "repair.appointment"

    over_capacity_reason = fields.Char(
        "Reason beyond the day's limit", copy=False, tracking=True,
        help="Why this visit is agreed although the technician has as many visits that day as he should. Dispatchers give it.")

    @api.model_create_multi
    def create(self, vals_list):
        """Create visits; those agreed at once need a free place in the technician's day."""
        visits = super().create(vals_list)
        self._check_over_capacity_right(visits.filtered("over_capacity_reason"))  # it may have come as a default of the context
        visits._filter_agreed()._check_day_limit()
        return visits

    def write(self, vals):
        """Write; a visit that becomes agreed, or goes to another day or technician, needs a free place there."""
        if "over_capacity_reason" in vals and self.env.context.get("repair_flow") is not FLOW and any(
                visit.state != "proposed" for visit in self):
            raise UserError(self.env._("Why the limit was passed is said before the visit is agreed. Use Reschedule to agree anew."))
        if vals.get("over_capacity_reason"):
            self._check_over_capacity_right(self)
        planned = {"state", "start", "technician_id"} & vals.keys()
        before = planned and {visit.id: visit._get_place() for visit in self}
        result = super().write(vals)
        if planned:
            self._filter_agreed().filtered(lambda visit: before[visit.id] != visit._get_place())._check_day_limit()
        return result

    @api.model
    def _check_over_capacity_right(self, visits):
        """The limit is the dispatcher's to pass. No ``constrains``: those run with all rights."""
        if visits and not (self.env.su or self.env.user.has_group("repair_service.repair_service_group_dispatcher")):
            raise AccessError(self.env._("Only a dispatcher or a manager agrees on visits beyond the day's limit: ask one of them."))

    def _filter_agreed(self):
        return self.filtered(lambda visit: visit.state in ACTIVE_STATES)

    def _get_place(self):
        """What a visit takes: a day of a technician, once it is agreed."""
        return self.state in ACTIVE_STATES and (self.technician_id.id, self._get_capacity_day())

    def _get_capacity_day(self, technician=None):
        """Day in the company's time zone: a technician's day is the company's, wherever the customer's clock stands."""
        company_tz = (technician or self.technician_id).company_id.repair_tz
        return self.start and fields.Datetime.context_timestamp(self.with_context(tz=company_tz), self.start).date()

    def _check_day_limit(self):
        """Raise when the visits of ``self``, agreed by now, are more than their technicians may have on a day.

        A visit with ``over_capacity_reason`` passes. Two desks that book at once are told apart by the technician's row, see
        :meth:`_claim_technicians`.

        :raises UserError: names technician, day and limit, and how a dispatcher passes it
        """
        limits = self.technician_id._get_day_limits()
        bound = self.filtered(lambda visit: limits[visit.technician_id.id] and not (visit.over_capacity_reason or "").strip())
        if not bound:
            return
        self._claim_technicians(bound.technician_id)
        counts = bound.technician_id._count_visits_by_day(min(bound.mapped("start")), max(bound.mapped("stop")))
        for visit in bound:
            technician, day = visit.technician_id, visit._get_capacity_day()
            if counts[technician.id].get(day, 0) > limits[technician.id]:
                raise UserError(self.env._(
                    "%(technician)s may have %(limit)s visits a day, and %(day)s is full. Choose another day or technician. "
                    "A dispatcher can agree on it all the same by filling in “Reason beyond the day's limit”.",
                    technician=technician.name, limit=limits[technician.id], day=format_date(self.env, day)))

    @api.model
    def _claim_technicians(self, technicians):
        """Let bookings that count the same technician's visits follow one another.

        A transaction does not see what another one agreed after it began. Writing the row, though nothing in it changes, makes the
        later one fail to serialize, and Odoo runs it again, on what is agreed by then.
        """
        self.env.cr.execute(SQL(
            "UPDATE hr_employee SET visits_per_day = visits_per_day WHERE id IN %s", tuple(sorted(technicians.ids))))
