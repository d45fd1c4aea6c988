import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import email_normalize

from ..engine import phone
from .res_partner_phone import SAME_PHONE_MIN

GROUP = "repair_service.repair_service_group_call_centre"
TEXT_MAX = 2_000
NAMES_MAX = 200
REQUIRED = ("key", "contact_name", "phone", "family", "fault")
OPTIONAL = ("email", "brand", "model", "serial_number", "street", "city", "zip", "wished_time", "preferred_start", "consents")


class RepairOrder(models.Model):
    """Requests that a brand's call centre hands over by a call of its own system (handbook 1.3.1)."""

    _inherit = "repair.order"

    sender_id = fields.Many2one(
        "res.partner",
        "Handed over by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The brand whose call centre took the request.",
    )
    sender_reference = fields.Char("Sender's number", readonly=True, copy=False, help="The number of the case at the sender.")

    _sender_reference_uniq = models.UniqueIndex(
        "(sender_id, sender_reference) WHERE sender_reference IS NOT NULL", "This case of the sender was handed over already.")

    @api.model
    def create_from_call_centre(self, values):
        """Take a request of a brand's call centre; the same key gives the same order, however often it is sent.

        By HTTP: ``POST /json/2/repair.order/create_from_call_centre`` with the API key of a user of the group "Brand's call
        centre" as bearer, and ``{"values": {...}}`` as body. The user belongs to the contact of the brand that sends.

        :param dict values: ``key`` (the sender's number of the case), ``contact_name``, ``phone``, ``family`` (name or id of the
            product family), ``fault``; may hold ``email``, ``brand`` (name, where the sender has several), ``model``,
            ``serial_number``, ``street``, ``city``, ``zip``, ``wished_time`` (words), ``preferred_start`` (UTC,
            ``YYYY-MM-DD HH:MM:SS``) and ``consents`` (list of technical names of purposes)
        :return: dict ``number``, ``status`` (stage of the order), ``created`` (whether this call made it); nothing of who or
            what is registered already
        :raises AccessError: for users outside the group
        :raises ValidationError: names every field that is missing or cannot be taken
        :raises UserError: the key was used for another request
        """
        if not self.env.user.has_group(GROUP):
            raise AccessError(self.env._("Requests are handed over by users of a brand's call centre only."))
        sender = self.env.user.partner_id.commercial_partner_id
        company = self.env.company
        orders_sudo = self.sudo().with_company(company)  # the caller has this one right; what he sends is checked here
        read = orders_sudo._read_call_centre_values(values, sender)
        fingerprint = self.env["repair.request.count"].sudo()._get_fingerprint(json.dumps(values, sort_keys=True, default=str))
        claim_sudo, is_new = self.env["repair.request.key"]._claim(
            f"call_centre:{sender.id}:{company.id}", values["key"].strip(), fingerprint
        )
        if not is_new:
            if claim_sudo.fingerprint != fingerprint:
                raise UserError(
                    self.env._("The key %(key)s was used for another request: send a key of its own for each.", key=values["key"])
                )
            order_sudo = claim_sudo.repair_id
        else:
            order_sudo = orders_sudo._create_from_call_centre(read, sender)
            claim_sudo.repair_id = order_sudo
        return {"number": order_sudo.name, "status": order_sudo.service_stage, "created": is_new}

    def _create_from_call_centre(self, read, sender):
        """Make the order of checked values: a customer is taken when number and name agree, else a new one is registered."""
        enquiry = self.env["repair.enquiry"].with_context(mail_create_nosubscribe=True).new({
            "contact_name": read["contact_name"], "phone": read["phone"], "email": read["email"], "question": read["fault"],
            "company_id": self.env.company.id, "is_request": True, "category_id": read["family"].id, "brand_id": read["brand"].id,
            "model_name": read["model"], "serial_number": read["serial_number"], "street": read["street"], "city": read["city"],
            "zip": read["zip"]})
        found = enquiry._find_customers().filtered(lambda partner: enquiry._is_same_name(partner.name))
        customer = found if len(found) == 1 else self.env["res.partner"].create({
            "name": read["contact_name"], "phone": read["phone"], "email": read["email"], "street": read["street"], "city": read["city"],
            "zip": read["zip"], "company_id": False, "country_id": self.env.company.country_id.id})
        appliance = enquiry._get_appliance_of_sender(customer)
        order = self.create({
            "appliance_id": appliance.id, "partner_id": customer.id, "company_id": self.env.company.id, "channel": "call_centre",
            "fault_description": read["fault"], "wished_windows": read["wished_time"], "preferred_start": read["preferred_start"]})
        order._flow_write({"sender_id": sender.id, "sender_reference": read["key"]})
        self.env["repair.consent"].create([
            {"partner_id": customer.id, "purpose_id": purpose.id, "channel": "call_centre", "company_id": self.env.company.id}
            for purpose in read["consents"]])
        order._notify_customer("repair_service.mail_template_request_confirmed", "repair_service.sms_template_request_confirmed")
        return order

    @api.model
    def _read_call_centre_values(self, values, sender):
        """Check what came in and return it read, every problem in one message."""
        if not isinstance(values, dict):
            raise ValidationError(self.env._("Send the request as an object of fields and values."))
        problems = [self.env._("%(field)s: unknown field", field=name) for name in sorted(values.keys() - {*REQUIRED, *OPTIONAL}, key=str)]
        read = {}
        for name in (*REQUIRED, *OPTIONAL):
            value = values.get(name)
            if name in ("family", "preferred_start", "consents"):
                continue
            limit = TEXT_MAX if name == "fault" else NAMES_MAX
            if value not in (None, False) and (not isinstance(value, str) or len(value) > limit):
                problems.append(self.env._("%(field)s: a text of at most %(limit)s characters", field=name, limit=limit))
                value = ""
            elif name in REQUIRED and not (value or "").strip():
                problems.append(self.env._("%(field)s: is missing", field=name))
            read[name] = (value or "").strip()
        digits = phone.read_number(read["phone"], str(self.env.company.country_id.phone_code or ""))
        if read["phone"] and not SAME_PHONE_MIN <= len(digits) <= 15:
            problems.append(self.env._("%(field)s: not a telephone number", field="phone"))
        if read["email"] and not email_normalize(read["email"]):
            problems.append(self.env._("%(field)s: not an e-mail address", field="email"))
        read["family"], read["brand"] = self._read_family(values.get("family"), problems), self._read_brand(read["brand"], sender, problems)
        read["preferred_start"], read["consents"] = self._read_start(values, problems), self._read_consents(values, problems)
        if problems:
            raise ValidationError("\n".join(problems))
        return read

    def _read_family(self, value, problems):
        families = self.env["repair.appliance.category"]
        found = families.browse()
        if isinstance(value, int) and not isinstance(value, bool):
            found = families.search([("id", "=", value)])
        elif isinstance(value, str) and value.strip():
            for lang in {self.env.lang, *(code for code, _name in self.env["res.lang"].get_installed())}:
                found = found or families.with_context(lang=lang).search([("name", "=ilike", value.strip())], limit=1)
        if not found:
            names = ", ".join(families.search([], limit=20).mapped("name"))
            problems.append(self.env._("%(field)s: unknown product family; known are %(names)s", field="family", names=names))
        return found

    def _read_brand(self, name, sender, problems):
        """The brand of the sender; another one is nothing that he hands over."""
        brands = self.env["repair.brand"].search([("partner_id", "child_of", sender.id)])
        if not brands:
            problems.append(self.env._("brand: no brand belongs to your account; ask the service company to set it up"))
            return brands
        if not name:
            if len(brands) > 1:
                problems.append(self.env._("brand: say which one: %(names)s", names=", ".join(brands.mapped("name"))))
            return brands[:1]
        codes = [code for code, _name in self.env["res.lang"].get_installed()]
        found = brands.filtered(lambda brand: name.casefold() in {(brand.with_context(lang=code).name or "").casefold() for code in codes})
        if not found:
            problems.append(self.env._("brand: not one of yours: %(names)s", names=", ".join(brands.mapped("name"))))
        return found[:1]

    def _read_start(self, values, problems):
        value = values.get("preferred_start")
        if not value:
            return False
        try:
            start = fields.Datetime.to_datetime(value) if isinstance(value, str) else None
        except ValueError:
            start = None
        now = fields.Datetime.now()
        if not start or not now < start < fields.Datetime.add(now, days=365):
            problems.append(self.env._("preferred_start: a moment within the next year, UTC, as YYYY-MM-DD HH:MM:SS"))
            return False
        return start

    def _read_consents(self, values, problems):
        codes = values.get("consents") or []
        purposes = self.env["repair.consent.purpose"].search([])  # pylint: disable=no-search-all  # they are few, and all of them are needed
        if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes) or set(codes) - set(purposes.mapped("code")):
            problems.append(self.env._("consents: a list of %(names)s", names=", ".join(purposes.mapped("code"))))
            return purposes.browse()
        return purposes.filtered(lambda purpose: purpose.code in codes)


class RepairOrderChannel(models.Model):
    _inherit = "repair.order"

    channel = fields.Selection(selection_add=[("call_centre", "Brand's call centre")])


class RepairEnquiry(models.Model):
    _inherit = "repair.enquiry"

    def _get_appliance_of_sender(self, customer):
        """Return the customer's appliance that was told: with several that fit a new one, which the desk merges when it was one of them."""
        appliances = self.env["repair.appliance"]
        serial = appliances._normalise_serial(self.serial_number)
        if serial:
            # A number registered with somebody else stays his: what was told is noted with the new appliance, for the desk to clear.
            known = appliances.with_context(active_test=False).search([
                ("company_id", "=", self.company_id.id), ("brand_id", "=", self.brand_id.id), ("serial_number", "=", serial)], limit=1)
            if known.partner_id == customer and known.active:
                return known
            note = serial if known else False
        else:
            known, note = appliances.browse(), False
            fitting = appliances.search([("partner_id", "=", customer.id), ("company_id", "=", self.company_id.id)]).filtered(
                self._is_about
            )
            if len(fitting) == 1:
                return fitting
        return appliances.create(
            {
                "partner_id": customer.id,
                "category_id": self.category_id.id,
                "brand_id": self.brand_id.id,
                "model_name": self.model_name,
                "serial_number": serial if serial and not known else False,
                "company_id": self.company_id.id,
                "note": note
                and self.env._(
                    "Serial number as told: %(serial)s. It is registered with another customer: look at the plate.", serial=note
                ),
            }
        )
