import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from .repair_complaint_intake import MAIL_MAX, SUBJECT_MAX
from .res_partner_phone import SAME_PHONE_MIN

# Longest texts of the form, in characters.
PAGE_TEXTS = {
    "kind": 20, "category": 50, "subject": SUBJECT_MAX, "description": MAIL_MAX, "remedy_asked": 20, "contact_name": 100, "phone": 30,
    "email": 100,
}
ADDITIONS_A_DAY = 10


class RepairRequestKey(models.Model):
    _inherit = "repair.request.key"

    complaint_id = fields.Many2one("repair.complaint", ondelete="cascade", index="btree_not_null")


class RepairComplaint(models.Model):
    """Complaints that come in by the pages without a login: each once, and not without bounds."""

    _inherit = "repair.complaint"

    @api.model
    def _take_from_page(self, texts, company, address, order_sudo=None):
        """Take what a visitor of the website, or a customer on the page of his order, sends; the same of one day is one case.

        :param dict texts: the fields of ``PAGE_TEXTS``
        :param company: ``res.company`` that is asked
        :param str address: network address of the sender
        :return: the case
        :raises UserError: something is missing, or too much was sent
        """
        texts = {name: texts.get(name, "")[:limit] for name, limit in PAGE_TEXTS.items()}
        company = order_sudo.company_id if order_sudo else company
        digits = self._read_phone(texts["phone"], company)
        self._check_page_texts(texts, digits, order_sudo)
        counts = self.env["repair.request.count"]
        told = [company.id, order_sudo.id if order_sudo else [digits, email_normalize(texts["email"]), texts["contact_name"].casefold()]]
        day = str(self.env["repair.order"]._local_date(fields.Datetime.now(), company))
        key = counts._get_fingerprint(json.dumps([*told, texts["kind"], texts["description"], day]))
        claim, is_new = self.env["repair.request.key"]._claim("complaint", key)
        if is_new:
            sender = f"order:{order_sudo.id}" if order_sudo else digits or email_normalize(texts["email"])
            # Counted both, so that the one never tells anything of the other.
            by_address = counts._take("complaint", address or "", company.repair_request_per_address, 1)
            by_sender = counts._take("complaint_sender", sender, company.repair_request_per_phone, 24)
            if not (by_address and by_sender):
                raise UserError(company._get_limit_words())
            claim.complaint_id = self._create_from_page(texts, company, order_sudo)
        return claim.complaint_id

    @api.model
    def _check_page_texts(self, texts, digits, order_sudo):
        if not texts["description"]:
            raise UserError(self.env._("Write what happened, please."))
        if not order_sudo and not SAME_PHONE_MIN <= len(digits) <= 15 and not email_normalize(texts["email"]):
            raise UserError(self.env._("Leave a telephone number or an e-mail address, so that we can answer."))

    @api.model
    def _create_from_page(self, texts, company, order_sudo=None):
        category = self.env["repair.complaint.category"].sudo().search([("code", "=", texts["category"] or "-")], limit=1)  # public
        remedies = dict(self._fields["remedy_asked"].selection)
        if order_sudo:
            sender = {"repair_id": order_sudo.id, "partner_id": order_sudo.partner_id.id}
        else:
            sender = {name: texts[name] for name in ("contact_name", "phone", "email")}
        return self.with_company(company).create({
            "kind": "opinion" if texts["kind"] == "opinion" else "complaint",
            "channel": "link" if order_sudo else "web",
            "company_id": company.id,
            "category_id": category.id,
            "subject": texts["subject"] or texts["description"].splitlines()[0][:SUBJECT_MAX],
            "description": texts["description"],
            "remedy_asked": texts["remedy_asked"] if texts["remedy_asked"] in remedies else False,
            "user_id": False,
            **sender,
        })

    def _customer_adds(self, text):
        """Take what the customer adds to his case; it answers what he was awaited for.

        :raises UserError: nothing is written, the case has ended, or too much was sent today
        """
        self.ensure_one()
        taken = self.env["repair.request.count"].sudo()._take("complaint_add", str(self.id), ADDITIONS_A_DAY, 24)  # customers have no right
        if not taken:
            raise UserError(self.company_id.sudo()._get_limit_words())  # as above
        return super()._customer_adds(text)
