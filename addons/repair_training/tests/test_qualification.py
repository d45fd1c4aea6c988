from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import RepairTrainingCommon


@tagged("post_install", "-at_install")
class TestQualification(RepairTrainingCommon):

    def _reason(self, category=None, days=0, employee=None):
        return (employee or self.employee_technician)._get_disqualification(category or self.family, self.today + timedelta(days=days))

    def test_family_without_requirement_is_open_to_all(self):
        self.assertEqual(self._reason(self.category), "")
        self.assertTrue(self.employee_technician._is_qualified_for(self.category, self.today))

    def test_every_required_certificate_is_needed(self):
        self._certify(self.refrigeration)
        self.assertEqual(self._reason(), "Zhang Wei holds no certificate 'Test electricity'")
        self._certify(self.electricity)
        self.assertEqual(self._reason(), "")

    def test_certificate_counts_on_its_first_and_last_day_only(self):
        self._certify_fully(begin=5, end=20)
        self.assertTrue(self._reason(days=4))
        self.assertEqual(self._reason(days=5), "")
        self.assertEqual(self._reason(days=20), "")
        self.assertTrue(self._reason(days=21))

    def test_reason_names_the_day_the_certificate_ended(self):
        self._certify(self.electricity)
        self._certify(self.refrigeration, end=20)
        self.assertEqual(
            self._reason(days=21),
            f"Zhang Wei holds no valid certificate 'Test refrigeration' on {self.today + timedelta(days=21)}"
            f" (expired {self.today + timedelta(days=20)})")

    def test_reason_names_the_day_the_certificate_begins(self):
        self._certify(self.electricity)
        self._certify(self.refrigeration, begin=3)
        self.assertIn(f"(valid from {self.today + timedelta(days=3)})", self._reason())

    def test_certificate_without_end_holds_for_ever(self):
        self._certify_fully(end=None)
        self.assertEqual(self._reason(days=20000), "")

    def test_unapproved_certificate_does_not_count(self):
        self._certify(self.electricity)
        row = self._certify(self.refrigeration, approve=False)
        self.assertIn("HR has not checked it yet", self._reason())
        row.with_user(self.user_hr).approval_note = "Stamp missing"
        row.with_user(self.user_hr).action_refuse()
        self.assertIn("HR refused it", self._reason())

    def test_second_certificate_bridges_the_first(self):
        self._certify(self.electricity)
        self._certify(self.refrigeration, end=10)
        self._certify(self.refrigeration, begin=11, end=50)
        self.assertEqual([self._reason(days=day) for day in (10, 11, 50)], ["", "", ""])

    def test_sub_family_inherits_only_while_it_requires_nothing_itself(self):
        self._certify(self.electricity)
        self.assertTrue(self._reason(self.sub_family))
        self.sub_family.required_skill_ids = self.electricity
        self.assertEqual(self._reason(self.sub_family), "")
        self.assertTrue(self._reason(self.family))

    def test_ordinary_skill_cannot_be_required(self):
        plain = self.env["hr.skill.type"].create({
            "name": "Languages", "skill_ids": [Command.create({"name": "English"})],
            "skill_level_ids": [Command.create({"name": "Good", "level_progress": 50})],
        })
        with self.assertRaises(ValidationError):
            self.family.required_skill_ids = [Command.link(plain.skill_ids.id)]

    def test_qualified_families_of_an_employee_and_search(self):
        self._certify_fully()
        other = self.env["hr.employee"].create({"name": "Chen Jie", "is_technician": True})
        families = self.employee_technician.qualified_category_ids
        self.assertTrue(self.family | self.sub_family | self.category <= families)
        self.assertNotIn(self.family, other.qualified_category_ids)
        self.assertIn(self.category, other.qualified_category_ids)
        self.assertIn("Test air conditioner: holds no certificate", other.qualification_gap)
        found = self.env["hr.employee"].search([("qualified_category_ids", "in", self.family.ids)])
        self.assertIn(self.employee_technician, found)
        self.assertNotIn(other, found)
        self.assertFalse(self.employee_hr.qualified_category_ids, "who is no technician takes no appliance")

    def test_dispatcher_sees_who_may_do_what(self):
        self._certify_fully()
        public = self.env["hr.employee.public"].with_user(self.user_dispatcher)
        found = public.search([("qualified_category_ids.name", "ilike", "test split"), ("name", "=", "Zhang Wei")])
        self.assertEqual(found.employee_id, self.employee_technician)
        self.assertIn(self.sub_family, found.qualified_category_ids)
        action = self.family.with_user(self.user_manager).action_view_qualified_technicians()
        self.assertEqual(public.search(action["domain"]).employee_id, self.employee_technician)
        self.assertEqual(self.family.qualified_technician_count, 1)


@tagged("post_install", "-at_install")
class TestQualifiedBooking(RepairTrainingCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.air_conditioner = cls._create_appliance(category_id=cls.sub_family.id)
        cls.start = fields.Datetime.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=2)

    def _visit_vals(self, order):
        return {
            "repair_id": order.id, "technician_id": self.employee_technician.id,
            "start": self.start, "stop": self.start + timedelta(hours=2),
        }

    def test_visit_of_an_unqualified_technician_is_refused(self):
        order = self._create_order(appliance_id=self.air_conditioner.id)
        with self.assertRaisesRegex(ValidationError, "holds no certificate 'Test refrigeration'"):
            self.env["repair.appointment"].with_user(self.user_dispatcher).create(self._visit_vals(order))

    def test_changing_to_an_unqualified_technician_is_refused(self):
        self._certify_fully()
        order = self._create_order(appliance_id=self.air_conditioner.id)
        visit = self.env["repair.appointment"].with_user(self.user_dispatcher).create(self._visit_vals(order))
        other = self.env["hr.employee"].create({"name": "Chen Jie", "is_technician": True})
        with self.assertRaisesRegex(ValidationError, "Chen Jie holds no certificate"):
            visit.write({"technician_id": other.id})

    def test_proposal_is_checked_again_when_it_is_confirmed(self):
        rows = self._certify_fully()
        order = self._create_order(appliance_id=self.air_conditioner.id)
        visit = self.env["repair.appointment"].with_user(self.user_dispatcher).create(self._visit_vals(order))
        rows.valid_to = self.today
        with self.assertRaisesRegex(UserError, "expired"):
            visit.action_confirm()

    def test_booking_dialogue_refuses_and_proposes_nobody_else(self):
        order = self._create_order(appliance_id=self.air_conditioner.id)
        booking = self.env["repair.booking"].with_user(self.user_dispatcher).create({
            "repair_id": order.id, "technician_id": self.employee_technician.id, "start": self.start, "hours": 2.0,
        })
        self.assertIn("holds no certificate", booking.warning)
        with self.assertRaisesRegex(UserError, "holds no certificate"):
            booking.action_book()
        booking._propose()
        self.assertNotIn(self.employee_technician, booking.line_ids.technician_id)
        self._certify_fully()
        booking._propose()
        self.assertIn(self.employee_technician, booking.line_ids.technician_id)

    def test_visit_is_checked_on_its_own_day(self):
        self._certify_fully(end=1)
        order = self._create_order(appliance_id=self.air_conditioner.id)
        with self.assertRaisesRegex(ValidationError, "expired"):
            self.env["repair.appointment"].create(self._visit_vals(order))

    def test_repair_does_not_start_once_the_certificate_ended(self):
        rows = self._certify_fully()
        order = self._create_order(appliance_id=self.air_conditioner.id)
        self.env["repair.appointment"].create(self._visit_vals(order)).action_confirm()
        order.write({"cause_id": self.cause.id, "diagnosis": "No gas"})
        order.action_diagnose()
        self.env["repair.service.line"].create({
            "repair_id": order.id, "product_id": self.labour_product.id, "name": "Labour", "quantity": 1, "price_unit": 100})
        order.action_send_quotation()
        order.action_approve_quotation(channel="phone")
        rows.valid_to = self.today - timedelta(days=1)
        with self.assertRaisesRegex(UserError, "expired"):
            order.action_repair_start()
        rows.valid_to = self.today
        rows.with_user(self.user_hr_second).action_approve()
        order.action_repair_start()
        self.assertEqual(order.service_stage, "repairing")


@tagged("post_install", "-at_install")
class TestQualificationQueries(RepairTrainingCommon):

    def _make_technicians(self, count):
        technicians = self.env["hr.employee"].create([
            {"name": f"Technician {number}", "is_technician": True} for number in range(count)
        ])
        vals_list = [
            self._certificate_vals(skill, employee=technician, certificate_number=f"{skill.id}-{technician.id}")
            for technician in technicians for skill in (self.refrigeration, self.electricity)
        ]
        self.env["hr.employee.skill"].create(vals_list).with_user(self.user_hr_second).action_approve()
        return technicians

    def _count_queries(self, technicians):
        self.env.flush_all()
        self.env.invalidate_all()
        dispatcher_view = technicians.with_user(self.user_dispatcher)
        before = self.env.cr.sql_log_count
        qualified = dispatcher_view._filter_qualified(self.family.with_user(self.user_dispatcher), self.today)
        self.assertEqual(len(qualified), len(technicians))
        return self.env.cr.sql_log_count - before

    def test_two_hundred_technicians_cost_as_many_queries_as_two(self):
        few = self._count_queries(self._make_technicians(2))
        many = self._count_queries(self._make_technicians(200))
        self.assertLessEqual(many, few + 2)
        self.assertLessEqual(many, 10)

    def test_who_may_do_what_reads_the_certificates_once(self):
        technicians = self._make_technicians(50)
        self.env.invalidate_all()
        with self.assertQueryCount(40):
            technicians.mapped("qualification_gap")
