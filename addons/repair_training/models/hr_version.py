from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.repair_service.models.repair_flow import FLOW


class HrVersion(models.Model):
    """The level stands in Odoo's own history of the employee, beside job and department."""

    _inherit = "hr.version"

    career_level_id = fields.Many2one("hr.career.level", "Career level", tracking=True, ondelete="restrict", index="btree_not_null")

    @api.model_create_multi
    def create(self, vals_list):
        """A new version keeps the level of an earlier one; a new level comes from an approved promotion only."""
        for vals in vals_list:
            if level := vals.get("career_level_id"):
                employee_sudo = self.env["hr.employee"].sudo().browse(vals.get("employee_id") or [])  # compared only
                if level not in employee_sudo.version_ids.career_level_id.ids:
                    self._check_level()
        if self.env.context.get("repair_flow") is not FLOW and "default_career_level_id" in self.env.context:
            self = self.with_context(default_career_level_id=False)
        return super().create(vals_list)

    def write(self, vals):
        """The level changes by an approved promotion only."""
        if "career_level_id" in vals and any(version.career_level_id.id != vals["career_level_id"] for version in self):
            self._check_level()
        return super().write(vals)

    @api.model
    def _check_level(self):
        if self.env.context.get("repair_flow") is not FLOW:
            raise UserError(self.env._("The career level changes by an approved promotion only."))


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    career_level_since = fields.Date("At this level since", compute="_compute_career_level_since", compute_sudo=True)

    @api.depends("version_ids.career_level_id", "version_ids.date_version")
    def _compute_career_level_since(self):
        for employee in self:
            since = False
            for version in employee.version_ids.sorted("date_version", reverse=True):
                if version.date_version > fields.Date.context_today(self):
                    continue
                if version.career_level_id != employee.current_version_id.career_level_id:
                    break
                since = version.date_version
            employee.career_level_since = employee.current_version_id.career_level_id and since

    def _set_version(self, day, vals):
        """Write values of the employee's history from a day on; a level also into versions that were planned for later.

        :param day: first day on which they count
        :param vals: fields of ``hr.version``
        """
        self.ensure_one()
        flow = self.with_context(repair_flow=FLOW)
        version = flow.create_version({**vals, "date_version": day})
        version.with_context(repair_flow=FLOW).write(vals)
        if "career_level_id" in vals:
            later = flow.version_ids.filtered(lambda one: one.date_version > day)
            later.with_context(repair_flow=FLOW).write({"career_level_id": vals["career_level_id"]})


class HrEmployeePublic(models.Model):
    _inherit = "hr.employee.public"

    # Computed: the table's view is made before the version has the column.
    career_level_id = fields.Many2one("hr.career.level", "Career level", compute="_compute_career_level")
    career_level_since = fields.Date("At this level since", compute="_compute_career_level")

    def _compute_career_level(self):
        self._compute_from_employee(["career_level_id", "career_level_since"])
