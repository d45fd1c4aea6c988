import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .qms_measured import FROZEN_FIELDS, MEASURED_FIELDS

FREE_FIELDS = frozenset({"message_follower_ids", "activity_ids", "message_ids", "message_main_attachment_id"})
GOAL_FIELDS = MEASURED_FIELDS | {"target_value", "company_id"}
ENDED_STATES = ("closed", "stopped")
MONITOR_DAYS = 7


class QmsImprovement(models.Model):
    """An improvement project: baseline and target from a live figure, steps, monitoring, evaluation, standard (handbook 10.3.2)."""

    _name = "qms.improvement"
    _description = "Improvement Project"
    _inherit = ["mail.thread", "mail.activity.mixin", "qms.evidence", "qms.measured", "qms.escalated", "qms.mixin"]
    _order = "id desc"
    _rec_names_search = ["number", "name"]
    _check_company_auto = True
    _flow_fields = frozenset({
        "state", "number", "started_on", "implemented_on", "evaluate_on", "evaluated_by_id", "evaluated_on", "closed_on", "closed_by_id",
        "first_date_due", "stop_reason", "escalated_to_ids"}) | FROZEN_FIELDS

    number = fields.Char(readonly=True, copy=False)
    name = fields.Char("Project", required=True, tracking=True)
    problem = fields.Text("What should get better", help="What is seen, since when, and what it costs.")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    owner_id = fields.Many2one(
        "res.users", required=True, default=lambda self: self.env.user, domain="[('share', '=', False)]", tracking=True, index=True)
    member_ids = fields.Many2many("res.users", "qms_improvement_member_rel", string="Members", domain="[('share', '=', False)]")
    date_due = fields.Date("Due", tracking=True, help="Day by which everything is in place.")
    first_date_due = fields.Date("First due day", readonly=True, copy=False)
    target_value = fields.Float("Target", digits=(16, 2), tracking=True, help="In the unit of the figure.")
    state = fields.Selection(
        [("draft", "Proposed"), ("running", "Running"), ("measuring", "In place"), ("evaluated", "Evaluated"), ("closed", "Closed"),
         ("stopped", "Stopped")], default="draft", required=True, readonly=True, copy=False, tracking=True, index=True, group_expand=True)
    step_ids = fields.One2many("qms.action", "improvement_id", "Steps")
    value_ids = fields.One2many("qms.improvement.value", "improvement_id", "Monitoring", readonly=True)
    started_on = fields.Date(readonly=True, copy=False)
    implemented_on = fields.Date("In place since", readonly=True, copy=False)
    evaluate_on = fields.Date("To evaluate on", readonly=True, copy=False)
    evaluation = fields.Text("Evaluation in words", copy=False, help="What the figures show, and what else may have caused it.")
    evaluated_by_id = fields.Many2one("res.users", "Evaluated by", readonly=True, copy=False)
    evaluated_on = fields.Date(readonly=True, copy=False)
    has_reached = fields.Boolean("Target reached", compute="_compute_has_reached")
    standard_document_id = fields.Many2one(
        "qms.document", "Kept in document", copy=False, index="btree_not_null", check_company=True,
        domain="[('effective_version_id', '!=', False)]",
        help="The instruction, procedure or form that keeps what was gained.")
    standard = fields.Text("What became standard", copy=False, help="Which instruction, checklist or training keeps it. Attach it below.")
    lesson = fields.Text("What was learned", copy=False)
    stop_reason = fields.Char("Why it is stopped", readonly=True, copy=False)
    closed_on = fields.Date(readonly=True, copy=False)
    closed_by_id = fields.Many2one("res.users", "Closed by", readonly=True, copy=False)
    is_overdue = fields.Boolean("Overdue", compute="_compute_is_overdue", search="_search_is_overdue")
    step_count = fields.Integer("Steps planned", compute="_compute_progress")
    done_count = fields.Integer("Steps done", compute="_compute_progress")
    chart = fields.Text(compute="_compute_chart")
    can_lead = fields.Boolean(compute="_compute_can_lead")

    _number_unique = models.UniqueIndex("(company_id, number) WHERE number IS NOT NULL", "This number is used already.")
    _target_range = models.Constraint("CHECK (target_value BETWEEN -100 AND 100000)", "The target lies between -100 and 100000.")

    @api.depends("after_on", "after_value", "target_value", "figure")
    def _compute_has_reached(self):
        figures = self.env["repair.figure"]._get_figures()
        for project in self:
            higher = project.figure in figures and figures[project.figure].higher_is_better
            ahead = project.after_value - project.target_value if higher else project.target_value - project.after_value
            project.has_reached = bool(project.after_on and project.after_count and ahead >= -0.005)

    @api.depends("date_due", "state")
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for project in self:
            project.is_overdue = bool(project.date_due and project.date_due < today and project.state in ("draft", "running"))

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        overdue = Domain("date_due", "<", fields.Date.context_today(self)) & Domain("state", "in", ("draft", "running"))
        return overdue if True in value else ~overdue

    @api.model
    def _get_overdue_domain(self, day):
        return [("is_overdue", "=", True), ("date_due", "<=", day)]

    def _get_due_day(self):
        return self.date_due

    @api.depends("step_ids.done_on", "step_ids.cancelled_on")
    def _compute_progress(self):
        for project in self:
            kept = project.step_ids.filtered(lambda step: not step.cancelled_on)
            project.step_count, project.done_count = len(kept), len(kept.filtered("done_on"))

    @api.depends("value_ids.value", "before_on", "before_value", "after_on", "after_value")
    def _compute_chart(self):
        for project in self:
            points = [(project.before_to, project.before_value)] if project.before_on else []
            points += [(row.date, row.value) for row in project.value_ids.filtered("count").sorted("date")]
            points += [(project.after_to, project.after_value)] if project.after_on else []
            project.chart = json.dumps([{
                "key": project.name or "", "area": True, "color": "#875A7B", "is_sample_data": False,
                "values": [{"x": str(day), "y": round(value, 2), "name": str(day)} for day, value in points],
            }]) if len(points) > 1 else False

    @api.depends_context("uid")
    @api.depends("owner_id")
    def _compute_can_lead(self):
        officer = self._is_quality_officer()
        for project in self:
            project.can_lead = officer or project.owner_id == self.env.user

    @api.depends("number", "name")
    def _compute_display_name(self):
        for project in self:
            project.display_name = f"{project.number or ''} {project.name or ''}".strip()

    @api.model_create_multi
    def create(self, vals_list):
        """Projects start as proposals and get the next number of their company."""
        projects = super().create(vals_list)
        for project in projects:
            project._flow_write({"number": self.env["ir.sequence"].with_company(project.company_id).next_by_code("qms.improvement")})
        return projects

    def _check_frozen(self, vals):
        names = vals.keys() - FREE_FIELDS
        for project in self:
            changed = {name for name in names if project._is_changed(name, vals[name])}
            if changed and project.state in ENDED_STATES:
                raise UserError(self.env._("A finished project stays as it is."))
            if changed & GOAL_FIELDS and project.state != "draft":
                raise UserError(self.env._("Baseline and target stay as they were at the start: stop the project and propose another."))
            if changed & {"evaluation"} and project.state == "evaluated":
                raise UserError(self.env._("The evaluation is a record."))
            if changed & {"date_due"} and project.is_overdue and not (self.env.su or self._is_quality_officer()):
                raise AccessError(self.env._("The due day of an overdue project is moved by a quality officer."))
            if "value_ids" in changed:
                raise UserError(self.env._("Values are read from the records."))

    @api.ondelete(at_uninstall=False)
    def _unlink_only_proposed(self):
        if any(project.state != "draft" for project in self):
            raise UserError(self.env._("A project that was started is kept as a record. Stop it with a reason instead."))

    def _is_evidence_locked(self):
        return self.state == "closed"

    def action_start(self):
        """Start projects: the baseline is frozen as it is now.

        :raises AccessError: for others than the owner and quality officers
        :raises UserError: without a figure, a due day or a step, or with a target that is no better than the baseline
        """
        self._check_leads()
        self._check_stage("draft")
        for project in self:
            if not (project.figure and project.date_due and project.step_ids):
                raise UserError(self.env._("Choose the figure of %(project)s, its due day and its first steps.", project=project.name))
            project._freeze_before()
            higher = self.env["repair.figure"]._get_figures()[project.figure].higher_is_better
            if project.target_value == project.before_value or (project.target_value > project.before_value) != higher:
                raise UserError(self.env._(
                    "The target of %(project)s is no better than its baseline of %(value)s.", project=project.name,
                    value=f"{project.before_value:.1f}"))
            project._flow_write({
                "state": "running", "started_on": fields.Date.context_today(self), "first_date_due": project.date_due})
            project._monitor()

    def action_implement(self):
        """Note that everything is in place: from tomorrow on the days of the evaluation are counted.

        :raises UserError: while a step is open
        """
        self._check_leads()
        self._check_stage("running")
        for project in self:
            if not project.step_count or project.done_count < project.step_count:
                raise UserError(self.env._("Finish or drop the open steps of %(project)s first.", project=project.name))
            today = fields.Date.context_today(self)
            project._flow_write({"state": "measuring", "implemented_on": today, "evaluate_on": project._get_after_day(today)})
            evaluator = self.env["qms.nonconformity"].with_company(project.company_id)._get_other_officer(project._get_workers())
            if evaluator:
                project.activity_schedule(
                    "repair_quality.mail_activity_type_verify_project", project.evaluate_on, user_id=evaluator.id,
                    summary=self.env._("Evaluate: %(project)s", project=project.name))

    def _get_workers(self):
        """Return who worked on the project, and so does not judge it."""
        return self.owner_id | self.member_ids | self.step_ids._get_doers()

    def action_evaluate(self):
        """Hold the figure after against the baseline, with the count and certainty of both.

        :raises AccessError: for others than quality officers, and for the owner and the members: nobody judges his own project
        :raises UserError: before the day, or without an evaluation in words
        """
        self._check_stage("measuring")
        for project in self:
            if not self._is_quality_officer() or self.env.user in project._get_workers():
                raise AccessError(self.env._("A quality officer who did not work on the project evaluates it."))
            if project.evaluate_on > fields.Date.context_today(self):
                raise UserError(self.env._(
                    "%(project)s is evaluated from %(day)s on, when the days after the change can be counted whole.",
                    project=project.name, day=project.evaluate_on))
            if not (project.evaluation or "").strip():
                raise UserError(self.env._("Write the evaluation of %(project)s in words.", project=project.name))
            project._freeze_after(project.implemented_on)
            project._flow_write({
                "state": "evaluated", "evaluated_by_id": self.env.uid, "evaluated_on": fields.Date.context_today(self)})
        self.activity_feedback(["repair_quality.mail_activity_type_verify_project"])

    def action_close(self):
        """Close evaluated projects: with the standard that keeps what was gained, or with what was learned.

        :raises UserError: before the evaluation, or while that is missing
        """
        self._check_leads()
        self._check_stage("evaluated")
        for project in self:
            if project.has_improved and not ((project.standard or "").strip() and (project.evidence_ids or project.standard_document_id)):
                raise UserError(self.env._(
                    "Write what became standard through %(project)s, and attach it or name its document: else the gain is lost again.",
                    project=project.name))
            if not project.has_improved and not (project.lesson or "").strip():
                raise UserError(self.env._("%(project)s did not improve its figure: write what was learned.", project=project.name))
        self._flow_write({"state": "closed", "closed_on": fields.Date.context_today(self), "closed_by_id": self.env.uid})

    def action_stop(self, reason=False):
        """Stop projects that lead nowhere, with their open steps; the record stays.

        :param str reason: why; without one the dialogue asks
        :raises AccessError: for others than quality officers
        :raises UserError: after the evaluation
        """
        if not self._is_quality_officer():
            raise AccessError(self.env._("Only quality officers stop a project."))
        for project in self:
            if project.state not in ("draft", "running", "measuring"):
                raise UserError(self.env._("An evaluated project is closed, not stopped."))
        if not reason:
            return self.ensure_one().env["qms.check.reason"]._ask(self, "stop", self.env._("Why is it stopped?"))
        reason = self.env["qms.check.reason"]._clean(reason)
        self.step_ids.filtered(lambda step: not step.done_on and not step.cancelled_on)._drop(reason)
        self._flow_write({
            "state": "stopped", "stop_reason": reason, "closed_on": fields.Date.context_today(self), "closed_by_id": self.env.uid})
        self.activity_unlink(["repair_quality.mail_activity_type_verify_project"])
        return True

    def action_new_step(self):
        """Open a new step of the project, with owner and day."""
        self.ensure_one()
        self._check_takes_steps()
        return {
            "type": "ir.actions.act_window", "name": self.env._("Project step"), "res_model": "qms.action", "views": [(False, "form")],
            "context": {"default_improvement_id": self.id, "default_kind": "step", "default_figure_days": 0}}

    def action_view_steps(self):
        """Open the steps of the project."""
        self.ensure_one()
        return self.env["ir.actions.act_window"]._for_xml_id("repair_quality.qms_action_action") | {
            "domain": [("improvement_id", "=", self.id)], "context": {}}

    @api.model
    def _take_monitoring_values(self):
        """Store the figure of every running project once a week; called every day."""
        since = fields.Date.subtract(fields.Date.context_today(self), days=MONITOR_DAYS - 1)
        for project in self.search([("state", "in", ("running", "measuring"))]):
            if not any(row.date >= since for row in project.value_ids):
                project._monitor()

    def _monitor(self):
        self.ensure_one()
        measured = self._measure_days(*self._get_newest_days())
        self.env["qms.improvement.value"].sudo().create({  # values are closed to everybody: this method alone writes them
            "improvement_id": self.id, "date": self.env["repair.figure"]._get_today(self.company_id), "value": measured.value,
            "low": measured.low, "high": measured.high, "count": measured.count, "target": self.target_value})

    def _check_stage(self, state):
        self._lock()
        labels = dict(self._fields["state"]._description_selection(self.env))
        for project in self:
            if project.state != state:
                raise UserError(self.env._(
                    "%(number)s is at '%(state)s'; this step needs '%(needed)s'.",
                    number=project.number, state=labels[project.state], needed=labels[state]))

    def _check_leads(self):
        if not self.env.su and any(not project.can_lead for project in self):
            raise AccessError(self.env._("The owner of a project and quality officers lead it."))

    def _check_takes_steps(self):
        self._check_leads()
        if any(project.state not in ("draft", "running") for project in self):
            raise UserError(self.env._("Steps are planned until everything is in place."))
