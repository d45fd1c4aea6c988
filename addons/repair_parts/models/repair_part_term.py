from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import part_term

RIGHTS = [
    ("withdraw", "Return without a reason"), ("refund", "Return of a faulty part"),
    ("exchange", "Exchange of a faulty part"), ("repair", "Warranty: repair or exchange")]
SALE_KINDS = [("counter", "Counter"), ("remote", "Remote"), ("repair", "Fitted at a repair")]


class RepairPartTerm(models.Model):
    """Until when a sold part is taken back, exchanged or repaired: law and the company's own promise, as data (handbook 8.3.4)."""

    _name = "repair.part.term"
    _description = "Term of sold parts"
    _inherit = ["repair.input"]
    _order = "right, sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    right = fields.Selection(RIGHTS, required=True)
    sale_kind = fields.Selection(SALE_KINDS, "Kind of sale", help="Empty: every kind.")
    category_id = fields.Many2one(
        "product.category", "Product category", ondelete="cascade", help="This one and those below. Empty: every spare part.")
    days = fields.Integer()
    months = fields.Integer()
    basis = fields.Selection([("law", "Law"), ("company", "Company")], required=True, default="company")
    source = fields.Char("Where it says so", translate=True, help="Where it is written.")
    effective_date = fields.Date(help="Holds for parts handed over from this day on. Empty: for all.")
    verified = fields.Boolean(help="Somebody has compared it with the source.")
    company_id = fields.Many2one("res.company", index=True, help="Empty: for every company.")

    @api.constrains("days", "months")
    def _check_length(self):
        for term in self:
            if not (0 <= term.days <= 3660 and 0 <= term.months <= 120 and term.days + term.months):
                raise ValidationError(self.env._("%(term)s: give 1 to 3660 days or 1 to 120 months.", term=term.name))

    @api.model
    def _get_rights(self, product, sale_kind, start, company):
        """Return {right: (last day, term)} of a part that the customer got on the day ``start``."""
        terms = self.search([("company_id", "in", (False, company.id))]).filtered(
            lambda term: (not term.sale_kind or term.sale_kind == sale_kind)
            and (not term.category_id or f"/{term.category_id.id}/" in f"/{product.categ_id.parent_path or ''}")
            and (not term.effective_date or term.effective_date <= start))
        rights = part_term.get_rights(
            start, [part_term.Term(term.id, term.right, term.days, term.months) for term in terms])
        return {right: (last_day, self.browse(key)) for right, (last_day, key) in rights.items()}


class RepairPartReturnReason(models.Model):
    """Why customers bring parts back; says whether the part is at fault, and so whether its supplier is."""

    _name = "repair.part.return.reason"
    _description = "Reason of a return of parts"
    _inherit = ["repair.input"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    fault = fields.Selection(
        [("none", "Nobody's"), ("part", "The part's"), ("delivery", "The delivery's")], "Whose fault", required=True, default="none",
        help="By a fault of part or delivery the rights about faulty parts hold. The part's counts as a poor opinion of it.")
    is_lost = fields.Boolean("Never came back", help="Lost on the way: nothing is received or inspected, what is lost is written off.")

    def _is_faulty(self):
        return self.fault in ("part", "delivery")
