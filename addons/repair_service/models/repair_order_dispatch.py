from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .repair_appointment import ACTIVE_STATES

# Work at the customer's home that is agreed and not finished: without a visit nobody comes to do it.
WORK_STAGES = ("approved", "repairing")
PROMISE_STATES = ("in_time", "near", "passed")


class RepairOrder(models.Model):
    """Which orders wait for a visit, and until when it was promised."""

    _inherit = "repair.order"

    needs_booking = fields.Boolean(
        "Waits for a booking", compute="_compute_needs_booking", store=True,
        help="A technician has to go to the customer and no visit is agreed.")
    visit_promised_by = fields.Datetime(
        "Visit promised by", compute="_compute_visit_promised_by", store=True,
        help="Reported, or wished by the customer, plus the hours that the company promises for normal and urgent requests "
             "(handbook 1.2, 3.1.2). A further visit counts from the approval or from the end of the visit before.")
    visit_promise_state = fields.Selection(
        [("in_time", "In time"), ("near", "Near"), ("passed", "Overdue")], "Promise",
        compute="_compute_visit_promise_state", search="_search_visit_promise_state")
    visit_promise_hours = fields.Float(
        "Hours left", compute="_compute_visit_promise_state", help="Hours until the promise ends; below zero it has passed.")
    visit_territory_id = fields.Many2one(
        "repair.territory", "Territory", compute="_compute_visit_territory_id", store=True, index="btree_not_null",
        help="The territory in which the appliance stands.")

    _to_book_idx = models.Index("(priority DESC, visit_promised_by) WHERE needs_booking")

    @api.depends("appliance_id", "service_type", "service_stage", "appointment_ids.state", "next_visit_reason")
    def _compute_needs_booking(self):
        for order in self:
            order.needs_booking = order._is_waiting_for_booking()

    def _is_waiting_for_booking(self):
        """Whether a visit has to be agreed: a service order, somebody has to go, none is agreed, and one of

        - the request was not visited yet, or its visit ended without a diagnosis,
        - the customer approved work at his home that is not finished,
        - something else calls for one more visit (``_wants_another_visit``).
        """
        self.ensure_one()
        if not self.appliance_id or not self._needs_visit():
            return False
        if any(visit.state in ACTIVE_STATES for visit in self.appointment_ids):
            return False
        if self.service_stage in WORK_STAGES:
            return self.service_type == "onsite" or self._wants_another_visit()
        return self.service_stage in ("requested", "booked") or self._wants_another_visit()

    def _wants_another_visit(self):
        """Whether one more visit is asked for at a stage that needs none by itself; who records such a wish overrides this."""
        self.ensure_one()
        return False

    @api.depends(
        "appliance_id", "service_type", "priority", "requested_on", "preferred_start", "approved_on", "needs_booking",
        "appointment_ids.state", "appointment_ids.stop")
    def _compute_visit_promised_by(self):
        """The company's hours are no dependency: what was promised stays when the settings change."""
        for order in self:
            start = order.appliance_id and order._needs_visit() and order._get_visit_promise_start()
            order.visit_promised_by = start and start + order._get_visit_promise_length()

    def _get_visit_promise_start(self):
        """The moment from which the promise of the visit that is due counts; a later wish of the customer moves it."""
        self.ensure_one()
        start = self.requested_on
        if self.needs_booking and self.service_stage != "requested":
            ended = self.appointment_ids.filtered(lambda visit: visit.state in ("done", "missed")).mapped("stop")
            start = max(filter(None, (self.requested_on, self.approved_on, *ended)), default=False)
        return max(filter(None, (start, self.preferred_start)), default=False)

    def _get_visit_promise_length(self):
        company = self.company_id or self.env.company
        return timedelta(hours=company.repair_visit_promise_urgent_hours if self.priority == "1" else company.repair_visit_promise_hours)

    @api.depends("needs_booking", "visit_promised_by")
    def _compute_visit_promise_state(self):
        now = fields.Datetime.now()
        for order in self:
            if not (order.needs_booking and order.visit_promised_by):
                order.visit_promise_state, order.visit_promise_hours = False, 0.0
                continue
            left = order.visit_promised_by - now
            order.visit_promise_hours = left / timedelta(hours=1)
            if left < timedelta(0):
                order.visit_promise_state = "passed"
            else:
                near = timedelta(hours=(order.company_id or self.env.company).repair_visit_promise_warn_hours)
                order.visit_promise_state = "near" if left <= near else "in_time"

    def _search_visit_promise_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        waiting = Domain("needs_booking", "=", True) & Domain("visit_promised_by", "!=", False)
        domains = [waiting & self._get_promise_domain(state) for state in PROMISE_STATES if state in value]
        return Domain.OR(domains + ([~waiting] if False in value else []))

    @api.model
    def _get_promise_domain(self, state):
        now = fields.Datetime.now()
        if state == "passed":
            return Domain("visit_promised_by", "<", now)
        domains = []
        for hours, companies in self.env.companies.grouped("repair_visit_promise_warn_hours").items():
            edge = now + timedelta(hours=hours)
            period = (
                Domain("visit_promised_by", ">=", now) & Domain("visit_promised_by", "<=", edge) if state == "near"
                else Domain("visit_promised_by", ">", edge))
            domains.append(Domain("company_id", "in", companies.ids) & period)
        return Domain.OR(domains)

    @api.depends("company_id", *(
        f"{place}.{part}" for place in ("appliance_id.address_id", "partner_id")
        for part in ("zip", "state_id", "city", "street", "street2")))
    def _compute_visit_territory_id(self):
        service_orders = self.filtered("appliance_id")
        (self - service_orders).visit_territory_id = False
        territories = self.env["repair.territory"]
        for (company, address), orders in service_orders.grouped(lambda order: (order.company_id, order.address_id)).items():
            orders.visit_territory_id = territories.with_company(company)._find_for_partner(address)
