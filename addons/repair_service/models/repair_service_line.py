from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .repair_flow import FLOW

PAYERS = [
    ("customer", "Customer"),
    ("brand", "Brand"),
    ("supplier", "Supplier"),
    ("company", "The company"),
]
# What the customer has approved; other work for him is another line.
SEALED_FIELDS = {"product_id", "tax_ids"}
CHARGE_FIELDS = {"product_id", "name", "quantity", "price_unit", "tax_ids", "payer"}
OPEN_STAGES = ("requested", "booked", "diagnosed", "quoted", "approved", "repairing")


class RepairServiceLine(models.Model):
    _name = "repair.service.line"
    _description = "Labour or fee of a service order"
    _inherit = ["repair.input"]
    _flow_fields = frozenset({"approved_subtotal", "approved_quantity", "approved_price_unit", "refused", "sale_line_id"})
    _order = "repair_id, sequence, id"
    _check_company_auto = True

    repair_id = fields.Many2one("repair.order", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="repair_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="repair_id.currency_id")
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        "product.product", "Service", required=True, ondelete="restrict", check_company=True,
        domain="[('type', '=', 'service'), ('repair_service_kind', '!=', False)]")
    repair_service_kind = fields.Selection(related="product_id.repair_service_kind", string="Kind")
    name = fields.Char("Description", compute="_compute_name", store=True, readonly=False, required=True, precompute=True)
    quantity = fields.Float(default=1.0, digits="Product Unit", required=True)
    price_unit = fields.Float(
        "Unit price", compute="_compute_price_unit", store=True, readonly=False, required=True, precompute=True,
        digits="Product Price")
    tax_ids = fields.Many2many(
        "account.tax", string="Taxes", compute="_compute_tax_ids", store=True, readonly=False, precompute=True,
        check_company=True, domain="[('type_tax_use', '=', 'sale')]")
    payer = fields.Selection(
        PAYERS, compute="_compute_payer", store=True, readonly=False, required=True, precompute=True,
        help="Who pays this line: proposed from the warranty verdict of the order (handbook 6.2).")
    price_subtotal = fields.Monetary("Untaxed", compute="_compute_price_subtotal", store=True, precompute=True)
    approved_subtotal = fields.Monetary(readonly=True, copy=False, help="Untaxed amount that the customer has approved.")
    approved_quantity = fields.Float(readonly=True, copy=False, digits="Product Unit")
    approved_price_unit = fields.Float(readonly=True, copy=False, digits="Product Price")
    refused = fields.Boolean(readonly=True, copy=False)
    sale_line_id = fields.Many2one("sale.order.line", readonly=True, copy=False, index="btree_not_null")

    _quantity_positive = models.Constraint(
        "CHECK (quantity > 0 AND quantity <= 100000)", "The quantity of a service line must be more than zero, and 100,000 at most.")
    _price_not_negative = models.Constraint(
        "CHECK (price_unit >= 0 AND price_unit <= 100000000)",
        "The price of a service line cannot be negative, nor above 100,000,000.")

    @api.depends("product_id")
    def _compute_name(self):
        for line in self:
            line.name = line.product_id.with_context(lang=line.repair_id.partner_id.lang).name or line.name

    @api.depends("product_id")
    def _compute_price_unit(self):
        for line in self:
            line.price_unit = line.repair_id._get_list_price(line.product_id, line.quantity) if line.product_id else 0.0

    @api.depends("product_id", "repair_id.partner_id")
    def _compute_tax_ids(self):
        for line in self:
            line.tax_ids = line.repair_id._get_charge_taxes(line.product_id)

    @api.depends("repair_id.coverage", "repair_id.coverage_facts")
    def _compute_payer(self):
        for line in self:
            if line.repair_id.coverage_frozen_on and line.payer:
                continue
            line.payer = line._get_due_payer()

    @api.depends("quantity", "price_unit", "tax_ids")
    def _compute_price_subtotal(self):
        for line in self:
            line.price_subtotal = line.repair_id._get_untaxed_amount(line.product_id, line.tax_ids, line.quantity, line.price_unit)

    @api.constrains("repair_id")
    def _check_service_order(self):
        for line in self:
            if not line.repair_id.appliance_id:
                raise ValidationError(self.env._(
                    "%(order)s has no appliance: labour and fees belong to service orders.", order=line.repair_id.name))

    @api.constrains("tax_ids")
    def _check_taxes(self):
        for line in self:
            if any(tax.type_tax_use != "sale" for tax in line.tax_ids.sudo()):  # technicians quote without tax rights
                raise ValidationError(self.env._("%(line)s: choose taxes on sales.", line=line.name))

    @api.constrains("product_id")
    def _check_product_is_service(self):
        for line in self:
            if line.product_id.type != "service" or not line.product_id.repair_service_kind:
                raise ValidationError(self.env._(
                    "%(product)s is not a service of the price list: parts belong on the parts list.",
                    product=line.product_id.display_name))

    @api.model_create_multi
    def create(self, vals_list):
        """Add lines to orders that are still open; the approval belongs to the flow."""
        if self.env.context.get("repair_flow") is not FLOW:
            for vals in vals_list:
                for name in self._flow_fields:
                    vals.pop(name, None)
        lines = super().create(vals_list)
        lines._check_order_open()
        for line, vals in zip(lines, vals_list, strict=True):
            line.repair_id._check_payer(line, vals.get("payer"))
        lines._withdraw_sent_quotation()
        return lines

    def write(self, vals):
        """Change lines of orders that are still open; what was approved or refused is set by the flow only."""
        if self.env.context.get("repair_flow") is not FLOW:
            if (self._flow_fields | {"repair_id"}) & vals.keys():
                raise UserError(self.env._("Approval and order of a line are set by the service flow only."))
            self._check_order_open()
            if SEALED_FIELDS & vals.keys() and any(line.sale_line_id for line in self):
                raise UserError(self.env._(
                    "The customer approved this line: set its price to zero and add another one instead."))
            if "payer" in vals:
                for line in self:
                    line.repair_id._check_payer(line, vals["payer"])
            if CHARGE_FIELDS & vals.keys():
                self._withdraw_sent_quotation()
        result = super().write(vals)
        if vals.get("name"):
            sold_sudo = self.sudo().filtered("sale_line_id")  # words need no approval; who works on the order has no sales rights
            sold_sudo.repair_id._unlock_sale_order()
            sold_sudo.sale_line_id.write({"name": vals["name"]})
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unapproved(self):
        self._check_order_open()
        if self.filtered("sale_line_id"):
            raise UserError(self.env._("A line that the customer approved cannot be deleted: set its price to zero instead."))
        self._withdraw_sent_quotation()

    def _check_order_open(self):
        if self.env.context.get("repair_flow") is FLOW:
            return
        for order in self.repair_id:
            if order.service_stage not in OPEN_STAGES or order.quotation_state == "refused":
                raise UserError(self.env._(
                    "%(order)s is settled: its lines cannot be changed any more.", order=order.name))

    def _withdraw_sent_quotation(self):
        if self.env.context.get("repair_flow") is not FLOW:
            self.repair_id._withdraw_sent_quotation()

    def _flow_line(self):
        return self.with_context(repair_flow=FLOW)

    def _get_charge_subtotal(self):
        """Untaxed price of the line, whoever pays it."""
        self.ensure_one()
        return self.price_subtotal

    def _get_charge_quantity(self):
        self.ensure_one()
        return self.quantity

    def _get_charge_price(self):
        self.ensure_one()
        return self.price_unit

    def _drop_unapproved(self):
        """Take the line back to what the customer approved, or off the quotation when that was nothing."""
        self.ensure_one()
        if self.approved_quantity:
            self._flow_line().write({"quantity": self.approved_quantity, "price_unit": self.approved_price_unit})
        else:
            self._flow_line().write({"refused": True})

    def _get_due_payer(self):
        """Return who pays for the line by the warranty verdict."""
        self.ensure_one()
        return self.repair_id._get_payer(self._get_warranty_component()) or "customer"

    def _get_cost(self):
        """Return what the line costs the company: its service at cost price."""
        self.ensure_one()
        return self.product_id.sudo().with_company(self.company_id).standard_price * self.quantity  # costs are closed to technicians

    def _get_warranty_component(self):
        """Return the component whose warranty term decides who pays: labour is on the whole appliance."""
        return "whole"

    def _prepare_charge_base_line(self):
        """Return the line as Odoo's tax computation wants it."""
        self.ensure_one()
        return self.env["account.tax"]._prepare_base_line_for_taxes_computation(
            self, tax_ids=self.tax_ids, price_unit=self.price_unit, quantity=self.quantity,
            partner_id=self.repair_id.partner_id, currency_id=self.currency_id, product_id=self.product_id)

    def _prepare_sale_line(self):
        return {**self._prepare_sale_values(), "sequence": self.sequence}

    def _prepare_sale_values(self):
        self.ensure_one()
        return {
            "name": self.name,
            "product_uom_qty": self.quantity,
            "price_unit": self.price_unit if self.payer == "customer" else 0.0,
            "discount": 0.0,
            "tax_ids": [fields.Command.set(self.tax_ids.ids)],
        }

    def _is_sold_as_approved(self):
        """Whether the line stands on the sale order since the approval, at the quantity and price of then."""
        self.ensure_one()
        return (
            bool(self.sale_line_id) and self.payer == "customer"
            and (self.approved_quantity, self.approved_price_unit) == (self.quantity, self.price_unit))

    def _push_to_sale_line(self):
        """Bring the line's counterpart on the sale order up to date; zero for the customer when somebody else pays."""
        self.ensure_one()
        self.sale_line_id._write_changed(self._prepare_sale_values())
