from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.repair_service.models.repair_flow import FLOW

from .repair_count_policy import ABC

STATES = [
    ("to_count", "To count"), ("counted", "Counted"), ("to_approve", "To approve"), ("approved", "Settled"), ("posted", "Posted"),
    ("rejected", "Left as it was"), ("cancelled", "Cancelled")]
OPEN_STATES = ("to_count", "counted")
APPROVER_GROUPS = ("stock.group_stock_manager", "repair_service.repair_service_group_manager")
# What the books say is for those who decide and account, never for those who count.
RESULT_GROUPS = ",".join((*APPROVER_GROUPS, "account.group_account_readonly", "account.group_account_invoice"))
COUNTER_FIELDS = frozenset({"my_quantity", "note"})
APPROVER_FIELDS = frozenset({"cause_id", "decision_note"})
QUANTITY_MAX = 10_000_000


class RepairStockCountLine(models.Model):
    """One thing to count in one place. What the books say is kept with the entries, out of the counter's reach."""

    _name = "repair.stock.count.line"
    _description = "Line of a Stock Count"
    _inherit = ["repair.input"]
    _order = "count_id desc, sequence, id"
    _rec_name = "product_id"

    count_id = fields.Many2one("repair.stock.count", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="count_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    is_blind = fields.Boolean(related="count_id.is_blind", store=True)
    sequence = fields.Integer()
    location_id = fields.Many2one("stock.location", "Place", required=True, index=True, ondelete="restrict")
    product_id = fields.Many2one("product.product", "Part", required=True, index=True, ondelete="restrict")
    lot_id = fields.Many2one("stock.lot", "Lot or serial number", ondelete="restrict")
    package_id = fields.Many2one("stock.package", ondelete="restrict")
    owner_id = fields.Many2one("res.partner", ondelete="restrict")
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    abc_class = fields.Selection(ABC, "Class")
    keeper_id = fields.Many2one("res.users", "Keeper of the place", index="btree_not_null")
    user_id = fields.Many2one("res.users", "Counts", index=True, help="Who has to count this now.")
    first_user_id = fields.Many2one("res.users", "First counted by")
    sent_back_by_id = fields.Many2one("res.users", "Sent back by", groups=RESULT_GROUPS)
    round = fields.Integer(default=1, aggregator=None)
    is_second = fields.Boolean("Count again", compute="_compute_is_second")
    state = fields.Selection(STATES, required=True, default="to_count", index=True)
    my_quantity = fields.Float(
        "Counted by me", compute="_compute_my_quantity", inverse="_inverse_my_quantity", digits="Product Unit", compute_sudo=True)
    my_open_count = fields.Integer(related="count_id.my_open_count")
    note = fields.Char("Remark")
    entry_ids = fields.One2many("repair.stock.count.entry", "line_id", "Entries", groups=RESULT_GROUPS)
    expected_qty = fields.Float("Books", digits="Product Unit", groups=RESULT_GROUPS, help="At the moment of counting.")
    counted_qty = fields.Float("Counted", digits="Product Unit", groups=RESULT_GROUPS)
    over_qty = fields.Float("Over", digits="Product Unit", groups=RESULT_GROUPS)
    short_qty = fields.Float("Short", digits="Product Unit", groups=RESULT_GROUPS)
    over_value = fields.Monetary("Value over", groups=RESULT_GROUPS)
    short_value = fields.Monetary("Value short", groups=RESULT_GROUPS)
    accuracy = fields.Float("Accuracy (%)", digits=(5, 1), aggregator="avg", groups=RESULT_GROUPS)
    verdict = fields.Char("Why", groups=RESULT_GROUPS)
    finished_on = fields.Datetime("Counted on", groups=RESULT_GROUPS, index="btree_not_null")
    cause_id = fields.Many2one("repair.stock.cause", groups=RESULT_GROUPS, ondelete="restrict")
    decision_note = fields.Char("What was done", groups=RESULT_GROUPS)
    approved_by_id = fields.Many2one("res.users", groups=RESULT_GROUPS)
    approved_on = fields.Datetime(groups=RESULT_GROUPS)
    posted_on = fields.Datetime(groups=RESULT_GROUPS)

    _open_once = models.UniqueIndex(
        "(location_id, product_id, COALESCE(lot_id, 0), COALESCE(package_id, 0), COALESCE(owner_id, 0))"
        " WHERE state IN ('to_count', 'counted', 'to_approve', 'approved')",
        "This is on the list of an open count already.")
    _open_of_user = models.Index("(user_id, product_id, location_id) WHERE state IN ('to_count', 'counted')")
    _open_of_count = models.Index("(count_id) WHERE state IN ('to_count', 'counted')")

    @api.depends("round")
    def _compute_is_second(self):
        for line in self:
            line.is_second = line.round > 1

    @api.depends("round", "user_id", "state")
    @api.depends_context("uid")
    def _compute_my_quantity(self):
        """Show each person what he himself entered in this round, nothing else."""
        entries = self.env["repair.stock.count.entry"].search_fetch(
            [("line_id", "in", self.ids), ("user_id", "=", self.env.uid)], ["line_id", "round", "quantity"])
        mine = {(entry.line_id.id, entry.round): entry.quantity for entry in entries}
        for line in self:
            line.my_quantity = mine.get((line._origin.id, line.round), 0.0)

    def _inverse_my_quantity(self):
        self._enter({line: line.my_quantity for line in self})

    @api.model_create_multi
    def create(self, vals_list):
        """Lines come with the work list, or by what is found besides.

        :raises UserError: for anybody else
        """
        if self.env.context.get("repair_flow") is not FLOW:
            raise UserError(self.env._("Lines come with the work list. Note what you find besides by “Found something else”."))
        return super().create(vals_list)

    def write(self, vals):
        """Enter what was counted, or cause and measure of a difference; the rest follows.

        :raises AccessError: cause and measure for those who do not approve
        :raises UserError: for what the flow sets
        """
        if self.env.context.get("repair_flow") is not FLOW:
            if not vals.keys() <= COUNTER_FIELDS | APPROVER_FIELDS:
                raise UserError(self.env._("Enter the quantity you counted; what follows from it is worked out."))
            if vals.keys() & APPROVER_FIELDS:
                self._check_approver()
                if any(line.state != "to_approve" for line in self):
                    raise UserError(self.env._("Cause and measure are noted while a difference waits for approval."))
            if "note" in vals and any(line.user_id != self.env.user or line.state not in OPEN_STATES for line in self):
                raise UserError(self.env._("Remarks are made by whoever counts, until he hands in."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_cancelled(self):
        if any(line.count_id.state not in ("draft", "cancelled") for line in self):
            raise UserError(self.env._("Lines of a count stay as the record of what was found."))

    def _check_approver(self):
        if not (self.env.su or any(self.env.user.has_group(group) for group in APPROVER_GROUPS)):
            raise AccessError(self.env._("Differences are decided by the stock manager or the service manager."))

    def _enter(self, quantities):
        """Keep what the user counted beside what the books say at this moment.

        :param quantities: {line: units}
        """
        self.check_access("write")
        self.lock_for_update()
        for line, quantity in quantities.items():
            line._check_entry(quantity)
        lines_sudo = self.sudo().with_context(repair_flow=FLOW)  # whoever counts may not read what the books say
        books, now = lines_sudo._get_books(), fields.Datetime.now()
        entries_sudo = self.env["repair.stock.count.entry"].sudo().with_context(repair_flow=FLOW)  # as above
        held = {entry.line_id: entry for entry in entries_sudo.search([("line_id", "in", self.ids)])
                if entry.round == entry.line_id.round}
        created = []
        for line in lines_sudo:
            values = {
                "quantity": quantities[line.with_env(self.env)], "expected_qty": books[line], "counted_on": now, "user_id": self.env.uid}
            if line in held:
                held[line].write(values)
            else:
                created.append({**values, "line_id": line.id, "round": line.round})
        entries_sudo.create(created)
        lines_sudo.write({"state": "counted"})
        self.invalidate_recordset(["my_quantity"])

    def _check_entry(self, quantity):
        if self.user_id != self.env.user or self.state not in OPEN_STATES or self.count_id.state != "counting":
            raise UserError(self.env._("%(part)s is not yours to count, or was handed in already.", part=self.product_id.display_name))
        if not isinstance(quantity, (int, float)) or not 0 <= quantity <= QUANTITY_MAX:
            raise ValidationError(self.env._("Enter how many you counted, 0 or more."))
        if self.product_id.tracking == "serial" and quantity not in (0, 1):
            raise ValidationError(self.env._(
                "%(part)s is kept by serial numbers: each is there once or not at all.", part=self.product_id.display_name))

    def action_count_none(self):
        """Enter that nothing is there.

        :raises UserError: a line that is not the user's, or handed in
        """
        self._enter(dict.fromkeys(self, 0.0))
        return self._get_next_action() if len(self) == 1 and self.env.context.get("walk") else True

    def action_next(self):
        """Open the next line of the walk that is still to count; the count when there is none."""
        self.ensure_one()
        self.check_access("read")
        return self._get_next_action()

    def _get_next_action(self):
        following = self.search(
            [("count_id", "=", self.count_id.id), ("user_id", "=", self.env.uid), ("state", "=", "to_count"), ("id", "!=", self.id)],
            order="sequence, id")
        line = following.filtered(lambda line: line.sequence > self.sequence)[:1] or following[:1]
        model, res_id = (line._name, line.id) if line else ("repair.stock.count", self.count_id.id)
        return {
            "type": "ir.actions.act_window", "res_model": model, "res_id": res_id, "target": "current",
            "views": [(self.env.ref("repair_parts.repair_stock_count_line_view_form_count").id if line else False, "form")]}

    def _get_key(self):
        return self.location_id.id, self.product_id.id, self.lot_id.id, self.package_id.id, self.owner_id.id

    def _get_books(self):
        """Return {line: units} in the books at this moment, in one query."""
        groups = self.env["stock.quant"]._read_group(
            [("location_id", "in", self.location_id.ids), ("product_id", "in", self.product_id.ids)],
            ["location_id", "product_id", "lot_id", "package_id", "owner_id"], ["quantity:sum"])
        books = {tuple(record.id for record in keys): quantity for *keys, quantity in groups}
        return {line: books.get(line._get_key(), 0.0) for line in self}

    @api.model
    def _get_accuracy_rows(self, company, start, stop):
        """Return [(line id, 1 or 0)] of what was counted from ``start`` until before ``stop``: 1 when the books were right.

        Right is what agrees, or differs by no more than the class tolerates; overs and shorts never make up for each other.
        """
        lines_sudo = self.sudo().search_fetch(  # objectives are worked out for everybody alike
            [("company_id", "=", company.id), ("finished_on", ">=", start), ("finished_on", "<", stop), ("state", "!=", "cancelled")],
            ["accuracy"], order="id")
        return [(line.id, int(line.accuracy > 0)) for line in lines_sudo]
