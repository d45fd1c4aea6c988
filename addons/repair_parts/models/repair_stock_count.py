from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.repair_service.models.repair_flow import FLOW

from ..engine import stock_count
from .repair_count_policy import ABC
from .repair_stock_count_line import APPROVER_GROUPS, OPEN_STATES, RESULT_GROUPS

STATES = [("draft", "New"), ("counting", "Counting"), ("review", "To review"), ("done", "Done"), ("cancelled", "Cancelled")]
KINDS = [("due", "What is due"), ("full", "Everything"), ("class", "One class")]
PLANNER_GROUPS = ("repair_parts.repair_parts_group_keeper", *APPROVER_GROUPS)
COUNTER_GROUPS = (
    "repair_parts.repair_parts_group_counter", "repair_parts.repair_parts_group_keeper",
    "repair_service.repair_service_group_technician", "stock.group_stock_user")
ACTIVITY, ACTIVITY_DECIDE = "repair_parts.mail_activity_type_stock_count", "repair_parts.mail_activity_type_stock_count_decide"
FLOW_FIELDS = frozenset({"state", "started_on", "done_on", "line_ids", "name"})


class RepairStockCount(models.Model):
    """A count of spare parts: a walk through places, shared out among those who count, blind, and settled line by line."""

    _name = "repair.stock.count"
    _description = "Stock Count"
    _inherit = ["mail.thread", "mail.activity.mixin", "repair.input", "repair.alarm"]
    _order = "id desc"
    _check_company_auto = True
    _flow_fields = FLOW_FIELDS

    name = fields.Char(required=True, readonly=True, copy=False, default=lambda self: self.env._("New"))
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    location_id = fields.Many2one(
        "stock.location", "Place", required=True, check_company=True, index=True, ondelete="restrict",
        domain="[('usage', '=', 'internal'), ('company_id', '=', company_id)]", help="What lies here and below is counted.")
    kind = fields.Selection(KINDS, "To count", required=True, default="due")
    abc_class = fields.Selection(ABC, "Class")
    user_ids = fields.Many2many(
        "res.users", "repair_stock_count_user_rel", "count_id", "user_id", "Counted by", default=lambda self: self.env.user,
        domain="[('share', '=', False)]", help="The walk is shared out among them; a second person is needed to count again.")
    deadline = fields.Date()
    is_blind = fields.Boolean(
        "Blind", default=True, help="Whoever counts cannot read what the books say of these parts, anywhere, until he has handed in.")
    state = fields.Selection(STATES, required=True, readonly=True, default="draft", copy=False, tracking=True, index=True)
    started_on = fields.Datetime(readonly=True, copy=False)
    done_on = fields.Datetime(readonly=True, copy=False)
    line_ids = fields.One2many("repair.stock.count.line", "count_id", "Work list", readonly=True, copy=False)
    line_count = fields.Integer("Lines", compute="_compute_line_counts", compute_sudo=True)
    open_count = fields.Integer("Still to count", compute="_compute_line_counts", compute_sudo=True)
    approve_count = fields.Integer("To approve", compute="_compute_line_counts", compute_sudo=True)
    my_open_count = fields.Integer("Mine to count", compute="_compute_line_counts", compute_sudo=True)
    unassigned_count = fields.Integer("To count again by somebody", compute="_compute_line_counts", compute_sudo=True)
    accuracy = fields.Float("Accuracy (%)", compute="_compute_results", compute_sudo=True, digits=(5, 1), groups=RESULT_GROUPS)
    over_value = fields.Monetary(compute="_compute_results", compute_sudo=True, groups=RESULT_GROUPS)
    short_value = fields.Monetary(compute="_compute_results", compute_sudo=True, groups=RESULT_GROUPS)

    _class_needed = models.Constraint("CHECK (kind != 'class' OR abc_class IS NOT NULL)", "Say which class is counted.")

    @api.depends("line_ids.state", "line_ids.user_id")
    @api.depends_context("uid")
    def _compute_line_counts(self):
        total, still, mine, approve, nobody = (defaultdict(int) for _index in range(5))
        for count, state, user, number in self.env["repair.stock.count.line"]._read_group(
                [("count_id", "in", self.ids)], ["count_id", "state", "user_id"], ["__count"]):
            total[count.id] += number
            still[count.id] += number if state == "to_count" else 0
            approve[count.id] += number if state == "to_approve" else 0
            mine[count.id] += number if state == "to_count" and user.id == self.env.uid else 0
            nobody[count.id] += number if state == "to_count" and not user else 0
        for count in self:
            count.line_count, count.open_count = total[count._origin.id], still[count._origin.id]
            count.approve_count, count.my_open_count = approve[count._origin.id], mine[count._origin.id]
            count.unassigned_count = nobody[count._origin.id]

    @api.depends("line_ids.finished_on")
    def _compute_results(self):
        found = {
            count: row for count, *row in self.env["repair.stock.count.line"]._read_group(
                [("count_id", "in", self.ids), ("finished_on", "!=", False)], ["count_id"],
                ["accuracy:avg", "over_value:sum", "short_value:sum"])}
        for count in self:
            count.accuracy, count.over_value, count.short_value = found.get(count._origin, (0.0, 0.0, 0.0))

    @api.constrains("location_id", "company_id")
    def _check_location(self):
        for count in self:
            if count.location_id.usage != "internal" or count.location_id.company_id != count.company_id:
                raise ValidationError(self.env._(
                    "%(place)s cannot be counted: choose an internal place of %(company)s.",
                    place=count.location_id.display_name, company=count.company_id.name))

    @api.constrains("user_ids")
    def _check_users(self):
        for count in self:
            for user_sudo in count.sudo().user_ids:  # whoever plans need not read groups of users
                if not self._may_count(user_sudo):
                    raise ValidationError(self.env._(
                        "%(user)s may not count stock: give the right “Stock counter” first.", user=user_sudo.name))

    @api.model_create_multi
    def create(self, vals_list):
        """Create counts, still without work list.

        :raises UserError: for what the flow sets
        """
        self._check_flow(*vals_list)
        return super().create(vals_list)

    def write(self, vals):
        """Change a count; what is counted stays once the walk has begun.

        :raises UserError: for what the flow sets, and for another place or kind after the start
        """
        self._check_flow(vals)
        fixed = {"company_id", "location_id", "kind", "abc_class", "is_blind"} & vals.keys()
        if fixed and self.env.context.get("repair_flow") is not FLOW and any(count.state != "draft" for count in self):
            raise UserError(self.env._("The count has begun: what is counted stays. Cancel it and make another one."))
        result = super().write(vals)
        if "user_ids" in vals and self.env.context.get("repair_flow") is not FLOW:
            self.filtered(lambda count: count.state == "counting")._share_out_anew()
        return result

    @api.model
    def _check_flow(self, *vals_list):
        if self.env.context.get("repair_flow") is not FLOW and any(FLOW_FIELDS & vals.keys() for vals in vals_list):
            raise UserError(self.env._("A count is moved on by its buttons."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_begun(self):
        if any(count.state not in ("draft", "cancelled") for count in self):
            raise UserError(self.env._("A count that has begun stays as the record of what was found: cancel it instead."))

    def _check_group(self, groups, message):
        if not (self.env.su or any(self.env.user.has_group(group) for group in groups)):
            raise AccessError(message)

    def action_start(self):
        """Make the work list, in walking order, and share it out among those who count.

        What another open count has on its list is left out: nobody counts it twice.

        :raises AccessError: for users who neither keep parts nor manage stock or service
        :raises UserError: nobody to count, or nothing to count
        """
        self.check_access("write")
        self._check_group(PLANNER_GROUPS, self.env._("Counts are planned by the parts keeper, the stock manager or the service manager."))
        for count in self:
            count._start()
        return True

    def _start(self):
        self.lock_for_update()
        if self.state != "draft":
            raise UserError(self.env._("%(count)s has begun already.", count=self.name))
        if not self.user_ids:
            raise UserError(self.env._("Say who counts."))
        count_sudo = self.sudo().with_context(repair_flow=FLOW)  # quants are hidden from whoever counts
        values_list = count_sudo._prepare_lines()
        if not values_list:
            raise UserError(self.env._(
                "Nothing to count: nothing is due in %(place)s, or another count has it on its list.", place=self.location_id.display_name))
        self.env["repair.stock.count.line"].sudo().with_context(repair_flow=FLOW).create(values_list)  # as above
        count_sudo.write({
            "state": "counting", "started_on": fields.Datetime.now(),
            "name": self.env._("Count %(number)s", number=self.env["ir.sequence"].sudo().next_by_code("repair.stock.count") or self.id)})
        count_sudo._give_tasks_to_counters()

    def _get_quant_domain(self):
        self.ensure_one()
        domain = [("location_id", "child_of", self.location_id.id), ("location_id.usage", "=", "internal"),
                  ("product_id.is_spare_part", "=", True), ("company_id", "=", self.company_id.id), ("quantity", "!=", 0)]
        if self.kind == "due":
            domain.append(("inventory_date", "<=", self.deadline or self.env["repair.figure"]._get_today(self.company_id)))
        elif self.kind == "class":
            domain.append(("product_id.abc_class", "=", self.abc_class))
        return domain

    def _prepare_lines(self):
        """Return the values of the work list: one line for what lies in a place of a part, lot, package and owner."""
        keys = ["location_id", "product_id", "lot_id", "package_id", "owner_id"]
        lines = self.env["repair.stock.count.line"]
        groups = self.env["stock.quant"].with_company(self.company_id)._read_group(self._get_quant_domain(), keys)
        locations = self.env["stock.location"].union(*(group[0] for group in groups)) if groups else self.env["stock.location"]
        taken = set(lines._read_group(
            [("location_id", "in", locations.ids), ("state", "in", (*OPEN_STATES, "to_approve", "approved"))], keys))
        groups = [group for group in groups if group not in taken]
        products = self.env["product.product"].union(*(group[1] for group in groups)) if groups else self.env["product.product"]
        classes = self.env["repair.part.class"]._get_classes(products, self.company_id)
        keepers = self.env["stock.location"]._get_keepers(locations)
        groups.sort(key=lambda group: (
            group[0].walk_sequence, stock_count.get_walk_key(group[0].complete_name), group[0].id,
            stock_count.get_walk_key(group[1].default_code or group[1].name), group[1].id, group[2].name or "", group[2].id))
        users = self._share_out([group[0] for group in groups])
        return [{
            "count_id": self.id, "sequence": index + 1, "location_id": location.id, "product_id": product.id, "lot_id": lot.id,
            "package_id": package.id, "owner_id": owner.id, "user_id": users[location].id, "abc_class": classes[product],
            "keeper_id": keepers[location].id,
        } for index, (location, product, lot, package, owner) in enumerate(groups)]

    def action_view_mine(self):
        """Open what the user has to count here, in walking order."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_parts.repair_stock_count_line_mine_action")
        return {**action, "display_name": self.name, "path": False, "domain": [
            ("count_id", "=", self.id), ("user_id", "=", self.env.uid), ("state", "in", OPEN_STATES)], "context": {}}

    def action_view_lines(self):
        """Open the lines of the count."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_parts.repair_stock_count_line_action")
        return {**action, "path": False, "domain": [("count_id", "=", self.id)], "context": {}}

    def action_view_approve(self):
        """Open the differences that wait for approval."""
        return {**self.action_view_lines(), "context": {"search_default_to_approve": 1}}

    def action_hand_in(self):
        """Hand in what the user has counted; what differs by too much goes to another person.

        :raises UserError: when he has counted nothing yet
        """
        self.check_access("read")
        lines = self.env["repair.stock.count.line"].search(
            [("count_id", "in", self.ids), ("user_id", "=", self.env.uid), ("state", "=", "counted")])
        if not lines:
            raise UserError(self.env._("You have counted nothing yet: enter the quantities first."))
        return lines.action_hand_in()

    def action_found(self):
        """Open the dialogue for something that is not on the list."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window", "name": self.env._("Found something else"), "res_model": "repair.stock.count.found",
            "view_mode": "form", "target": "new", "context": {
                "default_count_id": self.id, "default_location_id": (self._get_last_place() or self.location_id).id}}

    def action_cancel(self):
        """Give up a count; what was approved already is still posted.

        :raises AccessError: for users who neither keep parts nor manage stock or service
        :raises UserError: a count that is done
        """
        self.check_access("write")
        self._check_group(PLANNER_GROUPS, self.env._("Counts are cancelled by the parts keeper, the stock manager or the service manager."))
        if any(count.state == "done" for count in self):
            raise UserError(self.env._("The count is done."))
        lines_sudo = self.sudo().line_ids.with_context(repair_flow=FLOW)  # a keeper does not decide on lines, he ends the walk
        lines_sudo.filtered(lambda line: line.state in (*OPEN_STATES, "to_approve")).write({"state": "cancelled"})
        self.with_context(repair_flow=FLOW).write({"state": "cancelled"})
        self.sudo()._drop_tasks()  # tasks of others end with the count
        return True

    def _refresh_state(self):
        """Move counts on as their lines are settled."""
        groups = self.env["repair.stock.count.line"].sudo()._read_group(  # a counter sees only his own lines
            [("count_id", "in", self.ids)], ["count_id", "state"])
        states = defaultdict(set)
        for count, state in groups:
            states[count.id].add(state)
        for count_sudo in self.sudo().with_context(repair_flow=FLOW):  # the count follows its lines, whoever settles the last
            held = states[count_sudo.id]
            if count_sudo.state in ("counting", "review"):
                state = "counting" if held & set(OPEN_STATES) else "review" if held & {"to_approve", "approved"} else "done"
                if state != count_sudo.state:
                    count_sudo.write({"state": state, "done_on": fields.Datetime.now() if state == "done" else False})
                    count_sudo._give_tasks_to_approver()
