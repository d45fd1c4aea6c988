from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged, users

from .common import RepairServiceCommon


@tagged("post_install", "-at_install")
class TestFollowup(RepairServiceCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.followup = cls._to_stage(cls._create_order(), "accepted").followup_ids

    def test_satisfaction_needs_a_score(self):
        with self.assertRaises(UserError):
            self.followup.action_done()
        self.followup.score = "5"
        self.followup.action_done()
        self.assertEqual(self.followup.state, "done")

    def test_answer_stays_as_it_is(self):
        self.followup.score = "2"
        self.followup.action_done()
        with self.assertRaises(UserError):
            self.followup.score = "5"
        with self.assertRaises(UserError):
            self.followup.action_cancel()

    def test_state_cannot_be_written(self):
        with self.assertRaises(UserError):
            self.followup.state = "done"

    def test_late_from_the_day_after(self):
        with freeze_time(self.followup.due):
            self.followup.invalidate_recordset(["is_late"])
            self.assertFalse(self.followup.is_late)
        with freeze_time(self.followup.due + timedelta(days=1)):
            self.followup.invalidate_recordset(["is_late"])
            self.assertTrue(self.followup.is_late)

    @users("test_technician")
    def test_technician_cannot_answer_for_the_customer(self):
        with self.assertRaises(AccessError):
            self.followup.with_env(self.env).score = "5"

    def test_a_return_visit_is_booked_from_the_call(self):
        """One order, free of charge, without a symptom: it is no fault that came again. The second click opens the same one."""
        repair = self.followup.repair_id
        followup = self.env["repair.followup"].create({"repair_id": repair.id, "kind": "return_visit", "due": fields.Date.today()})
        action = followup.with_user(self.user_desk).action_book_visit()
        order = followup.visit_order_id
        self.assertEqual(action["res_model"], "repair.booking")
        self.assertRecordValues(order, [{
            "appliance_id": repair.appliance_id.id, "partner_id": repair.partner_id.id, "coverage": "goodwill",
            "symptom_id": False, "service_type": "onsite"}])
        followup.with_user(self.user_desk).action_book_visit()
        self.assertEqual(followup.visit_order_id, order)
        for user in self.user_technician | self.user_inspector:
            with self.assertRaises(AccessError):
                followup.with_user(user).action_book_visit()
        with self.assertRaises(UserError):
            followup.with_user(self.user_manager).write({"visit_order_id": repair.id})

    def test_nobody_comes_to_ask_for_satisfaction(self):
        followup = self.env["repair.followup"].create({
            "repair_id": self.followup.repair_id.id, "kind": "satisfaction", "due": fields.Date.today()})
        with self.assertRaises(UserError):
            followup.action_book_visit()
