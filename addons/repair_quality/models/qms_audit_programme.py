from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.repair_training.engine.plan_changes import compare

EDITABLE = ("draft", "revising")
# What the coverage of a programme is worked out from.
COVERAGE = (
    "audit_ids.state", "audit_ids.department_ids", "audit_ids.clause_ids", "audit_ids.line_ids.answer", "exemption_ids", "standard_ids")


class QmsAuditProgramme(models.Model):
    """The audits of a year: every department and every clause, or a written reason why not (handbook 10.2.1 (1))."""

    _name = "qms.audit.programme"
    _description = "Audit Programme"
    _inherit = ["mail.thread", "qms.mixin"]
    _order = "year desc, id desc"
    _flow_fields = frozenset({
        "state", "version", "submitted_by_id", "approved_by_id", "approved_on", "revision_reason", "closed_on", "version_ids"})

    name = fields.Char("Programme", required=True)
    year = fields.Integer(required=True, default=lambda self: fields.Date.context_today(self).year, aggregator=None)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    standard_ids = fields.Many2many(
        "qms.standard", "qms_audit_programme_standard_rel", "programme_id", "standard_id", "Standards", required=True,
        help="Every lowest clause of these standards is audited in every department of the company.")
    goals = fields.Text()
    audit_ids = fields.One2many("qms.audit", "programme_id", "Audits")
    exemption_ids = fields.One2many("qms.audit.exemption", "programme_id", "Does not apply")
    uncovered_reason = fields.Text(
        "Why not everything is covered", tracking=True, help="Without it a programme that leaves something uncovered is not approved.")
    review = fields.Text(help="What the year's audits showed; asked for when the programme is closed.")
    state = fields.Selection(
        [("draft", "Draft"), ("submitted", "Submitted"), ("approved", "Approved"), ("revising", "Being revised"), ("closed", "Closed")],
        default="draft", required=True, readonly=True, copy=False, tracking=True)
    version = fields.Integer(readonly=True, copy=False, aggregator=None)
    version_ids = fields.One2many("qms.audit.programme.version", "programme_id", "Versions", readonly=True)
    submitted_by_id = fields.Many2one("res.users", "Submitted by", readonly=True, copy=False)
    approved_by_id = fields.Many2one("res.users", "Approved by", readonly=True, copy=False)
    approved_on = fields.Date(readonly=True, copy=False)
    revision_reason = fields.Char("Why it is revised", readonly=True, copy=False)
    closed_on = fields.Date(readonly=True, copy=False)
    cell_count = fields.Integer("Departments by clauses", compute="_compute_coverage", compute_sudo=True)
    uncovered_count = fields.Integer("Uncovered", compute="_compute_coverage", compute_sudo=True)
    coverage = fields.Float("Covered (%)", compute="_compute_coverage", compute_sudo=True)
    audited = fields.Float("Audited (%)", compute="_compute_coverage", compute_sudo=True)
    can_approve = fields.Boolean("I may approve", compute="_compute_can_approve")
    matrix = fields.Html("Coverage", compute="_compute_matrix", sanitize=False, compute_sudo=True)

    _year_uniq = models.Constraint("UNIQUE (company_id, year)", "There is a programme for this year: revise it instead.")
    _year_range = models.Constraint("CHECK (year BETWEEN 2000 AND 2200)", "Enter a year between 2000 and 2200.")

    @api.depends(*COVERAGE)
    def _compute_coverage(self):
        counts = {(programme.id, state): count for programme, state, count in self.env["qms.audit.coverage"]._read_group(
            [("programme_id", "in", self.ids)], ["programme_id", "state"], ["__count"])}
        for programme in self:
            found = {state: counts.get((programme._origin.id, state), 0) for state in ("audited", "planned", "exempt", "uncovered")}
            total = sum(found.values())
            programme.cell_count = total
            programme.uncovered_count = found["uncovered"]
            programme.coverage = total and 100.0 * (total - found["uncovered"]) / total
            wanted = total - found["exempt"]
            programme.audited = wanted and 100.0 * found["audited"] / wanted

    @api.depends(*COVERAGE)
    @api.depends_context("lang")
    def _compute_matrix(self):
        for programme in self:
            cells = self.env["qms.audit.coverage"].search([("programme_id", "=", programme._origin.id)])
            programme.matrix = bool(cells) and self.env["ir.qweb"]._render("repair_quality.audit_matrix", {
                "departments": cells.department_id.sorted("display_name"), "clauses": cells.clause_id.sorted(
                    lambda clause: (clause.standard_id.sequence, clause.standard_id.id, clause.sort_key)),
                "cells": {(cell.department_id.id, cell.clause_id.id): cell for cell in cells},
            })

    @api.depends("submitted_by_id")
    @api.depends_context("uid")
    def _compute_can_approve(self):
        for programme in self:
            programme.can_approve = not self._is_same_person(programme.submitted_by_id)

    @api.constrains("year")
    def _check_year(self):
        for programme in self:
            if programme.year < self._get_local_today(programme.company_id).year and not programme.version:
                raise ValidationError(self.env._("A programme is made for this year or a later one: audits are not planned afterwards."))

    def _check_frozen(self, vals):
        open_fields = {"message_follower_ids", "activity_ids", "message_main_attachment_id"}
        for programme in self:
            allowed = open_fields | ({"review"} if programme.state == "approved" else set())
            if programme.state not in EDITABLE and vals.keys() - allowed:
                raise UserError(self.env._("%(programme)s is not open for changes: revise it with a reason.", programme=programme.name))
            if programme.version and {"year", "company_id"} & vals.keys():
                raise UserError(self.env._("An approved programme keeps its year and company."))

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        if any(programme.state != "draft" or programme.version or programme.audit_ids for programme in self):
            raise UserError(self.env._("A programme with audits, or one that was submitted, is kept as a record."))

    def action_submit(self):
        """Submit programmes for approval.

        :raises UserError: without audits
        """
        self._check_quality_officer()
        for programme in self._check_in_state(*EDITABLE):
            if not programme.audit_ids.filtered(lambda audit: audit.state != "cancelled"):
                raise UserError(self.env._("%(programme)s has no audits: plan them first.", programme=programme.name))
            programme._flow_write({"state": "submitted", "submitted_by_id": self.env.uid})

    def action_send_back(self):
        """Give submitted programmes back for changes."""
        self._check_approver()
        for programme in self._check_in_state("submitted"):
            programme.sudo()._flow_write({"state": "revising" if programme.version else "draft"})  # service managers approve, not write

    def action_approve(self):
        """Approve submitted programmes; what changed since the version before is kept with the new one.

        :raises AccessError: for others than quality and service managers, and for who submitted it
        :raises UserError: while something is uncovered without a written reason
        """
        self._check_approver()
        for programme in self._check_in_state("submitted"):
            if self._is_same_person(programme.submitted_by_id):
                raise AccessError(self.env._("Nobody approves the programme he submitted: ask another manager."))
            if programme.uncovered_count and not (programme.uncovered_reason or "").strip():
                raise UserError(self.env._(
                    "%(count)s combinations of department and clause are uncovered, among them %(examples)s. "
                    "Plan audits for them, say where a clause does not apply, or write the reason.",
                    count=programme.uncovered_count, examples=programme._get_uncovered_examples()))
            programme.sudo()._store_version()  # service managers approve, they do not write

    def action_revise(self, reason=False):
        """Open an approved programme for changes.

        :param str reason: why; asked for in a dialogue when it is not given
        """
        self.ensure_one()
        self._check_quality_officer()
        self._check_in_state("approved")
        if reason is False:
            return self._ask_reason("action_revise", self.env._("Why is the programme revised?"))
        self._flow_write({
            "state": "revising", "revision_reason": self._take_reason(reason, self.env._("Write why the programme is revised."))})
        return True

    def action_close(self):
        """Close the programme of a year with its review.

        :raises UserError: with open audits, or without a review
        """
        self._check_quality_manager()
        for programme in self._check_in_state("approved"):
            open_audits = programme.audit_ids.filtered(lambda audit: audit.state not in ("closed", "cancelled"))
            if open_audits:
                raise UserError(self.env._("These audits are open: %(audits)s.", audits=", ".join(open_audits.mapped("display_name"))))
            if programme.uncovered_count and not (programme.uncovered_reason or "").strip():
                raise UserError(self.env._(
                    "%(count)s combinations of department and clause were not audited, among them %(examples)s: revise the programme, "
                    "and plan audits, say where a clause does not apply, or write the reason.",
                    count=programme.uncovered_count, examples=programme._get_uncovered_examples()))
            if not (programme.review or "").strip():
                raise UserError(self.env._("Write in the review what the audits of the year showed."))
            programme._flow_write({"state": "closed", "closed_on": self._get_local_today(programme.company_id)})

    def action_view_uncovered(self):
        """Open what no audit covers."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_quality.qms_audit_coverage_action")
        return {**action, "domain": [("programme_id", "=", self.id)], "context": {"search_default_uncovered": 1}}

    def action_view_audits(self):
        """Open the audits of the programme."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_quality.qms_audit_action")
        return {**action, "domain": [("programme_id", "=", self.id)], "context": {"default_programme_id": self.id}}

    def _check_approver(self):
        self.check_access("read")
        if not (self._is_quality_manager() or self.env.user.has_group("repair_service.repair_service_group_manager")):
            raise AccessError(self.env._("Only a quality manager or a service manager approves the programme."))

    def _check_open_for_changes(self):
        for programme in self:
            if programme.state not in EDITABLE:
                raise UserError(self.env._("%(programme)s is not open for changes: revise it with a reason.", programme=programme.name))

    def _get_uncovered_examples(self):
        cells = self.env["qms.audit.coverage"].sudo().search(  # service managers see the numbers, the names help them to decide
            [("programme_id", "=", self.id), ("state", "=", "uncovered")], limit=3)
        return "; ".join(f"{cell.department_id.name} {cell.clause_id.number}" for cell in cells)

    def _store_version(self):
        self.ensure_one()
        number, today = self.version + 1, self._get_local_today(self.company_id)
        snapshot = {str(audit.id): audit._get_snapshot() for audit in self.audit_ids}
        self.env["qms.audit.programme.version"]._flow_create([{
            "programme_id": self.id, "number": number, "snapshot": snapshot, "reason": self.revision_reason,
            "changes": self._describe_changes(snapshot), "coverage": self.coverage, "uncovered_count": self.uncovered_count,
            "uncovered_reason": self.uncovered_count and self.uncovered_reason, "approved_by_id": self.env.uid}])
        self._flow_write({
            "state": "approved", "version": number, "approved_by_id": self.env.uid, "approved_on": today, "revision_reason": False})

    def _describe_changes(self, snapshot):
        """Say in words what changed since the version before."""
        before = self.version_ids.sorted("number")[-1:].snapshot or {}
        if not before:
            return self.env._("First version.")
        audit_fields = self.env["qms.audit"]._fields
        texts = {
            "added": lambda audit, *_rest: self.env._("Added: %(audit)s", audit=snapshot[audit]["name"]),
            "removed": lambda audit, *_rest: self.env._("Removed: %(audit)s", audit=before[audit]["name"]),
            "changed": lambda audit, field, old, new: self.env._(
                "%(audit)s, %(field)s: %(old)s → %(new)s", audit=snapshot[audit]["name"],
                field=audit_fields[field].get_description(self.env, ["string"])["string"], old=old or "-", new=new or "-"),
        }
        return "\n".join(texts[kind](*rest) for kind, *rest in compare(before, snapshot)) or self.env._("The audits did not change.")
