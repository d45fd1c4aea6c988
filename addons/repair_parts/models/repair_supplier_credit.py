from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

ACTIVITY = "repair_parts.mail_activity_type_supplier_credit"
REMIND_DAYS = 14
STATES = [
    ("none", "Not billed"),
    ("due", "To come"),
    ("done", "Credited"),
]


class RepairSupplierCredit(models.Model):
    """A vendor's credit note for returned parts, followed up until it is posted (handbook 8.1.3).

    It is due for what the vendor has billed although it went back. What he has not billed needs no credit note: his bill must leave it out.
    """

    _name = "repair.supplier.credit"
    _description = "Credit note to come"
    _order = "returned_on, id"
    _rec_name = "return_id"
    _check_company_auto = True

    move_id = fields.Many2one("stock.move", "Return move", required=True, readonly=True, ondelete="cascade", index=True)
    return_id = fields.Many2one(related="move_id.picking_id", string="Return", store=True, index=True)
    company_id = fields.Many2one(related="move_id.company_id", store=True, index=True)
    supplier_id = fields.Many2one("res.partner", "Vendor", readonly=True, index="btree_not_null")
    product_id = fields.Many2one(related="move_id.product_id", store=True, index=True)
    purchase_line_id = fields.Many2one("purchase.order.line", readonly=True, index="btree_not_null", ondelete="set null")
    purchase_id = fields.Many2one(related="purchase_line_id.order_id", string="Purchase order")
    inspection_id = fields.Many2one("repair.inspection", readonly=True, index="btree_not_null", ondelete="set null")
    returned_on = fields.Datetime(readonly=True, required=True)
    quantity = fields.Float("Returned", digits="Product Unit", readonly=True)
    due_quantity = fields.Float("To be credited", digits="Product Unit", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True, required=True)
    price_unit = fields.Float("Billed price", digits="Product Price", readonly=True)
    amount = fields.Monetary("Value", readonly=True, help="Of what is still to be credited; once credited, of what was returned. Untaxed.")
    bill_ids = fields.Many2many("account.move", "repair_supplier_credit_bill_rel", string="Vendor bills", readonly=True)
    credit_note_ids = fields.Many2many("account.move", "repair_supplier_credit_note_rel", string="Credit notes", readonly=True)
    state = fields.Selection(STATES, readonly=True, required=True, default="none", index=True)
    closed_on = fields.Datetime(readonly=True)
    days_open = fields.Integer(compute="_compute_days_open")

    _unique_move = models.Constraint("unique(move_id)", "A return is followed up once.")

    @api.depends("returned_on", "closed_on")
    def _compute_days_open(self):
        now = fields.Datetime.now()
        for credit in self:
            credit.days_open = ((credit.closed_on or now) - credit.returned_on).days if credit.returned_on else 0

    @api.model
    def _follow_returns(self, moves):
        """Begin to follow up what ``moves``, finished returns of parts to vendors, give back; exchanges are replaced, not credited."""
        followed = self.search([("move_id", "in", moves.ids)]).move_id
        inspections = self.env["repair.inspection"].search([("return_picking_id", "in", moves.picking_id.ids)])
        values_list = []
        for move in moves - followed:
            line = move.purchase_line_id
            partner = line.order_id.partner_id or move.picking_id.partner_id
            values_list.append({
                "move_id": move.id, "supplier_id": partner.commercial_partner_id.id, "purchase_line_id": line.id,
                "inspection_id": inspections.filtered(
                    lambda inspection, move=move: inspection.return_picking_id == move.picking_id
                    and inspection.product_id == move.product_id)[:1].id,
                "returned_on": move.date, "currency_id": (line.currency_id or move.company_id.currency_id).id,
                "quantity": move.product_uom._compute_quantity(move.quantity, move.product_id.uom_id),
            })
        credits = self.create(values_list)
        credits._refresh()
        return credits

    def _refresh(self):
        """Say anew what is due: after a return, and whenever a bill or credit note of the purchase is posted or taken back."""
        for line in self.purchase_line_id:
            credits = self.search([("purchase_line_id", "=", line.id)])
            credits._refresh_by_line(line)
        for credit in self.filtered(lambda credit: not credit.purchase_line_id):
            credit._refresh_without_purchase()

    def _refresh_by_line(self, line):
        """Share out what the vendor has billed too much on a purchase line, and what he has credited, oldest return first."""
        product = line.product_id
        bills = line.invoice_lines.filtered(lambda item: item.move_id.state == "posted")
        invoiced = bills.filtered(lambda item: item.move_type == "in_invoice")
        refunds = bills.filtered(lambda item: item.move_type == "in_refund")
        billed, refunded = self._sum_units(invoiced, product), self._sum_units(refunds, product)
        returned = sum(self.mapped("quantity"))
        over = min(max(billed - (self._get_received(line) - returned), 0.0), returned)
        due = max(over - refunded, 0.0)
        price = self._get_price(line, invoiced)
        for credit in self.sorted(lambda credit: (credit.returned_on, credit.id)):
            credited = min(credit.quantity, refunded)
            refunded -= credited
            rest = min(credit.quantity - credited, due)
            due -= rest
            credit._set_due(rest, credited, price, invoiced.move_id, refunds.move_id)

    def _refresh_without_purchase(self):
        """A receipt that nobody ordered: the credit note is known by vendor, part and date."""
        self.ensure_one()
        refunds = self.env["account.move.line"].search(
            Domain("product_id", "=", self.product_id.id) & Domain("move_type", "=", "in_refund") & Domain("parent_state", "=", "posted")
            & Domain("partner_id", "child_of", self.supplier_id.ids) & Domain("purchase_line_id", "=", False)
            & Domain("date", ">=", self.returned_on.date()))
        credited = min(self._sum_units(refunds, self.product_id), self.quantity)
        self._set_due(self.quantity - credited, credited, self.product_id.standard_price, refunds.move_id.browse(), refunds.move_id)

    def _set_due(self, due, credited, price, bills, notes):
        self.ensure_one()
        uom = self.product_id.uom_id
        state = "due" if uom.compare(due, 0) > 0 else "done" if uom.compare(credited, 0) > 0 else "none"
        self.write({
            "due_quantity": due, "price_unit": price, "amount": self.currency_id.round((due or self.quantity) * price), "state": state,
            "bill_ids": [Command.set(bills.ids)], "credit_note_ids": [Command.set(notes.ids if credited else [])],
            "closed_on": (self.closed_on or fields.Datetime.now()) if state == "done" else False,
        })
        self._follow_up()

    def _follow_up(self):
        """Remind the buyer, on the return, of a credit note that is to come; one reminder a return, gone when none is due there."""
        self.ensure_one()
        picking = self.return_id
        reminders = picking.activity_search([ACTIVITY], only_automated=False)
        due = self.search([("return_id", "=", picking.id), ("state", "=", "due")]) if picking else self.browse()
        if reminders and not due:
            reminders.unlink()
        elif due and not reminders:
            user = self.purchase_id.user_id or self.supplier_id._get_supplier_watcher()
            lang_self = self.with_context(lang=user.lang)
            picking.activity_schedule(
                ACTIVITY, date_deadline=fields.Date.add(fields.Date.context_today(self), days=REMIND_DAYS), user_id=user.id,
                summary=lang_self.env._(
                    "Credit note of %(supplier)s to come for %(picking)s", supplier=self.supplier_id.name, picking=picking.name))

    @api.model
    def _sum_units(self, items, product):
        return sum(item.product_uom_id._compute_quantity(item.quantity, product.uom_id) for item in items)

    @api.model
    def _get_received(self, line):
        """Units that receipts brought for the purchase line; replacements of returned units are not received a second time."""
        moves = line.move_ids.filtered(
            lambda move: move.state == "done" and move.location_id.usage == "supplier" and not move.picking_id.return_id)
        return sum(move.product_uom._compute_quantity(move.quantity, line.product_id.uom_id) for move in moves)

    @api.model
    def _get_price(self, line, invoiced):
        """Return the untaxed price of a unit on the last bill, or as ordered."""
        item = invoiced.sorted(lambda item: (item.date, item.id))[-1:]
        source, quantity = (item, item.quantity) if item else (line, line.product_qty)
        units = source.product_uom_id._compute_quantity(quantity, line.product_id.uom_id)
        return source.price_subtotal / units if units else 0.0

    def action_create_credit_note(self):
        """Make the draft credit note for what is due of one vendor, ready to be compared with his paper and posted.

        :raises AccessError: for users who may not make vendor bills
        :raises UserError: when nothing is due, or the lines belong to several vendors or currencies
        """
        due = self.filtered(lambda credit: credit.state == "due")
        due.check_access("read")
        if not due:
            raise UserError(self.env._("No credit note is due for these returns."))
        if len(due.supplier_id) > 1 or len(due.currency_id) > 1 or len(due.company_id) > 1:
            raise UserError(self.env._("Choose returns to one vendor in one currency."))
        lines = [credit._prepare_credit_note_line() for credit in due]
        note = self.env["account.move"].with_company(due.company_id).create({
            "move_type": "in_refund", "partner_id": due.supplier_id.id, "currency_id": due.currency_id.id,
            "invoice_origin": ", ".join(due.return_id.mapped("name")), "invoice_line_ids": [Command.create(values) for values in lines],
        })
        return {"type": "ir.actions.act_window", "res_model": "account.move", "res_id": note.id, "view_mode": "form"}

    def _prepare_credit_note_line(self):
        self.ensure_one()
        line = self.purchase_line_id
        values = {
            "product_id": self.product_id.id, "quantity": self.due_quantity, "price_unit": self.price_unit,
            "product_uom_id": self.product_id.uom_id.id, "purchase_line_id": line.id,
        }
        if line:
            values["tax_ids"] = [Command.set(line.tax_ids.ids)]
        return values


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        done = super()._action_done(cancel_backorder=cancel_backorder)
        returns = done.filtered(lambda move: move.state == "done" and move._is_credited_return())
        if returns:
            self.env["repair.supplier.credit"].sudo()._follow_returns(returns.sudo())  # whoever ships returns keeps no accounts
        return done

    def _action_cancel(self):
        """Cancel; where a replacement will not come, the vendor owes a credit note after all."""
        result = super()._action_cancel()
        replacements = self.filtered(
            lambda move: move.state == "cancel" and move.location_id.usage == "supplier" and move.product_id.is_spare_part)
        backs = replacements.picking_id.return_id.move_ids.filtered(
            lambda move: move.state == "done" and move.product_id in replacements.product_id and move._is_credited_return())
        if backs:
            self.env["repair.supplier.credit"].sudo()._follow_returns(backs.sudo())  # as above
        return result

    def _is_credited_return(self):
        """Whether the move gives spare parts back to their vendor for a refund: no replacement is expected for them."""
        self.ensure_one()
        if self.location_dest_id.usage != "supplier" or not self.product_id.is_spare_part:
            return False
        refund = self.to_refund or (self.purchase_line_id and not self.origin_returned_move_id)
        replaced = self.picking_id.return_ids.filtered(
            lambda picking: picking.picking_type_id.code == "incoming" and picking.state != "cancel"
            and self.product_id in picking.move_ids.product_id)
        return bool(refund and not replaced)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post(self, soft=True):
        posted = super()._post(soft=soft)
        posted._refresh_supplier_credits()
        return posted

    def button_draft(self):
        """Take a bill back; credit notes to come follow."""
        result = super().button_draft()
        self._refresh_supplier_credits()
        return result

    def _refresh_supplier_credits(self):
        """Bring the credit notes to come in line with the vendors' bills and credit notes."""
        papers = self.filtered(lambda move: move.move_type in ("in_invoice", "in_refund"))
        if not papers:
            return
        items = papers.invoice_line_ids
        domain = Domain("purchase_line_id", "in", items.purchase_line_id.ids) | (
            Domain("purchase_line_id", "=", False) & Domain("supplier_id", "in", papers.commercial_partner_id.ids)
            & Domain("product_id", "in", items.product_id.ids))
        self.env["repair.supplier.credit"].sudo().search(domain)._refresh()  # whoever posts a bill does not write the follow-up
