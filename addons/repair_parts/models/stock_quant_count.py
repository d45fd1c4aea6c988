from collections import defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.repair_service.models.repair_flow import FLOW

from ..engine import stock_count
from .repair_stock_count_line import APPROVER_GROUPS, OPEN_STATES


class StockQuant(models.Model):
    """When spare parts are counted next: as often as their class asks for, not by their place alone (handbook 8.2.3)."""

    _inherit = "stock.quant"

    @api.model
    def _get_part_count_days(self, products, company):
        """Return {product: days between two counts}, 0 for classes that are not counted by turns."""
        policies = self.env["repair.count.policy"]._get_policies(company)
        classes = self.env["repair.part.class"]._get_classes(products, company)
        days = {}
        for product, name in classes.items():
            policy = policies._choose(name, product.with_company(company).xyz_class, product.criticality)
            days[product] = stock_count.get_interval(policy.counts_a_year)
        return days

    @api.model
    def _plan_part_counts(self, products, company):
        """Bring forward the next count of what lies further off than the class allows, spread so that not all is due on one day."""
        quants = self.sudo().search(  # count dates follow from the class, whoever sets it
            [("product_id", "in", products.ids), ("company_id", "=", company.id), ("location_id.usage", "=", "internal")],
            order="location_id, product_id, id")
        today = self.env["repair.figure"]._get_today(company)
        days = self._get_part_count_days(quants.product_id, company)
        by_date = defaultdict(self.browse)
        for index, quant in enumerate(quants):
            interval = days[quant.product_id]
            latest = today + timedelta(days=interval)
            if interval and (not quant.inventory_date or quant.inventory_date > latest):
                by_date[today + timedelta(days=1 + index % interval)] |= quant
        for date, due in by_date.items():
            due.sudo().inventory_date = date  # as above

    def _check_adjustment(self):
        parts = self.filtered(lambda quant: quant.product_id.is_spare_part and quant.location_id.usage == "internal")
        if not parts:
            return
        if not (self.env.su or any(self.env.user.has_group(group) for group in APPROVER_GROUPS)):
            raise AccessError(self.env._(
                "Stock of spare parts is adjusted by the stock manager or the service manager. "
                "Make a count: small differences are booked at once, others are decided."))
        lines_sudo = self.env["repair.stock.count.line"].sudo()  # whoever adjusts need not see the counts of others
        busy = lines_sudo.search([
            ("product_id", "in", parts.product_id.ids), ("location_id", "in", parts.location_id.ids),
            ("state", "in", (*OPEN_STATES, "to_approve", "approved"))])
        keys = {(quant.location_id, quant.product_id, quant.lot_id, quant.package_id, quant.owner_id) for quant in parts.sudo()}  # as above
        for line in busy:
            if (line.location_id, line.product_id, line.lot_id, line.package_id, line.owner_id) in keys:
                raise UserError(self.env._(
                    "%(part)s in %(place)s is on the list of %(count)s: the difference is booked there. Settle or cancel that count first.",
                    part=line.product_id.display_name, place=line.location_id.display_name, count=line.count_id.name))

    def _set_next_part_count(self):
        """Set the next count of parts that were just counted."""
        parts = self.filtered(lambda quant: quant.product_id.is_spare_part and quant.location_id.usage == "internal")
        for company, quants in parts.grouped("company_id").items():
            today = self.env["repair.figure"]._get_today(company)
            days = self._get_part_count_days(quants.product_id, company)
            by_days = quants.grouped(lambda quant, days=days: days[quant.product_id])
            for interval, counted in by_days.items():
                if interval:
                    counted.sudo().inventory_date = today + timedelta(days=interval)  # whoever counts does not plan counts

    def _apply_inventory(self, date=None):
        """Adjust the books; those of parts by hand only by whoever may decide on differences, and not while a count is at them.

        :raises AccessError: for users who do not decide on differences
        :raises UserError: for what is on the list of an open count, which would book the difference once more
        """
        if self.env.context.get("repair_count_inner") is not FLOW:
            self._check_adjustment()
        result = super()._apply_inventory(date=date)
        self.exists()._set_next_part_count()
        return result
