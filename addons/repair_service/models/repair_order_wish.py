from pytz import timezone, utc

from odoo import fields, models

# Hours of the day, where the customer lives, between which a visit begins.
WISHED_HOURS = {"morning": (0, 12), "afternoon": (12, 18), "evening": (18, 24)}


class RepairOrder(models.Model):
    """When the customer would like somebody to come (handbook 3.1.2)."""

    _inherit = "repair.order"

    wished_days = fields.Selection([("workdays", "On workdays"), ("weekend", "At the weekend")], "Wished days", copy=False)
    wished_hours = fields.Selection(
        [("morning", "In the morning"), ("afternoon", "In the afternoon"), ("evening", "After six")], "Wished hours", copy=False)

    def _get_wish(self):
        """Return the function that says whether a window (naive UTC) is one that the customer wished for; ``None`` without a wish."""
        self.ensure_one()
        days, hours = self.wished_days, WISHED_HOURS.get(self.wished_hours)
        if not days and not hours:
            return None
        zone = timezone(self._get_visit_tz())

        def is_wished(start, _stop):
            local = utc.localize(start).astimezone(zone)
            return (not days or (local.weekday() >= 5) == (days == "weekend")) and (not hours or hours[0] <= local.hour < hours[1])

        return is_wished
