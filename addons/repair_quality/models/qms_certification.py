from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools.misc import format_date

from .qms_policy import FLOW

FLOW_FIELDS = frozenset({"state", "body_id", "choice_reason", "issued_on", "stopped_on", "stop_reason", "warned_days"})
CERTIFICATE_FIELDS = frozenset({"standard", "edition", "scope", "certificate_number", "valid_from", "valid_until", "certificate_file"})
# In force: what the certificate says stays as it is.
ISSUED_STATES = ("certified", "suspended", "withdrawn")
WARN_DAYS = (90, 30, 7)
ACTIVITY = "repair_quality.mail_activity_type_certification"


class QmsCertification(models.Model):
    """The way to a certificate and its upkeep: body, preparation, audits, certificate, surveillance (handbook 10.2.2)."""

    _name = "qms.certification"
    _description = "Certification"
    _inherit = ["mail.thread", "mail.activity.mixin", "repair.input"]
    _order = "id desc"
    _flow_fields = FLOW_FIELDS
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    standard = fields.Char(required=True, tracking=True, help="As the body names it, such as ISO 9001.")
    edition = fields.Char(required=True, tracking=True, help="Year of the edition of the standard.")
    scope = fields.Text(required=True, tracking=True, help="Activities and sites that the certificate covers.")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    owner_id = fields.Many2one(
        "res.users", required=True, default=lambda self: self.env.user, domain="[('share', '=', False)]", tracking=True)
    state = fields.Selection(
        [
            ("choosing", "Choosing a body"), ("preparing", "Preparing"), ("audited", "Being audited"), ("certified", "Certified"),
            ("suspended", "Suspended"), ("withdrawn", "Withdrawn"),
        ],
        required=True, readonly=True, copy=False, default="choosing", index=True, tracking=True)
    offer_ids = fields.One2many("qms.certification.offer", "certification_id", "Bodies")
    body_id = fields.Many2one("res.partner", "Certification body", readonly=True, copy=False, tracking=True)
    choice_reason = fields.Text("Why this body", readonly=True, copy=False, tracking=True)
    task_ids = fields.One2many("qms.certification.task", "certification_id", "Preparation", copy=True)
    task_open_count = fields.Integer("Open preparations", compute="_compute_task_open_count")
    audit_ids = fields.One2many("qms.certification.audit", "certification_id", "External audits")
    finding_ids = fields.One2many("qms.certification.finding", "certification_id", "External findings")
    finding_open_count = fields.Integer("Open findings", compute="_compute_finding_open_count")
    certificate_number = fields.Char(copy=False, tracking=True)
    valid_from = fields.Date(copy=False, tracking=True)
    valid_until = fields.Date(copy=False, tracking=True, index=True)
    certificate_file = fields.Binary("Certificate", copy=False, attachment=True)
    certificate_filename = fields.Char("File name of the certificate", copy=False)
    surveillance_months = fields.Integer(
        "Months between surveillance audits", default=12, required=True, help="0: none are planned by themselves.")
    issued_on = fields.Date("Issued on", readonly=True, copy=False)
    stopped_on = fields.Date("Suspended or withdrawn on", readonly=True, copy=False)
    stop_reason = fields.Text("Why suspended or withdrawn", readonly=True, copy=False)
    on_papers = fields.Boolean("On the company's papers", help="The certificate is printed under the letterhead while it is valid.")
    is_valid = fields.Boolean("Valid", compute="_compute_is_valid", search="_search_is_valid")
    days_left = fields.Integer("Days left", compute="_compute_is_valid")
    next_audit_on = fields.Date("Next audit", compute="_compute_next_audit_on")
    warned_days = fields.Integer("Warned, days before the end", readonly=True, copy=False)

    _number_unique = models.UniqueIndex(
        "(company_id, certificate_number) WHERE certificate_number IS NOT NULL", "This certificate is recorded already.")
    _period = models.Constraint("CHECK (valid_until >= valid_from)", "A certificate does not end before it begins.")
    _months = models.Constraint("CHECK (surveillance_months BETWEEN 0 AND 36)", "Between surveillance audits lie 0 to 36 months.")

    @api.depends("standard", "edition")
    def _compute_name(self):
        for record in self:
            record.name = f"{record.standard}:{record.edition}" if record.edition else record.standard

    @api.depends("task_ids.done_on")
    def _compute_task_open_count(self):
        for record in self:
            record.task_open_count = len(record.task_ids.filtered(lambda task: not task.done_on))

    @api.depends("finding_ids.is_open")
    def _compute_finding_open_count(self):
        for record in self:
            record.finding_open_count = len(record.finding_ids.filtered("is_open"))

    @api.depends("state", "valid_from", "valid_until")
    def _compute_is_valid(self):
        today = fields.Date.context_today(self)
        for record in self:
            record.days_left = (record.valid_until - today).days if record.valid_until else 0
            record.is_valid = bool(
                record.state == "certified" and record.valid_from and record.valid_from <= today <= record.valid_until)

    def _search_is_valid(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        valid = Domain("state", "=", "certified") & Domain("valid_from", "<=", today) & Domain("valid_until", ">=", today)
        return valid if True in value else ~valid

    @api.depends("audit_ids.planned_on", "audit_ids.done_on")
    def _compute_next_audit_on(self):
        for record in self:
            record.next_audit_on = min(record.audit_ids.filtered(lambda audit: not audit.done_on).mapped("planned_on"), default=False)

    @api.model_create_multi
    def create(self, vals_list):
        """Certifications begin with the choice of a body."""
        for vals in vals_list:
            for name in FLOW_FIELDS & vals.keys():
                del vals[name]
        return super().create(vals_list)

    def write(self, vals):
        """Body, stage and validity change by the steps; an issued certificate stays what it is."""
        if self.env.context.get("qms_flow") is not FLOW:
            if FLOW_FIELDS & vals.keys():
                raise UserError(self.env._("Body and state of a certification are set by its steps only."))
            if (CERTIFICATE_FIELDS | {"company_id"}) & vals.keys() and any(record.state in ISSUED_STATES for record in self):
                raise UserError(self.env._("An issued certificate stays as it is: begin a new certification for its renewal."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_begun(self):
        if any(record.state != "choosing" for record in self):
            raise UserError(self.env._("A certification that was begun is kept as a record."))

    def action_to_audit(self):
        """Ready for the body's audits: everything of the preparation is done.

        :raises UserError: with preparations open, or none at all
        """
        self._check_manager()
        for record in self._check_state("preparing"):
            if not record.task_ids:
                raise UserError(self.env._("Lay down what is to be prepared for %(name)s.", name=record.name))
            if record.task_open_count:
                raise UserError(self.env._(
                    "%(open)s preparations of %(name)s are open: finish them first, each with its evidence.",
                    open=record.task_open_count, name=record.name))
        self._flow_write({"state": "audited"})

    def action_certify(self):
        """Record the certificate and plan the surveillance audits and the renewal.

        :raises UserError: before stage 2 was passed, with major findings open, or without number, dates and file
        """
        self._check_manager()
        for record in self._check_state("audited"):
            for kind in ("stage1", "stage2"):
                if not record.audit_ids.filtered(lambda audit, kind=kind: audit.kind == kind and audit.result == "passed"):
                    raise UserError(self.env._("Stage 1 and stage 2 have to be passed before there is a certificate."))
            record.finding_ids._check_settled(("major",))
            if not (record.certificate_number and record.valid_from and record.valid_until and record.certificate_file):
                raise UserError(self.env._("Fill in number, first and last day, and add the certificate's file."))
            record._plan_audits()
        self._flow_write({"state": "certified", "issued_on": fields.Date.context_today(self)})

    def action_suspend(self):
        """Ask why the body suspends the certificate; see :meth:`_suspend`."""
        return self._ask("suspend", "certified", self.env._("Suspended"))

    def action_withdraw(self):
        """Ask why the certificate is withdrawn; see :meth:`_withdraw`."""
        self._check_manager()
        return self._ask("withdraw", self.state if self.state == "suspended" else "certified", self.env._("Withdrawn"))

    def action_lift(self):
        """Ask what lifts the suspension; see :meth:`_lift`."""
        return self._ask("lift", "suspended", self.env._("In force again"))

    def _ask(self, step, state, title):
        self.ensure_one()
        self._check_manager()
        self._check_state(state)
        return self.env["qms.check.reason"]._ask(self, step, title)

    def _suspend(self, reason):
        self._check_manager()
        self._check_state("certified")._stop("suspended", reason)

    def _withdraw(self, reason):
        self._check_manager()
        for record in self:
            record._check_state("suspended" if record.state == "suspended" else "certified")._stop("withdrawn", reason)

    def _lift(self, reason):
        self._check_manager()
        self._check_state("suspended").finding_ids._check_settled(("major",))
        self._flow_write({"state": "certified", "stopped_on": False, "stop_reason": False})
        self.message_post(body=reason)

    def _stop(self, state, reason):
        self._flow_write({"state": state, "stopped_on": fields.Date.context_today(self), "stop_reason": reason})
        self.message_post(body=reason)

    def _choose(self, offer, reason):
        """Take the body of an offer, with the reason.

        :raises UserError: when it is not compared with another one, or the choice was made
        """
        self.ensure_one()
        self._check_manager()
        self._check_state("choosing")
        if len(self.offer_ids) < 2:
            raise UserError(self.env._("Compare at least two bodies before you choose one."))
        self._flow_write({"body_id": offer.partner_id.id, "choice_reason": reason, "state": "preparing"})

    def _plan_audits(self):
        """Plan surveillance audits between the certificate's days, and the renewal three months before its end."""
        self.ensure_one()
        vals_list = []
        if self.surveillance_months:
            day = self.valid_from + relativedelta(months=self.surveillance_months)
            while day < self.valid_until - relativedelta(months=3):
                vals_list.append({"certification_id": self.id, "kind": "surveillance", "planned_on": day})
                day += relativedelta(months=self.surveillance_months)
        renewal = max(self.valid_until - relativedelta(months=3), self.valid_from)
        vals_list.append({"certification_id": self.id, "kind": "renewal", "planned_on": renewal})
        self.env["qms.certification.audit"].create(vals_list)

    @api.model
    def _warn(self):
        """Daily: tell owners 90, 30 and 7 days before an audit or the end of a certificate; each once."""
        today = fields.Date.context_today(self)
        horizon = today + relativedelta(days=WARN_DAYS[0])
        for record in self.search([("state", "=", "certified"), ("valid_until", "<=", horizon)]):
            if warned := self._get_warning(record.valid_until, record.warned_days, today):
                record._flow_write({"warned_days": warned})
                record._schedule(record.valid_until, self.env._(
                    "%(name)s ends in %(days)s days", name=record.name, days=(record.valid_until - today).days))
        audits = self.env["qms.certification.audit"].search([
            ("done_on", "=", False), ("planned_on", "<=", horizon), ("certification_id.state", "not in", ("withdrawn", "choosing"))])
        labels = dict(audits._fields["kind"]._description_selection(self.env))
        for audit in audits:
            if warned := self._get_warning(audit.planned_on, audit.warned_days, today):
                audit._flow_write({"warned_days": warned})
                audit.certification_id._schedule(audit.planned_on, self.env._(
                    "%(audit)s of %(name)s in %(days)s days",
                    audit=labels[audit.kind], name=audit.certification_id.name, days=(audit.planned_on - today).days))

    @api.model
    def _get_warning(self, day, warned, today):
        """Return the threshold that a day has come under and that was not warned of yet; 0 when there is none."""
        reached = [days for days in WARN_DAYS if (day - today).days <= days]
        return min(reached) if reached and (not warned or min(reached) < warned) else 0

    def _schedule(self, day, summary):
        self.ensure_one()
        self.activity_schedule(ACTIVITY, day, summary=summary, user_id=self.owner_id.id)

    def _check_state(self, state):
        labels = dict(self._fields["state"]._description_selection(self.env))
        self.lock_for_update()
        for record in self:
            if record.state != state:
                raise UserError(self.env._(
                    "%(name)s is at '%(state)s'; this step needs '%(needed)s'.",
                    name=record.name, state=labels[record.state], needed=labels[state]))
        return self

    @api.model
    def _check_manager(self):
        if not self.env.su and not self.env.user.has_group("repair_quality.repair_quality_group_manager"):
            raise AccessError(self.env._("Only quality managers lead a certification."))

    def _flow_write(self, vals):
        return self.with_context(qms_flow=FLOW).write(vals)

    def _in_flow(self):
        return self.env.context.get("qms_flow") is FLOW

    def _is_file_fixed(self, new=False):
        """Whether the file is fixed: the certificate was issued."""
        self.ensure_one()
        return self.state in ISSUED_STATES

    def _get_paper_line(self):
        """Return the line that the company's papers show."""
        self.ensure_one()
        return self.env._(
            "Certified to %(standard)s by %(body)s, certificate %(number)s, valid until %(date)s", standard=self.name,
            body=self.body_id.name, number=self.certificate_number, date=format_date(self.env, self.valid_until))

    @api.constrains("valid_from", "issued_on")
    def _check_valid_from(self):
        for record in self:
            if record.issued_on and record.valid_from and record.valid_from > record.issued_on + relativedelta(years=1):
                raise ValidationError(self.env._("A certificate begins within a year: check the first day."))


class ResCompany(models.Model):
    _inherit = "res.company"

    def _get_paper_certificates(self):
        """Return the certificates that the company shows on its papers: valid today, and wanted there."""
        self.ensure_one()
        certifications_sudo = self.env["qms.certification"].sudo()  # customers and technicians print papers, too
        return certifications_sudo.search([("company_id", "=", self.id), ("on_papers", "=", True), ("is_valid", "=", True)], order="id")
