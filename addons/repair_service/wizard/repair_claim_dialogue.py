from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.repair_brand_claim_line import RESOLUTIONS


class RepairClaimDialogue(models.TransientModel):
    """What the brand answers to one line, or who bears what it refuses."""

    _name = "repair.claim.dialogue"
    _description = "Answer to a claimed line"
    _inherit = ["repair.dialogue", "repair.input"]
    _dialogue_on = "line_id"

    kind = fields.Selection(
        [("answer", "Answer of the brand"), ("resolve", "Who bears it")], required=True, readonly=True, default="answer")
    line_id = fields.Many2one("repair.brand.claim.line", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="line_id.currency_id")
    line_name = fields.Char(related="line_id.name", string="Labour or part")
    repair_id = fields.Many2one(related="line_id.repair_id", string="Service order")
    amount_claimed = fields.Monetary(related="line_id.amount_claimed", string="Amount claimed")
    amount_refused = fields.Monetary(related="line_id.amount_refused", string="Amount refused")
    answer = fields.Selection([("paid", "Paid"), ("short", "Paid in part"), ("refused", "Refused")], "Brand's answer")
    amount_paid = fields.Monetary("The brand pays", help="Untaxed.")
    reason_id = fields.Many2one("repair.claim.reason", "Brand's reason", ondelete="cascade")
    note = fields.Char("Brand's remark")
    resolution = fields.Selection(RESOLUTIONS, "Goes to")
    reason = fields.Char("Why")

    @api.model_create_multi
    def create(self, vals_list):
        """Open dialogues, as accounting or service manager.

        :raises AccessError: for everybody else
        """
        self.env["repair.brand.claim"]._check_claimer()
        return super().create(vals_list)

    def action_confirm(self):
        """Note the answer, or the decision.

        :raises UserError: incomplete, or one that does not fit the line
        """
        self.ensure_one()
        if self.kind == "answer":
            if not self.answer:
                raise UserError(self.env._("Choose the brand's answer."))
            amount = {"paid": self.amount_claimed, "refused": 0.0}.get(self.answer, self.amount_paid)
            self.line_id._record_answers([(self.answer, amount, self.reason_id, self.note)])
        else:
            self.line_id._resolve(self.resolution, self.reason)
        return {"type": "ir.actions.act_window_close"}
