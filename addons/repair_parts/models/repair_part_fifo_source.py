from collections import Counter

from odoo import api, fields, models

from ..engine import fifo

USES = [
    ("repair", "Repair"),
    ("sale", "Sale"),
    ("scrap", "Scrap"),
    ("supplier_return", "Return to the supplier"),
    ("inventory", "Missing at the count"),
    ("other", "Other"),
]


class RepairPartFifoSource(models.Model):
    """One receipt that paid for goods that left stock: used on a repair, delivered, scrapped, sent back or found missing.

    ``value`` is what the goods left with, and adds up to the value of the move to the cent. It stays when the price of the receipt changes
    afterwards, by a late bill or by hand; ``value_today`` is what the receipt costs now, ``difference`` what the closing entry still books.
    """

    _name = "repair.part.fifo.source"
    _description = "Receipt behind a used part"
    _order = "move_id, id"

    move_id = fields.Many2one("stock.move", "Consumption", required=True, ondelete="cascade", index=True)
    repair_id = fields.Many2one(related="move_id.repair_id", store=True, index="btree_not_null", precompute=True)
    product_id = fields.Many2one(related="move_id.product_id", store=True, index=True, precompute=True)
    company_id = fields.Many2one(related="move_id.company_id", store=True, precompute=True)
    use = fields.Selection(USES, "Used for", compute="_compute_use", store=True, precompute=True)
    used_on = fields.Datetime("Used on", related="move_id.date")
    used_reference = fields.Char("Document", related="move_id.reference")
    sale_order_id = fields.Many2one(related="move_id.sale_line_id.order_id", string="Sales order")
    currency_id = fields.Many2one(related="company_id.currency_id")
    receipt_move_id = fields.Many2one(
        "stock.move", "Receipt move", ondelete="restrict", index="btree_not_null",
        help="Empty when the part left stock before any receipt; the cost is then the last known one.")
    receipt_reference = fields.Char("Receipt", related="receipt_move_id.reference")
    receipt_date = fields.Datetime("Received on", related="receipt_move_id.date")
    purchase_order_id = fields.Many2one(related="receipt_move_id.purchase_line_id.order_id", string="Purchase order")
    quantity = fields.Float(digits="Product Unit", required=True)
    unit_cost = fields.Float(compute="_compute_unit_cost", store=True, precompute=True, digits="Product Price")
    value = fields.Monetary("Cost", required=True)
    value_today = fields.Monetary(
        "Cost by the receipt today", compute="_compute_value_today", compute_sudo=True,
        help="What the receipt costs now, for example by a bill that came after the part was used.")
    difference = fields.Monetary(
        compute="_compute_value_today", compute_sudo=True,
        help="By how much the receipt's price has changed since the part was used. The closing entry of the period books it.")
    _uncovered_idx = models.Index("(product_id, company_id) WHERE receipt_move_id IS NULL")

    @api.depends("quantity", "value")
    def _compute_unit_cost(self):
        for source in self:
            source.unit_cost = source.value / source.quantity if source.quantity else 0.0

    @api.depends("move_id.repair_id", "move_id.scrap_id", "move_id.sale_line_id", "move_id.location_dest_id")
    def _compute_use(self):
        uses = {"customer": "sale", "supplier": "supplier_return", "inventory": "inventory"}
        for source in self:
            move = source.move_id
            if move.repair_id:
                source.use = "repair"
            elif move.scrap_id:
                source.use = "scrap"
            else:
                source.use = uses.get(move.location_dest_id.usage, "other")

    @api.depends("quantity", "value", "receipt_move_id.value", "receipt_move_id.quantity")
    def _compute_value_today(self):
        received = {receipt: receipt._get_valued_qty() for receipt in self.receipt_move_id}
        for source in self:
            receipt, quantity = source.receipt_move_id, received.get(source.receipt_move_id)
            today = source.currency_id.round(receipt.value * source.quantity / quantity) if quantity else source.value
            cent = source.currency_id.rounding
            # The newest receipt of a consumption bears the cent that is left when the shares are rounded: no change of price.
            source.value_today = source.value if abs(today - source.value) < 1.5 * cent else today
            source.difference = source.value_today - source.value

    def _describe(self):
        """Return one line of text: receipt, purchase order, quantity and unit cost."""
        self.ensure_one()
        papers = [name for name in (self.receipt_reference, self.purchase_order_id.name) if name]
        return self.env._(
            "%(papers)s: %(quantity)s × %(unit_cost)s = %(value)s",
            papers=" / ".join(papers) or self.env._("No receipt"), quantity=f"{self.quantity:g}",
            unit_cost=self.currency_id.format(self.unit_cost), value=self.currency_id.format(self.value))

    @api.model
    def _count_by(self, path, records):
        """Return {id: number of sources} of the ``records`` at the end of ``path``, in as many queries as the path has steps."""
        sources = self.search_fetch([(path, "in", records.ids)], ["move_id"])
        return Counter(source.mapped(path).id for source in sources)

    @api.model
    def _get_action(self, domain):
        """Return the action that opens the sources of ``domain``."""
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_parts.repair_part_fifo_source_action")
        return {**action, "name": self.env._("Paid for by receipts"), "domain": domain, "path": False}

    # -------------------------------------------------------------------------
    # Paying afterwards
    # -------------------------------------------------------------------------

    def _split_payable(self, payable):
        """Return how many units of each source are paid for when ``payable`` units are, the first source first."""
        quantities = []
        for source in self:
            quantity = min(max(payable, 0.0), source.quantity)
            quantities.append(quantity)
            payable -= quantity
        return quantities

    def _pay_from(self, payments):
        """Name the receipts of ``payments``, a list of Layers for each source, and leave open what they do not cover."""
        values_list = []
        for source, layers in zip(self, payments, strict=True):
            shares = [layer for layer in layers if layer.ref]
            rest = source.quantity - sum(layer.quantity for layer in shares)
            if rest > fifo.EPSILON:
                shares.append(fifo.Layer(None, rest, 0.0))
            if not shares[0].ref:
                continue
            shares = [layer._replace(value=source.value * layer.quantity / source.quantity) for layer in shares]
            first, *others = fifo.round_to_total(shares, source.value, source.currency_id.round)
            values_list += [
                {"move_id": source.move_id.id, "receipt_move_id": layer.ref, "quantity": layer.quantity, "value": layer.value}
                for layer in others
            ]
            source.write({"receipt_move_id": first.ref, "quantity": first.quantity, "value": first.value})
        self.create(values_list)
