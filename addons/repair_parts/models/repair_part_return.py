from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL
from odoo.tools.misc import format_date

from odoo.addons.repair_service.models.repair_flow import FLOW

from ..engine import part_term
from .repair_part_term import SALE_KINDS

STATES = [
    ("draft", "Registered"), ("received", "To inspect"), ("inspected", "To decide"), ("repairing", "Being repaired"),
    ("done", "Settled"), ("refused", "Given back"), ("cancelled", "Cancelled")]
DECISIONS = [("refund", "Refund"), ("exchange", "Exchange"), ("repair", "Repair the part"), ("refuse", "Refuse and give back")]
DISPOSALS = [("stock", "Back to stock"), ("scrap", "Scrap"), ("supplier", "Back to the supplier")]
OPINIONS = [("1", "Very poor"), ("2", "Poor"), ("3", "Fair"), ("4", "Good"), ("5", "Very good")]
CLAIM_FIELDS = {"origin_move_id", "quantity", "lot_id", "reason_id"}
DECISION_FIELDS = {"decision", "disposal", "exchange_product_id", "decision_note"}
GONE_STATES = ("refused", "cancelled")


class RepairPartReturn(models.Model):
    """A sold part that its customer brings back: registered, received, inspected by another, and settled (handbook 8.3.4).

    What waits for a decision is still the customer's: it lies in a place of its own that is no stock of the company.
    """

    _name = "repair.part.return"
    _description = "Return of sold parts"
    _inherit = ["mail.thread", "mail.activity.mixin", "repair.input"]
    _order = "id desc"
    _check_company_auto = True
    _flow_fields = frozenset({
        "name", "state", "received_on", "received_by_id", "inspection_id", "decided_by_id", "decided_on", "refund_id", "stock_move_id",
        "exchange_picking_id", "exchange_order_id", "repair_order_id", "supplier_picking_id", "returned_on", "company_id"})

    name = fields.Char(readonly=True, copy=False, default="/")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(STATES, required=True, readonly=True, copy=False, default="draft", index=True, tracking=True)
    # What was sold
    origin_move_id = fields.Many2one(
        "stock.move", "Sold part", required=True, index=True, ondelete="restrict", copy=False, check_company=True,
        domain="[('is_part_sold', '=', True)]")
    product_id = fields.Many2one(related="origin_move_id.product_id", store=True, index=True, precompute=True, string="Part")
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    partner_id = fields.Many2one("res.partner", "Customer", compute="_compute_origin", store=True, index=True, precompute=True)
    sale_line_id = fields.Many2one("sale.order.line", "Sold on line", compute="_compute_origin", store=True, index=True, precompute=True)
    sale_order_id = fields.Many2one(related="sale_line_id.order_id", string="Sale order")
    sale_kind = fields.Selection(SALE_KINDS, "Kind of sale", compute="_compute_origin", store=True, precompute=True)
    sold_on = fields.Date("Handed over on", compute="_compute_origin", store=True, precompute=True)
    origin_return_id = fields.Many2one(
        "repair.part.return", "Came by exchange", compute="_compute_origin", store=True, index="btree_not_null", precompute=True,
        help="The return in whose exchange the customer got this part.")
    price_unit = fields.Float("Price paid", compute="_compute_price_unit", digits="Product Price", help="Untaxed, after discount.")
    returnable_quantity = fields.Float("Can be returned", compute="_compute_returnable_quantity", digits="Product Unit")
    # What the customer says
    lot_id = fields.Many2one(
        "stock.lot", "Lot or serial number", compute="_compute_lot_id", store=True, readonly=False, precompute=True,
        domain="[('id', 'in', sold_lot_ids)]", index="btree_not_null", ondelete="restrict")
    sold_lot_ids = fields.Many2many("stock.lot", compute="_compute_sold_lot_ids")
    quantity = fields.Float(required=True, default=1.0, digits="Product Unit", copy=False)
    reason_id = fields.Many2one("repair.part.return.reason", required=True, ondelete="restrict")
    is_lost = fields.Boolean(related="reason_id.is_lost")
    note = fields.Text("What the customer says")
    opinion = fields.Selection(OPINIONS, "Opinion of the part", help="Asked for at the return; it counts in the supplier's score.")
    # Verdict
    returned_on = fields.Date(required=True, readonly=True, copy=False, default=fields.Date.context_today)
    allowed_decisions = fields.Char(compute="_compute_verdict", store=True, precompute=True)
    is_in_term = fields.Boolean("In term", compute="_compute_verdict", store=True, precompute=True)
    verdict = fields.Text(compute="_compute_verdict", store=True, precompute=True)
    # Flow
    received_on = fields.Datetime(readonly=True, copy=False)
    received_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    inspection_id = fields.Many2one("repair.inspection", readonly=True, copy=False, index="btree_not_null", ondelete="restrict")
    inspection_result = fields.Selection(related="inspection_id.result")
    decision = fields.Selection(DECISIONS, copy=False, tracking=True)
    disposal = fields.Selection(DISPOSALS, "The returned part goes", copy=False)
    exchange_product_id = fields.Many2one(
        "product.product", "Exchanged for", copy=False, ondelete="restrict", domain="[('is_spare_part', '=', True)]",
        help="Empty: the same part. Another part is sold at its own price, the returned one credited at the price paid.")
    price_difference = fields.Float("Price difference", compute="_compute_price_difference", digits="Product Price")
    decision_note = fields.Text("Why so decided", copy=False)
    decided_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    decided_on = fields.Datetime(readonly=True, copy=False)
    stock_move_id = fields.Many2one("stock.move", "Taken into stock by", readonly=True, copy=False, index="btree_not_null")
    refund_id = fields.Many2one("account.move", "Credit note", readonly=True, copy=False, index="btree_not_null")
    exchange_picking_id = fields.Many2one("stock.picking", "Exchange delivered by", readonly=True, copy=False, index="btree_not_null")
    exchange_order_id = fields.Many2one("sale.order", "Exchange sold on", readonly=True, copy=False, index="btree_not_null")
    again_ids = fields.One2many("repair.part.return", "origin_return_id", "Came back again")
    repair_order_id = fields.Many2one("repair.order", "Repair of the part", readonly=True, copy=False, index="btree_not_null")
    supplier_picking_id = fields.Many2one("stock.picking", "Return to supplier", readonly=True, copy=False, index="btree_not_null")

    _quantity_positive = models.Constraint("CHECK (quantity > 0 AND quantity <= 1000000)", "Return more than nothing, at most a million.")

    @api.depends("origin_move_id")
    def _compute_origin(self):
        for record in self:
            move_sudo = record.origin_move_id.sudo()  # whoever takes a part back need not read the order it was sold on
            if not move_sudo:
                record.sale_line_id = record.origin_return_id = record.partner_id = record.sale_kind = record.sold_on = False
                continue
            record.sale_line_id = move_sudo._get_sold_line()
            record.origin_return_id = move_sudo.part_return_id
            record.partner_id = move_sudo._get_sold_partner()
            record.sale_kind = move_sudo._get_part_sale_kind()
            record.sold_on = move_sudo.date and record._to_day(move_sudo.date)

    @api.depends("origin_move_id")
    def _compute_sold_lot_ids(self):
        for record in self:
            record.sold_lot_ids = record.origin_move_id.sudo().move_line_ids.lot_id  # as above

    @api.depends("origin_move_id")
    def _compute_lot_id(self):
        for record in self:
            lots = record.origin_move_id.sudo().move_line_ids.lot_id  # as above
            if record.lot_id not in lots:
                record.lot_id = lots if len(lots) == 1 else False

    @api.depends("sale_line_id")
    def _compute_price_unit(self):
        for record in self:
            record.price_unit = record.sale_line_id.sudo()._get_price_paid()  # as above

    @api.depends("exchange_product_id", "quantity", "sale_line_id")
    def _compute_price_difference(self):
        for record in self:
            price = record.exchange_product_id.lst_price if record.exchange_product_id else record.price_unit
            record.price_difference = (price - record.price_unit) * record.quantity

    @api.depends("origin_move_id", "lot_id", "state")
    def _compute_returnable_quantity(self):
        for record in self:
            record.returnable_quantity = record._get_returnable() if record.origin_move_id else 0.0

    @api.depends("origin_move_id", "reason_id", "returned_on")
    def _compute_verdict(self):
        """Judge by the terms of the day; kept, so that a later change of them leaves what the customer was told."""
        terms = self.env["repair.part.term"].sudo()  # rules for all
        for record in self:
            if not (record.origin_move_id and record.sold_on):
                record.allowed_decisions, record.is_in_term, record.verdict = "", False, False
                continue
            rights = terms._get_rights(record.product_id.sudo(), record.sale_kind, record.sold_on, record.company_id)
            days = {right: (last_day, term.id) for right, (last_day, term) in rights.items()}
            open_rights = part_term.get_open_rights(days, record.returned_on, record.reason_id._is_faulty())
            allowed = part_term.get_allowed(open_rights) | ({"refund", "exchange"} if record.is_lost else set())
            record.allowed_decisions = ",".join(sorted(allowed))
            record.is_in_term = bool(allowed)
            record.verdict = record._describe_verdict(rights, open_rights)

    def _describe_verdict(self, rights, open_rights):
        labels = dict(self.env["repair.part.term"]._fields["right"]._description_selection(self.env))
        parts = [self.env._("Handed over on %(date)s.", date=format_date(self.env, self.sold_on))]
        for right in labels:
            if right in rights:
                last_day, term = rights[right]
                day = format_date(self.env, last_day)
                text = self.env._("%(right)s until %(date)s (%(term)s)", right=labels[right], date=day, term=term.name)
                if right not in open_rights:
                    text = self.env._("%(text)s: over", text=text) if last_day < self.returned_on else self.env._(
                        "%(text)s: the part is not called faulty", text=text)
                parts.append(text)
        if self.is_lost:
            parts.append(self.env._("Lost on the way: the customer has his money back, or another part."))
        elif not open_rights:
            parts.append(self.env._("Out of term: only a service manager may settle it, by goodwill."))
        return "\n".join(parts)

    def _to_day(self, moment):
        return fields.Datetime.context_timestamp(self.with_context(tz=self.company_id.sudo().repair_tz), moment).date()

    # -------------------------------------------------------------------------
    # What may be returned
    # -------------------------------------------------------------------------

    def _get_returnable(self):
        """Return the units that were handed over by the move, in the lot if there is one, and are not returned otherwise."""
        self.ensure_one()
        move_sudo = self.origin_move_id.sudo()  # as above
        lines = move_sudo.move_line_ids.filtered(lambda line: not self.lot_id or line.lot_id == self.lot_id)
        others = self.sudo().search([
            ("origin_move_id", "=", move_sudo.id), ("state", "not in", GONE_STATES), ("id", "!=", self._origin.id or 0)])
        back = move_sudo.returned_move_ids.filtered(lambda move: move.state != "cancel" and not move.part_return_id)
        whole = sum(move_sudo.move_line_ids.mapped("quantity_product_uom")) - sum(others.mapped("quantity")) - sum(
            move.product_qty for move in back)
        in_lot = sum(lines.mapped("quantity_product_uom")) - sum(
            others.filtered(lambda other: not self.lot_id or other.lot_id == self.lot_id).mapped("quantity")) - sum(
            line.quantity_product_uom for line in back.move_line_ids if not self.lot_id or line.lot_id == self.lot_id)
        return max(min(whole, in_lot), 0.0)

    def _wait_for_origin(self):
        """Make whoever returns the same sold part at the same time fail to serialize: Odoo repeats his request on what is left then."""
        ids = tuple(self.origin_move_id.ids)
        if ids:
            self.env.cr.execute(SQL(
                """UPDATE stock_move SET write_date = write_date
                    WHERE id IN (SELECT id FROM stock_move WHERE id IN %s ORDER BY id FOR NO KEY UPDATE)""", ids))

    @api.constrains("origin_move_id", "quantity", "lot_id")
    def _check_claim(self):
        for record in self.filtered(lambda record: record.state not in GONE_STATES):
            move_sudo = record.origin_move_id.sudo()  # as above
            if not move_sudo._is_part_handed_over():
                raise ValidationError(self.env._("Choose a spare part that was handed over to a customer."))
            if record.product_id.tracking != "none" and not record.lot_id:
                raise ValidationError(self.env._(
                    "%(part)s: choose the lot or serial number that came back.", part=record.product_id.display_name))
            if record.lot_id and record.lot_id not in move_sudo.move_line_ids.lot_id:
                raise ValidationError(self.env._("%(lot)s was not handed over by this sale.", lot=record.lot_id.name))
            returnable = record._get_returnable()
            if record.uom_id.compare(record.quantity, returnable) > 0:
                raise ValidationError(self.env._(
                    "%(part)s: %(asked)s asked, but only %(left)s of this sale can still be returned.", part=record.product_id.display_name,
                    asked=f"{record.quantity:g}", left=f"{returnable:g}"))

    @api.constrains("disposal", "decision", "exchange_product_id")
    def _check_decision(self):
        for record in self:
            if record.exchange_product_id and not record.exchange_product_id.is_spare_part:
                raise ValidationError(self.env._("Exchange for a spare part."))

    # -------------------------------------------------------------------------
    # Writing
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Register returns; each is numbered, and what others return of the same sale is waited for."""
        for vals in vals_list:
            if self.env.context.get("repair_flow") is not FLOW:
                for name in self._flow_fields | DECISION_FIELDS:
                    vals.pop(name, None)
            move = self.env["stock.move"].browse(vals.get("origin_move_id") or []).exists()
            vals["company_id"] = (move.sudo().company_id or self.env.company).id  # the company that sold takes back
            self.new({"origin_move_id": move.id})._wait_for_origin()
        records = super().create(vals_list)
        for record in records:
            record.with_context(repair_flow=FLOW).name = self.env["ir.sequence"].sudo().with_company(  # everybody who takes back
                record.company_id).next_by_code("repair.part.return") or "/"
        return records

    def write(self, vals):
        """Write; what was sold stays once the part is here, and the flow's fields are the flow's."""
        if self.env.context.get("repair_flow") is not FLOW:
            if self._flow_fields & vals.keys():
                raise UserError(self.env._("Returns go on by their buttons only."))
            if CLAIM_FIELDS & vals.keys() and any(record.state != "draft" for record in self):
                raise UserError(self.env._("The part has been received: cancel the return and register another one."))
            if DECISION_FIELDS & vals.keys() and any(record.state != "inspected" for record in self):
                raise UserError(self.env._("The decision follows the inspection."))
            if {"origin_move_id", "quantity", "lot_id"} & vals.keys():
                self._wait_for_origin()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        if any(record.state not in ("draft", "cancelled") for record in self):
            raise UserError(self.env._("A return that was received is kept."))

    def _flow_write(self, vals):
        return self.with_context(repair_flow=FLOW).write(vals)
