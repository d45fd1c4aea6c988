from datetime import date, timedelta

from freezegun import freeze_time
from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, HttpCase, tagged, users
from odoo.tools import mute_logger

from .common import RepairServiceCommon


@tagged("post_install", "-at_install")
class TestAppliance(RepairServiceCommon):

    def test_serial_number_is_kept_in_one_spelling(self):
        for written in ("ab-123 x", " AB-123X", "ａｂ-123ｘ"):
            with self.subTest(written=written):
                appliance = self._create_appliance(serial_number=written)
                self.assertEqual(appliance.serial_number, "AB-123X")
                appliance.unlink()
        self.assertFalse(self._create_appliance(serial_number="   ").serial_number)

    @mute_logger("odoo.sql_db")
    def test_serial_number_exists_once_per_brand(self):
        self._create_appliance(serial_number="SN-1")
        other = self._create_appliance(serial_number="SN-2")
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self._create_appliance(serial_number=" sn-1 ")
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            other.write({"serial_number": "Sn-1"})
            other.flush_recordset()
        self._create_appliance(serial_number="SN-1", brand_id=self.env["repair.brand"].create({"name": "Another"}).id)
        self._create_appliance(serial_number="SN-1", brand_id=False)
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self._create_appliance(serial_number="SN-1", brand_id=False)

    @mute_logger("odoo.sql_db")
    def test_archived_appliance_keeps_its_serial_number(self):
        self._create_appliance(serial_number="SN-1").active = False
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self._create_appliance(serial_number="SN-1")

    def test_import_reports_the_row(self):
        self._create_appliance(serial_number="SN-1")
        self.env["res.lang"]._activate_lang("en_US")
        with mute_logger("odoo.sql_db"):
            result = self.env["repair.appliance"].with_context(lang="en_US").load(
                ["partner_id/.id", "category_id/.id", "brand_id/.id", "serial_number"],
                [[str(self.partner.id), str(self.category.id), str(self.brand.id), "sn-1"]])
        self.assertFalse(result["ids"])
        self.assertIn("search for the number", result["messages"][0]["message"])

    @mute_logger("odoo.sql_db")
    def test_installation_comes_after_the_purchase(self):
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self._create_appliance(purchase_date="2025-03-02", install_date="2025-03-01")
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.appliance.write({"purchase_date": "2025-03-02", "install_date": "2025-03-01"})
            self.appliance.flush_recordset()
        self.appliance.write({"purchase_date": "2025-03-01", "install_date": "2025-03-01"})

    @freeze_time("2026-03-01 17:00:00")  # March 2 in Shanghai
    def test_dates_are_not_in_the_future(self):
        self.company.partner_id.tz = "Asia/Shanghai"
        self.appliance.purchase_date = "2026-03-02"
        for name in ("purchase_date", "install_date"):
            with self.subTest(name=name), self.assertRaises(ValidationError):
                self.appliance.write({name: "2026-03-03"})

    def test_name_says_what_it_is(self):
        appliance = self._create_appliance(serial_number="SN-1")
        self.assertEqual(appliance.display_name, "Test brand BCD-216 Test fridge (SN-1)")
        self.assertEqual(self._create_appliance(serial_number=False, brand_id=False, model_name=False).display_name, "Test fridge")

    def test_telephone_is_found_in_any_spelling(self):
        appliances = {}
        for number in ("13912345678", "+86 138 8765 4321", "021-6234 5678"):
            partner = self.env["res.partner"].create({"name": f"Phone {number}", "phone": number})
            appliances[number] = self._create_appliance(partner_id=partner.id)
        self.company.country_id = self.env.ref("base.cn")
        for stored, asked in [
            ("13912345678", ("13912345678", "139 1234 5678", "139-1234-5678", "+86 139 1234 5678", "008613912345678",
                             "１３９１２３４５６７８", "5678 ", "12345678")),
            ("+86 138 8765 4321", ("13887654321", "138 8765 4321", "+8613887654321", "0086 138-8765-4321")),
            ("021-6234 5678", ("02162345678", "(021) 62345678", "62345678", "+86 21 6234 5678")),
        ]:
            for text in asked:
                with self.subTest(stored=stored, asked=text):
                    self.assertIn(appliances[stored].id, [row[0] for row in self.env["repair.appliance"].name_search(text)])
        found = [row[0] for row in self.env["repair.appliance"].name_search("13912345678")]
        self.assertEqual(found, appliances["13912345678"].ids)

    def test_customer_is_found_by_telephone(self):
        self.company.country_id = self.env.ref("base.cn")
        partner = self.env["res.partner"].create({"name": "Phone", "phone": "139 1234 5678"})
        for text in ("13912345678", "+86 139-1234-5678", "12345678"):
            self.assertEqual([row[0] for row in self.env["res.partner"].name_search(text)], partner.ids)

    def test_appliance_is_found_by_serial_model_customer_and_brand(self):
        appliance = self._create_appliance(serial_number="QQ-77-XX", model_name="KFR-35GW")
        for text in ("qq-77", "QQ-77-XX", "kfr-35", "wang fang", "test brand"):
            with self.subTest(text=text):
                self.assertIn(appliance.id, [row[0] for row in self.env["repair.appliance"].name_search(text)])
        self.assertNotIn(appliance.id, [row[0] for row in self.env["repair.appliance"].name_search("KFR-36")])
        self.assertEqual(self.env["repair.appliance"].search([("display_name", "=", "QQ-77-XX")]), appliance)

    def test_safe_life_is_counted_in_years(self):
        parent = self.env["repair.appliance.category"].create({"name": "Parent", "safe_life_years": 8})
        self.category.parent_id = parent
        self.appliance.purchase_date = "2020-02-29"
        self.assertEqual(self.appliance.safe_life_end, date(2028, 2, 29))
        self.category.safe_life_years = 5
        self.assertEqual(self.appliance.safe_life_end, date(2025, 2, 28))
        self.assertTrue(self.appliance.is_over_safe_life)
        over = self.env["repair.appliance"].search([("is_over_safe_life", "=", True)])
        self.assertIn(self.appliance, over)
        self.assertNotIn(self.appliance, self.env["repair.appliance"].search([("is_over_safe_life", "=", False)]))

    def test_state_of_the_warranty(self):
        today = fields.Date.today()
        self.assertEqual(self.appliance.warranty_state, "unknown")
        self.env["repair.warranty.term"].create(
            {"name": "Main", "category_id": self.category.id, "component": "main", "months": 36})
        for days, state in ((10, "covered"), (500, "main"), (2000, "expired")):
            self.appliance.purchase_date = today - timedelta(days=days)
            self.assertEqual(self.appliance.warranty_state, state)
        self.env["res.lang"]._activate_lang("en_US")
        self.assertIn("Out of warranty since", self.appliance.with_context(lang="en_US").warranty_reason)

    def test_history_counts_what_was_not_cancelled(self):
        first, second = self._create_order(), self._create_order()
        second.action_repair_cancel()
        self.assertEqual((self.appliance.repair_count, self.appliance.last_repair_id), (1, first))
        self.partner.invalidate_recordset()
        self.assertEqual((self.partner.appliance_count, self.partner.repair_count), (1, 2))

    def test_appliance_with_history_is_archived_not_deleted(self):
        self._create_order()
        with self.assertRaises(UserError):
            self.appliance.unlink()
        self.appliance.active = False
        self.assertTrue(self.appliance.exists())

    def test_new_request_is_filled_in(self):
        action = self.appliance.with_user(self.user_desk).action_new_request()
        form = Form(self.env["repair.order"].with_user(self.user_desk).with_context(**action["context"]))
        self.assertEqual((form.appliance_id, form.partner_id), (self.appliance, self.partner))
        form.symptom_id = self.symptom
        self.assertEqual(form.save().service_stage, "requested")
        action = self.partner.with_user(self.user_desk).action_new_service_request()
        self.assertEqual(action["context"]["default_appliance_id"], self.appliance.id)
        self._create_appliance()
        self.assertFalse(self.partner.with_user(self.user_desk).action_new_service_request()["context"]["default_appliance_id"])

    def test_address_says_where_to_go_and_no_more(self):
        china, france = self.env.ref("base.cn"), self.env.ref("base.fr")
        self.company.country_id = china
        household = self.env["res.partner"].create({"name": "Household Ltd", "is_company": True})
        home = self.env["res.partner"].create({
            "name": "Home", "parent_id": household.id, "type": "other", "country_id": china.id,
            "zip": "200063", "city": "Shanghai", "street": "1 Test Road"})
        self.assertEqual(home.service_address, "200063, Shanghai 1 Test Road")
        home.zip = False
        self.assertEqual(home.service_address, "Shanghai 1 Test Road")
        home.country_id = france
        self.assertEqual(home.service_address, "1 Test Road, Shanghai, France")
        self.assertFalse(self.env["res.partner"].create({"name": "Nowhere", "country_id": china.id}).service_address)

    def test_company_counts_the_appliances_of_its_people(self):
        company = self.env["res.partner"].create({"name": "Hotel", "is_company": True})
        guest = self.env["res.partner"].create({"name": "Housekeeper", "parent_id": company.id})
        self._create_appliance(partner_id=guest.id)
        self._create_appliance(partner_id=company.id)
        self.assertEqual((company.appliance_count, guest.appliance_count), (2, 1))


@tagged("post_install", "-at_install")
class TestApplianceRights(RepairServiceCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls._create_appliance()
        cls.order = cls._create_order()
        cls._book(cls.order)

    def _get(self, appliance):
        return self.env["repair.appliance"].browse(appliance.id)

    @users("test_desk", "test_dispatcher", "test_manager")
    def test_desk_registers_and_corrects(self):
        appliance = self.env["repair.appliance"].create({"partner_id": self.partner.id, "category_id": self.category.id})
        appliance.model_name = "X"
        self.assertEqual(self._get(self.foreign).partner_id, self.partner)

    @users("test_desk", "test_dispatcher", "test_technician", "test_inspector", "test_accountant", "test_portal")
    def test_only_managers_delete(self):
        with self.assertRaises(AccessError):
            self._get(self.foreign).unlink()

    @users("test_manager")
    def test_manager_deletes_what_has_no_history(self):
        self._get(self.foreign).unlink()

    @users("test_technician")
    def test_technician_sees_the_appliances_of_his_open_orders(self):
        self.assertEqual(self.env["repair.appliance"].search([("partner_id", "=", self.partner.id)]), self.appliance)
        self._get(self.appliance).model_name = "As on the plate"
        with self.assertRaises(AccessError):
            self._get(self.foreign).read(["serial_number"])
        with self.assertRaises(AccessError):
            self.env["repair.appliance"].create({"partner_id": self.partner.id, "category_id": self.category.id})
        self.order.sudo()._flow_write({"service_stage": "closed"})
        with self.assertRaises(AccessError):
            self._get(self.appliance).read(["serial_number"])

    @users("test_inspector", "test_accountant")
    def test_inspector_and_accountant_read(self):
        self.assertEqual(self._get(self.foreign).model_name, "BCD-216")
        for call in (
            lambda: self._get(self.foreign).write({"model_name": "X"}),
            lambda: self.env["repair.appliance"].create({"partner_id": self.partner.id, "category_id": self.category.id}),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_every_role_opens_the_page(self):
        self._create_order()
        for role in ("desk", "dispatcher", "technician", "inspector", "manager", "accountant"):
            with self.subTest(role=role):
                form = Form(self.appliance.with_user(getattr(self, f"user_{role}")))
                self.assertEqual(form.partner_id, self.partner)
        for role in ("desk", "inspector", "manager"):
            with self.subTest(partner=role):
                Form(self.partner.with_user(getattr(self, f"user_{role}")))

    @users("test_portal")
    def test_portal_sees_nothing(self):
        for model in ("repair.appliance", "repair.appliance.category", "repair.brand", "repair.fault.code", "repair.warranty.term"):
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].search([])

    @users("test_desk", "test_technician", "test_inspector", "test_accountant")
    def test_catalogue_is_kept_by_managers(self):
        for record in (self.category, self.brand, self.symptom):
            record = self.env[record._name].browse(record.id)
            self.assertTrue(record.display_name)
            with self.subTest(model=record._name), self.assertRaises(AccessError):
                record.write({"name": "X"})

    def test_other_companies_are_out_of_sight(self):
        company = self.env["res.company"].create({"name": "Other company"})
        appliance = self._create_appliance(company_id=company.id)
        with self.assertRaises(AccessError):
            appliance.with_user(self.user_manager).read(["serial_number"])

    def test_verdict_is_the_same_for_a_technician_without_sight_of_history(self):
        self.appliance.purchase_date = "2020-01-01"
        first = self._create_order()
        first._flow_write({
            "service_stage": "closed", "accepted_on": fields.Datetime.now(),
            "repair_warranty_end": fields.Date.today() + timedelta(days=90)})
        order = self.order.with_user(self.user_technician)
        self.assertEqual(order.coverage, "repair_warranty")
        self.assertIn(first.name, order.coverage_reason)


@tagged("post_install", "-at_install")
class TestApplianceRpc(RepairServiceCommon, HttpCase):

    def _call(self, method, *args):
        with mute_logger("odoo.sql_db", "odoo.http"):
            return self.url_open("/web/dataset/call_kw", json={"params": {
                "model": "repair.appliance", "method": method, "args": args, "kwargs": {}}}).json()

    def _assert_refused(self, message, method, *args):
        self.assertRegex(self._call(method, *args)["error"]["data"]["message"], message)

    def test_remote_caller_is_told_what_to_do(self):
        self.env["res.lang"]._activate_lang("en_US")
        self.user_desk.lang = "en_US"
        self.authenticate("test_desk", "test_desk")
        self._create_appliance(serial_number="SN-1")
        values = {"partner_id": self.partner.id, "category_id": self.category.id, "brand_id": self.brand.id}
        self.assertTrue(self._call("create", [{**values, "serial_number": "SN-2"}])["result"])
        for number in ("SN-1", " sn-1 ", "s n-1"):
            self._assert_refused("search for the number", "create", [{**values, "serial_number": number}])
        self._assert_refused("search for the number", "write", self.appliance.ids, {"serial_number": "sn-1"})
        self._assert_refused(
            "installed before it was bought", "write", self.appliance.ids,
            {"purchase_date": "2025-03-02", "install_date": "2025-03-01"})
        self._assert_refused("future", "write", self.appliance.ids, {"install_date": "2199-01-01"})
