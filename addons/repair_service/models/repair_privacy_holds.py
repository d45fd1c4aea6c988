from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools.sql import escape_psql

from ..engine import masking
from .repair_flow import FLOW
from .repair_order import FINISHED_STAGES
from .res_partner_phone import SAME_PHONE_MIN

CONTACT_FIELDS = (
    "phone",
    "email",
    "street",
    "street2",
    "zip",
    "comment",
    "vat",
    "function",
    "image_1920",
    "partner_latitude",
    "partner_longitude",
    "website",
)


class ResPartner(models.Model):
    """What keeps a customer's data in the house, and taking them out of it."""

    _inherit = "res.partner"

    def _get_privacy_family(self):
        """The contact and those below it: addresses and people of the same household."""
        return self.with_context(active_test=False).search([("id", "child_of", self.ids)])

    def _get_privacy_orders(self):
        return self.env["repair.order"].search([("partner_id", "in", self._get_privacy_family().ids), ("appliance_id", "!=", False)])

    def _get_privacy_holds(self):
        """Why the data cannot go yet, in words; empty when nothing needs them (rules 3: restrict instead of delete).

        An addon whose records need a customer adds its reasons.

        :return: list of texts
        """
        self.ensure_one()
        holds = []
        family, orders = self._get_privacy_family(), self._get_privacy_orders()
        today = self.env["repair.order"]._local_date(fields.Datetime.now())
        if family.user_ids:
            holds.append(self.env._("has a login"))
        open_orders = orders.filtered(lambda order: order.service_stage not in FINISHED_STAGES)
        if open_orders:
            holds.append(self.env._("open repairs: %(orders)s", orders=", ".join(open_orders.mapped("name"))))
        covered = orders.filtered(lambda order: order.repair_warranty_end and order.repair_warranty_end >= today)
        if covered:
            holds.append(
                self.env._(
                    "repair warranty until %(date)s: %(orders)s",
                    date=max(covered.mapped("repair_warranty_end")),
                    orders=", ".join(covered.mapped("name")),
                )
            )
        moves = self.env["account.move"].search([("partner_id", "in", family.ids)])
        unpaid = moves.filtered(
            lambda move: move.state == "draft" or (move.state == "posted" and move.payment_state in ("not_paid", "partial", "in_payment"))
        )
        if unpaid:
            holds.append(self.env._("invoices that are not settled: %(invoices)s", invoices=", ".join(unpaid.mapped("display_name"))))
        if complaints := self._get_privacy_complaints(family):
            holds.append(self.env._("complaints: %(count)s", count=complaints))
        return holds

    def _get_privacy_complaints(self, family):
        """Number of complaints that are not closed, or were closed within a year: they may come up again."""
        open_or_recent = Domain("closed_on", "=", False) | Domain("closed_on", ">=", fields.Datetime.now() - timedelta(days=365))
        return self.env["repair.complaint"].search_count(Domain("partner_id", "in", family.ids) & open_or_recent)

    def _get_privacy_kept(self):
        """What stays after the data were taken out, and why, in words.

        :return: list of texts
        """
        self.ensure_one()
        kept = []
        books = self.env["account.move"].search_count([("partner_id", "in", self._get_privacy_family().ids), ("state", "=", "posted")])
        if books:
            kept.append(self.env._("%(count)s posted documents with the name, as the law on books asks", count=books))
        if orders := self._get_privacy_orders():
            kept.append(self.env._("%(count)s repairs without name, telephone number, address, signature or photo", count=len(orders)))
        return kept

    def _anonymise(self, reason):
        """Take the person out of the records; what books need stays (handbook 3.3.2, rules 3).

        :return: what was kept and why, in words
        """
        self.ensure_one()
        family = self._get_privacy_family()
        kept = "\n".join(self._get_privacy_kept())
        in_books = self.env["account.move"].search_count([("partner_id", "in", family.ids), ("state", "=", "posted")], limit=1)
        orders = self._get_privacy_orders()
        numbers, addresses = set(filter(None, family.mapped("phone"))), set(filter(None, family.mapped("email")))
        digits = {number for number in family.mapped("phone_digits") if len(number or "") >= SAME_PHONE_MIN}
        words = {*numbers, *digits, *addresses, *filter(None, family.mapped("name"))}
        orders._anonymise_records(words)
        self._get_privacy_cases("repair.enquiry", family, digits, addresses)._anonymise_records()
        self._get_privacy_cases("repair.complaint", family, digits, addresses)._anonymise_records(words)
        self.env["repair.privacy.request"].search([("partner_id", "in", family.ids)])._anonymise_records()
        family._anonymise_messages(numbers, digits, addresses)
        for partner in family:
            values = dict.fromkeys(CONTACT_FIELDS, False)
            if not (in_books and partner == self):
                values["name"] = self.env._("Former customer %(number)s", number=partner.id)
            partner.write({**{name: value for name, value in values.items() if name in partner._fields}, "active": False})
        self.env["mail.message"].search([("model", "=", "res.partner"), ("res_id", "in", family.ids)]).unlink()
        self.env["ir.attachment"].search(
            [("res_model", "=", "res.partner"), ("res_id", "in", family.ids), ("res_field", "=", False)]
        ).unlink()
        self.env["repair.privacy.log"]._note("anonymise", self, "\n".join(filter(None, (reason, kept))))
        return kept

    def _get_privacy_cases(self, model, family, digits, addresses):
        """Enquiries or complaints of the contacts, and those of nobody registered that name their number or address."""
        theirs = Domain("partner_id", "in", family.ids)
        named = Domain.OR([
            Domain("phone_digits", "in", list(digits)), *(Domain("email", "=ilike", escape_psql(address)) for address in addresses)])
        return self.env[model].search(theirs | (Domain("partner_id", "=", False) & named))


class RepairOrder(models.Model):
    _inherit = "repair.order"

    def _anonymise_records(self, words):
        """Take names, places, signatures, pictures and conversations out of ended orders; what the system noted of its steps stays.

        :param words: names, numbers and addresses; what holds one of them goes as well
        """
        self.photo_ids.with_context(repair_flow=FLOW).unlink()
        self.env["repair.followup"].search([("repair_id", "in", self.ids)])._anonymise_records()
        for order in self:
            place = order.address_id
            order._flow_write({
                "service_address": " ".join(filter(None, (place.state_id.name, place.city))) or False, "approval_signature": False,
                "acceptance_signature": False,
                **{name: masking.mask_name(order[name]) for name in ("approved_by", "accepted_by", "refused_by") if order[name]}})
        self.access_token = False
        self.env["ir.attachment"].search([
            ("res_model", "=", "repair.order"), ("res_id", "in", self.ids), ("res_field", "=", False)]).unlink()
        messages = self.env["mail.message"].search([("model", "=", "repair.order"), ("res_id", "in", self.ids)])
        tracked = messages.tracking_value_ids
        tracked.filtered(lambda value: _tells(value.old_value_char, words) or _tells(value.new_value_char, words)).unlink()
        messages.filtered(lambda message: message.message_type != "notification" or _tells(message.body, words)).unlink()


class RepairEnquiry(models.Model):
    _inherit = "repair.enquiry"

    def _anonymise_records(self):
        """Take the person out of enquiries; family, outcome and dates stay for the figures."""
        self.env["ir.attachment"].search([("res_model", "=", self._name), ("res_id", "in", self.ids)]).unlink()
        self.env["mail.message"].search([("model", "=", self._name), ("res_id", "in", self.ids)]).unlink()
        for enquiry in self:
            enquiry._flow_write({
                "contact_name": self.env._("Former caller"), "phone": False, "email": False, "street": False, "zip": False,
                "question": self.env._("(removed)"), "answer": False, "serial_number": False, "request_token": False})


def _tells(text, words):
    return any(word in (text or "") for word in words)
