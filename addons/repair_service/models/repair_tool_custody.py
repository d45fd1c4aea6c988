from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .repair_flow import FLOW

NOTE_MAX = 500


class RepairToolCustody(models.Model):
    """Who had a tool from when until when, and how it came back (handbook 4.2.2)."""

    _name = "repair.tool.custody"
    _description = "Custody of a tool"
    _inherit = ["repair.flow.record", "repair.input"]
    _order = "handed_on desc, id desc"
    _rec_name = "equipment_id"

    equipment_id = fields.Many2one("maintenance.equipment", "Tool", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="equipment_id.company_id", store=True, index=True, precompute=True)
    employee_id = fields.Many2one("hr.employee", "Handed to", required=True, readonly=True, index=True, ondelete="restrict")
    handed_by_id = fields.Many2one("res.users", "Handed out by", required=True, readonly=True)
    handed_on = fields.Datetime(required=True, readonly=True)
    note = fields.Char("With it", readonly=True)
    signed_on = fields.Datetime("Signed on", readonly=True)
    signature = fields.Binary(readonly=True, attachment=True)
    returned_on = fields.Datetime(readonly=True, index=True)
    received_by_id = fields.Many2one("res.users", "Taken back by", readonly=True)
    is_clean = fields.Boolean("Clean", readonly=True)
    is_whole = fields.Boolean("Whole", readonly=True)
    return_note = fields.Char("Found on return", readonly=True)
    state = fields.Selection(
        [("handed", "To be signed for"), ("held", "In custody"), ("returned", "Returned")],
        compute="_compute_state", store=True, index=True)

    _one_holder = models.UniqueIndex("(equipment_id) WHERE returned_on IS NULL", "This tool is in somebody's custody already.")

    @api.depends("signed_on", "returned_on")
    def _compute_state(self):
        for custody in self:
            custody.state = "returned" if custody.returned_on else "held" if custody.signed_on else "handed"

    @api.model
    def _get_flow_error(self):
        return self.env._("Who has a tool is recorded by the keeper handing it out and taking it back.")

    def _sign(self, signature):
        """Sign for tools that were handed out.

        :param bytes signature: picture of the signature, base64
        :raises AccessError: for others than the receiver himself
        :raises UserError: signed already, returned, or no signature
        """
        for custody in self:
            custody.equipment_id._lock_tool()
            if custody.employee_id.sudo().user_id != self.env.user or self.env.su:
                raise AccessError(self.env._("Only %(who)s signs for what was handed to him.", who=custody.employee_id.sudo().name))
            if custody.state != "handed":
                raise UserError(self.env._("%(tool)s is signed for or returned already.", tool=custody.equipment_id.display_name))
            if not signature:
                raise UserError(self.env._("Sign for the tool."))
            self.env["repair.order"]._check_signature_image(signature)
            custody_sudo = custody.sudo().with_context(repair_flow=FLOW)  # the receiver records nothing but his own signature
            custody_sudo.write({"signed_on": fields.Datetime.now(), "signature": signature})


class MaintenanceEquipment(models.Model):
    _inherit = "maintenance.equipment"

    @api.model
    def _read_tool_note(self, text, required=False):
        if text and (not isinstance(text, str) or len(text) > NOTE_MAX):
            raise UserError(self.env._("Write a text of at most %(limit)s characters.", limit=NOTE_MAX))
        text = (text or "").strip()
        if required and not text:
            raise UserError(self.env._("Describe what was found."))
        return text

    def _hand_out(self, employee, note=""):
        """Hand tools out of the store; the receiver signs for them himself.

        :raises AccessError: for others than a keeper
        :raises UserError: lent on, damaged, an instrument that cannot measure, to oneself, or to somebody who cannot sign
        """
        self._check_keeper()
        self._lock_tool()
        self._check_tool()
        employee_sudo = employee.sudo()  # the keeper need not read employees
        if not employee_sudo.active or not employee_sudo.user_id:
            raise UserError(self.env._("%(who)s cannot sign: choose an active employee with a user.", who=employee_sudo.name))
        if employee_sudo.user_id == self.env.user:
            raise UserError(self.env._("Nobody hands tools out to himself: another keeper does."))
        for tool in self:
            tool._check_can_be_handed(employee_sudo)
            custody_flow = self.env["repair.tool.custody"].sudo().with_context(repair_flow=FLOW)  # the keeper's step alone makes it
            custody_flow.create({
                "equipment_id": tool.id, "employee_id": employee.id, "handed_by_id": self.env.uid,
                "handed_on": fields.Datetime.now(), "note": self._read_tool_note(note)})
            tool.sudo()._flow_write({"employee_id": employee.id, "equipment_assign_to": "employee", "assign_date": tool._get_local_date()})
        return True

    def _check_can_be_handed(self, employee):
        self.ensure_one()
        if self.custody_id:
            raise UserError(self.env._(
                "%(tool)s is in the custody of %(holder)s. Tools are not lent on: take it back first (handbook 4.2.2).",
                tool=self.display_name, holder=self.custody_id.employee_id.sudo().name))
        if self.failed_on:
            raise UserError(self.env._("%(tool)s is damaged or failed a check: have it repaired first.", tool=self.display_name))
        if self.calibration_state in ("expired", "missing"):
            raise UserError(self.env._("%(tool)s has no valid calibration: have it calibrated first.", tool=self.display_name))
        if self.company_id and employee.company_id != self.company_id:
            raise UserError(self.env._("%(tool)s belongs to another company than %(who)s.", tool=self.display_name, who=employee.name))

    def _take_back(self, is_clean, is_whole, note=""):
        """Take tools back into the store, and record how they came.

        :param bool is_clean, is_whole: as found by the keeper; what is not whole becomes a damage report
        :raises AccessError: for others than a keeper
        :raises UserError: not in custody, one's own tool, or a defect without a word on it
        """
        self._check_keeper()
        self._lock_tool()
        note = self._read_tool_note(note, required=not (is_clean and is_whole))
        for tool in self:
            custody_sudo = tool.sudo().custody_id  # the keeper's step alone ends it
            if not custody_sudo:
                raise UserError(self.env._("%(tool)s is in the store.", tool=tool.display_name))
            if custody_sudo.employee_id.user_id == self.env.user and not self.env.su:
                raise UserError(self.env._("Nobody takes back his own tools: another keeper looks at them."))
            if not is_whole and not tool.failed_on:
                tool._report_damage(note)
            custody_sudo.with_context(repair_flow=FLOW).write({
                "returned_on": fields.Datetime.now(), "received_by_id": self.env.uid, "is_clean": bool(is_clean),
                "is_whole": bool(is_whole), "return_note": note})
            tool.sudo()._flow_write({"employee_id": False, "assign_date": False})
        return True

    def _open_tool_dialogue(self, kind, title):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window", "name": title, "res_model": "repair.tool.dialogue", "view_mode": "form", "target": "new",
            "context": {"default_equipment_id": self.id, "default_kind": kind}}

    def action_hand_out(self):
        """Open the dialogue that hands the tool out."""
        self._check_keeper()
        return self._open_tool_dialogue("hand_out", self.env._("Hand out"))

    def action_sign_for(self):
        """Open the dialogue in which the receiver signs for the tool."""
        return self._open_tool_dialogue("sign", self.env._("Sign for the tool"))

    def action_take_back(self):
        """Open the dialogue that takes the tool back."""
        self._check_keeper()
        return self._open_tool_dialogue("take_back", self.env._("Take the tool back"))
