from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ..models.repair_order import FLOW
from . import names
from .repair_service_demo import TIME_ZONE

SCORES = {"5": 62, "4": 24, "3": 9, "2": 3, "1": 2}


class RepairServiceDemo(models.AbstractModel):
    """Dates, invoices and answers of orders that lie in the past."""

    _inherit = "repair.service.demo"

    @api.model
    def _settle_history(self, orders, plans):
        """Fix verdicts and approved prices as the flow did then, and date the orders back."""
        orders._freeze_coverage()
        for order, plan in zip(orders, plans, strict=True):
            order._remember_approved_prices()
            order._flow_write({"coverage_frozen_on": plan["approved"]})
            order._sync_sale_order()
        self._date_created(orders)

    @api.model
    def _date_created(self, orders):
        """Let orders and their sale orders be as old as their requests say."""
        orders.flush_recordset()
        self.env.cr.execute(SQL(
            """UPDATE repair_order SET create_date = requested_on,
                      first_contact_on = LEAST(first_contact_on, requested_on + (6 + id %% 40) * interval '1 minute')
                WHERE id IN %s""", tuple(orders.ids)))
        orders.invalidate_recordset(["create_date", "first_contact_on"])
        for order in orders.sudo().filtered("sale_order_id"):
            order.sale_order_id.date_order = order.approved_on or order.requested_on

    @api.model
    def _answer_followups(self, orders, rng):
        """Ask the customers how it went; most are content."""
        for followup in orders.followup_ids:
            score = rng.choices(list(SCORES), list(SCORES.values()))[0]
            followup.with_context(repair_flow=FLOW).write({
                "state": "done",
                "score": score,
                "comment": rng.choice(names.FOLLOWUP_COMMENTS[score]),
                "done_on": followup.repair_id.accepted_on + timedelta(days=3, minutes=rng.randrange(20, 300)),
            })

    @api.model
    def _invoice(self, orders):
        """Invoice orders on the day they were closed, and let the customers pay the same month."""
        sales = orders.sudo().sale_order_id
        invoices = sales._create_invoices(grouped=True)  # one an order, also for who had several
        for order in orders.sudo():
            self._date_invoice(order, order.closed_on)
        invoices.action_post()
        self._pay(invoices.filtered("amount_total"))

    @api.model
    def _date_invoice(self, order, moment):
        day = order._local_date(moment)
        order.sale_order_id.invoice_ids.write({"invoice_date": day, "invoice_date_due": day})

    @api.model
    def _pay(self, invoices):
        for _month, due in invoices.grouped(lambda invoice: (invoice.invoice_date.year, invoice.invoice_date.month)).items():
            register = self.env["account.payment.register"].with_context(active_model="account.move", active_ids=due.ids)
            register.create({"payment_date": max(due.mapped("invoice_date")), "group_payment": False})._create_payments()

    @api.model
    def _note_history(self, orders, plans):
        """Leave on each order what its people wrote then."""
        subtype = self.env.ref("mail.mt_note").id
        entries = []
        for order, plan in zip(orders, plans, strict=True):
            window = self.env["repair.appointment"]._format_window(plan["start"], plan["start"] + timedelta(hours=2), TIME_ZONE)
            notes = [(plan["contact"], "dispatcher", f"已预约 {plan['technician'].name} {window} 上门。")]
            if order.accepted_on:
                amount = order.currency_id.format(order.amount_customer_total)
                notes.append((plan["approved"], "desk", f"报价第 1 版已由 {order.approved_by} 同意：客户付费 {amount}。"))
                notes.append((plan["accepted"], "inspector", "完工检验合格，客户已签字验收。"))
            else:
                notes.append((plan["approved"], "desk", f"客户未同意维修：{order.refusal_reason}"))
            entries += [(order, *note) for note in notes]
        self.env["mail.message"].create([
            {
                "model": order._name, "res_id": order.id, "date": moment, "body": body, "message_type": "comment", "subtype_id": subtype,
                "author_id": self._find(f"demo_user_{login}").partner_id.id,
            } for order, moment, login, body in entries
        ])

    @api.model
    def _date_messages(self, last, order, moment):
        """Date back what was written on an order, and on its visits and inspections, after the message ``last``."""
        self.env.flush_all()
        self.env.cr.execute(SQL(
            "UPDATE mail_message SET date = %s WHERE id > %s AND (model, res_id) IN %s", moment, last, (
                ("repair.order", order.id),
                *(("repair.appointment", visit.id) for visit in order.appointment_ids),
                *(("repair.inspection", inspection.id) for inspection in order.inspection_ids),
            )))

    @api.model
    def _get_last_message(self):
        self.env.flush_all()
        self.env.cr.execute("SELECT COALESCE(max(id), 0) FROM mail_message")
        return self.env.cr.fetchone()[0]

    @api.model
    def _keep_messages_in(self, last):
        """Drop queued mails and text messages that were written after the message ``last``: the demo company writes to nobody."""
        queued = [("mail_message_id", ">", last)]
        self.env["sms.sms"].sudo().search(queued).unlink()
        self.env["mail.mail"].sudo().search([("mail_message_id", ">", last), ("state", "=", "outgoing")]).unlink()
        notifications = self.env["mail.notification"].sudo().search([*queued, ("notification_type", "in", ("sms", "email"))])
        notifications.write({"notification_status": "sent"})
