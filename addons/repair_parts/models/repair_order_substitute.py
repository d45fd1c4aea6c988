from odoo import api, fields, models
from odoo.exceptions import UserError


class RepairOrder(models.Model):
    _inherit = "repair.order"

    def _note_substitute(self, replaced, asked, price, line, option):
        """Keep in the order's history which part took whose place, and who answered for the condition."""
        self.ensure_one()
        lines = [self.env._(
            "%(substitute)s (%(quantity)s) takes the place of %(part)s (%(asked)s).",
            substitute=option.product.display_name, quantity=f"{line.product_uom_qty:g}", part=replaced.display_name, asked=f"{asked:g}")]
        if option.condition:
            lines.append(self.env._(
                "Condition: %(condition)s Confirmed by %(who)s.", condition=option.condition, who=self.env.user.name))
        if self.approved_on and line.payer == "customer":
            old, new = asked * price, line.product_uom_qty * line.repair_price_unit
            lines.append(self.env._(
                "It costs %(new)s instead of %(old)s: the customer has to approve it.",
                new=self.currency_id.format(new), old=self.currency_id.format(old)))
        self.message_post(body=" ".join(lines))


class StockMove(models.Model):
    _inherit = "stock.move"

    use_first_id = fields.Many2one(
        "product.product", "Use up first", compute="_compute_use_first_id", compute_sudo=True,
        help="What is left of the part under its old number, which may still be fitted.")

    @api.depends("product_id", "state", "repair_id")
    def _compute_use_first_id(self):
        self.use_first_id = False
        open_parts = self.filtered(
            lambda move: move.repair_id and move.repair_line_type == "add" and move.state not in ("done", "cancel") and move.product_id)
        for order, moves in open_parts.grouped("repair_id").items():
            old = moves.product_id._origin._get_old_stock(order._get_part_locations())
            for move in moves:
                move.use_first_id = old.get(move.product_id._origin)

    def action_open_substitutes(self):
        """Open the list of substitutes in stock for a part that has not been used yet.

        :raises UserError: when the part has no substitute in stock or is used already
        """
        self.ensure_one()
        if self.repair_line_type != "add" or self.state in ("done", "cancel"):
            raise UserError(self.env._("%(part)s is used or cancelled already.", part=self.product_id.display_name))
        if not self._get_substitute_options_in_stock():
            raise UserError(self.env._(
                "No substitute of %(part)s is in stock. Order the part, or name substitutes on it.",
                part=self.product_id.display_name))
        wizard = self.env["repair.part.substitute"].create({"move_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Substitutes"),
            "res_model": "repair.part.substitute",
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _get_substitute_options_in_stock(self):
        """Return [(option, free units)] of what may be fitted on this order instead, in the van or in the depot."""
        self.ensure_one()
        order = self.repair_id
        return self.product_id._get_options_in_stock(order._get_part_locations() or self.location_id, order.appliance_id)

    def _get_substitute_quantity(self, option):
        """Return the units of a substitute that take this line's place, rounded up."""
        self.ensure_one()
        needed = self.product_uom._compute_quantity(self.product_uom_qty, self.product_id.uom_id)
        return option.product.uom_id.round(needed * option.ratio, rounding_method="UP")
