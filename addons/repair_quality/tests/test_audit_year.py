from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import Form, freeze_time, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from .common_audit import AuditCommon

NAMES = ("Sales", "Desk", "Dispatch", "Workshop", "Field", "Parts", "Quality", "People", "Finance")


@tagged("post_install", "-at_install")
class TestAuditYear(AuditCommon):
    """An audit year of a company of nine departments, by the rules and by cheating, through forms and RPC (handbook 10.2.1)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.year = cls.today.year + 1
        cls.env["hr.department"].search([]).active = False
        cls.departments = cls.env["hr.department"].create([{"name": name} for name in NAMES])
        cls.heads = cls.env["res.users"]
        for number, department in enumerate(cls.departments):
            user = new_test_user(cls.env, f"test_year_{number}", "base.group_user", tz="Asia/Shanghai")
            cls.heads |= user
            department.manager_id = cls.env["hr.employee"].create(
                {"name": department.name, "user_id": user.id, "department_id": department.id})
        cls.lead.department_id = cls.departments[7]
        cls.member.department_id = cls.departments[8]
        cls.stranger.department_id = cls.departments[0]
        for employee in (cls.lead, cls.member):
            cls._certify_auditor(employee, begin=1, end=1000)
        cls.second = cls._create_clause("2", "Second chapter")
        cls.clause_c = cls._create_clause("2.1", "Complaints", cls.second)

    def _on(self, month, day):
        return freeze_time(f"{self.year}-{month:02d}-{day:02d} 02:00:00")

    def _rpc(self, user, model, method, *args, **kwargs):
        """Call as a browser or a script of ``user`` does."""
        return call_kw(self.env[model].with_user(user), method, list(args), kwargs)

    def _plan(self, programme, number, month, lead, clauses=None):
        """Plan through the form, as an officer does."""
        form = Form(self.env["qms.audit"].with_user(self.user_officer))
        form.name = f"Audit {NAMES[number]}"
        form.programme_id = programme
        form.department_ids.add(self.departments[number])
        for clause in clauses or (self.chapter | self.second):
            form.clause_ids.add(clause)
        form.date_start = date(self.year, month, 10)
        form.date_end = date(self.year, month, 11)
        form.lead_id = lead
        return form.save()

    def test_an_audit_year_of_nine_departments(self):
        with self._on(1, 11):
            programme = self._make_programme()
            audits = self._cover(programme)
            self._approve(programme)
            for audit in audits:
                audit.action_announce()
        with self._on(2, 10):
            self._cheat_before_the_start(audits[0], programme)
            self._hold(audits[0], "minor", "conforming", "major", "observation")
        with self._on(2, 12):
            self._cheat_after_the_report(audits[0])
        for audit in audits[1:]:
            with freeze_time(fields.Datetime.to_datetime(audit.date_start) + timedelta(hours=2)):
                self._hold(audit)
                audit.with_user(audit.lead_id).action_close()
        with self._on(12, 20):
            self._end_the_year(programme, audits)

    def _make_programme(self):
        form = Form(self.env["qms.audit.programme"].with_user(self.user_officer))
        form.name, form.year = "Audits of the year", self.year
        form.standard_ids.add(self.standard)
        programme = form.save()
        self.assertEqual((programme.cell_count, programme.uncovered_count), (27, 27), "nine departments by three clauses")
        return programme

    def _cover(self, programme):
        """Plan nine audits; the ninth leaves out one clause, and no auditor judges his own department."""
        audits = self.env["qms.audit"].with_user(self.user_officer)
        for number in range(8):
            for wrong in (self.heads[number], self.user_stranger):
                with self.assertRaises(UserError):  # his own department; no certificate
                    self._plan(programme, number, 2 + number, wrong)
            audits |= self._plan(programme, number, 2 + number, self.user_member if number == 7 else self.user_lead)
        with self.assertRaises(UserError):
            self._plan(programme, 8, 10, self.user_member)
        audits |= self._plan(programme, 8, 10, self.user_lead, self.chapter)
        programme.invalidate_recordset()
        self.assertEqual(programme.uncovered_count, 1)
        uncovered = self.env["qms.audit.coverage"].with_user(self.user_officer).search(
            [("programme_id", "=", programme.id), ("state", "=", "uncovered")])
        self.assertEqual((uncovered.department_id.name, uncovered.clause_id), ("Finance", self.clause_c))
        return audits

    def _approve(self, programme):
        boss, officer = self.user_quality_manager, self.user_officer
        self._rpc(officer, programme._name, "action_submit", programme.ids)
        for user in (officer, self.heads[0], self.user_stranger):
            with self.assertRaises(AccessError):
                self._rpc(user, programme._name, "action_approve", programme.ids)
        with self.assertRaisesRegex(UserError, "Finance 2.1"):
            self._rpc(boss, programme._name, "action_approve", programme.ids)
        with self.assertRaises(UserError):
            self._rpc(boss, programme._name, "write", programme.ids, {"state": "approved"})
        self._rpc(boss, programme._name, "action_send_back", programme.ids)
        form = Form(programme)
        with form.exemption_ids.new() as line:
            line.department_id, line.clause_id, line.reason = self.departments[8], self.clause_c, "No contact with customers"
        form.save()
        self._rpc(officer, programme._name, "action_submit", programme.ids)
        self._rpc(boss, programme._name, "action_approve", programme.ids)
        programme.invalidate_recordset()
        self.assertEqual((programme.state, programme.uncovered_count, programme.coverage), ("approved", 0, 100.0))

    def _cheat_before_the_start(self, audit, programme):
        officer = self.user_officer
        for values in ({"lead_id": self.heads[0].id}, {"team_ids": [Command.set(self.user_stranger.ids)]},
                       {"date_start": f"{self.year}-02-01"}, {"department_ids": [Command.set(self.departments[1].ids)]},
                       {"clause_ids": [Command.set(self.clause_a.ids)]}, {"started_on": f"{self.year}-01-20"}, {"programme_id": False},
                       {"state": "closed"}, {"line_ids": [Command.clear()]}, {"company_id": 2**30}):
            with self.subTest(values=values), self.assertRaises(UserError), self.env.cr.savepoint():
                self._rpc(officer, "qms.audit", "write", audit.ids, values)
        for user in (officer, self.user_quality_manager, self.user_member, self.heads[0]):
            with self.assertRaises(AccessError):
                self._rpc(user, "qms.audit", "action_start", audit.ids)
        for call in (
            lambda: self._rpc(officer, "qms.audit", "unlink", audit.ids),
            lambda: self._rpc(officer, "qms.audit.line", "unlink", audit.line_ids.ids),
            lambda: self._rpc(officer, programme._name, "unlink", programme.ids),
            lambda: self._rpc(self.user_quality_manager, "qms.audit.programme.version", "unlink", programme.version_ids.ids),
            lambda: self._rpc(officer, "qms.audit", "action_cancel", audit.ids, "too busy"),
            lambda: self._rpc(self.user_lead, "qms.audit.line", "write", audit.line_ids[0].ids, {"answer": "conforming", "note": "x"}),
        ):
            with self.assertRaises(UserError):
                call()

    def _hold(self, audit, *answers):
        """Answer through the form, on a phone or not; report with every answer given."""
        lead = audit.with_user(audit.lead_id)
        lead.action_start()
        for number, line in enumerate(lead.line_ids):
            form = Form(line, view="repair_quality.qms_audit_line_view_form")
            form.answer = answers[number] if number < len(answers) else "conforming"
            form.note = f"Seen: {number}"
            form.save()
        lead.summary = "The system works here."
        lead.action_report()
        self.assertEqual(audit.sudo().acknowledgement_ids.user_id, audit.department_ids.sudo().manager_id.user_id)

    def _cheat_after_the_report(self, audit):
        self.assertEqual(len(audit.line_ids), 4)
        findings = audit.finding_ids
        self.assertEqual(findings.mapped("grade"), ["minor", "major", "observation"])
        records = findings.sudo().nonconformity_id
        self.assertEqual((len(records), records.owner_id), (2, self.heads[0]))
        lead, boss = self.user_lead, self.user_quality_manager
        for user in (lead, boss):
            with self.assertRaisesRegex(UserError, "neither closed nor followed up"):
                self._rpc(user, "qms.audit", "action_close", audit.ids)
        for user in (lead, boss, self.heads[0]):
            for model, ids, values in (
                    ("qms.audit", audit.ids, {"state": "closed"}), ("qms.audit", audit.ids, {"reported_on": f"{self.year}-01-01"}),
                    ("qms.audit", audit.ids, {"summary": "Better"}), ("qms.audit.line", audit.line_ids[:1].ids, {"answer": "conforming"}),
                    ("qms.finding", findings.ids, {"grade": "observation"}), ("qms.finding", findings.ids, {"nonconformity_id": False}),
                    ("qms.finding", findings.ids, {"followup_audit_id": audit.id}),
                    ("qms.finding", findings.ids, {"due_date": "2099-01-01"})):
                with self.subTest(user=user.login, model=model, values=values), self.assertRaises(UserError):
                    self._rpc(user, model, "write", ids, values)
            for model, ids in (("qms.audit", audit.ids), ("qms.audit.line", audit.line_ids.ids), ("qms.finding", findings.ids)):
                with self.subTest(user=user.login, model=model), self.assertRaises(UserError):
                    self._rpc(user, model, "unlink", ids)
        for record in records:
            self._close_nonconformity(record)
        self.env.invalidate_all()
        self._rpc(self.heads[0], "qms.audit", "action_acknowledge", audit.ids)
        self._rpc(lead, "qms.audit", "action_close", audit.ids)
        self.assertEqual((audit.state, audit.closed_on), ("closed", date(self.year, 2, 12)))

    def _end_the_year(self, programme, audits):
        self.assertEqual(set(audits.mapped("state")), {"closed"})
        boss = programme.with_user(self.user_quality_manager)
        boss.invalidate_recordset()
        self.assertEqual((boss.audited, boss.uncovered_count), (100.0, 0))
        boss.review = "Prices are told; tools need care."
        self._rpc(self.user_quality_manager, boss._name, "action_close", boss.ids)
        self.assertEqual((boss.state, boss.closed_on), ("closed", date(self.year, 12, 20)))
        with self.assertRaises(UserError):
            self._rpc(self.user_officer, boss._name, "action_revise", boss.ids, "once more")


@tagged("post_install", "-at_install")
class TestCertificationQuestions(AuditCommon):
    """What a certification auditor asks for stands one menu and one search away."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.programme = cls._create_programme(uncovered_reason="Others next year")
        cls.audit = cls.env["qms.audit"].with_user(cls.user_officer).create({
            "name": "Workshop", "programme_id": cls.programme.id, "department_ids": [Command.set(cls.workshop.ids)],
            "clause_ids": [Command.set(cls.chapter.ids)], "date_start": cls.today, "date_end": cls.today, "lead_id": cls.user_lead.id})
        cls.programme.action_submit()
        cls.programme.with_user(cls.user_quality_manager).action_approve()
        cls.audit.action_announce()
        lead = cls.audit.with_user(cls.user_lead)
        lead.action_start()
        cls._report(lead, "minor")
        cls.document = cls.env["qms.document"].with_user(cls.user_officer).create({
            "name": "Torque instruction", "kind": "instruction", "department_ids": [Command.set(cls.workshop.ids)],
            "clause_ids": [Command.set(cls.clause_b.ids)]})
        for reason in ("First", "Second"):
            cls.document.action_new_version(reason)
            version = cls.document.next_version_id
            version.content = "<p>Tighten with the zebra wrench.</p>"
            version.action_submit()
            version.with_user(cls.user_quality_manager).action_review()
            version.with_user(cls.user_quality_manager).action_approve()
            version.action_put_in_force()
        cls.kind = cls.env["qms.record.kind"].with_user(cls.user_officer).create(
            {"name": "Torque tests", "code": "T-7", "retention_months": 12})
        protocol = cls.env["qms.record.destruction"].with_user(cls.user_officer).create({
            "kind_id": cls.kind.id, "date_to": cls.kind.destroyable_before, "quantity": "1 box"})
        protocol.action_propose()
        cls.protocol = protocol
        cls.env.flush_all()

    def test_each_piece_of_evidence_is_one_menu_and_one_search_away(self):
        finding = self.audit.sudo().finding_ids
        first, second = self.document.version_ids.sorted("number")
        in_force, mine = ("state", "=", "effective"), ("standard_id", "=", self.standard.id)
        requests = (  # what is asked, the menu, what is typed or clicked there, what is found
            ("the instruction in use for the torque wrench", "documents_all", [("name", "ilike", "torque")], self.document),
            ("documents that speak of the zebra wrench", "documents_all",
             [("effective_version_id.content", "ilike", "zebra")], self.document),
            ("documents of clause 1.2", "documents_all", [("clause_ids", "ilike", "1.2")], self.document),
            ("the version before, with the reason of the change", "document_versions",
             [("document_id", "ilike", "torque"), ("state", "=", "withdrawn")], first),
            ("who approved the present version", "document_versions",
             [("approver_id", "=", self.user_quality_manager.id), in_force, ("document_id", "ilike", "torque")], second),
            ("who has not read it", "readings",
             [("is_current", "=", True), ("read_on", "=", False), ("employee_id", "ilike", "Head")], second.sudo().reading_ids),
            ("how long torque tests are kept, and by whom", "records", [("code", "=", "T-7")], self.kind),
            ("the protocol of what was destroyed", "record_destructions", [("kind_id", "=", self.kind.id)], self.protocol),
            ("the requirement 1.1", "clauses", [("number", "=ilike", "1.1%"), mine], self.clause_a),
            ("requirements without a document", "clauses",
             [mine, ("is_leaf", "=", True), ("document_ids", "=", False)], self.clause_a),
            ("the edition of the standard", "standards", [("name", "ilike", "Test standard")], self.standard),
            ("the programme of this year", "audit_programmes", [("year", "=", self.today.year)], self.programme),
            ("what is not covered at the desk", "audit_coverage",
             [("state", "=", "uncovered"), ("department_id", "=", self.desk.id), ("clause_id", "=", self.clause_a.id)], None),
            ("the audit of the workshop", "audit_list", [("department_ids", "ilike", "Test workshop")], self.audit),
            ("reported audits that are not closed", "audit_list", [("state", "=", "reported")], self.audit),
            ("what was asked about prices, and the answer", "audit_checklist",
             [("requirement", "ilike", "Prices"), ("answer", "=", "minor")], self.audit.line_ids[0]),
            ("findings against clause 1.1", "findings", [("clause_id", "ilike", "1.1")], finding),
            ("findings that are not settled", "findings", [("is_settled", "=", False)], finding),
            ("findings the head of the workshop answers for", "findings", [("owner_id", "ilike", "test_head")], finding),
        )
        menus = self.env["ir.ui.menu"].with_user(self.user_officer).load_menus(False)
        for asked, name, typed, expected in requests:
            with self.subTest(asked):
                menu = self.env.ref(f"repair_quality.menu_quality_{name}")
                self.assertIn(menu.id, menus)
                action = menu.action
                domain = safe_eval(action.domain or "[]", {"uid": self.user_officer.id})
                found = self.env[action.res_model].with_user(self.user_officer).search([*domain, *typed])
                if expected is None:
                    self.assertEqual(len(found), 1)
                else:
                    self.assertEqual(found, expected)

    def test_paper_of_each_opens(self):
        for report, record in (("document", self.document.effective_version_id), ("audit", self.audit), ("destruction", self.protocol)):
            html, _type = self.env["ir.actions.report"].sudo()._render_qweb_html(f"repair_quality.action_report_{report}", record.ids)
            self.assertGreater(len(html), 1000)
        self.assertIn("zebra", str(self.env["ir.actions.report"].sudo()._render_qweb_html(
            "repair_quality.action_report_document", self.document.effective_version_id.ids)[0]))
