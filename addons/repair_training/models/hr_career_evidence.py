from odoo import api, fields, models
from odoo.exceptions import UserError


class HrCareerEvidence(models.Model):
    """What the records said to one requirement on the day of the check: written once."""

    _name = "hr.career.evidence"
    _description = "Career Evidence"
    _inherit = ["hr.training.mixin"]
    _order = "promotion_id, id"
    _flow_fields = frozenset({"promotion_id", "name", "kind", "needed", "have", "outcome"})

    promotion_id = fields.Many2one("hr.career.promotion", required=True, ondelete="cascade", index=True)
    name = fields.Char("Asked for", readonly=True)
    kind = fields.Char(readonly=True)
    needed = fields.Float(readonly=True)
    have = fields.Float("On record", readonly=True)
    outcome = fields.Selection([("met", "Met"), ("missing", "Missing"), ("unmeasured", "Not measured")], readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        """Only the check writes evidence."""
        if not self._in_flow():
            raise UserError(self.env._("Evidence is taken from the records when a request is checked."))
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_in_flow(self):
        if not self._in_flow():
            raise UserError(self.env._("Evidence stays with its request."))
