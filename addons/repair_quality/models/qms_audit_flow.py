import base64
import hashlib

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.repair_service.models.repair_flow import FLOW

# With "workers" it prints too, one page at a time.
RENDERER_STATES = ("ok", "upgrade", "workers")


class QmsAudit(models.Model):
    """The steps of an audit; each day is that of the button, never one that somebody typed (handbook 10.2.1 (3)(4))."""

    _inherit = "qms.audit"

    def action_announce(self):
        """Draw up the checklist and tell auditors and departments.

        :raises UserError: without lead auditor, departments or clauses, or when an auditor may not audit
        """
        self._check_quality_officer()
        for audit in self._check_in_state("planned"):
            audit._check_announceable()
            audit._draw_up_checklist()
            audit._forget_reminder()
            audit._flow_write({"state": "announced", "announced_on": self._get_local_today(audit.company_id)})
            audit.message_notify(
                partner_ids=(audit.lead_id | audit.team_ids | audit._get_heads()).partner_id.ids,
                subject=self.env._("Audit %(audit)s", audit=audit.display_name),
                body=self.env._(
                    "%(audit)s takes place from %(start)s to %(end)s in %(departments)s; lead auditor: %(lead)s.",
                    audit=audit.display_name, start=audit.date_start, end=audit.date_end,
                    departments=", ".join(audit.department_ids.mapped("name")), lead=audit.lead_id.name))

    def action_replan(self):
        """Take an announcement back, so that departments and clauses can change; the checklist is drawn up anew."""
        self._check_quality_officer()
        for audit in self._check_in_state("announced"):
            audit.line_ids.with_context(repair_flow=FLOW).unlink()
            audit._flow_write({"state": "planned"})

    def action_start(self):
        """Open the audit on one of its planned days.

        :raises AccessError: for others than the lead auditor
        :raises UserError: on another day, or when an auditor may not audit today
        """
        self._check_is_lead()
        for audit in self._check_in_state("announced"):
            today = self._get_local_today(audit.company_id)
            if not audit.date_start <= today <= audit.date_end:
                raise UserError(self.env._(
                    "%(audit)s is planned from %(start)s to %(end)s: have the days changed first.",
                    audit=audit.display_name, start=audit.date_start, end=audit.date_end))
            audit._check_auditors_today(audit.lead_id | audit.team_ids)
            audit._flow_write({"state": "running", "started_on": today})
            audit._forget_reminder()

    def action_report(self):
        """Report: freeze the audit, open nonconformities, and send the report to those concerned.

        :raises AccessError: for others than the lead auditor
        :raises UserError: with open questions, without a conclusion, or with a finding that lacks owner or due day
        """
        self._check_is_lead()
        for audit in self._check_in_state("running"):
            audit._check_reportable()
            today = self._get_local_today(audit.company_id)
            audit.finding_ids._open_nonconformities()
            audit._flow_write({"state": "reported", "reported_on": today})
            audit._forget_reminder()
            audit._send_report(audit._render_report())

    def action_close(self):
        """Close reported audits.

        :raises UserError: while a question is open, or a finding neither closed nor followed up by a later audit
        """
        for audit in self._check_in_state("reported"):
            if self.env.user != audit.lead_id:
                self._check_quality_manager()
            if audit.open_count:
                raise UserError(self.env._("%(count)s questions are open.", count=audit.open_count))
            unsettled = audit.sudo().finding_ids.filtered(  # whose nonconformities the lead auditor need not see
                lambda one: one.is_nonconforming and not one.is_settled)
            if unsettled:
                raise UserError(self.env._(
                    "These findings are neither closed nor followed up by a later audit: %(findings)s.",
                    findings=", ".join(unsettled.mapped("display_name"))))
            audit._flow_write({"state": "closed", "closed_on": self._get_local_today(audit.company_id)})

    def action_cancel(self, reason=False):
        """Call an audit off before it starts.

        :param str reason: why; asked for in a dialogue when it is not given
        :raises UserError: once it is under way, while its programme is not open for changes, or when it follows findings up
        """
        self.ensure_one()
        self._check_quality_officer()
        self._check_in_state("planned", "announced")
        self.programme_id._check_open_for_changes()
        if self.env["qms.finding"].sudo().search_count([("followup_audit_id", "=", self.id)], limit=1):  # of any audit
            raise UserError(self.env._("%(audit)s follows up findings of an earlier audit and has to take place.", audit=self.display_name))
        if reason is False:
            return self._ask_reason("action_cancel", self.env._("Why is it called off?"))
        reason = self._take_reason(reason, self.env._("Write why the audit is called off."))
        self._flow_write({"state": "cancelled", "cancel_reason": reason})
        self._forget_reminder()
        return True

    def action_acknowledge(self):
        """Acknowledge one's copy of the report."""
        self.ensure_one()
        self.check_access("read")
        if not self.my_acknowledgement_id:
            raise UserError(self.env._("This report was not sent to you."))
        return self.my_acknowledgement_id.action_acknowledge()

    def action_view_checklist(self):
        """Open the checklist, open questions first."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_quality.qms_audit_line_action")
        return {**action, "domain": [("audit_id", "=", self.id)], "context": {"search_default_open": self.state == "running"}}

    def action_view_findings(self):
        """Open the findings of the audit."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_quality.qms_finding_action")
        return {**action, "domain": [("audit_id", "=", self.id)], "context": {"default_audit_id": self.id}}

    def action_print(self):
        """Open the report as a PDF: the one that was sent."""
        self.ensure_one()
        self.check_access("read")
        if self.state not in ("reported", "closed"):
            raise UserError(self.env._("The report is made when the audit is reported."))
        return {"type": "ir.actions.act_url", "url": f"/quality/audit/{self.id}", "target": "new"}

    def action_print_plan(self):
        """Open the plan as a PDF: days, auditors, and what will be asked.

        :raises UserError: before the announcement, and once it is reported
        """
        self.ensure_one()
        self.check_access("read")
        if self.state not in ("announced", "running"):
            raise UserError(self.env._("The plan is printed between the announcement and the report."))
        return {"type": "ir.actions.act_url", "url": f"/quality/audit/{self.id}/plan", "target": "new"}

    def _check_announceable(self):
        self.ensure_one()
        if not self.lead_id or not self.department_ids or not self.clause_ids:
            raise UserError(self.env._("%(audit)s needs a lead auditor, departments and clauses.", audit=self.display_name))
        self._check_not_back_dated()
        self._check_auditors()
        if self.programme_id and self.programme_id.state != "approved":
            raise UserError(self.env._("%(programme)s is not approved yet.", programme=self.programme_id.name))

    def _draw_up_checklist(self):
        """Lay out one line for each department, clause and question, and one for each finding to follow up."""
        self.ensure_one()
        values = []
        for department in self.department_ids.sorted("name"):
            for clause in self.clause_ids._get_leaves() - self._get_exempt_clauses(department):
                values += [{
                    "audit_id": self.id, "department_id": department.id, "clause_id": clause.id, "requirement": clause.display_name,
                    "question": question} for question in clause._get_questions()]
        followed = self.env["qms.finding"].sudo().search([("followup_audit_id", "=", self.id)])  # of any audit
        values += [{
            "audit_id": self.id, "department_id": finding.department_id.id, "clause_id": finding.clause_id.id,
            "requirement": finding.clause_id.display_name, "origin_finding_id": finding.id,
            "question": self.env._("Follow-up of %(audit)s: is this put right, and does it last? %(finding)s",
                                   audit=finding.audit_id.number, finding=finding.description),
        } for finding in followed]
        if not values:
            raise UserError(self.env._("Every clause of %(audit)s is said not to apply: choose others.", audit=self.display_name))
        lines_sudo = self.env["qms.audit.line"].sudo()  # nobody may make up questions, the announcement lays them out
        lines_sudo._flow_create([{**line, "sequence": number} for number, line in enumerate(values, 1)])

    def _get_exempt_clauses(self, department):
        """Return the lowest clauses that the programme says do not apply to a department."""
        exemptions = self.programme_id.exemption_ids.filtered(lambda one: one.department_id == department)
        return exemptions.clause_id._get_leaves()

    def _check_reportable(self):
        self.ensure_one()
        if self.open_count or not self.line_ids:
            raise UserError(self.env._("%(count)s questions are open.", count=self.open_count))
        if not (self.summary or "").strip():
            raise UserError(self.env._("Write the conclusion of %(audit)s first.", audit=self.display_name))
        self._check_auditors_today(self.lead_id)
        today = self._get_local_today(self.company_id)
        for finding in self.finding_ids.filtered("is_nonconforming"):
            if not finding.owner_id or not finding.due_date or finding.due_date < today:
                raise UserError(self.env._("%(finding)s needs an owner and a due day to come.", finding=finding.display_name))

    def _get_heads(self):
        """Return the users who manage the departments, directly or above them, as far as they have a login."""
        departments_sudo = self.department_ids.sudo()  # managers are addressed, not read
        return departments_sudo.search([("id", "parent_of", departments_sudo.ids)]).manager_id.user_id.with_env(self.env)

    def _send_report(self, pdf):
        """Hand out copies, with the paper when it could be made; else it follows as soon as there is a renderer."""
        self.ensure_one()
        audit_sudo = self.sudo()  # the lead auditor freezes the report and hands out copies; the caller checked that it is him
        receivers = audit_sudo._get_heads() | audit_sudo.finding_ids.filtered("is_nonconforming").owner_id
        today = self._get_local_today(self.company_id)
        self.env["qms.audit.acknowledgement"].sudo()._flow_create([  # as above
            {"audit_id": self.id, "user_id": user.id, "sent_on": today} for user in receivers])
        if pdf:
            audit_sudo._freeze_report(pdf)
        else:
            self.env.ref("repair_quality.ir_cron_audits").sudo()._trigger()  # as above
        audit_sudo._mail_report(
            pdf, self.env._("Read the report and acknowledge it under Quality, Audits. Your findings and their due days stand in it."))

    def _mail_report(self, pdf, text):
        self.ensure_one()
        self.message_notify(
            partner_ids=self.acknowledgement_ids.user_id.partner_id.ids,
            subject=self.env._("Report of audit %(audit)s", audit=self.display_name), body=text,
            attachments=[(f"{self.number.replace('/', '-')}.pdf", pdf)] if pdf else [])

    def _freeze_report(self, pdf):
        self._flow_write({"report_file": base64.b64encode(pdf), "report_checksum": hashlib.sha256(pdf).hexdigest()})

    def _render_report(self):
        """Return the report as a PDF; nothing while no renderer is at hand, or when the caller leaves papers to the nightly job."""
        if self.env.context.get("audit_papers_later"):
            return b""
        reports_sudo = self.env["ir.actions.report"].sudo()  # the paper tells the whole audit to whom it is sent
        if not self.env.registry.ready or reports_sudo.get_wkhtmltopdf_state() not in RENDERER_STATES:
            return b""
        pdf, _type = reports_sudo._render_qweb_pdf("repair_quality.action_report_audit", self.ids)
        return pdf

    @api.model
    def _make_missing_reports(self):
        """Make and send the reports that could not be made when their audit was reported."""
        for audit in self.search([("state", "in", ("reported", "closed")), ("report_checksum", "=", False)]):
            audit._lock()
            if not audit.report_checksum and (pdf := audit._render_report()):
                audit._freeze_report(pdf)
                audit._mail_report(pdf, self.env._("Here is the paper of the report that you were told of."))

    def _get_report_pdf(self):
        """Return the report as it was sent.

        :raises UserError: before the audit is reported, or when the file is not the one that was sent
        """
        self.ensure_one()
        audit_sudo = self.with_context(bin_size=False).sudo()  # its readers were checked by the caller
        if self.state not in ("reported", "closed"):
            raise UserError(self.env._("The report is made when the audit is reported."))
        if not audit_sudo.report_checksum:
            pdf = audit_sudo._render_report()
            if not pdf:
                raise UserError(self.env._("The paper is not made yet: read the audit on the screen, or try again later."))
            audit_sudo._freeze_report(pdf)
        pdf = base64.b64decode(audit_sudo.report_file or b"")
        if hashlib.sha256(pdf).hexdigest() != audit_sudo.report_checksum:
            raise AccessError(self.env._("The report is not the one that was sent."))
        return pdf
