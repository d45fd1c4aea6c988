from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.repair_service.models.repair_flow import FLOW

LEVEL_FIELDS = frozenset({"career_level_id", "career_level_date"})
HISTORY_FIELDS = frozenset({"date_version", "employee_id", "active"})


class HrVersion(models.Model):
    """The level stands in Odoo's own history of the employee, beside job and department."""

    _inherit = "hr.version"

    career_level_id = fields.Many2one("hr.career.level", "Career level", tracking=True, ondelete="restrict", index="btree_not_null")
    career_level_date = fields.Date(
        "First day at the level", readonly=True, help="Kept apart from the version's own day, which HR moves with contracts.")

    @api.model_create_multi
    def create(self, vals_list):
        """A new version keeps the level of its day; a new level comes from an approved promotion only."""
        in_flow = self.env.context.get("repair_flow") is FLOW
        for vals in () if in_flow else vals_list:
            employee_sudo = self.env["hr.employee"].sudo().browse(vals.get("employee_id") or [])  # compared only
            day = fields.Date.to_date(vals.get("date_version")) or fields.Date.context_today(self)
            version = employee_sudo.version_ids and employee_sudo._get_version(day)
            self._check_level(vals, version)
            # Neither the context nor a user's own default gives a level.
            vals.update({name: self._fields[name].convert_to_write(version[name], version) if version else False for name in LEVEL_FIELDS})
        return super().create(vals_list)

    def write(self, vals):
        """The level changes by an approved promotion only, and so does the day from which it counts."""
        if self.env.context.get("repair_flow") is not FLOW:
            for version in self:
                self._check_level(vals, version)
                version._check_level_day(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_level(self):
        if self.env.context.get("repair_flow") is not FLOW and any(version._begins_level() for version in self):
            self._refuse_level()

    @api.model
    def _check_level(self, vals, version):
        """Raise when ``vals`` hold another level, or another first day of it, than ``version``."""
        for name in LEVEL_FIELDS & vals.keys():
            field = self._fields[name]
            if field.convert_to_cache(vals[name] or False, self) != field.convert_to_cache((version and version[name]) or False, self):
                self._refuse_level()

    def _check_level_day(self, vals):
        """Raise when ``vals`` take a version away that brought a level, or move it to an earlier day."""
        begins = HISTORY_FIELDS & vals.keys() and self._begins_level()
        day = fields.Date.to_date(vals.get("date_version")) or self.date_version
        if begins and ({"employee_id", "active"} & vals.keys() or day < self.date_version):
            self._refuse_level()

    def _begins_level(self):
        """Whether the level, or none any more, came with this version and another stood before it."""
        before = self.employee_id.with_context(active_test=False).version_ids.filtered(
            lambda other: other.date_version < self.date_version and other.active).sorted("date_version")[-1:]
        return bool(before) and before.career_level_id != self.career_level_id

    @api.model
    def _refuse_level(self):
        raise UserError(self.env._("The career level changes by an approved promotion only."))


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    career_level_since = fields.Date("At this level since", related="current_version_id.career_level_date")

    def _set_version(self, day, vals):
        """Write values of the employee's history from a day on; a level also into versions that were planned for later.

        :param day: first day on which they count
        :param vals: fields of ``hr.version``
        """
        self.ensure_one()
        if "career_level_id" in vals:
            vals = {**vals, "career_level_date": day}
        flow = self.with_context(repair_flow=FLOW)
        version = flow.create_version({**vals, "date_version": day})
        version.with_context(repair_flow=FLOW).write(vals)
        if "career_level_id" in vals:
            later = flow.version_ids.filtered(lambda one: one.date_version > day)
            later.with_context(repair_flow=FLOW).write({name: vals[name] for name in LEVEL_FIELDS})


class HrEmployeePublic(models.Model):
    _inherit = "hr.employee.public"

    # Computed: the table's view is made before the version has the column.
    career_level_id = fields.Many2one("hr.career.level", "Career level", compute="_compute_career_level")
    career_level_since = fields.Date("At this level since", compute="_compute_career_level")

    def _compute_career_level(self):
        self._compute_from_employee(["career_level_id", "career_level_since"])
