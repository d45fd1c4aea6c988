from odoo import fields, models
from odoo.tools import format_list

from ..engine import billing
from ..engine.fifo import EPSILON


class StockMove(models.Model):
    """The bill decides what a receipt of spare parts cost (handbook 8.2.1), each receipt by the bills that paid for it.

    Core is wrong, and this is not, where

    * a line is billed in parts at different prices: core averages them, units used long ago included;
    * goods went back: core counts them as received once more, and lets the vendor's credit note put the rest back to the price ordered;
    * a credit note is a rebate on goods that stayed: core takes them for not billed;
    * a bill is taken back, or reversed for a new one: core leaves its price on the goods;
    * several kits are bought: core values their parts as those of one, and once billed each part at the price of the kit.
    """

    _inherit = "stock.move"

    def _get_value_from_account_move(self, quantity, at_date=None):
        kit = self.is_in and self.product_id.is_spare_part and self._get_kit_share()
        if not kit:
            return super()._get_value_from_account_move(quantity, at_date=at_date)
        data = {"value": 0, "quantity": 0, "description": False}
        received, kept = self._get_kept_by_receipt()
        bills, credits = self.purchase_line_id._get_posted_papers(at_date and fields.Date.to_date(at_date))
        if self not in kept or not bills:
            return data
        per_unit, share = kit
        sent_back = (sum(received.values()) - sum(kept.values())) / per_unit
        charged = billing.settle(bills, credits, sent_back)
        paid = billing.allocate(charged, [units / per_unit for units in kept.values()])
        units, value = dict(zip(kept, paid, strict=True))[self]
        if units <= EPSILON:
            if kept[self] > EPSILON:
                return data
            # All of it went back: it cost what was billed before the credit note.
            units, value = sum(bill.units for bill in bills), sum(bill.value for bill in bills)
        priced = min(quantity, quantity - kept[self] + units * per_unit) if kept[self] > EPSILON else quantity
        cost = value * share * priced / per_unit / units
        papers = self.env["account.move.line"].browse(paper.key for paper in [*bills, *credits]).move_id
        return {
            "value": cost, "quantity": priced,
            "description": self.env._(
                "%(value)s for %(quantity)s %(unit)s from %(bills)s", value=self.company_currency_id.format(cost),
                quantity=f"{priced:g}", unit=self.product_id.uom_id.name, bills=format_list(self.env, papers.mapped("display_name")))}

    def _get_value_from_quotation(self, quantity, at_date=None):
        """Value a receipt by its order; parts of a kit cost their share of so many kits, where core takes the share of one."""
        data = super()._get_value_from_quotation(quantity, at_date=at_date)
        line = self.purchase_line_id
        if line and self.product_id.is_spare_part and line.product_id != self.product_id and (kit := self._get_kit_share()):
            per_unit, share = kit
            price = line.with_context(conversion_date=self.date)._get_stock_move_price_unit()
            data.update(value=price * share * quantity / per_unit, quantity=quantity)
        return data

    def _get_kit_share(self):
        """Return (units of this part in one unit of what was ordered, share of its price); None when the order is about neither.

        A part that was ordered itself is (1, 1); one that came as part of a kit follows from its bill of materials.
        """
        self.ensure_one()
        line = self.purchase_line_id
        if line and line.product_id == self.product_id:
            return 1.0, 1.0
        if not line or "bom_line_id" not in self._fields or not self.bom_line_id:  # kits come with manufacturing, which need not be there
            return None
        kit = line.product_id
        bom_sudo = self.env["mrp.bom"].sudo()._bom_find(kit, company_id=self.company_id.id, bom_type="phantom")[kit]  # buyers read none
        if not bom_sudo:
            return None
        factor = kit.uom_id._compute_quantity(1.0, bom_sudo.product_uom_id, round=False) / bom_sudo.product_qty
        per_unit = sum(
            part.product_uom_id._compute_quantity(values["qty"], self.product_id.uom_id, round=False)
            for part, values in bom_sudo.explode(kit, factor)[1] if part == self.bom_line_id.sudo())
        return (per_unit, self.cost_share / 100) if per_unit > EPSILON else None

    def _get_kept_by_receipt(self):
        """Return ({receipt: units}, {receipt: units that did not go back}) of the part on the move's order line, oldest first."""
        moves = self.purchase_line_id.move_ids.filtered(lambda move: move.product_id == self.product_id and move.state == "done")
        received = {
            move: move._get_valued_qty() for move in moves.sorted(lambda move: (move.date, move.id)) if move.is_in}
        returned = [(move.origin_returned_move_id, move._get_valued_qty()) for move in moves if move.is_out]
        return received, billing.spread_returns(received, returned)


class PurchaseOrderLine(models.Model):
    _inherit = "purchase.order.line"

    def _get_posted_papers(self, until=None):
        """Return ([billing.Paper of bills], [of credit notes]), posted, oldest first, up to the day ``until``."""
        self.ensure_one()
        papers = {"in_invoice": [], "in_refund": []}
        for item in self.invoice_lines.sorted(lambda item: (item.date, item.id)):
            if item.move_id.state != "posted" or item.move_type not in papers or (until and item.date > until):
                continue
            units = item.product_uom_id._compute_quantity(item.quantity, self.product_id.uom_id, round=False)
            if units <= EPSILON:
                continue
            reversed_items = item.move_id.reversed_entry_id.invoice_line_ids.filtered(lambda other: other.purchase_line_id == self)
            papers[item.move_type].append(billing.Paper(
                key=item.id, units=units, price=item.price_subtotal / units, currency=item.currency_id.id, origin=reversed_items[:1].id,
                value=item.currency_id._convert(
                    item.price_subtotal, self.company_id.currency_id, self.company_id, item.date)))
        return papers["in_invoice"], papers["in_refund"]


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post(self, soft=True):
        posted = super()._post(soft=soft)
        if self.env.context.get("move_reverse_cancel"):  # core values the receipts only of bills that stay
            posted._value_billed_parts()
        return posted

    def button_draft(self):
        """Take bills back; the receipts of spare parts cost again what is known without them."""
        result = super().button_draft()
        self._value_billed_parts()
        return result

    def _value_billed_parts(self):
        papers_sudo = self.filtered(lambda paper: paper.is_purchase_document()).sudo()  # accountants move no goods
        receipts_sudo = papers_sudo.invoice_line_ids.purchase_line_id.move_ids
        receipts_sudo.filtered(lambda move: move.is_in and move.product_id.is_spare_part)._set_value()
