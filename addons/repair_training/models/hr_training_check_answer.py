from odoo import api, fields, models
from odoo.exceptions import UserError


class HrTrainingCheckAnswer(models.Model):
    """How one participant did one point of the practical test."""

    _name = "hr.training.check.answer"
    _description = "Practical Test Answer"
    _inherit = ["hr.training.mixin"]
    _order = "enrolment_id, sequence, id"
    _flow_fields = frozenset({"enrolment_id", "name", "required", "sequence"})

    enrolment_id = fields.Many2one("hr.training.enrolment", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char("To show", required=True)
    required = fields.Boolean("Must be passed", default=True)
    answer = fields.Selection([("pass", "Passed"), ("fail", "Failed")])

    @api.model_create_multi
    def create(self, vals_list):
        """Only the test itself lays out its points."""
        if not self._in_flow():
            raise UserError(self.env._("The points come from the course: use 'Checklist' on the participant."))
        return super().create(vals_list)

    def write(self, vals):
        """Answer points; once every one that must be passed is answered, the practical test has its result."""
        res = super().write(vals)
        if "answer" in vals and not self._in_flow():
            for enrolment in self.enrolment_id:
                enrolment.practical = enrolment._get_practical_by_checklist()
        return res

    def _check_frozen(self, vals):
        for enrolment in self.enrolment_id:
            enrolment._check_results({"practical": enrolment._get_practical_by_checklist()})

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The points of a practical test stay on record."))
