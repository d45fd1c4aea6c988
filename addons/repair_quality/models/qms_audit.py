from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

# What the approved programme rests on, and what the announcement told those audited.
SCOPE_FIELDS = {"programme_id", "company_id", "department_ids", "clause_ids", "name"}
TEAM_FIELDS = {"lead_id", "team_ids"}
ANNOUNCED_FIELDS = {"date_start", "date_end", "scope", "extra_reason"}
STATES = [
    ("planned", "Planned"), ("announced", "Announced"), ("running", "Under way"), ("reported", "Reported"), ("closed", "Closed"),
    ("cancelled", "Called off"),
]


class QmsAudit(models.Model):
    """An internal audit: planned, carried out by independent auditors, reported, and closed when its findings are (handbook 10.2.1)."""

    _name = "qms.audit"
    _description = "Internal Audit"
    _inherit = ["mail.thread", "mail.activity.mixin", "qms.mixin"]
    _order = "date_start desc, id desc"
    _rec_names_search = ["number", "name"]
    _flow_fields = frozenset({
        "number", "state", "announced_on", "started_on", "reported_on", "closed_on", "report_file", "report_checksum", "cancel_reason",
        "finding_ids", "acknowledgement_ids", "replacement_ids"})

    number = fields.Char(readonly=True, copy=False, index=True)
    name = fields.Char("Subject", required=True, tracking=True)
    programme_id = fields.Many2one("qms.audit.programme", index="btree_not_null", ondelete="restrict", tracking=True)
    extra_reason = fields.Char("Why outside the programme", help="Asked for when the audit belongs to no programme.")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    scope = fields.Text("Aim and scope")
    department_ids = fields.Many2many("hr.department", "qms_audit_department_rel", "audit_id", "department_id", "Departments")
    clause_ids = fields.Many2many("qms.clause", "qms_audit_clause_rel", "audit_id", "clause_id", "Clauses")
    date_start = fields.Date("From", required=True, tracking=True, index=True)
    date_end = fields.Date("To", required=True, tracking=True)
    lead_id = fields.Many2one("res.users", "Lead auditor", domain="[('id', 'in', candidate_ids)]", tracking=True, index="btree_not_null")
    team_ids = fields.Many2many(
        "res.users", "qms_audit_team_rel", "audit_id", "user_id", "Further auditors", domain="[('id', 'in', candidate_ids)]", tracking=True)
    line_ids = fields.One2many("qms.audit.line", "audit_id", "Checklist")
    finding_ids = fields.One2many("qms.finding", "audit_id", "Findings")
    acknowledgement_ids = fields.One2many("qms.audit.acknowledgement", "audit_id", "Sent to", readonly=True)
    summary = fields.Text("Conclusion", help="What the audit showed as a whole: strengths, weaknesses, whether the system works.")
    state = fields.Selection(STATES, default="planned", required=True, readonly=True, copy=False, index=True, tracking=True)
    announced_on = fields.Date(readonly=True, copy=False)
    started_on = fields.Date(readonly=True, copy=False)
    reported_on = fields.Date(readonly=True, copy=False)
    closed_on = fields.Date(readonly=True, copy=False)
    cancel_reason = fields.Char("Why called off", readonly=True, copy=False)
    report_file = fields.Binary("Report", attachment=True, readonly=True, copy=False)
    report_checksum = fields.Char("SHA-256 of the report", readonly=True, copy=False)
    line_count = fields.Integer("Questions", compute="_compute_counts", compute_sudo=True)
    open_count = fields.Integer("Open questions", compute="_compute_counts", compute_sudo=True)
    finding_count = fields.Integer("Minor and major findings", compute="_compute_counts", compute_sudo=True)
    unsettled_count = fields.Integer("Findings not settled", compute="_compute_counts", compute_sudo=True)
    is_auditor = fields.Boolean("I audit", compute="_compute_is_auditor", search="_search_is_auditor")
    my_acknowledgement_id = fields.Many2one("qms.audit.acknowledgement", "My copy", compute="_compute_my_acknowledgement")
    must_acknowledge = fields.Boolean("I have to acknowledge", compute="_compute_my_acknowledgement")

    _dates_order = models.Constraint("CHECK (date_start <= date_end)", "The last day lies before the first.")
    _number_uniq = models.UniqueIndex("(company_id, number)", "This number is used already.")

    @api.depends("line_ids.answer", "finding_ids.grade", "finding_ids.nonconformity_id.state", "finding_ids.followup_audit_id")
    def _compute_counts(self):
        for audit in self:
            audit.line_count = len(audit.line_ids)
            audit.open_count = len(audit.line_ids.filtered(lambda line: not line.answer))
            audit.finding_count = len(audit.finding_ids.filtered("is_nonconforming"))
            audit.unsettled_count = len(audit.finding_ids.filtered(lambda one: one.is_nonconforming and not one.is_settled))

    @api.depends("lead_id", "team_ids")
    @api.depends_context("uid")
    def _compute_is_auditor(self):
        for audit in self:
            audit.is_auditor = self.env.user in audit.lead_id | audit.team_ids

    def _search_is_auditor(self, operator, value):
        if operator != "in":
            return NotImplemented
        mine = fields.Domain("lead_id", "=", self.env.uid) | fields.Domain("team_ids", "in", self.env.uid)
        return mine if True in value else ~mine

    @api.depends("acknowledgement_ids.acknowledged_on")
    @api.depends_context("uid")
    def _compute_my_acknowledgement(self):
        for audit in self:
            mine = audit.acknowledgement_ids.filtered(lambda row: row.user_id == self.env.user)[:1]
            audit.my_acknowledgement_id = mine
            audit.must_acknowledge = bool(mine and not mine.acknowledged_on)

    @api.depends("number", "name")
    def _compute_display_name(self):
        for audit in self:
            audit.display_name = f"{audit.number or ''} {audit.name or ''}".strip()

    @api.constrains("programme_id", "company_id", "date_start", "date_end", "extra_reason")
    def _check_programme(self):
        for audit in self:
            programme = audit.programme_id
            if programme and programme.company_id != audit.company_id:
                raise ValidationError(self.env._("%(audit)s and its programme belong to one company.", audit=audit.name))
            if programme and {audit.date_start.year, audit.date_end.year} != {programme.year}:
                raise ValidationError(self.env._(
                    "%(audit)s lies in the year %(year)s of its programme.", audit=audit.name, year=programme.year))
            if not programme and not (audit.extra_reason or "").strip():
                raise ValidationError(self.env._("Choose the programme of %(audit)s, or write why it lies outside.", audit=audit.name))

    @api.constrains("company_id", "department_ids")
    def _check_departments(self):
        for audit in self:
            if any(one.company_id and one.company_id != audit.company_id for one in audit.department_ids):
                raise ValidationError(self.env._("Departments of another company are audited there."))

    @api.model_create_multi
    def create(self, vals_list):
        """Plan audits; nothing is planned for a day that is over, nor into a programme that is not open for changes."""
        for vals in vals_list:
            company = self.env["res.company"].browse(vals.get("company_id") or self.env.company.id)
            if not vals.get("company_id") and vals.get("programme_id"):
                company = self.env["qms.audit.programme"].browse(vals["programme_id"]).company_id
                vals["company_id"] = company.id
        audits = super().create(vals_list)
        for audit in audits:
            audit._flow_write({"number": self.env["ir.sequence"].sudo().with_company(  # nobody else numbers
                audit.company_id).next_by_code("qms.audit")})
        audits.programme_id._check_open_for_changes()
        audits._check_not_back_dated()
        return audits

    def write(self, vals):
        """Write the plan before the start, the conclusion while it is under way, and nothing once it is reported."""
        programmes = self.programme_id
        res = super().write(vals)
        if not self._in_flow():
            if {"programme_id", "company_id", "department_ids", "clause_ids"} & vals.keys():
                (programmes | self.programme_id)._check_open_for_changes()
            if {"date_start", "date_end"} & vals.keys():
                self._check_not_back_dated()
        return res

    def _check_frozen(self, vals):
        names = vals.keys() - {"message_follower_ids", "activity_ids", "message_main_attachment_id"}
        if not names:
            return
        for audit in self:
            if audit.state == "running" and names <= {"summary"}:
                audit._check_is_auditor()
                continue
            self._check_quality_officer()
            if audit.state in ("announced", "running") and names & TEAM_FIELDS:
                raise UserError(self.env._(
                    "The auditors of %(audit)s were announced: replace one with a reason, by the button.", audit=audit.display_name))
            if audit.state in ("planned", "announced") and names & {"finding_ids", "line_ids"}:
                raise UserError(self.env._("The checklist is drawn up by the announcement, findings come while the audit is under way."))
            if audit.state == "planned" and names <= SCOPE_FIELDS | TEAM_FIELDS | ANNOUNCED_FIELDS | {"summary"}:
                continue
            if audit.state == "announced" and names <= ANNOUNCED_FIELDS:
                continue
            raise UserError(self.env._("%(audit)s stays as it was planned and reported.", audit=audit.display_name))

    @api.ondelete(at_uninstall=False)
    def _unlink_only_planned(self):
        for audit in self:
            if audit.state != "planned" or audit.announced_on:
                raise UserError(self.env._("%(audit)s was announced and is kept as a record.", audit=audit.display_name))
        self.programme_id._check_open_for_changes()

    def _check_not_back_dated(self):
        for audit in self:
            if audit.date_start < self._get_local_today(audit.company_id):
                raise ValidationError(self.env._("%(audit)s cannot be planned for a day that is over.", audit=audit.name))

    def _check_is_auditor(self):
        for audit in self:
            if self.env.user not in audit.lead_id | audit.team_ids:
                raise AccessError(self.env._("Only the auditors of %(audit)s do this.", audit=audit.display_name))

    def _check_is_lead(self):
        for audit in self:
            if self.env.user != audit.lead_id:
                raise AccessError(self.env._("Only the lead auditor of %(audit)s does this.", audit=audit.display_name))

    def _get_snapshot(self):
        """Return the plan in words, as a version of the programme keeps it."""
        self.ensure_one()
        return {
            "name": self.display_name,
            "department_ids": ", ".join(sorted(self.department_ids.mapped("name"))),
            "clause_ids": ", ".join(self.clause_ids.sorted("sort_key").mapped("number")),
            "date_start": fields.Date.to_string(self.date_start),
            "date_end": fields.Date.to_string(self.date_end),
            "lead_id": self.lead_id.name or "",
            "state": dict(self._fields["state"]._description_selection(self.env))[
                "cancelled" if self.state == "cancelled" else "planned"],
        }

    def _is_file_fixed(self, new=False):
        """Whether the files of the audit are fixed: its report is written by the flow only."""
        return True
