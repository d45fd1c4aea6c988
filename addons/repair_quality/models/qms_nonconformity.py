from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .qms_policy import FLOW

FLOW_FIELDS = frozenset({"state", "number", "closed_on", "verified_by_id", "verified_on", "inspection_id"})
OPEN_STATES = ("draft", "analysed", "action", "verified")


class QmsNonconformity(models.Model):
    """Something that did not meet a requirement, from its report to the proof that the action helped (handbook 10.3.1)."""

    _name = "qms.nonconformity"
    _description = "Nonconformity"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_name = "name"
    _rec_names_search = ["number", "name"]
    _check_company_auto = True

    number = fields.Char(readonly=True, copy=False, index=True)
    name = fields.Char("What is wrong", required=True, tracking=True)
    description = fields.Text(help="What was found, where, and against which requirement.")
    source = fields.Selection(
        [
            ("inspection", "Failed inspection"), ("repeat", "Repeated repair"), ("complaint", "Complaint"),
            ("audit", "Audit"), ("other", "Other"),
        ],
        default="other", required=True, tracking=True)
    severity = fields.Selection(
        [("minor", "Minor"), ("major", "Major"), ("critical", "Critical")], default="minor", required=True, tracking=True)
    repair_id = fields.Many2one("repair.order", string="Service order", index="btree_not_null", check_company=True)
    inspection_id = fields.Many2one("repair.inspection", readonly=True, copy=False)
    appliance_category_id = fields.Many2one(
        "repair.appliance.category", string="Family", compute="_compute_appliance_category_id", store=True, readonly=False)
    product_id = fields.Many2one("product.product", help="The part or product concerned, if one is.")
    owner_id = fields.Many2one(
        "res.users", required=True, tracking=True, domain="[('share', '=', False)]",
        default=lambda self: self._get_default_owner(), help="Finds the cause and sees to the actions.")
    detected_on = fields.Date("Found on", required=True, default=fields.Date.context_today)
    due_date = fields.Date("Due", tracking=True, help="Day by which the actions should have proved to work.")
    root_cause = fields.Text(tracking=True, help="Why it could happen, not only what happened.")
    action_ids = fields.One2many("qms.action", "nonconformity_id", string="Actions")
    state = fields.Selection(
        [("draft", "Reported"), ("analysed", "Analysed"), ("action", "In action"), ("verified", "Verified"), ("closed", "Closed")],
        default="draft", required=True, readonly=True, copy=False, index=True, tracking=True, group_expand=True)
    verified_by_id = fields.Many2one("res.users", string="Verified by", readonly=True, copy=False)
    verified_on = fields.Date(readonly=True, copy=False)
    closed_on = fields.Date(readonly=True, copy=False)
    is_overdue = fields.Boolean("Overdue", compute="_compute_is_overdue", search="_search_is_overdue")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)

    _number_unique = models.UniqueIndex("(company_id, number)", "This number is used already.")
    _inspection_unique = models.UniqueIndex(
        "(inspection_id) WHERE inspection_id IS NOT NULL", "This inspection has a nonconformity already.")
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

    @api.depends("repair_id")
    def _compute_appliance_category_id(self):
        for nonconformity in self:
            nonconformity.appliance_category_id = nonconformity.repair_id.appliance_category_id or nonconformity.appliance_category_id

    @api.depends("due_date", "state")
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for nonconformity in self:
            nonconformity.is_overdue = bool(
                nonconformity.due_date and nonconformity.due_date < today and nonconformity.state != "closed")

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        overdue = Domain("due_date", "<", fields.Date.context_today(self)) & Domain("state", "!=", "closed")
        return overdue if True in value else ~overdue

    @api.depends("number", "name")
    def _compute_display_name(self):
        for nonconformity in self:
            nonconformity.display_name = f"{nonconformity.number or ''} {nonconformity.name or ''}".strip()

    @api.model_create_multi
    def create(self, vals_list):
        """Every nonconformity starts as reported and gets the next number of its company."""
        if self.env.context.get("qms_flow") is not FLOW:
            for vals in vals_list:
                self._check_flow_fields({name for name in vals if vals[name] and (name, vals[name]) != ("state", "draft")})
                vals["state"] = "draft"
        for vals in vals_list:
            company = vals.get("company_id") or self.env.company.id
            vals["number"] = self.env["ir.sequence"].with_company(company).next_by_code("qms.nonconformity")
        return super().create(vals_list)

    def write(self, vals):
        """The state moves by its actions only, and a closed nonconformity is a record."""
        if self.env.context.get("qms_flow") is not FLOW:
            self._check_flow_fields(vals)
            if vals.keys() - {"message_follower_ids", "activity_ids"} and any(record.state == "closed" for record in self):
                raise UserError(self.env._("A closed nonconformity stays as it is. Open it again to change it."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_fresh(self):
        if any(record.state != "draft" for record in self):
            raise UserError(self.env._("A nonconformity under treatment is kept as a record. Close it instead of deleting it."))

    def action_analyse(self):
        """Record that the cause is known.

        :raises UserError: without a root cause
        """
        for record in self._check_state("draft"):
            if not (record.root_cause or "").strip():
                raise UserError(self.env._("Write down the root cause of %(number)s first.", number=record.number))
        self._flow_write({"state": "analysed"})

    def action_start_actions(self):
        """Start the actions against the cause.

        :raises UserError: without a corrective or preventive action: a correction alone leaves the cause in place
        """
        for record in self._check_state("analysed"):
            if not record.action_ids.filtered(lambda action: action.kind != "correction"):
                raise UserError(self.env._("Plan at least one corrective or preventive action for %(number)s.", number=record.number))
        self._flow_write({"state": "action"})

    def action_verify(self):
        """Record that the actions worked (handbook 10.3.2 (3)).

        :raises AccessError: for anybody but quality officers
        :raises UserError: while an action is open, not evaluated, or failed without one that worked after it
        """
        self._check_quality_officer()
        for record in self._check_state("action"):
            record.action_ids._check_effective()
        self._flow_write({
            "state": "verified", "verified_by_id": self.env.uid, "verified_on": fields.Date.context_today(self)})

    def action_close(self):
        """Close what was verified. Without an evaluation of effectiveness nothing closes.

        :raises AccessError: for anybody but quality officers
        """
        self._check_quality_officer()
        for record in self._check_state("verified"):
            record.action_ids._check_effective()
        self._flow_write({"state": "closed", "closed_on": fields.Date.context_today(self)})
        self.activity_unlink(["repair_quality.mail_activity_type_nonconformity"])

    def action_reopen(self):
        """Take up treatment again; the cause has to be looked at anew.

        :raises AccessError: for anybody but quality officers
        """
        self._check_quality_officer()
        for record in self:
            if record.state not in ("verified", "closed"):
                raise UserError(self.env._("Only verified or closed nonconformities can be opened again."))
        self._flow_write({"state": "draft", "closed_on": False, "verified_by_id": False, "verified_on": False})

    def _check_state(self, state):
        """Return ``self`` when every record is in a state, locked against a second click; raise otherwise."""
        self.lock_for_update()
        labels = dict(self._fields["state"]._description_selection(self.env))
        for record in self:
            if record.state != state:
                raise UserError(self.env._(
                    "%(number)s is at '%(state)s'; this step needs '%(needed)s'.",
                    number=record.number, state=labels[record.state], needed=labels[state]))
        return self

    def _check_quality_officer(self):
        if not self.env.user.has_group("repair_quality.repair_quality_group_officer"):
            raise AccessError(self.env._("Only quality officers verify, close and open nonconformities again."))

    @api.model
    def _check_flow_fields(self, names):
        if FLOW_FIELDS & set(names):
            raise UserError(self.env._("State, number and verification of a nonconformity are set by its buttons only."))

    def _flow_write(self, vals):
        return self.with_context(qms_flow=FLOW).write(vals)

    @api.model
    def _report(self, vals):
        """Open a nonconformity from another process and ask its owner to find the cause.

        Who inspects may not see nonconformities of others: it is made with the system's rights.
        """
        record = self.with_context(qms_flow=FLOW).sudo().create(vals)  # the reporter needs no rights on quality records
        record.activity_schedule(
            "repair_quality.mail_activity_type_nonconformity", record.due_date or fields.Date.context_today(self),
            user_id=record.owner_id.id)
        return record
