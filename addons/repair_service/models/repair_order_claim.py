from odoo import api, fields, models

from .repair_brand_claim_terms import CLAIM_READERS
from .repair_order_money import MONEY_GROUPS


class RepairServiceLine(models.Model):
    _inherit = "repair.service.line"

    claim_line_ids = fields.One2many("repair.brand.claim.line", "service_line_id", "Claimed in", groups=CLAIM_READERS, copy=False)


class StockMove(models.Model):
    _inherit = "stock.move"

    claim_line_ids = fields.One2many("repair.brand.claim.line", "move_id", "Claimed in", groups=CLAIM_READERS, copy=False)


class RepairOrder(models.Model):
    _inherit = "repair.order"

    claim_line_ids = fields.One2many("repair.brand.claim.line", "repair_id", "Claimed lines", groups=CLAIM_READERS, copy=False)
    claim_count = fields.Integer("Claims on the brand", compute="_compute_claim_count", groups=MONEY_GROUPS)

    amount_taken_over = fields.Monetary(
        "Taken over by the customer", compute="_compute_margin", store=True, groups=MONEY_GROUPS,
        help="What the brand refused and the customer agreed to pay by a quotation of its own.")

    _brand_accepted_idx = models.Index("(brand_id, accepted_on) WHERE accepted_on IS NOT NULL")

    def _compute_claim_count(self):
        counts = dict(self.env["repair.brand.claim.line"]._read_group(
            [("repair_id", "in", self.ids)], ["repair_id"], ["claim_id:count_distinct"]))
        for order in self:
            order.claim_count = counts.get(order, 0)

    @api.depends("claim_line_ids.amount_lost", "claim_line_ids.amount_taken_over")
    def _compute_margin(self):
        """What a brand does not pay of a line is owed by nobody where the company bears it, and by the customer where he took it over."""
        super()._compute_margin()
        for order in self:
            lines = order.claim_line_ids.filtered(lambda line: line._get_source().payer == "brand")  # another payer has taken over all
            lost, order.amount_taken_over = sum(lines.mapped("amount_lost")), sum(lines.mapped("amount_taken_over"))
            order.amount_claimable -= lost + order.amount_taken_over
            order.amount_margin -= lost

    def action_view_claims(self):
        """Open the claims in which lines of the order stand."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "name": self.env._("Claims on brands"), "res_model": "repair.brand.claim",
            "view_mode": "list,form", "domain": [("line_ids.repair_id", "=", self.id)]}
