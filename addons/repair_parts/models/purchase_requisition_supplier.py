from odoo import api, models
from odoo.exceptions import UserError


class PurchaseRequisition(models.Model):
    """Agreements on spare parts are made with suppliers who may be ordered from."""

    _inherit = "purchase.requisition"

    def write(self, vals):
        """Write; an agreement on spare parts with a blocked supplier is neither made nor taken up again."""
        result = super().write(vals)
        if vals.get("vendor_id") or vals.get("company_id") or vals.get("state") in ("draft", "confirmed"):
            self._check_part_supplier()
        return result

    def _check_part_supplier(self):
        for agreement in self.filtered(lambda agreement: agreement.vendor_id and agreement.state in ("draft", "confirmed")):
            parts = agreement.line_ids.product_id.filtered("is_spare_part")
            if parts and (refusal := agreement.vendor_id._get_supplier_refusal(agreement.company_id)):
                raise UserError(self.env._(
                    "%(refusal)s No agreement on %(part)s with this supplier.", refusal=refusal, part=parts[0].display_name))


class PurchaseRequisitionLine(models.Model):
    _inherit = "purchase.requisition.line"

    @api.model_create_multi
    def create(self, vals_list):
        """Create lines of agreements, see :meth:`PurchaseRequisition.write`."""
        lines = super().create(vals_list)
        lines.requisition_id._check_part_supplier()
        return lines

    def write(self, vals):
        """Write lines of agreements, see :meth:`PurchaseRequisition.write`."""
        before = {line: line.product_qty for line in self}
        result = super().write(vals)
        if {"product_id", "requisition_id"} & vals.keys() or any(line.product_qty > quantity for line, quantity in before.items()):
            self.requisition_id._check_part_supplier()
        return result
