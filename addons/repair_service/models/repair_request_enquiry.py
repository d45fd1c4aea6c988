import re
import secrets
from difflib import SequenceMatcher

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import consteq

from .repair_enquiry import FLOW_FIELDS
from .repair_flow import FLOW

REQUEST_FLOW_FIELDS = frozenset({"is_request", "request_token"})
# Names as told are compared without blanks and titles; below this they belong to different people.
SAME_NAME = 0.6
TITLES = re.compile(r"先生|女士|小姐|师傅|太太|\b(?:mr|mrs|ms)\b\.?|\s", re.IGNORECASE)


class RepairEnquiry(models.Model):
    """A request that came in by itself, from the web or by mail: the desk confirms it with one click (handbook 1.3.1, 3.1.2)."""

    _inherit = "repair.enquiry"

    is_request = fields.Boolean("Sent in as a request", readonly=True, copy=False, index=True)
    request_token = fields.Char(copy=False, groups="base.group_system", index="btree_not_null")
    serial_number = fields.Char("Serial number")
    street = fields.Char()
    city = fields.Char()
    zip = fields.Char("Postcode")
    wished_windows = fields.Char("Wished time")
    preferred_start = fields.Datetime("Wished from")
    lang = fields.Char("Language", readonly=True)
    consent_ids = fields.One2many("repair.consent", "enquiry_id", "Consents", readonly=True)
    image_count = fields.Integer("Photos", compute="_compute_image_count")

    @api.model
    def _new_token(self):
        return secrets.token_urlsafe(24)

    def _compute_image_count(self):
        counts = {}
        if self.ids:
            counts = dict(self.env["ir.attachment"].sudo()._read_group(  # how many; who reads the enquiry reads its photos
                self._get_photo_domain(), ["res_id"], ["__count"]))
        for enquiry in self:
            enquiry.image_count = counts.get(enquiry._origin.id, 0)

    def _get_photo_domain(self):
        return [
            ("res_model", "=", self._name),
            ("res_id", "in", self.ids),
            ("res_field", "=", False),
            ("mimetype", "in", ("image/png", "image/jpeg")),
        ]

    @api.model
    def _check_flow_fields(self, names):
        if locked := REQUEST_FLOW_FIELDS & set(names):
            raise UserError(self.env._("%(fields)s: set by the way the request came in only.", fields=", ".join(sorted(locked))))
        return super()._check_flow_fields(set(names) & FLOW_FIELDS)

    @api.model
    def _take_request(self, values, photos=(), consents=(), channel="web"):
        """Take a request that somebody sent in. Whether he is known plays no part and is told to nobody.

        :param dict values: fields of the enquiry, checked by the caller
        :param photos: pairs (kind of ``repair.photo``, picture as bytes), checked by the caller
        :param consents: technical names of the purposes that were agreed to
        :return: the ``repair.enquiry``
        """
        enquiry = self.with_context(repair_flow=FLOW, mail_create_nosubscribe=True).create({
            **values, "channel": channel, "user_id": False, "partner_id": False, "is_request": True,
            "request_token": self._new_token(), "lang": self.env.lang,
        })
        enquiry = enquiry.with_context(repair_flow=None)
        enquiry._keep_photos(photos)
        purposes = self.env["repair.consent.purpose"].search([("code", "in", list(consents))])
        self.env["repair.consent"].create([
            {"enquiry_id": enquiry.id, "purpose_id": purpose.id, "channel": channel, "company_id": enquiry.company_id.id}
            for purpose in purposes])
        return enquiry

    def _keep_photos(self, photos):
        self.ensure_one()
        labels = dict(self.env["repair.photo"]._fields["kind"]._description_selection(self.env))
        attachments = self.env["ir.attachment"].create([{
            "name": f"{labels[kind]}.jpg", "description": kind, "raw": content, "mimetype": "image/jpeg",
            "res_model": self._name, "res_id": self.id} for kind, content in photos])
        if attachments:
            body = self._in_house_language().env._("Photos sent with the request")
            self.message_post(body=body, attachment_ids=attachments.ids)

    @api.model
    def _find_by_token(self, token):
        """Return the request behind the link on which its sender follows it, empty when the token is wrong or its time over."""
        if not isinstance(token, str) or len(token) < 20 or not (token.isascii() and token.isprintable()):
            return self.browse()
        found_sudo = self.sudo().search([("request_token", "=", token)], limit=1)  # the token is the sender's key
        if not found_sudo or not consteq(found_sudo.request_token, token):
            return self.browse()
        latest = fields.Datetime.add(found_sudo.closed_on or found_sudo.date, days=found_sudo.company_id.repair_link_days)
        return found_sudo if fields.Datetime.now() <= latest else self.browse()

    def _get_request_url(self):
        self.ensure_one()
        return f"{self.get_base_url()}/repair/request/{self.sudo().request_token}"  # for the sender alone, in what is sent to him

    def action_new_link(self):
        """Close the sender's link and make a new one, for example because it reached the wrong hands."""
        self._check_desk()
        self.check_access("write")
        for enquiry in self.filtered("is_request"):
            enquiry.sudo()._flow_write({"request_token": self._new_token()})  # readable for the system alone
        return True

    def action_new_request(self):
        """Confirm: make the service order, with wish, serial number, photos and consents, and send its link to the customer.

        :raises UserError: as the enquiry's own step, and when the number belongs to somebody with another name
        """
        before = self.repair_id
        action = super().action_new_request()
        if self.is_request and not before:
            self._hand_over()
        return action

    def _hand_over(self):
        order = self.repair_id
        order.write({"wished_windows": self.wished_windows, "preferred_start": self._get_future_start()})
        for photo in self.env["ir.attachment"].sudo().search(self._get_photo_domain(), order="id", limit=20):  # the desk reads the enquiry
            kind = photo.description if photo.description in ("plate", "request") else "request"
            try:
                with self.env.cr.savepoint():
                    self.env["repair.photo"].create({"repair_id": order.id, "kind": kind, "image": photo.datas})
            except UserError as error:
                order.message_post(body=self.env._("A photo of the request could not be taken over: %(error)s", error=str(error)))
        self.consent_ids.sudo().write({"partner_id": order.partner_id.id})  # evidence is closed to writing; its giver is known now
        lang = self.env["res.lang"].search([("code", "=", self.lang)]).code
        if lang and order.partner_id.create_date >= self.create_date:  # registered by this step: who was known keeps his language
            order.partner_id.lang = lang
        order._notify_customer("repair_service.mail_template_request_confirmed", "repair_service.sms_template_request_confirmed")

    def _set_consents(self, codes):
        """Bring the sender's consents to ``codes``, of those that he is free to give; before and after he is registered."""
        self.ensure_one()
        purposes = self.env["repair.consent.purpose"].search([("is_required", "=", False)])
        valid = self.consent_ids.filtered("is_valid")
        valid.filtered(lambda consent: consent.purpose_id in purposes and consent.purpose_id.code not in codes)._withdraw(
            self.contact_name or ""
        )
        self.env["repair.consent"].create([{
            "enquiry_id": self.id, "partner_id": self.partner_id.id if valid.partner_id else False, "purpose_id": purpose.id,
            "channel": "link", "company_id": self.company_id.id,
        } for purpose in purposes - valid.purpose_id if purpose.code in codes])

    def _get_future_start(self):
        return self.preferred_start if self.preferred_start and self.preferred_start > fields.Datetime.now() else False

    def _get_customer(self):
        """As for any enquiry; a number that belongs to somebody with another name is for the desk to decide."""
        if not self.is_request:
            return super()._get_customer()
        found = self._find_customers()
        if found and len(found.commercial_partner_id) == 1 and not any(self._is_same_name(name) for name in found.mapped("name")):
            raise UserError(self.env._(
                "This number or address belongs to %(customer)s, the request names %(name)s: choose the customer, or register a new one.",
                customer=found[0].display_name, name=self.contact_name or ""))
        customer = super()._get_customer()
        if customer not in found:
            customer.write({"street": self.street, "city": self.city, "zip": self.zip})
        return customer

    def _is_same_name(self, name):
        """Whether the name that was told may be that of a registered customer; without one, the number alone decides."""
        told, known = (TITLES.sub("", text or "").casefold() for text in (self.contact_name, name))
        return not told or not known or told in known or known in told or SequenceMatcher(None, told, known).ratio() >= SAME_NAME

    def _get_appliance(self, customer):
        """As for any enquiry; a serial number that was told decides first."""
        serial = self.env["repair.appliance"]._normalise_serial(self.serial_number)
        if not serial:
            return super()._get_appliance(customer)
        known = self.env["repair.appliance"].search([
            ("partner_id", "=", customer.id), ("company_id", "=", self.company_id.id), ("serial_number", "=", serial)], limit=1)
        return known or self.env["repair.appliance"].create({
            "partner_id": customer.id, "category_id": self.category_id.id, "brand_id": self.brand_id.id,
            "model_name": self.model_name, "serial_number": serial, "company_id": self.company_id.id})
