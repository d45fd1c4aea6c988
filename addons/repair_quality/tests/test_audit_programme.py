from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged, users

from .common_audit import AuditCommon


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

    def test_audit_that_says_not_applicable_to_everything_covers_nothing(self):
        programme = self._create_programme(uncovered_reason="Others next year")
        audit = self.env["qms.audit"].with_user(self.user_officer).create({
            "name": "Today", "programme_id": programme.id, "department_ids": [Command.set(self.workshop.ids)],
            "clause_ids": [Command.set(self.chapter.ids)], "date_start": self.today, "date_end": self.today, "lead_id": self.user_lead.id})
        programme.action_submit()
        programme.with_user(self.user_quality_manager).action_approve()
        audit.action_announce()
        lead = audit.with_user(self.user_lead)
        lead.action_start()
        self.assertEqual(programme.uncovered_count, 4, "two further departments by two clauses")
        self._report(lead, "na", "na", "conforming")
        programme.invalidate_recordset()
        self.assertEqual(programme.uncovered_count, 5, "clause 1.1 was looked at nowhere")
        lead.action_close()
        boss = programme.with_user(self.user_quality_manager)
        boss.review = "x"
        boss.action_revise("Say what stays uncovered")
        programme.uncovered_reason = False
        programme.sudo()._flow_write({"state": "approved"})  # as after a department was added to an approved programme
        with self.assertRaisesRegex(UserError, "5 combinations of department and clause were not audited"):
            boss.action_close()

    def test_cells_keep_their_number_while_departments_come_and_go(self):
        programme = self._create_programme(year=self.today.year + 1)
        cells = self.env["qms.audit.coverage"].with_user(self.user_officer)
        cell = cells.search([
            ("programme_id", "=", programme.id), ("department_id", "=", self.desk.id), ("clause_id", "=", self.clause_b.id)])
        self.env["hr.department"].create({"name": "A new one"})
        self.assertEqual((cells.browse(cell.id).department_id, cells.browse(cell.id).clause_id), (self.desk, self.clause_b))
        self.assertLess(cell.id, 2**53)
        with self.assertRaises(AccessError):
            cells.with_user(self.user_employee).search([])

    def test_clause_that_a_programme_in_force_covers_does_not_disappear(self):
        self.clause_b.name = "Tools and instruments"
        programme = self._create_programme(year=self.today.year + 1, uncovered_reason="x")
        self.clause_b.active = False
        self.clause_b.active = True
        self._plan(programme, self.workshop)
        programme.action_submit()
        boss = self.user_quality_manager
        programme.with_user(boss).action_approve()
        clause = self.clause_b.with_user(boss)
        other = self.env["qms.standard"].with_user(boss).create({"name": "Other"})
        for call in (lambda: clause.write({"active": False}), lambda: clause.write({"parent_id": self.clause_a.id}), clause.unlink,
                     lambda: clause.write({"standard_id": other.id, "parent_id": False}),
                     lambda: self.standard.with_user(boss).write({"clause_ids": [Command.delete(clause.id)]}),
                     self.standard.with_user(boss).unlink):
            with self.assertRaisesRegex(UserError, "has to cover"):
                call()
        clause.questions = "Are the tools checked?"
        self.assertEqual(programme.cell_count, 6)

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

    def test_two_logins_of_one_person_are_not_four_eyes(self):
        """The officer submits, gets another login, and would approve with that."""
        employee = self.env["hr.employee"].create({"name": "Both", "user_id": self.user_officer.id, "department_id": self.office.id})
        programme = self._create_programme(year=self.today.year + 1, uncovered_reason="x")
        self._plan(programme, self.workshop)
        programme.action_submit()
        document = self.env["qms.document"].with_user(self.user_officer).create({"name": "Torque"})
        document.action_new_version("First")
        version = document.next_version_id
        version.content = "<p>x</p>"
        version.action_submit()
        kind = self.env["qms.record.kind"].with_user(self.user_officer).create({"name": "Torque tests"})
        protocol = self.env["qms.record.destruction"].with_user(self.user_officer).create({
            "kind_id": kind.id, "date_to": kind.destroyable_before, "quantity": "1 box"})
        protocol.action_propose()
        employee.user_id = self.user_quality_manager
        for call in (programme.with_user(self.user_quality_manager).action_approve,
                     version.with_user(self.user_quality_manager).action_review,
                     protocol.with_user(self.user_quality_manager).action_approve):
            with self.assertRaises(AccessError):
                call()
        programme.with_user(self.user_second).action_approve()
        self.assertEqual(programme.state, "approved")

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
