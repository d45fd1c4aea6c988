from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html
from odoo.tools.misc import clean_context

from .repair_flow import FLOW

# What only the keeper decides on a damage report.
KEEPER_FIELDS = frozenset({
    "is_tool_damage", "tool_outcome", "tool_liable", "tool_liable_note", "tool_replacement_id", "stage_id", "archive", "equipment_id",
    "employee_id", "maintenance_type", "close_date", "request_date", "company_id"})


# A report begins open, whatever its reporter keeps as his own defaults.
OPEN_REPORT = {
    "archive": False, "kanban_state": "normal", "close_date": False, "tool_outcome": False, "tool_liable": False, "tool_liable_note": False,
    "tool_replacement_id": False}


class MaintenanceRequest(models.Model):
    """A damaged tool: repaired or replaced, and who answers for it (handbook 4.2.2)."""

    _inherit = "maintenance.request"

    is_tool_damage = fields.Boolean("Damage report of a tool", readonly=True, copy=False, index=True)
    tool_outcome = fields.Selection(
        [("repaired", "Repaired"), ("replaced", "Replaced"), ("lost", "Lost"), ("none", "Nothing found")], "Outcome",
        copy=False, tracking=True)
    tool_liable = fields.Selection(
        [("wear", "Wear and tear"), ("company", "The company"), ("holder", "Who had it"), ("supplier", "Supplier or maker"),
         ("other", "Somebody else")],
        "Who answers for it", copy=False, tracking=True)
    tool_liable_note = fields.Char("Grounds", copy=False)
    tool_replacement_id = fields.Many2one(
        "maintenance.equipment", "Replaced by", copy=False, ondelete="restrict",
        domain="[('tool_kind', '!=', False), ('id', '!=', equipment_id)]")

    @api.model_create_multi
    def create(self, vals_list):
        """Create requests; damage reports are made by the tool's button."""
        if self.env.context.get("repair_flow") is not FLOW:
            for vals in vals_list:
                vals.pop("is_tool_damage", None)
            if "default_is_tool_damage" in self.env.context:
                self = self.with_env(self.env(context={
                    key: value for key, value in self.env.context.items() if key != "default_is_tool_damage"}))
        return super().create(vals_list)

    def write(self, vals):
        """Write; a damage report is decided and closed by the keeper, with its outcome and who answers for it.

        :raises AccessError: for others than a keeper
        :raises UserError: closed without outcome or answer, or a report that would change its tool
        """
        damages = self.filtered("is_tool_damage")
        if not damages or self.env.context.get("repair_flow") is FLOW or not KEEPER_FIELDS & vals.keys():
            return super().write(vals)
        self.env["maintenance.equipment"]._check_keeper()
        if {"is_tool_damage", "equipment_id", "maintenance_type"} & vals.keys() or vals.get("archive"):
            raise UserError(self.env._("A damage report belongs to its tool and is closed with its outcome."))
        closed = damages.filtered(lambda request: request.stage_id.done)
        if closed:
            raise UserError(self.env._("%(request)s is closed and stays as it is: report the damage anew.", request=closed[0].name))
        result = super(MaintenanceRequest, self.with_context(repair_flow=FLOW)).write(vals)  # core writes on when the stage changes
        if "stage_id" in vals:
            damages.filtered(lambda request: request.stage_id.done)._close_damage()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_damage(self):
        if any(request.is_tool_damage for request in self):
            raise UserError(self.env._("A damage report is kept: close it with its outcome."))

    def action_close_damage(self):
        """Close damage reports with the outcome that was noted.

        :raises AccessError: for others than a keeper
        :raises UserError: no damage report, or outcome or answer are missing
        """
        self.env["maintenance.equipment"]._check_keeper()
        if not all(request.is_tool_damage for request in self):
            raise UserError(self.env._("This is no damage report of a tool."))
        done = self.env["maintenance.stage"].search([("done", "=", True)], limit=1)
        if not done:
            raise UserError(self.env._("No stage of maintenance requests counts as done: mark one."))
        self.write({"stage_id": done.id})
        return True

    def _close_damage(self):
        """Put the tool back into use, or out of it for good."""
        for request in self:
            if not request.tool_outcome or not request.tool_liable:
                raise UserError(self.env._(
                    "Note what became of the tool and who answers for it before %(request)s is closed.", request=request.name))
            if request.tool_liable == "holder" and not (request.tool_liable_note or "").strip():
                raise UserError(self.env._("Note the grounds on which %(who)s answers for it.", who=request.employee_id.sudo().name or ""))
            tool_sudo = request.equipment_id.sudo()  # the tool follows the keeper's decision
            if request.tool_outcome == "replaced" and request.tool_replacement_id in (request.equipment_id.browse(), request.equipment_id):
                raise UserError(self.env._("Choose the tool that takes the place of %(tool)s.", tool=tool_sudo.display_name))
            if request.tool_outcome == "lost":
                tool_sudo._end_lost_custody(request)
            if request.tool_outcome in ("replaced", "lost"):
                tool_sudo._check_returned()
                tool_sudo._flow_write({"active": False, "scrap_date": tool_sudo._get_local_date()})
            elif not tool_sudo.tool_type_id.calibration_months or tool_sudo._is_calibrated_since_failure():
                tool_sudo._clear_failure()  # what is calibrated comes back into use with a new calibration


class MaintenanceEquipment(models.Model):
    _inherit = "maintenance.equipment"

    def _get_open_damages(self):
        return self.sudo().maintenance_ids.filtered(  # a fact about the tool, whoever asks
            lambda request: request.is_tool_damage and not request.stage_id.done and not request.archive)

    def _is_calibrated_since_failure(self):
        self.ensure_one()
        return any(
            calibration.result == "pass" and self.failed_on and calibration.recorded_on > self.failed_on
            for calibration in self.calibration_ids)

    def _report_damage(self, note):
        """Report tools as damaged: they are out of use until the report is closed.

        :param str note: what is wrong, required
        :raises UserError: reported already, or no word on it
        """
        note = self._read_tool_note(note, required=True)
        for tool in self:
            if tool._get_open_damages():
                raise UserError(self.env._("%(tool)s is reported as damaged already.", tool=tool.display_name))
            plain = self.env(context={**clean_context(self.env.context), "repair_flow": FLOW})
            requests_sudo = plain["maintenance.request"].sudo()  # whoever has the tool reports it
            requests_sudo.create({
                **OPEN_REPORT, "stage_id": requests_sudo._default_stage().id,
                "name": self.env._("Damaged: %(tool)s", tool=tool.display_name), "equipment_id": tool.id, "is_tool_damage": True,
                "employee_id": tool.sudo().employee_id.id, "maintenance_type": "corrective", "description": plaintext2html(note),
                "company_id": (tool.company_id or self.env.company).id,
                "maintenance_team_id": self._get_tool_team(tool.company_id or self.env.company).id})
            tool.sudo()._fail(note)
        return True

    @api.model
    def _get_tool_team(self, company):
        """Return who looks after the company's tools; core's own team belongs to one company only."""
        teams_sudo = self.env["maintenance.team"].sudo()  # whoever reports
        return teams_sudo.search([("company_id", "in", (company.id, False))], order="company_id", limit=1) or teams_sudo.create(
            {"name": self.env._("Tools"), "company_id": company.id})

    def _end_lost_custody(self, request):
        """End the custody of a tool that does not come back any more.

        :raises UserError: the keeper would settle the loss of his own tool
        """
        self.ensure_one()
        custody = self.custody_id
        if not custody:
            return
        if custody.employee_id.user_id == self.env.user:
            raise UserError(self.env._("Nobody settles the loss of a tool in his own custody: another keeper does."))
        custody.with_context(repair_flow=FLOW).write({
            "returned_on": fields.Datetime.now(), "received_by_id": self.env.uid, "is_clean": False, "is_whole": False,
            "return_note": self.env._("Lost: %(report)s", report=request.name)})
        self._flow_write({"employee_id": False, "assign_date": False})

    def _report_own_damage(self, note):
        self._lock_tool()
        self._check_tool()
        self._check_user_of_tool()
        return self._report_damage(note)

    def action_report_damage(self):
        """Open the dialogue that reports the tool as damaged."""
        return self._open_tool_dialogue("damage", self.env._("Report damage or loss"))

    def action_view_damages(self):
        """Open the damage reports of the tool."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "name": self.env._("Damage reports"), "res_model": "maintenance.request",
            "view_mode": "list,form", "views": [
                (self.env.ref("repair_service.maintenance_request_view_list_tool").id, "list"),
                (self.env.ref("repair_service.maintenance_request_view_form_tool").id, "form")],
            "domain": [("equipment_id", "=", self.id), ("is_tool_damage", "=", True)]}
