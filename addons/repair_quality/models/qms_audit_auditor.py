from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class QmsAudit(models.Model):
    """Who may audit: certified on every day of it, and never his own department or work (handbook 10.2.1 (2), ISO 9001 9.2)."""

    _inherit = "qms.audit"

    candidate_ids = fields.Many2many("res.users", string="May audit here", compute="_compute_candidate_ids")

    @api.depends("department_ids", "clause_ids", "date_start", "date_end", "company_id")
    def _compute_candidate_ids(self):
        for audit in self:
            audit.candidate_ids = audit._get_candidates()

    @api.constrains("lead_id", "team_ids", "department_ids", "clause_ids", "date_start", "date_end")
    def _check_auditors(self):
        for audit in self:
            if audit.state == "running":
                continue  # who steps in is judged on that day, and the others each time they answer
            for user in audit.lead_id | audit.team_ids:
                problem = audit._get_department_problem(user, audit.department_ids) or next(filter(None, (
                    audit._get_certificate_problem(user, day) for day in {audit.date_start, audit.date_end})), "")
                if problem:
                    raise ValidationError(problem)

    def _check_auditors_today(self, users):
        """Raise unless these users may audit today: certificates lapse and people move after the planning."""
        for audit in self:
            today = self._get_local_today(audit.company_id)
            for user in users:
                problem = audit._get_certificate_problem(user, today) or audit._get_department_problem(user, audit.department_ids)
                if problem:
                    raise UserError(problem)

    def _get_auditor_skills(self):
        skills_sudo = self.clause_ids.standard_id.sudo().auditor_skill_id  # skills are HR's, their names the planner's to know
        return skills_sudo or self.env.ref("repair_quality.skill_internal_auditor").sudo()  # as above

    def _get_candidates(self):
        """Return the users who may audit: certified on the first day that is left and on the last, and not of the departments."""
        self.ensure_one()
        today = self._get_local_today(self.company_id)
        days = {max(today, day or today) for day in (self.date_start, self.date_end)}
        holders_sudo = self.env["hr.employee.skill"].sudo().search([  # as above
            ("skill_id", "in", self._get_auditor_skills().ids), ("employee_id.company_id", "=", self.company_id.id)]).employee_id
        return holders_sudo.user_id.filtered(
            lambda user: user.active and not self._get_department_problem(user, self.department_ids)
            and not any(self._get_certificate_problem(user, day) for day in days)).with_env(self.env)

    def _get_certificate_problem(self, user, day):
        """Why a user may not audit on a day for lack of a certificate; '' when he may."""
        self.ensure_one()
        skills_sudo = self._get_auditor_skills()
        employees = self._get_employees(user).filtered("active")
        if not employees:
            return self.env._("%(user)s is no employee of the company and holds no auditor's certificate.", user=user.sudo().name)
        for skill in skills_sudo:
            if not any(skill in employee._get_held_skills(day).sudo() for employee in employees):
                employee = employees[0]
                return self.env._(
                    "%(auditor)s may not audit: he %(reason)s.", auditor=employee.name,
                    reason=employee._describe_missing_skill(skill, day))
        return ""

    def _get_department_problem(self, user, departments):
        """Why a user may not audit departments because they are his own; '' when he may."""
        self.ensure_one()
        employees = self._get_persons(user)
        for department in departments.sudo():  # members and managers are compared only
            if any(str(department.id) in (one.department_id.parent_path or "").split("/") for one in employees):
                return self.env._(
                    "%(auditor)s belongs to %(department)s: nobody audits his own department.",
                    auditor=user.sudo().name, department=department.name)
            above = department.search([("id", "parent_of", department.id)])
            if above.manager_id & employees:
                return self.env._(
                    "%(auditor)s manages %(department)s: nobody audits his own department.",
                    auditor=user.sudo().name, department=department.name)
        return ""

    @api.model
    def _get_employees(self, user):
        """Return every employee record of a user, archived ones too, as the superuser."""
        return self.env["hr.employee"].sudo().with_context(active_test=False).search([  # department and certificates are compared only
            ("user_id", "=", user.id)])

    @api.model
    def _get_persons(self, user):
        """Return every employee record behind a user, those of which he is an earlier login too, as the superuser."""
        employees_sudo = self.env["hr.employee"].sudo().with_context(active_test=False)  # as above
        logins = user | employees_sudo.search(["|", ("user_id", "=", user.id), ("former_user_ids", "in", user.id)])._get_logins()
        return employees_sudo.search(["|", ("user_id", "in", logins.ids), ("former_user_ids", "in", logins.ids)])

    @api.model
    def _get_order_problem(self, user, order):
        """Why a user may not judge a service order: he worked on it; '' when he may."""
        order_sudo = order.sudo()  # who worked on it is compared only
        workers = (
            order_sudo.user_id | order_sudo.create_uid | order_sudo.technician_id.user_id
            | order_sudo.appointment_ids.technician_id.user_id
            | self.env["repair.inspection"].sudo().search([("repair_id", "=", order.id)]).inspector_id)  # as above
        if (user | self._get_persons(user)._get_logins()) & workers:
            return self.env._(
                "%(auditor)s worked on %(order)s: nobody audits his own work.", auditor=user.sudo().name, order=order_sudo.name)
        return ""

    @api.model
    def _get_document_problem(self, user, versions):
        """Why a user may not judge documents: he wrote one of them; '' when he may."""
        logins = user | self._get_persons(user)._get_logins()
        for version in versions.sudo():  # author and maker are compared only
            if logins & version._get_writers():
                return self.env._(
                    "%(auditor)s wrote %(document)s: nobody audits his own work.",
                    auditor=user.sudo().name, document=version.display_name)
        return ""
