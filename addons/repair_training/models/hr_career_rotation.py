from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError


class HrCareerRotation(models.Model):
    """Work elsewhere, for good or for a time, with a plan and a day of return (handbook 9.3.3)."""

    _name = "hr.career.rotation"
    _description = "Transfer or Rotation"
    _inherit = ["mail.thread", "mail.activity.mixin", "hr.training.mixin"]
    _order = "date_start desc, id desc"
    _rec_name = "employee_id"
    _flow_fields = frozenset({
        "state", "from_department_id", "from_job_id", "from_manager_id", "approved_by_id", "approved_on", "submitted_by_id", "returned_on"})

    employee_id = fields.Many2one(
        "hr.employee", required=True, ondelete="restrict", index=True, default=lambda self: self.env.user.employee_id)
    company_id = fields.Many2one("res.company", compute="_compute_company_id", store=True, index=True, precompute=True)
    kind = fields.Selection([("rotation", "Rotation"), ("transfer", "Transfer")], required=True, default="rotation", tracking=True)
    from_department_id = fields.Many2one("hr.department", "From department", readonly=True, copy=False)
    from_job_id = fields.Many2one("hr.job", "From job", readonly=True, copy=False)
    from_manager_id = fields.Many2one("hr.employee", "From manager", readonly=True, copy=False)
    department_id = fields.Many2one("hr.department", "To department", required=True, tracking=True)
    job_id = fields.Many2one("hr.job", "To job", tracking=True)
    manager_id = fields.Many2one("hr.employee", "Manager there")
    date_start = fields.Date("From", required=True, tracking=True)
    date_end = fields.Date("Until", tracking=True, help="Last day of a rotation; the day after, the employee is back where he was.")
    plan = fields.Text(help="What he learns there, step by step, and who looks after him.")
    outcome = fields.Text(help="What came of it.")
    state = fields.Selection(
        [("draft", "Proposed"), ("submitted", "Submitted"), ("approved", "Approved"), ("running", "Under way"), ("done", "Over"),
         ("cancelled", "Cancelled")], default="draft", readonly=True, copy=False, index=True, tracking=True)
    submitted_by_id = fields.Many2one("res.users", "Submitted by", readonly=True, copy=False)
    approved_by_id = fields.Many2one("res.users", "Approved by", readonly=True, copy=False)
    approved_on = fields.Datetime(readonly=True, copy=False)
    returned_on = fields.Date(readonly=True, copy=False)
    is_mine = fields.Boolean(compute="_compute_is_mine")

    @api.depends("employee_id")
    def _compute_company_id(self):
        for rotation in self:
            rotation.company_id = rotation.employee_id.sudo().company_id  # the employee proposes, his record is HR's

    @api.depends("employee_id")
    @api.depends_context("uid")
    def _compute_is_mine(self):
        for rotation in self:
            rotation.is_mine = self._is_me(rotation.employee_id)

    @api.constrains("kind", "date_start", "date_end")
    def _check_dates(self):
        for rotation in self:
            if rotation.kind == "rotation" and not rotation.date_end:
                raise ValidationError(self.env._("A rotation has a day of return. Without one it is a transfer."))
            if rotation.date_end and rotation.date_end <= rotation.date_start:
                raise ValidationError(self.env._("A rotation ends after it begins."))

    @api.model_create_multi
    def create(self, vals_list):
        """Propose work elsewhere: everybody for himself, a manager for his people, HR for anybody."""
        for vals in vals_list:
            employee = self.env["hr.employee"].browse(vals.get("employee_id")) or self.env.user.employee_id
            if not (self._is_hr() or self._is_me(employee) or self._is_my_report(employee)):
                raise AccessError(self.env._("A rotation is proposed by the employee himself, his manager or HR."))
        return super().create(vals_list)

    def _check_frozen(self, vals):
        free = {"message_follower_ids", "activity_ids", "message_ids", "message_main_attachment_id", "outcome"}
        for rotation in self:
            if rotation.state != "draft" and vals.keys() - free:
                raise UserError(self.env._("What was submitted stays as it is. Cancel it and propose it anew."))
            if "employee_id" in vals:
                raise UserError(self.env._("A rotation stays with its employee."))

    @api.ondelete(at_uninstall=False)
    def _unlink_only_draft(self):
        if any(rotation.state != "draft" for rotation in self):
            raise UserError(self.env._("What was submitted is kept. Cancel it instead."))

    def action_submit(self):
        """Submit a proposal for approval; a rotation needs its plan."""
        for rotation in self:
            rotation._check_state(("draft",))
            if not (self._is_hr() or rotation.is_mine or self._is_my_report(rotation.employee_id)):
                raise AccessError(self.env._("A rotation is proposed by the employee himself, his manager or HR."))
            if not (rotation.plan or "").strip():
                raise UserError(self.env._("Write the plan: what is learned there, and who looks after him."))
            proposal_sudo = rotation.sudo()  # employees propose, the flow is the record's
            proposal_sudo._flow_write({"state": "submitted", "submitted_by_id": self.env.uid})

    def action_approve(self):
        """Approve; on its first day department, job and manager change in HR by themselves.

        :raises AccessError: for others than HR managers, for the employee himself and for who submitted it
        """
        for rotation in self:
            if not self.env.user.has_group("hr.group_hr_manager"):
                raise AccessError(self.env._("Only an HR manager approves transfers and rotations."))
            self._hold(rotation.employee_id)
            rotation._check_state(("submitted",))
            if self._is_about_me(rotation.employee_id) or self._is_same_person(rotation.submitted_by_id):
                raise AccessError(self.env._("Nobody approves what is about himself, or what he submitted."))
            if rotation.date_start < self._get_local_today(rotation.company_id):
                raise UserError(self.env._("It would have begun already: propose it anew with a coming day."))
            if other := rotation._find_overlap():
                raise UserError(self.env._(
                    "%(employee)s is away from %(start)s to %(end)s already: choose other days, or cancel that rotation first.",
                    employee=rotation.employee_id.name, start=other.date_start, end=other.date_end))
            rotation._flow_write({"state": "approved", "approved_by_id": self.env.uid, "approved_on": fields.Datetime.now()})
        self._move_due()

    def _find_overlap(self):
        """A rotation of the same employee, approved or under way, into which this one falls."""
        self.ensure_one()
        domain = [
            ("id", "!=", self.id), ("employee_id", "=", self.employee_id.id), ("kind", "=", "rotation"),
            ("state", "in", ("approved", "running")), ("date_end", ">=", self.date_start)]
        return self.search([*domain, ("date_start", "<=", self.date_end)] if self.date_end else domain, limit=1)

    def action_cancel(self):
        """Cancel what has not begun."""
        for rotation in self:
            rotation._check_state(("draft", "submitted", "approved"))
            if not (self._is_hr() or (rotation.is_mine and rotation.state != "approved")):
                raise AccessError(self.env._("Ask HR to cancel what is approved."))
            rotation.sudo()._flow_write({"state": "cancelled"})  # as above

    def action_return(self):
        """Bring the employee back today, before the planned day."""
        self._check_hr()
        for rotation in self:
            rotation._check_state(("running",))
            if self._is_about_me(rotation.employee_id):
                raise AccessError(self.env._("Nobody approves what is about himself, or what he submitted."))
            rotation._return(self._get_local_today(rotation.company_id))

    @api.model
    def _run_due(self):
        """Begin and end what is due; called every day."""
        self.sudo().search([("state", "in", ("approved", "running"))])._move_due()  # the job moves people of every company

    def _move_due(self):
        for rotation in self:
            today = self._get_local_today(rotation.company_id)
            if rotation.state == "approved" and rotation.date_start <= today:
                rotation._begin()
            if rotation.state == "running" and rotation.kind == "rotation" and rotation.date_end < today:
                rotation._return(rotation.date_end + timedelta(days=1))

    def _begin(self):
        employee = self.employee_id
        self._flow_write({
            "state": "running" if self.kind == "rotation" else "done", "from_department_id": employee.department_id.id,
            "from_job_id": employee.job_id.id, "from_manager_id": employee.parent_id.id})
        vals = {"department_id": self.department_id.id}
        if self.job_id:
            vals["job_id"] = self.job_id.id
        employee._set_version(self.date_start, vals)
        if self.manager_id and self.manager_id != employee:
            employee.parent_id = self.manager_id

    def _return(self, day):
        """Back from a day on; department, job and manager that HR or a promotion gave meanwhile stay."""
        employee = self.employee_id
        now = employee._get_version(day)
        vals = {}
        if now.department_id == self.department_id:
            vals["department_id"] = self.from_department_id.id
        if self.job_id and now.job_id == self.job_id:
            vals["job_id"] = self.from_job_id.id
        if vals:
            employee._set_version(day, vals)
        if self.manager_id and employee.parent_id == self.manager_id:
            employee.parent_id = self.from_manager_id
        self._flow_write({"state": "done", "returned_on": day})

    def _check_state(self, states):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for rotation in self:
            if rotation.state not in states:
                raise UserError(self.env._(
                    "%(name)s is '%(state)s': this is possible while it is '%(expected)s'.", name=rotation.employee_id.name,
                    state=labels[rotation.state], expected=" / ".join(labels[state] for state in states)))


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    @api.model
    def _add_certification_activity_to_employees(self):
        """Core's daily job also begins and ends rotations."""
        activities = super()._add_certification_activity_to_employees()
        self.env["hr.career.rotation"]._run_due()
        return activities
