from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from odoo.addons.repair_service.models.repair_flow import FLOW

NOTES_BEFORE = frozenset({"partner_id", "carrier", "tracking_ref", "weight", "manifest_number", "manifest", "manifest_name", "note"})
NOTES_AFTER = frozenset({"tracking_ref", "manifest_number", "manifest", "manifest_name", "note"})
STATES = [("draft", "To pack"), ("sent", "On the way"), ("done", "Settled"), ("cancelled", "Cancelled")]


class RepairCoreBatch(models.Model):
    """Old parts that leave together: back to a brand, or to a recycler; with their papers and what came of them."""

    _name = "repair.core.batch"
    _description = "Shipment of Old Parts"
    _inherit = ["repair.flow.record", "repair.input", "mail.thread"]
    _order = "id desc"

    _note_fields = NOTES_BEFORE | {"message_follower_ids", "message_partner_ids", "message_main_attachment_id", "message_ids"}

    name = fields.Char(required=True, readonly=True, index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection([("brand", "To the brand"), ("disposal", "To a recycler")], required=True, readonly=True)
    brand_id = fields.Many2one("repair.brand", readonly=True, ondelete="restrict")
    partner_id = fields.Many2one("res.partner", "Goes to", index="btree_not_null", ondelete="restrict")
    state = fields.Selection(STATES, required=True, readonly=True, default="draft", index=True, tracking=True)
    core_ids = fields.One2many("repair.core.return", "batch_id", "Old parts", readonly=True)
    core_count = fields.Integer("Parts", compute="_compute_totals")
    total_value = fields.Monetary("Value", compute="_compute_totals")
    credited_value = fields.Monetary("Credited", compute="_compute_totals")
    waste_kind_ids = fields.Many2many("repair.waste.kind", string="Wastes", compute="_compute_totals")
    carrier = fields.Char()
    tracking_ref = fields.Char("Tracking number")
    weight = fields.Float("Weight (kg)", digits=(10, 2))
    manifest_number = fields.Char(help="Of the transfer of hazardous waste, or of the recycler's receipt.")
    manifest = fields.Binary("Manifest paper", attachment=True)
    manifest_name = fields.Char()
    sent_on = fields.Datetime(readonly=True)
    sent_by_id = fields.Many2one("res.users", readonly=True)
    settled_on = fields.Datetime(readonly=True)
    note = fields.Text()

    @api.depends("core_ids.core_value", "core_ids.accepted_value", "core_ids.waste_kind_id")
    def _compute_totals(self):
        for batch in self:
            batch.core_count = len(batch.core_ids)
            batch.total_value = sum(batch.core_ids.mapped("core_value"))
            batch.credited_value = sum(batch.core_ids.mapped("accepted_value"))
            batch.waste_kind_ids = [Command.set(batch.core_ids.waste_kind_id.ids)]

    @api.model_create_multi
    def create(self, vals_list):
        """Create shipments of the flow, numbered.

        :raises UserError: by hand
        """
        for vals in vals_list:
            vals.setdefault("name", self.env["ir.sequence"].sudo().next_by_code("repair.core.batch") or "/")  # nobody keeps sequences
        return super().create(vals_list)

    def write(self, vals):
        """Note carrier, papers and weight.

        :raises UserError: what is fixed once the shipment has left, or settled
        """
        if not self._is_flow():
            for batch in self:
                allowed = NOTES_BEFORE if batch.state == "draft" else NOTES_AFTER if batch.state == "sent" else frozenset()
                if vals.keys() & NOTES_BEFORE - allowed:
                    raise UserError(self.env._("%(shipment)s has left: what was noted stays.", shipment=batch.name))
        return super().write(vals)

    @api.model
    def _get_flow_error(self):
        return self.env._("Shipments are made from old parts in the depot: choose these and pack them.")

    def _check_step(self, state, message):
        self.env["repair.core.return"]._check_keeper()
        self.check_access("write")
        self.lock_for_update()
        if self.state != state:
            raise UserError(message)

    def _step(self, values):
        return self.sudo().with_context(repair_flow=FLOW).write(values)  # the steps are the flow's, who takes them is checked before

    def action_send(self):
        """Send the shipment: to the brand with carrier and tracking number, to a recycler who may take it with his papers.

        :raises AccessError: for others than the parts keeper, the stock manager and the service manager
        :raises UserError: nothing in it, nobody to go to, or a paper or number is missing
        :raises ValidationError: waste without its weight
        """
        for batch in self:
            batch._check_step("draft", self.env._("%(shipment)s has left or was cancelled already.", shipment=batch.name))
            if not batch.core_ids or not batch.partner_id:
                raise UserError(self.env._("Say where %(shipment)s goes, and what is in it.", shipment=batch.name))
            cores, now = batch.core_ids, fields.Datetime.now()
            if batch.kind == "brand":
                if not batch.carrier or not batch.tracking_ref:
                    raise UserError(self.env._("Note carrier and tracking number first: the brand is asked about them."))
                cores._step({"state": "sent", "chase_level": 0})
                batch._step({"state": "sent", "sent_on": now, "sent_by_id": self.env.uid})
            else:
                batch._check_waste()
                cores._step({"state": "disposed", "settled_on": now})
                batch._step({"state": "done", "sent_on": now, "settled_on": now, "sent_by_id": self.env.uid})
            cores.sudo().activity_ids.unlink()  # reminders to others end with the step
        return True

    def _check_waste(self):
        self.partner_id._check_recycler(self.core_ids.waste_kind_id, fields.Date.context_today(self))
        if self.weight <= 0:
            raise ValidationError(self.env._("Weigh the waste first."))
        if self.core_ids.waste_kind_id.filtered("is_hazardous") and not (self.manifest_number and self.manifest):
            raise UserError(self.env._("Hazardous waste goes with a manifest: note its number and keep its paper here."))

    def action_cancel(self):
        """Unpack a shipment that has not left.

        :raises UserError: it has left
        """
        for batch in self:
            batch._check_step("draft", self.env._("%(shipment)s has left or was cancelled already.", shipment=batch.name))
            batch.core_ids._step({"batch_id": False})
            batch._step({"state": "cancelled"})
        return True

    def action_accept_rest(self):
        """Note that the brand accepted all that it has not refused, at the agreed value.

        :raises UserError: not on the way, or nothing open
        """
        for batch in self:
            batch._check_step("sent", self.env._("%(shipment)s is not on its way.", shipment=batch.name))
            waiting = batch.core_ids.filtered(lambda core: core.state == "sent")
            if not waiting:
                raise UserError(self.env._("Nothing of %(shipment)s waits for an answer.", shipment=batch.name))
            for core in waiting:
                core._answer("accepted", core.core_value)
        return True


class RepairCoreReturn(models.Model):
    _inherit = "repair.core.return"

    def action_open_answer(self):
        """Open the dialogue that notes the brand's answer."""
        self.ensure_one()
        self._check_keeper()
        return {
            "type": "ir.actions.act_window", "name": self.env._("Answer of the brand"), "res_model": "repair.core.answer",
            "view_mode": "form", "target": "new", "context": {"default_core_id": self.id, "default_value": self.core_value}}

    def _answer(self, answer, value=0.0, reason=""):
        """Note what the brand says of a part that it got.

        :raises AccessError: for others than the parts keeper, the stock manager and the service manager
        :raises UserError: not sent, or refused without a reason
        :raises ValidationError: credited more than agreed or less than nothing
        """
        self._check_keeper()
        self.lock_for_update()
        if self.state != "sent":
            raise UserError(self.env._("%(label)s is not on its way to the brand.", label=self.name))
        if answer == "refused" and not (reason or "").strip():
            raise UserError(self.env._("Note why the brand refuses the part."))
        if not 0 <= value <= 1e8:
            raise ValidationError(self.env._("The brand credits nothing or more."))
        accepted = answer == "accepted"
        self._step({
            "state": answer, "refusal_reason": (reason or "").strip() or False, "accepted_value": value if accepted else 0.0,
            "settled_on": fields.Datetime.now() if accepted else False})
        batch = self.batch_id
        if all(core.state != "sent" for core in batch.core_ids):
            batch._step({"state": "done", "settled_on": fields.Datetime.now()})
        return True
