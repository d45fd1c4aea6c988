from odoo import api, fields, models


class HrCareerLevel(models.Model):
    """One step of a ladder, with what it asks for."""

    _name = "hr.career.level"
    _description = "Career Level"
    _inherit = ["repair.input"]
    _order = "track_id, sequence, id"

    name = fields.Char(required=True, translate=True)
    track_id = fields.Many2one("hr.career.track", required=True, ondelete="cascade", index=True)
    kind = fields.Selection(related="track_id.kind")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    job_id = fields.Many2one("hr.job", help="The job that whoever reaches the level gets. Empty: the job stays.")
    description = fields.Text(translate=True)
    requirement_ids = fields.One2many("hr.career.requirement", "level_id", "Asks for", copy=True)
    employee_count = fields.Integer("People", compute="_compute_employee_count", compute_sudo=True)

    def _compute_employee_count(self):
        employees = self.env["hr.employee"].search([("current_version_id.career_level_id", "in", self.ids)])
        counts = employees.grouped(lambda employee: employee.current_version_id.career_level_id)
        for level in self:
            level.employee_count = len(counts.get(level, ()))

    @api.depends("name", "track_id")
    def _compute_display_name(self):
        for level in self:
            level.display_name = f"{level.track_id.name} · {level.name}" if level.track_id else level.name

    def _get_next(self):
        """The next level of the ladder; empty at its top."""
        self.ensure_one()
        levels = self.track_id.level_ids.sorted(lambda level: (level.sequence, level.id))
        return levels.filtered(lambda level: (level.sequence, level.id) > (self.sequence, self.id))[:1]
