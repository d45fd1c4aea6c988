import random
from datetime import timedelta

from odoo import api, models

RATES = {  # brand: (labour by family, handling on parts in percent)
    "haier": ({"refrigerator": 95.0, "air_conditioner": 130.0, "washer": 85.0}, 12.0),
    "midea": ({"air_conditioner": 125.0, "refrigerator": 90.0}, 10.0),
    "gree": ({"air_conditioner": 135.0}, 8.0),
}
REMARKS = ("配件价格按五月价格表核减。", "发票日期已超过整机保修期。", "故障照片看不出损坏部位。", "旧件未随批次返回。")


class RepairServiceDemo(models.AbstractModel):
    """Claims on brands at every step: one settled after half of it was refused, one waiting for answers, drafts to complete."""

    _inherit = "repair.service.demo"

    @api.model
    def _load_claims(self):
        """Agree rates with three brands, and claim what they owe month by month."""
        if self._find("demo_claim_001"):
            return
        demo = self._enter()
        demo._agree_rates()
        brands = [demo._find(f"demo_brand_{name}") for name in RATES]
        claims = demo.env["repair.brand.claim"]
        today = demo._get_today()
        month = today.replace(day=1)
        periods = []
        for _each in range(3):
            last = month - timedelta(days=1)
            month = last.replace(day=1)
            periods.append((month, last))
        paying = demo.env["repair.brand"].search([("partner_id", "!=", False)])
        for brand in paying:
            claims |= demo._settle_old_claims(brand, periods[-1][0] - timedelta(days=1))
        for number, brand in enumerate(brands):
            for age, (first, last) in enumerate(periods[:3 - (number == 2)]):
                claims |= demo._make_claim(brand, first, last, age)
        demo._give_ids("demo_claim", claims)

    @api.model
    def _agree_rates(self):
        values = []
        for name, (labour, handling) in RATES.items():
            brand = self._find(f"demo_brand_{name}")
            brand.write({"claim_days": 75, "claim_warn_days": 15, "claim_user_id": self._find("demo_user_accountant").id})
            values += [{
                "brand_id": brand.id, "kind": "labour", "category_id": self._find(f"category_{family}").id, "basis": "fixed", "amount": amount,
            } for family, amount in labour.items()]
            values += [{"brand_id": brand.id, "kind": "callout", "basis": "fixed", "amount": 30.0},
                       {"brand_id": brand.id, "kind": "part", "basis": "cost", "percent": handling}]
        self.env["repair.brand.rate"].create(values)

    @api.model
    def _settle_old_claims(self, brand, last):
        """What lies further back was claimed and paid long ago; what lacked its evidence was borne by the company."""
        claim = self._as("accountant", self.env["repair.brand.claim"]).create({
            "brand_id": brand.id, "date_from": last - timedelta(days=1500), "date_to": last})
        claim.action_gather()
        if not claim.line_ids:
            claim.unlink()
            return claim.browse()
        if incomplete := claim.line_ids.filtered(lambda line: not line.is_complete):
            incomplete._resolve("company", "资料不全，未申报")
        if claim.state == "settled":
            return claim.sudo(False)
        claim.action_send()
        claim.action_create_invoice()
        claim.invoice_id.write({"invoice_date": last, "invoice_date_due": last + timedelta(days=30)})
        claim.action_post_invoice()
        claim.action_answer_all_paid()
        claim.sudo()._flow_write({"sent_on": f"{last} 02:00:00", "settled_on": f"{last} 03:00:00"})
        self._pay(claim.sudo().invoice_id)
        return claim.sudo(False)

    @api.model
    def _make_claim(self, brand, first, last, age):
        """Make the claim of a month that lies ``age`` months further back: the last stays a draft, older ones went further."""
        claim = self._as("accountant", self.env["repair.brand.claim"]).create({"brand_id": brand.id, "date_from": first, "date_to": last})
        claim.action_gather()
        if not claim.line_ids:
            claim.unlink()
            return claim.browse()
        if age:
            claim.line_ids.filtered(lambda line: not line.is_complete).unlink()
        if age and claim.line_ids:
            claim.action_send()
            claim.action_create_invoice()
            day = last + timedelta(days=5)
            claim.invoice_id.write({"invoice_date": day, "invoice_date_due": day + timedelta(days=30)})
            claim.action_post_invoice()
            claim.sudo()._flow_write({"sent_on": f"{day} 02:00:00"})
            self._answer_claim(claim, age)
        return claim.sudo(False)

    @api.model
    def _answer_claim(self, claim, age):
        """Of the claim before last every other line was refused and decided; of the last the answers are coming in."""
        reasons = [self._find(f"claim_reason_{name}") for name in ("rate", "expired", "evidence", "old_part")]
        rng = random.Random(claim.number)
        lines = claim.line_ids if age > 1 else claim.line_ids[:len(claim.line_ids) // 2 + 1]
        for number, line in enumerate(lines):
            if number % 2 == 0 or not line.amount_claimed:
                line._record_answers([("paid", line.amount_claimed, reasons[0].browse(), "")])
                continue
            place = rng.randrange(len(reasons))
            short = number % 4 == 1
            amount = round(line.amount_claimed * 0.6, 2) if short else 0.0
            line._record_answers([("short" if short else "refused", amount, reasons[place], REMARKS[place])])
            if age > 1:
                self._as("manager", line)._resolve(
                    "claim_again" if number % 3 == 0 else "company", "补齐资料后再次申报" if number % 3 == 0 else "金额不大，不再争议")
        if age > 1 and claim.uncredited_count:
            claim.action_credit()
