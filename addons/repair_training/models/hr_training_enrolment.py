from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .hr_training_session import FINISHED, SEATED

SIGN_IN_EARLY = timedelta(hours=1)
SIGN_IN_TRIES = 5
ANSWERS = [("pass", "Passed"), ("fail", "Failed")]
# What trainer and HR enter in the list of results.
RESULT_FIELDS = frozenset({"attendance", "score", "practical", "observation", "note", "check_ids"})


class HrTrainingEnrolment(models.Model):
    """One participant of a session: invitation, attendance and result (handbook 9.2)."""

    _name = "hr.training.enrolment"
    _description = "Training Participant"
    _inherit = ["hr.training.mixin"]
    _order = "date_start desc, id"
    _rec_name = "employee_id"
    _flow_fields = frozenset({
        "state", "invited_on", "answered_on", "signed_in_on", "sign_in_failures", "score_source", "survey_input_id",
        "result", "result_reason", "credited_hours", "closed_on", "certificate_number", "certificate_token", "valid_from", "valid_until",
        "course_name", "voided_on", "voided_by_id", "void_reason", "feedback_input_id", "entered_by_id",
    })

    session_id = fields.Many2one("hr.training.session", required=True, ondelete="cascade", index=True)
    course_id = fields.Many2one(related="session_id.course_id", store=True, index=True)
    company_id = fields.Many2one(related="session_id.company_id", store=True, index=True)
    session_state = fields.Selection(related="session_id.state")
    date_start = fields.Datetime(related="session_id.date_start", store=True, index=True)
    date_end = fields.Datetime(related="session_id.date_end")
    place = fields.Char(related="session_id.place")
    online_url = fields.Char(related="session_id.online_url")
    material_url = fields.Char(related="course_id.material_url")
    material_ids = fields.Many2many(related="course_id.material_ids")
    goal = fields.Text(related="course_id.goal")
    trainer_id = fields.Many2one(related="session_id.trainer_id")
    employee_id = fields.Many2one("hr.employee", "Participant", required=True, ondelete="restrict", index=True)
    department_id = fields.Many2one("hr.department", compute="_compute_department_id", store=True, precompute=True)
    state = fields.Selection(
        [
            ("draft", "To invite"), ("invited", "Invited"), ("confirmed", "Confirmed"), ("waiting", "Waiting list"),
            ("declined", "Declined"), ("cancelled", "Cancelled"),
        ],
        "Invitation", default="draft", readonly=True, copy=False, index=True)
    invited_on = fields.Datetime(readonly=True, copy=False)
    answered_on = fields.Datetime(readonly=True, copy=False)
    decline_reason = fields.Char(copy=False)
    attendance = fields.Selection([("present", "Present"), ("absent", "Absent")], copy=False)
    signed_in_on = fields.Datetime(
        "Signed in", readonly=True, copy=False, help="When the participant typed the code of the session on his own page.")
    sign_in_failures = fields.Integer(readonly=True, copy=False)
    score = fields.Float("Written test (%)", copy=False, aggregator="avg")
    has_score = fields.Boolean(copy=False, compute="_compute_has_score", store=True, readonly=True)
    practical = fields.Selection(ANSWERS, "Practical test", copy=False)
    observation = fields.Selection(ANSWERS, copy=False)
    note = fields.Char(copy=False)
    entered_by_id = fields.Many2one("res.users", "Entered by", readonly=True, copy=False)
    is_mine = fields.Boolean(compute="_compute_is_mine")
    can_sign_in = fields.Boolean(compute="_compute_is_mine")
    prerequisite_warning = fields.Char(compute="_compute_prerequisite_warning")

    _employee_uniq = models.Constraint("UNIQUE (session_id, employee_id)", "This employee takes part in the session already.")
    _score_range = models.Constraint("CHECK (score BETWEEN 0 AND 100)", "A score lies between 0 and 100 %.")

    @api.depends("employee_id")
    def _compute_department_id(self):
        for enrolment in self:
            enrolment.department_id = enrolment.employee_id.department_id

    @api.depends("employee_id", "state", "attendance", "session_state", "date_start", "date_end")
    @api.depends_context("uid")
    def _compute_is_mine(self):
        now = fields.Datetime.now()
        for enrolment in self:
            enrolment.is_mine = self._is_me(enrolment.employee_id)
            enrolment.can_sign_in = (
                enrolment.is_mine and enrolment.session_state == "open" and enrolment.state in SEATED and not enrolment.attendance
                and enrolment.date_start - SIGN_IN_EARLY <= now <= enrolment.date_end)

    @api.depends("score_source", "score")
    def _compute_has_score(self):
        for enrolment in self:
            enrolment.has_score = bool(enrolment.score_source or enrolment.score)

    @api.depends("employee_id", "course_id")
    @api.depends_context("lang")
    def _compute_prerequisite_warning(self):
        self.prerequisite_warning = False
        for course, enrolments in self.filtered("course_id.prerequisite_ids").grouped("course_id").items():
            missing = course._get_missing_prerequisites(enrolments.employee_id)
            for enrolment in enrolments:
                if courses := missing[enrolment.employee_id.id]:
                    enrolment.prerequisite_warning = self.env._(
                        "%(employee)s has not passed %(courses)s.", employee=enrolment.employee_id.name,
                        courses=", ".join(courses.mapped("name")))

    @api.constrains("employee_id", "session_id")
    def _check_enrolment(self):
        self.session_id._check_trainer_no_participant()
        for enrolment in self:
            if enrolment.employee_id.sudo().company_id != enrolment.company_id:  # only the company is compared
                raise ValidationError(self.env._(
                    "%(employee)s belongs to another company than the session.", employee=enrolment.employee_id.name))
            if enrolment.prerequisite_warning:
                raise ValidationError(enrolment.prerequisite_warning)

    @api.model_create_multi
    def create(self, vals_list):
        """Add participants: to a session that is open they are invited at once, or wait for a seat.

        :raises UserError: when the session is over
        """
        if not self._in_flow() and any(RESULT_FIELDS & {name for name in vals if vals[name]} for vals in vals_list):
            raise UserError(self.env._("Results are entered once the session has begun."))
        enrolments = super().create(vals_list)
        for session in enrolments.session_id:
            if session.state not in ("draft", "open"):
                raise UserError(self.env._("%(session)s takes no more participants.", session=session.display_name))
        enrolments.session_id.filtered(lambda session: session.state == "open")._fill_seats()
        return enrolments

    def write(self, vals):
        """Write; results are entered by the trainer or HR, never by the participant himself."""
        if not self._in_flow() and RESULT_FIELDS & vals.keys():
            vals = {**vals, **self._check_results(vals)}
            return super(HrTrainingEnrolment, self.with_context(repair_flow=self._get_token())).write(vals)
        return super().write(vals)

    def _check_frozen(self, vals):
        for enrolment in self:
            if enrolment.session_id.state in FINISHED:
                raise UserError(self.env._(
                    "The result of %(employee)s is closed and stays as it is.", employee=enrolment.employee_id.name))
            if {"employee_id", "session_id"} & vals.keys():
                raise UserError(self.env._("A participant is not exchanged: remove him and add the other one."))

    @api.ondelete(at_uninstall=False)
    def _unlink_only_uninvited(self):
        for enrolment in self:
            if (enrolment.state in SEATED and enrolment.session_id.state != "draft") or enrolment.session_id.state in FINISHED:
                raise UserError(self.env._(
                    "%(employee)s was invited and stays on record. Let him decline, or take him off the list.",
                    employee=enrolment.employee_id.name))

    def action_confirm(self):
        """The participant says that he comes.

        :raises AccessError: for anybody but himself and HR
        """
        self._check_own("invited")
        self.sudo()._flow_write({"state": "confirmed", "answered_on": fields.Datetime.now()})  # participants only read their own row

    def action_decline(self):
        """The participant says that he does not come, or HR takes him off; who waits longest takes the seat.

        :raises AccessError: for anybody but himself and HR
        :raises UserError: once the session has begun
        """
        self._check_own("draft", "invited", "confirmed", "waiting")
        for enrolment in self.filtered("session_id.has_begun"):
            if not self._is_hr() or self._is_about_me(enrolment.employee_id):
                raise UserError(self.env._("The session has begun: tell the trainer."))
            if enrolment.attendance or enrolment.has_score or enrolment.practical or enrolment.observation:
                raise UserError(self.env._(
                    "%(employee)s has a result already and stays on the list: it is judged when the session is closed.",
                    employee=enrolment.employee_id.name))
        self.sudo()._flow_write({"state": "declined", "answered_on": fields.Datetime.now()})  # as above
        self.session_id.sudo().filtered(lambda session: session.state == "open")._fill_seats()  # the next one is no concern of his

    def action_sign_in(self, code=False):
        """Sign in to the session with the code shown in the room. Wrong codes are counted: after five the trainer helps.

        :param str code: six digits
        :return: a message for the screen; a wrong code raises nothing, so that it stays counted
        :raises AccessError: for anybody but the participant himself
        :raises UserError: when there is nothing to sign in to
        """
        self.ensure_one()
        if not self.is_mine:
            raise AccessError(self.env._("Everybody signs in for himself."))
        if code is False:
            return self._open_sign_in()
        session, now = self.session_id, fields.Datetime.now()
        if session.state != "open" or self.state not in SEATED:
            raise UserError(self.env._("There is no seat for you in this session."))
        if not session.date_start - SIGN_IN_EARLY <= now <= session.date_end:
            raise UserError(self.env._("You can sign in from one hour before the session until its end."))
        own_sudo = self.sudo()  # participants only read their own row
        own_sudo._lock()
        if own_sudo.sign_in_failures >= SIGN_IN_TRIES:
            raise UserError(self.env._("Too many wrong codes: ask the trainer to mark you as present."))
        if not isinstance(code, str) or code.strip() not in session.sudo()._get_sign_in_codes(now):  # compared, never shown
            own_sudo._flow_write({"sign_in_failures": own_sudo.sign_in_failures + 1})
            return self._get_message(self.env._("That is not the code of this session."), "danger")
        own_sudo._flow_write({"attendance": "present", "signed_in_on": now, "state": "confirmed"})
        return self._get_message(self.env._("You are signed in."), "success")

    def _open_sign_in(self):
        return {
            "type": "ir.actions.act_window", "res_model": "hr.training.sign.in", "view_mode": "form", "target": "new",
            "name": self.env._("Sign in"), "context": {"default_enrolment_id": self.id},
        }

    @api.model
    def _get_message(self, text, kind):
        return {
            "type": "ir.actions.client", "tag": "display_notification",
            "params": {"message": text, "type": kind, "next": {"type": "ir.actions.act_window_close"}},
        }

    def _check_own(self, *states):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for enrolment in self:
            if not enrolment.is_mine and not self._is_hr():
                raise AccessError(self.env._("Everybody answers for himself."))
            if enrolment.session_id.state in FINISHED or enrolment.state not in states:
                raise UserError(self.env._(
                    "%(session)s: your place is '%(state)s', so there is nothing to answer.",
                    session=enrolment.session_id.display_name, state=labels[enrolment.state]))

    def _notify(self, text):
        """Tell the participants something about their session, in their inbox or by mail."""
        for session, enrolments in self.grouped("session_id").items():
            employees_sudo = enrolments.employee_id.sudo()  # whom to write to, whoever plans
            partners = employees_sudo.user_id.partner_id | employees_sudo.filtered(lambda one: not one.user_id).work_contact_id
            if partners:
                session.sudo().message_notify(  # a participant who declines frees a seat for the next one
                    partner_ids=partners.ids, subject=session.display_name, body=text)
