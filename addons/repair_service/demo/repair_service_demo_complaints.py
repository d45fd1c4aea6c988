import random
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import SQL

from ..models.repair_flow import FLOW
from .complaints import ANSWERS, CASES

OPEN_ENDS = ("resolved", "closed")


class RepairServiceDemo(models.AbstractModel):
    """Complaints at every stage, a library of closed ones, and what customers answered besides their score."""

    _inherit = "repair.service.demo"

    @api.model
    def _load_complaints(self):
        """Give the teams their people, complete the customers' answers, and take the complaints."""
        if self._find("demo_complaint_001"):
            return
        demo = self._enter()
        last, rng = demo._get_last_message(), random.Random(20260702)
        demo._staff_teams()
        demo._complete_answers(rng)
        orders = demo._find_complained_orders()
        demo._plan_calls(orders)
        complaints = demo.env["repair.complaint"]
        for number, case in enumerate(CASES):
            complaints |= demo._make_complaint(case, orders, number)
        demo._give_ids("demo_complaint", complaints)
        demo._keep_messages_in(last)

    @api.model
    def _staff_teams(self):
        people = {"service": ("dispatcher", ("desk", "dispatcher")), "quality": ("quality", ("inspector",)), "after_sales": ("manager", ("desk",))}
        for team, (head, members) in people.items():
            head = self._find(f"demo_user_{head}") or self._find("demo_user_manager")
            self._find(f"complaint_team_{team}").write({
                "head_id": head.id, "member_ids": [Command.set([self._find(f"demo_user_{login}").id for login in members])]})

    @api.model
    def _complete_answers(self, rng):
        """Scores were noted with the orders; customers answered the other questions, too."""
        answered = self.env["repair.followup"].search([("state", "=", "done"), ("score", "!=", False), ("nps", "=", False)])
        for followup in answered.with_context(repair_flow=FLOW):
            followup.write({
                "nps": rng.choice(ANSWERS[followup.score]), "conduct": rng.choice((followup.score, "5", "5", "4")),
                "is_solved": "no" if followup.score == "1" else "yes", "answered_by": rng.choice(("customer", "customer", "desk"))})

    @api.model
    def _plan_calls(self, orders):
        """Some customers wait for their call-back today, one return visit is due tomorrow."""
        today = self._get_today()
        wanted = (("callback", "callback", 0), ("callback", "callback", 0), ("callback", "callback", -1), ("return_visit", "return_visit", 1))
        rules = self._find("followup_rule_callback") | self._find("followup_rule_return_visit")
        called = self.env["repair.followup"].search([("rule_id", "in", rules.ids)]).repair_id
        closed = (orders - called).filtered(lambda order: order.service_stage == "closed")[:len(wanted)]
        self.env["repair.followup"].create([
            {"repair_id": order.id, "kind": kind, "rule_id": self._find(f"followup_rule_{rule}").id, "channel": "phone", "user_id": False,
             "due": today + timedelta(days=days)}
            for order, (kind, rule, days) in zip(closed, wanted, strict=False)])

    @api.model
    def _find_complained_orders(self):
        return self.env["repair.order"].search(
            [("service_stage", "in", ("accepted", "closed")), ("accepted_on", "!=", False), ("company_id", "=", self._find("demo_company").id)],
            order="accepted_on desc, id desc")

    @api.model
    def _choose_order(self, case, orders, number):
        received = fields.Datetime.now() - timedelta(hours=case.age)
        family = case.family and self._find(f"category_{case.family}")
        fitting = orders.filtered(
            lambda order: order.accepted_on < received and (not family or family.id in order.appliance_category_id._get_ancestor_ids()))
        fitting = fitting or orders.filtered(lambda order: order.accepted_on < received) or orders
        return fitting[(number * 5) % len(fitting)]

    @api.model
    def _make_complaint(self, case, orders, number):
        now = fields.Datetime.now()
        received, order = now - timedelta(hours=case.age), self._choose_order(case, orders, number)
        complaint = self._as("desk", self.env["repair.complaint"]).create({
            "kind": case.kind, "channel": case.channel, "category_id": self._find(f"complaint_category_{case.category}").id,
            "severity": case.severity, "subject": case.subject, "description": case.description, "received_on": received,
            "repair_id": order.id, "partner_id": order.partner_id.id, "company_id": order.company_id.id, "remedy_asked": case.asked or False,
        })
        complaint = complaint.with_env(self.env)
        if case.stage != "new":
            complaint._flow_write(self._prepare_steps(case, received, order))
        if case.waits:
            complaint._wait(case.waits)
        complaint.flush_recordset()
        self.env.cr.execute(SQL("UPDATE repair_complaint SET create_date = %s WHERE id = %s", received, complaint.id))
        if case.stage in OPEN_ENDS:
            complaint._clear_alarms()
        return complaint

    @api.model
    def _prepare_steps(self, case, received, order):
        def after(hours):
            return received + timedelta(hours=hours)

        moments = {"acknowledged_on": after(case.respond)}
        if case.stage in ("proposed", *OPEN_ENDS):
            moments["proposed_on"] = after(case.propose)
        if case.stage in OPEN_ENDS:
            moments["resolved_on"] = after(case.resolve)
        if case.stage == "closed":
            moments["closed_on"] = after(case.resolve + 24)
        return moments | {
            "stage": case.stage, "acknowledged_by_id": self._find("demo_user_desk").id,
            "root_cause_id": self._find(f"complaint_cause_{case.cause}").id if case.cause else False, "remedy": case.remedy or False,
            "liable": case.liable or False, "liable_employee_id": order.technician_id.id if case.liable == "technician" else False,
            "finding": case.finding, "proposal": case.proposal, "measures": case.measures, "lesson": case.lesson, "prevention": case.prevention,
            "proposal_answer": "agreed" if case.stage in OPEN_ENDS and case.kind == "complaint" else False,
            "verdict": case.verdict or False, "feedback_score": case.score or False, "feedback_text": case.feedback or False,
            "feedback_on": after(case.resolve + 20) if case.verdict else False, "reopen_count": case.reopened,
        }
