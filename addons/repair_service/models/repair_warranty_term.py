from dateutil.relativedelta import relativedelta

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ..engine import warranty


class RepairWarrantyTerm(models.Model):
    _name = "repair.warranty.term"
    _description = "Warranty Term"
    _inherit = ["repair.input"]
    _order = "sequence, basis, category_id, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    category_id = fields.Many2one(
        "repair.appliance.category", string="Family", index=True, ondelete="cascade",
        help="The family and its sub-families. Empty: every family.",
    )
    brand_id = fields.Many2one("repair.brand", index="btree_not_null", ondelete="cascade", help="Empty: every brand.")
    component = fields.Selection(
        [("whole", "Whole appliance"), ("main", "Main parts"), ("repair", "Repair done")], required=True, default="whole",
    )
    basis = fields.Selection(
        [("law", "Law"), ("brand", "Brand"), ("contract", "Contract"), ("repair", "Own repair")],
        required=True, default="law",
        help="Where the promise comes from. The longest term counts, whatever its basis.",
    )
    months = fields.Integer()
    days = fields.Integer()
    start_from = fields.Selection(
        [("purchase", "Purchase"), ("installation", "Installation"), ("repair", "Acceptance of the repair")],
        required=True, default="purchase",
        help="The first day. When the purchase date is missing, the installation date stands in for it, and the other way round.",
    )
    payer = fields.Selection(
        [("brand", "Brand"), ("company", "Company")], required=True, default="company",
        help="Who pays for the repair. A brand pays while it authorises the company; otherwise the company pays.",
    )
    effective_date = fields.Date(help="The term counts for appliances that start on this day or later. Empty: for all.")
    source = fields.Char(translate=True, help="Where the term is written: the rule, the maker's card, the contract or the handbook.")
    verified = fields.Boolean(help="Somebody read the term in the source itself.")
    company_id = fields.Many2one("res.company", index=True, help="Empty: every company.")
    active = fields.Boolean(default=True)
    duration = fields.Char(compute="_compute_duration")

    _one_duration = models.Constraint(
        "CHECK ((COALESCE(months, 0) BETWEEN 1 AND 600 AND COALESCE(days, 0) = 0)"
        " OR (COALESCE(days, 0) BETWEEN 1 AND 18300 AND COALESCE(months, 0) = 0))",
        "A warranty term is either a number of months (1 to 600) or a number of days (1 to 18300).",
    )
    _repair_together = models.Constraint(
        "CHECK ((component = 'repair') = (basis = 'repair') AND (component = 'repair') = (start_from = 'repair'))",
        "The term for a repair done starts with the acceptance of that repair and rests on it; all others start with the "
        "purchase or the installation.",
    )

    @api.depends("months", "days")
    def _compute_duration(self):
        for term in self:
            term.duration = (
                self.env._("%(months)s months", months=term.months) if term.months
                else self.env._("%(days)s days", days=term.days)
            )

    @api.constrains("basis", "brand_id", "payer")
    def _check_payer(self):
        for term in self:
            if term.basis == "brand" and not term.brand_id:
                raise ValidationError(self.env._("Choose the brand of the brand's warranty term “%(term)s”.", term=term.name))
            if term.basis == "repair" and term.payer != "company":
                raise ValidationError(self.env._("The warranty on own repairs is paid by the company: correct “%(term)s”.", term=term.name))

    @api.model_create_multi
    def create(self, vals_list):
        """Create terms and let the appliances and open requests they fit follow."""
        terms = super().create(vals_list)
        terms._refresh_verdicts(terms._get_concerned())
        return terms

    def write(self, vals):
        """Write terms and let the appliances and open requests that they fitted, or fit now, follow."""
        fitted = self._get_concerned()
        result = super().write(vals)
        self._refresh_verdicts(fitted | self._get_concerned())
        return result

    def unlink(self):
        """Delete terms and let the appliances and open requests they fitted follow."""
        fitted = self._get_concerned()
        result = super().unlink()
        self._refresh_verdicts(fitted)
        return result

    def _get_concerned(self):
        """Return the appliances that these terms may concern, also archived ones and those that the user does not see."""
        domain = Domain.TRUE
        for name, operator in (("category_id", "child_of"), ("brand_id", "in"), ("company_id", "in")):
            if all(term[name] for term in self):
                domain &= Domain(name, operator, self[name].ids)
        return self.env["repair.appliance"].sudo().with_context(active_test=False).search(domain)  # kept for everybody

    @api.model
    def _refresh_verdicts(self, appliances):
        # After the change, since a flush on the way to it may have read the rules as they were.
        self.env.registry.clear_cache()
        appliances._refresh_warranty()

    @api.model
    def _get_fitting(self, appliances):
        """Return for each appliance the terms that its company, family and brand allow, in the order of the list.

        :returns: ``{appliance: terms}``; remembered by kind of appliance, however many there are
        """
        return {
            appliance: self.browse(self._get_fitting_ids(appliance.category_id, appliance.brand_id, appliance.company_id))
            for appliance in appliances
        }

    @api.model
    @tools.ormcache("category.id", "brand.id", "company.id")
    def _get_fitting_ids(self, category, brand, company):
        families = category._get_ancestor_ids() if category else []  # a new appliance has none yet
        terms_sudo = self.sudo().with_context(active_test=True).search([  # rules of the house, readable or not
            ("company_id", "in", [False, company.id]), ("brand_id", "in", [False, brand.id]),
            "|", ("category_id", "=", False), ("category_id", "in", families)])
        return terms_sudo._ids

    def _to_engine(self):
        """Return the terms as the engine's values, in the same order."""
        return list(self._get_engine_terms(self._ids))

    @api.model
    @tools.ormcache("term_ids")
    def _get_engine_terms(self, term_ids):
        return tuple(
            warranty.Term(
                component=term.component, basis=term.basis, months=term.months, days=term.days,
                start_from=term.start_from, payer=term.payer, effective_date=term.effective_date or None,
            )
            for term in self.sudo().browse(term_ids)  # as above
        )

    @api.model
    def _describe(self, whole, main):
        """Return the verdicts on whole appliance and main parts as one sentence in the reader's language (handbook 6.2)."""
        reason = getattr(self, f"_describe_{whole.reason}")(whole)
        if whole.coverage == "customer" and main.coverage == "warranty":
            return self.env._(
                "%(reason)s; main parts covered until %(end)s", reason=reason, end=format_date(self.env, main.end))
        return reason

    @api.model
    def _describe_no_proof(self, _verdict):
        return self.env._("No proof of purchase or installation: customer pays")

    @api.model
    def _describe_no_term(self, _verdict):
        return self.env._("No warranty term for this appliance: customer pays")

    @api.model
    def _describe_before_purchase(self, _verdict):
        return self.env._("Reported before the purchase, check the dates: customer pays")

    @api.model
    def _describe_warranty(self, verdict):
        values = {
            "basis": dict(self._fields["basis"]._description_selection(self.env))[verdict.basis],
            "end": format_date(self.env, verdict.end),
        }
        text = self.env._("Whole-appliance warranty (%(basis)s): covered until %(end)s", **values)
        days = verdict.values["repair_days"]
        return self.env._("%(reason)s, with %(days)s days of repair added", reason=text, days=days) if days else text

    @api.model
    def _describe_repair_warranty(self, verdict):
        values = {"origin": verdict.values["origin"], "end": format_date(self.env, verdict.end)}
        return {
            "symptom": self.env._("Repair warranty of %(origin)s: same symptom, covered until %(end)s", **values),
            "cause": self.env._("Repair warranty of %(origin)s: same cause, covered until %(end)s", **values),
            "symptom_and_cause": self.env._(
                "Repair warranty of %(origin)s: same symptom and cause, covered until %(end)s", **values),
        }[verdict.values["match"]]

    @api.model
    def _describe_expired(self, verdict):
        return self.env._(
            "Out of warranty since %(day)s: customer pays", day=format_date(self.env, verdict.end + relativedelta(days=1)))

    @api.model
    def _describe_excluded(self, verdict):
        return {
            "misuse": self.env._("Excluded, misuse: customer pays (handbook 6.2.3)"),
            "self_dismantled": self.env._("Excluded, taken apart by the user: customer pays (handbook 6.2.3)"),
            "third_party": self.env._("Excluded, repaired by a third party: customer pays (handbook 6.2.3)"),
        }[verdict.values["exclusion"]]
