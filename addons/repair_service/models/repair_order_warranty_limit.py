from odoo import api, fields, models
from odoo.tools import plaintext2html

from ..engine import limits, warranty

# Between the report and the hand-over the clocks of the law run.
RUNNING_STAGES = ("requested", "booked", "diagnosed", "quoted", "approved", "repairing", "inspected")
ENDED_STAGES = ("accepted", "closed", "cancelled")
# Parts are awaited from the approval until they are fitted.
FITTING_STAGES = ("approved", "repairing")
ACTIVITY = "repair_service.mail_activity_type_limit"


class RepairOrder(models.Model):
    _inherit = "repair.order"

    parts_waiting_since = fields.Date(
        "Waiting for parts since", readonly=True, copy=False, index="btree_not_null",
        help="The day on which a part of the approved repair was found missing.")
    parts_waited_days = fields.Integer(
        "Days waited for parts", readonly=True, copy=False, help="In waits that are over. They do not count as days of repair.")
    limit_id = fields.Many2one(
        "repair.warranty.limit", "Next limit", compute="_compute_limit", store=True, ondelete="set null",
        help="The rule that the repair reaches next, or has passed.")
    limit_due = fields.Date("To be ready by", compute="_compute_limit", store=True, help="Last day on which the limit is kept.")
    limit_warn_on = fields.Date(compute="_compute_limit", store=True, index="btree_not_null")
    limit_state = fields.Selection(
        [("kept", "In time"), ("near", "Limit is near"), ("passed", "Limit passed")], compute="_compute_limit_state")
    exchange_advised = fields.Boolean(
        compute="_compute_coverage", store=True,
        help="Repaired under warranty as often as the rules allow, and reported again: the seller exchanges the appliance.")
    exchange_reason = fields.Char(compute="_compute_exchange_reason")

    @api.depends(
        "requested_on", "service_stage", "parts_waiting_since", "parts_waited_days", "appliance_category_id", "company_id")
    def _compute_limit(self):
        rules = self.env["repair.warranty.limit"]
        for order in self:
            limit_id = due = warn_on = False
            if order.appliance_id and order.service_stage in RUNNING_STAGES and order.requested_on:
                engine_limits, ids, warn_days = rules._get_fitting(order.appliance_category_id, order.company_id)
                due, index = limits.get_next(engine_limits, order._get_clock(), order._get_today())
                if due:
                    limit_id, warn_on = ids[index], fields.Date.subtract(due, days=warn_days[index])
            order.limit_id, order.limit_due, order.limit_warn_on = limit_id, due, warn_on

    @api.depends("limit_due", "limit_warn_on")
    def _compute_limit_state(self):
        for order in self:
            today = order._get_today()
            passed = order.limit_due and order.limit_due < today
            near = order.limit_warn_on and order.limit_warn_on <= today
            order.limit_state = order.limit_due and ("passed" if passed else "near" if near else "kept")

    @api.depends("exchange_advised", "coverage_facts")
    @api.depends_context("lang")
    def _compute_exchange_reason(self):
        for order in self:
            order.exchange_reason = order.exchange_advised and self.env._(
                "Repaired %(count)s times for the same fault (%(orders)s) and reported again: the seller exchanges the appliance or "
                "takes it back. The repair records are the evidence.",
                count=len(order.coverage_facts["failed"]), orders=", ".join(order.coverage_facts["failed"]))

    @api.model
    def _get_coverage_fields(self):
        return (*super()._get_coverage_fields(), "exchange_advised")

    def _set_verdicts(self, facts, terms):
        """Store with the verdict whether the appliance has failed too often to be repaired once more."""
        super()._set_verdicts(facts, terms)
        engine_limits = self.env["repair.warranty.limit"]._get_fitting(self.appliance_id.category_id, self.company_id)[0]
        term_end = warranty.get_longest_term(facts, terms._to_engine(), warranty.WHOLE)[0]
        self.exchange_advised = limits.is_exchange_due(facts, engine_limits, term_end)
        if self.exchange_advised:
            self.coverage_facts = {
                **self.coverage_facts, "failed": [repair.name for repair in limits.get_failed_repairs(facts)]}

    def _flow_write(self, vals):
        """Let the clocks follow the stage; what is handed over or given up needs no alarm any more."""
        alarmed = self.filtered("limit_warn_on") if vals.get("service_stage") in ENDED_STAGES else self.browse()
        alarmed = alarmed.filtered(lambda order: order.limit_warn_on <= fields.Date.add(order._get_today(), days=1))
        result = super()._flow_write(vals)
        if "service_stage" in vals:
            self._track_parts_wait()
        if alarmed:
            alarmed._clear_limit_alarms()
        return result

    def _get_today(self):
        return self._local_date(fields.Datetime.now())

    def _get_clock(self):
        self.ensure_one()
        return limits.Clock(
            requested_on=self._local_date(self.requested_on),
            waited=self.parts_waited_days,
            waiting_since=self.parts_waiting_since or None,
        )

    def _is_short_of_parts(self):
        self.ensure_one()
        return any(move._is_missing_part() for move in self.move_ids)

    def _track_parts_wait(self):
        """Start or stop the clock of the parts: it runs while something that the customer approved is not reserved."""
        for order in self.filtered("appliance_id"):
            waits = order.service_stage in FITTING_STAGES and order._is_short_of_parts()
            if waits == bool(order.parts_waiting_since):
                continue
            today = order._get_today()
            if waits:
                order._flow_write({"parts_waiting_since": today})
            else:
                days = (today - order.parts_waiting_since).days
                order._flow_write({"parts_waiting_since": False, "parts_waited_days": order.parts_waited_days + days})

    @api.model
    def _refresh_limits(self):
        """Mark the running orders for a new look at the limits."""
        orders = self.search([("appliance_id", "!=", False), ("service_stage", "in", RUNNING_STAGES)])
        names = ("limit_id", "limit_due", "limit_warn_on")
        for name in names:
            self.env.add_to_compute(self._fields[name], orders)
        orders.modified(names)
        orders.filtered(lambda order: not order.coverage_frozen_on)._refresh_coverage()

    @api.model
    def _cron_check_limits(self):
        """Follow the parts that came or went missing, look for limits that are near, and raise an alarm for each once."""
        self.search([
            ("appliance_id", "!=", False), "|", ("parts_waiting_since", "!=", False), ("service_stage", "in", FITTING_STAGES),
        ])._track_parts_wait()
        self._refresh_parts_availability()
        self._refresh_limits()
        self._raise_limit_alarms()

    @api.model
    def _raise_limit_alarms(self):
        horizon = fields.Date.add(fields.Date.today(), days=1)  # whatever the company's time zone
        orders = self.search([("limit_warn_on", "<=", horizon), ("service_stage", "in", RUNNING_STAGES)])
        raised = self._get_limit_alarms(orders)
        for order in orders.filtered(lambda order: order.limit_warn_on <= order._get_today()):
            deadlines = {activity.date_deadline for activity in raised.get(order.id, ())}
            if order.limit_due not in deadlines:
                user = order._get_limit_user()
                rule = order.limit_id.with_context(lang=user.lang)
                order.activity_schedule(
                    ACTIVITY, date_deadline=order.limit_due, user_id=user.id, summary=rule.name,
                    note=plaintext2html(rule.consequence or ""))

    @api.model
    def _get_limit_alarms(self, orders):
        activities = self.env["mail.activity"].with_context(active_test=False).search([  # also those that somebody has dealt with
            ("res_model", "=", self._name), ("res_id", "in", orders.ids), ("activity_type_id", "=", self.env.ref(ACTIVITY).id)])
        return activities.grouped("res_id")

    def _get_limit_user(self):
        """Return who answers for the order: its own person, else a service manager of the company."""
        self.ensure_one()
        managers = self.env.ref("repair_service.repair_service_group_manager").all_user_ids
        return self.user_id or managers.filtered(lambda user: self.company_id in user.company_ids and not user.share)[:1] or self.env.user

    def _clear_limit_alarms(self):
        """Take the alarms off orders that were handed over or given up."""
        open_alarms = self.env["mail.activity"].sudo().search([  # an alarm is cleared by the event, whoever it was given to
            ("res_model", "=", self._name), ("res_id", "in", self.ids), ("activity_type_id", "=", self.env.ref(ACTIVITY).id)])
        open_alarms.unlink()
