from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools.misc import format_date

from odoo.addons.repair_service.models.repair_flow import FLOW

SUPPLIER_GROUPS = "purchase.group_purchase_user,repair_service.repair_service_group_manager"
QUALIFIER_GROUPS = ("purchase.group_purchase_manager", "repair_service.repair_service_group_manager")
QUALIFICATIONS = [("approved", "Approved"), ("trial", "On trial"), ("blocked", "Blocked")]
QUALIFICATION_FIELDS = frozenset({
    "supplier_qualification", "supplier_qualified_on", "supplier_qualified_by_id", "supplier_qualification_reason",
    "supplier_trial_amount", "supplier_trial_quantity", "supplier_trial_until"})
STANDINGS = {"approved": 0, "trial": 1, False: 2, "blocked": 3}
ACTIVITY_TRIAL = "repair_parts.mail_activity_type_supplier_trial"
TRIAL_WARNING_DAYS = 7


class ResPartner(models.Model):
    """Suppliers of spare parts are qualified before they are relied on (handbook 8.1.2); other vendors are not bothered."""

    _inherit = "res.partner"

    is_part_supplier = fields.Boolean(
        "Supplies spare parts", compute="_compute_is_part_supplier", search="_search_is_part_supplier", compute_sudo=True,
        groups=SUPPLIER_GROUPS)
    supplier_qualification = fields.Selection(
        QUALIFICATIONS, "Qualification", readonly=True, copy=False, tracking=True, index="btree_not_null", groups=SUPPLIER_GROUPS,
        help="Empty: not qualified yet. Blocked: no spare part can be ordered.")
    supplier_qualified_on = fields.Date("Qualified on", readonly=True, copy=False, groups=SUPPLIER_GROUPS)
    supplier_qualified_by_id = fields.Many2one(
        "res.users", "Decided by", readonly=True, copy=False, ondelete="set null", groups=SUPPLIER_GROUPS)
    supplier_qualification_reason = fields.Char("Reason", readonly=True, copy=False, groups=SUPPLIER_GROUPS)
    supplier_trial_amount = fields.Float(
        "Trial: amount an order", readonly=True, copy=False, groups=SUPPLIER_GROUPS,
        help="Most that an order of spare parts may come to, untaxed, in the company's currency. 0: no limit.")
    supplier_trial_quantity = fields.Float(
        "Trial: units an order", readonly=True, copy=False, groups=SUPPLIER_GROUPS,
        help="Most units of spare parts in one order. 0: no limit.")
    supplier_trial_until = fields.Date(
        "Trial until", readonly=True, copy=False, groups=SUPPLIER_GROUPS, help="Last day of the trial. Empty: until it is decided.")
    certificate_ids = fields.One2many("repair.supplier.certificate", "partner_id", "Certificates", groups=SUPPLIER_GROUPS)
    certificates_to_renew = fields.Integer("Certificates to renew", compute="_compute_certificates_to_renew", groups=SUPPLIER_GROUPS)

    def _compute_is_part_supplier(self):
        suppliers = self.search(Domain("id", "in", self.ids) & Domain("is_part_supplier", "=", True))
        for partner in self:
            partner.is_part_supplier = partner._origin.id in suppliers.ids

    def _search_is_part_supplier(self, operator, value):
        if operator != "in":
            return NotImplemented
        prices = self.env["product.supplierinfo"].sudo()._read_group(  # whether he supplies parts is no secret of another company
            [("product_tmpl_id.is_spare_part", "=", True)], ["partner_id.commercial_partner_id"])
        lines = self.env["purchase.order.line"].sudo()._read_group(  # as above
            [("product_id.is_spare_part", "=", True), ("order_id.state", "!=", "cancel")], ["partner_id.commercial_partner_id"])
        ids = {partner.id for (partner,) in [*prices, *lines]}
        return Domain("id", "in", list(ids)) | Domain("supplier_qualification", "!=", False)

    @api.depends("certificate_ids.valid_to", "certificate_ids.kind_id")
    def _compute_certificates_to_renew(self):
        for partner in self:
            partner.certificates_to_renew = len(partner.certificate_ids.filtered(lambda one: one.state in ("expiring", "expired")))

    @api.model_create_multi
    def create(self, vals_list):
        """Create contacts; qualification and score come from their own steps only."""
        if self.env.context.get("repair_flow") is FLOW:
            return super().create(vals_list)
        for vals in vals_list:
            self._check_supplier_fields({name: value for name, value in vals.items() if value})
        partners = super().create(vals_list)
        closed = sorted(self._get_supplier_closed_fields())
        # No default of a caller's context, or of his own, gets in either.
        for partner_sudo in partners.sudo():
            if forged := [name for name in closed if partner_sudo[name]]:
                partner_sudo.with_context(repair_flow=FLOW).write(dict.fromkeys(forged, False))
        return partners

    def write(self, vals):
        """Write; qualification and score change by their own steps only, and a blocked supplier's contact stays blocked."""
        if self.env.context.get("repair_flow") is not FLOW:
            self._check_supplier_fields(vals)
        if not {"parent_id", "is_company"} & vals.keys():
            return super().write(vals)
        before = {partner: partner._get_supplier_standing() for partner in self}
        result = super().write(vals)
        for partner, (state, holder) in before.items():
            if state == "blocked" and partner._get_supplier_standing()[0] != "blocked":
                partner._qualify_supplier("blocked", self.env._("Was a contact of %(supplier)s, which is blocked.", supplier=holder.name))
        return result

    @api.model
    def _get_supplier_closed_fields(self):
        """Return the names of the fields that nobody sets by hand."""
        return QUALIFICATION_FIELDS

    @api.model
    def _check_supplier_fields(self, vals):
        closed = sorted(self._get_supplier_closed_fields() & vals.keys())
        if closed:
            labels = ", ".join(self._fields[name].get_description(self.env, ["string"])["string"] for name in closed)
            raise UserError(self.env._(
                "%(fields)s: set by the qualification and the nightly score only. Use the buttons of the supplier.", fields=labels))

    @api.model
    def _get_supplier_flow(self):
        return FLOW

    @api.model
    def _may_qualify_suppliers(self):
        return self.env.su or any(self.env.user.has_group(group) for group in QUALIFIER_GROUPS)

    def _get_supplier_chain(self):
        """Return the partner, the companies above it, and its commercial entity, nearest first."""
        self.ensure_one()
        chain, partner = self, self.parent_id
        while partner and partner not in chain:
            chain |= partner
            partner = partner.parent_id
        return chain | self.commercial_partner_id

    def _get_supplier_standing(self):
        """Return (qualification, partner who holds it): blocked anywhere above is blocked, else the nearest qualification counts."""
        self.ensure_one()
        chain_sudo = self._get_supplier_chain().sudo()  # whether he may be ordered from binds everybody, also who may not read why
        holders = chain_sudo.filtered("supplier_qualification")
        holder = holders.filtered(lambda one: one.supplier_qualification == "blocked")[:1] or holders[:1]
        return holder.supplier_qualification, holder

    def _get_supplier_refusal(self, company):
        """Return why no spare part can be ordered from this partner in ``company``, in words; empty when it can."""
        self.ensure_one()
        state, holder = self._get_supplier_standing()
        today = self.with_company(company)._get_score_today()
        if state == "blocked":
            return self.env._(
                "%(supplier)s is blocked since %(date)s: %(reason)s", supplier=self.display_name,
                date=format_date(self.env, holder.supplier_qualified_on), reason=holder.supplier_qualification_reason or "")
        if state and (lapsed := holder._find_blocking_lapse(today)):
            return self.env._(
                "%(certificate)s of %(supplier)s lapsed on %(date)s: no spare parts until it is renewed.",
                certificate=lapsed.display_name, supplier=self.display_name, date=format_date(self.env, lapsed.valid_to))
        if state == "trial" and holder.supplier_trial_until and holder.supplier_trial_until < today:
            return self.env._(
                "The trial of %(supplier)s ended on %(date)s: approve him, prolong the trial or block him.", supplier=self.display_name,
                date=format_date(self.env, holder.supplier_trial_until))
        if not state and company.sudo().repair_supplier_qualified_only:  # a setting, for whoever orders
            return self.env._(
                "%(supplier)s is not qualified as a supplier of spare parts: have him approved or put on trial.",
                supplier=self.display_name)
        return ""

    def _get_trial_excess(self, amount, quantity, company):
        """Return which limit of the trial an order of ``amount`` (company currency, untaxed) and ``quantity`` units passes; or empty."""
        state, holder = self._get_supplier_standing()
        if state != "trial":
            return ""
        currency = company.currency_id
        if holder.supplier_trial_amount and currency.compare_amounts(amount, holder.supplier_trial_amount) > 0:
            return self.env._(
                "%(supplier)s is on trial: spare parts for %(limit)s at most in one order, here %(amount)s.",
                supplier=self.display_name, limit=currency.format(holder.supplier_trial_amount), amount=currency.format(amount))
        if holder.supplier_trial_quantity and quantity > holder.supplier_trial_quantity + 1e-6:
            return self.env._(
                "%(supplier)s is on trial: %(limit)s units of spare parts at most in one order, here %(quantity)s.",
                supplier=self.display_name, limit=f"{holder.supplier_trial_quantity:g}", quantity=f"{quantity:g}")
        return ""

    def action_supplier_approve(self):
        """Open the dialogue that approves the supplier.

        :raises AccessError: for whoever is neither service nor purchase manager
        """
        return self._open_qualification("approved")

    def action_supplier_trial(self):
        """Open the dialogue that puts the supplier on trial, see :meth:`action_supplier_approve`."""
        return self._open_qualification("trial")

    def action_supplier_block(self):
        """Open the dialogue that blocks the supplier, see :meth:`action_supplier_approve`."""
        return self._open_qualification("blocked")

    def _open_qualification(self, state):
        self.ensure_one()
        self._check_may_qualify()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Qualification of %(supplier)s", supplier=self.commercial_partner_id.name),
            "res_model": "repair.supplier.qualification",
            "view_mode": "form",
            "target": "new",
            "context": {"default_partner_id": self.commercial_partner_id.id, "default_state": state},
        }

    @api.model
    def _check_may_qualify(self):
        if not self._may_qualify_suppliers():
            raise AccessError(self.env._("Suppliers are qualified by a purchase manager or a service manager: ask one of them."))

    def _qualify_supplier(self, state, reason, amount=0.0, quantity=0.0, until=False):
        """Give the supplier a qualification, with its reason in the history.

        :param state: "approved", "trial" or "blocked"
        :param amount: limit of one order on trial, untaxed, in the company's currency; 0 for none
        :param quantity: limit of one order on trial, units of spare parts; 0 for none
        :param until: last day of the trial
        :raises UserError: an approval without the required certificates
        """
        self.ensure_one()
        if state == "approved":
            self._check_required_certificates()
        partner_sudo = self.sudo()  # whoever may qualify need not be allowed to change contacts
        trial = state == "trial"
        partner_sudo.with_context(repair_flow=FLOW).write({
            "supplier_qualification": state,
            "supplier_qualified_on": fields.Date.context_today(self),
            "supplier_qualified_by_id": self.env.uid,
            "supplier_qualification_reason": reason,
            "supplier_trial_amount": trial and amount,
            "supplier_trial_quantity": trial and quantity,
            "supplier_trial_until": trial and until,
        })
        partner_sudo.message_post(body=self._describe_qualification(state, reason))
        partner_sudo.activity_unlink([ACTIVITY_TRIAL])

    def _describe_qualification(self, state, reason):
        label = dict(self._fields["supplier_qualification"]._description_selection(self.env))[state]
        text = self.env._("Supplier of spare parts: %(state)s. %(reason)s", state=label, reason=reason)
        if state != "blocked":
            return text
        orders_sudo = self.env["purchase.order"].sudo().search([  # the buyer is told of all that is under way
            ("partner_id", "child_of", self.id), ("state", "in", ("draft", "sent", "to approve")),
            ("order_line.product_id.is_spare_part", "=", True)])
        if orders_sudo:
            text += " " + self.env._(
                "Cannot be confirmed any more: %(orders)s.", orders=", ".join(orders_sudo.mapped("name")))
        return text

    def _check_required_certificates(self):
        required = self.env["repair.supplier.certificate.kind"].sudo().search([("is_required", "=", True)])  # also for who only orders
        held = self.sudo().certificate_ids.filtered(lambda one: one.state in ("valid", "expiring"))  # as above
        if missing := required - held.kind_id:
            raise UserError(self.env._(
                "%(supplier)s cannot be approved: no valid %(kinds)s. Record it among the certificates, or put him on trial.",
                supplier=self.name, kinds=", ".join(missing.mapped("name"))))

    def _get_supplier_watcher(self):
        """Return who is told about the supplier: his buyer, else a purchase manager, else the system."""
        self.ensure_one()
        managers = self.env.ref("purchase.group_purchase_manager").all_user_ids.filtered(lambda user: not user.share)
        own = managers.filtered(lambda user: not self.company_id or self.company_id in user.company_ids)
        return self.buyer_id or own.filtered(lambda user: user != self.env.ref("base.user_root"))[:1] or self.env.user

    @api.model
    def _warn_of_ending_trials(self, today):
        """Ask for a decision a week before a trial ends, once for each trial."""
        partners = self.search([
            ("supplier_qualification", "=", "trial"), ("supplier_trial_until", "!=", False),
            ("supplier_trial_until", "<=", fields.Date.add(today, days=TRIAL_WARNING_DAYS))])
        for partner in partners:
            if not partner.activity_search([ACTIVITY_TRIAL], only_automated=False):
                user = partner._get_supplier_watcher()
                partner.activity_schedule(
                    ACTIVITY_TRIAL, date_deadline=max(partner.supplier_trial_until, today), user_id=user.id,
                    summary=self.with_context(lang=user.lang).env._(
                        "Trial of %(supplier)s ends: approve, prolong or block", supplier=partner.name))

    @api.constrains("supplier_trial_amount", "supplier_trial_quantity")
    def _check_trial_limits(self):
        for partner in self.sudo():  # stored beside the contact, checked whoever writes
            if partner.supplier_trial_amount < 0 or partner.supplier_trial_quantity < 0:
                raise ValidationError(self.env._("The limits of a trial are not negative."))
