import random
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command

from ..engine.slots import find_slots, pick_varied
from ..models.repair_order import FLOW
from . import faults, names
from .running import ORDER, RUNNING

# What these cases need: something to refuse, to add to or to give away is there only where the customer pays.
WARRANTY_STATES = {"misuse": "covered"} | dict.fromkeys(
    ("goodwill", "supplement", "refused", "refused_closed", "invoice_draft", "invoice_posted", "customer_pays"), "expired")
QUIET_DAYS = 150  # an appliance repaired since then gets no other fault


class RepairServiceDemo(models.AbstractModel):
    """Orders under way: walked through the real steps by the people of the company, then dated back."""

    _inherit = "repair.service.demo"

    @api.model
    def _load_running_orders(self):
        """Make the orders under way, at least four at every stage."""
        if self._find("demo_order_001"):
            return
        rng, demo = random.Random("running"), self._enter()
        last = demo._get_last_message()
        demo._give_ids("demo_order", demo._make_orders(RUNNING, rng))
        self.env["repair.order"]._cron_check_limits()
        demo._keep_messages_in(last)

    @api.model
    def _make_orders(self, specs, rng):
        """Plan and walk the orders of ``specs``, the oldest request first; no appliance comes twice."""
        planner, orders = self._make_planner(rng), self.env["repair.order"]
        since = fields.Datetime.now() - timedelta(days=QUIET_DAYS)
        recent = orders.search([("requested_on", ">=", since)])
        used, taken = recent.appliance_id, recent.filtered(lambda order: order.service_stage != "closed").appliance_id
        for spec in sorted(specs, key=lambda spec: -spec.days):
            plan = self._plan_running(spec, planner, rng, used, taken)
            taken |= plan["appliance"]
            orders |= self._run(spec, plan)
        return orders

    @api.model
    def _plan_running(self, spec, planner, rng, used, taken):
        """Return what happens to one order: appliance, fault, who comes, and every moment of it."""
        root, _colon, number = spec.kind.partition(":")
        plan = {
            "root": root, "fault": faults.FAULTS[root][int(number)], "rng": rng, "planner": planner,
            "channel": spec.channel, "special": spec.special,
        }
        if spec.special == "repair_warranty":
            plan |= self._plan_warranty_case(rng)
        else:
            plan["appliance"] = self._choose_appliance(spec, plan, rng, used, taken)
        plan["territory"] = self._get_territory(plan["appliance"].partner_id)
        day = self._get_today() - timedelta(days=spec.days)
        plan["requested"] = planner.at(day, rng.randrange(8, 19), rng.randrange(60))
        if not spec.days:
            plan["requested"] = planner.reported_today(fields.Datetime.now())
        if spec.days > 1:
            technician, start = planner.pick(
                plan["root"], plan["territory"], day + timedelta(days=1), spec.technician - 1 if spec.technician else None,
                fields.Datetime.now() - timedelta(hours=5))
            arrived = start + timedelta(minutes=rng.randrange(-8, 40))
            moments = {"arrived": arrived}
            for name, minutes in (
                ("diagnosed", 25), ("quoted", 12), ("approved", 20), ("repairing", 8), ("inspected", 75), ("accepted", 10),
            ):
                arrived += timedelta(minutes=minutes + rng.randrange(minutes))
                moments[name] = arrived
            moments["closed"] = planner.next_day(arrived, rng.randrange(9, 17), rng.randrange(60))
            plan |= {"technician": technician, "start": start, **moments}
        elif spec.technician:
            plan["technician"] = self._find(f"demo_technician_{spec.technician:02d}")
        return plan

    @api.model
    def _plan_warranty_case(self, rng):
        """The fault of a repair of some weeks ago is back."""
        now = fields.Datetime.now()
        orders = self.env["repair.order"].search([
            ("accepted_on", ">", now - timedelta(days=75)), ("accepted_on", "<", now - timedelta(days=20)),
            ("coverage", "=", "customer"), ("partner_id", "!=", self._find("demo_customer_001").id), ("remedy_id", "=", self._find("remedy_replace_part").id),
        ])
        order = rng.choice(orders)
        root, fault = next(
            (root, fault) for root, entries in faults.FAULTS.items() for fault in entries if fault[3] == order.diagnosis)
        told = f"{order._local_date(order.accepted_on):%m 月 %d 日}刚修过，又出现一样的问题：{fault[1]}"
        return {"appliance": order.appliance_id, "root": root, "fault": (fault[0], told, *fault[2:])}

    @api.model
    def _choose_appliance(self, spec, plan, rng, used, taken):
        appliances = self.env["repair.appliance"].search(self._get_appliance_domain(spec, plan, taken), order="id")
        quiet = (appliances - used) or appliances
        state = WARRANTY_STATES.get(spec.special)
        return rng.choice(quiet.filtered(lambda appliance: appliance.warranty_state == state) or quiet)

    @api.model
    def _get_appliance_domain(self, spec, plan, taken):
        """Return the domain of the appliances that can have the order's fault, without those that have an order already."""
        families = plan["fault"][5] or (plan["root"],)
        first = self._find("demo_customer_001")  # who has a login: his appliances are kept for his orders
        domain = [
            ("id", "not in", (taken | self._get_extras()).ids),
            ("category_id", "child_of", [self._find(f"category_{family}").id for family in families]),
            ("partner_id", "=" if spec.portal else "!=", first.id),
        ]
        if spec.technician:
            domain.append(("partner_id.city", "=", "浦东新区"))  # where the technicians with a login work
        return domain

    @api.model
    def _run(self, spec, plan):
        order = self._request(spec, plan)
        cancelled = spec.stage == "cancelled"
        for stage in () if cancelled else ORDER[1:ORDER.index(spec.stage) + 1]:
            last = self._get_last_message()
            if spec.special == "refused_closed" and stage == "approved":
                self._special_refused(order, plan)
            if order.quotation_state != "refused" or stage == "closed":
                getattr(self, f"_step_{stage}")(order, plan)
            self._date_messages(last, order, plan.get(stage, plan["requested"] + timedelta(minutes=7)))
        last = self._get_last_message()
        special = "cancelled" if cancelled else spec.special
        if step := getattr(self, f"_special_{special}", None):
            step(order, plan)
        if not cancelled:
            self._prepare_visit(order, plan)
        self._date_order(order, plan)
        if spec.stage == "approved":  # the parts are there, the work is agreed
            self._book_next(order, plan, fields.Datetime.now() + timedelta(hours=1))
        self._date_messages(last, order, plan.get(spec.stage, plan["requested"] + timedelta(minutes=50)))
        return order

    @api.model
    def _as(self, login, records):
        """Return records as a user of the demo company sees them."""
        return records.with_env(self._enter(login).env)

    @api.model
    def _request(self, spec, plan):
        rng, special = plan["rng"], spec.special
        values = self._prepare_request(plan) | {
            "service_type": special if special in ("pickup", "workshop") else "onsite",
            "priority": "1" if special == "urgent" else "0",
            "wished_windows": spec.days < 2 and rng.choice(names.WISHED_WINDOWS),
            "goodwill_note": special == "goodwill" and "老客户，上次维修后不久出现其他故障，经理同意免费处理。",
        }
        if special == "urgent":
            values["fault_description"] += "家里有八十岁老人，天气冷，希望今天能来。"
        order = self._as("manager" if special == "goodwill" else "desk", self.env["repair.order"]).create(values)
        return order.with_env(self.env)

    @api.model
    def _step_booked(self, order, plan):
        if not order._needs_visit():
            return
        if "start" in plan:
            visit = self._as("dispatcher", self.env["repair.appointment"]).with_context(repair_flow=FLOW).create({
                "repair_id": order.id, "technician_id": plan["technician"].id, "start": plan["start"],
                "stop": plan["start"] + timedelta(hours=2), "state": "confirmed", "note": plan["rng"].choice(names.VISIT_NOTES),
            })
            self._as("dispatcher", order)._on_appointment_confirmed()
            visit.with_context(repair_flow=None)._send_confirmation()
        else:
            self._book_next(order, plan, fields.Datetime.now() + timedelta(hours=1))

    @api.model
    def _book_next(self, order, plan, earliest, moved=None, reason=False):
        """Book one of the first free windows of those of the territory who may take the family."""
        technicians = plan.get("technician") or self.env["hr.employee"].union(*plan["planner"].get_able(plan["root"], plan["territory"]))
        latest = earliest + timedelta(days=10)
        slots = find_slots(
            technicians._get_visit_hours(earliest, latest), order._get_busy_hours(technicians, earliest - timedelta(days=1), latest, moved),
            window=order._get_visit_length(), earliest=earliest, latest=latest,
            candidates=order._get_candidates(technicians, order._get_territory()), day_of=order._get_visit_day,
            home=order._get_home(order._get_territory(), earliest, latest),
        )
        slot = plan["rng"].choice(pick_varied(slots, 6))
        visits = self._as("dispatcher", self.env["repair.appointment"])
        return visits._book(
            self._as("dispatcher", order), self._as("dispatcher", technicians.browse(slot.technician)), slot.start, slot.stop,
            moved=moved, reason=reason, note=plan["rng"].choice(names.VISIT_NOTES))

    @api.model
    def _step_diagnosed(self, order, plan):
        findings = self._prepare_findings(plan)
        del findings["remedy_id"]
        if plan["special"] == "misuse":
            findings |= {"exclusion": "self_dismantled", "exclusion_note": "后盖封签已撕，螺丝缺两颗，排水泵接线被改动。"}
        order = self._as("desk", order)
        order.write(findings)
        order.action_diagnose()
        order.service_line_ids = [Command.create(line) for line in self._prepare_extra_lines(plan)]

    @api.model
    def _prepare_visit(self, order, plan):
        """Answer the preparation: that of a past visit was done, of coming ones every third has begun and every third is ready."""
        preparation = order._get_preparation()
        begun = 2 if order.diagnosed_on else order.id % 3
        if not preparation or not begun:
            return
        lines = preparation.line_ids if begun == 2 else preparation.line_ids[:4]
        lines.answer = "pass"
        if begun == 2:
            self._as("manager", preparation).action_validate()  # closed orders are their technicians' no more

    @api.model
    def _step_quoted(self, order, plan):
        self._as("desk", order).action_send_quotation()

    @api.model
    def _step_approved(self, order, plan):
        onsite = plan["rng"].random() < 0.6
        self._as("desk", order).action_approve_quotation(
            channel="onsite" if onsite else "phone", signature=onsite and self._draw_signature(plan["rng"]))

    @api.model
    def _step_repairing(self, order, plan):
        self._as("manager", order).action_repair_start()

    @api.model
    def _step_inspected(self, order, plan):
        self._as("desk", order).remedy_id = self._find(f"remedy_{plan['fault'][4]}")
        inspection = self._as("inspector", order.final_inspection_id)
        self._answer(inspection, plan)
        inspection.action_validate()

    @api.model
    def _answer(self, inspection, plan):
        for line in inspection.line_ids:
            line.write({"value": self._measure(line, plan), "answer": "pass"})

    @api.model
    def _step_accepted(self, order, plan):
        self._as("desk", order).action_accept(signature=self._draw_signature(plan["rng"]))
        if order.amount_to_collect and not plan["special"]:
            self._collect(order, plan)

    @api.model
    def _collect(self, order, plan):
        """Most customers pay on the spot by phone; accounting books it later."""
        method = plan["rng"].choice(("wechat", "wechat", "alipay", "cash"))
        payment = self._as("desk", order.payment_ids).create({
            "repair_id": order.id, "amount": order.amount_to_collect, "method": method,
            "reference": method != "cash" and f"{plan['accepted']:%Y%m%d}{plan['rng'].randrange(10**6):06}",
        })
        payment.sudo().write({"collected_on": plan["accepted"]})

    @api.model
    def _step_closed(self, order, plan):
        if order.invoice_state == "none":
            self._make_invoice(order, plan)
        if order.invoice_state == "draft":
            order.action_post_invoice()
        if order.payment_ids:
            order.payment_ids.action_book()
        else:
            self._pay(order.invoice_ids.filtered("amount_total"))
        self._as("desk", order).action_close()

    @api.model
    def _make_invoice(self, order, plan):
        order.action_create_invoice()
        self._date_invoice(order, plan["accepted"])
