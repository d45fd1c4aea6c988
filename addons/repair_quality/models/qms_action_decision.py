from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class QmsAction(models.Model):
    """Decisions about a missed month and of a review, and steps of a project: carried out like actions, with owner and day."""

    _inherit = "qms.action"

    objective_value_id = fields.Many2one("qms.objective.value", "Missed month", ondelete="restrict", index="btree_not_null")
    review_id = fields.Many2one("qms.review", "Management review", ondelete="restrict", index="btree_not_null")
    improvement_id = fields.Many2one("qms.improvement", "Improvement project", ondelete="restrict", index="btree_not_null")

    @api.depends("objective_value_id.company_id", "review_id.company_id", "improvement_id.company_id")
    def _compute_company_id(self):
        return super()._compute_company_id()

    def _get_parent(self):
        return super()._get_parent() or self.review_id or self.objective_value_id or self.improvement_id

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
            if action.improvement_id:
                action.improvement_id._check_takes_steps()
        actions.objective_value_id._ask_decisions()
        return actions

    def _drop(self, reason):
        """Drop; a missed month that is left without a decision asks for one again."""
        super()._drop(reason)
        self.objective_value_id._ask_decisions()

    def _is_planner(self):
        action_sudo = self.sudo()  # only the persons are compared
        planners = action_sudo.objective_value_id.owner_id | action_sudo.review_id.chair_id | action_sudo.improvement_id.owner_id
        return super()._is_planner() or self.env.user in planners
