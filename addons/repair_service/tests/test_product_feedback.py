from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..models.repair_flow import FLOW
from .common import RepairServiceCommon


@tagged("post_install", "-at_install")
class TestProductFeedback(RepairServiceCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.maker = cls.env["res.partner"].create({"name": "Maker", "email": "quality@maker.example", "is_company": True})
        cls.brand.partner_id = cls.maker
        cls.appliance = cls._create_appliance(model_name="BCD-215", serial_number="SN-7788")
        cls.order = cls._create_order(appliance_id=cls.appliance.id)
        cls._to_stage(cls.order, "diagnosed")
        cls.fault = cls._report()

    @classmethod
    def _report(cls, order=None, user=None, **values):
        return cls.env["repair.product.feedback"].with_user(user or cls.user_technician).create({
            "repair_id": (order or cls.order).id, "summary": "Drain hose tears at the clamp", "kind": "design", **values})

    def test_technician_reports_it_on_his_order(self):
        action = self.order.with_user(self.user_technician).action_report_product_fault()
        self.assertEqual((action["res_model"], action["context"]), ("repair.product.feedback", {"default_repair_id": self.order.id}))
        self.assertEqual((self.fault.state, self.fault.reported_by_id, self.fault.brand_id, self.fault.model_name, self.fault.cause_id),
                         ("new", self.user_technician, self.brand, "BCD-215", self.order.cause_id))
        self.assertEqual(self.order.product_feedback_ids, self.fault)

    def test_author_and_day_are_noted_by_themselves(self):
        fault = self._report(reported_by_id=self.user_manager.id, state="answered", answer="Fine", sent_on="2020-01-01 00:00:00")
        self.assertEqual((fault.reported_by_id, fault.state, fault.answer, fault.sent_on), (self.user_technician, "new", False, False))
        fault = self.env["repair.product.feedback"].with_user(self.user_technician).with_context(default_state="sent").create(
            {"repair_id": self.order.id, "summary": "x"})
        self.assertEqual(fault.state, "new")

    def test_colleague_neither_reports_on_it_nor_sees_it(self):
        stranger = new_test_user(self.env, "feedback_stranger", "base.group_user,repair_service.repair_service_group_technician")
        with self.assertRaises(AccessError):
            self._report(user=stranger)
        self.assertFalse(self.env["repair.product.feedback"].with_user(stranger).search([("id", "=", self.fault.id)]))
        with self.assertRaises(AccessError):
            self.fault.with_user(stranger).write({"summary": "Nothing"})

    def test_only_the_author_or_a_manager_changes_it(self):
        self.fault.with_user(self.user_technician).description = "Since the spring"
        with self.assertRaisesRegex(AccessError, "Only who reported"):
            self.fault.with_user(self.user_desk).summary = "Nothing"
        for values in ({"state": "sent"}, {"repair_id": self._create_order().id}, {"sent_on": "2020-01-01 00:00:00"},
                       {"reported_by_id": self.user_desk.id}):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, "change its contents only"):
                self.fault.with_user(self.user_manager).write(values)

    def test_finished_order_takes_no_report(self):
        order = self._create_order(appliance_id=self.appliance.id)
        order.with_context(repair_flow=FLOW).service_stage = "closed"
        for call in (order.with_user(self.user_manager).action_report_product_fault, lambda: self._report(order, user=self.user_manager)):
            with self.assertRaisesRegex(UserError, "not under way"):
                call()

    def test_manager_sends_a_brands_faults_in_one_report_that_stays_on_the_brand(self):
        faults = self.fault | self._report(kind="part", summary="Seal brittle")
        faults.with_user(self.user_manager).action_send()
        self.assertEqual(faults.mapped("state"), ["sent", "sent"])
        self.assertEqual(self.fault.sent_by_id, self.user_manager)
        message = self.brand.message_ids[0]
        self.assertEqual((message.partner_ids, len(message.attachment_ids)), (self.maker, 1))
        with self.assertRaisesRegex(UserError, "stays as it is"):
            self.fault.with_user(self.user_technician).summary = "Changed"
        with self.assertRaisesRegex(UserError, "stays as it is"):
            self.fault.with_user(self.user_manager).action_send()
        with self.assertRaisesRegex(UserError, "stays as it is"), self.env.cr.savepoint():
            self.fault.with_user(self.user_manager).unlink()

    def test_report_groups_by_model_and_cause_and_names_no_customer(self):
        other = self._create_appliance(model_name="KFR-35")
        order = self._create_order(appliance_id=other.id)
        faults = self.fault | self._report(summary="Seal brittle") | self._report(order, user=self.user_desk, summary="Fan rattles")
        [(brand, models)] = faults._get_report_groups()
        self.assertEqual((brand, [(model, [len(own) for _cause, own in causes]) for model, causes in models]),
                         (self.brand, [("BCD-215", [2]), ("KFR-35", [1])]))
        html = self.env["ir.actions.report"]._render_qweb_html("repair_service.report_product_feedback", faults.ids)[0].decode()
        for text in ("Test brand", "BCD-215", "SN-7788", "Drain hose tears at the clamp", "Fan rattles"):
            self.assertIn(text, html)
        for text in (self.partner.name, self.partner.phone, self.partner.street):
            self.assertNotIn(text or "?no value?", html)

    def test_one_maker_at_a_time_and_only_with_an_address(self):
        other = self.env["repair.brand"].create({"name": "Second brand"})
        order = self._create_order(appliance_id=self._create_appliance(brand_id=other.id).id)
        fault = self._report(order, user=self.user_manager)
        with self.assertRaisesRegex(UserError, "one brand"):
            (self.fault | fault).with_user(self.user_manager).action_send()
        with self.assertRaisesRegex(UserError, "e-mail address"):
            fault.with_user(self.user_manager).action_send()
        self.assertEqual(fault.state, "new")

    def test_only_a_manager_decides_what_the_maker_is_told(self):
        for user in (self.user_technician, self.user_desk, self.user_inspector):
            for action in ("action_send", "action_drop", "action_answered"):
                with self.subTest(user=user.login, action=action), self.assertRaises(AccessError):
                    getattr(self.fault.with_user(user), action)()
        self.fault.with_user(self.user_manager).action_drop()
        self.assertEqual(self.fault.state, "dropped")

    def test_answer_of_the_maker_closes_it(self):
        fault = self.fault.with_user(self.user_manager)
        with self.assertRaisesRegex(UserError, "once the fault was sent"):
            fault.answer = "Too early"
        fault.action_send()
        with self.assertRaisesRegex(UserError, "Write down"):
            fault.action_answered()
        fault.answer = "New clamp from serial 8000 on"
        fault.action_answered()
        self.assertEqual((fault.state, bool(fault.answered_on)), ("answered", True))
        self.assertEqual(self.brand.with_user(self.user_manager).feedback_count, 0)
