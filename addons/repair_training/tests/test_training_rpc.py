import contextlib
import math

import psycopg2

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.repair_service.tests.test_rpc_sweep import get_our_public_methods

from .test_career import CareerCommon

# A wrong number of arguments or a value of a wrong kind is refused by Python or the field itself.
CLEAN = (UserError, ValueError, TypeError, psycopg2.IntegrityError)
ARGUMENTS = ((), (False,), ("nonsense",), (7,), ({"a": 1},), ([],), (math.nan,))
NONSENSE = {
    "char": ("长" * 2000, 7), "text": (7,), "integer": (-1, 2**40, "many"), "float": (-1.0, math.nan, math.inf, "much"),
    "monetary": (-1.0, math.nan), "date": ("0001-01-01", "yesterday"), "datetime": ("0001-01-01 00:00:00", "yesterday"),
    "selection": ("nonsense",), "many2one": (-1, 2**30, "nobody"), "one2many": ("all", [(4, 2**30)]), "many2many": ("all", [(4, 2**30)]),
}
FACTS = {
    "hr.training.session": ["state", "closed_on", "trainer_id", "course_id"],
    "hr.training.enrolment": ["state", "attendance", "score", "result", "certificate_number", "valid_until", "voided_on"],
    "hr.training.need": ["state", "employee_id", "source"],
    "hr.training.plan": ["state", "budget", "version"],
    "hr.career.promotion": ["state", "to_level_id", "is_met", "recommended_by_id"],
    "hr.career.rotation": ["state", "department_id"],
    "hr.mentorship": ["state", "result", "mentor_signed_on", "mentee_signed_on"],
}


class _UndoError(Exception):
    pass


@tagged("post_install", "-at_install")
class TestTrainingRpc(CareerCommon):
    """Every public method and every field of the training records, called and written with nonsense by whoever has a login."""

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

    def _get_facts(self):
        self.env.invalidate_all()
        return [record.sudo().read(FACTS[record._name]) for record in self.records if record._name in FACTS]

    def _try(self, call, *args):
        """Call, undo, and let nothing but a clean refusal pass."""
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db", "odoo.addons.base.models.ir_rule"):
                with contextlib.suppress(*CLEAN):
                    call(*args)
                    self.env.flush_all()
                raise _UndoError
        except _UndoError:
            self.env.invalidate_all()

    def test_nonsense_to_every_public_method_is_refused_cleanly(self):
        for user in (self.user_pupil, self.user_trainer, self.user_hr):
            for record in self.records:
                for name in get_our_public_methods(record):
                    for args in ARGUMENTS:
                        with self.subTest(user=user.login, model=record._name, method=name, args=args):
                            self._try(getattr(record.with_user(user), name), *args)

    def test_nonsense_in_every_field_is_refused_cleanly(self):
        for record in self.records:
            for name, field in record._fields.items():
                if name in ("id", "display_name") or (field._module or "") != "repair_training":
                    continue
                for value in NONSENSE.get(field.type, ()):
                    with self.subTest(model=record._name, field=name, value=str(value)[:20]):
                        self._try(record.with_user(self.user_hr).write, {name: value})

    def test_a_colleague_changes_nothing_whatever_he_calls_or_writes(self):
        before = self._get_facts()
        for record in self.records:
            mine = record.with_user(self.user_other)
            for name in get_our_public_methods(record):
                for args in ARGUMENTS[:3]:
                    with self.subTest(model=record._name, method=name, args=args):
                        try:
                            with self.env.cr.savepoint(), mute_logger("odoo.sql_db", "odoo.addons.base.models.ir_rule"):
                                getattr(mine, name)(*args)
                                self.env.flush_all()
                        except CLEAN:
                            self.env.invalidate_all()
            for name in FACTS.get(record._name, ()):
                with self.subTest(model=record._name, field=name), self.assertRaises(UserError), self.env.cr.savepoint(), mute_logger(
                        "odoo.addons.base.models.ir_rule"):
                    mine.write({name: record.sudo()[name] and False})
        self.assertEqual(self._get_facts(), before)
