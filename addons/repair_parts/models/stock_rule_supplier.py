from odoo import SUPERUSER_ID, api, fields, models

from odoo.addons.stock.models.stock_rule import ProcurementException


class StockRule(models.Model):
    """Replenishment buys spare parts from the best supplier; what nobody may deliver stays a need, with its reason."""

    _inherit = "stock.rule"

    def _get_matching_supplier(self, product_id, product_qty, product_uom, company_id, values):
        supplier = super()._get_matching_supplier(product_id, product_qty, product_uom, company_id, values)
        if not product_id.is_spare_part or (supplier and not supplier.partner_id._get_supplier_refusal(company_id)):
            return supplier
        product = product_id.with_company(company_id)
        date = values.get("date_planned") and max(fields.Datetime.to_datetime(values["date_planned"]).date(), fields.Date.today())
        # The vendor of the rule may not be ordered from: the next best, at worst at a price for another quantity, as core does.
        for quantity in (product_qty, None):
            allowed = [
                one for one in product._propose_suppliers(quantity, product_uom, date=date or None)
                if not one.refusal and not one.partner._get_trial_excess(0.0, product_qty, company_id)]
            if allowed:
                return product._select_seller(allowed[0].partner, quantity, date or None, product_uom) or allowed[0].seller
        return self.env["product.supplierinfo"]

    @api.model
    def _run_buy(self, procurements):
        errors = []
        for procurement, rule in procurements:
            company = rule.company_id or procurement.company_id
            if reason := rule._get_supplier_shortage(procurement, company):
                if self.env.context.get("from_orderpoint"):
                    errors.append((procurement, reason))
                else:
                    self._tell_supplier_shortage(procurement.product_id, reason)
        if errors:
            raise ProcurementException(errors)
        return super()._run_buy(procurements)

    def _get_supplier_shortage(self, procurement, company):
        """Return why no vendor of the spare part may be ordered from, in words; empty when one may, or when there is none at all."""
        product = procurement.product_id.with_company(company)
        if not product.is_spare_part or procurement.product_uom.compare(procurement.product_qty, 0) <= 0:
            return ""
        refused = [vendor for vendor in product.sudo().seller_ids.partner_id if vendor._get_supplier_refusal(company)]
        if not refused:  # the usual case costs no ranking
            return ""
        found = self._get_matching_supplier(
            product, procurement.product_qty, procurement.product_uom, company, procurement.values)
        if found:
            return ""
        reasons = " ".join(vendor._get_supplier_refusal(company) for vendor in refused)
        return self.env._(
            "%(part)s is needed (%(quantity)s %(unit)s) and no supplier of it may be ordered from. %(reasons)s Qualify another supplier "
            "and note its price on the part.", part=product.display_name, quantity=f"{procurement.product_qty:g}",
            unit=procurement.product_uom.name, reasons=reasons)

    @api.model
    def _tell_supplier_shortage(self, product, reason):
        """Leave an activity on the part, once for the same reason; replenishment rules have core's own."""
        template_sudo = product.product_tmpl_id.sudo()  # the need shows whoever has caused it
        known = template_sudo.activity_ids.filtered(lambda activity: reason in (activity.note or ""))
        if not known:
            template_sudo.activity_schedule(
                "mail.mail_activity_data_warning", note=reason, user_id=product.responsible_id.id or SUPERUSER_ID)


class StockWarehouseOrderpoint(models.Model):
    _inherit = "stock.warehouse.orderpoint"

    supplier_note = fields.Char(
        "Supplier proposed", compute="_compute_supplier_note", compute_sudo=True, groups="purchase.group_purchase_user")

    @api.depends("product_id", "qty_to_order", "supplier_id", "effective_route_id")
    def _compute_supplier_note(self):
        for orderpoint in self:
            product = orderpoint.product_id.with_company(orderpoint.company_id)
            orderpoint.supplier_note = False
            if product.is_spare_part and orderpoint.show_supplier:
                proposals = product._propose_suppliers(orderpoint.qty_to_order or None, orderpoint.product_uom)
                if proposals:
                    orderpoint.supplier_note = self.env._(
                        "%(supplier)s: %(why)s", supplier=proposals[0].partner.display_name,
                        why=product._describe_proposal(proposals[0]))
