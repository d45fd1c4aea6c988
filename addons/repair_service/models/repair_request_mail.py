from email.utils import parseaddr

from odoo import api, models
from odoo.tools import email_normalize

SMS_MIN_DIGITS = 7


class RepairEnquiry(models.Model):
    _inherit = "repair.enquiry"

    @api.private
    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Take an e-mail as a request to confirm, and answer it with its number and link."""
        enquiry = super().message_new(msg_dict, custom_values)
        enquiry.sudo()._mark_as_request(msg_dict)  # a mail's sender has no rights
        return enquiry

    def _mark_as_request(self, msg_dict):
        self.ensure_one()
        self._flow_write({
            "is_request": True, "request_token": self._new_token(), "email": email_normalize(self.email) or self.email,
            "contact_name": self.contact_name or parseaddr(self.email or "")[0] or False,
            "lang": self.partner_id.lang or self.company_id.partner_id.lang or self.env.lang,
        })
        if self._may_answer(self.email, self.company_id):
            self._send_receipt_mail()

    def _send_receipt(self):
        """Tell the sender number and link, by mail and SMS to what he gave himself, registered or not."""
        self.ensure_one()
        if self.email and self._may_answer(self.email, self.company_id):
            self._send_receipt_mail()
        template = self.env.ref("repair_service.sms_template_request_received", raise_if_not_found=False)
        if template and len(self.phone_digits or "") >= SMS_MIN_DIGITS:
            body = template.with_context(lang=self.lang)._render_field("body", self.ids)[self.id]
            self._message_sms(body, sms_numbers=[self.phone], put_in_queue=True)

    def _send_receipt_mail(self):
        template = self.env.ref("repair_service.mail_template_request_received", raise_if_not_found=False)
        if template:
            template.send_mail(self.id, email_values={"headers": {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}})
