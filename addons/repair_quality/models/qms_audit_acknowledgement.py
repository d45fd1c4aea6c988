from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class QmsAuditAcknowledgement(models.Model):
    """One copy of a report, and that its receiver took note of it."""

    _name = "qms.audit.acknowledgement"
    _description = "Acknowledgement of an Audit Report"
    _inherit = ["qms.mixin"]
    _order = "audit_id, id"
    _rec_name = "user_id"
    _flow_fields = frozenset({"audit_id", "user_id", "sent_on", "acknowledged_on"})

    audit_id = fields.Many2one("qms.audit", required=True, ondelete="cascade", index=True, readonly=True)
    company_id = fields.Many2one(related="audit_id.company_id", store=True, index=True)
    user_id = fields.Many2one("res.users", "Receiver", required=True, readonly=True, index=True)
    sent_on = fields.Date(readonly=True)
    acknowledged_on = fields.Datetime(readonly=True)

    _user_uniq = models.Constraint("UNIQUE (audit_id, user_id)", "Everybody gets one copy.")

    @api.model_create_multi
    def create(self, vals_list):
        """Copies are handed out by the report only."""
        if not self._in_flow():
            raise UserError(self.env._("Copies are handed out when the audit is reported."))
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Who got the report, and took note of it, stays on record."))

    def action_acknowledge(self):
        """Take note of the report, for oneself."""
        for row in self:
            if row.user_id != self.env.user:
                raise AccessError(self.env._("Everybody acknowledges for himself only."))
            if row.acknowledged_on:
                raise UserError(self.env._("You acknowledged this report already."))
            row.sudo()._flow_write({"acknowledged_on": fields.Datetime.now()})  # receivers own no right to write rows
        return True
