from odoo import api, models
from odoo.exceptions import AccessError, UserError

from .hr_training_session import FINISHED

# What decides who passes a course, and what he gets for it.
DEMAND_FIELDS = frozenset({
    "survey_id", "is_written", "pass_score", "is_practical", "is_observed", "check_ids", "skill_ids", "validity_months",
    "prerequisite_ids"})


class HrTrainingCourse(models.Model):
    """Nobody sets the measure by which he himself is about to be judged (handbook 9.2.2)."""

    _inherit = "hr.training.course"

    def write(self, vals):
        """Write; a participant changes neither what the course asks nor what it gives."""
        if DEMAND_FIELDS & vals.keys():
            self._check_no_participant()
        return super().write(vals)

    def _check_no_participant(self):
        """Raise when the user sits in a session of these courses that is not finished.

        :raises AccessError: he is judged by it
        """
        if self.env.su or not self.ids:
            return
        rows_sudo = self.env["hr.training.enrolment"].sudo().search([  # whoever the user may see
            ("course_id", "in", self.ids), ("session_state", "not in", FINISHED), ("state", "not in", ("declined", "cancelled")),
            "|", ("employee_id.user_id", "=", self.env.uid), ("employee_id.former_user_ids", "in", self.env.uid)], limit=1)
        if rows_sudo:
            raise AccessError(self.env._(
                "You take part in %(course)s: another HR officer changes what it asks and gives.", course=rows_sudo.course_id.name))


class HrTrainingMeasure(models.AbstractModel):
    """A part of a course by which participants are judged."""

    _name = "hr.training.measure"
    _description = "What Participants Are Judged by"

    def _get_judging_courses(self):
        """Return the courses whose participants these records judge."""
        return self.course_id

    @api.model_create_multi
    def create(self, vals_list):
        """Add a part; no participant does."""
        records = super().create(vals_list)
        records._get_judging_courses()._check_no_participant()
        return records

    def write(self, vals):
        """Change a part; no participant does."""
        self._get_judging_courses()._check_no_participant()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_participant(self):
        self._get_judging_courses()._check_no_participant()


class HrTrainingCheck(models.Model):
    _name = "hr.training.check"
    _inherit = ["hr.training.check", "hr.training.measure"]


class HrTrainingCourseSkill(models.Model):
    _name = "hr.training.course.skill"
    _inherit = ["hr.training.course.skill", "hr.training.measure"]


class SurveySurvey(models.Model):
    _name = "survey.survey"
    _inherit = ["survey.survey", "hr.training.measure"]

    def _get_judging_courses(self):
        return self.env["hr.training.course"].sudo().search([("survey_id", "in", self.ids)]).sudo(False)  # whoever reads the course


class SurveyQuestion(models.Model):
    _name = "survey.question"
    _inherit = ["survey.question", "hr.training.measure"]

    def _get_judging_courses(self):
        return self.survey_id._get_judging_courses()


class SurveyQuestionAnswer(models.Model):
    _name = "survey.question.answer"
    _inherit = ["survey.question.answer", "hr.training.measure"]

    def _get_judging_courses(self):
        return (self.question_id | self.matrix_question_id).survey_id._get_judging_courses()


class SurveyUserInput(models.Model):
    _inherit = "survey.user_input"

    @api.model_create_multi
    def create(self, vals_list):
        """Answers to the test of a training begin on the participant's own page only."""
        if not self.env.su and any(vals.get("training_enrolment_id") for vals in vals_list):
            self._refuse_training()
        return super().create(vals_list)

    def write(self, vals):
        """Whoever may read tests does not change those of a training."""
        if not self.env.su and ("training_enrolment_id" in vals or self.training_enrolment_id):
            self._refuse_training()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_training(self):
        if not self.env.su and self.training_enrolment_id:
            self._refuse_training()

    def _refuse_training(self):
        raise UserError(self.env._("The test of a training is answered on the participant's own page and stays as he left it."))
