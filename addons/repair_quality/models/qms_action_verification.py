from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .qms_action import ACTIVITY_VERIFY, UNVERIFIED_KINDS


class QmsAction(models.Model):
    """Whether an action helped: by its figure, frozen before and read again after the days set (handbook 10.3.2 (3))."""

    _inherit = "qms.action"

    def action_effective(self):
        """Judge actions as effective; see :meth:`_evaluate`."""
        self._evaluate("effective")

    def action_not_effective(self):
        """Judge actions as not effective: their nonconformity is opened again; see :meth:`_evaluate`."""
        self._evaluate("not_effective")

    def action_look_again(self):
        """Read the figure over the same number of days once more, later: for a figure that had too little to count.

        :raises AccessError: for anybody but quality officers
        :raises UserError: unless the figure was read and has too few records
        """
        self._check_verifier()
        for action in self:
            if not action.after_on or action.effectiveness or action.change_verdict != "too_few":
                raise UserError(self.env._("Looking again is for a figure with too few records."))
            action.message_post(body=action.change_text)
            today = self.env["repair.figure"]._get_today(action.company_id)
            action._flow_write({"after_on": False, "verify_on": action._get_after_day(today)})
            action._ask_verifier()

    def _start(self):
        """Freeze the figures of actions as they are before anything is done.

        :raises UserError: for one that is to be verified by a figure and names none
        """
        by_figure = self.filtered(lambda action: action.verification == "figure" and action.kind not in ("correction", *UNVERIFIED_KINDS))
        for action in by_figure:
            if not action.figure:
                raise UserError(self.env._("Choose the figure that will show whether '%(action)s' helps.", action=action.name))
        by_figure._freeze_before()

    def _ask_verifier(self):
        """Have somebody verify the action on its day: the one named, the owner of the nonconformity, or the quality manager."""
        self.ensure_one()
        self.activity_unlink([ACTIVITY_VERIFY])
        if not self.verify_on:
            return
        doers = self._get_doers()
        candidates = (self.verifier_id | self.nonconformity_id.owner_id) - doers
        verifier = candidates.filtered(self._may_verify)[:1] or self.env["qms.nonconformity"].with_company(
            self.company_id)._get_other_officer(doers)
        if verifier:
            self.activity_schedule(
                ACTIVITY_VERIFY, self.verify_on, summary=self.env._("Verify: %(action)s", action=self.name), user_id=verifier.id)

    def _may_verify(self, user):
        return user.sudo().has_group("repair_quality.repair_quality_group_officer")  # only the group is asked for

    def _get_doers(self):
        return self.owner_id | self.done_by_id

    def _evaluate(self, verdict):
        """Store whether actions helped (handbook 10.3.2 (3)).

        :raises AccessError: for anybody but quality officers, and for whoever carried the action out
        :raises UserError: before the day set, for actions not done or evaluated already, without an evaluation in words, and for an
            effect that the figure does not show
        """
        self._lock()
        self._check_verifier()
        self._check_open_parent()
        today = fields.Date.context_today(self)
        for action in self:
            if not action.done_on or action.effectiveness or action.kind in UNVERIFIED_KINDS:
                raise UserError(self.env._("'%(action)s' can be evaluated once, after it was done.", action=action.name))
            if action.verify_on and action.verify_on > today and verdict == "effective":
                raise UserError(self.env._(
                    "'%(action)s' is verified from %(day)s on: until then nobody can know whether it lasts.",
                    action=action.name, day=action.verify_on))
            if not (action.effectiveness_note or "").strip():
                raise UserError(self.env._("Write in the evaluation what shows whether '%(action)s' helped.", action=action.name))
            action._read_after()
            if verdict == "effective" and action.before_on and not action.has_improved:
                raise UserError(self.env._(
                    "The figure of '%(action)s' did not improve, so it did not help:\n%(facts)s",
                    action=action.name, facts=action.change_text))
        self._flow_write({
            "effectiveness": verdict, "evaluated_by_id": self.env.uid, "evaluated_on": today})
        self.activity_feedback([ACTIVITY_VERIFY])
        if verdict == "not_effective":
            for action in self.filtered(lambda action: action.kind != "correction"):
                action.nonconformity_id._reopen(self.env._("'%(action)s' did not help.", action=action.name), failed=True)

    def _read_after(self):
        """Read the figure after, on its day and once."""
        today = fields.Date.context_today(self)
        for action in self.filtered(lambda action: action.before_on and not action.after_on and action.verify_on):
            if action.verify_on <= today:
                action._freeze_after(fields.Date.subtract(action.verify_on, days=action._get_waiting_days()))

    def _get_waiting_days(self):
        """How many days lie between the start of the days counted and the day of verification."""
        return (self._get_after_day(self.verify_on) - self.verify_on).days

    @api.model
    def _take_after_values(self):
        """Read the figures whose day has come and tell the verifier; called every day."""
        due = self.search([
            ("verify_on", "<=", fields.Date.context_today(self)), ("before_on", "!=", False), ("after_on", "=", False),
            ("effectiveness", "=", False), ("cancelled_on", "=", False)])
        due._read_after()
        for action in due:
            action.message_post(body=action.change_text, subtype_xmlid="mail.mt_note")
            action._ask_verifier()

    def _check_verifier(self):
        if not self._is_quality_officer():
            raise AccessError(self.env._("Only quality officers evaluate whether an action helped."))
        if any(self.env.user in action._get_doers() for action in self):
            raise AccessError(self.env._("Nobody verifies his own action: ask another quality officer."))

    def _check_effective(self):
        """Raise unless every action is done with evidence and evaluated, one worked, and none failed after the last that worked."""
        kept = self.filtered(lambda action: not action.cancelled_on)
        for action in kept:
            if not action.effectiveness:
                raise UserError(self.env._(
                    "'%(action)s' has no evaluation of effectiveness yet: carry it out and evaluate it first.", action=action.name))
            if not action.evidence_ids:
                raise UserError(self.env._("Attach the evidence of '%(action)s': a photo, a list, a record.", action=action.name))
        causes = kept.filtered(lambda action: action.kind != "correction")
        worked = causes.filtered(lambda action: action.effectiveness == "effective")
        failed = causes - worked
        if not worked or (failed and max(failed.mapped("id")) > max(worked.mapped("id"))):
            raise UserError(self.env._("The actions did not help yet: plan a further action that removes the cause."))
