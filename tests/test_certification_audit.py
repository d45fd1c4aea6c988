"""A certification audit: thirty pieces of evidence that an auditor asks for, each found by the quality officer through a menu.

Every question is answered as in the browser: the menu's action with its own domain, typed searches and filters of its search view, and
what the list or the form shows. Opening the menu costs two clicks; each filter taken away or added, each search and the form one more.
"""

import base64
from datetime import date, timedelta

from lxml import etree

from odoo import fields
from odoo.fields import Command, Domain
from odoo.tests import freeze_time, tagged
from odoo.tools.safe_eval import safe_eval

from odoo.addons.repair_parts.tests.common_incoming import RepairIncomingCommon
from odoo.addons.repair_quality.tests.common_audit import AuditCommon, make_photo
from odoo.addons.repair_service.tests.common_tool import RepairToolCommon
from odoo.addons.repair_training.tests.common_training import TrainingCommon

MAX_CLICKS = 4
PDF = base64.b64encode(b"%PDF-1.4 signed")


@tagged("post_install", "-at_install")
class TestCertificationAudit(AuditCommon, TrainingCommon, RepairToolCommon, RepairIncomingCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_officer.lang = "en_US"
        cls._make_documents()
        cls._make_order()
        cls._make_people()
        cls._make_audit()
        cls._make_objective()
        cls._make_certification()
        cls.env.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def _make_documents(cls):
        officer = cls.env(user=cls.user_officer)
        cls.fitter = cls.env["hr.employee"].create({"name": "Fitter", "department_id": cls.workshop.id})
        cls.procedure = officer["qms.document"].create({
            "name": "Repair procedure", "kind": "procedure", "department_ids": [Command.set(cls.workshop.ids)],
            "step_ids": [Command.create({"step": "repair"})], "clause_ids": [Command.set(cls.clause_b.ids)]})
        for reason in ("First edition", "New leak detector"):
            cls.procedure.action_new_version(reason)
            cls.version = cls.procedure.next_version_id
            cls.version.content = "<p>Switch off, measure, then open.</p>"
            cls.version.action_submit()
            cls.version.with_user(cls.user_quality_manager).action_review()
            cls.version.with_user(cls.user_quality_manager).action_approve()
            cls.version.action_put_in_force()
        rows = cls.version.sudo().reading_ids
        cls.unread = rows.filtered(lambda row: row.employee_id == cls.head)
        cls.signed = rows.filtered(lambda row: row.employee_id == cls.fitter).with_user(cls.user_head)
        cls.signed._collect("paper", PDF, "sheet.pdf", cls.today)
        cls.form = officer["qms.document"].create({"name": "Patrol form", "kind": "form", "review_months": 1})
        cls.kind = officer["qms.record.kind"].create({"name": "Audit records", "code": "QR-6", "retention_months": 72})
        cls.protocol = officer["qms.record.destruction"].create({
            "kind_id": cls.kind.id, "date_to": cls.kind.destroyable_before, "quantity": "2 boxes", "witness_id": cls.user_inspector.id})
        cls.protocol.action_propose()
        cls.protocol.with_user(cls.user_quality_manager).action_approve()
        cls.protocol.action_done()

    @classmethod
    def _make_order(cls):
        """An order whose first inspection fails, with the instrument that measured, a complaint after it, and a lot received."""
        cls._give(cls.tester, cls.employee_inspector)
        line = cls._measure_order()
        cls.order = line.inspection_id.repair_id
        cls.inspection = line.inspection_id.with_user(cls.user_inspector)
        for one in cls.inspection.line_ids:
            values = {"value": 5.0, "instrument_id": cls.tester.id} if one.is_measured else {}
            one.write({"answer": "fail", "note": "Leaks at the joint", **values})
        cls.inspection.action_validate()
        cls.nonconformity = cls.env["qms.nonconformity"].search([("repair_id", "=", cls.order.id)])
        cls.action = cls._plan_action(cls.nonconformity)
        cls._analyse(cls.nonconformity)
        cls.nonconformity.action_start_actions()
        cls._finish(cls.action)
        cls.complaint = cls.env["repair.complaint"].create({
            "partner_id": cls.partner.id, "repair_id": cls.order.id, "subject": "Still leaks", "description": "Water on the floor",
            "category_id": cls.env.ref("repair_service.complaint_category_service").id})
        cls.receipt, cls.incoming = cls._receive_waiting(20)
        cls._judge(cls.incoming)

    @classmethod
    def _make_people(cls):
        cls.training = cls._hold(employees=cls.lead, score=90.0).enrolment_ids
        cls.expiring = cls._certify(cls.refrigeration, end=60)

    @classmethod
    def _make_audit(cls):
        cls._certify_auditor(cls.stranger)
        cls.programme = cls._create_programme(uncovered_reason="Desk and office follow in spring")
        cls.audit = cls.env["qms.audit"].with_user(cls.user_officer).create({
            "name": "Workshop", "programme_id": cls.programme.id, "department_ids": [Command.set(cls.workshop.ids)],
            "clause_ids": [Command.set(cls.chapter.ids)], "date_start": cls.today, "date_end": cls.today, "lead_id": cls.user_lead.id})
        cls.programme.action_submit()
        cls.programme.with_user(cls.user_quality_manager).action_approve()
        cls.audit.action_announce()
        cls.audit._replace_auditor(cls.user_lead, cls.user_stranger, "Taken ill")
        lead = cls.audit.with_user(cls.user_stranger)
        lead.action_start()
        cls.proof = cls.env["qms.audit.evidence"].with_user(cls.user_stranger).create(
            {"line_id": lead.line_ids[0].id, "name": "Price list", "image": make_photo()})
        cls._report(lead, "minor")
        cls.finding = cls.audit.sudo().finding_ids

    @classmethod
    def _make_objective(cls):
        cls._make_march()
        cls.policy = cls.env["qms.policy"].search([("company_id", "=", cls.company.id)], limit=1)
        cls.objective = cls.env["qms.objective"].create({
            "name": "Visits on time", "figure": "on_time", "target": 95, "tolerance": 5, "company_id": cls.company.id, "period_days": 31,
            "owner_id": cls.user_desk.id})
        with freeze_time("2019-04-02 04:00:00"):
            cls.objective._take_own_snapshots()
        cls.month = cls.objective.value_ids.filtered(lambda row: row.period_start == date(2019, 3, 1))
        cls.review = cls.env["qms.review"].with_user(cls.user_officer).create({
            "name": "First half", "chair_id": cls.user_quality_manager.id,
            "attendee_ids": [Command.create({"employee_id": one.id, "is_present": True}) for one in (cls.head, cls.member)]})
        cls.review.action_prepare()
        cls.review.action_hold()
        cls.review.write({"minutes": "<p>Read and discussed</p>", "conclusion": "Suitable and effective"})
        cls.decision = cls.env["qms.action"].create({
            "name": "Second dispatcher", "kind": "decision", "review_id": cls.review.id, "owner_id": cls.user_employee.id,
            "deadline": cls.today + timedelta(days=30), "figure_days": 0})
        cls.project = cls.env["qms.improvement"].with_user(cls.user_desk).create({
            "name": "On time in the rain", "figure": "on_time", "figure_days": 31, "target_value": 99, "owner_id": cls.user_desk.id,
            "date_due": cls.today + timedelta(days=40), "company_id": cls.company.id})

    @classmethod
    def _make_certification(cls):
        body = cls.env["res.partner"].create({"name": "Certification body"})
        cls.certification = cls.env["qms.certification"].with_user(cls.user_quality_manager).create({
            "standard": "ISO 9001", "edition": "2015", "scope": "Repair of household appliances", "owner_id": cls.user_officer.id,
            "offer_ids": [Command.create({"partner_id": body.id, "price": 30000})],
            "task_ids": [Command.create({"name": "Quality manual", "owner_id": cls.user_officer.id, "deadline": cls.today})]})

    # What the browser does

    def _ask(self, question, menu, found, typed=(), clicked=(), shown=(), opened=False):
        """Check that a question is answered within a few clicks.

        :param str menu: xml id of the menu, of ``repair_quality`` unless it names its module
        :param found: the records that answer it, all that are listed
        :param typed: pairs of a field of the search view and what is typed
        :param clicked: filters that are clicked; those the action brings along stay, unless named ``-filter``
        :param shown: fields that show the answer, in the list, or in the form when it is ``opened``
        """
        with self.subTest(question):
            entry = self.env.ref(menu if "." in menu else f"repair_quality.menu_quality_{menu}")
            visible = self.env["ir.ui.menu"].with_user(self.user_officer)._visible_menu_ids()
            self.assertIn(entry.id, visible, "the officer has the menu")
            clicks = 2 + len(typed) + len(clicked) + bool(opened)
            self.assertLessEqual(clicks, MAX_CLICKS)
            action = entry.action
            model = self.env[action.res_model].with_user(self.user_officer).with_context(
                safe_eval(action.context or "{}", {"uid": self.user_officer.id}))
            chosen = {view.view_mode: view.view_id.id for view in action.view_ids}
            views = model.get_views([
                (action.search_view_id.id or False, "search"), (chosen.get("list", False), "list"), (chosen.get("form", False), "form")])
            arches = {kind: etree.fromstring(view["arch"]) for kind, view in views["views"].items()}
            domain = Domain(self._evaluate(action.domain or "[]")) & self._get_search_domain(arches["search"], model, typed, clicked)
            records = model.search(domain)
            self.assertEqual(records.sudo().with_context({}), found.sudo().with_context({}))
            if shown:
                kind = "form" if opened else "list"
                names = {node.get("name") for node in arches[kind].iter("field")}
                self.assertLessEqual(set(shown), names, f"the {kind} shows it")
                for values in records[:3].read(list(shown)):
                    for name in shown:
                        self.assertTrue(values[name] or model._fields[name].type in ("boolean", "integer", "float"), f"{name} is filled in")

    def _get_search_domain(self, arch, model, typed, clicked):
        filters = {node.get("name"): node.get("domain") for node in arch.iter("filter")}
        fields_shown = {node.get("name"): node.get("filter_domain") for node in arch.iter("field")}
        active = {key.removeprefix("search_default_") for key, value in model.env.context.items()
                  if key.startswith("search_default_") and value}
        active = {name for name in active if filters.get(name)} - {name[1:] for name in clicked if name.startswith("-")}
        domain = Domain.TRUE
        for name in active | {name for name in clicked if not name.startswith("-")}:
            self.assertIn(name, filters, "the filter is there")
            domain &= Domain(self._evaluate(filters[name]))
        for name, text in typed:
            self.assertIn(name, fields_shown, "the search is there")
            domain &= Domain(self._evaluate(fields_shown[name], text)) if fields_shown[name] else Domain(name, "ilike", text)
        return domain

    def _evaluate(self, domain, text=None):
        return safe_eval(domain, {
            "uid": self.user_officer.id, "self": text, "today": "today", "current_date": fields.Date.to_string(self.today),
            "context_today": lambda: self.today})

    # What the auditor asks

    def test_documents_and_records(self):
        ask = self._ask
        ask("1 the effective version of the repair procedure", "documents_all", self.procedure, [("name", "repair proc")],
            shown=["effective_from", "state"])
        ask("2 who has not read it", "readings", self.unread, [("document_id", "repair proc")], shown=["employee_id", "due_date"])
        ask("3 how people without a login confirmed it", "readings", self.signed, clicked=["-open", "collected"],
            shown=["manner", "collected_by_id"])
        ask("4 what changed in it, and who approved the change", "documents_all", self.procedure, [("name", "repair proc")],
            shown=["version_ids"], opened=True)
        ask("5 which documents govern the steps of an order", "documents_all", self.procedure, clicked=["governs"])
        ask("6 documents not read by everybody", "documents_all", self.procedure, clicked=["unread"], shown=["unread_count"])
        ask("7 how long audit records are kept, and who keeps them", "records", self.kind, [("name", "QR-6")],
            shown=["retention_months", "keeper_id"])
        ask("8 what was destroyed, who approved it, before whom", "record_destructions", self.protocol,
            shown=["approved_by_id", "witness_id", "done_on"], opened=True)
        ask("9 a requirement that no document answers", "clauses", self.clause_a, [("standard_id", "Test standard")], ["undocumented"])

    def test_audits(self):
        ask = self._ask
        ask("10 the audit programme of the year, and who approved it", "audit_programmes", self.programme,
            shown=["approved_by_id", "coverage", "matrix"], opened=True)
        uncovered = self.env["qms.audit.coverage"].search([
            ("programme_id", "=", self.programme.id), ("department_id", "=", self.desk.id)])
        ask("11 what no audit covers at the desk", "audit_coverage", uncovered, [("department_id", "Test desk")],
            shown=["clause_id", "state"])
        ask("12 the report of the audit of the workshop", "audit_list", self.audit, [("department_ids", "Test workshop")],
            shown=["summary", "reported_on", "acknowledgement_ids"], opened=True)
        ask("13 the auditor's certificate on the day of the audit", "auditors", self.stranger.employee_skill_ids,
            [("employee_id", "Stranger")], shown=["valid_from", "valid_to", "approval_state"])
        ask("14 training records of the auditor", "evidence_training", self.training, [("employee_id", "Lead")],
            shown=["course_id", "result"])
        ask("15 why the lead auditor was replaced", "audit_list", self.audit, clicked=["replaced"], shown=["replacement_ids"], opened=True)
        ask("16 what shows the answer about prices", "audit_checklist", self.audit.line_ids[:2], [("question", "Prices")], ["-to_answer"],
            shown=["note"])
        ask("17 the findings of the workshop, and what became of them", "findings", self.finding, [("department_id", "Test workshop")],
            shown=["nonconformity_id", "due_date"], opened=True)

    def test_objectives_and_improvement(self):
        ask = self._ask
        policies = self.env["qms.policy"].with_user(self.user_officer).search([])
        ask("18 the quality policy in force", "policy", policies)
        ask("19 the objective on punctuality, how it is measured", "objectives", self.objective, [("name", "Visits on time")],
            shown=["figure", "owner_id"], opened=True)
        ask("20 a month in which it was missed", "missed", self.month, [("objective_id", "Visits on time")],
            shown=["period_start", "value"])
        ask("21 the minutes of the last management review", "reviews", self.review, [("name", "First half")],
            shown=["minutes", "conclusion"], opened=True)
        ask("22 what the review decided, by whom and until when", "decisions", self.decision, [("name", "Second dispatcher")],
            shown=["owner_id", "deadline"])
        ask("23 the cause of the failed final inspection", "nonconformities", self.nonconformity, [("repair_id", self.order.name)],
            shown=["root_cause"], opened=True)
        ask("24 its actions, and whether they helped", "nonconformities", self.nonconformity, [("repair_id", self.order.name)],
            shown=["action_ids"], opened=True)
        ask("25 an improvement project with its baseline", "improvements", self.project, [("name", "rain")], shown=["owner_id"])

    def test_work_people_and_certification(self):
        ask = self._ask
        ask("26 the calibration of the instrument used in the order", "evidence_calibrations", self.tester.calibration_ids,
            [("used_in", self.order.name)], shown=["equipment_id", "valid_until", "certificate_number"])
        ask("27 the failed final inspection of the order", "evidence_inspections", self.inspection, [("repair_id", self.order.name)],
            shown=["line_ids", "inspector_id", "done_on"], opened=True)
        ask("28 complaints about the order", "evidence_complaints", self.complaint, [("repair_id", self.order.name)],
            shown=["number", "stage"])
        ask("29 special certificates that end within 90 days", "evidence_certificates", self.expiring, [("skill_id", "Test refrigeration")],
            ["expiring"], shown=["employee_id", "valid_to"])
        ask("30 the incoming inspection of the last lot", "repair_parts.menu_incoming_results", self.incoming,
            [("product_id", self.spare.name)], shown=["result"])
        ask("31 preparation and scope of the certification", "certifications", self.certification, [("name", "ISO 9001")],
            shown=["scope", "task_ids"], opened=True)
