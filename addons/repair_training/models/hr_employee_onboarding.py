from datetime import timedelta

from odoo import api, fields, models

# Whoever was hired longer ago is no newcomer any more: his record was only entered late.
NEWCOMER_DAYS = 30


class MailActivityPlan(models.Model):
    _inherit = "mail.activity.plan"

    is_onboarding = fields.Boolean(
        "Starts on the day of hire", help="Its activities are given to newcomers, their managers and HR by themselves.")


class HrEmployee(models.Model):
    """Newcomers get their onboarding on the day they are hired (handbook 9.1.1)."""

    _inherit = "hr.employee"

    onboarding_started_on = fields.Date(readonly=True, copy=False, groups="hr.group_hr_user")

    @api.model_create_multi
    def create(self, vals_list):
        """Create employees; who begins today or began lately gets his onboarding at once."""
        for vals in vals_list:
            vals.pop("onboarding_started_on", None)
        employees = super().create(vals_list)
        employees._start_due_onboarding()
        return employees

    @api.model
    def _add_certification_activity_to_employees(self):
        """Core's daily job also begins the onboarding of those whose first day has come."""
        activities = super()._add_certification_activity_to_employees()
        waiting_sudo = self.sudo().search([("onboarding_started_on", "=", False), ("active", "=", True)])  # the job sees every company
        waiting_sudo._start_due_onboarding()
        return activities

    def _get_first_day(self):
        """The day the employee was hired: his first contract's, or else his record's first day."""
        self.ensure_one()
        versions_sudo = self.sudo().version_ids  # contracts are the HR manager's, the first day is the company's
        days = versions_sudo.filtered("contract_date_start").mapped("contract_date_start") or versions_sudo.mapped("date_version")
        return min(days, default=False)

    def _start_due_onboarding(self):
        due = self.browse()
        for employee in self.sudo():  # who hires may be no HR officer of the company
            if employee.onboarding_started_on or not employee.active:
                continue
            today = self.env["repair.order"]._local_date(fields.Datetime.now(), employee.company_id)
            first_day = employee._get_first_day()
            if first_day and today - timedelta(days=NEWCOMER_DAYS) <= first_day <= today:
                due |= employee
            elif first_day and first_day < today:
                employee.onboarding_started_on = first_day
        due._start_onboarding()

    def _start_onboarding(self):
        """Give the activities of the onboarding plans to those who are to do them."""
        plans = self.env["mail.activity.plan"].sudo().search([  # plans are set up by HR, hires happen anywhere
            ("is_onboarding", "=", True), ("res_model", "=", "hr.employee")])
        vals_list = []
        for employee in self:
            today = self.env["repair.order"]._local_date(fields.Datetime.now(), employee.company_id)
            employee.onboarding_started_on = today
            for plan in plans:
                if (plan.company_id and plan.company_id != employee.company_id) or (
                        plan.department_id and plan.department_id != employee.department_id):
                    continue
                vals_list += [employee._prepare_onboarding(template, today) for template in plan.template_ids]
        self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True).create(vals_list)  # as above

    def _prepare_onboarding(self, template, today):
        """One activity of the plan; whom the plan cannot find, HR stands in for."""
        self.ensure_one()
        officer = self.hr_responsible_id
        found = template._determine_responsible(officer, self)
        return {
            "res_model_id": template.env["ir.model"]._get_id("hr.employee"), "res_id": self.id,
            "activity_type_id": template.activity_type_id.id, "summary": template.summary, "note": template.note,
            "user_id": ((not found["error"] and not found["warning"] and found["responsible"]) or officer).id,
            "date_deadline": template._get_date_deadline(today), "automated": True,
        }

    def _skip_onboarding(self):
        for employee in self:
            employee.onboarding_started_on = employee._get_first_day()
