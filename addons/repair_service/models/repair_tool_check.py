from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .repair_flow import FLOW


class RepairToolCheck(models.Model):
    """A periodic check of a tool by whoever has it (handbook 4.2.2)."""

    _name = "repair.tool.check"
    _description = "Check of a tool"
    _inherit = ["repair.flow.record", "repair.input"]
    _order = "done_on desc, id desc"
    _rec_name = "equipment_id"

    equipment_id = fields.Many2one("maintenance.equipment", "Tool", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="equipment_id.company_id", store=True, index=True, precompute=True)
    employee_id = fields.Many2one("hr.employee", "In custody of", readonly=True, index="btree_not_null", ondelete="restrict")
    user_id = fields.Many2one("res.users", "Checked by", required=True, readonly=True)
    done_on = fields.Datetime(required=True, readonly=True)
    result = fields.Selection([("pass", "In order"), ("fail", "Defective")], required=True, readonly=True)
    points = fields.Text("What was checked", readonly=True)
    note = fields.Char(readonly=True)

    @api.model
    def _get_flow_error(self):
        return self.env._("Checks of tools are recorded by the button of the tool, on the day they are done.")


class MaintenanceEquipment(models.Model):
    _inherit = "maintenance.equipment"

    def _check_user_of_tool(self):
        """Raise unless the user has signed for the tools, or keeps those that lie in the store.

        :raises AccessError: for everybody else
        """
        for tool in self:
            custody = tool.sudo().custody_id  # who has it, for the check of rights
            holds = custody.signed_on and custody.employee_id.user_id == self.env.user
            if not (holds or (not custody and self._is_keeper()) or self.env.su):
                raise AccessError(self.env._(
                    "%(tool)s: only who signed for a tool checks it; in the store its keeper does.", tool=tool.display_name))

    def _record_check(self, result, note=""):
        """Record the periodic check of tools as of now; a defective one is reported as damaged.

        :param str result: ``pass`` or ``fail``
        :raises AccessError: for others than who has it
        :raises UserError: damaged already, or a defect without a word on it
        """
        if result not in ("pass", "fail"):
            raise UserError(self.env._("Say whether the tool is in order."))
        self._lock_tool()
        self._check_tool()
        self._check_user_of_tool()
        note = self._read_tool_note(note, required=result == "fail")
        for tool in self:
            if tool.failed_on:
                raise UserError(self.env._(
                    "%(tool)s is reported as damaged: it is checked again after its repair.", tool=tool.display_name))
            check_flow = self.env["repair.tool.check"].sudo().with_context(repair_flow=FLOW)  # this step alone records it
            check_flow.create({
                "equipment_id": tool.id, "employee_id": tool.sudo().employee_id.id, "user_id": self.env.uid,
                "done_on": fields.Datetime.now(), "result": result, "points": tool.check_points, "note": note})
            if result == "fail":
                tool._report_damage(note)
            else:
                tool.sudo().activity_unlink(["repair_service.mail_activity_type_tool_check"])
        return True

    def action_check_pass(self):
        """Record with one tap that the tool is in order."""
        return self._record_check("pass")

    def action_check(self):
        """Open the dialogue of the periodic check."""
        return self._open_tool_dialogue("check", self.env._("Check the tool"))

    @api.model
    def _cron_remind_tools(self):
        """Remind holders of checks that are due, and keepers of calibrations that run out."""
        today = self._get_local_date()
        due = self.search([("tool_kind", "!=", False), ("check_due", "<=", today), ("failed_on", "=", False)])
        running_out = self.search([
            ("tool_type_id.calibration_months", ">", 0), ("calibration_due", "<=", fields.Date.add(today, days=30))])
        due._remind("mail_activity_type_tool_check", "check_due", lambda tool: tool.employee_id.user_id)
        running_out._remind("mail_activity_type_tool_calibration", "calibration_due", lambda tool: tool.technician_user_id)

    def _remind(self, xmlid, date_field, get_user):
        """Remind of tools that nobody was reminded of yet: users, each of all his tools of a day at once."""
        reminded = set(self.env["mail.activity"].search([
            ("res_model", "=", self._name), ("res_id", "in", self.ids),
            ("activity_type_id", "=", self.env.ref(f"repair_service.{xmlid}").id)]).mapped("res_id"))
        tools = self.filtered(lambda tool: tool.id not in reminded)
        for (day, user), together in tools.grouped(
                lambda tool: (tool[date_field], get_user(tool) or tool.technician_user_id or self.env.user)).items():
            together.activity_schedule(f"repair_service.{xmlid}", day, user_id=user.id)
