from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_complaint import ComplaintCommon

NOW = datetime(2028, 1, 3, 18)  # two in the morning of a Tuesday in Shanghai


@tagged("post_install", "-at_install")
class TestRecheck(ComplaintCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time("2028-01-01 02:00:00"):
            cls.order = cls._to_stage(cls._create_order(appliance_id=cls._create_appliance().id), "accepted")
        cls.followup = cls.order.followup_ids

    def _answer(self, **values):
        with freeze_time(NOW):
            self.followup.with_user(self.user_desk).write({"score": "5", "is_solved": "yes", **values})
            self.followup.with_user(self.user_desk).action_done()
        return self.followup.complaint_id

    def _get_recheck(self):
        return self.env["repair.recheck"].search([("origin_id", "=", self.order.id)])

    def test_content_customers_open_nothing(self):
        self.assertFalse(self._answer(score="3", conduct="3", nps="0"))
        self.assertFalse(self._get_recheck())

    def test_not_solved_opens_complaint_and_recheck_within_24_hours_by_the_clock(self):
        complaint = self._answer(is_solved="no", comment="Still warm")
        recheck = self._get_recheck()
        self.assertRecordValues(complaint, [{
            "channel": "followup", "repair_id": self.order.id, "followup_id": self.followup.id,
            "technician_id": self.employee_technician.id}])
        self.assertIn("Still warm", complaint.description)
        self.assertRecordValues(recheck, [{
            "complaint_id": complaint.id, "asked_on": NOW, "due_by": NOW + timedelta(hours=24), "state": "todo"}])

    def test_a_score_below_the_threshold_does_too(self):
        self.assertTrue(self._answer(score="2"))
        self.assertTrue(self._get_recheck())

    def test_the_threshold_is_the_rules(self):
        self.followup.rule_id.threshold = 2
        self.assertFalse(self._answer(score="2"))

    def test_bad_conduct_is_a_complaint_but_nothing_to_look_at(self):
        self.assertTrue(self._answer(conduct="1"))
        self.assertFalse(self._get_recheck())

    def test_the_new_order_is_urgent_free_and_linked_to_the_old_one(self):
        self._answer(is_solved="no")
        order = self._get_recheck().repair_id
        self.assertRecordValues(order, [{
            "appliance_id": self.order.appliance_id.id, "symptom_id": self.symptom.id, "priority": "1", "service_stage": "requested",
            "coverage": "repair_warranty", "origin_repair_id": self.order.id, "requested_on": NOW, "is_recheck": True,
            "recheck_due": NOW + timedelta(hours=24), "visit_promised_by": NOW + timedelta(hours=24)}])
        self.assertTrue(order._is_urgent())

    def test_it_is_first_in_line_for_a_visit(self):
        with freeze_time(NOW):
            urgent = self._create_order(priority="1", appliance_id=self._create_appliance().id)
        self._answer(is_solved="no")
        view = self.env.ref("repair_service.repair_order_view_list_dispatch")
        order = self.env["repair.order"].get_view(view.id, "list")["arch"].split('default_order="')[1].split('"')[0]
        orders = self.env["repair.order"].search([("id", "in", (urgent | self._get_recheck().repair_id).ids)], order=order)
        self.assertEqual(orders[0], self._get_recheck().repair_id)
        self.assertLess(urgent.visit_promised_by, orders[0].visit_promised_by)

    def test_one_repair_waits_for_one_recheck(self):
        complaint = self._answer(is_solved="no")
        complaint.action_acknowledge()
        self.assertEqual(complaint.action_recheck()["res_id"], self._get_recheck().id)
        self.assertEqual(len(self._get_recheck()), 1)

    def test_only_an_accepted_repair_is_rechecked(self):
        complaint = self._complain(repair_id=self._create_order().id)
        complaint.action_acknowledge()
        with self.assertRaises(UserError):
            complaint.action_recheck()

    def _get_tasks(self):
        recheck = self._get_recheck()
        recheck.invalidate_recordset(["activity_ids"])
        return recheck.activity_ids

    def test_it_is_escalated_before_it_is_late_and_when_it_is(self):
        self._answer(is_solved="no").team_id = self.team
        model = self.env["repair.recheck"]
        with freeze_time(NOW + timedelta(hours=15, minutes=59)):
            model._cron_escalate()
        self.assertFalse(self._get_tasks())
        with freeze_time(NOW + timedelta(hours=16)):
            model._cron_escalate()
            model._cron_escalate()
        self.assertEqual([(task.summary, task.user_id) for task in self._get_tasks()], [
            ("Recheck is due, nobody is on the way", self.user_head)])
        with freeze_time(NOW + timedelta(hours=24, minutes=1)):
            model._cron_escalate()
            model._cron_escalate()
            self.assertTrue(self._get_recheck().is_late)
        self.assertEqual(self._get_tasks().mapped("summary").count("Recheck is late"), 1)

    def test_the_hours_before_are_data(self):
        self._answer(is_solved="no")
        self.env.ref("repair_service.sla_policy_recheck").warn_hours = 20
        with freeze_time(NOW + timedelta(hours=4)):
            self.env["repair.recheck"]._cron_escalate()
        self.assertTrue(self._get_tasks())

    def test_with_a_visit_in_time_nobody_is_alarmed(self):
        self._answer(is_solved="no")
        with freeze_time(NOW + timedelta(hours=1)):
            self._book(self._get_recheck().repair_id, start=NOW + timedelta(hours=20))
        with freeze_time(NOW + timedelta(hours=17)):
            self.env["repair.recheck"]._cron_escalate()
        self.assertFalse(self._get_tasks())

    def test_arrival_counts_and_the_outcome_names_who_answers_for_it(self):
        complaint = self._answer(is_solved="no")
        recheck = self._get_recheck()
        with freeze_time(NOW + timedelta(hours=1)):
            visit = self._book(recheck.repair_id, start=NOW + timedelta(hours=20))
        with freeze_time(NOW + timedelta(hours=21)):
            visit.action_arrive()
            self.assertRecordValues(recheck, [{"checked_on": NOW + timedelta(hours=21), "in_time": "yes"}])
            desk = recheck.with_user(self.user_desk)
            with self.assertRaises(UserError):
                desk.action_done()
            desk.write({"outcome": "fixed", "liable": "technician"})
            with self.assertRaises(UserError):
                desk.action_done()
            desk.liable_employee_id = self.employee_technician
            complaint.action_acknowledge()
            complaint.action_investigate()
            self._to_proposed(complaint)
            complaint.action_agree()
            complaint.measures = "x"
            with self.assertRaises(UserError):  # the recheck is open
                complaint.action_resolve()
            desk.action_done()
            complaint.action_resolve()
        self.assertEqual((recheck.state, recheck.repair_id.is_recheck), ("done", False))
        with self.assertRaises(UserError):
            desk.outcome = "no_fault"

    def test_late_is_late(self):
        self._answer(is_solved="no")
        recheck = self._get_recheck()
        recheck.write({"outcome": "no_fault", "liable": "nobody"})
        with freeze_time(NOW + timedelta(hours=25)):
            recheck.action_done()
        self.assertEqual((recheck.in_time, recheck.checked_on), ("no", NOW + timedelta(hours=25)))

    def test_giving_up_needs_a_word(self):
        self._answer(is_solved="no")
        recheck = self._get_recheck()
        with self.assertRaises(UserError):
            recheck.action_cancel()
        recheck.note = "The customer solved it himself"
        recheck.action_cancel()
        self.assertEqual(recheck.state, "cancelled")

    def test_nobody_makes_or_moves_a_recheck_by_hand(self):
        self._answer(is_solved="no")
        recheck = self._get_recheck()
        with self.assertRaises(UserError):
            self.env["repair.recheck"].create({"origin_id": self.order.id, "repair_id": self.order.id, "asked_on": NOW, "due_by": NOW})
        for name, value in (("due_by", "2099-01-01 00:00:00"), ("state", "done"), ("in_time", "yes"), ("asked_on", "2099-01-01 00:00:00")):
            with self.subTest(name), self.assertRaises(UserError):
                recheck.with_user(self.user_manager).write({name: value})
        with self.assertRaises(UserError):
            recheck.with_user(self.user_manager).unlink()

    def test_roles(self):
        self._answer(is_solved="no")
        recheck = self._get_recheck()
        self.assertTrue(recheck.with_user(self.user_inspector).display_name)
        for user in (self.user_technician, self.user_plain, self.user_portal):
            with self.subTest(user.login), self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule", "odoo.models"):
                recheck.with_user(user).read(["note"])
        for user in (self.user_inspector, self.user_accountant):
            with self.subTest(user.login), self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule", "odoo.models"):
                recheck.with_user(user).write({"note": "x"})

    def test_first_time_fix_falls_with_the_recheck(self):
        self._answer(is_solved="no")
        self.assertEqual(self.order.first_time_fix, "no")
