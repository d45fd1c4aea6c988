from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.sql import column_exists, create_column

SALE_KINDS = [("counter", "Counter"), ("remote", "Remote")]


class SaleOrder(models.Model):
    """Spare parts sold over the counter or sent by carrier (handbook 8.3.1)."""

    _inherit = "sale.order"

    is_part_sale = fields.Boolean("Sale of parts", compute="_compute_is_part_sale", store=True, index=True)
    part_sale_kind = fields.Selection(SALE_KINDS, "Kind of sale", copy=True, help="Remote sales may be returned without a reason by law.")
    part_appliance_id = fields.Many2one(
        "repair.appliance", "For appliance", copy=False, index="btree_not_null", ondelete="set null",
        help="The customer's appliance: what the catalogue does not list for it is pointed out.")
    unfit_part_names = fields.Char("Not listed for the appliance", compute="_compute_unfit_part_names")
    part_return_ids = fields.One2many("repair.part.return", compute="_compute_part_returns")
    part_return_count = fields.Integer("Part returns", compute="_compute_part_returns")

    def _auto_init(self):
        # Old orders are found to be sales of parts by one statement, not one by one.
        if not column_exists(self.env.cr, self._table, "is_part_sale"):
            create_column(self.env.cr, self._table, "is_part_sale", "boolean")
        return super()._auto_init()

    @api.depends("order_line.product_id", "repair_order_ids")
    def _compute_is_part_sale(self):
        for order in self:
            order.is_part_sale = any(order.order_line.product_id.mapped("is_spare_part")) and not order._is_of_service_order()

    @api.depends("part_appliance_id", "order_line.product_id")
    def _compute_unfit_part_names(self):
        for order in self:
            parts = order.order_line.product_id.filtered("is_spare_part")
            order.unfit_part_names = ", ".join(
                (parts - order.part_appliance_id._filter_fitting_parts(parts)).mapped("display_name")) if order.part_appliance_id else False

    def _compute_part_returns(self):
        found = self.env["repair.part.return"].search([("sale_line_id.order_id", "in", self.ids)]) if self.env[
            "repair.part.return"].has_access("read") else self.env["repair.part.return"]
        for order in self:
            order.part_return_ids = found.filtered(lambda record, order=order: record.sale_line_id.order_id == order._origin)
            order.part_return_count = len(order.part_return_ids)

    def action_return_parts(self):
        """Open the returns of what this order sold, or a new one."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_parts.repair_part_return_action")
        moves = self.order_line.move_ids.filtered(lambda move: move._is_part_handed_over())
        context = {"default_origin_move_id": moves.id} if len(moves) == 1 else {}
        action |= {"domain": [("sale_line_id.order_id", "=", self.id)], "context": context, "path": False}
        return action if self.part_return_count else {**action, "view_mode": "form", "views": [(False, "form")]}

    def action_print_part_invoice(self):
        """Print the invoices of the order, as the customer's receipt.

        :raises UserError: before anything is invoiced
        """
        self.ensure_one()
        invoices = self.invoice_ids.filtered(lambda move: move.state == "posted")
        if not invoices:
            raise UserError(self.env._("%(order)s has no invoice yet.", order=self.name))
        return self.env.ref("account.account_invoices").report_action(invoices)

    def _create_part_invoice(self):
        """Return the invoice of all that was ordered of parts, delivered or not: paid before it is handed over."""
        self.ensure_one()
        values = self._prepare_invoice()
        values["invoice_line_ids"] = [
            fields.Command.create(line._prepare_invoice_line(quantity=line.product_uom_qty - line.qty_invoiced))
            for line in self.order_line if not line.display_type and line.product_uom_qty > line.qty_invoiced]
        return self.env["account.move"].create(values)

    def _action_confirm(self):
        """Confirm; parts that the catalogue does not list for the customer's appliance are noted on the order."""
        for order in self.filtered("unfit_part_names"):
            order.message_post(body=self.env._(
                "Sold all the same, although not listed for %(appliance)s: %(parts)s.",
                appliance=order.part_appliance_id.display_name, parts=order.unfit_part_names))
        return super()._action_confirm()


    def _action_cancel(self):
        """Cancel; what was reserved for a sale of parts is free again, whoever sold it."""
        parts = self.filtered("is_part_sale")
        parts.check_access("write")
        super(SaleOrder, parts.sudo())._action_cancel()  # core gives the goods free as the user, who need not move stock
        return super(SaleOrder, self - parts)._action_cancel()


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    part_return_ids = fields.One2many("repair.part.return", "sale_line_id", "Part returns")

    @api.depends("part_return_ids.refund_id")
    def _compute_qty_to_invoice(self):
        """What was refunded is not invoiced again, where core does not count it as returned: what is invoiced as ordered, and repairs."""
        super()._compute_qty_to_invoice()
        for line in self.filtered("part_return_ids"):
            uncounted = line.part_return_ids.filtered(
                lambda back, line=line: back.refund_id and (line.product_id.invoice_policy == "order" or back.origin_move_id.repair_id))
            refunded = line.product_id.uom_id._compute_quantity(sum(uncounted.mapped("quantity")), line.product_uom_id, round=False)
            if refunded and line.qty_to_invoice > 0:
                line.qty_to_invoice = max(line.qty_to_invoice - refunded, 0.0)

    def _get_price_paid(self):
        """Return the untaxed price a unit of the product that the customer pays, after discount; 0 without a line."""
        if not self:
            return 0.0
        self.ensure_one()
        items = self.invoice_lines.filtered(lambda item: item.parent_state == "posted" and item.move_type == "out_invoice")
        source, quantity, uom = (items[0], items[0].quantity, items[0].product_uom_id) if items else (
            self, self.product_uom_qty, self.product_uom_id)
        units = uom._compute_quantity(quantity, self.product_id.uom_id, round=False) if quantity else 0.0
        return source.price_subtotal / units if units else 0.0


class RepairAppliance(models.Model):
    _inherit = "repair.appliance"

    def _filter_fitting_parts(self, parts):
        """Return those of ``parts`` that the catalogue lists for the appliance."""
        self.ensure_one()
        return parts.search(self._get_fitting_parts_domain() & Domain("id", "in", parts.ids))
