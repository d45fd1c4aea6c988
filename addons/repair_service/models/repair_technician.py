from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# What who plans may set; everything else about an employee is HR's.
PLANNED_FIELDS = frozenset({"visits_per_day", "territory_ids"})


class RepairTechnician(models.Model):
    """The service technicians as their planner sees them: one line each, without the rest of the employee.

    A view over employees with the same ids. Writing reaches the employee, and ``PLANNED_FIELDS`` only.
    """

    _name = "repair.technician"
    _description = "Technician's Plan"
    _inherit = ["repair.input"]
    _auto = False
    _order = "name, id"

    employee_id = fields.Many2one("hr.employee", readonly=True)
    name = fields.Char("Technician", readonly=True)
    job_title = fields.Char(readonly=True)
    phone = fields.Char("Work phone", readonly=True)
    user_id = fields.Many2one("res.users", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    resource_calendar_id = fields.Many2one(
        "resource.calendar", "Working schedule", readonly=True, help="His shifts. HR sets them, with contract and leave.")
    territory_ids = fields.Many2many(
        "repair.territory", "repair_territory_technician_rel", "employee_id", "territory_id", string="Territories",
        domain="[('company_id', '=', company_id)]")
    visits_per_day = fields.Integer(
        "Visits a day", help="0: the number of the company's settings; 0 there too: as many as the hours allow.")
    day_limit = fields.Integer("Limit in force", compute="_compute_day_limit", help="0: as many as the hours allow.")
    cover_ids = fields.Many2many("repair.territory.cover", compute="_compute_duties")
    on_call_ids = fields.Many2many("repair.on.call", string="On call", compute="_compute_duties")

    # Pending changes of what the query reads are written before it runs.
    _depends = {
        "hr.employee": ["name", "company_id", "user_id", "active", "is_technician", "visits_per_day", "mobile_phone", "work_phone",
                        "territory_ids", "current_version_id"],
        "hr.version": ["job_title", "resource_calendar_id"],
    }

    @property
    def _table_query(self):
        return SQL("""
            SELECT e.id, e.id AS employee_id, e.name, v.job_title, COALESCE(e.mobile_phone, e.work_phone) AS phone, e.user_id,
                   e.company_id, v.resource_calendar_id, e.visits_per_day
              FROM hr_employee e LEFT JOIN hr_version v ON v.id = e.current_version_id
             WHERE e.is_technician AND e.active""")

    @api.depends("visits_per_day", "company_id.repair_visits_per_day")
    def _compute_day_limit(self):
        for technician in self:
            technician.day_limit = technician.visits_per_day or technician.company_id.repair_visits_per_day

    def _compute_duties(self):
        """Covers, of others or by others, and duties that are not over yet."""
        employees, now = self.ids, fields.Datetime.now()
        covers = self.env["repair.territory.cover"].search([
            ("date_to", ">=", fields.Date.context_today(self)),
            "|", ("technician_id", "in", employees), ("replaced_id", "in", employees)], order="date_from, id")
        duties = self.env["repair.on.call"].search([("technician_id", "in", employees), ("stop", ">", now)], order="start, id")
        for technician in self:
            technician.cover_ids = covers.filtered(
                lambda cover, key=technician.id: key in (cover.technician_id.id, cover.replaced_id.id))
            technician.on_call_ids = duties.filtered(lambda duty, key=technician.id: duty.technician_id.id == key)

    def write(self, vals):  # pylint: disable=method-required-super  # a view: its employees are written
        """Write the plan of technicians through to their employees.

        :raises UserError: a field that is HR's
        :raises ValidationError: a value that cannot be, or a territory of another company
        """
        if refused := vals.keys() - PLANNED_FIELDS:
            field = self._fields.get(min(refused))
            raise UserError(self.env._(
                "%(field)s is kept by HR on the employee: only territories and visits a day are planned here.",
                field=field.get_description(self.env, ["string"])["string"] if field else min(refused)))
        self.check_access("write")
        self._check_input(vals)
        self.env["repair.territory"].check_access("read")
        employees_sudo = self.employee_id.sudo()  # who plans has no rights on employees; the fields are checked above
        employees_sudo.write(vals)
        employees_sudo.flush_recordset()
        self.invalidate_recordset()
        return True

    def action_view_visits(self):
        """Open the open visits of the technician."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_service.repair_appointment_action")
        return {**action, "domain": [("technician_id", "=", self.id)], "context": {"search_default_open": 1, "create": False}}
