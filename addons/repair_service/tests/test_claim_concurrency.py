from odoo import api, fields
from odoo.fields import Command
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..models.repair_flow import FLOW
from .test_concurrency import ConcurrencyCase


@tagged("post_install", "-at_install")
class TestConcurrentClaims(ConcurrencyCase):
    """Two people at the same claim, or two claims for the same line, in the same second: each thing happens once."""

    @classmethod
    def _make_data(cls, env):
        super()._make_data(env)
        receivable, income = env["account.account"].create([
            {"name": "Concurrency", "code": f"CONC{number}", "account_type": kind, "reconcile": kind == "asset_receivable"}
            for number, kind in enumerate(("asset_receivable", "income"))])
        journal = env["account.journal"].create({
            "name": "Concurrency", "code": "CONC", "type": "sale", "default_account_id": income.id})
        maker = env["res.partner"].create({"name": "Concurrency", "property_account_receivable_id": receivable.id})
        brand = env["repair.brand"].create({
            "name": "Concurrency", "partner_id": maker.id, "authorised_until": fields.Date.add(fields.Date.today(), years=1),
            "claim_needs_serial": False, "claim_needs_proof": False, "claim_needs_codes": False})
        product = env["product.product"].create({
            "name": "Concurrency", "type": "service", "repair_service_kind": "labour", "list_price": 100, "taxes_id": False,
            "property_account_income_id": income.id})
        orders = env["repair.order"].browse(cls.order_ids)
        env["repair.appliance"].browse(cls.appliance_id).brand_id = brand
        orders.service_line_ids = [Command.create({"product_id": product.id})]
        now = fields.Datetime.now()
        orders._flow_write({"service_stage": "accepted", "accepted_on": now, "coverage_frozen_on": now})
        env.flush_all()
        orders.service_line_ids.with_context(repair_flow=FLOW).write({"payer": "brand"})
        cls.brand_id, cls.product_id, cls.maker_id, cls.journal_id = brand.id, product.id, maker.id, journal.id
        cls.account_ids = (receivable | income).ids
        cls.reason_id = env.ref("repair_service.claim_reason_rate").id

    @classmethod
    def _remove_records(cls, env):
        cls._remove_claims(env)
        for table in ("repair_service_line", "repair_order"):
            column = "id" if table == "repair_order" else "repair_id"
            env.execute_query(SQL(
                "DELETE FROM %s WHERE %s IN %s RETURNING id", SQL.identifier(table), SQL.identifier(column), tuple(cls.order_ids)))
        env.invalidate_all()
        env["repair.appliance"].browse(cls.appliance_id).unlink()
        env["repair.brand"].browse(cls.brand_id).unlink()
        env["product.product"].browse(cls.product_id).unlink()
        env["repair.appliance.category"].browse(cls.category_id).unlink()
        env["account.journal"].browse(cls.journal_id).unlink()
        env["res.partner"].browse((cls.partner_id, cls.maker_id)).unlink()
        env["account.account"].browse(cls.account_ids).unlink()

    @classmethod
    def _remove_claims(cls, env):
        moves = env["account.move"].search([("partner_id", "=", cls.maker_id)])
        claims = env["repair.brand.claim"].search([("brand_id", "=", cls.brand_id)])
        sales = claims.line_ids.customer_sale_ids
        lines = tuple(moves.line_ids.ids) or (0,)
        for query in (
                SQL("DELETE FROM account_partial_reconcile WHERE debit_move_id IN %s OR credit_move_id IN %s RETURNING id", lines, lines),
                SQL("DELETE FROM repair_brand_claim WHERE brand_id = %s RETURNING id", cls.brand_id),
                SQL("DELETE FROM account_move WHERE id IN %s RETURNING id", tuple(moves.ids) or (0,)),
                SQL("DELETE FROM sale_order WHERE id IN %s RETURNING id", tuple(sales.ids) or (0,))):
            env.execute_query(query)
        env.invalidate_all()

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {"tracking_disable": True})
            self._remove_claims(env)
            lines = env["repair.order"].browse(self.order_ids).service_line_ids
            lines.with_context(repair_flow=FLOW).write({"payer": "brand"})
            self.claim_ids = env["repair.brand.claim"].create([
                {"brand_id": self.brand_id, "date_from": fields.Date.subtract(fields.Date.today(), days=3),
                 "date_to": fields.Date.add(fields.Date.today(), days=3)} for _number in range(2)]).ids

    def _work(self, step):
        """Do something with the first claim, and keep it."""
        with self.registry.cursor() as cr:
            return step(api.Environment(cr, api.SUPERUSER_ID, {"tracking_disable": True})["repair.brand.claim"].browse(self.claim_ids[0]))

    def _race_on(self, *steps):
        """Run steps on claims at once, as requests do: what loses by a conflict is tried again."""
        return self._race([
            lambda env, step=step: retrying(lambda: step(env["repair.brand.claim"].browse(self.claim_ids)), env) for step in steps])

    def _send_and_invoice(self, claim):
        claim.action_gather()
        claim.action_send()
        claim.action_create_invoice()
        claim.action_post_invoice()

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_line_comes_into_one_of_two_claims_that_gather_at_once_and_none_fails(self):
        outcomes = self._race_on(lambda claims: claims[0].action_gather(), lambda claims: claims[1].action_gather())
        self.assertEqual(outcomes, ["won", "won"])
        self.assertEqual(self._work(lambda claim: sorted(claim.search([("brand_id", "=", self.brand_id)]).mapped("line_count"))), [0, 2])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_claim_is_invoiced_once_by_two_accountants(self):
        self._work(lambda claim: (claim.action_gather(), claim.action_send()))
        outcomes = self._race_on(*[lambda claims: claims[0].action_create_invoice()] * 2)
        self.assertEqual(outcomes.count("won"), 1, outcomes)
        self.assertIn("invoiced already", next(text for text in outcomes if text != "won"))
        self.assertEqual(self._work(lambda claim: claim.env["account.move"].search_count([("partner_id", "=", self.maker_id)])), 1)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_accountants_answer_at_once_and_both_answers_count(self):
        self._work(self._send_and_invoice)

        def answer(place, amount):
            reason = amount < 100 and self.reason_id
            return lambda claims: claims[0].line_ids.sorted("id")[place]._record_answers([
                ("paid" if amount == 100 else "short", amount, claims.env["repair.claim.reason"].browse(reason or ()), "")])

        self.assertEqual(self._race_on(answer(0, 100), answer(1, 40)), ["won", "won"])
        self.assertEqual(self._work(lambda claim: (claim.open_count, claim.amount_paid, claim.unresolved_count)), (0, 140.0, 1))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_refusal_is_decided_once(self):
        self._refuse_first()
        outcomes = self._race_on(*[
            lambda claims, who=who: claims[0].line_ids.sorted("id")[0]._resolve(who, "agreed") for who in ("company", "customer")])
        self.assertEqual(outcomes.count("won"), 1, outcomes)
        self.assertIn("decided already", next(text for text in outcomes if text != "won"))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_refusal_is_credited_once(self):
        self._refuse_first()
        self._work(lambda claim: claim.line_ids.sorted("id")[0]._resolve("company", "agreed"))
        outcomes = self._race_on(*[lambda claims: claims[0].action_credit()] * 2)
        self.assertEqual(outcomes.count("won"), 1, outcomes)
        self.assertEqual(self._work(lambda claim: (len(claim.credit_move_ids), claim.amount_residual)), (1, 100.0))

    def _refuse_first(self):
        self._work(self._send_and_invoice)
        self._work(lambda claim: claim.line_ids.sorted("id")[0]._record_answers(
            [("refused", 0.0, claim.env["repair.claim.reason"].browse(self.reason_id), "")]))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_customer_who_signs_while_the_question_is_withdrawn_either_pays_or_not(self):
        self._refuse_first()
        self._work(lambda claim: claim.line_ids.sorted("id")[0]._resolve("customer", "told"))
        signature = {"signed_by": "x", "signed_on": fields.Datetime.now(), "signature": b"iVBORw0KGgo="}

        def sign(claims):
            sale = claims[0].line_ids.sorted("id")[0].customer_sale_id
            sale.write(signature)
            sale.action_confirm()

        outcomes = self._race_on(sign, lambda claims: claims[0].line_ids.sorted("id")[0].action_withdraw_question())
        self.assertEqual(outcomes.count("won"), 1, outcomes)
        answer, state = self._work(lambda claim: (
            claim.line_ids.sorted("id")[0].customer_answer, claim.line_ids.sorted("id")[0].customer_sale_id.state))
        self.assertIn((answer, state), [("agreed", "sale"), ("refused", "cancel")])
