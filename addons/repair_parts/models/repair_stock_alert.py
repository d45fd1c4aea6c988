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
    _inherit = ["repair.flow.record", "repair.input", "repair.count.blind.product"]
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
    reason = fields.Char()
    user_id = fields.Many2one("res.users", "Owner", index=True, ondelete="set null", domain="[('share', '=', False)]")
    cause_id = fields.Many2one("repair.stock.cause", ondelete="restrict")
    action_taken = fields.Text("What was done")
    state = fields.Selection(STATES, required=True, default="open", index=True)
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
        """Note owner, cause and what was done.

        :raises UserError: for what stock itself says, and for a closed alert
        """
        if not self._is_flow() and any(alert.state == "closed" for alert in self):
            raise UserError(self.env._("The alert is closed: what was noted stays."))
        return super().write(vals)

    @api.model
    def _get_flow_error(self):
        return self.env._("Alerts open and close by themselves. Note the cause and what was done.")

    @api.model
    def action_refresh(self):
        """Look at stock now; it is looked at every night by itself.

        :raises AccessError: for users who neither keep parts nor manage stock or service
        """
        if not (self.env.su or any(self.env.user.has_group(group) for group in REFRESH_GROUPS)):
            raise AccessError(self.env._("The parts keeper, the stock manager and the service manager look at stock."))
        self.sudo()._refresh(self.env.company)  # stock is looked at as a whole, whoever asks
        return self.env["ir.actions.act_window"]._for_xml_id("repair_parts.repair_stock_alert_action")

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
