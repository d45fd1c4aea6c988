from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import email_normalize
from odoo.tools.mail import email_domain_extract

from ..engine import phone as phone_engine
from .res_partner_phone import SAME_PHONE_MIN

# Senders that nobody reads.
SILENT_SENDERS = ("noreply", "no-reply", "donotreply", "do-not-reply", "mailer-daemon", "postmaster", "bounce", "bounces")
# Models whose mail alias everybody may write to.
OPEN_MODELS = ("repair.enquiry", "repair.complaint")


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        """Make no case of what a machine has written: out-of-office notes, newsletters, answers to our answers.

        On a case that exists it is kept, but is no answer of the customer.
        """
        if self.env["repair.intake"]._is_automatic_mail(message):
            routes = [route for route in routes or () if route[0] not in OPEN_MODELS or route[1]]
            self = self.with_context(repair_automatic_mail=True)  # the way core hands it on to the records
        return super()._message_route_process(message, message_dict, routes)


class RepairIntake(models.AbstractModel):
    """Who turns to us, by whatever channel, registered or not (handbook 3.1.1, 7.1.1)."""

    _name = "repair.intake"
    _description = "Caller"
    _inherit = ["mail.thread"]

    phone = fields.Char(compute="_compute_contact", store=True, readonly=False, precompute=True)
    email = fields.Char("E-mail", compute="_compute_contact", store=True, readonly=False, precompute=True)
    phone_digits = fields.Char(compute="_compute_phone_digits", store=True, index="btree_not_null")

    @api.depends("partner_id")
    def _compute_contact(self):
        for record in self:
            record.phone = record.partner_id.phone or record.phone
            record.email = record.partner_id.email or record.email

    @api.depends("phone", "company_id")
    def _compute_phone_digits(self):
        for record in self:
            record.phone_digits = record._read_phone(record.phone, record.company_id) or False

    def _in_house_language(self):
        """The record in the language of its company: what is noted on it is read there, whoever causes it."""
        lang = self.company_id[:1].sudo().partner_id.lang  # readable for nobody without a login
        return self.with_context(lang=lang) if lang else self

    def _creation_message(self):
        record = self._in_house_language()
        return super(RepairIntake, record)._creation_message()

    @api.model
    def _read_phone(self, text, company):
        """Digits of a telephone number as they are compared, '' for none."""
        return phone_engine.read_number(text or "", str(company.country_id.phone_code or "")) or ""

    @api.model
    def _search_customers(self, digits, email, company, limit):
        """Return the registered customers with this number, or else with this e-mail address, oldest first."""
        partners, scope = self.env["res.partner"], Domain("company_id", "in", (False, company.id))
        found = partners.browse()
        if len(digits or "") >= SAME_PHONE_MIN:
            found = partners.search(scope & Domain("phone_digits", "=", digits), order="id", limit=limit)
        if not found and (address := email_normalize(email or "")):
            found = partners.search(scope & Domain("email_normalized", "=", address), order="id", limit=limit)
        return found

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

    @api.model
    def _may_answer(self, address, company):
        """Whether a machine's answer to ``address`` does no harm: a person's address outside the house, not answered often today."""
        address = email_normalize(address or "")
        if not address or address.split("@")[0] in SILENT_SENDERS:
            return False
        # Names of the own domains.
        own_domains = self.env["mail.alias.domain"].sudo().search([]).mapped("name")  # pylint: disable=no-search-all  # few, all needed
        if email_domain_extract(address) in own_domains:
            return False
        return self.env["repair.request.count"]._take("mail", address, company.repair_request_per_phone, 24)
