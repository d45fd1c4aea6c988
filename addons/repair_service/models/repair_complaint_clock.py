from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..engine import sla_clock
from .repair_complaint import OPEN_STAGES

ACTIVITY = "repair_service.mail_activity_type_complaint"
SLA_STATES = [
    ("in_time", "In time"), ("near", "Near"), ("late", "Late"), ("paused", "Customer awaited"), ("met", "Kept"), ("missed", "Missed"),
]
NOTE_MAX = 500
BATCH = 100


class RepairComplaintPause(models.Model):
    """A time in which the company waits for the customer: the clock of the targets stands still."""

    _name = "repair.complaint.pause"
    _description = "Wait for the Customer"
    _order = "start, id"

    complaint_id = fields.Many2one("repair.complaint", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="complaint_id.company_id", store=True)
    start = fields.Datetime("Since", required=True, readonly=True)
    stop = fields.Datetime("Until", readonly=True)
    reason = fields.Char(required=True, readonly=True)
    user_id = fields.Many2one("res.users", "Noted by", readonly=True, default=lambda self: self.env.user)

    _one_open = models.UniqueIndex("(complaint_id) WHERE stop IS NULL", "The customer is awaited already.")


class RepairComplaint(models.Model):
    """Targets on the working calendar, paused while the customer is awaited, and the alarms before they end (ISO 10002)."""

    _inherit = "repair.complaint"

    policy_id = fields.Many2one("repair.sla.policy", "Targets", readonly=True, copy=False, ondelete="restrict", index="btree_not_null")
    respond_by = fields.Datetime(readonly=True, copy=False)
    plan_by = fields.Datetime("Proposal by", readonly=True, copy=False)
    resolve_by = fields.Datetime("Settle by", readonly=True, copy=False, index="btree_not_null")
    limit_on = fields.Date("Limit", readonly=True, copy=False, help="The last calendar day, whatever the customer is asked.")
    pause_ids = fields.One2many("repair.complaint.pause", "complaint_id", "Waits for the customer", readonly=True, copy=False)
    paused_since = fields.Datetime("Customer awaited since", readonly=True, copy=False)
    next_due = fields.Datetime("Next target", compute="_compute_next_due", store=True, index="btree_not_null")
    sla_state = fields.Selection(SLA_STATES, "Target", compute="_compute_sla_state")
    warned_for = fields.Datetime(readonly=True, copy=False)
    late_for = fields.Datetime(readonly=True, copy=False)
    limit_warned = fields.Boolean(readonly=True, copy=False)

    @api.depends("stage", "respond_by", "plan_by", "resolve_by", "acknowledged_on", "paused_since")
    def _compute_next_due(self):
        for complaint in self:
            dues = []
            if complaint.stage in OPEN_STAGES:
                if not complaint.acknowledged_on:
                    dues.append(complaint.respond_by)
                if not complaint.paused_since:
                    dues.append(complaint.resolve_by)
                    if complaint.stage != "proposed":
                        dues.append(complaint.plan_by)
            complaint.next_due = min(filter(None, dues), default=False)

    @api.depends("next_due", "stage", "resolved_on", "resolve_by", "paused_since")
    def _compute_sla_state(self):
        now = fields.Datetime.now()
        for complaint in self:
            complaint.sla_state = complaint._get_sla_state(now)

    def _get_sla_state(self, now):
        self.ensure_one()
        if self.stage not in OPEN_STAGES:
            kept = sla_clock.judge(self.resolve_by or None, self.resolved_on or None, now)
            return False if self.stage == "withdrawn" or kept is None else "met" if kept else "missed"
        if not self.next_due:
            return "paused" if self.paused_since else False
        if self.next_due < now:
            return "late"
        warn = timedelta(hours=self.policy_id.sudo().warn_hours)  # targets are the company's, whoever looks
        return "near" if self.next_due - warn <= now else "in_time"

    def _reckon(self):
        """Set the targets by the policy of kind and severity; from the reopening on for a case that was opened again."""
        model = self.env["repair.sla.policy"]
        for (company, kind), complaints in self.grouped(lambda complaint: (complaint.company_id, complaint.kind)).items():
            policies = model._get_policies(kind, company)
            for complaint in complaints:
                policy = policies.get(complaint.severity) or policies.get("p3", model)
                complaint._flow_write(complaint._prepare_targets(policy))

    def _prepare_targets(self, policy):
        self.ensure_one()
        if not policy:
            return {"policy_id": False, "respond_by": False, "plan_by": False, "resolve_by": False, "limit_on": False}
        begin = self.reopened_on or self.received_on
        pauses = [(pause.start, pause.stop or None) for pause in self.sudo().pause_ids]  # team members' own case
        limit = policy.limit_days and fields.Date.add(self._get_local_date(self.received_on), days=policy.limit_days)
        return {
            "policy_id": policy.id,
            "respond_by": policy.respond_hours and policy._get_due(self.received_on, policy.respond_hours),
            "plan_by": policy.plan_hours and policy._get_due(begin, policy.plan_hours, pauses),
            "resolve_by": policy._get_due(begin, policy.resolve_hours, pauses),
            "limit_on": limit,
        }

    def _get_local_date(self, moment):
        return self.env["repair.order"]._local_date(moment, self.company_id)

    def action_wait(self):
        """Open the dialogue that asks for what the customer is awaited; the clock stands still from then on.

        :raises UserError: when the case has ended, or the customer is awaited already
        """
        self._check_worker()
        self._check_stage(OPEN_STAGES, self.env._("Waiting for the customer"))
        return self._open_dialogue("wait")

    def action_go_on(self):
        """The customer has answered: the clock runs on, and the targets move by the wait.

        :raises UserError: when nobody is awaited
        """
        self._check_worker()
        for complaint in self:
            if not complaint.paused_since:
                raise UserError(self.env._("%(number)s does not wait for the customer.", number=complaint.number))
        self._stop_waiting()
        return True

    def _wait(self, reason):
        self.ensure_one()
        if self.paused_since:
            raise UserError(self.env._("%(number)s waits for the customer already.", number=self.number))
        now = fields.Datetime.now()
        pauses_sudo = self.env["repair.complaint.pause"].sudo()  # waits are noted by the step only
        pauses_sudo.create({"complaint_id": self.id, "start": now, "reason": reason[:NOTE_MAX], "user_id": self.env.uid})
        self._flow_write({"paused_since": now})
        self._reckon()

    def _stop_waiting(self):
        waiting = self.filtered("paused_since")
        waiting.sudo().pause_ids.filtered(lambda pause: not pause.stop).write({"stop": fields.Datetime.now()})  # as in _wait
        waiting._flow_write({"paused_since": False})
        waiting._reckon()

    @api.model
    def _cron_watch(self):
        """Remind of targets that are near, report those that are missed, and those before the limit of 15 days; each once."""
        self.env.flush_all()
        rows = self.env.execute_query(SQL(
            """SELECT c.id, CASE WHEN c.next_due < %(now)s THEN 'late' ELSE 'near' END
                 FROM repair_complaint c JOIN repair_sla_policy p ON p.id = c.policy_id
                WHERE c.next_due IS NOT NULL
                  AND (c.next_due < %(now)s AND c.late_for IS DISTINCT FROM c.next_due
                       OR c.next_due >= %(now)s AND c.warned_for IS DISTINCT FROM c.next_due
                          AND c.next_due - p.warn_hours * interval '1 hour' <= %(now)s)
             ORDER BY c.next_due LIMIT %(batch)s""",
            now=fields.Datetime.now(), batch=BATCH))
        for level in ("near", "late"):
            found = self.browse(complaint_id for complaint_id, row_level in rows if row_level == level)
            found._raise_alarm(level)
            for due, complaints in found.grouped("next_due").items():
                complaints._flow_write({"warned_for" if level == "near" else "late_for": due})
        self._watch_limits()
        if len(rows) == BATCH and self.env.context.get("cron_id"):
            self.env["ir.cron"]._commit_progress(len(rows), remaining=1)

    @api.model
    def _watch_limits(self):
        rows = self.env.execute_query(SQL(
            """SELECT c.id FROM repair_complaint c JOIN repair_sla_policy p ON p.id = c.policy_id
                WHERE c.stage IN %(stages)s AND c.limit_on IS NOT NULL AND c.limit_warned IS NOT TRUE
                  AND c.limit_on - p.limit_warn_days <= %(today)s LIMIT %(batch)s""",
            stages=OPEN_STAGES, today=fields.Date.today(), batch=BATCH))
        found = self.browse(row[0] for row in rows)
        found._raise_alarm("limit")
        found._flow_write({"limit_warned": True})

    def _get_alarm_words(self):
        return {
            "near": self.env._("Target is near"), "late": self.env._("Target is missed"), "reopened": self.env._("Opened again"),
            "answered": self.env._("The customer has answered"),
            "limit": self.env._("The limit is near: settle the case"),
        }

    def _raise_alarm(self, level):
        """Give the responsible and the person who answers for the team a task each."""
        heads, people = {}, {}
        for complaint_sudo in self.sudo():  # whoever causes the alarm
            key = (complaint_sudo.team_id, complaint_sudo.company_id)
            if key not in heads:
                heads[key] = complaint_sudo.team_id._get_head(complaint_sudo.company_id).sudo()  # as above
            responsible = complaint_sudo.user_id
            people[complaint_sudo] = responsible if level == "near" and responsible else responsible | heads[key]
        self.sudo()._give_tasks(ACTIVITY, level, people)  # as above

    def _clear_alarms(self):
        """Take the tasks back that the alarms gave: what they asked for has been done."""
        self.sudo().activity_unlink([ACTIVITY])  # whoever took the step
