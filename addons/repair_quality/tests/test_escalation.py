from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from .common import RepairQualityCommon

ACTIVITY = "repair_quality.mail_activity_type_escalation"


@tagged("post_install", "-at_install")
class TestEscalation(RepairQualityCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = new_test_user(cls.env, "test_boss", "base.group_user")
        manager = cls.env["hr.employee"].create({"name": "Boss", "user_id": cls.boss.id})
        cls.env["hr.employee"].create({"name": "Worker", "user_id": cls.user_employee.id, "parent_id": manager.id})
        cls.record = cls._make_nonconformity()

    def _late(self, days):
        return self._plan_action(self.record, deadline=self.today - timedelta(days=days))

    def test_the_owners_manager_is_told_once_and_may_read_it(self):
        late, fresh = self._late(3), self._late(2)
        for _day in range(2):
            self.env["qms.escalation.rule"]._escalate()
        self.assertEqual(late.activity_search([ACTIVITY]).user_id, self.boss)
        self.assertEqual(len(late.activity_search([ACTIVITY])), 1)
        self.assertFalse(fresh.activity_search([ACTIVITY]))
        late.with_user(self.boss).read(["name", "days_late"])
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            fresh.with_user(self.boss).read(["name"])

    def test_a_moved_deadline_is_escalated_anew(self):
        late = self._late(10)
        self.env["qms.escalation.rule"]._escalate()
        late.deadline = self.today - timedelta(days=4)
        self.env["qms.escalation.rule"]._escalate()
        self.assertEqual(len(late.activity_search([ACTIVITY])), 2)

    def test_rules_are_data(self):
        self.env["qms.escalation.rule"].search([]).active = False
        self.env["qms.escalation.rule"].create({"name": "At once", "days": 1, "notify": "user", "user_id": self.user_desk.id})
        late = self._late(1)
        self.env["qms.escalation.rule"]._escalate()
        self.assertEqual(late.activity_search([ACTIVITY]).user_id, self.user_desk)

    def test_a_critical_nonconformity_goes_to_the_quality_manager_the_next_day(self):
        values = {"detected_on": self.today - timedelta(days=9), "due_date": self.today - timedelta(days=1)}
        critical, minor = self._make_nonconformity(severity="critical", **values), self._make_nonconformity(**values)
        self.env["qms.escalation.rule"]._escalate()
        self.assertEqual(critical.activity_search([ACTIVITY]).user_id, self.env["qms.nonconformity"]._get_default_owner())
        self.assertFalse(minor.activity_search([ACTIVITY]))

    def test_an_overdue_project_is_escalated_whatever_the_severity_of_the_rule(self):
        self.env.ref("repair_quality.escalation_rule_improvement").severity = "critical"
        late = self.env["qms.improvement"].create({
            "name": "Late", "owner_id": self.user_employee.id, "figure": "nps", "date_due": self.today - timedelta(days=7)})
        self.assertIn(late, self.env["qms.improvement"].search([("is_overdue", "=", True)]))
        self.env["qms.escalation.rule"]._escalate()
        self.assertEqual(late.activity_search([ACTIVITY]).user_id, self.boss)
        late.with_user(self.boss).read(["name"])
        self.assertEqual(
            self.env["qms.escalation"].search([("res_model", "=", "qms.improvement")]).action_open_record()["res_id"], late.id)

    def test_who_has_left_is_not_told(self):
        self.boss.active = False
        late = self._late(5)
        self.env["qms.escalation.rule"]._escalate()
        self.assertEqual(late.activity_search([ACTIVITY]).user_id, self.env["qms.nonconformity"]._get_default_owner())

    def test_the_daily_job_reckons_by_the_calendar_of_the_company(self):
        """23:00 UTC on 4 June is 5 June in Shanghai: what was due on 2 June is three days overdue."""
        self.env.company.partner_id.tz = "Asia/Shanghai"
        with freeze_time("2027-06-04 23:00:00"):
            late = self._plan_action(self.record, deadline="2027-06-02")
            job = self.env.ref("repair_quality.ir_cron_quality_day")
            job.ir_actions_server_id.with_user(job.user_id).with_context(tz=False).run()
        self.assertTrue(late.activity_search([ACTIVITY]))

    def test_the_log_is_nobodys(self):
        self._late(5)
        self.env["qms.escalation.rule"]._escalate()
        row = self.env["qms.escalation"].search([], limit=1)
        for call in (lambda: row.with_user(self.user_quality_manager).write({"due_on": "2020-01-01"}),
                     lambda: row.with_user(self.user_quality_manager).unlink(), row.unlink):
            with self.assertRaises(UserError), mute_logger("odoo.addons.base.models.ir_model"):
                call()
        self.assertEqual(row.with_user(self.user_quality_manager).action_open_record()["res_id"], row.res_id)


@tagged("post_install", "-at_install")
class TestRecurrence(RepairQualityCommon):
    """The same class of cause in the same family within the company's days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.qms_recurrence_days = 30
        cls.causes = cls.env["repair.complaint.cause"].search([], limit=2)

    def _found(self, days_ago, cause=None, family=None, **values):
        return self._make_nonconformity(
            detected_on=self.today - timedelta(days=days_ago), cause_id=(cause or self.causes[0]).id,
            appliance_category_id=(family or self.category).id, **values)

    def test_same_cause_and_family_within_the_days_is_counted(self):
        other = self.env["repair.appliance.category"].create({"name": "Ovens"})
        self._found(31)
        first, second = self._found(30), self._found(10)
        self._found(5, cause=self.causes[1])
        self._found(5, family=other)
        last = self._found(0)
        self.assertEqual([record.recurrence_count for record in (first, second, last)], [1, 2, 2])
        self.assertTrue(last.is_recurring)
        self.assertEqual(self.env["qms.nonconformity"].search(last.action_view_recurrence()["domain"]), first | second)

    def test_what_was_not_justified_does_not_count(self):
        dropped = self._found(3).with_user(self.user_officer)
        dropped.action_cancel("Twice")
        self.assertFalse(self._found(0).is_recurring)

    def test_counting_costs_the_same_however_many_there_are(self):
        counts = []
        for _round in range(2):
            records = self.env["qms.nonconformity"].concat(*(self._found(1) for _number in range(5)))
            self.env.flush_all()
            self.env.invalidate_all()
            records.mapped("detected_on")
            self.company.sudo().qms_recurrence_days  # noqa: B018 - read before, as in any request
            start = self.env.cr.sql_log_count
            records._compute_recurrence_count()
            counts.append(self.env.cr.sql_log_count - start)
        self.assertLessEqual(counts[1], counts[0])
