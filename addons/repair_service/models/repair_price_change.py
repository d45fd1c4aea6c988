from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .repair_flow import FLOW

CRON_BATCH = 200
FLOW_FIELDS = frozenset({"state", "announced_on", "applied_on", "old_price"})
RECORD_FIELDS = frozenset({"product_tmpl_id", "new_price", "effective_on", "reason"})


class RepairPriceChange(models.Model):
    """A changed price of labour, fee or material, known to customers before it is charged (handbook 2.2)."""

    _name = "repair.price.change"
    _description = "Announced price"
    _inherit = ["repair.input"]
    _order = "effective_on desc, id desc"
    _flow_fields = FLOW_FIELDS

    product_tmpl_id = fields.Many2one(
        "product.template", "Service", required=True, index=True, ondelete="cascade", domain="[('repair_service_kind', '!=', False)]")
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    current_price = fields.Float("Price now", related="product_tmpl_id.list_price")
    old_price = fields.Float("Price before", digits="Product Price", readonly=True, copy=False)
    new_price = fields.Float(required=True, digits="Product Price")
    effective_on = fields.Date("Valid from", required=True, index=True)
    reason = fields.Char(help="Shown to customers beside the price.", translate=True)
    announced_on = fields.Date(readonly=True, copy=False)
    applied_on = fields.Date(readonly=True, copy=False)
    state = fields.Selection(
        [("draft", "Draft"), ("announced", "Announced"), ("applied", "In force"), ("cancelled", "Cancelled")],
        default="draft", required=True, readonly=True, copy=False, index=True)

    _new_price_positive = models.Constraint("CHECK (new_price >= 0 AND new_price < 1000000)", "A price lies between 0 and 1,000,000.")
    _one_a_day = models.UniqueIndex(
        "(product_tmpl_id, effective_on) WHERE state IN ('announced', 'applied')", "This service gets another price on that day already.")

    @api.depends("product_tmpl_id", "effective_on")
    def _compute_display_name(self):
        for change in self:
            change.display_name = f"{change.product_tmpl_id.display_name or ''} {change.effective_on or ''}".strip()

    @api.constrains("product_tmpl_id")
    def _check_product(self):
        if any(not change.product_tmpl_id.repair_service_kind for change in self):
            raise ValidationError(self.env._("Prices are announced for labour, fees and materials of the after-sales service."))

    @api.model_create_multi
    def create(self, vals_list):
        """Create drafts of price changes."""
        if self.env.context.get("repair_flow") is not FLOW:
            for vals in vals_list:
                for name in FLOW_FIELDS:
                    vals.pop(name, None)
        return super().create(vals_list)

    def write(self, vals):
        """Write drafts; what customers were told stays.

        :raises UserError: for a change that was announced, and for the fields of its steps
        """
        if self.env.context.get("repair_flow") is not FLOW:
            if FLOW_FIELDS & vals.keys():
                raise UserError(self.env._("A price is announced, put into force or taken back by the buttons only."))
            if RECORD_FIELDS & vals.keys() and any(change.state != "draft" for change in self):
                raise UserError(self.env._("Customers were told this price: take it back and announce another one."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        if any(change.state not in ("draft", "cancelled") for change in self):
            raise UserError(self.env._("An announced price is kept: take it back instead."))

    def _flow_write(self, vals):
        return self.with_context(repair_flow=FLOW).write(vals)

    def _get_today(self):
        return self.env["repair.order"]._local_date(fields.Datetime.now(), self.company_id)

    def action_announce(self):
        """Tell customers on the price page that a price will change.

        :raises UserError: not a draft, or too near: the company announces prices some days before
        """
        self.check_access("write")
        for change in self:
            if change.state != "draft":
                raise UserError(self.env._("%(change)s is announced already.", change=change.display_name))
            today = change._get_today()
            earliest = today + timedelta(days=change.company_id.repair_price_notice_days)
            if change.effective_on < earliest:
                raise UserError(self.env._(
                    "Customers are told %(days)s days before: a price announced today is valid from %(date)s at the earliest.",
                    days=change.company_id.repair_price_notice_days, date=earliest))
            change._flow_write({"state": "announced", "announced_on": today})
        return True

    def action_cancel(self):
        """Take back changes that are not in force yet."""
        self.check_access("write")
        if any(change.state not in ("draft", "announced") for change in self):
            raise UserError(self.env._("This price is in force: announce another one."))
        return self._flow_write({"state": "cancelled"})

    @api.model
    def _cron_apply_prices(self):
        """Put announced prices into force on their day, the older ones first."""
        due = self.search([("state", "=", "announced"), ("effective_on", "<=", fields.Date.today() + timedelta(days=1))],
                          order="effective_on, id", limit=CRON_BATCH)
        due.filtered(lambda change: change.effective_on <= change._get_today())._apply()

    def _apply(self):
        for change in self:
            product = change.product_tmpl_id.with_company(change.company_id)
            change._flow_write({"state": "applied", "applied_on": change._get_today(), "old_price": product.list_price})
            product.list_price = change.new_price

    @api.model
    def _get_price_list(self, company):
        """The public list: labour, fees and materials with the price now and what is announced, with tax as customers pay it.

        :return: list of (kind in words, list of dicts ``name``, ``uom``, ``price``, ``announced`` as dicts ``price``, ``on``, ``reason``)
        """
        products = self.env["product.template"].with_company(company).search(
            [("repair_service_kind", "!=", False), ("sale_ok", "=", True), ("company_id", "in", (False, company.id))], order="name, id")
        changes = self.search([
            ("state", "=", "announced"), ("product_tmpl_id", "in", products.ids), ("company_id", "=", company.id)], order="effective_on")
        announced = changes.grouped("product_tmpl_id")
        labels = dict(products._fields["repair_service_kind"]._description_selection(self.env))
        groups = []
        for kind, label in labels.items():
            rows = [{
                "name": product.name, "uom": product.uom_id.name, "price": self._with_tax(product, product.list_price, company),
                "announced": [
                    {"price": self._with_tax(product, change.new_price, company), "on": change.effective_on, "reason": change.reason}
                    for change in announced.get(product, self.browse())],
            } for product in products if product.repair_service_kind == kind]
            if rows:
                groups.append((label, rows))
        return groups

    @api.model
    def _with_tax(self, product, price, company):
        taxes = product.taxes_id.filtered(lambda tax: tax.company_id == company)
        return taxes.compute_all(price, currency=company.currency_id)["total_included"]
