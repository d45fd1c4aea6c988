import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..engine import warranty

COMPONENTS = (warranty.WHOLE, warranty.MAIN)
HISTORY_FIELDS = frozenset({"appliance_id", "accepted_on", "repair_warranty_end"})


class RepairOrder(models.Model):
    _inherit = "repair.order"

    coverage = fields.Selection(
        [
            ("customer", "Customer pays"), ("warranty", "Warranty"), ("repair_warranty", "Repair warranty"),
            ("goodwill", "Goodwill"),
        ],
        compute="_compute_coverage", store=True, index=True, tracking=True,
        help="Who bears the repair, by the warranty terms (handbook 2.3, 6.2). Fixed once the customer approved the quotation.",
    )
    coverage_facts = fields.Json(compute="_compute_coverage", store=True)
    coverage_end = fields.Date(
        "Covered until", compute="_compute_coverage", store=True, help="Last day of the cover that the verdict rests on.")
    warranty_term_id = fields.Many2one(
        "repair.warranty.term", compute="_compute_coverage", store=True, ondelete="set null",
        help="The term that the verdict rests on.")
    origin_repair_id = fields.Many2one(
        "repair.order", "Earlier repair", compute="_compute_coverage", store=True, index="btree_not_null", ondelete="restrict",
        help="The repair whose own warranty covers this request.")
    coverage_reason = fields.Char(compute="_compute_coverage_reason", string="Reason", help="Why the repair is free, or not.")
    coverage_frozen_on = fields.Datetime("Verdict fixed on", readonly=True, copy=False)
    exclusion = fields.Selection(
        [
            ("misuse", "Misuse"), ("self_dismantled", "Taken apart by the user"), ("third_party", "Repaired by a third party"),
        ],
        tracking=True, copy=False, help="What takes the fault out of every warranty (handbook 6.2.3).",
    )
    exclusion_note = fields.Char("Evidence", copy=False, help="What shows the exclusion: traces, a broken seal, a foreign part.")
    goodwill_note = fields.Char(
        "Goodwill", tracking=True, copy=False,
        help="Why the company bears a repair that nothing covers. A service manager grants it.")

    _exclusion_evidence = models.Constraint(
        "CHECK (exclusion IS NULL OR COALESCE(btrim(exclusion_note), '') <> '')",
        "Note the evidence for the exclusion, so that the customer can be told.",
    )

    @api.depends(
        "appliance_id.purchase_date", "appliance_id.install_date", "appliance_id.purchase_proof", "appliance_id.category_id",
        "appliance_id.brand_id.partner_id", "appliance_id.brand_id.authorised_until",
        "symptom_id", "cause_id", "exclusion", "goodwill_note", "requested_on",
    )
    def _compute_coverage(self):
        settled = self.filtered("coverage_frozen_on")
        for order in settled:  # the customer agreed to this verdict: it stays, whatever is corrected later
            for name in self._get_coverage_fields():
                order[name] = order._origin[name]
        plain = self.filtered(lambda order: not order.appliance_id)
        plain.coverage = "customer"
        plain.coverage_facts = plain.coverage_end = plain.warranty_term_id = plain.origin_repair_id = False
        service_orders = self - settled - plain
        fitting = self.env["repair.warranty.term"]._get_fitting(service_orders.appliance_id)
        facts = service_orders._get_warranty_facts()
        for order in service_orders:
            order._set_verdicts(facts[order], fitting[order.appliance_id])

    @api.depends("coverage_facts", "goodwill_note")
    @api.depends_context("lang")
    def _compute_coverage_reason(self):
        for order in self:
            order.coverage_reason = order.coverage_facts and order._get_coverage_reason()

    @api.model_create_multi
    def create(self, vals_list):
        """Create orders; goodwill is granted by managers only."""
        self._check_goodwill(any(vals.get("goodwill_note") for vals in vals_list))
        orders = super().create(vals_list)
        orders.filtered("accepted_on").appliance_id._refresh_warranty()
        return orders

    def write(self, vals):
        """Write orders; goodwill is granted, changed and withdrawn by managers only."""
        self._check_goodwill("goodwill_note" in vals)
        # An accepted repair speaks in the verdicts on its appliance. As a dependency it would be followed to every line of every
        # order of the appliance, settled ones too; here the open ones are marked.
        told = HISTORY_FIELDS & vals.keys()
        appliances = self.filtered("accepted_on").appliance_id if told else self.env["repair.appliance"]
        result = super().write(vals)
        if told:
            (appliances | self.filtered("accepted_on").appliance_id)._refresh_warranty()
        return result

    def _check_goodwill(self, asked):
        if asked and not self.env.su and not self.env.user.has_group("repair_service.repair_service_group_manager"):
            raise AccessError(self.env._("Only a service manager grants goodwill: ask one of them to note the reason."))

    def _refresh_coverage(self):
        """Mark the verdict for a new look, and with it everything that follows from it: payers, amounts, margin."""
        names = self._get_coverage_fields()
        for name in names:
            self.env.add_to_compute(self._fields[name], self)
        self.modified(names)

    @api.model
    def _get_coverage_fields(self):
        return ("coverage", "coverage_facts", "coverage_end", "warranty_term_id", "origin_repair_id")

    def _get_warranty_facts(self):
        """Return ``{order: Facts}``, what the engine judges: the appliance's papers, the fault and its accepted earlier repairs.

        Only repairs accepted before the request count, the order itself never does. A fixed number of queries.
        """
        earlier = self.appliance_id._get_earlier_repairs()
        facts = {}
        for order in self:
            day = order._local_date(order.requested_on or fields.Datetime.now())
            facts[order] = order.appliance_id._get_facts(
                day,
                [
                    repair for repair in earlier[order.appliance_id._origin.id]
                    if repair.id != order._origin.id and repair.accepted_on <= day
                ],
                symptom=order.symptom_id._origin.id or None,
                cause=order.cause_id._origin.id or None,
                exclusion=order.exclusion or None,
            )
        return facts

    def _set_verdicts(self, facts, terms):
        """Store the verdict on each component, and that on the whole appliance as the order's own."""
        engine_terms = terms._to_engine()
        verdicts = {component: warranty.decide(facts, engine_terms, component) for component in COMPONENTS}
        whole = verdicts[warranty.WHOLE]
        goodwill = whole.coverage == "customer" and (self.goodwill_note or "").strip()
        self.coverage = "goodwill" if goodwill else whole.coverage
        standing = [repair.id for repair in facts.earlier if repair.warranty_end and facts.requested_on <= repair.warranty_end]
        self.coverage_facts = {
            **{component: verdict.to_json() for component, verdict in verdicts.items()},
            "standing": standing,  # accepted before the request, as all that the facts hold, and free of charge on its day
        }
        self.coverage_end = whole.end
        self.warranty_term_id = terms[whole.term] if whole.term is not None else False
        self.origin_repair_id = whole.values.get("origin_id", False)

    def _get_verdict(self, component=warranty.WHOLE):
        """Return the engine's verdict on a component (``whole`` or ``main``) as it was stored, ``None`` without an appliance."""
        self.ensure_one()
        return warranty.Verdict.from_json(self.coverage_facts[component]) if self.coverage_facts else None

    def _get_payer(self, component=warranty.WHOLE):
        """Return who pays for work on a component: ``customer``, ``brand`` or ``company``."""
        self.ensure_one()
        verdict = self._get_verdict(component)
        payer = verdict.payer if verdict else "customer"
        return "company" if payer == "customer" and self.coverage == "goodwill" else payer

    def _get_fitted_parts(self):
        """Return ``{order: {product id: earlier order}}``: parts that earlier repairs fitted and still stand for (handbook 2.3).

        A part of these is renewed free of charge whatever its new fault, unless the fault is excluded from every warranty. One query,
        and none where no earlier repair stands.
        """
        standing = {order: (order.coverage_facts or {}).get("standing", ()) for order in self if not order.exclusion}
        fitted = {order: {} for order in self}
        if earlier_ids := set().union(*standing.values()):
            moves_sudo = self.env["stock.move"].sudo()  # the appliance's history counts, whoever records the part
            done = moves_sudo.search(
                [("repair_id", "in", list(earlier_ids)), ("repair_line_type", "=", "add"), ("state", "=", "done")], order="id")
            for order, ids in standing.items():
                for move in done.filtered(lambda move, ids=ids: move.repair_id.id in ids):
                    fitted[order][move.product_id.id] = move.repair_id.sudo(False)
        return fitted

    def _check_payer(self, line, payer):
        """Raise when ``payer`` of a charged line is neither the verdict's nor the customer: that is goodwill by another name.

        :param line: ``repair.service.line`` or ``stock.move`` of the order
        """
        if payer and payer not in ("customer", line._get_due_payer()):
            self._check_goodwill(True)

    def _get_coverage_reason(self):
        if self.coverage == "goodwill":
            return self.env._("Goodwill of the company: %(note)s", note=self.goodwill_note)
        return self.env["repair.warranty.term"]._describe(*(self._get_verdict(component) for component in COMPONENTS))

    def _freeze_coverage(self):
        """Fix the verdict as it stands: the customer agrees to an offer that rests on it."""
        open_orders = self.filtered(lambda order: order.appliance_id and not order.coverage_frozen_on)
        for name in self._get_coverage_fields():
            open_orders.mapped(name)  # what waits to be worked out is worked out before it is fixed
        open_orders._flow_write({"coverage_frozen_on": fields.Datetime.now()})

    def _get_repair_warranty_end(self, accepted_day):
        """Return the last free day of the warranty on this repair when it is accepted on a day (handbook 2.3: 90 days).

        :returns: a date, or ``False`` when no term promises a warranty on repairs
        """
        self.ensure_one()
        terms = self.env["repair.warranty.term"]._get_fitting(self.appliance_id)[self.appliance_id]
        return warranty.get_repair_warranty_end(accepted_day, terms._to_engine()) or False

    @api.model
    def _get_company_timezone(self, company):
        return pytz.timezone(company.sudo().repair_tz)  # a fact about the place, for everybody who counts days there

    def _local_date(self, moment, company=None):
        """Return the day of a moment (naive UTC, as stored) where the company is: terms and promises count its days."""
        company = company or self.company_id[:1] or self.env.company
        return pytz.utc.localize(moment).astimezone(self._get_company_timezone(company)).date()
