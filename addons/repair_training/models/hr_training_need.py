from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

LIVE = ("proposed", "open", "planned")
SOURCES = [
    ("complaint", "Complaints"), ("repeat", "Repeats"), ("inspection", "Failed inspections"), ("job", "Required by the job"),
    ("certificate", "Expiring certificate"), ("onboarding", "Newcomer"), ("career", "Next level"), ("manager", "Asked for by the manager"),
    ("wish", "Own wish"),
]


class HrTrainingNeed(models.Model):
    """Why an employee should be trained. All of his needs together are his personal plan (handbook 9.1.4)."""

    _name = "hr.training.need"
    _description = "Training Need"
    _inherit = ["hr.training.mixin"]
    _order = "deadline, id"
    _rec_name = "title"
    _flow_fields = frozenset({
        "state", "key", "count", "evidence", "enrolment_id", "decided_by_id", "decided_on", "met_on", "decision_note", "since"})

    title = fields.Char(compute="_compute_title")
    employee_id = fields.Many2one(
        "hr.employee", required=True, ondelete="cascade", index=True, default=lambda self: self.env.user.employee_id)
    company_id = fields.Many2one("res.company", compute="_compute_company_id", store=True, index=True, precompute=True)
    department_id = fields.Many2one("hr.department", compute="_compute_company_id", store=True, precompute=True)
    source = fields.Selection(SOURCES, required=True, default="wish", index=True)
    course_id = fields.Many2one("hr.training.course", ondelete="set null", index="btree_not_null")
    skill_id = fields.Many2one("hr.skill", "Skill or certificate", ondelete="cascade")
    category_id = fields.Many2one("repair.appliance.category", "Family", ondelete="cascade")
    cause_id = fields.Many2one("repair.fault.code", ondelete="set null", groups="hr.group_hr_user")
    wish = fields.Char("What to learn", help="In one's own words, when no course fits.")
    evidence = fields.Char("Reason", readonly=True, copy=False)
    count = fields.Integer("Cases", readonly=True, copy=False)
    since = fields.Date(readonly=True, copy=False, default=fields.Date.context_today)
    deadline = fields.Date("Until", index=True)
    state = fields.Selection(
        [("proposed", "Proposed"), ("open", "To plan"), ("planned", "Planned"), ("met", "Met"), ("dismissed", "Dropped")],
        default="proposed", readonly=True, copy=False, index=True)
    enrolment_id = fields.Many2one(
        "hr.training.enrolment", "Training", readonly=True, copy=False, ondelete="set null", index="btree_not_null")
    date_start = fields.Datetime(related="enrolment_id.date_start")
    decided_by_id = fields.Many2one("res.users", "Decided by", readonly=True, copy=False)
    decided_on = fields.Datetime(readonly=True, copy=False)
    decision_note = fields.Char(readonly=True, copy=False)
    met_on = fields.Date(readonly=True, copy=False)
    key = fields.Char(readonly=True, copy=False, groups="base.group_system", help="What makes two needs the same one.")
    can_decide = fields.Boolean(compute="_compute_can_decide")
    is_mine = fields.Boolean(compute="_compute_can_decide")

    _live_uniq = models.UniqueIndex(
        "(employee_id, key) WHERE key IS NOT NULL AND state IN ('proposed', 'open', 'planned')", "This need stands in the plan already.")

    @api.depends("course_id", "skill_id", "category_id", "wish")
    @api.depends_context("lang")
    def _compute_title(self):
        for need in self:
            family = need.category_id.name
            need.title = need.course_id.name or need.skill_id.name or need.wish or family or self.env._("Training")

    @api.depends("employee_id")
    def _compute_company_id(self):
        for need in self:
            employee_sudo = need.employee_id.sudo()  # whose need it is may be no colleague of the company in use
            need.company_id = employee_sudo.company_id
            need.department_id = employee_sudo.department_id

    @api.depends("employee_id", "state", "source")
    @api.depends_context("uid")
    def _compute_can_decide(self):
        is_hr = self._is_hr()
        for need in self:
            need.is_mine = self._is_me(need.employee_id)
            need.can_decide = not self._is_about_me(need.employee_id) and (is_hr or self._is_my_report(need.employee_id))

    @api.constrains("course_id", "skill_id", "wish", "category_id")
    def _check_content(self):
        for need in self:
            if not (need.course_id or need.skill_id or need.category_id or (need.wish or "").strip()):
                raise ValidationError(self.env._("Say what is to be learned: choose a course, or write it down."))

    @api.model_create_multi
    def create(self, vals_list):
        """Record needs. An employee's own one is a wish that waits for his manager; a manager's or HR's counts at once.

        :raises AccessError: for a colleague's need, unless one is his manager or HR
        """
        if not self._in_flow():
            own_vals_list = []
            for vals in vals_list:
                employee = self.env["hr.employee"].browse(vals.get("employee_id")) or self.env.user.employee_id
                mine, is_hr = self._is_me(employee), self._is_hr()
                if not (mine or is_hr or self._is_my_report(employee)):
                    raise AccessError(self.env._("Needs are recorded by the employee himself, his manager or HR."))
                source = vals.get("source") if is_hr and not mine else None
                own_vals_list.append({
                    **vals, "employee_id": employee.id, "source": source or ("wish" if mine else "manager")})
            vals_list = own_vals_list
        needs = super().create(vals_list)
        if not self._in_flow():
            fresh_sudo = needs.sudo()  # employees record needs, but do not write them
            fresh_sudo.filtered(lambda need: need.source != "wish")._flow_write(
                {"state": "open", "decided_by_id": self.env.uid, "decided_on": fields.Datetime.now()})
            fresh_sudo._link_enrolments()
        return needs

    def _check_frozen(self, vals):
        for need in self:
            if not self.env.su and self._is_about_me(need.employee_id):
                raise AccessError(self.env._("Your own needs are changed by your manager or HR."))
            if need.state in ("met", "dismissed"):
                raise UserError(self.env._("'%(need)s' is settled. Record a new need instead.", need=need.title))
            if {"employee_id", "source"} & vals.keys():
                raise UserError(self.env._("Employee and origin of a need stay as they are. Record a new need instead."))

    @api.ondelete(at_uninstall=False)
    def _unlink_only_proposed(self):
        if any(need.state != "proposed" for need in self):
            raise UserError(self.env._("Needs stay on record. Drop the need with a reason instead."))

    def action_accept(self):
        """Take wishes into the personal plan.

        :raises AccessError: for others than the manager and HR, and for one's own wish
        """
        self._check_decision(("proposed",))
        self.sudo()._flow_write({  # managers decide, but do not write
            "state": "open", "decided_by_id": self.env.uid, "decided_on": fields.Datetime.now()})
        self.sudo()._link_enrolments()  # as above

    def action_dismiss(self, note=False):
        """Drop needs from the plan; an employee may withdraw his own wish while nobody has decided, and need not say why.

        :param str note: why; asked for in a dialogue when it is not given, kept with the need
        :raises AccessError: for others than the manager and HR
        :raises UserError: without a reason
        """
        withdrawn = self.filtered(lambda need: need.is_mine and need.source == "wish" and need.state == "proposed")
        (self - withdrawn)._check_decision(LIVE)
        if self - withdrawn:
            if note is False:
                return self.env["hr.training.reason"]._ask(self, self.env._("Drop the need"))
            if not isinstance(note, str) or not note.strip():
                raise UserError(self.env._("Write why the need is dropped."))
        self.sudo()._flow_write({  # managers decide, but do not write
            "state": "dismissed", "decided_by_id": self.env.uid, "decided_on": fields.Datetime.now(),
            "decision_note": note.strip()[:500] if isinstance(note, str) else False})
        return True

    def _check_decision(self, states):
        for need in self:
            if not need.can_decide:
                raise AccessError(self.env._("Needs are decided by the employee's manager or HR, and nobody decides his own."))
            if need.state not in states:
                raise UserError(self.env._("'%(need)s' is decided already.", need=need.title))

    def _link_enrolments(self):
        """Needs whose course the employee is enrolled in already are planned."""
        waiting = self.filtered(lambda need: need.state == "open" and need.course_id)
        rows = self.env["hr.training.enrolment"].search([
            ("employee_id", "in", waiting.employee_id.ids), ("course_id", "in", waiting.course_id.ids),
            ("state", "not in", ("declined", "cancelled")), ("session_state", "in", ("draft", "open", "review"))])
        rows._plan_needs()


class HrTrainingEnrolment(models.Model):
    _inherit = "hr.training.enrolment"

    need_ids = fields.One2many("hr.training.need", "enrolment_id", "Needs")

    @api.model_create_multi
    def create(self, vals_list):
        """Whoever is enrolled has his need planned."""
        enrolments = super().create(vals_list)
        enrolments._plan_needs()
        return enrolments

    def _plan_needs(self):
        by_person = {(row.employee_id, row.course_id): row for row in self}
        needs_sudo = self.env["hr.training.need"].sudo().search([  # a need follows its training by itself
            ("employee_id", "in", self.employee_id.ids), ("course_id", "in", self.course_id.ids), ("state", "=", "open")])
        for need in needs_sudo:
            if enrolment := by_person.get((need.employee_id, need.course_id)):
                need._flow_write({"state": "planned", "enrolment_id": enrolment.id})

    def _flow_write(self, vals):
        """A training that does not take place leaves its need open again."""
        res = super()._flow_write(vals)
        if vals.get("state") in ("declined", "cancelled") or vals.get("result") in ("failed", "absent") or vals.get("voided_on"):
            self._release_needs()
        return res

    def unlink(self):
        """Delete participants; what they needed is to be planned again."""
        self._release_needs()
        return super().unlink()

    def _release_needs(self):
        needs_sudo = self.sudo().need_ids.filtered(lambda need: need.state in ("planned", "met"))  # as above
        needs_sudo._flow_write({"state": "open", "enrolment_id": False, "met_on": False})

    def _judge(self):
        res = super()._judge()
        passed = self.filtered(lambda row: row.result == "passed")
        needs_sudo = self.env["hr.training.need"].sudo().search([  # as above
            ("employee_id", "in", passed.employee_id.ids), ("state", "in", LIVE)])
        for row in passed:
            given = row.course_id.skill_ids.skill_id
            met = needs_sudo.filtered(lambda need, row=row, given=given: need.employee_id == row.employee_id and (
                need.course_id == row.course_id or (need.skill_id and need.skill_id in given)))
            met._flow_write({"state": "met", "met_on": self._get_local_today(row.company_id), "enrolment_id": row.id})
        return res
