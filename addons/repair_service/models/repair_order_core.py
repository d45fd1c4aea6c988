from odoo import api, models
from odoo.exceptions import UserError


class RepairOrder(models.Model):
    """Where core's repair order breaks on several orders at once, or lets a draft through, for plain repairs too."""

    _inherit = "repair.order"

    def write(self, vals):
        """Write; a product is set order by order, since core looks at the tracking of one."""
        if "product_id" not in vals or len(self) < 2:
            return super().write(vals)
        for order in self:
            super(RepairOrder, order).write(vals)
        return True

    def action_create_sale_order(self):
        """Create quotations, one an order; core mixes up the customers of several.

        :return: action that opens the quotation, or the list of several
        """
        if len(self) < 2:
            return super().action_create_sale_order()
        for order in self:
            super(RepairOrder, order).action_create_sale_order()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "view_mode": "list,form",
            "domain": [("id", "in", self.sale_order_id.ids)],
            "name": self.env._("Quotations"),
        }

    def action_repair_done(self):
        """Finish repairs that were started; core takes a draft straight to the end.

        :raises UserError: for repairs that are not under way
        """
        for order in self:
            if order.state != "under_repair":
                raise UserError(self.env._("Start the repair %(order)s before you end it.", order=order.name))
        return super().action_repair_done()

    def _get_picking_type(self):
        """Return the operation types by company and user; core fails where a user's warehouse has no type for repairs."""
        try:
            found = super()._get_picking_type()
        except AttributeError:  # core takes the rows it reads then for records
            found = {}
        if found:
            return found
        companies = self.company_id or self.env.company
        types = self.env["stock.picking.type"].search(
            [("code", "=", "repair_operation"), ("warehouse_id.company_id", "in", companies.ids)], order="sequence, id")
        by_company = {company: types.filtered(lambda kind, company=company: kind.company_id == company)[:1] for company in companies}
        found = {(company, False): kind for company, kind in by_company.items() if kind}
        return found | {(company, self.env.user): kind for company, kind in by_company.items() if kind}

    @api.model
    def _refresh_parts_availability(self):
        """Look at the parts of running orders again; core keeps what it saw when the order was last touched."""
        orders = self.search([("state", "in", ("confirmed", "under_repair"))])
        orders.invalidate_recordset(["parts_availability", "parts_availability_state"])
        for name in ("is_parts_available", "is_parts_late"):
            self.env.add_to_compute(self._fields[name], orders)
