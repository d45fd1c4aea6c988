from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

ASPECTS = [("trainer", "Trainer"), ("content", "Content"), ("method", "Method")]


class SurveyQuestion(models.Model):
    _inherit = "survey.question"

    training_aspect = fields.Selection(ASPECTS, help="What the answers of participants tell about a training session.")


class HrTrainingEnrolment(models.Model):
    """What the participant thinks of trainer, content and method, by Odoo's survey (handbook 9.2.2)."""

    _inherit = "hr.training.enrolment"

    feedback_input_id = fields.Many2one("survey.user_input", "Feedback", readonly=True, copy=False, groups="hr.group_hr_user")
    can_give_feedback = fields.Boolean(compute="_compute_can_give_feedback", compute_sudo=True)

    @api.depends("attendance", "feedback_input_id")
    def _compute_can_give_feedback(self):
        now = fields.Datetime.now()
        for row in self:
            row.can_give_feedback = (
                row.attendance == "present" and bool(row.date_end) and row.date_end <= now and row.feedback_input_id.state != "done")

    def action_give_feedback(self):
        """Open the questions about the session, or go on with them.

        :raises AccessError: for anybody but the participant himself
        :raises UserError: before its end, without having been there, or a second time
        """
        self.ensure_one()
        if not self.is_mine:
            raise AccessError(self.env._("Everybody tells his own opinion."))
        if not self.can_give_feedback:
            raise UserError(self.env._("Feedback is given once, after the session, by those who were there."))
        own_sudo = self.sudo()  # participants only read their own row, and no surveys
        if not own_sudo.feedback_input_id:
            survey_sudo = own_sudo.company_id._get_feedback_survey()
            answer = survey_sudo._create_answer(user=self.env.user, training_enrolment_id=self.id)
            own_sudo._flow_write({"feedback_input_id": answer.id})
        return {"type": "ir.actions.act_url", "target": "self", "url": own_sudo.feedback_input_id.get_start_url()}


class HrTrainingSession(models.Model):
    _inherit = "hr.training.session"

    feedback_count = fields.Integer("Opinions", compute="_compute_feedback", compute_sudo=True)
    trainer_score = fields.Float("Trainer (1-5)", compute="_compute_feedback", compute_sudo=True, digits=(3, 1))
    content_score = fields.Float("Content (1-5)", compute="_compute_feedback", compute_sudo=True, digits=(3, 1))
    method_score = fields.Float("Method (1-5)", compute="_compute_feedback", compute_sudo=True, digits=(3, 1))

    def _compute_feedback(self):
        lines = self.env["survey.user_input.line"].search([
            ("user_input_id.training_enrolment_id.session_id", "in", self.ids), ("user_input_id.state", "=", "done"),
            ("question_id.training_aspect", "!=", False), ("skipped", "=", False), ("answer_type", "=", "scale")])
        scores, people = defaultdict(list), defaultdict(set)
        for line in lines:
            session = line.user_input_id.training_enrolment_id.session_id
            scores[session, line.question_id.training_aspect].append(line.value_scale)
            people[session].add(line.user_input_id)
        for session in self:
            session.feedback_count = len(people[session])
            for aspect, _label in ASPECTS:
                given = scores[session, aspect]
                session[f"{aspect}_score"] = sum(given) / len(given) if given else 0.0
