from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import html2plaintext

from .repair_flow import FLOW
from .repair_order import FINISHED_STAGES
from .res_partner_phone import SAME_PHONE_MIN

FLOW_FIELDS = frozenset({"name", "outcome", "repair_id", "closed_on"})
# What was asked and answered stays as it is once the enquiry is closed.
RECORD_FIELDS = frozenset({
    "partner_id", "contact_name", "phone", "email", "channel", "category_id", "brand_id", "model_name", "appliance_id",
    "question", "answer", "date", "company_id",
})
MAIL_MAX = 20_000


class RepairEnquiry(models.Model):
    _name = "repair.enquiry"
    _description = "Enquiry"
    _inherit = ["repair.intake", "mail.activity.mixin", "repair.input"]
    _order = "date desc, id desc"
    _rec_names_search = ["name", "contact_name", "phone", "partner_id"]
    _check_company_auto = True
    _flow_fields = FLOW_FIELDS

    name = fields.Char("Number", readonly=True, copy=False, index=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    date = fields.Datetime("Received on", required=True, default=fields.Datetime.now, copy=False, index=True)
    channel = fields.Selection(
        selection="_get_channels", string="Came in by", required=True, default="phone", index=True, tracking=True,
        help="How the enquiry came in (handbook 3.1.1).")
    user_id = fields.Many2one(
        "res.users", "Responsible", default=lambda self: self.env.user, index=True, tracking=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]")
    partner_id = fields.Many2one("res.partner", "Customer", index="btree_not_null", check_company=True, tracking=True)
    contact_name = fields.Char("Caller", help="The name as told, as long as nobody is registered as a customer.")
    category_id = fields.Many2one("repair.appliance.category", "Family", index="btree_not_null", ondelete="restrict")
    brand_id = fields.Many2one("repair.brand", ondelete="restrict")
    model_name = fields.Char("Model")
    appliance_id = fields.Many2one(
        "repair.appliance", check_company=True, domain="[('partner_id', '=?', partner_id)]", index="btree_not_null",
        help="The customer's registered appliance, when the enquiry is about that one.")
    question = fields.Text(required=True, help="What the caller wants to know, or the fault as told.")
    answer = fields.Text("Our answer", copy=False)
    outcome = fields.Selection(
        [("open", "Open"), ("answered", "Answer given"), ("request", "Became a request"), ("lost", "No interest")],
        default="open", required=True, readonly=True, copy=False, index=True, tracking=True, group_expand=True)
    closed_on = fields.Datetime("Settled on", readonly=True, copy=False)
    repair_id = fields.Many2one("repair.order", "Service order", readonly=True, copy=False, index="btree_not_null", check_company=True)
    match_ids = fields.Many2many(
        "res.partner", compute="_compute_match_ids", string="Customers with this number or address",
        help="With one of them the request is made for that customer; nobody is registered twice.")
    similar_ids = fields.Many2many("repair.enquiry", compute="_compute_similar_ids", string="Other open enquiries of the caller")
    running_repair_ids = fields.Many2many("repair.order", compute="_compute_running_repair_ids", string="Running orders of the customer")

    @api.model
    def _get_channels(self):
        return self.env["repair.order"]._fields["channel"]._description_selection(self.env)

    @api.depends("name", "partner_id", "contact_name")
    def _compute_display_name(self):
        for enquiry in self:
            caller = enquiry.partner_id.name or enquiry.contact_name or enquiry.phone
            enquiry.display_name = " · ".join(filter(None, (enquiry.name, caller)))

    @api.depends("phone_digits", "email", "partner_id")
    def _compute_match_ids(self):
        for enquiry in self:
            enquiry.match_ids = False if enquiry.partner_id else enquiry._find_customers()

    @api.depends("phone_digits", "email", "partner_id")
    def _compute_similar_ids(self):
        for enquiry in self:
            domain = Domain.FALSE
            if enquiry.partner_id:
                domain |= Domain("partner_id", "=", enquiry.partner_id._origin.id)
            if enquiry._has_whole_number():
                domain |= Domain("phone_digits", "=", enquiry.phone_digits)
            if enquiry.email:
                domain |= Domain("email", "=ilike", enquiry.email.strip())
            enquiry.similar_ids = self.search(
                domain & Domain("outcome", "=", "open") & Domain("id", "!=", enquiry._origin.id or 0), limit=5)

    @api.depends("partner_id")
    def _compute_running_repair_ids(self):
        for enquiry in self:
            enquiry.running_repair_ids = self.env["repair.order"].search([
                ("partner_id", "=", enquiry.partner_id._origin.id), ("appliance_id", "!=", False),
                ("service_stage", "not in", FINISHED_STAGES), ("id", "!=", enquiry.repair_id.id)], limit=5,
            ) if enquiry.partner_id else False

    @api.constrains("partner_id", "contact_name", "phone", "email")
    def _check_caller(self):
        for enquiry in self:
            if not (enquiry.partner_id or any((enquiry[name] or "").strip() for name in ("contact_name", "phone", "email"))):
                raise ValidationError(self.env._(
                    "Say who asks: choose the customer, or note a name, a telephone number or an e-mail address."))

    @api.constrains("question")
    def _check_question(self):
        if any(not (enquiry.question or "").strip() for enquiry in self):
            raise ValidationError(self.env._("Note what the caller wants to know."))

    @api.constrains("date")
    def _check_date(self):
        latest = fields.Datetime.add(fields.Datetime.now(), days=1)
        if any(enquiry.date and enquiry.date > latest for enquiry in self):
            raise ValidationError(self.env._("An enquiry cannot come in in the future: correct its date."))

    @api.model_create_multi
    def create(self, vals_list):
        """Create enquiries; they get their number and are open."""
        if self.env.context.get("repair_flow") is not FLOW:
            for vals in vals_list:
                self._check_flow_fields({name for name in vals if vals[name] and (name, vals[name]) != ("outcome", "open")})
        enquiries = super().create(vals_list)
        for company, members in enquiries.grouped("company_id").items():
            sequence = self.env["ir.sequence"].with_company(company)
            for enquiry in members:
                enquiry._flow_write({"name": sequence.next_by_code("repair.enquiry")})
        return enquiries

    def write(self, vals):
        """Write; the outcome changes through the buttons, and a closed enquiry stays as it is."""
        if self.env.context.get("repair_flow") is not FLOW:
            self._check_flow_fields(vals)
            if RECORD_FIELDS & vals.keys() and any(enquiry.outcome != "open" for enquiry in self):
                raise UserError(self.env._("This enquiry is closed and stays as it is. Open it again to change it."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_without_request(self):
        if any(enquiry.repair_id for enquiry in self):
            raise UserError(self.env._("An enquiry that became a request is kept: it belongs to the order's history."))

    def action_new_request(self):
        """Make the service order the enquiry asks for and open it: customer and appliance are found, or registered (handbook 3.1.1).

        :return: action that opens the order
        :raises UserError: the enquiry is closed, or several customers or appliances come into question
        """
        self.ensure_one()
        self._check_desk()
        self.check_access("write")
        self.lock_for_update()
        if self.outcome == "request" and self.repair_id:
            return self.action_open_request()
        self._check_open()
        customer = self.partner_id or self._get_customer()
        appliance = self.appliance_id or self._get_appliance(customer)
        order = self.env["repair.order"].with_company(self.company_id).create({
            "appliance_id": appliance.id, "partner_id": customer.id, "company_id": self.company_id.id, "channel": self.channel,
            "fault_description": self.question, "requested_on": self.date,
        })
        self._flow_write({
            "outcome": "request", "closed_on": fields.Datetime.now(), "repair_id": order.id,
            "partner_id": customer.id, "appliance_id": appliance.id})
        order.message_post(body=self.env._("Requested in the enquiry %(enquiry)s.", enquiry=self.name))
        return self.action_open_request()

    def action_open_request(self):
        """Open the service order that the enquiry became."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": "repair.order", "res_id": self.repair_id.id,
            "views": [(False, "form")], "context": {"repair_service": True},
        }

    def action_answer(self):
        """Close enquiries that are answered.

        :raises UserError: without an answer, or when it is closed already
        """
        self._check_open()
        if any(not (enquiry.answer or "").strip() for enquiry in self):
            raise UserError(self.env._("Note the answer first."))
        return self._close("answered")

    def action_lose(self):
        """Close enquiries of callers who are not interested any more.

        :raises UserError: when it is closed already
        """
        self._check_open()
        return self._close("lost")

    def action_reopen(self):
        """Open enquiries again that were closed too early.

        :raises UserError: when a request was made of it
        """
        if any(enquiry.outcome == "open" or enquiry.repair_id for enquiry in self):
            raise UserError(self.env._("Only an enquiry that was closed without a request can be opened again."))
        return self._flow_write({"outcome": "open", "closed_on": False})

    def _close(self, outcome):
        return self._flow_write({"outcome": outcome, "closed_on": fields.Datetime.now()})

    def _flow_write(self, vals):
        return self.with_context(repair_flow=FLOW).write(vals)

    @api.model
    def _check_flow_fields(self, names):
        if locked := FLOW_FIELDS & set(names):
            labels = ", ".join(sorted(self._fields[name].get_description(self.env, ["string"])["string"] for name in locked))
            raise UserError(self.env._("%(fields)s: set by the steps of the enquiry only. Use its buttons.", fields=labels))

    def _check_open(self):
        for enquiry in self:
            if enquiry.outcome != "open":
                raise UserError(self.env._("The enquiry %(enquiry)s is closed already.", enquiry=enquiry.name))

    def _check_desk(self):
        if not (self.env.su or self.env.user.has_group("repair_service.repair_service_group_desk")):
            raise AccessError(self.env._("Requests are taken by the service desk: hand the enquiry over to the desk."))

    @api.private
    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Take an e-mail as an enquiry: its sender is the caller, its text the question."""
        body = html2plaintext(msg_dict.get("body") or "").strip()
        question = "\n".join(filter(None, (msg_dict.get("subject"), body)))[:MAIL_MAX] or self.env._("(empty e-mail)")
        values = {
            "channel": "mail", "email": msg_dict.get("email_from"), "partner_id": msg_dict.get("author_id"),
            "question": question, "user_id": False, **(custom_values or {}),
        }
        return self.create(values)  # core would take the subject for the number

    def _has_whole_number(self):
        self.ensure_one()
        return len(self.phone_digits or "") >= SAME_PHONE_MIN

    def _find_customers(self):
        """Return the registered customers with the caller's number or else his e-mail address, oldest first."""
        self.ensure_one()
        return self._search_customers(self.phone_digits, self.email, self.company_id, 10)

    def _get_customer(self):
        """Return the customer who asks: the registered one, else a new one."""
        found = self._find_customers()
        if len(found.commercial_partner_id) > 1:
            raise UserError(self.env._(
                "Several customers have this number or address: %(customers)s. Choose the right one, or merge them.",
                customers=", ".join(found.mapped("display_name"))))
        if found:
            return found[0]
        name = next((value.strip() for value in (self.contact_name, self.phone, self.email) if (value or "").strip()), "")
        return self.env["res.partner"].create({
            "name": name, "phone": self.phone, "email": self.email, "company_id": False, "country_id": self.company_id.country_id.id})

    def _get_appliance(self, customer):
        """Return the appliance that the customer asks about: the only registered one that fits what was told, else a new one."""
        fitting = self.env["repair.appliance"].search(
            [("partner_id", "=", customer.id), ("company_id", "=", self.company_id.id)], order="id").filtered(self._is_about)
        if len(fitting) > 1:
            raise UserError(self.env._(
                "%(customer)s has several appliances that fit: choose the one the enquiry is about.", customer=customer.name))
        return fitting or self.env["repair.appliance"].create({
            "partner_id": customer.id, "category_id": self.category_id.id, "brand_id": self.brand_id.id,
            "model_name": self.model_name, "company_id": self.company_id.id})

    def _is_about(self, appliance):
        """Whether nothing that was told speaks against ``appliance``."""
        self.ensure_one()
        model, told = ((text or "").strip().casefold() for text in (appliance.model_name, self.model_name))
        return (
            (not self.category_id or self.category_id.id in appliance.category_id._get_ancestor_ids())
            and (not self.brand_id or appliance.brand_id == self.brand_id)
            and (not told or model == told))


class RepairOrder(models.Model):
    _inherit = "repair.order"

    enquiry_ids = fields.One2many("repair.enquiry", "repair_id", "Enquiries", copy=False)
