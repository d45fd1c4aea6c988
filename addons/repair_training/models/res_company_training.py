from odoo import fields, models
from odoo.exceptions import UserError


class ResCompany(models.Model):
    _inherit = "res.company"

    mentor_limit = fields.Integer("Apprentices a mentor", default=2, help="Most apprentices one mentor has at a time.")
    training_effect_days = fields.Integer(
        "Days before and after a training", default=90, help="Over so many days the figures before and after a training are compared.")
    training_feedback_survey_id = fields.Many2one("survey.survey", "Questions after a training")

    _training_effect_days_positive = models.Constraint(
        "CHECK (training_effect_days BETWEEN 7 AND 730)", "The number of days lies between 7 and 730.")
    _mentor_limit_positive = models.Constraint("CHECK (mentor_limit BETWEEN 1 AND 100)", "A mentor has between 1 and 100 apprentices.")

    def _get_feedback_survey(self):
        """The questions after a training: the company's own, or those that come with the product.

        :raises UserError: when there are none any more
        """
        self.ensure_one()
        survey_sudo = self.sudo().training_feedback_survey_id or self.env.ref(  # participants read no surveys
            "repair_training.survey_feedback", raise_if_not_found=False)
        if not survey_sudo:
            raise UserError(self.env._("There are no questions about trainings: HR chooses a survey in the settings."))
        return survey_sudo.sudo()  # as above
