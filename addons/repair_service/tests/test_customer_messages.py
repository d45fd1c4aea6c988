from odoo.tests import tagged

from .common import RepairServiceCommon


@tagged("post_install", "-at_install")
class TestCustomerMessages(RepairServiceCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.partner | cls.user_desk.partner_id).lang = "en_US"

    def _get_last_comment(self, order):
        return order.message_ids.filtered(lambda message: message.subtype_id == self.env.ref("mail.mt_comment"))[:1]

    def test_the_quotation_reaches_the_customer_with_link_and_amount(self):
        order = self._create_order()
        self._to_stage(order, "diagnosed")
        order.service_line_ids.unlink()
        order.service_line_ids = [(0, 0, {
            "product_id": self.labour_product.id, "quantity": 3, "price_unit": 111, "payer": "customer", "tax_ids": [(5,)]})]
        self._to_stage(order, "quoted")
        message = self._get_last_comment(order)
        self.assertIn(order.access_token, message.body)
        self.assertIn("333.00", message.body)
        self.assertIn(self.partner, message.notified_partner_ids)

    def test_the_sms_bears_the_short_link(self):
        order = self._create_order()
        self._to_stage(order, "quoted")
        sms = self.env["sms.sms"].search([("partner_id", "=", self.partner.id)], order="id desc", limit=1)
        self.assertIn(order._get_short_url(), sms.body)

    def test_the_accepted_repair_is_confirmed_with_the_link_to_the_papers(self):
        order = self._create_order()
        self._to_stage(order, "accepted")
        message = self._get_last_comment(order)
        self.assertIn(order.access_token, message.body)
        self.assertIn("finished", message.subject)

    def test_a_customer_without_mail_and_phone_is_quoted_all_the_same(self):
        self.partner.write({"email": False, "phone": False})
        order = self._create_order()
        self._to_stage(order, "quoted")
        self.assertEqual(order.quotation_state, "sent")

    def test_the_answer_names_who_answered_what(self):
        order = self._create_order(user_id=self.user_desk.id)
        self._to_stage(order, "quoted")
        order.action_refuse_quotation("Wang Fang", "too dear")
        template = self.env.ref("repair_service.mail_template_quotation_answer").with_context(customer_refused=True)
        mail = self.env["mail.mail"].browse(template.send_mail(order.id))
        self.assertIn("Wang Fang refused", mail.subject)
        self.assertIn("too dear", mail.body_html)
        self.assertIn(self.user_desk.partner_id, mail.recipient_ids)
