from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import format_date

from ..models.repair_order import FLOW
from . import names


class RepairServiceDemo(models.AbstractModel):
    """What happens to single orders besides the usual, and the dates of the orders under way."""

    _inherit = "repair.service.demo"

    @api.model
    def _special_cancelled(self, order, plan):
        order = self._as("desk", order)
        order.action_repair_cancel()
        order.message_post(body=plan["rng"].choice(names.CANCELLATIONS))

    @api.model
    def _special_refused(self, order, plan):
        self._as("desk", order).action_refuse_quotation(reason=plan["rng"].choice(names.REFUSALS))

    @api.model
    def _special_moved(self, order, plan):
        visit = self._as("dispatcher", order).next_appointment_id
        self._book_next(order, plan, visit.start + timedelta(hours=20), moved=visit, reason="客户临时加班，改到第二天。")

    @api.model
    def _special_failed(self, order, plan):
        inspection = self._as("inspector", order.final_inspection_id)
        self._answer(inspection, plan)
        line = inspection.line_ids.filtered(lambda line: line.aspect == "function")[:1]
        line.write({"answer": "fail", "note": "运行 2 小时后冷藏室仍为 11℃，未达到设定温度，退回返修。"})
        inspection.action_validate()
        self._as("inspector", order).action_new_inspection()

    @api.model
    def _special_limit(self, order, plan):
        self._as("inspector", order).message_post(body=names.WAITING_NOTE, subtype_xmlid="mail.mt_note")

    @api.model
    def _special_other_inspector(self, order, plan):
        """All is measured and answered; the inspection waits for somebody else."""
        self._answer(self._as("inspector", order.final_inspection_id), plan)

    @api.model
    def _special_supplement(self, order, plan):
        order = self._as("desk", order)
        order.service_line_ids = [Command.create({"product_id": self._find("demo_height").id})]
        order.action_send_quotation()

    @api.model
    def _special_invoice_draft(self, order, plan):
        self._make_invoice(order, plan)

    @api.model
    def _special_invoice_posted(self, order, plan):
        self._make_invoice(order, plan)
        order.action_post_invoice()

    @api.model
    def _date_order(self, order, plan):
        """Write the moments of the plan where the steps wrote the present."""
        if "start" in plan:
            order._flow_write(self._prepare_moments(order, plan))
            self._date_quotations(order, plan)
            order.appointment_ids.filtered("arrived_at")._flow_write({"arrived_at": plan["arrived"], "state": "done"})
            for inspection in order.inspection_ids.filtered("result").with_context(repair_flow=FLOW):
                ahead = inspection.kind == "preparation"
                inspection.done_on = plan["start"] - timedelta(hours=1) if ahead else plan["inspected"]
            for followup in order.followup_ids:
                followup.due = fields.Date.add(order._local_date(order.accepted_on), days=followup.rule_id.days)
            if order.followup_ids and order.followup_ids[0].due < self._get_today() - timedelta(days=2):
                self._answer_followups(order, plan["rng"])
            self._date_promises(order)
        self._date_created(order)

    @api.model
    def _date_quotations(self, order, plan):
        quotations = order.sudo().quotation_ids
        quotations.write({"sent_on": plan["quoted"], "valid_until": order.quotation_valid_until})
        quotations.filtered("answered_on").write({"answered_on": plan["approved"]})

    @api.model
    def _date_promises(self, order):
        """Let the messages to the customer name the last days that were promised then, not those counted from today."""
        today, valid_days = self._get_today(), timedelta(days=order.company_id.repair_quotation_valid_days)
        promised = ((today + valid_days, order.quotation_valid_until), (today + self._get_repair_warranty(), order.repair_warranty_end))
        for message in order.message_ids:
            body = message.body
            for written, real in promised:
                body = body.replace(format_date(self.env, written), format_date(self.env, real)) if real else body
            if body != message.body:
                message.body = body

    @api.model
    def _prepare_moments(self, order, plan):
        values = {
            name: plan[moment]
            for name, moment in (
                ("diagnosed_on", "diagnosed"), ("approved_on", "approved"), ("coverage_frozen_on", "approved"), ("accepted_on", "accepted"),
                ("closed_on", "closed"),
            ) if order[name]
        }
        if order.quotation_valid_until:
            values["quotation_valid_until"] = fields.Date.add(
                order._local_date(plan["quoted"]), days=order.company_id.repair_quotation_valid_days)
        if order.accepted_on:
            values["repair_warranty_end"] = order._get_repair_warranty_end(order._local_date(plan["accepted"]))
        return values
