from odoo import fields, models

from .stock_move_fifo import COST_GROUPS


class ProductTemplate(models.Model):
    _inherit = "product.template"

    receipt_on_hand_count = fields.Integer(
        "Receipts on hand", compute="_compute_receipt_on_hand_count", compute_sudo=True, groups=COST_GROUPS)

    def _compute_receipt_on_hand_count(self):
        counts = self.env["repair.part.receipt"]._count_by_product(self, "product_tmpl_id")
        for template in self:
            template.receipt_on_hand_count = counts.get(template, 0)

    def action_view_receipts_on_hand(self):
        """Open the receipts of which something is still on hand, oldest first, with what remains of each."""
        return self.env["repair.part.receipt"]._get_action([("product_tmpl_id", "in", self.ids)])


class ProductProduct(models.Model):
    _inherit = "product.product"

    def action_view_receipts_on_hand(self):
        """Open the receipts of this variant of which something is still on hand, oldest first."""
        return self.env["repair.part.receipt"]._get_action([("product_id", "in", self.ids)])
