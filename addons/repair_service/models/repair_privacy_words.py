from odoo import models
from odoo.tools.sql import escape_psql

from ..engine import masking
from .repair_flow import FLOW


class Base(models.AbstractModel):
    _inherit = "base"

    def _take_words_out(self, words, told=(), noted=()):
        """Take a person out of the texts of records.

        :param words: his names, numbers and addresses
        :param told: fields with his own words; they go
        :param noted: fields with the company's findings; they stay, without the words
        """
        for record in self.with_context(repair_flow=FLOW, tracking_disable=True):
            values = {name: self.env._("(removed)") if record._fields[name].required else False for name in told if record[name]}
            for name in noted:
                text = record[name]
                if text and (scrubbed := masking.scrub(text, words)) != text:
                    values[name] = scrubbed
            if values:
                record.write(values)

    def _unlink_conversations(self):
        """Delete messages and files of records; what is kept in fields stays."""
        about = [("model", "=", self._name), ("res_id", "in", self.ids)]
        self.env["mail.message"].search(about).unlink()
        self.env["ir.attachment"].search([("res_model", "=", self._name), ("res_id", "in", self.ids), ("res_field", "=", False)]).unlink()


class RepairOrder(models.Model):
    _inherit = "repair.order"

    def _anonymise_records(self, words):
        """Take the customer's words out of order, visits, quotations, rechecks and appliances; findings stay without his name."""
        super()._anonymise_records(words)
        self._take_words_out(
            words, ("fault_description", "wished_windows", "refusal_reason"),
            ("diagnosis", "exclusion_note", "goodwill_note", "override_reason", "next_visit_note"))
        visits = self.with_context(active_test=False).appointment_ids
        visits._take_words_out(words, ("note",), ("reschedule_reason", "cancel_reason", "outcome_note"))
        visits._unlink_conversations()
        quotations = self.env["repair.quotation"].search([("repair_id", "in", self.ids)])
        quotations._take_words_out(words, ("refusal_reason", "answered_by"))
        rechecks = self.env["repair.recheck"].search(["|", ("repair_id", "in", self.ids), ("origin_id", "in", self.ids)])
        rechecks._take_words_out(words, (), ("note",))
        rechecks._unlink_conversations()
        self.appliance_id._take_words_out(words, (), ("note",))


class RepairPrivacyRequest(models.Model):
    _inherit = "repair.privacy.request"

    def _anonymise_records(self):
        """Take the report and what was told out of answered requests; that they were answered, and how, stays."""
        self._take_words_out((), ("report_file", "report_name", "details"))
        self._unlink_conversations()


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _anonymise_messages(self, numbers, digits, addresses):
        """Delete what was sent to the contacts and what they wrote, wherever it is kept."""
        self.env["mail.message"].search([
            ("author_id", "in", self.ids), ("message_type", "in", ("comment", "email")), ("model", "!=", "account.move")]).unlink()
        mails = self.env["mail.mail"].search([("recipient_ids", "in", self.ids)])
        for address in addresses:
            mails |= mails.search([("email_to", "ilike", escape_psql(address))])
        mails.unlink()
        texts = self.env["sms.sms"].search(["|", ("partner_id", "in", self.ids), ("number", "in", list(numbers))])
        for number in digits:
            texts |= texts.search([("number", "=like", f"%{number}")])
        texts.unlink()
