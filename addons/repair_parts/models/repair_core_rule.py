from odoo import api, fields, models

CLAIM_NEEDS = [("depot", "Kept in the depot"), ("sent", "Sent to the brand"), ("accepted", "Accepted by the brand")]


class RepairCoreRule(models.Model):
    """What a brand wants back of the parts replaced at its expense: which, within how many days, to where, at what value."""

    _name = "repair.core.rule"
    _description = "Old Parts Wanted by a Brand"
    _inherit = ["repair.input"]
    _order = "brand_id, sequence, id"
    _rec_name = "brand_id"

    brand_id = fields.Many2one("repair.brand", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: for all companies.")
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    category_id = fields.Many2one("repair.appliance.category", "Family", ondelete="restrict", help="Empty: every family.")
    product_id = fields.Many2one(
        "product.product", "Part", ondelete="restrict", domain="[('is_spare_part', '=', True)]", help="Empty: every part.")
    is_main_only = fields.Boolean("Main parts only")
    days = fields.Integer("Back within (days)", default=30, required=True, help="Days from the replacement until the part is sent.")
    claim_needs = fields.Selection(
        CLAIM_NEEDS, "Claimed once", required=True, default="sent", help="Until then the line of the part is not sent with a claim.")
    partner_id = fields.Many2one("res.partner", "Send to", ondelete="restrict", help="Empty: the manufacturer of the brand.")
    core_value = fields.Monetary(help="What the brand credits for a unit, or charges when it does not come back.")
    source = fields.Char("Agreed in", help="Contract or notice of the brand.")

    _ranges = models.Constraint(
        "CHECK (days BETWEEN 1 AND 730 AND COALESCE(core_value, 0) BETWEEN 0 AND 100000000)",
        "Old parts go back within 1 to 730 days, and their value is not below zero.")

    @api.depends("company_id")
    def _compute_currency_id(self):
        for rule in self:
            rule.currency_id = (rule.company_id or self.env.company).currency_id

    @api.model
    def _find(self, brand, company, product, category):
        """Return the rule of ``brand`` for a part replaced on an appliance of ``category``: the part's own first, then the family's.

        A family counts for those below it. Empty when the brand wants nothing back.
        """
        rules = self.sudo().search([  # whoever replaces the part need not read what brands want
            ("brand_id", "=", brand.id), ("company_id", "in", (company.id, False)), ("product_id", "in", (product.id, False))])
        fitting = rules.filtered(lambda rule: (
            (not rule.is_main_only or product.is_main_part) and (not rule.category_id or category._is_below(rule.category_id))))
        return fitting.sorted(lambda rule: (not rule.product_id, not rule.category_id, not rule.company_id, rule.sequence, rule.id))[:1]


class RepairApplianceCategory(models.Model):
    _inherit = "repair.appliance.category"

    def _is_below(self, category):
        """Whether this family is ``category`` or lies below it."""
        self.ensure_one()
        family = self
        while family:
            if family == category:
                return True
            family = family.parent_id
        return False


class RepairBrand(models.Model):
    _inherit = "repair.brand"

    core_rule_ids = fields.One2many("repair.core.rule", "brand_id", "Old parts wanted", groups=(
        "repair_parts.repair_parts_group_keeper,repair_service.repair_service_group_manager,"
        "account.group_account_invoice,account.group_account_readonly"))
