from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import RepairServiceCommon

SETTLEMENT = "repair_service.report_settlement"
WARRANTY_CARD = "repair_service.report_warranty_card"
SERVICE_RECORD = "repair_service.report_service_record"


@tagged("post_install", "-at_install")
class TestReports(RepairServiceCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        module = cls.env["ir.module.module"].search([("name", "=", "repair_service")])
        module._update_translations(["zh_CN"])  # as loading the language does
        cls.order = cls._create_order()
        cls.order.partner_id.lang = "en_US"

    def _close(self, order):
        order.action_create_invoice()
        order.invoice_ids.action_post()
        order.action_close()

    def _print(self, report, order=None, user=None):
        order = order or self.order
        reports = self.env["ir.actions.report"].with_user(user or self.env.user)
        content = reports._render_qweb_html(report, order.ids)[0]
        return " ".join(html.fromstring(content).text_content().split())

    def test_a_quotation_lists_every_item_with_number_price_and_payer(self):
        self._to_stage(self.order, "diagnosed")
        self.order.service_line_ids.unlink()
        self.labour_product.default_code = "LAB-7"
        self.order.service_line_ids = [(0, 0, {
            "product_id": self.labour_product.id, "name": "Replace the compressor", "quantity": 2, "price_unit": 150,
            "payer": "customer", "tax_ids": [(5,)]})]
        self._to_stage(self.order, "quoted")
        text = self._print(SETTLEMENT)
        for wanted in ("Quotation", self.order.name, "Replace the compressor", "LAB-7", "150.00", "300.00", "You", "Labour"):
            self.assertIn(wanted, text)

    def test_a_line_that_others_pay_costs_the_customer_nothing(self):
        self._to_stage(self.order, "diagnosed")
        self.order.service_line_ids.unlink()
        self.order.service_line_ids = [(0, 0, {
            "product_id": self.labour_product.id, "name": "Warranty work", "quantity": 1, "price_unit": 77,
            "payer": "brand", "tax_ids": [(5,)]})]
        self._to_stage(self.order, "quoted")
        line = self.order._get_customer_lines()[0]
        self.assertEqual((line["price_unit"], line["amount"]), (77, 0))
        self.assertIn("Brand warranty", self._print(SETTLEMENT))

    def test_papers_exist_from_their_stage_on(self):
        expected = {
            "requested": set(), "booked": set(), "diagnosed": set(), "quoted": {"settlement"}, "approved": {"settlement"},
            "repairing": {"settlement"}, "inspected": {"settlement"},
            "accepted": {"settlement", "warranty_card", "service_record"},
            "closed": {"settlement", "warranty_card", "service_record"},
        }
        reports = {"settlement": SETTLEMENT, "warranty_card": WARRANTY_CARD, "service_record": SERVICE_RECORD}
        for stage, papers in expected.items():
            self._close(self.order) if stage == "closed" else self._to_stage(self.order, stage)
            with self.subTest(stage=stage):
                self.assertEqual(set(self.order._get_papers()), papers)
                for paper, report in reports.items():
                    if paper in papers:
                        self.assertIn(self.order.name, self._print(report))
                    else:
                        with self.assertRaises(UserError):
                            self._print(report)

    def test_the_warranty_card_names_the_last_free_day(self):
        self._to_stage(self.order, "accepted")
        text = self._print(WARRANTY_CARD)
        last_day = self.order._local_date(self.order.accepted_on) + timedelta(days=90)
        self.assertIn(fields.Date.to_string(last_day), text)
        self.assertIn(self.order.appliance_id.serial_number, text)
        self.assertIn("same fault", text)

    def test_the_warranty_card_bears_a_code_with_the_link(self):
        self._to_stage(self.order, "accepted")
        content = self.env["ir.actions.report"]._render_qweb_html(WARRANTY_CARD, self.order.ids)[0]
        codes = html.fromstring(content).xpath("//img[@alt=$link]", link=self.order._get_short_url())
        self.assertEqual(len(codes), 1)
        self.assertTrue(codes[0].get("src").startswith("data:image/png;base64,"))

    def test_the_service_record_tells_the_whole_story(self):
        self._to_stage(self.order, "accepted")
        self._close(self.order)
        text = self._print(SERVICE_RECORD)
        for wanted in (
            self.order.fault_description or self.order.symptom_id.name, self.order.cause_id.name, self.order.diagnosis,
            "Final inspection", self.order.final_inspection_id.line_ids[0].name, "Acceptance", self.order.accepted_by,
        ):
            self.assertIn(wanted, text)

    def test_a_paper_speaks_the_customers_language(self):
        self.order.partner_id.lang = "zh_CN"
        self.order.partner_id.name = "王小明"
        self.order.fault_description = "冷藏室不制冷,压缩机不启动"
        self._to_stage(self.order, "accepted")
        text = self._print(WARRANTY_CARD)
        self.assertIn("王小明", text)
        self.assertIn("冷藏室不制冷,压缩机不启动", text)
        self.assertIn("保修卡", text)

    def test_many_orders_are_printed_at_once(self):
        second = self._create_order(appliance_id=self._create_appliance(serial_number="PAPER-2").id)
        self._to_stage(self.order, "quoted")
        self._to_stage(second, "quoted")
        text = self._print(SETTLEMENT, self.order + second)
        self.assertIn(self.order.name, text)
        self.assertIn(second.name, text)

    def test_staff_of_the_service_prints_without_stock_or_accounting_rights(self):
        self._to_stage(self.order, "accepted")
        for user in (self.user_desk, self.user_inspector, self.user_technician):
            with self.subTest(user=user.login):
                self.assertIn(self.order.name, self._print(SERVICE_RECORD, user=user))

    def test_who_may_not_read_the_order_prints_nothing(self):
        self._to_stage(self.order, "accepted")
        employee = new_test_user(self.env, "paper_employee", "base.group_user")
        for report in (SETTLEMENT, WARRANTY_CARD, SERVICE_RECORD):
            with self.subTest(report=report), self.assertRaises(AccessError):
                self._print(report, user=employee)

    def test_cores_own_report_keeps_internal_notes_of_service_orders_to_staff(self):
        self.order.internal_notes = "<p>secret remark</p>"
        self.assertNotIn("secret remark", self._print("repair.report_repairorder2"))
        plain = self.env["repair.order"].create(
            {"partner_id": self.order.partner_id.id, "internal_notes": "<p>plain remark</p>"})
        self.assertIn("plain remark", self._print("repair.report_repairorder2", plain))
