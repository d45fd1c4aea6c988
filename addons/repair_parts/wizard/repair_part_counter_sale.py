from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

STOCK = "stock.group_stock_user"


class RepairPartCounterSale(models.TransientModel):
    """A sale over the counter on one page: scan or choose, customer or walk-in, paid now, handed over now (handbook 8.3.1)."""

    _name = "repair.part.counter.sale"
    _description = "Counter sale of parts"
    _inherit = ["repair.input"]

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one("res.partner", "Customer", help="Empty: a walk-in customer.")
    appliance_id = fields.Many2one("repair.appliance", "For appliance", domain="[('partner_id', '=?', partner_id)]")
    code = fields.Char("Scan or number", help="Bar code, label, part number or an earlier one; then Enter.")
    line_ids = fields.One2many("repair.part.counter.sale.line", "sale_id", "Parts")
    amount_total = fields.Monetary("To pay", compute="_compute_amount_total")
    is_paid = fields.Boolean("Paid now", default=True)
    journal_id = fields.Many2one(
        "account.journal", "Paid by", domain="[('type', 'in', ('cash', 'bank')), ('company_id', '=', company_id)]",
        compute="_compute_journal_id", store=True, readonly=False)
    is_handed_over = fields.Boolean("Handed over now", default=lambda self: self.env.user.has_group(STOCK))
    can_hand_over = fields.Boolean(compute="_compute_can_hand_over")
    order_id = fields.Many2one("sale.order", readonly=True)

    @api.depends("order_id")
    def _compute_display_name(self):
        for sale in self:
            sale.display_name = sale.order_id.name or self.env._("Counter sale")

    @api.depends("company_id")
    def _compute_journal_id(self):
        for sale in self:
            sale.journal_id = self.env["account.journal"].search(
                [("type", "in", ("cash", "bank")), ("company_id", "=", sale.company_id.id)], order="type desc, sequence, id", limit=1)

    @api.depends_context("uid")
    def _compute_can_hand_over(self):
        self.can_hand_over = self.env.user.has_group(STOCK)

    @api.depends("line_ids.price_total")
    def _compute_amount_total(self):
        for sale in self:
            sale.amount_total = sum(sale.line_ids.mapped("price_total"))

    @api.onchange("code")
    def _onchange_code(self):
        """Put the scanned part on the list, or one more of it."""
        if not self.code:
            return None
        products = self._find_products(self.code)
        self.code = False
        if len(products) != 1:
            text = self.env._("Several parts bear this number: choose one on a line.") if products else self.env._(
                "No part bears this number.")
            return {"warning": {"title": self.env._("Not found"), "type": "notification", "message": text}}
        line = self.line_ids.filtered(lambda line: line.product_id._origin == products)[:1]
        if line:
            line.quantity += 1
        else:
            self.line_ids = [Command.create({"product_id": products.id, "quantity": 1.0})]
        return None

    @api.model
    def _find_products(self, code):
        """Return the spare parts that a scan or a typed number names."""
        finder = self.env["product.product"]
        products = finder._find_by_label(code.strip()) or finder.search([("default_code", "=ilike", code.strip())], limit=5)
        if not products:
            found = self.env["product.template"]._find_by_other_number("=", code.strip())
            templates = self.env["product.template"].browse(found)
            products = templates.product_variant_ids
        return products.filtered(lambda product: product.is_spare_part and product.sale_ok)

    def _get_partner(self):
        self.ensure_one()
        if self.partner_id:
            return self.partner_id
        walk_in = self.company_id.sudo().repair_walk_in_id  # a setting, for everybody who sells
        if not walk_in:
            walk_in = self.env["res.partner"].sudo().create({  # made once, by whoever sells first
                "name": self.env._("Walk-in customer"), "company_id": self.company_id.id})
            self.company_id.sudo().repair_walk_in_id = walk_in
        return walk_in.with_env(self.env)

    def action_sell(self):
        """Sell: confirm the order, hand the parts over first in first out, invoice them and book the payment, as ticked.

        :return: action that opens the sale order
        :raises UserError: no lines, not enough in stock to hand over, or a price below the margin floor
        """
        self.ensure_one()
        self.env["sale.order"].check_access("create")
        self.lock_for_update()
        if self.order_id:
            raise UserError(self.env._("%(order)s: this sale is made already.", order=self.order_id.name))
        if not self.line_ids:
            raise UserError(self.env._("Scan or choose what is sold."))
        if self.is_handed_over and not self.env.user.has_group(STOCK):
            raise UserError(self.env._("The parts keeper hands parts over: leave that open, he finds the delivery under Transfers."))
        self._check_can_be_handed_over()
        order = self.env["sale.order"].with_company(self.company_id).create(self._prepare_order())
        self.sudo().order_id = order  # so that a second click sells nothing more
        order.action_confirm()
        if self.is_handed_over:
            self._hand_over(order)
        if self.is_paid:
            self._invoice(order)
        return {
            "type": "ir.actions.act_window", "res_model": "sale.order", "res_id": order.id, "views": [(False, "form")], "target": "current"}

    def _check_can_be_handed_over(self):
        if not self.is_handed_over:
            return
        for line in self.line_ids:
            if line.product_id.uom_id.compare(line.quantity, line.free_quantity) > 0:
                raise UserError(self.env._(
                    "%(part)s: only %(free)s in stock%(substitutes)s. Leave \"Handed over now\" open to sell it all the same.",
                    part=line.product_id.display_name, free=f"{line.free_quantity:g}", substitutes=line.product_id._describe_substitutes(
                        line._get_stock(), self.appliance_id)))

    def _prepare_order(self):
        return {
            "partner_id": self._get_partner().id, "company_id": self.company_id.id, "part_sale_kind": "counter",
            "user_id": self.env.user.id, "part_appliance_id": self.appliance_id.id, "order_line": [
                Command.create({
                    "product_id": line.product_id.id, "product_uom_qty": line.quantity,
                    **({"price_unit": line.price_unit} if line.is_price_set else {})}) for line in self.line_ids]}

    def _hand_over(self, order):
        for picking in order.picking_ids:
            picking.action_assign()
            short = picking.move_ids.filtered(lambda move: move.product_uom.compare(move.quantity, move.product_uom_qty) < 0)
            if short:
                raise UserError(self.env._(
                    "%(part)s: somebody else took it meanwhile. Leave \"Handed over now\" open.", part=short[0].product_id.display_name))
            picking.move_ids.picked = True
            # No message about goods that the customer holds in his hands; core would ask first whether to send one.
            picking.with_context(skip_backorder=True, skip_sms=True).button_validate()
            if picking.state != "done":
                raise UserError(self.env._("%(picking)s needs a further step: hand it over under Transfers.", picking=picking.name))

    def _invoice(self, order):
        """Post the invoice of what was ordered and book the payment; sellers keep no accounts."""
        order_sudo = order.sudo()  # whoever sells over the counter takes the money for exactly this order
        invoice_sudo = order_sudo._create_invoices() if self.is_handed_over else order_sudo._create_part_invoice()
        invoice_sudo.action_post()
        if not self.journal_id or self.journal_id.type not in ("cash", "bank") or self.journal_id.company_id != self.company_id:
            raise UserError(self.env._("Choose the cash or bank journal in which it was paid."))
        if not invoice_sudo.currency_id.is_zero(invoice_sudo.amount_residual):
            register_sudo = self.env["account.payment.register"].sudo().with_context(  # as above
                active_model="account.move", active_ids=invoice_sudo.ids)
            register_sudo.create({"journal_id": self.journal_id.id})._create_payments()


class RepairPartCounterSaleLine(models.TransientModel):
    _name = "repair.part.counter.sale.line"
    _description = "Part in a counter sale"
    _inherit = ["repair.input"]

    sale_id = fields.Many2one("repair.part.counter.sale", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="sale_id.currency_id")
    product_id = fields.Many2one(
        "product.product", "Part", required=True, domain="[('is_spare_part', '=', True), ('sale_ok', '=', True)]")
    quantity = fields.Float(default=1.0, digits="Product Unit", required=True)
    free_quantity = fields.Float("In stock", compute="_compute_facts", digits="Product Unit", compute_sudo=True)
    hint = fields.Char("Note", compute="_compute_facts", compute_sudo=True)
    is_unfit = fields.Boolean(compute="_compute_facts", compute_sudo=True)
    price_unit = fields.Float("Price", compute="_compute_price_unit", store=True, readonly=False, digits="Product Price")
    list_price = fields.Float("Price by list", compute="_compute_list_price", digits="Product Price")
    is_price_set = fields.Boolean(compute="_compute_is_price_set")
    price_total = fields.Monetary("With tax", compute="_compute_price_total")

    @api.constrains("quantity", "price_unit", "product_id")
    def _check_line(self):
        for line in self:
            if not 0 < line.quantity <= 1_000_000 or not 0 <= line.price_unit <= 10_000_000:
                raise ValidationError(self.env._("Sell more than nothing, at a price from 0 to 10,000,000."))
            if not line.product_id.is_spare_part:
                raise ValidationError(self.env._("%(product)s is no spare part.", product=line.product_id.display_name))

    def _get_stock(self):
        self.ensure_one()
        return self.env["stock.warehouse"].sudo().search(  # where the counter's parts lie
            [("company_id", "=", self.sale_id.company_id.id)], limit=1).lot_stock_id

    @api.depends("product_id", "quantity", "sale_id.appliance_id")
    def _compute_facts(self):
        for line in self:
            product, appliance = line.product_id._origin, line.sale_id.appliance_id._origin
            stock = line._get_stock()
            line.free_quantity = product._get_free_quantities(stock).get(product, 0.0) if product else 0.0
            line.is_unfit = bool(product and appliance and not appliance._filter_fitting_parts(product))
            notes = [self.env._("Not listed for this appliance")] if line.is_unfit else []
            if product and product.uom_id.compare(line.quantity, line.free_quantity) > 0:
                notes.append(product._describe_substitutes(stock, appliance).strip() or self.env._("Not enough in stock"))
            line.hint = " · ".join(notes)

    @api.depends("product_id", "quantity", "sale_id.partner_id")
    def _compute_list_price(self):
        for line in self:
            partner = line.sale_id.partner_id._origin
            pricelist = partner.property_product_pricelist
            line.list_price = pricelist._get_product_price(
                line.product_id._origin, line.quantity or 1.0) if pricelist and line.product_id else line.product_id.lst_price

    @api.depends("product_id", "sale_id.partner_id")
    def _compute_price_unit(self):
        for line in self:
            line.price_unit = line.list_price

    @api.depends("price_unit", "list_price")
    def _compute_is_price_set(self):
        for line in self:
            line.is_price_set = line.currency_id.compare_amounts(line.price_unit, line.list_price) != 0 if line.currency_id else False

    @api.depends("price_unit", "quantity", "product_id")
    def _compute_price_total(self):
        for line in self:
            taxes_sudo = line.product_id.sudo().taxes_id.filtered(  # as the order will reckon
                lambda tax, line=line: tax.company_id == line.sale_id.company_id)
            line.price_total = taxes_sudo.compute_all(
                line.price_unit, currency=line.currency_id, quantity=line.quantity, product=line.product_id.sudo())["total_included"]
