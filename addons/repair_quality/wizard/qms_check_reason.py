from odoo import api, fields, models
from odoo.exceptions import UserError

# What is done with a reason only: the step, the model it belongs to and the method, which checks rights and state itself.
STEPS = {
    "cancel": ("qms.nonconformity", "action_cancel"),
    "reopen": ("qms.nonconformity", "action_reopen"),
    "drop_action": ("qms.action", "action_drop"),
    "stop": ("qms.improvement", "action_stop"),
    "draw_again": ("qms.sampling.lot", "_draw_again"),
    "drop": ("repair.inspection", "_drop"),
    "skip": ("qms.patrol", "_skip"),
    "choose": ("qms.certification.offer", "_choose"),
    "suspend": ("qms.certification", "_suspend"),
    "withdraw": ("qms.certification", "_withdraw"),
    "lift": ("qms.certification", "_lift"),
}
LEAST_LENGTH = 4


class QmsCheckReason(models.TransientModel):
    """Asks for the reason of a step that is kept with its reason."""

    _name = "qms.check.reason"
    _description = "Reason"
    _inherit = ["repair.input"]

    step = fields.Char(required=True, readonly=True)
    record_id = fields.Integer(required=True, readonly=True)
    record_name = fields.Char("Concerns", compute="_compute_record_name")
    reason = fields.Text(required=True)

    @api.depends("step", "record_id")
    def _compute_record_name(self):
        for wizard in self:
            wizard.record_name = wizard._get_record().display_name if wizard.step in STEPS else False

    @api.model
    def _clean(self, reason):
        """Return a reason that says something.

        :raises UserError: for nothing, or less than a few words (four characters are enough for Chinese)
        """
        reason = reason.strip() if isinstance(reason, str) else ""
        if len(reason) < LEAST_LENGTH:
            raise UserError(self.env._("Give the reason in a few words: it is kept."))
        return reason

    @api.model
    def _ask(self, record, step, title):
        """Return the action that asks for the reason of ``step`` on ``record``."""
        return {
            "type": "ir.actions.act_window", "name": title, "res_model": self._name, "views": [(False, "form")], "target": "new",
            "context": {"default_step": step, "default_record_id": record.id}}

    def action_confirm(self):
        """Take the step with its reason.

        :raises UserError: without a reason of a few words, or an unknown step
        """
        self.ensure_one()
        if self.step not in STEPS:
            raise UserError(self.env._("This step is not known. Start again from the record."))
        reason = self._clean(self.reason)
        record = self._get_record()
        if not record:
            raise UserError(self.env._("This record is gone. Start again from the list."))
        record.check_access("read")
        getattr(record, STEPS[self.step][1])(reason)
        return {"type": "ir.actions.act_window_close"}

    def _get_record(self):
        return self.env[STEPS[self.step][0]].browse(self.record_id).exists()
