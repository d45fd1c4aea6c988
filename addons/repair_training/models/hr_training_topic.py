from odoo import fields, models

KINDS = [("onboarding", "Onboarding"), ("professional", "Professional skills"), ("continuing", "Continuing education")]


class HrTrainingTopic(models.Model):
    """What has to be taught to whom (handbook 9.1.1 to 9.1.3)."""

    _name = "hr.training.topic"
    _description = "Training Topic"
    _inherit = ["repair.input"]
    _order = "kind desc, sequence, id"

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(KINDS, required=True, default="professional", index=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    course_ids = fields.Many2many("hr.training.course", "hr_training_course_topic_rel", "topic_id", "course_id", "Courses")
