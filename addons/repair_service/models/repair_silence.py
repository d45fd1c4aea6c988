import logging

from odoo import api, models

_logger = logging.getLogger(__name__)


class IrConfigParameter(models.Model):
    _inherit = "ir.config_parameter"

    def _is_messages_silent(self):
        """Whether nothing may leave this database: it is neutralized, or holds the demo company."""
        names = ("database.is_neutralized", "repair_service.messages_silent")
        return any(self.sudo().get_param(name) not in (False, "", "0", "False", "false") for name in names)  # a switch of the database


class SmsSms(models.Model):
    _inherit = "sms.sms"

    def _send(self, *args, **kwargs):
        """Send company by company: each has its own provider, and core takes one for the whole queue."""
        if self.env.context.get("sms_api"):
            return super()._send(*args, **kwargs)
        for messages in self.grouped(lambda sms: sms._get_sms_company()).values():
            super(SmsSms, messages)._send(*args, **kwargs)
        return None

    def _send_with_api(self, *args, **kwargs):
        """Send through whichever provider; a silent database cancels instead, before anything reaches one."""
        if self.env["ir.config_parameter"]._is_messages_silent():
            _logger.info("%s SMS not sent: this database is silent", len(self))
            return self._update_sms_state_and_trackers("canceled")
        return super()._send_with_api(*args, **kwargs)


class MailMail(models.Model):
    _inherit = "mail.mail"

    def send(self, *args, **kwargs):
        """Send; while the database is silent, mails stay in their queue."""
        if self.env["ir.config_parameter"]._is_messages_silent():
            return None
        return super().send(*args, **kwargs)


class IrMailServer(models.Model):
    _inherit = "ir.mail_server"

    @api.model
    def send_email(self, message, *args, **kwargs):
        """Send; what comes by another way than the queue does not leave a silent database either."""
        if self.env["ir.config_parameter"]._is_messages_silent():
            _logger.info("Mail not sent: this database is silent")
            return message["Message-Id"]
        return super().send_email(message, *args, **kwargs)
