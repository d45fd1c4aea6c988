from datetime import date, datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged, users
from odoo.tools import mute_logger

from .common import RepairServiceCommon


@tagged("post_install", "-at_install")
class TestWarranty(RepairServiceCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})
        cls.env["res.lang"]._activate_lang("en_US").date_format = "%m/%d/%Y"
        cls.company.partner_id.tz = "Asia/Shanghai"
        terms = cls.env["repair.warranty.term"]
        terms.with_context(active_test=False).search([("category_id", "=", False), ("basis", "!=", "repair")]).unlink()
        cls.law_whole, cls.law_main = terms.create([
            {
                "name": "Whole", "category_id": cls.category.id, "component": "whole", "basis": "law", "months": 12,
                "payer": "brand",
            },
            {
                "name": "Main", "category_id": cls.category.id, "component": "main", "basis": "law", "months": 36,
                "payer": "brand",
            },
        ])
        cls.brand.write({"partner_id": cls.env["res.partner"].create({"name": "Maker"}).id, "authorised_until": "2030-01-01"})
        cls.appliance.write({"purchase_date": "2025-03-01", "purchase_proof": "invoice"})

    @classmethod
    def _request(cls, day, **values):
        return cls._create_order(requested_on=datetime.combine(day, datetime.min.time()) + timedelta(hours=2), **values)

    @classmethod
    def _accept(cls, order, moment):
        moment = datetime.fromisoformat(moment)
        order._flow_write({
            "service_stage": "accepted", "accepted_on": moment,
            "repair_warranty_end": order._get_repair_warranty_end(order._local_date(moment)),
        })
        return order

    def test_request_on_the_last_day_is_free_and_says_why(self):
        order = self._request(date(2026, 3, 1))
        self.assertEqual((order.coverage, order.coverage_end), ("warranty", date(2026, 3, 1)))
        self.assertEqual(order.warranty_term_id, self.law_whole)
        self.assertEqual(order.coverage_reason, "Whole-appliance warranty (Law): covered until 03/01/2026")
        self.assertEqual((order._get_payer(), order._get_payer("main")), ("brand", "brand"))

    def test_after_the_year_the_main_parts_stay_covered(self):
        order = self._request(date(2026, 3, 2))
        self.assertEqual(order.coverage, "customer")
        self.assertEqual(
            order.coverage_reason, "Out of warranty since 03/02/2026: customer pays; main parts covered until 03/01/2028")
        self.assertEqual((order._get_payer(), order._get_payer("main")), ("customer", "brand"))

    def test_day_of_the_request_is_the_day_in_china(self):
        self.assertEqual(self._create_order(requested_on="2026-03-01 15:59:00").coverage, "warranty")
        self.assertEqual(self._create_order(requested_on="2026-03-01 16:00:00").coverage, "customer")  # midnight in Shanghai

    def test_same_fault_is_free_on_day_90_and_charged_on_day_91(self):
        self.appliance.purchase_date = "2020-01-01"
        first = self._accept(self._request(date(2026, 1, 3)), "2026-01-05 06:00:00")
        self.assertEqual(first.repair_warranty_end, date(2026, 4, 5))  # 26 days left in January, 28, 31, and five
        day_90 = self._request(date(2026, 4, 5))
        self.assertEqual((day_90.coverage, day_90.origin_repair_id), ("repair_warranty", first))
        self.assertEqual(day_90._get_payer(), "company")
        self.assertEqual(
            day_90.coverage_reason, f"Repair warranty of {first.name}: same symptom, covered until 04/05/2026")
        day_91 = self._request(date(2026, 4, 6))
        self.assertEqual((day_91.coverage, day_91.origin_repair_id), ("customer", self.env["repair.order"]))

    def test_another_fault_is_charged_until_the_cause_turns_out_the_same(self):
        self.appliance.purchase_date = "2020-01-01"
        first = self._accept(self._request(date(2026, 1, 3), cause_id=self.cause.id), "2026-01-05 06:00:00")
        order = self._request(date(2026, 2, 1), symptom_id=self.other_symptom.id)
        self.assertEqual(order.coverage, "customer")
        order.cause_id = self.cause
        self.assertEqual((order.coverage, order.origin_repair_id), ("repair_warranty", first))

    def test_same_fault_of_another_appliance_is_charged(self):
        self.appliance.purchase_date = "2020-01-01"
        self._accept(self._request(date(2026, 1, 3)), "2026-01-05 06:00:00")
        twin = self._create_appliance(purchase_date="2020-01-01", serial_number="TWIN")
        self.assertEqual(self._request(date(2026, 1, 10), appliance_id=twin.id).coverage, "customer")

    def test_repair_accepted_later_reaches_the_open_request(self):
        self.appliance.purchase_date = "2020-01-01"
        first, second = self._request(date(2026, 1, 3)), self._request(date(2026, 1, 8))
        self.assertEqual(second.coverage, "customer")
        self._accept(first, "2026-01-05 06:00:00")
        self.assertEqual(second.coverage, "repair_warranty")

    def test_acceptance_in_the_flow_starts_the_90_days(self):
        self.appliance.purchase_date = "2020-01-01"
        with freeze_time("2026-05-01 17:00:00"):  # already May 2 in Shanghai
            order = self._to_stage(self._create_order(), "accepted")
        self.assertEqual(order.repair_warranty_end, date(2026, 7, 31))

    def test_longest_repair_term_of_the_family_counts(self):
        self.env["repair.warranty.term"].create({
            "name": "Half a year", "category_id": self.category.id, "component": "repair", "basis": "repair", "months": 6,
            "start_from": "repair"})
        order = self._request(date(2026, 1, 3))
        self.assertEqual(order._get_repair_warranty_end(date(2026, 1, 31)), date(2026, 7, 31))

    def test_term_of_a_parent_family_and_brand_counts(self):
        family = self.env["repair.appliance.category"].create({"name": "Below", "parent_id": self.category.id})
        appliance = self._create_appliance(category_id=family.id, purchase_date="2025-03-01")
        self.assertEqual(appliance.warranty_end, date(2026, 3, 1))
        longer = self.env["repair.warranty.term"].create({
            "name": "Card", "brand_id": self.brand.id, "category_id": self.category.id, "basis": "brand", "months": 72,
            "payer": "brand"})
        self.assertEqual(appliance.warranty_end, date(2031, 3, 1))
        longer.active = False
        self.assertEqual(appliance.warranty_end, date(2026, 3, 1))

    def test_correcting_a_term_corrects_open_requests_only(self):
        open_order, settled = self._request(date(2026, 6, 1)), self._request(date(2026, 6, 2))
        settled._freeze_coverage()
        self.law_whole.months = 24
        self.assertEqual((open_order.coverage, open_order.coverage_end), ("warranty", date(2027, 3, 1)))
        self.assertEqual((settled.coverage, settled.coverage_end), ("customer", date(2026, 3, 1)))

    def _stored_payers(self, order):
        self.env.flush_all()
        self.env.invalidate_all()
        return [*order.service_line_ids.mapped("payer"), *order.move_ids.mapped("payer"), order.amount_customer_total]

    def test_what_follows_from_a_corrected_term_follows(self):
        order = self._request(date(2026, 6, 1), service_line_ids=[Command.create({"product_id": self.labour_product.id})])
        self._add_part(order)
        self.assertEqual(self._stored_payers(order), ["customer", "customer", 180])
        self.law_whole.months = 24
        self.assertEqual(self._stored_payers(order), ["brand", "brand", 0])
        self.law_whole.active = False
        self.assertEqual(self._stored_payers(order), ["customer", "customer", 180])

    def test_what_follows_from_an_accepted_repair_follows(self):
        self.appliance.purchase_date = "2020-01-01"
        first = self._request(date(2026, 1, 3))
        order = self._request(date(2026, 1, 8), service_line_ids=[Command.create({"product_id": self.labour_product.id})])
        self.assertEqual(self._stored_payers(order), ["customer", 100])
        self._accept(first, "2026-01-05 06:00:00")
        self.assertEqual(self._stored_payers(order), ["company", 0])

    def test_history_that_comes_in_as_accepted_reaches_open_requests(self):
        self.appliance.purchase_date = "2020-01-01"
        order = self._request(date(2026, 1, 8))
        self._request(date(2026, 1, 3))._with_flow().copy({
            "requested_on": "2026-01-03 02:00:00", "service_stage": "accepted", "accepted_on": "2026-01-05 06:00:00",
            "repair_warranty_end": "2026-04-05", "symptom_id": self.symptom.id})
        self.assertEqual((order.coverage, self.appliance.repair_warranty_end), ("repair_warranty", date(2026, 4, 5)))

    def test_verdict_is_fixed_with_the_approval(self):
        order = self._request(date(2026, 2, 1))
        self._to_stage(order, "approved")
        self.assertTrue(order.coverage_frozen_on)
        self.appliance.purchase_date = "2020-01-01"
        with self.assertRaises(UserError):
            order.write({"exclusion": "misuse", "exclusion_note": "Broken by force"})
        self.env.flush_all()
        order.invalidate_recordset()
        self.assertEqual((order.coverage, order._get_payer(), order.warranty_term_id), ("warranty", "brand", self.law_whole))
        self.assertEqual(order.coverage_end, date(2026, 3, 1))

    def test_exclusion_names_itself(self):
        order = self._request(date(2026, 2, 1))
        order.write({"exclusion": "self_dismantled", "exclusion_note": "Seal broken"})
        self.assertEqual((order.coverage, order._get_payer("main")), ("customer", "customer"))
        self.assertEqual(order.coverage_reason, "Excluded, taken apart by the user: customer pays (handbook 6.2.3)")

    def test_exclusion_needs_evidence(self):
        order = self._request(date(2026, 2, 1))
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.env.cr.savepoint():
            order.write({"exclusion": "misuse", "exclusion_note": "  "})
            order.flush_recordset()

    def test_lost_papers(self):
        self.appliance.purchase_proof = "none"
        order = self._request(date(2025, 6, 1))
        self.assertEqual(order.coverage_reason, "No proof of purchase or installation: customer pays")
        self.appliance.purchase_proof = "payment"
        self.assertEqual(order.coverage, "warranty")
        self.appliance.purchase_date = False
        self.assertEqual(order.coverage, "customer")
        self.appliance.install_date = "2025-03-05"
        self.assertEqual((order.coverage, order.coverage_end), ("warranty", date(2026, 3, 5)))

    def test_days_in_a_covered_repair_lengthen_the_warranty(self):
        order = self._request(date(2025, 6, 1))
        self._accept(order, "2025-06-11 02:00:00")
        self.assertEqual(self.appliance.warranty_end, date(2026, 3, 11))
        later = self._request(date(2026, 3, 11), symptom_id=self.other_symptom.id)
        self.assertEqual(
            later.coverage_reason, "Whole-appliance warranty (Law): covered until 03/11/2026, with 10 days of repair added")

    def test_brand_without_authorisation_does_not_pay(self):
        self.brand.authorised_until = "2026-01-31"
        self.assertEqual(self._request(date(2026, 1, 31))._get_payer(), "brand")
        self.assertEqual(self._request(date(2026, 2, 1))._get_payer(), "company")

    def test_goodwill_is_for_managers(self):
        order = self._request(date(2026, 6, 1))
        with self.assertRaises(AccessError):
            order.with_user(self.user_desk).goodwill_note = "Old customer"
        order.with_user(self.user_manager).goodwill_note = "Old customer"
        self.assertEqual((order.coverage, order._get_payer(), order._get_payer("main")), ("goodwill", "company", "brand"))
        self.assertEqual(order.coverage_reason, "Goodwill of the company: Old customer")

    def test_parts_follow_the_verdict_on_main_parts(self):
        order = self._request(date(2026, 6, 1))
        with patch.object(type(self.env["stock.move"]), "_get_warranty_component", lambda move: "main"):
            part = self._add_part(order)
            self.assertEqual(part.payer, "brand")
            self.appliance.purchase_date = "2020-03-01"  # the order stays the customer's, its main parts become his too
            self.assertEqual((order.coverage, part.payer), ("customer", "customer"))

    def test_verdict_cannot_be_written(self):
        order = self._request(date(2026, 6, 1)).with_user(self.user_manager)
        for values in ({"coverage": "warranty"}, {"coverage_end": "2030-01-01"}, {"coverage_facts": {"whole": {}}},
                       {"warranty_term_id": self.law_whole.id}, {"origin_repair_id": order.id}, {"coverage_frozen_on": "2026-01-01"}):
            with self.subTest(values=values), self.assertRaises(UserError):
                order.write(values)
            with self.subTest(create=values), self.assertRaises(UserError):
                self._create_order(**values)

    def test_reason_is_in_the_reader_s_language(self):
        self.env["res.lang"]._activate_lang("zh_CN").date_format = "%Y年%m月%d日"
        order = self._request(date(2026, 3, 1))
        self.assertIn("2026年03月01日", order.with_context(lang="zh_CN").coverage_reason)

    def test_plain_repair_order_has_no_verdict(self):
        product = self.env["product.product"].create({"name": "Own fridge"})
        order = self.env["repair.order"].create({"product_id": product.id})
        self.assertEqual((order.coverage_facts, order.coverage_reason, order._get_payer()), (False, False, "customer"))

    def test_form_shows_the_verdict_before_saving(self):
        with Form(self.env["repair.order"].with_context(repair_service=True)) as form:
            form.appliance_id = self.appliance
            form.symptom_id = self.symptom
            form.requested_on = "2025-06-01 02:00:00"
            self.assertEqual(form.coverage, "warranty")

    def test_many_requests_take_no_more_queries(self):
        def count(number):
            appliances = self.env["repair.appliance"].concat(*(
                self._create_appliance(purchase_date="2025-03-01", serial_number=f"Q{number}-{i}") for i in range(number)))
            orders = self.env["repair.order"].concat(*(
                self._request(date(2026, 2, 1), appliance_id=appliance.id) for appliance in appliances))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            for name in orders._get_coverage_fields():
                self.env.add_to_compute(orders._fields[name], orders)
            orders.mapped("coverage")
            return self.env.cr.sql_log_count - before
        self.assertLessEqual(count(12), count(2))


@tagged("post_install", "-at_install")
class TestWarrantyTerm(RepairServiceCommon):

    def _create(self, **values):
        return self.env["repair.warranty.term"].create({"name": "Term", "months": 12, **values})

    @mute_logger("odoo.sql_db")
    def test_duration_is_months_or_days(self):
        for values in ({"months": 0}, {"days": 10}, {"months": -1}, {"months": 0, "days": -1}, {"months": 10 ** 6}):
            with self.subTest(values=values), self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self._create(**values)

    @mute_logger("odoo.sql_db")
    def test_repair_term_starts_with_the_repair(self):
        for values in ({"component": "repair"}, {"basis": "repair"}, {"start_from": "repair"},
                       {"component": "repair", "basis": "repair"}):
            with self.subTest(values=values), self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self._create(**values)

    def test_brand_term_needs_its_brand_and_own_repairs_are_paid_by_the_company(self):
        with self.assertRaises(ValidationError):
            self._create(basis="brand")
        with self.assertRaises(ValidationError):
            self._create(basis="repair", component="repair", start_from="repair", payer="brand")

    def test_shipped_terms(self):
        term = self.env.ref("repair_service.term_repair")
        self.assertEqual((term.days, term.basis, term.verified), (90, "repair", True))
        laws = self.env["repair.warranty.term"].search([("basis", "=", "law")])
        self.assertTrue(all(law.source and law.effective_date for law in laws))
        fridge = self._create_appliance(
            category_id=self.env.ref("repair_service.category_refrigerator").id, purchase_date="2025-03-01")
        self.assertEqual((fridge.warranty_end, fridge.main_warranty_end), (date(2026, 3, 1), date(2028, 3, 1)))

    @users("test_desk", "test_technician", "test_inspector", "test_accountant")
    def test_only_managers_change_terms(self):
        term = self.env.ref("repair_service.term_repair")
        self.assertEqual(term.days, 90)
        with self.assertRaises(AccessError):
            term.days = 30
        with self.assertRaises(AccessError):
            self._create()

    @users("test_manager")
    def test_managers_change_terms(self):
        self.env.ref("repair_service.term_repair").days = 120
        self._create().unlink()
