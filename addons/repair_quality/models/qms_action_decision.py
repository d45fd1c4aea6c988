from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class QmsAction(models.Model):
    """Decisions about a missed month and of a review: carried out and shown like actions, with owner and day."""

    _inherit = "qms.action"

    objective_value_id = fields.Many2one("qms.objective.value", "Missed month", ondelete="restrict", index="btree_not_null")
    review_id = fields.Many2one("qms.review", ondelete="restrict", index="btree_not_null")

    @api.depends("objective_value_id.company_id", "review_id.company_id")
    def _compute_company_id(self):
        return super()._compute_company_id()

    def _get_parent(self):
        return super()._get_parent() or self.review_id or self.objective_value_id

    @api.model_create_multi
    def create(self, vals_list):
        """Decide where that is one's to decide, and while it is open.

        :raises AccessError: for others than the owner of the objective, the chair of the review and quality officers
        """
        actions = super().create(vals_list)
        for action in actions:
            if action.objective_value_id and not action.objective_value_id._may_decide():
                raise AccessError(self.env._("The owner of the objective and quality officers decide."))
            if action.objective_value_id.light not in (False, "red"):
                raise UserError(self.env._("This month did not miss its target."))
            if action.review_id:
                action.review_id._check_takes_decisions()
            if action.objective_value_id:
                action.objective_value_id.objective_id.activity_feedback(["repair_quality.mail_activity_type_decision"])
        return actions

    def _is_planner(self):
        planners = self.objective_value_id.sudo().owner_id | self.review_id.sudo().chair_id  # only the persons are compared
        return super()._is_planner() or self.env.user in planners
