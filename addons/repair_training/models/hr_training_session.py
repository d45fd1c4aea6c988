import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .hr_training_course import DELIVERIES

STATES = [
    ("draft", "Planned"), ("open", "Enrolment open"), ("review", "Results to check"), ("closed", "Closed"), ("cancelled", "Cancelled"),
]
SEATED = ("invited", "confirmed")
FINISHED = ("closed", "cancelled")


class HrTrainingSession(models.Model):
    """One date of a course, with its participants (handbook 9.1.4, 9.2)."""

    _name = "hr.training.session"
    _description = "Training Session"
    _inherit = ["mail.thread", "mail.activity.mixin", "hr.training.mixin"]
    _order = "date_start desc, id desc"
    _check_company_auto = True
    _flow_fields = frozenset({
        "state", "sign_in_secret", "recorded_late", "submitted_by_id", "closed_by_id", "closed_on", "name"})

    name = fields.Char("Number", readonly=True, copy=False, default=lambda self: self.env._("New"))
    course_id = fields.Many2one("hr.training.course", required=True, ondelete="restrict", index=True, tracking=True, check_company=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(STATES, default="draft", readonly=True, copy=False, index=True, tracking=True, group_expand=True)
    delivery = fields.Selection(
        DELIVERIES, compute="_compute_from_course", store=True, readonly=False, precompute=True, required=True)
    date_start = fields.Datetime("Begins", required=True, tracking=True, index=True)
    date_end = fields.Datetime("Ends", required=True, tracking=True)
    hours = fields.Float(
        "Hours credited", compute="_compute_from_course", store=True, readonly=False, precompute=True, tracking=True)
    place = fields.Char()
    online_url = fields.Char("Link")
    trainer_id = fields.Many2one("hr.employee", tracking=True, check_company=True, index="btree_not_null")
    external_trainer = fields.Char("External trainer", tracking=True, help="Name and institution, when nobody of the company teaches.")
    trainer_problem = fields.Char(compute="_compute_trainer_problem")
    seats = fields.Integer(compute="_compute_from_course", store=True, readonly=False, precompute=True)
    cost = fields.Monetary("Actual cost", groups="hr.group_hr_user", tracking=True)
    enrolment_ids = fields.One2many("hr.training.enrolment", "session_id", "Participants")
    seated_count = fields.Integer("Seats taken", compute="_compute_counts")
    waiting_count = fields.Integer("Waiting", compute="_compute_counts")
    passed_count = fields.Integer("Passed", compute="_compute_counts")
    is_trainer = fields.Boolean(compute="_compute_is_trainer")
    can_enter_results = fields.Boolean(compute="_compute_is_trainer")
    has_begun = fields.Boolean(compute="_compute_has_begun")
    recorded_late = fields.Boolean(
        "Recorded afterwards", readonly=True, copy=False, tracking=True,
        help="The session was entered after it had begun: an auditor sees it, and nothing it gives counts from before it was closed.")
    submitted_by_id = fields.Many2one("res.users", "Results from", readonly=True, copy=False)
    closed_by_id = fields.Many2one("res.users", "Closed by", readonly=True, copy=False)
    closed_on = fields.Datetime(readonly=True, copy=False)
    has_written = fields.Boolean(related="course_id.has_written")
    is_practical = fields.Boolean(related="course_id.is_practical")
    is_observed = fields.Boolean(related="course_id.is_observed")

    _dates_order = models.Constraint("CHECK (date_end > date_start)", "A session ends after it begins.")
    _hours_positive = models.Constraint("CHECK (hours > 0 AND hours <= 1000)", "A session credits between 0 and 1000 hours.")
    _seats_positive = models.Constraint("CHECK (seats BETWEEN 1 AND 1000)", "A session has between 1 and 1000 seats.")
    _cost_positive = models.Constraint("CHECK (cost >= 0)", "A cost is not negative.")

    @api.depends("course_id", "date_start")
    @api.depends_context("tz", "lang")
    def _compute_display_name(self):
        for session in self:
            day = session.date_start and fields.Datetime.context_timestamp(session, session.date_start).strftime("%Y-%m-%d")
            session.display_name = " · ".join(filter(None, (session.course_id.name, day)))

    @api.depends("course_id")
    def _compute_from_course(self):
        for session in self:
            session.delivery = session.course_id.delivery or "class"
            session.hours = session.course_id.hours or 1.0
            session.seats = session.course_id.seats or 1

    @api.depends("enrolment_ids.state", "enrolment_ids.result")
    def _compute_counts(self):
        groups = self.env["hr.training.enrolment"].sudo()._read_group(  # counts only; who sits there is each reader's own rule
            [("session_id", "in", self.ids)], ["session_id", "state", "result"], ["__count"])
        for session in self:
            rows = [(state, result, count) for group, state, result, count in groups if group == session._origin]
            session.seated_count = sum(count for state, _result, count in rows if state in SEATED)
            session.waiting_count = sum(count for state, _result, count in rows if state == "waiting")
            session.passed_count = sum(count for _state, result, count in rows if result == "passed")

    @api.depends("trainer_id", "state")
    @api.depends_context("uid")
    def _compute_is_trainer(self):
        for session in self:
            session.is_trainer = self._is_me(session.trainer_id)
            session.can_enter_results = self._is_hr() or (session.is_trainer and session.state == "open")

    @api.depends("date_start")
    def _compute_has_begun(self):
        now = fields.Datetime.now()
        for session in self:
            session.has_begun = bool(session.date_start and session.date_start <= now)

    @api.depends("trainer_id", "course_id", "date_start")
    @api.depends_context("lang", "tz")
    def _compute_trainer_problem(self):
        for session in self:
            session.trainer_problem = session._get_trainer_problem() if session.state in (False, "draft", "open") else ""

    @api.constrains("trainer_id", "enrolment_ids")
    def _check_trainer_no_participant(self):
        for session in self:
            if session.trainer_id and session.trainer_id in session.sudo().enrolment_ids.employee_id:  # whoever may see them
                raise ValidationError(self.env._(
                    "%(trainer)s teaches this session and cannot be its participant.", trainer=session.trainer_id.name))

    @api.model_create_multi
    def create(self, vals_list):
        """Number the sessions."""
        sessions = super().create(vals_list)
        for session in sessions:
            session._flow_write({"name": self.env["ir.sequence"].sudo().next_by_code("hr.training.session")})  # nobody else numbers
        return sessions

    def write(self, vals):
        """Write; an open session moves into the future only, and its trainer stays a qualified one."""
        before = {session: session.date_start for session in self if "date_start" in vals}
        res = super().write(vals)
        if self._in_flow():
            return res
        for session, start in before.items():
            if session.state == "open" and session.date_start != start and session.date_start < fields.Datetime.now():
                raise UserError(self.env._("%(session)s is open: it can be moved to a later date only.", session=session.display_name))
        if {"trainer_id", "course_id", "date_start"} & vals.keys():
            self.filtered(lambda session: session.state == "open")._check_trainer()
        if "seats" in vals:
            self.filtered(lambda session: session.state == "open")._fill_seats()
        return res

    def _check_frozen(self, vals):
        flowing = {"message_main_attachment_id", "message_follower_ids", "activity_ids", "message_ids"}
        for session in self:
            if session.state in FINISHED and vals.keys() - flowing - ({"cost"} if session.state == "closed" else set()):
                raise UserError(self.env._("%(session)s is finished and stays as it is.", session=session.display_name))
            if session.state != "draft" and "course_id" in vals:
                raise UserError(self.env._("The course of %(session)s stays: people were invited to it.", session=session.display_name))

    @api.ondelete(at_uninstall=False)
    def _unlink_only_draft(self):
        if any(session.state != "draft" for session in self):
            raise UserError(self.env._("Only a planned session can be deleted. Cancel it instead."))

    def unlink(self):
        """Delete planned sessions, their participants one by one: each leaves his need open again."""
        self._unlink_only_draft()
        self.enrolment_ids.unlink()
        return super().unlink()

    def action_open(self):
        """Open sessions: invite the participants, and let those wait for whom there is no seat.

        :raises AccessError: for others than HR
        :raises UserError: without a trainer who may teach the course
        """
        self._check_hr()
        self._lock()
        for session in self:
            session._check_state(("draft",))
            session._check_trainer()
            session._flow_write({"state": "open", "recorded_late": session.date_start < fields.Datetime.now()})
            session.sudo()._flow_write({"sign_in_secret": secrets.token_hex(16)})  # nobody's to read or write
            session._fill_seats()

    def action_cancel(self):
        """Cancel sessions and tell their participants.

        :raises AccessError: for others than HR
        """
        self._check_hr()
        self._lock()
        for session in self:
            session._check_state(("draft", "open", "review"))
            seated = session.enrolment_ids.filtered(lambda enrolment: enrolment.state in (*SEATED, "waiting"))
            session._flow_write({"state": "cancelled"})
            seated._flow_write({"state": "cancelled"})
            seated._notify(self.env._("%(session)s does not take place.", session=session.display_name))

    def _check_state(self, states):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for session in self:
            if session.state not in states:
                raise UserError(self.env._(
                    "%(session)s is '%(state)s': this is possible while it is '%(expected)s'.", session=session.display_name,
                    state=labels[session.state], expected=" / ".join(labels[state] for state in states)))

    def _get_trainer_problem(self):
        """Why the session cannot be taught as planned, in the user's language; '' when it can."""
        self.ensure_one()
        if not self.course_id or not self.date_start:
            return ""
        if not self.trainer_id:
            return "" if self.external_trainer else self.env._("Choose a trainer, or name an external one.")
        return self.course_id._get_trainer_problem(self.trainer_id, fields.Datetime.context_timestamp(self, self.date_start).date())

    def _check_trainer(self):
        for session in self:
            if problem := session._get_trainer_problem():
                raise UserError(problem)

    def _fill_seats(self):
        """Invite who waits longest while there are seats; the rest waits."""
        for session in self:
            session._lock()
            queue = session.enrolment_ids.filtered(lambda row: row.state in ("draft", "waiting")).sorted("id")
            taken = len(session.enrolment_ids.filtered(lambda row: row.state in SEATED))
            free = max(session.seats - taken, 0)
            invited, waiting = queue[:free], queue[free:].filtered(lambda row: row.state == "draft")
            invited._flow_write({"state": "invited", "invited_on": fields.Datetime.now()})
            waiting._flow_write({"state": "waiting"})
            invited._notify(self.env._("You are invited to %(session)s. Answer on your page 'My training'.", session=session.display_name))
            waiting._notify(self.env._("%(session)s is full: you are on the waiting list.", session=session.display_name))
