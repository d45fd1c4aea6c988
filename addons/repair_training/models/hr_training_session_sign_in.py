import hashlib
import hmac

from odoo import api, fields, models
from odoo.exceptions import AccessError

# A code that is passed on is of no use a few minutes later.
CODE_SECONDS = 60


class HrTrainingSession(models.Model):
    """The code by which participants sign in: it changes every minute and is shown in the room only (handbook 9.2)."""

    _inherit = "hr.training.session"

    sign_in_secret = fields.Char(copy=False, groups="base.group_system")
    sign_in_code = fields.Char(
        "Sign-in code", compute="_compute_sign_in_code",
        help="Changes every minute. Shown in the room; whoever is there types it on his own page.")

    @api.depends("trainer_id", "sign_in_secret", "state")
    @api.depends_context("uid")
    def _compute_sign_in_code(self):
        now = fields.Datetime.now()
        for session in self:
            session.sign_in_code = session._may_show_code() and session.sudo()._get_sign_in_codes(now)[0]  # as checked

    def _may_show_code(self):
        self.ensure_one()
        takes_part = self.sudo().enrolment_ids.employee_id.filtered(self._is_about_me)  # only the links to the users are compared
        return self.state == "open" and (self.is_trainer or (self._is_hr() and not takes_part))

    def _get_sign_in_codes(self, moment):
        """Return the code of a moment and the one before it, which somebody may just be typing."""
        self.ensure_one()
        step = int(moment.timestamp()) // CODE_SECONDS
        digests = [hmac.digest(self.sign_in_secret.encode(), b"%d" % number, hashlib.sha256) for number in (step, step - 1)]
        return [f"{int.from_bytes(digest[:8]) % 10**6:06d}" for digest in digests]

    def action_show_code(self):
        """Open the page with the code for the screen in the room.

        :raises AccessError: for others than the trainer and HR, and while the session is not open
        """
        self.ensure_one()
        self._check_code_reader()
        return {"type": "ir.actions.act_url", "url": f"/training/session/{self.id}/code", "target": "new"}

    def _check_code_reader(self):
        if not self._may_show_code():
            raise AccessError(self.env._("The code is shown by the trainer or HR while the session is open."))
