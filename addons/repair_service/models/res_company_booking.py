from odoo import fields, models


class ResCompany(models.Model):
    """How visits are offered: how far ahead, and how much time the ways between them take."""

    _inherit = "res.company"

    repair_booking_days = fields.Integer("Days ahead that visits are offered", default=14)
    repair_travel_minutes = fields.Integer(
        "Minutes between two visits", default=15,
        help="At least so much lies free after every visit, whoever plans it. A visit keeps what it was planned with.")
    repair_travel_speed = fields.Float(
        "Average speed in town (km/h)", default=25.0, help="For the ways between addresses whose position is known.")
    repair_travel_unknown_minutes = fields.Integer(
        "Minutes of a way that is not known", default=30, help="Where neither positions nor postcodes tell how far it is.")

    _repair_booking_ranges = models.Constraint(
        "CHECK (repair_booking_days BETWEEN 1 AND 90 AND repair_travel_minutes BETWEEN 0 AND 240"
        " AND repair_travel_speed BETWEEN 1 AND 200 AND repair_travel_unknown_minutes BETWEEN 0 AND 240)",
        "Visits are offered 1 to 90 days ahead, ways take 0 to 240 minutes, and the speed lies between 1 and 200 km/h.")


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    repair_booking_days = fields.Integer(related="company_id.repair_booking_days", readonly=False)
    repair_travel_minutes = fields.Integer(related="company_id.repair_travel_minutes", readonly=False)
    repair_travel_speed = fields.Float(related="company_id.repair_travel_speed", readonly=False)
    repair_travel_unknown_minutes = fields.Integer(related="company_id.repair_travel_unknown_minutes", readonly=False)
