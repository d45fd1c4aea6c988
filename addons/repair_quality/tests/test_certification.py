import base64
from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged, users

from .common import RepairQualityCommon

FILE = base64.b64encode(b"%PDF-1.4 certificate")


@tagged("post_install", "-at_install")
class TestCertification(RepairQualityCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bodies = cls.env["res.partner"].create([{"name": "Body A"}, {"name": "Body B"}])

    def setUp(self):
        super().setUp()
        self.record = self.env["qms.certification"].with_user(self.user_quality_manager).create({
            "standard": "ISO 9001", "edition": "2015", "scope": "Repair of household appliances", "owner_id": self.user_officer.id,
            "offer_ids": [(0, 0, {"partner_id": body.id, "price": price}) for body, price in zip(self.bodies, (30000, 25000), strict=True)],
        })

    def _ask(self, record, step, reason="For good reasons"):
        action = getattr(record, f"action_{step}")()
        self.env[action["res_model"]].with_user(self.user_quality_manager).with_context(**action["context"]).create(
            {"reason": reason}).action_confirm()

    def _prepare(self):
        self._ask(self.record.offer_ids[0], "choose")
        self.task = self.record.task_ids.create({
            "certification_id": self.record.id, "name": "Quality manual", "owner_id": self.user_employee.id,
            "deadline": self.today, "evidence": "Manual, edition 3"})
        self.task.with_user(self.user_employee).action_done()
        self.record.action_to_audit()

    def _audit(self, kind, **values):
        return self.env["qms.certification.audit"].with_user(self.user_quality_manager).create({
            "certification_id": self.record.id, "kind": kind, "planned_on": self.today, "report_file": FILE, **values})

    def _certify(self, valid_from=None, valid_until=None):
        self._prepare()
        for kind in ("stage1", "stage2"):
            self._audit(kind).action_passed()
        self.record.write({
            "certificate_number": "QMS-1", "valid_from": valid_from or self.today,
            "valid_until": valid_until or self.today + timedelta(days=1095), "certificate_file": FILE})
        self.record.action_certify()

    def _finding(self, audit, severity):
        return self.env["qms.certification.finding"].with_user(self.user_quality_manager).create({
            "certification_id": self.record.id, "audit_id": audit.id, "name": "No supplier evaluation", "clause": "8.4",
            "severity": severity})

    def _settle(self, nonconformity):
        nonconformity._flow_write({"state": "verified"})

    def test_body_is_chosen_out_of_two_with_a_reason(self):
        offers = self.record.offer_ids
        offers[1].unlink()
        with self.assertRaisesRegex(UserError, "at least two"):
            self._ask(offers[0], "choose")
        self.record.offer_ids = [(0, 0, {"partner_id": self.bodies[1].id, "price": 1})]
        with self.assertRaisesRegex(UserError, "reason"):
            self._ask(offers[0], "choose", "")
        self._ask(offers[0], "choose", "Accredited for our trade")
        self.assertEqual((self.record.body_id, self.record.choice_reason), (offers[0].partner_id, "Accredited for our trade"))
        with self.assertRaisesRegex(UserError, "stays as it is"):
            offers[0].price = 1
        with self.assertRaisesRegex(UserError, "stays as it is"):
            self.record.offer_ids = [(0, 0, {"partner_id": self.env.user.partner_id.id, "price": 1})]

    def test_no_audit_before_the_preparation_is_done_with_evidence(self):
        self._ask(self.record.offer_ids[0], "choose")
        with self.assertRaisesRegex(UserError, "Lay down"):
            self.record.action_to_audit()
        task = self.record.task_ids.create({
            "certification_id": self.record.id, "name": "Manual", "owner_id": self.user_employee.id, "deadline": self.today})
        with self.assertRaisesRegex(UserError, "1 preparations"):
            self.record.action_to_audit()
        with self.assertRaisesRegex(UserError, "evidence"):
            task.with_user(self.user_employee).action_done()
        with self.assertRaisesRegex(UserError, "preparation before"):
            self._audit("stage1").action_passed()

    def test_no_certificate_before_both_stages(self):
        self._prepare()
        with self.assertRaisesRegex(UserError, "follows stage 1"):
            self._audit("stage2").action_passed()
        self._audit("stage1").action_passed()
        with self.assertRaisesRegex(UserError, "Stage 1 and stage 2"):
            self.record.action_certify()
        without = self._audit("stage2", report_file=False)
        with self.assertRaisesRegex(UserError, "report"):
            without.action_passed()
        with self.assertRaisesRegex(UserError, "not come"):
            self._audit("stage2", planned_on=self.today + timedelta(days=1)).action_passed()

    def test_external_finding_is_a_nonconformity_and_a_major_one_holds_the_certificate_up(self):
        self._prepare()
        audit = self._audit("stage1")
        observation, minor, major = (self._finding(audit, severity) for severity in ("observation", "minor", "major"))
        self.assertFalse(observation.nonconformity_id)
        self.assertEqual((major.nonconformity_id.source, major.nonconformity_id.severity), ("audit", "major"))
        self.assertEqual((self.record.finding_open_count, minor.nonconformity_id.owner_id), (2, self.user_officer))
        with self.assertRaisesRegex(UserError, "not settled"):
            audit.action_passed()
        self._settle(major.nonconformity_id)
        audit.action_passed()
        self.assertEqual(self.record.finding_open_count, 1)

    def test_certificate_plans_its_surveillance_and_renewal(self):
        """2026-12-01 to 2029-11-30: surveillance after 12 and 24 months, renewal three months before the end."""
        with freeze_time("2026-11-30 04:00:00"):
            self.today = date(2026, 11, 30)
            self._certify(date(2026, 12, 1), date(2029, 11, 30))
        planned = self.record.audit_ids.filtered(lambda audit: not audit.done_on).sorted("planned_on")
        self.assertEqual(
            [(audit.kind, str(audit.planned_on)) for audit in planned],
            [("surveillance", "2027-12-01"), ("surveillance", "2028-12-01"), ("renewal", "2029-08-30")])

    def test_warned_90_30_and_7_days_before_once_each(self):
        self._certify(self.today, self.today + timedelta(days=1095))
        audit = self.record.audit_ids.filtered(lambda audit: audit.kind == "surveillance").sorted("planned_on")[0]
        counts = []
        for days in (91, 90, 60, 30, 29, 7, 1):
            with freeze_time(f"{audit.planned_on - timedelta(days=days)} 04:00:00"):
                self.env["qms.certification"]._warn()
                self.env["qms.certification"]._warn()
            counts.append(len(self.record.activity_ids))
        self.assertEqual(counts, [0, 1, 1, 2, 2, 3, 3])
        self.assertEqual(self.record.activity_ids.user_id, self.user_officer)

    def test_end_of_the_certificate_is_warned_of(self):
        self._certify(self.today, self.today + timedelta(days=1095))
        self.record.audit_ids.filtered(lambda audit: not audit.done_on)._flow_write({"done_on": self.today})
        with freeze_time(f"{self.record.valid_until - timedelta(days=5)} 04:00:00"):
            self.env["qms.certification"]._warn()
        self.assertEqual((len(self.record.activity_ids), self.record.warned_days), (1, 7))

    def test_issued_certificate_stays_as_it_is(self):
        self._certify()
        for vals in (
            {"certificate_number": "X"}, {"valid_until": "2050-01-01"}, {"scope": "All"}, {"edition": "2026"}, {"state": "choosing"},
            {"body_id": self.bodies[1].id}, {"issued_on": "2020-01-01"},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                self.record.with_context(qms_flow=True).write(vals)
        for call in (self.record.unlink, self.record.audit_ids[0].unlink, self.task.with_user(self.user_quality_manager).unlink):
            with self.assertRaises(UserError):
                call()

    def test_the_files_behind_the_fields_stay_as_they_are_too(self):
        self._certify()
        audit = self.record.audit_ids.filtered("done_on")[:1]
        for record, field in ((self.record, "certificate_file"), (audit, "report_file")):
            file = self.env["ir.attachment"].sudo().search([
                ("res_model", "=", record._name), ("res_field", "=", field), ("res_id", "=", record.id)])
            mine = file.with_user(self.user_quality_manager).sudo(False)
            for call in (lambda mine=mine: mine.write({"raw": b"forged"}), mine.unlink, lambda mine=mine: mine.copy({"raw": b"forged"})):
                with self.subTest(field), self.assertRaisesRegex(UserError, "stays as it is"):
                    call()

    def test_suspended_certificate_leaves_the_papers_until_it_is_lifted(self):
        self._certify()
        self.record.on_papers = True
        company = self.record.company_id
        self.assertEqual(company.with_user(self.user_technician)._get_paper_certificates(), self.record)
        self._ask(self.record, "suspend", "Surveillance was missed")
        self.assertEqual((self.record.state, self.record.stopped_on), ("suspended", self.today))
        self.assertFalse(company._get_paper_certificates())
        self._ask(self.record, "lift", "Surveillance was passed")
        self.assertEqual(company._get_paper_certificates(), self.record)
        self._ask(self.record, "withdraw", "We gave it back")
        self.assertFalse(company._get_paper_certificates())
        with self.assertRaises(UserError):
            self.record.action_lift()

    def test_lapsed_certificate_is_not_on_the_papers(self):
        self._certify()
        self.record.on_papers = True
        with freeze_time(f"{self.record.valid_until} 04:00:00"):
            self.assertTrue(self.record.company_id._get_paper_certificates())
        with freeze_time(f"{self.record.valid_until + timedelta(days=1)} 04:00:00"):
            self.env.invalidate_all()
            self.assertFalse(self.record.company_id._get_paper_certificates())

    def test_paper_names_the_certificate(self):
        self._certify()
        self.record.on_papers = True
        order = self._to_stage(self._create_order(), "accepted")
        html = self.env["ir.actions.report"]._render_qweb_html("repair_service.report_settlement", order.ids)[0]
        self.assertIn(b"QMS-1", html)

    def test_findings_are_not_changed_deleted_or_put_on_another_certification(self):
        self._prepare()
        audit = self._audit("stage1")
        finding = self._finding(audit, "major")
        for call in (
            lambda: finding.write({"severity": "observation"}), finding.unlink,
            lambda: finding.with_context(qms_flow=True).write({"name": "x"}),
        ):
            with self.assertRaises(UserError):
                call()
        other = self.record.copy()
        with self.assertRaises(UserError):
            self.env["qms.certification.finding"].create({"certification_id": other.id, "audit_id": audit.id, "name": "x"})

    def test_forged_beginnings_are_not_taken(self):
        forged = self.env["qms.certification"].with_user(self.user_quality_manager).with_context(default_state="certified").create({
            "standard": "ISO 9001", "edition": "2015", "scope": "x", "state": "certified", "body_id": self.bodies[0].id})
        self.assertEqual((forged.state, forged.body_id.id), ("choosing", False))
        audit = self._audit("stage1", done_on="2020-01-01", result="passed")
        self.assertEqual((audit.done_on, audit.result), (False, False))
        task = self.env["qms.certification.task"].with_user(self.user_quality_manager).create({
            "certification_id": self.record.id, "name": "x", "deadline": self.today, "done_on": "2020-01-01"})
        self.assertFalse(task.done_on)
        with self.assertRaises(UserError):
            task.write({"done_on": "2020-01-01"})

    @users("test_employee", "test_officer", "test_manager", "test_technician", "test_accountant")
    def test_only_quality_managers_lead_a_certification(self):
        record = self.record.with_env(self.env)
        for call in (
            lambda: record.write({"scope": "x"}), record.action_to_audit, record.action_certify, record.action_withdraw,
            lambda: self.env["qms.certification"].create({"standard": "x", "edition": "x", "scope": "x"}),
            lambda: self.record.offer_ids[0].with_env(self.env).action_choose(), record.unlink,
        ):
            with self.assertRaises(AccessError):
                call()

    def test_employee_does_his_preparation_only(self):
        self._ask(self.record.offer_ids[0], "choose")
        own, other = self.env["qms.certification.task"].with_user(self.user_quality_manager).create([
            {"certification_id": self.record.id, "name": "x", "deadline": self.today, "owner_id": user.id}
            for user in (self.user_employee, self.user_officer)])
        mine = self.env["qms.certification.task"].with_user(self.user_employee)
        self.assertEqual(mine.search([]), own)
        own.with_user(self.user_employee).write({"evidence": "Folder 3"})
        for vals in ({"deadline": "2050-01-01"}, {"owner_id": self.user_officer.id}):
            with self.assertRaises(AccessError):
                own.with_user(self.user_employee).write(vals)
        with self.assertRaises(AccessError):
            other.with_user(self.user_employee).action_done()

    def test_records_of_another_company_are_not_seen(self):
        other = self.env["res.company"].create({"name": "Other branch"})
        record = self.env["qms.certification"].create({"standard": "x", "edition": "x", "scope": "x", "company_id": other.id})
        self.assertFalse(record.with_user(self.user_quality_manager).search([("id", "=", record.id)]))
