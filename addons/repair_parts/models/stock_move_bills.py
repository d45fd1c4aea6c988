from odoo import models
from odoo.tools import format_list

from ..engine import billing
from ..engine.fifo import EPSILON


class StockMove(models.Model):
    """The bill decides what a receipt of spare parts cost (handbook 8.2.1), each receipt by the bills that paid for it.

    Core is wrong, and this is not, where a line is billed in parts at different prices (core averages them, units used long ago
    included), where goods went back (core counts them as received once more, and lets the vendor's credit note put the rest back to the
    price of the order), and where a credit note is a rebate on goods that stayed (core takes them for not billed).
    """

    _inherit = "stock.move"

    def _get_value_from_account_move(self, quantity, at_date=None):
        line = self.purchase_line_id
        # The bill of a kit is about another product than what came: core shares it out.
        if not self.is_in or not self.product_id.is_spare_part or line.product_id != self.product_id:
            return super()._get_value_from_account_move(quantity, at_date=at_date)
        data = {"value": 0, "quantity": 0, "description": False}
        received, kept = self._get_kept_by_receipt()
        bills, credits = line._get_posted_papers(at_date and at_date.date() if hasattr(at_date, "date") else at_date)
        if self not in kept or not bills:
            return data
        sent_back = sum(received.values()) - sum(kept.values())
        shares = billing.allocate(billing.settle(bills, credits, sent_back), kept.values())
        units, value = dict(zip(kept, shares, strict=True))[self]
        if units <= EPSILON:
            if kept[self] > EPSILON:
                return data
            # All of it went back: it cost what was billed before the credit note.
            units, value = sum(bill.units for bill in bills), sum(bill.value for bill in bills)
        priced = min(quantity, quantity - kept[self] + units) if kept[self] > EPSILON else quantity
        papers = self.env["account.move.line"].browse(paper.key for paper in [*bills, *credits]).move_id
        return {
            "value": value * priced / units, "quantity": priced,
            "description": self.env._(
                "%(value)s for %(quantity)s %(unit)s from %(bills)s",
                value=self.company_currency_id.format(value * priced / units), quantity=f"{priced:g}", unit=self.product_id.uom_id.name,
                bills=format_list(self.env, papers.mapped("display_name")))}

    def _get_kept_by_receipt(self):
        """Return ({receipt: units}, {receipt: units that did not go back}) of the move's order line, oldest first."""
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
        receipts = self.filtered(lambda move: move.is_purchase_document()).invoice_line_ids.purchase_line_id.move_ids
        receipts.filtered(lambda move: move.is_in and move.product_id.is_spare_part).sudo()._set_value()  # accountants move no goods
