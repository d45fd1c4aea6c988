from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    repair_complaint_attempts = fields.Integer(
        "Attempts to hear the verdict", default=3, help="After so many a case is closed without the customer's verdict (handbook 7.2.4).")
    repair_complaint_limit = fields.Float(
        "Refund without approval", default=200.0, help="Refund and compensation up to this amount need no approval by accounting.")
    repair_recurrence_days = fields.Integer("Days looked back for recurrence", default=90)
    repair_recurrence_appliance = fields.Integer("Cases of one appliance", default=2)
    repair_recurrence_technician = fields.Integer("Cases of one technician", default=3)
    repair_recurrence_part = fields.Integer("Cases of one part", default=3)
    repair_recurrence_cause = fields.Integer("Cases of one root cause", default=5)

    _repair_complaint_ranges = models.Constraint(
        "CHECK (repair_complaint_attempts BETWEEN 1 AND 20 AND repair_complaint_limit >= 0 AND repair_recurrence_days BETWEEN 1 AND 730"
        " AND repair_recurrence_appliance >= 2 AND repair_recurrence_technician >= 2 AND repair_recurrence_part >= 2"
        " AND repair_recurrence_cause >= 2)",
        "Attempts lie between 1 and 20, days between 1 and 730, amounts are not below zero, and a case recurs from the second one on.")


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    repair_complaint_attempts = fields.Integer(related="company_id.repair_complaint_attempts", readonly=False)
    repair_complaint_limit = fields.Float(related="company_id.repair_complaint_limit", readonly=False)
    repair_recurrence_days = fields.Integer(related="company_id.repair_recurrence_days", readonly=False)
    repair_recurrence_appliance = fields.Integer(related="company_id.repair_recurrence_appliance", readonly=False)
    repair_recurrence_technician = fields.Integer(related="company_id.repair_recurrence_technician", readonly=False)
    repair_recurrence_part = fields.Integer(related="company_id.repair_recurrence_part", readonly=False)
    repair_recurrence_cause = fields.Integer(related="company_id.repair_recurrence_cause", readonly=False)
