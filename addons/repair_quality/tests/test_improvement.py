from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import RepairQualityCommon

START = "2019-03-31 04:00:00"


@tagged("post_install", "-at_install")
class TestImprovement(RepairQualityCommon):
    """Visits of March 2019: three of six on time. The project starts on 31 March; everything is in place on 2 April."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.jobs = cls._make_march()
        with freeze_time(START):
            cls.project = cls.env["qms.improvement"].with_user(cls.user_desk).create({
                "name": "On time in the rain", "figure": "on_time", "figure_days": 31, "target_value": 90, "date_due": date(2019, 4, 10),
                "owner_id": cls.user_desk.id, "member_ids": [(4, cls.user_technician.id)], "company_id": cls.company.id})
            context = cls.project.action_new_step()["context"]
            cls.step = cls.env["qms.action"].with_user(cls.user_desk).with_context(**context).create({
                "name": "One visit less on rainy days", "owner_id": cls.user_employee.id, "deadline": date(2019, 4, 5)})

    def _start(self):
        with freeze_time(START):
            self.project.action_start()

    def _implement(self):
        self._start()
        with freeze_time("2019-04-02 04:00:00"):
            own = self.step.with_user(self.user_employee)
            own.result = "Planned from today"
            own.action_done()
            self.project.action_implement()

    def _april(self, good, late):
        for number in range(good + late):
            self._make_visit(self.jobs["e"], datetime(2019, 4, 5, 2) + timedelta(days=number), 10 if number < good else 125)

    def _evaluate(self, good=20, late=0):
        self._implement()
        self._april(good, late)
        with freeze_time("2019-05-04 04:00:00"):
            officer = self.project.with_user(self.user_officer)
            officer.evaluation = "No other change in these weeks"
            officer.action_evaluate()

    def test_baseline_is_frozen_with_days_and_count(self):
        self._start()
        self.assertEqual((self.project.before_value, self.project.before_count), (50.0, 6))
        self.assertEqual((self.project.before_from, self.project.before_to), (date(2019, 3, 1), date(2019, 3, 31)))
        self.assertEqual((self.project.state, self.project.started_on), ("running", date(2019, 3, 31)))
        for vals in ({"before_value": 10}, {"target_value": 51}, {"figure": "csat"}, {"figure_days": 5}, {"state": "closed"},
                     {"started_on": "2018-01-01"}, {"evaluate_on": "2019-04-01"}, {"value_ids": [(5, 0)]}):
            for user in (self.user_desk, self.user_quality_manager):
                with self.subTest(vals=vals, user=user.login), self.assertRaises(UserError):
                    self.project.with_user(user).write(vals)

    def test_a_target_is_better_than_the_baseline(self):
        for target in (50, 40):
            self.project.target_value = target
            with self.assertRaisesRegex(UserError, "no better"), self.cr.savepoint():
                self._start()
        self.project.invalidate_recordset()
        self.project.write({"figure": "complaint_rate", "target_value": 5})
        with self.assertRaisesRegex(UserError, "no better"):
            self._start()

    def test_a_project_needs_figure_day_and_steps(self):
        bare = self.env["qms.improvement"].with_user(self.user_desk).create({"name": "x", "figure": "on_time", "target_value": 99})
        with self.assertRaisesRegex(UserError, "first steps"):
            bare.action_start()

    def test_in_place_means_every_step_is_done(self):
        self._start()
        with self.assertRaisesRegex(UserError, "open steps"):
            self.project.action_implement()
        with self.assertRaises(UserError, msg="deleting the step is no way around it"):
            self.step.with_user(self.user_quality_manager).unlink()
        self.step.with_user(self.user_officer).action_drop("Not needed")
        with self.assertRaisesRegex(UserError, "open steps"):
            self.project.action_implement()

    def test_monitoring_is_stored_once_a_week(self):
        self._start()
        self.assertEqual((self.project.value_ids.value, self.project.value_ids.count), (50.0, 6))
        for day, count in (("2019-04-03", 1), ("2019-04-07", 2), ("2019-04-08", 2), ("2019-04-14", 3)):
            with freeze_time(f"{day} 04:00:00"):
                self.env["qms.improvement"]._take_monitoring_values()
            self.project.invalidate_recordset()
            self.assertEqual(len(self.project.value_ids), count, day)
        row = self.project.value_ids[0]
        for call in (lambda: row.with_user(self.user_quality_manager).write({"value": 100}), row.unlink,
                     lambda: row.with_user(self.user_quality_manager).unlink()):
            with self.assertRaises(UserError), mute_logger("odoo.addons.base.models.ir_model"):
                call()

    def test_evaluation_waits_for_its_day_and_for_somebody_else(self):
        self._implement()
        self.assertEqual(self.project.evaluate_on, date(2019, 5, 4))
        officer = self.project.with_user(self.user_officer)
        officer.evaluation = "Looks good"
        with freeze_time("2019-05-03 04:00:00"), self.assertRaisesRegex(UserError, "counted whole"):
            officer.action_evaluate()
        with freeze_time("2019-05-04 04:00:00"):
            with self.assertRaises(AccessError):
                self.project.action_evaluate()
            self.project.sudo().member_ids |= self.user_officer
            with self.assertRaisesRegex(AccessError, "did not work"):
                officer.action_evaluate()

    def test_before_and_after_are_told_with_counts_and_certainty(self):
        """Twenty of twenty after three of six: Wilson 18.8-81.2 % and 83.9-100 %; Newcombe's interval of the change begins at 14.8."""
        self._evaluate()
        self.assertEqual((self.project.after_value, self.project.after_count, self.project.has_improved), (100.0, 20, True))
        self.assertEqual(self.project.change_verdict, "too_few", "six before prove nothing, however good it looks")
        self.assertTrue(self.project.has_reached)
        for text in ("50.0", "100.0", "18.8", "81.2", "83.9", "+50.0", "at least 10"):
            self.assertIn(text, self.project.change_text)
        self.assertIn("2019-05-03", self.project.chart)

    def test_what_improved_closes_with_its_standard_attached(self):
        self._evaluate()
        with self.assertRaisesRegex(UserError, "became standard"):
            self.project.action_close()
        self.project.standard = "Planning instruction, rainy days"
        with self.assertRaisesRegex(UserError, "attach it"):
            self.project.action_close()
        self.project.evidence_ids = [(4, self._evidence(self.user_desk).id)]
        self.project.action_close()
        self.assertEqual(self.project.state, "closed")
        for call in (lambda: self.project.write({"standard": "x"}), lambda: self.project.write({"evidence_ids": [(5, 0)]}),
                     self.project.evidence_ids.unlink, lambda: self.project.with_user(self.user_quality_manager).unlink()):
            with self.assertRaises(UserError):
                call()

    def test_what_did_not_improve_closes_with_its_lesson(self):
        self._evaluate(good=8, late=12)
        self.assertFalse(self.project.has_improved)
        with self.assertRaisesRegex(UserError, "learned"):
            self.project.action_close()
        self.project.lesson = "Rain was not the reason"
        self.project.action_close()

    def test_nothing_closes_before_the_evaluation(self):
        self._implement()
        self.project.with_user(self.user_officer).write({"standard": "x", "lesson": "x"})
        for user in (self.user_desk, self.user_quality_manager):
            with self.assertRaisesRegex(UserError, "needs"):
                self.project.with_user(user).action_close()

    def test_a_project_is_stopped_with_a_reason_and_kept(self):
        self._start()
        officer = self.project.with_user(self.user_officer)
        self.assertEqual(officer.action_stop()["res_model"], "qms.check.reason")
        with self.assertRaises(AccessError):
            self.project.action_stop("The dispatcher left")
        officer.action_stop("The dispatcher left")
        self.assertEqual((officer.state, officer.stop_reason), ("stopped", "The dispatcher left"))
        self.assertEqual((self.step.state, self.step.activity_ids.ids), ("cancelled", []), "nobody is reminded of it for ever")
        with self.assertRaises(UserError):
            officer.unlink()

    def test_who_leads_reads_and_does_neither(self):
        self.assertTrue(self.project.with_user(self.user_technician).read(["name", "before_value", "chart"]), "a member")
        self.assertTrue(self.project.with_user(self.user_employee).read(["name"]), "owner of a step")
        for call in (
            lambda: self.project.with_user(self.user_technician).write({"target_value": 60}),
            lambda: self.project.with_user(self.user_technician).action_start(),
            lambda: self.project.with_user(self.user_inspector).read(["name"]),
            lambda: self.env["qms.improvement"].with_user(self.user_technician).create({"name": "x", "owner_id": self.user_desk.id}),
            lambda: self.env["qms.action"].with_user(self.user_technician).create({
                "name": "x", "deadline": self.today, "improvement_id": self.project.id, "kind": "step"}),
        ):
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
                call()
