"""The main story through the models: a fridge that does not cool, from the call to the free second repair.

Every figure is worked out by hand: fan motor 98.00, labour 150.00, 13 % tax; the motor was received twice, 5 at 42.00 first
and 5 at 55.00 later.
"""

from datetime import date, datetime, timedelta

from freezegun import freeze_time
from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.repair_parts.tests.common import RepairPartsCommon

# 10:00 in Shanghai on a Monday
NOW = datetime(2027, 3, 1, 2, 0)


@tagged("post_install", "-at_install")
class TestMainStory(RepairPartsCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clock = freeze_time(NOW)
        cls.clock.start()
        cls.addClassCleanup(cls.clock.stop)
        cls.tax = cls.env["account.tax"].create({"name": "13 % test", "amount": 13, "type_tax_use": "sale", "company_id": cls.company.id})
        cls.labour_product.write({"list_price": 150, "taxes_id": [Command.set(cls.tax.ids)]})
        cls.fee_product.write({"taxes_id": [Command.set(cls.tax.ids)]})
        cls.motor = cls._create_spare("Fan motor", "FM-9", list_price=98, taxes_id=[Command.set(cls.tax.ids)])
        cls.first_receipt = cls._receive((cls.motor, 5, 42.0))
        with freeze_time(NOW + timedelta(minutes=5)):
            cls.second_receipt = cls._receive((cls.motor, 5, 55.0))
        cls.env["repair.warranty.term"].create({
            "name": "Test law term", "category_id": cls.category.id, "component": "whole", "basis": "law", "months": 12,
            "start_from": "purchase"})
        cls.fridge = cls._create_appliance(serial_number="HR-2021-0001", purchase_date=date(2025, 2, 10))
        cls.visit_start = datetime(2027, 3, 2, 1, 0)

    def _take_request(self):
        found = self.env["repair.appliance"].with_user(self.user_desk).name_search("1380000 1234")
        self.assertIn(self.fridge.id, [appliance_id for appliance_id, _name in found])
        action = self.fridge.with_user(self.user_desk).action_new_request()
        values = {key.removeprefix("default_"): value for key, value in action["context"].items() if key.startswith("default_")}
        return self.env["repair.order"].with_user(self.user_desk).create({
            **values, "fault_description": "Runs all day, not cold", "symptom_id": self.symptom.id})

    def _diagnose_and_quote(self, order, start=None):
        self._book(order, start=start or self.visit_start)
        own = order.with_user(self.user_technician)
        own.write({"cause_id": self.cause.id, "diagnosis": "Fan motor stands still"})
        own.action_diagnose()
        part = self.env["stock.move"].with_user(self.user_technician).create({
            "repair_id": order.id, "repair_line_type": "add", "product_id": self.motor.id, "product_uom_qty": 1})
        own.action_send_quotation()
        return part

    def _repair(self, order):
        own = order.with_user(self.user_technician)
        own.action_repair_start()
        own.final_inspection_id.line_ids.write({"answer": "pass", "value": 5})
        own.final_inspection_id.action_validate()

    def _walk(self, order, start=None):
        part = self._diagnose_and_quote(order, start)
        order.sudo().action_approve_quotation("Wang Fang", "link", self.signature)
        self._repair(order)
        order.sudo().action_accept("Wang Fang", self.signature)
        return part

    def _invoice(self, order):
        order.with_user(self.user_accountant).action_create_invoice()
        order.with_user(self.user_accountant).action_post_invoice()
        return order.sudo().invoice_ids

    def test_every_figure_of_the_story(self):
        order = self._take_request()
        self.assertEqual((order.partner_id, order.coverage), (self.partner, "customer"))
        self.assertIn("2026-02-", str(order.coverage_end or order.coverage_facts))
        part = self._diagnose_and_quote(order)
        self.assertEqual(order.technician_id, self.employee_technician)
        # 98.00 + 150.00 = 248.00; 13 % = 32.24
        self.assertEqual(
            (order.amount_customer_untaxed, order.amount_customer_tax, order.amount_customer_total), (248.0, 32.24, 280.24))
        order.sudo().action_approve_quotation("Wang Fang", "link", self.signature)
        self._repair(order)
        self.assertEqual(part.sudo().value, 42.0)
        self.assertEqual(part.sudo().move_line_ids.lot_id, self.first_receipt.move_line_ids.lot_id)
        order.sudo().action_accept("Wang Fang", self.signature)
        self.assertEqual(order.repair_warranty_end, date(2027, 5, 30))
        self.assertEqual(order.followup_ids.due, date(2027, 3, 4))
        invoice = self._invoice(order)
        self.assertEqual((invoice.state, invoice.amount_untaxed, invoice.amount_tax, invoice.amount_total),
                         ("posted", 248.0, 32.24, 280.24))
        cogs = invoice.line_ids.filtered(lambda line: line.display_type == "cogs")
        self.assertEqual(sorted(cogs.mapped("balance")), [-42.0, 42.0])
        order.with_user(self.user_desk).action_close()
        self.assertEqual(order.service_stage, "closed")

    def _ask_again(self, days, symptom=None):
        with freeze_time(NOW + timedelta(days=days)):
            return self._create_order(appliance_id=self.fridge.id, symptom_id=(symptom or self.symptom).id)

    def test_same_fault_is_free_on_day_90_and_charged_on_day_91(self):
        first = self._take_request()
        self._walk(first)
        again = self._ask_again(90)
        self.assertEqual((again.coverage, again.origin_repair_id), ("repair_warranty", first))
        late = self._ask_again(91)
        self.assertEqual((late.coverage, late.origin_repair_id), ("customer", self.env["repair.order"]))
        other = self._ask_again(90, self.other_symptom)
        self.assertEqual(other.coverage, "customer")

    def test_second_repair_is_free_and_its_cost_reaches_the_books(self):
        first = self._take_request()
        self._walk(first)
        with freeze_time(NOW + timedelta(days=30)):
            again = self._create_order(appliance_id=self.fridge.id)
            self._walk(again, start=fields.Datetime.now() + timedelta(hours=2))
            self.assertEqual((again.amount_customer_total, again.amount_other_payers), (0.0, 248.0))
            invoice = again.invoice_ids  # made by the acceptance: nobody has to think of it
            self.assertEqual((again.next_step, invoice.state, invoice.amount_total), ("close", "posted", 0.0))
            cogs = invoice.line_ids.filtered(lambda line: line.display_type == "cogs")
            self.assertEqual(sorted(cogs.mapped("balance")), [-42.0, 42.0])

    def test_oldest_receipt_first_over_several_repairs(self):
        values = []
        for number in range(6):
            appliance = self._create_appliance(serial_number=f"HR-FIFO-{number}")
            order = self._create_order(appliance_id=appliance.id)
            values.append(self._walk(order, start=self.visit_start + timedelta(hours=3 * number)).sudo().value)
        self.assertEqual(values, [42.0] * 5 + [55.0])

    def test_bad_input_leaves_everything_as_it_was(self):
        order = self._take_request()
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self._create_appliance(serial_number=" hr-2021-0001 ")
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self._create_appliance(serial_number="HR-X", purchase_date=date(2026, 1, 2), install_date=date(2026, 1, 1))
        with self.assertRaises(UserError):
            self._book(order, start=self.visit_start - timedelta(days=30))
        part = self._diagnose_and_quote(order)
        with self.assertRaises(UserError):
            order.action_repair_end()
        part.product_uom_qty = 11
        order.action_send_quotation()
        order.action_approve_quotation("Wang Fang", "phone")
        with self.assertRaises(UserError):
            order.action_approve_quotation("Wang Fang", "phone")
        with self.assertRaises(UserError):
            self._repair(order)
        self.assertEqual(self.motor.qty_available, 10)
        self.assertNotEqual(order.state, "done")
