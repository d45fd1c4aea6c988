from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .qms_nonconformity import ACTIVITY


class QmsNonconformity(models.Model):
    """The steps of a nonconformity: contain, find the cause, act, verify, close; and open again what did not help (handbook 10.3)."""

    _inherit = "qms.nonconformity"

    def action_analyse(self):
        """Record that the cause is known.

        :raises UserError: without containment, root cause and class of cause; from major on also without the way that led to them
        """
        self._check_treats()
        for record in self._check_state("draft"):
            if not (record.containment or "").strip():
                raise UserError(self.env._("Write down first what was done at once to contain %(number)s.", number=record.number))
            if not (record.root_cause or "").strip():
                raise UserError(self.env._("Write down the root cause of %(number)s first.", number=record.number))
            if not record.cause_id:
                raise UserError(self.env._("Choose the class of the cause of %(number)s: it shows what recurs.", number=record.number))
            if record.severity != "minor" and not record._has_analysis():
                raise UserError(self.env._(
                    "Show how the cause of %(number)s was found: at least three whys, or a branch of the fishbone.", number=record.number))
        self._flow_write({"state": "analysed"})

    def action_start_actions(self):
        """Start the actions against the cause; their figures are frozen as they are now.

        :raises UserError: without a corrective or preventive action: a correction alone leaves the cause in place
        """
        self._check_treats()
        for record in self._check_state("analysed"):
            waiting = record.action_ids.filtered(lambda action: not action.effectiveness and not action.cancelled_on)
            if not waiting.filtered(lambda action: action.kind != "correction"):
                raise UserError(self.env._("Plan at least one corrective or preventive action for %(number)s.", number=record.number))
            waiting.filtered(lambda action: not action.done_on)._start()
        self._flow_write({"state": "action"})

    def action_verify(self):
        """Record that the actions worked (handbook 10.3.2 (3)).

        :raises AccessError: for anybody but quality officers, and for who carried an action out
        :raises UserError: while an action is open, not evaluated, or failed without one that worked after it
        """
        self._check_quality_officer()
        for record in self._check_state("action"):
            if self.env.user in record.action_ids.filtered(lambda action: not action.cancelled_on)._get_doers():
                raise AccessError(self.env._("Nobody verifies his own action: ask another quality officer."))
            record.action_ids._check_effective()
        self._flow_write({
            "state": "verified", "verified_by_id": self.env.uid, "verified_on": fields.Date.context_today(self)})

    def action_close(self):
        """Close what was verified. Without an evaluation of effectiveness nothing closes.

        :raises AccessError: for anybody but quality officers
        """
        self._check_quality_officer()
        for record in self._check_state("verified"):
            record.action_ids._check_effective()
        self._flow_write({"state": "closed", "closed_on": fields.Date.context_today(self)})
        self.activity_unlink([ACTIVITY])

    def action_cancel(self, reason=False):
        """Drop what turned out to be no nonconformity, with its open actions; the record stays.

        :param str reason: why; without one the dialogue asks
        :raises AccessError: for anybody but quality officers
        :raises UserError: once actions were started
        """
        self._check_quality_officer()
        self._lock()
        for record in self:
            if record.state not in ("draft", "analysed") or record.reopen_count:
                raise UserError(self.env._("%(number)s is under treatment: it is closed, not dropped.", number=record.number))
        if not reason:
            return self.ensure_one().env["qms.check.reason"]._ask(self, "cancel", self.env._("Why is it not justified?"))
        reason = self.env["qms.check.reason"]._clean(reason)
        self.action_ids.filtered(lambda action: not action.done_on and not action.cancelled_on)._drop(reason)
        self._flow_write({
            "state": "cancelled", "cancel_reason": reason, "cancelled_by_id": self.env.uid, "closed_on": fields.Date.context_today(self)})
        self.activity_unlink([ACTIVITY])
        return True

    def action_reopen(self, reason=False):
        """Take up treatment again; the cause has to be looked at anew.

        :param str reason: why; without one the dialogue asks
        :raises AccessError: for anybody but quality officers
        """
        self._check_quality_officer()
        self._lock()
        for record in self:
            if record.state not in ("verified", "closed", "cancelled"):
                raise UserError(self.env._("Only verified or closed nonconformities can be opened again."))
        if not reason:
            return self.ensure_one().env["qms.check.reason"]._ask(self, "reopen", self.env._("Why is it opened again?"))
        reason = self.env["qms.check.reason"]._clean(reason)
        self._reopen(self.env._("Opened again: %(reason)s", reason=reason))
        return True

    def _reopen(self, reason, failed=False):
        """Begin anew.

        :param failed: the actions did not help, so the cause named was not the right one: another has to be found
        """
        for record in self:
            values = {
                "state": "draft", "closed_on": False, "verified_by_id": False, "verified_on": False, "cancelled_by_id": False,
                "cancel_reason": False, "reopen_reason": reason, "reopen_count": record.reopen_count + 1}
            if failed and record.root_cause:
                log = f"{fields.Date.context_today(record)}: {record.root_cause}"
                values |= {"root_cause": False, "earlier_causes": "\n".join(filter(None, (record.earlier_causes, log)))}
            record._flow_write(values)
            record.message_post(body=reason, subtype_xmlid="mail.mt_note")
            record.activity_schedule(ACTIVITY, fields.Date.context_today(record), user_id=record.owner_id.id, summary=reason)

    def _check_state(self, state):
        """Return ``self`` when every record is in a state, locked against a second click; raise otherwise."""
        self._lock()
        labels = dict(self._fields["state"]._description_selection(self.env))
        for record in self:
            if record.state != state:
                raise UserError(self.env._(
                    "%(number)s is at '%(state)s'; this step needs '%(needed)s'.",
                    number=record.number, state=labels[record.state], needed=labels[state]))
        return self

    def _check_treats(self):
        if any(not record.can_treat for record in self) and not self.env.su:
            raise AccessError(self.env._("The owner of a nonconformity and quality officers treat it."))

    def _check_quality_officer(self):
        if not self._is_quality_officer():
            raise AccessError(self.env._("Only quality officers verify, close and open nonconformities again."))
