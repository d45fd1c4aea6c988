from odoo import fields, models

from .repair_service_line import PAYERS


class RepairQuotationLine(models.Model):
    _name = "repair.quotation.line"
    _description = "Line of a Quotation's Version"
    _order = "quotation_id, id"

    quotation_id = fields.Many2one("repair.quotation", required=True, index=True, ondelete="cascade")
    currency_id = fields.Many2one(related="quotation_id.currency_id")
    product_id = fields.Many2one("product.product", "Part or service", readonly=True, ondelete="restrict")
    name = fields.Char("Description", readonly=True)
    code = fields.Char("Number", readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True)
    uom = fields.Char("Unit", readonly=True)
    price_unit = fields.Float("Unit price", digits="Product Price", readonly=True)
    payer = fields.Selection(PAYERS, readonly=True)
    amount = fields.Monetary("You pay, untaxed", readonly=True, help="The customer's share.")
    is_new = fields.Boolean("New", readonly=True, help="Added or made dearer after an approval.")
