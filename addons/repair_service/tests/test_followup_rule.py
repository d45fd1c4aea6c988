from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import RepairServiceCommon


@tagged("post_install", "-at_install")
class TestFollowupRule(RepairServiceCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})
        cls.rules = cls.env["repair.followup.rule"]
        cls.rules.search([]).active = False
        if not cls.company.chart_template:
            cls.env["account.chart.template"].try_loading("cn", cls.company, install_demo=False)

    def _rule(self, **values):
        return self.rules.create({"name": "Rule", "kind": "callback", "channel": "phone", "days": 7, **values})

    def _accept(self, **values):
        return self._to_stage(self._create_order(appliance_id=self._create_appliance(**values).id), "accepted")

    def test_a_rule_plans_so_many_days_after_its_event(self):
        rule = self._rule()
        with freeze_time("2028-01-03 15:59:00"):  # 23:59 on the customer's clock
            order = self._accept()
        self.assertEqual(order.followup_ids.mapped(lambda one: (one.kind, one.channel, one.due, one.rule_id)), [
            ("callback", "phone", fields.Date.to_date("2028-01-10"), rule)])
        self.assertFalse(order.followup_ids.user_id)

    def test_families_below_count_others_do_not(self):
        above = self.env["repair.appliance.category"].create({"name": "Above"})
        other = self.env["repair.appliance.category"].create({"name": "Other", "labour_product_ids": self.category.labour_product_ids.ids,
                                                                  "inspection_template_id": self.template.id})
        self.category.parent_id = above
        self._rule(category_ids=[(6, 0, above.ids)])
        self.assertEqual(len(self._accept().followup_ids), 1)
        self.assertFalse(self._accept(category_id=other.id).followup_ids)

    def test_the_payer_and_the_company_have_to_fit(self):
        self._rule(coverage="warranty")
        self._rule(company_id=self.env["res.company"].create({"name": "Other"}).id)
        fitting = self._rule(coverage="customer")
        self.assertEqual(self._accept().followup_ids.rule_id, fitting)

    def test_the_sample_comes_out_the_same_at_every_look(self):
        rule = self._rule(sample_percent=50.0)
        orders = [self._create_order() for _time in range(30)]
        drawn = [rule._is_fitting(order) for order in orders]
        self.assertEqual(drawn, [rule._is_fitting(order) for order in orders])
        self.assertTrue(5 <= sum(drawn) <= 25, sum(drawn))
        rule.sample_percent = 0.0
        self.assertFalse(any(rule._is_fitting(order) for order in orders))

    def test_a_rule_plans_once_an_order(self):
        self._rule()
        order = self._accept()
        order._plan_followups("accepted", fields.Date.today())
        self.assertEqual(len(order.followup_ids), 1)

    def test_what_counts_from_the_closing_waits_for_it_and_the_customer_gets_his_record(self):
        rule = self._rule(event="closed", days=30, kind="return_visit")
        order = self._accept()
        self.assertFalse(order.followup_ids)
        order.with_user(self.user_accountant).action_create_invoice()
        order.with_user(self.user_accountant).action_post_invoice()
        order.with_user(self.user_desk).action_close()
        self.assertEqual((order.followup_ids.rule_id, order.followup_ids.kind), (rule, "return_visit"))
        texts = self.env["sms.sms"].search([("body", "like", f"%{order.name} is finished%")])
        self.assertEqual(len(texts), 1)

    def test_only_satisfaction_is_asked_by_link(self):
        with self.assertRaises(ValidationError):
            self._rule(channel="link")

    def test_rules_are_the_managers(self):
        rule = self._rule()
        with self.assertRaises(AccessError):
            rule.with_user(self.user_desk).days = 1
        rule.with_user(self.user_manager).days = 1
        self.assertTrue(rule.with_user(self.user_technician).script is False)

    def test_a_call_needs_the_answer_whether_it_is_solved(self):
        self._rule()
        call = self._accept().followup_ids.with_user(self.user_desk)
        with self.assertRaises(UserError):
            call.action_done()
        call.is_solved = "yes"
        call.action_done()
        self.assertRecordValues(call, [{"state": "done", "answered_by": "desk", "complaint_id": False}])

    def test_done_opens_the_next_call(self):
        self._rule(days=0)
        first, second = (self._accept().followup_ids.with_user(self.user_desk) for _time in range(2))
        first.is_solved = "yes"
        self.assertEqual(first.action_done_next()["res_id"], second.id)

    def test_who_is_not_reached_is_called_tomorrow_and_let_be_after_the_last_call(self):
        self._rule(max_attempts=2)
        call = self._accept().followup_ids.with_user(self.user_desk)
        call.action_not_reached()
        tomorrow = fields.Date.add(fields.Date.context_today(call), days=1)
        self.assertRecordValues(call, [{"state": "todo", "attempts": 1, "due": tomorrow}])
        call.action_not_reached()
        self.assertRecordValues(call, [{"state": "unreached", "attempts": 2}])
        with self.assertRaises(UserError):
            call.action_not_reached()

    def test_technicians_do_not_answer_for_the_customer(self):
        self._rule()
        call = self._accept().followup_ids.with_user(self.user_technician)
        for step in ("action_not_reached", "action_cancel"):
            with self.subTest(step), self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
                getattr(call, step)()

    def _make_links(self, number):
        rule = self._rule(kind="satisfaction", channel="link", days=0, chase_days=2)
        orders = [self._accept() for _time in range(number)]
        return rule, self.env["repair.followup"].search([("rule_id", "=", rule.id), ("repair_id", "in", [order.id for order in orders])])

    def test_links_go_out_once_at_decent_hours_and_unanswered_ones_to_the_calls(self):
        _rule, followups = self._make_links(1)
        model = self.env["repair.followup"]
        with freeze_time("2030-03-01 20:00:00"):  # four in the morning there
            model._cron_send_links()
        self.assertFalse(followups.sent_on)
        with freeze_time("2030-03-02 02:00:00"):
            model._cron_send_links()
            model._cron_send_links()
        self.assertTrue(followups.sent_on)
        texts = self.env["sms.sms"].search([("body", "like", f"%{followups.repair_id.name}%"), ("body", "like", "%/s")])
        self.assertEqual(len(texts), 1)
        with freeze_time("2030-03-04 01:59:00"):
            model._cron_send_links()
        self.assertEqual(followups.channel, "link")
        with freeze_time("2030-03-04 02:00:00"):
            model._cron_send_links()
        self.assertRecordValues(followups, [{"channel": "phone", "state": "todo", "due": fields.Date.to_date("2030-03-04")}])

    def test_who_has_neither_mail_nor_phone_is_called(self):
        self.partner.write({"email": False, "phone": False})
        _rule, followups = self._make_links(1)
        with freeze_time("2030-03-02 02:00:00"):
            self.env["repair.followup"]._cron_send_links()
        self.assertRecordValues(followups, [{"channel": "phone", "sent_on": False}])

    def test_the_worklist_costs_the_same_for_ten_and_for_a_hundred(self):
        self._rule()
        order, counts = self._accept(), {}
        names = [
            "due", "kind", "channel", "partner_id", "partner_phone", "repair_id", "technician_id", "user_id", "score", "state", "is_late"]
        for number in (10, 100):
            self.env["repair.followup"].create([
                {"repair_id": order.id, "kind": "callback", "due": fields.Date.today() + timedelta(days=index)} for index in range(number)])
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.env["repair.followup"].with_user(self.user_desk).search_read([], names, limit=number)
            counts[number] = self.env.cr.sql_log_count - start
        self.assertLessEqual(counts[100], counts[10])
