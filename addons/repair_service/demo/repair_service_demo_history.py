import random
from datetime import timedelta

from odoo import api, models
from odoo.fields import Command

from ..models.repair_order import FLOW
from . import faults, names
from .fleet import FLEET
from .planner import TERRITORIES, Planner
from .repair_service_demo import TIME_ZONE

ORDERS = 120
OLDEST, NEWEST = 540, 12  # days ago
KEPT_DAYS = 200  # since then the appliances of the customer with a login had no repair: they have orders under way
REFUSED = 24  # every so manieth customer refuses
BACK_AGAIN = 13  # every so manieth order is the fault of an earlier order again, some days or weeks later
SECOND_VISIT = 9  # every so manieth repair takes a second visit, for instance with the part
FAILED_FIRST = 14  # every so manieth repair is sent back by its first final inspection
CHANNELS = {"phone": 58, "wechat": 24, "web": 12, "walk_in": 4, "mail": 2}


class RepairServiceDemo(models.AbstractModel):
    _inherit = "repair.service.demo"

    @api.model
    def _load_history(self):
        """Make the closed orders of the last eighteen months, written as they stand at their end, with their invoices."""
        if self._find("demo_history_001"):
            return
        rng, demo = random.Random("history"), self._enter()
        plans = demo._plan_history(rng)
        signatures = [demo._draw_signature(rng) for _number in range(6)]
        values = [demo._prepare_history_order(plan, signatures[number % 6]) for number, plan in enumerate(plans)]
        orders = demo.env["repair.order"].with_context(repair_flow=FLOW).create(values).with_context(repair_flow=None)
        demo._give_ids("demo_history", orders)
        demo._settle_history(orders, plans)
        demo._note_history(orders, plans)
        demo._answer_followups(orders, rng)
        demo._invoice(orders)

    @api.model
    def _plan_history(self, rng):
        """Return what happened, oldest first: one dictionary an order, with every moment."""
        planner = self._make_planner(rng)
        appliances = self._get_numbered("demo_appliance", "repair.appliance")
        kept = appliances.filtered(lambda appliance: appliance.partner_id == self._find("demo_customer_001"))
        today, last_repair, plans = self._get_today(), {}, []
        for number in range(ORDERS):
            days = OLDEST - (OLDEST - NEWEST) * number // (ORDERS - 1)
            day = today - timedelta(days=days)
            plan = number % BACK_AGAIN == BACK_AGAIN - 1 and self._plan_return(plans, day, soon=number % 2)
            if not plan:
                fitting = [
                    appliance for appliance in (appliances if days > KEPT_DAYS else appliances - kept)
                    if (appliance.purchase_date or day) < day - timedelta(days=20)
                    and last_repair.get(appliance, day - timedelta(days=999)) < day - timedelta(days=150)
                ]
                appliance = rng.choice(fitting)
                plan = {"appliance": appliance, **self._draw_fault(rng, appliance)}
            last_repair[plan["appliance"]] = day
            plan["refused"] = number % REFUSED == REFUSED - 1 and "again" not in plan
            plan["failed_first"] = number % FAILED_FIRST == 5
            plan |= self._draw_moments(rng, planner, plan, day)
            if number % SECOND_VISIT == 4 and not plan["refused"]:
                self._plan_second_visit(rng, planner, plan)
            plans.append(plan)
        return plans

    @api.model
    def _plan_second_visit(self, rng, planner, plan):
        """Let the repair be finished two days later only, on a visit of its own."""
        technician, start = planner.pick(
            plan["root"], self._get_territory(plan["appliance"].partner_id), plan["day"] + timedelta(days=4))
        arrived = start + timedelta(minutes=rng.randrange(0, 60))
        accepted = arrived + timedelta(minutes=rng.randrange(40, 110))
        plan.update(
            second=(technician, start, arrived), accepted=accepted,
            closed=planner.next_day(accepted, plan["closed"].hour % 8 + 9, plan["closed"].minute))

    @api.model
    def _plan_return(self, plans, day, soon):
        """The same fault of the same appliance again, which the warranty on repairs covers; ``soon``: within 30 days."""
        least, most = (9, 27) if soon else (30, 80)
        earlier = [
            plan for plan in plans
            if least < (day - plan["day"]).days < most and not plan["refused"] and "again" not in plan and "second" not in plan]
        return earlier and {
            "appliance": earlier[0]["appliance"], "root": earlier[0]["root"], "fault": earlier[0]["fault"], "again": True}

    @api.model
    def _draw_fault(self, rng, appliance):
        family = appliance.category_id
        root = family
        while root.parent_id:
            root = root.parent_id
        key = next(name for name in FLEET if self._find(f"category_{name}") == root)
        xml_name = family.get_external_id()[family.id].removeprefix("repair_service.category_")
        return {"root": key, "fault": rng.choice(faults.get_faults(key, xml_name))}

    @api.model
    def _draw_moments(self, rng, planner, plan, day):
        """Return the moments of a repair reported on ``day`` (naive UTC) and who came."""
        territory = self._get_territory(plan["appliance"].partner_id)
        technician, start = planner.pick(plan["root"], territory, day + timedelta(days=rng.choice((0, 1, 1, 1, 2))))
        requested = planner.at(day, rng.randrange(8, 20), rng.randrange(60))
        if requested > start - timedelta(hours=1):
            requested = planner.at(day - timedelta(days=1), rng.randrange(14, 21), rng.randrange(60))
        late = rng.random() < 0.06
        arrived = start + timedelta(minutes=rng.randrange(125, 170) if late else rng.randrange(-12, 75))
        diagnosed = arrived + timedelta(minutes=rng.randrange(12, 40))
        approved = diagnosed + timedelta(minutes=rng.randrange(5, 30))
        accepted = approved + timedelta(minutes=rng.randrange(35, 130), days=rng.choice((0, 0, 0, 0, 0, 1, 2)))
        channel = rng.choices(list(CHANNELS), list(CHANNELS.values()))[0]
        waited = 5 + requested.minute // 2 + (40 * (requested.minute % 4) if channel in ("wechat", "web", "mail") else 0)
        return {
            "day": day, "requested": requested, "contact": min(requested + timedelta(minutes=waited), start - timedelta(minutes=30)),
            "technician": technician, "start": start, "arrived": arrived, "diagnosed": diagnosed,
            "approved": approved, "accepted": accepted, "closed": planner.next_day(accepted, rng.randrange(9, 17), rng.randrange(60)),
            "channel": channel, "onsite": rng.random() < 0.75,
        }

    @api.model
    def _make_planner(self, rng):
        """Return a planner that knows the visits there are already."""
        planner = Planner([self._find(f"demo_technician_{number:02d}") for number in range(1, 13)], rng, TIME_ZONE)
        for visit in self.env["repair.appointment"].search([("state", "!=", "cancelled")]):
            planner.take(visit.technician_id, visit.start)
        return planner

    @api.model
    def _get_territory(self, partner):
        """Return the name of the territory that a customer lives in."""
        territory = self.env["repair.territory"]._find_for_partner(partner)
        return next(name for name in TERRITORIES if self._find(f"demo_territory_{name}") == territory)

    @api.model
    def _prepare_request(self, plan):
        symptom, told = plan["fault"][:2]
        appliance = plan["appliance"]
        return {
            "appliance_id": appliance.id,
            "partner_id": appliance.partner_id.id,
            "company_id": self.env.company.id,
            "channel": plan.get("channel", "phone"),
            "requested_on": plan["requested"],
            "fault_description": told,
            "symptom_id": self._find(f"symptom_{symptom}").id,
            "user_id": self._find("demo_user_desk").id,
        }

    @api.model
    def _prepare_findings(self, plan):
        _symptom, _told, cause, findings, remedy, _families = plan["fault"]
        return {
            "cause_id": self._find(f"cause_{cause}").id,
            "diagnosis": findings,
            "remedy_id": self._find(f"remedy_{remedy}").id,
        }

    @api.model
    def _prepare_extra_lines(self, plan):
        """Values of the lines beside labour and call-out: a part by the piece, material, or extra work."""
        cause, remedy = plan["fault"][2], plan["fault"][4]
        lines = []
        part = faults.PARTS.get((plan["root"], cause))
        if part and remedy in ("replace_part", "repair_board"):
            lines.append({"product_id": self._find("demo_part").id, "name": f"配件：{part[0]}", "price_unit": part[1]})
        extra = faults.EXTRAS.get((plan["root"], cause))
        if extra:
            lines.append({"product_id": self._find(f"demo_{extra[0]}").id, "quantity": extra[1]})
        return lines

    @api.model
    def _prepare_history_order(self, plan, signature):
        services = [{"product_id": self._find(f"demo_labour_{plan['root']}").id}]
        services.append({"product_id": self.env.ref("repair_service.product_callout").product_variant_id.id})
        services += self._prepare_extra_lines(plan)
        for values in services if plan["refused"] else ():
            values["refused"] = True
        if plan["refused"]:
            fee = self.env.ref("repair_service.product_inspection_fee").product_variant_id
            services.append({"product_id": fee.id, "payer": "customer"})
        values = self._prepare_request(plan) | self._prepare_findings(plan) | {
            "service_stage": "closed",
            "technician_id": plan["technician"].id,
            "schedule_date": plan["start"],
            "first_contact_on": plan["contact"],
            "diagnosed_on": plan["diagnosed"],
            "quotation_version": 1,
            "quotation_valid_until": (plan["diagnosed"] + timedelta(days=7)).date(),
            "closed_on": plan["closed"],
            "service_line_ids": [Command.create(line) for line in services],
            "appointment_ids": [Command.create({
                "technician_id": technician.id, "start": start, "stop": start + timedelta(hours=2),
                "state": "done", "arrived_at": arrived,
            }) for technician, start, arrived in self._get_visits(plan)],
        }
        name = plan["appliance"].partner_id.name
        if plan["refused"]:
            reason = names.REFUSALS[plan["day"].toordinal() % len(names.REFUSALS)]
            return values | {"quotation_state": "refused", "refused_by": name, "refusal_reason": reason, "remedy_id": False}
        return values | {
            "state": "done",
            "quotation_state": "approved",
            "approved_by": name,
            "approved_on": plan["approved"],
            "approval_channel": "onsite" if plan["onsite"] else "phone",
            "approval_signature": plan["onsite"] and signature,
            "accepted_on": plan["accepted"],
            "repair_warranty_end": self.env["repair.order"]._local_date(plan["accepted"]) + self._get_repair_warranty(),
            "accepted_by": name,
            "acceptance_signature": signature,
            "inspection_ids": [Command.create(values) for values in self._prepare_inspections(plan)],
            "followup_ids": [Command.create({
                "kind": "satisfaction", "due": (plan["accepted"] + timedelta(days=3)).date(), "user_id": self._find("demo_user_desk").id})],
        }

    @api.model
    def _get_repair_warranty(self):
        return timedelta(days=self.env.ref("repair_service.term_repair").days)

    @api.model
    def _get_visits(self, plan):
        return [(plan["technician"], plan["start"], plan["arrived"]), *filter(None, [plan.get("second")])]

    @api.model
    def _prepare_inspections(self, plan):
        """Return the passed final inspection, and before it the one that sent some repairs back."""
        passed = self._prepare_passed_inspection(plan)
        if not plan["failed_first"]:
            return [passed]
        failed = self._prepare_passed_inspection(plan)
        failed |= {"result": "fail", "done_on": passed["done_on"] - timedelta(minutes=15)}
        weak = (0, 2, 0, 1, 0, 2, 0)[plan["day"].toordinal() % 7]  # some points fail more often than others
        failed["line_ids"][weak % len(failed["line_ids"])][2].update(answer="fail", note="复查时再次出现")
        return [failed, passed]

    @api.model
    def _prepare_passed_inspection(self, plan):
        template = self.env["repair.inspection.template"]._find_for_category(plan["appliance"].category_id, "final")
        return {
            "template_id": template.id,
            "kind": "final",
            "result": "pass",
            "done_on": plan["accepted"] - timedelta(minutes=10),
            "inspector_id": self._find("demo_user_inspector").id,
            "line_ids": [
                Command.create({
                    "point_id": point.id, "sequence": point.sequence, "aspect": point.aspect, "required": point.required,
                    "is_measured": point.is_measured, "unit": point.unit, "min_value": point.min_value, "max_value": point.max_value,
                    "answer": "pass", "value": self._measure(point, plan),
                }) for point in template.point_ids
            ],
        }

    @api.model
    def _measure(self, point, plan):
        if not point.is_measured:
            return 0.0
        spread = plan["requested"].minute  # any number that is the same every time
        return round(point.max_value * (0.3 + spread / 120), 2) if point.max_value else point.min_value * 5 + spread
