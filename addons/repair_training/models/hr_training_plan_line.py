from datetime import datetime, time, timedelta

from pytz import timezone, utc

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.plan_changes import share_seats
from .hr_training_plan import EDITABLE

FIRST_HOUR = time(9)


class HrTrainingPlanLine(models.Model):
    """A course in a month of the plan, with what it may cost and what came of it."""

    _name = "hr.training.plan.line"
    _description = "Training Plan Line"
    _inherit = ["repair.input"]
    _order = "plan_id, month_number, id"
    _rec_name = "course_id"

    plan_id = fields.Many2one("hr.training.plan", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    plan_state = fields.Selection(related="plan_id.state")
    course_id = fields.Many2one("hr.training.course", required=True, ondelete="restrict")
    month = fields.Selection([(str(number), str(number)) for number in range(1, 13)], required=True, default="1")
    month_number = fields.Integer(compute="_compute_month_number", store=True)
    place = fields.Char()
    trainer_id = fields.Many2one("hr.employee", check_company=True)
    external_trainer = fields.Char()
    sessions_wanted = fields.Integer("Sessions", default=1)
    participants = fields.Integer(default=0)
    budget = fields.Monetary(compute="_compute_budget", store=True, readonly=False, precompute=True)
    note = fields.Char("Goal")
    need_ids = fields.One2many("hr.training.need", "plan_line_id", "Needs")
    need_count = fields.Integer("People in need", compute="_compute_need_count")
    session_ids = fields.One2many("hr.training.session", "plan_line_id", "Sessions made")
    held_count = fields.Integer("Held", compute="_compute_progress", compute_sudo=True)
    passed_count = fields.Integer("Passed", compute="_compute_progress", compute_sudo=True)
    actual_cost = fields.Monetary("Spent", compute="_compute_progress", compute_sudo=True)

    _sessions_range = models.Constraint("CHECK (sessions_wanted BETWEEN 1 AND 200)", "A line has between 1 and 200 sessions.")
    _participants_positive = models.Constraint("CHECK (participants BETWEEN 0 AND 10000)", "A number of participants is not negative.")
    _budget_positive = models.Constraint("CHECK (budget >= 0)", "A budget is not negative.")

    @api.depends("month")
    def _compute_month_number(self):
        for line in self:
            line.month_number = int(line.month or 0)

    @api.depends("course_id", "sessions_wanted")
    def _compute_budget(self):
        for line in self:
            line.budget = line.course_id.cost * max(line.sessions_wanted, 0)

    @api.depends("need_ids")
    def _compute_need_count(self):
        for line in self:
            line.need_count = len(line.need_ids)

    @api.depends("session_ids.state", "session_ids.cost", "session_ids.passed_count")
    def _compute_progress(self):
        for line in self:
            held = line.session_ids.filtered(lambda session: session.state == "closed")
            line.held_count = len(held)
            line.passed_count = sum(held.mapped("passed_count"))
            line.actual_cost = sum(line.session_ids.filtered(lambda session: session.state != "cancelled").mapped("cost"))

    @api.model_create_multi
    def create(self, vals_list):
        """Add lines to a plan that is open for changes."""
        lines = super().create(vals_list)
        lines._check_plan()
        return lines

    def write(self, vals):
        """Change lines of a plan that is open for changes."""
        self._check_plan()
        res = super().write(vals)
        self._check_plan()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_only_editable(self):
        self._check_plan()
        if self.session_ids:
            raise UserError(self.env._("Sessions were made from this line: it stays in the plan."))

    def _check_plan(self):
        for plan in self.plan_id:
            if plan.state not in EDITABLE:
                plan._check_frozen({"line_ids": True})

    def _fit_to_needs(self):
        """Let the line hold at least those who need it."""
        for line in self:
            count = max(line.participants, len(line.need_ids))
            line.write({"participants": count, "sessions_wanted": max(line.sessions_wanted, -(-count // line.course_id.seats))})

    def _get_snapshot(self):
        """The line in words, as it was approved."""
        self.ensure_one()
        return {
            "course_id": self.course_id.name, "month": self.month, "place": self.place or "", "sessions_wanted": str(self.sessions_wanted),
            "trainer_id": self.trainer_id.name or self.external_trainer or "", "participants": str(self.participants),
            "budget": f"{self.budget:.2f}",
        }

    def _create_sessions(self):
        for line in self:
            missing = line.sessions_wanted - len(line.session_ids.filtered(lambda session: session.state != "cancelled"))
            if missing <= 0:
                continue
            waiting = line.need_ids.filtered(lambda need: need.state == "open").employee_id - line.trainer_id
            missing_courses = line.course_id._get_missing_prerequisites(waiting)
            waiting = waiting.filtered(lambda employee, courses=missing_courses: not courses[employee.id])
            groups = share_seats(list(waiting), line.course_id.seats)
            days = line._get_days(missing)
            for number, day in enumerate(days):
                start = line._to_utc(day)
                session = self.env["hr.training.session"].create({
                    "course_id": line.course_id.id, "company_id": line.company_id.id, "place": line.place,
                    "trainer_id": line.trainer_id.id, "external_trainer": line.external_trainer,
                    "date_start": start, "date_end": start + timedelta(hours=min(line.course_id.hours, 8.0)),
                })
                session._flow_write({"plan_line_id": line.id})
                self.env["hr.training.enrolment"].create([
                    {"session_id": session.id, "employee_id": employee.id} for group in groups[number:number + 1] for employee in group])

    def _get_days(self, count):
        """The first working days of the line's month, one a week while there are weeks; never in the past."""
        first = fields.Date.to_date(f"{self.plan_id.year}-{int(self.month):02d}-01")
        day = max(first, fields.Date.add(self.env["hr.training.mixin"]._get_local_today(self.company_id), days=1))
        days = []
        for number in range(count):
            candidate = day + timedelta(days=7 * (number % 4) + number // 4)
            days.append(candidate + timedelta(days=max(7 - candidate.weekday(), 0) if candidate.weekday() > 4 else 0))
        return sorted(days)

    def _to_utc(self, day):
        zone = timezone(self.company_id.partner_id.tz or self.company_id.resource_calendar_id.tz or "UTC")
        return zone.localize(datetime.combine(day, FIRST_HOUR)).astimezone(utc).replace(tzinfo=None)

    def action_view_sessions(self):
        """Open the sessions made from the line."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_training.hr_training_session_action")
        return {**action, "domain": [("plan_line_id", "=", self.id)], "context": {}}


class HrTrainingSession(models.Model):
    _inherit = "hr.training.session"
    _flow_fields = frozenset({
        "state", "sign_in_secret", "recorded_late", "submitted_by_id", "closed_by_id", "closed_on", "name", "plan_line_id"})

    plan_line_id = fields.Many2one(
        "hr.training.plan.line", "From the plan", readonly=True, copy=False, ondelete="restrict", index="btree_not_null")


class HrTrainingNeed(models.Model):
    _inherit = "hr.training.need"

    plan_line_id = fields.Many2one(
        "hr.training.plan.line", "In the plan", ondelete="set null", index="btree_not_null", copy=False, groups="hr.group_hr_user")
