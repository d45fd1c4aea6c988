from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..engine.plan_changes import compare

EDITABLE = ("draft", "revising")


class HrTrainingPlan(models.Model):
    """The training plan of a year: goals, lines by month and budget; drawn from needs, approved, carried out, reviewed (handbook 9.1.4)."""

    _name = "hr.training.plan"
    _description = "Training Plan"
    _inherit = ["mail.thread", "mail.activity.mixin", "hr.training.mixin"]
    _order = "year desc, id desc"
    _check_company_auto = True
    _flow_fields = frozenset({"state", "version", "submitted_by_id", "approved_by_id", "approved_on", "revision_reason", "closed_on"})

    name = fields.Char("Plan", required=True, tracking=True)
    year = fields.Integer(required=True, default=lambda self: fields.Date.context_today(self).year, index=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [("draft", "Draft"), ("submitted", "Submitted"), ("approved", "Approved"), ("revising", "Being revised"), ("closed", "Closed")],
        default="draft", readonly=True, copy=False, tracking=True, index=True)
    version = fields.Integer(readonly=True, copy=False)
    goals = fields.Text(help="What training is to achieve in the year, in figures where possible.")
    budget = fields.Monetary("Budget of the year", tracking=True)
    line_ids = fields.One2many("hr.training.plan.line", "plan_id", "Lines", copy=True)
    version_ids = fields.One2many("hr.training.plan.version", "plan_id", "Versions", readonly=True)
    planned_cost = fields.Monetary("Planned", compute="_compute_totals")
    actual_cost = fields.Monetary("Spent", compute="_compute_totals")
    session_count = fields.Integer("Sessions planned", compute="_compute_totals")
    held_count = fields.Integer("Sessions held", compute="_compute_totals")
    progress = fields.Float("Progress (%)", compute="_compute_totals")
    open_need_count = fields.Integer("Needs without a line", compute="_compute_open_need_count")
    submitted_by_id = fields.Many2one("res.users", "Submitted by", readonly=True, copy=False)
    approved_by_id = fields.Many2one("res.users", "Approved by", readonly=True, copy=False)
    approved_on = fields.Datetime(readonly=True, copy=False)
    revision_reason = fields.Char("Why it is revised", readonly=True, copy=False)
    closed_on = fields.Datetime(readonly=True, copy=False)
    review = fields.Text(help="What was reached, what was not and why, and what the next plan takes from it.")

    _year_range = models.Constraint("CHECK (year BETWEEN 2000 AND 2200)", "Give the year with four digits.")
    _budget_positive = models.Constraint("CHECK (budget >= 0)", "A budget is not negative.")

    @api.depends("line_ids.budget", "line_ids.actual_cost", "line_ids.sessions_wanted", "line_ids.held_count")
    def _compute_totals(self):
        for plan in self:
            plan.planned_cost = sum(plan.line_ids.mapped("budget"))
            plan.actual_cost = sum(plan.line_ids.mapped("actual_cost"))
            plan.session_count = sum(plan.line_ids.mapped("sessions_wanted"))
            plan.held_count = sum(plan.line_ids.mapped("held_count"))
            done = sum(min(line.held_count, line.sessions_wanted) for line in plan.line_ids)
            plan.progress = 100.0 * done / plan.session_count if plan.session_count else 0.0

    def _compute_open_need_count(self):
        counts = dict(self.env["hr.training.need"].sudo()._read_group(  # a service manager sees how many, not whose
            self._get_need_domain(), ["company_id"], ["__count"]))
        for plan in self:
            plan.open_need_count = counts.get(plan.company_id, 0)

    def _get_need_domain(self):
        return [("company_id", "in", self.company_id.ids), ("state", "=", "open"), ("course_id", "!=", False), ("plan_line_id", "=", False)]

    def _check_frozen(self, vals):
        free = {"review", "message_follower_ids", "activity_ids", "message_ids", "message_main_attachment_id"}
        for plan in self:
            if plan.state == "closed" or (plan.state not in EDITABLE and vals.keys() - free):
                raise UserError(self.env._(
                    "%(plan)s is not open for changes: revise it with a reason, so that the change leaves a trace.", plan=plan.name))

    @api.ondelete(at_uninstall=False)
    def _unlink_only_draft(self):
        if any(plan.state != "draft" or plan.version for plan in self):
            raise UserError(self.env._("A plan that was submitted is kept."))

    def action_draw_needs(self):
        """Make or fill lines from the needs that no plan covers yet: one line a course, due before the first of its needs.

        :raises UserError: when the plan is not open for changes, or there is no need with a course
        """
        self._check_hr()
        for plan in self:
            plan._check_state(EDITABLE)
            needs = self.env["hr.training.need"].search(plan._get_need_domain())
            if not needs:
                raise UserError(self.env._("Every need with a course stands in a plan already."))
            for course, own in needs.grouped("course_id").items():
                line = plan.line_ids.filtered(lambda line, course=course: line.course_id == course)[:1]
                if not line:
                    line = self.env["hr.training.plan.line"].create({
                        "plan_id": plan.id, "course_id": course.id, "month": str(plan._get_month(own))})
                own._flow_write({"plan_line_id": line.id})
                line._fit_to_needs()

    def _get_month(self, needs):
        """The month of the earliest deadline, within what is left of the plan's year."""
        today = self._get_local_today(self.company_id)
        first = today.month if today.year == self.year else 1
        deadlines = [day for day in needs.mapped("deadline") if day]
        if not deadlines or min(deadlines).year > self.year:
            return min(first + 1, 12)
        earliest = min(deadlines)
        return max(first, earliest.month) if earliest.year == self.year else first

    def action_submit(self):
        """Submit plans for approval.

        :raises UserError: without lines, or beyond the budget
        """
        self._check_hr()
        for plan in self:
            plan._check_state(EDITABLE)
            if not plan.line_ids:
                raise UserError(self.env._("%(plan)s has no lines: draw them from the needs or write them.", plan=plan.name))
            if plan.budget and plan.currency_id.compare_amounts(plan.planned_cost, plan.budget) > 0:
                raise UserError(self.env._("The lines of %(plan)s cost more than its budget: cut them, or raise the budget.",
                                           plan=plan.name))
            plan._flow_write({"state": "submitted", "submitted_by_id": self.env.uid})

    def action_approve(self):
        """Approve submitted plans; what changed since the version before is kept with the new one.

        :raises AccessError: for others than HR managers, and for who submitted the plan
        """
        self._lock()
        for plan in self:
            if not self.env.user.has_group("hr.group_hr_manager"):
                raise AccessError(self.env._("Only an HR manager approves the plan."))
            plan._check_state(("submitted",))
            if self._is_same_person(plan.submitted_by_id):
                raise AccessError(self.env._("Nobody approves the plan he submitted: ask another HR manager."))
            number = plan.version + 1
            snapshot = {str(line.id): line._get_snapshot() for line in plan.line_ids}
            self.env["hr.training.plan.version"]._flow_create([{
                "plan_id": plan.id, "number": number, "snapshot": snapshot, "reason": plan.revision_reason,
                "changes": plan._describe_changes(snapshot), "budget": plan.budget, "planned_cost": plan.planned_cost,
            }])
            plan._flow_write({
                "state": "approved", "version": number, "approved_by_id": self.env.uid, "approved_on": fields.Datetime.now(),
                "revision_reason": False})

    def action_send_back(self):
        """Give a submitted plan back for changes."""
        self._check_hr()
        for plan in self:
            plan._check_state(("submitted",))
            plan._flow_write({"state": "revising" if plan.version else "draft", "submitted_by_id": False})

    def action_revise(self, reason=False):
        """Open an approved plan for changes.

        :param str reason: why; asked for in a dialogue when it is not given
        :raises UserError: without a reason
        """
        self.ensure_one()
        self._check_hr()
        self._check_state(("approved",))
        if reason is False:
            return self.env["hr.training.reason"]._ask(self, self.env._("Revise the plan"))
        if not isinstance(reason, str) or not reason.strip():
            raise UserError(self.env._("Write why the plan is changed."))
        self._flow_write({"state": "revising", "revision_reason": reason.strip()[:500]})
        return True

    def action_close(self):
        """Close the plan of a year with its review.

        :raises UserError: without a review
        """
        self._check_hr()
        for plan in self:
            plan._check_state(("approved",))
            if not (plan.review or "").strip():
                raise UserError(self.env._("Write the review of %(plan)s before closing it.", plan=plan.name))
            plan._flow_write({"state": "closed", "closed_on": fields.Datetime.now()})

    def action_create_sessions(self):
        """Make the sessions that the lines still lack, with those who need them as participants."""
        self._check_hr()
        for plan in self:
            plan._check_state(("approved",))
            plan.line_ids._create_sessions()

    def action_view_needs(self):
        """Open the needs that no plan covers yet."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_training.hr_training_need_action")
        return {**action, "domain": self._get_need_domain(), "context": {}}

    def _check_state(self, states):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for plan in self:
            if plan.state not in states:
                raise UserError(self.env._(
                    "%(plan)s is '%(state)s': this is possible while it is '%(expected)s'.", plan=plan.name,
                    state=labels[plan.state], expected=" / ".join(labels[state] for state in states)))

    def _describe_changes(self, snapshot):
        """Say in words what changed since the version before."""
        before = self.version_ids.sorted("number")[-1:].snapshot or {}
        if not before:
            return self.env._("First version.")
        labels = {name: self.env["hr.training.plan.line"]._fields[name].get_description(self.env, ["string"])["string"]
                  for name in next(iter(snapshot.values()), {})}
        texts = {
            "added": lambda line, *_rest: self.env._("Added: %(line)s", line=snapshot[line]["course_id"]),
            "removed": lambda line, *_rest: self.env._("Removed: %(line)s", line=before[line]["course_id"]),
            "changed": lambda line, field, old, new: self.env._(
                "%(line)s, %(field)s: %(old)s → %(new)s", line=snapshot[line]["course_id"], field=labels[field],
                old=old or "-", new=new or "-"),
        }
        return "\n".join(texts[kind](*rest) for kind, *rest in compare(before, snapshot)) or self.env._("The lines did not change.")
