from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    repair_web_request = fields.Boolean("Public requests", default=True, help="Customers send requests at /repair/request without a login.")
    repair_request_per_address = fields.Integer("Requests an hour from one address", default=5)
    repair_request_per_phone = fields.Integer("Requests a day for one telephone number", default=3)
    repair_request_searches = fields.Integer("Searches for free times an hour from one address", default=30)
    repair_link_days = fields.Integer(
        "Days that the customer's link stays open", default=180, help="After the order was closed or cancelled.")
    repair_price_notice_days = fields.Integer(
        "Days between announcing and changing a price", default=7, help="Customers know changed prices beforehand (handbook 2.2).")

    repair_privacy_days = fields.Integer(
        "Days to answer requests about personal data", default=15, help="General knowledge, not verified: fifteen days are usual.")

    _repair_request_ranges = models.Constraint(
        "CHECK (repair_request_per_address BETWEEN 1 AND 1000 AND repair_request_per_phone BETWEEN 1 AND 1000"
        " AND repair_request_searches BETWEEN 1 AND 10000 AND repair_link_days BETWEEN 1 AND 3650"
        " AND repair_price_notice_days BETWEEN 0 AND 365 AND repair_privacy_days BETWEEN 1 AND 90)",
        "Requests are limited to 1 to 1000, searches to 1 to 10000, links to 1 to 3650 days, prices are announced 0 to 365 days before,"
        " and requests about personal data are answered within 1 to 90 days.")

    def _get_limit_words(self):
        """What somebody is told who sent too much: with whom he may speak instead, and nothing of what is counted."""
        if self.phone:
            return self.env._("Too many requests were sent. Call us, please: %(phone)s", phone=self.phone)
        return self.env._("Too many requests were sent. Try again later, please.")


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    repair_web_request = fields.Boolean(related="company_id.repair_web_request", readonly=False)
    repair_request_per_address = fields.Integer(related="company_id.repair_request_per_address", readonly=False)
    repair_request_per_phone = fields.Integer(related="company_id.repair_request_per_phone", readonly=False)
    repair_request_searches = fields.Integer(related="company_id.repair_request_searches", readonly=False)
    repair_link_days = fields.Integer(related="company_id.repair_link_days", readonly=False)
    repair_price_notice_days = fields.Integer(related="company_id.repair_price_notice_days", readonly=False)
    repair_privacy_days = fields.Integer(related="company_id.repair_privacy_days", readonly=False)
