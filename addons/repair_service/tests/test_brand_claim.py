from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.repair_flow import FLOW
from .common_claim import RepairClaimCommon


@tagged("post_install", "-at_install")
class TestBrandClaim(RepairClaimCommon):

    def test_lines_of_the_period_are_gathered_once_with_their_rates(self):
        self.env["repair.brand.rate"].create([
            {"brand_id": self.brand.id, "kind": "labour", "category_id": self.category.id, "basis": "fixed", "amount": 75},
            {"brand_id": self.brand.id, "kind": "part", "basis": "cost", "percent": 20}])
        order, early = self._accept(), self._accept(days_ago=41)
        claim = self._gather()
        self.assertEqual(claim.line_ids.repair_id, order)
        self.assertRecordValues(claim.line_ids.sorted("amount_list", reverse=True), [
            {"amount_list": 100.0, "amount_claimed": 75.0, "rate_reason": claim.line_ids.filtered("service_line_id").rate_id._describe()},
            {"amount_list": 80.0, "amount_claimed": 36.0, "rate_reason": "Our cost and 20 % handling"}])  # 30.00 and a fifth
        self.assertRecordValues(claim, [{"amount_claimed": 111.0, "order_count": 1, "line_count": 2, "open_count": 2}])
        claim.action_gather()
        self.assertEqual(claim.line_count, 2)
        second = self._gather(days=100)
        self.assertEqual(second.line_ids.repair_id, early)

    def test_what_customer_or_company_pay_and_what_is_not_accepted_is_not_claimed(self):
        paid_by_company = self._accept()
        paid_by_company.service_line_ids._flow_line().write({"payer": "company"})
        running = self._create_order(appliance_id=self._create_appliance().id, override_payer="brand", override_reason="x")
        self._to_stage(running, "diagnosed")
        claim = self._gather()
        self.assertEqual(claim.line_ids.move_id, paid_by_company.move_ids)
        self.assertFalse(claim.line_ids.service_line_id)

    def test_a_line_stands_in_one_live_claim_only_and_is_free_again_when_that_is_taken_back(self):
        self._accept()
        claim = self._gather()
        line = claim.line_ids[:1]
        twice = {
            "claim_id": self._gather().id, "repair_id": line.repair_id.id, "service_line_id": line.service_line_id.id,
            "move_id": line.move_id.id, "name": "x", "amount_claimed": 1.0}
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation), self.cr.savepoint():
            self.env["repair.brand.claim.line"].with_context(repair_flow=FLOW).create(twice)
            self.env.flush_all()
        self.assertFalse(self._gather().line_ids)
        claim.action_cancel()
        self.assertEqual(len(self._gather().line_ids), 2)

    def test_nothing_is_sent_before_the_dossier_is_complete_and_what_is_missing_is_named(self):
        order = self._accept(complete=False)
        self.brand.write({"claim_photos": 1})
        claim = self._gather()
        self.assertEqual(claim.line_ids.mapped("missing"), ["proof of purchase, remedy, photos (0 of 1)"] * 2)
        self.assertEqual(claim.incomplete_count, 2)
        with self.assertRaisesRegex(UserError, f"{order.name}: proof of purchase, remedy, photos"):
            claim.action_send()
        order.appliance_id.purchase_proof = "invoice"
        claim.line_ids[:1].remedy_id = self.remedy
        self.assertEqual(order.remedy_id, self.remedy)
        attachment = self.env["ir.attachment"].with_user(self.user_accountant).create({
            "name": "plate.png", "datas": self.signature, "res_model": "repair.brand.claim.line", "res_id": claim.line_ids[:1].id})
        claim.line_ids.evidence_ids = attachment
        claim.action_send()
        self.assertEqual((claim.state, claim.partner_id, claim.incomplete_count), ("sent", self.maker, 0))
        with self.assertRaises(UserError):
            claim.line_ids[:1].remedy_id = self.remedy.copy({"code": "T-R9"})

    def test_a_remedy_on_record_is_not_changed_through_a_claim(self):
        order = self._accept()
        claim = self._gather()
        other = self.env["repair.fault.code"].create({"kind": "remedy", "code": "T-R2", "name": "Adjusted"})
        with self.assertRaisesRegex(UserError, "on record"):
            claim.line_ids[:1].remedy_id = other
        self.assertEqual(order.remedy_id, self.remedy)

    def test_the_old_part_is_asked_for_where_an_addon_keeps_it(self):
        self._accept()
        self.brand.claim_needs_old_part = True
        claim = self._gather()
        self.assertEqual(set(claim.line_ids.mapped("missing")), {""})  # nobody keeps old parts here: nothing can be missing
        self.patch(type(self.env["stock.move"]), "_get_old_part_gap", lambda move: "old part")
        claim.line_ids.invalidate_recordset(["missing"])
        self.assertEqual(sorted(claim.line_ids.mapped("missing")), ["", "old part"])

    def test_where_the_old_part_is_stands_on_paper_and_sheet(self):
        self._accept()
        claim = self._gather()
        self.patch(type(self.env["stock.move"]), "_get_old_part_note", lambda move: "returned with RT-7")
        html = self.env["ir.actions.report"].with_context(force_report_rendering=False)._render_qweb_html(
            "repair_service.report_brand_claim", claim.ids)[0].decode()
        self.assertEqual((html.count("returned with RT-7"), claim._make_csv().decode().count("returned with RT-7")), (1, 1))

    def test_deadlines_warn_and_the_night_job_gathers_what_is_near(self):
        self._accept()
        near = self._accept(days_ago=55)
        self.env["repair.brand.claim"]._cron_gather_due()
        claim = self.env["repair.brand.claim"].search([("brand_id", "=", self.brand.id)])
        self.assertEqual(claim.line_ids.repair_id, near)
        self.assertEqual(set(claim.line_ids.mapped("deadline_state")), {"near"})
        self.assertEqual(claim.line_ids[:1].deadline, near._local_date(near.accepted_on) + timedelta(days=60))
        self.assertEqual(len(claim.activity_ids), 1)
        self.env["repair.brand.claim"]._cron_gather_due()
        self.assertEqual((len(claim.line_ids), len(claim.activity_ids)), (2, 1))
        claim.line_ids._flow_write({"deadline": self.today - timedelta(days=1)})
        self.assertEqual((set(claim.line_ids.mapped("deadline_state")), claim.near_count), ({"passed"}, 2))

    def test_the_customer_is_masked_unless_he_agreed_to_be_named_to_the_brand(self):
        self._accept()
        claim = self._gather()
        dossier = claim.line_ids[:1]._get_dossier()
        self.assertEqual((dossier["customer_name"], dossier["customer_phone"], dossier["customer_city"]), ("Wang *", "138****1234", ""))
        consent = self.env["repair.consent"].create({
            "partner_id": self.partner.id, "purpose_id": self.env.ref("repair_service.consent_purpose_brand").id})
        dossier = claim.line_ids[:1]._get_dossier()
        self.assertEqual((dossier["customer_name"], dossier["customer_phone"]), ("Wang Fang", "13800001234"))
        consent.action_withdraw()
        self.assertEqual(claim.line_ids[:1]._get_dossier()["customer_name"], "Wang *")

    def test_photos_that_may_show_the_customer_are_left_out_without_his_consent(self):
        order = self._accept()
        for kind in ("receipt", "after"):
            self.env["repair.photo"].create({"repair_id": order.id, "kind": kind, "image": self.signature})
        claim = self._gather()
        self.assertEqual([photos.mapped("kind") for _order, _lines, _shared, photos in claim._get_dossier_orders()], [["after"]])
        self.env["repair.consent"].create({
            "partner_id": self.partner.id, "purpose_id": self.env.ref("repair_service.consent_purpose_brand").id})
        self.assertEqual([len(photos) for _order, _lines, _shared, photos in claim._get_dossier_orders()], [2])

    def test_paper_and_sheets_tell_the_same_and_no_cell_is_a_formula(self):
        order = self._accept()
        claim = self._gather()
        self.assertIn(order.name.encode(), self.env["ir.actions.report"].with_context(force_report_rendering=False)._render_qweb_html(
            "repair_service.report_brand_claim", claim.ids)[0])
        claim.line_ids[:1]._flow_write({"name": "=HYPERLINK(1)"})
        text = claim._make_csv().decode("utf-8-sig")
        self.assertEqual(len(text.splitlines()), 3)
        self.assertIn("'=HYPERLINK(1)", text)
        self.assertEqual(claim._make_xlsx()[:2], b"PK")
        claim.line_ids[:1]._flow_write({"name": "Labour"})
        claim.action_send()
        self.assertTrue(claim.message_attachment_count)

    def test_a_sent_claim_stays_as_it_was_sent(self):
        self._accept()
        claim = self._gather()
        claim.action_send()
        for values in ({"date_to": "2030-01-01"}, {"state": "settled"}, {"number": "X"}, {"partner_id": self.partner.id}):
            with self.subTest(values), self.assertRaises(UserError):
                claim.write(values)
        for values in ({"amount_claimed": 1.0}, {"answer": "paid"}, {"resolution": "company"}, {"claim_id": self._gather().id}):
            with self.subTest(values), self.assertRaises(UserError):
                claim.line_ids[:1].write(values)
        for forbidden in (claim.unlink, claim.line_ids[:1].unlink, claim.action_gather, claim.action_send):
            with self.subTest(forbidden.__name__), self.assertRaises(UserError):
                forbidden()
        with self.assertRaises(UserError):
            self.env["repair.brand.claim.line"].with_user(self.user_manager).create({
                "claim_id": claim.id, "repair_id": claim.line_ids[:1].repair_id.id, "name": "x", "amount_claimed": 5})

    def test_a_brand_without_a_payer_is_not_claimed(self):
        self.brand.partner_id = False
        with self.assertRaisesRegex(ValidationError, "manufacturer"):
            self._gather()

    def test_who_claims_who_reads_and_who_sees_nothing(self):
        self._accept()
        claim = self._gather(self.user_manager)
        self.assertTrue(claim.with_user(self.user_auditor).read(["number", "amount_claimed"]))
        for name in ("technician", "desk", "dispatcher", "inspector", "portal"):
            user = getattr(self, f"user_{name}")
            with self.subTest(name):
                for model in ("repair.brand.claim", "repair.brand.claim.line", "repair.brand.rate", "repair.brand.balance"):
                    with self.assertRaises(AccessError):
                        self.env[model].with_user(user).search([])
                with self.assertRaises(AccessError):
                    claim.with_user(user).action_send()
                with self.assertRaises(AccessError):
                    claim.with_user(user).action_download_xlsx()
                with self.assertRaises(AccessError):
                    claim.line_ids.repair_id.with_user(user).read(["claim_line_ids"])
                if name != "portal":
                    self.assertNotIn("claim_days", self.brand.with_user(user).fields_get())
        for forbidden in (claim.with_user(self.user_auditor).action_send, claim.with_user(self.user_manager).action_create_invoice,
                          claim.with_user(self.user_auditor).action_gather):
            with self.subTest(forbidden.__self__.env.user.login), self.assertRaises(AccessError):
                forbidden()
        with self.assertRaises(AccessError):
            self.env["repair.brand.rate"].with_user(self.user_accountant).create({"brand_id": self.brand.id})

    def test_claims_stay_in_their_company(self):
        self._accept()
        claim = self._gather()
        other = self.env["res.company"].create({"name": "Other"})
        self.user_manager.write({"company_ids": [(4, other.id)]})
        outside = claim.with_user(self.user_manager).with_context(allowed_company_ids=other.ids)
        self.assertFalse(outside.search([("id", "=", claim.id)]))
        self.assertFalse(self.env["repair.brand.claim"]._find_sources(self.brand, other, self.today - timedelta(days=40), self.today))

    def test_gathering_costs_no_more_for_more_orders(self):
        self._accept()
        claim = self._gather()
        counts = []
        for number in (2, 6):
            for _each in range(number):
                self._accept()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env["repair.brand.claim"]._find_sources(self.brand, self.company, self.today - timedelta(days=40), self.today)
            counts.append(self.cr.sql_log_count - before)
            claim.action_cancel()
            claim = self._gather()
        self.assertLessEqual(counts[1], counts[0] + 2)

    def test_balance_shows_what_a_brand_owes_from_the_repair_to_the_payment(self):
        def get_rows():
            self.env.flush_all()
            rows = self.env["repair.brand.balance"].with_user(self.user_auditor)._read_group(
                [("brand_id", "=", self.brand.id)], ["stage", "age"], ["amount:sum"], order="stage, age")
            return [(stage, age, amount) for stage, age, amount in rows]

        self._accept()
        self._accept(days_ago=65)
        self.assertEqual(get_rows(), [("to_claim", "0", 180.0), ("to_claim", "30", 180.0)])
        claim = self._gather()
        self.assertEqual(get_rows(), [("draft", "0", 180.0), ("to_claim", "30", 180.0)])
        self._invoice(claim)
        rows = get_rows()
        self.assertEqual([(stage, amount) for stage, _age, amount in rows], [("invoiced", 180.0), ("to_claim", 180.0)])
        payment = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=claim.sudo().invoice_id.ids).create({"amount": 101.7})  # half of 203.40
        payment._create_payments()
        self.assertEqual([(stage, amount) for stage, _age, amount in get_rows()], [("invoiced", 90.0), ("to_claim", 180.0)])
