from odoo import api, fields, models
from odoo.exceptions import UserError


class PurchaseOrderLine(models.Model):
    """Orders take the part that is delivered today; a superseded number is warned of, and exchanged by one button."""

    _inherit = "purchase.order.line"

    current_product_id = fields.Many2one(
        "product.product", "Order instead", compute="_compute_current_product_id",
        help="The part that supersedes the one on this line.")

    @api.depends("product_id", "product_id.product_tmpl_id.superseded_by_id", "order_id.state")
    def _compute_current_product_id(self):
        for line in self:
            template = line.product_id.product_tmpl_id
            is_open = template.superseded_by_id and line.order_id.state in ("draft", "sent", "to approve")
            line.current_product_id = template._get_current_part().product_variant_id if is_open else False

    @api.onchange("product_id")
    def _onchange_product_id_superseded(self):
        if self.current_product_id:
            return {"warning": {"title": self.env._("Superseded part"), "type": "notification", "message": self.env._(
                "%(part)s is superseded by %(current)s: order that one.",
                part=self.product_id.display_name, current=self.current_product_id.display_name)}}
        return None

    def action_order_current(self):
        """Put the part that supersedes this one on the line, at its own price and the same quantity.

        :raises UserError: nothing supersedes the part, or the order is confirmed already
        """
        for line in self:
            if not line.current_product_id:
                raise UserError(self.env._(
                    "Nothing supersedes %(part)s, or the order is confirmed already.", part=line.product_id.display_name))
            quantity, planned = line.product_qty, line.date_planned
            line.product_id = line.current_product_id
            line._product_id_change()  # as when a person chooses it: unit, words and taxes
            line.write({"price_unit": 0.0, "technical_price_unit": 0.0})
            line._compute_price_unit_and_date_planned_and_name()
            line.write({"product_qty": quantity, "date_planned": planned})
        return True
