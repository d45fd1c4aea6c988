from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, freeze_time, tagged

from odoo.addons.repair_service.engine.effect import Count, Interval, measure, subtract, wilson

from .common_training import TrainingCommon


@tagged("post_install", "-at_install")
class TestEffectEngine(BaseCase):

    def _round(self, interval, digits=3):
        return tuple(round(value, digits) for value in interval)

    def test_wilson_by_hand(self):
        # 15 of 20: (0.75 + 3.8415/40) / (1 + 3.8415/20) = 0.7097; half: 1.96 * sqrt(0.1875/20 + 3.8415/1600) / 1.19207 = 0.1784
        self.assertEqual(self._round(wilson(Count(15, 20))), (0.75, 0.531, 0.888))
        self.assertEqual(self._round(wilson(Count(0, 10))), (0.0, 0.0, 0.278))
        self.assertEqual(self._round(wilson(Count(10, 10))), (1.0, 0.722, 1.0))
        self.assertEqual(wilson(Count(0, 0)), Interval(0.0, 0.0, 1.0))

    def test_difference_as_published_by_newcombe(self):
        # 56/70 against 48/80: 0.2, from 0.0524 to 0.3339
        self.assertEqual(self._round(subtract(wilson(Count(56, 70)), wilson(Count(48, 80))), 4), (0.2, 0.0524, 0.3339))

    def test_others_who_improve_as_much_prove_that_it_was_not_the_training(self):
        alone = measure(Count(120, 200), Count(160, 200), Count(120, 200), Count(120, 200))
        self.assertEqual((alone.verdict, round(alone.effect.value, 2)), ("better", 0.2))
        both = measure(Count(120, 200), Count(160, 200), Count(120, 200), Count(160, 200))
        self.assertEqual((both.verdict, both.effect.value), ("unclear", 0.0))

    def test_getting_worse_is_said_too(self):
        self.assertEqual(measure(Count(180, 200), Count(120, 200), Count(160, 200), Count(160, 200)).verdict, "worse")

    def test_few_jobs_say_nothing_however_big_the_difference(self):
        self.assertEqual(measure(Count(0, 9), Count(9, 9), Count(500, 1000), Count(500, 1000)).verdict, "too_few")
        self.assertEqual(measure(Count(6, 10), Count(8, 10), Count(500, 1000), Count(500, 1000)).verdict, "unclear")


@tagged("post_install", "-at_install")
class TestEffect(TrainingCommon):

    def test_effect_counts_the_orders_and_is_kept(self):
        session = self._hold(employees=self.employee_technician)
        with self.assertRaisesRegex(UserError, "are counted from"):
            session.with_user(self.user_hr).action_measure_effect()
        orders = [self._to_stage(self._create_order(appliance_id=self._create_appliance().id), "accepted") for _number in range(3)]
        orders[0].inspection_ids.with_context(repair_flow=self.env["hr.training.enrolment"]._get_token()).write({"result": "fail"})
        with freeze_time(fields.Datetime.now() + timedelta(days=125)):
            session.with_user(self.user_hr).action_measure_effect()
            self.env["hr.training.effect"]._measure_due()
        effect = session.effect_ids.filtered(lambda row: row.figure == "inspection")
        self.assertEqual(len(session.effect_ids), 2, "measured once")
        self.assertEqual((effect.after_good, effect.after_total, effect.before_total), (2, 3, 0))
        self.assertEqual(effect.verdict, "too_few")
        self.assertIn("Trained after: 2 of 3 (67 %, between 21 and 94 %)", effect.explanation)
        with self.assertRaises(UserError):
            effect.with_user(self.user_hr).write({"verdict": "better"})
        with self.assertRaises(UserError):
            effect.with_user(self.user_hr).unlink()
        with self.assertRaises(AccessError):
            effect.with_user(self.user_pupil).read(["verdict"])


@tagged("post_install", "-at_install")
class TestFeedback(TrainingCommon):

    def _answer(self, row, user, scores):
        url = row.with_user(user).action_give_feedback()["url"]
        answer = self.env["survey.user_input"].search([("access_token", "=", url.split("answer_token=")[1])])
        for question, score in zip(answer.survey_id.question_ids.filtered("training_aspect"), scores, strict=True):
            answer._save_lines(question, str(score))
        answer._mark_done()

    def test_opinions_become_averages_by_trainer_content_and_method(self):
        session = self._hold(employees=self.pupil | self.other)
        self._answer(self._row(session, self.pupil), self.user_pupil, (5, 4, 3))
        self._answer(self._row(session, self.other), self.user_other, (4, 4, 2))
        self.assertEqual(
            (session.feedback_count, session.trainer_score, session.content_score, session.method_score), (2, 4.5, 4.0, 2.5))
        with self.assertRaisesRegex(UserError, "given once"):
            self._row(session, self.pupil).with_user(self.user_pupil).action_give_feedback()
        self.assertEqual(self._row(session, self.pupil).score, 80.0, "an opinion is no test")

    def test_only_those_who_were_there_and_each_for_himself(self):
        session = self._create_session()
        session.action_open()
        with self.assertRaises(UserError):
            session.enrolment_ids.with_user(self.user_pupil).action_give_feedback()
        session = self._hold()
        for user in (self.user_other, self.user_trainer, self.user_hr):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                session.enrolment_ids.with_user(user).action_give_feedback()
