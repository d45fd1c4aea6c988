from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command


class RepairPartReturn(models.Model):
    """What each decision on a returned part does, with Odoo's transfers, credit notes, sales and repairs (handbook 8.3.4).

    All methods run with the rights of the flow, see ``_return_env``.
    """

    _inherit = "repair.part.return"

    def _get_warehouse(self):
        warehouses = self.env["stock.warehouse"]
        return self.origin_move_id.location_id.warehouse_id or self.sale_order_id.warehouse_id or warehouses.search(
            [("company_id", "=", self.company_id.id)], limit=1)

    def _move_part(self, source, destination, direction, lot=None, done=True, partner=None, **values):
        """Move the returned units from ``source`` to ``destination`` by a transfer of their own; return the move.

        :param str direction: ``in`` or ``out``, whose operation type is used
        :param done: False leaves the transfer reserved, for whoever ships it
        """
        warehouse = self._get_warehouse()
        kind = warehouse.in_type_id if direction == "in" else warehouse.out_type_id
        lot = self.lot_id if lot is None else lot
        places = {"location_id": source.id, "location_dest_id": destination.id, "company_id": self.company_id.id}
        values.setdefault("product_id", self.product_id.id)
        picking = self.env["stock.picking"].create({
            **places, "picking_type_id": kind.id, "partner_id": (partner or self.partner_id).id, "origin": self.name, "move_ids": [
                Command.create({
                    **places, "product_uom": self.uom_id.id, "product_uom_qty": self.quantity, "part_return_id": self.id, **values})]})
        picking.action_confirm()
        move = picking.move_ids
        if not done:
            picking.action_assign()
        if done or lot:
            move.move_line_ids.unlink()
            self.env["stock.move.line"].create({
                **places, "move_id": move.id, "picking_id": picking.id, "product_id": move.product_id.id,
                "product_uom_id": self.uom_id.id, "quantity": self.quantity, "lot_id": lot.id, "picked": done})
        if done:
            move._action_done()
        return move

    def _take_in(self, refunded):
        """Take the returned part into the company's stock at the very cost it left with, and on to where it shall go."""
        zone = self.env["stock.move"]._get_part_return_zone()
        warehouse = self._get_warehouse().with_context(active_test=False)
        rejected = warehouse.wh_rejected_loc_id
        values = {"origin_returned_move_id": self.origin_move_id.id, "to_refund": refunded}
        if refunded and self.sale_line_id and not self.origin_move_id.repair_id:
            values["sale_line_id"] = self.sale_line_id.id
        source = self.origin_move_id.location_dest_id if self.is_lost else zone
        move = self._move_part(source, warehouse.lot_stock_id if self.disposal == "stock" else rejected, "in", **values)
        result = {"stock_move_id": move.id}
        if self.disposal == "scrap":
            scrap = self.env["stock.scrap"].create({
                "product_id": self.product_id.id, "lot_id": self.lot_id.id, "scrap_qty": self.quantity, "product_uom_id": self.uom_id.id,
                "location_id": rejected.id, "company_id": self.company_id.id, "origin": self.name})
            scrap.do_scrap()
        elif self.disposal == "supplier":
            result["supplier_picking_id"] = self._send_to_supplier(rejected).id
        return result

    def _send_to_supplier(self, source):
        """Lay out the return to whom the lot was bought from; its credit note is followed up once it is shipped."""
        receipt_line = self.env["stock.move.line"].search([
            ("lot_id", "=", self.lot_id.id), ("product_id", "=", self.product_id.id), ("state", "=", "done"),
            ("location_id.usage", "=", "supplier"), ("company_id", "=", self.company_id.id)], order="date desc, id desc", limit=1)
        receipt = receipt_line.move_id
        if not receipt:
            raise UserError(self.env._("%(lot)s came by no receipt of a supplier: scrap it.", lot=self.lot_id.name or self.name))
        gone = sum(
            back.product_qty for back in receipt.returned_move_ids if back.state != "cancel" and back.location_dest_id.usage == "supplier")
        if self.uom_id.compare(self.quantity, receipt.product_qty - gone) > 0:
            raise UserError(self.env._("%(lot)s: all of the receipt went back to the supplier already.", lot=self.lot_id.name))
        move = self._move_part(
            source, receipt.location_id, "out", done=False, partner=receipt.picking_id.partner_id,
            origin_returned_move_id=receipt.id, to_refund=True, purchase_line_id=receipt.purchase_line_id.id)
        return move.picking_id

    def _settle_refund(self):
        """Take the part in and credit it on the very invoice line, at the price paid; accounting posts the credit note."""
        values = self._take_in(refunded=True)
        note = self._create_credit_note()
        return values | {"refund_id": note.id}

    def _create_credit_note(self):
        """Return the draft credit note, line by line of the invoices of the sale, the first one first.

        :raises UserError: when less is invoiced than shall be credited
        """
        line = self.sale_line_id
        items = line.invoice_lines.filtered(lambda item: item.parent_state == "posted" and item.move_type == "out_invoice").sorted("id")
        credits = line.invoice_lines.filtered(lambda item: item.parent_state != "cancel" and item.move_type == "out_refund")
        credited = dict.fromkeys(items, 0.0)
        loose = 0.0
        for credit in credits:
            own = items.filtered(lambda item, credit=credit: item.move_id == credit.move_id.reversed_entry_id)[:1]
            if own:
                credited[own] += credit.quantity
            else:
                loose += credit.quantity
        wanted, commands, invoice = self.quantity, [], self.env["account.move"]
        for item in items:
            room = max(item.quantity - credited[item] - loose, 0.0)
            loose = max(loose - max(item.quantity - credited[item], 0.0), 0.0)
            units = min(self.uom_id._compute_quantity(wanted, item.product_uom_id, round=False), room)
            if item.product_uom_id.compare(units, 0) <= 0 or (invoice and item.move_id != invoice):
                continue
            invoice = item.move_id
            wanted -= item.product_uom_id._compute_quantity(units, self.uom_id, round=False)
            commands.append(Command.create({
                "product_id": item.product_id.id, "name": item.name, "quantity": units, "product_uom_id": item.product_uom_id.id,
                "price_unit": item.price_unit, "discount": item.discount, "tax_ids": [Command.set(item.tax_ids.ids)],
                "account_id": item.account_id.id, "sale_line_ids": [Command.link(line.id)]}))
        if self.uom_id.compare(wanted, 0) > 0:
            raise UserError(self.env._(
                "%(part)s: %(missing)s of it is not on a posted invoice of %(order)s. Invoice the sale first, then credit it.",
                part=self.product_id.display_name, missing=f"{wanted:g}", order=self.sale_order_id.name or self.name))
        return self.env["account.move"].create({
            "move_type": "out_refund", "partner_id": invoice.partner_id.id, "currency_id": invoice.currency_id.id,
            "journal_id": invoice.journal_id.id, "company_id": self.company_id.id, "reversed_entry_id": invoice.id,
            "invoice_origin": self.sale_order_id.name, "ref": self.env._("%(name)s, of %(invoice)s", name=self.name, invoice=invoice.name),
            "invoice_user_id": invoice.invoice_user_id.id, "invoice_line_ids": commands})

    def _settle_exchange(self):
        """Take the part in and hand another one over: the same at no charge, a different one sold and the old one credited."""
        other = self.exchange_product_id and self.exchange_product_id != self.product_id
        if other:
            return self._settle_refund() | {"exchange_order_id": self._sell_exchange().id}
        values = self._take_in(refunded=False)
        move = self._move_part(
            self._get_warehouse().lot_stock_id, self._get_customer_place(), "out", done=False, lot=self.env["stock.lot"],
            origin_returned_move_id=values["stock_move_id"], to_refund=False, sale_line_id=self.sale_line_id.id)
        return values | {"exchange_picking_id": move.picking_id.id}

    def _get_customer_place(self):
        return self.partner_id.property_stock_customer or self.env.ref("stock.stock_location_customers")

    def _sell_exchange(self):
        """Return the confirmed sale of the different part; what it costs more or less follows from it and the credit note."""
        order = self.env["sale.order"].create({
            "partner_id": self.partner_id.id, "company_id": self.company_id.id, "warehouse_id": self._get_warehouse().id,
            "origin": self.name, "part_sale_kind": "remote" if self.sale_kind == "remote" else "counter",
            "order_line": [Command.create({"product_id": self.exchange_product_id.id, "product_uom_qty": self.quantity})]})
        order.action_confirm()
        return order

    def _settle_repair(self):
        """Open a repair of the part itself; it stays in the place of returned parts meanwhile."""
        zone = self.env["stock.move"]._get_part_return_zone()
        order = self.env["repair.order"].create({
            "product_id": self.product_id.id, "product_qty": self.quantity, "lot_id": self.lot_id.id, "partner_id": self.partner_id.id,
            "company_id": self.company_id.id, "under_warranty": "repair" in (self.allowed_decisions or "").split(","),
            "internal_notes": f"{self.name}: {self.reason_id.name}"})
        order.write({"product_location_src_id": zone.id, "product_location_dest_id": zone.id})
        return {"repair_order_id": order.id}

    def _settle_refuse(self):
        self._give_back()
        return {}

    def _give_back(self):
        zone = self.env["stock.move"]._get_part_return_zone()
        return self._move_part(zone, self._get_customer_place(), "out")
