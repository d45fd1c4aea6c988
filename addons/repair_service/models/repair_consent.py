from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..engine import masking

CONSENT_CHANNELS = [
    ("web", "Public request"), ("link", "Customer's page"), ("mail", "E-mail"), ("phone", "Phone"), ("paper", "On paper"),
    ("call_centre", "Brand's call centre"),
]


class RepairConsent(models.Model):
    """Who agreed to which use of his data, to which version of the notice, and until when (handbook 3.3.2)."""

    _name = "repair.consent"
    _description = "Consent"
    _inherit = ["repair.input"]
    _order = "given_on desc, id desc"
    _flow_fields = frozenset({"withdrawn_on", "withdrawn_by"})

    partner_id = fields.Many2one("res.partner", "Customer", index="btree_not_null", ondelete="cascade")
    enquiry_id = fields.Many2one("repair.enquiry", index="btree_not_null", ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    purpose_id = fields.Many2one("repair.consent.purpose", required=True, index=True, ondelete="restrict")
    notice_id = fields.Many2one("repair.consent.notice", ondelete="restrict", index="btree_not_null")
    channel = fields.Selection(CONSENT_CHANNELS, required=True, default="phone")
    given_on = fields.Datetime(required=True, default=fields.Datetime.now)
    withdrawn_on = fields.Datetime(readonly=True, copy=False)
    withdrawn_by = fields.Char(readonly=True, copy=False)
    is_valid = fields.Boolean("In force", compute="_compute_is_valid", store=True)

    @api.depends("withdrawn_on")
    def _compute_is_valid(self):
        for consent in self:
            consent.is_valid = not consent.withdrawn_on

    @api.depends("purpose_id")
    def _compute_display_name(self):
        for consent in self:
            consent.display_name = consent.purpose_id.name

    @api.constrains("partner_id", "enquiry_id")
    def _check_who(self):
        if any(not consent.partner_id and not consent.enquiry_id for consent in self):
            raise ValidationError(self.env._("Say whose consent it is: choose the customer."))

    @api.constrains("given_on")
    def _check_given_on(self):
        latest = fields.Datetime.add(fields.Datetime.now(), minutes=5)
        if any(consent.given_on > latest for consent in self):
            raise ValidationError(self.env._("A consent cannot be given in the future."))

    @api.constrains("notice_id")
    def _check_notice(self):
        if any(consent.notice_id.state == "draft" for consent in self if consent.notice_id):
            raise ValidationError(self.env._("A consent refers to a notice that is or was in force."))

    @api.model_create_multi
    def create(self, vals_list):
        """Record consents; the notice in force is taken when none is named."""
        for vals in vals_list:
            vals.pop("withdrawn_on", None)
            vals.pop("withdrawn_by", None)
            if not vals.get("notice_id"):
                company = self.env["res.company"].browse(vals.get("company_id") or self.env.company.id)
                vals["notice_id"] = self.env["repair.consent.notice"]._get_in_force(company).id
        return super().create(vals_list)

    def write(self, vals):
        """A consent is evidence: what was agreed to stays, and it ends by withdrawal only."""
        if not self.env.su:
            raise UserError(self.env._("A consent stays as it was given: withdraw it, or record a new one."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if not self.env.su:
            raise UserError(self.env._("A consent is evidence and is kept: withdraw it instead."))

    def action_withdraw(self):
        """Withdraw consents; from now on the data are not used for the purpose any more.

        :raises AccessError: for users who do not record consents
        """
        self.browse().check_access("create")
        self.check_access("read")
        self._withdraw(self.env.user.name)
        return True

    def _withdraw(self, who):
        valid_sudo = self.sudo().filtered("is_valid")  # evidence is closed to writing, this is the one way to end it
        valid_sudo.write({"withdrawn_on": fields.Datetime.now(), "withdrawn_by": who})
        for consent_sudo in valid_sudo.filtered("partner_id"):
            consent_sudo.partner_id.message_post(body=self.env._(
                "Consent withdrawn: %(purpose)s (%(who)s)", purpose=consent_sudo.purpose_id.name, who=who))

    @api.model
    def _set_for_partner(self, partner, codes, channel, who, company):
        """Bring a customer's consents to ``codes``: give what is missing, withdraw what is not wanted any more.

        What the service needs stays as it is: it ends with the service, not with a tick.

        :param codes: technical names of the purposes that are agreed to
        """
        consents_sudo = self.sudo()  # the customer decides on his own data, through his link
        purposes = self.env["repair.consent.purpose"].sudo().search([("is_required", "=", False)])  # their names only
        valid = consents_sudo.search([
            ("partner_id", "=", partner.id), ("is_valid", "=", True), ("purpose_id", "in", purposes.ids), ("company_id", "=", company.id)])
        valid.filtered(lambda consent: consent.purpose_id.code not in codes)._withdraw(who)
        missing = purposes.filtered(lambda purpose: purpose.code in codes) - valid.purpose_id
        return consents_sudo.create([{
            "partner_id": partner.id, "purpose_id": purpose.id, "channel": channel, "company_id": company.id} for purpose in missing])


class ResPartner(models.Model):
    _inherit = "res.partner"

    consent_ids = fields.One2many(
        "repair.consent", "partner_id", "Consents",
        groups="repair_service.repair_service_group_desk,repair_service.repair_service_group_inspector")

    def _has_consent(self, code, company=None):
        """Whether the customer agreed to a use of his data and has not withdrawn it; ask before every such use.

        :param str code: technical name of the purpose, for example ``marketing``
        :param company: ``res.company`` that uses the data, the current one when left out
        """
        self.ensure_one()
        return bool(self._filter_consenting(code, company))

    def _filter_consenting(self, code, company=None):
        """The customers who agreed to a use of their data; one query for all of them. See `_has_consent`."""
        rows = self.env["repair.consent"].sudo()._read_group([  # yes or no only
            ("partner_id", "in", self.ids), ("purpose_id.code", "=", code), ("is_valid", "=", True),
            ("company_id", "=", (company or self.env.company).id)], ["partner_id"])
        agreed = {partner.id for [partner] in rows}
        return self.filtered(lambda partner: partner.id in agreed)


class RepairOrder(models.Model):
    _inherit = "repair.order"

    def _get_brand_contacts(self):
        """What a brand may be told of the customers of these orders, for example with a claim (rules 3).

        Name and number in whole where the customer agreed to the sharing, or the brand's own call centre handed him over;
        else masked. A fixed number of queries. Whoever hands data over asks here, and nowhere else.

        :return: ``{order: {"name": text, "phone": text, "is_whole": bool}}``
        """
        contacts = {}
        for company, orders in self.grouped("company_id").items():
            agreed = orders.partner_id._filter_consenting("brand", company)
            for order_sudo in orders.sudo():  # what the customer agreed to, whoever sends it
                customer, brand = order_sudo.partner_id, order_sudo.appliance_id.brand_id.partner_id.commercial_partner_id
                is_whole = customer in agreed or (bool(brand) and order_sudo.sender_id.commercial_partner_id == brand)
                contacts[order_sudo.sudo(False)] = {
                    "name": customer.name if is_whole else masking.mask_name(customer.name),
                    "phone": (customer.phone or "") if is_whole else masking.mask_phone(customer.phone),
                    "is_whole": is_whole,
                }
        return contacts
