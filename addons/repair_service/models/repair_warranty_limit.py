from odoo import api, fields, models, tools

from ..engine import limits


class RepairWarrantyLimit(models.Model):
    _name = "repair.warranty.limit"
    _description = "Limit of the Warranty Rules"
    _inherit = ["repair.input"]
    _order = "kind, value, id"

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(
        [("repair", "Days of repair"), ("parts", "Days of waiting for parts"), ("exchange", "Failed repairs")],
        required=True, default="repair",
        help="Days of repair count from the report, without those spent waiting for parts. Failed repairs are those after which "
             "the same fault is reported again under warranty.",
    )
    value = fields.Integer("Limit", required=True, help="Days, or number of failed repairs.")
    warn_days = fields.Integer("Warn before (days)", default=5, help="How many days before its end the alarm is raised.")
    consequence = fields.Text(translate=True, help="What the law or the company asks for then: stands in the alarm.")
    category_id = fields.Many2one(
        "repair.appliance.category", string="Family", index="btree_not_null", ondelete="cascade",
        help="The family and its sub-families. Empty: every family.")
    company_id = fields.Many2one("res.company", index=True, help="Empty: every company.")
    effective_date = fields.Date(help="The limit counts for faults reported on this day or later. Empty: for all.")
    source = fields.Char(translate=True, help="Where the limit is written.")
    verified = fields.Boolean(help="Somebody read the limit in the source itself.")
    active = fields.Boolean(default=True)

    _value_in_range = models.Constraint(
        "CHECK (value BETWEEN 1 AND 3650 AND warn_days BETWEEN 0 AND 3650)",
        "A limit lies between 1 and 3650, and its warning between 0 and 3650 days before.")

    @api.model_create_multi
    def create(self, vals_list):
        """Create limits and let the running orders follow."""
        rules = super().create(vals_list)
        self._refresh_orders()
        return rules

    def write(self, vals):
        """Write limits and let the running orders follow."""
        result = super().write(vals)
        self._refresh_orders()
        return result

    def unlink(self):
        """Delete limits and let the running orders follow."""
        result = super().unlink()
        self._refresh_orders()
        return result

    @api.model
    def _refresh_orders(self):
        # After the change, since a flush on the way to it may have read the rules as they were.
        self.env.registry.clear_cache()
        self.env["repair.order"].sudo()._refresh_limits()  # the rules of the house hold for every order, whoever changes them

    @api.model
    @tools.ormcache("category.id", "company.id")
    def _get_fitting_values(self, category, company):
        """Return ``((id, kind, value, effective date, warn days), ...)`` of the limits on a family in a company."""
        families = category._get_ancestor_ids() if category else []
        rules_sudo = self.sudo().with_context(active_test=True).search([  # rules of the house, readable or not
            ("company_id", "in", [False, company.id]), "|", ("category_id", "=", False), ("category_id", "in", families)])
        return tuple(
            (rule.id, rule.kind, rule.value, rule.effective_date or None, rule.warn_days) for rule in rules_sudo)

    @api.model
    def _get_fitting(self, category, company):
        """Return the limits on a family in a company, as ``(engine values, ids, warn days)`` in one order."""
        values = self._get_fitting_values(category, company)
        engine_limits = [limits.Limit(kind, value, effective) for _id, kind, value, effective, _warn in values]
        return engine_limits, [value[0] for value in values], [value[4] for value in values]
