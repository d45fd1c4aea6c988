from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import RepairQualityCommon

DECIDE = "repair_quality.mail_activity_type_decision"


@tagged("post_install", "-at_install")
class TestTargetsByPeriod(RepairQualityCommon):
    """March 2019: three of six visits on time, so 50 %."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_march()
        cls.objective = cls.env["qms.objective"].create({
            "name": "On time", "figure": "on_time", "target": 95, "tolerance": 5, "company_id": cls.company.id, "period_days": 31,
            "owner_id": cls.user_desk.id})

    def _target(self, first, last, target, **values):
        with freeze_time(f"{date.fromisoformat(first) - timedelta(days=1)} 04:00:00"):
            return self.env["qms.objective.target"].create({
                "objective_id": self.objective.id, "date_from": first, "date_to": last, "target": target, **values})

    def _store(self, day="2019-04-02 04:00:00"):
        with freeze_time(day):
            self.objective._take_own_snapshots()
        return self.objective.value_ids.filtered(lambda row: row.period_start == date(2019, 3, 1))

    def test_the_target_of_the_period_judges_its_months(self):
        self._target("2019-01-01", "2019-12-31", 50)
        march = self._store()
        self.assertEqual((march.value, march.target, march.light, march.decision_state), (50, 50, "green", "none"))
        with freeze_time("2019-03-31 04:00:00"):
            self.objective.invalidate_recordset()
            self.assertEqual((self.objective.live_target, self.objective.light), (50, "green"))
        with freeze_time("2020-01-05 04:00:00"):
            self.objective.invalidate_recordset()
            self.assertEqual(self.objective.live_target, 95, "outside the period the standing target holds")

    def test_the_target_of_a_period_is_not_lowered_after_the_fact(self):
        period = self._target("2019-03-01", "2019-03-31", 90)
        with freeze_time("2019-04-01 04:00:00"):
            for call in (lambda: period.write({"target": 40}), period.unlink, lambda: period.write({"date_to": "2019-03-15"}),
                         lambda: period.write({"date_from": "2019-05-01"})):
                with self.assertRaises(UserError):
                    call()
            with self.assertRaisesRegex(UserError, "before its period"):
                self.env["qms.objective.target"].create({
                    "objective_id": self.objective.id, "date_from": "2019-02-01", "date_to": "2019-02-28", "target": 1})
        self.assertEqual(self._store().light, "red")

    def test_nobody_waits_how_a_month_ends_and_sets_its_target_then(self):
        """Seen on 30 March: no target for March, none shortened or deleted that holds in March; April's is still open."""
        self.env.cr.execute("UPDATE qms_objective SET create_date = '2019-01-05' WHERE id = %s", [self.objective.id])
        self.objective.invalidate_recordset()
        with freeze_time("2019-02-20 04:00:00"):
            period = self.env["qms.objective.target"].create({
                "objective_id": self.objective.id, "date_from": "2019-03-01", "date_to": "2019-12-31", "target": 90})
        with freeze_time("2019-03-30 04:00:00"):
            for call in (
                lambda: self.env["qms.objective.target"].create({
                    "objective_id": self.objective.id, "date_from": "2019-01-01", "date_to": "2019-02-28", "target": 10}),
                lambda: period.write({"target": 10}), lambda: period.write({"date_to": "2019-03-30"}), period.unlink,
                lambda: self.objective.write({"target_ids": [(2, period.id)]}),
            ):
                with self.assertRaises(UserError), self.cr.savepoint():
                    call()
            period.date_to = "2019-03-31"
            self._target_now("2019-04-01", "2019-04-30", 50)
            with self.assertRaisesRegex(UserError, "2019-04-01"):
                self._target_now("2018-03-01", "2018-03-31", 10)
        self.assertEqual(self.objective._get_target(date(2019, 3, 31))[0], 90)
        self.assertEqual(self.objective._get_target(date(2019, 4, 30))[0], 50)

    def test_a_month_ends_at_midnight_of_the_company(self):
        """Set on 1 April, 00:30 in Shanghai, which is 31 March in London: April is its first month and open."""
        self.env.cr.execute("UPDATE qms_objective SET create_date = '2019-03-31 16:30:00' WHERE id = %s", [self.objective.id])
        self.objective.invalidate_recordset()
        with freeze_time("2019-03-31 16:40:00"):
            self.assertEqual(self.objective._get_first_open_day(), date(2019, 4, 1))

    def _target_now(self, first, last, target):
        return self.env["qms.objective.target"].create({
            "objective_id": self.objective.id, "date_from": first, "date_to": last, "target": target})

    def test_another_standing_target_holds_from_the_next_month_on(self):
        """Set to 40 on 1 April, when March is known to be bad: March and April keep their 95, May has 40."""
        self.env.cr.execute("UPDATE qms_objective SET create_date = '2019-01-05' WHERE id = %s", [self.objective.id])
        self.objective.invalidate_recordset()
        with freeze_time("2019-04-01 04:00:00"):
            self.objective.with_user(self.user_quality_manager).target = 40
        march = self._store()
        self.assertEqual((march.target, march.light), (95, "red"))
        self.assertEqual(self.objective._get_target(date(2019, 4, 30)), (95, 5))
        self.assertEqual(self.objective._get_target(date(2019, 5, 1)), (40, 5))

    def test_periods_do_not_overlap_and_rates_end_at_100(self):
        self._target("2030-01-01", "2030-06-30", 90)
        for first, last, target in (("2030-06-30", "2030-12-31", 90), ("2031-01-01", "2031-12-31", 101)):
            with self.assertRaises(ValidationError):
                self._target(first, last, target)

    def test_an_objective_with_a_history_is_neither_deleted_nor_turned_into_another(self):
        self._store()
        objective = self.objective.with_user(self.user_quality_manager)
        for call in (objective.unlink, lambda: objective.write({"figure": "csat"}), self.objective.value_ids.unlink):
            with self.assertRaises(UserError):
                call()
        objective.write({"figure": "on_time", "name": "Still on time"})

    def test_the_trend_compares_the_newest_months(self):
        self._store()
        self.assertFalse(self.objective.trend, "one month is no trend")
        values = self.env["qms.objective.value"].sudo()
        newer = {"objective_id": self.objective.id, "period_start": "2019-04-01", "period_end": "2019-04-30", "denominator": 4}
        april = values.create({**newer, "value": 75})
        self.assertEqual(self.objective.trend, "better")
        april.value = 25
        self.assertEqual(self.objective.trend, "worse")
        self.assertIn("2019-04", self.objective.trend_graph)

    def test_a_missed_month_demands_a_decision_with_owner_and_day(self):
        march = self._store()
        self.assertEqual((march.light, march.decision_state, self.objective.missing_decision_count), ("red", "missing", 1))
        self.assertEqual(self.objective.activity_search([DECIDE]).user_id, self.user_desk)
        action = march.with_user(self.user_desk).action_decide()
        decision = self.env["qms.action"].with_user(self.user_desk).with_context(**action["context"]).create({
            "name": "A second dispatcher from seven", "owner_id": self.user_employee.id, "deadline": self.today + timedelta(days=14)})
        self.assertEqual((decision.kind, march.decision_state), ("decision", "open"))
        self.assertFalse(self.objective.activity_search([DECIDE]))
        self.objective.invalidate_recordset()
        self.assertEqual((self.objective.missing_decision_count, self.objective.open_decision_count), (0, 1))
        own = decision.with_user(self.user_employee)
        own.result = "Starts on Monday"
        own.action_done()
        self.assertEqual((march.decision_state, decision.state), ("done", "done"))
        with self.assertRaises(UserError):
            decision.with_user(self.user_officer).action_drop()

    def _store_red(self, *months):
        return self.env["qms.objective.value"].sudo().create([
            {"objective_id": self.objective.id, "period_start": f"2019-{month:02}-01", "period_end": f"2019-{month:02}-28", "light": "red",
             "denominator": 4} for month in months])

    def _decide(self, value):
        return self.env["qms.action"].with_user(self.user_officer).create({
            "name": "x", "kind": "decision", "objective_value_id": value.id, "deadline": self.today, "owner_id": self.user_employee.id})

    def test_one_activity_stays_until_every_missed_month_has_its_decision(self):
        values = self._store_red(3, 4, 5)
        values._ask_decisions()
        activity = self.objective.activity_search([DECIDE])
        self.assertEqual((len(activity), activity.user_id), (1, self.user_desk))
        for text in ("2019-03", "2019-04", "2019-05"):
            self.assertIn(text, activity.summary)
        self._decide(values[0])
        self.assertEqual(self.objective.activity_search([DECIDE]), activity, "two months wait still")
        self.assertNotIn("2019-03", activity.summary)
        for value in values[1:]:
            self._decide(value)
        self.assertFalse(self.objective.activity_search([DECIDE]))

    def test_a_month_whose_decision_is_dropped_asks_for_another(self):
        [value] = self._store_red(3)
        decision = self._decide(value)
        self.assertFalse(self.objective.activity_search([DECIDE]))
        decision.action_drop("The dispatcher stays")
        self.assertEqual(value.decision_state, "missing")
        self.assertEqual(self.objective.activity_search([DECIDE]).user_id, self.user_desk)

    def test_a_month_is_stored_the_day_its_figures_are_final(self):
        """First-time fix waits 30 days: March is final on 1 May, when its last jobs' days are over, not a month later."""
        objective = self.env["qms.objective"].create({
            "name": "First time", "figure": "first_time_fix", "target": 85, "company_id": self.company.id})
        for day, stored in (("2019-04-30", 0), ("2019-05-01", 1)):
            with freeze_time(f"{day} 04:00:00"):
                self.env["qms.objective"]._run_daily()
            self.assertEqual(len(objective.value_ids.filtered(lambda row: row.period_start == date(2019, 3, 1))), stored, day)

    def test_the_owner_is_told_once_when_a_light_turns_red(self):
        red = "repair_quality.mail_activity_type_red"
        with freeze_time("2019-03-31 04:00:00"):
            for _day in range(2):
                self.env["qms.objective"]._run_daily()
            activity = self.objective.activity_search([red])
            self.assertEqual((len(activity), activity.user_id, self.objective.red_since), (1, self.user_desk, date(2019, 3, 31)))
            self.assertIn("50.0 %", activity.summary)
            self.assertIn(self.user_desk.partner_id, self.env["mail.mail"].sudo().search([]).mapped("recipient_ids"), "by mail, too")
            with self.assertRaises(UserError):
                self.objective.with_user(self.user_quality_manager).write({"red_since": False})
            self.objective.target_ids.sudo()._flow_create([{
                "objective_id": self.objective.id, "date_from": "2019-03-01", "date_to": "2019-03-31", "target": 50}])
            self.objective.invalidate_recordset()
            self.objective._watch_light()
        self.assertFalse(self.objective.activity_search([red]) or self.objective.red_since)

    def test_others_do_not_decide_and_a_month_reached_needs_nothing(self):
        march = self._store()
        vals = {"name": "x", "deadline": self.today, "objective_value_id": march.id, "kind": "decision"}
        for user in (self.user_employee, self.user_technician, self.user_manager):
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
                self.env["qms.action"].with_user(user).create({**vals, "owner_id": user.id})
        good = self.env["qms.objective.value"].sudo().create({
            "objective_id": self.objective.id, "period_start": "2019-05-01", "period_end": "2019-05-31", "light": "green"})
        with self.assertRaisesRegex(UserError, "did not miss"):
            good.with_user(self.user_officer).action_decide()
        with self.assertRaises(UserError):
            self.env["qms.action"].with_user(self.user_officer).create({**vals, "objective_value_id": good.id})

    def test_the_owner_reads_his_objective_and_no_other(self):
        other = self.env["qms.objective"].create({"name": "Other", "figure": "csat", "target": 90, "company_id": self.company.id})
        seen = self.env["qms.objective"].with_user(self.user_desk).search([])
        self.assertIn(self.objective, seen)
        self.assertNotIn(other, seen)
        self.assertTrue(self.objective.with_user(self.user_desk).read(["value", "trend", "live_target", "missing_decision_count"]))
        for call in (lambda: self.objective.with_user(self.user_desk).write({"target": 1}),
                     lambda: self._target("2040-01-01", "2040-12-31", 1).with_user(self.user_desk).unlink()):
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
                call()

    def test_an_action_belongs_somewhere(self):
        with self.assertRaisesRegex(UserError, "belongs to"):
            self.env["qms.action"].create({"name": "x", "deadline": self.today})
