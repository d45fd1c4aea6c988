from odoo import api, fields, models

ACTIVITY = "repair_quality.mail_activity_type_audit"
ANNOUNCE_DAYS = 14
ACKNOWLEDGE_DAYS = 7


class QmsAudit(models.Model):
    """Audits that come near, that did not take place, or whose report waits; and copies nobody took note of (handbook 10.2.1 (3)(4))."""

    _inherit = "qms.audit"

    @api.model
    def _run_daily(self):
        """Remind planners, lead auditors and receivers, and make the reports that could not be made before."""
        for company in self.env["res.company"].search([]):  # pylint: disable=no-search-all  # each has its own day
            self._remind_of(company, self._get_local_today(company))
        self._make_missing_reports()

    @api.model
    def _remind_of(self, company, today):
        audits = self.search([
            ("company_id", "=", company.id), "|", "&", ("state", "=", "planned"),
            ("date_start", "<=", fields.Date.add(today, days=ANNOUNCE_DAYS)),
            "&", ("state", "in", ("announced", "running")), ("date_end", "<", today)])
        reminded = audits.activity_search([ACTIVITY]).mapped("res_id")
        for audit in audits.filtered(lambda one: one.id not in reminded):
            user, text = audit._get_reminder(today)
            audit.activity_schedule(ACTIVITY, today, user_id=user.id, summary=text)
        copies = self.env["qms.audit.acknowledgement"].search([
            ("company_id", "=", company.id), ("acknowledged_on", "=", False), ("audit_id.state", "=", "reported")])
        for copy in copies.filtered(lambda one: (today - one.sent_on).days in (ACKNOWLEDGE_DAYS, 2 * ACKNOWLEDGE_DAYS)):
            copy.audit_id.message_notify(
                partner_ids=copy.user_id.partner_id.ids,
                subject=self.env._("Not acknowledged yet: report of audit %(audit)s", audit=copy.audit_id.display_name),
                body=self.env._("Read the report and acknowledge it under Quality, Audits."))

    def _get_reminder(self, today):
        """Return who is reminded of the audit, and of what."""
        self.ensure_one()
        if self.state == "running":
            return self.lead_id, self.env._("The last day is over: answer what is open and report.")
        planner = self.create_uid if self.create_uid.active and not self.create_uid.share else self.lead_id
        if self.state == "announced" or self.date_start < today:
            return planner, self.env._("It did not take place: find other days, or call it off with a reason.")
        return planner, self.env._("It comes near: announce it, so that the department can prepare.")

    def _forget_reminder(self):
        self.sudo().activity_unlink([ACTIVITY])  # reminders are the system's, whoever took the step
