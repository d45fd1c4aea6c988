from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import MARCH, RepairQualityCommon


@tagged("post_install", "-at_install")
class TestReview(RepairQualityCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_march()
        cls.objective = cls.env["qms.objective"].create({
            "name": "Test on time", "figure": "on_time", "target": 95, "tolerance": 5, "company_id": cls.company.id})
        with freeze_time("2019-04-02 04:00:00"):
            cls.objective._take_own_snapshots()
        cls.late = cls._make_nonconformity(
            name="Old and late", detected_on=cls.today - timedelta(days=40), due_date=cls.today - timedelta(days=10))
        cls.person = cls.env["hr.employee"].create({"name": "Li Na", "user_id": cls.user_employee.id})
        cls.chair_employee = cls.env["hr.employee"].create({"name": "Chair", "user_id": cls.user_manager.id})
        cls.review = cls.env["qms.review"].with_user(cls.user_officer).create({
            "name": "First quarter", "period_from": MARCH[0], "period_to": MARCH[1], "chair_id": cls.user_manager.id,
            "company_id": cls.company.id, "attendee_ids": [
                (0, 0, {"employee_id": cls.person.id}), (0, 0, {"employee_id": cls.chair_employee.id})]})

    def _hold(self):
        self.review.action_prepare()
        self.review.attendee_ids.is_present = True
        self.review.action_hold()

    def _close(self):
        self._hold()
        self.review.write({"minutes": "<p>Read and discussed</p>", "conclusion": "Suitable and effective"})
        self._decide()
        self.review.with_user(self.user_manager).action_close()

    def _decide(self, user=None, **values):
        context = self.review.with_user(user or self.user_manager).action_new_decision()["context"]
        return self.env["qms.action"].with_user(user or self.user_manager).with_context(**context).create({
            "name": "Second dispatcher", "owner_id": self.user_employee.id, "deadline": self.today + timedelta(days=30), **values})

    def _inputs(self, section):
        return self.review.input_ids.filtered(lambda row: row.section == section)

    def test_the_system_prepares_every_section(self):
        self.review.action_prepare()
        self.assertEqual(
            set(self.review.input_ids.mapped("section")),
            {"decisions", "objectives", "complaints", "audits", "nonconformities", "actions", "improvement", "training", "suppliers"})
        row = self._inputs("objectives").filtered(lambda row: row.name == "Test on time")
        self.assertEqual((row.light, row.value.split(" ")[0]), ("red", "50.0"))
        self.assertIn("1", row.note, "the missed month without a decision")
        self.assertTrue(self._inputs("nonconformities").filtered(lambda row: "Old and late" in row.name))

    def test_those_invited_are_told_once_that_the_inputs_are_there(self):
        self.review.action_prepare()
        told = lambda: self.env["mail.message"].sudo().search([  # noqa: E731
            ("message_type", "=", "user_notification"), ("model", "=", "qms.review"), ("res_id", "=", self.review.id)])
        self.assertEqual(told().partner_ids, (self.user_employee | self.user_manager).partner_id)
        self.review.action_prepare()
        self.assertEqual(len(told()), 1, "prepared anew")

    def test_the_chair_is_asked_for_the_next_review_two_weeks_before(self):
        self.review.next_date = self.today + timedelta(days=180)
        self._close()
        activity = self.review.activity_search(["repair_quality.mail_activity_type_review"])
        self.assertEqual((activity.user_id, activity.date_deadline), (self.user_manager, self.today + timedelta(days=166)))

    def test_what_the_certification_body_found_is_put_before_the_review(self):
        record = self.env["qms.certification"].create({
            "standard": "ISO 9001", "edition": "2015", "scope": "Repair", "company_id": self.company.id})
        audit = self.env["qms.certification.audit"].create({
            "certification_id": record.id, "kind": "surveillance", "planned_on": "2019-03-15",
            "finding_ids": [(0, 0, {"certification_id": record.id, "name": "No supplier evaluation", "severity": "minor"})]})
        audit._flow_write({"done_on": "2019-03-15", "result": "passed"})
        record._flow_write({"state": "certified", "valid_from": "2018-01-01", "valid_until": self.today + timedelta(days=90)})
        self.review.action_prepare()
        rows = self._inputs("audits")
        self.assertIn("No supplier evaluation", "".join(filter(None, rows.mapped("note"))))
        ending = rows.filtered(lambda row: row.name == "ISO 9001:2015")
        self.assertEqual(ending.light, "amber")
        self.assertIn(str(record.valid_until), ending.value)

    def test_inputs_are_frozen(self):
        self.review.action_prepare()
        row = self._inputs("objectives")[0]
        before = row.value
        self.objective.target = 10
        self.assertEqual(row.value, before)
        for call in (
            lambda: row.with_user(self.user_quality_manager).write({"value": "100"}),
            lambda: row.with_user(self.user_quality_manager).unlink(),
            lambda: row.write({"value": "100"}), row.unlink,
            lambda: self.review.write({"input_ids": [(5, 0)]}),
            lambda: self.env["qms.review.input"].create({"review_id": self.review.id, "section": "audits", "name": "x"}),
            lambda: self.review.write({"period_from": "2018-01-01"}), lambda: self.review.write({"date": "2018-01-01"}),
            lambda: self.review.write({"state": "closed"}), lambda: self.review.write({"prepared_on": False}), self.review.unlink,
        ):
            with self.assertRaises(UserError), mute_logger("odoo.addons.base.models.ir_model"):
                call()

    def test_inputs_are_prepared_anew_until_the_meeting_only(self):
        self.review.action_prepare()
        first = self.review.input_ids
        self.review.action_prepare()
        self.assertEqual(len(self.review.input_ids), len(first))
        self.assertFalse(first.exists())
        self.review.attendee_ids.is_present = True
        self.review.action_hold()
        with self.assertRaisesRegex(UserError, "was held"):
            self.review.action_prepare()

    def test_a_meeting_needs_people_and_a_close_needs_minutes_conclusion_and_decisions(self):
        with self.assertRaisesRegex(UserError, "Prepare"):
            self.review.action_hold()
        self.review.action_prepare()
        self.review.attendee_ids[0].is_present = True
        with self.assertRaisesRegex(UserError, "two people"):
            self.review.action_hold()
        self.review.attendee_ids.is_present = True
        self.review.action_hold()
        self.assertEqual(self.review.held_on, self.today)
        chair = self.review.with_user(self.user_manager)
        for vals, message in (({"minutes": "<p><br></p>"}, "minutes"), ({"minutes": "<p>x</p>"}, "conclusion"),
                              ({"conclusion": "x"}, "decisions")):
            chair.write(vals)
            with self.assertRaisesRegex(UserError, message):
                chair.action_close()
        chair.no_decision_reason = "All on target"
        chair.action_close()

    def test_a_closed_review_is_fixed_and_its_decisions_go_on(self):
        self._close()
        decision = self.review.decision_ids
        self.assertEqual((self.review.state, decision.kind, decision.review_id), ("closed", "decision", self.review))
        for call in (
            lambda: self.review.write({"minutes": "<p>Nicer</p>"}), lambda: self.review.write({"conclusion": "x"}),
            lambda: self.review.attendee_ids[0].write({"is_present": False}), self.review.attendee_ids[0].unlink, self._decide,
            lambda: self.env["qms.review.attendee"].create({"review_id": self.review.id, "employee_id": self.employee_technician.id}),
            self.review.unlink, decision.unlink, lambda: decision.write({"review_id": False}),
        ):
            with self.assertRaises(UserError):
                call()
        own = decision.with_user(self.user_employee)
        own.result = "Hired"
        own.action_done()
        self.assertEqual(self.review.open_decision_count, 0)

    def test_the_next_review_begins_with_the_decisions_of_the_last(self):
        self._close()
        self.review = self.env["qms.review"].with_user(self.user_officer).create({"name": "Second", "company_id": self.company.id})
        self.review.action_prepare()
        row = self._inputs("decisions")
        self.assertEqual((row.name, row.light), ("Second dispatcher", "amber"))
        self.assertEqual(self.review.input_ids[0].section, "decisions")

    def test_who_leads_who_reads_and_who_does_neither(self):
        self.review.action_prepare()
        self.assertTrue(self.review.with_user(self.user_employee).read(["name", "input_ids"]))
        self.review.with_user(self.user_employee).input_ids.read(["name", "value"])
        for call in (
            lambda: self.review.with_user(self.user_employee).write({"conclusion": "x"}),
            lambda: self.review.with_user(self.user_employee).action_prepare(),
            lambda: self.review.with_user(self.user_employee).action_hold(),
            lambda: self._decide(self.user_employee),
            lambda: self.review.with_user(self.user_desk).read(["name"]),
            lambda: self.review.attendee_ids[0].with_user(self.user_employee).write({"is_present": True}),
            lambda: self.env["qms.review"].with_user(self.user_desk).create({"name": "x"}),
        ):
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"):
                call()
        self.review.with_user(self.user_manager).conclusion = "The chair writes"

    def test_an_officer_who_is_not_the_chair_does_not_close(self):
        self._hold()
        self.review.write({"minutes": "<p>x</p>", "conclusion": "x", "no_decision_reason": "x"})
        with self.assertRaisesRegex(AccessError, "chair"):
            self.review.action_close()
        self.review.with_user(self.user_quality_manager).action_close()

    def test_suppliers_come_through_the_hook(self):
        figures = self.env["repair.figure"]
        self.patch(type(figures), "_get_supplier_rows", lambda self, company: [("Fans Ltd", "D", "late"), ("New", False, "no data")])
        self.review.action_prepare()
        row = self._inputs("suppliers")[0]
        self.assertEqual((row.name, row.value, row.light), ("Fans Ltd", "D", "red"))

    def test_the_paper_shows_inputs_minutes_and_decisions(self):
        self._close()
        html = self.env["ir.actions.report"].with_user(self.user_employee)._render_qweb_html(
            "repair_quality.report_review", self.review.ids)[0].decode()
        for text in ("Test on time", "Read and discussed", "Second dispatcher", "Li Na", self.review.number):
            self.assertIn(text, html)

    def test_the_numbers_of_reviews_follow_each_other(self):
        self.assertRegex(self.review.number, rf"^MR/{date.today().year}/\d+$")
