from odoo import api, fields, models

from .qms_escalation_rule import ACTIVITY_ESCALATION


class QmsEscalated(models.AbstractModel):
    """What is escalated by rules when it is overdue: who was told may read it."""

    _name = "qms.escalated"
    _description = "Escalated when overdue"

    escalated_to_ids = fields.Many2many("res.users", string="Escalated to", readonly=True, copy=False, bypass_search_access=True)

    @api.model
    def _get_overdue_domain(self, day):
        """Return the domain of what should have been done before a day and is still open."""
        return [("is_overdue", "=", True), ("deadline", "<=", day)]

    def _get_due_day(self):
        self.ensure_one()
        return self.deadline

    def _escalate_to(self, user, rule):
        """Tell somebody that the record is overdue, and let him read it."""
        self.ensure_one()
        self._flow_write({"escalated_to_ids": [(4, user.id)]})
        self.activity_schedule(
            ACTIVITY_ESCALATION, fields.Date.context_today(self), user_id=user.id, summary=rule.name,
            note=self.env._("%(record)s: due %(day)s, still open.", record=self.display_name, day=self._get_due_day()))
