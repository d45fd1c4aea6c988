from odoo import api, fields, models
from odoo.exceptions import UserError


class RepairProposalCode(models.TransientModel):
    _name = "repair.proposal.code"
    _description = "Proposed cause or remedy"
    _inherit = ["repair.input"]

    proposal_id = fields.Many2one("repair.proposal", required=True, readonly=True, ondelete="cascade", index=True)
    kind = fields.Selection([("cause", "Cause"), ("remedy", "Remedy")], required=True, readonly=True)
    code_id = fields.Many2one("repair.fault.code", required=True, readonly=True, ondelete="cascade")
    name = fields.Char(related="code_id.name")
    use_count = fields.Integer("Orders", readonly=True)
    order_count = fields.Integer("Orders compared", readonly=True)
    percent = fields.Integer("Share (%)", readonly=True)
    share_text = fields.Char("Share", compute="_compute_share_text")

    @api.depends("percent", "use_count", "order_count")
    @api.depends_context("lang")
    def _compute_share_text(self):
        for line in self:
            line.share_text = self.env._(
                "%(percent)s%% (%(count)s/%(total)s)", percent=line.percent, count=line.use_count, total=line.order_count)

    def action_set(self):
        """Note this cause or remedy on the order and show what repairs with it used.

        :raises UserError: when the order takes no more lines
        """
        self.ensure_one()
        order = self.proposal_id.repair_id
        order.check_access("write")
        order._check_open_for_proposals()
        if not self.code_id.active:
            raise UserError(self.env._("%(code)s is not in use any more: choose another one.", code=self.code_id.display_name))
        order.write({f"{self.kind}_id": self.code_id.id})
        return self.env["repair.proposal"]._open_for(order)
