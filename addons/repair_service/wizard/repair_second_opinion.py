from odoo import api, fields, models


class RepairSecondOpinion(models.TransientModel):
    _name = "repair.second.opinion"
    _description = "Question to a colleague"
    _inherit = ["repair.dialogue", "repair.input"]

    repair_id = fields.Many2one("repair.order", required=True, readonly=True)
    adviser_ids = fields.Many2many("res.users", compute="_compute_adviser_ids")
    user_id = fields.Many2one("res.users", "Colleague", required=True, domain="[('id', 'in', adviser_ids)]")
    question = fields.Text(required=True)

    @api.depends("repair_id")
    def _compute_adviser_ids(self):
        for dialogue in self:
            dialogue.adviser_ids = dialogue.repair_id and dialogue.repair_id._get_advisers()

    def action_ask(self):
        """Ask the colleague; he can read the order until he has answered."""
        self.ensure_one()
        self.repair_id._ask_second_opinion(self.user_id, self.question)
        return {"type": "ir.actions.act_window_close"}
