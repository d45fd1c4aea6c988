from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from odoo.addons.repair_service.engine import effect

from .common import MARCH, RepairQualityCommon

FIRST, LAST = MARCH


@tagged("post_install", "-at_install")
class TestOneDefinition(RepairQualityCommon):
    """The objective, the screen of figures and the reports count the same records in the same way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.jobs = cls._make_march()
        cls._make_inspection(cls.jobs["a"], "pass", datetime(2019, 3, 2, 2))
        for name, score, nps in (("a", "5", "10"), ("b", "4", "8"), ("c", "2", "3")):
            followup = cls.env["repair.followup"].create({
                "repair_id": cls.jobs[name].id, "due": "2019-04-01", "score": score, "nps": nps, "is_solved": "yes"})
            followup._flow_write({"state": "done", "done_on": datetime(2019, 3, 20)})
        complaint = cls.env["repair.complaint"].create({
            "repair_id": cls.jobs["a"].id, "partner_id": cls.partner.id, "subject": "x", "description": "x",
            "received_on": datetime(2019, 3, 10)})
        complaint._flow_write({
            "acknowledged_on": datetime(2019, 3, 10, 2), "resolved_on": datetime(2019, 3, 11), "respond_by": datetime(2019, 3, 10, 1),
            "resolve_by": datetime(2019, 3, 12), "stage": "resolved"})
        cls.env.flush_all()

    def _by_objective(self, figure):
        objective = self.env["qms.objective"].create({"name": figure, "figure": figure, "target": 1, "company_id": self.company.id})
        measure = objective._measure(objective._read_rows(FIRST, LAST))
        return round(measure["value"], 4), measure["denominator"]

    def test_objective_and_screen_of_figures_show_the_same_value_for_every_figure(self):
        screen = self.env["repair.service.figures"].with_user(self.user_manager).create({"date_from": FIRST, "date_to": LAST})
        screen.action_reckon()
        shown = {line.code: line for line in screen.line_ids}
        self.assertLessEqual({"first_time_fix", "on_time", "csat", "complaint_response", "mttr", "repeat_30"}, set(shown))
        for code, line in shown.items():
            with self.subTest(code):
                value, count = self._by_objective(code)
                self.assertAlmostEqual(line.value, value, 1)
                self.assertEqual(line.counted, count)
        self.assertEqual((shown["first_time_fix"].value, shown["first_time_fix"].counted), (50.0, 4))
        self.assertEqual((shown["on_time"].value, shown["on_time"].counted), (50.0, 6))

    def test_objective_and_reports_show_the_same_value(self):
        visits = [("start", ">=", datetime(2019, 2, 28, 16)), ("start", "<", datetime(2019, 3, 31, 16))]
        for model, field, domain, figure in (
            ("repair.visit.report", "on_time", visits, "on_time"),
            ("repair.visit.report", "first_time_fix", [("repair_id", "in", [job.id for job in self.jobs.values()])], "first_time_fix"),
            ("repair.satisfaction.report", "csat", [], "csat"),
            ("repair.satisfaction.report", "nps", [], "nps"),
            ("repair.complaint.report", "respond_hours", [], "complaint_response"),
            ("repair.complaint.report", "respond_met", [], "complaint_response_sla"),
            ("repair.complaint.report", "resolve_met", [], "complaint_sla"),
        ):
            with self.subTest(figure):
                dates = [("done_on", "<", datetime(2019, 4, 1))] if "satisfaction" in model else []
                dates = [("received_on", "<", datetime(2019, 4, 1))] if "complaint" in model else dates
                [(value, count)] = self.env[model]._read_group(
                    [("company_id", "=", self.company.id), *domain, *dates], [], [f"{field}:avg", f"{field}:count"])
                self.assertEqual((round(value, 4), count), self._by_objective(figure))

    def test_figures_are_narrowed_to_technician_family_and_cause(self):
        figures = self.env["repair.figure"]
        other = self.env["hr.employee"].create({"name": "Li", "is_technician": True})
        self.jobs["b"]._flow_write({"technician_id": other.id})
        self.jobs["c"]._flow_write({"cause_id": self.cause.id})
        read = lambda scope: set(figures._read_figure("first_time_fix", self.company, FIRST, LAST, scope))  # noqa: E731
        self.assertEqual(read({"technician": other}), {self.jobs["b"].id})
        self.assertEqual(read({"cause": self.cause}), {self.jobs["c"].id})
        self.assertEqual(read({"family": self.category}), {self.jobs[name].id for name in "abcd"})
        self.assertEqual(read({"family": self.category, "cause": self.other_cause}), set())
        self.assertFalse(figures._can_narrow("training_done", "technician"))

    def test_training_done_counts_the_lines_of_the_months_that_are_over(self):
        course = self.env["hr.training.course"].create({"name": "Refrigerants"})
        plan = self.env["hr.training.plan"].create({"name": "2019", "year": 2019, "company_id": self.company.id, "line_ids": [
            (0, 0, {"course_id": course.id, "month": "3", "sessions_wanted": 1}),
            (0, 0, {"course_id": course.id, "month": "3", "sessions_wanted": 2}),
            (0, 0, {"course_id": course.id, "month": "4", "sessions_wanted": 1})]})
        read = lambda: self.env["repair.figure"]._read_figure("training_done", self.company, FIRST, LAST)  # noqa: E731
        self.assertEqual(read(), {}, "a draft is no plan")
        plan._flow_write({"state": "approved", "version": 1})
        for line in plan.line_ids[:2]:
            session = self.env["hr.training.session"].create({
                "course_id": course.id, "company_id": self.company.id, "date_start": datetime(2019, 3, 5), "external_trainer": "x",
                "date_end": datetime(2019, 3, 5, 4)})
            session._flow_write({"plan_line_id": line.id, "state": "closed"})
        self.assertEqual(read(), {plan.line_ids[0].id: 1, plan.line_ids[1].id: 0}, "one of two sessions is not the line")

    def test_figures_of_a_company_one_does_not_work_for_stay_closed(self):
        other = self.env["res.company"].create({"name": "Other branch"})
        screen = self.env["repair.service.figures"].with_user(self.user_manager).create({"date_from": FIRST, "date_to": LAST})
        screen.sudo().company_id = other
        for call in (screen.action_reckon, lambda: screen._open_records("csat")):
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
                call()

    def test_reading_a_figure_costs_the_same_however_many_records(self):
        self.env["repair.figure"]._measure("on_time", self.company, FIRST, LAST, {"family": self.category})
        self.env.flush_all()
        counts = []
        for _round in range(2):
            self.env.invalidate_all()
            self.assertTrue(self.company.repair_tz, "read before, as in any request")
            start = self.env.cr.sql_log_count
            self.env["repair.figure"]._measure("on_time", self.company, FIRST, LAST, {"family": self.category})
            counts.append(self.env.cr.sql_log_count - start)
            for day in range(10, 20):
                self._make_visit(self.jobs["e"], datetime(2019, 3, day, 12) + timedelta(hours=3), 5)
            self.env.flush_all()
        self.assertLessEqual(counts[1], counts[0])

    def test_month_is_counted_where_the_company_is(self):
        april = self.env["repair.figure"]._measure("days_to_acceptance", self.company, date(2019, 4, 1), date(2019, 4, 30))
        self.assertEqual((april.value, april.count), (1, 1))


@tagged("post_install", "-at_install")
class TestIntervalEngine(BaseCase):

    def test_mean_of_hours_has_an_interval_from_its_spread(self):
        """2, 4, 6, 8: mean 5, standard deviation 2.582, over the root of 4 and times 1.96 makes 2.530."""
        interval = effect.mean([2, 4, 6, 8])
        self.assertEqual([round(value, 3) for value in interval], [5.0, 2.470, 7.530])

    def test_rates_take_wilson_and_single_values_spread_nothing(self):
        self.assertEqual(effect.mean([1, 1, 0, 1]), effect.wilson(effect.Count(3, 4)))
        self.assertEqual(effect.mean([7.5]), effect.Interval(7.5, 7.5, 7.5))
        self.assertEqual(effect.mean([]), effect.Interval(0.0, 0.0, 0.0))

    def test_a_change_counts_when_its_interval_leaves_out_zero(self):
        low, high = effect.wilson(effect.Count(10, 100)), effect.wilson(effect.Count(90, 100))
        self.assertEqual(effect.compare(low, high, 100, 100, True)[1], "better")
        self.assertEqual(effect.compare(low, high, 100, 100, False)[1], "worse")
        self.assertEqual(effect.compare(low, low, 100, 100, True)[1], "unclear")
        self.assertEqual(effect.compare(low, high, 100, 9, True)[1], "too_few")
