from odoo.addons.survey.controllers.main import Survey


class TrainingSurvey(Survey):

    def _prepare_retry_additional_values(self, answer):
        """Another attempt at the test of a training counts for the same participant."""
        return {**super()._prepare_retry_additional_values(answer), "training_enrolment_id": answer.training_enrolment_id.id}
