from odoo import api, fields, models


class RepairOrder(models.Model):
    _inherit = "repair.order"

    repair_started_by_id = fields.Many2one(
        "res.users", "Started by", readonly=True, copy=False, help="Who started the repair; he does not inspect it where another has to.")
    failed_inspection_count = fields.Integer(
        "Failed inspections", compute="_compute_failed_inspection_count", store=True,
        help="How often the final inspection has sent the order back (handbook 5.1).")

    @api.depends("inspection_ids.kind", "inspection_ids.result")
    def _compute_failed_inspection_count(self):
        for order in self:
            order.failed_inspection_count = len(
                order.inspection_ids.filtered(lambda inspection: inspection.kind == "final" and inspection.result == "fail"))

    def _refresh_inspection_points(self):
        """Let open final inspections follow the items of their orders (handbook 5.1.1)."""
        orders_sudo = self.sudo().filtered(lambda order: order.service_stage == "repairing")  # the desk does not write inspections
        if orders_sudo:
            inspections = orders_sudo.env["repair.inspection"].search([
                ("repair_id", "in", orders_sudo.ids), ("kind", "=", "final"), ("result", "=", False)])
            inspections._refresh_points()
