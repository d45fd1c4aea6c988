from odoo import fields, models
from odoo.exceptions import UserError


class RepairPartSubstituteOption(models.TransientModel):
    _name = "repair.part.substitute.option"
    _description = "Substitute in stock"
    _order = "free_quantity desc, id"

    wizard_id = fields.Many2one("repair.part.substitute", required=True, ondelete="cascade", index=True)
    product_id = fields.Many2one("product.product", "Substitute", required=True, ondelete="cascade")
    free_quantity = fields.Float("Free", digits="Product Unit")
    list_price = fields.Float(related="product_id.lst_price", string="Sale price")

    def action_use(self):
        """Put the substitute on the order in place of the part; its price is quoted and approved like that of any line.

        :raises UserError: when the part was used, cancelled or replaced meanwhile
        """
        self.ensure_one()
        move = self.wizard_id.move_id
        if move.state in ("done", "cancel") or not move.repair_id:
            raise UserError(self.env._("The part was used or taken off the order meanwhile: look at the order again."))
        options = move.product_id._get_substitutes_in_stock(move.location_id)
        allowed = [substitute for substitute, _quantity in options]
        order, product = move.repair_id, self.product_id
        if product not in allowed:
            raise UserError(self.env._("%(part)s is no substitute in stock any more.", part=product.display_name))
        quantity = move.product_uom._compute_quantity(move.product_uom_qty, product.uom_id)
        move.unlink()  # takes this list with it
        self.env["stock.move"].create({
            "repair_id": order.id,
            "repair_line_type": "add",
            "product_id": product.id,
            "product_uom_qty": quantity,
            "product_uom": product.uom_id.id,
        })
        return {"type": "ir.actions.act_window_close"}
