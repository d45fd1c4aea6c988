from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import is_html_empty

FREE_FIELDS = frozenset({"message_follower_ids", "activity_ids", "message_ids", "message_main_attachment_id"})
# Set when the meeting is called; what was put before it belongs to these days.
PLAN_FIELDS = frozenset({"date", "period_from", "period_to", "company_id"})
ACTIVITY_REVIEW = "repair_quality.mail_activity_type_review"
DAYS_AHEAD = 14


class QmsReview(models.Model):
    """A management review: inputs that the system prepares and freezes, who was there, minutes, decisions (handbook 10.1.1, ISO 9.3)."""

    _name = "qms.review"
    _description = "Management Review"
    _inherit = ["mail.thread", "mail.activity.mixin", "qms.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True
    _flow_fields = frozenset({"state", "number", "prepared_on", "prepared_by_id", "held_on", "closed_on", "closed_by_id"})

    number = fields.Char(readonly=True, copy=False)
    name = fields.Char("Management review", required=True, tracking=True)
    date = fields.Date("Day of the meeting", required=True, default=fields.Date.context_today, tracking=True)
    period_from = fields.Date("Looks at the days from", required=True, default=lambda self: self._get_default_period()[0])
    period_to = fields.Date("Looks at the days until", required=True, default=lambda self: self._get_default_period()[1])
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    chair_id = fields.Many2one(
        "res.users", required=True, tracking=True, domain="[('share', '=', False)]",
        default=lambda self: self.env["qms.nonconformity"]._get_default_owner())
    state = fields.Selection(
        [("planned", "Planned"), ("prepared", "Prepared"), ("held", "Held"), ("closed", "Closed")], default="planned", required=True,
        readonly=True, copy=False, tracking=True, index=True)
    attendee_ids = fields.One2many("qms.review.attendee", "review_id", "Attendance")
    input_ids = fields.One2many("qms.review.input", "review_id", "Inputs", readonly=True)
    minutes = fields.Html(help="What was discussed about each input.")
    conclusion = fields.Text(help="Whether the quality system is suitable, adequate and effective, and what it needs.")
    decision_ids = fields.One2many("qms.action", "review_id", "Decisions")
    no_decision_reason = fields.Char("Why nothing was decided")
    next_date = fields.Date("Next review", tracking=True)
    prepared_on = fields.Datetime("Inputs frozen on", readonly=True, copy=False)
    prepared_by_id = fields.Many2one("res.users", "Prepared by", readonly=True, copy=False)
    held_on = fields.Date(readonly=True, copy=False)
    closed_on = fields.Date(readonly=True, copy=False)
    closed_by_id = fields.Many2one("res.users", "Closed by", readonly=True, copy=False)
    open_decision_count = fields.Integer("Open decisions", compute="_compute_open_decision_count")
    can_lead = fields.Boolean(compute="_compute_can_lead")

    _number_unique = models.UniqueIndex("(company_id, number) WHERE number IS NOT NULL", "This number is used already.")
    _period = models.Constraint("CHECK (period_from <= period_to)", "The period ends after it begins.")

    @api.model
    def _get_default_period(self):
        """The last half year of whole months."""
        first = fields.Date.context_today(self).replace(day=1)
        return first - relativedelta(months=6), first - relativedelta(days=1)

    @api.depends("decision_ids.done_on", "decision_ids.cancelled_on")
    def _compute_open_decision_count(self):
        for review in self:
            review.open_decision_count = len(review.decision_ids.filtered(lambda row: not row.done_on and not row.cancelled_on))

    @api.depends_context("uid")
    @api.depends("chair_id")
    def _compute_can_lead(self):
        officer = self._is_quality_officer()
        for review in self:
            review.can_lead = officer or review.chair_id == self.env.user

    @api.constrains("period_from", "period_to")
    def _check_period(self):
        if any((review.period_to - review.period_from).days > 740 for review in self):
            raise ValidationError(self.env._("A review looks at two years at most."))

    @api.model_create_multi
    def create(self, vals_list):
        """Reviews start as planned and get the next number of their company."""
        reviews = super().create(vals_list)
        for review in reviews:
            review._flow_write({"number": self.env["ir.sequence"].with_company(review.company_id).next_by_code("qms.review")})
        return reviews

    def _check_frozen(self, vals):
        names = vals.keys() - FREE_FIELDS
        for review in self:
            changed = {name for name in names if review._is_changed(name, vals[name])}
            if changed and review.state == "closed":
                raise UserError(self.env._("A closed review stays as it is; its decisions are carried on by themselves."))
            if changed & PLAN_FIELDS and review.state != "planned":
                raise UserError(self.env._("The inputs are prepared for these days: prepare another review."))
            if "input_ids" in changed:
                raise UserError(self.env._("Inputs are prepared by the system."))

    @api.ondelete(at_uninstall=False)
    def _unlink_only_planned(self):
        if any(review.state != "planned" for review in self):
            raise UserError(self.env._("A review that was prepared is kept as a record."))

    def action_prepare(self):
        """Have the system put together what the review looks at, and freeze it; until the meeting it may be prepared anew.

        :raises AccessError: for others than the chair and quality officers
        :raises UserError: once the meeting was held
        """
        self._check_leads()
        self._lock()
        for review in self:
            if review.state not in ("planned", "prepared"):
                raise UserError(self.env._("The meeting was held: its inputs stay as they were."))
            review.input_ids.sudo()._flow_unlink()  # nobody else writes inputs
            review.env["qms.review.input"].sudo()._flow_create([  # as above
                {"review_id": review.id, "sequence": number, **row} for number, row in enumerate(review._get_inputs())])
            review._flow_write({"state": "prepared", "prepared_on": fields.Datetime.now(), "prepared_by_id": self.env.uid})
            review.invalidate_recordset(["input_ids"])
            review._invite()

    def _invite(self):
        """Tell those invited that the inputs are there to be read; who was told before is not told again."""
        self.ensure_one()
        employees_sudo = self.attendee_ids.employee_id.sudo()  # the chair may not read employees' users
        partners = employees_sudo.user_id.partner_id - self.message_partner_ids - self.env.user.partner_id
        if partners:
            self.message_subscribe(partners.ids)
            self.message_notify(
                partner_ids=partners.ids, subject=self.display_name, body=self.env._(
                    "You are invited to %(review)s on %(day)s. Its inputs are prepared: please read them before.",
                    review=self.display_name, day=self.date))

    def action_hold(self):
        """Note that the meeting takes place today, with who is there.

        :raises UserError: without inputs, or with fewer than two people present
        """
        self._check_leads()
        self._lock()
        for review in self:
            if review.state != "prepared":
                raise UserError(self.env._("Prepare the inputs of the review first."))
            if len(review.attendee_ids.filtered("is_present")) < 2:
                raise UserError(self.env._("Note who is present: a review is held by at least two people."))
            review._flow_write({"state": "held", "held_on": fields.Date.context_today(self)})

    def action_close(self):
        """Close the review: minutes, conclusion and decisions are records from here on.

        :raises AccessError: for others than the chair and quality managers
        :raises UserError: while minutes or conclusion are missing, or nothing is decided without a reason
        """
        self._lock()
        for review in self:
            if not (self._is_quality_manager() or review.chair_id == self.env.user):
                raise AccessError(self.env._("The chair and quality managers close a review."))
            if review.state != "held":
                raise UserError(self.env._("Hold the meeting first."))
            review._check_complete()
            if review.next_date:
                review.activity_schedule(
                    ACTIVITY_REVIEW, review.next_date - relativedelta(days=DAYS_AHEAD), user_id=review.chair_id.id,
                    summary=self.env._("Prepare the management review of %(day)s", day=review.next_date))
        self._flow_write({"state": "closed", "closed_on": fields.Date.context_today(self), "closed_by_id": self.env.uid})

    def _check_complete(self):
        if is_html_empty(self.minutes):
            raise UserError(self.env._("Write the minutes of the review."))
        if not (self.conclusion or "").strip():
            raise UserError(self.env._("Write the conclusion of the review."))
        if not self.decision_ids and not (self.no_decision_reason or "").strip():
            raise UserError(self.env._("Note the decisions of the review, or why nothing was decided."))

    def action_view_decisions(self):
        """Open the decisions of the review."""
        self.ensure_one()
        return self.env["ir.actions.act_window"]._for_xml_id("repair_quality.qms_action_action") | {
            "domain": [("review_id", "=", self.id)], "context": {}}

    def action_new_decision(self):
        """Open a new decision of the review, with owner and day."""
        self.ensure_one()
        self._check_takes_decisions()
        return {
            "type": "ir.actions.act_window", "name": self.env._("Decision"), "res_model": "qms.action", "views": [(False, "form")],
            "context": {"default_review_id": self.id, "default_kind": "decision", "default_figure_days": 0}}

    def _check_takes_decisions(self):
        self._check_leads()
        if any(review.state not in ("prepared", "held") for review in self):
            raise UserError(self.env._("Decisions are noted in the meeting, until the review is closed."))

    def _check_leads(self):
        if not self.env.su and any(not review.can_lead for review in self):
            raise AccessError(self.env._("The chair and quality officers lead a review."))


class QmsReviewAttendee(models.Model):
    """Somebody invited to a review, and whether he was there."""

    _name = "qms.review.attendee"
    _description = "Attendee of a Review"
    _inherit = ["repair.input"]
    _order = "review_id, id"
    _rec_name = "employee_id"

    review_id = fields.Many2one("qms.review", "Management review", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="review_id.company_id", store=True, index=True)
    employee_id = fields.Many2one("hr.employee", required=True, ondelete="restrict", index=True)
    job_title = fields.Char(related="employee_id.job_title")
    is_present = fields.Boolean("Present")
    note = fields.Char(help="For instance who stood in for him.")

    _once = models.Constraint("UNIQUE (review_id, employee_id)", "This person is invited already.")

    @api.model_create_multi
    def create(self, vals_list):
        """Invite people while the review is open."""
        rows = super().create(vals_list)
        rows._check_open()
        return rows

    def write(self, vals):
        """Note who is there while the review is open."""
        self._check_open()
        res = super().write(vals)
        self._check_open()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_only_open(self):
        self._check_open()

    def _check_open(self):
        if any(row.review_id.state == "closed" for row in self):
            raise UserError(self.env._("A closed review stays as it is; its decisions are carried on by themselves."))
