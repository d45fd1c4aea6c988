from odoo import fields, models
from odoo.exceptions import UserError


class RepairPartSubstituteOption(models.TransientModel):
    _name = "repair.part.substitute.option"
    _description = "Substitute in stock"
    _order = "id"

    wizard_id = fields.Many2one("repair.part.substitute", required=True, ondelete="cascade", index=True)
    product_id = fields.Many2one("product.product", "Substitute", required=True, ondelete="cascade")
    quantity = fields.Float("Needed", digits="Product Unit", help="Units that take the place of the part on the order.")
    free_quantity = fields.Float("Free", digits="Product Unit")
    van_quantity = fields.Float("In the van", digits="Product Unit")
    depot_quantity = fields.Float("In the depot", digits="Product Unit")
    price = fields.Float("Sale price", digits="Product Price", help="Unit price for the customer of this order.")
    condition = fields.Text()
    reason = fields.Char()
    is_confirmed = fields.Boolean("Condition holds", help="You have looked: what the condition asks for is so.")

    def action_use_confirmed(self):
        """Confirm the condition and take the substitute, in one step, as :meth:`action_use`."""
        self.ensure_one()
        self.is_confirmed = True
        return self.action_use()

    def action_use(self):
        """Put the substitute on the order in place of the part; its price is quoted and approved like that of any line.

        :raises UserError: when the part was used, cancelled or replaced meanwhile, or a condition is not confirmed
        """
        self.ensure_one()
        move = self.wizard_id.move_id
        if move.state in ("done", "cancel") or not move.repair_id:
            raise UserError(self.env._("The part was used or taken off the order meanwhile: look at the order again."))
        order, product, replaced = move.repair_id, self.product_id, move.product_id
        option = next((entry for entry, _free in move._get_substitute_options_in_stock() if entry.product == product), None)
        if option is None:
            raise UserError(self.env._("%(part)s is no substitute in stock any more.", part=product.display_name))
        if option.condition and not self.is_confirmed:
            raise UserError(self.env._(
                "%(part)s is fitted on a condition only: %(condition)s Tick “Condition holds” when it does.",
                part=product.display_name, condition=option.condition))
        asked, quantity, price = move.product_uom_qty, move._get_substitute_quantity(option), move.repair_price_unit
        move.unlink()  # takes this list with it
        line = self.env["stock.move"].create({
            "repair_id": order.id,
            "repair_line_type": "add",
            "product_id": product.id,
            "product_uom_qty": quantity,
            "product_uom": product.uom_id.id,
        })
        order._note_substitute(replaced, asked, price, line, option)
        return {"type": "ir.actions.act_window_close"}
