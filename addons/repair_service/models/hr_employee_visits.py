from odoo import api, models

from .repair_appointment_calendar import EVENT_STATES
from .repair_flow import FLOW

WATCHED_FIELDS = frozenset({"is_technician", "active", "resource_calendar_id", "user_id", "company_id", "tz"})
VERSION_FIELDS = frozenset({
    "resource_calendar_id", "contract_date_start", "contract_date_end", "date_version", "active", "employee_id"})


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    def write(self, vals):
        """Write; visits stand in the calendar of the technician's user, and those that he can not make any more are marked."""
        if not WATCHED_FIELDS & vals.keys():
            return super().write(vals)
        visits = self.env["repair.appointment"]
        with visits._watch_conflicts([("technician_id", "in", self.ids)]):
            result = super(HrEmployee, self.with_context(repair_conflict_watch=FLOW)).write(vals)
        if "user_id" in vals:
            visits_sudo = visits.sudo()  # who keeps employees need not see visits
            visits_sudo.search([("technician_id", "in", self.ids), ("state", "in", EVENT_STATES)])._sync_events()
        return result


class HrVersion(models.Model):
    _inherit = "hr.version"

    @api.model_create_multi
    def create(self, vals_list):
        """Create versions of employees; visits under another schedule are looked at again."""
        ids = list({vals.get("employee_id") for vals in vals_list} - {None, False})
        with self.env["repair.appointment"]._watch_conflicts([("technician_id", "in", ids)]):
            return super().create(vals_list)

    def write(self, vals):
        """Write; visits that fall out of the working hours or the contract are marked."""
        if not VERSION_FIELDS & vals.keys():
            return super().write(vals)
        with self.env["repair.appointment"]._watch_conflicts([("technician_id", "in", self.employee_id.ids)]):
            return super(HrVersion, self.with_context(repair_conflict_watch=FLOW)).write(vals)
