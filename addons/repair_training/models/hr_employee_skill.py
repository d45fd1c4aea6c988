from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

# Passed in the context by the approval actions only. An object cannot come in by RPC.
APPROVAL = object()

APPROVAL_FIELDS = frozenset({
    "approval_state", "approved_by_id", "approved_on", "approval_note", "warned_days", "training_enrolment_id"})
# What an approval vouches for: whoever changes one of these asks for a new one.
SUBSTANCE_FIELDS = frozenset({
    "employee_id", "skill_id", "skill_type_id", "skill_level_id", "valid_from", "valid_to",
    "certificate_number", "certificate_number_full", "evidence", "evidence_file",
})


class HrEmployeeSkill(models.Model):
    _inherit = "hr.employee.skill"

    def _default_employee_id(self):
        # The list "My certificates" records for the user himself.
        return self.env.user.employee_id if self.env.context.get("own_certificate") else False

    employee_id = fields.Many2one(default=lambda self: self._default_employee_id())
    # Core evaluates its default once, when the server starts.
    valid_from = fields.Date(default=fields.Date.context_today)
    approval_state = fields.Selection(
        [("to_approve", "To approve"), ("approved", "Approved"), ("refused", "Refused")],
        string="Approval", readonly=True, copy=False, index="btree_not_null",
        help="Only an approved certificate lets its holder take appliances. Empty on ordinary skills.",
    )
    approved_by_id = fields.Many2one("res.users", string="Checked by", readonly=True, copy=False)
    approved_on = fields.Datetime(string="Checked on", readonly=True, copy=False)
    approval_note = fields.Char(
        string="HR note", copy=False, help="Why the certificate was refused, or what was checked.",
    )
    certificate_number_full = fields.Char(string="Full certificate number", groups="hr.group_hr_user")
    certificate_number = fields.Char(
        compute="_compute_certificate_number", inverse="_inverse_certificate_number",
        help="Shown whole to the holder and to HR only: it often contains the number of the identity card.",
    )
    evidence_file = fields.Binary(string="Scan", attachment=True, groups="hr.group_hr_user")
    evidence = fields.Binary(
        compute="_compute_evidence", inverse="_inverse_evidence",
        help="Scan or photograph of the certificate. Visible to the holder and to HR only.",
    )
    evidence_filename = fields.Char()
    has_evidence = fields.Boolean(string="Evidence attached", compute="_compute_has_evidence", compute_sudo=True)
    days_left = fields.Integer(compute="_compute_days_left", help="Days until the certificate ends; 0 when it has ended.")
    can_approve = fields.Boolean(compute="_compute_can_approve")

    @api.depends("certificate_number_full", "employee_id.user_id")
    @api.depends_context("uid")
    def _compute_certificate_number(self):
        for row in self:
            # The stored number is closed to non-HR; the holder may see his own, others a mask.
            number = row.sudo().certificate_number_full or ""
            row.certificate_number = number if row._sees_evidence() else row._mask(number)

    def _inverse_certificate_number(self):
        for row in self:
            # Record rules already decided that this user may write this row.
            row.sudo().certificate_number_full = row.certificate_number

    @api.depends("evidence_file", "employee_id.user_id")
    @api.depends_context("uid")
    def _compute_evidence(self):
        for row in self:
            # The stored scan is closed to non-HR; the holder may see his own.
            row.evidence = row.sudo().evidence_file if row._sees_evidence() else False

    def _inverse_evidence(self):
        for row in self:
            # Record rules already decided that this user may write this row.
            row.sudo().evidence_file = row.evidence

    @api.depends("certificate_number_full", "evidence_file")
    def _compute_has_evidence(self):
        # Lists show this flag: reading the scans themselves for it would load megabytes.
        scanned = set(self.env["ir.attachment"].search([
            ("res_model", "=", self._name), ("res_field", "=", "evidence_file"), ("res_id", "in", self.ids),
        ]).mapped("res_id"))
        for row in self:
            row.has_evidence = bool(row.certificate_number_full or row.id in scanned)

    @api.depends("valid_to")
    def _compute_days_left(self):
        today = fields.Date.context_today(self)
        for row in self:
            row.days_left = max((row.valid_to - today).days + 1, 0) if row.valid_to else 0

    @api.depends("employee_id.user_id", "approval_state")
    @api.depends_context("uid")
    def _compute_can_approve(self):
        approvable = self._filter_approvable()
        for row in self:
            row.can_approve = row in approvable

    @api.constrains("certificate_number_full", "skill_id", "employee_id")
    def _check_certificate_number_unique(self):
        """One certificate belongs to one person: the same number and skill twice is a copied paper."""
        for row in self.sudo().filtered("certificate_number_full"):  # the number is closed to non-HR
            twin = self.sudo().search([  # every holder counts, whoever may see him
                ("certificate_number_full", "=", row.certificate_number_full),
                ("skill_id", "=", row.skill_id.id),
                ("employee_id", "!=", row.employee_id.id),
            ], limit=1)
            if twin:
                raise ValidationError(self.env._(
                    "Certificate number %(number)s for '%(skill)s' is already recorded for another employee. Check the number.",
                    number=row.certificate_number_full, skill=row.skill_id.name,
                ))

    @api.model_create_multi
    def create(self, vals_list):
        """Every new certificate waits for approval, whatever values or context defaults came with it."""
        for vals in vals_list:
            self._check_approval_fields({k: v for k, v in vals.items() if v and (k, v) != ("approval_state", "to_approve")})
        # Explicit values win over defaults that come in with the context.
        rows = super().create([{**vals, **dict.fromkeys(APPROVAL_FIELDS, False)} for vals in vals_list])
        rows._submit()
        return rows

    def write(self, vals):
        """Writing what an approval vouches for asks for a new one, unless the writer could give it himself."""
        if self.env.context.get("certificate_approval") is APPROVAL:
            return super().write(vals)
        self._check_approval_fields(vals)
        if not SUBSTANCE_FIELDS & vals.keys():
            return super().write(vals)
        shortened = self._filter_only_shortened(vals)
        kept = self._filter_approvable() | shortened
        res = super().write(vals)
        # Giving the row to another employee may make it the writer's own.
        kept -= (self - self._filter_approvable()) if "employee_id" in vals else self.browse()
        (self - kept)._submit()
        kept.filtered(lambda row: not row.approval_state or (row not in shortened and not row.has_evidence))._submit()
        # Whoever changes what was approved answers for it from here on.
        (kept - shortened).filtered(lambda row: row.approval_state == "approved")._approval_write({
            "approved_by_id": self.env.uid, "approved_on": fields.Datetime.now()})
        if "valid_to" in vals:
            self._approval_write({"warned_days": 0})
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        """Approved certificates are records of competence: only HR may remove them, and the employee's history says so."""
        approved = self.filtered(lambda row: row.approval_state == "approved")
        if approved and not self._is_hr():
            raise UserError(self.env._("An approved certificate can only be deleted by HR. Ask HR to remove it."))
        for employee, rows in approved.grouped("employee_id").items():
            employee.message_post(body=self.env._(
                "Approved certificates deleted: %(papers)s", papers=", ".join(
                    f"{row.skill_id.name} ({row.valid_from} - {row.valid_to or ''})" for row in rows)))

    def action_approve(self):
        """Approve certificates after checking their evidence (handbook 4.1.2 (1)).

        :raises AccessError: for non-HR users and for one's own certificates
        :raises UserError: without a certificate number or a scan
        """
        self._check_may_approve()
        for row in self:
            if not row.has_evidence:
                raise UserError(self.env._(
                    "Record the number or a scan of the certificate '%(skill)s' of %(employee)s before approving it.",
                    skill=row.skill_id.name, employee=row.employee_id.name,
                ))
        self._set_verdict("approved", self.env._("approved"))

    def action_refuse(self):
        """Refuse certificates; the HR note must say why.

        :raises AccessError: for non-HR users and for one's own certificates
        :raises UserError: without a note
        """
        self._check_may_approve()
        for row in self.filtered(lambda row: not row.approval_note):
            raise UserError(self.env._(
                "Write in the HR note why the certificate '%(skill)s' of %(employee)s is refused.",
                skill=row.skill_id.name, employee=row.employee_id.name,
            ))
        self._set_verdict("refused", self.env._("refused"))

    def _set_verdict(self, state, word):
        self._approval_write({
            "approval_state": state, "approved_by_id": self.env.uid, "approved_on": fields.Datetime.now(),
        })
        for employee, rows in self.grouped("employee_id").items():
            employee.message_post(body=self.env._(
                "Certificates %(verdict)s: %(skills)s", verdict=word, skills=", ".join(rows.mapped("skill_id.name")),
            ))

    def _approval_write(self, vals):
        # Only the approval fields pass here, after the caller's own checks: the context opens them, nothing else.
        return self.with_context(certificate_approval=APPROVAL).write(vals)

    def _submit(self):
        """Let certificates wait for approval again, and keep ordinary skills out of it."""
        cleared = {"approved_by_id": False, "approved_on": False}
        certificates = self.filtered("is_certification")
        if certificates:
            certificates._approval_write({"approval_state": "to_approve", **cleared})
        plain = (self - certificates).filtered("approval_state")
        if plain:
            plain._approval_write({"approval_state": False, **cleared})

    @api.model
    def _submit_unchecked_certificates(self, skill_types=None):
        """Submit certification rows that carry no approval state, of some types or of all."""
        domain = Domain("is_certification", "=", True) & Domain("approval_state", "=", False)
        if skill_types:
            domain &= Domain("skill_type_id", "in", skill_types.ids)
        self.search(domain)._submit()

    def _is_hr(self):
        return self.env.user.has_group("hr.group_hr_user")

    def _is_own(self):
        self.ensure_one()
        # Employees are closed to non-HR; only the link to the user is compared.
        return self.employee_id.sudo().user_id == self.env.user

    def _sees_evidence(self):
        return self._is_hr() or self._is_own()

    def _filter_approvable(self):
        """Rows the current user may approve: he is HR, and they are not his own."""
        about_me = self.env["hr.training.mixin"]._is_about_me
        return self.filtered(lambda row: not about_me(row.employee_id)) if self._is_hr() else self.browse()

    def _check_may_approve(self):
        if not self._is_hr():
            raise AccessError(self.env._("Only HR officers approve certificates. Ask HR to check the certificate."))
        if self - self._filter_approvable():
            raise AccessError(self.env._("Nobody approves his own certificate. Ask another HR officer."))
        self.employee_id.check_access("write")
        if not all(row.is_certification for row in self):
            raise UserError(self.env._("Ordinary skills need no approval: choose certificates only."))

    def _check_approval_fields(self, vals):
        closed = APPROVAL_FIELDS & vals.keys()
        if closed == {"approval_note"} and self and self == self._filter_approvable():
            return
        if closed:
            raise AccessError(self.env._("Approval cannot be written: an HR officer gives it with the button Approve."))

    def _filter_only_shortened(self, vals):
        """Rows that the values merely end earlier: nobody gains anything, the approval stands."""
        if SUBSTANCE_FIELDS & vals.keys() != {"valid_to"} or not vals["valid_to"]:
            return self.browse()
        end = fields.Date.to_date(vals["valid_to"])
        return self.filtered(lambda row: not row.valid_to or end <= row.valid_to)

    def _get_passive_fields(self):
        # Core replaces a row whose skill changes by a new one: its papers go along, its approval does not.
        return [*super()._get_passive_fields(), "certificate_number", "evidence", "evidence_filename"]

    @api.model
    def _mask(self, number):
        """Keep the two first and last characters of a number: 'T3****12'."""
        return f"{number[:2]}****{number[-2:]}" if len(number) > 4 else "****" * bool(number)

    @api.model
    def _find_holders(self, skills, date):
        """Who holds each of the skills by a valid, approved certificate on a day.

        :return: {skill id: set of employee ids}
        """
        groups_sudo = self.sudo()._read_group([  # who may do what is everybody's to know, the papers are not
            ("skill_id", "in", skills.ids), ("approval_state", "=", "approved"), ("valid_from", "<=", date),
            "|", ("valid_to", "=", False), ("valid_to", ">=", date)], ["skill_id"], ["employee_id:array_agg_distinct"])
        return {**{skill.id: set() for skill in skills}, **{skill.id: set(employees) for skill, employees in groups_sudo}}

    def _is_valid_on(self, date):
        """Whether the row is an approved certificate that holds on a day, both ends included."""
        self.ensure_one()
        return (
            self.approval_state == "approved"
            and self.valid_from <= date
            and (not self.valid_to or self.valid_to >= date)
        )
