import base64
import binascii
import hashlib
import io
import uuid

import qrcode
from PIL import Image, UnidentifiedImageError

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

SIGNATURE_MAX_BYTES = 500_000
SIGNATURE_FORMATS = ("PNG", "JPEG")
# A supplement is put to the customer while the order is approved or under repair already.
DECISION_STAGES = ("quoted", "approved", "repairing")
ACCEPTED_STAGES = ("accepted", "closed")


class RepairOrder(models.Model):
    _inherit = "repair.order"

    @api.constrains("approval_signature", "acceptance_signature")
    def _check_signature_images(self):
        for order in self.with_context(bin_size=False):
            for signature in filter(None, (order.approval_signature, order.acceptance_signature)):
                self._check_signature_image(signature)

    @api.model
    def _check_signature_image(self, signature):
        """Refuse a signature that is not a small picture.

        :param signature: base64 text or bytes, as binary fields hold it
        :raises ValidationError: not base64, not a PNG or JPEG picture, or above 500 kB
        """
        try:
            content = base64.b64decode(signature, validate=True)
            with Image.open(io.BytesIO(content), formats=SIGNATURE_FORMATS) as image:
                image.verify()
        except (binascii.Error, ValueError, TypeError, SyntaxError, OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
            raise ValidationError(self.env._("The signature cannot be read. Sign again, please.")) from error
        if len(content) > SIGNATURE_MAX_BYTES:
            raise ValidationError(self.env._(
                "The picture of the signature is too large. Sign again with the finger or the mouse (at most %(size)s kB).",
                size=SIGNATURE_MAX_BYTES // 1000))

    @api.model
    def _get_portal_domain(self, partner):
        """Service orders that ``partner`` and the people of the same household or company may follow."""
        return Domain("partner_id", "child_of", partner.commercial_partner_id.id) & Domain("appliance_id", "!=", False)

    def _get_short_url(self):
        """Absolute link to the customer's page, short enough for one SMS: the token's 36 characters are packed into 22."""
        self.ensure_one()
        code = base64.urlsafe_b64encode(uuid.UUID(self._portal_ensure_token()).bytes).decode().rstrip("=")
        return f"{self.get_base_url()}/rs/{self.id}/{code}"

    def _get_qr_image(self, url=None):
        """Base64 PNG of ``url``, else of the short link. Odoo's own barcode needs a drawing library that many servers lack."""
        stream = io.BytesIO()
        qrcode.make(url or self._get_short_url(), box_size=6, border=2).save(stream, "PNG")
        return base64.b64encode(stream.getvalue())

    @api.model
    def _get_token_from_short_code(self, code):
        """The access token that ``_get_short_url`` packed, or False when ``code`` is none."""
        try:
            return str(uuid.UUID(bytes=base64.urlsafe_b64decode(code + "==")))
        except ValueError:
            return False

    def _get_portal_tz(self):
        """Time zone in which visits are told to the customer: the company's, wherever the customer's phone thinks it is."""
        self.ensure_one()
        return self._get_company_timezone(self.company_id).zone

    def _is_quotation_expired(self):
        self.ensure_one()
        return bool(self.quotation_valid_until) and self.quotation_valid_until < self._local_date(fields.Datetime.now())

    def _can_customer_decide(self):
        """Whether a quotation lies with the customer: it was sent, is unanswered and still valid."""
        self.ensure_one()
        return (
            self.quotation_state == "sent"
            and self.service_stage in DECISION_STAGES
            and not self._is_quotation_expired()
        )

    def _get_portal_steps(self):
        """The steps of the order as the customer reads them (handbook 1.3).

        :returns: list of ``{"code", "label", "state"}``; state is ``done``, ``current`` or ``todo``
        """
        self.ensure_one()
        if self.service_stage == "cancelled":
            return []
        labels = dict(self._fields["service_stage"]._description_selection(self.env))
        codes = [code for code in labels if code not in ("closed", "cancelled")]
        if not self._needs_visit() and not self.appointment_ids:
            codes.remove("booked")
        position = len(codes) if self.service_stage in ACCEPTED_STAGES else codes.index(self.service_stage)
        return [
            {"code": code, "label": labels[code],
             "state": "done" if index < position else "current" if index == position else "todo"}
            for index, code in enumerate(codes)
        ]

    def _get_payer_labels(self):
        return {
            "customer": self.env._("You"),
            "brand": self.env._("Brand warranty"),
            "supplier": self.env._("Parts supplier"),
            "company": self.env._("Free of charge"),
        }

    def _get_kind_labels(self):
        kinds = self.env["product.template"]._fields["repair_service_kind"]._description_selection(self.env)
        return {**dict(kinds), "part": self.env._("Part")}

    def _get_customer_lines(self):
        """The itemised list (handbook 2.2): labour, fees, materials and parts by name, number and price, and who pays.

        :returns: list of dicts; ``amount`` is the customer's share without tax, in the order's currency
        """
        self.ensure_one()
        self._prefetch_products()
        unapproved = self._get_unapproved_lines() if self.approved_on else []
        return [{**self._prepare_customer_line(line), "is_new": line in unapproved} for line in self._get_charged_lines()]

    def _prepare_customer_line(self, line):
        is_part = line._name == "stock.move"
        kind = "part" if is_part else line.repair_service_kind
        return {
            "kind": kind,
            "kind_label": self._get_kind_labels().get(kind, ""),
            "name": line.product_id.name if is_part else line.name,
            "code": line.product_id.default_code or "",
            "quantity": line.product_uom_qty if is_part else line.quantity,
            "uom": (line.product_uom if is_part else line.product_id.uom_id).name,
            "price_unit": line.repair_price_unit if is_part else line.price_unit,
            "amount": line._get_charge_subtotal() if line.payer == "customer" else 0.0,
            "payer": line.payer,
            "payer_label": self._get_payer_labels().get(line.payer, ""),
        }

    def _get_quotation_stamp(self):
        """Fingerprint of what the customer is shown, so that he approves that and nothing else."""
        self.ensure_one()
        shown = [
            (line._name, line.id, line.payer, line._get_charge_subtotal()) for line in self._get_charged_lines()]
        content = repr((self.quotation_version, shown, self.amount_customer_total))
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    def _check_quotation_stamp(self, stamp):
        """Raise when the quotation is no longer the one that bore ``stamp``."""
        if stamp and self.quotation_state == "sent" and stamp != self._get_quotation_stamp():
            raise UserError(self.env._(
                "The quotation has been changed since you opened it. Reload the page and read the new one, please."))

    def _get_paper_labels(self):
        return {
            "settlement": self.env._("Settlement list") if self.accepted_on else self.env._("Quotation"),
            "warranty_card": self.env._("Warranty card"),
            "service_record": self.env._("Service record"),
        }

    def _has_paper(self, paper):
        """Whether ``paper`` can be printed: a list needs lines and an offer, card and record need the acceptance.

        The record of a refused quotation exists once the order is closed (handbook 6.3.6).
        """
        self.ensure_one()
        if paper == "settlement":
            return bool(self.quotation_version and self._get_charged_lines())
        if paper == "warranty_card":
            return bool(self.accepted_on)
        return paper == "service_record" and self.service_stage in ACCEPTED_STAGES

    def _get_papers(self):
        """The papers the customer can take home now, as ``{code: label}``."""
        self.ensure_one()
        return {paper: label for paper, label in self._get_paper_labels().items() if self._has_paper(paper)}

    def _check_paper(self, paper):
        """Raise when ``paper`` does not exist yet for one of the orders."""
        for order in self:
            if not order._has_paper(paper):
                raise UserError(self.env._(
                    "%(order)s has no %(paper)s yet: send the quotation, or have the repair accepted, first.",
                    order=order.name, paper=order._get_paper_labels().get(paper, paper)))

    def _get_report_base_filename(self):
        """File name of a paper downloaded from the customer's page."""
        self.ensure_one()
        label = self._get_paper_labels().get(self.env.context.get("repair_paper"))
        return f"{label} {self.name}" if label else self.name

    def _get_portal_invoices(self):
        return self.invoice_ids.filtered(lambda move: move.state == "posted" and move.move_type == "out_invoice")

    def _get_responsible_partners(self):
        """Who has to hear the customer's answer: the person responsible for the order and its technician."""
        self.ensure_one()
        return (self.user_id | self.technician_id.user_id).partner_id

    def _get_answer_label(self):
        """The customer's answer in words. A refused supplement leaves an approved order behind, so the caller says which."""
        self.ensure_one()
        if self.env.context.get("customer_refused"):
            return self.env._("%(who)s refused the quotation", who=self.refused_by)
        return self.env._("%(who)s approved the quotation", who=self.approved_by)

    def _notify_customer_answer(self):
        """Tell the people in charge what the customer answered on the link; see `_get_answer_label` for the context."""
        template = self.env.ref("repair_service.mail_template_quotation_answer", raise_if_not_found=False)
        for order in self:
            if template and order._get_responsible_partners():
                template.send_mail(order.id)
