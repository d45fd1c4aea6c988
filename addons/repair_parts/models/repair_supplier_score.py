from odoo import api, fields, models

from .res_partner_supplier import SUPPLIER_GROUPS

GRADES = [(grade, grade) for grade in "ABCD"]


class RepairSupplierScore(models.Model):
    """A supplier's figures in a month, each with what it was worked out from; the current month's are renewed every night."""

    _name = "repair.supplier.score"
    _description = "Supplier score"
    _order = "month desc, partner_id, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", "Supplier", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, index=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    month = fields.Date(required=True, index=True, help="First day of the month.")
    computed_on = fields.Datetime("Worked out on", required=True)
    period_start = fields.Datetime("From", required=True)
    period_stop = fields.Datetime("Before", required=True)
    failure_days = fields.Integer("Early failure within (days)")
    minimum_lines = fields.Integer("Least lines")
    units_received = fields.Float("Units received", digits="Product Unit")
    units_rejected = fields.Float("Units rejected or returned", digits="Product Unit")
    units_failed = fields.Float("Units failed early", digits="Product Unit")
    lines_received = fields.Integer("Receipt lines")
    lines_due = fields.Integer("Lines due")
    lines_on_time = fields.Integer("Lines complete in time")
    lines_compared = fields.Integer("Lines with another vendor's price")
    amount_paid = fields.Monetary("Paid")
    amount_best = fields.Monetary("At the best current price")
    has_quality = fields.Boolean()
    has_delivery = fields.Boolean()
    has_price = fields.Boolean()
    quality = fields.Float(digits=(5, 1), aggregator="avg")
    delivery = fields.Float(digits=(5, 1), aggregator="avg")
    price = fields.Float(digits=(5, 1), aggregator="avg")
    has_opinion = fields.Boolean()
    opinion = fields.Float("Customers' opinion", digits=(5, 1), aggregator="avg")
    opinion_count = fields.Integer("Opinions of customers")
    score = fields.Float(digits=(5, 1), aggregator="avg")
    grade = fields.Selection(GRADES, index=True, help="Empty: not enough data for a score.")
    rejected_percent = fields.Float("Rejected (%)", compute="_compute_rejected_percent", digits=(5, 1))
    quality_text = fields.Char(compute="_compute_texts")
    delivery_text = fields.Char(compute="_compute_texts")
    price_text = fields.Char(compute="_compute_texts")

    _month_unique = models.UniqueIndex("(partner_id, company_id, month)", "A supplier has one score a month.")

    @api.depends("units_received", "units_rejected")
    def _compute_rejected_percent(self):
        for score in self:
            score.rejected_percent = 100 * score.units_rejected / score.units_received if score.units_received else 0.0

    @api.depends("has_quality", "has_delivery", "has_price")
    @api.depends_context("lang")
    def _compute_texts(self):
        for score in self:
            score.quality_text = score._get_quality_text()
            score.delivery_text = score._get_delivery_text()
            score.price_text = score._get_price_text()

    def _get_quality_text(self):
        facts = self.env._(
            "%(received)s units received in %(lines)s lines, %(rejected)s rejected or sent back, %(failed)s failed within %(days)s days "
            "of fitting or under their warranty", received=f"{self.units_received:g}", lines=self.lines_received,
            rejected=f"{self.units_rejected:g}", failed=f"{self.units_failed:g}", days=self.failure_days)
        return facts if self.has_quality else self._get_lack_text(facts)

    def _get_delivery_text(self):
        facts = self.env._(
            "%(on_time)s of %(due)s order lines received complete by the day promised when they were ordered",
            on_time=self.lines_on_time, due=self.lines_due)
        return facts if self.has_delivery else self._get_lack_text(facts)

    def _get_price_text(self):
        facts = self.env._(
            "%(lines)s order lines at %(paid)s, at the best current prices of all vendors %(best)s", lines=self.lines_compared,
            paid=self.currency_id.format(self.amount_paid), best=self.currency_id.format(self.amount_best))
        return facts if self.has_price else self._get_lack_text(facts)

    def _get_lack_text(self, facts):
        return self.env._("Not enough data, at least %(minimum)s lines are needed: %(facts)s", minimum=self.minimum_lines, facts=facts)

    def _describe(self):
        """Return the score parts in words, for the reason of a proposal."""
        self.ensure_one()
        labels = self._fields
        parts = [
            f"{labels[name].get_description(self.env, ['string'])['string']} {self[name]:.0f}"
            for name in ("quality", "delivery", "price") if self[f"has_{name}"]]
        return ", ".join(parts)

    def action_open_supplier(self):
        """Open the supplier."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": "res.partner", "res_id": self.partner_id.id, "views": [(False, "form")],
            "context": {"show_part_supplier": True}}


class ResPartner(models.Model):
    _inherit = "res.partner"

    supplier_score_ids = fields.One2many("repair.supplier.score", "partner_id", "Scores", groups=SUPPLIER_GROUPS)
