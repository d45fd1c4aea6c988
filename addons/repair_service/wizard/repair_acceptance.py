from odoo import api, fields, models


class RepairAcceptance(models.TransientModel):
    _name = "repair.acceptance"
    _description = "Customer's acceptance of a repair"
    _inherit = ["repair.dialogue", "repair.input"]

    repair_id = fields.Many2one("repair.order", required=True, readonly=True)
    accepted_by = fields.Char("Accepted by", required=True)
    signature = fields.Binary(required=True)

    @api.model
    def default_get(self, fields):
        """Take the customer as the one who accepts."""
        values = super().default_get(fields)
        order = self.env["repair.order"].browse(values.get("repair_id") or self.env.context.get("active_id"))
        if order:
            values.update(repair_id=order.id, accepted_by=order.partner_id.name)
        return values

    def action_confirm(self):
        """Record the acceptance on the order."""
        self.ensure_one()
        return self.repair_id.action_accept(self.accepted_by, self.signature)
