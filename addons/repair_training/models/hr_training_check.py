from odoo import fields, models


class HrTrainingCheck(models.Model):
    """One thing a participant has to show in the practical test of a course."""

    _name = "hr.training.check"
    _description = "Practical Test Point"
    _inherit = ["repair.input"]
    _order = "sequence, id"

    course_id = fields.Many2one("hr.training.course", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char("To show", required=True, translate=True)
    required = fields.Boolean("Must be passed", default=True)
