"""Stories with traps: what happens to an order when people change their minds, in every place that has to know of it.

Figures by hand: labour 150.00, fan motor 98.00 (received at 42.00), inspection fee 50.00, 13 % tax.
"""

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.repair_parts.tests.common import RepairPartsCommon


@tagged("post_install", "-at_install")
class TestOrderStories(RepairPartsCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tax = cls.env["account.tax"].create({"name": "13 % test", "amount": 13, "type_tax_use": "sale", "company_id": cls.company.id})
        cls.labour_product.write({"list_price": 150, "taxes_id": [Command.set(tax.ids)]})
        cls.fee_product.write({"list_price": 50, "taxes_id": [Command.set(tax.ids)]})
        cls.motor = cls._create_spare("Fan motor", "FM-7", list_price=98, taxes_id=[Command.set(tax.ids)])
        cls.pump = cls._create_spare("Pump", "PU-7", list_price=60, taxes_id=[Command.set(tax.ids)])
        cls._receive((cls.motor, 5, 42.0), (cls.pump, 5, 20.0))

    def _make_order(self, stage, **values):
        order = self._create_order(appliance_id=self._create_appliance().id, **values)
        self._to_stage(order, "diagnosed")
        self._add_part(order, self.motor)
        return self._to_stage(order, stage) if stage != "diagnosed" else order

    def _invoice(self, order):
        order.with_user(self.user_accountant).action_create_invoice()
        order.with_user(self.user_accountant).action_post_invoice()
        return order.invoice_ids

    def test_approval_withdrawn_during_the_work_leaves_the_fee_and_gives_the_part_back(self):
        order = self._make_order("repairing")
        self.assertEqual(self._get_free(self.motor), 4.0)
        dialogue = self.env["repair.withdrawal"].with_user(self.user_desk).with_context(active_id=order.id)
        dialogue.create({"reason": "Bought a new one"}).action_confirm()
        self.assertRecordValues(order, [{
            "service_stage": "quoted", "quotation_state": "refused", "next_step": "invoice", "amount_customer_total": 56.5,
            "refusal_reason": "Bought a new one"}])
        self.assertEqual(self._get_free(self.motor), 5.0)
        self.assertEqual(order.quotation_ids.state, "refused")
        invoice = self._invoice(order)
        self.assertEqual((invoice.amount_untaxed, invoice.amount_total), (50.0, 56.5))
        order.with_user(self.user_desk).action_close()
        self.assertEqual((order.service_stage, order.repair_warranty_end), ("closed", False))

    def test_what_was_paid_beyond_the_fee_is_given_back(self):
        order = self._make_order("approved", user_id=self.user_desk.id)
        payment = self.env["repair.payment"].with_user(self.user_technician).create({"repair_id": order.id, "amount": 280.24})
        order.with_user(self.user_desk).action_withdraw_approval(reason="Takes too long")
        task = order.activity_ids
        self.assertEqual(task.user_id, self.user_desk)
        self.assertIn("223.74", task.summary)  # 280.24 paid, 56.50 due
        payment.with_user(self.user_accountant).action_book()
        self.assertEqual((payment.state, order.amount_to_collect), ("booked", 0.0))

    def test_approval_is_withdrawn_with_a_reason_and_only_while_the_work_is_on(self):
        order = self._make_order("repairing")
        for reason in (None, "  ", 7):
            with self.subTest(reason), self.assertRaises(UserError):
                order.with_user(self.user_technician).action_withdraw_approval(reason=reason)
        with self.assertRaises(UserError):
            order.with_user(self.user_inspector).action_withdraw_approval(reason="I may not")
        self._answer_inspection(order)
        for early_or_late in (order, self._make_order("quoted")):
            with self.subTest(early_or_late.service_stage), self.assertRaises(UserError):
                early_or_late.action_withdraw_approval(reason="too late, or too early")
        self.assertEqual(order.service_stage, "inspected")

    def test_deposit_above_the_fee_goes_back_with_the_final_invoice(self):
        order = self._make_order("approved")
        self.env["repair.deposit"].with_user(self.user_accountant).create({"repair_id": order.id, "amount": 113.0}).action_confirm()
        deposit = order.invoice_ids
        deposit.with_user(self.user_accountant).action_post()
        order.with_user(self.user_desk).action_withdraw_approval(reason="Takes too long")
        final = self._invoice(order) - deposit
        self.assertEqual(final.move_type, "out_refund")
        self.assertAlmostEqual(final.amount_total, 56.5)  # 113.00 paid, 56.50 due
        self.assertEqual(order.next_step, "close")

    def test_wrong_part_is_taken_off_and_the_right_one_needs_the_customers_word(self):
        order = self._make_order("repairing")
        own = order.with_user(self.user_technician)
        own.move_ids.unlink()
        self.assertEqual((self._get_free(self.motor), order.amount_customer_total), (5.0, 169.5))
        self.env["stock.move"].with_user(self.user_technician).create({
            "repair_id": order.id, "repair_line_type": "add", "product_id": self.pump.id, "product_uom_qty": 1})
        self.assertEqual(order.next_step, "quote")
        with self.assertRaises(UserError):
            self._answer_inspection(order)
        own.action_send_quotation()
        own.action_approve_quotation()
        inspection = order.final_inspection_id
        inspection.line_ids.write({"value": 5.0, "answer": "pass"})
        inspection.action_validate()
        order.action_accept(signature=self.signature)
        invoice = self._invoice(order)
        self.assertAlmostEqual(invoice.amount_total, 237.3)  # (150 + 60) x 1.13
        self.assertEqual((self.motor.qty_available, self.pump.qty_available), (5.0, 4.0))
        self.assertEqual(order.move_ids.filtered(lambda move: move.state == "done").value, 20.0)

    def test_refused_supplement_leaves_the_approved_work_and_its_price(self):
        order = self._make_order("repairing")
        self._add_part(order, self.pump)
        order.action_send_quotation()
        order.action_refuse_quotation(reason="Too dear")
        self.assertRecordValues(order, [{
            "service_stage": "repairing", "quotation_state": "approved", "amount_customer_total": 280.24, "next_step": "inspect"}])
        self.assertEqual(self._get_free(self.pump), 5.0)
        self._to_stage(order, "accepted")
        self.assertAlmostEqual(self._invoice(order).amount_total, 280.24)

    def test_two_open_orders_on_one_appliance_take_their_own_parts_and_verdicts(self):
        fridge = self._create_appliance()
        first, second = self._create_order(appliance_id=fridge.id), self._create_order(
            appliance_id=fridge.id, symptom_id=self.other_symptom.id)
        for order in (first, second):
            self._to_stage(order, "diagnosed")
            order.cause_id = self.cause if order == first else self.other_cause
            self._add_part(order, self.motor)
            self._to_stage(order, "repairing")
        self.assertEqual(self._get_free(self.motor), 3.0)
        self._to_stage(first, "accepted")
        self.assertEqual((second.service_stage, second.coverage, second.move_ids.state), ("repairing", "customer", "assigned"))
        self._to_stage(second, "accepted")
        self.assertEqual(fridge.repair_warranty_end, first.repair_warranty_end)
        again = self._create_order(appliance_id=fridge.id, symptom_id=self.other_symptom.id)
        self.assertEqual((again.coverage, again.origin_repair_id), ("repair_warranty", second))

    def test_mixed_payers_meet_on_one_invoice_with_the_customers_share_only(self):
        order = self._make_order("diagnosed")
        order.with_user(self.user_manager).move_ids.payer = "company"
        self._to_stage(order, "accepted")
        invoice = self._invoice(order)
        self.assertAlmostEqual(invoice.amount_total, 169.5)
        cogs = invoice.line_ids.filtered(lambda line: line.display_type == "cogs")
        self.assertEqual(sorted(cogs.mapped("balance")), [-42.0, 42.0])

    def test_warranty_that_ends_today_covers_today(self):
        today = self.appliance._get_today()
        self.env["repair.warranty.term"].create({
            "name": "Test law term", "category_id": self.category.id, "component": "whole", "basis": "law", "months": 12,
            "start_from": "purchase"})
        last = self._create_appliance(purchase_date=fields.Date.subtract(today, years=1))
        gone = self._create_appliance(purchase_date=fields.Date.subtract(today, years=1, days=1))
        self.assertEqual(self._create_order(appliance_id=last.id).coverage, "warranty")
        self.assertEqual(self._create_order(appliance_id=gone.id).coverage, "customer")

    def test_quantity_taken_off_is_neither_free_nor_negative(self):
        order = self._make_order("repairing")
        with self.assertRaises(ValidationError):
            order.move_ids.product_uom_qty = 0
        with self.assertRaises(ValidationError):
            order.move_ids.product_uom_qty = -1
