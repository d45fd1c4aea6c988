import base64
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user

from .common import RepairTrainingCommon


class TrainingCommon(RepairTrainingCommon):
    """A small school: a course with a paper test, a trainer, a manager with two reports, and HR officers to close its sessions."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_boss, cls.user_trainer, cls.user_pupil, cls.user_other = (
            new_test_user(cls.env, f"test_{name}", "base.group_user", tz="Asia/Shanghai") for name in ("boss", "trainer", "pupil", "other"))
        cls.user_hr_manager = new_test_user(cls.env, "test_hr_manager", "base.group_user,hr.group_hr_manager", tz="Asia/Shanghai")
        employees = cls.env["hr.employee"]
        cls.boss = employees.create({"name": "Gu Mingyuan", "user_id": cls.user_boss.id})
        cls.trainer = employees.create({"name": "Qian Jianguo", "user_id": cls.user_trainer.id})
        cls.pupil, cls.other = employees.create([
            {"name": "Chen Jie", "user_id": cls.user_pupil.id, "parent_id": cls.boss.id, "barcode": "B001",
             "work_email": "chen@example.com"},
            {"name": "Zhao Lei", "user_id": cls.user_other.id, "parent_id": cls.boss.id, "barcode": "B002",
             "work_email": "zhao@example.com"},
        ])
        cls.course = cls.env["hr.training.course"].create({
            "name": "Leak search", "hours": 6.0, "seats": 2, "is_written": True, "pass_score": 70.0, "delivery": "class"})
        cls.now = fields.Datetime.now().replace(microsecond=0)

    @classmethod
    def _create_session(cls, course=None, begin=24, length=6, employees=None, **values):
        """A planned session; ``begin`` counts hours from now."""
        start = cls.now + timedelta(hours=begin)
        return cls.env["hr.training.session"].with_user(cls.user_hr).create({
            "course_id": (course or cls.course).id, "trainer_id": cls.trainer.id, "date_start": start,
            "date_end": start + timedelta(hours=length),
            "enrolment_ids": [Command.create({"employee_id": one.id}) for one in employees or cls.pupil], **values,
        })

    @classmethod
    def _hold(cls, course=None, score=80.0, employees=None, close=True, **values):
        """A session that was held, with the same result for everybody, closed by the second officer."""
        session = cls._create_session(course, begin=-30, employees=employees, **values)
        session.action_open()
        session.enrolment_ids.write({"attendance": "present", "score": score})
        session.with_user(cls.user_trainer).action_submit_results()
        if close:
            session.with_user(cls.user_hr_second).action_close()
        return session

    @classmethod
    def _create_test(cls):
        """A written test on screen with one question, passed from 80 % on, in two attempts."""
        return cls.env["survey.survey"].create({
            "title": "Leaks", "scoring_type": "scoring_without_answers", "scoring_success_min": 80.0, "users_login_required": True,
            "is_attempts_limited": True, "attempts_limit": 2, "question_and_page_ids": [Command.create({
                "title": "Which gas?", "question_type": "simple_choice", "suggested_answer_ids": [
                    Command.create({"value": "R32", "answer_score": 10, "is_correct": True}), Command.create({"value": "Air"})]})]})

    @classmethod
    def _make_sheet(cls, rows):
        return base64.b64encode("\n".join(",".join(str(cell) for cell in row) for row in rows).encode())

    def _row(self, session, employee):
        return session.sudo().enrolment_ids.filtered(lambda row: row.employee_id == employee)
