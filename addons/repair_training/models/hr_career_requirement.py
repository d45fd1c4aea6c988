from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from .hr_career_promotion import OPEN


class HrCareerRequirement(models.Model):
    """One thing that a level asks for, as data."""

    _name = "hr.career.requirement"
    _description = "Career Requirement"
    _inherit = ["repair.input"]
    _order = "level_id, sequence, id"

    level_id = fields.Many2one("hr.career.level", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("skill", "Skill"), ("certificate", "Valid certificate"), ("months", "Months at the level before"), ("jobs", "Accepted jobs"),
            ("first_time_fix", "First-time-fix rate (%)"), ("complaints", "Complaints at most"), ("training_hours", "Training hours"),
            ("exam", "Course passed"), ("recommendation", "Manager's recommendation"),
        ], required=True, default="months")
    skill_id = fields.Many2one("hr.skill", "Skill or certificate", ondelete="restrict")
    course_id = fields.Many2one("hr.training.course", ondelete="restrict")
    amount = fields.Float(help="Months, jobs, percent, complaints, hours, or the progress of the skill from 0 to 100.")
    window_months = fields.Integer("Within (months)", default=12, help="How far back jobs, rates, complaints and hours are counted.")
    least_cases = fields.Integer("On at least (jobs)", help="A rate over fewer jobs proves nothing and does not count.")

    _amount_positive = models.Constraint("CHECK (amount >= 0)", "An amount is not negative.")
    _window_range = models.Constraint("CHECK (window_months BETWEEN 1 AND 600)", "Give the months counted, from 1 to 600.")
    _cases_positive = models.Constraint("CHECK (least_cases >= 0)", "A number of jobs is not negative.")

    @api.depends("kind", "skill_id", "course_id", "amount", "window_months", "least_cases")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for row in self:
            row.display_name = row._describe()

    @api.constrains("kind", "skill_id", "course_id", "amount")
    def _check_content(self):
        for row in self:
            if row.kind in ("skill", "certificate") and not row.skill_id:
                raise ValidationError(self.env._("Choose the skill or certificate that the level asks for."))
            if row.kind == "exam" and not row.course_id:
                raise ValidationError(self.env._("Choose the course that must be passed."))
            if row.kind == "certificate" and not row.skill_id.skill_type_id.is_certification:
                raise ValidationError(self.env._("%(skill)s is no certificate: ask for it as a skill.", skill=row.skill_id.name))
            if row.kind in ("months", "jobs", "training_hours", "first_time_fix") and not row.amount:
                raise ValidationError(self.env._("Say how much the level asks for."))
            if row.kind in ("first_time_fix", "skill") and row.amount > 100:
                raise ValidationError(self.env._("A rate or a progress lies between 0 and 100 %."))

    @api.model_create_multi
    def create(self, vals_list):
        """Ask for more; the ladder says who did."""
        rows = super().create(vals_list)
        rows._check_not_asking()
        rows._leave_trace(lambda row: self.env._("%(level)s asks also for: %(new)s", level=row.level_id.name, new=row.display_name))
        return rows

    def write(self, vals):
        """Change what a level asks for; the ladder says who did."""
        self._check_not_asking()
        before = {row.id: row.display_name for row in self}
        res = super().write(vals)
        self._check_not_asking()
        self.filtered(lambda row: row.display_name != before[row.id])._leave_trace(lambda row: self.env._(
            "%(level)s asks for: %(new)s, before: %(old)s", level=row.level_id.name, new=row.display_name, old=before[row.id]))
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_asking(self):
        self._check_not_asking()
        self._leave_trace(lambda row: self.env._("%(level)s asks no more for: %(old)s", level=row.level_id.name, old=row.display_name))

    def _check_not_asking(self):
        """Raise when the user asks for one of the levels himself: nobody sets his own measure."""
        if self.env.su:
            return
        mixin = self.env["hr.training.mixin"]
        open_sudo = self.env["hr.career.promotion"].sudo().search([  # whoever the user may see
            ("to_level_id", "in", self.level_id.ids), ("state", "in", OPEN)])
        if any(mixin._is_about_me(promotion.employee_id) for promotion in open_sudo):
            raise AccessError(self.env._("You ask for this level yourself: another HR officer changes what it asks for."))

    def _leave_trace(self, describe):
        for row in self:
            row.level_id.track_id.message_post(body=describe(row))

    def _describe(self):
        self.ensure_one()
        names = {"amount": f"{self.amount:g}", "months": self.window_months, "skill": self.skill_id.sudo().name,  # names only
                 "course": self.course_id.sudo().name, "cases": self.least_cases}  # as above
        texts = {
            "skill": lambda: self.env._("Skill '%(skill)s', %(amount)s %%", **names),
            "certificate": lambda: self.env._("Valid certificate '%(skill)s'", **names),
            "months": lambda: self.env._("%(amount)s months at the level before", **names),
            "jobs": lambda: self.env._("%(amount)s accepted jobs in %(months)s months", **names),
            "first_time_fix": lambda: self.env._(
                "First-time fix of %(amount)s %% over at least %(cases)s jobs in %(months)s months", **names),
            "complaints": lambda: self.env._("At most %(amount)s complaints in %(months)s months", **names),
            "training_hours": lambda: self.env._("%(amount)s hours of training in %(months)s months", **names),
            "exam": lambda: self.env._("Course '%(course)s' passed", **names),
            "recommendation": lambda: self.env._("Recommended by the manager", **names),
        }
        return texts[self.kind]() if self.kind else ""
