from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

KINDS = [("manual", "Manual"), ("procedure", "Procedure"), ("instruction", "Work instruction"), ("form", "Form")]
VERSION_STATES = [
    ("draft", "Draft"), ("review", "In review"), ("approved", "Approved"), ("effective", "Effective"), ("withdrawn", "Withdrawn"),
]
REVIEW_WARNING_DAYS = 30


class QmsDocument(models.Model):
    """A controlled document: manual, procedure, instruction or form, with its versions (handbook 10.1.1 (3)(4))."""

    _name = "qms.document"
    _description = "Controlled Document"
    _inherit = ["mail.thread", "mail.activity.mixin", "qms.mixin"]
    _order = "kind_order, number, id"
    _rec_names_search = ["number", "name"]
    _check_company_auto = True
    _flow_fields = frozenset({"reviewed_on", "last_number"})

    number = fields.Char(required=True, copy=False, tracking=True, index=True, default="/", help="Empty: numbered by its kind.")
    name = fields.Char("Title", required=True, tracking=True)
    kind = fields.Selection(KINDS, required=True, default="instruction", tracking=True, index=True)
    kind_order = fields.Integer(compute="_compute_kind_order", store=True, precompute=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    owner_id = fields.Many2one(
        "res.users", required=True, default=lambda self: self.env.user, tracking=True, domain="[('share', '=', False)]",
        help="Keeps the document right: writes its versions and is reminded of the review.")
    clause_ids = fields.Many2many(
        "qms.clause", "qms_document_clause_rel", "document_id", "clause_id", "Clauses", domain="[('is_leaf', '=', True)]",
        help="Requirements that the document answers.")
    active = fields.Boolean(default=True)
    # Who has to know it
    for_everyone = fields.Boolean("For everybody", tracking=True)
    department_ids = fields.Many2many(
        "hr.department", "qms_document_department_rel", "document_id", "department_id", "Departments", tracking=True,
        help="Their people and those of the departments under them.")
    job_ids = fields.Many2many("hr.job", "qms_document_job_rel", "document_id", "job_id", "Jobs", tracking=True)
    reading_days = fields.Integer("Read within (days)", default=7)
    # Versions
    version_ids = fields.One2many("qms.document.version", "document_id", "Versions")
    last_number = fields.Integer("Last version", readonly=True, copy=False)
    effective_version_id = fields.Many2one(
        "qms.document.version", "Effective version", compute="_compute_versions", store=True, compute_sudo=True, index="btree_not_null")
    next_version_id = fields.Many2one(
        "qms.document.version", "Next version", compute="_compute_versions", store=True, compute_sudo=True)
    state = fields.Selection(
        VERSION_STATES, compute="_compute_versions", store=True, compute_sudo=True, index=True,
        help="That of the effective version, else of the latest one.")
    effective_from = fields.Date(related="effective_version_id.effective_from", string="Effective since")
    content = fields.Html("Text", related="effective_version_id.content", related_sudo=False)
    effective_file = fields.Binary("File", related="effective_version_id.file", related_sudo=False)
    effective_filename = fields.Char(related="effective_version_id.filename", related_sudo=False)
    # Review
    review_months = fields.Integer("Review every (months)", default=12, tracking=True)
    reviewed_on = fields.Date("Last review", readonly=True, copy=False, tracking=True)
    review_date = fields.Date("Next review", compute="_compute_review_date", store=True, compute_sudo=True, index="btree_not_null")
    is_review_due = fields.Boolean("Review due", compute="_compute_is_review_due", search="_search_is_review_due")
    # Who read it
    reading_ids = fields.One2many("qms.document.reading", "document_id", "Readers", readonly=True)
    unread_count = fields.Integer("Not read yet", compute="_compute_reading")
    reader_count = fields.Integer("People concerned", compute="_compute_reading")
    my_reading_id = fields.Many2one("qms.document.reading", "My confirmation", compute="_compute_my_reading")
    must_read = fields.Boolean("I have to read it", compute="_compute_my_reading", search="_search_must_read")

    _number_uniq = models.Constraint("UNIQUE (company_id, number)", "Another document has this number.")
    _review_months = models.Constraint("CHECK (review_months BETWEEN 1 AND 120)", "Documents are reviewed every 1 to 120 months.")
    _reading_days = models.Constraint("CHECK (reading_days BETWEEN 0 AND 365)", "Give people 0 to 365 days to read.")

    @api.depends("kind")
    def _compute_kind_order(self):
        places = {kind: place for place, (kind, _label) in enumerate(KINDS)}
        for document in self:
            document.kind_order = places.get(document.kind, len(places))

    @api.depends("version_ids.state", "version_ids.number")
    def _compute_versions(self):
        for document in self:
            versions = document.version_ids.sorted("number", reverse=True)
            effective = versions.filtered(lambda version: version.state == "effective")[:1]
            document.effective_version_id = effective
            document.next_version_id = versions.filtered(lambda version: version.state in ("draft", "review", "approved"))[:1]
            document.state = (effective or versions[:1]).state or "draft"

    @api.depends("effective_version_id.effective_from", "reviewed_on", "review_months")
    def _compute_review_date(self):
        for document in self:
            last = max(filter(None, (document.effective_version_id.effective_from, document.reviewed_on)), default=None)
            document.review_date = bool(document.effective_version_id and last) and last + relativedelta(months=document.review_months)

    @api.depends("review_date")
    def _compute_is_review_due(self):
        limit = fields.Date.add(fields.Date.context_today(self), days=REVIEW_WARNING_DAYS)
        for document in self:
            document.is_review_due = bool(document.review_date and document.review_date <= limit)

    def _search_is_review_due(self, operator, value):
        if operator != "in":
            return NotImplemented
        due = Domain("review_date", "<=", fields.Date.add(fields.Date.context_today(self), days=REVIEW_WARNING_DAYS))
        return due if True in value else ~due

    @api.depends("reading_ids.read_on")
    def _compute_reading(self):
        counts = {(document, bool(read_on)): count for document, read_on, count in self.env["qms.document.reading"].sudo()._read_group(
            [("document_id", "in", self.ids), ("is_current", "=", True)], ["document_id", "read_on:day"], ["__count"])}  # only numbers
        for document in self:
            rows = [(done, count) for (one, done), count in counts.items() if one.id == document._origin.id]
            document.unread_count = sum(count for done, count in rows if not done)
            document.reader_count = sum(count for _done, count in rows)

    @api.depends("reading_ids.read_on")
    @api.depends_context("uid")
    def _compute_my_reading(self):
        rows = self.env["qms.document.reading"].search(
            [("document_id", "in", self.ids), ("is_current", "=", True), ("user_id", "=", self.env.uid)])
        mine = {row.document_id: row for row in rows}
        for document in self:
            document.my_reading_id = mine.get(document._origin, False)
            document.must_read = bool(document.my_reading_id and not document.my_reading_id.read_on)

    def _search_must_read(self, operator, value):
        if operator != "in":
            return NotImplemented
        own = Domain("reading_ids", "any", [("is_current", "=", True), ("user_id", "=", self.env.uid), ("read_on", "=", False)])
        return own if True in value else ~own

    @api.depends("number", "name")
    def _compute_display_name(self):
        for document in self:
            document.display_name = f"{document.number or ''} {document.name or ''}".strip()

    @api.constrains("company_id", "version_ids")
    def _check_company_kept(self):
        for document in self:
            if document.version_ids.filtered(lambda version, document=document: version.company_id != document.company_id):
                raise ValidationError(self.env._("A document stays in its company: its versions and readers are there."))

    @api.model_create_multi
    def create(self, vals_list):
        """Number documents by their kind; whoever concerned is asked when a version takes effect."""
        for vals in vals_list:
            if (vals.get("number") or "/").strip() in ("", "/"):
                company = vals.get("company_id") or self.env.company.id
                kind = vals.get("kind") or self.default_get(["kind"]).get("kind")
                vals["number"] = self.env["ir.sequence"].sudo().with_company(company).next_by_code(  # nobody else numbers
                    f"qms.document.{kind}") or "/"
        return super().create(vals_list)

    def write(self, vals):
        """Write; a new distribution asks those who are new to it."""
        if not self._in_flow():
            self._check_changeable(vals)
        res = super().write(vals)
        if {"for_everyone", "department_ids", "job_ids", "active"} & vals.keys():
            self._sync_readings()
        return res

    def _check_changeable(self, vals):
        identity = {"number", "kind", "name", "company_id"} & vals.keys()
        if identity and any(document.effective_version_id or document.state == "withdrawn" for document in self):
            changed = any(document[name] != (vals[name] if name != "company_id" else document.company_id.browse(vals[name]))
                          for document in self for name in identity)
            if changed:
                raise UserError(self.env._("Number, title and kind stand on the papers in use: withdraw the document and make another."))
        if "active" in vals and not vals["active"] and any(document.effective_version_id for document in self):
            raise UserError(self.env._("A document in force is not archived: withdraw it first."))
        if "owner_id" in vals and not self._is_quality_officer():
            self._check_quality_officer()

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        if any(version.state != "draft" or version.submitted_on for document in self for version in document.version_ids):
            raise UserError(self.env._("A document that was submitted is kept as a record: withdraw it instead."))

    def action_new_version(self, reason=False):
        """Start the next version from the present text.

        :param str reason: why the document changes; asked for in a dialogue when it is not given
        :raises UserError: while another version is under way, or without a reason
        """
        self.ensure_one()
        self._check_writer()
        if self.next_version_id:
            raise UserError(self.env._("Version %(number)s is under way: finish it first.", number=self.next_version_id.number))
        if reason is False and self.last_number:
            return self._ask_reason("action_new_version", self.env._("Why does it change?"))
        reason = self._take_reason(
            self.env._("First version.") if reason is False else reason, self.env._("Write why the document changes."))
        source = self.effective_version_id or self.version_ids.sorted("number")[-1:]
        version = self.env["qms.document.version"].create({
            "document_id": self.id, "reason": reason, "content": source.content, "file": source.file, "filename": source.filename})
        version._own_pictures()
        return version.action_open()

    def action_confirm_review(self, note=False):
        """Confirm that the effective version is still right (ISO 9001, 7.5).

        :param str note: what was looked at; asked for in a dialogue when it is not given
        """
        self.ensure_one()
        self._check_writer()
        if not self.effective_version_id:
            raise UserError(self.env._("Only a document in force is reviewed."))
        if note is False:
            return self._ask_reason("action_confirm_review", self.env._("What was looked at?"))
        note = self._take_reason(note, self.env._("Write what was looked at."))
        document_sudo = self.sudo()  # an owner who is no officer writes versions and confirms reviews, nothing else
        document_sudo._flow_write({"reviewed_on": self._get_local_today(self.company_id)})
        document_sudo.activity_unlink(["repair_quality.mail_activity_type_document_review"])
        document_sudo.message_post(author_id=self.env.user.partner_id.id, body=self.env._("Reviewed and still right: %(note)s", note=note))
        return True

    def action_confirm_read(self):
        """Confirm for oneself that the effective version was read and understood."""
        self.ensure_one()
        if not self.my_reading_id:
            raise UserError(self.env._("You are not asked to read %(document)s.", document=self.display_name))
        return self.my_reading_id.action_confirm()

    def action_view_readings(self):
        """Open who has to read the effective version, and who has not yet."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_quality.qms_document_reading_action")
        return {**action, "domain": [("document_id", "=", self.id)], "context": {"search_default_current": 1}}

    def action_print(self):
        """Open the effective version as a PDF, with its version and the day."""
        self.ensure_one()
        self.check_access("read")
        if not self.effective_version_id:
            raise UserError(self.env._("There is no effective version to print."))
        return self.effective_version_id.action_print()

    def _check_writer(self):
        """Raise unless the user writes versions of the document: its owner or a quality officer."""
        self.check_access("read")
        if any(document.owner_id != self.env.user for document in self):
            self._check_quality_officer()

    def _get_concerned(self, employees=None):
        """Return the employees who have to know each document, by its distribution.

        :param employees: only these, everybody when it is not given
        :return: {document: ``hr.employee`` as the superuser}
        """
        employees_sudo = self.env["hr.employee"].sudo()  # who is concerned follows from department and job alone
        among = Domain.TRUE if employees is None else Domain("id", "in", employees.ids)
        everybody = {
            company: employees_sudo.search(Domain("company_id", "=", company.id) & among) for company in self.company_id}
        return {document: everybody[document.company_id].filtered(document._concerns) for document in self}

    def _concerns(self, employee):
        self.ensure_one()
        if self.for_everyone or employee.job_id in self.job_ids:
            return True
        path = {int(key) for key in (employee.department_id.parent_path or "").split("/") if key}
        return bool(path & set(self.department_ids.ids))

    def _sync_readings(self):
        """Ask those who are concerned now and were not before (newcomers too); no longer concerned and unread: not asked."""
        self.env["qms.document.reading"]._sync(self.sudo())  # whoever moves an employee need not read documents

    @api.model
    def _run_daily(self):
        """Put in force what is due, ask newcomers, and remind owners of reviews."""
        self.env["qms.document.version"]._make_due_effective()
        effective = self.search([("effective_version_id", "!=", False)])
        effective._sync_readings()
        effective.filtered("is_review_due")._remind_review()
        self.env["qms.document.reading"]._remind_unread()

    def _remind_review(self):
        reminded = self.activity_search(["repair_quality.mail_activity_type_document_review"]).mapped("res_id")
        for document in self.filtered(lambda document: document.id not in reminded):
            document.activity_schedule(
                "repair_quality.mail_activity_type_document_review", document.review_date,
                user_id=(document.owner_id if document.owner_id.active else document._get_quality_head()).id)

    def _get_quality_head(self):
        """Return who takes care of documents whose owner is gone."""
        return self.env["qms.nonconformity"].with_company(self.company_id)._get_default_owner()
