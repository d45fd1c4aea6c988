from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    repair_message_from = fields.Float(
        "Messages from (hour)", default=8.0, help="Before this hour of the customer's day nothing is sent to him.")
    repair_message_until = fields.Float(
        "Messages until (hour)", default=21.0, help="From this hour of the customer's day on messages wait for the next morning.")
    repair_reminder_hour = fields.Float("Hour of the reminder", default=18.0, help="On the evening before the visit.")
    repair_customer_changes = fields.Integer(
        "Changes by the customer", default=2, help="How often a customer may move or call off the visit of an order by himself.")
    repair_customer_notice = fields.Float(
        "Notice (hours)", default=4.0, help="Until so many hours before the visit the customer may change it by himself.")

    _repair_message_hours = models.Constraint(
        "CHECK (0 <= repair_message_from AND repair_message_from < repair_message_until AND repair_message_until <= 24"
        " AND repair_reminder_hour >= repair_message_from AND repair_reminder_hour < repair_message_until)",
        "Messages are sent within one day, from an earlier to a later hour, and the reminder's hour lies between them.")
    _repair_customer_changes_range = models.Constraint(
        "CHECK (repair_customer_changes BETWEEN 0 AND 100 AND repair_customer_notice BETWEEN 0 AND 336)",
        "Customers change a visit between 0 and 100 times, with a notice of 0 to 336 hours.")


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    repair_message_from = fields.Float(related="company_id.repair_message_from", readonly=False)
    repair_message_until = fields.Float(related="company_id.repair_message_until", readonly=False)
    repair_reminder_hour = fields.Float(related="company_id.repair_reminder_hour", readonly=False)
    repair_customer_changes = fields.Integer(related="company_id.repair_customer_changes", readonly=False)
    repair_customer_notice = fields.Float(related="company_id.repair_customer_notice", readonly=False)
