from odoo import fields, models


class ResCompany(models.Model):
    """How spare parts are sold and delivered (handbook 8.3)."""

    _inherit = "res.company"

    repair_walk_in_id = fields.Many2one("res.partner", "Walk-in customer", ondelete="restrict")
    repair_part_ship_days = fields.Integer(
        "Days to deliver a part from stock", default=2, help="What customers of remote sales are promised when everything lies in stock.")
    repair_supplier_weight_opinion = fields.Integer(
        "Weight of customers' opinions", default=10, help="What customers say of the parts; without an opinion it is left to the others.")

    _repair_part_ship_days = models.Constraint(
        "CHECK (repair_part_ship_days BETWEEN 0 AND 60 AND repair_supplier_weight_opinion BETWEEN 0 AND 1000)",
        "A delivery from stock takes 0 to 60 days, and the weight of opinions lies between 0 and 1000.")


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    repair_walk_in_id = fields.Many2one(related="company_id.repair_walk_in_id", readonly=False)
    repair_part_ship_days = fields.Integer(related="company_id.repair_part_ship_days", readonly=False)
    repair_supplier_weight_opinion = fields.Integer(related="company_id.repair_supplier_weight_opinion", readonly=False)
