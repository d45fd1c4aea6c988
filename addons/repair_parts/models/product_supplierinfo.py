from odoo import api, fields, models

from .repair_supplier_score import GRADES
from .res_partner_supplier import QUALIFICATIONS, SUPPLIER_GROUPS


class ProductSupplierinfo(models.Model):
    """A vendor price stays what it is; beside it stands how good the supplier of a spare part is."""

    _inherit = "product.supplierinfo"

    is_spare_part = fields.Boolean(related="product_tmpl_id.is_spare_part")
    supplier_qualification = fields.Selection(
        QUALIFICATIONS, "Qualification", compute="_compute_supplier", compute_sudo=True, groups=SUPPLIER_GROUPS)
    supplier_grade = fields.Selection(GRADES, "Grade", compute="_compute_supplier", compute_sudo=True, groups=SUPPLIER_GROUPS)
    supplier_score = fields.Float("Score", compute="_compute_supplier", compute_sudo=True, digits=(5, 1), groups=SUPPLIER_GROUPS)

    @api.depends("partner_id", "is_spare_part")
    @api.depends_context("company")
    def _compute_supplier(self):
        for info in self:
            partner = info.partner_id if info.is_spare_part else info.partner_id.browse()
            info.supplier_qualification = partner and partner._get_supplier_standing()[0]
            info.supplier_grade = partner.commercial_partner_id.supplier_grade
            info.supplier_score = partner.commercial_partner_id.supplier_score
