import base64
import hashlib

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import is_html_empty

from .qms_document import VERSION_STATES

CONTENT_FIELDS = {"content", "file", "filename", "reason", "author_id", "document_id", "effective_from"}
MAX_BYTES = 25_000_000


class QmsDocumentVersion(models.Model):
    """One version of a document: written, reviewed and approved by others than its author, then in force until it is replaced."""

    _name = "qms.document.version"
    _description = "Document Version"
    _inherit = ["mail.thread", "mail.activity.mixin", "qms.mixin"]
    _order = "document_id, number desc"
    _flow_fields = frozenset({
        "number", "state", "author_id", "editor_ids", "submitted_on", "reviewer_id", "reviewed_on", "approver_id", "approved_on",
        "in_force_on", "withdrawn_on", "withdrawn_reason", "checksum"})

    document_id = fields.Many2one("qms.document", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="document_id.company_id", store=True, index=True)
    kind = fields.Selection(related="document_id.kind", store=True)
    owner_id = fields.Many2one(related="document_id.owner_id")
    number = fields.Integer("Version", readonly=True, copy=False, aggregator=None)
    state = fields.Selection(VERSION_STATES, default="draft", required=True, readonly=True, copy=False, index=True, tracking=True)
    reason = fields.Text("Reason of the change", required=True)
    content = fields.Html("Text", sanitize_attributes=True, sanitize_style=True)
    file = fields.Binary(attachment=True, copy=False)
    filename = fields.Char("File name")
    author_id = fields.Many2one("res.users", readonly=True, copy=False, default=lambda self: self.env.user, required=True)
    editor_ids = fields.Many2many(
        "res.users", "qms_document_version_editor_rel", "version_id", "user_id", "Written by", readonly=True, copy=False,
        help="Everybody who changed text or file: none of them reviews or approves it.")
    submitted_on = fields.Date(readonly=True, copy=False)
    reviewer_id = fields.Many2one("res.users", "Reviewed by", readonly=True, copy=False, tracking=True)
    reviewed_on = fields.Date("Review on", readonly=True, copy=False)
    approver_id = fields.Many2one("res.users", "Approved by", readonly=True, copy=False, tracking=True)
    approved_on = fields.Date("Approval on", readonly=True, copy=False)
    effective_from = fields.Date(help="First day on which it holds. Empty: at once when it is put in force.")
    in_force_on = fields.Datetime("Put in force", readonly=True, copy=False)
    withdrawn_on = fields.Date(readonly=True, copy=False)
    withdrawn_reason = fields.Char("Why withdrawn", readonly=True, copy=False)
    checksum = fields.Char(readonly=True, copy=False, help="SHA-256 of text and file, taken at the approval.")
    is_intact = fields.Boolean("Unchanged since approval", compute="_compute_is_intact")
    can_judge = fields.Boolean("I may review and approve", compute="_compute_can_judge")
    reading_ids = fields.One2many("qms.document.reading", "version_id", "Readers", readonly=True)

    _one_effective = models.UniqueIndex(
        "(document_id) WHERE state = 'effective'", "Only one version of a document is effective: withdraw the present one.")
    _number_uniq = models.Constraint("UNIQUE (document_id, number)", "This version is there already.")

    @api.depends("document_id.number", "number")
    def _compute_display_name(self):
        for version in self:
            version.display_name = self.env._(
                "%(document)s, version %(number)s", document=version.document_id.number or "", number=version.number)

    @api.depends("author_id", "editor_ids")
    @api.depends_context("uid")
    def _compute_can_judge(self):
        for version in self:
            version.can_judge = not self._is_same_person(version._get_writers())

    @api.depends("checksum", "content", "file")
    def _compute_is_intact(self):
        for version in self:
            version.is_intact = not version.checksum or version.checksum == version._get_checksum()

    @api.model_create_multi
    def create(self, vals_list):
        """Number versions; they start as drafts of whoever makes them.

        :raises UserError: while another version of the document is under way
        """
        for vals in vals_list:
            self._check_file(vals.get("file"))
        # Before the insert, which would hold the documents weakly and let two that start a version at once wait for each other.
        self.env["qms.document"].browse(
            {vals["document_id"] for vals in vals_list if type(vals.get("document_id")) is int}).exists()._lock()
        versions = super().create(vals_list)
        for version in versions:
            document = version.document_id
            document._check_writer()
            others = document.version_ids - version
            if others.filtered(lambda one: one.state in ("draft", "review", "approved")):
                raise UserError(self.env._(
                    "Another version of %(document)s is under way: finish it first.", document=document.display_name))
            number = document.last_number + 1
            document.sudo()._flow_write({"last_number": number})  # an owner writes versions, not the document
            version._flow_write({"number": number})
        return versions

    def write(self, vals):
        """Write; only a draft changes, and only in the hands of those who write the document."""
        if "file" in vals:
            self._check_file(vals["file"])
        res = super().write(vals)
        if {"content", "file"} & vals.keys() and not self._in_flow():
            self._flow_write({"editor_ids": [Command.link(self.env.uid)]})
        return res

    def _check_frozen(self, vals):
        touched = CONTENT_FIELDS & vals.keys()
        if touched:
            self.document_id._check_writer()
        if touched and any(version.state != "draft" for version in self):
            raise UserError(self.env._("What was submitted stays as it is: send it back, or start another version."))
        if "document_id" in vals:
            raise UserError(self.env._("A version stays with its document."))

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        if any(version.state != "draft" or version.submitted_on for version in self):
            raise UserError(self.env._("A version that was submitted is kept as a record."))
        self.document_id._check_writer()

    @api.model
    def _check_file(self, file):
        if file and isinstance(file, (str, bytes)) and len(file) > MAX_BYTES * 4 // 3:
            raise UserError(self.env._("A file has at most %(size)s MB.", size=MAX_BYTES // 1_000_000))

    def action_open(self):
        """Open the version."""
        self.ensure_one()
        return {"type": "ir.actions.act_window", "res_model": self._name, "res_id": self.id, "view_mode": "form"}

    def action_submit(self):
        """Give drafts to review.

        :raises UserError: without text or file, or a first day that is over
        """
        self.document_id._check_writer()
        for version in self._check_in_state("draft"):
            if is_html_empty(version.content) and not version.file:
                raise UserError(self.env._("%(version)s has neither text nor file.", version=version.display_name))
            version._check_first_day()
            # Whoever submits it has written it: somebody else's name on a draft would let him approve himself.
            version._flow_write({
                "state": "review", "submitted_on": self._get_local_today(version.company_id), "author_id": self.env.uid,
                "reviewer_id": False, "reviewed_on": False})

    def action_send_back(self, reason=False):
        """Give versions in review or approved ones back to their author, with a reason."""
        self.ensure_one()
        self._check_quality_officer()
        self._check_in_state("review", "approved")
        if reason is False:
            return self._ask_reason("action_send_back", self.env._("What has to change?"))
        reason = self._take_reason(reason, self.env._("Write what has to change."))
        self._flow_write({
            "state": "draft", "reviewer_id": False, "reviewed_on": False, "approver_id": False, "approved_on": False, "checksum": False})
        self.message_post(body=self.env._("Sent back: %(reason)s", reason=reason))
        return True

    def action_review(self):
        """Record that a version was reviewed by somebody who did not write it."""
        self._check_quality_officer()
        for version in self._check_in_state("review"):
            version._check_not_author()
            version._flow_write({"reviewer_id": self.env.uid, "reviewed_on": self._get_local_today(version.company_id)})

    def action_approve(self):
        """Approve reviewed versions; from now on text and file are fixed.

        :raises AccessError: for others than quality managers, and for the author
        :raises UserError: before the review
        """
        self._check_quality_manager()
        for version in self._check_in_state("review"):
            version._check_not_author()
            if not version.reviewer_id:
                raise UserError(self.env._("%(version)s was not reviewed yet.", version=version.display_name))
            version._check_first_day()
            version._flow_write({
                "state": "approved", "approver_id": self.env.uid, "approved_on": self._get_local_today(version.company_id),
                "checksum": version._get_checksum()})

    def action_put_in_force(self):
        """Make approved versions effective; they replace the present ones, and everybody concerned is asked to read them.

        :raises UserError: before the first day it was approved for, or when text or file changed since the approval
        """
        self._check_quality_officer()
        self._put_in_force()

    def action_withdraw(self, reason=False):
        """Withdraw an effective version without another one in its place.

        :param str reason: why; asked for in a dialogue when it is not given
        """
        self.ensure_one()
        self._check_quality_manager()
        self._check_in_state("effective")
        if reason is False:
            return self._ask_reason("action_withdraw", self.env._("Why is it withdrawn?"))
        self._withdraw(self._take_reason(reason, self.env._("Write why the document is withdrawn.")))
        return True

    def action_print(self):
        """Open the version as a PDF, with its number and the day."""
        self.ensure_one()
        self.check_access("read")
        return {"type": "ir.actions.act_url", "url": f"/quality/document/{self.id}", "target": "new"}

    def _put_in_force(self):
        for version in self._check_in_state("approved"):
            today = self._get_local_today(version.company_id)
            if version.effective_from and version.effective_from > today:
                raise UserError(self.env._(
                    "%(version)s was approved for %(day)s: it takes effect on that day by itself.",
                    version=version.display_name, day=version.effective_from))
            if not version.is_intact:
                raise UserError(self.env._("%(version)s is not what was approved. Send it back.", version=version.display_name))
            present = version.document_id.version_ids.filtered(lambda one: one.state == "effective")
            present._withdraw(self.env._("Replaced by version %(number)s.", number=version.number))
            version._flow_write({"state": "effective", "effective_from": today, "in_force_on": fields.Datetime.now()})
            version.document_id.activity_unlink(["repair_quality.mail_activity_type_document_review"])
            version.flush_recordset()
            version.document_id._sync_readings()

    def _withdraw(self, reason):
        for version in self:
            version._flow_write({
                "state": "withdrawn", "withdrawn_on": self._get_local_today(version.company_id), "withdrawn_reason": reason})
        self.flush_recordset()
        self.document_id._sync_readings()

    @api.model
    def _make_due_effective(self):
        approved = self.search([("state", "=", "approved"), ("effective_from", "!=", False)])
        for version in approved.filtered(lambda one: one.effective_from <= self._get_local_today(one.company_id) and one.is_intact):
            version._put_in_force()

    def _check_not_author(self):
        for version in self:
            if self._is_same_person(version._get_writers()):
                raise AccessError(self.env._("Nobody reviews or approves what he wrote: ask somebody else."))

    def _get_writers(self):
        """Return everybody who had a hand in the text: its author, its maker, and whoever changed it."""
        return self.author_id | self.create_uid | self.editor_ids

    def _check_first_day(self):
        for version in self:
            if version.effective_from and version.effective_from < self._get_local_today(version.company_id):
                raise UserError(self.env._("%(version)s cannot take effect on a day that is over.", version=version.display_name))

    def _get_checksum(self):
        """SHA-256 of text, pictures and file as they are now."""
        self.ensure_one()
        digest = hashlib.sha256()
        for part in self.with_context(bin_size=False).sudo()._get_fixed_parts():  # only the digest leaves
            digest.update(part if isinstance(part, bytes) else part.encode())
        return digest.hexdigest()

    def _get_fixed_parts(self):
        """Return what an approval fixes: text, file and its name."""
        self.ensure_one()
        return [self.content or "", self.file or b"", self.filename or ""]

    def _is_file_fixed(self, new=False):
        """Whether the files of the version are fixed: it left its author's hands."""
        self.ensure_one()
        return self.state != "draft"

    def _get_file_bytes(self):
        self.ensure_one()
        return base64.b64decode(self.with_context(bin_size=False).file or b"")
