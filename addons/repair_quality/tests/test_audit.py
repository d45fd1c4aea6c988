import base64
import io
from datetime import timedelta

from PIL import Image
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged, users
from odoo.tools import mute_logger

from .common_audit import AuditCommon


def make_photo():
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), "grey").save(stream, "JPEG")
    return base64.b64encode(stream.getvalue())


@tagged("post_install", "-at_install")
class TestAuditor(AuditCommon):

    def test_auditor_needs_a_certificate_valid_on_each_day_of_the_audit(self):
        with self.assertRaisesRegex(ValidationError, "holds no certificate"):
            self._plan_audit(lead_id=self.user_stranger.id)
        row = self._certify_auditor(self.stranger, begin=-10, end=5)
        self._plan_audit(lead_id=self.user_stranger.id, begin=4, length=1)
        for days in ({"begin": 6}, {"begin": 5, "length": 1}):
            with self.assertRaisesRegex(ValidationError, "no valid certificate"):
                self._plan_audit(lead_id=self.user_stranger.id, **days)
        with self.assertRaises(ValidationError):
            self._plan_audit(team_ids=[Command.set((self.user_member | self.user_stranger).ids)], begin=6)
        row.with_user(self.user_hr).unlink()
        self._certify_auditor(self.stranger, approve=False)
        with self.assertRaisesRegex(ValidationError, "HR has not checked"):
            self._plan_audit(lead_id=self.user_stranger.id)

    def test_certificate_that_lapses_after_the_planning_stops_start_answers_and_report(self):
        row = self._certify_auditor(self.stranger, begin=-10, end=30)
        audit = self._plan_audit(lead_id=self.user_stranger.id, team_ids=False)
        audit.action_announce()
        mine = audit.with_user(self.user_stranger)
        row.with_user(self.user_hr).valid_to = self.today - timedelta(days=1)
        with self.assertRaisesRegex(UserError, "expired"):
            mine.action_start()
        row.with_user(self.user_hr).valid_to = self.today + timedelta(days=30)
        row.with_user(self.user_hr_other()).action_approve()
        mine.action_start()
        mine.line_ids[0].write({"answer": "conforming", "note": "x"})
        row.with_user(self.user_hr).valid_to = self.today - timedelta(days=1)
        for call in (lambda: mine.line_ids[1].write({"answer": "conforming", "note": "x"}),
                     lambda: self.env["qms.audit.evidence"].with_user(self.user_stranger).create(
                         {"line_id": mine.line_ids[1].id, "name": "x"}),
                     lambda: self.env["qms.finding"].with_user(self.user_stranger).create(
                         {"audit_id": mine.id, "department_id": self.workshop.id, "clause_id": self.clause_a.id, "description": "x"})):
            with self.assertRaisesRegex(UserError, "expired"):
                call()

    def user_hr_other(self):
        return self.user_hr

    def test_nobody_audits_his_own_department(self):
        with self.assertRaisesRegex(ValidationError, "own department"):
            self._plan_audit(lead_id=self.user_head.id)
        with self.assertRaisesRegex(ValidationError, "own department"):
            self._plan_audit(team_ids=[Command.set(self.user_head.ids)])
        bench = self.env["hr.department"].create({"name": "Bench", "parent_id": self.workshop.id})
        with self.assertRaisesRegex(ValidationError, "own department"):
            self._plan_audit(departments=bench, lead_id=self.user_head.id)
        self.lead.department_id = bench
        with self.assertRaisesRegex(ValidationError, "own department"):
            self._plan_audit()

    def test_manager_does_not_audit_what_he_manages(self):
        self.desk.manager_id = self.lead
        with self.assertRaisesRegex(ValidationError, "manages"):
            self._plan_audit(departments=self.desk)
        self.desk.manager_id = False
        audit = self._plan_audit(departments=self.desk)
        self.desk.manager_id = self.lead
        with self.assertRaisesRegex(ValidationError, "manages"):
            audit.action_announce()

    def test_who_moves_into_the_department_does_not_start(self):
        audit = self._plan_audit()
        audit.action_announce()
        self.member.department_id = self.workshop
        with self.assertRaisesRegex(UserError, "own department"):
            audit.with_user(self.user_lead).action_start()

    def test_nobody_audits_his_own_work(self):
        order = self._create_order()
        audit = self._start()
        line = audit.line_ids[0]
        evidence = self.env["qms.audit.evidence"].with_user(self.user_lead)
        order.sudo().user_id = self.user_lead
        self.user_lead.group_ids += self.env.ref("repair_service.repair_service_group_desk")
        with self.assertRaisesRegex(UserError, "own work"):
            evidence.create({"line_id": line.id, "name": "Price told", "repair_id": order.id})
        order.sudo().user_id = False
        self.assertTrue(evidence.create({"line_id": line.id, "name": "Price told", "repair_id": order.id}))

    def test_who_wrote_the_document_does_not_answer_for_its_clause(self):
        document = self.env["qms.document"].create({
            "name": "Prices", "kind": "procedure", "owner_id": self.user_lead.id, "clause_ids": [Command.set(self.clause_a.ids)]})
        document.with_user(self.user_lead).action_new_version("First")
        version = document.next_version_id
        version.with_user(self.user_lead).content = "<p>x</p>"
        version.with_user(self.user_lead).action_submit()
        version.with_user(self.user_officer).action_review()
        version.with_user(self.user_quality_manager).action_approve()
        version.with_user(self.user_officer).action_put_in_force()
        audit = self._start()
        lines = audit.line_ids
        self.assertEqual(lines.mapped("clause_id.number"), ["1.1", "1.2"])
        with self.assertRaisesRegex(UserError, "own work"):
            lines[0].write({"answer": "conforming", "note": "x"})
        lines[0].with_user(self.user_member).write({"answer": "conforming", "note": "x"})
        lines[2].write({"answer": "conforming", "note": "x"})
        with self.assertRaisesRegex(UserError, "own work"):
            self.env["qms.audit.evidence"].with_user(self.user_lead).create(
                {"line_id": lines[2].id, "name": "x", "version_id": version.id})


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
        finding = first.finding_id
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
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            records[0].sudo().unlink()

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
        wrong = (self._plan_audit(departments=self.desk, begin=20), audit, self._plan_audit(), "nonsense", 7, 2**30)
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
        self.assertEqual(later.line_ids[-1].origin_finding_id, major.with_user(self.user_officer))
        self.assertEqual(len(later.line_ids), 4)

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

    def test_another_auditor_steps_in_while_it_is_under_way(self):
        audit = self._start()
        line = audit.line_ids[0]
        officer = audit.with_user(self.user_officer)
        with self.assertRaises(ValidationError):
            officer.team_ids = [Command.link(self.user_stranger.id)]
        self._certify_auditor(self.stranger)
        officer.team_ids = [Command.link(self.user_stranger.id)]
        line.with_user(self.user_stranger).write({"answer": "conforming", "note": "Seen"})
        with self.assertRaises(UserError):
            officer.lead_id = self.user_member

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


@tagged("post_install", "-at_install")
class TestAuditProgramme(AuditCommon):

    def _at_new_year(self):
        return freeze_time(f"{self.today.year + 1}-01-11 02:00:00")

    def _plan(self, programme, department, clauses=None, month=6, **values):
        return self.env["qms.audit"].with_user(self.user_officer).create({
            "name": department.name, "programme_id": programme.id, "department_ids": [Command.set(department.ids)],
            "clause_ids": [Command.set((clauses or self.chapter).ids)], "date_start": f"{programme.year}-{month:02d}-01",
            "date_end": f"{programme.year}-{month:02d}-02", **values})

    def test_coverage_counts_every_department_by_every_lowest_clause(self):
        programme = self._create_programme(year=self.today.year + 1)
        self.assertEqual((programme.cell_count, programme.uncovered_count, programme.coverage), (6, 6, 0.0))
        self._plan(programme, self.workshop)
        self._plan(programme, self.desk, self.clause_a)
        self.env["qms.audit.exemption"].with_user(self.user_officer).create({
            "programme_id": programme.id, "department_id": self.office.id, "clause_id": self.chapter.id, "reason": "No customers there"})
        programme.invalidate_recordset()
        self.assertEqual((programme.uncovered_count, round(programme.coverage, 2)), (1, 83.33))
        cell = self.env["qms.audit.coverage"].with_user(self.user_officer).search(
            [("programme_id", "=", programme.id), ("state", "=", "uncovered")])
        self.assertEqual((cell.department_id, cell.clause_id), (self.desk, self.clause_b))
        self.assertEqual(programme.matrix.count("✕"), 2, "one cell, and the legend")
        action = cell.action_plan_audit()
        self.assertEqual(action["context"]["default_clause_ids"], [Command.set(self.clause_b.ids)])

    def test_what_does_not_apply_is_not_asked(self):
        programme = self._create_programme(uncovered_reason="x")
        exemption = self.env["qms.audit.exemption"].with_user(self.user_officer).create({
            "programme_id": programme.id, "department_id": self.workshop.id, "clause_id": self.clause_a.id, "reason": "No prices there"})
        audit = self.env["qms.audit"].with_user(self.user_officer).create({
            "name": "Today", "programme_id": programme.id, "department_ids": [Command.set(self.workshop.ids)],
            "clause_ids": [Command.set(self.chapter.ids)], "date_start": self.today, "date_end": self.today, "lead_id": self.user_lead.id})
        programme.action_submit()
        programme.with_user(self.user_quality_manager).action_approve()
        audit.action_announce()
        self.assertEqual(audit.line_ids.clause_id, self.clause_b)
        cells = self.env["qms.audit.coverage"].search([("programme_id", "=", programme.id), ("department_id", "=", self.workshop.id)])
        self.assertEqual(cells.mapped("state"), ["exempt", "planned"])
        with self.assertRaises(UserError):
            exemption.unlink()

    def test_new_department_and_new_clause_are_uncovered_by_themselves(self):
        programme = self._create_programme()
        self.env["hr.department"].create({"name": "New"})
        self._create_clause("2", "New clause")
        programme.invalidate_recordset()
        self.assertEqual(programme.cell_count, 12)
        self.desk.active = False
        programme.invalidate_recordset()
        self.assertEqual(programme.cell_count, 9)

    def test_uncovered_programme_is_approved_with_a_written_reason_only(self):
        programme = self._create_programme(year=self.today.year + 1)
        with self.assertRaises(UserError):
            programme.action_submit()
        self._plan(programme, self.workshop)
        programme.action_submit()
        with self.assertRaises(AccessError):
            programme.action_approve()
        with self.assertRaisesRegex(UserError, "4 combinations"):
            programme.with_user(self.user_quality_manager).action_approve()
        with self.assertRaises(UserError):
            programme.write({"uncovered_reason": "while it is submitted"})
        programme.with_user(self.user_quality_manager).action_send_back()
        programme.uncovered_reason = "Desk and office follow in spring, after the move."
        programme.action_submit()
        programme.with_user(self.user_manager).action_approve()
        self.assertEqual((programme.state, programme.version, programme.approved_by_id), ("approved", 1, self.user_manager))
        self.assertEqual(programme.version_ids.uncovered_count, 4)

    def test_nobody_approves_what_he_submitted(self):
        programme = self._create_programme(year=self.today.year + 1)
        self._plan(programme, self.workshop)
        programme.uncovered_reason = "x"
        programme.with_user(self.user_quality_manager).action_submit()
        with self.assertRaises(AccessError):
            programme.with_user(self.user_quality_manager).action_approve()
        programme.with_user(self.user_second).action_approve()

    def test_approved_programme_changes_by_a_revision_with_its_trace(self):
        programme = self._create_programme(year=self.today.year + 1, uncovered_reason="x")
        audit = self._plan(programme, self.workshop)
        programme.action_submit()
        programme.with_user(self.user_quality_manager).action_approve()
        for call in (lambda: programme.write({"goals": "x"}), lambda: audit.write({"department_ids": [Command.set(self.desk.ids)]}),
                     lambda: audit.write({"clause_ids": [Command.set(self.clause_a.ids)]}), lambda: self._plan(programme, self.desk),
                     lambda: audit.action_cancel("x"), audit.unlink, programme.unlink, lambda: audit.write({"programme_id": False}),
                     lambda: self.env["qms.audit.exemption"].with_user(self.user_officer).create(
                         {"programme_id": programme.id, "department_id": self.desk.id, "clause_id": self.chapter.id, "reason": "x"}),
                     lambda: programme.write({"state": "draft"}), lambda: programme.write({"version": 7}),
                     programme.version_ids.unlink):
            with self.assertRaises(UserError):
                call()
        with self.assertRaises(UserError):
            programme.action_revise("")
        programme.action_revise("The desk moves in May")
        self._plan(programme, self.desk, month=5)
        audit.write({"clause_ids": [Command.set(self.clause_a.ids)]})
        programme.action_submit()
        programme.with_user(self.user_quality_manager).action_approve()
        latest = programme.version_ids.sorted("number")[-1]
        self.assertEqual((latest.number, latest.reason), (2, "The desk moves in May"))
        self.assertIn("Test desk", latest.changes)
        self.assertIn("1 → 1.1", latest.changes)

    def test_audit_of_a_programme_waits_for_its_approval_and_lies_in_its_year(self):
        programme = self._create_programme(year=self.today.year + 1, uncovered_reason="x")
        self._certify_auditor(self.lead, begin=0, end=800)
        audit = self._plan(programme, self.workshop, lead_id=self.user_lead.id)
        with self.assertRaisesRegex(UserError, "not approved"):
            audit.action_announce()
        with self.assertRaises(ValidationError):
            self._plan(programme, self.desk, date_end=f"{programme.year + 1}-01-01")
        with self.assertRaises(ValidationError):
            self._plan_audit(extra_reason=False)

    def test_no_programme_for_a_year_that_is_over(self):
        with self.assertRaises(ValidationError):
            self._create_programme(year=self.today.year - 1)

    def test_year_is_closed_with_its_review(self):
        programme = self._create_programme(uncovered_reason="x")
        self.env["qms.audit"].with_user(self.user_officer).create({
            "name": "Today", "programme_id": programme.id, "department_ids": [Command.set(self.workshop.ids)],
            "clause_ids": [Command.set(self.chapter.ids)], "date_start": self.today, "date_end": self.today, "lead_id": self.user_lead.id})
        audit = programme.audit_ids
        programme.action_submit()
        programme.with_user(self.user_quality_manager).action_approve()
        boss = programme.with_user(self.user_quality_manager)
        with self.assertRaisesRegex(UserError, "open"):
            boss.action_close()
        audit.action_announce()
        audit.with_user(self.user_lead).action_start()
        self._report(audit.with_user(self.user_lead))
        audit.with_user(self.user_lead).action_close()
        with self.assertRaisesRegex(UserError, "review"):
            boss.action_close()
        boss.review = "Prices are told, tools are in order."
        boss.action_close()
        self.assertEqual(boss.state, "closed")
        with self.assertRaises(UserError):
            boss.write({"review": "Better"})

    @users("test_employee")
    def test_employees_read_the_programme_in_force_only(self):
        programme = self._create_programme(year=self.today.year + 1)
        self.assertFalse(self.env["qms.audit.programme"].search([]))
        for call in (programme.with_env(self.env).action_submit, programme.with_env(self.env).action_approve,
                     lambda: self.env["qms.audit.programme"].create({"name": "x", "year": 2100}),
                     lambda: self.env["qms.audit.programme.version"].create({"programme_id": programme.id})):
            with self.assertRaises(UserError):
                call()
