from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common_complaint import ComplaintCommon


@tagged("post_install", "-at_install")
class TestComplaintLibrary(ComplaintCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.cause_part.with_context(lang="zh_CN").name = "配件质量"
        cls.symptom.with_context(lang="zh_CN").name = "不制冷"

    def _search(self, words):
        return self.env["repair.complaint"].with_user(self.user_desk).search([("stage", "=", "closed"), ("case_search", "ilike", words)])

    def test_closed_cases_are_found_in_chinese_and_english(self):
        case = self._to_closed(self._complain(subject="Fan motor failed again"), root_cause_id=self.cause_part.id)
        self._to_closed(self._complain(symptom_id=self.other_symptom.id))
        for words in ("fan motor", "motor FAN", "配件质量", "quality of the part", "不制冷 motor"):
            self.assertEqual(self._search(words), case, words)
        self.assertFalse(self._search("motor nonsense"))
        self.assertEqual(len(self._search("Alarm plan")), 2)

    def test_open_cases_are_no_lesson_yet(self):
        self._to_resolved(self._complain(subject="Fan motor failed again"))
        self.assertFalse(self._search("fan motor"))

    def test_a_new_case_is_offered_the_like_ones_with_the_reason(self):
        case = self._to_closed(self._complain())
        far = self._to_closed(self._complain(
            repair_id=False, appliance_category_id=False, symptom_id=self.other_symptom.id, category_id=self.class_product.id,
            subject="Invoice", description="Wrong name"))
        new = self._complain()
        self.assertEqual(new.like_ids, case)
        self.assertIn(f"{case.number}: same symptom", new.like_reason)
        self.assertNotIn(far, new.like_ids)
        self.assertEqual(new.action_view_like()["domain"], [("id", "in", case.ids)])

    def test_the_second_case_of_an_appliance_is_flagged(self):
        first = self._complain()
        self.assertFalse(first.is_recurring)
        second = self._complain()
        self.assertTrue(second.is_recurring)
        self.assertEqual(second.recurrence_facts, {"appliance_id": 2, "days": 90})
        self.assertIn("2", second.recurrence_text)
        third = self._complain()
        self.assertEqual(third.recurrence_facts, {"appliance_id": 3, "technician_id": 3, "days": 90})
        domain = third.action_view_recurrence()["domain"]
        self.assertEqual(self.env["repair.complaint"].search(domain), first | second | third)

    def test_what_lies_too_far_back_or_was_withdrawn_does_not_recur(self):
        self._complain(received_on=fields.Datetime.now() - timedelta(days=91))
        self._complain()._withdraw("Noted twice")
        self.assertFalse(self._complain().is_recurring)

    def test_the_cause_found_later_is_counted_then(self):
        self.company.write({"repair_recurrence_cause": 2, "repair_recurrence_appliance": 9, "repair_recurrence_technician": 9})
        self._complain(root_cause_id=self.cause_late.id)
        case = self._complain()
        self.assertFalse(case.is_recurring)
        case.root_cause_id = self.cause_late
        self.assertEqual(case.recurrence_facts, {"root_cause_id": 2, "days": 90})

    def test_a_part_that_is_complained_of_for_the_third_time_is_flagged(self):
        self.company.write({"repair_recurrence_appliance": 9, "repair_recurrence_technician": 9})
        cases = [self._complain(product_id=self.part.id) for _time in range(3)]
        self.assertEqual([case.is_recurring for case in cases], [False, False, True])

    def test_like_cases_cost_the_same_for_ten_and_for_a_hundred(self):
        case = self._to_closed(self._complain())
        new = self._complain()
        counts = {}
        for number in (10, 100):
            self.env.flush_all()
            self.env.cr.execute(
                """INSERT INTO repair_complaint (number, company_id, kind, stage, received_on, closed_on, channel, subject, description,
                          severity, partner_id, category_id, symptom_id, appliance_category_id, appliance_id)
                   SELECT %s || n, company_id, kind, stage, received_on, closed_on, channel, subject, description, severity, partner_id,
                          category_id, symptom_id, appliance_category_id, appliance_id
                     FROM repair_complaint, generate_series(1, %s) n WHERE id = %s""", (f"L{number}-", number, case.id))
            self.env.invalidate_all()
            new.with_user(self.user_desk).read(["subject"])
            start = self.env.cr.sql_log_count
            self.assertEqual(len(new.with_user(self.user_desk).like_ids), 5)
            counts[number] = self.env.cr.sql_log_count - start
        self.assertLessEqual(counts[100], counts[10])
