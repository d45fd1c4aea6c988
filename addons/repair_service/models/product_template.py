from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ProductTemplate(models.Model):
    _inherit = "product.template"

    repair_service_kind = fields.Selection(
        [("labour", "Labour"), ("inspection_fee", "Inspection fee"), ("callout", "Call-out fee"), ("material", "Material")],
        "After-sales kind", index="btree_not_null", help="Puts the service on the price list of the service desk (handbook 2.2).")
    repair_is_default = fields.Boolean(
        "For every family", help="Offered for families without services of their own.")

    @api.constrains("repair_service_kind", "type", "invoice_policy")
    def _check_repair_service_kind(self):
        for product in self:
            if product.repair_service_kind and product.type != "service":
                raise ValidationError(self.env._("%(product)s is not a service: labour and fees are.", product=product.display_name))
            if product.repair_service_kind and product.invoice_policy != "order":
                raise ValidationError(self.env._(
                    "%(product)s: labour and fees are invoiced by ordered quantities, as the customer approved them.",
                    product=product.display_name))
