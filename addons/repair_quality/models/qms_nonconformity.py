from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

ACTIVITY = "repair_quality.mail_activity_type_nonconformity"
ENDED_STATES = ("closed", "cancelled")
FREE_FIELDS = frozenset({"message_follower_ids", "activity_ids", "message_ids", "message_main_attachment_id"})
# What was found stays as it was found, and the cause as it was when the actions against it were chosen.
FOUND_FIELDS = frozenset({"detected_on", "source", "repair_id", "complaint_id", "company_id", "appliance_category_id", "product_id"})
CAUSE_FIELDS = frozenset({
    "root_cause", "cause_id", "why_ids", "fish_people", "fish_tools", "fish_material", "fish_method", "fish_measurement",
    "fish_environment"})


class QmsNonconformity(models.Model):
    """Something that did not meet a requirement, from its report to the proof that the action helped (handbook 10.3.1)."""

    _name = "qms.nonconformity"
    _description = "Nonconformity"
    _inherit = ["mail.thread", "mail.activity.mixin", "qms.escalated", "qms.mixin"]
    _order = "id desc"
    _rec_name = "name"
    _rec_names_search = ["number", "name"]
    _check_company_auto = True
    _flow_fields = frozenset({
        "state", "number", "closed_on", "verified_by_id", "verified_on", "inspection_id", "reopen_count", "earlier_causes",
        "cancelled_by_id", "cancel_reason", "reopen_reason", "escalated_to_ids"})

    number = fields.Char(readonly=True, copy=False, index=True)
    name = fields.Char("What is wrong", required=True, tracking=True)
    description = fields.Text(help="What was found, where, and against which requirement.")
    source = fields.Selection(
        [
            ("staff", "Reported by staff"), ("inspection", "Failed inspection"), ("incoming", "Incoming goods"),
            ("repeat", "Repeated repair"), ("complaint", "Complaint"), ("audit", "Audit"), ("other", "Other"),
        ],
        default="staff", required=True, tracking=True)
    severity = fields.Selection(
        [("minor", "Minor"), ("major", "Major"), ("critical", "Critical")], default="minor", required=True, tracking=True)
    repair_id = fields.Many2one("repair.order", string="Service order", index="btree_not_null", check_company=True)
    inspection_id = fields.Many2one("repair.inspection", readonly=True, copy=False)
    complaint_id = fields.Many2one("repair.complaint", readonly=True, copy=False, index="btree_not_null", check_company=True)
    appliance_category_id = fields.Many2one(
        "repair.appliance.category", string="Family", compute="_compute_appliance_category_id", store=True, readonly=False)
    product_id = fields.Many2one("product.product", help="The part or product concerned, if one is.")
    department_id = fields.Many2one("hr.department", check_company=True, help="Where it happened.")
    owner_id = fields.Many2one(
        "res.users", required=True, tracking=True, domain="[('share', '=', False)]",
        default=lambda self: self._get_default_owner(), help="Finds the cause and sees to the actions.")
    detected_on = fields.Date("Found on", required=True, default=fields.Date.context_today)
    due_date = fields.Date("Due", tracking=True, help="Day by which the actions should have proved to work.")
    containment = fields.Text("Immediate containment", tracking=True, help="What was done at once so that nothing more happens.")
    root_cause = fields.Text(tracking=True, help="Why it could happen, not only what happened.")
    action_ids = fields.One2many("qms.action", "nonconformity_id", string="Actions")
    state = fields.Selection(
        [("draft", "Reported"), ("analysed", "Analysed"), ("action", "In action"), ("verified", "Verified"), ("closed", "Closed"),
         ("cancelled", "Not justified")],
        default="draft", required=True, readonly=True, copy=False, index=True, tracking=True, group_expand=True)
    verified_by_id = fields.Many2one("res.users", string="Verified by", readonly=True, copy=False)
    verified_on = fields.Date(readonly=True, copy=False)
    closed_on = fields.Date(readonly=True, copy=False)
    cancel_reason = fields.Char("Why it is not justified", readonly=True, copy=False)
    cancelled_by_id = fields.Many2one("res.users", "Dropped by", readonly=True, copy=False)
    reopen_count = fields.Integer("Reopened", readonly=True, copy=False)
    reopen_reason = fields.Char("Why opened again", readonly=True, copy=False)
    earlier_causes = fields.Text("Causes that did not hold", readonly=True, copy=False)
    is_overdue = fields.Boolean("Overdue", compute="_compute_age", search="_search_is_overdue")
    age_days = fields.Integer("Age (days)", compute="_compute_age", help="From the day it was found to its closing.")
    can_treat = fields.Boolean(compute="_compute_can_treat")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)

    _number_unique = models.UniqueIndex("(company_id, number)", "This number is used already.")
    _inspection_unique = models.UniqueIndex(
        "(inspection_id) WHERE inspection_id IS NOT NULL", "This inspection has a nonconformity already.")
    _complaint_unique = models.UniqueIndex(
        "(complaint_id) WHERE complaint_id IS NOT NULL", "This complaint has a nonconformity already.")
    _dates_order = models.Constraint(
        "CHECK (due_date IS NULL OR due_date >= detected_on)", "The due day cannot lie before the day it was found.")

    @api.model
    def _get_default_owner(self):
        """Return the company's newest quality manager, or else the user himself."""
        managers = self.env.ref("repair_quality.repair_quality_group_manager")
        # The administrator is a manager by installation; whoever was appointed since comes before him.
        return self.env["res.users"].search([
            ("all_group_ids", "in", managers.ids), ("company_ids", "in", self.env.company.ids), ("share", "=", False),
        ], limit=1, order="id desc") or self.env.user

    @api.model
    def _get_other_officer(self, barred):
        """Return who judges in the company what ``barred`` users have done: its quality manager, or else another officer; maybe nobody."""
        manager = self._get_default_owner()
        officer = self.env.ref("repair_quality.repair_quality_group_officer")
        candidates = manager.filtered(lambda user: officer in user.sudo().all_group_ids) | self.env["res.users"].search([  # group only
            ("all_group_ids", "in", officer.ids), ("company_ids", "in", self.env.company.ids), ("share", "=", False)], order="id desc")
        return (candidates - barred)[:1]

    @api.depends("repair_id")
    def _compute_appliance_category_id(self):
        for nonconformity in self:
            nonconformity.appliance_category_id = nonconformity.repair_id.appliance_category_id or nonconformity.appliance_category_id

    @api.depends("due_date", "detected_on", "closed_on", "state")
    def _compute_age(self):
        today = fields.Date.context_today(self)
        for nonconformity in self:
            nonconformity.is_overdue = bool(
                nonconformity.due_date and nonconformity.due_date < today and nonconformity.state not in ENDED_STATES)
            found = nonconformity.detected_on or today
            nonconformity.age_days = ((nonconformity.closed_on or today) - found).days

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        overdue = Domain("due_date", "<", fields.Date.context_today(self)) & Domain("state", "not in", ENDED_STATES)
        return overdue if True in value else ~overdue

    @api.depends_context("uid")
    @api.depends("owner_id")
    def _compute_can_treat(self):
        officer = self._is_quality_officer()
        for nonconformity in self:
            nonconformity.can_treat = officer or nonconformity.owner_id == self.env.user

    @api.depends("number", "name")
    def _compute_display_name(self):
        for nonconformity in self:
            nonconformity.display_name = f"{nonconformity.number or ''} {nonconformity.name or ''}".strip()

    @api.constrains("detected_on")
    def _check_detected_on(self):
        if any(record.detected_on > fields.Date.context_today(self) for record in self):
            raise UserError(self.env._("Nothing is found in the future: correct the day."))

    @api.model_create_multi
    def create(self, vals_list):
        """Every nonconformity starts as reported and gets the next number of its company."""
        records = super().create(vals_list)
        for record_sudo in records.sudo():  # who reports may not change what he reported
            number = self.env["ir.sequence"].with_company(record_sudo.company_id).next_by_code("qms.nonconformity")
            record_sudo._flow_write({"number": number})
        return records

    def _check_frozen(self, vals):
        names = vals.keys() - FREE_FIELDS
        for record in self:
            changed = {name for name in names if record._is_changed(name, vals[name])}
            record._check_stage_of(changed)

    def _check_stage_of(self, changed):
        """Raise when fields change that are settled at the stage reached."""
        if changed and self.state in ENDED_STATES:
            raise UserError(self.env._("A closed nonconformity stays as it is. Open it again to change it."))
        if changed & FOUND_FIELDS and self.state != "draft":
            raise UserError(self.env._("What was found, when and where stays as it was reported."))
        if changed & CAUSE_FIELDS and self.state not in ("draft", "analysed"):
            raise UserError(self.env._(
                "The cause stays as it was when the actions were chosen. Open the nonconformity again to change it."))
        if changed & {"action_ids"} and self.state == "verified":
            raise UserError(self.env._("The nonconformity is verified. Open it again before changing its actions."))
        if self.env.su or self._is_quality_officer():
            return
        if changed & {"due_date"} and self.is_overdue:
            raise AccessError(self.env._("The due day of an overdue nonconformity is moved by a quality officer."))
        if "severity" in changed:
            raise AccessError(self.env._("Severity is judged by a quality officer."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A nonconformity keeps its number and is kept. If it is not justified, drop it with the reason."))

    @api.model
    def _get_overdue_domain(self, day):
        return [("is_overdue", "=", True), ("due_date", "<=", day)]

    def _get_due_day(self):
        return self.due_date

    @api.model
    def _report(self, vals):
        """Open a nonconformity from another process and ask its owner to find the cause.

        Who inspects may not see nonconformities of others: it is made with the system's rights.
        """
        record = self.sudo()._flow_create([vals])  # the reporter needs no rights on quality records
        record.activity_schedule(ACTIVITY, record.due_date or fields.Date.context_today(self), user_id=record.owner_id.id)
        return record
