from email.utils import parseaddr

from odoo import api, models
from odoo.tools import email_normalize
from odoo.tools.mail import email_domain_extract

# Senders that nobody reads.
SILENT_SENDERS = ("noreply", "no-reply", "donotreply", "do-not-reply", "mailer-daemon", "postmaster", "bounce", "bounces")
SMS_MIN_DIGITS = 7


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        """Make no enquiry of what a machine has written: out-of-office notes, newsletters, answers to our answers."""
        if self.env["repair.enquiry"]._is_automatic_mail(message):
            routes = [route for route in routes or () if route[0] != "repair.enquiry" or route[1]]
        return super()._message_route_process(message, message_dict, routes)


class RepairEnquiry(models.Model):
    _inherit = "repair.enquiry"

    @api.model
    def _is_automatic_mail(self, message):
        """Whether a mail says by its headers (RFC 3834 and common practice) that no human wrote it to us."""
        def header(name):
            return str(message.get(name) or "").strip().lower()

        return (
            header("Auto-Submitted") not in ("", "no")
            or header("Precedence") in ("bulk", "junk", "list", "auto_reply")
            or any(header(name) for name in ("X-Autoreply", "X-Autorespond", "List-Id", "List-Unsubscribe"))
            or header("Return-Path") == "<>")

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
        if self._may_answer(self.email):
            self._send_receipt_mail()

    def _may_answer(self, address):
        """Whether a machine's answer to ``address`` does no harm: a person's address outside the house, not answered often today."""
        address = email_normalize(address)
        if not address or address.split("@")[0] in SILENT_SENDERS:
            return False
        # Names of the own domains.
        own_domains = self.env["mail.alias.domain"].sudo().search([]).mapped("name")  # pylint: disable=no-search-all  # few, all needed
        if email_domain_extract(address) in own_domains:
            return False
        return self.env["repair.request.count"]._take("mail", address, self.company_id.repair_request_per_phone, 24)

    def _send_receipt(self):
        """Tell the sender number and link, by mail and SMS to what he gave himself, registered or not."""
        self.ensure_one()
        if self.email and self._may_answer(self.email):
            self._send_receipt_mail()
        template = self.env.ref("repair_service.sms_template_request_received", raise_if_not_found=False)
        if template and len(self.phone_digits or "") >= SMS_MIN_DIGITS:
            body = template.with_context(lang=self.lang)._render_field("body", self.ids)[self.id]
            self._message_sms(body, sms_numbers=[self.phone], put_in_queue=True)

    def _send_receipt_mail(self):
        template = self.env.ref("repair_service.mail_template_request_received", raise_if_not_found=False)
        if template:
            template.send_mail(self.id, email_values={"headers": {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}})
