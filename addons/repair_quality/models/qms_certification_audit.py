from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .qms_policy import FLOW

FLOW_FIELDS = frozenset({"done_on", "result", "warned_days"})
SETTLED_STATES = ("verified", "closed")


class QmsCertificationAudit(models.Model):
    """An audit by the body: stages 1 and 2, surveillance, renewal (handbook 10.2.2 (3))."""

    _name = "qms.certification.audit"
    _description = "Audit by a Certification Body"
    _inherit = ["repair.input"]
    _order = "certification_id, planned_on, id"
    _flow_fields = FLOW_FIELDS

    certification_id = fields.Many2one("qms.certification", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="certification_id.company_id", store=True, index=True)
    kind = fields.Selection(
        [("stage1", "Stage 1"), ("stage2", "Stage 2"), ("surveillance", "Surveillance audit"), ("renewal", "Renewal")],
        required=True, default="stage1")
    planned_on = fields.Date("Planned for", required=True, index=True)
    auditors = fields.Char("Auditors of the body")
    report_file = fields.Binary("Report", attachment=True)
    report_filename = fields.Char("File name of the report")
    done_on = fields.Date(readonly=True, copy=False)
    result = fields.Selection([("passed", "Passed"), ("failed", "Not passed")], readonly=True, copy=False)
    finding_ids = fields.One2many("qms.certification.finding", "audit_id", "Findings")
    warned_days = fields.Integer("Warned, days before", readonly=True, copy=False)
    is_overdue = fields.Boolean("Overdue", compute="_compute_is_overdue", search="_search_is_overdue")

    @api.depends("kind", "planned_on")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for audit in self:
            audit.display_name = " ".join(filter(None, (labels.get(audit.kind), str(audit.planned_on or ""))))

    @api.depends("planned_on", "done_on")
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for audit in self:
            audit.is_overdue = bool(audit.planned_on and audit.planned_on < today and not audit.done_on)

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        overdue = Domain("planned_on", "<", fields.Date.context_today(self)) & Domain("done_on", "=", False)
        return overdue if True in value else ~overdue

    @api.model_create_multi
    def create(self, vals_list):
        """Audits begin planned."""
        for vals in vals_list:
            for name in FLOW_FIELDS & vals.keys():
                del vals[name]
        return super().create(vals_list)

    def write(self, vals):
        """Results come from the buttons; an audit that was made stays, and another day is warned of anew."""
        if self.env.context.get("qms_flow") is not FLOW:
            if FLOW_FIELDS & vals.keys() or "certification_id" in vals:
                raise UserError(self.env._("Report an audit as passed or not with its buttons."))
            if any(audit.done_on for audit in self):
                raise UserError(self.env._("An audit that was made stays as it is."))
            if "planned_on" in vals:
                self._flow_write({"warned_days": 0})
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_planned(self):
        if any(audit.done_on for audit in self):
            raise UserError(self.env._("An audit that was made stays as it is."))

    def action_passed(self):
        """Report audits as passed; see :meth:`_report_result`."""
        self._report_result("passed")

    def action_failed(self):
        """Report audits as not passed; see :meth:`_report_result`."""
        self._report_result("failed")

    def _report_result(self, result):
        """Record the body's result, on the day.

        :raises AccessError: for anybody but quality managers
        :raises UserError: before its day, before the stage before, without the report, or while a major finding is open
        """
        self.env["qms.certification"]._check_manager()
        self.check_access("write")
        today = fields.Date.context_today(self)
        for audit in self:
            if audit.done_on:
                raise UserError(self.env._("An audit that was made stays as it is."))
            if audit.planned_on > today:
                raise UserError(self.env._("%(audit)s has not come yet.", audit=audit.display_name))
            if audit.kind in ("stage1", "stage2") and audit.certification_id.state != "audited":
                raise UserError(self.env._("Finish the preparation before the body audits."))
            if audit.kind in ("surveillance", "renewal") and audit.certification_id.state not in ("certified", "suspended"):
                raise UserError(self.env._("There is no certificate to watch over yet."))
            passed = audit.certification_id.audit_ids.filtered(lambda other: other.result == "passed").mapped("kind")
            if audit.kind == "stage2" and "stage1" not in passed:
                raise UserError(self.env._("Stage 2 follows stage 1."))
            if not audit.report_file:
                raise UserError(self.env._("Add the report of the body to %(audit)s.", audit=audit.display_name))
            if result == "passed":
                audit.finding_ids._check_settled(("major",))
        self._flow_write({"result": result, "done_on": today})

    def _flow_write(self, vals):
        return self.with_context(qms_flow=FLOW).write(vals)

    def _in_flow(self):
        return self.env.context.get("qms_flow") is FLOW

    def _is_file_fixed(self, new=False):
        """Whether the file is fixed: the body made its audit."""
        self.ensure_one()
        return bool(self.done_on)


class QmsCertificationFinding(models.Model):
    """Something the body has found: treated as a nonconformity of our own (handbook 10.2.2 (3), 10.3.1)."""

    _name = "qms.certification.finding"
    _description = "Finding of a Certification Body"
    _inherit = ["repair.input"]
    _order = "certification_id, id"
    _flow_fields = frozenset({"nonconformity_id"})

    certification_id = fields.Many2one("qms.certification", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="certification_id.company_id", store=True, index=True)
    audit_id = fields.Many2one(
        "qms.certification.audit", required=True, index=True, ondelete="restrict", domain="[('certification_id', '=', certification_id)]")
    name = fields.Char("Finding", required=True)
    clause = fields.Char(help="Clause of the standard.")
    severity = fields.Selection(
        [("observation", "Observation"), ("minor", "Minor"), ("major", "Major")], required=True, default="minor")
    due_date = fields.Date("Answer until", required=True, default=lambda self: fields.Date.context_today(self) + relativedelta(days=60))
    nonconformity_id = fields.Many2one("qms.nonconformity", readonly=True, copy=False, ondelete="restrict")
    nonconformity_state = fields.Selection(related="nonconformity_id.state", string="Treatment")
    is_open = fields.Boolean("Open", compute="_compute_is_open")

    @api.depends("severity", "nonconformity_id.state")
    def _compute_is_open(self):
        for finding in self:
            finding.is_open = finding.severity != "observation" and finding.nonconformity_id.state not in SETTLED_STATES

    @api.model_create_multi
    def create(self, vals_list):
        """What the body calls a nonconformity becomes one of ours at once."""
        for vals in vals_list:
            vals.pop("nonconformity_id", None)
        findings = super().create(vals_list)
        for finding in findings:
            if finding.audit_id.certification_id != finding.certification_id:
                raise UserError(self.env._("This audit belongs to another certification."))
            if finding.severity != "observation":
                nonconformity = self.env["qms.nonconformity"]._report(finding._prepare_nonconformity())
                finding.with_context(qms_flow=FLOW).nonconformity_id = nonconformity
        return findings

    def write(self, vals):
        """A finding is the body's: what it says stays as it is.

        :raises UserError: always, but for what the flow writes
        """
        if self.env.context.get("qms_flow") is not FLOW and vals:
            raise UserError(self.env._("A finding is the body's and stays as it is: treat its nonconformity."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if self.env.context.get("qms_flow") is not FLOW:
            raise UserError(self.env._("A finding is the body's and stays as it is: treat its nonconformity."))

    def _prepare_nonconformity(self):
        self.ensure_one()
        today = fields.Date.context_today(self)
        return {
            "name": self.env._("%(standard)s %(clause)s: %(finding)s", standard=self.certification_id.name, clause=self.clause or "",
                               finding=self.name),
            "description": self.env._(
                "Found by %(body)s at: %(audit)s", body=self.certification_id.body_id.name, audit=self.audit_id.display_name),
            "source": "audit", "severity": self.severity, "company_id": self.company_id.id, "owner_id": self.certification_id.owner_id.id,
            "detected_on": today, "due_date": max(self.due_date, today)}

    def _check_settled(self, severities):
        """Raise when a finding of one of the severities is not verified yet."""
        for finding in self:
            if finding.severity in severities and finding.is_open:
                raise UserError(self.env._(
                    "'%(finding)s' is a major finding and not settled: verify %(number)s first.",
                    finding=finding.name, number=finding.nonconformity_id.number))


class QmsReview(models.Model):
    _inherit = "qms.review"

    def _get_inputs_audits(self):
        """Add what the certification bodies found in the period, and the certificates that end soon (ISO 9001, 9.3.2)."""
        audits_sudo = self.env["qms.certification.audit"].sudo().search([  # the chair sees them all
            ("company_id", "=", self.company_id.id), ("done_on", ">=", self.period_from), ("done_on", "<=", self.period_to)])
        labels = dict(audits_sudo._fields["result"]._description_selection(self.env))
        rows = [{
            "name": f"{audit.certification_id.name} {audit.display_name}", "light": "green" if audit.result == "passed" else "red",
            "value": labels[audit.result], "note": "\n".join(audit.finding_ids.mapped("name")),
        } for audit in audits_sudo]
        ending_sudo = self.env["qms.certification"].sudo().search([  # as above
            ("company_id", "=", self.company_id.id), ("state", "in", ("certified", "suspended")),
            ("valid_until", "<", fields.Date.add(self.date, months=6))])
        rows += [{
            "name": record.name, "light": "amber" if record.is_valid else "red",
            "value": self.env._("Certificate ends on %(day)s", day=record.valid_until),
        } for record in ending_sudo]
        return super()._get_inputs_audits() + rows
