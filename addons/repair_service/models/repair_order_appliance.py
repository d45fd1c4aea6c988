from odoo import api, fields, models
from odoo.exceptions import ValidationError


class RepairOrder(models.Model):
    _inherit = "repair.order"

    appliance_duplicate_ids = fields.Many2many(
        "repair.appliance", compute="_compute_appliance_duplicate_ids", string="Possible duplicates of the appliance",
        help="Told on a new request only: repairs and warranty of an appliance that was registered twice stand in two places.")

    @api.depends("appliance_id", "service_stage")
    def _compute_appliance_duplicate_ids(self):
        requests = self.filtered(lambda order: order.appliance_id and order.service_stage == "requested")
        requests.appliance_id.mapped("duplicate_ids")  # all at once
        for order in self:
            order.appliance_duplicate_ids = order.appliance_id.duplicate_ids if order in requests else False

    @api.constrains("appliance_id")
    def _check_appliance_merged(self):
        for order in self:
            if kept := order.appliance_id.merged_into_id:
                raise ValidationError(self.env._(
                    "%(appliance)s was merged into %(kept)s: use that one.",
                    appliance=order.appliance_id.display_name, kept=kept.display_name))

    def _get_safe_life_year(self):
        """Return the year in which the appliance's safe use ended, as long as the customer thinks about the offer, else ``False``."""
        self.ensure_one()
        if self.quotation_state != "sent" or not self.is_over_safe_life:
            return False
        return self.safe_life_end.year

    def action_merge_appliances(self):
        """Open the dialogue that merges the order's appliance with its possible duplicates."""
        self.ensure_one()
        return self.appliance_id.action_merge()
