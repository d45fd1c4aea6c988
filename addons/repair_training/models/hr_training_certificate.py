import base64
import io
import secrets

import qrcode
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command


class HrTrainingEnrolment(models.Model):
    """The certificate of whoever passed, and the skills that it gives (handbook 9.2.2, 4.1.2)."""

    _inherit = "hr.training.enrolment"

    certificate_number = fields.Char(readonly=True, copy=False, index="btree_not_null")
    certificate_token = fields.Char(readonly=True, copy=False, groups="base.group_system", index="btree_not_null")
    valid_from = fields.Date(readonly=True, copy=False)
    valid_until = fields.Date("Valid until", readonly=True, copy=False)
    granted_ids = fields.One2many("hr.employee.skill", "training_enrolment_id", "Given", groups="hr.group_hr_user")

    def _issue_certificates(self):
        """Number the certificates. They count from the day the session is closed, never from before."""
        for enrolment in self:
            today = self._get_local_today(enrolment.company_id)
            months = enrolment.course_id.validity_months
            enrolment._flow_write({
                "certificate_number": self.env["ir.sequence"].sudo().next_by_code("hr.training.certificate"),  # nobody else numbers
                "valid_from": today,
                "valid_until": months and today + relativedelta(months=months, days=-1),
            })
            enrolment.sudo()._flow_write({"certificate_token": secrets.token_urlsafe(24)})  # nobody's to read or write

    def _grant_skills(self):
        """Give what the course gives: a skill at its level, a certificate checked by whoever closes the session."""
        for enrolment in self:
            employee_sudo = enrolment.employee_id.sudo()  # HR closes sessions, also of officers whose rights end at a company
            levels = employee_sudo._get_skill_levels(enrolment.valid_from)
            for line in enrolment.course_id.skill_ids:
                if not line.is_certification and levels.get(line.skill_id.id, -1) >= line.skill_level_id.level_progress:
                    continue
                enrolment._grant(employee_sudo, line)

    def _grant(self, employee_sudo, line):
        values = {
            "skill_type_id": line.skill_type_id.id, "skill_id": line.skill_id.id, "skill_level_id": line.skill_level_id.id,
            "valid_from": self.valid_from, "valid_to": self.valid_until if line.is_certification else False,
        }
        if line.is_certification:
            row = self.env["hr.employee.skill"].create({
                **values, "employee_id": employee_sudo.id, "certificate_number": self.certificate_number})
            row.action_approve()
        else:
            current = employee_sudo._get_current_skill(line.skill_id, self.valid_from)
            command = Command.update(current.id, {"skill_level_id": line.skill_level_id.id}) if current else Command.create(values)
            employee_sudo.write({"employee_skill_ids": [command]})
            row = employee_sudo._get_current_skill(line.skill_id, self.valid_from)
        row._approval_write({"training_enrolment_id": self.id})

    def _withdraw_skills(self):
        """End certificates that rest on a result declared void; visits that need them come up for another technician."""
        today = self._get_local_today(self.company_id)
        for row in self.sudo().granted_ids.filtered(lambda row: not row.valid_to or row.valid_to >= today):  # checked by the caller
            row.write({"valid_to": max(row.valid_from, fields.Date.subtract(today, days=1))})
            if row.valid_to >= today:
                row._approval_write({"approval_state": "refused", "approval_note": self.void_reason})

    def action_print_certificate(self):
        """Open the certificate as a PDF.

        :raises AccessError: for others than the holder, his managers and HR
        :raises UserError: without a certificate
        """
        self.ensure_one()
        self._check_certificate_reader()
        return {"type": "ir.actions.act_url", "url": f"/training/enrolment/{self.id}/certificate", "target": "new"}

    def _check_certificate_reader(self):
        self.ensure_one()
        if not (self._is_hr() or self.is_mine or self._is_my_report(self.employee_id)):
            raise AccessError(self.env._("This certificate is for its holder, his manager and HR."))
        if not self.certificate_number:
            raise UserError(self.env._("There is no certificate: the course was not passed, or its results are not closed yet."))

    @api.private
    def get_verification_url(self):
        """Return the address under which anybody can verify the certificate."""
        self.ensure_one()
        token = self.sudo().certificate_token  # the link is printed on the paper, the token itself is nobody's to list
        return f"{self.get_base_url()}/training/certificate/{token}"

    @api.private
    def get_verification_qr(self):
        """Return that address as a picture, for the PDF."""
        stream = io.BytesIO()
        qrcode.make(self.get_verification_url(), box_size=4, border=2).save(stream, "PNG")
        return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()

    def _get_certificate_state(self):
        """``valid``, ``expired`` or ``void`` today."""
        self.ensure_one()
        if self.voided_on:
            return "void"
        expired = self.valid_until and self.valid_until < self._get_local_today(self.company_id)
        return "expired" if expired else "valid"


class HrEmployeeSkill(models.Model):
    _inherit = "hr.employee.skill"

    training_enrolment_id = fields.Many2one(
        "hr.training.enrolment", "From training", readonly=True, copy=False, ondelete="restrict", index="btree_not_null")
