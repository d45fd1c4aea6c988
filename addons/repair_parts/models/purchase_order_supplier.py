from odoo import api, fields, models
from odoo.exceptions import UserError

ORDER_STATES = ("draft", "sent", "to approve", "purchase")
DECIDED_STATES = ("to approve", "purchase")


class PurchaseOrder(models.Model):
    """Spare parts are ordered from suppliers who may be ordered from, and from the best unless there is a reason (handbook 8.1.2)."""

    _inherit = "purchase.order"

    supplier_warning = fields.Char(compute="_compute_supplier_warning", compute_sudo=True)

    @api.depends("partner_id", "order_line.product_id", "order_line.product_uom_qty", "order_line.price_subtotal", "state")
    def _compute_supplier_warning(self):
        for order in self:
            lines = order._get_spare_lines() if order.state in ("draft", "sent", "to approve") and order.partner_id else False
            order.supplier_warning = (lines and order._get_supplier_objection(lines)) or False

    def write(self, vals):
        """Write; whatever turns these into orders of spare parts from another vendor, or takes them further, is checked first."""
        result = super().write(vals)
        if vals.get("partner_id") or vals.get("company_id") or vals.get("state") in ORDER_STATES:
            self._check_part_supplier()
        if vals.get("state") in DECIDED_STATES:
            self.order_line.mapped("promised_date")  # what is promised is fixed now, before anybody moves the expected arrival
            for order in self:
                order._check_supplier_trial()
                order._get_spare_lines()._check_supplier_choice()
        return result

    def _get_spare_lines(self):
        return self.order_line.filtered(lambda line: not line.display_type and line.product_id.is_spare_part)

    def _check_part_supplier(self, lines=None):
        """Raise when an order, or ``lines`` of it, would order spare parts from a supplier who may not be ordered from."""
        for order in self.filtered(lambda order: order.state in ORDER_STATES):
            spare = order._get_spare_lines() & lines if lines is not None else order._get_spare_lines()
            vendor = order.partner_id
            if spare and (refusal := vendor._get_supplier_refusal(order.company_id) or vendor._get_twin_refusal()):
                raise UserError(self.env._(
                    "%(refusal)s %(part)s cannot be ordered there: choose another supplier.", refusal=refusal,
                    part=spare[0].product_id.display_name))

    def _check_supplier_trial(self):
        """Raise when a confirmed order passes a limit of its supplier's trial."""
        self.ensure_one()
        if self.state in DECIDED_STATES and (excess := self._get_trial_objection(self._get_spare_lines())):
            raise UserError(self.env._(
                "%(excess)s Order less, or have the supplier approved.", excess=excess))

    def _get_trial_objection(self, lines):
        amount, quantity = sum(lines.mapped("price_total_cc")), sum(lines.mapped("product_uom_qty"))
        return self.partner_id._get_trial_excess(amount, quantity, self.company_id) if lines else ""

    def _get_supplier_objection(self, lines):
        return lines and (self.partner_id._get_supplier_refusal(self.company_id) or self._get_trial_objection(lines))
