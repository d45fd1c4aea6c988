from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.repair_service.models.repair_flow import FLOW


class RepairPartPrice(models.Model):
    """Every change of a part's list price: who, when, from what to what, and whether it was an announced one (handbook 8.3.2)."""

    _name = "repair.part.price"
    _description = "Price history of parts"
    _inherit = ["repair.flow.record"]
    _order = "id desc"
    _rec_name = "product_tmpl_id"

    product_tmpl_id = fields.Many2one("product.template", "Part", required=True, index=True, ondelete="cascade", readonly=True)
    old_price = fields.Float(digits="Product Price", readonly=True, aggregator=None)
    new_price = fields.Float(digits="Product Price", readonly=True, aggregator=None)
    changed_on = fields.Datetime(readonly=True, required=True, default=fields.Datetime.now, index=True)
    changed_by_id = fields.Many2one("res.users", readonly=True, required=True, ondelete="restrict")
    change_id = fields.Many2one("repair.part.price.change", "Price change", readonly=True, ondelete="restrict", index="btree_not_null")
    is_announced = fields.Boolean("By an announced change", compute="_compute_is_announced", store=True)

    @api.depends("change_id")
    def _compute_is_announced(self):
        for price in self:
            price.is_announced = bool(price.change_id)


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def write(self, vals):
        """Write; another list price of a part is kept with who changed it, by an announced change or past one."""
        if "list_price" not in vals:
            return super().write(vals)
        before = {part: part.list_price for part in self if part.is_spare_part}
        result = super().write(vals)
        change = self.env.context.get("part_price_change")
        change = change if isinstance(change, models.BaseModel) else self.env["repair.part.price.change"]  # no RPC can bring a record
        self.env["repair.part.price"].sudo().with_context(repair_flow=FLOW).create([  # kept for whoever may change a price
            {"product_tmpl_id": part.id, "old_price": price, "new_price": part.list_price, "changed_by_id": self.env.user.id,
             "change_id": change.id} for part, price in before.items() if part.list_price != price])
        return result


class ResPartner(models.Model):
    _inherit = "res.partner"

    part_price_news = fields.Boolean("Gets price news of parts", help="A dealer who is told of new part prices before they are in force.")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def action_confirm(self):
        """Confirm; what was quoted holds until the quotation expires, afterwards the prices of today do.

        :raises UserError: an expired quotation whose parts have got another list price since
        """
        for order in self:
            if order.state == "sent" and order.is_expired and (parts := order._get_repriced_parts()):
                raise UserError(self.env._(
                    "%(order)s expired on %(date)s, and the price of %(parts)s has changed since: update the prices and send it again.",
                    order=order.name, date=order.validity_date, parts=", ".join(parts.mapped("display_name"))))
        return super().action_confirm()

    def _get_repriced_parts(self):
        """Return the parts whose list price changed after the quotation was written and that still stand on it at the old one."""
        self.ensure_one()
        lines = self.order_line.filtered(lambda line: line.product_id.is_spare_part)
        changes_sudo = self.env["repair.part.price"].sudo().search([  # whoever sells need not read the history
            ("product_tmpl_id", "in", lines.product_template_id.ids), ("changed_on", ">", self.date_order)])
        return lines.filtered(
            lambda line: line.product_template_id in changes_sudo.product_tmpl_id
            and line.currency_id.compare_amounts(line.technical_price_unit, line.product_template_id.list_price) != 0).product_id


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _compute_price_unit(self):
        """A quotation that was sent keeps its prices until it expires, whatever quantity the customer takes."""
        kept = self.filtered(
            lambda line: line._origin and line.order_id.state == "sent" and not line.order_id.is_expired and line.product_id.is_spare_part
            and line._origin.product_id == line.product_id and not self.env.context.get("force_price_recomputation"))
        for line in kept:
            line.price_unit = line._origin.price_unit
        return super(SaleOrderLine, self - kept)._compute_price_unit()


class RepairPartMarketPrice(models.Model):
    """What others ask for a part, as somebody saw it: source and day, beside the own price (handbook 8.3.2)."""

    _name = "repair.part.market.price"
    _description = "Market price of a part"
    _inherit = ["repair.input"]
    _order = "seen_on desc, id desc"
    _rec_name = "product_tmpl_id"

    product_tmpl_id = fields.Many2one(
        "product.template", "Part", required=True, index=True, ondelete="cascade", domain="[('is_spare_part', '=', True)]")
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    price = fields.Float("Market price", required=True, digits="Product Price", aggregator="avg")
    source = fields.Char(required=True, help="Shop, platform or dealer.")
    seen_on = fields.Date(required=True, default=fields.Date.context_today)
    noted_by_id = fields.Many2one("res.users", readonly=True, required=True, default=lambda self: self.env.user, copy=False)
    own_price = fields.Float("Own price", related="product_tmpl_id.list_price")
    difference = fields.Float("Ours is dearer by (%)", compute="_compute_difference", digits=(6, 1))

    _price_positive = models.Constraint("CHECK (price > 0 AND price < 10000000)", "A market price lies above 0 and below 10,000,000.")

    @api.depends("price", "own_price")
    def _compute_difference(self):
        for seen in self:
            seen.difference = 100 * (seen.own_price - seen.price) / seen.price if seen.price else 0.0

    @api.model_create_multi
    def create(self, vals_list):
        """Note prices; who noted one is the user."""
        for vals in vals_list:
            vals["noted_by_id"] = self.env.user.id
        return super().create(vals_list)

    def write(self, vals):
        """Write; who noted a price stays."""
        if "noted_by_id" in vals:
            raise UserError(self.env._("Who noted a price stays."))
        return super().write(vals)

    @api.model
    def _get_latest(self, templates):
        """Return {part: latest market price} of the current companies, in one query."""
        latest = {}
        for seen in self.search([("product_tmpl_id", "in", templates.ids), ("company_id", "in", self.env.companies.ids)]):
            latest.setdefault(seen.product_tmpl_id, seen.price)
        return latest
