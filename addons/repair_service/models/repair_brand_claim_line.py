from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .repair_flow import FLOW

ANSWERS = [("open", "No answer yet"), ("paid", "Paid"), ("short", "Paid in part"), ("refused", "Refused"), ("withdrawn", "Not claimed")]
RESOLUTIONS = [
    ("claim_again", "Claim again"), ("company", "The company bears it"), ("supplier", "Supplier"), ("customer", "Customer, when he agrees"),
]


class RepairBrandClaimLine(models.Model):
    """One labour line or part of a repair in a claim. It stands in one live claim at most."""

    _name = "repair.brand.claim.line"
    _description = "Line of a claim on a brand"
    _inherit = ["repair.flow.record", "repair.input"]
    _order = "claim_id desc, sequence, id"
    _rec_name = "reference"
    _check_company_auto = True
    _note_fields = frozenset({"evidence_ids", "remedy_id"})

    claim_id = fields.Many2one("repair.brand.claim", required=True, index=True, ondelete="cascade", readonly=True)
    company_id = fields.Many2one(related="claim_id.company_id", store=True, index=True, precompute=True)
    currency_id = fields.Many2one(related="claim_id.currency_id")
    brand_id = fields.Many2one(related="claim_id.brand_id", store=True, index=True, precompute=True)
    claim_state = fields.Selection(related="claim_id.state", string="State of the claim")
    sequence = fields.Integer(readonly=True)
    reference = fields.Char(
        compute="_compute_reference", store=True, index=True, help="By this number the brand answers to the line.")
    repair_id = fields.Many2one("repair.order", "Service order", required=True, readonly=True, index=True, ondelete="restrict")
    category_id = fields.Many2one(related="repair_id.appliance_category_id", store=True, string="Family")
    service_line_id = fields.Many2one("repair.service.line", "Labour", readonly=True, index="btree_not_null", ondelete="restrict")
    move_id = fields.Many2one("stock.move", "Part", readonly=True, index="btree_not_null", ondelete="restrict")
    product_id = fields.Many2one("product.product", "Part or service", readonly=True, ondelete="restrict")
    name = fields.Char("Description", readonly=True, required=True)
    quantity = fields.Float(readonly=True, digits="Product Unit")
    accepted_on = fields.Date(readonly=True)
    deadline = fields.Date("Claim until", readonly=True, help="By the brand's terms.")
    deadline_state = fields.Selection(
        [("kept", "In time"), ("near", "Deadline is near"), ("passed", "Too late")], "Deadline", compute="_compute_deadline_state")
    amount_list = fields.Monetary("Our price", readonly=True)
    amount_claimed = fields.Monetary("Claimed", readonly=True)
    rate_id = fields.Many2one("repair.brand.rate", readonly=True, ondelete="set null")
    rate_reason = fields.Char("Rests on", readonly=True)
    evidence_ids = fields.Many2many(
        "ir.attachment", "repair_brand_claim_line_evidence_rel", "line_id", "attachment_id", "Further evidence", copy=False)
    remedy_id = fields.Many2one(
        "repair.fault.code", compute="_compute_remedy_id", inverse="_inverse_remedy_id", domain="[('kind', '=', 'remedy')]",
        help="Missing on the order it can be added here.")
    answer = fields.Selection(ANSWERS, "Brand's answer", default="open", required=True, readonly=True, copy=False, index=True)
    amount_paid = fields.Monetary("Granted", readonly=True, copy=False)
    amount_refused = fields.Monetary("Refused", compute="_compute_amount_refused", store=True)
    reason_id = fields.Many2one("repair.claim.reason", "Reason of the refusal", readonly=True, copy=False, index="btree_not_null",
                                ondelete="restrict")
    answer_note = fields.Char("Brand's remark", readonly=True, copy=False)
    answered_on = fields.Datetime(readonly=True, copy=False)
    answered_by_id = fields.Many2one("res.users", "Answer noted by", readonly=True, copy=False)
    resolution = fields.Selection(RESOLUTIONS, "Refused goes to", readonly=True, copy=False, index=True)
    resolution_reason = fields.Char("Why", readonly=True, copy=False)
    resolved_on = fields.Datetime("Decided on", readonly=True, copy=False, help="Empty while the customer has not agreed.")
    resolved_by_id = fields.Many2one("res.users", "Decided by", readonly=True, copy=False)
    amount_lost = fields.Monetary(
        "Borne by the company", compute="_compute_amount_lost", store=True,
        help="Of our price: what lies above the agreed rate, and what the brand left unpaid and the company bears.")
    amount_taken_over = fields.Monetary(
        "Borne by the customer", compute="_compute_amount_lost", store=True,
        help="What the brand left unpaid and the customer agreed to pay.")
    previous_id = fields.Many2one(
        "repair.brand.claim.line", "Claimed before", readonly=True, copy=False, index="btree_not_null", ondelete="restrict")
    is_live = fields.Boolean(compute="_compute_is_live", store=True)

    _live_service_line = models.UniqueIndex("(service_line_id) WHERE is_live", "This labour stands in another claim already.")
    _live_part = models.UniqueIndex("(move_id) WHERE is_live", "This part stands in another claim already.")
    _one_source = models.Constraint(
        "CHECK ((service_line_id IS NULL) <> (move_id IS NULL))", "A claimed line is labour or a part of a service order.")
    _amounts_range = models.Constraint(
        "CHECK (amount_claimed >= 0 AND COALESCE(amount_paid, 0) >= 0 AND COALESCE(amount_paid, 0) <= amount_claimed)",
        "A brand pays between nothing and what was claimed.")

    @api.depends("claim_id.number", "sequence")
    def _compute_reference(self):
        for line in self:
            line.reference = f"{line.claim_id.number}-{line.sequence:03d}"

    @api.depends("deadline", "claim_id.state")
    def _compute_deadline_state(self):
        today = fields.Date.context_today(self)
        for line in self:
            if not line.deadline or line.claim_id.state != "draft":
                line.deadline_state = False
            else:
                warn = fields.Date.subtract(line.deadline, days=line.brand_id.claim_warn_days)
                line.deadline_state = "passed" if line.deadline < today else "near" if warn <= today else "kept"

    @api.depends("repair_id.remedy_id")
    def _compute_remedy_id(self):
        for line in self:
            line.remedy_id = line.repair_id.remedy_id

    def _inverse_remedy_id(self):
        """Add the remedy that was not noted on the order; one that was noted stays.

        :raises UserError: the order has one already, or the claim was sent
        """
        for line in self:
            order_sudo = line.repair_id.sudo()  # the claim's keeper completes the one code that is missing, nothing else
            if line.remedy_id == order_sudo.remedy_id:
                continue
            if order_sudo.remedy_id or line.claim_id.state != "draft":
                raise UserError(self.env._("The remedy of %(order)s is on record and stays.", order=order_sudo.name))
            if line.remedy_id.kind != "remedy":
                raise ValidationError(self.env._("%(code)s is no remedy: choose one from the list.", code=line.remedy_id.display_name))
            order_sudo._flow_write({"remedy_id": line.remedy_id.id})
            order_sudo.message_post(body=self.env._(
                "Remedy added for the claim %(claim)s: %(code)s", claim=line.claim_id.number, code=line.remedy_id.display_name))

    @api.depends("answer", "amount_claimed", "amount_paid")
    def _compute_amount_refused(self):
        for line in self:
            line.amount_refused = line.amount_claimed - line.amount_paid if line.answer in ("short", "refused") else 0.0

    @api.depends(
        "answer", "amount_list", "amount_claimed", "amount_refused", "resolution", "resolved_on", "previous_id", "claim_id.state")
    def _compute_amount_lost(self):
        for line in self:
            decided = line.resolved_on and line.resolution
            left = line.amount_claimed if line.answer == "withdrawn" else line.amount_refused
            claimed = line.claim_id.state in ("sent", "settled") if line.answer != "withdrawn" else decided
            above_rate = line.amount_list - line.amount_claimed if claimed and not line.previous_id else 0.0
            line.amount_lost = above_rate + (left if decided == "company" else 0.0)
            line.amount_taken_over = left if decided == "customer" else 0.0

    @api.depends("claim_id.state", "resolution", "credit_move_id")
    def _compute_is_live(self):
        for line in self:
            again = line.resolution == "claim_again" and line.credit_move_id  # until then the invoice asks for it still
            line.is_live = line.claim_id.state != "cancelled" and not again

    @api.model
    def _get_flow_error(self):
        return self.env._(
            "Lines come into a claim by the button Gather lines; what is claimed, answered and decided is set by its buttons.")

    def write(self, vals):
        """Add evidence to lines of a draft; all else is set by the steps of the claim.

        :raises UserError: other fields, or a claim that was sent
        """
        if not self._is_flow():
            self.env["repair.brand.claim"]._check_claimer()
            if any(line.claim_id.state != "draft" for line in self):
                raise UserError(self.env._("The claim was sent: its dossier stays as it was."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_flow(self):
        decided = self.filtered(lambda line: line.answer != "open" or line.sudo().customer_sale_ids)  # whether, no more
        if decided:
            raise UserError(self.env._("%(line)s was decided already: it is kept.", line=decided[0].reference))
        if self._is_flow():
            return
        self.env["repair.brand.claim"]._check_claimer()
        if any(line.claim_id.state != "draft" for line in self):
            raise UserError(self.env._("The claim was sent: its lines stay. Note the brand's answer instead."))

    def _flow_write(self, vals):
        return self.with_context(repair_flow=FLOW).write(vals)

    def _get_decided_day(self):
        """Return the day of the decision where the company is."""
        self.ensure_one()
        return self.resolved_on and self.repair_id._local_date(self.resolved_on)

    def _get_granted(self):
        """Return what the brand has paid of the labour or part so far, on this line and those before it."""
        self.ensure_one()
        granted, line = 0.0, self
        while line:
            granted, line = granted + line.amount_paid, line.previous_id
        return granted

    def _get_source(self):
        """Return the line of the order that is claimed: ``repair.service.line`` or ``stock.move``."""
        self.ensure_one()
        return self.service_line_id or self.move_id

    def _needs_resolution(self):
        """Whether the brand left something of the line unpaid, so that somebody else has to bear it."""
        self.ensure_one()
        return self.answer in ("short", "refused", "withdrawn")

    def _needs_credit(self):
        """Whether the line is decided, and the invoice still asks the brand for what it does not pay."""
        self.ensure_one()
        credit_sudo = self.sudo().credit_move_id  # managers read no invoices
        return self.answer in ("short", "refused") and bool(self.resolved_on) and not credit_sudo
