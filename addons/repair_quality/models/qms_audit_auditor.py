from odoo import api, models
from odoo.exceptions import UserError, ValidationError


class QmsAudit(models.Model):
    """Who may audit: certified on every day of it, and never his own department or work (handbook 10.2.1 (2), ISO 9001 9.2)."""

    _inherit = "qms.audit"

    @api.constrains("lead_id", "team_ids", "department_ids", "clause_ids", "date_start", "date_end")
    def _check_auditors(self):
        for audit in self:
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

    def _get_certificate_problem(self, user, day):
        """Why a user may not audit on a day for lack of a certificate; '' when he may."""
        self.ensure_one()
        skills_sudo = self.clause_ids.standard_id.sudo().auditor_skill_id  # skills are HR's, their names the planner's to know
        skills_sudo = skills_sudo or self.env.ref("repair_quality.skill_internal_auditor").sudo()  # as above
        employees = self._get_employees(user)
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
        employees = self._get_employees(user)
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
    def _get_order_problem(self, user, order):
        """Why a user may not judge a service order: he worked on it; '' when he may."""
        order_sudo = order.sudo()  # who worked on it is compared only
        workers = (
            order_sudo.user_id | order_sudo.create_uid | order_sudo.technician_id.user_id
            | order_sudo.appointment_ids.technician_id.user_id
            | self.env["repair.inspection"].sudo().search([("repair_id", "=", order.id)]).inspector_id)  # as above
        if user in workers:
            return self.env._(
                "%(auditor)s worked on %(order)s: nobody audits his own work.", auditor=user.sudo().name, order=order_sudo.name)
        return ""

    @api.model
    def _get_document_problem(self, user, versions):
        """Why a user may not judge documents: he wrote one of them; '' when he may."""
        for version in versions.sudo():  # author and maker are compared only
            if user in version._get_writers():
                return self.env._(
                    "%(auditor)s wrote %(document)s: nobody audits his own work.",
                    auditor=user.sudo().name, document=version.display_name)
        return ""
