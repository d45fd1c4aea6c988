from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.repair_service.models.repair_flow import FLOW

from .repair_part_classification import APPLY_GROUPS, SIMULATE_GROUPS
from .repair_part_classification_line import PROPOSALS

ACTIVITY = "repair_parts.mail_activity_type_stock_disposal"
STATES = [("draft", "New"), ("to_approve", "To approve"), ("done", "Carried out"), ("refused", "Refused"), ("cancelled", "Cancelled")]
FLOW_FIELDS = frozenset({
    "name", "state", "user_id", "decided_by_id", "decided_on", "picking_ids", "scrap_ids", "price_item_id", "unit_cost", "line_id"})
CONTENT = frozenset({"company_id", "product_id", "kind", "quantity", "reason", "pricelist_id", "sale_price", "sale_until"})


class RepairStockDisposal(models.Model):
    """What is done with stock that does not move: given back, sold off or scrapped, with the paper that it led to (handbook 8.2.2)."""

    _name = "repair.stock.disposal"
    _description = "Slow or Dead Stock to Dispose of"
    _inherit = ["mail.thread", "mail.activity.mixin", "repair.input", "repair.alarm", "repair.count.blind.product"]
    _order = "id desc"
    _rec_name = "product_id"
    _check_company_auto = True
    _flow_fields = FLOW_FIELDS

    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    line_id = fields.Many2one(
        "repair.part.classification.line", "Proposed by", readonly=True, copy=False, ondelete="set null", index="btree_not_null")
    product_id = fields.Many2one(
        "product.product", "Part", required=True, index=True, ondelete="restrict", domain="[('is_spare_part', '=', True)]")
    kind = fields.Selection(PROPOSALS, "What to do", required=True, default="sell", tracking=True)
    quantity = fields.Float(digits="Product Unit", required=True, default=1.0, aggregator=None)
    unit_cost = fields.Float(digits="Product Price", readonly=True, copy=False, aggregator=None)
    value = fields.Monetary("Value at cost", compute="_compute_value", store=True)
    reason = fields.Char(required=True)
    pricelist_id = fields.Many2one(
        "product.pricelist", check_company=True, ondelete="restrict", help="Empty: the price list of whoever has none of his own.")
    sale_price = fields.Monetary("Sell-off price")
    list_price = fields.Float(related="product_id.lst_price", string="Price today")
    sale_until = fields.Date("Sell off until", default=lambda self: fields.Date.add(fields.Date.context_today(self), months=3))
    state = fields.Selection(STATES, required=True, readonly=True, default="draft", copy=False, tracking=True, index=True)
    user_id = fields.Many2one("res.users", "Asked for by", readonly=True, copy=False)
    decided_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    decided_on = fields.Datetime(readonly=True, copy=False)
    decision_note = fields.Char(copy=False)
    picking_ids = fields.Many2many("stock.picking", string="Returns", readonly=True, copy=False)
    scrap_ids = fields.Many2many("stock.scrap", readonly=True, copy=False)
    price_item_id = fields.Many2one("product.pricelist.item", "Price rule", readonly=True, copy=False, ondelete="set null")

    _quantity_range = models.Constraint("CHECK (quantity > 0 AND quantity <= 10000000)", "Say how many units it is about.")
    _price_range = models.Constraint("CHECK (sale_price IS NULL OR sale_price >= 0)", "A sell-off price is 0 or more.")
    _open_once = models.UniqueIndex(
        "(product_id, company_id) WHERE state IN ('draft', 'to_approve')", "Somebody looks after this part's stock already: go on there.")

    @api.depends("quantity", "unit_cost")
    def _compute_value(self):
        for disposal in self:
            disposal.value = disposal.quantity * disposal.unit_cost

    @api.constrains("kind", "sale_price", "product_id")
    def _check_content(self):
        for disposal in self:
            if not disposal.product_id.is_spare_part:
                raise ValidationError(self.env._("%(part)s is no spare part.", part=disposal.product_id.display_name))

    @api.model_create_multi
    def create(self, vals_list):
        """Begin to dispose of stock.

        :raises UserError: for what the flow sets
        """
        self._check_flow(*vals_list)
        self.flush_model(["state"])  # one that was settled in the same transaction makes room for the next
        disposals = super().create(vals_list)
        flow = disposals.with_context(repair_flow=FLOW)
        for company, own in flow.grouped("company_id").items():
            for disposal in own.with_company(company):
                disposal.unit_cost = disposal.sudo().product_id.standard_price  # cost is shown to whoever keeps parts
        return disposals

    def write(self, vals):
        """Change what is asked for until it is handed in, and the word of whoever decides until he has.

        :raises UserError: for what the flow sets, and later
        """
        self._check_flow(vals)
        if self.env.context.get("repair_flow") is not FLOW:
            if CONTENT & vals.keys() and any(disposal.state != "draft" for disposal in self):
                raise UserError(self.env._("What was handed in stays: cancel it and ask for something else."))
            if "decision_note" in vals and any(disposal.state != "to_approve" for disposal in self):
                raise UserError(self.env._("The decision is noted while it is waited for."))
        return super().write(vals)

    @api.model
    def _check_flow(self, *vals_list):
        if self.env.context.get("repair_flow") is not FLOW and any(FLOW_FIELDS & vals.keys() for vals in vals_list):
            raise UserError(self.env._("Disposals are moved on by their buttons."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_begun(self):
        if any(disposal.state not in ("draft", "cancelled") for disposal in self):
            raise UserError(self.env._("What was asked for and decided stays on record: cancel it instead."))

    def _get_alarm_words(self):
        return {"decide": self.env._("Decide what is done with stock that does not move")}

    def _check_group(self, groups):
        self.check_access("write")
        if not (self.env.su or any(self.env.user.has_group(group) for group in groups)):
            raise AccessError(self.env._("This is for the parts keeper to ask for, and for the stock or service manager to decide."))

    def _flow_write(self, vals):
        return self.with_context(repair_flow=FLOW).write(vals)

    def action_hand_in(self):
        """Give the stock back at once, or ask for the approval that selling below price and scrapping need.

        :raises AccessError: for users who neither keep parts nor manage stock or service
        :raises UserError: handed in already, more than lies free, or no price
        """
        self._check_group(SIMULATE_GROUPS)
        self.lock_for_update()
        for disposal in self:
            if disposal.state != "draft":
                raise UserError(self.env._("%(part)s was handed in already.", part=disposal.product_id.display_name))
            disposal._check_free()
            if disposal.kind == "sell" and not disposal.sale_price:
                raise UserError(self.env._("At what price is %(part)s sold off?", part=disposal.product_id.display_name))
            disposal._flow_write({"state": "to_approve", "user_id": self.env.uid})
            if disposal.kind == "return":
                disposal._carry_out()
        waiting = self.filtered(lambda disposal: disposal.state == "to_approve")
        alerts_sudo = self.env["repair.stock.alert"].sudo()  # whoever asks need not read groups of users
        waiting.sudo()._give_tasks(  # nor give tasks
            ACTIVITY, "decide", {disposal: alerts_sudo._get_chief(disposal.company_id, self.env.user) for disposal in waiting.sudo()})
        return self.action_view_result() if len(self) == 1 and self.state == "done" else True

    def action_approve(self):
        """Carry out what was asked for.

        :raises AccessError: for everybody but stock and service managers
        :raises UserError: one's own, not waiting, or more than lies free by now
        """
        self._check_decision()
        for disposal in self:
            disposal._check_free()
            disposal._carry_out()
        self._end_tasks()
        return True

    def action_refuse(self):
        """Leave the stock where it is.

        :raises AccessError: for everybody but stock and service managers
        :raises UserError: without a reason, or not waiting
        """
        self._check_decision()
        if any(not (disposal.decision_note or "").strip() for disposal in self):
            raise UserError(self.env._("Say why."))
        self._flow_write({"state": "refused", "decided_by_id": self.env.uid, "decided_on": fields.Datetime.now()})
        self._end_tasks()
        return True

    def action_cancel(self):
        """Give up what was not decided yet.

        :raises AccessError: for users who neither keep parts nor manage stock or service
        :raises UserError: decided already
        """
        self._check_group(SIMULATE_GROUPS)
        if any(disposal.state not in ("draft", "to_approve") for disposal in self):
            raise UserError(self.env._("It was decided already."))
        self._flow_write({"state": "cancelled"})
        self._end_tasks()
        return True

    def _check_decision(self):
        self._check_group(APPLY_GROUPS)
        self.lock_for_update()
        for disposal in self:
            if disposal.state != "to_approve":
                raise UserError(self.env._("%(part)s does not wait for approval.", part=disposal.product_id.display_name))
            if disposal.user_id == self.env.user and not self.env.su:
                raise UserError(self.env._("You asked for it yourself: somebody else has to decide."))

    def _end_tasks(self):
        self.sudo().activity_unlink([ACTIVITY], only_automated=False)  # tasks of others end with the decision

    def action_view_result(self):
        """Open the returns, scrap or price rule that it led to."""
        self.ensure_one()
        self.check_access("read")
        self_sudo = self.sudo()  # a service manager may decide on what he does not see
        found = {"return": self_sudo.picking_ids, "scrap": self_sudo.scrap_ids, "sell": self_sudo.price_item_id.pricelist_id}[self.kind]
        found.with_env(self.env).check_access("read")
        if not found:
            raise UserError(self.env._("Nothing came of it yet."))
        action = {"type": "ir.actions.act_window", "name": self.display_name, "res_model": found._name}
        if len(found) == 1:
            return {**action, "res_id": found.id, "views": [(False, "form")]}
        return {**action, "views": [(False, "list"), (False, "form")], "domain": [("id", "in", found.ids)]}
