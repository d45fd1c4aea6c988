from odoo import fields, models
from odoo.exceptions import UserError


class TakenParts(list):
    """What a correction takes out of places, to be looked at when it is whole. Only code of this process can hold one."""


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    lot_id = fields.Many2one(index="btree_not_null")

    def write(self, vals):
        """Change movements; one that is done may be corrected to anything that leaves no place with less than nothing.

        Core takes a movement back as a whole before it makes the corrected one: only what is left in the end is looked at.
        """
        if isinstance(self.env.context.get("taken_parts"), TakenParts) or not any(line.state == "done" for line in self):
            return super().write(vals)
        taken_parts = TakenParts()
        result = super(StockMoveLine, self.with_context(taken_parts=taken_parts)).write(vals)
        for line, taken, location, values in taken_parts:
            line.with_env(self.env)._check_not_negative(taken, location, values)
        return result

    def _action_done(self):
        self._fill_receipt_lot_name()
        return super()._action_done()

    def _fill_receipt_lot_name(self):
        """Name the lot of received spare parts after the receipt and the part, where nobody typed the supplier's lot.

        One lot a receipt is what lets the oldest receipt leave first: without it stock merges and loses its age.
        """
        for line in self:
            if line._needs_receipt_lot():
                line.lot_name = line._get_receipt_lot_name()

    def _get_receipt_lot_name(self):
        """Return the name that a receipt gives the lot of a part."""
        self.ensure_one()
        return f"{self.picking_id.name}/{self.product_id.default_code or self.product_id.id}"

    def _get_given_lot_name(self):
        """Return the lot or serial number that a person or a label gave; empty for the name that the receipt gives by itself."""
        self.ensure_one()
        name = self.lot_name or self.lot_id.name or ""
        return "" if name == self._get_receipt_lot_name() else name

    def _needs_receipt_lot(self):
        """Whether this is a received spare part, tracked by lots, that has no lot yet and may be given a new one."""
        self.ensure_one()
        return (
            self.product_id.is_spare_part
            and self.product_id.tracking == "lot"
            and self.picking_id.picking_type_id.code == "incoming"
            and self.picking_id.picking_type_id.use_create_lots
            and self.location_id.usage != "internal"
            and not self.lot_id
            and not self.lot_name
        )

    def _synchronize_quant(self, quantity, location, action="available", in_date=False, **quants_value):
        result = super()._synchronize_quant(quantity, location, action=action, in_date=in_date, **quants_value)
        if action == "available" and quantity < 0 and result[0] < 0:
            taken_parts = self.env.context.get("taken_parts")
            if isinstance(taken_parts, TakenParts):
                gone = {"lot": self.lot_id, "package": self.package_id, "owner": self.owner_id, **quants_value}
                taken_parts.append((self, -quantity, location, gone))
            else:
                self._check_not_negative(-quantity, location, quants_value)
        return result

    def _check_not_negative(self, taken, location, quants_value):
        """Raise when taking ``taken`` units has left less than nothing of a spare part in an internal location."""
        product = self.product_id
        if not product.is_spare_part or location.usage != "internal":
            return
        lot = quants_value.get("lot", self.lot_id)
        quants_sudo = self.env["stock.quant"].sudo()  # whoever moves the part need not see all of its owners and packages
        quants_sudo = quants_sudo.with_context(quants_cache=None)._gather(
            product, location, lot_id=lot, package_id=quants_value.get("package", self.package_id),
            owner_id=quants_value.get("owner", self.owner_id), strict=True)
        left = sum(quants_sudo.filtered(lambda quant: quant.lot_id == lot).mapped("quantity"))
        if product.uom_id.compare(left, 0) < 0:
            if product._filter_counted_blind():
                raise UserError(self.env._(
                    "%(part)s: there is not as much in %(location)s. How much there is you learn when you have counted it.",
                    part=product.display_name, location=location.display_name))
            raise UserError(self.env._(
                "%(part)s: %(taken)s %(unit)s asked, but only %(available)s in %(location)s. "
                "Stock of spare parts cannot become negative%(substitutes)s.",
                part=product.display_name, taken=f"{taken:g}", unit=product.uom_id.name, available=f"{left + taken:g}",
                location=location.display_name, substitutes=product._describe_substitutes(location)))
