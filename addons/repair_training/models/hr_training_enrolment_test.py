from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .hr_training_session import SEATED


class HrTrainingEnrolment(models.Model):
    """The written test, taken on the participant's own page with Odoo's survey (handbook 9.2.2)."""

    _inherit = "hr.training.enrolment"

    survey_input_id = fields.Many2one(
        "survey.user_input", "Test", readonly=True, copy=False, ondelete="restrict", groups="hr.group_hr_user")
    has_survey = fields.Boolean(compute="_compute_has_survey", compute_sudo=True)
    can_take_test = fields.Boolean(compute="_compute_has_survey", compute_sudo=True)

    def _compute_has_survey(self):
        now = fields.Datetime.now()
        for enrolment in self:
            session = enrolment.session_id
            enrolment.has_survey = bool(enrolment.course_id.survey_id)
            enrolment.can_take_test = (
                enrolment.has_survey and session.state == "open" and enrolment.state in SEATED
                and (session.delivery == "online" or bool(session.date_start and session.date_start <= now)))

    def action_start_test(self):
        """Open the written test, or go on with one that was begun.

        :raises AccessError: for anybody but the participant himself
        :raises UserError: before the session has begun, after it is over, or without attempts left
        """
        self.ensure_one()
        if not self.is_mine:
            raise AccessError(self.env._("Everybody takes his test himself."))
        if not self.can_take_test:
            raise UserError(self.env._("The test is open from the beginning of the session until its results are handed over."))
        survey_sudo = self.course_id.survey_id.sudo()  # participants do not read surveys: they see the questions one by one
        answer_sudo = survey_sudo.env["survey.user_input"].search([
            ("training_enrolment_id", "=", self.id), ("survey_id", "=", survey_sudo.id), ("state", "!=", "done")], limit=1)
        if not answer_sudo:
            answer_sudo = survey_sudo._create_answer(user=self.env.user, training_enrolment_id=self.id)
        return {"type": "ir.actions.act_url", "target": "self", "url": answer_sudo.get_start_url()}

    def _record_test(self, answer):
        """Take over the best finished attempt while the session is open; one made afterwards stays without effect."""
        self.ensure_one()
        if self.session_id.state != "open" or answer.survey_id != self.course_id.survey_id:
            return
        if self.score_source == "survey" and self.score >= answer.scoring_percentage:
            return
        self._flow_write({
            "score": min(max(answer.scoring_percentage, 0.0), 100.0), "score_source": "survey", "survey_input_id": answer.id})


class SurveyUserInput(models.Model):
    _inherit = "survey.user_input"

    training_enrolment_id = fields.Many2one("hr.training.enrolment", "Training participant", ondelete="set null", index="btree_not_null")

    def _mark_done(self):
        """A finished test goes to the results of its training session."""
        res = super()._mark_done()
        for answer in self.filtered(lambda answer: answer.training_enrolment_id and not answer.test_entry):
            answer.training_enrolment_id.sudo()._record_test(answer)  # the participant answers, the record takes it over
        return res
