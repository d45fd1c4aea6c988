from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.repair_service.models.repair_flow import FLOW

from .repair_part_return import OPINIONS


class RepairPartOpinion(models.Model):
    """What a customer says of a part, at its return or after its sale; it counts in the score of whoever supplied it (handbook 8.3.4)."""

    _name = "repair.part.opinion"
    _description = "Customer's opinion of a part"
    _inherit = ["repair.input"]
    _order = "said_on desc, id desc"
    _rec_name = "product_id"
    _check_company_auto = True
    _flow_fields = frozenset({"return_id"})

    product_id = fields.Many2one(
        "product.product", "Part", required=True, index=True, ondelete="restrict", domain="[('is_spare_part', '=', True)]")
    lot_id = fields.Many2one(
        "stock.lot", "Lot or serial number", ondelete="restrict", domain="[('product_id', '=', product_id)]", index="btree_not_null")
    partner_id = fields.Many2one("res.partner", "Customer", ondelete="restrict")
    sale_line_id = fields.Many2one("sale.order.line", "Sold on line", index="btree_not_null", ondelete="set null")
    return_id = fields.Many2one("repair.part.return", "Return of parts", readonly=True, index="btree_not_null", ondelete="restrict")
    supplier_id = fields.Many2one(
        "res.partner", compute="_compute_supplier_id", store=True, index="btree_not_null", precompute=True,
        help="Who delivered the lot; without a lot the part's last supplier.")
    opinion = fields.Selection(OPINIONS, required=True)
    score = fields.Integer(compute="_compute_score", store=True, precompute=True, aggregator="avg")
    comment = fields.Text()
    said_on = fields.Datetime(required=True, default=fields.Datetime.now, readonly=True, index=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)

    @api.depends("opinion")
    def _compute_score(self):
        for record in self:
            record.score = int(record.opinion or 0)

    @api.depends("product_id", "lot_id")
    def _compute_supplier_id(self):
        lines = self.env["stock.move.line"].sudo()  # who delivered a lot, for the score only
        for record in self:
            domain = [
                ("product_id", "=", record.product_id.id), ("state", "=", "done"), ("location_id.usage", "=", "supplier"),
                ("company_id", "=", (record.company_id or self.env.company).id)]
            if record.lot_id:
                domain.append(("lot_id", "=", record.lot_id.id))
            line = lines.search(domain, order="date desc, id desc", limit=1)
            partner = line.move_id.purchase_line_id.order_id.partner_id or line.picking_id.partner_id
            record.supplier_id = partner.commercial_partner_id

    @api.constrains("product_id", "lot_id")
    def _check_part(self):
        for record in self:
            if not record.product_id.is_spare_part:
                raise ValidationError(self.env._("%(product)s is no spare part.", product=record.product_id.display_name))
            if record.lot_id and record.lot_id.product_id != record.product_id:
                raise ValidationError(self.env._("%(lot)s is no lot of this part.", lot=record.lot_id.name))

    @api.model_create_multi
    def create(self, vals_list):
        """Note opinions; those of returns come from the return, and the day is today's."""
        if self.env.context.get("repair_flow") is not FLOW:
            for vals in vals_list:
                vals.pop("return_id", None)
                vals.pop("said_on", None)
        return super().create(vals_list)

    def write(self, vals):
        """Write; what was said at a return stays with it."""
        kept = {"return_id", "said_on"} & vals.keys() or any(record.return_id for record in self)
        if kept and self.env.context.get("repair_flow") is not FLOW:
            raise UserError(self.env._("What a customer said at a return stays as he said it."))
        return super().write(vals)

    @api.model
    def _get_supplier_scores(self, suppliers, start, stop):
        """Return {supplier: [1 to 5, ...]} of what was said between two moments in the current company, in one query."""
        scores = {}
        domain = [
            ("supplier_id", "in", suppliers.ids), ("company_id", "=", self.env.company.id),
            ("said_on", ">=", start), ("said_on", "<", stop)]
        for record in self.sudo().search_fetch(domain, ["supplier_id", "score"]):  # the score is reckoned for everybody
            scores.setdefault(record.supplier_id, []).append(record.score)
        return scores
