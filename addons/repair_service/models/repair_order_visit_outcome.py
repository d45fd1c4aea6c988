from datetime import timedelta

from odoo import api, fields, models

from .repair_order_booking import UNBOOKABLE_STAGES

NEXT_VISIT_REASONS = [
    ("part_missing", "Part missing"), ("more_time", "More time needed"), ("customer_absent", "Customer absent"),
    ("wrong_address", "Wrong address"), ("technician", "Technician did not make it"), ("called_off", "Visit called off"),
    ("other", "Other"),
]
WAITING_STAGES = ("requested", "booked", "diagnosed", "quoted", "approved", "repairing")


class RepairOrder(models.Model):
    """What came of the visits: whether another one is needed, and whether the first one was enough."""

    _inherit = "repair.order"

    visit_count = fields.Integer(
        "Visits made", compute="_compute_visit_count", store=True, help="Visits that took place: the technician was there.")
    visit_change_count = fields.Integer(
        "Changes of the visit", compute="_compute_visit_change_count",
        help="How often an agreed visit was moved or called off, by the customer or by us.")
    customer_change_count = fields.Integer("Changes by the customer", compute="_compute_visit_change_count")
    next_visit_reason = fields.Selection(
        NEXT_VISIT_REASONS, "Next visit needed", readonly=True, copy=False, index="btree_not_null", tracking=True,
        help="Why another visit has to be booked. Empty once it is agreed.")
    next_visit_note = fields.Char("To know for the next visit", readonly=True, copy=False)
    repeat_ids = fields.One2many("repair.order", "origin_repair_id", "Repeats")
    first_time_fix = fields.Selection(
        [("yes", "Fixed at the first visit"), ("no", "Not at the first visit")], compute="_compute_first_time_fix", store=True,
        help="Of accepted repairs at home: one visit took place, and the fault did not come back within the company's days.")
    first_time_fix_from = fields.Datetime(
        "Counted from", compute="_compute_first_time_fix", store=True,
        help="Until then the fault may come back: the first-time-fix rate counts the order from this moment on.")

    @api.depends("appointment_ids.arrived_at")
    def _compute_visit_count(self):
        for order in self:
            order.visit_count = len(order.appointment_ids.filtered("arrived_at"))

    @api.depends("appointment_ids.changed_by")
    def _compute_visit_change_count(self):
        counts = self.env["repair.appointment"]._read_group(
            [("repair_id", "in", self.ids), ("changed_by", "!=", False)], ["repair_id", "changed_by"], ["__count"])
        for order in self:
            own = [(changer, count) for changed, changer, count in counts if changed == order._origin]
            order.visit_change_count = sum(count for _changer, count in own)
            order.customer_change_count = sum(count for changer, count in own if changer == "customer")

    @api.depends(
        "accepted_on", "service_type", "visit_count", "repeat_ids.requested_on", "repeat_ids.service_stage",
        "company_id.repair_repeat_days")
    def _compute_first_time_fix(self):
        """All orders are counted with the same days: changed, they count for the past as well."""
        for order in self:
            order.first_time_fix = order.first_time_fix_from = False
            if not order.accepted_on or not order.visit_count or order.service_type != "onsite":
                continue
            end = order.accepted_on + timedelta(days=order.company_id.repair_repeat_days)
            came_back = any(
                repeat.requested_on <= end for repeat in order.repeat_ids if repeat.service_stage != "cancelled" and repeat.requested_on)
            order.first_time_fix = "yes" if order.visit_count == 1 and not came_back else "no"
            order.first_time_fix_from = end

    def _wants_another_visit(self):
        return super()._wants_another_visit() or bool(self.next_visit_reason)

    def _ask_next_visit(self, reason, note=False):
        """Have another visit booked, for a reason of ``NEXT_VISIT_REASONS``, unless one is agreed already."""
        waiting = self.filtered(lambda order: order.service_stage in WAITING_STAGES and not order.next_appointment_id)
        waiting._flow_write({"next_visit_reason": reason, "next_visit_note": note})

    def _on_appointment_confirmed(self):
        result = super()._on_appointment_confirmed()
        self._clear_next_visit()
        return result

    def _on_appointment_cancelled(self):
        result = super()._on_appointment_cancelled()
        self.filtered(lambda order: order.service_stage != "requested" and not order.next_visit_reason)._ask_next_visit("called_off")
        return result

    def _move_visits_with_stage(self, stage):
        result = super()._move_visits_with_stage(stage)
        if stage == "inspected" or stage in UNBOOKABLE_STAGES:
            self._clear_next_visit()
        return result

    def _clear_next_visit(self):
        asked_sudo = self.sudo().filtered("next_visit_reason")  # the stage just set may take the order out of its technician's sight
        if asked_sudo:
            asked_sudo._flow_write({"next_visit_reason": False, "next_visit_note": False})
