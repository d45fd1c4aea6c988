from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import RepairServiceCommon


@tagged("post_install", "-at_install")
class TestMoney(RepairServiceCommon):
    """Labour 100.00 at a cost of 60.00, a fan motor 80.00 at a cost of 30.00, 13 % tax: the customer pays 203.40."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.company.chart_template:
            cls.env["account.chart.template"].try_loading("cn", cls.company, install_demo=False)
        tax = cls.env["account.tax"].create({"name": "13 % money", "amount": 13, "type_tax_use": "sale", "company_id": cls.company.id})
        cls.labour_product.write({"standard_price": 60, "taxes_id": [Command.set(tax.ids)]})
        cls.part.write({"standard_price": 30, "taxes_id": [Command.set(tax.ids)]})
        cls._add_stock(cls.part, 10)

    def _prepare_order(self, stage, **values):
        order = self._create_order(appliance_id=self._create_appliance().id, **values)
        self._add_part(order, repair_price_unit=80)
        return self._to_stage(order, stage)

    def _take(self, order, amount, user=None, **values):
        return self.env["repair.payment"].with_user(user or self.user_technician).create({
            "repair_id": order.id, "amount": amount, "method": "cash", **values})

    def _get_residual(self, order):
        return sum(order.invoice_ids.filtered(lambda move: move.state == "posted").mapped("amount_residual"))

    def test_payment_on_the_spot_is_set_against_the_invoice_when_booked_before_it(self):
        order = self._prepare_order("accepted")
        payment = self._take(order, 100.0)
        self.assertRecordValues(order, [{"amount_collected": 100.0, "amount_to_collect": 103.4}])
        payment.with_user(self.user_accountant).action_book()
        order.with_user(self.user_accountant).action_create_invoice()
        order.with_user(self.user_accountant).action_post_invoice()
        self.assertEqual(order.invoice_ids.amount_total, 203.4)
        self.assertAlmostEqual(self._get_residual(order), 103.4)
        self._take(order, 103.4, method="wechat").with_user(self.user_accountant).action_book()
        self.assertAlmostEqual(self._get_residual(order), 0.0)
        self.assertEqual(order.payment_ids.mapped("state"), ["booked", "booked"])

    def test_cash_goes_to_the_cash_journal_and_the_rest_to_the_bank(self):
        order = self._prepare_order("approved")
        cash = self._take(order, 50.0).with_user(self.user_accountant)
        bank = self._take(order, 50.0, method="alipay", reference="2027-1").with_user(self.user_accountant)
        self.assertEqual((cash.journal_id.type, bank.journal_id.type), ("cash", "bank"))
        bank.action_book()
        self.assertRecordValues(bank.payment_id, [{"amount": 50.0, "memo": f"{order.name} 2027-1", "partner_id": self.partner.id}])

    def test_nobody_takes_more_than_the_customer_agreed_to(self):
        order = self._prepare_order("approved")
        self._take(order, 200.0)
        for amount in (3.41, 203.4):
            with self.subTest(amount), self.assertRaises(ValidationError):
                self._take(order, amount)
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.cr.savepoint():
            self._take(order, -5.0)
        self.assertEqual(self._take(order, 3.4).state, "collected")

    def test_no_money_before_the_customer_agreed_nor_after_the_end(self):
        quoted, cancelled = self._prepare_order("quoted"), self._prepare_order("approved")
        cancelled.action_repair_cancel()
        for order in (quoted, cancelled):
            with self.subTest(order.service_stage), self.assertRaises(UserError):
                self._take(order, 10.0, self.user_desk)

    def test_payment_stays_as_it_was_recorded(self):
        order = self._prepare_order("approved")
        payment = self._take(order, 100.0, state="booked", collected_by_id=self.user_desk.id, collected_on="2020-01-01 00:00:00")
        self.assertEqual((payment.state, payment.collected_by_id), ("collected", self.user_technician))
        self.assertGreaterEqual(payment.collected_on, order.requested_on)
        for values in ({"amount": 1.0}, {"state": "cancelled"}, {"method": "card"}, {"collected_by_id": self.user_desk.id}):
            for user in (self.user_technician, self.user_manager):
                with self.subTest(values=values, user=user.login), self.assertRaises(UserError):
                    payment.with_user(user).write(values)
        with self.assertRaises(AccessError):
            payment.with_user(self.user_manager).unlink()
        with self.assertRaises(UserError):
            payment.unlink()

    def test_given_back_with_a_reason_by_collector_or_desk_and_once(self):
        order = self._prepare_order("approved")
        payment = self._take(order, 100.0, self.user_desk)
        with self.assertRaises(AccessError):
            payment.with_user(self.user_technician).action_give_back("wrong")
        with self.assertRaises(UserError):
            payment.with_user(self.user_desk).action_give_back(" ")
        dialogue = self.env["repair.payment.return"].with_user(self.user_desk).create({"payment_id": payment.id, "reason": "paid twice"})
        dialogue.action_confirm()
        self.assertRecordValues(payment, [{"state": "cancelled", "cancel_reason": "paid twice"}])
        self.assertEqual(order.amount_collected, 0.0)
        with self.assertRaises(UserError):
            payment.with_user(self.user_desk).action_give_back("again")
        with self.assertRaises(UserError):
            payment.with_user(self.user_accountant).action_book()

    def test_only_accounting_books_and_once(self):
        payment = self._take(self._prepare_order("accepted"), 100.0)
        for user in (self.user_technician, self.user_desk, self.user_manager):
            with self.subTest(user.login), self.assertRaises(AccessError):
                payment.with_user(user).action_book()
        payment.with_user(self.user_accountant).action_book()
        with self.assertRaises(UserError):
            payment.with_user(self.user_accountant).action_book()

    def test_technician_takes_payments_of_his_own_orders_only(self):
        order = self._create_order(appliance_id=self._create_appliance().id, service_type="workshop")
        order.write({"cause_id": self.cause.id, "diagnosis": "Stands still"})
        order.action_diagnose()
        order.action_send_quotation()
        order.action_approve_quotation()
        with self.assertRaises(AccessError):
            self._take(order, 10.0)

    def _make_deposit(self, order, amount):
        dialogue = self.env["repair.deposit"].with_user(self.user_accountant).with_context(active_id=order.id)
        dialogue.create({"amount": amount}).action_confirm()
        deposit = order.invoice_ids
        deposit.with_user(self.user_accountant).action_post()
        return deposit

    def test_deposit_is_taken_off_the_final_invoice_and_does_not_count_as_it(self):
        order = self._prepare_order("approved")
        deposit = self._make_deposit(order, 113.0)
        self.assertEqual((deposit.amount_total, order.invoice_state, order.has_deposit), (113.0, "none", True))
        self.assertIn(order, order.search([("invoice_state", "=", "none")]))
        for amount in (90.41, 0.0, -1.0, "90"):
            with self.subTest(amount), self.assertRaises(UserError):
                order.action_invoice_deposit(amount)
        self._to_stage(order, "accepted")
        self.assertEqual(order.next_step, "invoice")
        order.with_user(self.user_accountant).action_create_invoice()
        final = order.invoice_ids - deposit
        self.assertAlmostEqual(final.amount_total, 90.4)
        final.action_post()
        self.assertEqual(order.next_step, "close")

    def test_order_with_a_deposit_is_cancelled_after_it_was_credited(self):
        order = self._prepare_order("approved")
        deposit = self._make_deposit(order, 50.0)
        with self.assertRaises(UserError):
            order.with_user(self.user_desk).action_repair_cancel()
        self._credit(deposit)
        order.with_user(self.user_desk).action_repair_cancel()
        self.assertEqual(order.service_stage, "cancelled")

    def _credit(self, invoice):
        wizard = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=invoice.ids)
        wizard.create({"journal_id": invoice.journal_id.id, "reason": "wrong"}).refund_moves()
        refund = invoice.reversal_move_ids
        if refund.state == "draft":
            refund.action_post()
        (invoice.line_ids | refund.line_ids).filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled).reconcile()

    def test_credited_invoice_leaves_the_order_to_be_invoiced_again(self):
        order = self._prepare_order("accepted")
        order.action_create_invoice()
        order.action_post_invoice()
        self.assertEqual(order.next_step, "close")
        self._credit(order.invoice_ids)
        self.assertEqual((order.invoice_ids.mapped("state"), order.next_step), (["posted", "posted"], "invoice"))
        self.assertIn(order, order.search([("invoice_state", "=", "none")]))
        order.action_create_invoice()
        self.assertEqual(order.next_step, "post")

    def test_deposit_only_between_approval_and_acceptance_and_never_on_free_work(self):
        with self.assertRaises(UserError):
            self._prepare_order("quoted").action_invoice_deposit(10.0)
        free = self._prepare_order("diagnosed", goodwill_note="An old customer")
        self._to_stage(free, "approved")
        with self.assertRaises(UserError):
            free.action_invoice_deposit(10.0)
        with self.assertRaises(AccessError):
            free.with_user(self.user_desk).action_invoice_deposit(10.0)

    def test_cost_of_free_work_is_booked_by_its_acceptance(self):
        order = self._prepare_order("inspected", goodwill_note="An old customer")
        order.with_user(self.user_technician).action_accept(signature=self.signature)
        self.assertRecordValues(order, [{"invoice_state": "posted", "next_step": "close"}])
        self.assertEqual(order.invoice_ids.amount_total, 0.0)
        order.with_user(self.user_desk).action_close()

    def test_free_work_waits_for_accounting_where_the_books_refuse(self):
        order = self._prepare_order("inspected", goodwill_note="An old customer")
        self.env["account.journal"].search([("type", "=", "sale"), ("company_id", "=", self.company.id)]).active = False
        order.with_user(self.user_technician).action_accept(signature=self.signature)
        self.assertRecordValues(order, [{"service_stage": "accepted", "invoice_state": "none", "next_step": "invoice"}])

    def test_margin_is_what_all_payers_but_the_company_pay_less_the_cost(self):
        order = self._prepare_order("accepted")
        self.assertRecordValues(order, [{"amount_cost": 90.0, "amount_claimable": 0.0, "amount_margin": 90.0}])
        free = self._prepare_order("accepted", goodwill_note="An old customer")
        self.assertRecordValues(free, [{"amount_cost": 90.0, "amount_claimable": 0.0, "amount_margin": -90.0}])
        maker = self._create_order(appliance_id=self._create_appliance().id)
        self._add_part(maker, repair_price_unit=80)
        maker.write({"override_payer": "brand", "override_reason": "Agreed"})
        self._to_stage(maker, "accepted")
        self.assertRecordValues(maker, [{"amount_cost": 90.0, "amount_claimable": 180.0, "amount_margin": 90.0}])
        for user in (self.user_technician, self.user_desk):
            with self.subTest(user.login), self.assertRaises(AccessError):
                order.with_user(user).read(["amount_margin"])
        self.assertEqual(order.with_user(self.user_manager).amount_margin, 90.0)

    def test_mixed_payers_are_listed_line_by_line(self):
        brand_partner = self.env["res.partner"].create({"name": "Maker"})
        self.brand.write({"partner_id": brand_partner.id})
        order = self._prepare_order("diagnosed")
        order.with_user(self.user_manager).move_ids.payer = "brand"
        self._to_stage(order, "accepted")
        self.assertEqual((order.amount_customer_total, order.amount_other_payers), (113.0, 80.0))
        self.env.flush_all()
        charges = self.env["repair.charge"].with_user(self.user_accountant).search([("repair_id", "=", order.id)])
        self.assertEqual(
            {(charge.payer, charge.payer_id, charge.kind, charge.amount, charge.cost) for charge in charges},
            {("customer", self.partner, "service", 100.0, 0.0), ("brand", brand_partner, "part", 80.0, 30.0)})
        with self.assertRaises(AccessError):
            charges.with_user(self.user_technician).read(["amount"])

    def test_money_that_was_taken_is_booked_though_the_price_fell(self):
        order = self._prepare_order("approved")
        payment = self._take(order, 203.4)
        order.with_user(self.user_desk).action_withdraw_approval(reason="Bought a new one")
        payment.with_user(self.user_accountant).action_book()
        self.assertEqual(payment.state, "booked")

    def test_what_the_customer_was_not_asked_about_is_not_taken(self):
        order = self._prepare_order("approved")
        self._add_part(order, repair_price_unit=500)
        self.assertEqual(order.amount_to_collect, 203.4)
        with self.assertRaises(ValidationError):
            self._take(order, 300.0)
        with self.assertRaises(UserError):
            order.action_invoice_deposit(300.0)

    def test_what_accounting_received_is_not_taken_again(self):
        order = self._prepare_order("accepted")
        order.action_create_invoice()
        order.action_post_invoice()
        register = self.env["account.payment.register"].with_context(active_model="account.move", active_ids=order.invoice_ids.ids)
        register.create({})._create_payments()
        order.invalidate_recordset()
        self.assertEqual(order.amount_to_collect, 0.0)
        with self.assertRaises(ValidationError):
            self._take(order, 1.0)

    def test_order_with_collected_money_is_not_cancelled(self):
        order = self._prepare_order("approved")
        payment = self._take(order, 203.4, self.user_desk)
        with self.assertRaises(UserError):
            order.with_user(self.user_desk).action_repair_cancel()
        payment.with_user(self.user_desk).action_give_back("Bought a new one")
        order.with_user(self.user_desk).action_repair_cancel()

    def test_booking_that_accounting_cancelled_is_made_again(self):
        order = self._prepare_order("accepted")
        payment = self._take(order, 203.4).with_user(self.user_accountant)
        payment.action_book()
        payment.payment_id.action_draft()
        payment.payment_id.action_cancel()
        order.invalidate_recordset()
        self.assertEqual(order.amount_collected, 0.0)
        payment.action_book()
        self.assertEqual(order.amount_collected, 203.4)
        with self.assertRaises(UserError):
            payment.action_book()

    def test_paid_deposit_that_was_credited_lets_the_order_be_cancelled(self):
        order = self._prepare_order("approved")
        deposit = self._make_deposit(order, 113.0)
        register = self.env["account.payment.register"].with_context(active_model="account.move", active_ids=deposit.ids)
        register.create({})._create_payments()
        wizard = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=deposit.ids)
        wizard.create({"journal_id": deposit.journal_id.id, "reason": "gave up"}).refund_moves()
        deposit.reversal_move_ids.filtered(lambda move: move.state == "draft").action_post()
        order.invalidate_recordset()
        self.assertFalse(order.has_deposit)
        order.with_user(self.user_desk).action_repair_cancel()

    def test_draft_deposit_stands_in_the_way_of_the_final_invoice(self):
        order = self._prepare_order("approved")
        order.with_user(self.user_accountant).action_invoice_deposit(113.0)
        self._to_stage(order, "accepted")
        with self.assertRaises(UserError):
            order.action_create_invoice()
        order.invoice_ids.unlink()
        order.action_create_invoice()
        self.assertAlmostEqual(order.invoice_ids.amount_total, 203.4)

    def test_refused_supplement_leaves_approved_quantity_and_price(self):
        order = self._prepare_order("repairing")
        for values in ({"product_uom_qty": 2}, {"repair_price_unit": 90}):
            with self.subTest(values):
                order.move_ids.write(values)
                order.service_line_ids.quantity = 3
                order.action_send_quotation()
                order.action_refuse_quotation(reason="Too dear")
                self.assertRecordValues(order.move_ids, [{"product_uom_qty": 1.0, "repair_price_unit": 80.0, "state": "assigned"}])
                self.assertRecordValues(order.service_line_ids, [{"quantity": 1.0, "price_unit": 100.0}])
                self.assertEqual(order.amount_customer_total, 203.4)

    def test_withdrawal_without_any_fee_bills_nothing_and_closes(self):
        order = self._prepare_order("approved")
        self.env["product.product"].search([("repair_service_kind", "=", "inspection_fee")]).action_archive()
        order.with_user(self.user_desk).action_withdraw_approval(reason="Bought a new one")
        self.assertEqual((order.amount_customer_total, order.sale_order_id.amount_total, order.next_step), (0.0, 0.0, "close"))
        order.with_user(self.user_desk).action_close()

    def test_discounts_and_foreign_currencies_of_price_lists_are_taken_once(self):
        self.env.ref("base.group_user").implied_ids |= self.env.ref("sale.group_discount_per_so_line")
        usd = self.env.ref("base.USD") if self.company.currency_id.name != "USD" else self.env.ref("base.EUR")
        usd.active = True
        self.env["res.currency.rate"].create({"currency_id": usd.id, "rate": 0.2, "name": "2020-01-01", "company_id": self.company.id})
        self.partner.property_product_pricelist = self.env["product.pricelist"].create({
            "name": "Ten off", "currency_id": usd.id,
            "item_ids": [Command.create({"compute_price": "percentage", "percent_price": 10})]})
        order = self._create_order(appliance_id=self._create_appliance().id)
        self._to_stage(order, "accepted")
        self.assertAlmostEqual(order.amount_customer_total, 101.7)  # 100 less 10 %, and 13 %
        order.action_create_invoice()
        self.assertAlmostEqual(order.invoice_ids.amount_total, 101.7)
        self.assertEqual(order.invoice_ids.currency_id, self.company.currency_id)

    def test_locked_sales_do_not_stop_the_service(self):
        self.env.ref("base.group_user").implied_ids |= self.env.ref("sale.group_auto_done_setting")
        order = self._prepare_order("approved")
        self._add_part(order, repair_price_unit=50)
        order.action_send_quotation()
        order.action_approve_quotation()
        self.assertAlmostEqual(order.sale_order_id.amount_total, 259.9)  # (100 + 80 + 50) x 1.13
        order.with_user(self.user_desk).action_repair_cancel()
        self.assertEqual(order.sale_order_id.state, "cancel")

    def test_labour_is_invoiced_as_ordered(self):
        with self.assertRaises(ValidationError):
            self.labour_product.invoice_policy = "delivery"

    def test_free_work_is_accepted_where_an_account_is_missing(self):
        order = self._prepare_order("inspected", goodwill_note="An old customer")
        (self.labour_product | self.part).categ_id.property_account_income_categ_id = False
        self.env.cr.execute("UPDATE account_journal SET default_account_id = NULL WHERE type = 'sale'")
        self.env.invalidate_all()
        order.with_user(self.user_technician).action_accept(signature=self.signature)
        self.assertEqual(order.service_stage, "accepted")

    def test_prices_that_contain_their_tax_are_told_without_it(self):
        included = self.env["account.tax"].create({
            "name": "13 % included", "amount": 13, "type_tax_use": "sale", "company_id": self.company.id,
            "price_include_override": "tax_included"})
        (self.labour_product | self.part).taxes_id = included
        order = self._create_order(appliance_id=self._create_appliance().id)
        self._add_part(order, repair_price_unit=113)
        self._to_stage(order, "diagnosed")
        order.with_user(self.user_technician).service_line_ids.price_unit = 226
        self.assertEqual((order.service_line_ids.price_subtotal, order.move_ids.repair_price_subtotal), (200.0, 100.0))
        self.assertEqual((order.amount_customer_untaxed, order.amount_customer_total), (300.0, 339.0))
        order.with_user(self.user_manager).move_ids.payer = "brand"
        self._to_stage(order, "accepted")
        self.assertEqual((order.amount_claimable, order.amount_other_payers), (100.0, 100.0))
        order.action_create_invoice()
        self.assertAlmostEqual(order.invoice_ids.amount_total, 226.0)
