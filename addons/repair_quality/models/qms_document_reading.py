from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class QmsDocumentReading(models.Model):
    """That a person read and understood a version (handbook 10.1.2 (1)(4))."""

    _name = "qms.document.reading"
    _description = "Read and Understood"
    _inherit = ["qms.mixin"]
    _order = "read_on desc, due_date, id"
    _rec_name = "document_id"
    _flow_fields = frozenset({
        "version_id", "employee_id", "user_id", "asked_on", "due_date", "read_on", "is_current", "manner",
        "collected_by_id", "collected_on", "proof", "proof_name"})

    version_id = fields.Many2one("qms.document.version", required=True, ondelete="cascade", index=True, readonly=True)
    document_id = fields.Many2one(related="version_id.document_id", store=True, index=True)
    company_id = fields.Many2one(related="version_id.company_id", store=True, index=True)
    employee_id = fields.Many2one("hr.employee", required=True, ondelete="restrict", index=True, readonly=True)
    department_id = fields.Many2one(related="employee_id.department_id", related_sudo=True)
    user_id = fields.Many2one(
        "res.users", readonly=True, index="btree_not_null", help="Empty: the employee has no login; the head collects the signature.")
    asked_on = fields.Date(readonly=True)
    due_date = fields.Date("Read until", readonly=True)
    read_on = fields.Datetime("Read and understood", readonly=True, index=True)
    is_current = fields.Boolean("Concerns him now", readonly=True, index=True)
    is_overdue = fields.Boolean("Overdue", compute="_compute_is_overdue")

    _person_uniq = models.Constraint("UNIQUE (version_id, employee_id)", "A person reads a version once.")

    @api.depends("due_date", "read_on", "is_current")
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for row in self:
            row.is_overdue = bool(row.is_current and not row.read_on and row.due_date and row.due_date < today)

    @api.model_create_multi
    def create(self, vals_list):
        """Rows come from the distribution of a document only."""
        if not self._in_flow():
            raise UserError(self.env._("Who has to read a document follows from its distribution."))
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Who read what, and when, stays on record."))

    def action_confirm(self):
        """Confirm for oneself that a version was read and understood.

        :raises AccessError: for somebody else
        :raises UserError: for a version that is not in force
        """
        for row in self:
            if row.user_id != self.env.user:
                raise AccessError(self.env._("Everybody confirms for himself only."))
            if not row.is_current or row.version_id.sudo().state != "effective":  # its reader compares the state only
                raise UserError(self.env._("This version is not in force any more: read the effective one."))
            if row.read_on:
                raise UserError(self.env._("You confirmed this version already."))
            row._flow_write_as_reader({"read_on": fields.Datetime.now(), "manner": "login"})
        return True

    def action_open_document(self):
        """Open the document itself, to read it."""
        self.ensure_one()
        return {"type": "ir.actions.act_window", "res_model": "qms.document", "res_id": self.document_id.id, "view_mode": "form"}

    def _flow_write_as_reader(self, vals):
        self.sudo()._flow_write(vals)  # readers own no right to write rows; the caller checked that it is theirs

    @api.model
    def _sync(self, documents, employees=None):
        """Bring rows in line with the distribution of documents: ask who is new to a version, retire who is not concerned any more.

        :param employees: only these, everybody when it is not given
        """
        domain = [("document_id", "in", documents.ids)]
        rows = self.sudo().search(domain + ([("employee_id", "in", employees.ids)] if employees is not None else []))  # of everybody
        known = {(row.version_id.id, row.employee_id.id): row for row in rows}
        wanted, missing = rows.browse(), []
        for document, concerned in documents.filtered("effective_version_id")._get_concerned(employees).items():
            version = document.effective_version_id
            today = self._get_local_today(document.company_id)
            new = rows.browse()
            for employee in concerned:
                if row := known.get((version.id, employee.id)):
                    new |= row
                else:
                    missing.append({
                        "version_id": version.id, "employee_id": employee.id, "user_id": employee.user_id.id, "is_current": True,
                        "asked_on": today, "due_date": fields.Date.add(today, days=document.reading_days)})
            wanted |= new
        (rows - wanted).filtered("is_current")._flow_write({"is_current": False})
        wanted.filtered(lambda row: not row.is_current)._flow_write({"is_current": True})
        for row in wanted.filtered(lambda row: not row.read_on and row.user_id != row.employee_id.user_id):
            row._flow_write({"user_id": row.employee_id.user_id.id})  # got a login, or another one
        self.sudo()._flow_create(missing)._notify_readers()  # rows belong to the system

    def _notify_readers(self):
        for version, rows in self.grouped("version_id").items():
            if partners := rows.user_id.partner_id:
                version.document_id.message_notify(
                    partner_ids=partners.ids, subject=self.env._("Please read: %(document)s", document=version.document_id.display_name),
                    body=self.env._(
                        "Version %(number)s of %(document)s is in force. Read it and confirm it under Quality, Documents, To read.",
                        number=version.number, document=version.document_id.display_name))
