from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    repair_followup_days = fields.Integer(
        "Days to the satisfaction call", default=3, help="Counted from the customer's acceptance (handbook 6.3.4).")
    repair_quotation_valid_days = fields.Integer("Days a quotation is valid", default=7)
    repair_visit_hours = fields.Float("Length of a visit window (hours)", default=2.0)
    repair_promise = fields.Html(
        "Service promise", translate=True,
        help="Stands where customers see it (handbook 1.1, 1.2); left empty, the handbook's own promise stands there.")

    _repair_days_positive = models.Constraint(
        "CHECK (repair_followup_days BETWEEN 0 AND 365 AND repair_quotation_valid_days BETWEEN 0 AND 365"
        " AND repair_visit_hours > 0 AND repair_visit_hours <= 12)",
        "Days lie between 0 and 365, and a visit window lasts more than 0 and at most 12 hours.")
