from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged, users

from .common import RepairServiceCommon

GTIN = "06901234567892"


@tagged("post_install", "-at_install")
class TestRegister(RepairServiceCommon):
    """An appliance that nobody knows yet comes into a request in one step (handbook 2.1: other products by request)."""

    def _type(self, text, **context):
        appliances = self.env["repair.appliance"].with_user(self.user_desk)
        return appliances.browse(appliances.with_context(default_partner_id=self.partner.id, **context).name_create(text)[0])

    def test_unknown_number_in_a_request_becomes_an_appliance_of_the_customer(self):
        other = self.env.ref("repair_service.category_other")
        for text, serial, model in (
            ("sn-4711", "SN-4711", False), ("便携投影仪", False, "便携投影仪"), ("Projector X 1", False, "Projector X 1"),
            (f"(01){GTIN}(21)PJ-9(240)VX200", "PJ-9", "VX200"), ("https://example.com/?sn=PJ-10", "PJ-10", False),
        ):
            with self.subTest(text=text):
                made = self._type(text)
                self.assertEqual((made.serial_number, made.model_name), (serial, model))
                self.assertEqual((made.category_id, made.partner_id), (other, self.partner))
        order = self.env["repair.order"].with_user(self.user_desk).create(
            {"appliance_id": made.id, "partner_id": self.partner.id, "fault_description": "Stays dark"})
        self.assertEqual((order.service_stage, order.appliance_category_id), ("requested", other))

    def test_what_is_no_appliance_is_not_registered(self):
        for text in ("13800138000", "+86 138 0013 8000", "021-62345678", " ", "/rs/1/AAAA", "https://example.com/x"):
            with self.subTest(text=text), self.assertRaises(UserError):
                self._type(text)
        with self.assertRaises(UserError):
            self.env["repair.appliance"].with_user(self.user_desk).name_create("SN-1")

    def test_import_without_a_family_takes_other(self):
        result = self.env["repair.appliance"].with_user(self.user_desk).load(
            ["partner_id/.id", "serial_number", "category_id/.id"],
            [[str(self.partner.id), "IMP-1", ""], [str(self.partner.id), "IMP-2", str(self.category.id)]])
        self.assertFalse(result["messages"])
        made = self.env["repair.appliance"].browse(result["ids"])
        self.assertEqual(made.mapped("category_id.id"), [self.env.ref("repair_service.category_other").id, self.category.id])

    def test_form_asks_for_the_family(self):
        form = Form(self.env["repair.appliance"].with_user(self.user_desk))
        form.partner_id = self.partner
        with self.assertRaises(AssertionError):
            form.save()

    def test_family_of_the_page_one_comes_from_is_kept(self):
        made = self.env["repair.appliance"].with_context(default_category_id=self.category.id).create({"partner_id": self.partner.id})
        self.assertEqual(made.category_id, self.category)

    def test_other_appliance_goes_through_the_whole_flow(self):
        order = self._create_order(appliance_id=self._type("便携投影仪").id)
        self._to_stage(order, "booked")
        order.write({"cause_id": self.cause.id, "diagnosis": "Lamp"})
        order.action_diagnose()
        self.assertEqual(order.service_stage, "diagnosed")


@tagged("post_install", "-at_install")
class TestSafeLifeTold(RepairServiceCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        cls.partner.lang = "en_US"
        cls.category.safe_life_years = 8
        cls.appliance.purchase_date = "2012-05-01"
        cls.order = cls._to_stage(cls._create_order(), "quoted")

    def _is_told(self):
        paper = self.env["ir.actions.report"]._render_qweb_html("repair_service.report_settlement", self.order.ids)[0].decode()
        page = str(self.env["ir.qweb"]._render(
            "repair_service.portal_repair_quotation", {"repair": self.order.sudo(), "can_decide": False, "tz": "UTC"}))
        words = "passed its safe service life in"
        self.assertEqual(words in paper, words in page)
        if words in paper:
            self.assertIn("2020", paper[paper.index(words):paper.index(words) + 80])
            self.assertIn("2020", page[page.index(words):page.index(words) + 80])
        return words in paper

    def test_year_is_told_while_the_quotation_is_open(self):
        """Bought in May 2012 with eight years of safe use: it ended in 2020."""
        self.assertTrue(self._is_told())
        self.order.action_approve_quotation(channel="phone")
        self.assertFalse(self._is_told())

    def test_year_is_not_told_after_a_refusal(self):
        self.order.action_refuse_quotation(reason="too old")
        self.assertFalse(self._is_told())

    def test_young_appliance_is_praised_by_silence(self):
        self.appliance.purchase_date = fields.Date.today() - timedelta(days=30)
        self.assertFalse(self._is_told())


@tagged("post_install", "-at_install")
class TestRegisterRights(RepairServiceCommon):

    @users("test_inspector", "test_accountant", "test_technician")
    def test_only_the_desk_registers(self):
        with self.assertRaises(UserError):
            self.env["repair.appliance"].with_context(default_partner_id=self.partner.id).name_create("SN-1")
