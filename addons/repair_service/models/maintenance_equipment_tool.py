from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..engine import tool_kit
from .repair_flow import FLOW
from .repair_tool_type import TOOL_KINDS

KEEPER_GROUPS = ("repair_service.repair_service_group_manager", "stock.group_stock_user")
CUSTODY_FIELDS = frozenset({"employee_id", "holder_id", "department_id", "equipment_assign_to", "owner_user_id", "assign_date"})
FLOW_FIELDS = frozenset({
    "failed_on", "failed_reason", "custody_ids", "check_ids", "calibration_ids", "calibration_due", "check_due", "tool_state",
    "tool_kind"})
IN_STORE = {
    "employee_id": False, "department_id": False, "owner_user_id": False, "assign_date": False, "equipment_assign_to": "employee"}
LASTING_FIELDS = frozenset({"tool_type_id", "company_id", "serial_no"})


class MaintenanceEquipment(models.Model):
    """Tools and instruments of the technicians (handbook 4.2): who has them, whether they are checked and fit to measure."""

    _inherit = "maintenance.equipment"

    tool_type_id = fields.Many2one(
        "repair.tool.type", "Type of tool", index="btree_not_null", ondelete="restrict", tracking=True,
        help="Makes the equipment a tool that is handed out, checked and returned.")
    tool_kind = fields.Selection(TOOL_KINDS, "Kind", compute="_compute_tool_kind", store=True, index="btree_not_null")
    holder_id = fields.Many2one(related="employee_id", string="In custody of")
    custody_ids = fields.One2many("repair.tool.custody", "equipment_id", readonly=True, copy=False)
    custody_id = fields.Many2one("repair.tool.custody", "Current custody", compute="_compute_custody_id")
    held_since = fields.Datetime("Held since", compute="_compute_custody_id")
    is_tool_mine = fields.Boolean("In my custody", compute="_compute_is_tool_mine")
    tool_state = fields.Selection(
        [("store", "In the store"), ("handed", "To be signed for"), ("held", "In custody"), ("damaged", "Damaged"), ("retired", "Retired")],
        "State", compute="_compute_tool_state", store=True, index="btree_not_null")
    check_ids = fields.One2many("repair.tool.check", "equipment_id", "Checks", readonly=True, copy=False)
    check_points = fields.Text(related="tool_type_id.check_points")
    check_due = fields.Date("Check due", compute="_compute_check_due", store=True, index="btree_not_null")
    check_state = fields.Selection(
        [("none", "No check"), ("ok", "Checked"), ("due", "Check is due"), ("overdue", "Check is overdue")], "Periodic check",
        compute="_compute_check_state")
    calibration_ids = fields.One2many("repair.tool.calibration", "equipment_id", "Calibrations", readonly=True, copy=False)
    calibration_due = fields.Date(
        "Calibrated until", compute="_compute_calibration_due", store=True, index="btree_not_null",
        help="Last day on which the instrument may measure.")
    calibration_state = fields.Selection(
        [("none", "No calibration"), ("valid", "Valid"), ("near", "Due soon"), ("expired", "Expired"), ("missing", "Never calibrated")],
        "Calibration", compute="_compute_calibration_state")
    failed_on = fields.Datetime("Failed on", readonly=True, copy=False, help="Failed a check or calibration, or damaged.")
    failed_reason = fields.Char(readonly=True, copy=False)

    @api.depends("tool_type_id.kind")
    def _compute_tool_kind(self):
        for tool in self:
            tool.tool_kind = tool.tool_type_id.kind

    @api.depends("custody_ids.returned_on")
    def _compute_custody_id(self):
        for tool in self:
            tool.custody_id = custody = tool.custody_ids.filtered(lambda custody: not custody.returned_on)[:1]
            tool.held_since = custody.handed_on

    @api.depends("employee_id")
    @api.depends_context("uid")
    def _compute_is_tool_mine(self):
        mine = self.env.user.employee_ids
        for tool in self:
            tool.is_tool_mine = bool(tool.tool_kind) and tool.employee_id.id in mine.ids

    @api.depends("active", "tool_kind", "failed_on", "custody_ids.signed_on", "custody_ids.returned_on")
    def _compute_tool_state(self):
        for tool in self:
            custody = tool.custody_ids.filtered(lambda custody: not custody.returned_on)[:1]
            if not tool.tool_kind:
                tool.tool_state = False
            elif not tool.active:
                tool.tool_state = "retired"
            elif tool.failed_on:
                tool.tool_state = "damaged"
            else:
                tool.tool_state = ("held" if custody.signed_on else "handed") if custody else "store"

    @api.depends("tool_type_id.check_days", "check_ids.done_on", "check_ids.result", "effective_date")
    def _compute_check_due(self):
        for tool in self:
            good = tool.check_ids.filtered(lambda check: check.result == "pass").mapped("done_on")
            last = tool._get_local_date(max(good)) if good else tool.effective_date
            tool.check_due = (tool.tool_kind and tool_kit.get_due(last, tool.tool_type_id.check_days)) or False

    @api.depends("check_due")
    def _compute_check_state(self):
        for tool in self:
            days = tool.check_due and (tool.check_due - tool._get_local_date()).days
            tool.check_state = "none" if not tool.check_due else "overdue" if days < 0 else "due" if days <= 7 else "ok"

    @api.depends("tool_type_id.calibration_months", "calibration_ids.valid_until", "calibration_ids.result")
    def _compute_calibration_due(self):
        for tool in self:
            last = tool.calibration_ids.sorted(lambda calibration: (calibration.done_on, calibration._origin.id or 0))[-1:]
            tool.calibration_due = last.result == "pass" and last.valid_until

    @api.depends("calibration_due", "tool_type_id.calibration_months")
    def _compute_calibration_state(self):
        for tool in self:
            if not tool.tool_type_id.calibration_months:
                tool.calibration_state = "none"
            elif not tool.calibration_due:
                tool.calibration_state = "missing"
            else:
                days = (tool.calibration_due - tool._get_local_date()).days
                tool.calibration_state = "expired" if days < 0 else "near" if days <= 30 else "valid"

    @api.model_create_multi
    def create(self, vals_list):
        """Create equipment; tools begin in the store."""
        if self.env.context.get("repair_flow") is not FLOW:
            kind = self.default_get(["tool_type_id"]).get("tool_type_id")
            for vals in vals_list:
                for name in FLOW_FIELDS:
                    vals.pop(name, None)
                if vals.get("tool_type_id", kind):
                    self.env["repair.input"]._check_values(self, vals)
                    vals.update(IN_STORE)
        return super().create(vals_list)

    @api.model
    def default_get(self, fields):
        """Return defaults; what the flow records of a tool has none."""
        return super().default_get([name for name in fields if name not in FLOW_FIELDS])

    def write(self, vals):
        """Write; a tool changes hands through the keeper only, and keeps its type, company and number once it was used.

        :raises UserError: custody or results by hand, or a tool in custody that would be archived
        """
        if self.env.context.get("repair_flow") is not FLOW:
            tools = self.filtered("tool_kind")
            if tools:
                self.env["repair.input"]._check_values(self, vals)
            if FLOW_FIELDS & vals.keys():
                raise UserError(self.env._("Custody, checks and calibrations are recorded by their buttons only."))
            if tools and CUSTODY_FIELDS & vals.keys():
                raise UserError(self.env._(
                    "%(tool)s changes hands through the keeper only: he hands it out and takes it back. Tools are not lent "
                    "(handbook 4.2.2).", tool=tools[0].display_name))
            if LASTING_FIELDS & vals.keys() and any(tool.sudo().custody_ids or tool.sudo().calibration_ids for tool in tools):
                raise UserError(self.env._("%(tool)s was used already: its type, number and company stay.", tool=tools[0].display_name))
            if vals.get("tool_type_id") and (self - tools).filtered("employee_id"):
                raise UserError(self.env._("Take the equipment back from its user before it becomes a tool."))
            if vals.get("active") is False:
                tools._check_returned()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unused(self):
        for tool in self.filtered("tool_kind"):
            if tool.custody_ids or tool.calibration_ids or tool.check_ids:
                raise UserError(self.env._("%(tool)s has a history and is kept: archive it instead.", tool=tool.display_name))

    def _check_returned(self):
        for tool in self:
            if tool.custody_id:
                raise UserError(self.env._(
                    "%(tool)s is in the custody of %(holder)s: take it back first.", tool=tool.display_name,
                    holder=tool.sudo().employee_id.name))  # a name

    def _flow_write(self, vals):
        return self.with_context(repair_flow=FLOW).write(vals)

    def _get_local_date(self, moment=None):
        """Return the day of a moment, now when left out, where the tool's company is: no caller's time zone lengthens a term."""
        return self.env["repair.order"]._local_date(moment or fields.Datetime.now(), self.company_id[:1] or self.env.company)

    @api.model
    def _is_keeper(self):
        return self.env.su or any(self.env.user.has_group(group) for group in KEEPER_GROUPS)

    @api.model
    def _check_keeper(self):
        """Raise unless the user keeps the tools: service manager or stock.

        :raises AccessError: for everybody else
        """
        if not self._is_keeper():
            raise AccessError(self.env._("Tools are handed out, taken back and calibrated by their keeper: stock or a service manager."))

    def _lock_tool(self):
        self.check_access("read")
        if not self.ids:
            return
        self.env.flush_all()  # a custody that has just ended, too
        self.env.execute_query(SQL("SELECT id FROM maintenance_equipment WHERE id IN %s ORDER BY id FOR NO KEY UPDATE", tuple(self.ids)))
        self.invalidate_recordset()
        self.env["repair.tool.custody"].invalidate_model()

    def _check_tool(self):
        for tool in self:
            if not tool.tool_kind or not tool.active:
                raise UserError(self.env._("%(tool)s is no tool in use.", tool=tool.display_name))

    def _get_measure_refusal(self, employee):
        """Why the instrument cannot record a measurement of an employee now, in the user's language; '' when it can.

        It has to be a testing instrument in use, signed for by who measures, neither damaged nor failed, and calibrated where its
        type asks for it (handbook 4.2.2).
        """
        self.ensure_one()
        tool_sudo = self.sudo()  # whoever measures: a fact about the instrument
        name = tool_sudo.display_name
        if tool_sudo.tool_kind != "instrument" or not tool_sudo.active:
            return self.env._("%(tool)s is no testing instrument in use.", tool=name)
        if tool_sudo.failed_on:
            return self.env._("%(tool)s is damaged or failed a check: it cannot measure before it is repaired and calibrated.", tool=name)
        if tool_sudo.calibration_state == "missing":
            return self.env._("%(tool)s was never calibrated: it cannot measure.", tool=name)
        if tool_sudo.calibration_state == "expired":
            return self.env._(
                "The calibration of %(tool)s has expired on %(date)s: it cannot measure.", tool=name, date=tool_sudo.calibration_due)
        custody = tool_sudo.custody_id
        if not custody.signed_on or not employee or custody.employee_id.id not in employee.ids:
            return self.env._(
                "%(tool)s is not in the custody of who measures: only who signed for an instrument measures with it.", tool=name)
        return ""
