from odoo import fields, models

from ..models.repair_core_return import LIABLE


class RepairCoreLost(models.TransientModel):
    """An old part is lost: what it costs, and who answers."""

    _name = "repair.core.lost"
    _description = "Old part lost"
    _inherit = ["repair.input"]

    core_id = fields.Many2one("repair.core.return", "Old part", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="core_id.currency_id")
    liable = fields.Selection(LIABLE, "Who answers", required=True)
    cost = fields.Monetary("Cost of the loss")
    note = fields.Char("How it was lost", required=True)

    def action_confirm(self):
        """Record the loss.

        :raises AccessError: for others than the parts keeper, the stock manager and the service manager
        :raises UserError: settled already, or something is missing
        """
        self.ensure_one()
        self.core_id._lose(self.liable, self.cost, self.note)
        return {"type": "ir.actions.act_window_close"}


class RepairCoreAnswer(models.TransientModel):
    """What the brand says of an old part that it got."""

    _name = "repair.core.answer"
    _description = "Answer of the brand on an old part"
    _inherit = ["repair.input"]

    core_id = fields.Many2one("repair.core.return", "Old part", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="core_id.currency_id")
    answer = fields.Selection([("accepted", "Accepted"), ("refused", "Refused")], required=True, default="accepted")
    value = fields.Monetary("Credited")
    reason = fields.Char("Reason of the refusal")

    def action_confirm(self):
        """Note the answer.

        :raises AccessError: for others than the parts keeper, the stock manager and the service manager
        :raises UserError: not on the way, or refused without a reason
        """
        self.ensure_one()
        self.core_id._answer(self.answer, self.value, self.reason)
        return {"type": "ir.actions.act_window_close"}
