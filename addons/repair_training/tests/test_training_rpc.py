

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.repair_service.tests.common_rpc import RecordSweep

from .test_career import CareerCommon

FACTS = {
    "hr.training.session": ["state", "closed_on", "trainer_id", "course_id"],
    "hr.training.enrolment": ["state", "attendance", "score", "result", "certificate_number", "valid_until", "voided_on"],
    "hr.training.need": ["state", "employee_id", "source"],
    "hr.training.plan": ["state", "budget", "version"],
    "hr.career.promotion": ["state", "to_level_id", "is_met", "recommended_by_id"],
    "hr.career.rotation": ["state", "department_id"],
    "hr.mentorship": ["state", "result", "mentor_signed_on", "mentee_signed_on"],
}


@tagged("post_install", "-at_install")
class TestTrainingRpc(RecordSweep, CareerCommon):
    """Every public method and every field of the training records, called and written with nonsense by whoever has a login."""

    sweep_module, sweep_facts, sweep_users = "repair_training", FACTS, ("user_pupil", "user_trainer", "user_hr")
    sweep_writer = "user_hr"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        closed = cls._hold()
        session = cls._create_session(employees=cls.pupil)
        session.action_open()
        department = cls.env["hr.department"].create({"name": "Away"})
        pair = cls.env["hr.mentorship"].with_user(cls.user_boss).create({
            "mentor_id": cls.trainer.id, "mentee_id": cls.pupil.id, "goals": "x", "date_start": cls.today,
            "date_end": cls.today.replace(year=cls.today.year + 1)})
        pair.action_start()
        cls.records = [record.sudo(False) for record in (
            closed, closed.enrolment_ids, session, session.enrolment_ids, cls.course, pair,
            cls.env["hr.training.need"].with_user(cls.user_boss).create({"employee_id": cls.pupil.id, "course_id": cls.course.id}),
            cls.env["hr.training.plan"].with_user(cls.user_hr).create({
                "name": "Plan", "line_ids": [Command.create({"course_id": cls.course.id, "month": "1"})]}),
            cls.env["hr.career.promotion"].with_user(cls.user_pupil).create({"employee_id": cls.pupil.id, "to_level_id": cls.two.id}),
            cls.env["hr.career.rotation"].with_user(cls.user_pupil).create({
                "employee_id": cls.pupil.id, "department_id": department.id, "kind": "transfer", "date_start": cls.today, "plan": "x"}),
            cls.two, cls.track,
        )]
        cls.env.flush_all()

    def test_a_colleague_changes_nothing_whatever_he_calls_or_writes(self):
        self._check_changes_nothing(self.user_other)
