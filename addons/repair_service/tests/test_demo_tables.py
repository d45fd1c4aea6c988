import random
from datetime import date, datetime

from odoo.tests import TransactionCase

from ..demo import faults, fleet, names
from ..demo.planner import TERRITORIES, Planner
from ..demo.running import ORDER, RUNNING


class TestDemoTables(TransactionCase):
    """The tables that the demo company is made of fit the data of the addon and each other."""

    def test_codes_and_families_exist(self):
        for root, entries in faults.FAULTS.items():
            self.assertTrue(self.env.ref(f"repair_service.category_{root}"))
            for symptom, told, cause, findings, remedy, _families in entries:
                self.assertTrue(told and findings)
                for kind, code in (("symptom", symptom), ("cause", cause), ("remedy", remedy)):
                    self.assertEqual(self.env.ref(f"repair_service.{kind}_{code}").kind, kind)

    def test_every_model_can_break(self):
        for root, (count, models) in fleet.FLEET.items():
            self.assertGreaterEqual(count, len(models))
            for family, *_rest in models:
                self.assertTrue(faults.get_faults(root, family), family)

    def test_two_hundred_appliances(self):
        self.assertEqual(sum(count for count, _models in fleet.FLEET.values()), 200)

    def test_at_least_four_orders_at_every_stage(self):
        for stage in (*ORDER, "cancelled"):
            self.assertGreaterEqual(len([spec for spec in RUNNING if spec.stage == stage]), 4, stage)
        for spec in RUNNING:
            root, _colon, number = spec.kind.partition(":")
            self.assertLess(int(number), len(faults.FAULTS[root]))

    def test_every_district_has_a_territory(self):
        self.assertEqual({territory for territory, _streets in names.DISTRICTS.values()}, set(TERRITORIES))

    def test_planner_hands_out_nothing_that_overlaps_a_visit_there_is(self):
        planner = Planner(range(12), random.Random(1), "Asia/Shanghai")
        for technician in (6, 7, 8):
            planner.take(technician, datetime(2026, 3, 2, 4))  # Monday, 12:00 to 14:00 in Shanghai, between the usual hours
        starts = [planner.pick("washer", "west", date(2026, 3, 2))[1] for _number in range(6)]
        self.assertNotIn(datetime(2026, 3, 2, 5), starts)

    def test_planner_gives_no_technician_two_visits_at_a_time(self):
        planner = Planner(range(12), random.Random(1), "Asia/Shanghai")
        visits = [planner.pick("washer", "west", date(2026, 3, 1)) for _number in range(40)]
        self.assertEqual(len(set(visits)), 40)
        self.assertLessEqual({technician for technician, _start in visits}, {6, 7, 8})
        for technician, start in visits:  # 8, 10, 13 and 15 o'clock in Shanghai; only the third works on Sundays, never on Mondays
            self.assertIn(start.hour, (0, 2, 5, 7))
            self.assertTrue(start.weekday() != (0 if technician == 8 else 6))
