from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import tool_kit


class HrEmployee(models.Model):
    """Kit of a technician, and the tools that a leaving employee has to return (handbook 4.2)."""

    _inherit = "hr.employee"

    def _get_held_tools(self):
        """Return the tools in the employees' custody."""
        custodies_sudo = self.env["repair.tool.custody"].sudo()  # whoever keeps employees may not read tools
        return custodies_sudo.search([("employee_id", "in", self.ids), ("returned_on", "=", False)]).equipment_id

    def _get_tool_gaps(self):
        """Return what technicians lack of their kits, ``{employee id: {tool type: quantity}}``; a fixed number of queries.

        A kit applies by job and territory; where it names none it applies to every technician.
        """
        employees_sudo = self.sudo()  # the kit of whoever plans or works, not the personnel file
        kits = self.env["repair.tool.kit"].sudo().search(  # as above
            [("company_id", "in", (*employees_sudo.company_id.ids, False))])
        rows = self.env["maintenance.equipment"].sudo()._read_group(  # as above
            [("employee_id", "in", self.ids), ("tool_type_id", "!=", False), ("tool_state", "in", ("held", "handed"))],
            ["employee_id", "tool_type_id"], ["__count"])
        held = {}
        for employee, kind, count in rows:
            held.setdefault(employee.id, {})[kind.id] = count
        gaps = {}
        for employee in employees_sudo:
            fitting = kits.filtered(lambda kit, employee=employee: employee._is_kit_for(kit))
            wanted = [{line.tool_type_id.id: line.quantity for line in kit.line_ids} for kit in fitting]
            gaps[employee.id] = tool_kit.get_lacking(wanted, held.get(employee.id, {}))
        return gaps

    def _is_kit_for(self, kit):
        self.ensure_one()
        return (
            kit.company_id.id in (False, self.company_id.id)
            and (not kit.job_ids or self.job_id in kit.job_ids)
            and (not kit.territory_ids or bool(self.territory_ids & kit.territory_ids)))

    def _describe_tool_gaps(self):
        """Return ``{employee id: text}``, what each lacks of his kit in words."""
        gaps = self._get_tool_gaps()
        types = self.env["repair.tool.type"].sudo().browse({kind for lacking in gaps.values() for kind in lacking})  # names
        names = {kind.id: kind.name for kind in types}
        return {
            employee_id: ", ".join(f"{names[kind]} × {quantity}" for kind, quantity in lacking.items())
            for employee_id, lacking in gaps.items()}

    def write(self, vals):
        """Write; who leaves returns his tools first.

        :raises UserError: an employee with tools in custody would be archived
        """
        if vals.get("active") is False:
            for employee in self:
                if tools := employee._get_held_tools():
                    raise UserError(self.env._(
                        "%(employee)s still has tools of the company: %(tools)s. The keeper takes them back first (handbook 4.2.2).",
                        employee=employee.sudo().name, tools=", ".join(tools.mapped("display_name"))))
        result = super().write(vals)
        if vals.get("departure_date"):
            self._remind_return(fields.Date.to_date(vals["departure_date"]))
        return result

    def _remind_return(self, day):
        """Have the keepers take back the tools of employees who leave."""
        for tool in self._get_held_tools():
            if not tool.activity_search(["repair_service.mail_activity_type_tool_return"]):
                keeper = tool.technician_user_id or tool.custody_id.handed_by_id
                tool.activity_schedule(
                    "repair_service.mail_activity_type_tool_return", day, user_id=keeper.id,
                    summary=self.env._("%(employee)s leaves", employee=tool.employee_id.name))


class HrDepartureWizard(models.TransientModel):
    _inherit = "hr.departure.wizard"

    def action_register_departure(self):
        """Register a departure; tools stay with the leaving employee until their keeper has taken them back."""
        tools = self.employee_ids._get_held_tools()
        if not tools or not self.unassign_equipment:
            return super().action_register_departure()
        self.unassign_equipment = False  # what else he uses is freed below, tools are returned
        action = super().action_register_departure()
        others = self.employee_ids.equipment_ids.filtered(lambda equipment: not equipment.tool_kind)
        others.write({"employee_id": False})
        return action


class RepairTechnician(models.Model):
    _inherit = "repair.technician"

    tool_gap = fields.Char("Lacks of his kit", compute="_compute_tool_gap")

    def _compute_tool_gap(self):
        gaps = self.employee_id._describe_tool_gaps()
        for technician in self:
            technician.tool_gap = gaps.get(technician.employee_id.id, "")


class RepairAppointment(models.Model):
    _inherit = "repair.appointment"

    tool_notice = fields.Char(
        "Tools", compute="_compute_tool_notice", compute_sudo=True,
        help="What the technician has to do about his tools.")

    @api.depends("technician_id", "state")
    @api.depends_context("lang")
    def _compute_tool_notice(self):
        open_visits = self.filtered(lambda visit: visit.state in ("confirmed", "travelling"))
        gaps = open_visits.technician_id._describe_tool_gaps()
        tools = self.env["maintenance.equipment"].search(
            [("employee_id", "in", open_visits.technician_id.ids), ("tool_kind", "!=", False)]) if open_visits else []
        for visit in self:
            visit.tool_notice = visit in open_visits and self._describe_tools(
                [tool for tool in tools if tool.employee_id == visit.technician_id], gaps.get(visit.technician_id.id))

    @api.model
    def _describe_tools(self, tools, lacking):
        parts = []
        for text, chosen in (
                (self.env._("sign for"), [tool for tool in tools if tool.tool_state == "handed"]),
                (self.env._("check"), [tool for tool in tools if tool.tool_state == "held" and tool.check_state in ("due", "overdue")]),
                (self.env._("calibration expired"), [tool for tool in tools if tool.calibration_state == "expired"])):
            if chosen:
                parts.append(f"{text}: {', '.join(tool.name for tool in chosen)}")
        if lacking:
            parts.append(self.env._("missing: %(tools)s", tools=lacking))
        return " · ".join(parts)
