from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from .repair_flow import FLOW

STATES = [("draft", "Draft"), ("sent", "Sent"), ("settled", "Settled"), ("cancelled", "Cancelled")]
DRAFT_FIELDS = {"brand_id", "company_id", "date_from", "date_to"}
MANAGER, ACCOUNTANT = "repair_service.repair_service_group_manager", "account.group_account_invoice"


class RepairBrandClaim(models.Model):
    """What a brand owes for the repairs of a period: gathered, sent with its dossier, invoiced, answered line by line."""

    _name = "repair.brand.claim"
    _description = "Claim on a brand"
    _inherit = ["mail.thread", "mail.activity.mixin", "repair.input"]
    _order = "id desc"
    _rec_name = "number"
    _flow_fields = frozenset({"number", "state", "partner_id", "sent_on", "sent_by_id", "settled_on", "invoice_id", "credit_move_ids",
                              "former_invoice_ids"})
    _check_company_auto = True

    number = fields.Char(readonly=True, copy=False, index="trigram", default="/")
    brand_id = fields.Many2one("repair.brand", required=True, index=True, ondelete="restrict", tracking=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner", "Charged to", readonly=True, copy=False, ondelete="restrict", help="Who paid for the brand when the claim was sent.")
    payer_id = fields.Many2one("res.partner", compute="_compute_payer_id", help="Who pays for the brand.")
    date_from = fields.Date("Accepted from", required=True, default=lambda self: self._get_default_period()[0])
    date_to = fields.Date("Accepted until", required=True, default=lambda self: self._get_default_period()[1])
    user_id = fields.Many2one("res.users", "Kept by", default=lambda self: self.env.user, tracking=True)
    state = fields.Selection(STATES, default="draft", required=True, readonly=True, copy=False, index=True, tracking=True)
    sent_on = fields.Datetime(readonly=True, copy=False)
    sent_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    settled_on = fields.Datetime(readonly=True, copy=False)
    line_ids = fields.One2many("repair.brand.claim.line", "claim_id", "Lines", copy=False)
    note = fields.Text("Remarks")
    line_count = fields.Integer("Number of lines", compute="_compute_amounts", store=True)
    order_count = fields.Integer("Repairs", compute="_compute_amounts", store=True)
    open_count = fields.Integer("Without an answer", compute="_compute_amounts", store=True)
    unresolved_count = fields.Integer("Refused, to be decided", compute="_compute_amounts", store=True)
    undecided_count = fields.Integer("Refused, nobody was asked", compute="_compute_amounts", store=True)
    uncredited_count = fields.Integer("Conceded, to be credited", compute="_compute_amounts", store=True)
    amount_claimed = fields.Monetary("Claimed, untaxed", compute="_compute_amounts", store=True)
    amount_paid = fields.Monetary("Granted", compute="_compute_amounts", store=True, help="Untaxed, what the brand answered that it pays.")
    amount_refused = fields.Monetary("Refused", compute="_compute_amounts", store=True)
    refused_share = fields.Float("Refused (%)", compute="_compute_amounts", store=True, aggregator=None, digits=(5, 1))

    _period_order = models.Constraint("CHECK (date_from <= date_to)", "The period ends after it began.")

    @api.model
    def _get_default_period(self):
        """Return first and last day of the month before this one."""
        first = fields.Date.context_today(self).replace(day=1)
        last = fields.Date.subtract(first, days=1)
        return last.replace(day=1), last

    @api.depends("partner_id", "brand_id.partner_id")
    def _compute_payer_id(self):
        for claim in self:
            claim.payer_id = claim.partner_id or claim.brand_id.partner_id

    @api.depends(
        "line_ids.answer", "line_ids.amount_claimed", "line_ids.amount_paid", "line_ids.amount_refused", "line_ids.repair_id",
        "line_ids.resolved_on", "line_ids.resolution", "line_ids.credit_move_id")
    def _compute_amounts(self):
        for claim in self:
            lines = claim.line_ids
            asked = lines.filtered(lambda line: line.answer != "withdrawn")
            claim.line_count = len(lines)
            claim.order_count = len(lines.repair_id)
            claim.open_count = len(asked.filtered(lambda line: line.answer == "open"))
            claim.unresolved_count = len(lines.filtered(lambda line: line._needs_resolution() and not line.resolved_on))
            claim.undecided_count = len(lines.filtered(lambda line: line._needs_resolution() and not line.resolution))
            claim.uncredited_count = len(lines.filtered(lambda line: line._needs_credit()))
            claim.amount_claimed = sum(asked.mapped("amount_claimed"))
            claim.amount_paid = sum(asked.mapped("amount_paid"))
            claim.amount_refused = sum(asked.mapped("amount_refused"))
            claim.refused_share = 100 * claim.amount_refused / claim.amount_claimed if claim.amount_claimed else 0.0

    @api.constrains("brand_id")
    def _check_payer(self):
        for claim in self:
            if not claim.payer_id:
                raise ValidationError(self.env._(
                    "Nobody pays for %(brand)s: note its manufacturer on the brand first.", brand=claim.brand_id.name))

    @api.model_create_multi
    def create(self, vals_list):
        """Create drafts, each with the next number of its company."""
        self._check_claimer()
        if self.env.context.get("repair_flow") is not FLOW:
            for vals in vals_list:
                for name in (*self._flow_fields, "line_ids"):
                    vals.pop(name, None)
        claims = super().create(vals_list)
        for claim in claims:
            sequence_sudo = self.env["ir.sequence"].sudo().with_company(claim.company_id)  # the next number, whoever claims
            claim._flow_write({"number": sequence_sudo.next_by_code("repair.brand.claim") or str(claim.id)})
        return claims

    def write(self, vals):
        """Write; a claim that was sent stays as it was sent, and its steps are taken by its buttons.

        :raises UserError: fields of the flow, or brand and period of a claim that has lines or was sent
        """
        if self.env.context.get("repair_flow") is not FLOW:
            self._check_claimer()
            if self._flow_fields & vals.keys():
                raise UserError(self.env._("State and invoice of a claim are set by its buttons only."))
            if DRAFT_FIELDS & vals.keys() and any(claim.state != "draft" or claim.line_ids for claim in self):
                raise UserError(self.env._("Brand and period stay as they are once lines are gathered: make another claim."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        self._check_claimer()
        if any(claim.state != "draft" for claim in self):
            raise UserError(self.env._("A claim that was sent is kept: cancel it instead."))
        self.line_ids.with_context(repair_flow=FLOW).unlink()

    def _flow_write(self, vals):
        return self.with_context(repair_flow=FLOW).write(vals)

    @api.model
    def _check_claimer(self):
        """Raise unless the user claims: accounting, or a service manager.

        :raises AccessError: for everybody else
        """
        if not self.env.su and not (self.env.user.has_group(MANAGER) or self.env.user.has_group(ACCOUNTANT)):
            raise AccessError(self.env._("Claims on brands are kept by accounting and service managers."))

    @api.model
    def _check_accountant(self):
        if not self.env.su and not self.env.user.has_group(ACCOUNTANT):
            raise AccessError(self.env._("Claims are invoiced, answered and credited by accounting."))

    def _lock_claim(self):
        """Hold the rows until the end of the transaction, so that a step taken twice at once happens once."""
        self.check_access("write")
        if not self.ids:
            return
        self.flush_recordset()
        self.env.execute_query(SQL("SELECT id FROM repair_brand_claim WHERE id IN %s ORDER BY id FOR NO KEY UPDATE", tuple(self.ids)))
        self.invalidate_recordset()
        self.line_ids.invalidate_recordset()

    def _check_state(self, states, what):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for claim in self:
            if claim.state not in states:
                raise UserError(self.env._(
                    "%(what)s is not possible for %(claim)s: it is at %(state)s.",
                    what=what, claim=claim.number, state=labels[claim.state]))

    def action_send(self):
        """Send claims: from now on lines and amounts stay as they are.

        :raises UserError: no lines, no payer, or a dossier that is not complete; it says what is missing
        """
        self._check_claimer()
        self._lock_claim()
        self._check_state(("draft",), self.env._("Sending"))
        for claim in self:
            claim._check_dossier()
            claim._flow_write({
                "state": "sent", "partner_id": claim.brand_id.partner_id.id,
                "sent_on": fields.Datetime.now(), "sent_by_id": self.env.uid})
            claim.activity_unlink(["repair_service.mail_activity_type_claim"])
            claim._keep_sheet()
        return True

    def action_cancel(self):
        """Take claims back: their lines can be claimed anew.

        :raises UserError: the claim is invoiced; its invoice is cancelled or credited first
        """
        self._check_claimer()
        self._lock_claim()
        self._check_state(("draft", "sent"), self.env._("Cancelling"))
        for claim in self:
            if claim.sudo().invoice_id.state not in (False, "cancel"):  # managers read no invoices
                raise UserError(self.env._("%(claim)s is invoiced: accounting cancels the invoice first.", claim=claim.number))
            if any(line.answer != "open" for line in claim.line_ids):
                raise UserError(self.env._("The brand has answered %(claim)s, or lines were decided: it stays.", claim=claim.number))
            claim.activity_unlink(["repair_service.mail_activity_type_claim"])
            claim._flow_write({"state": "cancelled"})
        return True

    def _settle_finished(self):
        """Settle claims of which every line is answered, every refusal decided and every concession credited.

        A draft of which nothing is left to claim is settled, too.
        """
        for claim in self.filtered(lambda claim: claim.state in ("draft", "sent")):
            asked = claim.line_ids.filtered(lambda line: line.answer != "withdrawn")
            if claim.state == "draft" and (asked or not claim.line_ids):
                continue
            invoiced = not asked or claim.sudo().invoice_id.state == "posted"  # a fact, also for managers
            if invoiced and not (claim.open_count or claim.unresolved_count or claim.uncredited_count):
                claim._flow_write({"state": "settled", "settled_on": fields.Datetime.now()})
