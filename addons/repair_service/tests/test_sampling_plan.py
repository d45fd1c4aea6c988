from odoo.exceptions import AccessError
from odoo.tests import Form, tagged, users

from .common import RepairServiceCommon


@tagged("post_install", "-at_install")
class TestSamplingPlan(RepairServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.env["repair.sampling.plan"].create({"level": "II", "aql": "2.5"})

    def test_the_plan_says_what_to_inspect(self):
        self.assertEqual(self.plan._get_sample(100), (20, 1, 2))
        self.assertEqual(self.plan._get_sample(100, "tightened"), (32, 1, 2))
        self.assertEqual(self.plan._get_sample(4.2), (5, 0, 1))  # 4.2 kg count as five units

    def test_a_tightened_plan_is_not_relaxed_by_its_user(self):
        self.plan.severity = "tightened"
        self.assertEqual(self.plan._get_sample(1000, "normal"), (80, 3, 4))

    def test_the_name_follows_until_somebody_gives_one(self):
        with Form(self.env["repair.sampling.plan"]) as form:
            form.level = "S-3"
            form.aql = "4.0"
        self.assertEqual(form.record.name, "ISO 2859-1 S-3 / AQL 4.0")
        self.plan.name = "Boards"
        self.plan.aql = "1.0"
        self.assertEqual(self.plan.name, "Boards")

    def test_the_form_shows_samples_by_size_of_the_lot(self):
        self.assertIn("Lot of 500: inspect 50, accept up to 3 defective, reject from 4", self.plan.examples)

    @users("test_desk", "test_technician", "test_inspector", "test_accountant")
    def test_only_a_manager_changes_plans(self):
        plan = self.plan.with_env(self.env)
        self.assertEqual(plan._get_sample(4), (4, 0, 1))
        with self.assertRaises(AccessError):
            plan.aql = "15"
        with self.assertRaises(AccessError):
            self.env["repair.sampling.plan"].create({"level": "I"})

    @users("test_manager")
    def test_a_manager_keeps_plans(self):
        plan = self.env["repair.sampling.plan"].create({"level": "I", "aql": "15"})
        plan.severity = "tightened"
        self.assertEqual(plan._get_sample(8), (5, 1, 2))  # letter A, two arrows down to C
