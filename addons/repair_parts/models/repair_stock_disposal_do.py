from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.repair_service.models.repair_flow import FLOW


class RepairStockDisposal(models.Model):
    """How stock that does not move is disposed of: by Odoo's own return, scrap and price list."""

    _inherit = "repair.stock.disposal"

    def _get_free_quants(self):
        """Return the quants of the part that nobody has reserved, oldest first; rejected parts and those in vans are others' business."""
        self.ensure_one()
        vans_sudo = self.env["hr.employee"].sudo().search([("van_location_id", "!=", False)]).van_location_id  # no secret
        quants_sudo = self.env["stock.quant"].sudo().search([  # whoever decides need not see every owner and package
            ("product_id", "=", self.product_id.id), ("company_id", "=", self.company_id.id), ("location_id.usage", "=", "internal"),
            ("location_id.inspection_zone", "=", False), ("quantity", ">", 0), ("owner_id", "=", False),
            "!", ("location_id", "child_of", vans_sudo.ids)], order="in_date, id")
        return quants_sudo.filtered(lambda quant: self.product_id.uom_id.compare(quant.quantity - quant.reserved_quantity, 0) > 0)

    def _check_free(self):
        free = sum(quant.quantity - quant.reserved_quantity for quant in self._get_free_quants())
        if self.product_id.uom_id.compare(self.quantity, free) > 0:
            raise UserError(
                self.env._("%(part)s: there is not as much free.", part=self.product_id.display_name)
                if self.product_id._filter_counted_blind() else self.env._(
                    "%(part)s: only %(free)s lie free. Correct the quantity.", part=self.product_id.display_name, free=f"{free:g}"))

    def _carry_out(self):
        getattr(self.sudo(), f"_carry_out_{self.kind}")()  # whoever decides need not move stock or keep price lists himself
        self._flow_write({"state": "done", "decided_by_id": self.env.uid, "decided_on": fields.Datetime.now()})

    def _carry_out_return(self):
        """Make the returns of the newest receipts that the supplier still takes back; the keeper ships them."""
        left, pickings = self.quantity, self.env["stock.picking"]
        for move, most in self._get_returnable():
            units = min(left, most)
            if self.product_id.uom_id.compare(units, 0) <= 0:
                break
            left -= units
            wizard = self.env["stock.return.picking"].create({"picking_id": move.picking_id.id})
            for line in wizard.product_return_moves:
                line.quantity = self.product_id.uom_id._compute_quantity(units, move.product_uom) if line.move_id == move else 0.0
            pickings |= wizard._create_return()
        if self.product_id.uom_id.compare(left, 0) > 0:
            raise UserError(self.env._(
                "Suppliers take back %(units)s of %(part)s at most: what came within %(days)s days and still lies free. "
                "Correct the quantity, or sell off the rest.", units=f"{self.quantity - left:g}", part=self.product_id.display_name,
                days=self.company_id.repair_return_days))
        self._flow_write({"picking_ids": [Command.set(pickings.ids)]})

    def _get_returnable(self):
        """Return [(receipt move, units of it that may go back)], newest first."""
        free = {}
        for quant in self._get_free_quants():
            free[quant.lot_id] = free.get(quant.lot_id, 0.0) + quant.quantity - quant.reserved_quantity
        found = []
        for move in self._get_returnable_moves():
            back = sum(move.returned_move_ids.filtered(lambda each: each.state != "cancel").mapped("product_qty"))
            lots = move.lot_ids or [move.lot_ids]
            units = min(move.product_uom._compute_quantity(move.quantity, self.product_id.uom_id) - back,
                        sum(free.get(lot, 0.0) for lot in lots))
            if self.product_id.uom_id.compare(units, 0) > 0:
                found.append((move, units))
                for lot in lots:  # two receipts of one lot do not both give it back
                    taken = min(units, free.get(lot, 0.0))
                    free[lot], units = free.get(lot, 0.0) - taken, units - taken
        return found

    def _get_most(self):
        """Return the units that may be disposed of in this way at present."""
        if self.kind == "return":
            return sum(units for _move, units in self.sudo()._get_returnable())  # receipts need not be the user's
        return sum(quant.quantity - quant.reserved_quantity for quant in self._get_free_quants())

    def _get_returnable_moves(self):
        return self.env["stock.move"].search([
            ("product_id", "=", self.product_id.id), ("company_id", "=", self.company_id.id), ("state", "=", "done"),
            ("location_id.usage", "=", "supplier"), ("picking_id", "!=", False), ("origin_returned_move_id", "=", False),
            ("date", ">=", fields.Datetime.now() - timedelta(days=self.company_id.repair_return_days))], order="date desc, id desc")

    def _carry_out_scrap(self):
        """Scrap the oldest pieces that lie free, lot by lot."""
        left, values_list = self.quantity, []
        for quant in self._get_free_quants():
            units = min(left, quant.quantity - quant.reserved_quantity)
            if self.product_id.uom_id.compare(units, 0) <= 0:
                break
            left -= units
            values_list.append({
                "product_id": self.product_id.id, "lot_id": quant.lot_id.id, "package_id": quant.package_id.id,
                "location_id": quant.location_id.id, "scrap_qty": units, "company_id": self.company_id.id, "origin": self.reason})
        scraps = self.env["stock.scrap"].create(values_list)
        for scrap in scraps:
            scrap.action_validate()
        self._flow_write({"scrap_ids": [Command.set(scraps.ids)]})

    def _carry_out_sell(self):
        """Put the sell-off price on the price list until its last day."""
        lists = self.env["product.pricelist"]
        pricelist = self.pricelist_id or lists.search(
            [("company_id", "in", (self.company_id.id, False)), ("currency_id", "=", self.currency_id.id)], limit=1)
        pricelist = pricelist or lists.create({
            "name": self.env._("Sell-off"), "company_id": self.company_id.id, "currency_id": self.currency_id.id})
        item = self.env["product.pricelist.item"].create({
            "pricelist_id": pricelist.id, "applied_on": "0_product_variant", "product_tmpl_id": self.product_id.product_tmpl_id.id,
            "product_id": self.product_id.id, "compute_price": "fixed", "fixed_price": self.sale_price,
            "date_start": fields.Datetime.now(), "date_end": self._get_end(self.sale_until)})
        self._flow_write({"price_item_id": item.id, "pricelist_id": pricelist.id})

    def _get_end(self, day):
        """Return the end of a day at the company's, None for no end."""
        return day and self.env["repair.figure"]._to_utc(self.company_id, fields.Date.add(day, days=1)) - timedelta(seconds=1)


class RepairPartClassificationLine(models.Model):
    _inherit = "repair.part.classification.line"

    disposal_count = fields.Integer("Disposals", compute="_compute_disposal_count", compute_sudo=True)

    def _compute_disposal_count(self):
        counts = {
            (product, company): number for product, company, number in self.env["repair.stock.disposal"]._read_group(
                [("product_id", "in", self.product_id.ids)], ["product_id", "company_id"], ["__count"])}
        for line in self:
            line.disposal_count = counts.get((line.product_id, line.company_id), 0)

    def action_dispose(self):
        """Begin what the run proposes for the part's slow or dead stock, or go on with what was begun.

        :raises AccessError: for users who may not dispose of stock
        :raises UserError: nothing is proposed
        """
        self.ensure_one()
        self.check_access("read")
        disposals = self.env["repair.stock.disposal"]
        disposal = disposals.search([
            ("product_id", "=", self.product_id.id), ("company_id", "=", self.company_id.id),
            ("state", "in", ("draft", "to_approve"))], limit=1)
        if not disposal:
            if not self.proposal:
                raise UserError(self.env._("Nothing is proposed for %(part)s.", part=self.product_id.display_name))
            disposal = disposals.with_context(repair_flow=FLOW).create({
                "line_id": self.id, "company_id": self.company_id.id, "product_id": self.product_id.id, "kind": self.proposal,
                "quantity": self.on_hand, "reason": self.proposal_reason, "sale_price": self.product_id.lst_price / 2})
            disposal.quantity = disposal._get_most() or self.on_hand
        return {"type": "ir.actions.act_window", "res_model": disposal._name, "res_id": disposal.id, "views": [(False, "form")]}

    def action_view_disposals(self):
        """Open what was done with the stock of the part."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_parts.repair_stock_disposal_action")
        return {**action, "domain": [("product_id", "=", self.product_id.id)], "context": {}, "path": False}
