from odoo import api, fields, models

from ..engine import claim_rates

CLAIM_READERS = (
    "account.group_account_invoice,account.group_account_readonly,repair_service.repair_service_group_manager")


class RepairBrand(models.Model):
    """What is agreed with the brand about claims: until when, with which evidence, at which rates."""

    _inherit = "repair.brand"

    claim_days = fields.Integer(
        "Claim within (days)", default=60, groups=CLAIM_READERS, help="Days from the customer's acceptance. 0: no deadline.")
    claim_warn_days = fields.Integer(
        "Warn before (days)", default=10, groups=CLAIM_READERS, help="So many days before a deadline the lines are put into a claim.")
    claim_user_id = fields.Many2one("res.users", "Claims kept by", groups=CLAIM_READERS, help="Is reminded of deadlines.")
    claim_needs_serial = fields.Boolean("Serial number", default=True, groups=CLAIM_READERS)
    claim_needs_proof = fields.Boolean("Proof of purchase", default=True, groups=CLAIM_READERS)
    claim_needs_codes = fields.Boolean("Symptom, cause and remedy", default=True, groups=CLAIM_READERS)
    claim_needs_old_part = fields.Boolean(
        "Old part", groups=CLAIM_READERS, help="Replaced parts have gone back to the brand, or are kept for it.")
    claim_photos = fields.Integer("Photos", default=0, groups=CLAIM_READERS, help="So many at least. 0: none needed.")
    rate_ids = fields.One2many("repair.brand.rate", "brand_id", "Rates", groups=CLAIM_READERS)

    _claim_terms_range = models.Constraint(
        "CHECK (claim_days BETWEEN 0 AND 3650 AND claim_warn_days BETWEEN 0 AND 3650 AND claim_photos BETWEEN 0 AND 50)",
        "Deadline and warning lie between 0 and 3650 days, and 50 photos are the most.")

    def _get_rates(self, company):
        """Return the brand's rates that hold in a company, as records and, in the same order, as the engine takes them."""
        self.ensure_one()
        rates = self.env["repair.brand.rate"].search([("brand_id", "=", self.id), ("company_id", "in", (company.id, False))])
        return rates, [rate._to_engine() for rate in rates]


class RepairBrandRate(models.Model):
    """One rate agreed with a brand; the one that fits a line best decides, else our own price is claimed."""

    _name = "repair.brand.rate"
    _description = "Rate agreed with a brand"
    _inherit = ["repair.input"]
    _order = "brand_id, kind, sequence, id"
    _rec_name = "brand_id"

    brand_id = fields.Many2one("repair.brand", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: for all companies.")
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [("labour", "Labour"), ("part", "Part"), ("callout", "Call-out"), ("inspection_fee", "Inspection fee"), ("material", "Material")],
        required=True, default="labour")
    category_id = fields.Many2one("repair.appliance.category", "Family", ondelete="restrict", help="Empty: every family.")
    fault_id = fields.Many2one(
        "repair.fault.code", ondelete="restrict", help="Symptom, cause or remedy of the order. Empty: every fault.")
    product_id = fields.Many2one("product.product", "Part or service", ondelete="restrict", help="Empty: all of the kind.")
    basis = fields.Selection(
        [(claim_rates.FIXED, "Agreed amount"), (claim_rates.LIST, "Our price"), (claim_rates.COST, "Our cost")],
        "Priced by", required=True, default=claim_rates.FIXED)
    amount = fields.Monetary("Amount a unit", help="Untaxed, where an amount is agreed.")
    percent = fields.Float("Handling (%)", digits=(5, 2), help="On top of our price or cost.")
    date_from = fields.Date("From")
    date_to = fields.Date("Until")
    active = fields.Boolean(default=True)

    _amounts_range = models.Constraint(
        "CHECK (COALESCE(amount, 0) BETWEEN 0 AND 100000000 AND COALESCE(percent, 0) BETWEEN -100 AND 500)",
        "An amount is not below zero, and the handling lies between -100 % and 500 %.")
    _dates_order = models.Constraint("CHECK (date_to IS NULL OR date_from IS NULL OR date_from <= date_to)", "A rate ends after it began.")

    @api.depends("company_id")
    def _compute_currency_id(self):
        for rate in self:
            rate.currency_id = (rate.company_id or self.env.company).currency_id

    def _to_engine(self):
        self.ensure_one()
        return claim_rates.Rate(
            kind=self.kind, basis=self.basis, amount=self.amount, percent=self.percent, family=self.category_id.id or None,
            code=self.fault_id.id or None, product=self.product_id.id or None, first=self.date_from or None, last=self.date_to or None)

    def _describe(self):
        """Return in words on what a claimed amount rests."""
        self.ensure_one()
        if self.basis == claim_rates.FIXED:
            return self.env._("Agreed: %(amount)s a unit", amount=self.currency_id.format(self.amount))
        percent = f"{self.percent:g}"
        if self.basis == claim_rates.COST:
            return self.env._("Our cost and %(percent)s %% handling", percent=percent)
        return self.env._("Our price and %(percent)s %% handling", percent=percent)
