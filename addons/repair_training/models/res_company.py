from odoo import api, fields, models
from odoo.exceptions import ValidationError

MAX_WARNING_DAYS = 3650


class ResCompany(models.Model):
    _inherit = "res.company"

    certificate_warning_days = fields.Char(
        string="Warn before a certificate ends", default="90,30,7",
        help="Days before the end at which HR is warned, separated by commas. Empty: no warning.",
    )

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
