from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.repair_service.models.repair_flow import FLOW


class QmsAuditReplacement(models.Model):
    """That an auditor was replaced or joined after the announcement: who, why, by whom decided (handbook 10.2.1 (2))."""

    _name = "qms.audit.replacement"
    _description = "Replacement of an Auditor"
    _inherit = ["repair.flow.record"]
    _order = "id"
    _rec_name = "audit_id"

    audit_id = fields.Many2one("qms.audit", required=True, ondelete="cascade", index=True, readonly=True)
    company_id = fields.Many2one(related="audit_id.company_id", store=True, index=True)
    replaced_id = fields.Many2one("res.users", "Auditor replaced", readonly=True, help="Empty: the successor came in addition.")
    successor_id = fields.Many2one("res.users", "Steps in", readonly=True, help="Empty: the team goes on without the auditor.")
    is_lead = fields.Boolean("As lead auditor", readonly=True)
    reason = fields.Char(required=True, readonly=True)
    answered_count = fields.Integer("Answers given before", readonly=True, help="They stay, under the name of who gave them.")
    decided_by_id = fields.Many2one("res.users", "Decided by", readonly=True)
    decided_on = fields.Datetime(readonly=True)

    @api.model
    def _get_flow_error(self):
        return self.env._("Auditors are replaced on the audit, with a reason: this list only keeps who stepped in.")


class QmsAudit(models.Model):
    """An auditor falls ill: another one, certified and independent on that day, takes over."""

    _inherit = "qms.audit"

    replacement_ids = fields.One2many("qms.audit.replacement", "audit_id", "Replacements", readonly=True)

    def action_ask_replacement(self):
        """Ask who is replaced by whom, and why."""
        self.ensure_one()
        self._check_quality_officer()
        self._check_in_state("announced", "running")
        return {
            "type": "ir.actions.act_window", "res_model": "qms.audit.replace", "view_mode": "form", "target": "new",
            "name": self.env._("Replace an auditor"), "context": {"default_audit_id": self.id}}

    def _replace_auditor(self, replaced, successor, reason):
        """Let ``successor`` take the place of ``replaced``; what was answered stays with who answered it.

        :param replaced: ``res.users`` of the audit; empty: the successor joins the team
        :param successor: ``res.users``, certified and independent; empty: the team goes on without a member
        :raises AccessError: for others than quality officers
        :raises UserError: when the successor may not audit, or nobody would lead
        """
        self.ensure_one()
        self._check_quality_officer()
        self._check_in_state("announced", "running")
        reason = self._take_reason(reason, self.env._("Write why the auditor is replaced."))
        is_lead = bool(replaced) and replaced == self.lead_id
        if replaced and replaced not in self.lead_id | self.team_ids:
            raise UserError(self.env._("%(user)s does not audit here.", user=replaced.name))
        if not successor and (is_lead or not replaced):
            raise UserError(self.env._("Choose who steps in: an audit has a lead auditor."))
        if successor and successor in (self.lead_id if is_lead else self.lead_id | self.team_ids):
            raise UserError(self.env._("%(user)s audits here already: choose somebody else.", user=successor.name))
        if successor:
            self._check_successor(successor)
        team = self.team_ids - replaced - successor
        self._flow_write({
            "lead_id": successor.id if is_lead else self.lead_id.id,
            "team_ids": [Command.set((team if is_lead else team | successor).ids)]})
        lines_sudo = self.sudo().line_ids  # counted only
        self.env["qms.audit.replacement"].sudo().with_context(repair_flow=FLOW).create([{  # kept by the system
            "audit_id": self.id, "replaced_id": replaced.id, "successor_id": successor.id, "is_lead": is_lead, "reason": reason,
            "answered_count": len(lines_sudo.filtered(lambda line: replaced and line.answered_by_id == replaced)),
            "decided_by_id": self.env.uid, "decided_on": fields.Datetime.now()}])
        self._tell_replacement(replaced, successor, reason)

    def _check_successor(self, successor):
        """Raise unless a user may audit on the days that are left, and stands apart from the departments."""
        self.ensure_one()
        today = self._get_local_today(self.company_id)
        for day in {max(today, self.date_start), max(today, self.date_end)}:
            if problem := self._get_certificate_problem(successor, day):
                raise UserError(problem)
        if problem := self._get_department_problem(successor, self.department_ids):
            raise UserError(problem)

    def _tell_replacement(self, replaced, successor, reason):
        if not replaced:
            text = self.env._("%(successor)s joins the auditors: %(reason)s", successor=successor.name, reason=reason)
        elif not successor:
            text = self.env._("%(replaced)s leaves the auditors: %(reason)s", replaced=replaced.name, reason=reason)
        else:
            text = self.env._("%(successor)s takes over from %(replaced)s: %(reason)s",
                              successor=successor.name, replaced=replaced.name, reason=reason)
        self.message_post(body=text)
        self.message_notify(
            partner_ids=(replaced | successor | self.lead_id | self.team_ids | self._get_heads()).partner_id.ids,
            subject=self.env._("Audit %(audit)s", audit=self.display_name), body=text)
