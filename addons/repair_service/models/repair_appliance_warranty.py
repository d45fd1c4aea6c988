from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..engine import warranty

# The warranty of an appliance stands still while it is repaired under one of these (domain rule: term less repair time).
COVERED = ("warranty", "repair_warranty", "goodwill")


class RepairAppliance(models.Model):
    _inherit = "repair.appliance"

    purchase_date = fields.Date(tracking=True, help="The day on the invoice.")
    install_date = fields.Date("Installation date", tracking=True)
    purchase_proof = fields.Selection(
        [
            ("invoice", "Invoice"), ("card", "Warranty card"), ("payment", "Order or payment record"),
            ("other", "Other proof"), ("none", "No proof"),
        ],
        tracking=True,
        help="What shows the dates. With other proof than the invoice the warranty counts as well; with none it does not.",
    )
    warranty_end = fields.Date(
        compute="_compute_warranty_end", store=True, index=True, help="Last day of the longest warranty on the whole appliance.")
    main_warranty_end = fields.Date(
        "Main parts until", compute="_compute_warranty_end", store=True,
        help="Last day of the longest warranty on the main parts.")
    repair_warranty_end = fields.Date(
        "Repair warranty until", compute="_compute_repair_warranty_end",
        help="Last day on which a fault that was repaired is repaired again free of charge.")
    warranty_state = fields.Selection(
        [("covered", "Under warranty"), ("main", "Main parts only"), ("expired", "Out of warranty"), ("unknown", "No proof of dates")],
        compute="_compute_warranty_state", string="Warranty")
    warranty_reason = fields.Char(compute="_compute_warranty_state", help="Why a request of today would be free, or not.")
    safe_life_end = fields.Date(compute="_compute_safe_life_end", store=True, index=True, help="Last day of safe use.")
    is_over_safe_life = fields.Boolean(
        "Over its safe life", compute="_compute_is_over_safe_life", search="_search_is_over_safe_life")

    _dates_order = models.Constraint(
        "CHECK (install_date >= purchase_date)",
        "An appliance cannot be installed before it was bought: correct the purchase or the installation date.",
    )

    @api.depends(
        "category_id", "brand_id", "company_id", "purchase_date", "install_date", "purchase_proof")
    def _compute_warranty_end(self):
        fitting = self.env["repair.warranty.term"]._get_fitting(self)
        earlier = self._get_earlier_repairs()
        for appliance in self:
            facts = appliance._get_facts(appliance._get_today(), earlier[appliance._origin.id])
            terms = fitting[appliance]._to_engine()
            appliance.warranty_end = warranty.get_longest_term(facts, terms, warranty.WHOLE)[0]
            appliance.main_warranty_end = warranty.get_longest_term(facts, terms, warranty.MAIN)[0]

    @api.depends("repair_ids.repair_warranty_end")
    def _compute_repair_warranty_end(self):
        ends = dict(self.env["repair.order"]._read_group(
            [("appliance_id", "in", self.ids), ("repair_warranty_end", "!=", False)],
            ["appliance_id"], ["repair_warranty_end:max"]))
        for appliance in self:
            appliance.repair_warranty_end = ends.get(appliance._origin, False)

    @api.depends("warranty_end", "main_warranty_end")
    @api.depends_context("lang")
    def _compute_warranty_state(self):
        terms_model = self.env["repair.warranty.term"]
        fitting = terms_model._get_fitting(self)
        earlier = self._get_earlier_repairs()
        for appliance in self:
            today = appliance._get_today()
            facts = appliance._get_facts(today, earlier[appliance._origin.id])
            terms = fitting[appliance]._to_engine()
            whole, main = (warranty.decide(facts, terms, component) for component in (warranty.WHOLE, warranty.MAIN))
            if whole.coverage == "warranty":
                appliance.warranty_state = "covered"
            elif main.coverage == "warranty":
                appliance.warranty_state = "main"
            else:
                appliance.warranty_state = "unknown" if whole.reason == "no_proof" else "expired"
            appliance.warranty_reason = terms_model._describe(whole, main)

    @api.depends("purchase_date", "install_date", "category_id.safe_life_applied")
    def _compute_safe_life_end(self):
        for appliance in self:
            start, years = appliance.purchase_date or appliance.install_date, appliance.category_id.safe_life_applied
            appliance.safe_life_end = warranty.add_term(start, months=12 * years) if start and years else False

    @api.depends("safe_life_end")
    def _compute_is_over_safe_life(self):
        for appliance in self:
            appliance.is_over_safe_life = bool(appliance.safe_life_end) and appliance.safe_life_end < appliance._get_today()

    def _search_is_over_safe_life(self, operator, value):
        if operator != "in":
            return NotImplemented
        over = Domain("safe_life_end", "<", self._get_today())
        return over if True in value else Domain("safe_life_end", "=", False) | ~over

    @api.constrains("purchase_date", "install_date")
    def _check_dates(self):
        for appliance in self:
            today = appliance._get_today()
            if any(day and day > today for day in (appliance.purchase_date, appliance.install_date)):
                raise ValidationError(self.env._("Purchase and installation cannot lie in the future: correct the dates."))

    def _get_today(self):
        return self.env["repair.order"]._local_date(fields.Datetime.now(), self.company_id[:1])

    def _get_earlier_repairs(self):
        """Return ``{appliance id: [EarlierRepair]}`` of the accepted repairs; one query, however many appliances there are."""
        earlier = defaultdict(list)
        orders = self.env["repair.order"].sudo()  # a verdict is the same for everybody who reads it
        for order in orders.search([("appliance_id", "in", self._origin.ids), ("accepted_on", "!=", False)], order="id"):
            earlier[order.appliance_id.id].append(warranty.EarlierRepair(
                id=order.id,
                name=order.name,
                requested_on=order._local_date(order.requested_on),
                accepted_on=order._local_date(order.accepted_on),
                warranty_end=order.repair_warranty_end or None,
                symptom=order.symptom_id.id or None,
                cause=order.cause_id.id or None,
                suspends=order.coverage in COVERED,
            ))
        return earlier

    def _get_facts(self, day, earlier=(), **fault):
        """Return the engine's facts of a request on a day; ``fault`` holds symptom, cause and exclusion."""
        self.ensure_one()
        return warranty.Facts(
            requested_on=day,
            purchase_date=self.purchase_date or None,
            install_date=self.install_date or None,
            has_proof=self.purchase_proof != "none",
            brand_pays=self.brand_id._is_paying(day) if self.brand_id else False,
            earlier=tuple(earlier),
            **fault,
        )

    def _refresh_warranty(self):
        """Mark the appliances, and their requests whose verdict is still open, for a new verdict."""
        if not self:
            return
        names = ("warranty_end", "main_warranty_end")
        for name in names:
            self.env.add_to_compute(self._fields[name], self)
        self.modified(names)
        orders_sudo = self.env["repair.order"].sudo()  # a verdict is the same for everybody who reads it
        orders_sudo.search([("appliance_id", "in", self.ids), ("coverage_frozen_on", "=", False)])._refresh_coverage()
