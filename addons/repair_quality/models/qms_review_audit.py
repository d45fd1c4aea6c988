from odoo import models


class QmsReview(models.Model):
    _inherit = "qms.review"

    def _get_inputs_audits(self):
        """Add the audits reported in the period with what they found, and the findings that nothing has settled yet."""
        audits_sudo = self.env["qms.audit"].sudo().search([  # the chair sees them all
            ("company_id", "=", self.company_id.id), ("reported_on", ">=", self.period_from), ("reported_on", "<=", self.period_to)])
        findings_sudo = self.env["qms.finding"].sudo()  # as above
        counts = {
            (audit.id, grade): count for audit, grade, count in findings_sudo._read_group(
                [("audit_id", "in", audits_sudo.ids)], ["audit_id", "grade"], ["__count"])}
        rows = []
        for audit in audits_sudo:
            major, minor, observation = (counts.get((audit.id, grade), 0) for grade in ("major", "minor", "observation"))
            rows.append({
                "name": audit.display_name, "light": "red" if major else "amber" if minor else "green",
                "value": self.env._(
                    "%(major)s major, %(minor)s minor, %(observation)s observations", major=major, minor=minor, observation=observation)})
        unsettled = findings_sudo.search_count([
            ("audit_id.company_id", "=", self.company_id.id), ("audit_id.state", "=", "reported"), ("is_settled", "=", False)])
        if unsettled:
            rows.append({
                "name": self.env._("Findings not settled"), "light": "amber", "value": self.env._("%(count)s found", count=unsettled)})
        return super()._get_inputs_audits() + rows
