from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import RepairServiceCommon

JOB_SHEET = "repair_service.report_job_sheet"


@tagged("post_install", "-at_install")
class TestJobSheet(RepairServiceCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.env["ir.module.module"].search([("name", "=", "repair_service")])._update_translations(["zh_CN"])
        cls.user_technician.lang = "en_US"
        cls.partner.write({"street": "1 Century Avenue", "city": "Shanghai"})
        cls.checklist = cls.env["repair.inspection.template"].create({
            "name": "Fridge visit", "kind": "preparation", "category_ids": [Command.set(cls.category.ids)],
            "point_ids": [
                Command.create({"name": "Shoe covers", "aspect": "clothing"}), Command.create({"name": "Gauges", "aspect": "tools"})],
        })
        cls._add_stock(cls.part, 3)
        cls.order = cls._create_order(internal_notes="<p>pays late, be careful</p>")
        cls.visit = cls._book(cls.order)
        cls.visit.note = "Gate code 4711"

    def _render(self, order=None, user=None):
        reports = self.env["ir.actions.report"].with_user(user or self.user_technician)
        return html.fromstring(reports._render_qweb_html(JOB_SHEET, (order or self.order).ids)[0])

    def _print(self, order=None, user=None):
        return " ".join(self._render(order, user).text_content().split())

    def test_the_sheet_tells_all_that_the_technician_needs(self):
        self._to_stage(self.order, "diagnosed")
        self._add_part(self.order)
        self._to_stage(self.order, "approved")
        self.order.coverage_reason = False
        text = self._print()
        for wanted in (
            "Job sheet", self.order.name, "Wang Fang", "13800001234", "1 Century Avenue", self.appliance.serial_number, "BCD-216",
            "Runs but does not cool", "Does not cool", "Gate code 4711", "Zhang Wei", "Shoe covers", "Gauges", "Test fan motor",
            "Findings and work", "Technician, date", "Customer, date", "Warranty",
        ):
            self.assertIn(wanted, text)

    def test_the_verdict_comes_with_its_reason(self):
        reason = self.order.coverage_reason
        self.assertTrue(reason)
        self.assertIn(" ".join(reason.split()), self._print())

    def test_an_internal_note_never_appears(self):
        self.assertNotIn("be careful", self._print())
        self._to_stage(self.order, "repairing")
        self.assertNotIn("be careful", self._print(user=self.user_manager))

    def test_the_last_three_repairs_of_the_appliance_are_named(self):
        appliance = self._create_appliance()
        old = [self._to_stage(self._create_order(
            appliance_id=appliance.id, requested_on=fields.Datetime.now() - timedelta(days=400 - 10 * number)), "accepted")
            for number in range(4)]
        old[3].action_create_invoice()
        cancelled = self._create_order(appliance_id=appliance.id)
        cancelled.action_repair_cancel()
        order = self._create_order(appliance_id=appliance.id)
        self._book(order)
        text = self._print(order)
        for earlier in old[1:]:
            self.assertIn(earlier.name, text)
        self.assertNotIn(old[0].name, text)
        self.assertNotIn(cancelled.name, text)

    def test_codes_lead_the_technician_to_the_order_and_the_customer_to_his_page(self):
        document = self._render()
        for link in (self.order._get_short_url(), f"{self.order.get_base_url()}/odoo/service-orders/{self.order.id}"):
            codes = document.xpath("//img[@alt=$link]", link=link)
            self.assertEqual(len(codes), 1, link)
            self.assertTrue(codes[0].get("src").startswith("data:image/png;base64,"))

    def test_it_is_written_in_the_technicians_language(self):
        self.partner.lang = "zh_CN"
        self.assertIn("Job sheet", self._print(user=self.user_desk))
        self.user_technician.lang = "zh_CN"
        self.assertIn("客户", self._print(user=self.user_desk))

    def test_it_is_no_paper_of_the_customers_page(self):
        self._to_stage(self.order, "accepted")
        self.assertNotIn("job_sheet", self.order._get_papers())

    def test_visits_print_the_sheets_of_their_orders(self):
        second = self._create_order(appliance_id=self._create_appliance().id)
        visits = self._book(second) | self.visit
        action = visits.with_user(self.user_technician).action_print_job_sheet()
        self.assertEqual(action["report_name"], JOB_SHEET)
        self.assertEqual(action["context"]["active_ids"], [self.order.id, second.id])
        text = self._print(self.order | second)
        self.assertIn(self.order.name, text)
        self.assertIn(second.name, text)

    def test_a_finished_order_has_no_job_sheet(self):
        cancelled = self._create_order(appliance_id=self._create_appliance().id)
        cancelled.action_repair_cancel()
        with self.assertRaises(UserError):
            self._print(cancelled, self.user_desk)
        plain = self.env["repair.order"].create({"partner_id": self.partner.id})
        with self.assertRaises(UserError):
            self._print(plain, self.user_manager)

    def test_who_may_not_read_the_order_prints_nothing(self):
        stranger = new_test_user(self.env, "test_stranger", "repair_service.repair_service_group_technician")
        employee = new_test_user(self.env, "paper_employee", "base.group_user")
        for user in (stranger, employee, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._print(user=user)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.visit.with_user(user).action_print_job_sheet()

    def test_staff_prints_without_stock_or_accounting_rights(self):
        for user in (self.user_desk, self.user_technician, self.user_inspector, self.user_manager):
            with self.subTest(user=user.login):
                self.assertIn(self.order.name, self._print(user=user))
