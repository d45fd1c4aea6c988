from odoo import fields, models


class HrCareerTrack(models.Model):
    """A ladder: technical or management (handbook 9.3.1, 9.3.2). The national trade levels are certificates, not ladders."""

    _name = "hr.career.track"
    _description = "Career Ladder"
    _inherit = ["mail.thread", "repair.input"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection([("technical", "Technical"), ("management", "Management")], required=True, default="technical")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True)
    level_ids = fields.One2many("hr.career.level", "track_id", "Levels", copy=True)
