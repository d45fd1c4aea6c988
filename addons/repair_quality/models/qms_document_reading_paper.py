import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

MANNERS = [("login", "In the system"), ("signature", "Signed on a screen"), ("paper", "Signed on paper")]


class QmsDocumentReading(models.Model):
    """People without a login read and sign: their head collects it, and the record says so (handbook 10.1.2 (1)(4))."""

    _inherit = "qms.document.reading"

    has_login = fields.Boolean("Has a login", compute="_compute_has_login", search="_search_has_login")
    manner = fields.Selection(MANNERS, "How it was confirmed", readonly=True)
    collected_by_id = fields.Many2one("res.users", "Collected by", readonly=True)
    collected_on = fields.Datetime(readonly=True)
    proof = fields.Binary("Signature", attachment=True, readonly=True)
    proof_name = fields.Char("Name of the signed sheet", readonly=True)
    can_collect = fields.Boolean("I may collect the signature", compute="_compute_can_collect")

    @api.depends("user_id")
    def _compute_has_login(self):
        for row in self:
            row.has_login = bool(row.user_id)

    def _search_has_login(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("user_id", "!=" if True in value else "=", False)]

    @api.depends("user_id", "read_on", "is_current")
    @api.depends_context("uid")
    def _compute_can_collect(self):
        for row in self:
            row.can_collect = bool(row.is_current and not row.read_on and not row.user_id and row._is_collector())

    def _is_collector(self):
        """Whether the user collects signatures of this person: a head of the department or above it, or a quality officer."""
        self.ensure_one()
        if self._is_quality_officer():
            return True
        department_sudo = self.employee_id.sudo().department_id  # only its heads are compared
        heads = department_sudo.search([("id", "parent_of", department_sudo.ids)]).manager_id.user_id
        return self.env.user in heads

    def action_collect(self):
        """Ask for the signatures of those chosen who have no login.

        :raises AccessError: for others than their heads and quality officers
        :raises UserError: for people who confirm for themselves, or confirmed already
        """
        self._check_collectable()
        return {
            "type": "ir.actions.act_window", "res_model": "qms.document.collect", "view_mode": "form", "target": "new",
            "name": self.env._("Signatures of readers"), "context": {"default_reading_ids": self.ids}}

    def action_print_sheet(self):
        """Open the sheet on which those chosen sign that they read and understood.

        :raises UserError: when nothing is chosen
        """
        if not self:
            raise UserError(self.env._("Choose whose names stand on the sheet."))
        self.check_access("read")
        ids = ",".join(str(row.id) for row in self[:500])
        return {"type": "ir.actions.act_url", "url": f"/quality/readings/{ids}", "target": "new"}

    def _check_collectable(self):
        self.check_access("read")
        if not self:
            raise UserError(self.env._("Choose whose signatures you have."))
        for row in self:
            if not row._is_collector():
                raise AccessError(self.env._("The head of the department and quality officers collect signatures."))
            name = row.employee_id.sudo().name  # on the list that he reads
            if row.user_id:
                raise UserError(self.env._("%(employee)s has a login and confirms for himself.", employee=name))
            if row.read_on:
                raise UserError(self.env._("%(employee)s confirmed this version already.", employee=name))
            if not row.is_current or row.version_id.sudo().state != "effective":  # the state is compared only
                raise UserError(self.env._("This version is not in force any more: read the effective one."))

    def _collect(self, manner, proof, name, signed_on):
        """Record signatures of people without a login.

        :param manner: ``signature`` for one person at the screen, ``paper`` for a signed sheet
        :param proof: base64 of the signature, or of the sheet as picture or PDF
        :param signed_on: the day on the sheet, neither to come nor before they were asked
        """
        self._lock()
        self._check_collectable()
        if manner == "signature" and len(self) > 1:
            raise UserError(self.env._("On the screen one person signs at a time: choose one, or upload the sheet that all signed."))
        self._check_proof(proof)
        for row in self:
            today = self._get_local_today(row.company_id)
            day = signed_on or today
            if day > today or (row.asked_on and day < row.asked_on):
                raise UserError(self.env._(
                    "The day of the signature lies between %(first)s, when they were asked, and today.", first=row.asked_on))
        now = fields.Datetime.now()
        for row in self:
            day = signed_on or self._get_local_today(row.company_id)
            read_on = now if day == self._get_local_today(row.company_id) else fields.Datetime.to_datetime(day).replace(hour=4)
            row._flow_write_as_reader({
                "read_on": read_on, "manner": manner, "collected_by_id": self.env.uid, "collected_on": now, "proof": proof,
                "proof_name": name or False})

    @api.model
    def _check_proof(self, proof):
        try:
            head = base64.b64decode((proof or b"")[:16], validate=True)
        except (binascii.Error, ValueError, TypeError):
            head = b""
        if head.startswith(b"%PDF"):
            self.env["qms.document.version"]._check_file(proof)
        elif not proof:
            raise ValidationError(self.env._("Add the signature, or a photo or PDF of the signed sheet."))
        else:
            self.env["repair.photo"]._check_image(proof)

    def _is_file_fixed(self, new=False):
        """Whether the files of the row are fixed: the signature is kept as it was given."""
        return True

    @api.model
    def _remind_unread(self):
        """Remind who has not read on the day after the last one and weekly after that; for people without a login their heads."""
        rows = self.search([("is_current", "=", True), ("read_on", "=", False), ("due_date", "!=", False)])
        late = rows.filtered(lambda row: (self._get_local_today(row.company_id) - row.due_date).days % 7 == 1
                             and row.due_date < self._get_local_today(row.company_id))
        for user, own in late.grouped("user_id").items():
            if user:
                own._notify_overdue(user, self.env._("You have not confirmed yet that you read:"))
        for department, theirs in late.filtered(lambda row: not row.user_id).grouped("department_id").items():
            if head := department.manager_id.user_id or department.parent_id.manager_id.user_id:
                theirs._notify_overdue(head, self.env._(
                    "People of your department without a login have not signed yet: print the sheet under Quality, Documents, "
                    "Read and understood, and record their signatures there."))

    def _notify_overdue(self, user, text):
        documents = self.document_id
        documents[:1].message_notify(
            partner_ids=user.partner_id.ids, subject=self.env._("Not read yet: %(count)s documents", count=len(documents)),
            body=f"{text} {', '.join(documents.mapped('display_name'))}")
