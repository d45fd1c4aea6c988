from odoo.tests import HttpCase, tagged

from .common import RepairServiceCommon


@tagged("post_install", "-at_install")
class TestCustomerTour(RepairServiceCommon, HttpCase):

    def test_the_customer_approves_on_the_page(self):
        order = self._create_order()
        self._to_stage(order, "quoted")
        self.start_tour(order._get_share_url(), "repair_customer_approves")
        self.assertRecordValues(order, [{
            "service_stage": "approved", "quotation_state": "approved", "approved_by": "王芳", "approval_channel": "link"}])
        self.assertTrue(order.approval_signature)

    def test_the_customer_refuses_on_the_page(self):
        order = self._create_order()
        self._to_stage(order, "quoted")
        self.start_tour(order._get_share_url(), "repair_customer_refuses")
        self.assertRecordValues(order, [{"quotation_state": "refused", "refusal_reason": "太贵了"}])

    def test_the_customer_accepts_on_the_page(self):
        order = self._create_order()
        self._to_stage(order, "inspected")
        self.start_tour(order._get_share_url(), "repair_customer_accepts")
        self.assertEqual(order.service_stage, "accepted")
        self.assertTrue(order.acceptance_signature)
