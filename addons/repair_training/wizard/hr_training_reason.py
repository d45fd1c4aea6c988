from odoo import api, fields, models
from odoo.exceptions import UserError

# The step that asks for a reason, by model. Each checks who may take it.
STEPS = {"hr.training.enrolment": "action_void", "hr.training.plan": "action_revise", "hr.training.need": "action_dismiss"}


class HrTrainingReason(models.TransientModel):
    """Asks why a training record is changed against the usual course, and takes the step with the answer."""

    _name = "hr.training.reason"
    _description = "Reason of a Training Step"
    _inherit = ["repair.input"]

    res_model = fields.Selection(
        [("hr.training.enrolment", "Declare a result void"), ("hr.training.plan", "Revise the plan"), ("hr.training.need", "Drop a need")],
        string="Step", required=True, readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", required=True, readonly=True)
    reason = fields.Char(required=True)

    @api.model
    def _ask(self, record, title):
        """Return the dialogue for a record; ``title`` names the step."""
        record.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "view_mode": "form", "target": "new", "name": title,
            "context": {"default_res_model": record._name, "default_res_id": record.id}}

    def action_confirm(self):
        """Take the step.

        :raises UserError: when the record is gone, and what the step itself refuses
        """
        self.ensure_one()
        record = self.env[self.res_model].browse(self.res_id).exists()
        if not record:
            raise UserError(self.env._("The record is gone: open the list again."))
        getattr(record, STEPS[self.res_model])(self.reason or "")
        return {"type": "ir.actions.act_window_close"}
