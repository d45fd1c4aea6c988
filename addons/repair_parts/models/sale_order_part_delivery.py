from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_date
from odoo.tools.sql import column_exists, create_column

from odoo.addons.repair_service.models.repair_flow import FLOW

ACTIVITY = "repair_parts.mail_activity_type_late_part"
PROMISE_FIELDS = {"part_promised_on", "part_new_day", "part_delay_reason"}
BATCH = 200


class SaleOrder(models.Model):
    """When parts were promised, whether they came by then, and what the customer was told when they did not (handbook 8.3.3)."""

    _inherit = "sale.order"

    part_promised_on = fields.Date(
        "Parts promised for", readonly=True, copy=False, index="btree_not_null", help="The first promise; it is kept.")
    part_new_day = fields.Date("New day told", readonly=True, copy=False, tracking=True)
    part_delay_reason = fields.Char("Why late", readonly=True, copy=False, tracking=True)
    part_delivered_on = fields.Date("Parts delivered on", compute="_compute_part_delivered_on", store=True)
    is_part_late = fields.Boolean("Late delivery", compute="_compute_is_part_late", search="_search_is_part_late")
    part_tracking = fields.Char("Tracking", compute="_compute_part_tracking", compute_sudo=True)

    def _auto_init(self):
        if not column_exists(self.env.cr, self._table, "part_delivered_on"):  # nothing was promised before
            create_column(self.env.cr, self._table, "part_delivered_on", "date")
        return super()._auto_init()

    @api.depends("picking_ids.state", "picking_ids.date_done", "is_part_sale")
    def _compute_part_delivered_on(self):
        for order in self:
            shipments = order.picking_ids.filtered(
                lambda picking: picking.state != "cancel" and picking.location_dest_id.usage == "customer"
                and not picking.move_ids.part_return_id)
            done = order.is_part_sale and shipments and all(picking.state == "done" for picking in shipments)
            order.part_delivered_on = order._to_part_day(max(shipments.mapped("date_done"))) if done else False

    @api.depends("part_promised_on", "part_new_day", "part_delivered_on", "state")
    def _compute_is_part_late(self):
        for order in self:
            due = order.part_new_day or order.part_promised_on
            order.is_part_late = bool(due and order.state == "sale" and not order.part_delivered_on and due < order._get_part_today())

    def _search_is_part_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self._get_part_today()
        late = Domain("state", "=", "sale") & Domain("part_delivered_on", "=", False) & (
            Domain("part_new_day", "<", today) | (Domain("part_new_day", "=", False) & Domain("part_promised_on", "<", today)))
        return late if True in value else ~late

    @api.depends("picking_ids.carrier_tracking_ref")
    def _compute_part_tracking(self):
        for order in self:
            order.part_tracking = ", ".join(ref for ref in order.picking_ids.mapped("carrier_tracking_ref") if ref)

    def _get_part_today(self):
        return self._to_part_day(fields.Datetime.now())

    def _to_part_day(self, moment):
        company = (self.company_id[:1] or self.env.company).sudo()  # a fact about the place
        return pytz.utc.localize(moment).astimezone(pytz.timezone(company.repair_tz)).date()

    @api.model_create_multi
    def create(self, vals_list):
        """Create orders; what is promised follows from the confirmation."""
        if self.env.context.get("repair_flow") is not FLOW:
            for vals in vals_list:
                for name in PROMISE_FIELDS:
                    vals.pop(name, None)
        return super().create(vals_list)

    def write(self, vals):
        """Write; a promise once given is kept, a new day is told by its button."""
        if PROMISE_FIELDS & vals.keys() and self.env.context.get("repair_flow") is not FLOW:
            raise UserError(self.env._("What customers were promised is kept: tell them a new day by the button."))
        return super().write(vals)

    def _action_confirm(self):
        """Confirm; the day promised for parts is noted, by the date agreed on or by stock and lead time."""
        for order in self.filtered("is_part_sale"):
            agreed = order.commitment_date
            order.with_context(repair_flow=FLOW).part_promised_on = order._to_part_day(agreed) if agreed else order._get_part_promise()
        return super()._action_confirm()

    def _get_part_promise(self):
        """Return the day by which all parts can be with the customer: from stock, from what is on its way, or from the supplier."""
        self.ensure_one()
        today, wanted = self._get_part_today(), {}
        for line in self.order_line.filtered(lambda line: line.product_id.is_spare_part):
            units = line.product_uom_id._compute_quantity(line.product_uom_qty, line.product_id.uom_id, round=False)
            wanted[line.product_id] = wanted.get(line.product_id, 0.0) + units
        products_sudo = self.env["product.product"].union(*wanted).sudo().with_company(self.company_id)  # days, not stock, are told
        free = products_sudo._get_free_quantities(self.warehouse_id.sudo().lot_stock_id)
        missing = products_sudo.filtered(lambda part: part.uom_id.compare(wanted[part], free.get(part, 0.0)) > 0)
        receipts = dict(self.env["stock.move"].sudo()._read_group([  # as above
            ("product_id", "in", missing.ids), ("picking_type_id.code", "=", "incoming"), ("company_id", "=", self.company_id.id),
            ("state", "in", ("waiting", "confirmed", "partially_available", "assigned"))], ["product_id"], ["date:min"]))
        ready = today
        for part in missing:
            delay = part.seller_ids[:1].delay or self.company_id.sudo().repair_lead_days  # as above
            coming = self._to_part_day(receipts[part]) if part in receipts else today + timedelta(days=delay)
            ready = max(ready, coming)
        counter = self.part_sale_kind == "counter"
        return ready + timedelta(days=0 if counter else self.company_id.sudo().repair_part_ship_days)  # as above

    def action_tell_part_delay(self):
        """Open the dialogue that tells the customer a new day."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "name": self.env._("Tell the customer a new day"), "res_model": "repair.part.delay",
            "view_mode": "form", "target": "new", "context": {"default_order_id": self.id}}

    def _tell_part_delay(self, new_day, reason):
        """Note a new day and why, tell the customer, and take the reminder off.

        :raises UserError: nothing is owed any more, the day has passed, or the reason is missing
        """
        self.ensure_one()
        self.check_access("write")
        self.lock_for_update()
        if self.state != "sale" or not self.part_promised_on or self.part_delivered_on:
            raise UserError(self.env._("%(order)s: no part is owed here.", order=self.name))
        if not new_day or new_day < self._get_part_today():
            raise UserError(self.env._("%(order)s: choose a day that is still to come.", order=self.name))
        if not (reason or "").strip():
            raise UserError(self.env._("%(order)s: say why it is late.", order=self.name))
        self.with_context(repair_flow=FLOW).write({"part_new_day": new_day, "part_delay_reason": reason.strip()})
        customer_self = self.with_context(lang=self.partner_id.lang or self.env.lang)
        self.message_post(
            body=customer_self.env._(
                "Your order %(order)s will be with you on %(date)s. The reason: %(reason)s. We are sorry for the delay.", order=self.name,
                date=format_date(customer_self.env, new_day), reason=reason.strip()),
            partner_ids=self.partner_id.ids, subtype_xmlid="mail.mt_comment")
        self.activity_unlink([ACTIVITY], only_automated=False)

    @api.model
    def _cron_chase_late_parts(self):
        """Remind the owner of each late delivery of parts, once until it is delivered or a new day is told."""
        late = self.search(Domain("is_part_sale", "=", True) & Domain("is_part_late", "=", True), limit=5000)
        reminders = self.env["mail.activity"].search([
            ("res_model", "=", "sale.order"), ("activity_type_id", "=", self.env.ref(ACTIVITY).id)])
        reminders.filtered(lambda activity: activity.res_id not in set(late.ids)).unlink()
        known = set(reminders.exists().mapped("res_id"))
        for order in late.filtered(lambda order: order.id not in known)[:BATCH]:
            user = order.user_id or order.create_uid
            order.activity_schedule(
                ACTIVITY, user_id=user.id, summary=order.with_context(lang=user.lang).env._(
                    "%(order)s: parts promised for %(date)s are not delivered. Tell the customer a new day.", order=order.name,
                    date=format_date(order.with_context(lang=user.lang).env, order.part_new_day or order.part_promised_on)))

    @api.model
    def _get_part_delivery_rows(self, company, first_day, stop_day):
        """Return [(order id, 1 or 0)]: whether parts promised for these days were with the customer by the first promise."""
        self.flush_model(["part_promised_on", "part_delivered_on", "state", "company_id"])
        return self.env.execute_query(SQL(
            """SELECT id, (part_delivered_on IS NOT NULL AND part_delivered_on <= part_promised_on)::int
                 FROM sale_order
                WHERE company_id = %(company)s AND state = 'sale' AND part_promised_on >= %(first)s AND part_promised_on < %(stop)s
                  AND (part_delivered_on IS NOT NULL OR part_promised_on < %(today)s)""",
            company=company.id, first=first_day, stop=stop_day, today=self.with_company(company)._get_part_today()))
