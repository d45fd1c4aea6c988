from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .repair_inspection_template import ASPECTS


class RepairInspectionPoint(models.Model):
    _name = "repair.inspection.point"
    _description = "Inspection point"
    _inherit = ["repair.input"]
    _order = "template_id, sequence, id"

    template_id = fields.Many2one("repair.inspection.template", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char("Check", required=True, translate=True)
    aspect = fields.Selection(ASPECTS, required=True, default="function", help="Handbook 5.1.1 to 5.1.5.")
    is_measured = fields.Boolean("Measured")
    unit = fields.Char()
    min_value = fields.Float("At least", digits=(16, 3))
    max_value = fields.Float("At most", digits=(16, 3), help="0: no upper limit.")
    required = fields.Boolean(default=True)

    @api.constrains("min_value", "max_value")
    def _check_limits(self):
        for point in self:
            if point.max_value and point.max_value < point.min_value:
                raise ValidationError(self.env._("%(point)s: the upper limit is below the lower one.", point=point.name))
