from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.repair_complaint import SCORES, VERDICTS


class RepairComplaintDialogue(models.TransientModel):
    """Asks for the reason of a step, or for the customer's verdict."""

    _name = "repair.complaint.dialogue"
    _description = "Step of a Complaint"
    _inherit = ["repair.input"]

    complaint_id = fields.Many2one("repair.complaint", required=True, readonly=True, ondelete="cascade")
    kind = fields.Selection(
        [("wait", "Wait for the customer"), ("verdict", "Customer's verdict"), ("attempt", "Nobody reached"), ("reopen", "Open again"),
         ("withdraw", "Withdraw")], required=True, readonly=True)
    reason = fields.Text()
    verdict = fields.Selection(VERDICTS)
    score = fields.Selection(SCORES)

    @api.model_create_multi
    def create(self, vals_list):
        """Open dialogues on cases that the user works on.

        :raises AccessError: on another's case
        """
        dialogues = super().create(vals_list)
        dialogues.complaint_id._check_worker()
        return dialogues

    def write(self, vals):
        """Write the answers; the dialogue stays with its case.

        :raises UserError: another case is named
        """
        if {"complaint_id", "kind"} & vals.keys():
            raise UserError(self.env._("Open the dialogue from its case again."))
        self.complaint_id._check_worker()
        return super().write(vals)

    def action_confirm(self):
        """Take the step with the reason or the verdict given.

        :raises UserError: when it is missing, or the case is at another stage by now
        """
        self.ensure_one()
        complaint, reason = self.complaint_id, (self.reason or "").strip()
        complaint._check_worker()
        if self.kind == "verdict":
            if not self.verdict:
                raise UserError(self.env._("Choose the customer's verdict."))
        elif not reason:
            raise UserError(self.env._("Write the reason, please."))
        complaint._take_step(self._get_stages(), self._get_title())
        steps = {
            "wait": lambda: complaint._wait(reason),
            "verdict": lambda: complaint._record_verdict(self.verdict, self.score, reason),
            "attempt": lambda: complaint._record_attempt(reason),
            "reopen": lambda: complaint._reopen(reason),
            "withdraw": lambda: complaint._withdraw(reason),
        }
        steps[self.kind]()
        return {"type": "ir.actions.act_window_close"}

    def _get_stages(self):
        open_stages = ("new", "acknowledged", "investigating", "proposed")
        return {
            "wait": open_stages, "withdraw": open_stages, "verdict": ("resolved",), "attempt": ("resolved",),
            "reopen": ("resolved", "closed"),
        }[self.kind]

    def _get_title(self):
        return dict(self._fields["kind"]._description_selection(self.env))[self.kind]
