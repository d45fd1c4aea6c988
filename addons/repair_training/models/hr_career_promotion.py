from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

OPEN = ("draft", "requested", "checked")


class HrCareerPromotion(models.Model):
    """A step on a ladder: requested, recommended, checked against frozen evidence, approved by somebody else (handbook 9.3)."""

    _name = "hr.career.promotion"
    _description = "Career Promotion"
    _inherit = ["mail.thread", "mail.activity.mixin", "hr.training.mixin"]
    _order = "id desc"
    _flow_fields = frozenset({
        "name", "state", "from_level_id", "kind", "recommended_by_id", "recommended_on", "checked_by_id", "checked_on", "is_met",
        "decided_by_id", "decided_on", "requested_on"})

    name = fields.Char("Number", readonly=True, copy=False, default=lambda self: self.env._("New"))
    employee_id = fields.Many2one(
        "hr.employee", required=True, ondelete="restrict", index=True, default=lambda self: self.env.user.employee_id, tracking=True)
    company_id = fields.Many2one("res.company", compute="_compute_company_id", store=True, index=True, precompute=True)
    kind = fields.Selection(
        [("placement", "First level"), ("promotion", "Promotion"), ("crossing", "Other ladder"), ("down", "Lower level")],
        compute="_compute_kind", store=True, precompute=True, readonly=True)
    from_level_id = fields.Many2one("hr.career.level", "Level before", readonly=True, copy=False, ondelete="restrict")
    to_level_id = fields.Many2one("hr.career.level", "To", required=True, ondelete="restrict", tracking=True)
    motivation = fields.Text("Reasons")
    effective_date = fields.Date("From the day", help="First day at the new level; the day of approval when empty. Never before it.")
    state = fields.Selection(
        [("draft", "Draft"), ("requested", "Requested"), ("checked", "Checked"), ("approved", "Approved"), ("refused", "Refused"),
         ("withdrawn", "Withdrawn")], default="draft", readonly=True, copy=False, index=True, tracking=True)
    requested_on = fields.Datetime(readonly=True, copy=False)
    recommendation = fields.Text("Manager's opinion", copy=False)
    recommended_by_id = fields.Many2one("res.users", "Recommended by", readonly=True, copy=False)
    recommended_on = fields.Datetime(readonly=True, copy=False)
    evidence_ids = fields.One2many("hr.career.evidence", "promotion_id", readonly=True)
    is_met = fields.Boolean("Everything met", readonly=True, copy=False)
    checked_by_id = fields.Many2one("res.users", "Checked by", readonly=True, copy=False)
    checked_on = fields.Datetime(readonly=True, copy=False)
    decision_note = fields.Text("Decision", copy=False)
    decided_by_id = fields.Many2one("res.users", "Decided by", readonly=True, copy=False)
    decided_on = fields.Datetime(readonly=True, copy=False)
    is_mine = fields.Boolean(compute="_compute_can_recommend")
    can_recommend = fields.Boolean(compute="_compute_can_recommend")

    _open_uniq = models.UniqueIndex(
        "(employee_id) WHERE state IN ('draft', 'requested', 'checked')", "This employee has an open request already.")

    @api.depends("employee_id")
    def _compute_company_id(self):
        for promotion in self:
            promotion.company_id = promotion.employee_id.sudo().company_id  # the employee asks, his record is HR's

    @api.depends("from_level_id", "to_level_id")
    def _compute_kind(self):
        for promotion in self:
            old, new = promotion.from_level_id, promotion.to_level_id
            if not old:
                promotion.kind = "placement"
            elif old.track_id != new.track_id:
                promotion.kind = "crossing"
            else:
                promotion.kind = "promotion" if (new.sequence, new.id) > (old.sequence, old.id) else "down"

    @api.depends("employee_id", "state")
    @api.depends_context("uid")
    def _compute_can_recommend(self):
        for promotion in self:
            promotion.is_mine = self._is_me(promotion.employee_id)
            promotion.can_recommend = promotion.state in ("draft", "requested") and self._is_my_report(promotion.employee_id)

    @api.constrains("to_level_id", "from_level_id")
    def _check_step(self):
        for promotion in self:
            old, new = promotion.from_level_id, promotion.to_level_id
            if old == new:
                raise ValidationError(self.env._("%(employee)s has this level already.", employee=promotion.employee_id.name))
            if promotion.kind == "promotion" and old._get_next() != new:
                raise ValidationError(self.env._(
                    "After %(old)s comes %(new)s: no level is skipped.", old=old.name, new=old._get_next().name or "-"))
            if promotion.kind == "crossing":
                highest = promotion._get_entry_level()
                if (new.sequence, new.id) > (highest.sequence, highest.id):
                    raise ValidationError(self.env._(
                        "%(track)s is entered at %(level)s at most: no level is skipped on another ladder either.",
                        track=new.track_id.name, level=highest.name))

    @api.model_create_multi
    def create(self, vals_list):
        """Ask for a level: everybody for himself, a manager for his people, HR for anybody."""
        for vals in vals_list:
            employee = self.env["hr.employee"].browse(vals.get("employee_id")) or self.env.user.employee_id
            if not (self._is_hr() or self._is_me(employee) or self._is_my_report(employee)):
                raise AccessError(self.env._("A level is asked for by the employee himself, his manager or HR."))
            if self._is_about_me(employee) and (vals.get("recommendation") or vals.get("decision_note")):
                raise AccessError(self.env._("Nobody recommends himself."))
            if vals.get("recommendation") and not self._is_my_report(employee):
                raise AccessError(self.env._("Only the employee's manager recommends him."))
        promotions = super().create(vals_list)
        for promotion in promotions.sudo():  # employees ask, the record fills in where they stand
            promotion._flow_write({
                "name": self.env["ir.sequence"].sudo().next_by_code("hr.career.promotion"),  # nobody else numbers
                "from_level_id": promotion.employee_id.career_level_id.id})
        return promotions

    def _check_frozen(self, vals):
        free = {"message_follower_ids", "activity_ids", "message_ids", "message_main_attachment_id"}
        for promotion in self:
            names = vals.keys() - free
            if promotion.state in ("approved", "refused", "withdrawn") and names:
                raise UserError(self.env._("%(name)s is decided and stays as it is.", name=promotion.name))
            if promotion.state == "checked" and names - {"decision_note", "effective_date"}:
                raise UserError(self.env._("%(name)s was checked: its evidence is frozen. Send it back to change it.", name=promotion.name))
            if "employee_id" in vals:
                raise UserError(self.env._("A request stays with its employee."))
            about_me = self._is_about_me(promotion.employee_id)
            if "recommendation" in vals and about_me:
                raise AccessError(self.env._("Nobody recommends himself."))
            if "recommendation" in vals and not promotion.can_recommend:
                raise AccessError(self.env._("Only the employee's manager recommends him."))
            if promotion.recommended_by_id and {"recommendation", "to_level_id", "motivation"} & names:
                raise UserError(self.env._(
                    "%(name)s was recommended as it stands. Withdraw it and ask anew to change it.", name=promotion.name))
            if {"decision_note", "effective_date"} & names and (about_me or not self._is_hr()):
                raise AccessError(self.env._("The decision is written by HR, never by the employee himself."))

    @api.ondelete(at_uninstall=False)
    def _unlink_only_draft(self):
        if any(promotion.state != "draft" for promotion in self):
            raise UserError(self.env._("A request that was made is kept. Withdraw it instead."))

    def action_request(self):
        """Hand the request in; the manager is asked for his opinion."""
        for promotion in self:
            promotion._check_state(("draft",))
            if not (promotion.is_mine or self._is_hr() or self._is_my_report(promotion.employee_id)):
                raise AccessError(self.env._("A level is asked for by the employee himself, his manager or HR."))
            request_sudo = promotion.sudo()  # employees ask, but do not write requests under way
            request_sudo._flow_write({"state": "requested", "requested_on": fields.Datetime.now()})
            if boss := request_sudo.employee_id.parent_id.user_id:
                request_sudo.activity_schedule(
                    "mail.mail_activity_data_todo", user_id=boss.id,
                    summary=self.env._("Recommend %(employee)s or not", employee=request_sudo.employee_id.name))

    def action_recommend(self):
        """The manager recommends his employee, in words.

        :raises AccessError: for anybody but the employee's manager
        :raises UserError: without words
        """
        for promotion in self:
            promotion._check_state(("draft", "requested"))
            if not promotion.can_recommend:
                raise AccessError(self.env._("Only the employee's manager recommends him."))
            if not (promotion.recommendation or "").strip():
                raise UserError(self.env._("Write in your opinion why you recommend %(employee)s.", employee=promotion.employee_id.name))
            request_sudo = promotion.sudo()  # managers give their opinion, the flow is the record's
            request_sudo._flow_write({"recommended_by_id": self.env.uid, "recommended_on": fields.Datetime.now()})
            request_sudo.activity_feedback(["mail.mail_activity_data_todo"], user_id=self.env.uid)

    def action_check(self):
        """Freeze the evidence as it stands now.

        :raises AccessError: for others than HR, and for one's own request
        :raises UserError: when something is missing; says what
        """
        self._check_hr()
        for promotion in self:
            promotion._check_state(("requested",))
            promotion._check_not_own()
            verdicts, met = promotion._judge()
            missing = [promotion._describe_verdict(verdict) for verdict in verdicts if verdict.met is False]
            if not met and promotion.kind != "placement":
                raise UserError(self.env._("%(employee)s does not meet %(level)s yet:\n%(missing)s", employee=promotion.employee_id.name,
                                           level=promotion.to_level_id.name, missing="\n".join(missing)))
            promotion._freeze(verdicts)
            promotion._flow_write({
                "state": "checked", "is_met": met, "checked_by_id": self.env.uid, "checked_on": fields.Datetime.now()})

    def action_send_back(self):
        """Give a checked request back: its evidence is taken anew."""
        self._check_hr()
        for promotion in self:
            promotion._check_state(("checked",))
            promotion._check_not_own()
            promotion.evidence_ids.with_context(repair_flow=self._get_token()).unlink()
            promotion._flow_write({"state": "requested", "checked_by_id": False, "checked_on": False, "is_met": False})

    def action_approve(self):
        """Approve: level, job and history change in HR from the effective day on.

        :raises AccessError: for others than HR managers, for the employee himself, who recommended and who checked
        :raises UserError: when the evidence holds no longer, or the day lies in the past
        """
        self._lock()
        for promotion in self:
            promotion._check_decider()
            today = self._get_local_today(promotion.company_id)
            if promotion.effective_date and promotion.effective_date < today:
                raise UserError(self.env._("A level is not given for days that are over: choose a day from today on."))
            if promotion.is_met and not promotion._judge()[1]:
                raise UserError(self.env._("The evidence holds no longer: send the request back and check it again."))
            if not promotion.is_met and not (promotion.decision_note or "").strip():
                raise UserError(self.env._(
                    "Not everything asked for is on record: write under 'Decision' why %(employee)s gets the level all the same.",
                    employee=promotion.employee_id.name))
            day = promotion.effective_date or today
            vals = {"career_level_id": promotion.to_level_id.id}
            if promotion.to_level_id.job_id:
                vals["job_id"] = promotion.to_level_id.job_id.id
            promotion.employee_id._set_version(day, vals)
            promotion._flow_write({
                "state": "approved", "decided_by_id": self.env.uid, "decided_on": fields.Datetime.now(), "effective_date": day})
            promotion.employee_id.message_post(body=self.env._(
                "%(number)s: %(level)s from %(day)s on", number=promotion.name, level=promotion.to_level_id.display_name, day=day))

    def action_refuse(self):
        """Refuse, with the reason written under Decision.

        :raises UserError: without a reason
        """
        for promotion in self:
            if promotion.state == "requested":
                self._check_hr()
                promotion._check_not_own()
            else:
                promotion._check_decider()
            if not (promotion.decision_note or "").strip():
                raise UserError(self.env._("Write under 'Decision' why the request is refused."))
            promotion._flow_write({"state": "refused", "decided_by_id": self.env.uid, "decided_on": fields.Datetime.now()})

    def action_withdraw(self):
        """The employee takes his request back."""
        for promotion in self:
            promotion._check_state(OPEN)
            if not (promotion.is_mine or self._is_hr()):
                raise AccessError(self.env._("A request is taken back by the employee himself or HR."))
            promotion.sudo()._flow_write({"state": "withdrawn"})  # employees do not write requests under way

    def action_print_letter(self):
        """Open the letter as a PDF.

        :raises AccessError: for others than the employee, his managers and HR
        :raises UserError: before the approval
        """
        self.ensure_one()
        self._check_letter_reader()
        return {"type": "ir.actions.act_url", "url": f"/training/promotion/{self.id}/letter", "target": "new"}

    def _check_letter_reader(self):
        self.ensure_one()
        if not (self._is_hr() or self.is_mine or self._is_my_report(self.employee_id)):
            raise AccessError(self.env._("The letter is for the employee, his manager and HR."))
        if self.state != "approved":
            raise UserError(self.env._("There is a letter once the request is approved."))

    @api.model
    def _get_token(self):
        return self.env["hr.training.enrolment"]._get_token()

    def _check_state(self, states):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for promotion in self:
            if promotion.state not in states:
                raise UserError(self.env._(
                    "%(name)s is '%(state)s': this is possible while it is '%(expected)s'.", name=promotion.name,
                    state=labels[promotion.state], expected=" / ".join(labels[state] for state in states)))

    def _check_not_own(self):
        if any(self._is_about_me(promotion.employee_id) for promotion in self):
            raise AccessError(self.env._("Nobody checks or decides his own request: another HR officer does."))

    def _check_decider(self):
        if not self.env.user.has_group("hr.group_hr_manager"):
            raise AccessError(self.env._("Only an HR manager decides on levels."))
        self._check_state(("checked",))
        self._check_not_own()
        for promotion in self:
            if self._is_same_person(promotion.checked_by_id | promotion.recommended_by_id):
                raise AccessError(self.env._("Whoever recommended or checked the request does not decide on it."))
