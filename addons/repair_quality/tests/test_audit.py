import base64
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged, users

from .common_audit import AuditCommon, make_photo


@tagged("post_install", "-at_install")
class TestAudit(AuditCommon):

    def test_checklist_is_drawn_up_by_clause_and_department(self):
        audit = self._plan_audit(departments=self.workshop | self.desk)
        audit.action_announce()
        rows = [(line.department_id.name, line.clause_id.number, line.question) for line in audit.line_ids]
        self.assertEqual(len(rows), 6, "two departments by two questions of the one clause and one of the other")
        self.assertEqual(rows[0], ("Test desk", "1.1", "Was the price told?"))
        self.assertIn("Tools", rows[2][2])
        audit.action_replan()
        audit.clause_ids = self.clause_b
        audit.action_announce()
        self.assertEqual(len(audit.line_ids), 2)

    def test_answers_say_what_was_seen_and_make_findings(self):
        audit = self._start()
        first, second, third = audit.line_ids
        with self.assertRaises(ValidationError):
            first.answer = "conforming"
        first.write({"answer": "minor", "note": "Order 12 without a price"})
        second.write({"answer": "observation", "note": "Hard to read"})
        third.write({"answer": "conforming", "note": "All in place"})
        self.assertEqual(sorted(audit.finding_ids.mapped("grade")), ["minor", "observation"])
        finding = first.finding_ids
        self.assertEqual((finding.owner_id, finding.due_date), (self.user_head, self.today + timedelta(days=60)))
        self.assertEqual((first.answered_by_id, first.answered_on.date()), (self.user_lead, fields.Datetime.now().date()))
        first.with_user(self.user_member).write({"answer": "major", "note": "Orders 12 and 13 without a price"})
        self.assertEqual((finding.grade, first.answered_by_id), ("major", self.user_member))
        first.write({"answer": "conforming", "note": "Found them after all"})
        self.assertEqual((finding.grade, finding.is_nonconforming, finding.due_date), ("conforming", False, False))
        with self.assertRaises(UserError):
            first.answer = False
        with self.assertRaises(UserError):
            finding.unlink()

    def test_report_needs_every_answer_a_conclusion_and_the_lead_auditor(self):
        audit = self._start()
        with self.assertRaisesRegex(UserError, "3 questions"):
            audit.action_report()
        self._answer_all(audit, "minor")
        with self.assertRaisesRegex(UserError, "conclusion"):
            audit.action_report()
        audit.summary = "Fine"
        audit.finding_ids.owner_id = False
        with self.assertRaisesRegex(UserError, "owner"):
            audit.action_report()
        audit.finding_ids.owner_id = self.user_head
        for user in (self.user_member, self.user_officer, self.user_quality_manager):
            with self.assertRaises(AccessError):
                audit.with_user(user).action_report()
        audit.action_report()
        self.assertEqual((audit.state, audit.reported_on), ("reported", self.today))

    def test_minor_and_major_become_nonconformities_with_owner_and_day(self):
        audit = self._report(self._start(), "minor", "major", "observation")
        records = audit.sudo().finding_ids.nonconformity_id
        self.assertEqual(len(records), 2)
        self.assertEqual(sorted(records.mapped("severity")), ["major", "minor"])
        self.assertEqual(set(records.mapped("source")), {"audit"})
        self.assertEqual(records.owner_id, self.user_head)
        self.assertEqual(
            sorted(records.mapped("due_date")), [self.today + timedelta(days=30), self.today + timedelta(days=60)])
        with self.assertRaisesRegex(UserError, "is kept"):
            records[0].sudo().unlink()

    def test_management_review_is_told_what_audits_found(self):
        self._report(self._start(), "minor", "major", "observation")
        review = self.env["qms.review"].with_user(self.user_quality_manager).create({
            "name": "Review", "period_from": self.today, "period_to": self.today, "chair_id": self.user_quality_manager.id,
            "attendee_ids": [Command.create({"employee_id": self.head.id})]})
        review.action_prepare()
        rows = review.input_ids.filtered(lambda row: row.section == "audits")
        self.assertEqual(rows.mapped("value"), ["1 major, 1 minor, 1 observations", "2 found"])
        self.assertEqual(rows.mapped("light"), ["red", "amber"])

    def test_closes_only_when_every_finding_is_closed_or_followed_up(self):
        audit = self._report(self._start(), "minor", "major")
        minor, major = audit.finding_ids
        with self.assertRaisesRegex(UserError, "neither closed nor followed up"):
            audit.action_close()
        self._close_nonconformity(minor.sudo().nonconformity_id)
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "neither closed nor followed up"):
            audit.action_close()
        later = self._plan_audit(begin=20)
        wrong = (self._plan_audit(departments=self.desk, begin=20), audit, self._plan_audit(), "nonsense", 0, 2**30)
        for other in wrong:
            with self.assertRaises(UserError):
                major.action_follow_up(other, "Needs a season")
        with self.assertRaises(UserError):
            major.action_follow_up(later, " ")
        with self.assertRaises(AccessError):
            major.with_user(self.user_head).action_follow_up(later, "I want it closed")
        major.action_follow_up(later, "Needs a season")
        audit.action_close()
        self.assertEqual((audit.state, audit.closed_on), ("closed", self.today))
        with self.assertRaisesRegex(UserError, "follows up"):
            later.action_cancel("No time")
        later.action_announce()
        line = later.line_ids[-1]
        self.assertEqual(line.origin_finding_id, major.with_user(self.user_officer))
        self.assertEqual(len(later.line_ids), 4)
        with freeze_time(fields.Datetime.to_datetime(later.date_start)):
            later.with_user(self.user_lead).action_start()
            with self.assertRaisesRegex(ValidationError, "put right or not"):
                line.with_user(self.user_lead).write({"answer": "na", "note": "x"})

    def test_report_is_frozen_sent_and_acknowledged(self):
        audit = self._report(self._start(), "minor")
        self.assertTrue(audit.report_file)
        self.assertEqual(audit.acknowledgement_ids.user_id, self.user_head)
        theirs = audit.with_user(self.user_head)
        self.assertTrue(theirs.must_acknowledge)
        self.assertTrue(theirs._get_report_pdf())
        row = audit.acknowledgement_ids
        for user in (self.user_lead, self.user_quality_manager):
            with self.assertRaises(AccessError):
                row.with_user(user).action_acknowledge()
        theirs.action_acknowledge()
        self.assertTrue(row.acknowledged_on)
        with self.assertRaises(UserError):
            theirs.action_acknowledge()
        attachment = self.env["ir.attachment"].sudo().search([
            ("res_model", "=", "qms.audit"), ("res_id", "=", audit.id), ("res_field", "=", "report_file")])
        for call in (lambda: attachment.write({"raw": b"%PDF forged"}), attachment.unlink):
            with self.assertRaises(UserError):
                call()

    def test_plan_is_printed_for_the_department(self):
        audit = self._plan_audit()
        with self.assertRaisesRegex(UserError, "between the announcement"):
            audit.action_print_plan()
        audit.action_announce()
        self.assertEqual(audit.with_user(self.user_head).action_print_plan()["url"], f"/quality/audit/{audit.id}/plan")
        with self.assertRaises(AccessError):
            audit.with_user(self.user_stranger).action_print_plan()
        html, _type = self.env["ir.actions.report"].sudo()._render_qweb_html("repair_quality.action_report_audit_plan", audit.ids)
        for text in ("Was the price told?", "Test workshop", "test_lead"):
            self.assertIn(text, str(html))

    def test_nothing_changes_once_it_is_reported(self):
        audit = self._start()
        photo = self.env["qms.audit.evidence"].with_user(self.user_lead).create(
            {"line_id": audit.line_ids[0].id, "name": "Price list", "image": make_photo()})
        self._report(audit, "minor")
        for user in (self.user_lead, self.user_quality_manager, self.env.ref("base.user_root")):
            self._check_frozen(audit.with_user(user), photo.with_user(user))

    def _check_frozen(self, audit, photo):
        for call in (
            lambda: audit.write({"summary": "All well"}), lambda: audit.write({"date_start": self.today}),
            lambda: audit.line_ids[0].write({"answer": "conforming"}), lambda: audit.line_ids[0].write({"note": "x"}),
            lambda: audit.finding_ids[0].write({"grade": "observation"}), lambda: audit.finding_ids[0].write({"due_date": False}),
            lambda: photo.create({"line_id": audit.line_ids[0].id, "name": "later"}), lambda: photo.write({"name": "x"}),
            lambda: audit.write({"lead_id": audit.env.uid}), audit.finding_ids[0].unlink, audit.line_ids[0].unlink, photo.unlink,
            audit.unlink, audit.acknowledgement_ids.unlink,
        ):
            with self.assertRaises(UserError):
                call()

    def test_nothing_is_back_dated(self):
        for days in ({"begin": -1}, {"begin": -3, "length": 5}):
            with self.assertRaises(ValidationError):
                self._plan_audit(**days)
        audit = self._plan_audit(begin=2)
        with self.assertRaises(ValidationError):
            audit.date_start = self.today - timedelta(days=1)
        audit.action_announce()
        with self.assertRaisesRegex(UserError, "days changed"):
            audit.with_user(self.user_lead).action_start()
        for values in ({"started_on": "2020-01-01"}, {"reported_on": "2020-01-01"}, {"announced_on": "2020-01-01"},
                       {"state": "running"}, {"number": "IA/1"}, {"report_checksum": "x"}):
            with self.assertRaises(UserError):
                audit.write(values)
            with self.assertRaises(UserError):
                self._plan_audit(**values)
        with freeze_time(fields.Datetime.to_datetime(self.today + timedelta(days=9))), self.assertRaisesRegex(UserError, "days changed"):
            audit.with_user(self.user_lead).action_start()

    def test_evidence_belongs_to_the_auditors_and_is_a_picture(self):
        audit = self._start()
        line = audit.line_ids[0]
        evidence = self.env["qms.audit.evidence"]
        for user in (self.user_officer, self.user_quality_manager, self.user_head):
            with self.assertRaises(AccessError):
                evidence.with_user(user).create({"line_id": line.id, "name": "x"})
        with self.assertRaises(ValidationError):
            evidence.with_user(self.user_member).create({"line_id": line.id, "name": "x", "image": base64.b64encode(b"no picture")})
        with self.assertRaises(UserError):
            evidence.with_user(self.user_member).create({"line_id": line.id, "name": "x", "taken_on": "2020-01-01 00:00:00"})
        photo = evidence.with_user(self.user_member).create({"line_id": line.id, "name": "Price list", "image": make_photo()})
        self.assertEqual(photo.taken_by_id, self.user_member)
        for call in (lambda: photo.write({"image": make_photo()}), lambda: photo.write({"line_id": audit.line_ids[1].id}), photo.unlink):
            with self.assertRaises(UserError):
                call()

    def test_others_do_not_answer(self):
        audit = self._start()
        for user in (self.user_officer, self.user_quality_manager, self.user_head, self.user_stranger):
            with self.assertRaises(AccessError):
                audit.line_ids[0].with_user(user).write({"answer": "conforming", "note": "x"})

    def test_questions_are_not_made_up_nor_changed(self):
        audit = self._start()
        with self.assertRaises(UserError):
            self.env["qms.audit.line"].create({
                "audit_id": audit.id, "department_id": self.workshop.id, "clause_id": self.clause_a.id, "requirement": "x",
                "question": "x"})
        for values in ({"question": "Easier?"}, {"department_id": self.desk.id}, {"answered_on": "2020-01-01"},
                       {"answered_by_id": self.user_head.id}):
            with self.assertRaises(UserError):
                audit.line_ids[0].write(values)

    def test_finding_of_ones_own_stays_in_the_scope(self):
        audit = self._start()
        findings = self.env["qms.finding"].with_user(self.user_member)
        values = {"audit_id": audit.id, "department_id": self.workshop.id, "clause_id": self.clause_b.id,
                  "description": "Gauge without a seal"}
        finding = findings.create({**values, "grade": "minor"})
        self.assertEqual((finding.owner_id, finding.due_date), (self.user_head, self.today + timedelta(days=60)))
        finding.grade = "major"
        self.assertEqual(finding.due_date, self.today + timedelta(days=30))
        with self.assertRaises(ValidationError):
            findings.create({**values, "department_id": self.desk.id})
        with self.assertRaises(UserError):
            findings.create({**values, "followup_audit_id": audit.id})
        with self.assertRaises(AccessError):
            findings.with_user(self.user_head).create(values)

    @users("test_stranger", "test_desk", "test_technician")
    def test_audits_of_others_are_closed(self):
        audit = self._report(self._start(), "minor")
        self.assertFalse(self.env["qms.audit"].search([]))
        self.assertFalse(self.env["qms.finding"].search([]))
        for record in (audit, audit.line_ids, audit.finding_ids, audit.acknowledgement_ids):
            with self.assertRaises(AccessError):
                record.with_env(self.env).read(["display_name", "create_date"])
        with self.assertRaises(AccessError):
            self.env["qms.audit"].create({"name": "x", "date_start": self.today, "date_end": self.today, "extra_reason": "x"})

    def test_head_reads_his_audit_but_its_answers_only_once_it_is_reported(self):
        audit = self._start()
        theirs = audit.with_user(self.user_head)
        self.assertEqual(theirs.read(["name", "date_start", "open_count"])[0]["open_count"], 3)
        with self.assertRaises(AccessError):
            audit.line_ids.with_user(self.user_head).read(["answer"])
        self._report(audit, "minor")
        self.env.invalidate_all()
        self.assertEqual(theirs.line_ids.mapped("answer"), ["minor", "conforming", "conforming"])
        self.assertTrue(theirs.finding_ids.read(["description", "due_date", "is_settled"]))
