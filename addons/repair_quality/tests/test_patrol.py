from datetime import date, datetime, timedelta

import psycopg2.errors
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged, users
from odoo.tools import mute_logger

from .common_checks import ChecksCommon


@tagged("post_install", "-at_install")
class TestPatrol(ChecksCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.env["repair.figure"]._get_today(cls.company)
        cls.env.cr.execute("UPDATE hr_version SET date_version = '2010-01-01' WHERE employee_id = %s", [cls.employee_technician.id])
        cls.env.invalidate_all()
        cls.rule = cls._make_patrol_rule()

    @classmethod
    def _make_patrol_rule(cls, **values):
        return cls.env["qms.patrol.rule"].create({
            "name": "Monthly", "every": 1, "unit": "month", "start_on": cls.today - timedelta(days=31),
            "technician_ids": cls.employee_technician.ids, "inspector_ids": cls.user_inspector.ids, **values})

    def _make_patrol(self, rule=None):
        rule = rule or self.rule
        rule._plan()
        return rule.patrol_ids.filtered(lambda patrol: patrol.state == "planned")

    def _make_visit_today(self):
        """Make a visit of today's that the technician has reached."""
        visit = self._make_visit(self._create_order(), fields.Datetime.now() - timedelta(minutes=5), 0, "arrived")
        self.assertEqual(self.env["repair.order"]._local_date(visit.start, self.company), self.today)
        return visit

    def _start(self, patrol, user=None):
        patrol = patrol.with_user(user or self.user_inspector)
        patrol.appointment_id = self._make_visit_today()
        return self.env["repair.inspection"].with_user(user or self.user_inspector).browse(patrol.action_start()["res_id"])

    def test_each_technician_has_one_open_patrol_and_it_is_due_an_interval_after_the_last(self):
        patrol = self._make_patrol()
        self.rule._plan()
        self.assertEqual((len(self.rule.patrol_ids), patrol.inspector_id, patrol.state), (1, self.user_inspector, "planned"))
        begin = self.today - timedelta(days=31)
        self.assertEqual(patrol.due_date, fields.Date.add(begin, months=1))
        inspection = self._start(patrol)
        inspection.action_pass_open()
        inspection.action_validate()
        self.rule._plan()
        self.assertEqual(len(self.rule.patrol_ids), 1, "the next one is a month away and laid out two weeks before")
        with freeze_time(datetime.combine(fields.Date.add(self.today, days=20), datetime.min.time()) + timedelta(hours=4)):
            self.rule._plan()
        new = self.rule.patrol_ids - patrol
        self.assertEqual(new.due_date, fields.Date.add(self.today, months=1))

    def test_weeks_count_from_the_first_day_of_a_newcomer(self):
        newcomer = self.env["hr.employee"].create({"name": "New", "is_technician": True, "date_version": self.today - timedelta(days=8)})
        rule = self._make_patrol_rule(technician_ids=[], newcomer_days=60, every=2, unit="week")
        rule._plan()
        mine = rule.patrol_ids.filtered(lambda patrol: patrol.technician_id == newcomer)
        self.assertEqual(mine.due_date, self.today + timedelta(days=6))
        self.assertNotIn(self.employee_technician, rule.patrol_ids.technician_id)

    def test_patrol_is_answered_beside_a_visit_of_today(self):
        patrol = self._make_patrol()
        inspection = self._start(patrol)
        self.assertEqual((inspection.kind, inspection.repair_id, inspection.patrol_id), ("patrol", patrol.appointment_id.repair_id, patrol))
        inspection.action_pass_open()
        inspection.line_ids[1].write({"answer": "fail", "note": "no goggles"})
        inspection.action_validate()
        self.assertEqual((patrol.state, patrol.result, patrol.points, patrol.failed_points), ("done", "fail", 8, 1))
        nonconformity = self.env["qms.nonconformity"].search([("inspection_id", "=", inspection.id)])
        self.assertEqual((nonconformity.severity, nonconformity.source), ("major", "inspection"), "protective equipment is never minor")

    def test_patrol_is_not_dated_back_nor_made_without_a_visit(self):
        patrol = self._make_patrol().with_user(self.user_inspector)
        with self.assertRaisesRegex(UserError, "Choose the visit"):
            patrol.action_start()
        yesterday = self._make_visit(self._create_order(), fields.Datetime.now() - timedelta(days=1), 0, "arrived")
        patrol.appointment_id = yesterday
        with self.assertRaisesRegex(UserError, "made today"):
            patrol.action_start()
        other = self.env["hr.employee"].create({"name": "Other", "is_technician": True})
        visit = self._make_visit(self._create_order(appliance_id=self._create_appliance().id), fields.Datetime.now(), 0, "confirmed")
        self.env.cr.execute("UPDATE repair_appointment SET technician_id = %s WHERE id = %s", [other.id, visit.id])
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "not one of"):
            patrol.appointment_id = visit
        for vals in ({"done_on": "2020-01-01"}, {"due_date": "2030-01-01"}, {"state": "done"}, {"settled_on": "2020-01-01"}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                patrol.write(vals)

    def test_nobody_patrols_himself(self):
        self.user_technician.group_ids += self.env.ref("repair_quality.repair_quality_group_manager")
        rule = self._make_patrol_rule(inspector_ids=self.user_technician.ids)
        patrol = self._make_patrol(rule)
        self.assertFalse(patrol.inspector_id)
        own = patrol.with_user(self.user_technician)
        self.assertNotIn(patrol, own.search([]), "it is not announced to him")
        for call in (own.action_start, lambda: own.write({"appointment_id": False}), lambda: own._skip("I am fine"), own.unlink):
            with self.assertRaises(UserError):
                call()
        with self.assertRaisesRegex(UserError, "himself"):
            patrol.inspector_id = self.user_technician
        inspection = self._start(self._make_patrol())
        with self.assertRaisesRegex(UserError, "own work"):
            inspection.with_user(self.user_technician).action_pass_open()

    def test_technician_sees_his_patrol_once_it_was_made(self):
        patrol = self._make_patrol()
        mine = self.env["qms.patrol"].with_user(self.user_technician)
        self.assertFalse(mine.search([]))
        inspection = self._start(patrol)
        inspection.action_pass_open()
        inspection.action_validate()
        self.assertEqual(mine.search([]), patrol)
        with self.assertRaises(UserError):
            patrol.with_user(self.user_technician).write({"inspector_id": False})

    def test_patrol_left_out_keeps_its_reason_and_the_rhythm(self):
        patrol = self._make_patrol()
        with self.assertRaises(AccessError):
            patrol.with_user(self.user_inspector).action_skip()
        action = patrol.with_user(self.user_officer).action_skip()
        self.env["qms.check.reason"].with_user(self.user_officer).with_context(**action["context"]).create(
            {"reason": "On leave all month"}).action_confirm()
        self.assertEqual((patrol.state, patrol.skip_reason, patrol.settled_on), ("skipped", "On leave all month", patrol.due_date))
        with self.assertRaises(UserError):
            patrol.with_user(self.user_officer).action_start()

    def test_overdue_patrols_are_found(self):
        patrol = self._make_patrol()
        self.env.cr.execute("UPDATE qms_patrol SET due_date = %s WHERE id = %s", [self.today - timedelta(days=1), patrol.id])
        self.env.invalidate_all()
        self.assertTrue(patrol.is_overdue)
        self.assertIn(patrol, self.env["qms.patrol"].search([("is_overdue", "=", True)]))
        self.assertNotIn(patrol, self.env["qms.patrol"].search([("is_overdue", "=", False)]))

    def test_figure_is_the_share_of_patrols_without_a_failed_point(self):
        first = self._start(self._make_patrol())
        first.action_pass_open()
        first.action_validate()
        rows = self.env["repair.figure"]._read_figure("patrol_passed", self.company, self.today, self.today)
        self.assertEqual(rows, {first.id: 1})
        self.assertFalse(self.env["repair.figure"]._read_figure("patrol_passed", self.company, date(2019, 1, 1), date(2019, 1, 31)))

    def test_database_holds_one_open_patrol_of_a_technician(self):
        patrol = self._make_patrol()
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.UniqueViolation):
            self.env["qms.patrol"].create({
                "rule_id": patrol.rule_id.id, "technician_id": patrol.technician_id.id, "due_date": self.today})

    @users("test_inspector", "test_officer", "test_quality_manager", "test_manager")
    def test_nobody_makes_or_deletes_patrols_by_hand(self):
        patrol = self._make_patrol().with_env(self.env)
        with self.assertRaises(AccessError):
            self.env["qms.patrol"].create({"rule_id": self.rule.id, "technician_id": self.employee_technician.id, "due_date": self.today})
        with self.assertRaises(UserError):
            patrol.unlink()
