from odoo import api, fields, models


class RepairPartSubstitute(models.TransientModel):
    """Lists what may be fitted instead of a part that is out of stock."""

    _name = "repair.part.substitute"
    _description = "Substitutes of a part"

    move_id = fields.Many2one("stock.move", "Part", required=True, ondelete="cascade")
    product_id = fields.Many2one(related="move_id.product_id")
    location_id = fields.Many2one(related="move_id.location_id", string="Stock location")
    option_ids = fields.One2many("repair.part.substitute.option", "wizard_id", "In stock")

    @api.model_create_multi
    def create(self, vals_list):
        """Create the list and fill in what is in stock now."""
        wizards = super().create(vals_list)
        for wizard in wizards:
            move = wizard.move_id
            wizard.option_ids = [
                fields.Command.create({"product_id": product.id, "free_quantity": quantity})
                for product, quantity in move.product_id._get_substitutes_in_stock(move.location_id)
            ]
        return wizards
