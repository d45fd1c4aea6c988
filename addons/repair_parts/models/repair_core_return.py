from base64 import b64encode
from datetime import timedelta

from reportlab.graphics.barcode import createBarcodeDrawing

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.repair_service.models.repair_flow import FLOW

KINDS = [("brand", "Owed to the brand"), ("disposal", "To be disposed of"), ("customer", "The customer's")]
STATES = [
    ("technician", "With the technician"), ("depot", "In the depot"), ("sent", "Sent to the brand"), ("accepted", "Accepted by the brand"),
    ("refused", "Refused by the brand"), ("disposed", "Disposed of"), ("kept", "Kept by the customer"), ("lost", "Lost")]
OPEN_STATES = ("technician", "depot", "sent", "refused")
LIABLE = [("employee", "The technician"), ("company", "The company"), ("carrier", "The carrier"), ("customer", "The customer")]
KEEPER_GROUPS = (
    "repair_parts.repair_parts_group_keeper", "stock.group_stock_manager", "repair_service.repair_service_group_manager")


class RepairCoreReturn(models.Model):
    """A part that was taken out of an appliance, from the technician's hands to where it belongs.

    It is the brand's, the customer's or waste, never ours: so it is a record with a place, not stock with a value, and neither
    counts nor first in first out ever meet it.
    """

    _name = "repair.core.return"
    _description = "Old Part"
    _inherit = ["repair.flow.record", "repair.input", "mail.thread", "mail.activity.mixin"]
    _order = "is_open desc, due_on, id"

    _note_fields = frozenset({
        "serial_number", "note", "activity_ids", "message_follower_ids", "message_partner_ids", "message_main_attachment_id",
        "message_ids", "activity_state", "activity_user_id", "activity_date_deadline", "my_activity_date_deadline"})

    name = fields.Char("Label", required=True, readonly=True, index=True, help="On the bag, as a bar code.")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(KINDS, required=True, readonly=True, index=True)
    state = fields.Selection(STATES, required=True, readonly=True, default="technician", index=True, tracking=True)
    is_open = fields.Boolean(compute="_compute_is_open", store=True)
    move_id = fields.Many2one("stock.move", "Replaced by", required=True, readonly=True, index=True, ondelete="restrict")
    repair_id = fields.Many2one("repair.order", required=True, readonly=True, index=True, ondelete="restrict")
    order_name = fields.Char(related="repair_id.name", string="Service order")
    product_id = fields.Many2one("product.product", "Part", required=True, readonly=True, index=True, ondelete="restrict")
    quantity = fields.Float(digits="Product Unit", readonly=True, required=True)
    serial_number = fields.Char("Serial number of the old part")
    brand_id = fields.Many2one("repair.brand", readonly=True, index="btree_not_null", ondelete="restrict")
    appliance_serial = fields.Char(related="repair_id.appliance_id.serial_number", string="Serial number of the appliance")
    rule_id = fields.Many2one("repair.core.rule", readonly=True, ondelete="set null")
    waste_kind_id = fields.Many2one("repair.waste.kind", "Waste", readonly=True, ondelete="restrict")
    technician_id = fields.Many2one("hr.employee", readonly=True, index="btree_not_null", ondelete="restrict")
    user_id = fields.Many2one(related="technician_id.user_id", store=True, index=True)
    replaced_on = fields.Datetime(required=True, readonly=True)
    hand_in_by = fields.Date(readonly=True, help="Until when the technician brings it to the depot.")
    due_on = fields.Date(readonly=True, index=True, help="Until when the brand wants it, or waste may be kept.")
    is_overdue = fields.Boolean(compute="_compute_is_overdue", search="_search_is_overdue")
    received_on = fields.Datetime("In the depot since", readonly=True)
    received_by_id = fields.Many2one("res.users", "Taken in by", readonly=True)
    batch_id = fields.Many2one("repair.core.batch", "Shipment", readonly=True, index="btree_not_null", ondelete="set null")
    core_value = fields.Monetary("Value", readonly=True)
    accepted_value = fields.Monetary("Credited", readonly=True)
    refusal_reason = fields.Char(readonly=True)
    settled_on = fields.Datetime(readonly=True)
    lost_liable = fields.Selection(LIABLE, "Who answers", readonly=True)
    lost_cost = fields.Monetary("Cost of the loss", readonly=True)
    lost_note = fields.Char("How it was lost", readonly=True)
    chase_level = fields.Integer("Reminders", readonly=True, default=0)
    note = fields.Char("Remark")

    _move_uniq = models.UniqueIndex("(move_id)", "The old part of this replacement is on record already.")
    _name_uniq = models.UniqueIndex("(name)", "A label is used once.")

    @api.depends("state")
    def _compute_is_open(self):
        for core in self:
            core.is_open = core.state in OPEN_STATES

    @api.depends("state", "hand_in_by", "due_on")
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for core in self:
            day = core.hand_in_by if core.state == "technician" else core.due_on
            core.is_overdue = bool(core.state in ("technician", "depot") and day and day < today)

    @api.model
    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        late = fields.Domain("state", "=", "technician") & fields.Domain("hand_in_by", "<", today)
        late |= fields.Domain("state", "=", "depot") & fields.Domain("due_on", "<", today)
        wanted = set(value)
        return late if wanted == {True} else ~late if wanted == {False} else fields.Domain.TRUE

    @api.depends("name", "product_id")
    def _compute_display_name(self):
        for core in self:
            core.display_name = " · ".join(filter(None, (core.name, core.product_id.display_name)))

    def write(self, vals):
        """Note serial number and remark; everything else follows from the steps.

        :raises UserError: by hand, and for an old part that is settled
        """
        if not self._is_flow() and vals.keys() & {"serial_number", "note"} and any(not core.is_open for core in self):
            raise UserError(self.env._("What became of this old part is settled: its record stays."))
        return super().write(vals)

    @api.model
    def _get_flow_error(self):
        return self.env._("Old parts come with the replacement, and go on by handing in, sending and disposing of them.")

    def _get_barcode(self):
        """Return the label as a Code 128 bar code, a picture for a page (SVG: it prints sharp and needs no drawing library)."""
        self.ensure_one()
        drawing = createBarcodeDrawing("Code128", value=self.name, width=340, height=50, humanReadable=0)
        return f"data:image/svg+xml;base64,{b64encode(drawing.asString('svg').encode()).decode()}"

    def _check_keeper(self):
        if not (self.env.su or any(self.env.user.has_group(group) for group in KEEPER_GROUPS)):
            raise AccessError(self.env._("Old parts are taken in and sent by the parts keeper, the stock manager or the service manager."))

    def _step(self, values):
        return self.sudo().with_context(repair_flow=FLOW).write(values)  # the steps are the flow's, whoever takes them is checked before

    @api.model
    def _create_for(self, moves):
        """Put on record what was replaced by ``moves``, parts of service orders that were just used; by the system.

        Owed to the brand, when it pays and wants the part back; else waste, until the customer says that he keeps his own.
        """
        today = fields.Date.context_today(self)
        values_list = []
        for move in moves:
            facts = move._get_old_part_facts()
            if not facts:
                continue
            kind, rule, days = facts
            order, company = move.repair_id, move.company_id
            values_list.append({
                "name": self.env["ir.sequence"].next_by_code("repair.core.return") or "/", "company_id": company.id, "kind": kind,
                "move_id": move.id, "repair_id": order.id, "product_id": move.product_id.id, "quantity": move.quantity,
                "brand_id": order.appliance_id.brand_id.id, "rule_id": rule.id, "technician_id": order.technician_id.id,
                "waste_kind_id": kind != "brand" and move.product_id.waste_kind_id.id, "replaced_on": fields.Datetime.now(),
                "hand_in_by": today + timedelta(days=company.repair_old_part_days), "due_on": today + timedelta(days=days),
                "core_value": rule.core_value * move.quantity})
        return self.with_context(repair_flow=FLOW).create(values_list)
