from odoo import api, fields, models
from odoo.exceptions import ValidationError


class HrTrainingCourseSkill(models.Model):
    """A skill at a level, or a certificate, that whoever passes the course receives."""

    _name = "hr.training.course.skill"
    _description = "Skill Given by a Course"
    _inherit = ["repair.input"]
    _order = "course_id, id"
    _rec_name = "skill_id"

    course_id = fields.Many2one("hr.training.course", required=True, ondelete="cascade", index=True)
    skill_type_id = fields.Many2one("hr.skill.type", "Type", required=True, ondelete="restrict")
    skill_id = fields.Many2one(
        "hr.skill", "Skill or certificate", required=True, ondelete="restrict", domain="[('skill_type_id', '=', skill_type_id)]")
    skill_level_id = fields.Many2one(
        "hr.skill.level", "Level", required=True, ondelete="restrict", domain="[('skill_type_id', '=', skill_type_id)]")
    is_certification = fields.Boolean(related="skill_type_id.is_certification")

    _skill_uniq = models.Constraint("UNIQUE (course_id, skill_id)", "A course gives a skill once.")

    @api.constrains("skill_type_id", "skill_id", "skill_level_id")
    def _check_type(self):
        for line in self:
            if line.skill_id.skill_type_id != line.skill_type_id or line.skill_level_id.skill_type_id != line.skill_type_id:
                raise ValidationError(self.env._(
                    "%(skill)s at %(level)s: skill and level belong to different types. Choose them from one type.",
                    skill=line.skill_id.name, level=line.skill_level_id.name))
