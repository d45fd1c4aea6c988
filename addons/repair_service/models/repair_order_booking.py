from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .repair_appointment import MAX_AHEAD
from .repair_order import FINISHED_STAGES

UNBOOKABLE_STAGES = ("accepted", *FINISHED_STAGES)


class RepairOrder(models.Model):
    _inherit = "repair.order"

    technician_id = fields.Many2one(
        "hr.employee", readonly=True, copy=False, index="btree_not_null", tracking=True, check_company=True,
        help="The technician of the agreed visit. Book or reschedule the visit to change it.")
    appointment_ids = fields.One2many("repair.appointment", "repair_id", "Visits", copy=False)
    appointment_count = fields.Integer("Number of visits", compute="_compute_appointment_count")
    next_appointment_id = fields.Many2one(
        "repair.appointment", "Agreed visit", compute="_compute_next_appointment_id",
        help="The visit that is confirmed, under way or going on. An order has one at most.")
    next_appointment_window = fields.Char("Visit", compute="_compute_next_appointment_id")
    preferred_start = fields.Datetime("Wished from", copy=False, help="Visits are proposed from this moment on (handbook 3.1.2).")
    wished_windows = fields.Char("Wished time", copy=False, help="In the customer's words: weekends only, after six, not on Tuesday.")

    @api.depends("appointment_ids")
    def _compute_appointment_count(self):
        counts = dict(self.env["repair.appointment"]._read_group([("repair_id", "in", self.ids)], ["repair_id"], ["__count"]))
        for order in self:
            order.appointment_count = counts.get(order._origin, 0)

    @api.depends("appointment_ids.state", "appointment_ids.window")
    @api.depends_context("lang")
    def _compute_next_appointment_id(self):
        for order in self:
            order.next_appointment_id = order.appointment_ids.filtered("is_active")[:1]
            order.next_appointment_window = order.next_appointment_id.window

    @api.constrains("preferred_start")
    def _check_preferred_start(self):
        latest = fields.Datetime.now() + MAX_AHEAD
        if any(order.preferred_start and order.preferred_start > latest for order in self):
            raise ValidationError(self.env._("The wished time lies more than a year ahead: correct it."))

    def write(self, vals):
        """Write; visits follow the stage of their order, whoever moves it."""
        result = super().write(vals)
        if "service_stage" in vals:
            self._move_visits_with_stage(vals["service_stage"])
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_without_visits(self):
        for order in self:
            if any(visit.state != "proposed" for visit in order.sudo().appointment_ids):  # all of them, whoever deletes
                raise UserError(self.env._(
                    "A visit was agreed for %(order)s: its history is kept. Cancel the order instead of deleting it.", order=order.name))

    def action_book(self):
        """Open the booking dialogue: proposals for a visit, or for another time of the visit agreed already.

        :return: action of the dialogue
        :raises UserError: when no visit can be booked for the order
        """
        self.ensure_one()
        visit = self.next_appointment_id
        if visit.state in ("confirmed", "travelling"):
            return visit.action_reschedule()
        self._check_can_book()
        return self.env["repair.booking"]._open_for(self)

    def action_view_appointments(self):
        """Open the visits of the order, the past ones too."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_service.repair_appointment_action")
        return {
            **action, "domain": [("repair_id", "=", self.id)], "context": {"create": False},
            "views": [(False, "list"), (False, "form"), (False, "calendar")], "view_mode": "list,form,calendar",
        }

    def _check_can_book(self, technician=None, start=None):
        """Raise when no visit can be agreed for the order, or not with this technician at this moment.

        :param technician: ``hr.employee`` record; without it only the order itself is looked at
        :param start: naive UTC datetime of the visit
        :raises UserError: says what stands against it
        """
        self.ensure_one()
        if not self.appliance_id:
            raise UserError(self.env._("Choose the appliance of %(order)s before booking a visit.", order=self.name))
        if self.service_stage in UNBOOKABLE_STAGES:
            raise UserError(self.env._(
                "%(order)s is at the stage %(stage)s: make a new request for another visit.",
                order=self.name, stage=self._get_stage_label()))
        visit = self.next_appointment_id
        if visit.state in ("confirmed", "travelling"):
            raise UserError(self.env._(
                "A visit is agreed already: %(technician)s, %(window)s. Reschedule that one.",
                technician=visit.technician_id.name, window=visit.window))
        if technician:
            day = self._get_visit_day(start or fields.Datetime.now())
            if refusal := technician._get_visit_refusal(self.appliance_category_id, day):
                raise UserError(refusal)

    def _on_appointment_confirmed(self):
        """The customer agreed to a visit: take over technician and date, and move a fresh request on."""
        for order in self:
            visit = order.next_appointment_id
            vals = {"technician_id": visit.technician_id.id, "schedule_date": visit.start}
            if order.service_stage == "requested":
                vals["service_stage"] = "booked"
            order._flow_write(vals)

    def _on_appointment_cancelled(self):
        """A visit fell through: an order that has no other one and no diagnosis yet waits for a booking again."""
        for order in self:
            if order.service_stage == "booked" and not order.next_appointment_id:
                order._flow_write({"service_stage": "requested", "technician_id": False})

    def _move_visits_with_stage(self, stage):
        if stage != "diagnosed" and stage not in UNBOOKABLE_STAGES:
            return
        visits_sudo = self.sudo().appointment_ids.filtered("is_open")  # technician or customer moves the order, its visits follow
        if not visits_sudo:
            return
        arrived = visits_sudo.filtered(lambda visit: visit.state == "arrived")
        if stage == "diagnosed":  # nobody diagnoses at the door: the technician is there
            visits_sudo.filtered(lambda visit: visit.state in ("confirmed", "travelling"))._set_arrived()
        elif stage in UNBOOKABLE_STAGES:
            arrived._flow_write({"state": "done"})
            (visits_sudo - arrived)._set_cancelled(self.env._("The order is at the stage %(stage)s.", stage=self[:1]._get_stage_label()))

    def _get_visit_tz(self):
        """Name of the time zone that visit times are told in: the customer's, else the company's."""
        self.ensure_one()
        return self.partner_id.tz or self._get_company_timezone(self.company_id).zone
