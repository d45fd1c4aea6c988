from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .repair_complaint import LIABLE
from .repair_flow import FLOW
from .repair_order import FINISHED_STAGES

OUTCOMES = [
    ("fixed", "Fixed"), ("no_fault", "No fault found"), ("other_fault", "Another fault"), ("part_needed", "Part needed, comes again"),
    ("not_met", "Customer could not receive us"),
]
FLOW_FIELDS = frozenset({
    "state", "repair_id", "origin_id", "complaint_id", "followup_id", "asked_on", "due_by", "done_on", "escalated_on", "late_on",
})
RECORD_FIELDS = frozenset({"outcome", "liable", "liable_employee_id", "note"})
ACTIVITY = "repair_service.mail_activity_type_recheck"
DEFAULT_HOURS = 24.0
BATCH = 100


class RepairRecheck(models.Model):
    """A repair that its customer is not content with is looked at again within 24 hours (handbook 6.3.5)."""

    _name = "repair.recheck"
    _description = "Recheck"
    _inherit = ["mail.thread", "mail.activity.mixin", "repair.input", "repair.alarm"]
    _order = "due_by, id"
    _check_company_auto = True
    _flow_fields = FLOW_FIELDS

    origin_id = fields.Many2one(
        "repair.order", "Repair in question", required=True, readonly=True, index=True, ondelete="restrict", check_company=True)
    repair_id = fields.Many2one(
        "repair.order", "New order", required=True, readonly=True, index=True, ondelete="restrict", check_company=True)
    complaint_id = fields.Many2one("repair.complaint", readonly=True, index="btree_not_null", ondelete="restrict")
    followup_id = fields.Many2one("repair.followup", "Follow-up", readonly=True, ondelete="set null")
    company_id = fields.Many2one(related="origin_id.company_id", store=True, index=True, precompute=True)
    partner_id = fields.Many2one(related="origin_id.partner_id", store=True, index=True, precompute=True)
    technician_id = fields.Many2one(related="repair_id.technician_id", string="Technician of the recheck")
    next_appointment_window = fields.Char(related="repair_id.next_appointment_window")
    asked_on = fields.Datetime("Customer's answer", required=True, readonly=True)
    due_by = fields.Datetime(
        required=True, readonly=True, index=True, help="By the clock, day and night: 24 hours from the customer's answer.")
    state = fields.Selection(
        [("todo", "To do"), ("done", "Done"), ("cancelled", "Cancelled")], default="todo", required=True, readonly=True, copy=False,
        index=True, tracking=True)
    outcome = fields.Selection(OUTCOMES, copy=False, tracking=True)
    liable = fields.Selection(LIABLE, "Who answers for it", copy=False, tracking=True)
    liable_employee_id = fields.Many2one("hr.employee", "Person liable", copy=False, check_company=True, ondelete="restrict", tracking=True)
    note = fields.Text("What was found", copy=False)
    done_on = fields.Datetime(readonly=True, copy=False)
    checked_on = fields.Datetime(
        "Looked at on", compute="_compute_checked_on", store=True, help="When the technician arrived, else when the outcome was noted.")
    in_time = fields.Selection([("yes", "In time"), ("no", "Too late")], compute="_compute_checked_on", store=True)
    is_late = fields.Boolean(compute="_compute_is_late")
    escalated_on = fields.Datetime(readonly=True, copy=False)
    late_on = fields.Datetime(readonly=True, copy=False)

    _one_open = models.UniqueIndex("(origin_id) WHERE state = 'todo'", "This repair waits for its recheck already.")

    @api.depends("repair_id.appointment_ids.arrived_at", "done_on", "due_by", "state", "outcome")
    def _compute_checked_on(self):
        for recheck in self:
            visits_sudo = recheck.repair_id.sudo().appointment_ids  # stored for everybody
            arrivals = [moment for moment in visits_sudo.mapped("arrived_at") if moment]
            reached = recheck.state == "done" and recheck.outcome != "not_met"
            recheck.checked_on = min(arrivals, default=recheck.done_on if reached else False)
            recheck.in_time = recheck.checked_on and ("yes" if recheck.checked_on <= recheck.due_by else "no")

    @api.depends("due_by", "state", "checked_on")
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for recheck in self:
            recheck.is_late = recheck.state == "todo" and not recheck.checked_on and recheck.due_by < now

    def _compute_display_name(self):
        for recheck in self:
            recheck.display_name = self.env._("Recheck of %(order)s", order=recheck.origin_id.name or "")

    @api.model_create_multi
    def create(self, vals_list):
        """Rechecks are opened by a complaint or by the customer's answer only.

        :raises UserError: by hand
        """
        if self.env.context.get("repair_flow") is not FLOW:
            raise UserError(self.env._("A recheck is asked for on the complaint: use its button there."))
        return super().create(vals_list)

    def write(self, vals):
        """Write; state and times change through the steps only, and the outcome stays.

        :raises UserError: otherwise
        """
        if self.env.context.get("repair_flow") is not FLOW:
            if FLOW_FIELDS & vals.keys():
                raise UserError(self.env._("Times and state of a recheck follow from its steps: use its buttons."))
            if RECORD_FIELDS & vals.keys() and any(recheck.state != "todo" for recheck in self):
                raise UserError(self.env._("This recheck has ended: its outcome stays as it is."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A recheck is kept: cancel it instead."))

    def action_done(self):
        """Record the outcome, and who answers for it (handbook 5.3.3).

        :raises UserError: without outcome or liability, or when it has ended
        """
        self._check_todo()
        for recheck in self:
            if not recheck.outcome or not recheck.liable:
                raise UserError(self.env._("Note the outcome of %(recheck)s, and who answers for it.", recheck=recheck.display_name))
            if recheck.liable == "technician" and not recheck.liable_employee_id:
                raise UserError(self.env._("Name the person who answers for %(number)s.", number=recheck.display_name))
        self._flow_write({"state": "done", "done_on": fields.Datetime.now()})
        self.sudo().activity_unlink([ACTIVITY])  # whoever notes the outcome
        return True

    def action_cancel(self):
        """Give a recheck up: the customer no longer wants it. Its order is cancelled on its own.

        :raises UserError: when it has ended, or its note does not say why
        """
        self._check_todo()
        if any(not (recheck.note or "").strip() for recheck in self):
            raise UserError(self.env._("Write into the note why the recheck is given up."))
        self._flow_write({"state": "cancelled", "done_on": fields.Datetime.now()})
        self.sudo().activity_unlink([ACTIVITY])  # as above
        return True

    def action_book(self):
        """Open the booking dialogue of the new order."""
        self.ensure_one()
        return self.repair_id.action_book()

    def action_open_order(self):
        """Open the new order."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": "repair.order", "res_id": self.repair_id.id, "views": [(False, "form")],
            "context": {"repair_service": True},
        }

    def _check_todo(self):
        self.check_access("write")
        if any(recheck.state != "todo" for recheck in self):
            raise UserError(self.env._("This recheck has ended: its outcome stays as it is."))

    def _flow_write(self, vals):
        return self.with_context(repair_flow=FLOW).write(vals)

    @api.model
    def _open_for(self, order, moment, complaint=None, followup=None):
        """Open the recheck of an accepted repair, with an urgent order of its own; one that is open already is kept.

        :param moment: naive UTC moment of the customer's answer: the 24 hours count from it
        """
        rechecks_sudo = self.sudo()  # customers and the desk open it, nobody writes one by hand
        running_sudo = rechecks_sudo.search([("origin_id", "=", order.id), ("state", "=", "todo")], limit=1)
        if running_sudo:
            if complaint and not running_sudo.complaint_id:
                running_sudo._flow_write({"complaint_id": complaint.id})
            return running_sudo
        policy_sudo = self.env["repair.sla.policy"]._get_policies("recheck", order.company_id).get(False)
        hours = policy_sudo.resolve_hours if policy_sudo else DEFAULT_HOURS
        order_sudo = order.sudo().with_company(order.company_id)  # as above
        told = (complaint and complaint.sudo().description) or (followup and followup.sudo().comment) or ""  # as above
        new_sudo = order_sudo.browse().create({
            "appliance_id": order_sudo.appliance_id.id, "symptom_id": order_sudo.symptom_id.id, "company_id": order_sudo.company_id.id,
            "service_type": "onsite" if order_sudo.service_type == "remote" else order_sudo.service_type,
            "channel": order_sudo.channel, "priority": "1", "requested_on": moment,
            "fault_description": self.env._("Recheck of %(order)s. %(told)s", order=order_sudo.name, told=told).strip(),
        })
        return rechecks_sudo.with_context(repair_flow=FLOW).create({
            "origin_id": order.id, "repair_id": new_sudo.id, "asked_on": moment, "due_by": moment + timedelta(hours=hours),
            "complaint_id": complaint.id if complaint else False, "followup_id": followup.id if followup else False,
        }).with_context(repair_flow=None)

    @api.model
    def _cron_escalate(self):
        """Report rechecks that nobody will have looked at in time, before they are late; and once more when they are (handbook 6.3.5)."""
        self.env.flush_all()
        now = fields.Datetime.now()
        rows = self.env.execute_query(SQL(
            """SELECT r.id, r.due_by < %(now)s
                 FROM repair_recheck r
                WHERE r.state = 'todo' AND r.checked_on IS NULL
                  AND (r.late_on IS NULL AND r.due_by < %(now)s
                       OR r.escalated_on IS NULL AND r.due_by >= %(now)s AND r.due_by - %(warn)s * interval '1 hour' <= %(now)s
                          AND NOT EXISTS (SELECT 1 FROM repair_appointment v WHERE v.repair_id = r.repair_id
                                             AND v.state IN ('confirmed', 'travelling') AND v.start < r.due_by))
             ORDER BY r.due_by LIMIT %(batch)s""",
            now=now, warn=self._get_warn_hours(), batch=BATCH))
        for is_late, name in ((False, "escalated_on"), (True, "late_on")):
            found = self.browse(recheck_id for recheck_id, late in rows if late == is_late)
            found._escalate("late" if is_late else "near")
            found._flow_write({name: now})

    @api.model
    def _get_warn_hours(self):
        policy_sudo = self.env["repair.sla.policy"]._get_policies("recheck", self.env.company).get(False)
        return policy_sudo.warn_hours if policy_sudo else DEFAULT_HOURS / 3

    def _get_alarm_words(self):
        return {"near": self.env._("Recheck is due, nobody is on the way"), "late": self.env._("Recheck is late")}

    def _escalate(self, level):
        heads, people = {}, {}
        for recheck in self:
            team = recheck.complaint_id.team_id
            key = (team, recheck.company_id)
            if key not in heads:
                heads[key] = team._get_head(recheck.company_id)
            people[recheck] = heads[key]
        self._give_tasks(ACTIVITY, level, people)


class RepairOrder(models.Model):
    _inherit = "repair.order"

    recheck_ids = fields.One2many("repair.recheck", "repair_id", "Rechecks", copy=False)
    recheck_due = fields.Datetime(
        "Recheck by", compute="_compute_recheck_due", store=True, compute_sudo=True,
        help="The repair before is to be looked at again until then (handbook 6.3.5).")
    is_recheck = fields.Boolean("Recheck", compute="_compute_recheck_due", store=True, compute_sudo=True)

    _recheck_first_idx = models.Index("(is_recheck DESC, priority DESC, visit_promised_by, id) WHERE needs_booking")

    @api.depends("recheck_ids.state", "recheck_ids.due_by", "service_stage")
    def _compute_recheck_due(self):
        for order in self:
            waiting = order.recheck_ids.filtered(lambda recheck: recheck.state == "todo")
            order.is_recheck = bool(waiting) and order.service_stage not in FINISHED_STAGES
            order.recheck_due = order.is_recheck and min(waiting.mapped("due_by"))

    def _is_urgent(self):
        return super()._is_urgent() or self.is_recheck

    @api.depends("recheck_due")
    def _compute_visit_promised_by(self):
        result = super()._compute_visit_promised_by()
        for order in self.filtered("recheck_due"):
            order.visit_promised_by = order.recheck_due
        return result
