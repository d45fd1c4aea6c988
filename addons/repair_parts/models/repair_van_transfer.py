from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.repair_service.models.repair_flow import FLOW

KINDS = [("load", "Load list"), ("return", "Return to the depot"), ("swap", "From van to van")]
STATES = [("draft", "To hand over"), ("given", "On the way"), ("done", "Received"), ("cancelled", "Cancelled")]
OPEN_STATES = ("draft", "given")
KEEPER_GROUPS = ("repair_parts.repair_parts_group_keeper", "stock.group_stock_manager")


class RepairVanTransfer(models.Model):
    """Parts that go into a van, out of it, or from one to another: one person gives, another one takes, both are on record.

    The goods themselves are moved by Odoo's transfer, when they are taken: until then they lie in the books of whoever gives.
    """

    _name = "repair.van.transfer"
    _description = "Van Transfer"
    _inherit = ["repair.flow.record", "repair.input", "mail.thread", "mail.activity.mixin"]
    _order = "state_order, date desc, id desc"

    _note_fields = frozenset({
        "line_ids",  # whose own guard tells what may be noted on them
        "activity_ids", "message_follower_ids", "message_partner_ids", "message_main_attachment_id", "message_ids",
        "activity_state", "activity_user_id", "activity_date_deadline", "my_activity_date_deadline"})

    name = fields.Char(required=True, readonly=True, index="trigram")
    kind = fields.Selection(KINDS, required=True, readonly=True, index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    date = fields.Date("For", required=True, readonly=True, help="Day on which the parts are to be handed over.")
    location_id = fields.Many2one("stock.location", "From", required=True, readonly=True, index=True, ondelete="restrict")
    location_dest_id = fields.Many2one("stock.location", "To", required=True, readonly=True, index=True, ondelete="restrict")
    from_employee_id = fields.Many2one("hr.employee", "Given by the van of", readonly=True, index="btree_not_null", ondelete="restrict")
    to_employee_id = fields.Many2one("hr.employee", "Taken into the van of", readonly=True, index="btree_not_null", ondelete="restrict")
    from_user_id = fields.Many2one(related="from_employee_id.user_id", string="Giver")
    to_user_id = fields.Many2one(related="to_employee_id.user_id", string="Taker")
    technician_name = fields.Char("Technicians", compute="_compute_technician_name", compute_sudo=True)
    picking_id = fields.Many2one("stock.picking", "Transfer", readonly=True, index="btree_not_null", ondelete="set null")
    state = fields.Selection(STATES, required=True, readonly=True, default="draft", index=True, tracking=True)
    state_order = fields.Integer(compute="_compute_state_order", store=True)
    given_by_id = fields.Many2one("res.users", "Handed over by", readonly=True)
    given_on = fields.Datetime("Handed over on", readonly=True)
    taken_by_id = fields.Many2one("res.users", "Received by", readonly=True)
    taken_on = fields.Datetime("Received on", readonly=True)
    line_ids = fields.One2many("repair.van.transfer.line", "transfer_id", "Parts")
    part_names = fields.Char("What", compute="_compute_part_names", compute_sudo=True)
    has_difference = fields.Boolean("Difference", compute="_compute_has_difference", store=True)
    may_give = fields.Boolean(compute="_compute_may", compute_sudo=True)
    may_take = fields.Boolean(compute="_compute_may", compute_sudo=True)

    _open_load = models.UniqueIndex(
        "(location_id, location_dest_id) WHERE state = 'draft' AND kind = 'load'", "This van has an open load list already.")

    @api.depends("state")
    def _compute_state_order(self):
        for transfer in self:
            transfer.state_order = [state for state, _label in STATES].index(transfer.state or "draft")

    @api.depends("from_employee_id.name", "to_employee_id.name")
    def _compute_technician_name(self):
        for transfer in self:
            transfer.technician_name = " → ".join(filter(None, (transfer.from_employee_id.name, transfer.to_employee_id.name)))

    @api.depends("line_ids.product_id", "line_ids.given_qty")
    def _compute_part_names(self):
        for transfer in self:
            lines = transfer.line_ids
            names = [f"{line.product_id.default_code or line.product_id.name} × {line.given_qty or line.asked_qty:g}" for line in lines[:4]]
            transfer.part_names = ", ".join(names) + (" …" if len(lines) > 4 else "")

    @api.depends("state", "line_ids.given_qty", "line_ids.taken_qty")
    def _compute_has_difference(self):
        for transfer in self:
            transfer.has_difference = transfer.state == "done" and any(line.difference for line in transfer.line_ids)

    @api.depends("state", "kind", "from_employee_id.user_id", "to_employee_id.user_id", "given_by_id")
    @api.depends_context("uid")
    def _compute_may(self):
        for transfer in self:
            transfer.may_give = transfer.state == "draft" and transfer._is_giver()
            transfer.may_take = transfer.state == "given" and transfer._is_taker()

    def _is_keeper(self):
        user = self.env["res.users"].browse(self.env.uid)
        return any(user.has_group(group) for group in KEEPER_GROUPS)

    def _is_giver(self):
        """Whether the user gives: the keeper from the depot, the technician from his van."""
        self.ensure_one()
        owner = self.sudo().from_employee_id.user_id  # whose van it is, whoever asks
        return owner.id == self.env.uid if self.from_employee_id else self._is_keeper()

    def _is_taker(self):
        """Whether the user takes: the technician into his van, the keeper into the depot; never who has given."""
        self.ensure_one()
        if self.given_by_id.id == self.env.uid:
            return False
        owner = self.sudo().to_employee_id.user_id  # as above
        return owner.id == self.env.uid if self.to_employee_id else self._is_keeper()

    @api.model_create_multi
    def create(self, vals_list):
        """Create transfers of the flow, numbered.

        :raises UserError: by hand
        """
        for vals in vals_list:
            vals.setdefault("name", self.env["ir.sequence"].sudo().next_by_code("repair.van.transfer") or "/")  # nobody keeps sequences
        return super().create(vals_list)

    @api.model
    def _get_flow_error(self):
        return self.env._("Van transfers are made by load lists, “Give back” and “Give to a colleague”, and end by handing over.")

    @api.model
    def _open(self, source, target, day=None):
        """Return the open transfer from ``source`` to ``target``, made when there is none; by the system."""
        owners = self.env["stock.location"]._get_van_owners(source | target)
        giver, taker = owners.get(source), owners.get(target)
        if not giver and not taker:
            return self.browse()
        kind = "swap" if giver and taker else "load" if taker else "return"
        transfers_sudo = self.sudo().with_context(repair_flow=FLOW)  # the lists are the flow's, whoever causes them
        found = transfers_sudo.search([
            ("location_id", "=", source.id), ("location_dest_id", "=", target.id), ("state", "=", "draft")], limit=1)
        return found or transfers_sudo.create({
            "kind": kind, "company_id": (source.company_id or target.company_id).id, "location_id": source.id,
            "location_dest_id": target.id, "date": day or fields.Date.context_today(self),
            "from_employee_id": giver.id if giver else False, "to_employee_id": taker.id if taker else False})

    def action_view_picking(self):
        """Open Odoo's transfer of the goods."""
        self.ensure_one()
        self.check_access("read")
        if not self.picking_id:
            raise UserError(self.env._("Nothing has moved yet: the goods move when they are received."))
        return {
            "type": "ir.actions.act_window", "res_model": "stock.picking", "res_id": self.picking_id.id, "views": [(False, "form")]}


class RepairVanTransferLine(models.Model):
    """One part that is handed over: what was asked for, what was given, what was taken, and why they differ."""

    _name = "repair.van.transfer.line"
    _description = "Part of a Van Transfer"
    _inherit = ["repair.flow.record", "repair.input"]
    _order = "transfer_id, id"
    _rec_name = "product_id"

    _note_fields = frozenset({"given_qty", "taken_qty", "cause_id", "note"})

    transfer_id = fields.Many2one("repair.van.transfer", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="transfer_id.company_id", store=True)
    state = fields.Selection(related="transfer_id.state")
    may_give = fields.Boolean(related="transfer_id.may_give")
    may_take = fields.Boolean(related="transfer_id.may_take")
    move_id = fields.Many2one("stock.move", "Movement", readonly=True, index="btree_not_null", ondelete="cascade")
    part_move_id = fields.Many2one(
        "stock.move", "For the part", readonly=True, index="btree_not_null", ondelete="set null",
        help="Part of a service order that the technician takes along for his visit.")
    repair_id = fields.Many2one(related="part_move_id.repair_id", string="For the order")
    product_id = fields.Many2one("product.product", "Part", required=True, readonly=True, index=True, ondelete="restrict")
    default_code = fields.Char(related="product_id.default_code", string="Number")
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    lot_names = fields.Char("Lots", compute="_compute_lot_names", compute_sudo=True)
    asked_qty = fields.Float("Asked for", compute="_compute_asked_qty", compute_sudo=True, digits="Product Unit")
    given_qty = fields.Float(
        "Given", compute="_compute_given_qty", store=True, readonly=False, compute_sudo=True, digits="Product Unit",
        help="What is reserved for this list; less when less was found.")
    taken_qty = fields.Float("Received", digits="Product Unit")
    difference = fields.Float(compute="_compute_difference", digits="Product Unit")
    cause_id = fields.Many2one("repair.stock.cause", "Why it differs", ondelete="restrict")
    note = fields.Char("Remark")

    _move_uniq = models.UniqueIndex("(move_id) WHERE move_id IS NOT NULL", "A movement is on one list only.")

    @api.depends("move_id.move_line_ids.lot_id", "part_move_id.move_line_ids.lot_id")
    def _compute_lot_names(self):
        for line in self:
            line.lot_names = ", ".join((line.move_id or line.part_move_id).move_line_ids.lot_id.mapped("name"))

    @api.depends("move_id.product_uom_qty", "part_move_id.move_line_ids.quantity")
    def _compute_asked_qty(self):
        for line in self:
            line.asked_qty = line.move_id.product_uom_qty if line.move_id else line.part_move_id._get_reserved_in(
                line.transfer_id.location_id) if line.part_move_id and line.part_move_id.state != "done" else 0.0

    @api.depends("move_id.quantity", "part_move_id.move_line_ids.quantity")
    def _compute_given_qty(self):
        for line in self:
            if line.transfer_id.state == "draft":
                line.given_qty = line.move_id.quantity if line.move_id else line.asked_qty

    @api.depends("given_qty", "taken_qty", "transfer_id.state")
    def _compute_difference(self):
        for line in self:
            line.difference = line.taken_qty - line.given_qty if line.transfer_id.state in ("given", "done") else 0.0

    def write(self, vals):
        """Note what was given, by the giver, or taken and why it differs, by the taker.

        :raises UserError: by others, out of turn, or for what the flow writes
        """
        if not self._is_flow():
            self._check_turn(vals)
        return super().write(vals)

    def _check_turn(self, vals):
        for line in self:
            if "given_qty" in vals and not line.transfer_id.may_give:
                raise UserError(self.env._("What is given is noted by whoever hands over, before he does."))
            if vals.keys() & {"taken_qty", "cause_id"} and not line.transfer_id.may_take:
                raise UserError(self.env._("What is received is noted by whoever receives it, once it was handed over."))
            if "note" in vals and not (line.transfer_id.may_give or line.transfer_id.may_take):
                raise UserError(self.env._("Remarks are made by whoever hands over or receives."))

    @api.model
    def _get_flow_error(self):
        return self.env._("Note what is given or received; the rest comes with the list.")

    def action_take_none(self):
        """Note that nothing of this was received.

        :raises UserError: by others than the taker
        """
        self.check_access("write")
        self.write({"taken_qty": 0.0})
        return True
