from odoo import api, fields, models


class RepairPartSubstitute(models.TransientModel):
    """Lists what may be fitted instead of a part that is out of stock, or before it where old stock is used up."""

    _name = "repair.part.substitute"
    _description = "Substitutes of a part"

    move_id = fields.Many2one("stock.move", "Part", required=True, ondelete="cascade")
    product_id = fields.Many2one(related="move_id.product_id")
    price = fields.Float(related="move_id.repair_price_unit", string="Price of the part")
    asked_quantity = fields.Float(related="move_id.product_uom_qty", string="Asked")
    location_id = fields.Many2one(related="move_id.location_id", string="Stock location")
    is_approved = fields.Boolean(compute="_compute_is_approved")
    option_ids = fields.One2many("repair.part.substitute.option", "wizard_id", "In stock")

    @api.depends("move_id")
    def _compute_is_approved(self):
        for wizard in self:
            wizard.is_approved = bool(wizard.move_id.repair_id.approved_on)

    @api.model_create_multi
    def create(self, vals_list):
        """Create the list and fill in what is in stock now."""
        wizards = super().create(vals_list)
        for wizard in wizards:
            wizard.option_ids = [fields.Command.create(values) for values in wizard._prepare_options()]
        return wizards

    def _prepare_options(self):
        move = self.move_id
        order = move.repair_id
        options = move._get_substitute_options_in_stock()
        products = self.env["product.product"].union(*(option.product for option, _free in options))
        van, depot = move._get_stock_of(products)
        hidden = products._filter_counted_blind()
        prices = order._get_list_prices(products, move.product_uom_qty, None) if products else {}
        return [{
            "product_id": option.product.id, "condition": option.condition, "reason": option.reason,
            "free_quantity": min(free, move._get_substitute_quantity(option)) if option.product in hidden else free,
            "quantity": move._get_substitute_quantity(option), "van_quantity": van.get(option.product, 0.0),
            "depot_quantity": depot.get(option.product, 0.0), "price": prices.get(option.product.id, 0.0),
        } for option, free in options]
