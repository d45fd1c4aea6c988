from odoo import fields, models


class QmsFindingFollowup(models.TransientModel):
    """Asks in which audit a finding is looked at again, and why."""

    _name = "qms.finding.followup"
    _description = "Follow up a Finding"
    _inherit = ["repair.input"]

    finding_id = fields.Many2one("qms.finding", required=True, readonly=True)
    department_id = fields.Many2one(related="finding_id.department_id")
    audit_id = fields.Many2one(
        "qms.audit", "Later audit", required=True, domain="[('state', '=', 'planned'), ('department_ids', 'in', department_id)]")
    note = fields.Char("Why there", required=True)

    def action_confirm(self):
        """Have the finding followed up."""
        self.ensure_one()
        self.finding_id.action_follow_up(self.audit_id, self.note)
        return {"type": "ir.actions.act_window_close"}
