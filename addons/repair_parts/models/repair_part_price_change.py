from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain

from odoo.addons.repair_service.models.repair_flow import FLOW

from ..engine import part_price

MANAGER = "repair_service.repair_service_group_manager"
STATES = [
    ("draft", "Draft"), ("approved", "Approved, to announce"), ("announced", "Announced"), ("effective", "In force"),
    ("withdrawn", "Withdrawn"),
]
KEPT_FIELDS = {"effective_on", "reason", "line_ids", "company_id", "percent", "rounding", "name"}
BATCH = 50


class RepairPartPriceChange(models.Model):
    """New list prices of parts, approved by another, announced to whom they concern, in force from a day on (handbook 8.3.2)."""

    _name = "repair.part.price.change"
    _description = "Price change of parts"
    _inherit = ["mail.thread", "repair.input"]
    _order = "effective_on desc, id desc"
    _check_company_auto = True
    _flow_fields = frozenset({
        "state", "approved_by_id", "approved_on", "announced_on", "applied_on", "withdrawn_by_id", "withdrawn_reason", "told_ids"})

    name = fields.Char(required=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    effective_on = fields.Date("In force from", required=True, index=True, tracking=True)
    reason = fields.Text(required=True, help="Told to the customers.")
    percent = fields.Float("Change (%)", digits=(6, 2), help="For the button: changes every line by so much.")
    rounding = fields.Float("Round to", default=0.1, help="For the button: the new prices are multiples of it.")
    line_ids = fields.One2many("repair.part.price.change.line", "change_id", "Parts", copy=True)
    state = fields.Selection(STATES, required=True, readonly=True, copy=False, default="draft", index=True, tracking=True)
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_on = fields.Datetime(readonly=True, copy=False)
    announced_on = fields.Date(readonly=True, copy=False)
    applied_on = fields.Datetime("Put into force on", readonly=True, copy=False)
    withdrawn_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    withdrawn_reason = fields.Char("Why withdrawn", readonly=True, copy=False)
    told_ids = fields.Many2many("res.partner", readonly=True, copy=False)

    @api.constrains("rounding", "percent")
    def _check_helper(self):
        for change in self:
            if not (0 <= change.rounding <= 1000 and -100 < change.percent <= 1000):
                raise ValidationError(self.env._("Change prices by more than -100 and at most 1000 percent, and round them to 0 to 1000."))

    @api.model_create_multi
    def create(self, vals_list):
        """Create drafts."""
        if self.env.context.get("repair_flow") is not FLOW:
            for vals in vals_list:
                for name in self._flow_fields:
                    vals.pop(name, None)
        return super().create(vals_list)

    def write(self, vals):
        """Write drafts; what was approved stays as it was approved."""
        if self.env.context.get("repair_flow") is not FLOW:
            if self._flow_fields & vals.keys():
                raise UserError(self.env._("A price change goes on by its buttons only."))
            if KEPT_FIELDS & vals.keys() and any(change.state != "draft" for change in self):
                raise UserError(self.env._("This price change was approved as it stands: withdraw it and make another one."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        if any(change.state != "draft" for change in self):
            raise UserError(self.env._("An approved price change is kept: withdraw it instead."))

    def _flow_write(self, vals):
        return self.with_context(repair_flow=FLOW).write(vals)

    def _get_today(self):
        return fields.Date.context_today(self.with_context(tz=self.company_id.sudo().repair_tz))  # a fact about the place

    def _check_state(self, states, doing):
        self.check_access("write")
        for change in self:
            change.lock_for_update()
            if change.state not in states:
                raise UserError(self.env._("%(name)s: %(doing)s is not possible in this state.", name=change.name, doing=doing))

    def _check_not_past(self):
        for change in self:
            if change.effective_on <= change._get_today():
                raise UserError(self.env._(
                    "%(name)s: a price is never changed for a day that has begun. Choose a later day.", name=change.name))

    def action_fill(self):
        """Work the new prices of all lines out from the old ones, the percentage and the rounding."""
        self._check_state(("draft",), self.env._("Filling in prices"))
        for change in self:
            for line in change.line_ids:
                line.new_price = part_price.raise_price(line.current_price, change.percent, change.rounding)
        return True

    def action_approve(self):
        """Approve: by a service manager who did not write the change.

        :raises AccessError: for others
        :raises UserError: one's own change, no lines, or a day that has begun
        """
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only a service manager approves price changes."))
        self._check_state(("draft",), self.env._("Approving"))
        self._check_not_past()
        for change in self:
            if change.create_uid == self.env.user:
                raise UserError(self.env._("%(name)s: another person than its author approves it.", name=change.name))
            if not change.line_ids:
                raise UserError(self.env._("%(name)s: no part gets another price.", name=change.name))
            for line in change.line_ids.with_context(repair_flow=FLOW):
                line.old_price = line.current_price
            change._flow_write({"state": "approved", "approved_by_id": self.env.user.id, "approved_on": fields.Datetime.now()})
        return True

    def action_announce(self):
        """Tell dealers who asked for price news, and customers whose open quotations hold the parts.

        :raises UserError: before the approval, or for a day that has begun
        """
        self._check_state(("approved",), self.env._("Announcing"))
        self._check_not_past()
        template = self.env.ref("repair_parts.mail_template_part_price_change", raise_if_not_found=False)
        for change in self:
            partners = change._get_concerned()
            change._flow_write({"state": "announced", "announced_on": change._get_today(), "told_ids": [Command.set(partners.ids)]})
            for partner in partners.filtered("email") if template else ():
                change.message_post_with_source(
                    template.with_context(lang=partner.lang), partner_ids=partner.ids, subtype_xmlid="mail.mt_comment")
        return True

    def _get_concerned(self):
        """Return the customers of open quotations with the parts, and those who get price news."""
        self.ensure_one()
        products = self.line_ids.product_tmpl_id.product_variant_ids
        lines_sudo = self.env["sale.order.line"].sudo().search([  # whom it concerns, whoever sold
            ("product_id", "in", products.ids), ("order_id.state", "in", ("draft", "sent")), ("company_id", "=", self.company_id.id)])
        dealers = self.env["res.partner"].search([("part_price_news", "=", True)])
        return lines_sudo.order_id.partner_id.with_env(self.env) | dealers

    def action_withdraw(self, reason=None):
        """Take back a change that is not in force yet; the form asks for the reason first.

        :raises UserError: once in force, or without a reason
        """
        self._check_state(("draft", "approved", "announced"), self.env._("Withdrawing"))
        if reason is None:
            self.ensure_one()
            return {
                "type": "ir.actions.act_window", "name": self.env._("Withdraw"), "res_model": "repair.part.margin.ask", "view_mode": "form",
                "target": "new", "context": {"default_res_model": self._name, "default_res_id": self.id}}
        if not isinstance(reason, str) or not reason.strip() or len(reason) > 500:
            raise UserError(self.env._("Say in a few words why the change is withdrawn."))
        return self._flow_write({"state": "withdrawn", "withdrawn_by_id": self.env.user.id, "withdrawn_reason": reason.strip()})

    @api.model
    def _cron_apply(self):
        """Put announced prices into force once their day has begun where the company is; the older ones first."""
        due = self.search(
            Domain("state", "=", "announced") & Domain("effective_on", "<=", fields.Date.add(fields.Date.today(), days=1)),
            order="effective_on, id", limit=BATCH)
        for change in due:
            if change.effective_on <= change._get_today():
                change._apply()

    def _apply(self):
        for line in self.line_ids.with_context(repair_flow=FLOW):
            line.price_before = line.current_price
            line.product_tmpl_id.with_context(part_price_change=self).list_price = line.new_price
        self._flow_write({"state": "effective", "applied_on": fields.Datetime.now()})


class RepairPartPriceChangeLine(models.Model):
    _name = "repair.part.price.change.line"
    _description = "Part in a price change"
    _inherit = ["repair.input"]
    _order = "id"
    _flow_fields = frozenset({"old_price", "price_before"})

    change_id = fields.Many2one("repair.part.price.change", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="change_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="change_id.currency_id")
    state = fields.Selection(related="change_id.state")
    product_tmpl_id = fields.Many2one(
        "product.template", "Part", required=True, index=True, ondelete="restrict", domain="[('is_spare_part', '=', True)]")
    current_price = fields.Float("Price now", related="product_tmpl_id.list_price")
    old_price = fields.Float("Price when approved", digits="Product Price", readonly=True, copy=False)
    price_before = fields.Float("Price before", digits="Product Price", readonly=True, copy=False)
    new_price = fields.Float(required=True, digits="Product Price")
    change_percent = fields.Float("Difference (%)", compute="_compute_change_percent", digits=(6, 1))
    market_price = fields.Float("Market price", compute="_compute_market_price", digits="Product Price", help="The latest one noted.")

    _price_range = models.Constraint("CHECK (new_price >= 0 AND new_price < 10000000)", "A price lies between 0 and 10,000,000.")
    _part_once = models.UniqueIndex("(change_id, product_tmpl_id)", "A part stands in a price change once.")

    @api.depends("new_price", "current_price", "old_price", "price_before", "state")
    def _compute_change_percent(self):
        for line in self:
            base = line.price_before or line.old_price or line.current_price
            line.change_percent = 100 * (line.new_price - base) / base if base else 0.0

    @api.depends("product_tmpl_id")
    def _compute_market_price(self):
        latest = self.env["repair.part.market.price"]._get_latest(self.product_tmpl_id)
        for line in self:
            line.market_price = latest.get(line.product_tmpl_id, 0.0)

    @api.constrains("product_tmpl_id")
    def _check_part(self):
        for line in self:
            if not line.product_tmpl_id.is_spare_part:
                raise ValidationError(self.env._("%(product)s is no spare part.", product=line.product_tmpl_id.display_name))

    @api.model_create_multi
    def create(self, vals_list):
        """Add parts to drafts."""
        if self.env.context.get("repair_flow") is not FLOW:
            for vals in vals_list:
                for name in self._flow_fields:
                    vals.pop(name, None)
        lines = super().create(vals_list)
        lines._check_draft()
        return lines

    def write(self, vals):
        """Change drafts only."""
        self._check_draft()
        if self._flow_fields & vals.keys() and self.env.context.get("repair_flow") is not FLOW:
            raise UserError(self.env._("A price change goes on by its buttons only."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_of_drafts(self):
        self._check_draft()

    def _check_draft(self):
        if self.env.context.get("repair_flow") is not FLOW and any(line.change_id.state != "draft" for line in self):
            raise UserError(self.env._("This price change was approved as it stands: withdraw it and make another one."))
