from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.repair_service.engine import sampling

from .product_template import CRITICALITIES


class RepairIncomingRule(models.Model):
    """How received parts are inspected: the first rule that fits a part and its supplier decides (handbook 8.1.3)."""

    _name = "repair.incoming.rule"
    _description = "Incoming inspection rule"
    _inherit = ["repair.input"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for every company.")
    product_tmpl_id = fields.Many2one(
        "product.template", "Part", domain="[('is_spare_part', '=', True)]", ondelete="cascade", help="Empty: any part.")
    category_id = fields.Many2one("product.category", "Product category", ondelete="cascade", help="This one and those below. Empty: any.")
    criticality = fields.Selection(CRITICALITIES, help="Empty: any.")
    supplier_id = fields.Many2one("res.partner", ondelete="cascade", help="Empty: any supplier.")
    method = fields.Selection(
        [("all", "Every unit"), ("plan", "By sampling plan")], required=True, default="plan",
        help="By plan, a supplier is sampled once enough of his lots in a row were accepted; until then every unit is inspected.")
    plan_id = fields.Many2one("repair.sampling.plan", "Sampling plan", ondelete="restrict")
    proven_lots = fields.Integer(
        "Accepted lots before sampling", default=3,
        help="So many lots of a supplier in a row, each inspected whole, are accepted before his lots are only sampled. 0: at once.")
    template_id = fields.Many2one(
        "repair.inspection.template", "Checklist", domain="[('kind', '=', 'incoming')]", ondelete="restrict",
        help="Empty: the incoming checklist of the part's family, or the one for all.")

    @api.constrains("method", "plan_id")
    def _check_plan(self):
        for rule in self:
            if rule.method == "plan" and not rule.plan_id:
                raise ValidationError(self.env._("Rule %(rule)s inspects by sampling plan: choose the plan.", rule=rule.name))

    @api.constrains("proven_lots")
    def _check_proven_lots(self):
        for rule in self:
            if not 0 <= rule.proven_lots <= 20:
                raise ValidationError(self.env._("Rule %(rule)s: ask for 0 to 20 accepted lots before sampling.", rule=rule.name))

    @api.constrains("template_id")
    def _check_template(self):
        for rule in self:
            if rule.template_id and rule.template_id.kind != "incoming":
                raise ValidationError(self.env._(
                    "Checklist %(checklist)s is not one for incoming parts.", checklist=rule.template_id.name))

    def _fits(self, product, supplier):
        """Whether the rule is about ``product`` from ``supplier``, a commercial partner; what it leaves empty fits all."""
        self.ensure_one()
        return (
            (not self.product_tmpl_id or self.product_tmpl_id == product.product_tmpl_id)
            and (not self.category_id or f"/{self.category_id.id}/" in f"/{product.categ_id.parent_path or ''}")
            and (not self.criticality or self.criticality == product.criticality)
            and (not self.supplier_id or self.supplier_id.commercial_partner_id == supplier)
        )

    def _find_for(self, product, supplier):
        """Return the first of the rules ``self`` that fits, or an empty recordset."""
        return next((rule for rule in self if rule._fits(product, supplier)), self.browse())

    def _get_sample(self, lot_size, severity):
        """Return (n, Ac, Re) for a lot.

        :param str severity: how the supplier's lots are inspected now: ``all``, ``normal``, ``tightened`` or ``stopped``
        """
        if not self.plan_id or self.method == "all" or severity in ("all", "stopped"):
            return sampling.inspect_all(lot_size)
        return self.plan_id._get_sample(lot_size, severity)
