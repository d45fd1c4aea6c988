from odoo import api, fields, models
from odoo.exceptions import ValidationError

MAX_WARNING_DAYS = 3650


class ResCompany(models.Model):
    _inherit = "res.company"

    certificate_warning_days = fields.Char(
        string="Warn before a certificate ends", default="90,30,7",
        help="Days before the end at which HR is warned, separated by commas. Empty: no warning.",
    )

    training_need_events = fields.Integer(
        "Cases until training is needed", default=2,
        help="So many repeats, failed inspections or complaints with the same family and cause put a course into the personal plan.")
    training_need_days = fields.Integer("Days counted", default=90, help="Cases older than that count no more.")

    _training_need_events_positive = models.Constraint(
        "CHECK (training_need_events BETWEEN 1 AND 1000)", "The number of cases lies between 1 and 1000.")
    _training_need_days_positive = models.Constraint(
        "CHECK (training_need_days BETWEEN 1 AND 3650)", "The number of days lies between 1 and 3650.")

    @api.constrains("certificate_warning_days")
    def _check_certificate_warning_days(self):
        for company in self:
            try:
                days = company._get_certificate_warning_days()
            except ValueError:
                days = [0]
            if any(not 1 <= day <= MAX_WARNING_DAYS for day in days):
                raise ValidationError(self.env._(
                    "Write the days before the end as whole numbers separated by commas, for example 90,30,7."))

    def _get_certificate_warning_days(self):
        """Return the warning periods in days, shortest first."""
        self.ensure_one()
        return sorted({int(day) for day in (self.certificate_warning_days or "").replace("，", ",").split(",") if day.strip()})
