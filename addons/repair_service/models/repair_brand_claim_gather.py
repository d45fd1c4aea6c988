from datetime import datetime, time, timedelta

from pytz import utc

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine import claim_rates
from .repair_flow import FLOW

ACTIVITY = "repair_service.mail_activity_type_claim"
SETTLED_STAGES = ("accepted", "closed")


class RepairBrandClaim(models.Model):
    """Brings the brand's lines of a period together, priced by the rates agreed with it."""

    _inherit = "repair.brand.claim"

    near_count = fields.Integer("Lines at their deadline", compute="_compute_near_count")

    @api.depends("line_ids.deadline", "state")
    def _compute_near_count(self):
        for claim in self:
            claim.near_count = len(claim.line_ids.filtered(lambda line: line.deadline_state in ("near", "passed")))

    def action_gather(self):
        """Take the lines of the period that the brand owes and no other claim has, and price all lines by the rates of today.

        :raises UserError: the claim was sent
        """
        self._check_claimer()
        self._lock_claim()
        self._check_state(("draft",), self.env._("Gathering"))
        for claim in self:
            claim._gather()
        return True

    def _gather(self):
        self.ensure_one()
        # Whoever gathers for the same brand waits. Written, not only locked: then he begins anew and finds these lines taken.
        self.env.execute_query(SQL("UPDATE repair_brand SET claim_days = claim_days WHERE id = %s RETURNING id", self.brand_id.id))
        sources = self._find_sources(self.brand_id, self.company_id, self.date_from, self.date_to)
        number = max(self.line_ids.mapped("sequence"), default=0)
        lines_flow = self.env["repair.brand.claim.line"].with_context(repair_flow=FLOW)
        lines_flow.create([self._prepare_line(source, number + place) for place, source in enumerate(sources, 1)])
        self.line_ids.filtered(lambda line: line.answer == "open")._price()

    @api.model
    def _find_sources(self, brand, company, date_from, date_to):
        """Return the labour lines and parts that a brand owes of a period and that stand in no live claim, order by order.

        :param date date_from, date_to: first and last day of acceptance where the company is
        """
        zone = self.env["repair.order"]._get_company_timezone(company)
        first, last = (
            zone.localize(datetime.combine(day, time.min)).astimezone(utc).replace(tzinfo=None)
            for day in (date_from, date_to + timedelta(days=1)))
        orders = Domain("repair_id", "any", [
            ("brand_id", "=", brand.id), ("company_id", "=", company.id), ("accepted_on", ">=", first),
            ("accepted_on", "<", last), ("service_stage", "in", SETTLED_STAGES)])
        free = Domain("payer", "=", "brand") & Domain("claim_line_ids", "not any", [("is_live", "=", True)])
        labour = self.env["repair.service.line"].search(orders & free & Domain("refused", "=", False))
        parts_sudo = self.env["stock.move"].sudo().search(  # accountants have no stock rights; these are lines of orders they read
            orders & free & Domain("repair_line_type", "=", "add") & Domain("state", "=", "done"))
        return sorted(
            [*labour, *parts_sudo], key=lambda source: (source.repair_id.accepted_on, source.repair_id.id, source._name, source.id))

    def _prepare_line(self, source, sequence):
        self.ensure_one()
        order = source.repair_id
        accepted_on = order._local_date(order.accepted_on)
        is_part = source._name == "stock.move"
        before = source.claim_line_ids.filtered(lambda line: line.resolution == "claim_again" and not line.is_live).sorted("id")[-1:]
        begun = before._get_decided_day() if before else accepted_on
        return {
            "claim_id": self.id, "sequence": sequence, "repair_id": order.id,
            "move_id" if is_part else "service_line_id": source.id,
            "product_id": source.product_id.id, "name": source.product_id.display_name if is_part else source.name,
            "quantity": source._get_charge_quantity(), "accepted_on": accepted_on,
            "deadline": self.brand_id.claim_days and fields.Date.add(begun, days=self.brand_id.claim_days),
            "amount_list": source._get_charge_subtotal(), "amount_claimed": source._get_charge_subtotal(), "previous_id": before.id,
        }

    @api.model
    def _cron_gather_due(self):
        """Put what nears its deadline into a draft claim, and remind who keeps it."""
        brands = self.env["repair.brand"].search([("partner_id", "!=", False), ("claim_days", ">", 0)])
        owed = self.env["repair.order"]._read_group([("brand_id", "in", brands.ids), ("accepted_on", "!=", False)], ["company_id"])
        for (company,) in owed:
            default_keeper = self._get_default_keeper(company)
            for brand in brands:
                keeper = brand.claim_user_id or default_keeper  # what is written down is in his language
                self.with_company(company).with_context(lang=keeper.lang)._gather_due(brand.with_context(lang=keeper.lang), company, keeper)

    @api.model
    def _get_default_keeper(self, company):
        """Return who is reminded for brands without a keeper of their claims: a service manager of the company."""
        managers = self.env.ref("repair_service.repair_service_group_manager")
        people = self.env["res.users"].sudo().search(  # who can be reminded
            [("all_group_ids", "in", managers.ids), ("company_ids", "in", company.ids), ("share", "=", False)], order="id")
        return (people - self.env.ref("base.user_admin", raise_if_not_found=False))[:1] or people[:1] or self.env.user

    @api.model
    def _gather_due(self, brand, company, keeper):
        today = self.env["repair.order"]._local_date(fields.Datetime.now(), company)
        last = fields.Date.subtract(today, days=max(brand.claim_days - brand.claim_warn_days, 0))
        draft = self.search([("brand_id", "=", brand.id), ("company_id", "=", company.id), ("state", "=", "draft")], limit=1)
        sources = self._find_sources(brand, company, fields.Date.subtract(last, years=3), last)
        if sources:
            first = min(source.repair_id._local_date(source.repair_id.accepted_on) for source in sources)
            draft = draft or self.create({
                "brand_id": brand.id, "company_id": company.id, "date_from": first, "date_to": last, "user_id": keeper.id})
            draft._flow_write({"date_from": min(first, draft.date_from), "date_to": max(last, draft.date_to)})
            draft._gather()
        near = draft.line_ids.filtered(lambda line: line.deadline_state in ("near", "passed"))
        if near and not draft.activity_search([ACTIVITY]):
            draft.activity_schedule(
                ACTIVITY, min(near.mapped("deadline")),
                user_id=(draft.user_id or keeper).id,
                summary=self.env._("%(count)s lines have to be claimed before their deadline", count=len(near)))


class RepairBrandClaimLine(models.Model):
    _inherit = "repair.brand.claim.line"

    def _price(self):
        """Price lines by the rates that the brand and the company have agreed; what is claimed again is what was left unpaid."""
        for (brand, company), lines in self.grouped(lambda line: (line.brand_id, line.company_id)).items():
            rates, engine_rates = brand._get_rates(company)
            for line in lines:
                if line.previous_id:
                    line._flow_write({
                        "amount_claimed": line.previous_id.amount_refused, "rate_id": False,
                        "rate_reason": self.env._("Left unpaid on %(line)s", line=line.previous_id.reference)})
                    continue
                charge = line._get_charge()
                place = claim_rates.find_rate(engine_rates, charge)
                rate = rates[place] if place is not None else rates.browse()
                amount = claim_rates.reckon(engine_rates[place] if place is not None else None, charge)
                line._flow_write({
                    "amount_claimed": line.currency_id.round(amount), "rate_id": rate.id,
                    "rate_reason": rate._describe() if rate else self.env._("Our price, no rate agreed")})

    def _get_charge(self):
        """Return the line as the engine prices it."""
        self.ensure_one()
        order, source = self.repair_id, self._get_source()
        family = order.appliance_category_id
        families = []
        while family:
            families.append(family.id)
            family = family.parent_id
        return claim_rates.Charge(
            kind="part" if self.move_id else self.service_line_id.repair_service_kind, day=self.accepted_on, quantity=self.quantity,
            list_total=self.amount_list, cost_total=source._get_cost(), product=self.product_id.id, families=tuple(families),
            codes=frozenset((order.symptom_id | order.cause_id | order.remedy_id).ids))
