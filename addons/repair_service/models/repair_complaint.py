from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .repair_flow import FLOW
from .repair_sla_policy import SEVERITIES

STAGES = [
    ("new", "New"), ("acknowledged", "Acknowledged"), ("investigating", "Investigating"), ("proposed", "Solution proposed"),
    ("resolved", "Settled"), ("closed", "Closed"), ("withdrawn", "Withdrawn"),
]
OPEN_STAGES = ("new", "acknowledged", "investigating", "proposed")
ENDED_STAGES = ("closed", "withdrawn")
CHANNELS = [
    ("phone", "Phone"), ("chat", "Online service"), ("web", "Website"), ("link", "Customer's page"), ("wechat", "WeChat"),
    ("mail", "E-mail"), ("walk_in", "Walk-in"), ("followup", "Follow-up"), ("authority", "Authority or consumer association"),
]
REMEDIES = [
    ("explanation", "Explanation or apology"), ("repair", "Repair again"), ("exchange", "Exchange"), ("refund", "Refund"),
    ("compensation", "Compensation"), ("none", "Nothing"),
]
LIABLE = [
    ("technician", "Technician"), ("desk", "Service desk"), ("company", "Company"), ("supplier", "Parts supplier"), ("brand", "Brand"),
    ("customer", "Customer"), ("nobody", "Nobody"),
]
VERDICTS = [("yes", "Content"), ("partly", "Partly content"), ("no", "Not content")]
PROPOSAL_ANSWERS = [("agreed", "Agreed"), ("declined", "Declined")]
SCORES = [("1", "1 - very unsatisfied"), ("2", "2"), ("3", "3"), ("4", "4"), ("5", "5 - very satisfied")]
FLOW_FIELDS = frozenset({
    "number", "stage", "followup_id", "acknowledged_on", "acknowledged_by_id", "proposed_on", "proposal_answer", "resolved_on", "closed_on",
    "withdrawn_reason", "reopen_count", "reopened_on", "verdict", "feedback_score", "feedback_text", "feedback_on", "attempt_count",
    "policy_id", "respond_by", "plan_by", "resolve_by", "limit_on", "paused_since", "warned_for", "late_for", "limit_warned",
    "is_recurring", "recurrence_facts",
    "money_state", "money_requested_by_id", "money_approved_by_id", "refund_move_ids",
})
# What came in and what was found stays as it is once the case has ended; lesson and prevention may still be improved.
RECORD_FIELDS = frozenset({
    "partner_id", "contact_name", "phone", "email", "channel", "kind", "subject", "description", "category_id", "severity", "repair_id",
    "appliance_id", "technician_id", "product_id", "symptom_id", "appliance_category_id", "remedy_asked", "remedy_asked_note",
    "finding", "root_cause_id", "liable", "liable_employee_id", "proposal", "remedy", "refund_amount", "compensation_amount", "team_id",
})
FIXED_FIELDS = frozenset({"received_on", "company_id", "kind"})


class RepairComplaint(models.Model):
    """A complaint or an opinion, from whichever channel, until the customer's verdict (handbook chapter 7)."""

    _name = "repair.complaint"
    _description = "Complaint"
    _inherit = ["repair.intake", "mail.activity.mixin", "portal.mixin", "repair.input", "repair.alarm"]
    _order = "received_on desc, id desc"
    _rec_name = "number"
    _rec_names_search = ["number", "subject", "contact_name", "phone", "partner_id"]
    _check_company_auto = True
    _flow_fields = FLOW_FIELDS | {"access_token"}
    _primary_email = "email"

    # Who holds the token acts as the customer, so it is not for those who only read the case.
    access_token = fields.Char(groups="base.group_system")
    number = fields.Char(readonly=True, copy=False, index=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    kind = fields.Selection(
        [("complaint", "Complaint"), ("opinion", "Opinion or suggestion")], "Complaint or suggestion",
        required=True, default="complaint", index=True)
    stage = fields.Selection(
        STAGES, required=True, default="new", readonly=True, copy=False, index=True, tracking=True, group_expand=True)
    received_on = fields.Datetime(required=True, default=fields.Datetime.now, copy=False, index=True)
    channel = fields.Selection(CHANNELS, "Came in by", required=True, default="phone", index=True, tracking=True)
    partner_id = fields.Many2one("res.partner", "Customer", index="btree_not_null", check_company=True, tracking=True)
    contact_name = fields.Char("Caller", help="The name as told, as long as nobody is registered as a customer.")
    subject = fields.Char(required=True, tracking=True)
    description = fields.Text("What the customer says", required=True)
    category_id = fields.Many2one(
        "repair.complaint.category", "Class", index=True, ondelete="restrict", tracking=True,
        help="The four classes of the handbook (7.1.2).")
    severity = fields.Selection(
        SEVERITIES, compute="_compute_severity", store=True, readonly=False, precompute=True, required=True, index=True, tracking=True)
    team_id = fields.Many2one("repair.complaint.team", index="btree_not_null", ondelete="restrict", tracking=True)
    user_id = fields.Many2one(
        "res.users", "Responsible", index="btree_not_null", tracking=True, copy=False,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]")
    repair_id = fields.Many2one(
        "repair.order", "Service order", index="btree_not_null", check_company=True, ondelete="restrict", tracking=True,
        domain="[('appliance_id', '!=', False), ('partner_id', '=?', partner_id)]")
    appliance_id = fields.Many2one(
        "repair.appliance", compute="_compute_from_order", store=True, readonly=False, precompute=True, index="btree_not_null",
        check_company=True, ondelete="restrict", domain="[('partner_id', '=?', partner_id)]")
    appliance_category_id = fields.Many2one(
        "repair.appliance.category", "Family", compute="_compute_family", store=True, readonly=False, precompute=True,
        index="btree_not_null", ondelete="restrict")
    technician_id = fields.Many2one(
        "hr.employee", "Technician concerned", compute="_compute_from_order", store=True, readonly=False, precompute=True,
        index="btree_not_null", check_company=True, ondelete="restrict")
    symptom_id = fields.Many2one(
        "repair.fault.code", compute="_compute_from_order", store=True, readonly=False, precompute=True,
        domain="[('kind', '=', 'symptom')]", ondelete="restrict")
    product_id = fields.Many2one("product.product", "Part concerned", index="btree_not_null", ondelete="restrict")
    followup_id = fields.Many2one("repair.followup", "Follow-up", readonly=True, copy=False, index="btree_not_null", ondelete="set null")
    remedy_asked = fields.Selection(REMEDIES, "Remedy asked for")
    remedy_asked_note = fields.Char("In the customer's words")
    finding = fields.Text("What was found")
    root_cause_id = fields.Many2one("repair.complaint.cause", "Root cause", index="btree_not_null", ondelete="restrict", tracking=True)
    liable = fields.Selection(LIABLE, "Who answers for it", tracking=True)
    liable_employee_id = fields.Many2one(
        "hr.employee", "Person liable", check_company=True, ondelete="restrict", tracking=True,
        help="Named when one person answers for it (handbook 5.3.3).")
    proposal = fields.Text("Proposed solution", help="In words for the customer: he reads them.")
    proposal_answer = fields.Selection(PROPOSAL_ANSWERS, "Customer's answer", readonly=True, copy=False, tracking=True)
    remedy = fields.Selection(REMEDIES, "Remedy given", tracking=True)
    measures = fields.Text("Measures taken", help="What was done at once, for this customer and for the others.")
    lesson = fields.Text(help="What the company learns of it (handbook 7.3.2).")
    prevention = fields.Text(help="What keeps it from happening again.")
    acknowledged_on = fields.Datetime(readonly=True, copy=False)
    acknowledged_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    proposed_on = fields.Datetime(readonly=True, copy=False)
    resolved_on = fields.Datetime("Settled on", readonly=True, copy=False)
    closed_on = fields.Datetime(readonly=True, copy=False)
    withdrawn_reason = fields.Char(readonly=True, copy=False)
    reopened_on = fields.Datetime(readonly=True, copy=False)
    reopen_count = fields.Integer("Reopened", readonly=True, copy=False)
    verdict = fields.Selection(VERDICTS, "Customer's verdict", readonly=True, copy=False, tracking=True)
    feedback_score = fields.Selection(SCORES, "Customer's score", readonly=True, copy=False)
    feedback_text = fields.Text("Customer's feedback", readonly=True, copy=False)
    feedback_on = fields.Datetime(readonly=True, copy=False)
    attempt_count = fields.Integer("Attempts to hear the verdict", readonly=True, copy=False)

    _number_unique = models.UniqueIndex("(number) WHERE number IS NOT NULL", "This number exists already.")
    _worklist_idx = models.Index("(company_id, received_on) WHERE stage NOT IN ('closed', 'withdrawn')")

    @api.depends("description", "subject", "kind", "company_id")
    def _compute_severity(self):
        """A first guess by the words of the customer; it never lowers what somebody has judged."""
        model = self.env["repair.sla.policy"]
        policies = {company: model._get_policies("complaint", company) for company in self.company_id}
        for complaint in self:
            guess = "p3"
            if not complaint._origin.id and complaint.kind == "complaint":
                text = f"{complaint.subject or ''}\n{complaint.description or ''}"
                guess = model._guess_severity(text, policies.get(complaint.company_id, {}))
            complaint.severity = min(guess, complaint.severity or "p3")

    @api.depends("repair_id")
    def _compute_from_order(self):
        for complaint in self:
            order = complaint.repair_id
            complaint.appliance_id = order.appliance_id or complaint.appliance_id
            complaint.technician_id = order.technician_id or complaint.technician_id
            complaint.symptom_id = order.symptom_id or complaint.symptom_id

    @api.depends("appliance_id")
    def _compute_family(self):
        for complaint in self:
            complaint.appliance_category_id = complaint.appliance_id.category_id or complaint.appliance_category_id

    def _compute_access_url(self):
        super()._compute_access_url()
        for complaint in self:
            complaint.access_url = f"/my/complaints/{complaint.id}"

    @api.depends("number", "subject")
    def _compute_display_name(self):
        for complaint in self:
            complaint.display_name = " · ".join(filter(None, (complaint.number, complaint.subject)))

    @api.constrains("partner_id", "contact_name", "phone", "email")
    def _check_caller(self):
        for complaint in self:
            if not (complaint.partner_id or any((complaint[name] or "").strip() for name in ("contact_name", "phone", "email"))):
                raise ValidationError(self.env._(
                    "Say who complains: choose the customer, or note a name, a telephone number or an e-mail address."))

    @api.constrains("subject", "description")
    def _check_texts(self):
        if any(not (complaint.subject or "").strip() or not (complaint.description or "").strip() for complaint in self):
            raise ValidationError(self.env._("Note what the customer complains of, and a few words that name it."))

    @api.constrains("received_on")
    def _check_received_on(self):
        if any(complaint.received_on > fields.Datetime.add(fields.Datetime.now(), minutes=5) for complaint in self):
            raise ValidationError(self.env._("A complaint cannot come in in the future: correct its date."))

    @api.constrains("repair_id", "partner_id")
    def _check_order(self):
        for complaint in self:
            order_sudo = complaint.repair_id.sudo()  # team members need not read orders
            if order_sudo and not order_sudo.appliance_id:
                raise ValidationError(self.env._("%(order)s is no service order.", order=order_sudo.name))
            if order_sudo and complaint.partner_id.commercial_partner_id not in (
                    order_sudo.partner_id.commercial_partner_id, complaint.partner_id.browse()):
                raise ValidationError(self.env._(
                    "%(order)s belongs to another customer: choose his order, or leave it empty.", order=order_sudo.name))

    @api.constrains("symptom_id")
    def _check_symptom(self):
        if any(complaint.symptom_id and complaint.symptom_id.kind != "symptom" for complaint in self):
            raise ValidationError(self.env._("Choose a symptom, not a cause or a remedy."))

    @api.model_create_multi
    def create(self, vals_list):
        """Take complaints: each gets its number, its targets, its team and its responsible; the customer gets a receipt.

        :raises UserError: a value that the flow sets
        """
        if self.env.context.get("repair_flow") is not FLOW:
            for vals in vals_list:
                self._check_flow_fields({name for name in vals if vals[name] and (name, vals[name]) != ("stage", "new")})
        for vals in vals_list:
            self._complete_customer(vals)
            if not vals.get("severity"):
                vals.pop("severity", None)  # guessed by the words
        complaints = super().create(vals_list)
        for company, members in complaints.grouped("company_id").items():
            sequence_sudo = self.env["ir.sequence"].sudo().with_company(company)  # whoever brings the case
            for complaint in members:
                complaint._flow_write({"number": sequence_sudo.next_by_code("repair.complaint")})
        complaints._route()
        complaints._reckon()
        complaints._mark_recurrence()
        complaints._announce()
        return complaints

    def write(self, vals):
        """Write; the steps change through the buttons, what came in is fixed, and an ended case stays as it is."""
        if self.env.context.get("repair_flow") is not FLOW:
            self._check_worker()
            self._check_flow_fields(name for name in vals if name != "access_token" or not self.env.su)
            self._check_record(vals)
            self._check_severity(vals)
        result = super().write(vals)
        if "severity" in vals:
            self._reckon()
            self._report_at_once()
        if {"appliance_id", "technician_id", "product_id", "root_cause_id", "repair_id"} & vals.keys():
            self._mark_recurrence()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A complaint keeps its number and is kept. Withdraw it instead, with the reason."))

    @api.model
    def _check_flow_fields(self, names):
        if locked := (FLOW_FIELDS | {"access_token"}) & set(names):
            labels = ", ".join(sorted(self._fields[name].get_description(self.env, ["string"])["string"] for name in locked))
            raise UserError(self.env._("%(fields)s: set by the steps of the complaint only. Use its buttons.", fields=labels))

    def _check_record(self, vals):
        for complaint in self:
            frozen = RECORD_FIELDS if complaint.stage in ENDED_STAGES else frozenset()
            changed = [name for name in (frozen | FIXED_FIELDS) & vals.keys() if complaint._is_changed(name, vals[name])]
            if changed:
                raise UserError(self.env._(
                    "%(number)s: what came in, and what was found in a case that has ended, stays as it is.", number=complaint.number))

    def _check_severity(self, vals):
        severity = vals.get("severity")
        if severity and not self._is_head() and any(severity > (complaint.severity or "p3") for complaint in self):
            raise UserError(self.env._("A case is judged less severe by the person responsible or a service manager: ask one of them."))

    def _is_changed(self, name, value):
        field = self._fields[name]
        return field.convert_to_cache(value, self) != field.convert_to_cache(self[name], self)

    def _flow_write(self, vals):
        return self.with_context(repair_flow=FLOW).write(vals)

    def _is_head(self):
        """Whether the user answers for these cases: a service manager, or the person responsible for their teams."""
        return self.env.su or self.env.user.has_group("repair_service.repair_service_group_manager") or (
            bool(self) and all(complaint.team_id.sudo().head_id == self.env.user for complaint in self))  # members need no rights on teams

    def _is_worker(self):
        """Whether the user works on the case: the desk does on all, others on those of their team and those given to them."""
        self.ensure_one()
        if self.env.su or self.env.user.has_group("repair_service.repair_service_group_desk"):
            return True
        case_sudo = self.sudo()  # as above
        return self.env.user in case_sudo.team_id._get_people() | case_sudo.user_id

    def _check_worker(self):
        """Raise unless the user works on these cases: desk, manager, or a member of their team."""
        self.check_access("write")
        for complaint in self:
            if not complaint._is_worker():
                raise AccessError(self.env._("%(number)s is worked on by its team: ask one of its members.", number=complaint.number))

    def _portal_ensure_token(self):
        return super(RepairComplaint, self.sudo())._portal_ensure_token()  # the token is closed to readers, the link is not

    def get_portal_url(self, *args, **kwargs):
        """Return the customer's link, which lets its holder answer for him: only for those who may change the case."""
        if not self.env.su:
            self.check_access("write")
        return super(RepairComplaint, self.sudo()).get_portal_url(*args, **kwargs)  # as above
