from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

KINDS = [
    ("negative", "Negative stock"),
    ("under", "Under the minimum"),
    ("over", "Over the maximum"),
    ("not_moved", "Not moved"),
    ("reserved_long", "Reserved too long"),
    ("not_counted", "Not counted"),
    ("van_missing", "Missing from a van"),
    ("van_value", "Too much value in a van"),
]
STATES = [("open", "Open"), ("closed", "Closed")]
REFRESH_GROUPS = ("repair_parts.repair_parts_group_keeper", "repair_service.repair_service_group_manager", "stock.group_stock_manager")


class RepairStockAlert(models.Model):
    """Stock of a part that is not as it should be: opened once, with its owner, cause and measure, closed when it is gone."""

    _name = "repair.stock.alert"
    _description = "Stock Alert"
    _inherit = ["repair.flow.record", "mail.thread", "mail.activity.mixin", "repair.input", "repair.alarm", "repair.count.blind.product"]
    _order = "state desc, opened_on desc, id desc"
    _rec_name = "kind"

    _note_fields = frozenset({"user_id", "cause_id", "action_taken"})

    kind = fields.Selection(KINDS, required=True, index=True)
    company_id = fields.Many2one("res.company", required=True, index=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    product_id = fields.Many2one("product.product", "Part", index=True, ondelete="cascade")
    location_id = fields.Many2one("stock.location", "Place", index=True, ondelete="cascade")
    abc_class = fields.Selection(related="product_id.abc_class")
    quantity = fields.Float("Now", digits="Product Unit", aggregator=None)
    limit_quantity = fields.Float("Should be", digits="Product Unit", aggregator=None)
    value = fields.Monetary(help="Of what is missing, too much or idle, at cost.")
    reason = fields.Char("What was found")
    user_id = fields.Many2one(
        "res.users", "Owner", index=True, ondelete="set null", tracking=True, domain="[('share', '=', False)]",
        help="The keeper of the place, else the planner: he has a task until cause and measure are noted.")
    cause_id = fields.Many2one("repair.stock.cause", ondelete="restrict", tracking=True)
    action_taken = fields.Text("What was done", tracking=True)
    state = fields.Selection(STATES, required=True, default="open", index=True, tracking=True)
    opened_on = fields.Datetime(required=True, default=fields.Datetime.now)
    closed_on = fields.Datetime()
    days_open = fields.Integer("Days", compute="_compute_days_open")

    _open_once = models.UniqueIndex(
        "(kind, company_id, COALESCE(product_id, 0), COALESCE(location_id, 0)) WHERE state = 'open'", "This alert is open already.")

    @api.depends("opened_on", "closed_on")
    def _compute_days_open(self):
        now = fields.Datetime.now()
        for alert in self:
            alert.days_open = ((alert.closed_on or now) - alert.opened_on).days if alert.opened_on else 0

    @api.depends("kind", "product_id", "location_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for alert in self:
            alert.display_name = " · ".join(filter(None, (
                labels.get(alert.kind), alert.product_id.display_name, alert.location_id.display_name)))

    def write(self, vals):
        """Note owner, cause and what was done; of a closed alert what was not noted while it was open, once.

        :raises AccessError: another owner, by somebody who only looks after his own
        :raises UserError: for what stock itself says, and for what a closed alert has noted already
        """
        if self._is_flow():
            return super().write(vals)
        if "user_id" in vals and not self._may_look():
            raise AccessError(self.env._("The parts keeper, the stock manager and the service manager give alerts to others."))
        if any(alert.state == "closed" and ("user_id" in vals or any(alert[name] for name in self._note_fields & vals.keys()))
               for alert in self):
            raise UserError(self.env._("The alert is closed: what was noted stays."))
        result = super().write(vals)
        if "user_id" in vals:
            self.sudo()._give_to_owners()  # tasks follow the owner, whoever gives the alert away
        elif self._note_fields & vals.keys():
            self.filtered(lambda alert: alert._is_explained()).sudo()._drop_tasks()  # as above
        return result

    @api.model
    def _get_flow_error(self):
        return self.env._("Alerts open and close by themselves. Note the cause and what was done.")

    @api.model
    def _may_look(self):
        return self.env.su or any(self.env.user.has_group(group) for group in REFRESH_GROUPS)

    @api.model
    def action_refresh(self):
        """Look at stock now; it is looked at every night by itself.

        :raises AccessError: for users who neither keep parts nor manage stock or service
        """
        if not self._may_look():
            raise AccessError(self.env._("The parts keeper, the stock manager and the service manager look at stock."))
        alerts_sudo = self.sudo()  # stock is looked at as a whole, whoever asks
        alerts_sudo._refresh(alerts_sudo.env.company)
        return self.env["ir.actions.act_window"]._for_xml_id("repair_parts.repair_stock_alert_action")

    def action_count(self):
        """Open a new count of the place, to be started."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window", "res_model": "repair.stock.count", "views": [(False, "form")], "context": {
                "default_location_id": self.location_id.id, "default_company_id": self.company_id.id,
                "default_kind": "due" if self.kind == "not_counted" else "full"}}

    def action_replenish(self):
        """Open the reordering rules of the part, to order what is missing."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("stock.action_orderpoint")
        return {**action, "domain": [("product_id", "=", self.product_id.id)], "context": {}, "path": False}

    def action_dispose(self):
        """Open what is to be done with stock that is too much or does not move: go on with it, or begin."""
        self.ensure_one()
        self.check_access("read")
        disposal = self.env["repair.stock.disposal"].search([
            ("product_id", "=", self.product_id.id), ("company_id", "=", self.company_id.id),
            ("state", "in", ("draft", "to_approve"))], limit=1)
        return {
            "type": "ir.actions.act_window", "res_model": disposal._name, "res_id": disposal.id, "views": [(False, "form")], "context": {
                "default_product_id": self.product_id.id, "default_company_id": self.company_id.id, "default_reason": self.reason,
                "default_quantity": self.quantity - self.limit_quantity}}

    def action_open_stock(self):
        """Open what the alert is about: quants of the part or place, or the moves that hold the reservation."""
        self.ensure_one()
        self.check_access("read")
        domain = [("location_id", "child_of", self.location_id.id)] if self.location_id else [("location_id.usage", "=", "internal")]
        if self.product_id:
            domain.append(("product_id", "=", self.product_id.id))
        if self.kind == "reserved_long":
            return {
                "type": "ir.actions.act_window", "name": self.display_name, "res_model": "stock.move.line", "view_mode": "list",
                "views": [(self.env.ref("stock.view_move_line_tree").id, "list")], "context": {"create": False, "edit": False},
                "domain": [*domain, ("state", "in", ("assigned", "partially_available"))]}
        return {
            "type": "ir.actions.act_window", "name": self.display_name, "res_model": "stock.quant", "view_mode": "list",
            "views": [(self.env.ref("stock.view_stock_quant_tree").id, "list")], "domain": domain,
            "context": {"create": False, "edit": False}}
