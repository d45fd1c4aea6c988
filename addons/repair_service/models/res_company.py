from odoo import api, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    repair_quotation_valid_days = fields.Integer("Days a quotation is valid", default=7)
    repair_visit_hours = fields.Float("Length of a visit window (hours)", default=2.0)
    repair_proposal_months = fields.Integer(
        "Months of past repairs for proposals", default=24, help="How far back proposals of causes, parts and services look.")
    repair_promise = fields.Html(
        "Service promise", translate=True,
        help="Stands where customers see it (handbook 1.1, 1.2); left empty, the handbook's own promise stands there.")

    repair_tz = fields.Char(
        "Time zone of the service", compute="_compute_repair_tz", store=True,
        help="Where the company counts the days of terms and promises: its contact's time zone, else that of its working hours.")

    _repair_days_positive = models.Constraint(
        "CHECK (repair_quotation_valid_days BETWEEN 0 AND 365"
        " AND repair_visit_hours > 0 AND repair_visit_hours <= 12)",
        "Days lie between 0 and 365, and a visit window lasts more than 0 and at most 12 hours.")
    _repair_proposal_months_range = models.Constraint(
        "CHECK (repair_proposal_months BETWEEN 1 AND 120)", "Proposals look back between 1 and 120 months.")

    @api.depends("partner_id.tz", "resource_calendar_id.tz")
    def _compute_repair_tz(self):
        for company in self:
            # The working calendar is created in UTC unless somebody set it, which says nothing about the place.
            zones = (company.partner_id.tz, company.resource_calendar_id.tz)
            company.repair_tz = next((zone for zone in zones if zone and zone != "UTC"), "Asia/Shanghai")
