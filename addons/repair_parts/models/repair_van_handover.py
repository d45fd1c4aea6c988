from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.repair_service.models.repair_flow import FLOW

REASONS = [("leaves", "The technician leaves"), ("van", "The van gets another driver")]
STATES = [
    ("draft", "To begin"), ("counting", "Van is counted"), ("moving", "On the way to the successor"), ("done", "Handed over"),
    ("cancelled", "Cancelled")]
LIABLE = [("employee", "The technician"), ("company", "The company"), ("open", "Not decided yet")]
KEEPER_GROUPS = (
    "repair_parts.repair_parts_group_keeper", "stock.group_stock_manager", "repair_service.repair_service_group_manager")


class RepairVanHandover(models.Model):
    """Everything of the company that a technician has with him, handed over at once: van, tools, old parts (handbook 4.2.2, 8.2.1)."""

    _name = "repair.van.handover"
    _description = "Hand-over of a Van"
    _inherit = ["repair.flow.record", "repair.input", "mail.thread", "mail.activity.mixin"]
    _order = "is_open desc, date, id desc"

    _note_fields = frozenset({
        "successor_id", "liable", "liable_note", "note", "date", "activity_ids", "message_follower_ids", "message_partner_ids",
        "message_main_attachment_id", "message_ids", "activity_state", "activity_user_id", "activity_date_deadline",
        "my_activity_date_deadline"})

    name = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    employee_id = fields.Many2one("hr.employee", "Technician", required=True, readonly=True, index=True, ondelete="restrict")
    reason = fields.Selection(REASONS, required=True, readonly=True, default="leaves")
    date = fields.Date("Last day", required=True)
    successor_id = fields.Many2one(
        "repair.technician", "Goes to", domain="[('id', '!=', employee_id), ('company_id', '=', company_id)]",
        help="He gets what lies in the van into his own, and receives it himself. Empty: the depot.")
    van_location_id = fields.Many2one("stock.location", "Van", readonly=True, ondelete="restrict")
    state = fields.Selection(STATES, required=True, readonly=True, default="draft", index=True, tracking=True)
    is_open = fields.Boolean(compute="_compute_is_open", store=True)
    count_id = fields.Many2one("repair.stock.count", readonly=True, ondelete="set null")
    count_state = fields.Selection(related="count_id.state", string="State of the count")
    transfer_id = fields.Many2one("repair.van.transfer", "Van list", readonly=True, ondelete="set null")
    tool_ids = fields.Many2many("maintenance.equipment", string="Tools still with him", compute="_compute_held", compute_sudo=True)
    core_ids = fields.Many2many("repair.core.return", string="Old parts still with him", compute="_compute_held", compute_sudo=True)
    van_item_count = fields.Integer("Items in the van", compute="_compute_held", compute_sudo=True)
    remaining = fields.Char("Still to do", compute="_compute_remaining", compute_sudo=True)
    count_ids = fields.One2many("repair.stock.count", "handover_id", "Counts", readonly=True)
    short_value = fields.Monetary("Missing in the van", compute="_compute_values", compute_sudo=True)
    over_value = fields.Monetary("Too much in the van", compute="_compute_values", compute_sudo=True)
    liable = fields.Selection(LIABLE, "Who answers for it")
    liable_note = fields.Char("How it was settled")
    started_by_id = fields.Many2one("res.users", "Begun by", readonly=True)
    done_on = fields.Datetime(readonly=True)
    done_by_id = fields.Many2one("res.users", "Finished by", readonly=True)
    note = fields.Text()

    _open_once = models.UniqueIndex(
        "(employee_id) WHERE state NOT IN ('done', 'cancelled')", "A hand-over of this technician is open already.")

    @api.depends("state")
    def _compute_is_open(self):
        for handover in self:
            handover.is_open = handover.state not in ("done", "cancelled")

    @api.depends("employee_id", "state")
    def _compute_held(self):
        cores = self.env["repair.core.return"].search([("technician_id", "in", self.employee_id.ids), ("state", "=", "technician")])
        tools = self.env["repair.tool.custody"].search([("employee_id", "in", self.employee_id.ids), ("returned_on", "=", False)])
        items = dict(self.env["stock.quant"]._read_group(
            [("location_id", "child_of", self.van_location_id.ids), ("quantity", "!=", 0)], ["location_id"], ["__count"]))
        for handover in self:
            is_open = handover.state not in ("done", "cancelled")
            handover.core_ids = is_open and cores.filtered(lambda core, who=handover.employee_id: core.technician_id == who)
            handover.tool_ids = is_open and tools.filtered(
                lambda custody, who=handover.employee_id: custody.employee_id == who).equipment_id
            handover.van_item_count = sum(
                number for place, number in items.items() if handover.van_location_id and place._child_of(handover.van_location_id))

    @api.depends("count_ids.line_ids.short_value", "count_ids.line_ids.over_value", "count_ids.line_ids.state")
    def _compute_values(self):
        """Add up what the counts of the hand-over found; overs never make up for shorts."""
        for handover in self:
            lines = handover.count_ids.line_ids.filtered(lambda line: line.state in ("approved", "posted"))
            handover.short_value, handover.over_value = sum(lines.mapped("short_value")), sum(lines.mapped("over_value"))

    @api.depends("tool_ids", "core_ids", "van_item_count", "count_state", "state", "reason")
    @api.depends_context("lang")
    def _compute_remaining(self):
        for handover in self:
            handover.remaining = ", ".join(handover._get_remaining()) if handover.is_open else ""

    def _get_remaining(self):
        """Return what is still to do, in words. Who stays and only gives up his van keeps tools and old parts."""
        self.ensure_one()
        todo = []
        if self.tool_ids and self.reason == "leaves":
            todo.append(self.env._("%(count)s tools to take back", count=len(self.tool_ids)))
        if self.core_ids and self.reason == "leaves":
            todo.append(self.env._("%(count)s old parts to take in", count=len(self.core_ids)))
        lines = self.count_id.line_ids
        if any(line.state in ("to_count", "counted", "to_approve") for line in lines):
            todo.append(self.env._("%(count)s to finish", count=self.count_id.name))
        elif self.van_item_count and self.count_state not in ("review", "done"):
            todo.append(self.env._("the van to count"))
        if self.state == "moving":
            todo.append(self.env._("the successor to receive %(list)s", list=self.transfer_id.name))
        return todo

    @api.constrains("successor_id")
    def _check_successor(self):
        for handover in self.filtered("successor_id"):
            if not handover.sudo().successor_id.van_location_id or handover.successor_id.id == handover.employee_id.id:  # whose van
                raise ValidationError(self.env._("Choose another technician who has a van, or leave it empty for the depot."))

    @api.model_create_multi
    def create(self, vals_list):
        """Create hand-overs of the flow, numbered.

        :raises UserError: by hand
        """
        for vals in vals_list:
            vals.setdefault("name", self.env["ir.sequence"].sudo().next_by_code("repair.van.handover") or "/")  # nobody keeps sequences
        return super().create(vals_list)

    def write(self, vals):
        """Note successor, day, and who answers for what is missing.

        :raises UserError: by hand besides, and for a hand-over that is settled
        """
        if not self._is_flow():
            settled = vals.keys() & {"successor_id", "liable", "liable_note", "note", "date"}
            if settled and any(not handover.is_open for handover in self):
                raise UserError(self.env._("The hand-over is settled: what was noted stays."))
            if "successor_id" in vals and any(handover.state == "moving" for handover in self):
                raise UserError(self.env._("The parts are on their way already: cancel that list first."))
        return super().write(vals)

    @api.model
    def _get_flow_error(self):
        return self.env._("Hand-overs begin with the technician's departure or by “Hand over the van”, and go on by their steps.")

    @api.model
    def _prepare(self, employees, day, reason="leaves"):
        """Make the hand-overs of employees who have something of the company with them, and tell the keeper; by the system."""
        made = self.sudo().with_context(repair_flow=FLOW)  # whoever registers a departure keeps no stock
        for employee_sudo in employees.sudo():  # as above
            if not employee_sudo._get_van_blockers() and not employee_sudo._get_held_tools():
                continue
            found = made.search([("employee_id", "=", employee_sudo.id), ("is_open", "=", True)], limit=1)
            if found:
                found.write({"date": day, "reason": "leaves" if reason == "leaves" else found.reason})
                continue
            handover = made.create({
                "employee_id": employee_sudo.id, "company_id": employee_sudo.company_id.id, "date": day, "reason": reason,
                "van_location_id": employee_sudo.van_location_id.id})
            if keeper := employee_sudo.company_id.repair_stock_owner_id:
                handover.activity_schedule(
                    "mail.mail_activity_data_todo", day, user_id=keeper.id,
                    summary=self.env._("Take over the van of %(technician)s", technician=employee_sudo.name))
        return made.search([("employee_id", "in", employees.ids), ("is_open", "=", True)])

    def _check_step(self, states, message):
        if not (self.env.su or any(self.env.user.has_group(group) for group in KEEPER_GROUPS)):
            raise AccessError(self.env._("Vans are taken over by the parts keeper, the stock manager or the service manager."))
        self.check_access("write")
        if self.sudo().employee_id.user_id == self.env.user and not self.env.su:  # whose van it is
            raise AccessError(self.env._("Nobody takes over his own van."))
        self.lock_for_update()
        if self.state not in states:
            raise UserError(message)

    def _step(self, values):
        return self.sudo().with_context(repair_flow=FLOW).write(values)  # the steps are the flow's, who takes them is checked before

    def action_start(self):
        """Begin: open lists are given up, the van's rules rest, orders get their parts from the depot, and the van is counted.

        :raises AccessError: for others than the parts keeper, the stock manager and the service manager; for one's own van
        :raises UserError: begun already
        """
        for handover in self:
            handover._check_step(("draft",), self.env._("%(handover)s has begun already.", handover=handover.name))
            handover._step({"state": "counting", "started_by_id": self.env.uid})
            handover.sudo()._close_van()  # stock of the van, the step is checked above
            handover.sudo()._begin_count()  # as above
        return True

    def _close_van(self):
        """Stop everything that goes into the van or is to be taken from it."""
        van = self.van_location_id
        if not van:
            return
        van.is_handed_over = True
        transfers = self.env["repair.van.transfer"].search([
            ("state", "in", ("draft", "given")), "|", ("location_id", "=", van.id), ("location_dest_id", "=", van.id)])
        transfers._cancel()
        self.env["stock.warehouse.orderpoint"].search([("location_id", "child_of", van.id)]).active = False
        moves = self.env["stock.move"].search([
            ("repair_id.technician_id", "=", self.employee_id.id), ("repair_line_type", "=", "add"),
            ("state", "in", ("draft", "confirmed", "waiting", "partially_available", "assigned"))])
        moves._choose_sources(assign=True)

    def _begin_count(self):
        van = self.van_location_id
        counts = self.env["repair.stock.count"]
        counts.search([("location_id", "=", van.id), ("state", "in", ("draft", "counting", "review"))]).action_cancel()
        if not self.van_item_count:
            return
        users = (self.env.user | self.company_id.repair_stock_owner_id) - self.employee_id.user_id
        flow = self.with_context(repair_flow=FLOW)
        flow.count_id = count = counts.with_context(repair_flow=FLOW).create({
            "location_id": van.id, "kind": "full", "company_id": self.company_id.id, "user_ids": [fields.Command.set(users.ids)],
            "deadline": self.date, "handover_id": self.id})
        count._start()

    def action_count_again(self):
        """Count the van anew: the count was cancelled, or something went in or out since.

        :raises AccessError: for others than the parts keeper, the stock manager and the service manager; for one's own van
        :raises UserError: not begun, or settled
        """
        for handover in self:
            handover._check_step(("counting",), self.env._("%(handover)s is not ready to be finished.", handover=handover.name))
            handover.sudo()._begin_count()  # counts are planned by keepers, the step is checked above
        return True

    def action_view_count(self):
        """Open the count of the van."""
        self.ensure_one()
        self.check_access("read")
        if not self.count_id:
            raise UserError(self.env._("The van was empty: there was nothing to count."))
        return {
            "type": "ir.actions.act_window", "res_model": "repair.stock.count", "res_id": self.count_id.id, "views": [(False, "form")]}

    def action_view_tools(self):
        """Open the tools that the technician still has."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_service.maintenance_equipment_action_tool")
        return {**action, "path": False, "domain": [("id", "in", self.tool_ids.ids)], "context": {"create": False}}

    def action_finish(self):
        """Take the van over: what was counted goes to the depot, or to the successor who receives it himself.

        :raises AccessError: for others than the parts keeper, the stock manager and the service manager; for one's own van
        :raises UserError: tools, old parts or the count are open, or something is missing and nobody was named for it
        """
        for handover in self:
            handover._check_step(("counting",), self.env._("%(handover)s is not ready to be finished.", handover=handover.name))
            handover._check_complete()
            handover.sudo()._move_on()  # stock of the van, the step is checked above
        return True

    def _check_complete(self):
        handover_sudo = self.sudo()  # tools and counts are settled by others
        count = handover_sudo.count_id
        count.line_ids.filtered(lambda line: line.state == "approved")._post()
        if todo := handover_sudo._get_remaining():
            raise UserError(self.env._("Not yet: %(todo)s.", todo=", ".join(todo)))
        short = handover_sudo.short_value
        if self.currency_id.compare_amounts(short, 0) > 0 and (self.liable in (False, "open") or not (self.liable_note or "").strip()):
            raise UserError(self.env._(
                "Parts worth %(value)s are missing in the van. Say who answers for them, and how it was settled.",
                value=self.currency_id.format(short)))

    def _move_on(self):
        van, target = self.van_location_id, self.successor_id.employee_id.van_location_id
        quants = self.env["stock.quant"].search([("location_id", "child_of", van.ids), ("quantity", "!=", 0)])
        if stuck := quants.filtered(lambda quant: quant.reserved_quantity or quant.quantity < 0):
            raise UserError(self.env._(
                "%(parts)s cannot be moved: reserved for an order that has fitted them, or below zero. Settle that first.",
                parts=", ".join(stuck.product_id.mapped("display_name"))))
        if quants:
            depot = self.env["stock.warehouse"]._get_van_warehouse(van).lot_stock_id
            transfer = self.env["repair.van.transfer"].with_context(repair_flow=FLOW)._open(van, target or depot)
            for quant in quants:
                transfer._add(quant.product_id, quant.quantity, lot=quant.lot_id, place=quant.location_id)
            self._step({"transfer_id": transfer.id})
            transfer._give()
            if target:
                self._step({"state": "moving"})
                return
            transfer._take()
        self._complete()

    def _complete(self):
        """Close the hand-over: the van is empty, and nobody's any more."""
        van = self.van_location_id
        self._step({"state": "done", "done_on": fields.Datetime.now(), "done_by_id": self.env.uid})
        van.is_handed_over = False
        self.activity_ids.action_done()
        self.employee_id.with_context(repair_flow=FLOW).van_location_id = False
        if van:
            van.active = False

    def action_cancel(self):
        """Give the hand-over up: the technician stays, and his van goes on.

        :raises UserError: it is on its way, or settled
        """
        for handover in self:
            handover._check_step(("draft", "counting"), self.env._("%(handover)s cannot be given up any more.", handover=handover.name))
            handover._step({"state": "cancelled"})
            handover.sudo()._reopen_van()  # stock of the van, the step is checked above
        return True

    def _reopen_van(self):
        self.activity_ids.unlink()
        self.van_location_id.is_handed_over = False
        if self.count_id.state in ("counting", "review"):
            self.count_id.action_cancel()
        rules = self.env["stock.warehouse.orderpoint"].with_context(active_test=False)
        rules.search([("location_id", "child_of", self.van_location_id.ids), ("active", "=", False)]).active = True


class RepairStockCount(models.Model):
    _inherit = "repair.stock.count"

    handover_id = fields.Many2one("repair.van.handover", "Hand-over", readonly=True, index="btree_not_null", ondelete="set null")

    @api.model
    def _check_flow(self, *vals_list):
        super()._check_flow(*vals_list)
        if self.env.context.get("repair_flow") is not FLOW and any("handover_id" in vals for vals in vals_list):
            raise UserError(self.env._("The count of a hand-over is made by the hand-over."))


class RepairVanTransfer(models.Model):
    _inherit = "repair.van.transfer"

    def _take(self):
        super()._take()
        self._finish_handover()

    def _cancel(self):
        super()._cancel()
        handovers_sudo = self.env["repair.van.handover"].sudo().search(  # the hand-over follows its list
            [("transfer_id", "in", self.ids), ("state", "=", "moving")])
        handovers_sudo._step({"state": "counting", "transfer_id": False})

    def _finish_handover(self):
        """Close the hand-over whose parts the successor has received; what did not come goes back to the keeper."""
        handovers = self.env["repair.van.handover"].search([("transfer_id", "in", self.ids), ("state", "=", "moving")])
        for handover in handovers:
            handover.invalidate_recordset(["van_item_count"])
            if handover.van_item_count:
                handover._step({"state": "counting"})
                handover._begin_count()
            else:
                handover._complete()
