"""The main story in the browser: desk, technician, customer by link and accountant, each on his own screens."""

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.repair_parts.tests.common import RepairPartsCommon


@tagged("post_install", "-at_install")
class TestMainJourney(RepairPartsCommon, HttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.user_desk, cls.user_technician, cls.user_accountant):
            user.password = user.login
            user.tz = "Asia/Shanghai"
        cls.tax = cls.env["account.tax"].create({"name": "13 % test", "amount": 13, "type_tax_use": "sale", "company_id": cls.company.id})
        cls.labour_product.write({"list_price": 150, "taxes_id": [Command.set(cls.tax.ids)]})
        cls.motor = cls._create_spare("Fan motor", "FM-9", list_price=98, taxes_id=[Command.set(cls.tax.ids)])
        cls._receive((cls.motor, 5, 42.0))
        cls._receive((cls.motor, 5, 55.0))
        cls.fridge = cls._create_appliance(serial_number="TOUR-1", purchase_date=fields.Date.subtract(fields.Date.today(), years=5))

    def test_story_in_the_browser(self):
        self.start_tour("/odoo/service-orders/new", "repair_desk_takes_request", login="test_desk")
        order = self.env["repair.order"].search([("appliance_id", "=", self.fridge.id)])
        self.assertRecordValues(order, [{"service_stage": "booked", "technician_id": self.employee_technician.id, "coverage": "customer"}])
        url = f"/odoo/service-orders/{order.id}"
        self.start_tour(url, "repair_technician_quotes", login="test_technician")
        self.assertRecordValues(order, [{"service_stage": "quoted", "amount_customer_total": 280.24}])
        self.start_tour(order._get_share_url(), "repair_customer_approves")
        self.assertRecordValues(order, [{"service_stage": "approved", "approval_channel": "link"}])
        self.start_tour(url, "repair_technician_repairs", login="test_technician")
        self.assertEqual((order.service_stage, order.move_ids.value), ("inspected", 42.0))
        self.start_tour(url, "repair_customer_signs_on_the_spot", login="test_technician")
        self.assertEqual(order.service_stage, "accepted")
        self.start_tour(url, "repair_accountant_invoices", login="test_accountant")
        self.assertEqual((order.invoice_ids.state, order.invoice_ids.amount_total), ("posted", 280.24))
        self.start_tour(url, "repair_desk_closes", login="test_desk")
        self.assertEqual(order.service_stage, "closed")
