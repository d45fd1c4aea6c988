"""The technician's day on a telephone: from setting off to the money, on the pages made for it, in the browser."""

from odoo import fields
from odoo.tests import HttpCase, tagged

from odoo.addons.repair_parts.tests.common import RepairPartsCommon


@tagged("post_install", "-at_install")
class TestTechnicianDayJourney(RepairPartsCommon, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")  # the tour reads the buttons' words
        cls.user_technician.write({"password": cls.user_technician.login, "tz": "Asia/Shanghai", "lang": "en_US"})
        cls.partner.write({"street": "1 Century Avenue", "city": "Shanghai"})
        cls.motor = cls._create_spare("Fan motor", "FM-9", list_price=98, taxes_id=False)
        cls._receive((cls.motor, 5, 42.0))

    def test_a_visit_from_setting_off_to_the_money(self):
        order = self._create_order(appliance_id=self._create_appliance().id)
        order.cause_id = self.cause
        visit = self._book(order)
        self.start_tour("/odoo/my-day", "repair_technician_day", login="test_technician")
        self.env.invalidate_all()
        # labour 100 and the motor at 98
        self.assertRecordValues(order, [{
            "service_stage": "accepted", "approval_channel": "onsite", "amount_customer_total": 198.0, "amount_to_collect": 0.0}])
        self.assertTrue(order.approval_signature and order.acceptance_signature)
        self.assertRecordValues(order.payment_ids, [{"amount": 198.0, "method": "cash", "collected_by_id": self.user_technician.id}])
        self.assertEqual((order.move_ids.state, order.move_ids.fitted_quantity), ("done", 1.0))
        self.assertEqual(visit.state, "done")
        self.assertEqual(visit.arrived_at.date(), fields.Date.today())
