from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.repair_service.models.repair_flow import FLOW

from ..engine import part_price
from .repair_count_policy import ABC

MANAGER = "repair_service.repair_service_group_manager"
REASON_MAX = 500
APPROVAL_FIELDS = frozenset({
    "part_margin_reason", "part_margin_asked_by_id", "part_margin_approved_by_id", "part_margin_approved_on", "part_margin_approved"})


class RepairPartMarginFloor(models.Model):
    """The least margin on spare parts over their real cost, by category and class; the nearest category decides (handbook 8.3.2)."""

    _name = "repair.part.margin.floor"
    _description = "Margin floor of parts"
    _inherit = ["repair.input"]
    _order = "category_id, abc_class, id"

    category_id = fields.Many2one(
        "product.category", "Product category", ondelete="cascade", help="This one and those below. Empty: every spare part.")
    abc_class = fields.Selection(ABC, "ABC class", help="Empty: every class.")
    percent = fields.Float("Least margin (%)", required=True, digits=(5, 2), help="Of the untaxed price after discount.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for every company.")

    @api.constrains("percent")
    def _check_percent(self):
        for floor in self:
            if not -100 <= floor.percent < 100:
                raise ValidationError(self.env._("A margin floor lies between -100 and 99.99 percent of the price."))

    @api.depends("category_id", "abc_class", "percent")
    def _compute_display_name(self):
        for floor in self:
            floor.display_name = " · ".join(filter(None, (floor.category_id.display_name, floor.abc_class, f"{floor.percent:g} %")))

    @api.model
    def _get_floors(self, products, company):
        """Return {product: least margin in percent}; parts without a floor are left out. A fixed number of queries."""
        rules = self.search([("company_id", "in", (False, company.id))])
        if not rules:
            return {}
        floors = [(rule.category_id.id or None, rule.abc_class, rule.percent) for rule in rules]
        classes = {
            part.product_id.id: part.abc_class
            for part in self.env["repair.part.class"].search([("product_id", "in", products.ids), ("company_id", "=", company.id)])}
        found = {}
        for product in products:
            path = [int(part) for part in (product.categ_id.parent_path or "").split("/") if part][::-1]
            percent = part_price.choose_floor(floors, path, classes.get(product.id))
            if percent is not None:
                found[product] = percent
        return found


class RepairPartMarginMixin(models.AbstractModel):
    """A paper on which spare parts are sold: below the margin floor another person, a manager, approves it with a reason."""

    _name = "repair.part.margin.mixin"
    _description = "Approval of low margins on parts"

    part_margin_reason = fields.Char("Why so cheap", readonly=True, copy=False)
    part_margin_asked_by_id = fields.Many2one("res.users", "Low price asked by", readonly=True, copy=False)
    part_margin_approved_by_id = fields.Many2one("res.users", "Low price approved by", readonly=True, copy=False)
    part_margin_approved_on = fields.Datetime("Low price approved on", readonly=True, copy=False)
    part_margin_approved = fields.Json(readonly=True, copy=False)
    part_margin_state = fields.Selection(
        [("asked", "Low price to approve"), ("approved", "Low price approved")], "Low price", compute="_compute_part_margin_state",
        compute_sudo=True)

    has_low_part = fields.Boolean(compute="_compute_has_low_part", compute_sudo=True)

    def _compute_has_low_part(self):
        for paper in self:
            paper.has_low_part = bool(paper._origin and paper._origin._get_unapproved_parts())

    @api.depends("part_margin_asked_by_id", "part_margin_approved_by_id")
    def _compute_part_margin_state(self):
        for paper in self:
            paper.part_margin_state = (
                "approved" if paper.part_margin_approved_by_id else "asked" if paper.part_margin_asked_by_id else False)

    @api.model_create_multi
    def create(self, vals_list):
        """Create papers; nobody brings an approval along."""
        if self.env.context.get("repair_flow") is FLOW:
            return super().create(vals_list)
        for vals in vals_list:
            for name in APPROVAL_FIELDS:
                vals.pop(name, None)
        forged = {f"default_{name}" for name in APPROVAL_FIELDS}
        clean = {key: value for key, value in self.env.context.items() if key not in forged}
        return super(RepairPartMarginMixin, self.with_env(self.env(context=clean))).create(vals_list)

    def write(self, vals):
        """Write; an approval comes from its button only."""
        if APPROVAL_FIELDS & vals.keys() and self.env.context.get("repair_flow") is not FLOW:
            raise UserError(self.env._("A low price is asked for and approved by the buttons only."))
        return super().write(vals)

    def _get_priced_parts(self):
        """Hook: return [(product, units, untaxed amount in the company's currency)] of the spare parts that the customer pays."""
        return []

    def _get_low_parts(self):
        """Return {product id: (units, untaxed price a unit)} of the parts sold below their margin floor."""
        self.ensure_one()
        company = self.company_id or self.env.company
        sums = {}
        for product, units, amount in self._get_priced_parts():
            if product.uom_id.compare(units, 0) > 0:
                before = sums.get(product, (0.0, 0.0))
                sums[product] = (before[0] + units, before[1] + amount)
        if not sums:
            return {}
        products_sudo = self.env["product.product"].union(*sums).sudo().with_company(company)  # whoever sells need not see the cost
        floors = self.env["repair.part.margin.floor"].sudo()._get_floors(products_sudo, company)  # as above
        watched = {product: sums[product.with_env(self.env)] for product in products_sudo if product in floors}
        if not watched:
            return {}
        costs = products_sudo._get_fifo_values(
            {product: units for product, (units, _amount) in watched.items()},
            self.env["product.product"].union(*watched).sudo().with_company(company)._get_fifo_sizes())  # as above
        return {
            product.id: (units, company.currency_id.round(amount / units))
            for product, (units, amount) in watched.items()
            if part_price.is_below(amount / units, costs[product] / units, floors[product])}

    def _get_unapproved_parts(self):
        """Return the parts below their floor that nobody approved at this price and quantity, or better."""
        paper_sudo = self.sudo()  # what the flow keeps
        approved = (paper_sudo.part_margin_approved or {}) if paper_sudo.part_margin_approved_by_id else {}
        low = self._get_low_parts()
        bad = [
            product_id for product_id, (units, price) in low.items()
            if not (known := approved.get(str(product_id)))
            or units > known[0] + part_price.EPSILON or price < known[1] - part_price.EPSILON]
        return self.env["product.product"].browse(bad)

    def _check_part_margins(self):
        """Raise when parts are sold below their margin floor without approval.

        :raises UserError: names the parts, not their cost
        """
        for paper in self:
            if parts := paper._get_unapproved_parts():
                raise UserError(self.env._(
                    "%(paper)s: the price of %(parts)s is below the margin floor. Raise it, or ask a service manager to approve it.",
                    paper=paper.display_name, parts=", ".join(parts.mapped("display_name"))))

    def action_ask_part_margin(self, reason=None):
        """Ask for the approval of low prices; the form asks for the reason first.

        :param str reason: why the customer shall have the parts so cheap
        :raises UserError: no price is too low, or the reason is missing
        """
        self.ensure_one()
        self.check_access("write")
        if not self._get_unapproved_parts():
            raise UserError(self.env._("%(paper)s: no price is below the margin floor.", paper=self.display_name))
        if reason is None:
            return {
                "type": "ir.actions.act_window", "name": self.env._("Ask for a low price"), "res_model": "repair.part.margin.ask",
                "view_mode": "form", "target": "new", "context": {"default_res_model": self._name, "default_res_id": self.id}}
        if not isinstance(reason, str) or not reason.strip() or len(reason) > REASON_MAX:
            raise UserError(self.env._("Say in a few words why the price shall be so low."))
        self.sudo().with_context(repair_flow=FLOW).write({  # whoever may sell may ask
            "part_margin_reason": reason.strip(), "part_margin_asked_by_id": self.env.user.id, "part_margin_approved_by_id": False,
            "part_margin_approved_on": False, "part_margin_approved": False})
        self.message_post(body=self.env._(
            "%(user)s asks for a price below the margin floor: %(reason)s", user=self.env.user.name, reason=reason.strip()))
        return True

    def action_approve_part_margin(self):
        """Approve the low prices as they stand; dearer or fewer is covered, cheaper or more is asked for again.

        :raises AccessError: for others than service managers
        :raises UserError: one's own request, one's own sale, or nothing asked for
        """
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only a service manager approves prices below the margin floor."))
        for paper in self:
            paper.check_access("read")
            paper_sudo = paper.sudo()  # managers approve papers that they need not write
            if not paper_sudo.part_margin_asked_by_id:
                raise UserError(self.env._("%(paper)s: nobody has asked for a low price.", paper=paper.display_name))
            if self.env.user in (paper_sudo.part_margin_asked_by_id | paper_sudo.user_id):
                raise UserError(self.env._("%(paper)s: another person than the seller approves the price.", paper=paper.display_name))
            low = paper._get_low_parts()
            paper_sudo.with_context(repair_flow=FLOW).write({
                "part_margin_approved_by_id": self.env.user.id, "part_margin_approved_on": fields.Datetime.now(),
                "part_margin_approved": {str(product_id): list(facts) for product_id, facts in low.items()}})
            paper.message_post(body=self.env._("%(user)s approved the price below the margin floor.", user=self.env.user.name))
        return True


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "repair.part.margin.mixin"]

    def _get_priced_parts(self):
        if self._is_of_service_order():
            return []  # its prices were checked where the customer approved them
        currency, company = self.company_id.currency_id, self.company_id
        return [
            (line.product_id, line.product_uom_id._compute_quantity(line.product_uom_qty, line.product_id.uom_id, round=False),
             self.currency_id._convert(line.price_subtotal, currency, company, self.date_order or fields.Datetime.now()))
            for line in self.order_line if line.product_id.is_spare_part and not line.is_downpayment]

    def action_quotation_send(self):
        """Open the dialogue that sends the quotation; what the customer is offered he may accept, so that it is checked now."""
        self._check_part_margins()
        return super().action_quotation_send()

    def action_quotation_sent(self):
        """Mark as sent; as for sending."""
        self._check_part_margins()
        return super().action_quotation_sent()

    def action_confirm(self):
        """Confirm; parts below their margin floor need a manager's approval first."""
        self._check_part_margins()
        return super().action_confirm()


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def write(self, vals):
        """Write; a confirmed order does not get cheaper below the margin floor without approval either."""
        result = super().write(vals)
        if {"price_unit", "discount", "product_uom_qty", "product_id"} & vals.keys():
            self._check_confirmed_margins()
        return result

    @api.model_create_multi
    def create(self, vals_list):
        """Add lines; to a confirmed order none below the margin floor without approval."""
        lines = super().create(vals_list)
        lines._check_confirmed_margins()
        return lines

    def _check_confirmed_margins(self):
        parts = self.filtered(lambda line: line.state == "sale" and line.product_id.is_spare_part)
        parts.order_id._check_part_margins()


class RepairOrder(models.Model):
    _name = "repair.order"
    _inherit = ["repair.order", "repair.part.margin.mixin"]

    def _get_priced_parts(self):
        moves = self.move_ids.filtered(
            lambda move: move._is_service_part() and move.payer == "customer" and move.product_id.is_spare_part and move.state not in (
                "done", "cancel"))
        return [
            (move.product_id, move.product_uom._compute_quantity(move.product_uom_qty, move.product_id.uom_id, round=False),
             move.repair_price_subtotal) for move in moves]

    def action_send_quotation(self):
        """Send; parts for the customer below their margin floor need a manager's approval first."""
        self._check_part_margins()
        return super().action_send_quotation()
