from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.misc import format_date

ACTIVITY = "repair_parts.mail_activity_type_certificate"


class RepairSupplierCertificate(models.Model):
    """One proof of a supplier's fitness: a licence, a quality system, an authorisation of the brand."""

    _name = "repair.supplier.certificate"
    _description = "Supplier certificate"
    _inherit = ["mail.thread", "mail.activity.mixin", "repair.input"]
    _order = "valid_to, id"
    _flow_fields = frozenset({"warned_days"})

    partner_id = fields.Many2one(
        "res.partner", "Supplier", required=True, index=True, ondelete="cascade", domain="[('parent_id', '=', False)]")
    company_id = fields.Many2one(related="partner_id.company_id", store=True, precompute=True)
    kind_id = fields.Many2one("repair.supplier.certificate.kind", required=True, index=True, ondelete="restrict")
    is_required = fields.Boolean(related="kind_id.is_required")
    number = fields.Char(required=True, tracking=True)
    issuer = fields.Char("Issued by")
    valid_from = fields.Date("Valid from", required=True, tracking=True)
    valid_to = fields.Date("Valid until", index=True, tracking=True, help="Last day of validity. Empty: without end.")
    attachment_ids = fields.Many2many("ir.attachment", string="Files", help="The scanned certificate.")
    days_left = fields.Integer("Days left", compute="_compute_state")
    state = fields.Selection(
        [("future", "Not yet valid"), ("valid", "Valid"), ("expiring", "To renew"), ("expired", "Lapsed"), ("renewed", "Renewed")],
        compute="_compute_state", search="_search_state")
    warned_days = fields.Integer("Last warned (days before)", readonly=True, copy=False)

    _period = models.Constraint("CHECK (valid_to IS NULL OR valid_to >= valid_from)", "A certificate does not end before it begins.")
    _number_unique = models.UniqueIndex(
        "(partner_id, kind_id, number, valid_from)", "This certificate of the supplier is recorded already.")

    @api.depends("kind_id.name", "number")
    def _compute_display_name(self):
        for certificate in self:
            certificate.display_name = " ".join(filter(None, [certificate.kind_id.name, certificate.number]))

    @api.depends("valid_from", "partner_id.certificate_ids.valid_to", "partner_id.certificate_ids.kind_id")
    def _compute_state(self):
        today = self._get_today()
        last = self._get_last_ends()
        for certificate in self:
            end = certificate.valid_to
            certificate.days_left = (end - today).days if end else 0
            certificate.state = certificate._get_state(today, last.get((certificate.partner_id.id, certificate.kind_id.id)))

    @api.model
    def _get_today(self):
        """Return the day where the company is: the night's run has no time zone of its own."""
        return self.env["res.partner"]._get_score_today()

    def _get_state(self, today, last_end):
        """Return the state on ``today``; ``last_end`` is the latest end among the supplier's certificates of the kind."""
        self.ensure_one()
        if self.valid_from and self.valid_from > today:
            return "future"
        if not self.valid_to:
            return "valid"
        if last_end and last_end > self.valid_to:
            return "renewed"
        if self.valid_to < today:
            return "expired"
        return "expiring" if (self.valid_to - today).days <= max(self.kind_id._get_warning_days(), default=0) else "valid"

    def _get_last_ends(self):
        """Return {(partner id, kind id): latest end}, ``date.max`` for one without end, in one query."""
        groups = self.search_fetch(
            Domain("partner_id", "in", self.partner_id.ids) & Domain("kind_id", "in", self.kind_id.ids),
            ["partner_id", "kind_id", "valid_to"])
        ends = {}
        for certificate in groups | self:
            key = (certificate.partner_id.id, certificate.kind_id.id)
            ends[key] = max(ends.get(key, fields.Date.to_date("1900-01-01")), certificate.valid_to or fields.Date.to_date("9999-12-31"))
        return ends

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        # A few for each supplier, and renewal cannot be told by dates alone.
        dated = self.with_context(active_test=False).search([])  # pylint: disable=no-search-all  # as said above
        return [("id", "in", dated.filtered(lambda certificate: certificate.state in value).ids)]

    @api.constrains("partner_id")
    def _check_partner(self):
        for certificate in self:
            if certificate.partner_id != certificate.partner_id.commercial_partner_id:
                raise ValidationError(self.env._(
                    "Certificates belong to the company %(supplier)s, not to one of its contacts.",
                    supplier=certificate.partner_id.commercial_partner_id.display_name))

    def write(self, vals):
        """Write; a new end of validity is warned of anew."""
        if "warned_days" in vals:
            self._check_warned_days()
        result = super().write(vals)
        if "valid_to" in vals:
            self._note_warned(0)
            self._clear_alarms()
        return result

    @api.model_create_multi
    def create(self, vals_list):
        """Record certificates; one that renews another takes the warnings off it."""
        for vals in vals_list:
            vals.pop("warned_days", None)
        certificates = super().create(vals_list)
        older = self.search(Domain("partner_id", "in", certificates.partner_id.ids) & Domain("warned_days", "!=", 0))
        older.filtered(lambda certificate: certificate.state == "renewed")._clear_alarms()
        return certificates

    def _check_warned_days(self):
        if self.env.context.get("repair_flow") is not self._get_flow():
            raise ValidationError(self.env._("Warnings are noted by the system."))

    @api.model
    def _get_flow(self):
        return self.env["res.partner"]._get_supplier_flow()

    def _note_warned(self, days):
        self.with_context(repair_flow=self._get_flow()).write({"warned_days": days})

    def _clear_alarms(self):
        alarms_sudo = self.sudo().activity_ids  # an alarm goes with its cause, whoever it was given to
        alarms_sudo.filtered(lambda activity: activity.activity_type_id == self.env.ref(ACTIVITY)).unlink()

    @api.model
    def _cron_watch_certificates(self):
        """Warn of certificates that expire, act on required ones that have lapsed, and tell of trials that end."""
        today = self._get_today()
        horizon = fields.Date.add(today, days=730)
        ending = self.search([("valid_to", "!=", False), ("valid_to", "<=", horizon)])
        for certificate in ending.filtered(lambda one: one.state in ("expiring", "expired")):
            certificate._warn(today)
        lapsed = ending.filtered(lambda one: one.state == "expired" and one.kind_id.is_required and one.kind_id.lapse_action != "none")
        for certificate in lapsed:
            certificate._act_on_lapse()
        self.env["res.partner"]._warn_of_ending_trials(today)

    def _warn(self, today):
        """Tell the buyer once for each of the kind's days, and once after the expiry."""
        left = (self.valid_to - today).days
        passed = [days for days in self.kind_id._get_warning_days() if left <= days]
        mark = -1 if left < 0 else min(passed, default=0)
        if not mark or mark == self.warned_days:
            return
        user = self.partner_id._get_supplier_watcher()
        self._clear_alarms()
        lang_self = self.with_context(lang=user.lang)
        summary = lang_self.env._(
            "%(certificate)s of %(supplier)s: valid until %(date)s", certificate=lang_self.display_name,
            supplier=self.partner_id.name, date=format_date(lang_self.env, self.valid_to))
        self.activity_schedule(ACTIVITY, date_deadline=max(self.valid_to, today), user_id=user.id, summary=summary)
        self._note_warned(mark)

    def _act_on_lapse(self):
        """Put the supplier on trial or block him; one who is already that far down stays as he is."""
        state = {"trial": "trial", "block": "blocked"}[self.kind_id.lapse_action]
        partner = self.partner_id
        if partner.supplier_qualification == "approved" or (state == "blocked" and partner.supplier_qualification == "trial"):
            partner._qualify_supplier(state, self.env._(
                "%(certificate)s lapsed on %(date)s.", certificate=self.display_name, date=format_date(self.env, self.valid_to)))
