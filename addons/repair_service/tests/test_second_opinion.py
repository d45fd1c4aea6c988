from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged, users

from .common import GROUP, RepairServiceCommon

TYPE = "repair_service.mail_activity_type_second_opinion"


@tagged("post_install", "-at_install")
class TestSecondOpinion(RepairServiceCommon):
    """Who is asked for advice reads the order as long as the question is open (handbook 4.3.2)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_colleague = new_test_user(cls.env, "test_colleague", GROUP + "technician", tz="Asia/Shanghai")
        cls.env["hr.employee"].create({"name": "Chen Li", "is_technician": True, "user_id": cls.user_colleague.id})
        cls.user_idle = new_test_user(cls.env, "test_idle", GROUP + "technician")
        cls._add_stock(cls.part, 2)
        cls.order = cls._to_stage(cls._create_order(), "diagnosed")
        cls._add_part(cls.order)
        cls._to_stage(cls.order, "repairing")
        cls.env.flush_all()

    def _ask(self, colleague=None, user=None, question="The compressor hums but does not start. Capacitor?"):
        dialogue = self.env["repair.second.opinion"].with_user(user or self.user_technician).create(
            {"repair_id": self.order.id, "user_id": (colleague or self.user_colleague).id, "question": question})
        dialogue.action_ask()
        return self.order.activity_ids.filtered(lambda activity: activity.activity_type_id == self.env.ref(TYPE))

    def _can_read(self, user=None):
        self.env.invalidate_all()
        order = self.order.with_user(user or self.user_colleague)
        return order.has_access("read") and bool(order.search([("id", "=", order.id)]))

    def test_the_colleague_gets_the_question_and_reads_the_order_whole(self):
        self.assertFalse(self._can_read())
        activity = self._ask()
        self.assertEqual((activity.user_id, activity.date_deadline), (self.user_colleague, fields.Date.context_today(self.order)))
        self.assertIn("does not start", activity.note)
        self.assertTrue(self._can_read())
        order = self.order.with_user(self.user_colleague)
        self.assertEqual(order.appliance_id.serial_number, self.appliance.serial_number)
        self.assertEqual(order.move_ids.product_id, self.part)
        self.assertTrue(order.service_line_ids.mapped("name"))
        self.assertTrue(order.final_inspection_id.line_ids.mapped("name"))
        self.assertTrue(order.appointment_ids.mapped("window"))

    def test_he_reads_that_order_only_and_changes_nothing(self):
        other = self._to_stage(self._create_order(appliance_id=self._create_appliance().id), "booked")
        self._ask()
        self.assertFalse(other.with_user(self.user_colleague).has_access("read"))
        self.assertFalse(other.appliance_id.with_user(self.user_colleague).has_access("read"))
        order = self.order.with_user(self.user_colleague)
        for records in (order, order.service_line_ids, order.move_ids, order.inspection_ids, order.inspection_ids.line_ids,
                        order.appliance_id, order.appointment_ids):
            with self.subTest(model=records._name):
                self.assertFalse(records.has_access("write"))
        with self.assertRaises(AccessError):
            order.write({"diagnosis": "mine"})
        with self.assertRaises(AccessError):
            order.action_preview_link()
        order.message_post(body="Check the start relay first.")

    def test_the_right_ends_when_the_question_is_answered(self):
        activity = self._ask()
        activity.with_user(self.user_colleague).action_feedback(feedback="Start relay.")
        self.assertFalse(self._can_read())
        self.assertFalse(self.appliance.with_user(self.user_colleague).has_access("read"))
        self.assertIn("Start relay.", "".join(self.order.message_ids.mapped("body")))

    def test_who_was_asked_gets_no_message_of_the_order_any_more(self):
        for end in (lambda activity: activity.with_user(activity.user_id).action_feedback(), lambda activity: activity.unlink()):
            activity = self._ask()
            self.assertIn(self.user_colleague.partner_id, self.order.message_partner_ids)
            end(activity)
            self.assertNotIn(self.user_colleague.partner_id, self.order.message_partner_ids)
        activity = self._ask(self.user_manager)
        activity.with_user(self.user_manager).action_feedback()
        self.assertIn(self.user_manager.partner_id, self.order.message_partner_ids)

    def test_an_answered_question_is_not_opened_again(self):
        activity = self._ask()
        activity.with_user(self.user_colleague).action_feedback(feedback="Start relay.")
        closed = self.env["mail.activity"].with_context(active_test=False).search(
            [("res_model", "=", "repair.order"), ("res_id", "=", self.order.id), ("activity_type_id", "=", self.env.ref(TYPE).id)])
        for activity in closed:
            with self.assertRaises(UserError):
                activity.with_user(self.user_colleague).write({"active": True})
        self.assertFalse(self._can_read())

    def test_the_right_ends_when_the_technician_takes_the_question_back(self):
        self._ask().with_user(self.user_technician).unlink()
        self.assertFalse(self._can_read())

    def test_the_right_ends_when_the_order_is_cancelled_or_closed(self):
        for stage in ("cancelled", "closed"):
            with self.subTest(stage=stage), self.env.cr.savepoint() as savepoint:
                self._ask()
                self.order._flow_write({"service_stage": stage})
                self.assertFalse(self._can_read())
                self.assertFalse(self.order.activity_ids)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_only_qualified_technicians_and_service_managers_are_asked(self):
        advisers = self.order.with_user(self.user_technician)._get_advisers()
        self.assertIn(self.user_colleague, advisers)
        self.assertIn(self.user_manager, advisers)
        for user in (self.user_technician, self.user_idle, self.user_desk, self.user_inspector, self.user_portal, self.user_accountant):
            self.assertNotIn(user, advisers, user.login)
            with self.subTest(user=user.login), self.assertRaises(UserError):
                self._ask(user)

    def test_an_unqualified_technician_is_not_asked(self):
        self.patch(type(self.env["hr.employee"]), "_filter_qualified", lambda technicians, category, date: technicians.browse())
        self.assertNotIn(self.user_colleague, self.order.with_user(self.user_technician)._get_advisers())
        self.assertIn(self.user_manager, self.order.with_user(self.user_technician)._get_advisers())

    def test_nothing_is_asked_twice_nor_without_words(self):
        with self.assertRaises(UserError):
            self._ask(question="   ")
        self._ask()
        with self.assertRaisesRegex(UserError, "already"):
            self._ask()

    @users("test_desk", "test_inspector", "test_accountant", "test_portal", "test_colleague")
    def test_only_who_works_on_the_order_asks(self):
        with self.assertRaises(AccessError):
            self._ask(self.user_manager, user=self.env.user)

    def test_the_activity_is_not_made_or_bent_by_hand(self):
        values = {
            "res_model_id": self.env["ir.model"]._get_id("repair.order"), "res_id": self.order.id,
            "activity_type_id": self.env.ref(TYPE).id, "user_id": self.user_idle.id}
        for user in (self.user_technician, self.user_desk, self.user_manager):
            with self.subTest(user=user.login), self.assertRaises(UserError):
                self.env["mail.activity"].with_user(user).create(values)
        todo = self.order.with_user(self.user_technician).activity_schedule("mail.mail_activity_data_todo", user_id=self.user_idle.id)
        with self.assertRaises(UserError):
            todo.activity_type_id = self.env.ref(TYPE)
        activity = self._ask()
        other = self._create_order(appliance_id=self._create_appliance().id)
        for change in ({"user_id": self.user_idle.id}, {"res_id": other.id}):
            for user in (self.user_technician, self.user_colleague, self.user_manager):
                with self.subTest(change=change, user=user.login), self.assertRaises(UserError):
                    activity.with_user(user).write(change)
        activity.with_user(self.user_technician).write({"note": "Or the overload protector?"})
        self.assertFalse(self._can_read(self.user_idle))
