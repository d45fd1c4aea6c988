from datetime import timedelta

from odoo import api, fields
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.repair_service.tests.test_concurrency import ConcurrencyCase


@tagged("post_install", "-at_install")
class TestTrainingConcurrency(ConcurrencyCase):
    """Two officers in the same second, each in a transaction of his own."""

    @classmethod
    def _make_data(cls, env):
        super()._make_data(env)
        employees = env["hr.employee"].create([{"name": f"Concurrency {number}"} for number in range(4)])
        course = env["hr.training.course"].create({"name": "Concurrency"})
        start = fields.Datetime.now() + timedelta(days=3)
        session = env["hr.training.session"].create({
            "course_id": course.id, "external_trainer": "Somebody", "seats": 1, "date_start": start,
            "date_end": start + timedelta(hours=2)})
        session.action_open()
        limit = env.company.mentor_limit
        pairs = env["hr.mentorship"].create([{
            "mentor_id": employees[0].id, "mentee_id": mentee.id, "goals": "x", "date_start": start, "date_end": start + timedelta(days=90),
        } for mentee in [employees[3]] * (limit - 1) + [employees[1], employees[2]]])
        pairs[:-2].action_start()
        department = env["hr.department"].create({"name": "Concurrency"})
        cls.employee_ids, cls.course_id, cls.session_id, cls.pair_ids, cls.department_id = (
            employees.ids, course.id, session.id, pairs.ids, department.id)

    @classmethod
    def _remove_records(cls, env):
        env.cr.execute("DELETE FROM hr_training_enrolment WHERE session_id = %s", [cls.session_id])
        env.cr.execute("DELETE FROM hr_training_session WHERE id = %s", [cls.session_id])
        env.cr.execute("DELETE FROM hr_mentorship WHERE id = ANY(%s)", [cls.pair_ids])
        for model, ids in (("hr.training.session", [cls.session_id]), ("hr.mentorship", cls.pair_ids)):
            env["mail.message"].search([("model", "=", model), ("res_id", "in", ids)]).unlink()
        env.invalidate_all()
        env["hr.training.course"].browse(cls.course_id).unlink()
        employees = env["hr.employee"].browse(cls.employee_ids)
        resources, contacts = employees.resource_id, employees.work_contact_id
        employees.unlink()
        resources.exists().unlink()
        contacts.unlink()
        env["hr.department"].browse(cls.department_id).unlink()
        super()._remove_records(env)

    @staticmethod
    def _retry(call):
        return lambda env: retrying(lambda: call(env), env)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_the_last_seat_is_given_once(self):
        def enrol(employee_id):
            return self._retry(lambda env: env["hr.training.enrolment"].create(
                {"session_id": self.session_id, "employee_id": employee_id}))

        outcomes = self._race([enrol(employee_id) for employee_id in self.employee_ids[1:3]])
        self.assertEqual(outcomes, ["won", "won"])
        with self.registry.cursor() as cr:
            rows = api.Environment(cr, api.SUPERUSER_ID, {})["hr.training.session"].browse(self.session_id).enrolment_ids
            self.assertEqual(sorted(rows.mapped("state")), ["invited", "waiting"])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_mentor_gets_no_apprentice_too_many(self):
        def begin(pair_id):
            return self._retry(lambda env: env["hr.mentorship"].browse(pair_id).action_start())

        outcomes = self._race([begin(pair_id) for pair_id in self.pair_ids[-2:]])
        self.assertEqual(outcomes.count("won"), 1, outcomes)
        self.assertIn("at most", next(text for text in outcomes if text != "won"))
