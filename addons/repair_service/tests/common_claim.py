from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user

from .common import RepairServiceCommon


class RepairClaimCommon(RepairServiceCommon):
    """A brand that pays: labour 100.00, a part 80.00 at a cost of 30.00, 13 % tax. What an order owes is 180.00, with tax 203.40."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.company.chart_template:
            cls.env["account.chart.template"].try_loading("cn", cls.company, install_demo=False)
        cls.tax = cls.env["account.tax"].create({"name": "13 % claim", "amount": 13, "type_tax_use": "sale", "company_id": cls.company.id})
        cls.labour_product.write({"standard_price": 60, "taxes_id": [Command.set(cls.tax.ids)]})
        cls.part.write({"standard_price": 30, "taxes_id": [Command.set(cls.tax.ids)]})
        cls._add_stock(cls.part, 20)
        cls.maker = cls.env["res.partner"].create({"name": "Test maker", "is_company": True})
        cls.brand.write({
            "partner_id": cls.maker.id, "authorised_until": fields.Date.add(fields.Date.today(), years=1), "claim_days": 60,
            "claim_warn_days": 10})
        cls.user_auditor = new_test_user(cls.env, "test_claim_auditor", "base.group_user,account.group_account_readonly")
        cls.reasons = {name: cls.env.ref(f"repair_service.claim_reason_{name}") for name in ("expired", "rate", "proof")}
        cls.today = fields.Date.today()

    @classmethod
    def _accept(cls, complete=True, days_ago=0, **values):
        """Return an accepted order with labour 100.00 and a part 80.00, both owed by the brand."""
        appliance = cls._create_appliance(
            purchase_date=fields.Date.subtract(cls.today, days=200), purchase_proof="invoice" if complete else "none")
        order = cls._create_order(
            appliance_id=appliance.id, override_payer="brand", override_reason="agreed by phone",
            remedy_id=cls.remedy.id if complete else False, **values)
        order.service_line_ids = [Command.create({"product_id": cls.labour_product.id})]
        cls._add_part(order, repair_price_unit=80)
        cls._to_stage(order, "accepted")
        if days_ago:
            order._flow_write({"accepted_on": order.accepted_on - timedelta(days=days_ago)})
        return order

    @classmethod
    def _gather(cls, user=None, days=40, **values):
        claim = cls.env["repair.brand.claim"].with_user(user or cls.user_accountant).create({
            "brand_id": cls.brand.id, "date_from": fields.Date.subtract(cls.today, days=days),
            "date_to": fields.Date.add(cls.today, days=1), **values})
        claim.action_gather()
        return claim

    @classmethod
    def _invoice(cls, claim):
        claim = claim.with_user(cls.user_accountant)
        if claim.state == "draft":
            claim.action_send()
        claim.action_create_invoice()
        claim.action_post_invoice()
        return claim

    @classmethod
    def _get_line(cls, claim, order, part=False):
        return claim.line_ids.filtered(lambda line: line.repair_id == order and bool(line.move_id) == part)

    @classmethod
    def _answer(cls, line, answer, amount=0.0, reason=None, user=None):
        dialogue = cls.env["repair.claim.dialogue"].with_user(user or cls.user_accountant).create({
            "kind": "answer", "line_id": line.id, "answer": answer, "amount_paid": amount,
            "reason_id": cls.reasons[reason].id if reason else False})
        dialogue.action_confirm()

    @classmethod
    def _resolve(cls, line, resolution, reason="agreed", user=None):
        dialogue = cls.env["repair.claim.dialogue"].with_user(user or cls.user_manager).create({
            "kind": "resolve", "line_id": line.id, "resolution": resolution, "reason": reason})
        dialogue.action_confirm()


class ClaimOfTwoRepairsCommon(RepairClaimCommon):
    """A claim gathered over two repairs, 360.00 untaxed, 406.80 with tax: labour and fan of each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order, cls.second = cls._accept(), cls._accept()
        cls.claim = cls._gather()
        cls.labour, cls.fan = cls._get_line(cls.claim, cls.order), cls._get_line(cls.claim, cls.order, part=True)
        cls.other_labour, cls.other_fan = cls._get_line(cls.claim, cls.second), cls._get_line(cls.claim, cls.second, part=True)
