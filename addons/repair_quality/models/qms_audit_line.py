from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

ANSWERS = [
    ("conforming", "Conforming"), ("observation", "Observation"), ("minor", "Minor"), ("major", "Major"), ("na", "Not applicable"),
]
ANSWER_FIELDS = {"answer", "note", "evidence_ids"}


class QmsAuditLine(models.Model):
    """One question of the checklist: what was seen, and what shows it."""

    _name = "qms.audit.line"
    _description = "Audit Question"
    _inherit = ["qms.mixin"]
    _order = "audit_id, sequence, id"
    _rec_name = "requirement"
    _flow_fields = frozenset({
        "audit_id", "department_id", "clause_id", "requirement", "question", "sequence", "origin_finding_id", "answered_by_id",
        "answered_on"})

    audit_id = fields.Many2one("qms.audit", required=True, ondelete="cascade", index=True, readonly=True)
    company_id = fields.Many2one(related="audit_id.company_id", store=True, index=True)
    audit_state = fields.Selection(related="audit_id.state", string="Audit is")
    sequence = fields.Integer(readonly=True)
    department_id = fields.Many2one("hr.department", required=True, ondelete="restrict", readonly=True)
    clause_id = fields.Many2one("qms.clause", required=True, ondelete="restrict", readonly=True)
    requirement = fields.Char(required=True, readonly=True)
    question = fields.Text(required=True, readonly=True)
    origin_finding_id = fields.Many2one("qms.finding", "Follows up", readonly=True, ondelete="restrict", index="btree_not_null")
    answer = fields.Selection(ANSWERS, index=True)
    note = fields.Text("What was seen", help="Who and what was asked and looked at: numbers of orders, versions, persons.")
    evidence_ids = fields.One2many("qms.audit.evidence", "line_id")
    answered_by_id = fields.Many2one("res.users", "Answered by", readonly=True)
    answered_on = fields.Datetime(readonly=True)
    finding_ids = fields.One2many("qms.finding", "line_id", readonly=True)
    document_ids = fields.Many2many("qms.document", string="Documents in force", compute="_compute_document_ids")
    can_answer = fields.Boolean(compute="_compute_can_answer")

    @api.depends("clause_id", "company_id")
    @api.depends_context("uid")
    def _compute_document_ids(self):
        documents = self.env["qms.document"].search([
            ("clause_ids", "in", self.clause_id.ids), ("effective_version_id", "!=", False), ("company_id", "in", self.company_id.ids)])
        for line in self:
            line.document_ids = documents.filtered(
                lambda document, line=line: line.clause_id in document.clause_ids and document.company_id == line.company_id)

    @api.depends("audit_id.state")
    @api.depends_context("uid")
    def _compute_can_answer(self):
        for line in self:
            line.can_answer = line.audit_id.state == "running" and line.audit_id.is_auditor

    @api.constrains("answer", "note")
    def _check_answer(self):
        for line in self:
            if line.answer and not (line.note or "").strip():
                raise ValidationError(self.env._("%(requirement)s: write what was seen; an answer without it shows nothing.",
                                                 requirement=line.requirement))

    @api.constrains("answer", "origin_finding_id")
    def _check_followed_up(self):
        for line in self:
            if line.origin_finding_id and line.answer == "na":
                raise ValidationError(self.env._(
                    "%(requirement)s: this question follows a finding up, which is put right or not.", requirement=line.requirement))

    @api.model_create_multi
    def create(self, vals_list):
        """Questions come from the clauses, when the audit is announced."""
        if not self._in_flow():
            raise UserError(self.env._("The questions come from the clauses: add findings of your own under Findings."))
        return super().create(vals_list)

    def write(self, vals):
        """Answer while the audit is under way; who answers, and when, is noted by itself.

        :raises AccessError: for others than its auditors
        :raises UserError: for an auditor who may not audit today, or who wrote a document of the clause
        """
        before = {line: line.answer for line in self} if "answer" in vals and not self._in_flow() else {}
        res = super().write(vals)
        if {"answer", "note"} & vals.keys() and not self._in_flow():
            for line in self.filtered("answer"):
                line._flow_write({"answered_by_id": self.env.uid, "answered_on": fields.Datetime.now()})
                line._sync_finding()
            self.filtered(lambda line: not line.answer and before.get(line))._refuse_blank()
            self._trace(before)
        return res

    def _check_frozen(self, vals):
        if vals.keys() - ANSWER_FIELDS:
            raise UserError(self.env._("A question stays as it was drawn up: note the answer only."))
        for audit in self.audit_id:
            audit._check_in_state("running")
            audit._check_is_auditor()
            audit._check_auditors_today(self.env.user)
        for line in self:
            if problem := line._get_own_document_problem(self.env.user):
                raise UserError(problem)

    def _get_own_document_problem(self, user):
        self.ensure_one()
        documents_sudo = self.env["qms.document"].sudo().search([  # whoever wrote them is compared only
            ("clause_ids", "in", self.clause_id.ids), ("company_id", "=", self.company_id.id), ("effective_version_id", "!=", False)])
        return self.env["qms.audit"]._get_document_problem(user, documents_sudo.effective_version_id)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_before_the_start(self):
        if not self._in_flow() or any(line.audit_id.state != "announced" for line in self):
            raise UserError(self.env._("Questions of an audit stay on record."))

    def action_next(self):
        """Open the next open question of the audit, or the audit itself when all are answered."""
        self.ensure_one()
        rest = self.search([("audit_id", "=", self.audit_id.id), ("answer", "=", False), ("id", "!=", self.id)])
        following = rest.filtered(lambda line: line.sequence > self.sequence)[:1] or rest[:1]
        if following:
            return {
                "type": "ir.actions.act_window", "res_model": self._name, "res_id": following.id, "view_mode": "form",
                "views": [(self.env.ref("repair_quality.qms_audit_line_view_form").id, "form")]}
        return {"type": "ir.actions.act_window", "res_model": "qms.audit", "res_id": self.audit_id.id, "view_mode": "form"}

    def _refuse_blank(self):
        for line in self:
            raise UserError(self.env._("%(requirement)s: change the answer, do not take it back.", requirement=line.requirement))

    def _sync_finding(self):
        """Keep the finding of a question in line with its answer; one that is no finding any more stays, as conforming."""
        self.ensure_one()
        grade = self.answer if self.answer in ("observation", "minor", "major") else "conforming"
        finding = self.finding_ids
        if finding:
            values = {"description": self.note} | ({"grade": grade} if finding.grade != grade else {})
            finding._flow_write(values | finding._prepare_due(grade))
        elif grade != "conforming":
            self.env["qms.finding"]._flow_create([{
                "audit_id": self.audit_id.id, "line_id": self.id, "department_id": self.department_id.id,
                "clause_id": self.clause_id.id, "description": self.note, "grade": grade}])

    def _trace(self, before):
        """Post in the audit which answers were changed after they had been given."""
        labels = dict(self._fields["answer"]._description_selection(self.env))
        for line, old in before.items():
            if old and old != line.answer:
                line.audit_id.message_post(body=self.env._(
                    "%(requirement)s: answer changed from %(old)s to %(new)s.",
                    requirement=line.requirement, old=labels[old], new=labels[line.answer]))
