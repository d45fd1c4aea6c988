from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    repair_visit_promise_hours = fields.Float(
        "Hours to a visit", default=48.0,
        help="A visit takes place within so many hours by the clock, nights and holidays included (handbook 1.2, 3.1.2).")
    repair_visit_promise_urgent_hours = fields.Float("Hours to an urgent visit", default=4.0)
    repair_visit_promise_warn_hours = fields.Float(
        "Warn hours before", default=2.0, help="A promise that ends within so many hours is shown as near.")
    repair_load_full_percent = fields.Integer(
        "Full day from (%)", default=85, help="A technician's day is full from this share of his working hours on.")

    repair_repeat_days = fields.Integer(
        "Days for a repeat", default=30, help="A fault that comes back within so many days was not fixed at the first visit.")

    _repair_repeat_days_range = models.Constraint(
        "CHECK (repair_repeat_days BETWEEN 1 AND 365)", "A repeat is looked for within 1 to 365 days.")
    _repair_visit_promise_positive = models.Constraint(
        "CHECK (repair_visit_promise_hours > 0 AND repair_visit_promise_hours <= 8784"
        " AND repair_visit_promise_urgent_hours > 0 AND repair_visit_promise_urgent_hours <= 8784"
        " AND repair_visit_promise_warn_hours >= 0 AND repair_visit_promise_warn_hours <= 8784)",
        "A visit is promised within more than 0 hours and a year at most, and the warning comes within a year.")
    _repair_load_full_percent_range = models.Constraint(
        "CHECK (repair_load_full_percent BETWEEN 1 AND 100)", "A day is full from 1 to 100 percent of the working hours on.")


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    repair_visit_promise_hours = fields.Float(related="company_id.repair_visit_promise_hours", readonly=False)
    repair_visit_promise_urgent_hours = fields.Float(related="company_id.repair_visit_promise_urgent_hours", readonly=False)
    repair_visit_promise_warn_hours = fields.Float(related="company_id.repair_visit_promise_warn_hours", readonly=False)
    repair_repeat_days = fields.Integer(related="company_id.repair_repeat_days", readonly=False)
    repair_load_full_percent = fields.Integer(related="company_id.repair_load_full_percent", readonly=False)
