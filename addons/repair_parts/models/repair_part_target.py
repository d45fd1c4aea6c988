from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class RepairPartTarget(models.Model):
    """What the company means to sell of parts in a month, of a category or by a seller, and what came of it (handbook 8.3.1)."""

    _name = "repair.part.target"
    _description = "Target of part sales"
    _inherit = ["repair.input"]
    _order = "month desc, id"
    _rec_name = "month"

    month = fields.Date(required=True, index=True, default=lambda self: fields.Date.context_today(self).replace(day=1))
    category_id = fields.Many2one("product.category", "Product category", ondelete="restrict", help="Empty: every spare part.")
    user_id = fields.Many2one("res.users", "Seller", ondelete="restrict", help="Empty: everybody.")
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary("Target", required=True)
    sold = fields.Monetary(compute="_compute_sold", compute_sudo=True)
    percent = fields.Float("Reached (%)", compute="_compute_sold", compute_sudo=True, digits=(6, 1))

    _amount_positive = models.Constraint("CHECK (amount > 0)", "A target is more than zero.")
    _once = models.UniqueIndex(
        "(company_id, month, COALESCE(category_id, 0), COALESCE(user_id, 0))", "This month has a target for that already.")

    @api.depends("month", "category_id", "user_id", "company_id", "amount")
    def _compute_sold(self):
        """Sum the untaxed results of the month."""
        self.env.flush_all()
        report = self.env["repair.part.sale.report"]
        for target in self:
            if not target.month:
                target.sold = target.percent = 0.0
                continue
            first = target.month.replace(day=1)
            domain = Domain("company_id", "=", target.company_id.id) & Domain("date", ">=", first) & Domain(
                "date", "<", fields.Date.add(first, months=1))
            if target.category_id:
                domain &= Domain("categ_id", "child_of", target.category_id.id)
            if target.user_id:
                domain &= Domain("user_id", "=", target.user_id.id)
            [(total,)] = report._read_group(domain, [], ["amount:sum"])
            target.sold = total or 0.0
            target.percent = 100 * target.sold / target.amount if target.amount else 0.0

    @api.constrains("month")
    def _check_month(self):
        for target in self:
            if target.month.day != 1:
                raise ValidationError(self.env._("A target is set for a month: choose its first day."))
