from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

GRADES = [("conforming", "Conforming"), ("observation", "Observation"), ("minor", "Minor"), ("major", "Major")]
# Days in which a finding should be put right, unless the auditor names another day.
DUE_DAYS = {"minor": 60, "major": 30}


class QmsFinding(models.Model):
    """What an audit found; minor and major ones become nonconformities (handbook 10.2.1 (3)(4))."""

    _name = "qms.finding"
    _description = "Audit Finding"
    _inherit = ["mail.thread", "qms.mixin"]
    _order = "audit_id desc, id"
    _rec_name = "description"
    _flow_fields = frozenset({"line_id", "nonconformity_id", "followup_audit_id", "followup_note"})

    audit_id = fields.Many2one("qms.audit", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="audit_id.company_id", store=True, index=True)
    audit_state = fields.Selection(related="audit_id.state", string="Audit is")
    line_id = fields.Many2one("qms.audit.line", "Question", readonly=True, ondelete="restrict", index="btree_not_null")
    department_id = fields.Many2one("hr.department", required=True, ondelete="restrict", index=True)
    clause_id = fields.Many2one("qms.clause", required=True, ondelete="restrict", index=True)
    description = fields.Text("What was found", required=True)
    grade = fields.Selection(GRADES, required=True, default="observation", tracking=True, index=True)
    is_nonconforming = fields.Boolean("Minor or major", compute="_compute_is_nonconforming", store=True)
    owner_id = fields.Many2one("res.users", "Responsible", domain="[('share', '=', False)]", tracking=True, index="btree_not_null")
    due_date = fields.Date("Due", tracking=True)
    nonconformity_id = fields.Many2one("qms.nonconformity", readonly=True, copy=False, ondelete="restrict", index="btree_not_null")
    nonconformity_closed = fields.Boolean("Nonconformity closed", compute="_compute_is_settled", compute_sudo=True)
    followup_audit_id = fields.Many2one(
        "qms.audit", "Followed up in", readonly=True, copy=False, index="btree_not_null", ondelete="restrict")
    followup_note = fields.Char("Why it is followed up there", readonly=True, copy=False)
    is_settled = fields.Boolean("Settled", compute="_compute_is_settled", search="_search_is_settled", compute_sudo=True)
    is_overdue = fields.Boolean("Overdue", compute="_compute_is_settled", compute_sudo=True)

    _line_uniq = models.UniqueIndex("(line_id) WHERE line_id IS NOT NULL", "A question has one finding.")

    @api.depends("grade")
    def _compute_is_nonconforming(self):
        for finding in self:
            finding.is_nonconforming = finding.grade in ("minor", "major")

    @api.depends("grade", "nonconformity_id.state", "followup_audit_id.state", "due_date")
    def _compute_is_settled(self):
        today = fields.Date.context_today(self)
        for finding in self:
            finding.nonconformity_closed = finding.nonconformity_id.state == "closed"
            followed = finding.followup_audit_id and finding.followup_audit_id.state != "cancelled"
            finding.is_settled = not finding.is_nonconforming or finding.nonconformity_closed or bool(followed)
            finding.is_overdue = bool(not finding.is_settled and finding.due_date and finding.due_date < today)

    def _search_is_settled(self, operator, value):
        if operator != "in":
            return NotImplemented
        # Whose nonconformities the user does not see are settled all the same.
        closed = self.env["qms.nonconformity"].sudo()._search([("state", "=", "closed")])
        settled = (
            fields.Domain("is_nonconforming", "=", False) | fields.Domain("nonconformity_id", "in", closed)
            | fields.Domain("followup_audit_id", "!=", False))
        return settled if True in value else ~settled

    @api.depends("audit_id.number", "description")
    def _compute_display_name(self):
        for finding in self:
            text = " ".join((finding.description or "").split())
            finding.display_name = f"{finding.audit_id.number or ''} {text[:60]}{'…' if len(text) > 60 else ''}".strip()

    @api.constrains("audit_id", "department_id", "clause_id", "description")
    def _check_scope(self):
        for finding in self:
            if finding.department_id not in finding.audit_id.department_ids:
                raise ValidationError(self.env._("%(department)s is not audited here.", department=finding.department_id.name))
            if not (finding.description or "").strip():
                raise ValidationError(self.env._("Write what was found."))

    @api.model_create_multi
    def create(self, vals_list):
        """Add findings while the audit is under way.

        :raises AccessError: for others than its auditors
        """
        findings = super().create(vals_list)
        if not self._in_flow():
            findings._check_workable()
        for finding in findings:
            finding._flow_write({
                "owner_id": finding.owner_id.id or finding._get_default_owner().id, **finding._prepare_due(finding.grade)})
        return findings

    def write(self, vals):
        """Change findings while the audit is under way; another grade moves a due day that nobody chose."""
        res = super().write(vals)
        if "grade" in vals and "due_date" not in vals and not self._in_flow():
            for finding in self:
                finding._flow_write(finding._prepare_due(vals["grade"], renew=True))
        return res

    def _check_frozen(self, vals):
        if {"audit_id"} & vals.keys():
            raise UserError(self.env._("A finding stays with its audit."))
        self._check_workable()
        if {"grade", "description"} & vals.keys() and self.line_id:
            raise UserError(self.env._("This finding comes from a question: change the answer there."))

    def _check_workable(self):
        for audit in self.audit_id:
            audit._check_in_state("running")
            audit._check_is_auditor()
            audit._check_auditors_today(self.env.user)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Findings stay on record: grade one as conforming when it was none."))

    def action_follow_up(self, audit=False, note=False):
        """Have a finding of a reported audit looked at again in a later one.

        :param audit: ``qms.audit`` or its id: a later one of this company that covers the department; a dialogue asks when not given
        :param str note: why it is not settled by its nonconformity yet
        :raises AccessError: for others than the lead auditor and quality officers
        """
        self.ensure_one()
        self.check_access("read")
        if self.env.user != self.audit_id.lead_id:
            self._check_quality_officer()
        self.audit_id._check_in_state("reported")
        if not self.is_nonconforming or self.followup_audit_id:
            raise UserError(self.env._("Only an open minor or major finding is followed up, once."))
        if audit is False:
            return {
                "type": "ir.actions.act_window", "res_model": "qms.finding.followup", "view_mode": "form", "target": "new",
                "name": self.env._("Follow up"), "context": {"default_finding_id": self.id}}
        self._follow_up(audit, self._take_reason(note, self.env._("Write why the finding is followed up.")))
        return True

    def action_open_nonconformity(self):
        """Open the nonconformity of the finding."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": "qms.nonconformity", "res_id": self.nonconformity_id.id, "view_mode": "form"}

    def _follow_up(self, audit, note):
        later = audit if isinstance(audit, models.BaseModel) else self.env["qms.audit"].browse(
            audit if isinstance(audit, int) else [])
        later = later.exists()
        if later._name != "qms.audit" or len(later) != 1:
            raise UserError(self.env._("Choose the audit that follows the finding up."))
        own = self.audit_id
        if (later.state != "planned" or later.company_id != own.company_id or self.department_id not in later.department_ids
                or later.date_start <= (own.reported_on or own.date_end)):
            raise UserError(self.env._(
                "A finding is followed up by an audit that is planned, later, and covers %(department)s.",
                department=self.department_id.name))
        self.sudo()._flow_write({"followup_audit_id": later.id, "followup_note": note})  # the lead auditor decides; checked above

    def _get_default_owner(self):
        """Return the head of the department, as far as he has a login."""
        department_sudo = self.department_id.sudo()  # managers are named, not read
        return department_sudo.manager_id.user_id or department_sudo.parent_id.manager_id.user_id

    def _prepare_due(self, grade, renew=False):
        """Return the due day that belongs to a grade, unless one was chosen."""
        self.ensure_one()
        if grade not in DUE_DAYS:
            return {"due_date": False}
        if self.due_date and not renew:
            return {}
        return {"due_date": self._get_local_today(self.company_id) + timedelta(days=DUE_DAYS[grade])}

    def _open_nonconformities(self):
        """Open a nonconformity for each minor and major finding; it knows nothing of audits, the link is kept here."""
        for finding in self.filtered(lambda one: one.is_nonconforming and not one.nonconformity_id):
            record = self.env["qms.nonconformity"]._report(finding._prepare_nonconformity())
            finding.sudo()._flow_write({"nonconformity_id": record.id})  # the lead auditor need not see it

    def _prepare_nonconformity(self):
        self.ensure_one()
        text = " ".join(self.description.split())
        return {
            "name": text[:200],
            "description": "\n".join((
                self.env._("Audit %(audit)s, %(department)s", audit=self.audit_id.display_name, department=self.department_id.name),
                self.clause_id.display_name, self.description)),
            "source": "audit",
            "severity": self.grade,
            "owner_id": self.owner_id.id,
            "company_id": self.company_id.id,
            "detected_on": self._get_local_today(self.company_id),
            "due_date": self.due_date,
        }
