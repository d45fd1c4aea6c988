from odoo import fields, models
from odoo.exceptions import UserError

STEPS = {
    "sale.order": "action_ask_part_margin", "repair.order": "action_ask_part_margin", "repair.part.price.change": "action_withdraw"}


class RepairPartMarginAsk(models.TransientModel):
    """Asks for the reason of a step and takes it."""

    _name = "repair.part.margin.ask"
    _description = "Reason of a price step"
    _inherit = ["repair.input"]

    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(model_field="res_model", required=True)
    reason = fields.Text(required=True)

    def action_apply(self):
        """Take the step with the reason.

        :raises UserError: for a record that has no such step
        """
        self.ensure_one()
        step = STEPS.get(self.res_model)
        record = step and self.env[self.res_model].browse(self.res_id).exists()
        if not record:
            raise UserError(self.env._("Open this from the paper itself."))
        getattr(record, step)(reason=self.reason)
        return {"type": "ir.actions.act_window_close"}
