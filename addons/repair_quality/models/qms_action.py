from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .qms_measured import FROZEN_FIELDS, MEASURED_FIELDS

# What the planner sets; whoever carries the action out writes its result and its evidence.
PLAN_FIELDS = frozenset({
    "name", "kind", "owner_id", "deadline", "verification", "verifier_id"}) | MEASURED_FIELDS
PARENT_KINDS = {
    "nonconformity_id": ("correction", "corrective", "preventive"), "review_id": ("decision",), "objective_value_id": ("decision",),
    "improvement_id": ("step",)}
PARENT_FIELDS = frozenset(PARENT_KINDS)
# Their effect is not judged one by one: the objective, the next review or the project's evaluation shows it.
UNVERIFIED_KINDS = ("decision", "step")
FREE_FIELDS = frozenset({"message_follower_ids", "activity_ids", "message_ids", "message_main_attachment_id"})
ACTIVITY = "repair_quality.mail_activity_type_action"
ACTIVITY_VERIFY = "repair_quality.mail_activity_type_verify"


class QmsAction(models.Model):
    """An action or a decision with owner, day and evidence, and the proof that it helped (handbook 10.3.1 (3))."""

    _name = "qms.action"
    _description = "Quality Action"
    _inherit = ["mail.thread", "mail.activity.mixin", "qms.evidence", "qms.measured", "qms.escalated", "qms.mixin"]
    _order = "done_on desc, deadline, id"
    _check_company_auto = True
    _flow_fields = frozenset({
        "done_on", "done_by_id", "effectiveness", "evaluated_by_id", "evaluated_on", "verify_on", "first_deadline", "cancelled_on",
        "cancelled_by_id", "cancel_reason", "escalated_to_ids"}) | FROZEN_FIELDS

    name = fields.Char("Action", required=True, tracking=True)
    nonconformity_id = fields.Many2one("qms.nonconformity", ondelete="restrict", index="btree_not_null")
    company_id = fields.Many2one("res.company", compute="_compute_company_id", store=True, index=True, precompute=True)
    kind = fields.Selection(
        [("correction", "Correction"), ("corrective", "Corrective action"), ("preventive", "Preventive action"), ("decision", "Decision"),
         ("step", "Project step")],
        default="corrective", required=True, tracking=True,
        help="A correction repairs what is wrong, a corrective action removes its cause, a preventive one keeps it from happening"
             " elsewhere. A decision follows from a review or a missed objective, a step belongs to a project.")
    owner_id = fields.Many2one(
        "res.users", required=True, default=lambda self: self.env.user, tracking=True,
        domain="[('share', '=', False)]", index=True)
    deadline = fields.Date(required=True, tracking=True)
    first_deadline = fields.Date("First deadline", readonly=True, copy=False)
    result = fields.Text("What was done")
    done_on = fields.Date(readonly=True, copy=False, tracking=True)
    done_by_id = fields.Many2one("res.users", "Reported by", readonly=True, copy=False)
    verification = fields.Selection(
        [("figure", "By a figure"), ("check", "By a check")], "How it is verified", default="check", required=True,
        help="A figure is frozen at the start and read again after the days set. A check is for what no figure shows.")
    verifier_id = fields.Many2one(
        "res.users", domain="[('share', '=', False)]", help="Asked when the day has come. Nobody verifies his own action.")
    verify_on = fields.Date("To verify on", readonly=True, copy=False, index="btree_not_null")
    effectiveness = fields.Selection(
        [("effective", "Effective"), ("not_effective", "Not effective")], readonly=True, copy=False, tracking=True)
    effectiveness_note = fields.Text(
        "Evaluation of effectiveness", help="What shows that the action helped, or that it did not.", copy=False)
    evaluated_by_id = fields.Many2one("res.users", string="Evaluated by", readonly=True, copy=False)
    evaluated_on = fields.Date(readonly=True, copy=False)
    cancel_reason = fields.Char("Why it is dropped", readonly=True, copy=False)
    cancelled_on = fields.Date("Dropped on", readonly=True, copy=False)
    cancelled_by_id = fields.Many2one("res.users", "Dropped by", readonly=True, copy=False)
    state = fields.Selection(
        [("open", "To do"), ("overdue", "Overdue"), ("done", "Done"), ("verify", "To verify"), ("evaluated", "Evaluated"),
         ("cancelled", "Dropped")], compute="_compute_state")
    is_overdue = fields.Boolean("Overdue", compute="_compute_state", search="_search_is_overdue")
    days_late = fields.Integer("Days late", compute="_compute_state", help="Counted from the first deadline, however often it was moved.")
    can_plan = fields.Boolean(compute="_compute_can_plan")

    @api.depends("nonconformity_id.company_id")
    def _compute_company_id(self):
        for action in self:
            action.company_id = action._get_parent().company_id or self.env.company

    def _get_parent(self):
        """Return the record that the action belongs to; empty while there is none."""
        self.ensure_one()
        return self.nonconformity_id

    @api.depends("deadline", "first_deadline", "done_on", "effectiveness", "cancelled_on", "verify_on", "kind")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        for action in self:
            action.is_overdue = bool(action.deadline and action.deadline < today and not action.done_on and not action.cancelled_on)
            first = min(filter(None, (action.first_deadline, action.deadline)), default=today)
            action.days_late = 0 if action.cancelled_on else max(((action.done_on or today) - first).days, 0)
            if action.cancelled_on:
                action.state = "cancelled"
            elif action.effectiveness:
                action.state = "evaluated"
            elif action.done_on:
                action.state = "verify" if action.verify_on and action.verify_on <= today else "done"
            else:
                action.state = "overdue" if action.is_overdue else "open"

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        overdue = Domain([
            ("deadline", "<", fields.Date.context_today(self)), ("done_on", "=", False), ("cancelled_on", "=", False)])
        return overdue if True in value else ~overdue

    @api.depends_context("uid")
    @api.depends("nonconformity_id.owner_id")
    def _compute_can_plan(self):
        for action in self:
            action.can_plan = not action.id or action._is_planner()

    @api.model_create_multi
    def create(self, vals_list):
        """Actions start open; their owner gets an activity for the deadline."""
        actions = super().create(vals_list)
        actions._check_parent()
        actions._check_open_parent()
        for action in actions:
            action._flow_write({"first_deadline": action.deadline})
            action.activity_schedule(ACTIVITY, action.deadline, summary=action.name, user_id=action.owner_id.id)
        actions.filtered(lambda action: action.nonconformity_id.state == "action")._start()
        return actions

    def write(self, vals):
        """Completion and evaluation come from the buttons; the plan is the planner's, and an evaluated action is a record."""
        res = super().write(vals)
        if "kind" in vals:
            self._check_parent()
        if {"deadline", "owner_id"} & vals.keys():
            for action in self.filtered(lambda action: not action.done_on):
                action.activity_reschedule([ACTIVITY], date_deadline=action.deadline, new_user_id=action.owner_id.id)
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_only_planned(self):
        for action in self:
            started = action.nonconformity_id.state not in ("draft", "analysed") or action.nonconformity_id.reopen_count
            if action.done_on or action.cancelled_on or action.before_on or not action.nonconformity_id or started:
                raise UserError(self.env._(
                    "'%(action)s' is under way and is kept as a record. Drop it with a reason instead.", action=action.name))

    def _check_frozen(self, vals):
        names = vals.keys() - FREE_FIELDS
        if not names:
            return
        self._check_open_parent()
        for action in self:
            if changed := {name for name in names if action._is_changed(name, vals[name])}:
                action._check_finished(changed)
                action._check_plan_rights(changed)

    def _check_finished(self, changed):
        if self.effectiveness or self.cancelled_on:
            raise UserError(self.env._("An evaluated action stays as it is. Plan a further action instead."))
        if self.done_on and changed - {"effectiveness_note", "verifier_id"}:
            raise UserError(self.env._("'%(action)s' is reported as done: what was planned and done stays as it is.", action=self.name))
        if self.before_on and changed & (MEASURED_FIELDS | {"verification", "kind"}):
            raise UserError(self.env._("The figure of '%(action)s' is frozen: plan a further action instead.", action=self.name))
        if changed & PARENT_FIELDS:
            raise UserError(self.env._("'%(action)s' stays where it was planned.", action=self.name))

    def _check_plan_rights(self, changed):
        if changed & (PLAN_FIELDS | {"effectiveness_note"}) and not self._is_planner():
            raise AccessError(self.env._("The plan of '%(action)s' is its planner's: ask a quality officer.", action=self.name))
        if "deadline" in changed and self.is_overdue and not (self.env.su or self._is_quality_officer()):
            raise AccessError(self.env._("The deadline of an overdue action is moved by a quality officer."))

    def action_done(self):
        """Record that actions were carried out; from here on the days until their verification are counted.

        :raises AccessError: for anybody but the owner and quality officers
        :raises UserError: without a word on what was done, or without evidence
        """
        self._lock()
        for action in self:
            if action.owner_id != self.env.user and not self._is_quality_officer():
                raise AccessError(self.env._("Only the owner of the action or a quality officer reports it as done."))
            if action.done_on or action.cancelled_on:
                raise UserError(self.env._("%(action)s is done already.", action=action.name))
            if not (action.result or "").strip():
                raise UserError(self.env._("Write what was done for '%(action)s'.", action=action.name))
            if action.kind not in UNVERIFIED_KINDS and not action.evidence_ids:
                raise UserError(self.env._("Attach the evidence of '%(action)s': a photo, a list, a record.", action=action.name))
        self._check_open_parent()
        self._start()
        for action in self:
            today = fields.Date.context_today(self)
            verify_on = today if action.kind == "correction" else action._get_after_day(today)
            action._flow_write({
                "done_on": today, "done_by_id": self.env.uid, "verify_on": action.kind not in UNVERIFIED_KINDS and verify_on})
            action._ask_verifier()
        self.activity_feedback([ACTIVITY])

    def action_drop(self, reason=False):
        """Drop actions that are not carried out.

        :param str reason: why; without one the dialogue asks
        :raises AccessError: for anybody but quality officers
        :raises UserError: when the action is done
        """
        if not self._is_quality_officer():
            raise AccessError(self.env._("Only quality officers drop an action."))
        self._check_open_parent()
        for action in self:
            if action.done_on or action.cancelled_on:
                raise UserError(self.env._("%(action)s is done already.", action=action.name))
        if not reason:
            return self.ensure_one().env["qms.check.reason"]._ask(self, "drop_action", self.env._("Why is it dropped?"))
        self._drop(self.env["qms.check.reason"]._clean(reason))
        return True

    def _drop(self, reason):
        """Drop open actions; only methods that have checked call this."""
        self._flow_write({"cancel_reason": reason, "cancelled_on": fields.Date.context_today(self), "cancelled_by_id": self.env.uid})
        self.activity_unlink([ACTIVITY])

    def action_open(self):
        """Open the action in its own form, where it is reported as done and evaluated."""
        self.ensure_one()
        return {"type": "ir.actions.act_window", "res_model": self._name, "res_id": self.id, "view_mode": "form"}

    def _check_parent(self):
        """Raise unless each action belongs to one record, by whose rights it is planned, and is of a kind that fits it."""
        for action in self:
            parents = [name for name in PARENT_KINDS if action[name]]
            if len(parents) != 1:
                raise UserError(self.env._(
                    "An action belongs to a nonconformity, a review, a missed objective or a project: plan it there."))
            if action.kind not in PARENT_KINDS[parents[0]]:
                raise UserError(self.env._(
                    "Actions of a nonconformity are corrections, corrective or preventive; reviews and missed objectives have decisions, "
                    "projects have steps."))

    def _check_open_parent(self):
        if any(action.nonconformity_id.state in ("verified", "closed", "cancelled") for action in self):
            raise UserError(self.env._("The nonconformity is verified. Open it again before changing its actions."))

    def _is_planner(self):
        self.ensure_one()
        owner = self.nonconformity_id.sudo().owner_id  # only the person is compared
        return self.env.su or self._is_quality_officer() or owner == self.env.user

    def _is_evidence_locked(self):
        return bool(self.done_on)
