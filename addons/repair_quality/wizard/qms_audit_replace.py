from odoo import api, fields, models


class QmsAuditReplace(models.TransientModel):
    """Asks which auditor is replaced by whom, and why."""

    _name = "qms.audit.replace"
    _description = "Replace an Auditor"
    _inherit = ["repair.input"]

    audit_id = fields.Many2one("qms.audit", required=True, readonly=True)
    auditor_ids = fields.Many2many("res.users", compute="_compute_auditor_ids")
    candidate_ids = fields.Many2many("res.users", compute="_compute_auditor_ids")
    replaced_id = fields.Many2one(
        "res.users", "Auditor who drops out", domain="[('id', 'in', auditor_ids)]", help="Empty: somebody joins the team.")
    successor_id = fields.Many2one(
        "res.users", "Steps in", domain="[('id', 'in', candidate_ids)]",
        help="Only who holds a valid certificate and is independent of the departments is offered.")
    reason = fields.Text(required=True)

    @api.depends("audit_id")
    def _compute_auditor_ids(self):
        for wizard in self:
            audit = wizard.audit_id
            wizard.auditor_ids = audit.lead_id | audit.team_ids
            wizard.candidate_ids = audit._get_candidates()

    def action_confirm(self):
        """Replace the auditor."""
        self.ensure_one()
        self.audit_id.check_access("read")
        self.audit_id._replace_auditor(self.replaced_id, self.successor_id, self.reason)
        return {"type": "ir.actions.act_window_close"}
