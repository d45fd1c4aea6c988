from datetime import timedelta

from odoo import api, fields, models


class HrEmployeeSkill(models.Model):
    _inherit = "hr.employee.skill"

    warned_days = fields.Integer(
        readonly=True, copy=False, help="Smallest number of days before the end for which HR was already warned.",
    )

    @api.model
    def _warn_expiring(self):
        """Give HR one activity per certificate that enters a warning period (90, 30, 7 days by default).

        Each period warns once, also when the job did not run on the very day; a later period renews the open activity.
        """
        for company in self.env["res.company"].search([("certificate_warning_days", "!=", False)]):
            # The nightly job runs as a user without a time zone; certificates end with the company's day.
            today = self.env["repair.order"]._local_date(fields.Datetime.now(), company)
            periods = company._get_certificate_warning_days()
            rows = self.search([
                ("approval_state", "=", "approved"),
                ("employee_id.company_id", "=", company.id),
                ("employee_id.active", "=", True),
                ("valid_to", ">=", today),
                ("valid_to", "<=", today + timedelta(days=periods[-1])),
            ])
            for row in rows._filter_not_renewed():
                period = next(days for days in periods if (row.valid_to - today).days <= days)
                if not row.warned_days or period < row.warned_days:
                    shorter = [days for days in periods if days < period]
                    row._warn_hr(period, row.valid_to - timedelta(days=shorter[-1] if shorter else 0))

    def _filter_not_renewed(self):
        """Leave out certificates whose successor is approved already."""
        successors = self.env["hr.employee.skill"].search([
            ("employee_id", "in", self.employee_id.ids), ("skill_id", "in", self.skill_id.ids), ("approval_state", "=", "approved"),
        ]).grouped(lambda row: (row.employee_id, row.skill_id))
        return self.filtered(lambda row: not any(
            other.valid_from <= row.valid_to + timedelta(days=1) and (not other.valid_to or other.valid_to > row.valid_to)
            for other in successors.get((row.employee_id, row.skill_id), self.browse()) - row
        ))

    def _warn_hr(self, period, deadline):
        """Ask HR, in the officer's language, to act before the next period begins."""
        self.ensure_one()
        officer = self.employee_id.hr_responsible_id
        self = self.with_context(lang=officer.lang)
        employee = self.employee_id
        summary = self.env._("Renew certificate '%(skill)s', ends %(date)s", skill=self.skill_id.name, date=self.valid_to)
        activity_type = "repair_training.mail_activity_type_renew_certificate"
        opened = employee.activity_search([activity_type]).filtered(lambda activity: activity.summary == summary)
        note = self.env._("Less than %(days)s days left. Without it the technician cannot be booked any more.", days=period)
        if opened:
            opened.write({"note": note, "date_deadline": deadline})
        else:
            employee.activity_schedule(
                activity_type, deadline, summary=summary, note=note, user_id=officer.id,
            )
        self._tell_holder()
        self._approval_write({"warned_days": period})

    def _tell_holder(self):
        """Tell the holder and his manager, each in his own language, that the certificate ends."""
        for user in self.employee_id.user_id | self.employee_id.parent_id.user_id:
            row = self.with_context(lang=user.lang)
            row.employee_id.message_notify(
                partner_ids=user.partner_id.ids, subject=row.skill_id.name,
                body=row.env._("Certificate '%(skill)s' of %(employee)s ends on %(date)s: plan its renewal.",
                               skill=row.skill_id.name, employee=row.employee_id.name, date=row.valid_to))
