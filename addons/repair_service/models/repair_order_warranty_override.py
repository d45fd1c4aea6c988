from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..engine import warranty

OVERRIDE_FIELDS = {"override_payer", "override_reason"}


class RepairOrder(models.Model):
    _inherit = "repair.order"

    override_payer = fields.Selection(
        [("customer", "Customer"), ("brand", "Brand"), ("supplier", "Supplier")], "Decided otherwise: paid by",
        tracking=True, copy=False,
        help="A service manager's decision against the rules' verdict. Goodwill of the company has its own field.")
    override_reason = fields.Char("Reason of the decision", tracking=True, copy=False)
    override_by_id = fields.Many2one("res.users", "Decided by", readonly=True, copy=False)
    override_on = fields.Datetime("Decided on", readonly=True, copy=False)

    _override_reasoned = models.Constraint(
        "CHECK (override_payer IS NULL OR COALESCE(btrim(override_reason), '') <> '')",
        "Note the reason of the decision, so that the customer and the payer can be told.")

    @api.depends("override_payer")
    def _compute_coverage(self):
        return super()._compute_coverage()

    @api.depends("override_payer", "override_reason", "override_by_id")
    def _compute_coverage_reason(self):
        return super()._compute_coverage_reason()

    @api.model_create_multi
    def create(self, vals_list):
        """Create orders; who decides against the rules, and when, is on record."""
        decided = [self._sign_override(vals) if any(vals.get(name) for name in OVERRIDE_FIELDS) else {} for vals in vals_list]
        orders = super().create(vals_list)
        for order, signature in zip(orders, decided, strict=True):
            if signature:
                order._flow_write(signature)
        return orders

    def write(self, vals):
        """Write orders; who decides against the rules, and when, is on record."""
        signature = self._sign_override(vals)
        result = super().write(vals)
        if signature:
            self._flow_write(signature)
        return result

    @api.model
    def _sign_override(self, vals):
        """Return who decided and when, for values that hold a decision; only service managers decide."""
        if not OVERRIDE_FIELDS & vals.keys():
            return {}
        if not self.env.su and not self.env.user.has_group("repair_service.repair_service_group_manager"):
            raise AccessError(self.env._("Only a service manager decides against the warranty rules: ask one of them."))
        decided = bool(vals.get("override_payer", True))
        return {
            "override_by_id": self.env.user.id if decided else False, "override_on": decided and fields.Datetime.now()}

    def _set_verdicts(self, facts, terms):
        """Store the manager's decision over the verdict; the verdict itself stays to be read."""
        super()._set_verdicts(facts, terms)
        if self.override_payer:
            self.coverage = "customer" if self.override_payer == "customer" else "warranty"

    def _get_payer(self, component=warranty.WHOLE):
        """Return who pays for work on a component: by a manager's decision, else by the verdict."""
        return self.override_payer or super()._get_payer(component)

    def _get_coverage_reason(self):
        reason = super()._get_coverage_reason()
        if not self.override_payer:
            return reason
        return self.env._(
            "Decided by %(who)s: %(reason)s (by the rules: %(verdict)s)",
            who=self.override_by_id.sudo().name, reason=self.override_reason, verdict=reason)  # a name, also for those who read no users
