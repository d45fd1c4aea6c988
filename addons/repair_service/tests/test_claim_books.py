from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common_claim import ClaimOfTwoRepairsCommon


@tagged("post_install", "-at_install")
class TestClaimBooks(ClaimOfTwoRepairsCommon):
    """A claim in the books: two repairs, 360.00 untaxed, 406.80 with tax. Nothing is billed twice, the residual is right to the cent."""

    @classmethod
    def _pay(cls, invoice, **values):
        register = cls.env["account.payment.register"].with_context(active_model="account.move", active_ids=invoice.sudo().ids)
        register.create(values)._create_payments()

    def _refuse(self, line, resolution="company", answer="refused", amount=0.0):
        self._answer(line, answer, amount, "rate")
        self._resolve(line, resolution)

    # -- the invoice

    def test_an_invoice_that_was_cancelled_is_not_posted_beside_the_one_that_took_its_place(self):
        claim = self._invoice(self.claim)
        first = claim.invoice_id
        first.button_cancel()
        claim.action_create_invoice()
        self.assertNotEqual(claim.invoice_id, first)
        with self.assertRaisesRegex(UserError, "invoiced anew"):
            first.button_draft()
            first.action_post()
        claim.action_post_invoice()
        self.assertEqual(claim.amount_residual, 406.8)

    def test_an_invoice_of_a_claim_is_not_reversed_as_a_whole(self):
        claim = self._invoice(self.claim)
        wizard = self.env["account.move.reversal"].with_user(self.user_accountant).with_context(
            active_model="account.move", active_ids=claim.invoice_id.ids).create({"journal_id": claim.invoice_id.journal_id.id})
        with self.assertRaisesRegex(UserError, "line by line"):
            wizard.refund_moves()
        self._refuse(self.labour)
        claim.action_credit()
        with self.assertRaisesRegex(UserError, "line by line"):
            claim.credit_move_ids._reverse_moves()
        self.assertEqual(claim.amount_residual, 293.8)

    def test_an_invoice_asks_this_brand_in_this_currency_for_nothing_but_the_claim(self):
        claim = self.claim.with_user(self.user_accountant)
        claim.action_send()
        claim.action_create_invoice()
        foreign = self.env["res.currency"].with_context(active_test=False).search([("name", "=", "USD")])
        foreign.active = True
        changes = {
            "currency": {"currency_id": foreign.id}, "partner": {"partner_id": self.partner.id},
            "line": {"invoice_line_ids": [Command.create({"name": "x", "quantity": 1, "price_unit": 500})]},
            "type": {"move_type": "out_refund"},
        }
        for name, values in changes.items():
            with self.subTest(name), self.assertRaises(UserError), self.cr.savepoint():
                claim.invoice_id.sudo().write(values)
                claim.action_post_invoice()
            self.env.invalidate_all()
        claim.action_post_invoice()
        self.assertEqual(claim.amount_residual, 406.8)

    def test_prices_with_tax_inside_and_rounded_over_the_invoice_are_claimed_to_the_cent(self):
        self.tax.price_include_override = "tax_included"
        for method in ("round_per_line", "round_globally"):
            self.company.tax_calculation_rounding_method = method
            with self.subTest(method), self.cr.savepoint() as savepoint:
                for number, line in enumerate(self.claim.line_ids):
                    line._flow_write({"amount_claimed": 33.33 + number * 0.01})
                claim = self._invoice(self.claim)
                self.assertAlmostEqual(claim.invoice_id.amount_untaxed, claim.amount_claimed, 2)
                for line in claim.line_ids:
                    self._refuse(line)
                claim.action_credit()
                self.assertEqual(claim.amount_residual, 0.0)
                savepoint.rollback()
            self.env.invalidate_all()

    # -- credit notes

    def test_a_credit_note_takes_tax_and_account_of_the_line_that_it_credits(self):
        claim = self._invoice(self.claim)
        account = claim.invoice_id.invoice_line_ids.account_id
        lower = self.tax.copy({"name": "9 %", "amount": 9})
        (self.labour_product | self.part).taxes_id = lower  # the rate changed after the invoice
        self._refuse(self.labour)
        self._refuse(self.fan, answer="short", amount=50.0)
        claim.action_credit()
        note = claim.credit_move_ids
        self.assertEqual((note.invoice_line_ids.tax_ids, note.invoice_line_ids.account_id), (self.tax, account))
        # 130.00 untaxed are 146.90 at 13 %: of 406.80 there remain 259.90.
        self.assertEqual((note.amount_total, claim.amount_residual), (146.9, 259.9))

    def test_what_was_paid_before_the_answers_came_is_owed_back(self):
        claim = self._invoice(self.claim)
        self._pay(claim.invoice_id)
        self.assertEqual(claim.amount_residual, 0.0)
        self._refuse(self.labour)
        for line in (self.fan, self.other_labour, self.other_fan):
            self._answer(line, "paid")
        claim.action_credit()
        self.assertEqual((claim.state, claim.amount_residual), ("settled", -113.0))

    def test_a_part_payment_before_the_answers_leaves_the_right_rest(self):
        claim = self._invoice(self.claim)
        self._pay(claim.invoice_id, amount=100.0)
        self._refuse(self.labour)
        claim.action_credit()
        self.assertEqual(claim.amount_residual, 193.8)  # 406.80 less 100.00 and 113.00
        self._pay(claim.invoice_id, amount=193.8)
        self.assertEqual(claim.amount_residual, 0.0)

    def test_a_cash_discount_and_instalments_leave_nothing_open(self):
        self.maker.property_payment_term_id = self.env["account.payment.term"].create({
            "name": "2 % in 10 days", "early_discount": True, "discount_percentage": 2, "discount_days": 10,
            "line_ids": [Command.create({"value": "percent", "value_amount": 100, "nb_days": 30})]})
        for name in ("account_journal_early_pay_discount_loss_account_id", "account_journal_early_pay_discount_gain_account_id"):
            self.company[name] = self.company[name] or self.env["account.account"].search([("account_type", "=", "expense")], limit=1)
        claim = self._invoice(self.claim)
        self._pay(claim.invoice_id, payment_date=claim.invoice_id.invoice_date)
        claim.action_answer_all_paid()
        self.assertEqual((claim.state, claim.amount_residual, claim.invoice_id.amount_residual), ("settled", 0.0, 0.0))

    def test_instalments_are_credited_as_one(self):
        self.maker.property_payment_term_id = self.env["account.payment.term"].create({
            "name": "Two halves", "line_ids": [
                Command.create({"value": "percent", "value_amount": 50, "nb_days": days}) for days in (30, 60)]})
        claim = self._invoice(self.claim)
        for line in claim.line_ids:
            self._refuse(line)
        claim.action_credit()
        self.assertEqual((claim.state, claim.amount_residual), ("settled", 0.0))

    def test_a_brand_that_pays_less_than_it_granted_is_asked_again_line_by_line(self):
        claim = self._invoice(self.claim)
        claim.action_answer_all_paid()
        self.assertEqual(claim.state, "settled")
        self._pay(claim.invoice_id, amount=293.8)  # the labour of one repair is missing
        for user in (self.user_manager, self.user_auditor):
            with self.subTest(user.login), self.assertRaises(AccessError):
                claim.with_user(user).action_reopen()
        claim.action_reopen()
        claim.action_settle()  # opened by mistake
        claim.action_reopen()
        self._answer(self.labour, "refused", reason="rate")
        with self.assertRaisesRegex(UserError, "wait for"):
            claim.action_settle()
        self._resolve(self.labour, "company")
        claim.action_credit()
        self.assertEqual((claim.state, claim.amount_residual, claim.amount_paid), ("settled", 0.0, 260.0))
        with self.assertRaisesRegex(UserError, "owes nothing"):
            claim.action_reopen()

    # -- other payers, in the order's money and in the charges

    def _get_charges(self, order):
        self.env.flush_all()
        rows = self.env["repair.charge"].with_user(self.user_accountant)._read_group(
            [("repair_id", "=", order.id)], ["kind", "payer"], ["amount:sum"])
        return {(kind, payer): amount for kind, payer, amount in rows if amount}

    def test_an_agreed_rate_is_what_the_order_brings_once_it_is_claimed(self):
        self.assertRecordValues(self.order, [{"amount_claimable": 180.0, "amount_margin": 90.0}])  # cost 60.00 and 30.00
        self.env["repair.brand.rate"].create({"brand_id": self.brand.id, "kind": "labour", "amount": 75})
        self.claim.action_gather()
        self.claim.action_send()
        self.assertRecordValues(self.order, [{"amount_claimable": 155.0, "amount_margin": 65.0}])
        self.assertEqual(self._get_charges(self.order), {("service", "brand"): 75.0, ("part", "brand"): 80.0, ("service", "company"): 25.0})

    def test_what_is_refused_twice_costs_only_what_was_never_paid(self):
        claim = self._invoice(self.claim)
        self._refuse(self.fan, "claim_again", "short", 50.0)
        claim.action_credit()
        again = self._invoice(self._gather())
        self.assertEqual(again.line_ids.amount_claimed, 30.0)
        self._refuse(again.line_ids)
        self.assertEqual(self.order.move_ids.payer, "brand")  # 50.00 of it were paid
        self.assertRecordValues(self.order, [{"amount_claimable": 150.0, "amount_margin": 60.0}])
        self.assertEqual(self._get_charges(self.order), {
            ("service", "brand"): 100.0, ("part", "brand"): 50.0, ("part", "company"): 30.0})

    def test_what_the_customer_agrees_to_pay_of_a_part_payment_is_his_and_no_more_than_that(self):
        claim = self._invoice(self.claim)
        self._refuse(self.fan, "customer", "short", 50.0)
        sale = self.fan.sudo().customer_sale_id
        self.assertEqual(sale.amount_untaxed, 30.0)
        sale.write({"signed_by": "Wang Fang", "signed_on": "2026-01-01 00:00:00", "signature": self.signature})
        sale.action_confirm()
        self.assertEqual(self._get_charges(self.order), {
            ("service", "brand"): 100.0, ("part", "brand"): 50.0, ("part", "customer"): 30.0})
        self.assertRecordValues(self.order, [{"amount_claimable": 150.0, "amount_taken_over": 30.0, "amount_margin": 90.0}])
        claim.action_credit()
        self.assertEqual(claim.amount_residual, 372.9)

    def test_the_supplier_bears_his_part_of_a_part_payment(self):
        self._invoice(self.claim)
        self._refuse(self.fan, "supplier", "short", 50.0)
        self.assertEqual(self._get_charges(self.order), {
            ("service", "brand"): 100.0, ("part", "brand"): 50.0, ("part", "supplier"): 30.0})
        self.assertRecordValues(self.order, [{"amount_claimable": 180.0, "amount_margin": 90.0}])

    def test_every_charge_adds_up_to_the_price_whatever_became_of_it(self):
        self._invoice(self.claim)
        self._refuse(self.labour)
        self._refuse(self.fan, "supplier")
        self._refuse(self.other_labour, "company", "short", 99.99)
        self._answer(self.other_fan, "short", 0.01, "rate")
        for order in (self.order, self.second):
            self.assertAlmostEqual(sum(self._get_charges(order).values()), 180.0, 2)

    # -- claimed again

    def test_what_is_claimed_again_is_free_only_once_it_is_credited(self):
        claim = self._invoice(self.claim)
        self._refuse(self.fan, "claim_again", "short", 50.0)
        self.assertFalse(self._gather().line_ids)  # the first invoice still asks for it
        claim.action_credit()
        self.assertEqual(self._gather().line_ids.previous_id, self.fan)

    def test_the_balance_asks_for_the_rest_only_of_what_is_claimed_again(self):
        claim = self._invoice(self.claim)
        for line in (self.labour, self.other_labour, self.other_fan):
            self._answer(line, "paid")
        self._refuse(self.fan, "claim_again", "short", 50.0)
        self.assertEqual(self._get_balance(), {"invoiced": 360.0})
        claim.action_credit()
        self.assertEqual(self._get_balance(), {"invoiced": 330.0, "to_claim": 30.0})
        row = self.env["repair.brand.balance"].search([("stage", "=", "to_claim"), ("brand_id", "=", self.brand.id)])
        self.assertEqual(row.due_on, fields.Date.add(self.fan._get_decided_day(), days=60))

    def _get_balance(self):
        self.env.flush_all()
        return dict(self.env["repair.brand.balance"]._read_group([("brand_id", "=", self.brand.id)], ["stage"], ["amount:sum"]))
