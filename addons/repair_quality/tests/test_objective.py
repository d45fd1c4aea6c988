from datetime import date

import psycopg2.errors

from odoo.exceptions import ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import MARCH, RepairQualityCommon


@tagged("post_install", "-at_install")
class TestObjective(RepairQualityCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.jobs = cls._make_march()

    def _objective(self, figure="first_time_fix", target=85, tolerance=10, **values):
        return self.env["qms.objective"].create({
            "name": "Test objective", "figure": figure, "target": target, "tolerance": tolerance, "company_id": self.company.id, **values})

    def _light(self, objective, value):
        return objective._get_light(value)

    def test_light_when_more_is_better(self):
        objective = self._objective(target=85, tolerance=10)
        self.assertEqual(
            [self._light(objective, value) for value in (100, 85, 84.99, 75, 74.99, 0)],
            ["green", "green", "amber", "amber", "red", "red"])

    def test_light_when_less_is_better(self):
        objective = self._objective("repeat_30", target=3, tolerance=2)
        self.assertEqual(
            [self._light(objective, value) for value in (0, 3, 3.01, 5, 5.01)], ["green", "green", "amber", "amber", "red"])

    def test_actual_value_looks_at_closed_windows_only(self):
        # On 1 May the last job whose 30 days are over was accepted on 31 March; 31 days back begins 1 March.
        with freeze_time("2019-05-01 04:00:00"):
            objective = self._objective(period_days=31)
            self.assertEqual((objective.period_start, objective.period_end), (date(2019, 3, 1), date(2019, 3, 31)))
            self.assertEqual((objective.numerator, objective.denominator, objective.value), (2, 4, 50))
            self.assertEqual(objective.light, "red")

    def test_mean_is_not_a_percentage(self):
        with freeze_time("2019-03-31 04:00:00"):
            objective = self._objective("days_to_acceptance", target=3, tolerance=1, period_days=31)
            self.assertEqual((objective.numerator, objective.denominator, objective.value, objective.light), (15, 6, 2.5, "green"))

    def test_nothing_to_count_is_no_success(self):
        with freeze_time("2018-05-01 04:00:00"):
            objective = self._objective("repeat_30", target=3)
            self.assertEqual((objective.denominator, objective.light), (0, "none"))

    def test_buttons_open_the_records_behind_the_value(self):
        with freeze_time("2019-05-01 04:00:00"):
            objective = self._objective(period_days=31)
            counted = self.env["repair.order"].search(objective.action_view_records()["domain"])
            misses = self.env["repair.order"].search(objective.action_view_misses()["domain"])
        self.assertEqual(counted, self.jobs["a"] | self.jobs["b"] | self.jobs["c"] | self.jobs["d"])
        self.assertEqual(misses, self.jobs["b"] | self.jobs["c"])
        with freeze_time("2019-03-31 04:00:00"):
            slow = self._objective("days_to_acceptance", target=3, period_days=31).action_view_misses()
            visits = self._objective("on_time", period_days=31).action_view_misses()
        self.assertEqual(self.env["repair.order"].search(slow["domain"]), self.jobs["b"] | self.jobs["e"])
        self.assertEqual(len(self.env[visits["res_model"]].search(visits["domain"])), 3)

    def test_every_figure_has_a_definition_and_a_value(self):
        for figure in self.env["repair.figure"]._get_figures():
            objective = self._objective(figure, target=3)
            self.assertTrue(objective.definition, figure)
            self.assertIn(objective.light, ("green", "amber", "red", "none"))

    def test_targets_that_cannot_be_are_refused(self):
        for values in (
            {"target": -1}, {"tolerance": -1}, {"period_days": 0},
        ):
            with self.subTest(values=values), mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.CheckViolation):
                self._objective(**values).flush_recordset()
        for values in ({"target": 101}, {"tolerance": float("nan")}, {"figure": "mttr", "target": float("inf")}):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self._objective(**values)
        self._objective("mttr", target=120)

    def test_month_is_stored_once_its_windows_are_closed(self):
        objective = self._objective()
        with freeze_time("2019-04-30 04:00:00"):
            objective._take_own_snapshots()
            self.assertNotIn(date(2019, 3, 1), objective.value_ids.mapped("period_start"))
        with freeze_time("2019-05-01 04:00:00"):
            objective._take_own_snapshots()
            objective._take_own_snapshots()
        march = objective.value_ids.filtered(lambda row: row.period_start == date(2019, 3, 1))
        self.assertEqual((len(march), march.numerator, march.denominator, march.light), (1, 2, 4, "red"))
        self.assertEqual(march.value, 50)
        self.assertEqual(min(objective.value_ids.mapped("period_start")), date(2019, 3, 1), "history begins with the first job visited")

    def test_stored_month_keeps_its_target(self):
        objective = self._objective()
        with freeze_time("2019-05-01 04:00:00"):
            objective._take_own_snapshots()
        objective.target = 60
        with freeze_time("2019-05-02 04:00:00"):
            objective._take_own_snapshots()
        march = objective.value_ids.filtered(lambda row: row.period_start == date(2019, 3, 1))
        self.assertEqual((march.target, march.light), (85, "red"))

    def test_monthly_job_stores_for_every_objective(self):
        objectives = self._objective() | self._objective("days_to_acceptance", target=3)
        with freeze_time("2019-05-02 04:00:00"):
            self.env["qms.objective"]._take_snapshots()
        self.assertTrue(all(objective.value_ids for objective in objectives))

    def test_database_holds_one_value_per_month(self):
        objective = self._objective()
        vals = {"objective_id": objective.id, "period_start": "2019-01-01", "period_end": "2019-01-31"}
        self.env["qms.objective.value"].create(vals)
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.UniqueViolation):
            self.env["qms.objective.value"].create(vals)

    def test_an_objective_of_a_family_or_territory_counts_its_jobs_only(self):
        """Of the six jobs of March only e is of another family: four days to acceptance."""
        other = self.env["repair.appliance.category"].create({"name": "Ovens"})
        job = self.jobs["e"]
        job.appliance_id.category_id = other
        self.env.flush_all()
        objective = self.env["qms.objective"].create({
            "name": "Ovens", "figure": "days_to_acceptance", "target": 3, "company_id": self.company.id, "scope_category_id": other.id})
        measure = objective._measure(objective._read_rows(*MARCH))
        self.assertEqual((measure["value"], measure["denominator"]), (4.0, 1))
        with self.assertRaises(ValidationError):
            self.env["qms.objective"].create({
                "name": "x", "figure": "training_done", "target": 3, "scope_category_id": other.id, "company_id": self.company.id})
