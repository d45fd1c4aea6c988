from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged, users
from odoo.tools import mute_logger

from .common_complaint import ComplaintCommon


@tagged("post_install", "-at_install")
class TestComplaint(ComplaintCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env["res.company"].create({"name": "Other company"})

    @users("test_desk")
    def test_a_case_has_its_number_team_and_receipt_at_once(self):
        complaint = self._complain.__func__(type(self)).with_env(self.env)
        self.assertRegex(complaint.number, r"^CMP/\d{4}/\d{5}$")
        self.assertEqual((complaint.stage, complaint.team_id, complaint.technician_id), ("new", self.team, self.employee_technician))
        self.assertEqual((complaint.appliance_id, complaint.appliance_category_id), (self.appliance, self.category))
        mails = self.env["mail.mail"].sudo().search([("email_to", "=", "wang@example.com")])
        self.assertEqual(len(mails.filtered(lambda mail: complaint.number in mail.subject)), 1)
        texts = self.env["sms.sms"].sudo().search([("body", "like", complaint.number)])
        self.assertEqual((len(texts), texts.state), (1, "outgoing"))

    def test_numbers_are_unique_and_never_given_twice(self):
        numbers = {self._complain().number for _time in range(3)}
        self.assertEqual(len(numbers), 3)

    def test_the_customer_is_found_by_number_or_address(self):
        for values in ({"phone": "+86 138 0000 1234"}, {"email": "WANG@example.com"}):
            complaint = self._complain(partner_id=False, repair_id=False, **values)
            self.assertEqual(complaint.partner_id, self.partner, values)
        unknown = self._complain(partner_id=False, repair_id=False, phone="13700000000", contact_name="Somebody")
        self.assertFalse(unknown.partner_id)

    def test_who_complains_and_of_what_has_to_be_said(self):
        with self.assertRaises(ValidationError):
            self._complain(partner_id=False, repair_id=False)
        with self.assertRaises(ValidationError):
            self._complain(description="  ")
        with self.assertRaises(ValidationError):
            self._complain(received_on=fields.Datetime.add(fields.Datetime.now(), days=1))

    def test_an_order_of_another_customer_is_refused(self):
        other = self.env["res.partner"].create({"name": "Other"})
        with self.assertRaises(ValidationError):
            self._complain(partner_id=other.id)

    def test_words_of_danger_make_a_safety_case(self):
        self.assertEqual(self._complain(severity=False, description="插头冒烟,很害怕").severity, "p1")
        self.assertEqual(self._complain(description="I call a LAWYER").severity, "p2")
        self.assertEqual(self._complain().severity, "p3")
        self.assertEqual(self._complain(severity="p1").severity, "p1")
        self.assertEqual(self._complain(kind="opinion", description="冒烟").severity, "p3")

    def test_the_first_rule_that_fits_names_the_team(self):
        other = self.env["repair.complaint.team"].create({"name": "Fridges"})
        family = self.env["repair.appliance.category"].create({"name": "Above"})
        self.category.parent_id = family
        self.env["repair.complaint.route"].create({
            "sequence": 1, "team_id": other.id, "category_id": self.class_product.id, "appliance_category_ids": [(6, 0, family.ids)]})
        self.assertEqual(self._complain(category_id=self.class_product.id).team_id, other)
        self.assertEqual(self._complain().team_id, self.team)

    def test_each_case_goes_to_the_member_with_the_fewest(self):
        cases = [self._complain() for _time in range(3)]
        self.assertEqual([case.user_id for case in cases], [self.user_member, self.user_member2, self.user_member])

    def test_urgent_and_major_cases_are_reported_to_the_person_responsible_at_once(self):
        for severity in ("p1", "p2"):
            complaint = self._complain(severity=severity)
            self.assertEqual(complaint.user_id, self.user_head)
            task = complaint.activity_ids
            self.assertEqual((task.user_id, task.summary), (self.user_head, f"Report at once: {complaint.number}"))
            self.assertTrue(self.env["sms.sms"].search([("number", "like", "%13900009999"), ("body", "like", complaint.number)]))
            self.assertTrue(complaint.message_ids.filtered(lambda message: self.user_head.partner_id in message.partner_ids))
        self.assertFalse(self._complain(severity="p3").activity_ids)

    def test_a_case_that_turns_out_urgent_is_reported_then(self):
        complaint = self._complain()
        complaint.severity = "p1"
        self.assertEqual(complaint.activity_ids.user_id, self.user_head)

    def test_without_a_head_a_service_manager_is_told(self):
        self.team.head_id = False
        task = self._complain(severity="p1").activity_ids
        self.assertTrue(task.user_id.has_group("repair_service.repair_service_group_manager"))

    def test_mail_becomes_a_case_and_the_answer_ends_the_wait(self):
        complaint = self.env["repair.complaint"].message_new({
            "subject": "Fridge still warm", "body": "<p>It is as <b>warm</b> as before.</p>", "email_from": "Wang <wang@example.com>"})
        self.assertEqual((complaint.channel, complaint.subject, complaint.partner_id), ("mail", "Fridge still warm", self.partner))
        self.assertIn("*warm*", complaint.description)
        self.assertTrue(complaint.number)
        complaint._wait("Photo")
        complaint.message_update({"email_from": "wang@example.com", "body": "here"})
        self.assertFalse(complaint.paused_since)

    def test_the_whole_way(self):
        complaint = self._complain()
        complaint.action_acknowledge()
        self.assertTrue(complaint.acknowledged_on)
        complaint.action_investigate()
        with self.assertRaises(UserError):
            complaint.action_propose()
        self._to_proposed(complaint)
        with self.assertRaises(UserError):  # the customer has not agreed
            complaint.action_resolve()
        complaint.action_decline()
        self.assertEqual(complaint.stage, "investigating")
        self._to_proposed(complaint)
        complaint.action_agree()
        with self.assertRaises(UserError):  # no measures
            complaint.action_resolve()
        complaint.measures = "Talked to him"
        complaint.action_resolve()
        self.assertEqual(complaint.stage, "resolved")
        with self.assertRaises(UserError):  # nobody is liable
            complaint.action_close()
        complaint.liable = "technician"
        with self.assertRaises(UserError):  # who?
            complaint.action_close()
        complaint.liable_employee_id = self.employee_technician
        with self.assertRaises(UserError):  # no verdict
            complaint.action_close()
        complaint._record_verdict("partly", "3", "Hm")
        complaint.action_close()
        self.assertEqual((complaint.stage, complaint.feedback_score, complaint.reopen_count), ("closed", "3", 0))

    def test_three_attempts_stand_for_a_verdict(self):
        complaint = self._to_resolved(self._complain())
        complaint.liable = "company"
        for number in (1, 2, 3):
            with self.assertRaises(UserError):
                complaint.action_close()
            dialogue = self.env["repair.complaint.dialogue"].browse(complaint.action_attempt()["res_id"])
            with self.assertRaises(UserError):
                dialogue.action_confirm()
            dialogue.reason = "Nobody answers"
            dialogue.action_confirm()
            self.assertEqual(complaint.attempt_count, number)
        complaint.action_close()
        self.assertEqual((complaint.stage, complaint.verdict), ("closed", False))

    def test_severe_cases_leave_a_lesson(self):
        complaint = self._to_resolved(self._complain(severity="p2"))
        complaint.liable = "company"
        complaint._record_verdict("yes")
        with self.assertRaises(UserError):
            complaint.action_close()
        complaint.write({"lesson": "Call", "prevention": "Alarm"})
        complaint.action_close()

    def test_who_is_not_content_has_his_case_open_again(self):
        complaint = self._to_resolved(self._complain())
        complaint._record_verdict("no", "1", "Still late")
        self.assertRecordValues(complaint, [{"stage": "investigating", "reopen_count": 1, "verdict": "no", "resolved_on": False}])
        self.assertIn("Opened again", complaint.activity_ids.mapped("summary"))
        self._to_resolved(complaint)
        complaint.liable = "company"
        complaint._record_verdict("yes")
        complaint.action_close()
        dialogue = self.env["repair.complaint.dialogue"].browse(complaint.action_reopen()["res_id"])
        dialogue.reason = "Came back"
        dialogue.action_confirm()
        self.assertEqual((complaint.stage, complaint.reopen_count, complaint.verdict), ("investigating", 2, False))

    def test_opinions_are_answered_and_closed(self):
        opinion = self._complain(kind="opinion", subject="Later hours", description="Come on Sundays, too")
        with self.assertRaises(UserError):
            opinion.action_answer_opinion()
        opinion.proposal = "From May on we do."
        opinion.action_answer_opinion()
        self.assertEqual(opinion.stage, "closed")
        self.assertTrue(opinion.acknowledged_on and opinion.resolved_on)
        with self.assertRaises(UserError):
            self._complain().action_answer_opinion()

    def test_withdrawing_needs_a_reason_and_ends_the_case(self):
        complaint = self._complain()
        dialogue = self.env["repair.complaint.dialogue"].browse(complaint.action_withdraw()["res_id"])
        dialogue.reason = "Noted twice"
        dialogue.action_confirm()
        self.assertEqual((complaint.stage, complaint.withdrawn_reason, complaint.next_due), ("withdrawn", "Noted twice", False))
        with self.assertRaises(UserError):
            complaint.action_acknowledge()

    def test_steps_cannot_be_skipped(self):
        complaint = self._complain()
        for step in (complaint.action_investigate, complaint.action_propose, complaint.action_agree, complaint.action_resolve,
                     complaint.action_close, complaint.action_reopen, complaint.action_record_verdict):
            with self.subTest(step.__name__), self.assertRaises(UserError):
                step()
        complaint.category_id = False
        with self.assertRaises(UserError):
            complaint.action_acknowledge()

    @users("test_manager", "test_desk")
    def test_flow_fields_cannot_be_written_not_even_by_default(self):
        complaint = self._complain().with_env(self.env)
        forged = {
            "stage": "closed", "number": "CMP/1", "acknowledged_on": "2028-01-01 00:00:00", "resolve_by": "2099-01-01 00:00:00",
            "verdict": "yes", "feedback_score": "5", "reopen_count": 9, "money_state": "approved", "access_token": "x", "attempt_count": 9,
            "is_recurring": False, "late_for": "2028-01-01 00:00:00", "received_on": "2020-01-01 00:00:00",
            "company_id": self.other_company.id, "kind": "opinion",
        }
        for name, value in forged.items():
            with self.subTest(name), self.assertRaises(UserError), mute_logger("odoo.models"):
                complaint.write({name: value})
        created = self.env["repair.complaint"].with_context(default_stage="closed", default_money_state="approved").create({
            "contact_name": "x", "subject": "x", "description": "x"})
        self.assertEqual((created.stage, created.money_state), ("new", "none"))
        with self.assertRaises(UserError):
            self.env["repair.complaint"].create({"contact_name": "x", "subject": "x", "description": "x", "verdict": "yes"})
        with self.assertRaises(UserError):
            complaint.unlink()

    def test_an_ended_case_stays_as_it_is_but_for_its_lesson(self):
        complaint = self._to_closed(self._complain())
        for name, value in (("description", "x"), ("root_cause_id", self.cause_part.id), ("liable", "nobody"), ("refund_amount", 5.0)):
            with self.subTest(name), self.assertRaises(UserError):
                complaint.with_user(self.user_manager).write({name: value})
        complaint.with_user(self.user_desk).lesson = "Call half an hour before"
        self.assertEqual(complaint.lesson, "Call half an hour before")

    def test_a_case_is_judged_less_severe_by_who_answers_for_it_only(self):
        complaint = self._complain(severity="p1")
        with self.assertRaises(UserError):
            complaint.with_user(self.user_desk).severity = "p3"
        complaint.with_user(self.user_head).severity = "p2"
        complaint.with_user(self.user_manager).severity = "p3"
        self.assertEqual(complaint.severity, "p3")

    def test_members_work_on_the_cases_of_their_team_and_see_no_others(self):
        complaint = self._complain()
        other = self._complain(team_id=self.env["repair.complaint.team"].create({"name": "Other"}).id, user_id=self.user_manager.id)
        member = complaint.with_user(self.user_member2)
        member.action_acknowledge()
        member.action_investigate()
        self.assertEqual(complaint.stage, "investigating")
        self.assertEqual(self.env["repair.complaint"].with_user(self.user_member2).search([]), complaint)
        for action in ("action_acknowledge", "action_wait"):
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
                getattr(other.with_user(self.user_member2), action)()
        with self.assertRaises(AccessError):
            self.env["repair.complaint"].with_user(self.user_member).create({"contact_name": "x", "subject": "x", "description": "x"})

    def test_who_has_nothing_to_do_with_it_sees_nothing(self):
        complaint = self._complain()
        for user in (self.user_plain, self.user_technician, self.user_portal):
            with self.subTest(user.login), self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule", "odoo.models"):
                complaint.with_user(user).read(["subject"])
        self.assertFalse(self.env["repair.complaint"].with_user(self.user_technician).search([]))

    def test_readers_read_and_do_not_write(self):
        complaint = self._complain()
        for user in (self.user_inspector, self.user_accountant):
            self.assertEqual(complaint.with_user(user).subject, "Technician came late")
            for attempt in (
                    lambda user=user: complaint.with_user(user).write({"subject": "x"}),
                    lambda user=user: complaint.with_user(user).action_acknowledge()):
                with self.subTest(user.login), self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
                    attempt()

    def test_a_technician_sees_that_there_is_one_its_cause_and_its_lesson(self):
        complaint = self._to_closed(self._complain(description="Personal remarks"))
        notices = self.env["repair.complaint.notice"]
        self.env.flush_all()
        notice = notices.with_user(self.user_technician).search([])
        self.assertEqual((notice.number, notice.root_cause_id, notice.lesson), (complaint.number, self.cause_late, "Call when late"))
        self.assertEqual(self.order.with_user(self.user_technician).complaint_count, 1)
        self.assertFalse(set(notices._fields) & {"description", "partner_id", "refund_amount", "compensation_amount", "feedback_text"})
        other = self.env["hr.employee"].create({"name": "Other", "user_id": self.user_member.id})
        self.user_member.group_ids += self.env.ref("repair_service.repair_service_group_technician")
        self.assertTrue(other)
        self.assertFalse(notices.with_user(self.user_member).search([]))

    def test_the_dialogue_stays_with_its_case_and_its_user(self):
        complaint, other = self._complain(), self._complain()
        dialogue = self.env["repair.complaint.dialogue"].with_user(self.user_desk).create(
            {"complaint_id": complaint.id, "kind": "withdraw"})
        with self.assertRaises(UserError):
            dialogue.complaint_id = other
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            self.env["repair.complaint.dialogue"].with_user(self.user_plain).create({"complaint_id": complaint.id, "kind": "withdraw"})
        dialogue.reason = "x"
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            dialogue.with_user(self.user_member).action_confirm()

    def test_the_customers_link_is_for_those_who_may_change_the_case(self):
        complaint = self._complain()
        self.assertIn("access_token", complaint.with_user(self.user_desk).get_portal_url())
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            complaint.with_user(self.user_inspector).get_portal_url()
        with self.assertRaises(AccessError):
            complaint.with_user(self.user_desk).read(["access_token"])
